//! What the worker has to do.

use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::dependency::check_id;

/// Kinds of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Takes 10 ms.
    Fast,
    /// Takes a second.
    Slow,
}

impl Kind {
    /// The kind as it is written in addresses, receipts and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Fast => "fast",
            Kind::Slow => "slow",
        }
    }
}

/// One job of a batch.
#[derive(Debug)]
pub struct Job {
    /// Its kind.
    #[allow(dead_code, reason = "an edit of a case may treat all jobs alike, as the broken one does")]
    pub kind: Kind,
    /// Id of its batch.
    pub batch: String,
    /// Its place in the batch, from 0.
    pub k: u64,
    /// Counts the jobs of this worker in the order in which they were submitted.
    pub(super) serial: u64,
    pub(super) submitted: Instant,
}

impl Job {
    /// Its name: `<batch id>.<k>`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.batch, self.k)
    }
}

/// Reads the place in the batch from a job's name.
///
/// # Errors
/// When the name is none, as a sentence.
pub(super) fn check_name(name: &str) -> Result<u64, String> {
    let wrong = || format!("`{name}` is no job; a job is <batch id>.<number>");
    let (batch, k) = name.rsplit_once('.').ok_or_else(wrong)?;
    check_id(batch)?;
    let digits = (1..=9).contains(&k.len()) && k.bytes().all(|digit| digit.is_ascii_digit());
    if digits { k.parse().map_err(|_| wrong()) } else { Err(wrong()) }
}
