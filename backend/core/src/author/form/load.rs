//! The load of a scenario: streams, their requests, when these are due, and what proves an answer.

use schemars::JsonSchema;

use super::{Duration, Name, Ramp, Rate, RequestLine};

/// One stream of load. Requests come at their instants whether or not answers do.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Stream {
    /// Name of the stream, e.g. `quotes`; `load.quotes.p95` is a signal of it.
    stream: Name,
    /// Method, service and path, e.g. `GET api /quote?item={n}&id={id}`; `{n}` counts from 0, `{id}` is unique.
    request: RequestForm,
    /// When requests are due: stretches in ascending order that do not overlap.
    #[schemars(length(min = 1))]
    arrivals: Vec<Arrival>,
    /// Seed for random gaps (a Poisson process); without it arrivals are evenly spaced.
    poisson: Option<u64>,
    /// How long the client waits for an answer, e.g. `10s`.
    patience: Duration,
    /// An answer is right when it is verified and not later than this, e.g. `1s`.
    right_within: Duration,
    /// What each POST, PUT or PATCH carries, as JSON in quotes, e.g. `'{"fast":1}'`; nothing in it is filled.
    #[schemars(length(max = 4000))]
    body: Option<String>,
    /// How an answer proves that the dependency or the database gave it.
    receipt: Option<Receipt>,
    /// The answer only takes a job on; a feed tells when it is done. An arrival then ends with its job.
    completion: Option<Completion>,
    /// Response header that marks a fallback, e.g. `x-degraded`.
    degraded_header: Option<String>,
    /// Calls that may be open at once; an arrival beyond it is dropped and shown. 1000 unless told.
    #[schemars(range(min = 1, max = 100_000))]
    most_in_flight: Option<u32>,
    /// A connection is closed after so many requests; without it connections are kept.
    #[schemars(range(min = 1))]
    requests_per_connection: Option<u32>,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum RequestForm {
    Line(RequestLine),
    Parts(Request),
}

/// A request in parts.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Request {
    /// HTTP method; GET unless told.
    method: Option<Method>,
    /// Service that is called: `api` or `worker`.
    target: Target,
    /// Path and query; `{n}` counts arrivals from 0, `{id}` is unique.
    path: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum Target {
    Api,
    Worker,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Arrival {
    Constant(ConstantArrivals),
    Ramp(RampArrivals),
    Burst(BurstArrivals),
}

/// The same rate for a while.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ConstantArrivals {
    /// First instant, e.g. `0s`.
    from: Duration,
    /// End, exclusive, e.g. `60s`.
    to: Duration,
    /// Requests a second, e.g. `60/s`.
    rate: Rate,
}

/// A rate that changes linearly.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RampArrivals {
    /// First instant, e.g. `0s`.
    from: Duration,
    /// End, exclusive, e.g. `60s`.
    to: Duration,
    /// First and last rate, e.g. `4/s..50/s`.
    ramp: Ramp,
}

/// Many requests at once.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct BurstArrivals {
    /// The instant, e.g. `5s`.
    at: Duration,
    /// How many requests come at once.
    #[schemars(range(min = 1, max = 20_000))]
    burst: u32,
}

/// The first 32 hex digits of HMAC-SHA256 over a text, with the key of the run.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Receipt {
    /// Response header that carries it, e.g. `x-receipt`.
    header: String,
    /// The text that was signed, e.g. `quote:{id}:{n}`.
    signs: String,
}

/// The service's feed of jobs that have ended, one line of JSON each.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Completion {
    /// Path of the feed at the service that is called, e.g. `/completions`.
    feed: String,
    /// Name of the request's job in the feed, e.g. `{id}.0`.
    job: String,
    /// The text that the job's receipt signs, e.g. `job:{id}.0:fast`.
    signs: String,
}
