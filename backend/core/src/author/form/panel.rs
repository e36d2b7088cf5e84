//! The extra charts of a scenario.

use schemars::JsonSchema;

use super::SignalName;

/// A chart of this case.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Panel {
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
