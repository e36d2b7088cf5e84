//! HTTP to this machine: panel, lab and hub by their loopback addresses.

/// A client that goes past any proxy that the environment or the system names: a proxy would ask its own loopback.
pub(crate) fn client() -> reqwest::Client {
    // It can only fail where TLS cannot be set up, and so can the other; these addresses have none.
    reqwest::Client::builder().no_proxy().build().unwrap_or_default()
}
