//! The verdict is right: each other right fix wins, wrong ones do not. Real load, real processes. The broken code and the
//! solutions are run by the rehearsal.
//!
//! Runs go side by side, each on a stack of its own: the physics of the cases is in waiting, not in computing.
//! Here stand the variants that a run of all tests can afford; `brownout prove` shows them all.

use brownout_panel::prove::{Claim, Kind, Proof, claims};

use tokio_util::sync::CancellationToken;

use super::lab::{quiet, repository};

/// Mistakes of which each teaches something else. `tx-pool-100` is none of them: its logins keep two cores so busy that
/// a run beside it is not ranked.
const MISTAKES: [&str; 7] = [
    "timeouts-always-fallback",
    "timeouts-deadline-1s",
    "timeouts-detached",
    "tx-commit-then-call",
    "tx-no-transaction",
    "tx-connection-held",
    "bulkheads-cap-behind-shared",
];

/// Of those that are run with nothing beside them, and so take a minute and a half each.
const ALONE: &str = "autoscale-target-70";

#[tokio::test(flavor = "multi_thread")]
async fn every_right_fix_wins_and_wrong_ones_do_not() {
    let _quiet = quiet().await;
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let mut claims = claims(&repository(), &[], &[Kind::Right, Kind::Mistakes]).expect("claims");
    claims.retain(|claim| match claim.kind {
        Kind::Mistakes => MISTAKES.contains(&claim.name.as_str()),
        _ => !claim.alone || claim.name == ALONE,
    });
    let proof = Proof {
        repository: repository(),
        scratch: scratch.path().to_owned(),
        lab_target_dir: repository().join("lab/target"),
        beside: 4,
        repeat: 1,
        stop: CancellationToken::new(),
        stack: brownout_panel::stacks::StackArgs::default(),
    };
    let verdicts = proof.prove(claims, |verdict| println!("{verdict:?}")).await;
    let wrong: Vec<_> = verdicts.iter().filter(|verdict| !verdict.holds).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_solution_that_does_not_compile_is_named_with_file_and_line() {
    let _quiet = quiet().await;
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let overlay = scratch.path().join("overlay");
    let given = repository().join("lab/given/src/cases/timeouts.rs");
    let text = std::fs::read_to_string(given).expect("the case as given");
    let wrong = text.replacen("reply::ok(quote)", "reply::no_such_answer(quote)", 1);
    let line = 1 + wrong.lines().position(|line| line.contains("no_such_answer")).expect("the line");
    std::fs::create_dir_all(overlay.join("src/cases")).expect("a folder");
    std::fs::write(overlay.join("src/cases/timeouts.rs"), wrong).expect("written");
    let claim = Claim {
        scenario: "timeouts".to_owned(),
        name: "solved".to_owned(),
        kind: Kind::Solved,
        overlays: vec![repository().join("lab/given"), overlay],
        low: 90,
        high: 100,
        alone: false,
    };
    let proof = Proof {
        repository: repository(),
        scratch: scratch.path().to_owned(),
        lab_target_dir: repository().join("lab/target"),
        beside: 1,
        repeat: 1,
        stop: CancellationToken::new(),
        stack: brownout_panel::stacks::StackArgs::default(),
    };
    let verdicts = proof.prove(vec![claim], |_| {}).await;
    let problems = verdicts.iter().flat_map(|verdict| &verdict.problems).cloned().collect::<Vec<_>>().join(" ");
    assert!(!verdicts[0].holds && verdicts[0].scores.is_empty(), "{verdicts:?}");
    assert!(problems.contains(&format!("lab/src/cases/timeouts.rs:{line}")), "{problems}");
}
