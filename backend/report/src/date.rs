//! Wall times for people.

use time::OffsetDateTime;

/// `2026-11-21 17:42 UTC` of ms since the Unix epoch; the page's script shows it in the reader's own zone.
pub(crate) fn utc(ms: u64) -> String {
    moment(ms).map_or("–".to_owned(), |at| {
        let (date, time) = (at.date(), at.time());
        let (month, day) = (u8::from(date.month()), date.day());
        format!("{}-{month:02}-{day:02} {:02}:{:02} UTC", date.year(), time.hour(), time.minute())
    })
}

/// `2026-11-21T17:42:07Z`, for machines.
pub(crate) fn iso(ms: u64) -> String {
    moment(ms).map_or(String::new(), |at| {
        let (date, time) = (at.date(), at.time());
        let (month, day) = (u8::from(date.month()), date.day());
        format!("{}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", date.year(), time.hour(), time.minute(), time.second())
    })
}

/// `2026-11-21` of ms since the Unix epoch, in UTC, for names of files.
#[must_use]
pub fn day(ms: u64) -> String {
    iso(ms).chars().take(10).collect()
}

fn moment(ms: u64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(i64::try_from(ms / 1_000).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_what_it_was_in_greenwich() {
        assert_eq!(utc(0), "1970-01-01 00:00 UTC");
        assert_eq!(iso(1_795_282_927_500), "2026-11-21T17:42:07Z");
        assert_eq!(day(1_795_282_927_500), "2026-11-21");
        assert_eq!(utc(u64::MAX), "–");
    }
}
