//! What is judged: criteria, terms of the score, and the scores that the code must reach.

use schemars::JsonSchema;

use super::{Duration, HighBand, LowBand, Name, SignalName, SpanText};

/// Something that must hold for a while. Write either `at_least` or `at_most`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{ "required": ["at_least"] }, { "required": ["at_most"] }]))]
pub(super) struct Criterion {
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
pub(super) struct Term {
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
pub(super) struct Bands {
    /// The broken code earns this, e.g. `0..40`.
    broken: LowBand,
    /// The solved code earns this, e.g. `90..100`.
    solved: HighBand,
}
