//! The facilitator's grid: who needs help, how far each is, what a laptop says of itself.

use brownout_core::{
    case::CaseState,
    event::SessionEvent,
    hub::{
        event::WorkshopEvent,
        need::Need,
        pulse::{Pulse, ServicesReady},
        readiness::{Lacking, Machine, Readiness},
        row::Flag,
    },
    setup::CheckState,
    stack::BuildState,
};
use brownout_hub::HubError;

use crate::hub::{Hub, MINUTE, NOON, finished, undone};

#[tokio::test]
async fn the_grid_says_who_needs_help_first() {
    let hub = Hub::open().await;
    let mut laptops = Vec::new();
    for name in ["Ada", "Ben", "Cyd", "Dee"] {
        laptops.push(hub.join(name).await.1);
    }
    hub.start("timeouts").await;
    let well = || Pulse {
        open: Some("timeouts".into()),
        services: ServicesReady { ready: 4, of: 4 },
        build: BuildState::Live,
        ..Pulse::default()
    };
    for laptop in &mut laptops {
        laptop.opens(&hub, "timeouts").await;
        laptop.runs(&hub, "timeouts", &format!("{}-1", laptop.seat), 30).await;
        hub.desk.pulse(&laptop.seat, well());
    }
    hub.at(NOON + 2 * MINUTE);
    let [_, ben, cyd, dee] = &mut laptops[..] else { unreachable!("four joined") };
    hub.desk.pulse(&cyd.seat, Pulse { build: BuildState::Failed, ..well() });
    // A pulse is not answered; what is asked after it comes after it.
    hub.desk.grid().await.unwrap();
    hub.at(NOON + 4 * MINUTE);
    dee.runs(&hub, "timeouts", "dee-2", 95).await;
    let hand = SessionEvent::HandRaised { hand: "h".into(), scenario: None, note: "help".into(), code: vec![] };
    ben.say(&hub, hand).await.unwrap();
    for laptop in &laptops {
        let failed = laptop.seat == laptops[2].seat;
        let build = if failed { BuildState::Failed } else { BuildState::Live };
        hub.desk.pulse(&laptop.seat, Pulse { build, ..well() });
    }
    let grid = hub.desk.grid().await.unwrap();
    let needs: Vec<(&str, Need)> = grid.iter().map(|row| (&*row.name, row.need)).collect();
    assert_eq!(needs, [("Ben", Need::Hand), ("Cyd", Need::Locked), ("Ada", Need::Stuck), ("Dee", Need::Done)]);
    let flags = |name: &str| &grid.iter().find(|row| row.name == name).unwrap().cells[0].flags;
    assert_eq!(flags("Cyd"), &[Flag::BuildFailed]);
    assert_eq!(flags("Ada"), &[Flag::Stuck { minutes: 4 }]);
    assert_eq!(flags("Dee"), &[Flag::First]);
    assert!(grid[1].why.contains("the build has failed"), "{}", grid[1].why);
    let helped = WorkshopEvent::Helped { seat: laptops[1].seat.clone(), hand: "h".into() };
    hub.act(helped.clone()).await;
    assert!(hub.desk.grid().await.unwrap().iter().all(|row| row.hand.is_none()));
    assert!(matches!(hub.desk.act(helped, None).await, Err(HubError::Unfit { .. })), "the hand is down");
    let hub = hub.restart().await;
    assert!(hub.desk.grid().await.unwrap().iter().all(|row| row.hand.is_none()), "help is remembered");
}

#[tokio::test]
async fn who_had_the_case_open_before_is_seen_at_work_on_it() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    let (_, mut ben) = hub.join("Ben").await;
    // Ada at home; of Ben the hub never hears that he opened it.
    ada.opens(&hub, "timeouts").await;
    hub.at(NOON + 60 * MINUTE);
    hub.start("timeouts").await;
    hub.at(NOON + 65 * MINUTE);
    let edited = || SessionEvent::Edited { files: vec!["lab/src/cases/timeouts.rs".into()] };
    for laptop in [&mut ada, &mut ben] {
        laptop.runs(&hub, "timeouts", &format!("{}-1", laptop.seat), 25).await;
    }
    hub.at(NOON + 69 * MINUTE);
    for laptop in [&mut ada, &mut ben] {
        laptop.say(&hub, edited()).await.unwrap();
    }
    hub.at(NOON + 69 * MINUTE + 30_000);
    for row in hub.desk.grid().await.unwrap() {
        assert_eq!((row.cells[0].state, row.need), (CaseState::Editing, Need::GoesOn), "{}", row.name);
    }
    hub.act(WorkshopEvent::Ended).await;
    let stood = hub.desk.archive().await.unwrap().summary.stood_still;
    let stood: Vec<_> = stood.iter().map(|stood| (stood.state, stood.minutes)).collect();
    assert_eq!(stood, [(CaseState::BrokenSeen, 8)], "until the edit, both for 4 min");
}

