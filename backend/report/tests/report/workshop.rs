//! The page of a workshop.

use brownout_core::{
    author::{Known, parse_workshop},
    case::CaseState,
    hub::{
        archive::{
            Archive, ArchivedCell, ArchivedSeat, HintCount, Pace, ScoreTenths, StepTook, StoodStill, Summary,
            UnmetCount,
        },
        seat::WorkshopCard,
        survey::{Answers, Counted},
    },
    workshop::Workshop,
};
use brownout_report::workshop;

use crate::pages::sound;

const MINUTE: u64 = 60_000;

fn sheet() -> Workshop {
    let parsed = parse_workshop(include_str!("../../../../docs/workshop.yaml"), &Known::default());
    parsed.workshop.expect("the committed sheet")
}

/// A workshop of so many, each with something else.
fn archive(seats: u32) -> Archive {
    let sheet = sheet();
    let cases: Vec<String> = sheet.cases().map(str::to_owned).collect();
    let cell = |nth: u32, case: u32| match (nth + case) % 4 {
        0 => ArchivedCell::default(),
        1 => ArchivedCell {
            state: CaseState::BrokenSeen,
            best: Some(22),
            runs: 1,
            hints: 0,
            clock_ms: 754_000,
            met_after_ms: None,
        },
        2 => ArchivedCell {
            state: CaseState::Editing,
            best: None,
            runs: 2,
            hints: 1,
            clock_ms: 90_000,
            met_after_ms: None,
        },
        _ => ArchivedCell {
            state: CaseState::Completed,
            best: Some(90 + nth % 10),
            runs: 3,
            hints: 2,
            clock_ms: 700_000,
            met_after_ms: Some(372_000),
        },
    };
    let seat = |nth: u32| ArchivedSeat {
        name: format!("Person {nth}"),
        tag: format!("{nth:04x}"),
        cells: (0..4).map(|case| cell(nth, case)).collect(),
    };
    let tenths = |scenario: &String| ScoreTenths {
        scenario: scenario.clone(),
        first: [seats, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        best: [0, 0, 0, 0, 0, 0, 0, 0, 2, seats],
    };
    let pace = |scenario: &String| Pace {
        scenario: scenario.clone(),
        median_ms: Some(372_000),
        slowest_ms: Some(700_000),
        never: seats / 2,
    };
    let first = || cases[0].clone();
    let summary = Summary {
        scores: cases.iter().map(tenths).collect(),
        stood_still: vec![StoodStill { scenario: first(), state: CaseState::Deployed, minutes: 17 }],
        hints: vec![HintCount { scenario: first(), hint: "what-to-notice".into(), seats: 5 }],
        pace: cases.iter().map(pace).collect(),
        unmet: vec![
            UnmetCount { scenario: first(), criterion: "p95-under-400ms".into(), runs: 41 },
            UnmetCount { scenario: "retired".into(), criterion: "old".into(), runs: 1 },
        ],
    };
    let counted = |what: &str, times| Counted { what: what.to_owned(), times };
    Archive {
        format: "brownout-workshop".into(),
        version: 1,
        workshop: WorkshopCard {
            name: "Resilience, 24 Nov".into(),
            since_ms: 1_795_282_927_500,
            ..WorkshopCard::default()
        },
        steps: vec![
            StepTook { step: "welcome".into(), took_ms: 6 * MINUTE },
            StepTook { step: "timeouts".into(), took_ms: 11 * MINUTE },
            StepTook { step: "lunch".into(), took_ms: 30 * MINUTE },
        ],
        seats: (0..seats).map(seat).collect(),
        takeaways: sheet.takeaways.iter().map(|known| counted(&known.name, 3)).collect(),
        survey: vec![
            Answers {
                question: "pace".into(),
                counts: vec![counted("too slow", 1), counted("right", 7)],
                texts: vec![],
            },
            Answers { question: "useful".into(), counts: vec![counted("5", 2)], texts: vec![] },
            Answers { question: "stuck".into(), counts: vec![], texts: vec!["At the\ncompiler".into()] },
            Answers { question: "change".into(), counts: vec![], texts: vec![] },
        ],
        sheet,
        summary,
    }
}

fn keep(name: &str, page: &str) {
    if let Some(folder) = std::env::var_os("BROWNOUT_PAGES") {
        std::fs::write(std::path::Path::new(&folder).join(name), page).expect("written");
    }
}

#[test]
fn a_workshop_says_all_that_its_archive_holds() {
    let page = workshop(&archive(18));
    sound(&page);
    keep("workshop.html", &page);
    for said in [
        "Resilience, 24 Nov",
        "Four cases in sixty minutes",
        "<time datetime=\"2026-11-21T17:42:07Z\" data-day>2026-11-21</time>",
        "18 participants, of whom 18 ran at least one case to its end",
        "Person 17",
        "0011",
        "✓ completed",
        "seen to fail",
        "2 runs, 1 hint",
        "open 12:34",
        "met after 06:12",
        "Set-up check",
        "not begun",
        "+01:00",
        "−01:00",
        "lunch",
        "not planned",
        "Scores of first runs: 18 from 0 to 9, 1 from 20 to 29. Of best runs: 2 from 80 to 89, 18 from 90 to 100.",
        "Met by 9 of 18: median <b>06:12</b>, slowest <b>11:40</b> after the start of its step. 9 never met it.",
        "deployed, not run",
        "what-to-notice",
        "p95-under-400ms",
        "This case is not in the run sheet.",
        "Nobody took a hint.",
        "Nothing is held while somebody else is asked.",
        "How was the pace?",
        "8 answers",
        "1: nothing, 5: all of it",
        "At the\ncompiler",
        "Nobody has answered.",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(!page.contains('★'), "who was first is not in an archive");
    assert_eq!(footer(&page), ["all", "60:00", "47:00", "+30:00"], "against the steps that were begun");
}

/// The cells below the run sheet.
fn footer(page: &str) -> Vec<&str> {
    let foot = page.split("<tfoot>").nth(1).and_then(|rest| rest.split("</tfoot>").next()).expect("a footer");
    foot.split('<').filter_map(|tag| Some(tag.split_once('>')?.1)).filter(|text| !text.is_empty()).collect()
}

#[test]
fn two_hundred_seats_are_a_page_too() {
    let page = workshop(&archive(200));
    sound(&page);
    keep("workshop-200.html", &page);
    assert_eq!(page.matches("Person ").count(), 200);
}

#[test]
fn an_empty_workshop_says_so_in_sentences() {
    let page = workshop(&Archive::default());
    sound(&page);
    keep("workshop-empty.html", &page);
    let unused = Archive { sheet: sheet(), ..Archive::default() };
    sound(&workshop(&unused));
    for said in
        ["Nobody took part.", "nobody has joined", "The run sheet had no steps.", "no takeaways", "no questions"]
    {
        assert!(page.contains(said), "{said}");
    }
    for said in ["No step was begun.", "No run of this case has ended with a score.", "Nobody stood still for long."] {
        assert!(workshop(&unused).contains(said), "{said}");
    }
    assert_eq!(footer(&workshop(&unused)), ["all", "60:00", "not begun", "–"], "no time was saved");
}

#[test]
fn what_people_write_in_a_workshop_stays_text() {
    let evil = "<script>alert(1)</script>\"'&</style><img src=x>".to_owned();
    let mut archive = archive(3);
    archive.workshop.name.clone_from(&evil);
    archive.sheet.title.clone_from(&evil);
    archive.steps[2].step.clone_from(&evil);
    archive.seats.iter_mut().for_each(|seat| (seat.name, seat.tag) = (evil.clone(), evil.clone()));
    archive.sheet.steps.iter_mut().for_each(|step| step.title.clone_from(&evil));
    archive.sheet.takeaways[0].says.clone_from(&evil);
    archive.takeaways[1].what.clone_from(&evil);
    archive.sheet.survey[0].ask.clone_from(&evil);
    archive.survey[0].counts[0].what.clone_from(&evil);
    archive.survey[2].texts[0].clone_from(&evil);
    archive.summary.hints[0].hint.clone_from(&evil);
    archive.summary.unmet[1].scenario.clone_from(&evil);
    archive.summary.unmet[1].criterion.clone_from(&evil);
    let page = workshop(&archive);
    sound(&page);
    assert_eq!(page.matches("<script>").count(), 1, "the page's own alone");
}

#[test]
fn an_archive_that_cannot_be_is_still_a_page_of_bounded_size() {
    let mut archive = archive(2);
    let cell = ArchivedCell {
        best: Some(u32::MAX),
        runs: u32::MAX,
        hints: u32::MAX,
        clock_ms: u64::MAX,
        met_after_ms: Some(u64::MAX),
        ..ArchivedCell::default()
    };
    archive.seats[0].cells = vec![cell; 9];
    archive.seats[1].cells.clear();
    archive.workshop.since_ms = u64::MAX;
    archive.steps.iter_mut().for_each(|step| step.took_ms = u64::MAX);
    archive.summary.scores[0].first = [u32::MAX; 10];
    archive.summary.pace[0].never = u32::MAX;
    archive.survey[0].counts.iter_mut().for_each(|counted| counted.times = u32::MAX);
    let page = workshop(&archive);
    sound(&page);
    assert!(page.contains("on a day that is not known"));
    archive.seats = vec![ArchivedSeat { name: "n".into(), ..ArchivedSeat::default() }; 100_000];
    let step = archive.sheet.steps[2].clone();
    archive.sheet.steps = vec![step; 100_000];
    let page = workshop(&archive);
    assert!(page.contains("99000 more participants are left out here.") && page.len() < 2_000_000, "{}", page.len());
}
