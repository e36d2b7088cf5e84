//! Who may speak to the panel: pages of the panel itself, and commands that hold the token of `panel.json`.
//!
//! A foreign Host is a rebinding name; a foreign Origin is another site's page. Both are refused before any handler.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{app::App, problem::Problem};

/// Names under which this panel may be addressed, and the commands' token.
#[derive(Debug, Clone)]
pub struct Guard {
    hosts: Vec<String>,
    token: String,
}

impl Guard {
    /// Allows the loopback names with the panel's port, and what `--allowed-host` gave.
    pub fn new(port: u16, allowed: &[String], token: String) -> Self {
        let mut hosts: Vec<String> =
            ["localhost", "127.0.0.1", "[::1]"].iter().map(|name| format!("{name}:{port}")).collect();
        if port == 80 {
            hosts.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        hosts.extend(allowed.iter().map(|host| host.to_ascii_lowercase()));
        Guard { hosts, token }
    }

    fn knows(&self, host: &str) -> bool {
        self.hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Compare whole length always: how long it takes must not tell how much was right.
        given.len() == self.token.len()
            && given.bytes().zip(self.token.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
    }

    fn check(&self, method: &Method, headers: &HeaderMap, authority: Option<&Authority>) -> Result<(), Problem> {
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
            && !["http://", "https://"].iter().any(|scheme| origin.strip_prefix(scheme).is_some_and(|o| o == host))
        {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "foreign-origin",
                "Foreign origin",
                "Only pages of this panel may call it.",
            ));
        }
        let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        let upgrades = headers.contains_key(header::UPGRADE);
        if (changes || upgrades) && origin.is_none() && !self.has_token(headers) {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "no-origin",
                "Neither page nor command",
                "This call needs an Origin header (a page of the panel) or the token of .brownout/panel.json.",
            ));
        }
        Ok(())
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
        let guard = Guard::new(3000, &["lab.example:3000".into()], "secret".into());
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("header name"), value.parse().expect("header value")))
            .collect();
        guard.check(&method, &headers, None).is_ok()
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
