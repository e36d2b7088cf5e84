//! What is left of a workshop.

use brownout_core::{
    case::CaseState,
    event::SessionEvent,
    hub::{event::WorkshopEvent, survey::AnswerValue},
};
use brownout_hub::archive;

use crate::hub::{Hub, MINUTE, NOON};

#[tokio::test]
async fn after_the_workshop_there_is_one_file() {
    let hub = Hub::open().await;
    let (_, mut ada) = hub.join("Ada").await;
    let (_, mut ben) = hub.join("Ben").await;
    hub.start("timeouts").await;
    for laptop in [&mut ada, &mut ben] {
        laptop.opens(&hub, "timeouts").await;
        laptop.runs(&hub, "timeouts", &format!("{}-1", laptop.seat), 25).await;
    }
    hub.at(NOON + 5 * MINUTE);
    ada.runs(&hub, "timeouts", "a2", 95).await;
    let hint = brownout_core::case::HintTaken { name: "deadline".into(), cost: 5, clock_ms: 7 };
    ben.say(&hub, SessionEvent::HintShown { scenario: "timeouts".into(), hint }).await.unwrap();
    let ticked = SessionEvent::TakeawayTicked { name: "deadlines".into(), ticked: true };
    ada.say(&hub, ticked).await.unwrap();
    let answer = |question: &str, value| SessionEvent::Answered { question: question.into(), value };
    ada.say(&hub, answer("pace", AnswerValue::Choice("fast".into()))).await.unwrap();
    ada.say(&hub, answer("pace", AnswerValue::Choice("right".into()))).await.unwrap();
    ben.say(&hub, answer("pace", AnswerValue::Choice("no choice".into()))).await.unwrap();
    hub.at(NOON + 12 * MINUTE);
    hub.act(WorkshopEvent::Ended).await;

    let archive = hub.desk.archive().await.unwrap();
    assert_eq!(archive::unpack(&archive::pack(&archive).unwrap()).unwrap(), archive);
    assert_eq!(
        archive.steps.iter().map(|step| (&*step.step, step.took_ms)).collect::<Vec<_>>(),
        [("timeouts", 12 * MINUTE)]
    );
    let cells: Vec<_> = archive.seats.iter().map(|seat| (&*seat.name, &seat.cells[0])).collect();
    assert_eq!((cells[0].0, cells[0].1.best, cells[0].1.met_after_ms), ("Ada", Some(95), Some(5 * MINUTE)));
    assert_eq!((cells[1].0, cells[1].1.best, cells[1].1.hints, cells[1].1.met_after_ms), ("Ben", Some(25), 1, None));
    assert_eq!((archive.takeaways[0].what.as_str(), archive.takeaways[0].times), ("deadlines", 1));
    let pace: Vec<_> = archive.survey[0].counts.iter().map(|count| (&*count.what, count.times)).collect();
    assert_eq!(
        pace,
        [("slow", 0), ("right", 1), ("fast", 0)],
        "the last answer counts, and what is no choice does not"
    );
    let summary = &archive.summary;
    assert_eq!((summary.scores[0].first[2], summary.scores[0].best[2], summary.scores[0].best[9]), (2, 1, 1));
    let stood: Vec<_> = summary.stood_still.iter().map(|stood| (stood.state, stood.minutes)).collect();
    assert_eq!(stood, [(CaseState::BrokenSeen, 17)], "Ada for 5 min, Ben for 12");
    assert_eq!((summary.pace[0].median_ms, summary.pace[0].never), (Some(5 * MINUTE), 1));
    assert_eq!((summary.unmet[0].criterion.as_str(), summary.unmet[0].runs), ("p95", 2));
    assert_eq!((summary.hints[0].hint.as_str(), summary.hints[0].seats), ("deadline", 1));
    let text = serde_json::to_string(&archive).unwrap();
    assert!(!text.contains("p-ada") && !text.contains(&ada.seat), "no ids of participants and seats");
}
