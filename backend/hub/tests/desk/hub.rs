//! A hub in one process: a desk over a file of SQLite, with a clock that stands where it is told.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use brownout_core::{
    event::{Body, Envelope, SessionEvent},
    hub::{
        event::WorkshopEvent,
        live::HubSnapshot,
        seat::{Join, Seated},
        shipment::Shipment,
    },
    workshop::{AnswerForm, Question, Step, StepKind, Takeaway, Workshop},
};
use brownout_hub::{Desk, DeskHandle, DeskOptions, HubError, Links, ShipmentIn, Watcher, clock::Clock};
use brownout_store::hub::{HubStore, SqlHub};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Noon of a day.
pub(crate) const NOON: u64 = 1_764_000_000_000;
pub(crate) const MINUTE: u64 = 60_000;
pub(crate) const CASES: [&str; 4] = ["timeouts", "transactions", "bulkheads", "replicas"];

/// A hub that can be stopped and started.
pub(crate) struct Hub {
    pub(crate) desk: DeskHandle,
    pub(crate) links: Option<Links>,
    pub(crate) code: String,
    pub(crate) store: SqlHub,
    pub(crate) clock: Arc<AtomicU64>,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl Hub {
    pub(crate) async fn open() -> Hub {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Arc::new(AtomicU64::new(NOON)));
        Hub::over(folder, clock, false).await
    }

    /// Ends in order, and starts again over what was kept.
    pub(crate) async fn restart(self) -> Hub {
        self.desk.close().await;
        self.task.await.unwrap();
        Hub::over(self.folder, self.clock, false).await
    }

    /// As [`restart`](Self::restart), with new links.
    pub(crate) async fn restart_with_links(self) -> Hub {
        self.desk.close().await;
        self.task.await.unwrap();
        Hub::over(self.folder, self.clock, true).await
    }

    /// Ends in the middle of whatever it does, and starts again over what was kept.
    pub(crate) async fn crash(self) -> Hub {
        self.task.abort();
        let ended = self.task.await;
        assert!(ended.is_err_and(|error| error.is_cancelled()), "the desk had ended by itself");
        self.store.close().await;
        Hub::over(self.folder, self.clock, false).await
    }

    async fn over(folder: TempDir, clock: Arc<AtomicU64>, new_links: bool) -> Hub {
        let url = format!("sqlite://{}/hub.sqlite", folder.path().display());
        let store = SqlHub::open(&url).await.unwrap();
        let options = DeskOptions {
            name: "Resilience".into(),
            sheet: sheet(),
            most_seats: 250,
            new_links,
            clock: Clock::told(clock.clone()),
        };
        let opened = Desk::open(Arc::new(store.clone()), options).await.unwrap();
        let task = tokio::spawn(opened.desk.run());
        Hub { desk: opened.handle, links: opened.links, code: opened.code, store, clock, folder, task }
    }

    pub(crate) fn now(&self) -> u64 {
        self.clock.load(Ordering::SeqCst)
    }

    pub(crate) fn at(&self, ms: u64) {
        self.clock.store(ms, Ordering::SeqCst);
    }

    pub(crate) fn join_of(&self, name: &str, participant: &str) -> Join {
        Join {
            code: self.code.clone(),
            name: name.into(),
            participant: participant.into(),
            panel: "0.1.0".into(),
            attempt: format!("{participant}-1"),
        }
    }

    pub(crate) async fn join(&self, name: &str) -> (Seated, Laptop) {
        let participant = format!("p-{}", name.to_lowercase().replace(' ', "-"));
        let seated = self.desk.join(self.join_of(name, &participant), None).await.unwrap();
        let laptop = Laptop { seat: seated.seat.clone(), stream: format!("session/{participant}"), events: Vec::new() };
        (seated, laptop)
    }

    pub(crate) async fn act(&self, event: WorkshopEvent) -> u64 {
        self.desk.act(event, None).await.unwrap()
    }

    pub(crate) async fn start(&self, step: &str) -> u64 {
        self.act(WorkshopEvent::Started { step: step.into() }).await
    }

