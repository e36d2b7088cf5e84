//! Who takes a seat, and what changes of it.

use sqlx::{Any, AnyConnection, any::AnyArguments, query::Query};

use super::{
    hash::Hash,
    seat::{KeptSeat, SeatKey, by, workshop_of},
};
use crate::store::{signed, unsigned};

/// A seat that somebody wants to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedSeat {
    /// Id of the seat if it is a new one, a UUID.
    pub id: String,
    /// Id of the workshop.
    pub workshop: String,
    /// The participant's id on the laptop, a UUID.
    pub participant: String,
    /// What the participant is to be called.
    pub name: String,
    /// What must be unique of it in the workshop, e.g. the name in lower case.
    pub name_key: String,
    /// Key of this attempt, a UUID: the same again comes from somebody whose answer was lost.
    pub attempt: String,
    /// Attempts that were first made before this instant are no longer good for anything, ms since the Unix epoch.
    pub attempts_since_ms: u64,
    /// Of the seat's token.
    pub token: Hash,
    /// Of the recovery code.
    pub recovery: Hash,
    /// Now, ms since the Unix epoch.
    pub now_ms: u64,
}

/// What came of wanting a seat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeatTaken {
    /// A new one.
    New(KeptSeat),
    /// The one that the same attempt of the same participant made; its secrets are the new ones from now on.
    Again(KeptSeat),
    /// The participant has this one by another attempt, or by one that is too old. Nothing was changed.
    Held(KeptSeat),
    /// Another seat has the name. Nothing was changed.
    NameTaken,
}

/// A change of a seat.
#[derive(Debug, Clone, Copy)]
pub enum SeatChange<'a> {
    /// Another name.
    Name {
        /// As it is shown.
        name: &'a str,
        /// What must be unique of it.
        key: &'a str,
    },
    /// Somebody sits on it again, perhaps on another laptop; the token before ends.
    Sit {
        /// The participant's id there.
        participant: &'a str,
        /// Key of this attempt.
        attempt: &'a str,
        /// Of the new token.
        token: &'a Hash,
        /// Of a new recovery code, where there is one.
        recovery: Option<&'a Hash>,
        /// Now, ms since the Unix epoch.
        now_ms: u64,
    },
    /// Another recovery code.
    Recovery(&'a Hash),
    /// Taken out, or let in again: with its old token if nobody sat on it meanwhile.
    Removed(bool),
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatChanged {
    /// It was made.
    Done,
    /// There is no such seat.
    NoSeat,
    /// Another seat of the workshop has the name. Nothing was changed.
    NameTaken,
    /// Another seat of the workshop has the participant or the attempt. Nothing was changed.
    ParticipantTaken,
}

pub(super) async fn take(connection: &mut AnyConnection, wanted: &WantedSeat) -> sqlx::Result<SeatTaken> {
    let workshop = wanted.workshop.as_str();
    let attempted = by(connection, workshop, SeatKey::Attempt(&wanted.attempt)).await?;
    let held = match attempted {
        Some(seat) => Some(seat),
        None => by(connection, workshop, SeatKey::Participant(&wanted.participant)).await?,
    };
    if let Some(seat) = held {
        let same = seat.attempt == wanted.attempt && seat.participant == wanted.participant;
        if !same || seat.removed() || seat.attempt_ms < wanted.attempts_since_ms {
            return Ok(SeatTaken::Held(seat));
        }
        sqlx::query("UPDATE seats SET token_hash = $1, recovery_hash = $2 WHERE id = $3")
            .bind(wanted.token.as_str())
            .bind(wanted.recovery.as_str())
            .bind(&*seat.id)
            .execute(connection)
            .await?;
        let (token, recovery) = (Some(wanted.token.clone()), wanted.recovery.clone());
        return Ok(SeatTaken::Again(KeptSeat { token, recovery, ..seat }));
    }
    if name_taken(connection, workshop, &wanted.name_key, &wanted.id).await? {
        return Ok(SeatTaken::NameTaken);
    }
    let place: i64 = sqlx::query_scalar("SELECT COALESCE(MAX(place), 0) + 1 FROM seats WHERE workshop = $1")
        .bind(workshop)
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO seats (id, workshop, place, participant, name, name_key, attempt, attempt_ms, token_hash, \
         recovery_hash, joined_ms, removed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)",
    )
    .bind(&*wanted.id)
    .bind(workshop)
    .bind(place)
    .bind(&*wanted.participant)
    .bind(&*wanted.name)
    .bind(&*wanted.name_key)
    .bind(&*wanted.attempt)
    .bind(signed(wanted.now_ms))
    .bind(wanted.token.as_str())
    .bind(wanted.recovery.as_str())
    .bind(signed(wanted.now_ms))
    .execute(connection)
    .await?;
    let wanted = wanted.clone();
    Ok(SeatTaken::New(KeptSeat {
        id: wanted.id,
        workshop: wanted.workshop,
        place: unsigned(place),
        participant: wanted.participant,
        name: wanted.name,
        name_key: wanted.name_key,
        attempt: wanted.attempt,
        attempt_ms: wanted.now_ms,
        token: Some(wanted.token),
        recovery: wanted.recovery,
        joined_ms: wanted.now_ms,
    }))
}