#[tokio::test]
async fn what_a_laptop_says_of_itself_is_shown_in_one_short_line() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    let line = |text: &str| format!("{text}\u{202e}\u{7}{}", "x".repeat(900));
    let pulse = Pulse { open: Some("a\nb".into()), problem: Some(line("error")), ..Pulse::default() };
    hub.desk.pulse(&ada.seat, pulse);
    let fix = Some("cargo\u{202e} fetch".to_owned());
    let lacking = Lacking { name: line("n"), title: line("t"), state: CheckState::Missing, fix };
    let machine = Machine { os: line("linux"), ..Machine::default() };
    let readiness = Readiness { lacking: vec![lacking], stack: line("local"), machine, ..Readiness::default() };
    ada.say(&hub, SessionEvent::Readied { readiness }).await.unwrap();
    let told_ms = hub.now();
    hub.at(told_ms + 2 * MINUTE);
    let told = hub.desk.readiness().await.unwrap().remove(0);
    assert_eq!(told.told_ms, told_ms, "when it was told, not when it is looked at");
    let person = hub.desk.person(&ada.seat).await.unwrap();
    let pulse = person.row.pulse.unwrap();
    assert_eq!((pulse.open, pulse.problem.unwrap().chars().count()), (None, 200));
    let ready = told.readiness;
    assert_eq!(ready.lacking[0].fix.as_deref(), Some("cargo fetch"));
    for shown in [&ready.lacking[0].name, &ready.lacking[0].title, &ready.stack, &ready.machine.os] {
        assert!(shown.chars().count() == 300 && !shown.contains(['\u{202e}', '\u{7}']), "{shown:?}");
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_is_no_practice() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    hub.start("timeouts").await;
    let stopped = |run: &str| {
        let mut stopped = finished("timeouts", run, 0, false);
        if let SessionEvent::RunFinished { score, .. } = &mut stopped {
            *score = None;
        }
        stopped
    };
    let practice = async || hub.desk.grid().await.unwrap()[0].cells[0].flags.contains(&Flag::Practice);
    ada.say(&hub, stopped("r1")).await.unwrap();
    assert!(!practice().await);
    ada.runs(&hub, "timeouts", "r2", 40).await;
    ada.say(&hub, stopped("r3")).await.unwrap();
    assert!(!practice().await);
    ada.say(&hub, finished("timeouts", "r4", 50, false)).await.unwrap();
    assert!(practice().await);
}

#[tokio::test]
async fn the_time_in_a_case_survives_another_case_and_a_restart() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    hub.start("welcome").await;
    ada.opens(&hub, "timeouts").await;
    let mut run = finished("timeouts", "r1", 25, true);
    if let SessionEvent::RunFinished { clock_ms, .. } = &mut run {
        *clock_ms = Some(4 * MINUTE);
    }
    ada.say(&hub, run).await.unwrap();
    let reads = |case: &str, clock_ms| Pulse { open: Some(case.into()), clock_ms, ..Pulse::default() };
    hub.desk.pulse(&ada.seat, reads("timeouts", 12 * MINUTE));
    ada.opens(&hub, "transactions").await;
    hub.desk.pulse(&ada.seat, reads("transactions", MINUTE));
    let clocks =
        async |hub: &Hub| hub.desk.grid().await.unwrap()[0].cells.iter().map(|cell| cell.clock_ms).sum::<u64>();
    assert_eq!(clocks(&hub).await, 13 * MINUTE);
    // Everything is folded anew, because other events count from now on.
    hub.at(NOON + MINUTE);
    let seq = hub.desk.sheet().await.unwrap().0;
    hub.act(undone(seq)).await;
    assert_eq!(clocks(&hub).await, 13 * MINUTE);
    assert_eq!(hub.desk.archive().await.unwrap().seats[0].cells[0].clock_ms, 12 * MINUTE);
    let hub = hub.restart().await;
    assert_eq!(clocks(&hub).await, 4 * MINUTE, "what the last run told");
}

#[tokio::test]
async fn a_deploy_is_of_every_case_that_was_edited_and_an_edit_taken_back_of_none() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    hub.start("timeouts").await;
    let edited = |files: &[&str]| SessionEvent::Edited { files: files.iter().map(|file| (*file).to_owned()).collect() };
    let state = async || hub.desk.grid().await.unwrap()[0].cells[0].state;
    ada.opens(&hub, "timeouts").await;
    ada.runs(&hub, "timeouts", "a1", 20).await;
    ada.say(&hub, edited(&["lab/src/cases/timeouts.rs"])).await.unwrap();
    assert_eq!(state().await, CaseState::Editing);
    ada.say(&hub, edited(&[])).await.unwrap();
    assert_eq!(state().await, CaseState::BrokenSeen);
    ada.say(&hub, edited(&["lab/src/cases/timeouts.rs"])).await.unwrap();
    ada.opens(&hub, "bulkheads").await;
    ada.say(&hub, SessionEvent::Deployed { build: "b".into(), took_ms: 1 }).await.unwrap();
    assert_eq!(state().await, CaseState::Deployed);
}
