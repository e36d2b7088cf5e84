//! Streams of events at a hub: appending what is new, reading in the order of arrival.

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

use sqlx::{Any, AnyConnection, Row, any::AnyArguments, any::AnyRow, query::Query};

use super::event::{HubStream, KeptEvent, NewEvent, Rewritten, StreamPart};
use crate::store::{signed, unsigned};

/// What became of a part.
///
/// `have - new` is what was there before. Where a caller remembers less than that, a commit of which it heard an error
/// had succeeded: it reads what it lacks with [`super::HubStore::events`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Everything up to this number is there now.
    pub have: u64,
    /// How many of the part were new: the last ones up to `have`.
    pub new: u64,
    /// Place of the first new one in the order of arrival; the others follow it without gaps. 0 when there is none.
    pub place: u64,
    /// How many were there already with another body: the first one counts. Happens where a database was copied.
    pub differing: u64,
}

pub(super) async fn append(
    connection: &mut AnyConnection,
    parts: &[StreamPart<'_>],
) -> sqlx::Result<Vec<Option<Appended>>> {
    // The last place of each workshop of which there is something.
    let mut places: HashMap<&str, i64> = HashMap::new();
    let mut appended = Vec::with_capacity(parts.len());
    for part in parts {
        let workshop = part.stream.workshop();
        let place = match places.get(workshop) {
            Some(place) => *place,
            None => last_place(connection, workshop).await?,
        };
        let done = append_part(connection, part, place).await?;
        places.insert(workshop, place + done.map_or(0, |done| signed(done.new)));
        appended.push(done);
    }
    for (workshop, place) in places {
        let change = sqlx::query("UPDATE workshops SET last_place = $1 WHERE id = $2 AND last_place < $1");
        change.bind(place).bind(workshop).execute(&mut *connection).await?;
    }
    Ok(appended)
}

/// Asked of the workshop and not of its events: where the last ones were erased, their places are not given again.
async fn last_place(connection: &mut AnyConnection, workshop: &str) -> sqlx::Result<i64> {
    let last = sqlx::query_scalar("SELECT last_place FROM workshops WHERE id = $1");
    last.bind(workshop).fetch_one(connection).await
}

async fn append_part(
    connection: &mut AnyConnection,
    part: &StreamPart<'_>,
    place: i64,
) -> sqlx::Result<Option<Appended>> {
    let key = part.stream.key();
    let seat = part.stream.seat().unwrap_or_default();
    let (seats, known): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT COUNT(*) FROM seats WHERE id = $1 AND workshop = $2), \
         COALESCE((SELECT have FROM hub_streams WHERE stream = $3), -1)",
    )
    .bind(seat)
    .bind(part.stream.workshop())
    .bind(&*key)
    .fetch_one(&mut *connection)
    .await?;
    if seats == 0 && !seat.is_empty() {
        return Ok(None);
    }
    let before = u64::try_from(known).unwrap_or(part.from.saturating_sub(1));
    let known_ones = part.events.iter().take_while(|event| event.seq <= before).count();
    let (old, ahead) = part.events.split_at(known_ones);
    let next = ahead.iter().zip(before + 1..).take_while(|(event, seq)| event.seq == *seq).count();
    let new = &ahead[..next];
    let have = before + u64::try_from(next).unwrap_or(0);
    let differing = differing(connection, &key, old).await?;
    if !new.is_empty() {
        insert(connection, part, &key, new, place + 1).await?;
        sqlx::query(
            "INSERT INTO hub_streams (stream, seat, have) VALUES ($1, $2, $3) \
             ON CONFLICT (stream) DO UPDATE SET have = excluded.have",
        )
        .bind(&*key)
        .bind(seat)
        .bind(signed(have))
        .execute(&mut *connection)
        .await?;
    }
    let place = if new.is_empty() { 0 } else { unsigned(place + 1) };
    Ok(Some(Appended { have, new: have - before, place, differing }))
}

