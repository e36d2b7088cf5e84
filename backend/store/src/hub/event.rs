//! Events at a hub: whose they are, as somebody said them, and as they are kept.

use super::error::HubStoreError;

/// Whose stream. That a seat writes to its own streams alone is so by construction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HubStream {
    /// What happens to a workshop.
    Workshop {
        /// Id of the workshop.
        workshop: String,
    },
    /// What a seat's panel said.
    Seat {
        /// Id of the workshop.
        workshop: String,
        /// Id of the seat.
        seat: String,
        /// The panel's name for it, `session/<participant>`. A lost database begins another one on the same seat.
        stream: String,
    },
}

impl HubStream {
    /// Id of the workshop.
    #[must_use]
    pub fn workshop(&self) -> &str {
        match self {
            HubStream::Workshop { workshop } | HubStream::Seat { workshop, .. } => workshop,
        }
    }

    /// Id of the seat, if it is a seat's.
    #[must_use]
    pub fn seat(&self) -> Option<&str> {
        match self {
            HubStream::Workshop { .. } => None,
            HubStream::Seat { seat, .. } => Some(seat),
        }
    }

    /// Its name in the table: `workshop/<id>` or `seat/<seat>/<panel's stream>`.
    pub(super) fn key(&self) -> String {
        match self {
            HubStream::Workshop { workshop } => format!("workshop/{workshop}"),
            HubStream::Seat { seat, stream, .. } => format!("seat/{seat}/{stream}"),
        }
    }

    /// The way back from [`HubStream::key`].
    pub(super) fn read(workshop: &str, seat: String, key: &str) -> HubStream {
        let workshop = workshop.to_owned();
        if seat.is_empty() {
            return HubStream::Workshop { workshop };
        }
        let stream = key.get("seat/".len() + seat.len() + "/".len()..).unwrap_or_default().to_owned();
        HubStream::Seat { workshop, seat, stream }
    }
}

/// An event as somebody said it.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    /// Number within its stream.
    pub seq: u64,
    /// Version of its envelope.
    pub v: u16,
    /// When it was said, on the hub's clock, ms since the Unix epoch.
    pub wall_ms: u64,
    /// JSON; of a seat's as it came.
    pub body: &'a str,
}

/// Events of one stream, to be appended.
#[derive(Debug, Clone, Copy)]
pub struct StreamPart<'a> {
    /// The stream.
    pub stream: &'a HubStream,
    /// Number at which it begins here if nothing is known of it: a late duplicate cannot become its beginning. From 1.
    pub from: u64,
    /// When the hub took them, ms since the Unix epoch.
    pub taken_ms: u64,
    /// In order, without gaps.
    pub events: &'a [NewEvent<'a>],
}

/// Letters of a stream's name at most: Postgres keeps no index entry of more than 2.7 kB.
const STREAM_LETTERS: usize = 1_000;

impl StreamPart<'_> {
    /// Whether a database can keep it.
    ///
    /// # Errors
    /// [`HubStoreError::Unfit`], which says what is wrong with it.
    pub fn check(&self) -> Result<(), HubStoreError> {
        let stream = self.stream.key();
        let unfit = |why: String| Err(HubStoreError::Unfit { stream: stream.replace('\0', "\u{fffd}"), why });
        if stream.len() > STREAM_LETTERS {
            return Err(HubStoreError::Unfit {
                stream: stream.chars().take(60).collect::<String>() + "…",
                why: format!("its name has {} letters, {STREAM_LETTERS} are allowed", stream.len()),
            });
        }
        let numbers = [self.from, self.taken_ms].into_iter().chain(self.events.iter().flat_map(|e| [e.seq, e.wall_ms]));
        if let Some(number) = numbers.into_iter().find(|&number| i64::try_from(number).is_err()) {
            return unfit(format!("the number {number} is too large"));
        }
        let empty = |text: &str| text.contains('\0');
        if let Some(event) = self.events.iter().find(|event| empty(event.body)) {
            return unfit(format!("event {} holds a zero byte", event.seq));
        }
        match empty(&stream) {
            true => unfit("its name holds a zero byte".to_owned()),
            false => Ok(()),
        }
    }
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEvent {
    /// Order of arrival within the workshop, growing; not without gaps, because seats are erased.
    pub place: u64,
    /// Its stream.
    pub stream: HubStream,
    /// Number within its stream.
    pub seq: u64,
    /// Version of its envelope.
    pub v: u16,
    /// When it was said, on the hub's clock, ms since the Unix epoch.
    pub wall_ms: u64,
    /// When the hub took it, ms since the Unix epoch.
    pub taken_ms: u64,
    /// JSON; of a seat's as it came.
    pub body: String,
}

/// Another body for an event of the workshop's own stream.
#[derive(Debug, Clone, Copy)]
pub struct Rewritten<'a> {
    /// Number of the event.
    pub seq: u64,
    /// What it says from now on.
    pub body: &'a str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_read_as_it_was_named() {
        let text = |text: &str| text.to_owned();
        let workshop = HubStream::Workshop { workshop: text("w") };
        let seat = HubStream::Seat { workshop: text("w"), seat: text("s"), stream: text("session/é/1") };
        for (stream, key) in [(workshop, "workshop/w"), (seat, "seat/s/session/é/1")] {
            assert_eq!(stream.key(), key);
            assert_eq!(HubStream::read("w", text(stream.seat().unwrap_or_default()), key), stream);
        }
    }

    #[test]
    fn what_no_database_could_keep_is_refused_with_a_reason() {
        let seat = |stream: &str| HubStream::Seat {
            workshop: "w".to_owned(),
            seat: "s".to_owned(),
            stream: stream.to_owned(),
        };
        let event = |seq, body| NewEvent { seq, v: 1, wall_ms: 5, body };
        let check = |stream: &HubStream, from, event: NewEvent<'_>| {
            let part = StreamPart { stream, from, taken_ms: 5, events: &[event] };
            part.check().map_err(|error| error.to_string())
        };
        let good = seat("session/p");
        assert_eq!(check(&good, 1, event(1, r#"{"text":"\u0000"}"#)), Ok(()));
        for (refused, why) in [
            (check(&good, 1, event(u64::MAX, "{}")), "18446744073709551615 is too large"),
            (check(&good, 1 << 63, event(1, "{}")), "9223372036854775808 is too large"),
            (check(&good, 1, event(7, "{\0}")), "event 7 holds a zero byte"),
            (check(&seat("a\0b"), 1, event(1, "{}")), "its name holds a zero byte"),
            (check(&seat(&"long".repeat(300)), 1, event(1, "{}")), "has 1207 letters"),
        ] {
            let says = refused.unwrap_err();
            assert!(says.contains(why) && !says.contains('\0'), "{says:?} does not say {why:?}");
        }
    }
}
