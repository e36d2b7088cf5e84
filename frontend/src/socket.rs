//! A live feed over a WebSocket: connects, reconnects, resumes.

use futures::{
    StreamExt,
    future::{Either, select},
};
use gloo_net::websocket::{Message, futures::WebSocket};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// Waits between tries, ms: quick at first, then patient.
const WAITS_MS: [u32; 5] = [500, 1_000, 2_000, 3_000, 5_000];

/// Whoever is followed says something each 20 s: a connection over which nothing came for so long is dead, ms.
const SILENCE_MS: u32 = 50_000;

/// State of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// First try.
    Connecting,
    /// Following.
    Open,
    /// Lost; the next try is in so many seconds.
    Lost(u32),
}

/// How far a feed was followed: epoch of the server and number of the last item.
pub type Seen = Option<(String, u64)>;

/// Follows for as long as the page lives. `hear` takes a message and says whether it could be read; `renew` is done before
/// each further try.
pub async fn follow(
    connection: RwSignal<Connection>,
    query: &str,
    hear: impl Fn(&str, &mut Seen) -> bool,
    renew: impl AsyncFn(),
) {
    let (mut seen, mut tries) = (None, 0);
    loop {
        let mut heard = false;
        if let Ok(mut socket) = WebSocket::open(&address(&seen, query)) {
            while let Either::Left((Some(Ok(message)), _)) = select(socket.next(), TimeoutFuture::new(SILENCE_MS)).await
            {
                let Message::Text(text) = message else { continue };
                // What of a newer server cannot be read is passed over; a reload brings the newer page.
                if !hear(&text, &mut seen) {
                    continue;
                }
                heard = true;
                if connection.get_untracked() != Connection::Open {
                    connection.set(Connection::Open);
                }
            }
        }
        if heard {
            tries = 0;
        }
        let wait = WAITS_MS[tries.min(WAITS_MS.len() - 1)];
        tries += 1;
        for left in (1..=wait.div_ceil(1_000)).rev() {
            connection.set(Connection::Lost(left));
            TimeoutFuture::new(wait.min(1_000)).await;
        }
        renew().await;
    }
}

fn address(seen: &Seen, query: &str) -> String {
    let location = window().location();
    let host = location.host().unwrap_or_default();
    let scheme = if location.protocol().is_ok_and(|protocol| protocol == "https:") { "wss" } else { "ws" };
    match seen {
        Some((epoch, since)) => format!("{scheme}://{host}/api/v1/live?epoch={epoch}&since={since}&{query}"),
        None => format!("{scheme}://{host}/api/v1/live?{query}"),
    }
}
