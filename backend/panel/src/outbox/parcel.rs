//! What goes into one shipment.

use brownout_core::{
    event::SessionEnvelope,
    hub::shipment::{MOST_BYTES, MOST_EVENTS},
};

/// The first of these events that fit into a shipment: at least one, so that it goes on.
pub(crate) fn parcel(mut events: Vec<SessionEnvelope>) -> Vec<SessionEnvelope> {
    let mut bytes = 0;
    let fits = events.iter().take(MOST_EVENTS).take_while(|event| {
        // What cannot be counted is let through; the hub says what it thinks of it.
        bytes += serde_json::to_vec(event).map_or(0, |text| text.len() + 1);
        bytes <= MOST_BYTES
    });
    let many = fits.count().max(1);
    events.truncate(many);
    events
}

#[cfg(test)]
mod tests {
    use brownout_core::event::{Body, CodeFile, Envelope, SessionEvent, VERSION};

    use super::*;

    fn event(seq: u64, bytes: usize) -> SessionEnvelope {
        let code = vec![CodeFile { path: "a.rs".into(), text: "x".repeat(bytes) }];
        let body = SessionEvent::HandRaised { hand: "h".into(), scenario: None, note: String::new(), code };
        Envelope { v: VERSION, stream: "session/p".into(), seq, wall_ms: 0, run_us: None, body: Body::Known(body) }
    }

    #[test]
    fn a_shipment_is_bounded_in_events_and_bytes_and_never_empty() {
        let parcels = |sizes: &[usize]| {
            parcel(sizes.iter().enumerate().map(|(seq, bytes)| event(seq as u64 + 1, *bytes)).collect()).len()
        };
        assert_eq!(parcels(&[10; 300]), MOST_EVENTS);
        assert_eq!(parcels(&[64_000, 64_000, 64_000, 64_000]), 3);
        assert_eq!(parcels(&[300_000, 10]), 1, "a single one that is too large is the hub's to refuse");
        assert_eq!(parcels(&[10]), 1);
        assert_eq!(parcels(&[]), 0);
    }
}
