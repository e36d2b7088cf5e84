#![cfg(feature = "author")]
#![allow(clippy::expect_used, reason = "a test ends where its ground is missing")]
//! The run sheet: what is read, what is said about what cannot be read, and that guide and sheet say the same.

use brownout_core::{
    author::{self, Diagnostic, Known, ParsedWorkshop, Severity},
    scenario::Scenario,
    workshop::{AnswerForm, SayKey, StepKind, Workshop},
};

const SHEET: &str = include_str!("../../../docs/workshop.yaml");
const GUIDE: &str = include_str!("../../../docs/FACILITATOR.md");
const MAKEFILE: &str = include_str!("../../../Makefile");
const FIVE_MISTAKES: &str = include_str!("data/five-mistakes-workshop.yaml");

fn scenarios() -> Vec<Scenario> {
    let files = [
        ("timeouts.yaml", include_str!("../../../scenarios/timeouts.yaml")),
        ("transactions.yaml", include_str!("../../../scenarios/transactions.yaml")),
        ("bulkheads.yaml", include_str!("../../../scenarios/bulkheads.yaml")),
        ("autoscaling.yaml", include_str!("../../../scenarios/autoscaling.yaml")),
    ];
    files.map(|(name, text)| author::parse(name, text).scenario.expect("the scenario has no mistakes")).into()
}

/// Targets of the Makefile.
fn targets() -> Vec<&'static str> {
    let rules = MAKEFILE.lines().filter(|line| line.contains("##"));
    let targets = rules.filter_map(|line| Some(line.split_once(':')?.0)).filter(|name| !name.contains(' '));
    let targets: Vec<&str> = targets.collect();
    assert!(targets.contains(&"scenario") && targets.contains(&"leaderboard"), "{targets:?}");
    targets
}

fn parsed(text: &str) -> ParsedWorkshop {
    author::parse_workshop(text, &Known { scenarios: &scenarios(), make: &targets(), brownout: &["leaderboard"] })
}

fn sheet() -> Workshop {
    let parsed = parsed(SHEET);
    assert_eq!(author::render("workshop.yaml", SHEET, &parsed.diagnostics, false), "");
    parsed.workshop.expect("a sheet without diagnostics is a run sheet")
}

#[test]
fn the_committed_sheet_is_read() {
    let sheet = sheet();
    let steps: Vec<(&str, u32)> = sheet.steps.iter().map(|step| (step.name.as_str(), step.minutes)).collect();
    assert_eq!(
        steps,
        [
            ("welcome", 5),
            ("set-up", 2),
            ("timeouts", 12),
            ("transactions", 15),
            ("bulkheads", 13),
            ("autoscaling", 10),
            ("wrap-up", 3)
        ]
    );
    assert_eq!((sheet.id.as_str(), sheet.minutes), ("resilience-60", 60));
    assert_eq!(sheet.cases().collect::<Vec<_>>(), ["timeouts", "transactions", "bulkheads", "autoscaling"]);
    assert_eq!([&sheet.steps[0].kind, &sheet.steps[1].kind], [&StepKind::Talk, &StepKind::Check]);

    let timeouts = &sheet.steps[2];
    assert_eq!(timeouts.guess.as_ref().map(|guess| guess.answer.as_str()), Some("All of them, within seconds."));
    let parts: Vec<_> = timeouts.parts.iter().map(|part| (part.minute, part.say)).collect();
    assert_eq!((parts.len(), parts[2], parts[1]), (6, (2, Some(SayKey::FirstRun)), (1, None)));
    assert_eq!((timeouts.hints[0].push.as_str(), timeouts.hints[0].minute), ("what-to-notice", 6));
    assert!(timeouts.expect.ends_with("20 of 100.") && !timeouts.expect.contains('\n'), "{}", timeouts.expect);
    assert_eq!(timeouts.rescue, "make solution STEP=1");

    assert_eq!(sheet.takeaways[0].scenario.as_deref(), Some("timeouts"));
    assert_eq!(sheet.takeaways[5].scenario, None);
    let scale = AnswerForm::Scale { from: 1, to: 5, low: "nothing".into(), high: "all of it".into() };
    assert_eq!(sheet.survey[1].form, scale);
    assert_eq!(sheet.survey[3].form, AnswerForm::Text { letters: 500 });
    let choose = ["yes", "after some mending", "no"].map(str::to_owned).into();
    assert_eq!(sheet.survey[4].form, AnswerForm::Choose(choose));
}

