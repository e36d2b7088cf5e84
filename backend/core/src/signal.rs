//! Signals: the namespaced names that criteria and score terms speak of, and the registry that resolves them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::quantity::Unit;

/// Something that a run can be asked for. Written `load.right`, `load.quotes.p95`, `probe.dep.in_flight`, `books.balanced`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Signal {
    /// Measured by the load engine, of one stream or of all.
    Load {
        /// Name of the stream; `None` means all streams together.
        stream: Option<String>,
        /// What is measured.
        measure: Measure,
    },
    /// A gauge that the stack reads each second; its mean over the span.
    Probe {
        /// Name of the gauge, e.g. `dep.in_flight`.
        gauge: String,
    },
    /// Whether the lab's database adds up after the last call has ended: 1 or 0, whatever the span.
    Books,
}

/// What the engine measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Goodput: verified answers within `right_within` of the intended instant ÷ scheduled arrivals.
    Right,
    /// Answered at all (ok or degraded) ÷ scheduled. Shown, never scored.
    Answered,
    /// Dropped ÷ scheduled.
    Dropped,
    /// A percentile of the latency over all scheduled arrivals, in 1/1000.
    Percentile(u16),
}

impl Measure {
    /// Names and measures, in the order of the documentation.
    pub const NAMES: [(&'static str, Measure); 6] = [
        ("right", Measure::Right),
        ("answered", Measure::Answered),
        ("dropped", Measure::Dropped),
        ("p50", Measure::Percentile(500)),
        ("p95", Measure::Percentile(950)),
        ("p99", Measure::Percentile(990)),
    ];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, measure)| *measure == self).map_or("right", |(name, _)| name)
    }
}

impl Signal {
    /// The stream of load that it is of; `None` when it is of all, or of none.
    pub fn stream(&self) -> Option<&str> {
        match self {
            Signal::Load { stream, .. } => stream.as_deref(),
            Signal::Probe { .. } | Signal::Books => None,
        }
    }

    /// Unit of its values.
    pub fn unit(&self) -> Unit {
        match self {
            Signal::Load { measure: Measure::Percentile(_), .. } => Unit::Time,
            Signal::Load { .. } | Signal::Books => Unit::Share,
            Signal::Probe { .. } => Unit::Count,
        }
    }
}

/// A name that no signal has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no signal: write load.<measure>, load.<stream>.<measure>, probe.<service>.<gauge> or books.balanced; measures are right, answered, dropped, p50, p95, p99"
)]
pub struct UnknownSignal(pub String);

impl FromStr for Signal {
    type Err = UnknownSignal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownSignal(text.to_owned());
        let (space, rest) = text.split_once('.').ok_or_else(unknown)?;
        match space {
            "load" => {
                let (stream, name) = rest.rsplit_once('.').map_or((None, rest), |(stream, name)| (Some(stream), name));
                let measure = Measure::NAMES.iter().find(|(known, _)| *known == name).ok_or_else(unknown)?.1;
                Ok(Signal::Load { stream: stream.map(str::to_owned), measure })
            }
            "books" if rest == "balanced" => Ok(Signal::Books),
            "probe" if rest.contains('.') => Ok(Signal::Probe { gauge: rest.to_owned() }),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Signal::Load { stream: None, measure } => write!(f, "load.{}", measure.name()),
            Signal::Load { stream: Some(stream), measure } => write!(f, "load.{stream}.{}", measure.name()),
            Signal::Probe { gauge } => write!(f, "probe.{gauge}"),
            Signal::Books => f.write_str("books.balanced"),
        }
    }
}

impl Serialize for Signal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
