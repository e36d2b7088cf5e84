//! Who calls: from which address, with which token or cookie; and whether the route is for them.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use brownout_core::hub::page::Who;
use brownout_hub::{Caller, Token};

use super::{
    HubApp,
    allowed::{Verdict, allowed, who},
};
use crate::problem::{Answer, Problem};

/// A caller as the handlers see it.
#[derive(Debug, Clone)]
pub struct Called {
    /// Who it is; `None` is nobody that is known.
    pub caller: Option<Caller>,
    /// From where, for limits alone.
    pub address: IpAddr,
}

/// A handler's caller that is a seat; its routes are for seats alone.
#[derive(Debug, Clone)]
pub struct Seat(pub String);

/// Middleware before everything else: keeps pages of other sites out, says who calls, and counts those whom nobody knows.
pub async fn meet(State(app): State<HubApp>, mut request: Request, next: Next) -> Response {
    match met(&app, &request) {
        Ok(called) => {
            request.extensions_mut().insert(called);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn met(app: &HubApp, request: &Request) -> Answer<Called> {
    let headers = request.headers();
    app.guard.check(request.method(), headers, request.uri().authority())?;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let peer = peer.ok_or_else(|| Problem::internal("the address of a caller is not known"))?;
    let address = address(peer, headers, &app.proxies);
    let caller = match bearer(headers) {
        Some(token) => match app.caller(&token) {
            Some(caller) => Some(caller),
            None => {
                app.limits.failed(address)?;
                None
            }
        },
        None => match app.cookies.who(headers) {
            Some(Who::Facilitator) => Some(Caller::Facilitator),
            Some(Who::Screen) => Some(Caller::Screen),
            Some(Who::Seat | Who::Nobody) | None => None,
        },
    };
    // The files of the pages are made already and cost nothing; a whole class loads them at once.
    if caller.is_none() && costs(request.uri().path()) {
        app.limits.stranger(address)?;
    }
    Ok(Called { caller, address })
}

/// Whether a path is more than a file of the pages.
fn costs(path: &str) -> bool {
    path.starts_with("/api/") || matches!(path, "/healthz" | "/readyz" | "/metrics")
}

/// Middleware of each route: whether it is for this caller, and not too often.
pub async fn admit(State(app): State<HubApp>, request: Request, next: Next) -> Response {
    match admitted(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn admitted(app: &HubApp, request: &Request) -> Answer<()> {
    let caller = request.extensions().get::<Called>().and_then(|called| called.caller.clone());
    // A path without a route is nobody's.
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    match allowed(request.method().as_str(), path, caller.as_ref()) {
        Verdict::Yes => {}
        Verdict::WhoAreYou => return Err(who_are_you(bearer(request.headers()).is_some())),
        Verdict::NotYou => return Err(not_you(who(caller.as_ref()))),
    }
    match caller {
        Some(Caller::Seat(seat)) => app.limits.seat(&seat),
        Some(Caller::Facilitator) if !matches!(*request.method(), Method::GET | Method::HEAD) => {
            app.limits.facilitator()
        }
        _ => Ok(()),
    }
}

fn who_are_you(has_token: bool) -> Problem {
    let detail = if has_token {
        "This token opens nothing here (any more). A participant joins again, or presses Join, then “I had a seat before”; a \
         facilitator takes the link that the hub has printed last, or starts it with --new-links."
    } else {
        "This needs a token. A participant joins by the code; a facilitator opens the link that the hub has printed."
    };
    Problem::new(StatusCode::UNAUTHORIZED, "no-token", "Who are you?", detail)
}

fn not_you(who: Who) -> Problem {
    let detail = match who {
        Who::Facilitator => "This is for participants' panels alone.",
        Who::Screen => "A screen sees the board and the agenda and nothing else; this is for facilitators.",
        Who::Seat | Who::Nobody => "This is for facilitators.",
    };
    Problem::new(StatusCode::FORBIDDEN, "not-you", "Not for you", detail)
}

/// The token of a request.
fn bearer(headers: &HeaderMap) -> Option<Token> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = given.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::told(token.trim()))
}

/// From where a request comes: what the nearest of our proxies was told by somebody who is none of them.
fn address(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    let ours = |address: &IpAddr| proxies.iter().any(|proxy| proxy.to_canonical() == address.to_canonical());
    if !ours(&peer) {
        return peer;
    }
    let told = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
    let told: Vec<&str> = told.flat_map(|list| list.split(',')).map(str::trim).collect();
    let mut before = peer;
    for told in told.into_iter().rev() {
        let Ok(address) = told.parse::<IpAddr>() else { return before };
        before = address;
        if !ours(&address) {
            break;
        }
    }
    before
}

impl FromRequestParts<HubApp> for Called {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &HubApp) -> Result<Self, Problem> {
        parts.extensions.get::<Called>().cloned().ok_or_else(|| Problem::internal("a caller was not met"))
    }
}

impl FromRequestParts<HubApp> for Seat {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &HubApp) -> Result<Self, Problem> {
        match Called::from_request_parts(parts, app).await?.caller {
            Some(Caller::Seat(seat)) => Ok(Seat(seat)),
            other => Err(not_you(who(other.as_ref()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_no_page_is_counted() {
        for (path, counted) in [
            ("/api/v1/about", true),
            ("/readyz", true),
            ("/healthz", true),
            ("/metrics", true),
            ("/", false),
            ("/join", false),
            ("/hub-0a1b.wasm", false),
        ] {
            assert_eq!(costs(path), counted, "{path}");
        }
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_proxy_of_ours() {
        let from = |peer: &str, told: &[&str]| {
            let header = |value: &&str| ("x-forwarded-for".parse().expect("a name"), value.parse().expect("a value"));
            let headers: HeaderMap = HeaderMap::from_iter(told.iter().map(header));
            let proxies = ["10.0.0.1", "10.0.0.2"].map(|proxy| proxy.parse().expect("an address"));
            address(peer.parse().expect("an address"), &headers, &proxies).to_string()
        };
        assert_eq!(from("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(from("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &["203.0.113.9, 198.51.100.1, 10.0.0.2"]), "198.51.100.1", "made up before ours");
        assert_eq!(from("10.0.0.1", &["203.0.113.9", "198.51.100.1"]), "198.51.100.1", "two headers are one list");
        assert_eq!(from("10.0.0.1", &["198.51.100.1, unknown"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }
}
