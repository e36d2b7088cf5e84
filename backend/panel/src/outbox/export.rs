//! The last way to the hub: everything that the outbox would send, in one signed file.
//!
//! The file is gzip of one line of JSON whose last field is `mac`: a signature of every byte before `,"mac":`. Its key is
//! made of the hash of the seat's token, which the hub keeps: it can check the file and never had the token. That holds
//! against accidents on the way, not against the owner of the laptop, who has the token.

use std::io::Read;

use brownout_core::{
    event::SessionEvent,
    hub::shipment::{MOST_EVENTS, Shipment},
};
use brownout_hub::ShipmentIn;
use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::parcel;
use crate::{
    clock::wall_ms,
    uplink::{History, gzip},
};

/// What [`Export::format`] says.
pub const FORMAT: &str = "brownout-outbox";
/// Version of the form.
pub const VERSION: u32 = 1;
/// An export is inflated up to this size, bytes.
const LONGEST: u64 = 64 << 20;
/// Begins the end of the file.
const SEAL: &str = ",\"mac\":\"";

/// What an export holds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Export {
    /// Always `brownout-outbox`.
    pub format: String,
    /// Version of this form: 1.
    pub version: u32,
    /// Id of the workshop.
    pub workshop: String,
    /// Id of the seat.
    pub seat: String,
    /// The hub's clock when the file was written, as far as the panel knows it; none in files of older panels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_ms: Option<u64>,
    /// The events, as they would be shipped.
    pub streams: Vec<ShipmentIn>,
    /// Data of the finished runs, as they would be sent: `data.json` without code.
    pub runs: Vec<Box<RawValue>>,
}

impl Export {
    /// The shipments as if they were sent at this instant of the hub's clock: what lay in a file has become older there.
    #[must_use]
    pub fn sent_at(&self, now_ms: u64) -> Vec<ShipmentIn> {
        let lay_ms = self.hub_ms.map_or(0, |written| now_ms.saturating_sub(written));
        let late = |of: &ShipmentIn| ShipmentIn { sent_ms: of.sent_ms.saturating_add(lay_ms), ..of.clone() };
        self.streams.iter().map(late).collect()
    }
}

/// Why an export is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It is none.
    #[error("this is no export of an outbox: {why}; `brownout outbox export` writes one")]
    Other {
        /// What is wrong.
        why: String,
    },
    /// It was written for another seat, or changed on its way.
    #[error(
        "the export is not as it was written: its signature does not fit; ask for the file again, as an attachment"
    )]
    Broken,
}

/// Writes everything of the history from `from` on, for a seat of a workshop, signed; and what is before it where the hub
/// lacks that too: another hub may have been in between. `have` is how far the hub is, 0 where that is not known.
/// `offset_ms` is the hub's clock less this laptop's.
///
/// # Errors
/// When the history cannot be read.
pub async fn export(
    history: &dyn History,
    (from, have): (u64, u64),
    (workshop, seat): (&str, &str),
    offset_ms: i64,
    sign: impl FnOnce(&[u8]) -> String,
) -> anyhow::Result<Vec<u8>> {
    let (mut streams, mut runs) = (Vec::new(), Vec::new());
    let begins = if have == 0 { from } else { from.min(have + 1) };
    let mut after = begins.saturating_sub(1);
    loop {
        let events = parcel(history.events(after, MOST_EVENTS).await?);
        let Some(last) = events.last() else { break };
        let first = after + 1;
        after = last.seq;
        for event in &events {
            let Some(SessionEvent::RunFinished { run, .. }) = event.body.known() else { continue };
            match history.record(run, false).await {
                Ok(Some(record)) => runs.push(RawValue::from_string(String::from_utf8(record)?)?),
                Ok(None) => {}
                // The score goes with the event; one damaged file holds up nothing else.
                Err(error) => {
                    tracing::warn!(run, error = format!("{error:#}"), "the record of a run is not in the export");
                }
            }
        }
        let (stream, sent_ms) = (history.stream(), wall_ms());
        let shipment = Shipment { stream, from, first, events, sent_ms, without: Vec::new() };
        streams.push(ShipmentIn::try_from(shipment)?);
    }
    let (format, version) = (FORMAT.to_owned(), VERSION);
    let (workshop, seat) = (workshop.to_owned(), seat.to_owned());
    let hub_ms = Some(wall_ms().saturating_add_signed(offset_ms));
    let export = Export { format, version, workshop, seat, hub_ms, streams, runs };
    let mut text = serde_json::to_string(&export)?;
    // The brace that ends the object comes after the signature.
    text.pop();
    let mac = sign(text.as_bytes());
    text.push_str(&format!("{SEAL}{mac}\"}}"));
    Ok(gzip(text.as_bytes()).to_vec())
}

/// An export whose signature was not looked at yet.
#[derive(Debug)]
pub struct Sealed {
    /// Id of the workshop that it says it is of.
    pub workshop: String,
    /// Id of the seat that it says it is of: whose key is to be tried.
    pub seat: String,
    said: String,
    mac: String,
}

