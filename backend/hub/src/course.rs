//! How the steps of a workshop really went: when each was on, without its pauses. A fold of the workshop's own stream.

use std::collections::BTreeMap;

use brownout_core::{
    hub::{
        archive::StepTook,
        clock::SheetClock,
        event::{WorkshopEnvelope, WorkshopEvent, standing},
    },
    workshop::{StepKind, Workshop},
};

/// When the steps were on, ms on the hub's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Course {
    /// In the order in which they began.
    on: Vec<Stretch>,
}

/// A step that was on without a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    step: String,
    /// Scenario id, where it is a case.
    case: Option<String>,
    from: u64,
    to: u64,
}

impl Course {
    /// Folds the stream; what is still on ends at `end_ms`.
    pub(crate) fn of(log: &[WorkshopEnvelope], end_ms: u64) -> Course {
        let (mut sheet, mut clock) = (Workshop::default(), SheetClock::default());
        let mut course = Course::default();
        let mut open: Option<Stretch> = None;
        for (envelope, event) in standing(log) {
            if let WorkshopEvent::Opened { sheet: new, .. } | WorkshopEvent::SheetEdited { sheet: new } = event {
                sheet.clone_from(new);
            }
            clock.apply(event, envelope.wall_ms, &sheet);
            let on = clock.step.clone().filter(|_| clock.since_ms.is_some());
            if on.as_ref() == open.as_ref().map(|stretch| &stretch.step) {
                continue;
            }
            course.close(open.take(), envelope.wall_ms);
            open = on.map(|step| Stretch { case: case_of(&sheet, &step), step, from: envelope.wall_ms, to: 0 });
        }
        course.close(open, end_ms);
        course
    }

    fn close(&mut self, open: Option<Stretch>, to: u64) {
        self.on.extend(open.map(|stretch| Stretch { to: to.max(stretch.from), ..stretch }));
    }

    /// How long each step was on, in the order in which they began first.
    pub(crate) fn took(&self) -> Vec<StepTook> {
        let mut took: Vec<StepTook> = Vec::new();
        for stretch in &self.on {
            let ms = stretch.to - stretch.from;
            match took.iter_mut().find(|known| known.step == stretch.step) {
                Some(known) => known.took_ms += ms,
                None => took.push(StepTook { step: stretch.step.clone(), took_ms: ms }),
            }
        }
        took
    }

    /// When the steps of a case began first, by scenario.
    pub(crate) fn began(&self) -> BTreeMap<&str, u64> {
        let mut began = BTreeMap::new();
        for stretch in &self.on {
            if let Some(case) = &stretch.case {
                began.entry(&**case).or_insert(stretch.from);
            }
        }
        began
    }

    /// How much of an interval a case was on, ms.
    pub(crate) fn within(&self, case: &str, from: u64, to: u64) -> u64 {
        let of_case = self.on.iter().filter(|stretch| stretch.case.as_deref() == Some(case));
        of_case.map(|stretch| stretch.to.min(to).saturating_sub(stretch.from.max(from))).sum()
    }
}

fn case_of(sheet: &Workshop, step: &str) -> Option<String> {
    match &sheet.step(step)?.kind {
        StepKind::Case { scenario } => Some(scenario.clone()),
        StepKind::Talk | StepKind::Check => None,
    }
}

#[cfg(test)]
mod tests {
    use brownout_core::{
        event::{Body, Envelope},
        workshop::Step,
    };

    use super::*;

    fn course(events: &[(u64, WorkshopEvent)], end: u64) -> Course {
        let step = |name: &str, kind| Step { name: name.into(), kind, minutes: 10, ..Step::default() };
        let case = StepKind::Case { scenario: "timeouts".into() };
        let steps = vec![step("welcome", StepKind::Talk), step("first", case)];
        let opened = WorkshopEvent::Opened { name: "w".into(), sheet: Workshop { steps, ..Workshop::default() } };
        let envelope = |(at, (wall_ms, event)): (usize, &(u64, WorkshopEvent))| Envelope {
            v: 1,
            stream: "workshop/w".into(),
            seq: at as u64 + 1,
            wall_ms: *wall_ms,
            run_us: None,
            body: Body::Known(event.clone()),
        };
        let log: Vec<_> = [(0, opened)].iter().chain(events).enumerate().map(envelope).collect();
        Course::of(&log, end)
    }

    #[test]
    fn a_step_took_as_long_as_it_was_on() {
        use WorkshopEvent::{Ended, Paused, Resumed, Started, Undone};
        let started = |step: &str| Started { step: step.into() };
        let took = |events: &[(u64, WorkshopEvent)]| -> Vec<(String, u64)> {
            course(events, 1_000).took().into_iter().map(|step| (step.step, step.took_ms)).collect()
        };
        let steps = |steps: &[(&str, u64)]| steps.iter().map(|(s, ms)| ((*s).to_owned(), *ms)).collect::<Vec<_>>();
        assert_eq!(took(&[]), []);
        assert_eq!(took(&[(100, started("welcome"))]), steps(&[("welcome", 900)]));
        assert_eq!(took(&[(100, started("welcome")), (150, Ended)]), steps(&[("welcome", 50)]));
        let paused = [
            (100, started("first")),
            (150, Paused),
            (400, Resumed),
            (500, started("welcome")),
            (510, started("first")),
        ];
        assert_eq!(took(&paused), steps(&[("first", 640), ("welcome", 10)]));
        assert_eq!(
            took(&[(100, started("welcome")), (200, started("first")), (300, Undone { seq: 3 })]),
            steps(&[("welcome", 900)])
        );
    }

    #[test]
    fn a_case_was_on_within_an_interval_as_far_as_its_step_was() {
        use WorkshopEvent::{Paused, Resumed, Started};
        let course = course(&[(100, Started { step: "first".into() }), (200, Paused), (300, Resumed)], 400);
        assert_eq!(course.began(), BTreeMap::from([("timeouts", 100)]));
        for (from, to, ms) in [(0, 500, 200), (0, 50, 0), (150, 350, 100), (210, 290, 0), (390, 900, 10), (300, 200, 0)]
        {
            assert_eq!(course.within("timeouts", from, to), ms, "{from} {to}");
        }
        assert_eq!(course.within("bulkheads", 0, 500), 0);
    }
}
