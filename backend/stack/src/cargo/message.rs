//! One line of `cargo build --message-format=json`.

use std::path::PathBuf;

use brownout_core::stack::BuildProblem;
use serde::Deserialize;

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// The compiler speaks; an error with a place is a problem.
    Diagnostic {
        rendered: String,
        problem: Option<BuildProblem>,
    },
    /// The binary was built, or was already.
    Executable(PathBuf),
    /// Plain text.
    Line(String),
    Nothing,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
    message: Option<Diagnostic>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Diagnostic {
    message: String,
    level: String,
    code: Option<Code>,
    #[serde(default)]
    spans: Vec<Span>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    line_start: u32,
    column_start: u32,
    is_primary: bool,
}

impl Said {
    pub(super) fn from_json(line: &str) -> Self {
        let Ok(message) = serde_json::from_str::<Message>(line) else { return Self::Line(line.to_owned()) };
        match (message.reason.as_str(), message.message, message.executable) {
            ("compiler-message", Some(diagnostic), _) => diagnostic.said(),
            ("compiler-artifact", _, Some(executable)) => Self::Executable(executable),
            _ => Self::Nothing,
        }
    }
}

impl Diagnostic {
    fn said(self) -> Said {
        let level = match &self.code {
            Some(code) => format!("{}[{}]", self.level, code.code),
            None => self.level.clone(),
        };
        let message = format!("{level}: {}", self.message);
        let place = self.spans.iter().find(|span| span.is_primary).filter(|_| self.level.starts_with("error"));
        let problem = place.map(|span| BuildProblem {
            file: span.file_name.clone(),
            line: span.line_start,
            column: span.column_start,
            message: message.clone(),
        });
        Said::Diagnostic { rendered: self.rendered.unwrap_or(message), problem }
    }
}

/// A mistake in `Cargo.toml`, which cargo prints as text: an `error:` and below it `--> Cargo.toml:5:8`.
pub(super) fn manifest_problem(output: &str) -> Option<BuildProblem> {
    let (_, place) = output.lines().find_map(|line| line.split_once("--> "))?;
    let mut parts = place.trim().rsplitn(3, ':');
    let column = parts.next()?.parse().ok()?;
    let line = parts.next()?.parse().ok()?;
    let file = parts.next()?.to_owned();
    let message = output.lines().find(|line| line.starts_with("error"))?.to_owned();
    Some(BuildProblem { file, line, column, message })
}

/// True when cargo needed the network and did not get it.
pub(super) fn is_network(output: &str) -> bool {
    const SIGNS: [&str; 6] = [
        "failed to download",
        "failed to fetch",
        "Could not resolve host",
        "download of config.json failed",
        "network failure",
        "no matching package named",
    ];
    SIGNS.iter().any(|sign| output.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_with_a_place_is_a_problem_and_a_warning_is_not() {
        let line = |level: &str| {
            format!(
                r#"{{"reason":"compiler-message","message":{{"message":"mismatched types","level":"{level}","code":{{"code":"E0308"}},
                "spans":[{{"file_name":"src/a.rs","line_start":1,"column_start":2,"is_primary":false}},
                {{"file_name":"src/b.rs","line_start":31,"column_start":9,"is_primary":true}}],"rendered":"text"}}}}"#
            )
        };
        let problem = BuildProblem {
            file: "src/b.rs".to_owned(),
            line: 31,
            column: 9,
            message: "error[E0308]: mismatched types".to_owned(),
        };
        let rendered = "text".to_owned();
        assert_eq!(
            Said::from_json(&line("error")),
            Said::Diagnostic { rendered: rendered.clone(), problem: Some(problem) }
        );
        assert_eq!(Said::from_json(&line("warning")), Said::Diagnostic { rendered, problem: None });
    }

    #[test]
    fn a_mistake_in_the_manifest_has_a_place_too() {
        let output = "error: key with no value, expected `=`\n --> Cargo.toml:5:8\n  |\n5 | edition\n";
        let problem = manifest_problem(output).unwrap();
        assert_eq!((problem.file.as_str(), problem.line, problem.column), ("Cargo.toml", 5, 8));
    }
}
