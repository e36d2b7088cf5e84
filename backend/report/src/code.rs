//! How the code of one run differs from that of another.

use brownout_core::{comparison::CodeChange, event::CodeFile};
use similar::{ChangeTag, TextDiff};

/// Unchanged lines that are shown around a change.
const AROUND: usize = 3;
/// Lines of one file that are shown at most: an exercise changes 25.
const MOST_LINES: usize = 400;

/// Changes from the second text to the third of each `(path, before, now)`; files that are alike are left out.
pub fn changes<'a>(files: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>) -> Vec<CodeChange> {
    files
        .into_iter()
        .filter(|(_, before, now)| before != now)
        .map(|(path, before, now)| change(path, before, now))
        .collect()
}

/// Changes between the code of two runs, as far as both tell it.
pub(crate) fn between(before: &[CodeFile], now: &[CodeFile]) -> Vec<CodeChange> {
    let pairs = now.iter().filter_map(|file| Some((before.iter().find(|known| known.path == file.path)?, file)));
    changes(pairs.map(|(before, now)| (now.path.as_str(), before.text.as_str(), now.text.as_str())))
}

fn change(path: &str, before: &str, now: &str) -> CodeChange {
    let difference = TextDiff::from_lines(before, now);
    let (mut added, mut removed, mut lines) = (0, 0, Vec::new());
    for group in difference.grouped_ops(AROUND) {
        let first = group.first().map_or(0, |op| op.new_range().start);
        lines.push(format!("@@ line {}", first + 1));
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Insert => '+',
                ChangeTag::Delete => '-',
                ChangeTag::Equal => ' ',
            };
            added += u32::from(sign == '+');
            removed += u32::from(sign == '-');
            lines.push(format!("{sign}{}", change.value().trim_end_matches(['\n', '\r'])));
        }
    }
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        lines.push("@@ more is not shown".to_owned());
    }
    CodeChange { path: path.to_owned(), added, removed, lines }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_counted_and_shown_with_what_stands_around_it() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        let now = "a\nb\nc\nD\nD2\ne\nf\ng\n";
        let [change] = &changes([("x.rs", before, now), ("y.rs", "same", "same")])[..] else { panic!("one file") };
        assert_eq!((change.added, change.removed), (2, 1));
        assert_eq!(change.lines.join("|"), "@@ line 1| a| b| c|-d|+D|+D2| e| f| g");
    }
}
