//! A hub and its routes, as a participant's panel calls them.

use std::{path::Path, sync::Arc, time::Duration};

use brownout_core::{
    hub::{
        HUB_VERSION,
        seat::{Join, Resume, Seated},
        shipment::{Shipment, Shipped},
    },
    wire::Problem,
};
use bytes::Bytes;
use http::{Method, Request, StatusCode, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Limited};
use rustls::ClientConfig;
use serde::{Serialize, de::DeserializeOwned};
use tokio::time::timeout;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, client::IntoClientRequest, protocol::WebSocketConfig},
};

use super::{
    HubError,
    address::address,
    dial::{self, Http, Sent, Wire},
    packed::{Packed, gzip},
    token::Token,
};

/// A request that is not answered within this time, and that of its body, has failed.
const PATIENCE: Duration = Duration::from_secs(20);
/// A line is at least so fast, bytes a second: over a slower one a longer body would never arrive, however often it was sent.
const SLOWEST: u64 = 2_000;
/// No answer of a hub is longer, bytes.
const LONGEST: usize = 1 << 20;
/// No message of its feed is longer, bytes: a snapshot of 1,000 participants has some 400 kB.
const LONGEST_MESSAGE: usize = 8 << 20;

/// A hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    base: Uri,
    http: Http,
    trust: Arc<ClientConfig>,
}

/// The feed of a hub.
pub(super) type Socket = WebSocketStream<Box<dyn Wire>>;

impl Hub {
    /// The hub at an address as people type it, or paste it: scheme and path may be missing or too many. `ca` is a file
    /// with a certificate to trust besides this machine's own.
    ///
    /// # Errors
    /// When it is no address, or the certificates cannot be read.
    pub fn at(typed: &str, ca: Option<&Path>) -> Result<Hub, HubError> {
        let base = address(typed).ok_or_else(|| HubError::Address { typed: typed.chars().take(80).collect() })?;
        let trust = dial::trust(base.scheme() == Some(&Scheme::HTTPS), ca).map_err(HubError::Trust)?;
        Ok(Hub { base, http: dial::http(&trust), trust })
    }

    /// Its address, without a slash at its end.
    pub fn address(&self) -> String {
        self.base.to_string().trim_end_matches('/').to_owned()
    }

    /// Takes a seat. `old` is the token of a seat that this laptop had there before: it proves whose the seat is.
    ///
    /// # Errors
    /// When the hub is away, refuses, or is of a version that this panel does not know.
    pub async fn join(&self, join: &Join, old: Option<&Token>) -> Result<Seated, HubError> {
        self.seated(self.post("/join", old, join).await?)
    }

    /// Takes a seat again, by its recovery code.
    ///
    /// # Errors
    /// As [`Hub::join`].
    pub async fn resume(&self, resume: &Resume) -> Result<Seated, HubError> {
        self.seated(self.post("/resume", None, resume).await?)
    }

    fn seated(&self, seated: Seated) -> Result<Seated, HubError> {
        match seated.workshop.version {
            HUB_VERSION => Ok(seated),
            other => Err(HubError::Over {
                why: format!(
                    "The hub speaks version {other} of its protocol and this panel {HUB_VERSION}; update the older of both."
                ),
            }),
        }
    }

    /// Ships events.
    ///
    /// # Errors
    /// When the hub is away or refuses.
    pub async fn ship(&self, token: &Token, shipment: &Shipment) -> Result<Shipped, HubError> {
        self.post("/seat/events", Some(token), shipment).await
    }