#[test]
fn five_independent_mistakes_are_five_diagnostics() {
    let parsed = parsed(FIVE_MISTAKES);
    assert!(parsed.workshop.is_none());
    assert_eq!(parsed.diagnostics.len(), 5);
    insta::assert_snapshot!(author::render("workshop.yaml", FIVE_MISTAKES, &parsed.diagnostics, false));
}

/// Each pair changes one thing. What is said about it stands in the snapshot, one line each.
#[test]
fn one_mistake_is_one_message() {
    let scale = "scale: [1, 5], low: nothing, high: all of it";
    let choose = "choose: [too slow, right, too fast]";
    let table: Vec<(&str, &str)> = vec![
        ("version: 1", "version: 2"),
        ("id: resilience-60", "id: Resilience 60"),
        ("title: Four cases in sixty minutes", "# no title"),
        ("minutes: 60", "minutes: 61"),
        ("minutes: 60", "minutes: an hour"),
        ("minutes: 60", "minuets: 60"),
        // Steps.
        ("name: set-up\n", "name: welcome\n"),
        ("kind: check", "kind: chekc"),
        ("kind: check", "kind: case"),
        ("kind: check", "kind: check\n    case: timeouts-two"),
        ("case: timeouts\n", "case: timeout\n"),
        ("case: transactions\n", "case: timeouts\n"),
        ("minutes: 12\n", "minutes: 0\n"),
        ("participants: Type `make run` and listen.", "participants: \"\""),
        ("command: make smoke", "command: make smok"),
        ("command: make smoke", "command: brownout lunch"),
        ("command: make smoke", "command: curl example.com"),
        ("command: make smoke", "command: make"),
        ("    say:\n      - You will", "    hints: [{ push: what-to-notice, minute: 1 }]\n    say:\n      - You will"),
        ("answer: All of them, within seconds.", "anwser: All of them."),
        ("{ minute: 1, title: Everybody runs,", "{ minute: 12, title: Everybody runs,"),
        (
            "{ minute: 2, title: Read the picture, say: first-run }",
            "{ minute: 2, title: Read the picture, say: first }",
        ),
        ("{ minute: 2, title: Read the picture,", "{ minute: 1, title: Read the picture,"),
        ("push: what-to-notice, minute: 6", "push: what-to-see, minute: 6"),
        ("push: what-to-notice, minute: 6", "push: what-to-notice, minute: 60"),
        ("rescue: make solution STEP=1", "rescue: git reset"),
        // The end.
        ("name: hold-nothing", "name: deadline"),
        ("name: deadline, case: timeouts", "name: deadline, case: lunch"),
        ("name: useful", "name: pace"),
        (choose, "choose: [right]"),
        (choose, "choose: [right, right]"),
        (choose, "choice: [right, wrong]"),
        (choose, "choose: [right, wrong], text: 5"),
        (choose, "choose: [right, wrong], low: wrong"),
        (scale, "scale: [5, 1], low: nothing, high: all of it"),
        (scale, "scale: [1, 5], low: nothing"),
        (scale, "scale: [1, 5, 9], low: nothing, high: all"),
        ("text: 500", "text: 5000"),
    ];
    let mut said = String::new();
    for (right, wrong) in table {
        assert!(SHEET.contains(right), "workshop.yaml no longer holds `{right}`");
        let parsed = parsed(&SHEET.replacen(right, wrong, 1));
        assert!(parsed.workshop.is_none() || parsed.diagnostics.iter().all(|found| found.severity != Severity::Error));
        assert!(!parsed.diagnostics.is_empty(), "nothing is said about `{wrong}`");
        said.push_str(&format!("{wrong:?}\n"));
        parsed.diagnostics.iter().for_each(|found| said.push_str(&line(found)));
    }
    insta::assert_snapshot!(said);
}

fn line(found: &Diagnostic) -> String {
    let Diagnostic { line, column, path, message, help, .. } = found;
    let severity = if found.severity == Severity::Error { "error" } else { "warning" };
    format!("    {line}:{column} {severity} [{path}] {message} | {}\n", help.as_deref().unwrap_or("no help"))
}

#[test]
fn a_case_of_other_length_is_doubtful_and_still_read() {
    let text = SHEET.replacen("minutes: 12\n", "minutes: 14\n", 1).replacen("minutes: 60", "minutes: 62", 1);
    let parsed = parsed(&text);
    let [found] = parsed.diagnostics.as_slice() else { panic_with(&parsed) };
    assert_eq!(found.severity, Severity::Warning);
    assert_eq!(found.message, "`timeouts` has 12 minutes in its scenario, here 14");
    assert_eq!(parsed.workshop.expect("a run sheet").minutes, 62);
}

#[allow(clippy::panic, reason = "a test ends where its ground is missing")]
fn panic_with(parsed: &ParsedWorkshop) -> ! {
    panic!("another number of diagnostics than one: {:#?}", parsed.diagnostics)
}

