//! The worker's way to the service that performs its jobs.

use std::fmt;

use axum::http::{Method, StatusCode};
use tokio::sync::AcquireError;

use super::{
    call::{Caller, Refusal, Signed, Unavailable, read},
    job::Job,
    jobs::Jobs,
    order::Receipt,
};

/// The licence to have jobs performed, ten at a time. Who performs them counts, not we.
pub struct Licence {
    caller: Caller,
    jobs: Jobs,
}

impl Licence {
    /// Nothing is called before a job is to be performed.
    pub(super) fn new(jobs: Jobs) -> Self {
        Licence { caller: Caller::new(), jobs }
    }

    /// Has a job performed, which takes 10 ms or a second. An eleventh one at a time fails.
    /// Dropping this future hangs up.
    #[allow(dead_code, reason = "an edit of the case may leave it out")]
    pub async fn perform(&self, job: &Job) -> Result<Receipt, Failed> {
        let _busy = self.jobs.begin(job);
        let path = format!("/perform?job={}&kind={}", job.name(), job.kind.word());
        // Boxed, so that the thousands of jobs that wait are small.
        let (status, body) = Box::pin(self.caller.call(Method::POST, &path)).await?;
        match status {
            _ if status.is_success() => Ok(Receipt(read::<Signed>(&body)?.receipt.unwrap_or_default())),
            StatusCode::TOO_MANY_REQUESTS => Err(Failed(read::<Refusal>(&body)?.error)),
            _ => Err(Failed(format!("the dependency answered {status}"))),
        }
    }
}

/// Why a job was not done.
#[derive(Debug)]
pub struct Failed(pub String);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Unavailable> for Failed {
    fn from(why: Unavailable) -> Self {
        Failed(why.to_string())
    }
}

impl From<AcquireError> for Failed {
    fn from(_: AcquireError) -> Self {
        Failed("the pool was closed".to_owned())
    }
}
