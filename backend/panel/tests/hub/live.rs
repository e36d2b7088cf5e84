//! A live feed of a hub that a test follows.

use std::time::Duration;

use brownout_core::hub::live::{HubHeard, HubMessage, HubSnapshot};
use futures::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A live feed that is followed.
pub struct Live {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Every text so far.
    pub heard: Vec<String>,
}

impl Live {
    /// Follows the feed at this address.
    pub async fn follow(url: &str, token: &str) -> Live {
        let mut request = url.replacen("http", "ws", 1).into_client_request().expect("a request");
        let token = format!("Bearer {token}").parse().expect("a header");
        request.headers_mut().insert("authorization", token);
        let (socket, _) = connect_async(request).await.expect("the feed");
        Live { socket, heard: Vec::new() }
    }

    pub async fn say(&mut self, text: &str) {
        // Whether the hub still listens is seen by what it says.
        let _ = self.socket.send(Message::Text(text.into())).await;
    }

    /// The next message; `None` when the hub has closed.
    pub async fn next(&mut self) -> Option<HubHeard> {
        loop {
            let message = timeout(Duration::from_secs(10), self.socket.next()).await.expect("something within 10 s");
            match message {
                Some(Ok(Message::Text(text))) => {
                    self.heard.push(text.to_string());
                    return Some(HubMessage::heard(&text).expect("a message of a hub"));
                }
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    /// The snapshot, which comes first.
    pub async fn hello(&mut self) -> (String, u64, HubSnapshot) {
        match self.next().await {
            Some(HubHeard::Hello { epoch, seq, snapshot }) => (epoch, seq, *snapshot),
            other => panic!("{other:?} instead of a snapshot"),
        }
    }

    /// Follows until something is as wanted.
    pub async fn until<T>(&mut self, wanted: impl Fn(&HubHeard) -> Option<T>) -> T {
        let found = timeout(Duration::from_secs(10), async {
            loop {
                let heard = self.next().await.expect("the feed goes on");
                if let Some(found) = wanted(&heard) {
                    return found;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("it did not come: {:?}", self.heard))
    }
}
