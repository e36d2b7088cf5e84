//! `/api/v1/live`: one WebSocket for everything that changes.

use axum::{
    extract::{
        Query, State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    response::Response,
};
use brownout_core::wire::LiveMessage;
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use utoipa::IntoParams;

use crate::{
    app::App,
    feed::{FeedItem, Greeting},
};

/// What a reconnecting screen has seen.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Seen {
    /// Epoch of the feed that was followed before.
    epoch: Option<String>,
    /// Number of the last item that was seen.
    since: Option<u64>,
}

/// A WebSocket for everything that changes: each message is a `LiveMessage`, panel to browser.
///
/// The first one is a snapshot; with `epoch` and `since` of an earlier connection what was missed follows instead.
#[utoipa::path(get, path = "/live", operation_id = "follow", tag = "panel", params(Seen), responses(
    (status = 101, description = "The feed follows"),
))]
pub(super) async fn live(State(app): State<App>, Query(seen): Query<Seen>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.max_message_size(4096).on_upgrade(move |socket| async move {
        // A screen that went away is the ordinary end.
        let _ = serve(app, seen, socket).await;
    })
}

async fn serve(app: App, seen: Seen, mut socket: WebSocket) -> Result<(), axum::Error> {
    let (greeting, mut items) = app.feed.subscribe(seen.epoch.as_deref(), seen.since);
    match greeting {
        Greeting::Resume(missed) => {
            send(&mut socket, &LiveMessage::Resumed { epoch: app.feed.epoch().to_owned() }).await?;
            for item in missed {
                forward(&mut socket, &item).await?;
            }
        }
        Greeting::Fresh(seq) => hello(&app, seq, &mut socket).await?,
    }
    loop {
        tokio::select! {
            () = app.stop.cancelled() => return socket.send(Message::Close(None)).await,
            item = items.recv() => match item {
                Ok(item) => forward(&mut socket, &item).await?,
                Err(RecvError::Lagged(_)) => {
                    // What it missed is dropped; what is true now is sent instead.
                    items = items.resubscribe();
                    hello(&app, app.feed.seq(), &mut socket).await?;
                }
                Err(RecvError::Closed) => return Ok(()),
            },
            message = socket.recv() => match message {
                None | Some(Err(_)) | Some(Ok(Message::Close(_))) => return Ok(()),
                Some(Ok(_)) => {}
            },
        }
    }
}

async fn hello(app: &App, seq: u64, socket: &mut WebSocket) -> Result<(), axum::Error> {
    let snapshot = Box::new(app.snapshot());
    send(socket, &LiveMessage::Hello { epoch: app.feed.epoch().to_owned(), seq, snapshot }).await
}

async fn forward(socket: &mut WebSocket, item: &FeedItem) -> Result<(), axum::Error> {
    socket.send(Message::Text(Utf8Bytes::from(item.text.as_ref()))).await
}

async fn send(socket: &mut WebSocket, message: &LiveMessage) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).map_err(axum::Error::new)?;
    socket.send(Message::Text(text.into())).await
}
