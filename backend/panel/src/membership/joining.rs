//! Taking a seat, having it back, leaving it.

use std::time::Duration;

use brownout_core::{
    event::SessionEvent,
    hub::{
        seat::{Join, Resume, Seated},
        view::{JoinHub, Link, LinkState, ResumeHub},
    },
};
use brownout_store::StoreError;
use tokio::{sync::watch, time::timeout};

use super::{
    State, hearing,
    kept::{self, Attempt, Heard, Kept},
    ledger::Ledger,
    tell,
};
use crate::{
    app::App,
    clock::wall_ms,
    outbox::{Phase, Stand},
    settings::{self, ChoiceError},
    uplink::{Hub, HubError},
};

/// For how long somebody who leaves waits for the last events to be sent.
const FAREWELL: Duration = Duration::from_secs(2);

/// What becomes of the seat when its participant leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erase {
    /// The hub keeps what it has.
    Nothing,
    /// The hub deletes everything that it has of it.
    Everything,
}

/// Why a seat is not taken or not left.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The participant has another seat.
    #[error("you are in the workshop {workshop} at {hub} already; leave it first")]
    Joined {
        /// The workshop.
        workshop: String,
        /// Where.
        hub: String,
    },
    /// There is no seat to leave.
    #[error("you have not joined a workshop")]
    NotJoined,
    /// Nobody is there who could erase it.
    #[error(
        "the hub no longer takes this seat's token, so it cannot be told to erase anything; ask the facilitator to. To \
         leave without erasing, untick the box"
    )]
    CannotErase,
    /// The name cannot be taken.
    #[error(transparent)]
    Name(#[from] ChoiceError),
    /// The hub does not do it.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The history cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The history cannot be read.
    #[error("the history cannot be read: {0:#}")]
    History(anyhow::Error),
}

/// Takes a seat. The same again, after an answer that was lost, takes the same seat.
///
/// # Errors
/// When the participant has a seat already, or the hub does not give one.
pub async fn join(app: &App, wanted: &JoinHub) -> Result<(), JoinError> {
    let _turn = app.member.turn.lock().await;
    let name = settings::checked_name(wanted.name.trim())?;
    let hub = Hub::at(&wanted.hub, app.member.ca.as_deref())?;
    free(app)?;
    let (address, code) = (hub.address(), wanted.code.trim().to_owned());
    let kept = Kept::read(&app.store).await?;
    let attempt = Attempt::key(&app.store, &address, &code, wall_ms()).await?;
    let participant = app.session.participant().to_owned();
    let panel = env!("CARGO_PKG_VERSION").to_owned();
    let join = Join { code, name: name.clone(), participant, panel, attempt };
    let sent_ms = wall_ms();
    // The seat that this laptop had there.
    let old = kept.as_ref().filter(|kept| kept.hub == address);
    let token = old.map(|kept| &kept.token);
    let seated = match hub.join(&join, token).await {
        // The old token has ended; the code may still be right.
        Err(HubError::Over { .. }) if token.is_some() => hub.join(&join, None).await,
        joined => joined,
    };
    let seated = match seated {
        Err(HubError::Refused(problem)) if problem.kind == "seat-taken" => {
            // Perhaps it is the hub of before at another address: then the seat is ours, and its recovery code is here.
            let Some(kept) = kept.as_ref().filter(|kept| !kept.recovery.is_empty()) else {
                return Err(HubError::Refused(problem).into());
            };
            match again(&hub, kept, &join).await {
                // It is another one, or the seat has another code by now.
                Err(HubError::Refused(_) | HubError::Over { .. }) => return Err(HubError::Refused(problem).into()),
                seated => seated?,
            }
        }
        seated => seated?,
    };
    settings::keep_first_name(&app.store, &name).await?;
    sit(app, &address, seated, sent_ms, kept).await
}

/// Takes the seat again that was kept. What was only ever sent by TLS goes no other way.
async fn again(hub: &Hub, kept: &Kept, join: &Join) -> Result<Seated, HubError> {
    if kept.hub.starts_with("https://") && !hub.address().starts_with("https://") {
        return Err(HubError::Over { why: "The seat was at a hub with TLS.".to_owned() });
    }
    let Join { participant, attempt, .. } = join.clone();
    hub.resume(&Resume { recovery: kept.recovery.clone(), participant, attempt }).await
}

/// Takes a seat again, by its recovery code.
///
/// # Errors
/// As [`join`].
pub async fn resume(app: &App, wanted: &ResumeHub) -> Result<(), JoinError> {
    let _turn = app.member.turn.lock().await;
    let hub = Hub::at(&wanted.hub, app.member.ca.as_deref())?;
    free(app)?;
    let (address, recovery) = (hub.address(), wanted.recovery.trim().to_owned());
    let attempt = Attempt::key(&app.store, &address, &recovery, wall_ms()).await?;
    let sent_ms = wall_ms();
    let resume = Resume { recovery, participant: app.session.participant().to_owned(), attempt };
    let seated = hub.resume(&resume).await?;
    let kept = Kept::read(&app.store).await?;
    sit(app, &address, seated, sent_ms, kept).await
}

