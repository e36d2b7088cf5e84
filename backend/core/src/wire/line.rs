//! The line that people share, written and read.
//!
//! Its grammar, version 1, in the notation of RFC 5234:
//!
//! ```text
//! line    = "SCORE" SP case SP score "/100" *(SP pair)
//! case    = word                      ; id of the case
//! score   = 1*3DIGIT                  ; 0 to 100
//! pair    = word "=" word             ; in any order; what is not known is passed over
//! word    = 1*(ALPHA / DIGIT / "-" / "_" / "." / "%")
//! ```
//!
//! A run that is not ranked says `ranked=no`. The other known pairs are `p95` (`310ms`, or `-` where nothing was measured),
//! `ok` (`99.1%` or `-`), `drop` (a count), `stack` and `run` (the last four characters of the run's id). Only `run` must
//! be there.
//! A later version of the line begins with `SCORE/2` and so on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    fold::Run,
    outcome::Outcome,
    scenario::Span,
    signal::{Measure, Signal},
};

/// The word that begins a line of version 1.
const BEGIN: &str = "SCORE";
/// What a run adds that is not ranked.
const UNRANKED: &str = " ranked=no";
/// Longest line that is read, bytes.
const LONGEST: usize = 1_000;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreLine {
    /// Scenario id.
    pub case: String,
    /// 0..=100.
    pub score: u32,
    /// p95 over the judged span, ms; `None` where nothing was measured.
    pub p95_ms: Option<u64>,
    /// Share of right answers, in thousandths; `None` where nothing was measured.
    pub ok_permille: Option<u32>,
    /// Arrivals that were never sent.
    pub drop: Option<u64>,
    /// `local`, `k3d` or `kube`; empty when it does not say.
    pub stack: String,
    /// Last four characters of the run's id.
    pub run: String,
    /// Whether the run counts for the leaderboard.
    pub ranked: bool,
}

/// Why a text is no score line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// There is no such word in it.
    #[error("there is no score line in it; one looks like {EXAMPLE}")]
    None,
    /// It is of another version.
    #[error(
        "this is a score line of version {0}, and this panel reads version 1; update Brownout, or import data.json"
    )]
    Version(String),
    /// Something in it is not as the grammar wants it.
    #[error("`{word}` is not {wanted}; a score line looks like {EXAMPLE}")]
    Word {
        /// As it stands there, cut.
        word: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// It is too long to be one.
    #[error("a score line has at most {LONGEST} bytes; this one has {0}")]
    Long(usize),
}

const EXAMPLE: &str = "`SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a`";

/// The line that people share: `SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a`.
pub fn score_line(run: &Run, total: u32) -> String {
    let Some(started) = &run.started else { return String::new() };
    let judged = started.scenario.criteria.first().map_or(Span { from: 0, to: run.seconds }, |first| first.during);
    let load = |measure| Signal::Load { stream: None, measure }.value(run, judged.from..judged.to);
    let p95 = load(Measure::Percentile(950)).map_or("-".to_owned(), |us| format!("{:.0}ms", us / 1e3));
    let ok = load(Measure::Right).map_or("-".to_owned(), |share| format!("{:.1}%", share * 100.0));
    let drop: u64 = run.streams.values().map(|stream| stream.total(Outcome::Dropped)).sum();
    let practice = run.finished.as_ref().is_some_and(|finished| !finished.unranked.is_empty());
    format!(
        "{BEGIN} {} {total}/100 p95={p95} ok={ok} drop={drop} stack={} run={}{}",
        started.scenario.id,
        started.stack,
        short(&started.run),
        if practice { UNRANKED } else { "" }
    )
}

/// Last four characters of a run id.
pub fn short(run: &str) -> &str {
    let from = run.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    &run[from..]
}

