//! What happens to a workshop: the hub's own append-only stream, `workshop/<id>`, in the usual envelope.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::message::Message;
use crate::{event::Envelope, workshop::Workshop};

/// Envelope of a workshop's event.
pub type WorkshopEnvelope = Envelope<WorkshopEvent>;

/// What happens to a workshop, by the facilitator's hand or by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WorkshopEvent {
    /// The first event.
    Opened {
        /// What the facilitator called it.
        name: String,
        /// The run sheet as it was then.
        sheet: Workshop,
    },
    /// A join code; an earlier one is no longer taken.
    Door {
        /// The code.
        code: String,
        /// Whether anybody is taken.
        open: bool,
    },
    /// The whole sheet as edited; steps that have begun keep their name.
    SheetEdited {
        /// The sheet.
        sheet: Workshop,
    },
    /// A step begins; the one before it is over.
    Started {
        /// Its name in the sheet.
        step: String,
    },
    /// The clock stands still.
    Paused,
    /// The clock goes on.
    Resumed,
    /// A step gets more time, or less.
    Extended {
        /// Its name in the sheet.
        step: String,
        /// Seconds; below 0 it is shortened.
        by_s: i32,
    },
    /// A step is over, or will not come; if it was going on, the next one begins.
    Skipped {
        /// Its name in the sheet.
        step: String,
    },
    /// The workshop is over.
    Ended,
    /// The board as participants see it stands still from here on.
    Frozen,
    /// The board moves again and shows everything.
    Revealed,
    /// Names of others are replaced by `Participant 7f3a` on participants' screens and on the wall, or no longer.
    NamesHidden {
        /// Whether they are.
        hidden: bool,
    },
    /// Something was said to one, some or all; the audience is resolved.
    Said {
        /// What, and to whom.
        message: Message,
    },
    /// Taken back: it disappears from every screen that has not dismissed it.
    Unsaid {
        /// Id of the message.
        message: String,
    },
    /// Help came: the hand goes down.
    Helped {
        /// Id of the seat.
        seat: String,
        /// Id of the hand.
        hand: String,
    },
    /// A seat was renamed. The new name stands with the seat alone, so that erasing it leaves none behind.
    Renamed {
        /// Id of the seat.
        seat: String,
    },
    /// The seat's token ends, its row stays.
    Removed {
        /// Id of the seat.
        seat: String,
    },
    /// Everything of the seat is deleted: row, streams, runs, records, its place in a frozen board. Text that was said to
    /// this seat alone is blanked, the only change that an event ever sees.
    Erased {
        /// Id of the seat; no more is kept.
        seat: String,
    },
    /// Undo of an earlier event of this stream.
    Undone {
        /// Its number.
        seq: u64,
    },
}

impl WorkshopEvent {
    /// Whether this can be undone. An undo is undone by doing the thing again.
    pub fn can_be_undone(&self) -> bool {
        match self {
            WorkshopEvent::Started { .. }
            | WorkshopEvent::Extended { .. }
            | WorkshopEvent::Skipped { .. }
            | WorkshopEvent::Ended
            | WorkshopEvent::Frozen
            | WorkshopEvent::Revealed
            | WorkshopEvent::NamesHidden { .. }
            | WorkshopEvent::Said { .. }
            | WorkshopEvent::Removed { .. } => true,
            WorkshopEvent::Opened { .. }
            | WorkshopEvent::Door { .. }
            | WorkshopEvent::SheetEdited { .. }
            | WorkshopEvent::Paused
            | WorkshopEvent::Resumed
            | WorkshopEvent::Unsaid { .. }
            | WorkshopEvent::Helped { .. }
            | WorkshopEvent::Renamed { .. }
            | WorkshopEvent::Erased { .. }
            | WorkshopEvent::Undone { .. } => false,
        }
    }
}