/// How many of these are there with another body.
async fn differing(connection: &mut AnyConnection, key: &str, old: &[NewEvent<'_>]) -> sqlx::Result<u64> {
    let (Some(first), Some(last)) = (old.iter().map(|e| e.seq).min(), old.iter().map(|e| e.seq).max()) else {
        return Ok(0);
    };
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT seq, body FROM hub_events WHERE stream = $1 AND seq BETWEEN $2 AND $3")
            .bind(key)
            .bind(signed(first))
            .bind(signed(last))
            .fetch_all(connection)
            .await?;
    let kept: HashMap<i64, String> = rows.into_iter().collect();
    let other = |event: &&NewEvent<'_>| kept.get(&signed(event.seq)).is_some_and(|body| body != event.body);
    Ok(old.iter().filter(other).map(|_| 1).sum())
}

/// So many rows go by one statement while there are that many, for the sake of a Postgres that is a network away; the
/// rest by one statement each. Two texts in all, which stay prepared.
const AT_ONCE: usize = 32;
const COLUMNS: usize = 9;
static ONE: LazyLock<String> = LazyLock::new(|| insert_of(1));
static MANY: LazyLock<String> = LazyLock::new(|| insert_of(AT_ONCE));

fn insert_of(rows: usize) -> String {
    let mut text =
        "INSERT INTO hub_events (stream, seq, workshop, seat, place, v, wall_ms, taken_ms, body) VALUES ".to_owned();
    for row in 0..rows {
        let separator = if row == 0 { "(" } else { ", (" };
        text.push_str(separator);
        for column in 1..=COLUMNS {
            let comma = if column == 1 { "" } else { ", " };
            // Writing to a string does not fail.
            let _ = write!(text, "{comma}${}", row * COLUMNS + column);
        }
        text.push(')');
    }
    text
}

async fn insert(
    connection: &mut AnyConnection,
    part: &StreamPart<'_>,
    key: &str,
    events: &[NewEvent<'_>],
    first_place: i64,
) -> sqlx::Result<()> {
    let mut place = first_place;
    let mut chunks = events.chunks_exact(AT_ONCE);
    for chunk in chunks.by_ref() {
        let query = chunk
            .iter()
            .zip(place..)
            .fold(sqlx::query(MANY.as_str()), |query, (event, place)| bind(query, part, key, event, place));
        query.execute(&mut *connection).await?;
        place += signed(AT_ONCE as u64);
    }
    for (event, place) in chunks.remainder().iter().zip(place..) {
        bind(sqlx::query(ONE.as_str()), part, key, event, place).execute(&mut *connection).await?;
    }
    Ok(())
}

fn bind<'q>(
    query: Query<'q, Any, AnyArguments>,
    part: &StreamPart<'_>,
    key: &str,
    event: &NewEvent<'_>,
    place: i64,
) -> Query<'q, Any, AnyArguments> {
    query
        .bind(key.to_owned())
        .bind(signed(event.seq))
        .bind(part.stream.workshop().to_owned())
        .bind(part.stream.seat().unwrap_or_default().to_owned())
        .bind(place)
        .bind(i64::from(event.v))
        .bind(signed(event.wall_ms))
        .bind(signed(part.taken_ms))
        .bind(event.body.to_owned())
}

pub(super) async fn events(
    connection: &mut AnyConnection,
    workshop: &str,
    after_place: u64,
    limit: u32,
) -> sqlx::Result<Vec<KeptEvent>> {
    let rows = sqlx::query(
        "SELECT place, stream, seat, seq, v, wall_ms, taken_ms, body FROM hub_events \
         WHERE workshop = $1 AND place > $2 ORDER BY place LIMIT $3",
    );
    let rows = rows.bind(workshop).bind(signed(after_place)).bind(i64::from(limit)).fetch_all(connection).await?;
    rows.iter().map(|row| read(workshop, row)).collect()
}

fn read(workshop: &str, row: &AnyRow) -> sqlx::Result<KeptEvent> {
    Ok(KeptEvent {
        place: unsigned(row.try_get("place")?),
        stream: HubStream::read(workshop, row.try_get("seat")?, row.try_get("stream")?),
        seq: unsigned(row.try_get("seq")?),
        v: u16::try_from(row.try_get::<i64, _>("v")?).unwrap_or(u16::MAX),
        wall_ms: unsigned(row.try_get("wall_ms")?),
        taken_ms: unsigned(row.try_get("taken_ms")?),
        body: row.try_get("body")?,
    })
}

/// Puts other bodies in the place of events of a workshop's own stream.
pub(super) async fn rewrite(
    connection: &mut AnyConnection,
    workshop: &str,
    rewritten: &[Rewritten<'_>],
) -> sqlx::Result<()> {
    let stream = HubStream::Workshop { workshop: workshop.to_owned() }.key();
    for Rewritten { seq, body } in rewritten {
        sqlx::query("UPDATE hub_events SET body = $1 WHERE stream = $2 AND seq = $3")
            .bind(*body)
            .bind(&*stream)
            .bind(signed(*seq))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_has_a_number_for_each_value_once() {
        assert!(ONE.ends_with("VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"), "{}", *ONE);
        assert!(MANY.ends_with(&format!(", ${})", AT_ONCE * COLUMNS)), "{}", *MANY);
        assert_eq!(MANY.matches('$').count(), AT_ONCE * COLUMNS);
        assert_eq!(MANY.matches('(').count(), AT_ONCE + 1);
    }
}
