//! The server of a hub: the room of `brownout_hub` over HTTP and WebSocket, for panels, screens and facilitators.
//!
//! From the outside in: [`server`] starts it; [`connection`] counts who connects, [`prompt`] lets the silent go; [`caller`] says who asks; [`allowed`] says
//! who may; [`limit`] says how often; [`route`] answers. The desk does the rest.

pub mod allowed;
pub mod caller;
pub mod connection;
pub mod cookie;
pub mod limit;
pub mod openapi;
pub mod prompt;
mod refused;
pub mod route;
pub mod server;
pub mod sheet;
pub mod tls;

use std::{ops::Deref, sync::Arc};

use brownout_hub::{Caller, DeskHandle, Token, token};
use brownout_store::hub::Hash;
use tokio_util::sync::CancellationToken;

use crate::{catalog::Catalog, guard::Guard};

/// Everything of a running hub. Cheap to clone.
#[derive(Clone)]
pub struct HubApp(Arc<Parts>);

/// What [`HubApp`] holds.
pub struct Parts {
    /// The room.
    pub desk: DeskHandle,
    /// What the facilitator called the workshop.
    pub name: String,
    /// Keeps pages of other sites out.
    pub guard: Guard,
    /// Of the token in `hub.json`: a command on this machine may do what a facilitator may.
    pub local: Hash,
    /// How often somebody may ask.
    pub limits: limit::Limits,
    /// Pages that have shown a token.
    pub cookies: cookie::Cookies,
    /// Addresses of proxies whose word on the caller's address counts.
    pub proxies: Vec<std::net::IpAddr>,
    /// Scenario files, where there are some: talking points and hints.
    pub catalog: Option<Catalog>,
    /// Whether pages are reached by TLS: cookies are sent no other way then.
    pub secure: bool,
    /// Who is connected.
    pub connections: connection::Counting,
    /// Ends every connection.
    pub stop: CancellationToken,
}

impl HubApp {
    /// Makes the handle.
    pub fn new(parts: Parts) -> Self {
        HubApp(Arc::new(parts))
    }

    /// Whose token this is.
    pub fn caller(&self, token: &Token) -> Option<Caller> {
        let local = token::same(token.hash().as_str().as_bytes(), self.local.as_str().as_bytes());
        if local { Some(Caller::Facilitator) } else { self.desk.caller(token) }
    }
}

/// A name as it can stand in a path and in the name of a file.
pub fn slug(name: &str) -> String {
    let letters = name.to_lowercase();
    let words: Vec<&str> =
        letters.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let slug: String = words.join("-").chars().take(60).collect();
    if slug.is_empty() { "workshop".to_owned() } else { slug }
}

impl Deref for HubApp {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_folder() {
        for (name, folder) in
            [("Resilience, 24 Nov", "resilience-24-nov"), ("../../etc", "etc"), ("  ", "workshop"), ("李", "workshop")]
        {
            assert_eq!(slug(name), folder);
        }
        assert_eq!(slug(&"a".repeat(500)).len(), 60);
    }
}