impl ScoreLine {
    /// Reads a line from a text such as a message of a chat, and gives what stood before it: often a name.
    ///
    /// # Errors
    /// When there is none in it, or it is not as the grammar wants it.
    pub fn find(text: &str) -> Result<(&str, ScoreLine), LineError> {
        if text.len() > LONGEST {
            return Err(LineError::Long(text.len()));
        }
        let begins = text.match_indices(BEGIN).map(|(at, _)| at);
        let whole = |at: &usize| {
            let before = text[..*at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
            before && text[at + BEGIN.len()..].starts_with([' ', '/', '\t'])
        };
        // A name may hold the word: the last one begins the line.
        let at = begins.filter(whole).last().ok_or(LineError::None)?;
        Ok((text[..at].trim_end_matches([' ', ':', '>', '\t', '|', '-']).trim(), Self::read(&text[at..])?))
    }

    fn read(line: &str) -> Result<ScoreLine, LineError> {
        let mut words = line.split_whitespace();
        if let Some(version) = words.next().and_then(|begin| begin.strip_prefix(BEGIN)?.strip_prefix('/')) {
            return Err(LineError::Version(cut(version)));
        }
        let case = words.next().ok_or(wrong("", "the id of a case"))?;
        let is_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
        if !case.chars().all(is_id) {
            return Err(wrong(case, "the id of a case"));
        }
        let points = words.next().unwrap_or_default();
        let score = points.strip_suffix("/100").and_then(|score| score.parse().ok()).filter(|score| *score <= 100);
        let mut read = ScoreLine {
            case: case.to_owned(),
            score: score.ok_or(wrong(points, "a score such as 92/100"))?,
            p95_ms: None,
            ok_permille: None,
            drop: None,
            stack: String::new(),
            run: String::new(),
            ranked: true,
        };
        // What a person wrote behind the line is no pair, and ends it.
        for (key, value) in words.map_while(|word| word.split_once('=')) {
            match key {
                "p95" => read.p95_ms = measured(value, "a time such as 310ms", |v| v.strip_suffix("ms")?.parse().ok())?,
                "ok" => {
                    let permille = |v: &str| {
                        let percent: f64 = v.strip_suffix('%')?.parse().ok()?;
                        (0.0..=100.0).contains(&percent).then(|| (percent * 10.0).round() as u32)
                    };
                    read.ok_permille = measured(value, "a share such as 99.1%", permille)?;
                }
                "drop" => read.drop = Some(value.parse().map_err(|_| wrong(value, "a count such as 0"))?),
                "stack" => read.stack = word(value, "the name of a stack")?,
                "ranked" => read.ranked = value != "no",
                "run" => read.run = word(value, "the end of a run's id")?,
                _ => {}
            }
        }
        match read.run.is_empty() {
            true => Err(wrong(line, "whole: it does not end with run=…")),
            false => Ok(read),
        }
    }
}

/// `-` is nothing measured.
fn measured<T>(value: &str, wanted: &'static str, of: impl Fn(&str) -> Option<T>) -> Result<Option<T>, LineError> {
    if value == "-" { Ok(None) } else { of(value).map(Some).ok_or(wrong(value, wanted)) }
}

fn word(value: &str, wanted: &'static str) -> Result<String, LineError> {
    let fits =
        (1..=16).contains(&value.len()) && value.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-');
    if fits { Ok(value.to_owned()) } else { Err(wrong(value, wanted)) }
}

fn wrong(word: &str, wanted: &'static str) -> LineError {
    LineError::Word { word: cut(word), wanted }
}

fn cut(word: &str) -> String {
    word.chars().take(40).collect()
}

impl fmt::Display for ScoreLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{BEGIN} {} {}/100 p95=", self.case, self.score)?;
        match self.p95_ms {
            Some(ms) => write!(f, "{ms}ms ok=")?,
            None => f.write_str("- ok=")?,
        }
        match self.ok_permille {
            Some(permille) => write!(f, "{}.{}%", permille / 10, permille % 10)?,
            None => f.write_str("-")?,
        }
        let practice = if self.ranked { "" } else { UNRANKED };
        write!(f, " drop={} stack={} run={}{practice}", self.drop.unwrap_or(0), self.stack, self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "SCORE timeouts 92/100 p95=310ms ok=99.1% drop=0 stack=local run=7f3a";

    #[test]
    fn a_line_is_read_as_it_was_written_whatever_a_chat_puts_around_it() {
        for (text, name) in [
            (LINE.to_owned(), ""),
            (format!("Ada: {LINE}"), "Ada"),
            (format!("  Ada Lovelace | {LINE}  hurray!"), "Ada Lovelace"),
            (format!("the SCORE keeper > {LINE}"), "the SCORE keeper"),
            (format!("{LINE} later=pair"), ""),
        ] {
            let (before, line) = ScoreLine::find(&text).expect("a line");
            assert_eq!((before, line.to_string().as_str()), (name, LINE), "{text}");
        }
        let (_, bare) = ScoreLine::find("SCORE a 0/100 p95=- ok=- drop=3 stack=kube run=1").expect("a line");
        assert_eq!((bare.p95_ms, bare.ok_permille, bare.drop), (None, None, Some(3)));
        let (_, practice) = ScoreLine::find(&format!("{LINE} ranked=no")).expect("a line");
        assert_eq!((practice.ranked, practice.to_string()), (false, format!("{LINE} ranked=no")));
        assert_eq!(bare.to_string(), "SCORE a 0/100 p95=- ok=- drop=3 stack=kube run=1");
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, says) in [
            ("", "no score line"),
            ("SCOREBOARD timeouts", "no score line"),
            ("SCORE/2 timeouts 92/100 run=7f3a", "version 2"),
            ("SCORE <b> 92/100 run=7f3a", "`<b>`"),
            ("SCORE timeouts 101/100 run=7f3a", "`101/100`"),
            ("SCORE timeouts 92 run=7f3a", "`92`"),
            ("SCORE timeouts 92/100 p95=fast run=7f3a", "`fast`"),
            ("SCORE timeouts 92/100 ok=101% run=7f3a", "`101%`"),
            ("SCORE timeouts 92/100 drop=-1 run=7f3a", "`-1`"),
            ("SCORE timeouts 92/100", "run=…"),
            ("SCORE timeouts 92/100 run=<script>", "`<script>`"),
        ] {
            let error = ScoreLine::find(text).expect_err(text).to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
        assert!(matches!(ScoreLine::find(&"x".repeat(10_000)), Err(LineError::Long(10_000))));
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_too_strange(text in ".{0,300}") {
            let _ = ScoreLine::find(&text);
            let _ = ScoreLine::find(&format!("SCORE {text}"));
        }
    }
}
