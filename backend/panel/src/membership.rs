//! The participant's side of a workshop: which hub, which seat, and what is known of it.
//!
//! `joining` takes a seat and leaves it, `kept` is what a restart needs, `own` folds what the participant did, `hearing`
//! takes in what the hub says, `ledger` is this panel's history as the outbox sees it, `now` is what is true just now.
//! A run knows nothing of all this: its events are appended first, and the outbox is told afterwards.

mod hearing;
mod joining;
mod kept;
mod ledger;
mod now;
mod own;

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use brownout_core::{
    event::{SessionEnvelope, SessionEvent},
    hub::{
        clock::WrapUp,
        membership::{HubMembership, OutboxStatus, OwnWrapUp},
        pulse::Pulse,
        row::HubBoard,
        view::{HubNotice, HubView, LinkState, MOST_MESSAGES},
    },
    wire::LiveItem,
};
use brownout_hub::{export::Key, token::Token};
use brownout_store::{Store, StoreError};
use tokio::sync::{Notify, watch};

use crate::{
    app::App,
    outbox::{self, Stand},
};
use hearing::Connection;
pub use joining::{Erase, JoinError, ask_again, join, leave, resume};
use kept::{Heard, Kept};
pub(crate) use now::services;
use own::Own;

/// Of how many hands and messages the participant's fold is kept: those of one workshop.
const MOST_SAID: usize = 200;

/// The participant's membership, if there is one.
#[derive(Debug)]
pub struct Membership {
    state: Mutex<State>,
    /// Told after each event of the session.
    wake: Arc<Notify>,
    pulse: watch::Sender<Option<Pulse>>,
    /// One joining or leaving at a time: each talks to the hub in between.
    turn: tokio::sync::Mutex<()>,
    /// A certificate to trust besides this machine's own.
    ca: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct State {
    /// The seat, while the participant has one.
    kept: Option<Kept>,
    own: Own,
    /// Put together as it is heard.
    view: HubView,
    /// What was said and not taken back, oldest first.
    said: VecDeque<HubNotice>,
    board: HubBoard,
    wrap_up: WrapUp,
    connection: Connection,
    /// How the outbox of this seat stands.
    stand: watch::Sender<Stand>,
    /// What screens were told last.
    told: Option<HubView>,
}

impl Membership {
    /// Reads what was kept. Nothing is connected yet: see [`keep`].
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn open(store: &Store, ca: Option<PathBuf>) -> Result<Self, StoreError> {
        let (kept, have) = (Kept::read(store).await?, kept::have(store).await?);
        let mut own = Own::default();
        if kept.is_some() {
            let participant = store.participant().await?;
            let events: Vec<SessionEnvelope> = store.session_events(&participant, 0).await?;
            events.iter().filter_map(|event| event.body.known()).for_each(|event| own.apply(event));
        }
        let stand = watch::Sender::new(Stand { have, ..Stand::default() });
        let mut state = State { own, stand, ..State::default() };
        if let Some(kept) = kept.filter(|kept| !kept.left) {
            state.view = kept.view();
            if let Some(heard) = Heard::read(store, &kept.seat).await? {
                state.recall(heard);
            }
            state.kept = Some(kept);
        }
        Ok(Membership {
            state: Mutex::new(state),
            wake: Arc::default(),
            pulse: watch::Sender::default(),
            turn: tokio::sync::Mutex::default(),
            ca,
        })
    }

    /// The hub as screens show it; `None` for who has not joined one.
    pub fn view(&self) -> Option<HubView> {
        self.lock().shown()
    }

    /// How the outbox stands.
    pub fn stand(&self) -> Stand {
        self.lock().stand.borrow().clone()
    }

    /// Follows how the outbox stands, for as long as this seat is kept.
    pub fn stands(&self) -> watch::Receiver<Stand> {
        self.lock().stand.subscribe()
    }

    /// The same with what is not for every screen.
    pub fn membership(&self) -> HubMembership {
        let state = self.lock();
        let Some(view) = state.shown() else { return HubMembership::default() };
        let stand = state.stand.borrow().clone();
        let recovery = state.kept.as_ref().map(|kept| kept.recovery.clone()).unwrap_or_default();
        let outbox = OutboxStatus {
            state: stand.phase.says().to_owned(),
            have: stand.have,
            last: stand.last,
            results: stand.results,
            records: stand.records,
            notice: stand.notice,
        };
        HubMembership { hub: Some(view), recovery, outbox }
    }

