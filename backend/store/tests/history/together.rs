//! Many at once: a run that is recorded while screens read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use brownout_core::event::Ended;
use brownout_store::RunFilter;

use crate::{
    History,
    recording::{completed, finished, started, window},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_whole_prefixes_while_runs_are_recorded() {
    const EVENTS: u64 = 200;
    let history = History::new().await;
    let ended = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, ended) = (history.store.clone(), Arc::clone(&ended));
            tokio::spawn(async move {
                let mut seen = 0;
                while !ended.load(Ordering::Acquire) {
                    let events = store.run_events("run-0", 0).await.expect("reads");
                    assert!(events.iter().map(|event| event.seq).eq(1..=events.len() as u64));
                    assert!(events.len() >= seen, "nothing that was seen goes away");
                    seen = events.len();
                    store.run_summaries(RunFilter { limit: 10, ..RunFilter::default() }).await.expect("lists");
                    store.scenario_record("timeouts").await.expect("reads");
                }
            })
        })
        .collect();
    let writers: Vec<_> = (0..3)
        .map(|nth| {
            let store = history.store.clone();
            tokio::spawn(async move {
                let id = format!("run-{nth}");
                store.append_run(&started(&id, "timeouts", 1_000)).await.expect("appends");
                for seq in 2..EVENTS {
                    store.append_run(&window(&id, seq, seq as u32 - 2)).await.expect("appends");
                }
                let last = finished(&id, EVENTS, 9_000, Ended::Completed, Some(nth), &[]);
                store.append_run(&last).await.expect("appends");
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("no writer failed");
    }
    ended.store(true, Ordering::Release);
    for reader in readers {
        reader.await.expect("no reader failed");
    }
    let record = history.store.scenario_record("timeouts").await.expect("reads");
    assert_eq!(record.attempts.len(), 3);
    assert_eq!(record.best.and_then(|run| run.score), Some(2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_run_sent_twice_at_once_is_kept_once() {
    let history = History::new().await;
    let run = completed("run-a", "timeouts", 1_000, 22, &[]);
    for event in &run {
        let (one, two) = tokio::join!(history.store.append_run(event), history.store.append_run(event));
        one.expect("appends");
        two.expect("appends");
    }
    assert_eq!(history.store.run_events("run-a", 0).await.expect("reads"), run);
}
