//! `/api/v1/live` of a hub: one WebSocket for everything that changes, by whose feed the caller follows.

use std::time::Duration;

use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code},
    },
    http::StatusCode,
    response::Response,
};
use brownout_core::hub::live::SeatSays;
use brownout_hub::{Caller, Watch, Watcher};
use serde::Deserialize;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use utoipa::IntoParams;

use crate::{
    hub::{HubApp, caller::Called},
    problem::{Answer, Problem},
    route::ask::Asked,
};

/// Bytes of the longest frame that is taken.
const LONGEST: usize = 4096;
/// Somebody who says nothing is asked this often whether they are there.
const PING: Duration = Duration::from_secs(20);
/// Somebody who has said nothing for so long is not.
const SILENT: Duration = Duration::from_secs(45);
/// Somebody who does not take a frame for so long is not there either.
const STUCK: Duration = Duration::from_secs(10);

/// What a reconnecting page has seen, and as whom it looks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Seen {
    /// Epoch of the feed that was followed before.
    epoch: Option<String>,
    /// Number of the last item that was seen.
    since: Option<u64>,
    /// `screen`: a facilitator's page for the wall sees what screens see.
    #[serde(rename = "as")]
    #[param(inline, rename = "as")]
    face: Option<Face>,
}

/// As whom a facilitator's page looks.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Face {
    Screen,
}

/// A WebSocket for everything that changes: each message is a `HubMessage`, hub to panel or page.
///
/// Seats, screens and facilitators follow three different feeds. The first message is a snapshot; with `epoch` and
/// `since` of an earlier connection what was missed follows instead. A seat may say `SeatSays`, in text frames of at
/// most 4 kB.
#[utoipa::path(get, path = "/live", operation_id = "follow", tag = "live", params(Seen), responses(
    (status = 101, description = "The feed follows"),
))]
pub(super) async fn live(
    State(app): State<HubApp>,
    called: Called,
    Asked(seen): Asked<Seen>,
    upgrade: WebSocketUpgrade,
) -> Answer<Response> {
    let who = match (called.caller, seen.face) {
        (Some(Caller::Seat(seat)), _) => Watcher::Seat(seat),
        (Some(Caller::Screen), _) | (Some(Caller::Facilitator), Some(Face::Screen)) => Watcher::Screen,
        (Some(Caller::Facilitator), None) => Watcher::Facilitator,
        (None, _) => {
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "no-token", "Who are you?", "This needs a token."));
        }
    };
    let seat = match &who {
        Watcher::Seat(seat) => Some(seat.clone()),
        Watcher::Screen | Watcher::Facilitator => None,
    };
    let feed = seat.as_deref().map(|seat| app.limits.feed(seat)).transpose()?;
    let watch = app.desk.watch(who, seen.epoch.zip(seen.since)).await?;
    // Two hundred of them: what each may hold is small. A snapshot is sent in one piece and may be larger.
    let upgrade = upgrade
        .max_message_size(LONGEST)
        .max_frame_size(LONGEST)
        .read_buffer_size(LONGEST)
        .write_buffer_size(16 * 1024);
    Ok(upgrade.on_upgrade(move |socket| async move {
        // Somebody who went away is the ordinary end.
        let _ = follow(app, seat, watch, socket).await;
        drop(feed);
    }))
}

async fn follow(app: HubApp, seat: Option<String>, mut watch: Watch, mut socket: WebSocket) -> Result<(), axum::Error> {
    let mut pings = interval_at(Instant::now() + PING, PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return close(&mut socket, close_code::AWAY, "the hub is being stopped").await,
            text = watch.next() => match text {
                Some(text) => send(&mut socket, Message::Text(Utf8Bytes::from(&*text))).await?,
                None => return close(&mut socket, close_code::NORMAL, "nothing more comes").await,
            },
            _ = pings.tick() => {
                if heard.elapsed() > SILENT {
                    return Ok(());
                }
                send(&mut socket, Message::Ping(Default::default())).await?;
            }
            message = socket.recv() => {
                heard = Instant::now();
                match message {
                    None | Some(Err(_)) | Some(Ok(Message::Close(_))) => return Ok(()),
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    Some(Ok(Message::Text(text))) => if let Some(seat) = &seat {
                        if !app.limits.frame(seat) {
                            return close(&mut socket, close_code::POLICY, "too many messages").await;
                        }
                        take(&app, seat, &text);
                    },
                    Some(Ok(Message::Binary(_))) => {
                        return close(&mut socket, close_code::UNSUPPORTED, "text alone is read").await;
                    }
                }
            }
        }
    }
}

fn take(app: &HubApp, seat: &str, text: &str) {
    match serde_json::from_str(text) {
        Ok(SeatSays::Pulse(pulse)) => app.desk.pulse(seat, pulse),
        Ok(SeatSays::Have { stream, .. }) => app.desk.have(seat, stream),
        // A newer panel may say more.
        Err(error) => tracing::debug!(%error, seat, "what a panel said is not known here"),
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), axum::Error> {
    timeout(STUCK, socket.send(message)).await.map_err(axum::Error::new)?
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) -> Result<(), axum::Error> {
    send(socket, Message::Close(Some(CloseFrame { code, reason: Utf8Bytes::from_static(reason) }))).await
}
