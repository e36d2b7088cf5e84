//! Data of runs that cannot be sent.

use brownout_panel::library;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{
    house::{House, finished},
    participant::Participant,
};

#[tokio::test(flavor = "multi_thread")]
async fn records_that_do_not_come_hide_none_that_do() {
    let house = House::started().await;
    let (proxy, ada) = Participant::behind_a_proxy(&house).await;
    let seat = ada.seat();
    ada.until_level().await;
    proxy.shut();
    // More than the hub asks for at once, and of none of them there is anything in the history.
    for number in 0..60 {
        ada.app.record(finished(&format!("gone-{number}"), "timeouts", 20)).await;
    }
    ada.runs("late", "timeouts", 40).await;
    proxy.open();
    ada.until_level().await;
    assert_eq!(house.counted(&seat).await, (61, 40));
    let record = house.get(&format!("/people/{seat}/runs/late"), &house.facilitator).await;
    assert_eq!(record["score"], json!(40));
    ada.down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_record_holds_up_no_other() {
    let house = House::started().await;
    let (proxy, ada) = Participant::behind_a_proxy(&house).await;
    let seat = ada.seat();
    ada.until_level().await;
    proxy.shut();
    ada.runs("ada-1", "timeouts", 20).await;
    ada.runs("ada-2", "timeouts", 40).await;
    let summary = ada.app.store.run_summary("ada-1").await.expect("the history").expect("the run");
    let data = library::write(&ada.app, summary).await.expect("a report").with_file_name(library::DATA);
    std::fs::write(&data, "by hand").expect("written");
    proxy.open();
    let level = ada.until_level().await;
    assert!(level.outbox.notice.contains("ada-1"), "{:?}", level.outbox);
    assert_eq!(house.counted(&seat).await, (2, 40));
    house.get(&format!("/people/{seat}/runs/ada-2"), &house.facilitator).await;
    // A file for the facilitator is written all the same.
    assert_eq!(ada.send(Method::GET, "/hub/export", None).await.status(), StatusCode::OK);
    ada.down().await;
}
