//! The engine alone against one URL.

use brownout_core::{
    arrival::{Arrivals, Segment},
    scenario::Stream,
};
use http::Uri;

use crate::target::{Endpoint, EngineError, Target};

/// What `brownout load` is asked for.
#[derive(Debug, Clone)]
pub struct Bare {
    /// The URL, `http` only. `{n}` and `{id}` in it are filled as in a scenario.
    pub url: String,
    /// HTTP method.
    pub method: String,
    /// Arrivals per second.
    pub per_second: f64,
    /// For how long, µs.
    pub for_us: u64,
    /// How long each request may take, µs.
    pub patience_us: u64,
    /// Requests that may be open at once.
    pub most_in_flight: u32,
    /// Allow hosts other than this machine.
    pub allow_remote: bool,
}

/// The stream and the target of a bare load.
///
/// # Errors
/// When the URL is none, is not `http`, or is not of this machine and `allow_remote` was not given.
pub fn bare_stream(bare: &Bare) -> Result<(Stream, Target), EngineError> {
    let (base, path) = split(&bare.url);
    if !bare.allow_remote && !of_this_machine(base)? {
        return Err(EngineError::Remote(bare.url.clone()));
    }
    let stream = Stream {
        name: "load".to_owned(),
        method: bare.method.to_ascii_uppercase(),
        target: "api".to_owned(),
        path,
        arrivals: Arrivals {
            segments: vec![Segment::Constant { from_us: 0, to_us: bare.for_us, per_second: bare.per_second }],
            poisson_seed: None,
        },
        patience_us: bare.patience_us,
        right_within_us: bare.patience_us,
        body: None,
        receipt: None,
        completion: None,
        degraded_header: None,
        most_in_flight: bare.most_in_flight,
        requests_per_connection: None,
    };
    Ok((stream, Target { api: base.to_owned(), run: "load".to_owned(), ..Target::default() }))
}

/// Whether a base URL is of this machine. Looks a name up only when it is `localhost`: no other name is of this machine
/// for certain, and asking a name server would already leave it.
fn of_this_machine(base: &str) -> Result<bool, EngineError> {
    let uri: Option<Uri> = base.parse().ok();
    let host = uri.as_ref().and_then(Uri::host).unwrap_or_default().trim_matches(['[', ']']);
    let name = !host.is_empty() && host.parse::<std::net::IpAddr>().is_err();
    if name && !host.eq_ignore_ascii_case("localhost") && !host.to_ascii_lowercase().ends_with(".localhost") {
        return Ok(false);
    }
    Ok(Endpoint::of(base)?.loopback)
}

/// Base URL and path with query, without the fragment.
fn split(url: &str) -> (&str, String) {
    let whole = url.split('#').next().unwrap_or_default();
    let host = whole.find("://").map_or(0, |at| at + 3);
    let end = whole[host..].find(['/', '?']).map_or(whole.len(), |at| host + at);
    let path = &whole[end..];
    (&whole[..end], if path.starts_with('/') { path.to_owned() } else { format!("/{path}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(url: &str, allow_remote: bool) -> Result<(Stream, Target), EngineError> {
        bare_stream(&Bare {
            url: url.to_owned(),
            method: "get".to_owned(),
            per_second: 1.0,
            for_us: 1,
            patience_us: 1,
            most_in_flight: 1,
            allow_remote,
        })
    }

    #[test]
    fn the_url_is_split_into_endpoint_and_path() {
        for (url, api, path) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "/"),
            ("http://localhost:1/a/b?c=d#e", "http://localhost:1", "/a/b?c=d"),
            ("http://[::1]:80?item={n}", "http://[::1]:80", "/?item={n}"),
        ] {
            let (stream, target) = asked(url, false).unwrap();
            assert_eq!((target.api.as_str(), stream.path.as_str()), (api, path));
            assert_eq!(stream.method, "GET");
        }
    }

    #[test]
    fn other_machines_are_refused_unless_allowed() {
        for url in ["http://192.0.2.1/", "http://example.invalid/", "http://0.0.0.0:8080/", "http://[2001:db8::1]/"] {
            assert!(matches!(asked(url, false), Err(EngineError::Remote(_))), "{url}");
            assert!(asked(url, true).is_ok(), "{url}");
        }
    }

    #[test]
    fn what_is_not_spoken_is_said() {
        for (url, says) in [("https://127.0.0.1/", "TLS"), ("ftp://127.0.0.1/", "http://"), ("127.0.0.1:80", "http://")]
        {
            let message = asked(url, false).unwrap_err().to_string();
            assert!(message.contains(says), "{message}");
        }
    }
}