impl Sealed {
    /// Unpacks a file.
    ///
    /// # Errors
    /// When it is no export.
    pub fn read(file: &[u8]) -> Result<Sealed, ExportError> {
        let other = |why: String| ExportError::Other { why };
        let mut text = String::new();
        let unpacked = GzDecoder::new(file).take(LONGEST + 1).read_to_string(&mut text);
        unpacked.map_err(|error| other(format!("it cannot be unpacked ({error})")))?;
        if text.len() as u64 > LONGEST {
            return Err(other(format!("it has more than {} MiB", LONGEST >> 20)));
        }
        let head: Head = serde_json::from_str(&text).map_err(|error| other(error.to_string()))?;
        if head.format != FORMAT {
            return Err(other("it says that it is something else".to_owned()));
        }
        if head.version != VERSION {
            return Err(other(format!("it is of version {}, and this is {VERSION}; update the hub", head.version)));
        }
        let (said, mac) = text.rsplit_once(SEAL).ok_or_else(|| other("it has no signature".to_owned()))?;
        let (said, mac) = (said.to_owned(), mac.trim_end().trim_end_matches('}').trim_end_matches('"').to_owned());
        Ok(Sealed { workshop: head.workshop, seat: head.seat, said, mac })
    }

    /// What is in it, if `signed` says that these bytes have this signature.
    ///
    /// # Errors
    /// When the signature is another one.
    pub fn open(self, signed: impl FnOnce(&[u8], &str) -> bool) -> Result<Export, ExportError> {
        if !signed(self.said.as_bytes(), &self.mac) {
            return Err(ExportError::Broken);
        }
        let text = format!("{}}}", self.said);
        serde_json::from_str(&text).map_err(|error| ExportError::Other { why: error.to_string() })
    }
}

/// What is read of an export before its signature was looked at.
#[derive(Debug, Deserialize)]
struct Head {
    format: String,
    version: u32,
    workshop: String,
    seat: String,
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use brownout_core::event::{Body, Envelope, SessionEnvelope};

    use super::*;

    #[derive(Debug)]
    struct Book(Vec<SessionEnvelope>);

    #[async_trait]
    impl History for Book {
        fn stream(&self) -> String {
            "session/p".to_owned()
        }
        async fn last(&self) -> anyhow::Result<u64> {
            Ok(self.0.len() as u64)
        }
        async fn events(&self, after: u64, most: usize) -> anyhow::Result<Vec<SessionEnvelope>> {
            Ok(self.0.iter().filter(|event| event.seq > after).take(most).cloned().collect())
        }
        async fn record(&self, run: &str, _: bool) -> anyhow::Result<Option<Vec<u8>>> {
            Ok(Some(format!("{{\"run\":\"{run}\",\"share\":0.1}}").into_bytes()))
        }
    }

    fn book(events: u64) -> Book {
        let finished = |seq| SessionEvent::RunFinished {
            run: format!("run-{seq}"),
            scenario: "timeouts".into(),
            score: Some(50),
            ranked: true,
            met: false,
            unmet: vec!["p95".into()],
            clock_ms: None,
        };
        let event = |seq| Envelope {
            v: 1,
            stream: "session/p".into(),
            seq,
            wall_ms: 5,
            run_us: None,
            body: Body::Known(finished(seq)),
        };
        Book((1..=events).map(event).collect())
    }

    /// Stands for a signature: how many bytes there are, and the sum of them.
    fn sign(bytes: &[u8]) -> String {
        format!("{:x}-{:x}", bytes.len(), bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>())
    }

    fn signed(bytes: &[u8], mac: &str) -> bool {
        sign(bytes) == mac
    }

    #[tokio::test]
    async fn an_export_is_read_whole_or_not_at_all() {
        let file = export(&book(600), (3, 0), ("w", "s"), -5_000, sign).await.expect("an export");
        let sealed = Sealed::read(&file).expect("it is one");
        assert_eq!((sealed.workshop.as_str(), sealed.seat.as_str()), ("w", "s"));
        let read = sealed.open(signed).expect("it is as it was written");
        assert_eq!((read.workshop.as_str(), read.runs.len()), ("w", 598));
        assert_eq!(read.runs[0].get(), "{\"run\":\"run-3\",\"share\":0.1}", "byte for byte");
        // An hour in a file is an hour; a hub whose clock is behind the file's takes it as sent now.
        let written = read.hub_ms.expect("a time");
        assert!(written <= wall_ms() - 5_000, "by the hub's clock");
        let late = |now_ms| read.sent_at(now_ms)[0].sent_ms - read.streams[0].sent_ms;
        assert_eq!((late(written + 3_600_000), late(written - 1)), (3_600_000, 0));
        let firsts: Vec<u64> = read.streams.iter().map(|shipment| shipment.first).collect();
        assert_eq!(firsts, [3, 259, 515]);
        // What the hub has of the stream may end before the beginning of this membership, or after it.
        for (have, begins) in [(1, 2), (2, 3), (500, 3)] {
            let file = export(&book(600), (3, have), ("w", "s"), 0, sign).await.expect("an export");
            let read = Sealed::read(&file).expect("it is one").open(signed).expect("it is as it was written");
            assert_eq!((read.streams[0].first, read.streams[0].from), (begins, 3), "the hub has {have}");
        }
        let all = read.streams.iter().flat_map(|shipment| shipment.events.iter().map(|event| event.seq));
        assert!(all.eq(3..=600));
        // One score made better, another's key, half a file, another file.
        let mut text = String::new();
        GzDecoder::new(file.as_slice()).read_to_string(&mut text).expect("text");
        let better = gzip(text.replacen("\"score\":50", "\"score\":99", 1).as_bytes());
        assert!(matches!(Sealed::read(&better).expect("an export").open(signed), Err(ExportError::Broken)));
        assert!(matches!(Sealed::read(&file).expect("an export").open(|_, _| false), Err(ExportError::Broken)));
        for wrong in
            [&file[..file.len() / 2], b"SCORE timeouts", &gzip(b"{}"), &gzip(text.replace(FORMAT, "x").as_bytes())]
        {
            assert!(matches!(Sealed::read(wrong), Err(ExportError::Other { .. })));
        }
    }
}
