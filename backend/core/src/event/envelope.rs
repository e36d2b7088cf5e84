//! One event with its place in its stream, known or of a newer version.

use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::by_value::from_value;

/// Version of the envelope.
pub const VERSION: u16 = 1;

/// One event with its place in its stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(bound(deserialize = "E: DeserializeOwned"))]
pub struct Envelope<E> {
    /// Version of the envelope, [`VERSION`].
    pub v: u16,
    /// `run/<id>`, `session/<participant>`, or at a hub `workshop/<id>`.
    pub stream: String,
    /// Number within the stream, from 1, without gaps.
    pub seq: u64,
    /// Wall time of whoever said it, ms since the Unix epoch. A panel shows it to people; a hub tells by it and by when it
    /// was sent how old the event is.
    pub wall_ms: u64,
    /// Time on the run clock, µs, for events of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_us: Option<u64>,
    /// The event.
    pub body: Body<E>,
}

/// A known event, or one that a newer version wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Body<E> {
    /// An event that this version knows.
    Known(E),
    /// Anything else, kept as it came.
    Unknown(Value),
}

/// By way of a JSON value: the same as an untagged enum, with less code in the browser.
impl<'de, E: DeserializeOwned> Deserialize<'de> for Body<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(from_value(&value).map_or_else(|_| Body::Unknown(value), Body::Known))
    }
}

impl<E> Body<E> {
    /// The event if this version knows it.
    pub fn known(&self) -> Option<&E> {
        match self {
            Body::Known(event) => Some(event),
            Body::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{RunEnvelope, RunEvent};

    #[test]
    fn an_event_of_a_newer_version_survives_a_round_trip() {
        let text = r#"{"v":1,"stream":"run/a","seq":3,"wall_ms":5,"run_us":7,"body":{"kind":"teleport","to":"mars"}}"#;
        let envelope: RunEnvelope = serde_json::from_str(text).expect("unknown kinds parse");
        assert!(envelope.body.known().is_none());
        assert_eq!(serde_json::to_string(&envelope).expect("serialises"), text);
    }

    #[test]
    fn a_known_event_is_known() {
        let text = r#"{"v":1,"stream":"run/a","seq":3,"wall_ms":5,"body":{"kind":"fault","name":"hang","says":"x","on":true}}"#;
        let envelope: RunEnvelope = serde_json::from_str(text).expect("parses");
        assert!(matches!(envelope.body.known(), Some(RunEvent::Fault { on: true, .. })));
    }
}
