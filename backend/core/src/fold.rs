//! A run as its events tell it. Live page, replay, verdict and report fold the same events with this code.

use std::collections::BTreeMap;

use crate::{
    event::{Finished, RunEnvelope, RunEvent, Started},
    latency::Latencies,
    outcome::Outcome,
    scenario::Stream,
    window::{StreamWindow, WINDOW_US},
};

/// Everything that is known of a run so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Run {
    /// What it started with; `None` before the first event.
    pub started: Option<Started>,
    /// Wall time of the first event, ms since the Unix epoch.
    pub started_ms: u64,
    /// Number of the last event that was folded.
    pub seq: u64,
    /// Seconds that have been measured.
    pub seconds: u32,
    /// Load by stream.
    pub streams: BTreeMap<String, StreamFold>,
    /// Gauges by name, one place a second.
    pub gauges: BTreeMap<String, Vec<Option<f64>>>,
    /// Marks for the charts and the updates feed, in order.
    pub marks: Vec<Mark>,
    /// Whether the books balanced after the last call had ended; `None` before they were read.
    pub balanced: Option<bool>,
    /// Hints that count against it, by name, with their points.
    pub hints: BTreeMap<String, u32>,
    /// What it ended with.
    pub finished: Option<Finished>,
}

/// One stream of load, by second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StreamFold {
    /// By the second in which arrivals were due.
    pub due: Vec<Due>,
    /// By the second in which calls ended.
    pub ended: Vec<[u64; 7]>,
    /// Requests sent, by second.
    pub sent: Vec<u64>,
    /// Calls open at the end of each second.
    pub in_flight: Vec<u64>,
    /// The generator's 99th percentile of lateness, µs, by second.
    pub lag_p99_us: Vec<u64>,
    /// HTTP statuses by the second in which the answers came.
    pub statuses: BTreeMap<u16, Vec<u64>>,
}

/// Arrivals that were due in one second.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Due {
    /// How many were due.
    pub scheduled: u64,
    /// Latencies of those that ended, by outcome (index as in [`Outcome::ALL`]).
    pub ended: [Latencies; 7],
}

impl Due {
    /// Arrivals that have ended.
    pub fn settled(&self) -> u64 {
        self.ended.iter().map(Latencies::count).sum()
    }

    /// Arrivals whose call is still open.
    pub fn open(&self) -> u64 {
        self.scheduled.saturating_sub(self.settled())
    }
}

/// Something that happened at an instant, drawn on every chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Instant on the run clock, µs.
    pub run_us: u64,
    /// What kind.
    pub kind: MarkKind,
    /// In words.
    pub says: String,
}

/// Kinds of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// A phase begins.
    Phase,
    /// A fault begins.
    FaultOn,
    /// A fault ends.
    FaultOff,
    /// A build became live.
    Deploy,
    /// Replicas changed.
    Scale,
    /// A hint was shown.
    Hint,
    /// A criterion began to hold or was met.
    Holds,
    /// A criterion ceased to hold.
    Fails,
    /// Anything else worth a line in the updates feed.
    Note,
}

