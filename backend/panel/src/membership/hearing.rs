//! What the hub says, taken in: board, agenda, messages, a hand that help came to.

use std::collections::BTreeSet;

use brownout_core::{
    event::SessionEvent,
    hub::{
        live::{HubItem, HubSnapshot},
        message::{Message, Said},
        row::{BoardDelta, HubBoard},
        view::{HubNotice, HubView, Link, LinkState},
    },
    wire::LiveItem,
};
use brownout_hub::Token;
use tokio::sync::{mpsc, watch};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    MOST_SAID,
    kept::{self, Heard, Kept},
    ledger::Ledger,
    tell,
};
use crate::{
    app::App,
    casebook,
    clock::wall_ms,
    outbox::{Phase, Stand},
    uplink::{Hub, News, Seat, Uplink},
};

/// News that may wait for this panel.
const BEHIND: usize = 64;

/// The tasks of a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Connection {
    /// Ends it; nothing of it is heard when this returns.
    pub(super) async fn end(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Connects to the hub of the seat that is kept, in tasks of the panel. Whoever calls has ended an earlier connection.
pub(super) fn connect(app: &App) {
    let member = &app.member;
    let (uplink, heard, connection) = {
        let mut state = member.lock();
        let Some(kept) = state.kept.clone() else { return };
        let hub = match Hub::at(&kept.hub, member.ca.as_deref()) {
            Ok(hub) => hub,
            Err(error) => {
                state.view.set_link(&Link::Ended { why: format!("{error}.") });
                return;
            }
        };
        state.connection = Connection { stop: app.stop.child_token(), tasks: TaskTracker::new() };
        let (news, heard) = mpsc::channel(BEHIND);
        let uplink = Uplink {
            seat: Seat { hub, token: kept.token, from: kept.from },
            history: std::sync::Arc::new(Ledger::of(app)),
            pulse: member.pulse.subscribe(),
            news,
            stand: state.stand.clone(),
            wake: member.wake.clone(),
        };
        (uplink, heard, state.connection.clone())
    };
    let (stand, stop) = (uplink.stand.subscribe(), connection.stop.clone());
    app.tasks.spawn(connection.tasks.track_future(uplink.keep(stop.clone())));
    let hearer = app.clone();
    app.tasks.spawn(connection.tasks.track_future(async move {
        tokio::select! {
            () = stop.cancelled() => {}
            () = hear(&hearer, heard, stand) => {}
        }
    }));
}

async fn hear(app: &App, mut heard: mpsc::Receiver<News>, mut stand: watch::Receiver<Stand>) {
    let (mut goes_on, mut written) = (true, None);
    loop {
        tokio::select! {
            news = heard.recv(), if goes_on => match news {
                Some(news) => {
                    // Boards are not kept, and come often.
                    let is_kept = !matches!(news, News::Board(_));
                    take_in(app, news).await;
                    if is_kept {
                        keep_heard(app, &mut written).await;
                    }
                }
                None => goes_on = false,
            },
            changed = stand.changed() => {
                if changed.is_err() {
                    return;
                }
                keep_cursor(app, &mut stand).await;
            }
        }
        tell(app);
    }
}

/// Keeps how far the hub is, for the next start.
async fn keep_cursor(app: &App, stand: &mut watch::Receiver<Stand>) {
    let (have, phase) = {
        let now = stand.borrow_and_update();
        (now.have, now.phase)
    };
    if phase == Phase::Level
        && let Err(error) = kept::set_have(&app.store, have).await
    {
        tracing::warn!(%error, "how far the hub is could not be stored");
    }
}

/// Keeps what the hub said for a start without it: when it says something else, and when it is heard no more.
async fn keep_heard(app: &App, written: &mut Option<Heard>) {
    let (heard, away) = {
        let state = app.member.lock();
        let heard_ms = match state.view.link {
            LinkState::Connected => wall_ms(),
            LinkState::Away => state.view.heard_ms,
            LinkState::Ended => 0,
        };
        let Some(shown) = state.shown().filter(|_| heard_ms > 0) else { return };
        (Heard::of(HubView { heard_ms, ..shown }, state.wrap_up.clone()), state.view.link == LinkState::Away)
    };
    let known = written
        .as_ref()
        .is_some_and(|written| !written.differs(&heard) && (!away || written.view.heard_ms >= heard.view.heard_ms));
    if known {
        return;
    }
    match heard.write(&app.store).await {
        Ok(()) => *written = Some(heard),
        Err(error) => tracing::warn!(%error, "what the hub said could not be stored for a start without it"),
    }
}

async fn take_in(app: &App, news: News) {
    match news {
        News::Hello(snapshot) => hello(app, *snapshot).await,
        News::Item(item) => item_came(app, *item).await,
        News::Board(text) => {
            if let Some(item) = News::item(&text) {
                item_came(app, *item).await;
            }
        }
        News::Away { tries, next_ms } => {
            let view = &mut app.member.lock().view;
            if view.link == LinkState::Connected {
                view.heard_ms = wall_ms();
            }
            view.set_link(&Link::Away { tries, next_ms });
        }
        News::Ended { why } => app.member.lock().view.set_link(&Link::Ended { why }),
    }
}

async fn hello(app: &App, snapshot: HubSnapshot) {
    let HubSnapshot { workshop: _, board, agenda, wrap_up, said, seat, facilitator: _ } = snapshot;
    {
        let mut state = app.member.lock();
        state.view.set_link(&Link::Connected);
        state.view.set_agenda(&agenda, wall_ms());
        state.ask_at_the_end(wrap_up);
        let still: BTreeSet<&str> = said.iter().map(|message| message.id.as_str()).collect();
        state.said.retain(|notice| still.contains(notice.id.as_str()));
        let delta = replace(&mut state.board, board);
        app.feed.publish(LiveItem::HubBoard(delta));
    }
    for message in said {
        was_said(app, message).await;
    }
    let Some(seat) = seat else { return };
    renamed(app, seat.name).await;
    recovery_is(app, &seat.recovery).await;
    // Help came while we were away: the hub knows of everything that we did, and of no hand.
    let last = app.store.last_session_seq(app.session.participant()).await.unwrap_or(u64::MAX);
    let stream = format!("session/{}", app.session.participant());
    let has_all = seat.have.iter().any(|of| of.stream == stream && of.have >= last);
    if has_all && let Some(hand) = app.member.hand().filter(|hand| seat.hand.as_ref() != Some(hand)) {
        app.record(SessionEvent::HandLowered { hand }).await;
    }
}

async fn item_came(app: &App, item: HubItem) {
    match item {
        HubItem::Board(delta) => {
            let mut state = app.member.lock();
            // Numbered on: a hub that came back from a copy may have begun with a lower number.
            let delta = BoardDelta { upto: delta.upto.max(state.board.upto + 1), ..delta };
            state.board.apply(delta.clone());
            app.feed.publish(LiveItem::HubBoard(delta));
        }
        HubItem::Agenda(agenda) => app.member.lock().view.set_agenda(&agenda, wall_ms()),
        HubItem::WrapUp(wrap_up) => app.member.lock().ask_at_the_end(wrap_up),
        HubItem::Said(message) => was_said(app, message).await,
        HubItem::Unsaid { message } => app.member.lock().said.retain(|notice| notice.id != message),
        HubItem::Helped { hand } => {
            if app.member.hand().as_ref() == Some(&hand) {
                app.record(SessionEvent::HandLowered { hand }).await;
            }
        }
        HubItem::Renamed { name } => renamed(app, name).await,
        HubItem::Recovery { tag } => recovery_is(app, &tag).await,
        // The connection itself reads these two; the rest is not for seats.
        HubItem::Have { .. }
        | HubItem::Ended { .. }
        | HubItem::Grid { .. }
        | HubItem::Ready { .. }
        | HubItem::Workshop(_) => {}
    }
}

/// Something was said: it is shown, and a hint besides in its case, at no cost.
async fn was_said(app: &App, message: Message) {
    let scenario = match &message.what {
        Said::Hint { scenario, .. } => app.catalog.find(scenario).ok().map(|entry| entry.scenario),
        _ => None,
    };
    let words = |_: &str, name: &str| {
        let hint = scenario.as_ref()?.hints.iter().find(|hint| hint.name == name)?;
        Some(hint.says.clone())
    };
    let notice = HubNotice::of(&message, words);
    let is_new = {
        let state = app.member.lock();
        if state.said.iter().any(|known| known.id == notice.id) {
            return;
        }
        !state.own.seen.contains(&message.id)
    };
    // First, so that whoever reads the message finds the hint in its case.
    if is_new && let (Said::Hint { hint, .. }, Some(scenario)) = (&message.what, &scenario) {
        casebook::push_hint(app, scenario, hint).await;
    }
    let mut state = app.member.lock();
    if state.said.len() == MOST_SAID {
        state.said.pop_front();
    }
    state.said.push_back(notice);
}

async fn renamed(app: &App, name: String) {
    let kept = {
        let mut state = app.member.lock();
        if name.is_empty() || state.view.name == name {
            return;
        }
        state.view.name.clone_from(&name);
        let Some(kept) = &mut state.kept else { return };
        kept.name = name;
        kept.clone()
    };
    store(app, kept).await;
}

/// The hub says which recovery code opens the seat. The one that is kept here may have been replaced by the facilitator;
/// then there is none here any more.
async fn recovery_is(app: &App, tag: &str) {
    let kept = {
        let mut state = app.member.lock();
        let Some(kept) = &mut state.kept else { return };
        if tag.is_empty() || kept.recovery.is_empty() || Token::told(&kept.recovery).hash().tag() == tag {
            return;
        }
        kept.recovery.clear();
        kept.clone()
    };
    store(app, kept).await;
}

async fn store(app: &App, kept: Kept) {
    if let Err(error) = kept.write(&app.store).await {
        tracing::warn!(%error, "what the hub calls this seat could not be stored");
    }
}

/// Puts a whole board in place of another; gives the change for screens that hold the old one.
fn replace(board: &mut HubBoard, new: HubBoard) -> BoardDelta {
    let stays: BTreeSet<&str> = new.rows.iter().map(|row| row.row.participant.as_str()).collect();
    let gone = board.rows.iter().map(|row| row.row.participant.clone()).filter(|seat| !stays.contains(seat.as_str()));
    let delta = BoardDelta {
        upto: new.upto.max(board.upto + 1),
        gone: gone.collect(),
        rows: new.rows.clone(),
        frozen: new.frozen,
        hidden: new.hidden,
    };
    *board = HubBoard { upto: delta.upto, ..new };
    delta
}
