//! Where each case stands: the session's events folded, the case clocks, and the hints that come by themselves.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use brownout_core::{
    case::{self, CaseProgress, CaseState, Cases, HintState, HintTaken},
    event::{RunEvent, SessionEvent},
    scenario::{Hint, Scenario},
    wire::LiveItem,
};
use brownout_store::{Store, StoreError};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{app::App, clock::wall_ms, feed::Feed};

/// How often clocks are read and hints looked for.
const TICK: Duration = Duration::from_secs(1);
/// A clock is stored once in so many ticks.
const STORED_EVERY: u32 = 5;
/// What a tick adds at most: a machine that slept has not worked on the case.
const LONGEST_TICK: Duration = Duration::from_secs(3);

/// The cases of this panel's participant.
#[derive(Debug, Default)]
pub struct Casebook(Mutex<Book>);

/// How cases stood before an event.
#[derive(Debug, Default)]
pub struct Before {
    /// The case that was open.
    pub open: Option<String>,
    /// Cases that were being edited.
    pub editing: Vec<String>,
}

#[derive(Debug, Default)]
struct Book {
    cases: Cases,
    clocks: BTreeMap<String, Duration>,
    /// When the clock of the open case was read last.
    read: Option<Instant>,
}

/// Why a case cannot do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such hint.
    #[error("the case {scenario} has no hint `{hint}`")]
    NoHint {
        /// The case.
        scenario: String,
        /// What was asked for.
        hint: String,
    },
    /// The hint cannot be had yet.
    #[error("this hint comes {when}")]
    Ahead {
        /// What releases it.
        when: String,
    },
    /// The case is neither met nor out of time.
    #[error(
        "a case is completed when a run has ended with all criteria met, or when its {minutes} minutes are over; this one is {state}"
    )]
    NotMet {
        /// Minutes that are planned for it.
        minutes: u32,
        /// How far it is, in words.
        state: &'static str,
    },
}

impl Casebook {
    /// Folds what the store knows. No case is open until somebody opens one.
    pub async fn open(store: &Store, participant: &str) -> Result<Self, StoreError> {
        let mut cases = Cases::of(&store.session_events(participant, 0).await?);
        cases.open = None;
        let clocks = store.clocks().await?.into_iter().map(|(id, ms)| (id, Duration::from_millis(ms))).collect();
        Ok(Casebook(Mutex::new(Book { cases, clocks, read: None })))
    }

    /// Folds one event of the session.
    pub(crate) fn apply(&self, event: &SessionEvent) -> Before {
        let mut book = self.lock();
        // The clock of the case that was open is read before another one opens.
        book.read_clock();
        let before = Before { open: book.cases.open.clone(), editing: book.cases.editing() };
        book.cases.apply(event);
        before
    }

    /// The case that is open.
    pub fn opened(&self) -> Option<String> {
        self.lock().cases.open.clone()
    }

    /// Hints that count against the next run of a case.
    pub fn hints(&self, scenario: &str) -> Vec<HintTaken> {
        self.lock().cases.case(scenario).hints
    }

    /// How a case stands now.
    pub fn progress(&self, scenario: &Scenario) -> CaseProgress {
        self.lock().progress(scenario)
    }

    /// Tells the screens how a case stands. Under the lock, so that they hear changes in their order; publishing waits for
    /// nobody.
    fn tell(&self, feed: &Feed, scenario: &Scenario) {
        let mut book = self.lock();
        feed.publish(LiveItem::Case(book.progress(scenario)));
    }

    /// Reading of a case's clock, ms.
    pub(crate) fn clock_ms(&self, scenario: &str) -> u64 {
        let mut book = self.lock();
        book.read_clock();
        book.clock_ms(scenario)
    }

