//! Diagnostics as a compiler prints them, with the line under each.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use super::diagnostic::{Diagnostic, Severity};

/// Prints diagnostics with their source lines, and how many there are. Empty when there are none.
pub fn render(source_name: &str, text: &str, diagnostics: &[Diagnostic], color: bool) -> String {
    let theme = if color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).with_width(100).with_context_lines(1);
    // What a file contains must not steer the terminal.
    let clean: String =
        text.chars().map(|c| if c.is_control() && !matches!(c, '\n' | '\t') { ' ' } else { c }).collect();
    let line_starts: Vec<usize> = std::iter::once(0).chain(clean.match_indices('\n').map(|(at, _)| at + 1)).collect();
    let source = NamedSource::new(source_name, clean.clone());
    let mut printed = String::new();
    for diagnostic in diagnostics {
        let begin = line_starts.get(diagnostic.line.saturating_sub(1) as usize).copied().unwrap_or(0);
        let line = clean[begin..].lines().next().unwrap_or("");
        let bytes = |columns: u32| line.chars().take(columns as usize).map(char::len_utf8).sum::<usize>();
        let column = diagnostic.column.saturating_sub(1);
        let (from, to) = (begin + bytes(column), begin + bytes(column.saturating_add(diagnostic.length)));
        let label = LabeledSpan::new(None, from, to - from);
        let report = Report { diagnostic, source: &source, label };
        // Writing into a string cannot fail; a report that could not be laid out is still worth its message.
        if handler.render_report(&mut printed, &report).is_err() {
            printed.push_str(&format!("{source_name}:{}: {}\n", diagnostic.line, diagnostic.message));
        }
        printed.push('\n');
    }
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let counted = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let counts: Vec<String> = [counted(errors, "error"), counted(warnings, "warning")].into_iter().flatten().collect();
    if !counts.is_empty() {
        printed.push_str(&format!("{source_name}: {}\n", counts.join(" and ")));
    }
    printed
}

#[derive(Debug)]
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    source: &'a NamedSource<String>,
    label: LabeledSpan,
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let word = match self.diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let path = &self.diagnostic.path;
        Some(Box::new(if path.is_empty() { word.to_owned() } else { format!("{word} in {path}") }))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }
}
