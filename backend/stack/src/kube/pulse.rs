//! Asks the API server now and then whether it is there: a connection that hangs breaks no watch.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{access::Access, observer::Observer};
use crate::error::StackError;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(3);
/// A question that takes longer has failed.
const WITHIN: Duration = Duration::from_secs(3);

/// Tells the observer whether the API server answers, until it is dropped.
pub(super) async fn keep(access: &Access, observer: &Observer) {
    loop {
        sleep(EVERY).await;
        observer.answered(match timeout(WITHIN, access.answers()).await {
            Ok(Ok(())) => None,
            Ok(Err(StackError::Cluster { why, .. })) => Some(why),
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some(format!("the cluster at {} hangs; is this machine too busy?", access.server)),
        });
    }
}
