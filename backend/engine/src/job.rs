//! Jobs that requests start: how they are named, and what a line of the feed says of one.

use std::{borrow::Cow, time::Instant};

use brownout_core::{outcome::Outcome, scenario::Completion};
use serde::Deserialize;

use crate::{receipt, template::Template};

/// How the jobs of one stream are named and signed.
#[derive(Debug, Clone)]
pub(crate) struct JobRule {
    /// Text before the number of the arrival in a job's name.
    before: String,
    /// Text after it.
    after: String,
    id_prefix: String,
    signs: Template,
}

/// A job that has ended, as the feed told it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Completed {
    /// Index of the stream.
    pub(crate) stream: usize,
    /// Number of the arrival within the stream.
    pub(crate) n: u64,
    pub(crate) outcome: Outcome,
    /// When its line was read.
    pub(crate) seen: Instant,
}

/// One line of the feed.
#[derive(Debug, Deserialize)]
pub(crate) struct Line<'a> {
    pub(crate) seq: u64,
    /// Nothing in the first line, which only says where the feed stands.
    #[serde(borrow)]
    pub(crate) job: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    receipt: Option<Cow<'a, str>>,
    /// Why the job came to nothing.
    #[serde(borrow, default)]
    failed: Option<Cow<'a, str>>,
}

impl JobRule {
    /// `None` when the name of a job does not lead back to one id.
    pub(crate) fn of(rule: &Completion, id_prefix: &str) -> Option<Self> {
        let (before, after) = rule.job.split_once("{id}")?;
        if after.contains("{id}") || rule.job.contains("{n}") {
            return None;
        }
        Some(JobRule {
            before: format!("{before}{id_prefix}"),
            after: after.to_owned(),
            id_prefix: id_prefix.to_owned(),
            signs: Template::of(&rule.signs),
        })
    }

    /// The number of the arrival that a job is of, if it is of this stream and run.
    pub(crate) fn number(&self, job: &str) -> Option<u64> {
        let digits = job.strip_prefix(&self.before)?.strip_suffix(self.after.as_str())?;
        // `+7` and `007` are numbers too, but nobody was given such an id.
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
        if plain { digits.parse().ok() } else { None }
    }

    /// What a line says of the arrival with this number.
    pub(crate) fn outcome(&self, n: u64, line: &Line<'_>, key: Option<&[u8; 32]>) -> Outcome {
        if line.failed.is_some() {
            return Outcome::Rejected;
        }
        let message = self.signs.fill(n, &format!("{}{n}", self.id_prefix));
        let given = line.receipt.as_deref().unwrap_or_default();
        match key {
            Some(key) if receipt::verifies(key, &message, given.as_bytes()) => Outcome::Ok,
            _ => Outcome::Invalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(job: &str) -> Option<JobRule> {
        let rule = Completion { feed: "/f".to_owned(), job: job.to_owned(), signs: "job:{id}".to_owned() };
        JobRule::of(&rule, "run-fast-")
    }

    #[test]
    fn a_job_leads_back_to_its_arrival_and_no_other_does() {
        let rule = rule("batch:{id}.0").unwrap();
        assert_eq!(rule.number("batch:run-fast-0.0"), Some(0));
        assert_eq!(rule.number("batch:run-fast-1207.0"), Some(1_207));
        for other in
            ["", "run-fast-7.0", "batch:run-fast-.0", "batch:run-fast-7.1", "batch:run-slow-7.0", "batch:run-fast-7"]
        {
            assert_eq!(rule.number(other), None, "{other}");
        }
        for odd in ["+7", "007", "-7", "7 ", "99999999999999999999999"] {
            assert_eq!(rule.number(&format!("batch:run-fast-{odd}.0")), None, "{odd}");
        }
    }

    #[test]
    fn a_name_without_its_one_id_leads_nowhere() {
        assert!(rule("job").is_none() && rule("{id}{id}").is_none() && rule("{id}.{n}").is_none());
    }
}
