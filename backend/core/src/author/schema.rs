//! The JSON Schema of the YAML forms, and what the parser takes from it: keys, which of them are required, and what they
//! are for. So the two cannot disagree.

use std::sync::OnceLock;

use schemars::{JsonSchema, Schema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::Value as Json;

use super::{form::Exercise, words::listed, workshop::form::Workshop};

/// JSON Schema (2020-12) of the YAML form, for editors.
pub fn schema() -> Json {
    exercise().clone()
}

/// JSON Schema (2020-12) of run sheets, for editors.
pub fn workshop_schema() -> Json {
    workshop().clone()
}

/// A form by the name of its struct; names are unique over both files.
pub(super) fn shape(form: &str) -> &'static Json {
    match form {
        "Exercise" => exercise(),
        "Workshop" => workshop(),
        part => exercise()["$defs"].get(part).unwrap_or_else(|| &workshop()["$defs"][part]),
    }
}

/// The keys of a form, sorted.
pub(super) fn keys(shape: &'static Json) -> impl Iterator<Item = &'static str> + Clone {
    let mut keys: Vec<&str> =
        shape["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    keys.into_iter()
}

/// The keys that must be there.
pub(super) fn required(shape: &'static Json) -> impl Iterator<Item = &'static str> {
    shape["required"].as_array().into_iter().flatten().filter_map(Json::as_str)
}

/// What a key is for.
pub(super) fn about(shape: &'static Json, key: &str) -> Option<String> {
    let text = shape["properties"][key]["description"].as_str()?;
    Some(text.replace('\n', " "))
}

/// `write a mapping with the keys …`.
pub(super) fn keys_sentence(form: &str) -> String {
    format!("write a mapping with the keys {}", listed(required(shape(form))))
}

fn exercise() -> &'static Json {
    static EXERCISE: OnceLock<Json> = OnceLock::new();
    EXERCISE.get_or_init(root_of::<Exercise>)
}

fn workshop() -> &'static Json {
    static WORKSHOP: OnceLock<Json> = OnceLock::new();
    WORKSHOP.get_or_init(root_of::<Workshop>)
}

fn root_of<T: JsonSchema>() -> Json {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(without_null));
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// What may be left out may not be written as `null`: an empty key is a slip.
fn without_null(schema: &mut Schema) {
    if let Some(types) = schema.get_mut("type").and_then(Json::as_array_mut) {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Json::as_array_mut) {
        choices.retain(|choice| choice["type"] != "null");
        if let [only] = choices.as_slice()
            && let Some(fields) = only.as_object().cloned()
        {
            schema.remove("anyOf");
            fields.into_iter().for_each(|(key, value)| drop(schema.insert(key, value)));
        }
    }
}
