//! A shipment as it came: what its events say is kept byte for byte, so that nothing is lost that a newer panel adds.

use brownout_core::{
    event::{Body, SessionEvent},
    hub::shipment::Shipment,
};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// A [`Shipment`] as a hub reads it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShipmentIn {
    /// As [`Shipment::stream`].
    pub stream: String,
    /// As [`Shipment::from`].
    pub from: u64,
    /// As [`Shipment::first`].
    pub first: u64,
    /// As [`Shipment::events`].
    pub events: Vec<EventIn>,
    /// As [`Shipment::sent_ms`].
    pub sent_ms: u64,
    /// As [`Shipment::without`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
}

/// An event of a [`ShipmentIn`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventIn {
    /// Version of the envelope.
    pub v: u16,
    /// The stream that it says it is of.
    pub stream: String,
    /// Number within the stream.
    pub seq: u64,
    /// The panel's clock, ms since the Unix epoch.
    pub wall_ms: u64,
    /// What it says, JSON as it came.
    pub body: Box<RawValue>,
}

impl EventIn {
    /// What it says, as far as this hub knows it.
    ///
    /// # Errors
    /// When it is JSON that cannot be held, e.g. a hundred arrays in each other.
    pub fn said(&self) -> serde_json::Result<Body<SessionEvent>> {
        serde_json::from_str(self.body.get())
    }
}

impl TryFrom<Shipment> for ShipmentIn {
    type Error = serde_json::Error;

    fn try_from(shipment: Shipment) -> serde_json::Result<ShipmentIn> {
        let Shipment { stream, from, first, events, sent_ms, without } = shipment;
        let events = events.into_iter().map(|event| {
            let body = to_raw_value(&event.body)?;
            Ok(EventIn { v: event.v, stream: event.stream, seq: event.seq, wall_ms: event.wall_ms, body })
        });
        let events = events.collect::<serde_json::Result<_>>()?;
        Ok(ShipmentIn { stream, from, first, events, sent_ms, without })
    }
}
