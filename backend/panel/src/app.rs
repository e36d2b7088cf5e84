//! The handle that handlers and tasks share.

use std::{ops::Deref, path::PathBuf, sync::Arc};

use brownout_core::{event::SessionEvent, wire::Snapshot};
use brownout_stack::Stack;
use brownout_store::Store;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{casebook, catalog::Catalog, feed::Feed, guard::Guard, library::Library, run::Conductor, session::Session};

/// Everything of a running panel. Cheap to clone; lives until its last task has ended.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What [`App`] holds.
pub struct Parts {
    /// Scenario files.
    pub catalog: Catalog,
    /// History.
    pub store: Store,
    /// The lab stack.
    pub stack: Arc<dyn Stack>,
    /// What screens follow.
    pub feed: Feed,
    /// Who may call.
    pub guard: Guard,
    /// The run that goes on, if any.
    pub conductor: Conductor,
    /// The participant's own stream.
    pub session: Session,
    /// Reports and their index.
    pub library: Library,
    /// Address of this panel.
    pub url: String,
    /// Where history, logs and `panel.json` are.
    pub data_dir: PathBuf,
    /// What everybody should know of this panel.
    pub notices: Vec<String>,
    /// Ends every task of the panel.
    pub stop: CancellationToken,
    /// Owns every task of the panel.
    pub tasks: TaskTracker,
}

impl App {
    /// Makes the handle.
    pub fn new(parts: Parts) -> Self {
        App(Arc::new(parts))
    }

    /// What a connecting screen is shown at once.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            panel: env!("CARGO_PKG_VERSION").to_owned(),
            participant: self.session.participant().to_owned(),
            stack: self.stack.status().borrow().clone(),
            run: self.conductor.events(),
            waiting: self.conductor.waiting(),
            cases: casebook::progress_of_all(self),
            notices: self.notices.clone(),
        }
    }

    /// Appends an event to the session, and tells the screens what it means for the cases.
    pub async fn record(&self, event: SessionEvent) {
        let before = self.session.cases.opened();
        let case = match &event {
            SessionEvent::CaseOpened { scenario }
            | SessionEvent::RunFinished { scenario, .. }
            | SessionEvent::HintShown { scenario, .. }
            | SessionEvent::CaseCompleted { scenario, .. } => Some(scenario.clone()),
            SessionEvent::Edited { .. } | SessionEvent::Built { .. } | SessionEvent::Deployed { .. } => before.clone(),
        };
        self.session.append(&self.store, &self.feed, event).await;
        // The case whose clock stands still from now on, too.
        for case in [case.clone(), before.filter(|before| Some(before) != case.as_ref())].into_iter().flatten() {
            casebook::tell(self, &case);
        }
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
