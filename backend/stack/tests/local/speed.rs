//! The numbers that people wait for: `cargo test -p brownout-stack --test local speed -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use brownout_stack::Stack;

use crate::bench::Bench;

const BOUND: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures; wants an idle machine"]
async fn up_once_built_and_a_deploy_of_one_line_take_at_most_five_seconds() {
    let bench = Bench::with_database("edited");
    // Builds, and warms cargo's incremental cache with an edit of the same kind.
    let stack = bench.up().await;
    bench.edit("lab/src/cases/timeouts.rs", |text| text + "\n// Warm.\n");
    stack.deploy().await.unwrap();
    stack.down().await.unwrap();

    let begun = Instant::now();
    stack.up().await.unwrap();
    let up = begun.elapsed();
    println!("up, once built: {} ms", up.as_millis());

    let mut slowest = Duration::ZERO;
    for round in 0..3 {
        bench.edit("lab/src/cases/timeouts.rs", |text| text + &format!("\nfn _edit_{round}() -> u32 {{ {round} }}\n"));
        let begun = Instant::now();
        let deployed = stack.deploy().await.unwrap();
        slowest = slowest.max(begun.elapsed());
        println!("deploy {round}: {} ms, {:?}", begun.elapsed().as_millis(), deployed.steps);
    }
    let begun = Instant::now();
    stack.down().await.unwrap();
    println!("down: {} ms", begun.elapsed().as_millis());
    assert!(up < BOUND && slowest < BOUND, "{up:?} {slowest:?}");
}
