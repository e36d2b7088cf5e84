//! A workshop in one file: out and in again.

use std::io::{self, Read};

use brownout_core::hub::{
    archive::{ARCHIVE_FORMAT, ARCHIVE_VERSION, Archive, ArchivedCell, ArchivedSeat},
    page::SurveyResults,
};
use brownout_store::hub::HubStore;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::Deserialize;

use crate::{
    course::Course,
    error::HubError,
    name::tag,
    room::{Room, each_event},
    seat::Seat,
    summary::Count,
};

/// Bytes of the largest file that is taken for an archive.
pub const MOST_FILE_BYTES: usize = 32 << 20;
/// Bytes of the largest archive that is read, before compression.
const MOST_BYTES: u64 = 64 << 20;
/// Letters of the workshop's name in the name of a file.
const LONGEST_WORDS: usize = 60;
/// What a file of gzip begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The workshop of a room as one file. Reads the whole log.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn archive(store: &dyn HubStore, room: &Room, now_ms: u64) -> Result<Archive, HubError> {
    // A hub that goes on overnight is no step that goes on overnight.
    let end_ms = room.taken_ms().min(now_ms);
    let course = Course::of(room.log(), end_ms);
    let mut count = Count::of(room, &course);
    each_event(store, &room.workshop().id, |event| {
        // What came since the room was looked at is not in it either.
        if event.place <= room.place() {
            count.take(event);
        }
    })
    .await?;
    let SurveyResults { takeaways, answers } = room.survey();
    let seats = room.participants().map(|seat| archived(room, &course, &count, seat)).collect();
    Ok(Archive {
        format: ARCHIVE_FORMAT.to_owned(),
        version: ARCHIVE_VERSION,
        workshop: room.card(now_ms),
        sheet: room.stage().sheet.clone(),
        steps: course.took(),
        seats,
        takeaways,
        survey: answers,
        summary: count.summary(end_ms),
    })
}

fn archived(room: &Room, course: &Course, count: &Count<'_>, seat: &Seat) -> ArchivedSeat {
    let kept = seat.kept();
    let began = course.began();
    let cell = |scenario: &str| {
        let known = seat.cells.get(scenario).cloned().unwrap_or_default();
        let hints = seat.cases.cases.get(scenario).map_or(0, |case| case.hints.len());
        let met_ms = count.case(&kept.id, scenario).and_then(|case| case.met_ms);
        let after = |met: u64| began.get(scenario).map(|began| met.saturating_sub(*began));
        ArchivedCell {
            state: seat.state(scenario),
            best: known.best.map(|best| best.score),
            runs: known.runs,
            hints: u32::try_from(hints).unwrap_or(u32::MAX),
            clock_ms: seat.clock_ms(scenario),
            met_after_ms: met_ms.and_then(after),
        }
    };
    let cases = room.stage().cases();
    ArchivedSeat {
        name: kept.name.clone(),
        tag: tag(&kept.id).to_owned(),
        cells: cases.iter().map(|case| cell(&case.scenario)).collect(),
    }
}

/// The archive as a file: JSON, gzip.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn pack(archive: &Archive) -> Result<Vec<u8>, HubError> {
    let unfit = |error: &dyn std::error::Error| HubError::unfit(format!("the archive cannot be written: {error}."));
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    serde_json::to_writer(&mut gzip, archive).map_err(|error| unfit(&error))?;
    gzip.finish().map_err(|error| unfit(&error))
}

/// Reads a file that [`pack`] made, of this version or an older one; also where a browser has unpacked it.
///
/// # Errors
/// When it is something else, damaged, of a newer version, or larger than anything that a workshop makes.
pub fn unpack(file: &[u8]) -> Result<Archive, HubError> {
    let text = unzipped(file)?;
    // First what it says of itself: another version may have other fields.
    let Ok(Head { format, version }) = serde_json::from_slice(&text) else {
        return Err(no_archive());
    };
    if format != ARCHIVE_FORMAT {
        return Err(no_archive());
    }
    if version > ARCHIVE_VERSION {
        return Err(HubError::unfit(format!(
            "the archive is of version {version}, this Brownout knows {ARCHIVE_VERSION}. Update Brownout."
        )));
    }
    serde_json::from_slice(&text).map_err(|error| damaged(&error))
}

/// What every version says of itself.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

