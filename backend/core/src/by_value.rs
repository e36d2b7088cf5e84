//! Deserialising by way of a JSON value.
//!
//! A tagged enum buffers its content, so serde generates each type below it once for the text and once for the
//! buffer. Going through a value leaves one family of code: a sixth of what the browser downloads.

use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use serde_json::Value;

/// For `#[serde(deserialize_with)]`.
pub(crate) fn by_value<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    serde_json::from_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
}