    /// Sends the data of a run. The same again is harmless.
    ///
    /// # Errors
    /// When the hub is away or refuses.
    pub async fn put_record(&self, token: &Token, run: &str, record: Packed) -> Result<(), HubError> {
        let (digest, body) = record.parts();
        let request = self.request(Method::PUT, &format!("/seat/runs/{run}"), Some(token))?;
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_ENCODING, "gzip")
            .header("repr-digest", digest);
        self.call(request, body).await.map(drop)
    }

    /// Leaves for good: the hub deletes everything that it has of the seat.
    ///
    /// # Errors
    /// When the hub is away or refuses.
    pub async fn erase(&self, token: &Token) -> Result<(), HubError> {
        self.call(self.request(Method::DELETE, "/seat", Some(token))?, Bytes::new()).await.map(drop)
    }

    /// Follows its feed.
    ///
    /// # Errors
    /// When the hub is away or refuses.
    pub(super) async fn live(&self, token: &Token) -> Result<Socket, HubError> {
        let away = |why: String| HubError::Away { hub: self.address(), why };
        let wire = dial::wire(&self.base, &self.trust).await.map_err(|error| away(format!("{error:#}")))?;
        // `http` became `ws`, `https` `wss`.
        let url = format!("{}/api/v1/live", self.address().replacen("http", "ws", 1));
        let mut request = url.into_client_request().map_err(|error| away(error.to_string()))?;
        request.headers_mut().insert(header::AUTHORIZATION, bearer(token)?);
        let config = WebSocketConfig::default().max_message_size(Some(LONGEST_MESSAGE));
        match timeout(PATIENCE, client_async_with_config(request, wire, Some(config))).await {
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(answer))) => {
                let (head, body) = answer.into_parts();
                Err(self.refusal(head.status, &head.headers, body.as_deref().unwrap_or_default()))
            }
            Ok(Err(error)) => Err(away(error.to_string())),
            Err(_) => Err(away(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        token: Option<&Token>,
        body: &impl Serialize,
    ) -> Result<T, HubError> {
        let text = serde_json::to_vec(body).map_err(|error| self.stranger(error.to_string()))?;
        let mut request = self.request(Method::POST, path, token)?.header(header::CONTENT_TYPE, "application/json");
        // What fits into a packet is not made smaller.
        let body = if text.len() > 1_000 {
            request = request.header(header::CONTENT_ENCODING, "gzip");
            gzip(&text)
        } else {
            text.into()
        };
        let answer = self.call(request, body).await?;
        serde_json::from_slice(&answer).map_err(|error| self.stranger(error.to_string()))
    }

    fn request(&self, method: Method, path: &str, token: Option<&Token>) -> Result<http::request::Builder, HubError> {
        let request = Request::builder().method(method).uri(format!("{}/api/v1{path}", self.address()));
        Ok(match token {
            Some(token) => request.header(header::AUTHORIZATION, bearer(token)?),
            None => request,
        })
    }

    async fn call(&self, request: http::request::Builder, body: Bytes) -> Result<Bytes, HubError> {
        let patience = patience(body.len());
        let request = request.body(Sent::new(body)).map_err(|error| self.stranger(error.to_string()))?;
        let away = |why: String| HubError::Away { hub: self.address(), why };
        let talk = async {
            let answer = self.http.request(request).await.map_err(|error| away(whole(&error)))?;
            let (head, body) = answer.into_parts();
            let body = Limited::new(body, LONGEST).collect().await;
            let body = body.map_err(|error| away(format!("its answer broke off: {error}")))?.to_bytes();
            if head.status.is_success() {
                return Ok(body);
            }
            Err(self.refusal(head.status, &head.headers, &body))
        };
        timeout(patience, talk)
            .await
            .unwrap_or_else(|_| Err(away(format!("no answer within {} s", patience.as_secs()))))
    }

    fn stranger(&self, why: String) -> HubError {
        HubError::Stranger { hub: self.address(), why }
    }

    /// An answer that is no success.
    fn refusal(&self, status: StatusCode, headers: &http::HeaderMap, body: &[u8]) -> HubError {
        let problem: Option<Problem> = serde_json::from_slice(body).ok();
        let says = problem.as_ref().map_or_else(|| format!("it answered {status}"), |problem| problem.detail.clone());
        let after = headers.get(header::RETRY_AFTER).and_then(|after| after.to_str().ok()?.trim().parse().ok());
        match (status, problem) {
            (StatusCode::UNAUTHORIZED, Some(problem)) if problem.kind == "no-token" => HubError::Over { why: says },
            // A proxy, a guest network, another program at that port: no hub says so, and the seat is as it was.
            (StatusCode::UNAUTHORIZED | StatusCode::GONE | StatusCode::UPGRADE_REQUIRED, _) => self.stranger(says),
            (StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT, _) => {
                HubError::Busy { why: says, after: after.map(Duration::from_secs) }
            }
            // What panels say to those who are not their own pages.
            (StatusCode::FORBIDDEN, Some(problem)) if matches!(&*problem.kind, "no-origin" | "foreign-host") => {
                self.stranger("it is a participant's panel".to_owned())
            }
            _ if status.is_server_error() => HubError::Busy { why: says, after: after.map(Duration::from_secs) },
            (_, Some(problem)) if status.is_client_error() => {
                HubError::Refused(Problem { status: status.as_u16(), ..problem })
            }
            _ => self.stranger(says),
        }
    }
}