fn unzipped(file: &[u8]) -> Result<Vec<u8>, HubError> {
    let mut text = Vec::new();
    let read = match file.starts_with(&GZIP) {
        true => GzDecoder::new(file).take(MOST_BYTES + 1).read_to_end(&mut text),
        false => file.take(MOST_BYTES + 1).read_to_end(&mut text),
    };
    match read {
        Ok(bytes) if u64::try_from(bytes).is_ok_and(|bytes| bytes <= MOST_BYTES) => Ok(text),
        Ok(_) => {
            Err(HubError::unfit(format!("the archive has more than {MOST_BYTES} bytes; no workshop makes so many.")))
        }
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(HubError::unfit(
            "the archive breaks off before its end. Download it again, on the page After of the hub.",
        )),
        Err(error) => Err(damaged(&error)),
    }
}

fn no_archive() -> HubError {
    HubError::unfit(
        "this file is no archive of a workshop. “Download the archive” on the page After of a hub writes one.",
    )
}

fn damaged(error: &dyn std::error::Error) -> HubError {
    HubError::unfit(format!("the archive is damaged ({error}). Download it again, on the page After of the hub."))
}

/// What the file is called: `workshop-<name>-<date>.brownout.json.gz`, in letters that every system has.
#[must_use]
pub fn file_name(archive: &Archive, date: &str) -> String {
    let name = archive.workshop.name.to_lowercase();
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words: String = words.collect::<Vec<_>>().join("-").chars().take(LONGEST_WORDS).collect();
    let parts = ["workshop", words.trim_end_matches('-'), date];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}.brownout.json.gz", parts.join("-"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use brownout_core::hub::seat::WorkshopCard;

    use super::*;

    fn archive() -> Archive {
        let workshop = WorkshopCard { name: "Resilience, 24 Nov".into(), ..WorkshopCard::default() };
        Archive { format: ARCHIVE_FORMAT.into(), version: ARCHIVE_VERSION, workshop, ..Archive::default() }
    }

    #[test]
    fn what_was_packed_is_read_as_it_was() {
        let file = pack(&archive()).unwrap();
        assert_eq!(unpack(&file).unwrap(), archive());
        let unzipped = serde_json::to_vec(&archive()).unwrap();
        assert_eq!(unpack(&unzipped).unwrap(), archive(), "some browsers unpack what they download");
    }

    #[test]
    fn a_file_is_named_after_its_workshop_in_letters_that_every_system_has() {
        let named = |name: &str| {
            let workshop = WorkshopCard { name: name.into(), ..WorkshopCard::default() };
            file_name(&Archive { workshop, ..archive() }, "2026-11-24")
        };
        assert_eq!(named("Resilience, 24 Nov"), "workshop-resilience-24-nov-2026-11-24.brownout.json.gz");
        assert_eq!(named("../\"\r\n Übung"), "workshop-bung-2026-11-24.brownout.json.gz");
        assert_eq!(named("研修"), "workshop-2026-11-24.brownout.json.gz");
        assert!(named(&"long ".repeat(500)).len() < 120);
    }

    #[test]
    fn anything_else_is_refused_with_a_reason_and_the_next_step() {
        let packed = |value: serde_json::Value| {
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            serde_json::to_writer(&mut gzip, &value).unwrap();
            gzip.finish().unwrap()
        };
        let newer = packed(serde_json::json!({"format": ARCHIVE_FORMAT, "version": 2, "people": []}));
        let other = pack(&Archive { format: "brownout-outbox".into(), ..archive() }).unwrap();
        let lacking = packed(serde_json::json!({"format": ARCHIVE_FORMAT, "version": 1}));
        let whole = pack(&archive()).unwrap();
        let mut flipped = whole.clone();
        let last = flipped.len() - 6;
        flipped[last] ^= 1;
        let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
        let block = vec![b' '; 1 << 20];
        (0..65).for_each(|_| bomb.write_all(&block).unwrap());
        for (file, why) in [
            (newer, "is of version 2, this Brownout knows 1. Update"),
            (other, "is no archive of a workshop"),
            (whole[..whole.len() / 2].to_vec(), "breaks off before its end. Download"),
            (flipped, "is damaged"),
            (lacking, "missing field `workshop`"),
            (b"text".to_vec(), "is no archive of a workshop"),
            (Vec::new(), "is no archive of a workshop"),
            (bomb.finish().unwrap(), "more than 67108864 bytes"),
        ] {
            let says = unpack(&file).unwrap_err().to_string();
            assert!(says.contains(why), "{says}");
        }
    }
}
