#![cfg(feature = "author")]
#![allow(clippy::expect_used, reason = "a test ends where its ground is missing")]
//! What the scenario language reads, and what it says about what it cannot read.

use brownout_core::{
    author::{self, Diagnostic, Parsed, Severity},
    scenario::Completion,
    signal::Signal,
};

const TIMEOUTS: &str = include_str!("../../../scenarios/timeouts.yaml");
const TRANSACTIONS: &str = include_str!("../../../scenarios/transactions.yaml");
const BULKHEADS: &str = include_str!("../../../scenarios/bulkheads.yaml");
const AUTOSCALING: &str = include_str!("../../../scenarios/autoscaling.yaml");
const FIVE_MISTAKES: &str = include_str!("data/five-mistakes.yaml");

fn parsed(text: &str) -> Parsed {
    author::parse("timeouts.yaml", text)
}

/// One mistake in a scenario that is right otherwise.
fn with(right: &str, wrong: &str) -> String {
    assert!(TIMEOUTS.contains(right), "timeouts.yaml no longer holds `{right}`");
    TIMEOUTS.replacen(right, wrong, 1)
}

#[test]
fn five_independent_mistakes_are_five_diagnostics() {
    let parsed = author::parse("five-mistakes.yaml", FIVE_MISTAKES);
    assert!(parsed.scenario.is_none());
    assert_eq!(parsed.diagnostics.len(), 5);
    insta::assert_snapshot!(author::render("five-mistakes.yaml", FIVE_MISTAKES, &parsed.diagnostics, false));
}

#[test]
fn colour_only_adds_escape_sequences() {
    let parsed = author::parse("five-mistakes.yaml", FIVE_MISTAKES);
    let coloured = author::render("five-mistakes.yaml", FIVE_MISTAKES, &parsed.diagnostics, true);
    assert!(coloured.contains("\u{1b}["));
    assert!(!author::render("five-mistakes.yaml", FIVE_MISTAKES, &parsed.diagnostics, false).contains('\u{1b}'));
}

#[test]
fn what_a_file_contains_does_not_steer_the_terminal() {
    let text = with("title: Timeouts", "title: \"\\e[2J\"").replace("order: 1", "order: \u{1b}[2J");
    let printed = author::render("timeouts.yaml", &text, &parsed(&text).diagnostics, false);
    assert!(!printed.is_empty() && !printed.contains('\u{1b}'), "{printed}");
}