/// Without the connections.
impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("base", &self.base).finish_non_exhaustive()
    }
}

/// For how long the answer to a request with a body of so many bytes is waited for.
fn patience(bytes: usize) -> Duration {
    PATIENCE + Duration::from_secs(bytes as u64 / SLOWEST)
}

fn bearer(token: &Token) -> Result<http::HeaderValue, HubError> {
    let value = http::HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
    let mut value = value.map_err(|_| HubError::Over { why: "The seat's token is damaged; join again.".to_owned() })?;
    value.set_sensitive(true);
    Ok(value)
}

/// An error with what caused it: the outer one alone says "client error (Connect)".
fn whole(error: &dyn std::error::Error) -> String {
    let mut says = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        says = format!("{says}: {error}");
        source = error.source();
    }
    says
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_to_try_again() {
        let hub = Hub::at("http://hub:1", None).expect("an address");
        let problem = |status: u16| {
            serde_json::to_vec(&Problem { status, detail: "This is why.".into(), ..Problem::default() }).expect("JSON")
        };
        let mut headers = http::HeaderMap::new();
        headers.insert(header::RETRY_AFTER, http::HeaderValue::from_static("7"));
        let refusal =
            |status: u16, body: &[u8]| hub.refusal(StatusCode::from_u16(status).expect("a status"), &headers, body);
        let over =
            Problem { kind: "no-token".into(), status: 401, detail: "This is why.".into(), ..Problem::default() };
        let over = serde_json::to_vec(&over).expect("JSON");
        assert!(matches!(refusal(401, &over), HubError::Over { why } if why == "This is why."));
        for status in [408, 429, 500, 502, 503] {
            let after = Some(Duration::from_secs(7));
            assert!(matches!(refusal(status, b"<html>"), HubError::Busy { after: asked, .. } if asked == after));
        }
        for status in [400, 404, 409, 413, 422] {
            assert!(matches!(refusal(status, &problem(status)), HubError::Refused(p) if p.status == status));
        }
        // A page of somebody else's: a guest network that wants a login, another program at that port.
        for status in [302, 401, 404, 407, 410, 426] {
            assert!(matches!(refusal(status, b"<html>"), HubError::Stranger { .. }), "{status}");
        }
        for status in [401, 410, 426] {
            assert!(matches!(refusal(status, b"{\"error\":\"basic\"}"), HubError::Stranger { .. }), "{status}");
        }
    }

    #[test]
    fn a_long_body_has_more_time_on_a_slow_line() {
        for (bytes, seconds) in [(0, 20), (10_000, 25), (128 << 10, 85)] {
            assert_eq!(patience(bytes), Duration::from_secs(seconds), "{bytes}");
        }
    }
}
