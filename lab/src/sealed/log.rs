//! One JSON line an event on standard output.

use std::{
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

/// Writes an event with the wall time in ms.
pub fn event(fields: &Value) {
    let ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    let mut line = fields.clone();
    if let Value::Object(map) = &mut line {
        map.insert("ms".into(), ms.into());
    }
    // A closed pipe is no reason to stop serving.
    let _ = writeln!(std::io::stdout(), "{line}");
}
