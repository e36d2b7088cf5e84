//! The page for people: the OpenAPI document as plain HTML, in one piece, without a script.

mod schema;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use schema::{shape, table};

const STYLE: &str = include_str!("reference/page.css");

/// Methods in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page of a document, and the policy under which a browser shows it.
pub fn page(document: &str) -> (String, String) {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let info = &document["info"];
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} API</title><style>{STYLE}</style></head>\
         <body><main><h1>{title} API <small>{}</small></h1>{}<nav>",
        escaped(text(&info["version"])),
        prose(text(&info["description"])),
        title = escaped(text(&info["title"])),
    );
    for tag in items(&document["tags"]) {
        let name = escaped(text(&tag["name"]));
        html += &format!("<a href=\"#{name}\">{name}</a> ");
    }
    html += "<a href=\"#schemas\">schemas</a></nav>";
    for tag in items(&document["tags"]) {
        let name = text(&tag["name"]);
        html += &format!("<h2 id=\"{0}\">{0}</h2>{1}", escaped(name), prose(text(&tag["description"])));
        for (path, item) in entries(&document["paths"]) {
            for method in METHODS {
                if items(&item[method]["tags"]).any(|of| text(of) == name) {
                    html += &operation(method, path, &item[method]);
                }
            }
        }
    }
    html += "<h2 id=\"schemas\">schemas</h2>";
    for (name, schema) in entries(&document["components"]["schemas"]) {
        html += &format!("<section id=\"schema-{0}\"><h3>{0}</h3>", escaped(name));
        html += &prose(text(&schema["description"]));
        html += &table(schema);
        html += "</section>";
    }
    html += "</main></body></html>\n";
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    (html, policy)
}

fn operation(method: &str, path: &str, operation: &Value) -> String {
    let mut html = format!(
        "<section id=\"{}\"><h3><b class=\"{method}\">{}</b> <code>{}</code></h3>{}{}",
        escaped(text(&operation["operationId"])),
        method.to_uppercase(),
        escaped(path),
        prose(text(&operation["summary"])),
        prose(text(&operation["description"])),
    );
    let parameters: String = items(&operation["parameters"]).map(parameter).collect();
    if !parameters.is_empty() {
        html += &format!("<table>{parameters}</table>");
    }
    for (_, content) in entries(&operation["requestBody"]["content"]) {
        html += &format!("<p>Body: {}</p>", shape(&content["schema"]));
    }
    html += "<table>";
    for (status, response) in entries(&operation["responses"]) {
        let bodies: Vec<String> =
            entries(&response["content"]).map(|(kind, body)| body_of(kind, &body["schema"])).collect();
        html += &format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(status),
            inline(text(&response["description"])),
            bodies.join(", ")
        );
    }
    html + "</table></section>"
}

fn parameter(parameter: &Value) -> String {
    format!(
        "<tr><td><code>{}</code> <small>{}</small></td><td>{}</td><td>{}</td></tr>",
        escaped(text(&parameter["name"])),
        escaped(text(&parameter["in"])),
        inline(text(&parameter["description"])),
        shape(&parameter["schema"]),
    )
}

fn body_of(kind: &str, schema: &Value) -> String {
    match kind {
        "application/json" => shape(schema),
        "text/plain" | "text/html" => escaped(kind),
        _ => format!("{} <small>{}</small>", shape(schema), escaped(kind)),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text in which words between backticks are code. Links into the source are of no use here.
fn inline(text: &str) -> String {
    let text = escaped(text).replace("[`", "`").replace("`]", "`");
    let parts = text.split('`').enumerate();
    parts.map(|(at, part)| if at % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }).collect()
}

fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>", inline(paragraph.trim()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_document_says_is_text_and_no_markup() {
        let (page, policy) = page(
            r#"{"info":{"title":"<b>","version":"1","description":"a `<i>` b"},"tags":[{"name":"t"}],
            "paths":{"/x":{"get":{"tags":["t"],"summary":"<script>","responses":{"200":{"description":"fine"}}}}}}"#,
        );
        assert!(page.contains("&lt;script&gt;") && page.contains("<code>&lt;i&gt;</code>"), "{page}");
        assert!(!page.contains("<script") && !page.contains("<i>"), "{page}");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    }
}
