//! Deleting everything of a seat.

use sqlx::AnyConnection;

use super::{event::Rewritten, seat::workshop_of, stream};

/// Deletes everything of a seat but what the workshop's own stream says of it, and rewrites that where asked; whether
/// there was such a seat.
pub(super) async fn erase(
    connection: &mut AnyConnection,
    seat: &str,
    rewritten: &[Rewritten<'_>],
) -> sqlx::Result<bool> {
    let Some(workshop) = workshop_of(connection, seat).await? else { return Ok(false) };
    stream::rewrite(connection, &workshop, rewritten).await?;
    for leftovers in [
        "DELETE FROM hub_records WHERE seat = $1",
        "DELETE FROM hub_events WHERE stream IN (SELECT stream FROM hub_streams WHERE seat = $1)",
        "DELETE FROM hub_streams WHERE seat = $1",
        "DELETE FROM seats WHERE id = $1",
    ] {
        sqlx::query(leftovers).bind(seat).execute(&mut *connection).await?;
    }
    Ok(true)
}
