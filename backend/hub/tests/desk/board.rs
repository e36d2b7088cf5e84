//! The board as the facilitator lets it be seen: frozen, and without names.

use brownout_core::hub::{event::WorkshopEvent, row::HubBoard};
use brownout_hub::{Face, HubError, Watcher};

use crate::hub::{Hub, MINUTE, NOON, snapshot, undone};

async fn board(hub: &Hub, face: Face) -> HubBoard {
    hub.desk.board(face).await.unwrap()
}

fn totals(board: &HubBoard) -> Vec<(&str, u32, u32)> {
    board.rows.iter().map(|row| (&*row.row.name, row.row.total, row.place)).collect()
}

#[tokio::test]
async fn a_frozen_board_stands_still_for_all_but_the_facilitator() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    let (_, mut ben) = hub.join("Ben").await;
    hub.start("timeouts").await;
    ada.runs(&hub, "timeouts", "a1", 40).await;
    let frozen = hub.act(WorkshopEvent::Frozen).await;
    ben.runs(&hub, "timeouts", "b1", 90).await;
    let shown = board(&hub, Face::Shown).await;
    let still = [("Ada", 40, 1), ("Ben", 0, 2)];
    // Who comes while it is frozen is not on it; also not after a restart.
    hub.at(NOON + MINUTE);
    hub.join("Cyd").await;
    assert_eq!((totals(&shown), shown.frozen), (still.to_vec(), true));
    let live = board(&hub, Face::Live).await;
    let all = [("Ben", 90, 1), ("Ada", 40, 2), ("Cyd", 0, 3)];
    assert_eq!((totals(&live), live.frozen), (all.to_vec(), true));
    assert!(matches!(hub.desk.act(WorkshopEvent::Frozen, None).await, Err(HubError::Unfit { .. })));

    let hub = hub.restart().await;
    assert_eq!(totals(&board(&hub, Face::Shown).await), still, "a restart keeps it frozen");
    let revealed = hub.act(WorkshopEvent::Revealed).await;
    let shown = board(&hub, Face::Shown).await;
    assert_eq!((totals(&shown), shown.frozen), (all.to_vec(), false));
    hub.act(undone(revealed)).await;
    assert_eq!(totals(&board(&hub, Face::Shown).await), still, "as it was frozen, not as it is");
    hub.act(undone(frozen)).await;
    assert_eq!(totals(&board(&hub, Face::Shown).await), all);
    assert!(matches!(hub.desk.act(undone(frozen), None).await, Err(HubError::Unfit { .. })), "once");
    hub.act(WorkshopEvent::Frozen).await;
    assert_eq!(totals(&board(&hub, Face::Shown).await), all, "frozen as it is now");
}

#[tokio::test]
async fn names_are_hidden_from_others_and_shown_again() {
    let hub = Hub::open().await;
    let (seated, mut ada) = hub.join("Ada").await;
    hub.start("timeouts").await;
    ada.runs(&hub, "timeouts", "a1", 40).await;
    let hidden = hub.act(WorkshopEvent::NamesHidden { hidden: true }).await;
    let shown = board(&hub, Face::Shown).await;
    let pseudonym = format!("Participant {}", &seated.seat[seated.seat.len() - 4..]);
    assert_eq!((totals(&shown), shown.hidden), (vec![(&*pseudonym, 40, 1)], true));
    assert_eq!(totals(&board(&hub, Face::Live).await), [("Ada", 40, 1)]);
    for who in [Watcher::Seat(seated.seat.clone()), Watcher::Screen] {
        assert_eq!(totals(&snapshot(&hub, who).await.board), [(&*pseudonym, 40, 1)]);
    }
    hub.act(undone(hidden)).await;
    assert_eq!(totals(&board(&hub, Face::Shown).await), [("Ada", 40, 1)]);
}