#[test]
fn what_is_not_known_is_not_held_against_a_sheet() {
    let text = SHEET.replace("case: timeouts", "case: caching").replace("make smoke", "make anything");
    assert_eq!(author::parse_workshop(&text, &Known::default()).diagnostics, []);
}

#[test]
fn any_text_is_answered() {
    for text in ["", "a", "[]", "steps: []", "steps: {}", "steps: [1, ~, []]", "survey: [{}]", "version: 1\nsteps:\n"] {
        let parsed = parsed(text);
        assert!(parsed.workshop.is_none() && !parsed.diagnostics.is_empty(), "{text:?}");
    }
    // Cut anywhere, it is a sheet or it is answered.
    for end in (0..SHEET.len()).step_by(211).map(|at| SHEET.floor_char_boundary(at)) {
        let parsed = parsed(&SHEET[..end]);
        assert!(parsed.workshop.is_some() || !parsed.diagnostics.is_empty(), "cut at {end}");
    }
}

#[test]
fn a_sheet_survives_being_sent() {
    let sheet = sheet();
    let text = serde_json::to_string(&sheet).expect("JSON");
    assert_eq!(serde_json::from_str::<Workshop>(&text).expect("a sheet"), sheet);
}

#[test]
fn the_committed_schema_accepts_the_committed_sheet_and_no_other() {
    let validator = jsonschema::validator_for(&author::workshop_schema()).expect("a JSON Schema");
    let accepts = |text: &str| {
        let document: serde_json::Value = serde_saphyr::from_str(text).expect("YAML");
        validator.iter_errors(&document).map(|error| error.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(accepts(SHEET), Vec::<String>::new());
    for (right, wrong) in [
        ("version: 1", "version: 2"),
        ("kind: check", "kind: lunch"),
        ("command: make smoke", "command: rm -rf /"),
        ("say: first-run", "say: first"),
        ("text: 500", "txt: 500"),
        ("low: nothing, ", ""),
        ("push: what-to-notice, minute: 6", "push: what-to-notice"),
    ] {
        assert!(SHEET.contains(right), "workshop.yaml no longer holds `{right}`");
        assert_ne!(accepts(&SHEET.replacen(right, wrong, 1)), Vec::<String>::new(), "{wrong}");
    }
}

/// `BROWNOUT_WRITE_SCHEMA=1 cargo test -p brownout-core --features author` writes the file anew.
#[test]
fn the_committed_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workshop.schema.json");
    if std::env::var_os("BROWNOUT_WRITE_SCHEMA").is_some() {
        let text = serde_json::to_string_pretty(&author::workshop_schema()).expect("JSON");
        std::fs::write(path, format!("{text}\n")).expect("docs/workshop.schema.json can be written");
    }
    let committed = std::fs::read_to_string(path).expect("docs/workshop.schema.json is there");
    let committed: serde_json::Value = serde_json::from_str(&committed).expect("JSON");
    assert!(committed == author::workshop_schema(), "stale: run `make schema`");
}

/// The guide's table has the steps, minutes and commands of the sheet.
#[test]
fn guide_and_sheet_tell_the_same_hour() {
    let rows: Vec<Vec<&str>> = GUIDE
        .lines()
        .skip_while(|line| !line.starts_with("## The hour at a glance"))
        .filter(|line| line.starts_with("| 00:"))
        .take(sheet().steps.len())
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let mut begins = 0;
    for (row, step) in rows.iter().zip(&sheet().steps) {
        let title = step.title.to_lowercase();
        let told = (row[0].to_owned(), row[1].to_owned(), row[2].to_owned());
        assert_eq!(told, (format!("00:{begins:02}"), step.minutes.to_string(), title));
        assert!(row[4].starts_with(&format!("`{}`", step.command)), "{}: {}", step.name, row[4]);
        begins += step.minutes;
    }
    assert_eq!((rows.len(), begins), (sheet().steps.len(), sheet().minutes));
    for step in sheet().steps.iter().filter(|step| !step.moral.is_empty()) {
        assert!(GUIDE.contains(&format!("**Moral.** {}", step.moral)), "the guide has another moral: {}", step.moral);
    }
}

/// A command that the guide names exists.
#[test]
fn every_target_of_make_that_the_guide_names_exists() {
    let targets = targets();
    let named: Vec<&str> = GUIDE
        .lines()
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .filter_map(|code| code.strip_prefix("make ")?.split_whitespace().next())
        .collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(targets.contains(&name), "`make {name}` is in FACILITATOR.md and not in the Makefile");
    }
}
