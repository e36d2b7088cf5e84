//! Streams: order, repetition, what survives.

use brownout_core::event::{Ended, RunEnvelope, RunEvent, SessionEvent};
use brownout_store::{Store, StoreError};

use crate::{
    History,
    recording::{completed, event, finished, session_event, started, window},
};

#[tokio::test]
async fn what_is_read_back_is_what_was_appended_to_the_last_bit() {
    let history = History::new().await;
    let run = completed("run-a", "timeouts", 1_000, 22, &[]);
    history.append(&run).await;
    let history = history.reopened().await;
    assert_eq!(history.store.run_events("run-a", 0).await.expect("reads"), run);
    assert_eq!(history.store.run_events("run-a", 3).await.expect("reads"), run[3..]);
    assert_eq!(history.store.run_events("run-b", 0).await.expect("reads"), Vec::new());
}

#[tokio::test]
async fn an_event_that_was_read_can_be_appended_again_without_harm() {
    let history = History::new().await;
    history.append(&completed("run-a", "timeouts", 1_000, 22, &[])).await;
    let read = history.store.run_events("run-a", 0).await.expect("reads");
    history.append(&read).await;
    assert_eq!(history.store.run_events("run-a", 0).await.expect("reads"), read);
}

#[tokio::test]
async fn another_event_under_a_taken_number_is_refused() {
    let history = History::new().await;
    history.append(&[started("run-a", "timeouts", 1_000), window("run-a", 2, 0)]).await;
    let error = history.store.append_run(&window("run-a", 2, 1)).await.expect_err("is refused");
    assert!(matches!(error, StoreError::Conflict { seq: 2, .. }), "{error}");
    assert_eq!(history.store.run_events("run-a", 1).await.expect("reads"), [window("run-a", 2, 0)]);
}

#[tokio::test]
async fn a_gap_is_refused_and_says_which_number_comes_next() {
    let history = History::new().await;
    history.append(&[started("run-a", "timeouts", 1_000)]).await;
    let error = history.store.append_run(&window("run-a", 3, 0)).await.expect_err("is refused");
    assert_eq!(error.to_string(), "event 3 of `run/run-a` cannot be appended: the last one is 1, the next must be 2.");
    let error = history.store.append_run(&window("run-a", 0, 0)).await.expect_err("is refused");
    assert!(matches!(error, StoreError::Gap { seq: 0, last: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_run_begins_with_started_under_its_own_id() {
    let history = History::new().await;
    let mut other = started("run-a", "timeouts", 1_000);
    other.stream = "run/run-b".to_owned();
    for headless in [window("run-a", 1, 0), other] {
        let error = history.store.append_run(&headless).await.expect_err("is refused");
        assert!(matches!(error, StoreError::Headless { .. }), "{error}");
    }
    let mut session = started("run-a", "timeouts", 1_000);
    session.stream = "session/run-a".to_owned();
    let error = history.store.append_run(&session).await.expect_err("is refused");
    assert!(matches!(error, StoreError::Stream { .. }), "{error}");
}

#[tokio::test]
async fn events_of_a_newer_version_survive() {
    let history = History::new().await;
    history.append(&[started("run-a", "timeouts", 1_000)]).await;
    let text =
        r#"{"v":2,"stream":"run/run-a","seq":2,"wall_ms":5,"run_us":7,"body":{"kind":"teleport","to":[0.1,null]}}"#;
    let unknown: RunEnvelope = serde_json::from_str(text).expect("unknown kinds parse");
    history.append(&[unknown, finished("run-a", 3, 3_000, Ended::Completed, Some(50), &[])]).await;
    let read = history.store.run_events("run-a", 1).await.expect("reads");
    assert_eq!(serde_json::to_string(&read[0]).expect("serialises"), text);
    let summary = history.store.run_summary("run-a").await.expect("reads").expect("is listed");
    assert_eq!(summary.score, Some(50));
}

#[tokio::test]
async fn the_participant_and_the_session_outlive_the_panel() {
    let history = History::new().await;
    let participant = history.store.participant().await.expect("reads");
    assert_eq!(participant.len(), 36, "{participant} is a UUID");
    assert_eq!(history.store.last_session_seq(&participant).await.expect("reads"), 0);
    let opened = session_event(&participant, 1, SessionEvent::CaseOpened { scenario: "timeouts".to_owned() });
    let built = session_event(&participant, 2, SessionEvent::Built { build: "b1d0".to_owned(), ok: true });
    for event in [&opened, &built, &built] {
        history.store.append_session(event).await.expect("appends");
    }
    let history = history.reopened().await;
    assert_eq!(history.store.participant().await.expect("reads"), participant);
    assert_eq!(history.store.last_session_seq(&participant).await.expect("reads"), 2);
    assert_eq!(history.store.session_events(&participant, 0).await.expect("reads"), [opened, built.clone()]);
    assert_eq!(history.store.session_events(&participant, 1).await.expect("reads"), [built]);
}

#[tokio::test]
async fn what_was_appended_is_there_after_a_kill() {
    let history = History::new().await;
    let note = RunEvent::Note { says: "the last that was said".to_owned() };
    history.append(&[started("run-a", "timeouts", 1_000), event("run-a", 2, 0, note)]).await;
    // The files as a killed process leaves them: nothing was closed, the write-ahead log was not folded in.
    let left = tempfile::TempDir::new().expect("a temporary folder");
    for suffix in ["", "-wal"] {
        let name = format!("history.sqlite{suffix}");
        std::fs::copy(history.path().with_file_name(&name), left.path().join(&name)).expect("copies");
    }
    let opened = Store::open(&left.path().join("history.sqlite")).await.expect("opens");
    assert_eq!(opened.notices, Vec::<String>::new());
    assert_eq!(opened.store.run_events("run-a", 0).await.expect("reads").len(), 2);
}
