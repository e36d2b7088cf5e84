//! A seat as it is kept, and how it is found.

use sqlx::{AnyConnection, Row, any::AnyRow};

use super::hash::Hash;
use crate::store::unsigned;

/// A seat as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSeat {
    /// A UUID.
    pub id: String,
    /// Id of the workshop.
    pub workshop: String,
    /// Order of joining, from 1.
    pub place: u64,
    /// The participant's id on the laptop. Not to leave the hub.
    pub participant: String,
    /// What the participant is called.
    pub name: String,
    /// What is unique of it.
    pub name_key: String,
    /// The last attempt that made this seat or sat on it.
    pub attempt: String,
    /// When that was, ms since the Unix epoch.
    pub attempt_ms: u64,
    /// Of the seat's token; `None` while the seat is removed.
    pub token: Option<Hash>,
    /// Of the recovery code.
    pub recovery: Hash,
    /// When it was made, ms since the Unix epoch.
    pub joined_ms: u64,
}

impl KeptSeat {
    /// Whether the facilitator took it out.
    #[must_use]
    pub fn removed(&self) -> bool {
        self.token.is_none()
    }
}

/// What a seat is looked up by, within its workshop.
#[derive(Debug, Clone, Copy)]
pub enum SeatKey<'a> {
    /// Its id.
    Id(&'a str),
    /// Its recovery code's hash.
    Recovery(&'a Hash),
    /// The participant's id.
    Participant(&'a str),
    /// The last attempt.
    Attempt(&'a str),
}

/// The columns of a seat and what they are wanted for, as one text that never changes.
macro_rules! seats {
    ($which:literal) => {
        concat!(
            "SELECT id, workshop, place, participant, name, name_key, attempt, attempt_ms, token_hash, recovery_hash, \
             joined_ms, removed FROM seats ",
            $which
        )
    };
}

pub(super) async fn all(connection: &mut AnyConnection, workshop: &str) -> sqlx::Result<Vec<KeptSeat>> {
    let rows = sqlx::query(seats!("WHERE workshop = $1 ORDER BY place")).bind(workshop).fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn by(
    connection: &mut AnyConnection,
    workshop: &str,
    key: SeatKey<'_>,
) -> sqlx::Result<Option<KeptSeat>> {
    let (query, key) = match key {
        SeatKey::Id(id) => (seats!("WHERE workshop = $1 AND id = $2"), id),
        SeatKey::Recovery(hash) => (seats!("WHERE workshop = $1 AND recovery_hash = $2"), hash.as_str()),
        SeatKey::Participant(id) => (seats!("WHERE workshop = $1 AND participant = $2"), id),
        SeatKey::Attempt(key) => (seats!("WHERE workshop = $1 AND attempt = $2"), key),
    };
    let row = sqlx::query(query).bind(workshop).bind(key).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> sqlx::Result<KeptSeat> {
    let token = Hash::column(row.try_get("token_hash")?)?;
    let removed: i64 = row.try_get("removed")?;
    Ok(KeptSeat {
        id: row.try_get("id")?,
        workshop: row.try_get("workshop")?,
        place: unsigned(row.try_get("place")?),
        participant: row.try_get("participant")?,
        name: row.try_get("name")?,
        name_key: row.try_get("name_key")?,
        attempt: row.try_get("attempt")?,
        attempt_ms: unsigned(row.try_get("attempt_ms")?),
        token: (removed == 0).then_some(token),
        recovery: Hash::column(row.try_get("recovery_hash")?)?,
        joined_ms: unsigned(row.try_get("joined_ms")?),
    })
}

/// The workshop of a seat, if there is such a seat.
pub(super) async fn workshop_of(connection: &mut AnyConnection, seat: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("SELECT workshop FROM seats WHERE id = $1").bind(seat).fetch_optional(connection).await
}
