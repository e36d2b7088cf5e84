//! Where load goes.

use std::{
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    time::Duration,
};

use http::Uri;

/// How long each address of a name is tried, where it has several.
const TRY: Duration = Duration::from_millis(300);

/// Endpoints of a run and what makes its requests its own.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Base URL of streams with target `api`, e.g. `http://127.0.0.1:8080`.
    pub api: String,
    /// Base URL of streams with target `worker`.
    pub worker: String,
    /// Key of the receipts of this run; without it every receipt is invalid.
    pub receipt_key: Option<[u8; 32]>,
    /// Prefix of request ids, e.g. the run's id: `{run}-{stream}-{n}`, at most 64 of `[A-Za-z0-9-]`.
    pub run: String,
}

/// Why load cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A base URL is none, or of a kind that is not spoken.
    #[error("`{url}` cannot be loaded: {why}; write it as http://127.0.0.1:8080")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// A stream asks for something that HTTP does not have.
    #[error("stream `{stream}`: `{value}` is no {what} that HTTP knows; correct it in the scenario's `load`")]
    Stream {
        /// Name of the stream.
        stream: String,
        /// `path`, `method`, `header`, `host` or `name of a job`.
        what: &'static str,
        /// What was given.
        value: String,
    },
    /// The URL is not of this machine.
    #[error("`{0}` is not on this machine; load goes to loopback only unless --allow-remote is given")]
    Remote(String),
    /// Threads, timers or file descriptors could not be had.
    #[error("the engine's threads could not be started: {0}; raise the limit of open files or processes (ulimit -a)")]
    Threads(#[from] std::io::Error),
}

/// One endpoint, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// Value of the Host header.
    pub(crate) host: String,
    /// Whether every address of its name is of this machine.
    pub(crate) loopback: bool,
}

impl Endpoint {
    /// Resolves a base URL. Of a name with several addresses, takes the first that accepts a connection; else IPv4.
    pub(crate) fn of(url: &str) -> Result<Self, EngineError> {
        let bad = |why: &str| EngineError::Url { url: url.to_owned(), why: why.to_owned() };
        let uri: Uri = url.parse().map_err(|_| bad("it is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(bad("TLS is not spoken by the engine")),
            _ => return Err(bad("it does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(bad("a user name or password in it would not be sent"));
        }
        let host = authority.host().trim_matches(['[', ']']);
        let mut addresses: Vec<SocketAddr> = (host, authority.port_u16().unwrap_or(80))
            .to_socket_addrs()
            .map_err(|error| bad(&format!("its host cannot be resolved ({error})")))?
            .collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let loopback = addresses.iter().all(|address| address.ip().to_canonical().is_loopback());
        let address = match addresses.as_slice() {
            [] => return Err(bad("its host has no address")),
            [only] => *only,
            [first, ..] => {
                let open = addresses.iter().find(|address| TcpStream::connect_timeout(address, TRY).is_ok());
                *open.unwrap_or(first)
            }
        };
        Ok(Endpoint { address, host: authority.as_str().to_owned(), loopback })
    }
}