impl WorkshopEvent {
    /// Whether `wanted`, which a facilitator decided on before this happened, has to be looked at again because of it: it
    /// would undo this unawares, or mean something else now. What is said, helped or renamed meanwhile disturbs nobody.
    pub fn disturbs(&self, wanted: &WorkshopEvent) -> bool {
        let edits =
            |event: &WorkshopEvent| matches!(event, WorkshopEvent::Opened { .. } | WorkshopEvent::SheetEdited { .. });
        match wanted {
            WorkshopEvent::SheetEdited { .. } => edits(self),
            _ => wanted.sets_the_stage() && (self.sets_the_stage() || edits(self)),
        }
    }

    /// Whether this is of the clock, the board or an undo: each of them means something else after another.
    fn sets_the_stage(&self) -> bool {
        match self {
            WorkshopEvent::Started { .. }
            | WorkshopEvent::Paused
            | WorkshopEvent::Resumed
            | WorkshopEvent::Extended { .. }
            | WorkshopEvent::Skipped { .. }
            | WorkshopEvent::Ended
            | WorkshopEvent::Frozen
            | WorkshopEvent::Revealed
            | WorkshopEvent::NamesHidden { .. }
            | WorkshopEvent::Undone { .. } => true,
            WorkshopEvent::Opened { .. }
            | WorkshopEvent::Door { .. }
            | WorkshopEvent::SheetEdited { .. }
            | WorkshopEvent::Said { .. }
            | WorkshopEvent::Unsaid { .. }
            | WorkshopEvent::Helped { .. }
            | WorkshopEvent::Renamed { .. }
            | WorkshopEvent::Removed { .. }
            | WorkshopEvent::Erased { .. } => false,
        }
    }
}

