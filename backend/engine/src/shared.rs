//! What all workers of a run share: the streams, ready to be sent, and how many calls are open.

use std::{
    sync::atomic::AtomicU32,
    time::{Duration, Instant},
};

use brownout_core::scenario::Stream;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Uri};
use tokio_util::sync::CancellationToken;

use crate::{
    job::JobRule,
    target::{Endpoint, EngineError, Target},
    template::Template,
};

/// An id has at most 64 characters: so many for the run, 16 for the stream, 10 for the number, two dashes.
const RUN_CHARS: usize = 36;
const NAME_CHARS: usize = 16;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) streams: Vec<Stream>,
    pub(crate) prepared: Vec<Prepared>,
    pub(crate) receipt_key: Option<[u8; 32]>,
    pub(crate) end_us: u64,
    /// Run-clock zero.
    pub(crate) zero: Instant,
    pub(crate) stop: CancellationToken,
}

/// A stream with everything parsed that a request needs.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    pub(crate) path: Template,
    pub(crate) id_prefix: String,
    pub(crate) body: Option<Bytes>,
    pub(crate) receipt: Option<(HeaderName, Template)>,
    /// Path of the feed that tells the ends of jobs, and how they are named.
    pub(crate) job: Option<(String, JobRule)>,
    pub(crate) degraded: Option<HeaderName>,
    pub(crate) host: HeaderValue,
    /// Calls open on all workers.
    pub(crate) open: AtomicU32,
}

impl Shared {
    /// Run-clock zero is now, until it is set.
    pub(crate) fn new(
        streams: Vec<Stream>,
        end_us: u64,
        target: &Target,
        stop: CancellationToken,
    ) -> Result<Self, EngineError> {
        let prepared = streams.iter().enumerate().map(|(at, stream)| Prepared::of(at, stream, target));
        let prepared = prepared.collect::<Result<_, _>>()?;
        Ok(Shared { streams, prepared, receipt_key: target.receipt_key, end_us, zero: Instant::now(), stop })
    }

    /// The run clock, µs; 0 before the run begins.
    pub(crate) fn now_us(&self) -> u64 {
        self.us(Instant::now())
    }

    /// What the run clock showed at an instant, µs.
    pub(crate) fn us(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.zero).as_micros() as u64
    }

    /// When the run clock shows this.
    pub(crate) fn instant(&self, us: u64) -> Instant {
        self.zero + Duration::from_micros(us)
    }
}

impl Prepared {
    fn of(at: usize, stream: &Stream, target: &Target) -> Result<Self, EngineError> {
        let bad = |what: &'static str, value: &str| EngineError::Stream {
            stream: stream.name.clone(),
            what,
            value: value.to_owned(),
        };
        let header = |name: &str| HeaderName::try_from(name).map_err(|_| bad("header", name));
        let endpoint = Endpoint::of(if stream.target == "worker" { &target.worker } else { &target.api })?;
        let id_prefix = id_prefix(&target.run, at, &stream.name);
        let path = Template::of(&stream.path);
        if !stream.path.starts_with('/') || path.fill(0, &id_prefix).parse::<Uri>().is_err() {
            return Err(bad("path", &stream.path));
        }
        Ok(Prepared {
            host: HeaderValue::try_from(&endpoint.host).map_err(|_| bad("host", &endpoint.host))?,
            endpoint,
            method: stream.method.parse().map_err(|_| bad("method", &stream.method))?,
            path,
            body: stream.body.clone().map(Bytes::from),
            receipt: match &stream.receipt {
                Some(rule) => Some((header(&rule.header)?, Template::of(&rule.message))),
                None => None,
            },
            job: match &stream.completion {
                Some(rule) if !rule.feed.starts_with('/') || rule.feed.parse::<Uri>().is_err() => {
                    return Err(bad("path", &rule.feed));
                }
                Some(rule) => {
                    let named = JobRule::of(rule, &id_prefix).ok_or_else(|| bad("name of a job", &rule.job))?;
                    Some((rule.feed.clone(), named))
                }
                None => None,
            },
            id_prefix,
            degraded: stream.degraded_header.as_deref().map(header).transpose()?,
            open: AtomicU32::new(0),
        })
    }
}

/// `{run}-{stream}-`, of letters, digits and dashes only; a stream's long or odd name becomes its number.
fn id_prefix(run: &str, at: usize, name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let run: String = run.chars().take(RUN_CHARS).map(|c| if plain(c) { c } else { '-' }).collect();
    if !name.is_empty() && name.len() <= NAME_CHARS && name.chars().all(plain) {
        format!("{run}-{name}-")
    } else {
        format!("{run}-s{at}-")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_and_short_whatever_the_names() {
        let uuid = "0193d3c2-7a5e-7c3a-9d2e-2b1f0c9e8d7a";
        assert_eq!(id_prefix(uuid, 0, "quotes"), format!("{uuid}-quotes-"));
        assert_eq!(id_prefix("a b/ü", 2, "odd name"), "a-b---s2-");
        let longest = id_prefix(&"x".repeat(99), 3, &"y".repeat(NAME_CHARS)) + "9999999999";
        assert_eq!(longest.len(), 64);
    }
}