    /// Everything that is kept of the workshop, as text.
    pub(crate) async fn events(&self) -> Vec<brownout_store::hub::KeptEvent> {
        self.store.events(self.desk.workshop(), 0, 100_000).await.unwrap()
    }

    /// The file and what stands beside it, as bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

/// A laptop with its session, of which the hub has what it was sent.
pub(crate) struct Laptop {
    pub(crate) seat: String,
    pub(crate) stream: String,
    pub(crate) events: Vec<Envelope<SessionEvent>>,
}

impl Laptop {
    pub(crate) fn says(&mut self, wall_ms: u64, event: SessionEvent) {
        let seq = self.events.len() as u64 + 1;
        let (stream, body) = (self.stream.clone(), Body::Known(event));
        self.events.push(Envelope { v: 1, stream, seq, wall_ms, run_us: None, body });
    }

    /// Events from `first` on, `count` at most.
    pub(crate) fn shipment(&self, first: u64, count: usize, sent_ms: u64) -> ShipmentIn {
        let from = usize::try_from(first).unwrap() - 1;
        let events = self.events.iter().skip(from).take(count).cloned().collect();
        Shipment { stream: self.stream.clone(), from: 1, first, events, sent_ms, without: Vec::new() }
            .try_into()
            .unwrap()
    }

    /// Ships what was said last, at once.
    pub(crate) async fn say(&mut self, hub: &Hub, event: SessionEvent) -> Result<u64, HubError> {
        self.says(hub.now(), event);
        let last = self.events.len() as u64;
        let shipped = hub.desk.take(&self.seat, self.shipment(last, 1, hub.now())).await?;
        Ok(shipped.have)
    }

    pub(crate) async fn opens(&mut self, hub: &Hub, case: &str) {
        self.say(hub, SessionEvent::CaseOpened { scenario: case.into() }).await.unwrap();
    }

    /// A ranked run; whether it met all criteria goes by its score.
    pub(crate) async fn runs(&mut self, hub: &Hub, case: &str, run: &str, score: u32) {
        self.say(hub, finished(case, run, score, true)).await.unwrap();
    }
}

pub(crate) fn finished(case: &str, run: &str, score: u32, ranked: bool) -> SessionEvent {
    let met = score >= 90;
    let unmet = if met { vec![] } else { vec!["p95".into()] };
    let (run, scenario) = (run.into(), case.into());
    SessionEvent::RunFinished { run, scenario, score: Some(score), ranked, met, unmet, clock_ms: None }
}

/// Four cases between a welcome and a wrap-up.
pub(crate) fn sheet() -> Workshop {
    let step = |name: &str, kind| Step {
        name: name.into(),
        kind,
        title: name.to_uppercase(),
        minutes: 12,
        participants: "Do it.".into(),
        say: vec!["planted-talking-point".into()],
        ..Step::default()
    };
    let cases = CASES.map(|case| step(case, StepKind::Case { scenario: case.into() }));
    let steps = [step("welcome", StepKind::Talk)].into_iter().chain(cases).chain([step("wrap-up", StepKind::Talk)]);
    Workshop {
        id: "resilience".into(),
        title: "Resilience".into(),
        minutes: 72,
        steps: steps.collect(),
        takeaways: vec![Takeaway { name: "deadlines".into(), says: "Set them.".into(), scenario: None }],
        survey: vec![
            Question {
                name: "pace".into(),
                ask: "How was the pace?".into(),
                form: AnswerForm::Choose(vec!["slow".into(), "right".into(), "fast".into()]),
            },
            Question { name: "best".into(), ask: "What was best?".into(), form: AnswerForm::Text { letters: 200 } },
        ],
    }
}

/// The first message of a feed.
pub(crate) async fn snapshot(hub: &Hub, who: Watcher) -> HubSnapshot {
    let text = hub.desk.watch(who, None).await.unwrap().next().await.unwrap();
    serde_json::from_value(serde_json::from_str::<serde_json::Value>(&text).unwrap()["snapshot"].clone()).unwrap()
}

pub(crate) fn undone(seq: u64) -> WorkshopEvent {
    WorkshopEvent::Undone { seq }
}
