//! The YAML form of a run sheet, described once, as `author::form` does for scenarios. Names of the structs are unique
//! over both.
#![allow(dead_code, missing_docs, reason = "these structs are only ever described, never made")]

use schemars::JsonSchema;

use crate::author::form::Name;

/// The run sheet of a workshop: what the facilitator says and shows when, and what participants see of it.
#[derive(JsonSchema)]
#[schemars(title = "Brownout run sheet", deny_unknown_fields)]
pub(in crate::author) struct Workshop {
    /// Version of this form: 1.
    #[schemars(range(min = 1, max = 1))]
    version: u32,
    /// Name for programs, e.g. `resilience-60`.
    id: Name,
    /// Name for people, e.g. `Four cases in sixty minutes`.
    #[schemars(length(max = 80))]
    title: String,
    /// Minutes of all steps together, e.g. 60.
    #[schemars(range(min = 1, max = 1440))]
    minutes: u32,
    /// Steps, in their order.
    #[schemars(length(min = 1))]
    steps: Vec<Step>,
    /// What participants may take along; they tick it at the end.
    takeaways: Option<Vec<Takeaway>>,
    /// What participants are asked at the end.
    survey: Option<Vec<Question>>,
}

/// A step of the workshop.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Step {
    /// Name of the step, e.g. `welcome`; unique.
    name: Name,
    /// `talk`: the facilitator speaks; `check`: every machine is looked at; `case`: everybody works on a case.
    kind: StepKind,
    /// Id of the scenario, where the step is a case.
    case: Option<Name>,
    /// Name for people, e.g. `Set-up check`.
    #[schemars(length(max = 60))]
    title: String,
    /// Planned minutes.
    #[schemars(range(min = 1, max = 240))]
    minutes: u32,
    /// What participants do, in the one sentence that they see.
    #[schemars(length(max = 160))]
    participants: String,
    /// Command to copy, e.g. `make smoke`.
    command: Option<CommandLine>,
    /// Talking points. Those of a case stand in its scenario, under `facilitator`.
    #[schemars(length(min = 1))]
    say: Option<Vec<String>>,
    /// What to let people guess before the first run.
    guess: Option<Guess>,
    /// Parts of the step, in ascending minutes.
    #[schemars(length(min = 1))]
    parts: Option<Vec<Part>>,
    /// The picture that everybody should see.
    #[schemars(length(max = 600))]
    expect: Option<String>,
    /// The picture after the fix.
    #[schemars(length(max = 600))]
    expect_solved: Option<String>,
    /// Hints that the page offers to push.
    #[schemars(length(min = 1))]
    hints: Option<Vec<HintAt>>,
    /// Command that brings a laptop to the end of this step, e.g. `make solution STEP=1`.
    rescue: Option<CommandLine>,
    /// One sentence to end with.
    #[schemars(length(max = 200))]
    moral: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum StepKind {
    Talk,
    Check,
    Case,
}

/// A guess before the first run.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Guess {
    /// The question.
    #[schemars(length(max = 200))]
    ask: String,
    /// The answer, for the facilitator alone.
    #[schemars(length(max = 200))]
    answer: String,
}

/// A part of a step.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Part {
    /// When it begins, minutes from the start of the step.
    #[schemars(range(min = 0, max = 239))]
    minute: u32,
    /// Name for people, e.g. `Everybody runs`.
    #[schemars(length(max = 60))]
    title: String,
    /// Command to copy, e.g. `make dev`.
    command: Option<CommandLine>,
    /// Which of the scenario's talking points belong to it: those under "Before the run" (`before`), "After the first
    /// run" (`first-run`), "After the fix" (`fix`) or "Common mistakes" (`mistakes`).
    say: Option<SayKey>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum SayKey {
    Before,
    FirstRun,
    Fix,
    Mistakes,
}

/// A hint that the page offers to push to everybody, for nothing.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct HintAt {
    /// Name of the hint in the scenario, e.g. `what-to-notice`.
    push: Name,
    /// When, minutes from the start of the step.
    #[schemars(range(min = 0, max = 239))]
    minute: u32,
}

/// Something to take along.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Takeaway {
    /// Name, e.g. `deadline`; unique.
    name: Name,
    /// What, in a sentence.
    #[schemars(length(max = 200))]
    says: String,
    /// The case that it belongs to, if it belongs to one.
    case: Option<Name>,
}

/// A question. Write `choose`, or `scale` with `low` and `high`, or `text`.
#[derive(JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("oneOf" = [{ "required": ["choose"] }, { "required": ["scale", "low", "high"] }, { "required": ["text"] }])
)]
struct Question {
    /// Name, e.g. `pace`; unique.
    name: Name,
    /// The question, e.g. `How was the pace?`.
    #[schemars(length(max = 200))]
    ask: String,
    /// Answers of which one is chosen.
    #[schemars(length(min = 2, max = 12))]
    choose: Option<Vec<String>>,
    /// First and last step of a scale, e.g. `[1, 5]`.
    #[schemars(length(min = 2, max = 2))]
    scale: Option<Vec<u32>>,
    /// What the first step means.
    #[schemars(length(max = 40))]
    low: Option<String>,
    /// What the last step means.
    #[schemars(length(max = 40))]
    high: Option<String>,
    /// The answer is a text of at most so many characters, e.g. 500.
    #[schemars(range(min = 1, max = 2000))]
    text: Option<u32>,
}

/// A command that people copy.
struct CommandLine;

impl JsonSchema for CommandLine {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CommandLine".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^(make|brownout) .+$",
            "examples": ["make smoke", "make scenario CASE=timeouts", "brownout leaderboard"]
        })
    }
}
