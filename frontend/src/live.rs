//! The live feed: connects, reconnects, resumes, and keeps what every page may show.

use brownout_core::{
    case::{CaseProgress, CaseState},
    event::RunEvent,
    fold::Run,
    hub::view::HubView,
    stack::StackStatus,
    wire::{Heard, LiveItem, LiveMessage, Snapshot, Waiting},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

use crate::socket::{self, Connection, Seen};

/// Lines of the compiler that are kept.
const LINES: usize = 400;

/// What the feed has told. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Live {
    /// Connection to the panel.
    pub connection: RwSignal<Connection>,
    /// The stack.
    pub stack: RwSignal<StackStatus>,
    /// The run that goes on, or the last one that was followed.
    pub run: RwSignal<Run>,
    /// Every case, with its clock and hints.
    pub cases: RwSignal<Vec<Reading>>,
    /// What a run waits for.
    pub waiting: RwSignal<Option<Waiting>>,
    /// What everybody should know of this panel.
    pub notices: RwSignal<Vec<String>>,
    /// The hub, when the participant has joined one.
    pub hub: RwSignal<Option<HubView>>,
    /// Counts changes of the hub's board.
    pub board: RwSignal<u32>,
    /// Counts changes of runs and results that no run made.
    pub history: RwSignal<u32>,
    /// Counts changes of the settings.
    pub settings: RwSignal<u32>,
    /// When the panel was heard last, ms.
    heard_ms: StoredValue<f64>,
    /// Lines of the compiler since the last build began.
    pub lines: RwSignal<Vec<String>>,
    /// Counts snapshots: what was fetched before one may be old.
    pub snapshots: RwSignal<u32>,
    /// Counts seconds, for "8 s ago".
    pub tick: RwSignal<u32>,
}

impl Live {
    /// Connects and follows for as long as the page lives.
    pub fn follow() -> Self {
        let live = Live {
            connection: RwSignal::new(Connection::Connecting),
            stack: RwSignal::default(),
            run: RwSignal::default(),
            cases: RwSignal::default(),
            waiting: RwSignal::default(),
            notices: RwSignal::default(),
            hub: RwSignal::default(),
            board: RwSignal::default(),
            history: RwSignal::default(),
            settings: RwSignal::default(),
            heard_ms: StoredValue::new(0.0),
            lines: RwSignal::default(),
            snapshots: RwSignal::default(),
            tick: RwSignal::default(),
        };
        spawn_local(socket::follow(live.connection, "", move |text, seen| live.hear(text, seen), async || {}));
        spawn_local(async move {
            loop {
                TimeoutFuture::new(1_000).await;
                live.tick.update(|tick| *tick = tick.wrapping_add(1));
            }
        });
        live
    }

    /// Id of the run that goes on.
    pub fn active(&self) -> Option<String> {
        self.run.with(|run| {
            let started = run.started.as_ref()?;
            run.finished.is_none().then(|| started.run.clone())
        })
    }

    /// Counts the greetings after the first one: what was fetched before one may be old. Only who gets it is told of a
    /// change; a memo that is merely tracked is never computed.
    pub fn greetings(&self) -> u32 {
        self.snapshots.get().saturating_sub(1)
    }

    /// How far a case is; `None` before the feed has told.
    pub fn case(&self, scenario: &str) -> Option<CaseProgress> {
        self.cases.with(|cases| cases.iter().find(|known| known.is(scenario)).map(|known| known.case.clone()))
    }

    /// The case after this one that is not completed, or the first such one.
    pub fn case_after(&self, scenario: &str) -> Option<String> {
        self.cases.with(|cases| {
            let at = cases.iter().position(|known| known.is(scenario)).map_or(0, |at| at + 1);
            let open = |known: &&Reading| known.case.state != CaseState::Completed && !known.is(scenario);
            let found = cases[at..].iter().find(open).or_else(|| cases.iter().find(open));
            found.map(|known| known.case.scenario.clone())
        })
    }

    /// Reading of a case clock, ms. It goes on between two messages, and stands still while the panel cannot be heard.
    pub fn case_clock_ms(&self, scenario: &str) -> u64 {
        self.tick.track();
        let until = match self.connection.get() {
            Connection::Open => js_sys::Date::now(),
            _ => self.heard_ms.get_value(),
        };
        self.cases.with(|cases| {
            let Some(known) = cases.iter().find(|known| known.is(scenario)) else { return 0 };
            let since = if known.case.ticking { until - known.at_ms } else { 0.0 };
            known.case.clock_ms + since.max(0.0) as u64
        })
    }

    fn hear(&self, text: &str, seen: &mut Seen) -> bool {
        self.heard_ms.set_value(js_sys::Date::now());
        match LiveMessage::heard(text) {
            Some(Heard::Hello { epoch, seq, snapshot }) => {
                *seen = Some((epoch, seq));
                self.take(*snapshot);
            }
            Some(Heard::Resumed) => {}
            Some(Heard::Item { seq, item }) => {
                if let Some((_, last)) = seen {
                    *last = seq;
                }
                if let Some(item) = item {
                    self.item(*item);
                }
            }
            None => return false,
        }
        true
    }

    fn take(&self, snapshot: Snapshot) {
        self.stack.set(snapshot.stack);
        self.cases.set(snapshot.cases.into_iter().map(Reading::now).collect());
        self.waiting.set(snapshot.waiting);
        self.notices.set(snapshot.notices);
        self.hub.set(snapshot.hub);
        self.run.set(Run::of(&snapshot.run));
        self.snapshots.update(|count| *count += 1);
    }

    fn item(&self, item: LiveItem) {
        match item {
            LiveItem::Run(event) => {
                if matches!(event.body.known(), Some(RunEvent::Started(_))) {
                    self.run.set(Run::default());
                }
                self.run.update(|run| run.apply(&event));
            }
            LiveItem::Stack(stack) => {
                let begins = stack.build.state == brownout_core::stack::BuildState::Building
                    && self.stack.with_untracked(|before| before.build.state != stack.build.state);
                if begins {
                    self.lines.set(Vec::new());
                }
                self.stack.set(stack);
            }
            LiveItem::BuildLine(line) => self.lines.update(|lines| {
                if lines.len() == LINES {
                    lines.remove(0);
                }
                lines.push(line);
            }),
            LiveItem::Waiting(waiting) => self.waiting.set(waiting),
            LiveItem::Case(case) => {
                let case = Reading::now(case);
                self.cases.update(|cases| match cases.iter_mut().find(|known| known.is(&case.case.scenario)) {
                    Some(known) => *known = case,
                    None => cases.push(case),
                })
            }
            LiveItem::Hub(hub) => self.hub.set(hub.map(|hub| *hub)),
            LiveItem::HubBoard(_) => self.board.update(|count| *count += 1),
            LiveItem::History => self.history.update(|count| *count += 1),
            LiveItem::Settings => self.settings.update(|count| *count += 1),
            LiveItem::Session(_) | LiveItem::Beat => {}
        }
    }
}

/// A case, and when that was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The case.
    pub case: CaseProgress,
    at_ms: f64,
}

impl Reading {
    fn now(case: CaseProgress) -> Self {
        Reading { case, at_ms: js_sys::Date::now() }
    }

    fn is(&self, scenario: &str) -> bool {
        self.case.scenario == scenario
    }
}
