//! `/api/v1/live`.

use brownout_core::wire::{LiveItem, LiveMessage};
use futures::StreamExt;
use reqwest::StatusCode;
use serde_json::json;

use super::lab::Lab;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_screen_sees_the_run_and_a_reconnect_misses_nothing() {
    let lab = Lab::up().await;
    let mut first = lab.live("").await;
    let run = lab.start_run().await;
    let stream = format!("run/{run}");
    // The first screen follows three seconds of the run.
    let (mut epoch, mut seen, mut windows) = (String::new(), 0, 0);
    while windows < 3 {
        match first.next().await.expect("the feed goes on") {
            LiveMessage::Hello { epoch: now, .. } => epoch = now,
            LiveMessage::Item { seq, item } => {
                assert!(seen == 0 || seq == seen + 1, "item {seq} after {seen}");
                seen = seq;
                if let LiveItem::Run(event) = *item
                    && matches!(event.body.known(), Some(brownout_core::event::RunEvent::Window(_)))
                {
                    windows += 1;
                }
            }
            LiveMessage::Resumed { .. } => {}
        }
    }
    // A screen that opens now is given the whole run.
    let LiveMessage::Hello { snapshot, .. } = lab.live("").await.next().await.expect("a greeting") else {
        panic!("no snapshot")
    };
    assert!(snapshot.run.len() >= 4 && snapshot.run.iter().all(|event| event.stream == stream));
    assert!(snapshot.run.iter().map(|event| event.seq).eq(1..=snapshot.run.len() as u64));
    // A screen that was cut off two items ago gets these two.
    let mut again = lab.live(&format!("?epoch={epoch}&since={}", seen - 2)).await;
    assert!(matches!(again.next().await, Some(LiveMessage::Resumed { .. })));
    assert!(matches!(again.next().await, Some(LiveMessage::Item { seq, .. }) if seq == seen - 1));
    // One that knows another epoch starts anew.
    let mut stranger = lab.live(&format!("?epoch=other&since={seen}")).await;
    assert!(matches!(stranger.next().await, Some(LiveMessage::Hello { .. })));
    assert_eq!(lab.post("/runs", json!({"scenario": "timeouts"})).await.status(), StatusCode::CONFLICT);
    lab.down().await;
}
