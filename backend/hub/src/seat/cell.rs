//! How far a participant is in a case.

use super::run::RunTold;

/// A case of a participant. Instants are the hub's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    /// When its state was reached.
    pub since_ms: u64,
    /// The last run, edit or deploy, or when the state was reached.
    pub moved_ms: u64,
    /// The best ranked run.
    pub best: Option<Best>,
    /// When a ranked run had met it first.
    pub solved_ms: Option<u64>,
    /// Score of the last completed run.
    pub last: Option<u32>,
    /// Whether that one was ranked: a run that was stopped is no practice.
    pub last_ranked: bool,
    /// Runs that ended.
    pub runs: u32,
    /// Reading of the case clock, as an event told it last, ms: see [`Seat::clock_ms`](super::Seat::clock_ms).
    pub clock_ms: u64,
}

/// The best ranked run of a case; of equal ones the earlier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Best {
    /// Its score.
    pub score: u32,
    /// Its id.
    pub run: String,
    /// When it ended.
    pub ended_ms: u64,
    /// Hints that were taken before it.
    pub hints: u32,
}

impl Cell {
    pub(super) fn ended(&mut self, run: &RunTold) {
        self.runs = self.runs.saturating_add(1);
        let Some(score) = run.score else { return };
        (self.last, self.last_ranked) = (Some(score), run.ranked);
        if !run.ranked {
            return;
        }
        let better = |best: &Best| (score, best.ended_ms) > (best.score, run.ended_ms);
        if self.best.as_ref().is_none_or(better) {
            let (id, ended_ms, hints) = (run.run.clone(), run.ended_ms, run.hints);
            self.best = Some(Best { score, run: id, ended_ms, hints });
        }
        if run.met {
            self.solved_ms = Some(self.solved_ms.map_or(run.ended_ms, |solved| solved.min(run.ended_ms)));
        }
    }
}