    fn hint_state(&self, scenario: &str, hint: &Hint) -> HintState {
        let book = self.lock();
        case::hint_state(hint, &book.cases.case(scenario), book.clock_ms(scenario))
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn read_clock(&mut self) {
        let now = Instant::now();
        let before = self.read.replace(now);
        let (Some(open), Some(before)) = (&self.cases.open, before) else { return };
        *self.clocks.entry(open.clone()).or_default() += (now - before).min(LONGEST_TICK);
    }

    fn progress(&mut self, scenario: &Scenario) -> CaseProgress {
        self.read_clock();
        let ticking = self.cases.open.as_deref() == Some(&scenario.id);
        case::progress(scenario, &self.cases.case(&scenario.id), self.clock_ms(&scenario.id), ticking)
    }

    fn clock_ms(&self, scenario: &str) -> u64 {
        self.clocks.get(scenario).map_or(0, |clock| clock.as_millis() as u64)
    }
}

/// How every case of the catalog stands.
pub fn progress_of_all(app: &App) -> Vec<CaseProgress> {
    let entries = app.catalog.all().map(|(entries, _)| entries).unwrap_or_default();
    entries.iter().map(|entry| app.session.cases.progress(&entry.scenario)).collect()
}

/// Tells the screens how a case stands.
pub(crate) fn tell(app: &App, scenario: &str) {
    if let Ok(entry) = app.catalog.find(scenario) {
        app.session.cases.tell(&app.feed, &entry.scenario);
    }
}

/// Shows a hint that was asked for, at its cost; one that is shown already stays.
pub async fn take_hint(app: &App, scenario: &Scenario, name: &str) -> Result<(), CaseError> {
    let hint = scenario
        .hints
        .iter()
        .find(|hint| hint.name == name)
        .ok_or_else(|| CaseError::NoHint { scenario: scenario.id.clone(), hint: name.chars().take(80).collect() })?;
    match app.session.cases.hint_state(&scenario.id, hint) {
        HintState::Shown => {}
        HintState::Offered => show(app, scenario, hint, hint.cost).await,
        HintState::Due => show(app, scenario, hint, 0).await,
        HintState::Ahead => {
            let views = app.session.cases.progress(scenario).hints;
            let when = views.into_iter().find(|view| view.name == name).map(|view| view.when).unwrap_or_default();
            return Err(CaseError::Ahead { when });
        }
    }
    Ok(())
}

/// Shows a hint that the facilitator gave: it costs nothing. One that is shown already stays, and so does its cost.
pub(crate) async fn push_hint(app: &App, scenario: &Scenario, name: &str) {
    let Some(hint) = scenario.hints.iter().find(|hint| hint.name == name) else {
        tracing::warn!(case = scenario.id, hint = name, "the facilitator gave a hint that this copy does not have");
        return;
    };
    if app.session.cases.hint_state(&scenario.id, hint) != HintState::Shown {
        show(app, scenario, hint, 0).await;
    }
}

/// The participant says that a case is done.
pub async fn complete(app: &App, scenario: &Scenario) -> Result<(), CaseError> {
    let now = app.session.cases.progress(scenario);
    let over = now.clock_ms >= u64::from(scenario.minutes) * 60_000;
    match now.state {
        CaseState::Completed => return Ok(()),
        CaseState::Met => {}
        _ if over => {}
        state => return Err(CaseError::NotMet { minutes: scenario.minutes, state: state.says() }),
    }
    let event = SessionEvent::CaseCompleted { scenario: scenario.id.clone(), clock_ms: now.clock_ms };
    app.record(event).await;
    Ok(())
}

async fn show(app: &App, scenario: &Scenario, hint: &Hint, cost: u32) {
    let clock_ms = app.session.cases.clock_ms(&scenario.id);
    let taken = HintTaken { name: hint.name.clone(), cost, clock_ms };
    app.conductor.tell(&scenario.id, RunEvent::Hint { name: hint.name.clone(), cost });
    app.record(SessionEvent::HintShown { scenario: scenario.id.clone(), hint: taken }).await;
}

/// Keeps clocks and hints going for as long as the panel lives.
pub fn keep(app: &App) {
    let keeper = app.clone();
    app.tasks.spawn(async move {
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut ticks, mut looked_ms) = (0_u32, wall_ms());
        loop {
            tokio::select! {
                () = keeper.stop.cancelled() => break,
                _ = tick.tick() => {}
            }
            ticks = ticks.wrapping_add(1);
            // A machine that slept has added nothing to the clock, and its screens cannot know that.
            let before_ms = std::mem::replace(&mut looked_ms, wall_ms());
            let slept = looked_ms.saturating_sub(before_ms) > 2 * LONGEST_TICK.as_millis() as u64;
            let Some(open) = keeper.session.cases.opened() else { continue };
            if slept {
                tell(&keeper, &open);
            }
            show_due(&keeper, &open).await;
            if ticks.is_multiple_of(STORED_EVERY) {
                store_clock(&keeper, &open).await;
            }
        }
        if let Some(open) = keeper.session.cases.opened() {
            store_clock(&keeper, &open).await;
        }
    });
}

async fn show_due(app: &App, open: &str) {
    // Reads the clock as well.
    let clock_ms = app.session.cases.clock_ms(open);
    let Ok(entry) = app.catalog.find(open) else { return };
    for hint in &entry.scenario.hints {
        if app.session.cases.hint_state(open, hint) == HintState::Due {
            tracing::info!(case = open, hint = hint.name, clock_ms, "a hint is shown");
            show(app, &entry.scenario, hint, 0).await;
        }
    }
}

async fn store_clock(app: &App, open: &str) {
    if let Err(error) = app.store.set_clock(open, app.session.cases.clock_ms(open)).await {
        tracing::warn!(%error, "the case clock could not be stored");
    }
}
