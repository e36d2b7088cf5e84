//! The handle that handlers and tasks share.

use std::{ops::Deref, path::PathBuf, sync::Arc};

use brownout_core::{event::SessionEvent, wire::Snapshot};
use brownout_stack::Stack;
use brownout_store::Store;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    archives::Archives,
    casebook::{self, Before},
    catalog::Catalog,
    feed::Feed,
    guard::Guard,
    library::Library,
    membership::{self, Membership},
    run::Conductor,
    session::Session,
};

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
    /// Workshops that are over.
    pub archives: Archives,
    /// The workshop that the participant has joined, if any.
    pub member: Membership,
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
            hub: self.member.view(),
        }
    }

    /// Appends an event to the session, and tells the screens what it means for the cases.
    pub async fn record(&self, event: SessionEvent) {
        let Before { open, editing } = self.session.append(&self.store, &self.feed, event.clone()).await;
        let mut cases = match &event {
            SessionEvent::CaseOpened { scenario }
            | SessionEvent::RunFinished { scenario, .. }
            | SessionEvent::HintShown { scenario, .. }
            | SessionEvent::CaseCompleted { scenario, .. } => vec![scenario.clone()],
            SessionEvent::Edited { .. } | SessionEvent::Built { .. } => Vec::new(),
            SessionEvent::Deployed { .. } => editing,
            // What passes between a participant and the hub is about no case.
            SessionEvent::Joined { .. }
            | SessionEvent::Left { .. }
            | SessionEvent::HandRaised { .. }
            | SessionEvent::HandLowered { .. }
            | SessionEvent::MessageSeen { .. }
            | SessionEvent::TakeawayTicked { .. }
            | SessionEvent::Answered { .. }
            | SessionEvent::Readied { .. } => return membership::recorded(self, &event),
        };
        // The one that was open too: it is about that one, or its clock stands still from now on.
        cases.extend(open);
        cases.sort();
        cases.dedup();
        for case in cases {
            casebook::tell(self, &case);
        }
        // Last, and without waiting: what is stored is sent whenever the hub can be reached.
        membership::recorded(self, &event);
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
