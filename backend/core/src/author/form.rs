//! The YAML form, described once. The comments below are read by people: they are the texts of the JSON Schema, which
//! editors show, and the help of the parser when a key is missing. Keys that no struct has are unknown to the parser.
#![allow(dead_code, missing_docs, reason = "these structs are only ever described, never made")]

use schemars::JsonSchema;

/// A scalar with a pattern; anything but a plain string is then a struct of its own.
macro_rules! scalar {
    ($name:ident, $pattern:literal, $($example:literal),+) => {
        struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern, "examples": [$($example),+] })
            }
        }
    };
}

scalar!(Name, "^[a-z][a-z0-9-]{0,31}$", "quotes", "p95");
scalar!(Duration, r"^\s*[0-9._]+\s*(us|µs|ms|s|m|h)$", "250ms", "1.5s", "2m");
scalar!(Rate, r"^\s*[0-9._]+\s*/[sm]$", "60/s", "90/m");
scalar!(Ramp, r"^.+/[sm]\s*\.\.\s*.+/[sm]$", "4/s..50/s");
scalar!(SpanText, r"^.+\.\..+$", "15s..45s");
scalar!(EndText, r"^after .+$", "after 60s");
scalar!(LowBand, r"^0\.\.[0-9]{1,3}$", "0..40");
scalar!(AnyBand, r"^[0-9]{1,3}\.\.[0-9]{1,3}$", "0..10", "92..100");
scalar!(HighBand, r"^[0-9]{1,3}\.\.100$", "90..100");
scalar!(
    SignalName,
    r"^(load|probe|books)\..+$",
    "load.right",
    "load.quotes.p95",
    "probe.dep.in_flight",
    "books.balanced"
);
scalar!(RequestLine, r"^(GET|POST|PUT|PATCH|DELETE) (api|worker) /.*$", "GET api /quote?item={n}&id={id}");

/// One exercise of Brownout: what happens, what must hold, how it is scored and what helps.
#[derive(JsonSchema)]
#[schemars(title = "Brownout scenario", deny_unknown_fields)]
pub(super) struct Exercise {
    /// Version of this form: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// Name in commands and URLs, e.g. `timeouts`; the file is named after it.
    id: Name,
    /// Place among the cases of the workshop, from 1.
    #[schemars(range(min = 1, max = 99))]
    order: u32,
    /// Name for people, e.g. `Timeouts`.
    #[schemars(length(max = 60))]
    title: String,
    /// The pattern that solves it, in a few words.
    #[schemars(length(max = 80))]
    pattern: String,
    /// Minutes that the workshop gives this case.
    #[schemars(range(min = 1, max = 240))]
    minutes: u32,
    /// What happens, in three short sentences.
    #[schemars(length(max = 600))]
    story: String,
    /// The sentence of a verdict of 90 and more: a fact, no applause.
    #[schemars(length(max = 200))]
    praise: String,
    /// When the last request is due, e.g. `after 60s`; at most ten minutes.
    end: EndText,
    /// Streams of load, each with requests of its own.
    #[schemars(length(min = 1))]
    load: Vec<Stream>,
    /// Stretches of the run with a name, for the header and the charts.
    phases: Option<Vec<Phase>>,
    /// What is broken on purpose, and when.
    faults: Option<Vec<Fault>>,
    /// Extra charts, fed by gauges of the stack.
    panels: Option<Vec<Panel>>,
    /// What must hold, and for how long.
    #[schemars(length(min = 1))]
    criteria: Vec<Criterion>,
    /// Terms of the score; their weights add up to 100.
    #[schemars(length(min = 1))]
    score: Vec<Term>,
    /// Scores that the broken and the solved code must reach.
    bands: Bands,
    /// Other ways to edit the case, right and wrong, each with the scores that it must reach.
    variants: Option<Vec<Variant>>,
    /// Where to change what.
    #[schemars(length(min = 1))]
    edit: Vec<EditPoint>,
    /// Hints, from where to look to what to change.
    hints: Option<Vec<Hint>>,
    /// Prompt for a coding agent: files, goal, constraint, how to check, what not to touch.
    #[schemars(length(max = 4000))]
    prompt: String,
    /// Talking points and common mistakes, for the facilitator.
    #[schemars(length(max = 8000))]
    facilitator: Option<String>,
}

/// One stream of load. Requests come at their instants whether or not answers do.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Stream {
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

/// A stretch of the run with a name.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Phase {
    /// When it begins, e.g. `10s`.
    at: Duration,
    /// What happens, without a full stop, e.g. `load begins: 60 requests a second`.
    #[schemars(length(max = 120))]
    says: String,
}

/// Something that is broken on purpose for a while.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Fault {
    /// Name of the fault, e.g. `shard-hangs`.
    name: Name,
    /// When it begins, e.g. `10s`.
    at: Duration,
    /// When it ends, e.g. `45s`.
    until: Duration,
    /// What it is, without a full stop, e.g. `one shard of the dependency hangs`.
    #[schemars(length(max = 120))]
    says: String,
    /// The dependency does not answer for one shard; which one depends on the run.
    hang: Hang,
}