/// Each pair changes one thing. What is said about it stands in the snapshot, one line each.
#[test]
fn one_mistake_is_one_message() {
    let hint = "    after: 2m\n";
    let right_receipt = "      header: x-receipt\n      signs: quote:{id}:{n}";
    let receipt = "receipt:\n      header: x-receipt\n      signs: quote:{id}:{n}";
    let (get, post) = ("GET api /quote?item={n}&id={id}", "POST api /quote?item={n}&id={id}");
    let completion = |feed: &str, job: &str, signs: &str| {
        format!("completion:\n      feed: {feed}\n      job: \"{job}\"\n      signs: {signs}")
    };
    let arrivals = "- { from: 0s, to: 60s, rate: 60/s }";
    let two = |second: &str| format!("- {{ from: 0s, to: 30s, rate: 60/s }}\n      - {second}");
    let table: Vec<(&str, String)> = vec![
        // The file as a whole.
        ("version: 1", "version: 2".into()),
        ("version: 1", "versoin: 1".into()),
        ("id: timeouts", "id: Time outs".into()),
        ("id: timeouts", "id: deadlines".into()),
        ("order: 1\n", "".into()),
        ("title: Timeouts", "title:".into()),
        ("title: Timeouts", "title: [Timeouts]".into()),
        ("title: Timeouts", format!("title: {}", "long ".repeat(20))),
        ("minutes: 12", "minutes: a few".into()),
        ("minutes: 12", "minutes: 12\nminutes: 13".into()),
        ("minutes: 12", "minutes: 12\nflavour: sweet".into()),
        ("minutes: 12", "minutes: !!int 12".into()),
        ("end: after 60s", "end: 60s".into()),
        ("end: after 60s", "end: after 11m".into()),
        // Load.
        ("GET api /quote?item={n}&id={id}", "/quote".into()),
        ("GET api /quote?item={n}&id={id}", "GTE api /quote?id={id}".into()),
        ("GET api /quote?item={n}&id={id}", "GET apy /quote?id={id}".into()),
        ("GET api /quote?item={n}&id={id}", "GET api quote?id={id}".into()),
        ("GET api /quote?item={n}&id={id}", "GET api /quote?item={item}".into()),
        ("GET api /quote?item={n}&id={id}", "GET api /quote?item={n".into()),
        ("GET api /quote?item={n}&id={id}", "{ target: api, path: /quote, body: none }".into()),
        ("rate: 60/s", "rate: 60".into()),
        ("rate: 60/s", "rate: 0/s".into()),
        ("rate: 60/s", "rate: 30000/s".into()),
        ("rate: 60/s", "ramp: 4/s..50".into()),
        (arrivals, "- { from: 0s, to: 70s, rate: 60/s }".into()),
        (arrivals, "- { from: 60s, to: 0s, rate: 60/s }".into()),
        (arrivals, two("{ from: 20s, to: 60s, rate: 60/s }")),
        (arrivals, two("{ at: 20s, burst: 24 }")),
        (arrivals, two("{ at: 60s, burst: 24 }")),
        (arrivals, two("{ at: 30s, burst: 0 }")),
        ("patience: 10s", "patience: 10".into()),
        ("patience: 10s", "patience: 900ms".into()),
        ("patience: 10s", "patience: 10s\n    most_in_flight: 100".into()),
        ("patience: 10s", "patience: 10s\n    requests_per_connection: 0".into()),
        (right_receipt, "      header: X Receipt\n      signs: quote:{id}:{n}".into()),
        (right_receipt, "      header: x-receipt\n      signs: quote:{ID}".into()),
        (right_receipt, "      header: x-receipt\n      signs: quote:{n}".into()),
        // Bodies and completions.
        (get, format!("{get}\n    body: '{{\"fast\":1}}'")),
        (get, format!("{post}\n    body: '{{\"fast\":'")),
        (get, format!("{post}\n    body: '{{\"id\":\"{{id}}\"}}'")),
        (get, format!("{post}\n    body: {{ fast: 1 }}")),
        (get, format!("{get}\n    completion: {{ feed: /done, job: \"{{id}}.0\", signs: \"job:{{id}}\" }}")),
        (receipt, completion("/done?after=1", "{id}.0", "job:{id}")),
        (receipt, completion("done", "{id}.0", "job:{id}")),
        (receipt, completion("/done", "job", "job:{id}")),
        (receipt, completion("/done", "{id}.{n}", "job:{id}")),
        (receipt, completion("/done", "{id}.{k}", "job:{id}")),
        (receipt, completion("/done", "{id}.0", "job")),
        (receipt, "completion: { feed: /done, job: \"{id}.0\" }".into()),
        // Timeline.
        ("- { at: 15s, says", "- { at: 55s, says".into()),
        ("at: 10s\n", "at: 46s\n".into()),
        ("until: 45s", "until: 65s".into()),
        ("shards: 10", "shards: 0".into()),
        ("hang: { shards: 10, for: 60s }", "hand: { shards: 10, for: 60s }".into()),
        // Panels.
        ("gauge: dep.in_flight", "gauge: dep.inflight".into()),
        ("gauge: dep.in_flight", "gauge: in flight".into()),
        ("limit: 24", "limit: -1".into()),
        ("gauge: dep.in_flight", "signal: load.p95".into()),
        ("gauge: dep.in_flight", "signal: load.quote.p95".into()),
        ("gauge: dep.in_flight", "signal: probe.dep.in_flight".into()),
        ("gauge: dep.in_flight", "signal: books.balanced".into()),
        ("gauge: dep.in_flight", "signal: load.p95, gauge: dep.in_flight".into()),
        ("gauge: dep.in_flight, ", "".into()),
        ("limit: 24", "unit: minutes".into()),
        ("title: Requests in the API", "title: Calls in flight".into()),
        // Criteria.
        ("signal: load.right\n    at_least", "signal: load.rihgt\n    at_least".into()),
        ("signal: load.right\n    at_least", "signal: load.quote.right\n    at_least".into()),
        ("signal: load.right\n    at_least: 87%", "signal: probe.api.in_flight\n    at_least: 3".into()),
        ("at_least: 87%", "at_least: 0.87".into()),
        ("at_least: 87%", "at_least: 870ms".into()),
        ("at_least: 87%", "at_least: 187%".into()),
        ("at_least: 87%", "at_most: 87%".into()),
        ("at_least: 87%", "at_least: 87%\n    at_most: 90%".into()),
        ("    at_least: 87%\n", "".into()),
        ("during: 15s..45s\n    over", "during: 15s..75s\n    over".into()),
        ("during: 15s..45s\n    over", "during: 45s..15s\n    over".into()),
        ("during: 15s..45s\n    over", "during: 15.5s..45s\n    over".into()),
        ("during: 15s..45s\n    over", "during: 15s-45s\n    over".into()),
        ("hold: 15s", "hold: 35s".into()),
        ("over: 5s", "over: 1500ms".into()),
        (
            "- name: p95\n    says: p95\n    signal: load.p95\n    at_most",
            "- name: right\n    says: p95\n    signal: load.p95\n    at_most".into(),
        ),
        // Score.
        ("weight: 45", "weight: 40".into()),
        ("weight: 45", "weight: 0".into()),
        ("worthless: 50%", "worthless: 87%".into()),
        ("worthless: 50%", "worthless: 95%".into()),
        ("worthless: 1.5s", "worthless: 1.5".into()),
        ("times: [right]", "times: [rigth]".into()),
        ("times: [right]", "times: [calm]".into()),
        ("    times: [right]\n", "".into()),
        (
            "signal: load.right\n    during: 15s..45s\n    weight",
            "signal: load.answered\n    during: 15s..45s\n    weight".into(),
        ),
        ("[0s..10s, 50s..60s]", "[0s..10s, 5s..60s]".into()),
        ("[0s..10s, 50s..60s]", "[]".into()),
        ("broken: 0..40", "broken: 10..40".into()),
        ("broken: 0..40", "broken: 40".into()),
        ("solved: 90..100", "solved: 90..99".into()),
        ("solved: 90..100", "solved: 30..100".into()),
        // Guidance.
        ("file: lab/src/cases/timeouts.rs\n", "file: /etc/passwd\n".into()),
        ("file: lab/src/cases/timeouts.rs\n", "file: lab/src/../../x.rs\n".into()),
        ("file: lab/src/cases/timeouts.rs\n", "file: lab/src/sealed/dep.rs\n".into()),
        ("unmet: p95", "unmet: p59".into()),
        ("cost: 15", "cost: 50".into()),
        ("cost: 15", "cost: 60".into()),
        (hint, "".into()),
        (hint, "    after: 20m\n".into()),
        ("- name: what-to-notice", "- name: where-to-look".into()),
        // YAML itself.
        ("story: >", "story: &s >".into()),
        ("praise: One", "praise: *s # One".into()),
        ("praise: One", "[praise]: One".into()),
        ("band: 60..82", "band: 60..95".into()),
        ("band: 60..82", "band: 82..60".into()),
        ("solved: 90..100", "solved: 82..100".into()),
        ("variants/timeouts-deadline-200ms, band: 90..100", "variants/timeouts-deadline-200ms, band: 50..100".into()),
        ("mistakes/timeouts-detached", "mistakes/../../etc".into()),
        ("mistakes/timeouts-detached", "mistakes/timeouts-fail-at-once".into()),
        ("bands: {", "bands: [".into()),
        ("praise: One", "praise: Fact: one".into()),
        ("    says: one shard", "\tsays: one shard".into()),
        ("prompt: |", "---\nprompt: |".into()),
    ];
    let (mut said, mut not_one) = (String::new(), Vec::new());
    for (right, wrong) in table {
        let text = with(right, &wrong);
        let found = parsed(&text);
        let change = format!("{right:?} -> {wrong:?}");
        let lines: Vec<String> = found.diagnostics.iter().map(line).collect();
        said.push_str(&format!("{change}\n{}\n", lines.iter().map(|line| format!("    {line}\n")).collect::<String>()));
        // An anchor alone is harmless; everything else is one message.
        if lines.len() != usize::from(!right.starts_with("story")) {
            not_one.push(format!("{change}\n{lines:#?}"));
        }
        assert_eq!(found.scenario.is_some(), !found.has_errors(), "{change}");
    }
    assert!(not_one.is_empty(), "{}", not_one.join("\n"));
    insta::assert_snapshot!(said);
}