pub(super) async fn change(
    connection: &mut AnyConnection,
    seat: &str,
    change: SeatChange<'_>,
) -> sqlx::Result<SeatChanged> {
    let Some(workshop) = workshop_of(connection, seat).await? else { return Ok(SeatChanged::NoSeat) };
    // Collisions are looked for and not run into: in Postgres an error would end the transaction.
    let query = match change {
        SeatChange::Name { name, key } => {
            if name_taken(connection, &workshop, key, seat).await? {
                return Ok(SeatChanged::NameTaken);
            }
            sqlx::query("UPDATE seats SET name = $2, name_key = $3 WHERE id = $1").bind(seat).bind(name).bind(key)
        }
        SeatChange::Sit { participant, attempt, token, recovery, now_ms } => {
            if sits_elsewhere(connection, &workshop, participant, attempt, seat).await? {
                return Ok(SeatChanged::ParticipantTaken);
            }
            if let Some(recovery) = recovery {
                set_recovery(seat, recovery).execute(&mut *connection).await?;
            }
            sqlx::query(
                "UPDATE seats SET participant = $2, attempt = $3, token_hash = $4, attempt_ms = $5 WHERE id = $1",
            )
            .bind(seat)
            .bind(participant)
            .bind(attempt)
            .bind(token.as_str())
            .bind(signed(now_ms))
        }
        SeatChange::Recovery(hash) => set_recovery(seat, hash),
        SeatChange::Removed(removed) => {
            sqlx::query("UPDATE seats SET removed = $2 WHERE id = $1").bind(seat).bind(i64::from(removed))
        }
    };
    query.execute(connection).await?;
    Ok(SeatChanged::Done)
}

fn set_recovery<'q>(seat: &'q str, hash: &'q Hash) -> Query<'q, Any, AnyArguments> {
    sqlx::query("UPDATE seats SET recovery_hash = $2 WHERE id = $1").bind(seat).bind(hash.as_str())
}

async fn name_taken(connection: &mut AnyConnection, workshop: &str, key: &str, seat: &str) -> sqlx::Result<bool> {
    let others = sqlx::query_scalar("SELECT COUNT(*) FROM seats WHERE workshop = $1 AND name_key = $2 AND id <> $3");
    let others: i64 = others.bind(workshop).bind(key).bind(seat).fetch_one(connection).await?;
    Ok(others > 0)
}

async fn sits_elsewhere(
    connection: &mut AnyConnection,
    workshop: &str,
    participant: &str,
    attempt: &str,
    seat: &str,
) -> sqlx::Result<bool> {
    let others = sqlx::query_scalar(
        "SELECT COUNT(*) FROM seats WHERE workshop = $1 AND id <> $2 AND (participant = $3 OR attempt = $4)",
    );
    let others: i64 = others.bind(workshop).bind(seat).bind(participant).bind(attempt).fetch_one(connection).await?;
    Ok(others > 0)
}