impl Run {
    /// Folds a whole log.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a RunEnvelope>) -> Run {
        let mut run = Run::default();
        events.into_iter().for_each(|event| run.apply(event));
        run
    }

    /// Folds one event. An event that was folded already, or that this version does not know, changes nothing.
    pub fn apply(&mut self, envelope: &RunEnvelope) {
        if envelope.seq <= self.seq {
            return;
        }
        self.seq = envelope.seq;
        let Some(event) = envelope.body.known() else { return };
        let at = envelope.run_us.unwrap_or(u64::from(self.seconds) * WINDOW_US);
        match event {
            RunEvent::Started(started) => {
                self.started_ms = envelope.wall_ms;
                // Inserted, not collected: for that the library sorts, and each of its sorts is a KB to download.
                (self.streams, self.hints) = Default::default();
                for stream in &started.plan.streams {
                    self.streams.insert(stream.name.clone(), StreamFold::default());
                }
                for hint in &started.hints {
                    self.hints.insert(hint.name.clone(), hint.cost);
                }
                self.started = Some((**started).clone());
            }
            // A damaged log must neither panic nor ask for memory.
            RunEvent::Window(window) if window.index as usize >= MOST_SECONDS => {}
            RunEvent::Window(window) => {
                self.seconds = self.seconds.max(window.index + 1);
                for (name, part) in &window.streams {
                    self.streams.entry(name.clone()).or_default().add(window.index, part);
                }
                for (name, value) in &window.gauges {
                    let line = self.gauges.entry(name.clone()).or_default();
                    grow(line, window.index as usize);
                    line[window.index as usize] = Some(*value);
                }
            }
            RunEvent::Phase { says } => self.mark(at, MarkKind::Phase, says.clone()),
            RunEvent::Fault { says, on: true, .. } => self.mark(at, MarkKind::FaultOn, says.clone()),
            RunEvent::Fault { says, on: false, .. } => self.mark(at, MarkKind::FaultOff, format!("ended: {says}")),
            RunEvent::Deploy { build } => self.mark(at, MarkKind::Deploy, format!("build {build} live")),
            RunEvent::Scale { service, from, to } => {
                self.mark(at, MarkKind::Scale, format!("{service}: {from} → {to} ready"));
            }
            RunEvent::Hint { name, cost } => {
                self.hints.entry(name.clone()).or_insert(*cost);
                self.mark(at, MarkKind::Hint, format!("hint: {name}"));
            }
            RunEvent::Books { balanced, says } => {
                self.balanced = Some(*balanced);
                self.mark(at, if *balanced { MarkKind::Holds } else { MarkKind::Fails }, says.clone());
            }
            RunEvent::Criterion(state) => {
                let (kind, word) = match (state.met, state.holds) {
                    (true, _) => (MarkKind::Holds, "is met"),
                    (_, true) => (MarkKind::Holds, "holds"),
                    _ => (MarkKind::Fails, "does not hold"),
                };
                self.mark(at, kind, format!("{} {word}", state.says));
            }
            RunEvent::Note { says } => self.mark(at, MarkKind::Note, says.clone()),
            RunEvent::Action { name } => self.mark(at, MarkKind::Note, name.clone()),
            RunEvent::Finished(finished) => self.finished = Some((**finished).clone()),
        }
    }

    fn mark(&mut self, run_us: u64, kind: MarkKind, says: String) {
        self.marks.push(Mark { run_us, kind, says });
    }

    /// The streams that a name means: that one, or all when `None`; with their plans.
    pub fn select<'a>(&'a self, stream: Option<&'a str>) -> impl Iterator<Item = (&'a Stream, &'a StreamFold)> + 'a {
        let planned = self.started.iter().flat_map(|started| &started.plan.streams);
        planned
            .filter(move |plan| stream.is_none_or(|name| name == plan.name))
            .filter_map(|plan| Some((plan, self.streams.get(&plan.name)?)))
    }

    /// Latencies of the arrivals that were due in a second, over the named stream or all. Calls still open count with
    /// at least their age so far, so that a line climbs while callers wait; once all have ended the value is exact.
    pub fn latencies_due(&self, stream: Option<&str>, second: u32) -> Latencies {
        let mut all = Latencies::default();
        for (plan, fold) in self.select(stream) {
            let Some(due) = fold.due.get(second as usize) else { continue };
            due.ended.iter().for_each(|part| all.merge(part));
            let age_us = u64::from(self.seconds.saturating_sub(second + 1)) * WINDOW_US;
            let age_us = age_us.min(plan.patience_us);
            all.add(crate::latency::bucket(age_us), due.open() as u32);
        }
        all
    }

    /// Verified answers in time and scheduled arrivals of a second.
    pub fn right_due(&self, stream: Option<&str>, second: u32) -> (u64, u64) {
        self.select(stream).fold((0, 0), |(right, scheduled), (plan, fold)| {
            let Some(due) = fold.due.get(second as usize) else { return (right, scheduled) };
            let ok = &due.ended[Outcome::Ok.index()];
            (right + ok.within(plan.right_within_us), scheduled + due.scheduled)
        })
    }

    /// Arrivals of a second that ended with one of `outcomes`, and scheduled arrivals.
    pub fn outcome_due(&self, stream: Option<&str>, outcomes: &[Outcome], second: u32) -> (u64, u64) {
        self.select(stream).fold((0, 0), |(count, scheduled), (_, fold)| {
            let Some(due) = fold.due.get(second as usize) else { return (count, scheduled) };
            let ended: u64 = outcomes.iter().map(|outcome| due.ended[outcome.index()].count()).sum();
            (count + ended, scheduled + due.scheduled)
        })
    }

    /// The last second whose arrivals are decided, exclusive: calls of the seconds before are settled or are older
    /// than what counts as right. All measured seconds once the run has ended.
    pub fn decided(&self) -> u32 {
        self.decided_of(None)
    }

    /// The same for the arrivals of one stream, or of all: quick calls need not wait for slow ones.
    pub fn decided_of(&self, stream: Option<&str>) -> u32 {
        if self.finished.is_some() || self.seconds_are_settled() {
            return self.seconds;
        }
        let slowest = self.select(stream).map(|(plan, _)| plan.right_within_us.div_ceil(WINDOW_US)).max().unwrap_or(1);
        self.seconds.saturating_sub(slowest as u32)
    }

    fn seconds_are_settled(&self) -> bool {
        let Some(started) = &self.started else { return false };
        u64::from(self.seconds) * WINDOW_US >= started.plan.end_us
            && self.streams.values().all(|fold| fold.due.iter().all(|due| due.open() == 0))
    }

    /// Whole seconds of load that the plan holds.
    pub fn planned_seconds(&self) -> u32 {
        self.started.as_ref().map_or(0, |started| started.plan.end_us.div_ceil(WINDOW_US) as u32)
    }
}

impl StreamFold {
    fn add(&mut self, index: u32, part: &StreamWindow) {
        let at = index as usize;
        grow(&mut self.due, at);
        grow(&mut self.ended, at);
        grow(&mut self.sent, at);
        grow(&mut self.in_flight, at);
        grow(&mut self.lag_p99_us, at);
        self.due[at].scheduled += u64::from(part.scheduled);
        self.sent[at] += u64::from(part.sent);
        self.in_flight[at] = u64::from(part.in_flight);
        self.lag_p99_us[at] = part.lag_p99_us;
        for cell in part.cells.iter().filter(|cell| (cell.due as usize) < MOST_SECONDS) {
            grow(&mut self.due, cell.due as usize);
            self.due[cell.due as usize].ended[cell.outcome.index()].merge(&cell.latency);
            self.ended[at][cell.outcome.index()] += cell.count();
            if let Some(status) = cell.status {
                let line = self.statuses.entry(status).or_default();
                grow(line, at);
                line[at] += cell.count();
            }
        }
    }

    /// How many arrivals ended with an outcome.
    pub fn total(&self, outcome: Outcome) -> u64 {
        self.ended.iter().map(|second| second[outcome.index()]).sum()
    }
}

/// Seconds from here on are not believed: no run lasts a day.
const MOST_SECONDS: usize = 24 * 3600;

fn grow<T: Default + Clone>(line: &mut Vec<T>, at: usize) {
    if line.len() <= at {
        line.resize(at + 1, T::default());
    }
}
