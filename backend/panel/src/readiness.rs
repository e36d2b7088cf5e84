//! How ready this laptop is for the workshop, told to the facilitator whenever it changes.

use std::time::Duration;

use brownout_core::{
    event::SessionEvent,
    hub::readiness::{Lacking, Machine, Readiness, Ready},
    setup::{Check, CheckState, Preflight},
    stack::{StackPhase, StackStatus},
};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{
    app::App,
    membership::services,
    prefetched,
    preflight::{self, PATIENCE, ThisMachine, Wanted, port_of},
    ui,
};

/// How often the stack is looked at.
const TICK: Duration = Duration::from_secs(5);
/// All checks are made again after this time while something is lacking.
const AGAIN: Duration = Duration::from_secs(120);
/// All checks are made again after this time anyway.
const SELDOM: Duration = Duration::from_secs(900);

/// What was looked at last, and what was told of it.
#[derive(Debug, Default)]
struct Looked {
    /// What does not change by itself from one moment to the next.
    slow: Option<(Vec<Lacking>, Option<bool>, Machine, Instant)>,
    /// As it was at the last tick.
    seen: Option<Readiness>,
    /// As it was told last, and for which seat.
    told: Option<(String, Readiness)>,
}

/// Looks for as long as the panel lives and its participant has a seat; never while a run goes on.
pub fn keep(app: &App) {
    let keeper = app.clone();
    app.tasks.spawn(async move {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut looked = Looked::default();
        loop {
            tokio::select! {
                () = keeper.stop.cancelled() => return,
                _ = tick.tick() => {}
            }
            // A run is measured; nobody starts programs beside it.
            if keeper.conductor.running().is_some() {
                continue;
            }
            let Some(seat) = keeper.member.view().map(|view| view.seat) else { continue };
            let news = tokio::select! {
                () = keeper.stop.cancelled() => return,
                news = looked.news(&keeper, seat) => news,
            };
            if let Some(readiness) = news {
                keeper.record(SessionEvent::Readied { readiness }).await;
            }
        }
    });
}

impl Looked {
    /// How ready the laptop is, if that is other than was told and no passing state.
    async fn news(&mut self, app: &App, seat: String) -> Option<Readiness> {
        let ready = self.seen.as_ref().is_some_and(|seen| seen.overall == Ready::Yes);
        let due = |at: &Instant| at.elapsed() >= if ready { SELDOM } else { AGAIN };
        if self.slow.as_ref().is_none_or(|(.., at)| due(at)) {
            let machine = ThisMachine::at(app.catalog.root());
            let kind = app.stack.status().borrow().kind.clone();
            let lacking = lacking(&checks(app).await, &kind);
            let (root, data_dir) = (app.catalog.root().to_owned(), app.data_dir.clone());
            let mark = tokio::task::spawn_blocking(move || prefetched::holds(&root, &data_dir)).await;
            self.slow = Some((lacking, mark.unwrap_or(None), preflight::described(&machine).await, Instant::now()));
        }
        let (lacking, prefetched, machine, _) = self.slow.clone()?;
        let now = readiness(&app.stack.status().borrow(), lacking, prefetched, machine);
        // A rolling deploy takes seconds; what was so twice is so.
        let stands = self.seen.replace(now.clone()).is_some_and(|seen| seen == now);
        let known = self.told.as_ref().is_some_and(|(of, told)| *of == seat && *told == now);
        if !stands || known {
            return None;
        }
        self.told = Some((seat, now.clone()));
        Some(now)
    }
}

/// All checks of this machine, for the panel that runs on it.
pub(crate) async fn checks(app: &App) -> Preflight {
    let lab = app.stack.endpoints();
    let wanted = Wanted {
        data_dir: app.data_dir.clone(),
        ports: [&app.url, &lab.api, &lab.worker].map(|url| port_of(url)),
        panel: Some(std::process::id()),
        ui_built: ui::is_built(),
        patience: PATIENCE,
    };
    preflight::preflight(&ThisMachine::at(app.catalog.root()), &wanted).await
}

/// What a stack of this kind lacks. What was found is left out: it holds names of users and paths.
fn lacking(preflight: &Preflight, kind: &str) -> Vec<Lacking> {
    let concerns = |check: &&Check| check.needed_for.is_empty() || check.needed_for.iter().any(|of| of == kind);
    let lacks = preflight.checks.iter().filter(concerns).filter(|check| check.state != CheckState::Ok);
    lacks
        .map(|check| Lacking {
            name: check.name.clone(),
            title: check.title.clone(),
            state: check.state,
            fix: check.fix.clone(),
        })
        .collect()
}

fn readiness(status: &StackStatus, lacking: Vec<Lacking>, prefetched: Option<bool>, machine: Machine) -> Readiness {
    let services = services(status);
    let stands = match status.phase {
        StackPhase::Down => "down",
        StackPhase::Starting => "starting",
        StackPhase::Ready => "ready",
        StackPhase::Degraded => "not all ready",
        StackPhase::Stopping => "stopping",
    };
    Readiness {
        overall: Ready::of(&lacking, services, prefetched),
        lacking,
        stack: format!("{}: {stands}", status.kind),
        services,
        prefetched,
        machine,
        panel: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use brownout_core::stack::ServiceStatus;

    use super::*;

    #[test]
    fn a_laptop_lacks_what_its_own_stack_needs_and_tells_no_paths() {
        let check = |name: &str, state, needed_for: &[&str]| Check {
            name: name.into(),
            title: name.to_uppercase(),
            state,
            says: "/home/ada/secret".into(),
            fix: Some("apt-get install it".into()),
            needed_for: needed_for.iter().map(|of| (*of).to_owned()).collect(),
        };
        let preflight = Preflight {
            checks: vec![
                check("cargo", CheckState::Ok, &["local", "k3d"]),
                check("postgres", CheckState::Missing, &["local"]),
                check("docker", CheckState::Missing, &["k3d"]),
                check("git", CheckState::Warning, &[]),
            ],
            stacks: Vec::new(),
        };
        let names = |kind| lacking(&preflight, kind).into_iter().map(|lacks| lacks.name).collect::<Vec<_>>();
        assert_eq!(names("local"), ["postgres", "git"]);
        assert_eq!(names("k3d"), ["docker", "git"]);
        let service = |ready| ServiceStatus { name: "api".into(), desired: 1, ready, ..ServiceStatus::default() };
        let status = StackStatus {
            kind: "local".into(),
            phase: StackPhase::Ready,
            services: vec![service(1), service(1)],
            ..StackStatus::default()
        };
        let all = readiness(&status, lacking(&preflight, "local"), Some(true), Machine::default());
        assert_eq!((all.overall, all.stack.as_str(), all.services.ready), (Ready::No, "local: ready", 2));
        assert!(!serde_json::to_string(&all).expect("JSON").contains("ada"));
        assert_eq!(readiness(&status, Vec::new(), None, Machine::default()).overall, Ready::Yes);
    }
}
