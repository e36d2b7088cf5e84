//! The workshops of a hub.

use sqlx::{AnyConnection, Row};

use super::hash::Hash;
use crate::store::{signed, unsigned};

/// A workshop as it is kept. What happens to it stands in its stream of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWorkshop {
    /// A UUID.
    pub id: String,
    /// What the facilitator called it.
    pub name: String,
    /// When it was opened, ms since the Unix epoch.
    pub created_ms: u64,
    /// Of the facilitator's token.
    pub facilitator: Hash,
    /// Of the big screen's token.
    pub screen: Hash,
}

/// A secret of a workshop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    /// The facilitator's token: may do everything.
    Facilitator,
    /// The big screen's token: reads the board and the agenda.
    Screen,
}

pub(super) async fn newest(connection: &mut AnyConnection, name: &str) -> sqlx::Result<Option<KeptWorkshop>> {
    let row = sqlx::query(
        "SELECT id, name, created_ms, facilitator_hash, screen_hash FROM workshops WHERE name = $1 \
         ORDER BY created_ms DESC, id LIMIT 1",
    );
    let Some(row) = row.bind(name).fetch_optional(connection).await? else { return Ok(None) };
    Ok(Some(KeptWorkshop {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        created_ms: unsigned(row.try_get("created_ms")?),
        facilitator: Hash::column(row.try_get("facilitator_hash")?)?,
        screen: Hash::column(row.try_get("screen_hash")?)?,
    }))
}

pub(super) async fn open(connection: &mut AnyConnection, workshop: &KeptWorkshop) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO workshops (id, name, created_ms, facilitator_hash, screen_hash, last_place) \
         VALUES ($1, $2, $3, $4, $5, 0)",
    )
    .bind(&*workshop.id)
    .bind(&*workshop.name)
    .bind(signed(workshop.created_ms))
    .bind(workshop.facilitator.as_str())
    .bind(workshop.screen.as_str())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn set_secret(
    connection: &mut AnyConnection,
    workshop: &str,
    which: Secret,
    hash: &Hash,
) -> sqlx::Result<bool> {
    let change = match which {
        Secret::Facilitator => "UPDATE workshops SET facilitator_hash = $1 WHERE id = $2",
        Secret::Screen => "UPDATE workshops SET screen_hash = $1 WHERE id = $2",
    };
    let changed = sqlx::query(change).bind(hash.as_str()).bind(workshop).execute(connection).await?;
    Ok(changed.rows_affected() > 0)
}