/// A seat that has ended is no hindrance.
fn free(app: &App) -> Result<(), JoinError> {
    let state = app.member.lock();
    match &state.kept {
        Some(kept) if state.view.link != LinkState::Ended => {
            Err(JoinError::Joined { workshop: kept.title.clone(), hub: kept.hub.clone() })
        }
        _ => Ok(()),
    }
}

async fn sit(app: &App, address: &str, seated: Seated, sent_ms: u64, old: Option<Kept>) -> Result<(), JoinError> {
    let offset_ms = seated.now_ms.cast_signed() - sent_ms.midpoint(wall_ms()).cast_signed();
    // The hub knows where this stream begins if the seat is the same one, whatever its address is now; it may begin there
    // and nowhere else.
    let from = match old.filter(|old| old.seat == seated.seat) {
        Some(old) => old.from,
        None => {
            let since_ms = seated.workshop.since_ms;
            Ledger::of(app).first_since(since_ms, offset_ms).await.map_err(JoinError::History)?
        }
    };
    let joined = SessionEvent::Joined { workshop: seated.workshop.id.clone(), seat: seated.seat.clone() };
    let kept = Kept::of(address.to_owned(), seated, from);
    kept.write(&app.store).await?;
    kept::set_have(&app.store, 0).await?;
    reset(app, Some(kept), Stand { offset_ms, ..Stand::default() }).await;
    app.record(joined).await;
    hearing::connect(app);
    Attempt::forget(&app.store).await?;
    Ok(())
}

/// Asks the hub again without waiting any longer. Where it answers already, nothing is to be done.
///
/// # Errors
/// When there is no seat.
pub async fn ask_again(app: &App) -> Result<(), JoinError> {
    let _turn = app.member.turn.lock().await;
    let connection = {
        let mut state = app.member.lock();
        if state.kept.is_none() {
            return Err(JoinError::NotJoined);
        }
        if state.view.link == LinkState::Connected {
            return Ok(());
        }
        std::mem::take(&mut state.connection)
    };
    connection.end().await;
    {
        let view = &mut app.member.lock().view;
        view.set_link(&Link::Away { tries: 0, next_ms: wall_ms() });
        view.why = "The hub is asked again.".to_owned();
    }
    tell(app);
    hearing::connect(app);
    // Where it cannot even begin, that is to be seen.
    tell(app);
    Ok(())
}

/// Leaves. What is here stays; with [`Erase::Everything`] the hub deletes what it has, and must be there to do so.
///
/// # Errors
/// When there is no seat, or the hub cannot be asked to erase it.
pub async fn leave(app: &App, erase: Erase) -> Result<(), JoinError> {
    let _turn = app.member.turn.lock().await;
    let Some(kept) = app.member.lock().kept.clone() else { return Err(JoinError::NotJoined) };
    if erase == Erase::Everything {
        let hub = Hub::at(&kept.hub, app.member.ca.as_deref())?;
        match hub.erase(&kept.token).await {
            Ok(()) => {}
            // The seat may have been taken out, or over: what the hub has of it is still there.
            Err(HubError::Over { .. }) => return Err(JoinError::CannotErase),
            Err(error) => return Err(error.into()),
        }
        Kept::forget(&app.store).await?;
    } else {
        Kept { left: true, ..kept.clone() }.write(&app.store).await?;
    }
    app.record(SessionEvent::Left { workshop: kept.workshop }).await;
    if erase == Erase::Nothing {
        farewell(app).await;
    }
    reset(app, None, Stand::default()).await;
    tell(app);
    // After the connection has ended, which may have written it.
    Ok(Heard::forget(&app.store).await?)
}

/// Ends the connection and begins anew with this seat or none. What the participant did is kept: it is of this workshop, or
/// the next event of joining another one clears it.
async fn reset(app: &App, kept: Option<Kept>, stand: Stand) {
    let connection = std::mem::take(&mut app.member.lock().connection);
    connection.end().await;
    let mut state = app.member.lock();
    let view = kept.as_ref().map(Kept::view).unwrap_or_default();
    let (own, told, upto) = (std::mem::take(&mut state.own), state.told.take(), state.board.upto);
    *state = State { kept, own, view, told, stand: watch::Sender::new(stand), ..State::default() };
    // The number of the board goes on, its rows do not.
    state.board.upto = upto;
}

/// Gives the last events a moment to be sent.
async fn farewell(app: &App) {
    let mut stand = app.member.lock().stand.subscribe();
    let last = app.store.last_session_seq(app.session.participant()).await.unwrap_or_default();
    let sent = stand.wait_for(|stand| stand.have >= last || matches!(stand.phase, Phase::Ended | Phase::Waiting));
    let _ = timeout(FAREWELL, sent).await;
}