    /// The hub's board as last heard.
    pub fn board(&self) -> Option<HubBoard> {
        let state = self.lock();
        state.kept.is_some().then(|| state.board.clone())
    }

    /// What there is to tick and to answer.
    pub fn wrap_up(&self) -> Option<WrapUp> {
        let state = self.lock();
        state.kept.is_some().then(|| state.wrap_up.clone())
    }

    /// The same with what was ticked and answered here.
    pub fn own_wrap_up(&self) -> Option<OwnWrapUp> {
        let wrap_up = self.wrap_up()?;
        let state = self.lock();
        Some(OwnWrapUp {
            wrap_up,
            ticked: state.own.ticked.iter().cloned().collect(),
            answers: state.own.answers.clone(),
        })
    }

    /// Id of the own hand, while it is up.
    pub fn hand(&self) -> Option<String> {
        self.lock().own.hand.as_ref().map(|hand| hand.hand.clone())
    }

    /// Whether the participant has joined.
    pub fn joined(&self) -> bool {
        self.lock().kept.is_some()
    }

    /// Whether there is such a message that was not dismissed.
    pub fn is_shown(&self, message: &str) -> bool {
        let state = self.lock();
        state.said.iter().any(|notice| notice.id == message) && !state.own.seen.iter().any(|seen| seen == message)
    }

    /// Everything that the outbox would send, signed; `None` for who has not joined.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn export(&self, app: &App) -> anyhow::Result<Option<(String, Vec<u8>)>> {
        let Some(kept) = self.lock().kept.clone() else { return Ok(None) };
        let ledger = ledger::Ledger::of(app);
        let seat = (kept.workshop.as_str(), kept.seat.as_str());
        let key = Key::of_token(&Token::told(kept.token.reveal()));
        let Stand { have, offset_ms, .. } = self.stand();
        let begins = (kept.from, have);
        let file = outbox::export::export(&ledger, begins, seat, offset_ms, |bytes| key.sign(bytes)).await?;
        let tag: String = kept.seat.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
        Ok(Some((format!("outbox-{tag}.brownout.gz"), file)))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Shows what was heard before the panel started.
    fn recall(&mut self, heard: Heard) {
        let Heard { view, wrap_up } = heard;
        let HubView { hub, workshop, seat, name, why, .. } = std::mem::take(&mut self.view);
        self.said = view.messages.iter().cloned().collect();
        self.wrap_up = wrap_up;
        self.view = HubView { hub, workshop, seat, name, why, messages: Vec::new(), ..view };
    }

    /// What there is to tick and to answer.
    fn ask_at_the_end(&mut self, wrap_up: WrapUp) {
        if self.wrap_up != wrap_up {
            self.wrap_up = wrap_up;
            self.view.wrap_ups = self.view.wrap_ups.wrapping_add(1);
        }
    }

    fn shown(&self) -> Option<HubView> {
        self.kept.as_ref()?;
        let mut view = self.view.clone();
        {
            let stand = self.stand.borrow();
            (view.waiting, view.notice) = (stand.results, stand.notice.clone());
        }
        if view.link == LinkState::Ended {
            // The reason is there already.
            view.notice = String::new();
        }
        view.set_hand(self.own.hand.as_ref());
        let open = self.said.iter().filter(|notice| !self.own.seen.contains(&notice.id));
        let open: Vec<&HubNotice> = open.collect();
        view.messages = open[open.len().saturating_sub(MOST_MESSAGES)..].iter().copied().cloned().collect();
        view.ticked = self.own.ticked.iter().cloned().collect();
        view.answered = self.own.answers.keys().cloned().collect();
        Some(view)
    }
}

/// Takes in an event of the session that was appended; never waits.
pub(crate) fn recorded(app: &App, event: &SessionEvent) {
    let member = &app.member;
    {
        let mut state = member.lock();
        if state.kept.is_none() {
            return;
        }
        state.own.apply(event);
    }
    member.wake.notify_one();
    tell(app);
}

/// Tells the screens, if there is something to tell.
fn tell(app: &App) {
    let mut state = app.member.lock();
    let view = state.shown();
    if view != state.told {
        state.told.clone_from(&view);
        // Under the lock, so that screens hear changes in their order; publishing waits for nobody.
        app.feed.publish(LiveItem::Hub(view.map(Box::new)));
    }
}

/// Connects a seat that was kept, and keeps what is true now.
pub fn keep(app: &App) {
    now::keep(app);
    hearing::connect(app);
}