/// One shard of the dependency hangs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Hang {
    /// How many shards the items are divided into, e.g. 10.
    #[schemars(range(min = 1, max = 1000))]
    shards: u32,
    /// How long a call to the shard hangs, e.g. `60s`.
    #[schemars(rename = "for")]
    how_long: Duration,
}

/// A chart of this case.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Panel {
    /// Title, e.g. `Calls in flight`.
    #[schemars(length(max = 60))]
    title: String,
    /// Unit of all lines; `count` unless told. `time` is for signals, `seconds` and `cores` are for gauges.
    unit: Option<PanelUnit>,
    /// A limit to draw, e.g. the number of slots.
    limit: Option<f64>,
    /// The lines, at most four.
    #[schemars(length(min = 1, max = 4))]
    lines: Vec<PanelLine>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum PanelUnit {
    Count,
    Share,
    Time,
    PerSecond,
    Seconds,
    Cores,
}

/// One line of a chart. Write either `gauge` or `signal`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["gauge"] }, { "required": ["signal"] }]))]
struct PanelLine {
    /// Gauge of the stack, e.g. `dep.in_flight`.
    gauge: Option<String>,
    /// What the load engine measured, second by second, e.g. `load.fast.p95`; the panel's unit is then that of the signal.
    signal: Option<SignalName>,
    /// Word in the legend, e.g. `at the dependency`.
    #[schemars(length(max = 40))]
    says: String,
}

/// Something that must hold for a while. Write either `at_least` or `at_most`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["at_least"] }, { "required": ["at_most"] }]))]
struct Criterion {
    /// Name of the criterion, e.g. `p95`; hints refer to it.
    name: Name,
    /// What it is about, e.g. `answered rightly within 1 s`.
    #[schemars(length(max = 80))]
    says: String,
    /// What is measured, e.g. `load.right`.
    signal: SignalName,
    /// It holds at this value and above, e.g. `87%`.
    at_least: Option<Quantity>,
    /// It holds at this value and below, e.g. `400ms`.
    at_most: Option<Quantity>,
    /// When it is judged, e.g. `15s..45s`.
    during: SpanText,
    /// The value is taken over so much time up to now, e.g. `5s`.
    over: Duration,
    /// It is met when it has held for so long, up to the end of its span, e.g. `15s`.
    hold: Duration,
}

/// One term of the score: weight × attainment × attainment of the terms in `times`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Term {
    /// Name of the term, e.g. `right`.
    name: Name,
    /// What it is about, e.g. `answered rightly within 1 s`.
    #[schemars(length(max = 80))]
    says: String,
    /// What is measured, e.g. `load.right`.
    signal: SignalName,
    /// Span or list of spans, measured as one, e.g. `15s..45s`.
    during: SpanOrSpans,
    /// Points it can earn; all weights add up to 100.
    weight: f64,
    /// Value that earns nothing, e.g. `50%`.
    worthless: Quantity,
    /// Value that earns everything, e.g. `87%`.
    perfect: Quantity,
    /// Names of earlier terms whose attainment multiplies this one, so that quick refusals earn nothing.
    times: Option<Vec<Name>>,
    /// The sentence of a verdict in which this term lost most.
    #[schemars(length(max = 200))]
    poor: String,
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum SpanOrSpans {
    One(SpanText),
    Several(Vec<SpanText>),
}

#[derive(JsonSchema)]
#[schemars(untagged)]
enum Quantity {
    Number(f64),
    WithUnit(String),
}

/// Scores that the code must reach, so that the exercise is worth its name.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Bands {
    /// The broken code earns this, e.g. `0..40`.
    broken: LowBand,
    /// The solved code earns this, e.g. `90..100`.
    solved: HighBand,
}

/// A way to edit the case that `brownout prove` runs.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Variant {
    /// Folder below lab/: `variants/…` is right, `mistakes/…` is wrong, e.g. `mistakes/timeouts-deadline-5s`.
    folder: String,
    /// Scores that it must reach, e.g. `15..25`.
    band: AnyBand,
}

/// A place that participants change.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct EditPoint {
    /// File, relative to the repository, e.g. `lab/src/cases/timeouts.rs`.
    file: String,
    /// Text that marks the line, e.g. `LAB: STEP1 TODO`.
    #[schemars(length(max = 80))]
    marker: String,
    /// What to do there, e.g. `give the call a deadline`.
    #[schemars(length(max = 120))]
    says: String,
}

/// A hint. It is released by the case clock (`after`), by a run (`unmet`), for points (`cost`), or by any of them.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{ "required": ["after"] }, { "required": ["unmet"] }, { "required": ["cost"] }])
)]
struct Hint {
    /// Name of the hint, e.g. `where-to-look`.
    name: Name,
    /// The hint itself.
    #[schemars(length(max = 400))]
    says: String,
    /// Released when the case clock reaches this, e.g. `2m`.
    after: Option<Duration>,
    /// Released after a run that ended with this criterion unmet.
    unmet: Option<Name>,
    /// Points it costs when asked for; free unless told.
    #[schemars(range(max = 50))]
    cost: Option<u32>,
}
