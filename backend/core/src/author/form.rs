//! The YAML form, described once. The comments below are read by people: they are the texts of the JSON Schema, which
//! editors show, and the help of the parser when a key is missing. Keys that no struct has are unknown to the parser.
#![allow(dead_code, missing_docs, reason = "these structs are only ever described, never made")]

mod judged;
mod load;
mod panel;

use schemars::JsonSchema;

use judged::{Bands, Criterion, Term};
use load::Stream;
use panel::Panel;

/// A scalar with a pattern; anything but a plain string is then a struct of its own.
macro_rules! scalar {
    ($name:ident, $pattern:literal, $($example:literal),+) => {
        pub(super) struct $name;

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
