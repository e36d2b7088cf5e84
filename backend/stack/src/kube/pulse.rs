//! Asks the API server now and then whether it is there: a connection that hangs breaks no watch.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{access::Access, observer::stale};
use crate::board::Board;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(3);
/// A question that takes longer has failed.
const WITHIN: Duration = Duration::from_secs(3);

/// Keeps on the board whether the API server answers, until it is dropped.
pub(super) async fn keep(access: &Access, board: &Board) {
    let mut lost = false;
    loop {
        sleep(EVERY).await;
        let why = match timeout(WITHIN, access.answers()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("{} did not answer within {} s", access.server, WITHIN.as_secs())),
        };
        match &why {
            Some(why) => board.stale(&stale(why)),
            // The watches take their own notices back.
            None if lost => board.stale(""),
            None => {}
        }
        lost = why.is_some();
    }
}
