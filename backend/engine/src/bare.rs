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
    /// The URL, `http` only.
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
pub fn bare_stream(bare: &Bare) -> Result<(Stream, Target), EngineError> {
    let endpoint = Endpoint::of(&bare.url)?;
    if !endpoint.is_loopback() && !bare.allow_remote {
        return Err(EngineError::Remote(bare.url.clone()));
    }
    let uri: Uri =
        bare.url.parse().map_err(|_| EngineError::Url { url: bare.url.clone(), why: "it is no URL".to_owned() })?;
    let stream = Stream {
        name: "load".to_owned(),
        method: bare.method.clone(),
        target: "api".to_owned(),
        path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        arrivals: Arrivals {
            segments: vec![Segment::Constant { from_us: 0, to_us: bare.for_us, per_second: bare.per_second }],
            poisson_seed: None,
        },
        patience_us: bare.patience_us,
        right_within_us: bare.patience_us,
        receipt: None,
        degraded_header: None,
        most_in_flight: bare.most_in_flight,
        requests_per_connection: None,
    };
    // The resolved address: a name is not looked up twice, so what was checked is what is loaded.
    let api = format!("http://{}", endpoint.address);
    Ok((stream, Target { api, run: "load".to_owned(), ..Target::default() }))
}
