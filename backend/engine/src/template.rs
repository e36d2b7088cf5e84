//! A path or a message with `{n}` and `{id}`, taken apart once so that filling it costs one allocation.

use std::fmt::Write;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Number,
    Id,
}

/// Fills as `brownout_core::plan::fill` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template(Vec<Piece>);

impl Template {
    pub(crate) fn of(mut text: &str) -> Self {
        let mut pieces = Vec::new();
        let marks = [("{n}", Piece::Number), ("{id}", Piece::Id)];
        while let Some((at, mark, piece)) =
            marks.iter().filter_map(|(mark, piece)| Some((text.find(mark)?, mark, piece))).min_by_key(|found| found.0)
        {
            pieces.push(Piece::Text(text[..at].to_owned()));
            pieces.push(piece.clone());
            text = &text[at + mark.len()..];
        }
        pieces.push(Piece::Text(text.to_owned()));
        Template(pieces)
    }

    pub(crate) fn fill(&self, n: u64, id: &str) -> String {
        let mut filled = String::with_capacity(128);
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Id => filled.push_str(id),
                // Writing to a string cannot fail.
                Piece::Number => drop(write!(filled, "{n}")),
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_as_the_plan_does() {
        for text in ["", "/", "/quote?item={n}&id={id}", "{id}{n}{n}", "{n", "{}{x}{id}/", "quote:{id}:{n}"] {
            assert_eq!(Template::of(text).fill(42, "run-7"), brownout_core::plan::fill(text, 42, "run-7"), "{text}");
        }
    }
}
