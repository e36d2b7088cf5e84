//! Where load goes.

use std::net::{SocketAddr, ToSocketAddrs};

use brownout_core::scenario::Stream;
use http::Uri;

/// Endpoints of a run and what makes its requests its own.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// Base URL of streams with target `api`, e.g. `http://127.0.0.1:8080`.
    pub api: String,
    /// Base URL of streams with target `worker`.
    pub worker: String,
    /// Key of the receipts of this run; without it every receipt is invalid.
    pub receipt_key: Option<[u8; 32]>,
    /// Prefix of request ids, e.g. the run's id.
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
    /// The URL is not of this machine.
    #[error("`{0}` is not on this machine; load goes to loopback only unless --allow-remote is given")]
    Remote(String),
    /// Threads or timers could not be had.
    #[error("the engine's threads could not be started: {0}")]
    Threads(#[from] std::io::Error),
}

/// One endpoint, resolved.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    /// Value of the Host header.
    pub(crate) host: String,
}

impl Endpoint {
    /// Resolves a base URL; prefers IPv4 where a name has both.
    pub(crate) fn of(url: &str) -> Result<Self, EngineError> {
        let bad = |why: &str| EngineError::Url { url: url.to_owned(), why: why.to_owned() };
        let uri: Uri = url.parse().map_err(|_| bad("it is no URL"))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(bad("TLS is not spoken by the engine")),
            _ => return Err(bad("it does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        let host = authority.host().trim_matches(['[', ']']);
        let addresses: Vec<SocketAddr> = (host, authority.port_u16().unwrap_or(80))
            .to_socket_addrs()
            .map_err(|error| bad(&format!("its host cannot be resolved ({error})")))?
            .collect();
        let address = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
        let address = *address.ok_or_else(|| bad("its host has no address"))?;
        Ok(Endpoint { address, host: authority.as_str().to_owned() })
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.address.ip().is_loopback()
    }
}

impl Target {
    pub(crate) fn endpoint(&self, stream: &Stream) -> Result<Endpoint, EngineError> {
        Endpoint::of(if stream.target == "worker" { &self.worker } else { &self.api })
    }
}
