//! What is true on this laptop just now, as the facilitator's grid shows it.

use std::time::Duration;

use brownout_core::{
    hub::pulse::{Pulse, ServicesReady},
    stack::{BuildState, BuildStatus, StackPhase, StackStatus},
};
use tokio::time::{MissedTickBehavior, interval};

use crate::app::App;

/// How often it is looked at.
const TICK: Duration = Duration::from_secs(1);
/// A run's progress is worth telling after so many seconds.
const STRIDE: u32 = 5;
/// Characters of a compiler's complaint that are told.
const LONGEST: usize = 200;

/// Looks once a second, while there is somebody to tell.
pub(super) fn keep(app: &App) {
    let keeper = app.clone();
    app.tasks.spawn(async move {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = keeper.stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            if !keeper.member.joined() {
                continue;
            }
            let now = pulse(&keeper);
            keeper.member.pulse.send_if_modified(|told| {
                let other = told.as_ref().is_none_or(|told| is_news(told, &now));
                // What is no news is still true, and goes along with the next that is told anyhow.
                *told = Some(now);
                other
            });
        }
    });
}

/// What is true now.
fn pulse(app: &App) -> Pulse {
    let status = app.stack.status().borrow().clone();
    let open = app.session.cases.opened();
    let clock_ms = open.as_deref().map(|open| app.session.cases.clock_ms(open)).unwrap_or_default();
    Pulse {
        clock_ms,
        ticking: open.is_some(),
        open,
        running: app.conductor.progress(),
        run_waits: app.conductor.waiting().is_some(),
        services: services(&status),
        build: status.build.state,
        problem: problem(&status.build),
        waiting: app.member.stand().waiting(),
    }
}

/// How many services are ready of how many.
pub(crate) fn services(status: &StackStatus) -> ServicesReady {
    if status.phase == StackPhase::Down {
        return ServicesReady::default();
    }
    let ready = status.services.iter().filter(|service| service.desired > 0 && service.ready >= service.desired);
    ServicesReady { ready: ready.count() as u32, of: status.services.len() as u32 }
}

/// The compiler's first complaint: where, and which; no code.
fn problem(build: &BuildStatus) -> Option<String> {
    let first = build.problems.first().filter(|_| build.state == BuildState::Failed)?;
    // `error[E0308]: mismatched types` goes on with types and values of the code; the word before the colon does not.
    let word = first.message.split(':').next().unwrap_or_default();
    Some(format!("{}:{} {word}", first.file, first.line).chars().take(LONGEST).collect())
}

/// Whether a facilitator should hear at once: clocks go on by themselves.
fn is_news(told: &Pulse, now: &Pulse) -> bool {
    let still = |pulse: &Pulse| {
        let running = pulse.running.as_ref().map(|run| (run.scenario.clone(), run.second / STRIDE, run.of));
        (running, Pulse { clock_ms: 0, running: None, ..pulse.clone() })
    };
    still(told) != still(now)
}

#[cfg(test)]
mod tests {
    use brownout_core::{hub::pulse::RunningNow, stack::BuildProblem};

    use super::*;

    #[test]
    fn clocks_that_go_on_are_no_news() {
        let running = |second| Some(RunningNow { scenario: "timeouts".into(), second, of: 60 });
        let told = Pulse { clock_ms: 1_000, running: running(5), ..Pulse::default() };
        for (now, news) in [
            (Pulse { clock_ms: 2_000, ..told.clone() }, false),
            (Pulse { running: running(9), ..told.clone() }, false),
            (Pulse { running: running(10), ..told.clone() }, true),
            (Pulse { running: None, ..told.clone() }, true),
            (Pulse { ticking: true, ..told.clone() }, true),
            (Pulse { waiting: 1, ..told.clone() }, true),
            (Pulse { build: BuildState::Failed, ..told.clone() }, true),
        ] {
            assert_eq!(is_news(&told, &now), news, "{now:?}");
        }
    }

    #[test]
    fn a_complaint_says_where_and_which_and_holds_no_code() {
        let first = BuildProblem {
            file: "lab/src/cases/timeouts.rs".into(),
            line: 33,
            column: 5,
            message: "error[E0308]: expected `Secret`, found `u32`".into(),
        };
        let mut build = BuildStatus { state: BuildState::Failed, problems: vec![first], ..BuildStatus::default() };
        assert_eq!(problem(&build).as_deref(), Some("lab/src/cases/timeouts.rs:33 error[E0308]"));
        build.state = BuildState::Building;
        assert_eq!(problem(&build), None);
    }
}
