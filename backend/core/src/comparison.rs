//! Two runs set against each other: what changed, in words, and what speaks against comparing them.

use serde::{Deserialize, Serialize};

use crate::{
    difference::{DifferenceLine, difference, words},
    event::{Ended, Started},
    fold::Run,
    quantity::Unit,
    scenario::Span,
    score::{self, Unranked},
    signal::{Measure, Signal},
    wire::RunSummary,
};

/// Two runs set against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// The run that is compared with.
    pub base: RunSummary,
    /// The run that is compared.
    pub run: RunSummary,
    /// What changed, and what speaks against saying so.
    pub changed: Changed,
    /// How the code of the second differs from that of the first; files that are alike are left out.
    pub code: Vec<CodeChange>,
}

/// What changed between two runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The whole in one sentence.
    pub headline: String,
    /// Number by number.
    pub lines: Vec<DifferenceLine>,
    /// What speaks against comparing the two, a sentence each; mostly nothing.
    pub warnings: Vec<String>,
}

/// How a file of one run differs from the same file of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeChange {
    /// Path relative to the repository.
    pub path: String,
    /// Lines that the second has and the first has not.
    pub added: u32,
    /// Lines that the first has and the second has not.
    pub removed: u32,
    /// Changed lines with some around them: `+`, `-` or a space, then the line; `@@` begins a stretch.
    pub lines: Vec<String>,
}

/// Compares `now` with `base`.
pub fn compare(base: &Run, now: &Run) -> Changed {
    let mut lines = Vec::new();
    let mut headline = "One of the two runs has not begun.".to_owned();
    if let (Some(before), Some(after)) = (&base.started, &now.started) {
        let totals = (total(base), total(now));
        let same_case = before.scenario.id == after.scenario.id;
        let scored = (scored(base), scored(now));
        if let (Some(earlier), Some(later), true) = (&scored.0, &scored.1, same_case) {
            lines = difference(&before.run, earlier, later).lines;
        }
        headline = sentence(&lines, totals);
        lines.extend(general(base, now, &lines));
    }
    Changed { headline, lines, warnings: warnings(base, now) }
}

fn scored(run: &Run) -> Option<score::Score> {
    match &run.finished {
        Some(finished) => finished.score.clone(),
        None => score::score(run),
    }
}

/// The score of a run that came to its end.
fn total(run: &Run) -> Option<u32> {
    run.finished.as_ref()?.score.as_ref().map(|score| score.total)
}

/// The line that earned or lost most by itself, with the score. What changed its points alone because of a term that it
/// leans on is no news.
fn sentence(lines: &[DifferenceLine], totals: (Option<u32>, Option<u32>)) -> String {
    let scores = match totals {
        (Some(before), Some(after)) if before == after => format!("score {after} in both"),
        (Some(before), Some(after)) => format!("score {before} → {after}"),
        (Some(before), None) => format!("score {before}, and none yet for the second"),
        (None, Some(after)) => format!("score {after}, and none for the first"),
        (None, None) => "neither run has a score".to_owned(),
    };
    let moved = |line: &&DifferenceLine| !matches!(line.words.as_str(), "unchanged" | "about the same");
    let most = lines.iter().filter(moved).max_by(|a, b| a.points.abs().total_cmp(&b.points.abs()));
    match most.filter(|line| line.points.abs() >= 0.5) {
        Some(line) => format!("{}: {}; {scores}.", line.says, line.words),
        None => format!("No term of the score changed; {scores}."),
    }
}

/// What every run has, over the seconds in which it is judged: what the terms of the score say already is left out.
fn general(base: &Run, now: &Run, said: &[DifferenceLine]) -> Vec<DifferenceLine> {
    let measures = [
        ("p50 of all requests", Measure::Percentile(500)),
        ("p95 of all requests", Measure::Percentile(950)),
        ("p99 of all requests", Measure::Percentile(990)),
        ("answered rightly, of all requests", Measure::Right),
        ("answered at all, of all requests", Measure::Answered),
    ];
    let lines = measures.into_iter().map(|(says, measure)| {
        let signal = Signal::Load { stream: None, measure };
        let (before, after) = (over_judged(&signal, base), over_judged(&signal, now));
        let unit: Unit = signal.unit();
        let words = match (before, after) {
            (Some(before), Some(after)) => words(unit, before, after),
            _ => "not measured in both".to_owned(),
        };
        DifferenceLine { says: says.to_owned(), unit, before, after, points: 0.0, words }
    });
    let known = |line: &DifferenceLine| {
        said.iter().any(|said| (said.unit, said.before, said.after) == (line.unit, line.before, line.after))
    };
    lines.filter(|line| !known(line)).collect()
}

fn over_judged(signal: &Signal, run: &Run) -> Option<f64> {
    let criteria = run.started.as_ref().map_or(&[][..], |started| &started.scenario.criteria);
    let judged = criteria.first().map_or(Span { from: 0, to: run.seconds }, |first| first.during);
    signal.value(run, judged.from..judged.to.min(run.seconds))
}

/// What speaks against comparing two runs.
fn warnings(base: &Run, now: &Run) -> Vec<String> {
    let mut warnings = Vec::new();
    let (Some(before), Some(after)) = (&base.started, &now.started) else { return warnings };
    let mut warn = |differs: bool, says: String| {
        if differs {
            warnings.push(says);
        }
    };
    let differ =
        |of: fn(&Started) -> &String| of(before) != of(after) && !of(before).is_empty() && !of(after).is_empty();
    let (one, other) = (&before.scenario.id, &after.scenario.id);
    warn(one != other, format!("These are runs of two cases, {one} and {other}; only what all runs have is compared."));
    warn(
        one == other && differ(|started| &started.scenario_hash),
        "The scenario was changed between the two runs: load, faults or score may differ.".to_owned(),
    );
    warn(
        differ(|started| &started.sealed_hash),
        "What makes the exercise honest (the sealed part of the lab) was changed between the two runs.".to_owned(),
    );
    warn(
        before.stack != after.stack,
        format!(
            "One ran on {}, the other on {}: times differ by the stack, not by the code alone.",
            before.stack, after.stack
        ),
    );
    warn(
        before.panel != after.panel,
        format!("They were measured by two versions of Brownout, {} and {}.", before.panel, after.panel),
    );
    for (which, run) in [("The first", base), ("The second", now)] {
        match &run.finished {
            None => warnings.push(format!("{which} goes on.")),
            Some(finished) => {
                let reasons = finished.unranked.iter().map(Unranked::sentence);
                warnings.extend(reasons.map(|reason| format!("{which}: {reason}")));
                if finished.ended != Ended::Completed && finished.unranked.is_empty() {
                    warnings.push(format!("{which} did not come to its end."));
                }
            }
        }
    }
    warnings
}
