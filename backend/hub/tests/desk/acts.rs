//! What a facilitator does, and what is refused.

use brownout_core::{
    hub::event::WorkshopEvent,
    workshop::{AnswerForm, Question, Workshop},
};
use brownout_hub::{Face, HubError};

use crate::hub::{Hub, MINUTE, NOON, sheet, undone};

#[tokio::test]
async fn two_facilitators_do_not_overwrite_each_other() {
    let hub = Hub::open().await;
    let (seen, mut edited) = hub.desk.sheet().await.unwrap();
    hub.start("welcome").await;
    let late = hub.desk.act(WorkshopEvent::Ended, Some(seen)).await.unwrap_err();
    assert!(late.to_string().contains("somebody started the step `welcome`"), "{late}");
    edited.steps[1].minutes = 20;
    let edit = |sheet| WorkshopEvent::SheetEdited { sheet };
    // What others do meanwhile to other things takes no edit away.
    let (ada, _) = hub.join("Ada").await;
    hub.desk.rename(&ada.seat, "Adele").await.unwrap();
    hub.desk.act(edit(edited.clone()), Some(seen)).await.unwrap();
    let late = hub.desk.act(edit(edited.clone()), Some(seen)).await.unwrap_err();
    assert!(late.to_string().contains("somebody edited the run sheet"), "{late}");
    let (seen, _) = hub.desk.sheet().await.unwrap();
    assert_eq!(hub.desk.act(edit(edited.clone()), Some(seen)).await.unwrap(), seen + 1);
    let ahead = hub.desk.act(edit(edited.clone()), Some(seen + 9)).await;
    assert!(matches!(ahead, Err(HubError::Changed { .. })), "{ahead:?}");
    let without = |name: &str| {
        let mut sheet = edited.clone();
        sheet.steps.retain(|step| step.name != name);
        sheet
    };
    assert!(matches!(hub.desk.act(edit(without("welcome")), None).await, Err(HubError::Unfit { .. })), "it has begun");
    hub.act(edit(without("replicas"))).await;
    assert_eq!(hub.desk.board(Face::Shown).await.unwrap().cases.len(), 3, "the board has the columns of the sheet");
}

#[tokio::test]
async fn what_cannot_be_done_now_is_refused_and_changes_nothing() {
    let hub = Hub::open().await;
    let (ada, _) = hub.join("Ada").await;
    let step = |step: &str| step.to_owned();
    let upto = hub.desk.sheet().await.unwrap().0;
    for event in [
        WorkshopEvent::Opened { name: "x".into(), sheet: sheet() },
        WorkshopEvent::Door { code: "x".into(), open: true },
        WorkshopEvent::Erased { seat: ada.seat.clone() },
        WorkshopEvent::Renamed { seat: ada.seat.clone() },
        WorkshopEvent::Started { step: step("unknown") },
        WorkshopEvent::Paused,
        WorkshopEvent::Resumed,
        WorkshopEvent::Extended { step: step("welcome"), by_s: 0 },
        WorkshopEvent::Extended { step: step("welcome"), by_s: i32::MIN },
        WorkshopEvent::Extended { step: step("unknown"), by_s: 60 },
        WorkshopEvent::Skipped { step: step("unknown") },
        WorkshopEvent::Revealed,
        WorkshopEvent::NamesHidden { hidden: false },
        WorkshopEvent::Helped { seat: ada.seat.clone(), hand: "h".into() },
        WorkshopEvent::SheetEdited { sheet: Default::default() },
        undone(1),
        undone(99),
    ] {
        let answer = hub.desk.act(event.clone(), None).await;
        assert!(matches!(answer, Err(HubError::Unfit { .. })), "{event:?}: {answer:?}");
    }
    let question = |name: &str, form| Question { name: name.into(), ask: "?".into(), form };
    let scale = |from, to| AnswerForm::Scale { from, to, low: "no".into(), high: "yes".into() };
    let twice = || question("pace", AnswerForm::Text { letters: 9 });
    for survey in [
        vec![question("endless", scale(1, 1_000_000_000))],
        vec![question("endless", scale(i32::MIN, i32::MAX))],
        vec![question("backwards", scale(3, 1))],
        vec![question(&"x".repeat(101), scale(1, 5))],
        vec![question("", scale(1, 5))],
        vec![twice(), twice()],
        (0..51).map(|number| question(&format!("q{number}"), scale(1, 5))).collect(),
    ] {
        let sheet = Workshop { survey: survey.clone(), ..sheet() };
        let answer = hub.desk.act(WorkshopEvent::SheetEdited { sheet }, None).await;
        assert!(matches!(answer, Err(HubError::Unfit { .. })), "{survey:?}: {answer:?}");
    }
    let nobody = WorkshopEvent::Removed { seat: "nobody".into() };
    assert!(matches!(hub.desk.act(nobody, None).await, Err(HubError::NoSeat)));
    assert_eq!(hub.desk.sheet().await.unwrap().0, upto);
}

#[tokio::test]
async fn a_workshop_that_was_ended_by_mistake_goes_on_as_if_it_had_not_been() {
    let hub = Hub::open().await;
    hub.start("wrap-up").await;
    hub.at(NOON + 3 * MINUTE);
    let ended = hub.act(WorkshopEvent::Ended).await;
    let agenda = hub.desk.agenda().await.unwrap();
    assert_eq!((agenda.clock.step.as_deref(), agenda.clock.done), (None, vec!["wrap-up".to_owned()]));
    hub.at(NOON + 4 * MINUTE);
    hub.act(undone(ended)).await;
    let hub = hub.restart().await;
    let agenda = hub.desk.agenda().await.unwrap();
    assert_eq!((agenda.clock.step.as_deref(), agenda.clock.done.len()), (Some("wrap-up"), 0));
    assert_eq!(agenda.clock.left_ms(hub.now()), 8 * 60_000, "of its 12 minutes, as if nothing had been");
    hub.act(WorkshopEvent::Ended).await;
}