/// The events of a workshop that stand: without those that a later [`WorkshopEvent::Undone`] names, and without those of
/// a newer version. A fold over them is as if what was undone had never been.
pub fn standing(events: &[WorkshopEnvelope]) -> impl Iterator<Item = (&WorkshopEnvelope, &WorkshopEvent)> {
    let undone: BTreeSet<u64> = events
        .iter()
        .filter_map(|envelope| match envelope.body.known()? {
            WorkshopEvent::Undone { seq } if *seq < envelope.seq => Some(*seq),
            _ => None,
        })
        .collect();
    let known = events.iter().filter_map(|envelope| Some((envelope, envelope.body.known()?)));
    known.filter(move |(envelope, event)| !(event.can_be_undone() && undone.contains(&envelope.seq)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{event::Body, hub::message::Audience, hub::message::Said};

    fn log(events: impl IntoIterator<Item = WorkshopEvent>) -> Vec<WorkshopEnvelope> {
        let envelope = |(at, event)| Envelope {
            v: 1,
            stream: "workshop/w".into(),
            seq: at as u64 + 1,
            wall_ms: at as u64 * 1_000,
            run_us: None,
            body: Body::Known(event),
        };
        events.into_iter().enumerate().map(envelope).collect()
    }

    fn numbers(events: &[WorkshopEnvelope]) -> Vec<u64> {
        standing(events).map(|(envelope, _)| envelope.seq).collect()
    }

    #[test]
    fn what_was_undone_does_not_stand() {
        let hidden = || WorkshopEvent::NamesHidden { hidden: true };
        let undone = |seq| WorkshopEvent::Undone { seq };
        for (events, stand) in [
            (vec![WorkshopEvent::Frozen, hidden()], vec![1, 2]),
            (vec![WorkshopEvent::Frozen, hidden(), undone(1)], vec![2, 3]),
            // An undo is not undone, twice is once, and what comes later or cannot be undone is not touched.
            (vec![WorkshopEvent::Frozen, undone(1), undone(2)], vec![2, 3]),
            (vec![WorkshopEvent::Frozen, undone(1), undone(1)], vec![2, 3]),
            (vec![undone(2), WorkshopEvent::Frozen], vec![1, 2]),
            (vec![undone(1)], vec![1]),
            (vec![WorkshopEvent::Paused, undone(1)], vec![1, 2]),
            (vec![WorkshopEvent::Ended, undone(1)], vec![2]),
            // Done again, it stands.
            (vec![WorkshopEvent::Frozen, undone(1), WorkshopEvent::Frozen], vec![2, 3]),
        ] {
            assert_eq!(numbers(&log(events.clone())), stand, "{events:?}");
        }
    }

    #[test]
    fn only_what_another_facilitator_did_to_the_same_thing_disturbs() {
        let (edit, door) = (
            WorkshopEvent::SheetEdited { sheet: Workshop::default() },
            WorkshopEvent::Door { code: "c".into(), open: true },
        );
        let renamed = WorkshopEvent::Renamed { seat: "s".into() };
        let helped = WorkshopEvent::Helped { seat: "s".into(), hand: "h".into() };
        let unsaid = WorkshopEvent::Unsaid { message: "m".into() };
        let (undone, started) = (WorkshopEvent::Undone { seq: 1 }, WorkshopEvent::Started { step: "s".into() });
        for (happened, wanted, disturbs) in [
            (&edit, &edit, true),
            (&started, &edit, false),
            (&renamed, &edit, false),
            (&WorkshopEvent::Paused, &started, true),
            (&edit, &started, true),
            (&started, &undone, true),
            (&undone, &WorkshopEvent::Frozen, true),
            (&renamed, &WorkshopEvent::Paused, false),
            (&helped, &undone, false),
            (&unsaid, &started, false),
            (&door, &started, false),
            (&started, &unsaid, false),
        ] {
            assert_eq!(happened.disturbs(wanted), disturbs, "{happened:?} {wanted:?}");
        }
    }

    #[test]
    fn an_event_of_a_newer_hub_survives_a_round_trip_and_is_passed_over() {
        let text = r#"{"v":1,"stream":"workshop/w","seq":3,"wall_ms":5,"body":{"kind":"lunch","minutes":45}}"#;
        let envelope: WorkshopEnvelope = serde_json::from_str(text).expect("unknown kinds parse");
        assert!(envelope.body.known().is_none());
        assert_eq!(serde_json::to_string(&envelope).expect("serialises"), text);
        assert_eq!(numbers(&[envelope]), [0_u64; 0]);
    }

    #[test]
    fn every_event_is_read_as_it_was_written() {
        let word = || "x".to_owned();
        let said = |what| WorkshopEvent::Said { message: Message { id: word(), to: Audience::All, what } };
        let events = [
            WorkshopEvent::Opened { name: word(), sheet: Workshop::default() },
            WorkshopEvent::Door { code: word(), open: true },
            WorkshopEvent::SheetEdited { sheet: Workshop::default() },
            WorkshopEvent::Started { step: word() },
            WorkshopEvent::Paused,
            WorkshopEvent::Resumed,
            WorkshopEvent::Extended { step: word(), by_s: -60 },
            WorkshopEvent::Skipped { step: word() },
            WorkshopEvent::Ended,
            WorkshopEvent::Frozen,
            WorkshopEvent::Revealed,
            WorkshopEvent::NamesHidden { hidden: true },
            said(Said::Text { text: word() }),
            said(Said::Hint { scenario: word(), hint: word() }),
            said(Said::Announcement { text: word() }),
            said(Said::Survey),
            WorkshopEvent::Unsaid { message: word() },
            WorkshopEvent::Helped { seat: word(), hand: word() },
            WorkshopEvent::Renamed { seat: word() },
            WorkshopEvent::Removed { seat: word() },
            WorkshopEvent::Erased { seat: word() },
            WorkshopEvent::Undone { seq: 7 },
        ];
        for envelope in log(events) {
            let text = serde_json::to_string(&envelope).expect("serialises");
            assert_eq!(serde_json::from_str::<WorkshopEnvelope>(&text).expect("parses"), envelope, "{text}");
            assert!(envelope.body.known().is_some(), "{text}");
        }
    }
}
