//! Two runs set against each other: what is said, and what is warned of.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use brownout_core::{
    comparison::compare,
    event::RunEnvelope,
    fold::Run,
    score::{TermScore, Unranked},
};

const LOG: &str = include_str!("data/run-v1.ndjson");

fn run() -> Run {
    Run::of(&LOG.lines().map(|line| serde_json::from_str(line).expect("an event")).collect::<Vec<RunEnvelope>>())
}

fn terms(run: &mut Run) -> &mut Vec<TermScore> {
    &mut run.finished.as_mut().expect("it ended").score.as_mut().expect("a score").terms
}

#[test]
fn the_headline_names_what_changed_by_itself_and_not_what_leans_on_it() {
    let base = run();
    assert!(compare(&base, &base).headline.starts_with("No term of the score changed; score "));
    let mut better = run();
    let before = terms(&mut better)[0].value.expect("measured");
    for (at, term) in terms(&mut better).iter_mut().enumerate() {
        // The second earns more, and only because it leans on the first.
        term.points += [20.0, 60.0, 0.0].get(at).copied().unwrap_or(0.0);
    }
    terms(&mut better)[0].value = Some(if before < 0.5 { before + 0.4 } else { before - 0.4 });
    let says = terms(&mut better)[0].says.clone();
    let headline = compare(&base, &better).headline;
    assert!(headline.starts_with(&format!("{says}: 40 points ")), "{headline}");
}

#[test]
fn whatever_speaks_against_a_comparison_is_said() {
    let base = run();
    assert_eq!(compare(&base, &base).warnings, [] as [&str; 0]);
    type Change = fn(&mut Run);
    let cases: [(Change, &str); 7] = [
        (|run| run.started.as_mut().unwrap().scenario.id = "other".to_owned(), "two cases"),
        (|run| run.started.as_mut().unwrap().scenario_hash = "other".to_owned(), "scenario was changed"),
        (|run| run.started.as_mut().unwrap().stack = "kube".to_owned(), "the other on kube"),
        (|run| run.started.as_mut().unwrap().panel = "9".to_owned(), "two versions"),
        (
            |run| run.finished.as_mut().unwrap().unranked = vec![Unranked::GeneratorLate { lag_p99_us: 48_000 }],
            "The second: This laptop was too busy",
        ),
        (|run| run.finished = None, "The second goes on."),
        (|run| *run = Run::default(), ""),
    ];
    for (change, says) in cases {
        let mut other = run();
        change(&mut other);
        let warnings = compare(&base, &other).warnings.join("|");
        assert!(warnings.contains(says) && warnings.is_empty() == says.is_empty(), "{says}: {warnings}");
    }
}
