//! Schemas in words.

use serde_json::Value;

use super::{entries, escaped, inline, items, text};

/// What a value looks like, in a few words; a named schema as a link to it.
pub(super) fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("<a href=\"#schema-{0}\">{0}</a>", escaped(name));
    }
    for (key, between) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " with ")] {
        if schema[key].is_array() {
            return items(&schema[key]).map(shape).collect::<Vec<_>>().join(between);
        }
    }
    let words: Vec<String> =
        items(&schema["enum"]).map(|word| format!("<code>{}</code>", escaped(&plain(word)))).collect();
    if !words.is_empty() {
        return words.join(" ");
    }
    match &schema["type"] {
        Value::String(kind) => named(kind, schema),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds.map(|kind| named(kind, schema)).collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

fn named(kind: &str, schema: &Value) -> String {
    match kind {
        "array" if schema["prefixItems"].is_array() => {
            format!("pair of {}", items(&schema["prefixItems"]).map(shape).collect::<Vec<_>>().join(" and "))
        }
        "array" => format!("list of {}", shape(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map of {}", shape(&schema["additionalProperties"]))
        }
        "object" if schema["properties"].is_object() => {
            let fields =
                entries(&schema["properties"]).map(|(name, field)| format!("{}: {}", escaped(name), shape(field)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        "null" => "nothing".to_owned(),
        other => escaped(other),
    }
}

/// The fields of a schema, or its variants.
pub(super) fn table(schema: &Value) -> String {
    for key in ["oneOf", "anyOf", "allOf"] {
        if schema[key].is_array() {
            let variants = items(&schema[key]).map(|variant| {
                format!("<li>{} <small>{}</small></li>", shape(variant), inline(text(&variant["description"])))
            });
            return format!("<ul>{}</ul>", variants.collect::<String>());
        }
    }
    if !schema["properties"].is_object() {
        return format!("<p>{}</p>", shape(schema));
    }
    let required: Vec<&str> = items(&schema["required"]).map(text).collect();
    let rows = entries(&schema["properties"]).map(|(name, field)| {
        let may = if required.contains(&name.as_str()) { "" } else { " <small>optional</small>" };
        let name = escaped(name);
        let says = inline(text(&field["description"]));
        format!("<tr><td><code>{name}</code>{may}</td><td>{says}</td><td>{}</td></tr>", shape(field))
    });
    format!("<table>{}</table>", rows.collect::<String>())
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