fn line(found: &Diagnostic) -> String {
    let word = if found.severity == Severity::Error { "error" } else { "warning" };
    let help = found.help.as_deref().map(|help| format!(" | {help}")).unwrap_or_default();
    format!("{}:{}+{} {word} [{}] {}{help}", found.line, found.column, found.length, found.path, found.message)
}

#[test]
fn other_shapes_of_load_are_read() {
    let text = with(
        "- { from: 0s, to: 60s, rate: 60/s }",
        "- { from: 0s, to: 8s, rate: 240/m }\n      - { from: 8s, to: 14s, ramp: 4/s..50/s }\n      - { at: 14s, burst: 24 }\n      - { from: 14s, to: 60s, rate: 50/s }",
    );
    let text = text.replace("GET api /quote?item={n}&id={id}", "{ target: api, path: \"/quote?item={n}&id={id}\" }");
    let text = text.replace("patience: 10s", "patience: 10s\n    poisson: 7\n    requests_per_connection: 1");
    let parsed = parsed(&text);
    assert_eq!(parsed.diagnostics, []);
    let stream = &parsed.scenario.expect("a scenario").load[0];
    assert_eq!(stream.arrivals.expected(), 32.0 + 162.0 + 24.0 + 2_300.0);
    assert_eq!(
        (stream.method.as_str(), stream.arrivals.poisson_seed, stream.requests_per_connection),
        ("GET", Some(7), Some(1))
    );
}

