//! The whole workshop as docs/LAB.md tells it: each command is typed, the broken code loses, the solution wins.

use std::path::PathBuf;

use brownout_panel::rehearsal::Rehearsal;
use tokio_util::sync::CancellationToken;

use super::lab::{quiet, repository};

#[tokio::test(flavor = "multi_thread")]
async fn the_workshop_goes_as_its_document_says() {
    let _quiet = quiet().await;
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let rehearsal = Rehearsal {
        repository: repository(),
        scratch: scratch.path().to_owned(),
        lab_target_dir: repository().join("lab/target"),
        program: PathBuf::from(env!("CARGO_BIN_EXE_brownout")),
        cases: Vec::new(),
        stop: CancellationToken::new(),
    };
    let acts = rehearsal.rehearse(|case, typed| println!("{case}: {typed:?}")).await.expect("it goes to its end");
    let wrong: Vec<_> = acts.iter().filter(|act| !act.problems.is_empty()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(
        acts.iter().map(|act| act.took_ms()).sum::<u64>() < 15 * 60_000,
        "longer than a quarter of an hour: {acts:#?}"
    );
}
