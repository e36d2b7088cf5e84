#![cfg(feature = "author")]
#![allow(clippy::expect_used, reason = "a test ends where its ground is missing")]
//! Whatever is in a file, the parser answers with diagnostics that point into it. It never panics and never hangs.

use brownout_core::{
    author::{self, Parsed},
    plan::Plan,
};
use proptest::prelude::*;

const TIMEOUTS: &str = include_str!("../../../scenarios/timeouts.yaml");

/// Parses and prints, and holds every diagnostic against the text.
fn answered(text: &str) -> Parsed {
    let parsed = author::parse("timeouts.yaml", text);
    assert!(parsed.scenario.is_some() != parsed.has_errors(), "a scenario or an error, never both or neither");
    assert!(parsed.diagnostics.len() <= 100);
    for found in &parsed.diagnostics {
        let line = text.split('\n').nth(found.line as usize - 1).expect("the line exists");
        assert!(found.column >= 1 && found.column as usize <= line.chars().count() + 1, "{found:?} in {line:?}");
        assert!(found.length >= 1 && !found.message.is_empty());
    }
    let printed = author::render("timeouts.yaml", text, &parsed.diagnostics, false);
    assert_eq!(printed.is_empty(), parsed.diagnostics.is_empty());
    if let Some(scenario) = &parsed.scenario {
        let plan = Plan::of(scenario, "run-1");
        let first: Vec<u64> = plan.streams.iter().flat_map(|stream| stream.arrivals.instants().take(1_000)).collect();
        assert!(first.iter().all(|us| *us < plan.end_us));
    }
    parsed
}

/// Replaces the part of `TIMEOUTS` between two places, given in thousandths of its length.
fn mutated(text: &str, from: usize, length: usize, new: &str) -> String {
    let begin = text.floor_char_boundary(text.len() * from / 1_000);
    let end = text.floor_char_boundary((begin + length).min(text.len()));
    format!("{}{new}{}", &text[..begin], &text[end..])
}

/// Values that have hurt parsers before.
fn nasty() -> impl Strategy<Value = String> {
    let fixed = [
        "",
        "-1s",
        "1e308s",
        "NaN/s",
        "inf",
        "-0",
        "99999999999999999999s",
        "0s..18446744073709551615s",
        "0s..1e300s",
        "..",
        "1/0",
        "100.0000001%",
        "{",
        "}",
        "[",
        "*a",
        "&a",
        "!!x",
        "|",
        ">",
        "'",
        "\"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\r",
        "\t",
        "? ",
        ": ",
        "- ",
        "#",
        "%YAML 1.2\n---\n",
        "...\n",
        "<<: 1",
        "{id}{",
        "after 0s",
        "after 18446744073709551615s",
        "20000.1/s",
        "0.0000000001/s",
        "0/s..0.0000000001/s",
    ];
    prop_oneof![
        proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned),
        "[-:\\[\\]{},&*!|>'\"%@`#? \\n\\ta-c0-9./]{0,24}",
        "\\PC{0,12}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        answered(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn anything_like_yaml_is_answered(text in "[-:\\[\\]{},&*!|>'\"%@`#? \\n\\ta-c0-9./]{0,600}") {
        answered(&text);
    }

    #[test]
    fn a_case_with_a_few_changes_is_answered(
        changes in proptest::collection::vec((0..1_000usize, 0..40usize, nasty()), 1..4),
    ) {
        let text = changes.iter().fold(TIMEOUTS.to_owned(), |text, (from, length, new)| mutated(&text, *from, *length, new));
        answered(&text);
    }

    #[test]
    fn a_case_with_a_nasty_value_is_answered(line in 0..TIMEOUTS.lines().count(), new in nasty()) {
        let value = |line: &str| match line.split_once(": ") {
            Some((key, _)) => format!("{key}: {new}"),
            None => format!("{line}{new}"),
        };
        let lines = TIMEOUTS.lines().enumerate().map(|(at, text)| if at == line { value(text) } else { text.to_owned() });
        answered(&lines.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn large_deep_and_self_multiplying_files_are_refused() {
    let bomb = format!("a: &a [x, x]\n{}", (0..40).map(|n| format!("b{n}: &b{n} [*a, *a]\n")).collect::<String>());
    let files = [
        ("", "the file is empty"),
        ("x: 1\n".repeat(300_000).as_str(), "at most 1048576 are read"),
        ("[".repeat(1_000_000).as_str(), "more than 64 levels deep"),
        ((0..200).map(|n| format!("{}a:\n", " ".repeat(n))).collect::<String>().as_str(), "more than 64 levels deep"),
        ("- a\n".repeat(200_000).as_str(), "more than 20000 values"),
        ("a: ".repeat(300_000).as_str(), "not YAML"),
        (bomb.as_str(), "aliases are not followed"),
        (format!("load: [{}]", "{},".repeat(5_000)).as_str(), "at most 100 are read"),
    ]
    .map(|(text, says)| (text.to_owned(), says));
    for (text, says) in files {
        let began = std::time::Instant::now();
        let parsed = answered(&text);
        let start: String = text.chars().take(20).collect();
        assert!(
            parsed.diagnostics.iter().any(|found| found.message.contains(says)),
            "{start}: {:?}",
            parsed.diagnostics
        );
        assert!(began.elapsed().as_secs() < 10, "{start} took {:?}", began.elapsed());
    }
}
