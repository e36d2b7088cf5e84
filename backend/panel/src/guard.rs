//! Who may speak to the panel: pages of the panel itself, and commands that hold the token of `panel.json`. Who may speak
//! to a hub: its own pages, and programs.
//!
//! A foreign Host is a rebinding name; a foreign Origin is another site's page. Both are refused before any handler.

use std::fmt;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{app::App, problem::Problem};

/// What stands before all handlers.
#[derive(Clone)]
pub struct Guard {
    hosts: Hosts,
    token: String,
}

/// Under which names a server may be addressed.
#[derive(Debug, Clone)]
enum Hosts {
    /// These alone: what may be done needs no more than to come from here.
    Listed(Vec<String>),
    /// Any: what may be done needs a token or a cookie, and neither comes with a name that somebody else made up.
    Any {
        /// `https://hub.example` where the server stands behind another name than it hears.
        public: Option<String>,
    },
}

impl Guard {
    /// Of a panel: allows the loopback names with its port, and what `--allowed-host` gave.
    pub fn new(port: u16, allowed: &[String], token: String) -> Self {
        let mut hosts: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        hosts.extend(allowed.iter().map(|host| host.to_ascii_lowercase()));
        Guard { hosts: Hosts::Listed(hosts), token }
    }

    /// Of a hub, whose handlers ask each caller for a token or a cookie: keeps the pages of other sites out. `public` is
    /// the origin of its pages, `https://hub.example`, where they are reached by another name than the request has.
    pub fn any(public: Option<String>) -> Self {
        Guard { hosts: Hosts::Any { public }, token: String::new() }
    }

    fn knows(&self, host: &str) -> bool {
        match &self.hosts {
            Hosts::Listed(hosts) => hosts.iter().any(|known| known.eq_ignore_ascii_case(host)),
            Hosts::Any { .. } => true,
        }
    }

    /// Whether pages of this origin are our own, for a request to `host`.
    fn is_own(&self, origin: &str, host: &str) -> bool {
        match &self.hosts {
            Hosts::Any { public: Some(public) } => origin.eq_ignore_ascii_case(public),
            Hosts::Any { public: None } | Hosts::Listed(_) => ["http://", "https://"]
                .iter()
                .any(|scheme| origin.strip_prefix(scheme).is_some_and(|own| own.eq_ignore_ascii_case(host))),
        }
    }

    /// Whether a caller without an Origin may change something.
    fn trusts(&self, headers: &HeaderMap) -> bool {
        match &self.hosts {
            Hosts::Listed(_) => self.has_token(headers),
            // A cookie comes along without anybody's doing; without one the handler asks for a token or a code.
            Hosts::Any { .. } => headers.contains_key(header::AUTHORIZATION) || !headers.contains_key(header::COOKIE),
        }
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        brownout_hub::token::same(given.as_bytes(), self.token.as_bytes())
    }

    /// Whether a request may go on to its handler.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, method: &Method, headers: &HeaderMap, authority: Option<&Authority>) -> Result<(), Problem> {
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        let host = host.or(authority.map(Authority::as_str)).unwrap_or_default();
        if !self.knows(host) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "foreign-host",
                "Unknown host",
                "This panel answers only on localhost. To use another name, start it with --allowed-host name:port.",
            ));
        }
        let origin = headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or("?"));
        if let Some(origin) = origin
            && !self.is_own(origin, host)
        {
            return Err(Problem::new(StatusCode::FORBIDDEN, "foreign-origin", "Foreign origin", self.foreign(origin)));
        }
        let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let upgrades = headers.contains_key(header::UPGRADE);
        if (changes || upgrades) && origin.is_none() && !self.trusts(headers) {
            let detail = match &self.hosts {
                Hosts::Listed(_) => {
                    "This call needs an Origin header (a page of the panel) or the token of .brownout/panel.json."
                }
                Hosts::Any { .. } => {
                    "A call with a cookie needs an Origin header; programs send a token and no cookie."
                }
            };
            return Err(Problem::new(StatusCode::FORBIDDEN, "no-origin", "Neither page nor command", detail));
        }
        Ok(())
    }

    fn foreign(&self, origin: &str) -> String {
        let origin: String = origin.chars().take(80).collect();
        match &self.hosts {
            Hosts::Listed(_) => "Only pages of this panel may call it.".to_owned(),
            Hosts::Any { public: Some(public) } => {
                format!("Only pages of {public} may call this hub, and this one is of {origin}; see --public-url.")
            }
            Hosts::Any { public: None } => format!(
                "Only pages of this hub may call it, and this one is of {origin}. Behind a proxy, start the hub with \
                 --public-url."
            ),
        }
    }
}

/// Without the token.
impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

/// Middleware: refuses what [`Guard`] does not know.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    match app.guard.check(request.method(), request.headers(), request.uri().authority()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: Method, headers: &[(&str, &str)]) -> bool {
        passes(&Guard::new(3000, &["lab.example:3000".into()], "secret".into()), method, headers)
    }

    fn passes(guard: &Guard, method: Method, headers: &[(&str, &str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("header name"), value.parse().expect("header value")))
            .collect();
        guard.check(&method, &headers, None).is_ok()
    }

    #[test]
    fn a_hub_is_called_by_its_own_pages_and_by_programs() {
        let hub = |method, headers: &[(&str, &str)]| passes(&Guard::any(None), method, headers);
        let host = ("host", "192.168.1.20:3100");
        let cookie = ("cookie", "brownout_hub=x");
        assert!(hub(Method::GET, &[host]));
        assert!(hub(Method::POST, &[host]), "a program without a token: the handler asks it for a code");
        assert!(hub(Method::POST, &[host, ("authorization", "Bearer x")]));
        assert!(hub(Method::POST, &[host, cookie, ("origin", "http://192.168.1.20:3100")]));
        assert!(!hub(Method::POST, &[host, cookie]));
        assert!(!hub(Method::GET, &[host, cookie, ("upgrade", "websocket")]));
        assert!(!hub(Method::POST, &[host, ("origin", "http://evil.example")]));
        assert!(!hub(Method::POST, &[host, ("origin", "null"), ("authorization", "Bearer x")]));
        assert!(!hub(Method::GET, &[host, cookie, ("origin", "http://192.168.1.20:3101")]));
        let public = Guard::any(Some("https://hub.example".into()));
        assert!(passes(&public, Method::POST, &[host, cookie, ("origin", "https://hub.example")]));
        assert!(!passes(&public, Method::POST, &[host, cookie, ("origin", "http://192.168.1.20:3100")]));
    }

    #[test]
    fn pages_of_the_panel_and_commands_pass_and_others_do_not() {
        let local = ("host", "localhost:3000");
        assert!(check(Method::GET, &[local]));
        assert!(check(Method::GET, &[("host", "[::1]:3000")]));
        assert!(check(Method::GET, &[("host", "lab.example:3000")]));
        assert!(!check(Method::GET, &[("host", "evil.example:3000")]));
        assert!(!check(Method::GET, &[("host", "localhost:3001")]));
        assert!(!check(Method::GET, &[]));
        assert!(check(Method::POST, &[local, ("origin", "http://localhost:3000")]));
        assert!(!check(Method::POST, &[local, ("origin", "http://evil.example")]));
        assert!(!check(Method::POST, &[local, ("origin", "null")]));
        assert!(!check(Method::POST, &[local]));
        assert!(check(Method::POST, &[local, ("authorization", "Bearer secret")]));
        assert!(!check(Method::POST, &[local, ("authorization", "Bearer secreu")]));
        assert!(!check(Method::GET, &[local, ("upgrade", "websocket")]));
    }
}
