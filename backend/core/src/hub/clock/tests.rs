use super::*;
use crate::{
    event::{Body, Envelope},
    hub::event::{WorkshopEnvelope, standing},
    workshop::StepKind,
};

/// Three steps: talk 5 min, case 12 min, talk 3 min.
fn sheet() -> Workshop {
    let step = |name: &str, kind, minutes| Step { name: name.into(), kind, minutes, ..Step::default() };
    let steps = vec![
        step("welcome", StepKind::Talk, 5),
        step("timeouts", StepKind::Case { scenario: "timeouts".into() }, 12),
        step("wrap-up", StepKind::Talk, 3),
    ];
    Workshop { steps, minutes: 20, ..Workshop::default() }
}

/// What happens at which second.
fn log(events: &[(u64, WorkshopEvent)]) -> Vec<WorkshopEnvelope> {
    let opened = (0, WorkshopEvent::Opened { name: "w".into(), sheet: sheet() });
    let envelope = |(at, (second, event)): (usize, &(u64, WorkshopEvent))| Envelope {
        v: 1,
        stream: "workshop/w".into(),
        seq: at as u64 + 1,
        wall_ms: second * 1_000,
        run_us: None,
        body: Body::Known(event.clone()),
    };
    [opened].iter().chain(events).enumerate().map(envelope).collect()
}

/// Where a workshop stands after these events, with its sheet as it is then.
fn of(events: &[WorkshopEnvelope]) -> (Workshop, SheetClock) {
    let (mut sheet, mut clock) = (Workshop::default(), SheetClock::default());
    for (envelope, event) in standing(events) {
        if let WorkshopEvent::Opened { sheet: new, .. } | WorkshopEvent::SheetEdited { sheet: new } = event {
            sheet.clone_from(new);
        }
        clock.apply(event, envelope.wall_ms, &sheet);
    }
    (sheet, clock)
}

fn clock(events: &[(u64, WorkshopEvent)]) -> SheetClock {
    of(&log(events)).1
}

fn started(step: &str) -> WorkshopEvent {
    WorkshopEvent::Started { step: step.into() }
}

fn skipped(step: &str) -> WorkshopEvent {
    WorkshopEvent::Skipped { step: step.into() }
}

fn extended(step: &str, by_s: i32) -> WorkshopEvent {
    WorkshopEvent::Extended { step: step.into(), by_s }
}

fn undone(seq: u64) -> WorkshopEvent {
    WorkshopEvent::Undone { seq }
}

