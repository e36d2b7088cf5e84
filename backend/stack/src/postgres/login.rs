//! The names that the lab's SQL and the panel agree on, and how to connect with them.

use std::net::{Ipv4Addr, SocketAddr};

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

/// The API's role: its sessions are what is observed.
pub(crate) const API: &str = "lab_api";
/// The role that observes.
pub(crate) const PROBE: &str = "lab_probe";
const PROBE_PASSWORD: &str = "probe";
/// What a client asks for that only wants to know whether anybody is there.
pub(crate) const DATABASE: &str = "lab";

/// Postgres' address on this machine.
pub(crate) fn address(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// The observer's URL.
pub(crate) fn url(port: u16, database: &str) -> String {
    format!("postgres://{PROBE}:{PROBE_PASSWORD}@{}/{database}", address(port))
}

/// The observer's login.
pub(crate) fn probe(port: u16, database: &str) -> PgConnectOptions {
    login(port, PROBE, PROBE_PASSWORD, database)
}

/// A login over loopback. Names everything that the environment might say otherwise.
pub(crate) fn login(port: u16, user: &str, password: &str, database: &str) -> PgConnectOptions {
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
    let options = options.username(user).password(password).database(database);
    options.ssl_mode(PgSslMode::Disable).application_name("brownout").disable_statement_logging()
}