#[test]
fn a_stream_may_start_jobs_and_a_panel_may_draw_what_the_load_measured() {
    let text = with("GET api /quote?item={n}&id={id}", "POST worker /batches?id={id}\n    body: '{\"fast\":1}'");
    let text = text.replacen(
        "receipt:\n      header: x-receipt\n      signs: quote:{id}:{n}",
        "completion: { feed: /completions, job: \"{id}.0\", signs: \"job:{id}.0:fast\" }",
        1,
    );
    let text = text.replacen("limit: 24", "unit: time", 1);
    let text = text.replacen("gauge: dep.in_flight", "signal: load.quotes.p95", 1);
    assert_ne!(text, TIMEOUTS);
    let parsed = parsed(&text);
    assert_eq!(parsed.diagnostics, []);
    let scenario = parsed.scenario.expect("a scenario");
    let stream = &scenario.load[0];
    assert_eq!((stream.body.as_deref(), &stream.receipt), (Some("{\"fast\":1}"), &None));
    let wanted = Completion { feed: "/completions".into(), job: "{id}.0".into(), signs: "job:{id}.0:fast".into() };
    assert_eq!(stream.completion.as_ref(), Some(&wanted));
    let line = &scenario.panels[0].lines[0];
    assert_eq!(
        (line.gauge.as_str(), line.signal.as_ref().map(Signal::to_string)),
        ("", Some("load.quotes.p95".into()))
    );
    let validator = jsonschema::validator_for(&author::schema()).expect("a JSON Schema");
    let document: serde_json::Value = serde_saphyr::from_str(&text).expect("YAML");
    assert!(validator.is_valid(&document));
    let line = serde_json::to_value(line).expect("JSON");
    assert_eq!(line, serde_json::json!({ "signal": "load.quotes.p95", "says": "at the dependency" }));
}

#[test]
fn the_committed_schema_accepts_the_committed_cases_and_no_other() {
    let validator = jsonschema::validator_for(&author::schema()).expect("a JSON Schema");
    let accepts = |text: &str| {
        let document: serde_json::Value = serde_saphyr::from_str(text).expect("YAML");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        errors
    };
    for case in [TIMEOUTS, TRANSACTIONS, BULKHEADS, AUTOSCALING] {
        assert_eq!(accepts(case), Vec::<String>::new());
    }
    for (right, wrong) in [
        ("version: 1", "version: 2"),
        ("order: 1", "ordre: 1"),
        ("rate: 60/s", "rate: 60"),
        ("patience: 10s", "patience: 10"),
        ("    at_least: 87%\n", ""),
        ("phases:\n", "phases: null\nother:\n"),
    ] {
        assert_ne!(accepts(&with(right, wrong)), Vec::<String>::new(), "{wrong}");
    }
}

/// `BROWNOUT_WRITE_SCHEMA=1 cargo test -p brownout-core --features author` writes the file anew.
#[test]
fn the_committed_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scenarios/schema.json");
    if std::env::var_os("BROWNOUT_WRITE_SCHEMA").is_some() {
        let text = serde_json::to_string_pretty(&author::schema()).expect("JSON");
        std::fs::write(path, format!("{text}\n")).expect("scenarios/schema.json can be written");
    }
    let committed = std::fs::read_to_string(path).expect("scenarios/schema.json is there");
    let committed: serde_json::Value = serde_json::from_str(&committed).expect("JSON");
    assert!(committed == author::schema(), "stale: run `brownout schema > scenarios/schema.json`");
}