/// Step, seconds left at the given second, steps that are over. The first event of a table row has the number 2.
#[test]
fn the_clock_follows_the_facilitator() {
    use WorkshopEvent::{Ended, Frozen, Paused, Resumed};
    type Row<'a> = (&'a str, Vec<(u64, WorkshopEvent)>, u64, Option<&'a str>, i64, &'a [&'a str]);
    let table: Vec<Row<'_>> = vec![
        ("nothing has begun", vec![], 50, None, 0, &[]),
        ("a pause before the start is none", vec![(1, Paused), (2, Resumed)], 50, None, 0, &[]),
        ("started", vec![(100, started("welcome"))], 160, Some("welcome"), 240, &[]),
        ("over time", vec![(100, started("welcome"))], 460, Some("welcome"), -60, &[]),
        ("paused", vec![(100, started("welcome")), (160, Paused)], 900, Some("welcome"), 240, &[]),
        (
            "paused twice is paused once",
            vec![(100, started("welcome")), (160, Paused), (200, Paused)],
            900,
            Some("welcome"),
            240,
            &[],
        ),
        (
            "resumed",
            vec![(100, started("welcome")), (160, Paused), (400, Resumed), (410, Resumed)],
            460,
            Some("welcome"),
            180,
            &[],
        ),
        (
            "a pause over the end of the step",
            vec![(100, started("welcome")), (160, Paused), (1_000, Resumed)],
            1_240,
            Some("welcome"),
            0,
            &[],
        ),
        (
            "the next step",
            vec![(100, started("welcome")), (400, started("timeouts"))],
            400,
            Some("timeouts"),
            720,
            &["welcome"],
        ),
        (
            "a step that was left out is not over",
            vec![(100, started("welcome")), (400, started("wrap-up"))],
            400,
            Some("wrap-up"),
            180,
            &["welcome"],
        ),
        (
            "back again",
            vec![(0, started("welcome")), (1, started("timeouts")), (2, started("welcome"))],
            2,
            Some("welcome"),
            300,
            &["timeouts"],
        ),
        ("extended", vec![(0, started("welcome")), (1, extended("welcome", 120))], 60, Some("welcome"), 360, &[]),
        (
            "extended twice, once by less than nothing",
            vec![(0, started("welcome")), (1, extended("welcome", 120)), (2, extended("welcome", -60))],
            60,
            Some("welcome"),
            300,
            &[],
        ),
        (
            "shortened to below nothing",
            vec![(0, started("welcome")), (1, extended("welcome", -6_000))],
            60,
            Some("welcome"),
            -60,
            &[],
        ),
        (
            "extended while paused",
            vec![(0, started("welcome")), (60, Paused), (70, extended("welcome", 60))],
            500,
            Some("welcome"),
            300,
            &[],
        ),
        (
            "extended before it began",
            vec![(0, extended("timeouts", 60)), (10, started("timeouts"))],
            10,
            Some("timeouts"),
            780,
            &[],
        ),
        (
            "skipped: the next begins",
            vec![(0, started("welcome")), (60, skipped("welcome"))],
            70,
            Some("timeouts"),
            710,
            &["welcome"],
        ),
        (
            "skipped while paused: the next waits",
            vec![(0, started("welcome")), (60, Paused), (70, skipped("welcome"))],
            500,
            Some("timeouts"),
            720,
            &["welcome"],
        ),
        (
            "the next was skipped before",
            vec![(0, started("welcome")), (50, skipped("timeouts")), (60, skipped("welcome"))],
            60,
            Some("wrap-up"),
            180,
            &["timeouts", "welcome"],
        ),
        ("the last skipped", vec![(0, started("wrap-up")), (60, skipped("wrap-up"))], 70, None, 0, &["wrap-up"]),
        ("ended", vec![(0, started("welcome")), (60, Ended)], 70, None, 0, &["welcome"]),
        (
            "a start undone",
            vec![(0, started("welcome")), (60, started("timeouts")), (62, undone(3))],
            70,
            Some("welcome"),
            230,
            &[],
        ),
        (
            "an end undone: the step goes on as if it had never been",
            vec![(0, started("wrap-up")), (60, Ended), (65, undone(3))],
            70,
            Some("wrap-up"),
            110,
            &[],
        ),
        (
            "an extension undone",
            vec![(0, started("welcome")), (60, extended("welcome", 60)), (62, undone(3))],
            70,
            Some("welcome"),
            230,
            &[],
        ),
        (
            "a skip undone: as if it had never been",
            vec![(0, started("welcome")), (60, skipped("welcome")), (62, undone(3))],
            70,
            Some("welcome"),
            230,
            &[],
        ),
        ("other things", vec![(0, started("welcome")), (1, Frozen), (2, undone(3))], 60, Some("welcome"), 240, &[]),
    ];
    for (what, events, second, step, left, done) in table {
        let clock = clock(&events);
        assert_eq!(clock.step.as_deref(), step, "{what}");
        assert_eq!(clock.left_ms(second * 1_000), left * 1_000, "{what}");
        assert_eq!(clock.done, done, "{what}");
    }
}

#[test]
fn a_sheet_that_is_edited_changes_the_step_that_goes_on() {
    let mut longer = sheet();
    longer.steps[0].minutes = 8;
    let edited = WorkshopEvent::SheetEdited { sheet: longer.clone() };
    let events = [(0, started("welcome")), (1, extended("welcome", 60)), (2, edited)];
    let (sheet, clock) = of(&log(&events));
    assert_eq!((sheet, clock.left_ms(0)), (longer.clone(), 540_000));
    longer.steps.remove(0);
    let taken_out = clock_after(&events, WorkshopEvent::SheetEdited { sheet: longer });
    assert_eq!((taken_out.step.as_deref(), taken_out.left_ms(0)), (Some("welcome"), 540_000));
}

fn clock_after(events: &[(u64, WorkshopEvent)], last: WorkshopEvent) -> SheetClock {
    let mut events = events.to_vec();
    events.push((3, last));
    clock(&events)
}

#[test]
fn a_workshop_is_over_when_its_last_step_has_ended_and_not_before() {
    for (events, over) in [
        (vec![], false),
        (vec![skipped("welcome")], false),
        (vec![started("wrap-up")], false),
        (vec![started("wrap-up"), skipped("wrap-up")], true),
        (vec![started("welcome"), WorkshopEvent::Ended], true),
        (vec![started("welcome"), WorkshopEvent::Ended, started("timeouts")], false),
        (vec![skipped("welcome"), skipped("timeouts"), started("wrap-up"), skipped("wrap-up")], true),
    ] {
        let at = |(second, event): (usize, &WorkshopEvent)| (second as u64, event.clone());
        let timed: Vec<(u64, WorkshopEvent)> = events.iter().enumerate().map(at).collect();
        assert_eq!(clock(&timed).over, over, "{events:?}");
    }
}

#[test]
fn it_is_known_since_when_a_step_has_been_running() {
    let run = [(10, started("welcome")), (70, WorkshopEvent::Paused), (100, WorkshopEvent::Resumed)];
    assert_eq!(clock(&run[..1]).resumed_ms, Some(10_000));
    assert_eq!(clock(&run[..2]).resumed_ms, None);
    let resumed = clock(&run);
    assert_eq!((resumed.resumed_ms, resumed.since_ms), (Some(100_000), Some(40_000)));
}
