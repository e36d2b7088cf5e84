//! What must hold before a run starts, and the wait for what comes about by itself.

use std::time::Duration;

use brownout_core::{
    stack::{BuildState, Endpoints, Scaling, ServiceState, StackPhase, StackStatus},
    wire::Precondition,
};
use serde::Deserialize;
use tokio::time::{Instant, sleep};

use crate::{
    app::App,
    clock::wall_ms,
    near,
    run::{
        Dependency,
        conductor::{Place, Wish},
    },
};

/// How long a run waits for what comes about by itself.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often the dependency is asked whether it is quiet: the only thing here that cannot be watched.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// A service says within 2 s whether it reaches the dependency.
const ANSWER: Duration = Duration::from_secs(3);

/// A precondition that does not hold.
pub(super) struct Unmet {
    pub(super) precondition: Precondition,
    /// A sentence with what to do.
    pub(super) says: String,
    /// Whether it may come about by itself.
    pub(super) passes: bool,
}

/// Waits until all preconditions hold; fails with the first that does not, at once if only a person can mend it or
/// nobody wants to wait.
pub(super) async fn settle(app: &App, place: &Place<'_>) -> Result<(), Unmet> {
    let deadline = Instant::now() + PATIENCE;
    let mut status = app.stack.status();
    loop {
        // Looked at in a statement of its own: the guard must not live across an await.
        let of_stack = of_stack(&status.borrow_and_update());
        let Some(unmet) = first_unmet(app, of_stack).await else { return Ok(()) };
        if !unmet.passes || place.wish() != Wish::Wait || Instant::now() >= deadline {
            return Err(unmet);
        }
        place.says(&unmet.says);
        tokio::select! {
            () = place.impatient() => {}
            changed = status.changed() => if changed.is_err() { return Err(unmet) },
            () = sleep(ASK_EVERY) => {}
        }
    }
}

/// The first precondition that does not hold; the stack's status comes first.
async fn first_unmet(app: &App, of_stack: Option<Unmet>) -> Option<Unmet> {
    if of_stack.is_some() {
        return of_stack;
    }
    match quiet(app).await {
        None => reached(app).await,
        unmet => unmet,
    }
}

/// The first precondition that the stack's status does not meet.
fn of_stack(status: &StackStatus) -> Option<Unmet> {
    let building = status.build.state == BuildState::Building;
    if building || matches!(status.phase, StackPhase::Starting) {
        let doing = if status.doing.is_empty() { "the stack is starting" } else { status.doing.as_str() };
        return Some(unmet(Precondition::ServicesReady, format!("Waiting: {doing}."), true));
    }
    if matches!(status.phase, StackPhase::Down | StackPhase::Stopping) {
        return Some(unmet(Precondition::ServicesReady, "The stack is not up: run `make up`.".to_owned(), false));
    }
    if let Some(service) = status.services.iter().find(|service| service.state != ServiceState::Ready) {
        let message = if service.message.is_empty() { "is not ready yet" } else { service.message.as_str() };
        let passes = service.state != ServiceState::Stopped;
        return Some(unmet(
            Precondition::ServicesReady,
            format!("Waiting until {} is ready: {message}.", service.name),
            passes,
        ));
    }
    match status.build.state {
        BuildState::Live => status.scaling.iter().find_map(above_minimum),
        BuildState::Unknown => {
            Some(unmet(Precondition::LiveBuild, "Waiting: the build is not known yet.".to_owned(), true))
        }
        _ => Some(unmet(Precondition::LiveBuild, stale(status), false)),
    }
}

/// An autoscaler that still has replicas of an earlier run would give this one a better start.
fn above_minimum(scaling: &Scaling) -> Option<Unmet> {
    let Scaling { service, min, desired, current, ready, .. } = scaling;
    let says = if [desired, current].into_iter().any(|count| count > min) {
        format!("Waiting until {} replicas of {service} are back to {min} (about 20 s).", current.max(desired))
    } else if ready < min || current < min {
        format!("Waiting until {min} replicas of {service} are ready.")
    } else {
        return None;
    };
    Some(unmet(Precondition::ReplicasAtMinimum, says, true))
}

fn stale(status: &StackStatus) -> String {
    if let (BuildState::Failed, Some(problem)) = (status.build.state, status.build.problems.first()) {
        return format!("{} in {}:{}. The old build stays live.", problem.message, problem.file, problem.line);
    }
    match status.build.edited.first() {
        Some(file) => format!(
            "{} was edited {} s ago; the live build is older. Run `make dev`.",
            file.path,
            wall_ms().saturating_sub(file.edited_ms) / 1_000
        ),
        None => "The live build is not the working copy. Run `make dev`.".to_owned(),
    }
}

async fn quiet(app: &App) -> Option<Unmet> {
    match Dependency::new(&app.stack.endpoints().dep).state().await {
        Ok((false, 0)) => None,
        Ok((true, _)) => Some(unmet(
            Precondition::FaultsOff,
            "Waiting until the fault of the run before has ended.".to_owned(),
            true,
        )),
        Ok((false, open)) => {
            Some(unmet(Precondition::Quiet, format!("Waiting until {open} calls of the run before are closed."), true))
        }
        Err(error) => Some(unmet(Precondition::ServicesReady, format!("Waiting: {error}."), true)),
    }
}

/// Whether the lab's own network is whole. Where it is not, the best code would earn nothing.
async fn reached(app: &App) -> Option<Unmet> {
    let Endpoints { api, worker, .. } = app.stack.endpoints();
    let http = near::client();
    for (caller, url) in [("api", api), ("worker", worker)] {
        if let Err(why) = reaches(&http, &url).await {
            return Some(unmet(Precondition::ServicesReady, format!("Waiting: {caller} {why}."), true));
        }
    }
    None
}

/// Asks a service of the lab whether it comes through to the dependency; what follows its name where it does not.
async fn reaches(http: &reqwest::Client, url: &str) -> Result<(), String> {
    let silent = |why: String| format!("does not tell whether it reaches the dependency: {url}/reach {why}");
    let unanswered = |error: reqwest::Error| silent(format!("did not answer ({})", error.without_url()));
    let answer = http.get(format!("{url}/reach")).timeout(ANSWER).send().await.map_err(unanswered)?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    let said = answer.text().await.map_err(unanswered)?;
    Err(match serde_json::from_str(&said) {
        Ok(Said { error }) => format!("says that {error}"),
        Err(_) => silent(format!("answered {status}")),
    })
}

/// What a service of the lab says that cannot do what it was asked.
#[derive(Deserialize)]
struct Said {
    error: String,
}

fn unmet(precondition: Precondition, says: String, passes: bool) -> Unmet {
    Unmet { precondition, says, passes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_waits_until_an_autoscaler_is_back_at_its_minimum() {
        let of = |desired, current, ready| Scaling {
            service: "api".to_owned(),
            min: 2,
            max: 6,
            desired,
            current,
            ready,
            ..Scaling::default()
        };
        assert!(above_minimum(&of(2, 2, 2)).is_none());
        for (scaling, part) in [
            (of(6, 6, 6), "6 replicas of api are back to 2"),
            (of(2, 5, 5), "5 replicas of api are back to 2"),
            (of(4, 2, 2), "4 replicas of api are back to 2"),
            (of(2, 2, 1), "2 replicas of api are ready"),
            (of(1, 1, 1), "2 replicas of api are ready"),
        ] {
            let unmet = above_minimum(&scaling).unwrap();
            assert!(unmet.says.contains(part) && unmet.passes, "{}", unmet.says);
        }
    }
}
