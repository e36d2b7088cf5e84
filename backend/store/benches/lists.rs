//! How long the lists take with 100,000 runs in the history.
//!
//! `cargo bench -p brownout-store --bench lists [-- RUNS]` writes a history into a temporary folder (most of the time),
//! asks each list 200 times and prints median and worst. The bound is 20 ms; more is an error.

// A bench that cannot go on has no caller to tell.
#![allow(clippy::expect_used)]

#[path = "../tests/history/recording.rs"]
#[allow(dead_code)]
mod recording;

use std::time::{Duration, Instant};

use brownout_store::{RunFilter, Store};

const CASES: [&str; 4] = ["timeouts", "transactions", "bulkheads", "autoscaling"];
const BOUND: Duration = Duration::from_millis(20);
const TIMES: usize = 200;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let runs: usize = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let path = folder.path().join("history.sqlite");
    let store = Store::open(&path).await.expect("opens").store;

    let begun = Instant::now();
    for nth in 0..runs {
        let (id, total) = (id(nth), (nth * 7_919 % 101) as u32);
        // Two of three runs are ranked.
        let unranked = [brownout_core::score::Unranked::Disturbed];
        let unranked = if nth % 3 == 0 { &unranked[..] } else { &[] };
        for event in recording::completed(&id, CASES[nth % 4], nth as u64, total, unranked) {
            store.append_run(&event).await.expect("appends");
        }
    }
    let each = begun.elapsed() / (4 * runs.max(1)) as u32;
    println!("{runs} runs written, {each:.0?} an event, {} MiB", folder_mib(folder.path()));

    let begun = Instant::now();
    store.close().await;
    let store = Store::open(&path).await.expect("opens").store;
    println!("closed and opened again in {:.0?}", begun.elapsed());

    let page = |scenario: Option<&str>, before: Option<usize>| {
        let filter = RunFilter {
            scenario: scenario.map(str::to_owned),
            before: before.map(id),
            limit: 50,
            ..RunFilter::default()
        };
        async { store.run_summaries(filter).await.map(drop).expect("lists") }
    };
    let middle = Some(runs / 2);
    let mut held = true;
    held &= measure("newest 50", || page(None, None)).await;
    held &= measure("50 from the middle", || page(None, middle)).await;
    held &= measure("newest 50 of a case", || page(Some("bulkheads"), None)).await;
    held &= measure("50 of a case from the middle", || page(Some("bulkheads"), middle)).await;
    held &= measure("50 of a case without runs", || page(Some("none"), None)).await;
    held &= measure("one run", || async { store.run_summary(&id(runs / 2)).await.map(drop).expect("reads") }).await;
    let record = || async { store.scenario_record("bulkheads").await.map(drop).expect("reads") };
    held &= measure("baseline, best, last, attempts of a case", record).await;
    let board = || async { store.best_runs().await.map(drop).expect("reads") };
    held &= measure("leaderboard", board).await;
    let begun = Instant::now();
    let prunable = store.prunable_runs(50, None).await.expect("reads").len();
    // No list: somebody asks for it once a month.
    println!("{prunable} runs that pruning to 50 a case would delete, found in {:.0?}", begun.elapsed());
    let begun = Instant::now();
    let rebuilt = store.reindex().await.expect("rebuilds");
    println!("reindex of {rebuilt} runs in {:.1?}", begun.elapsed());
    store.close().await;
    assert!(held, "a list took longer than {BOUND:?}");
}

fn id(nth: usize) -> String {
    format!("01890000-0000-7000-8000-{nth:012}")
}

async fn measure<F: Future<Output = ()>>(name: &str, list: impl Fn() -> F) -> bool {
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let begun = Instant::now();
        list().await;
        took.push(begun.elapsed());
    }
    took.sort();
    println!("{name}: median {:.2?}, worst {:.2?}", took[TIMES / 2], took[TIMES - 1]);
    took[TIMES / 2] <= BOUND
}

fn folder_mib(folder: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(folder).expect("lists");
    files.map(|file| file.and_then(|file| file.metadata()).map_or(0, |file| file.len())).sum::<u64>() >> 20
}
