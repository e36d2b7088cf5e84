//! The leaderboard as a document and as a table for spreadsheets.

use brownout_core::{
    leaderboard::{Leaderboard, LeaderboardCell},
    quantity::clock,
};

use crate::{date, export::ExportError};

/// The board as Markdown. `now_ms` is when it was written.
pub fn markdown(board: &Leaderboard, now_ms: u64) -> String {
    let mut text = format!("# Leaderboard\n\nThe best ranked run of each case, as of {}.\n\n", date::utc(now_ms));
    let heads: Vec<String> = board.cases.iter().map(|case| escaped(&case.title)).collect();
    let joined = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let row = |first: [String; 2], cells: Vec<String>, last: String| {
        joined(first.into_iter().chain(cells).chain([last]).collect())
    };
    text += &row(["#".to_owned(), "participant".to_owned()], heads.clone(), format!("of {}", board.cases.len() * 100));
    text += &row(["--:".to_owned(), ":--".to_owned()], vec!["--:".to_owned(); heads.len()], "--:".to_owned());
    for (at, who) in board.rows.iter().enumerate() {
        // Somebody of whom score lines alone are known has no tag.
        let tag = if who.tag.is_empty() { String::new() } else { format!(" `{}`", who.tag) };
        let name = escaped(&who.name) + &tag;
        let cells = who.cells.iter().map(|cell| cell.as_ref().map_or("–".to_owned(), says)).collect();
        text += &row([(at + 1).to_string(), name], cells, who.total.to_string());
    }
    text + "\nBehind a score: time from the first run of the case to the best one; `h` and a number are hints that were taken.\n"
}

fn says(cell: &LeaderboardCell) -> String {
    let took = cell.to_best_ms.map_or(String::new(), |ms| format!(" ({})", clock(ms * 1_000)));
    let hints = if cell.hints > 0 { format!(" h{}", cell.hints) } else { String::new() };
    format!("{}{took}{hints}", cell.score)
}

/// What people are called must neither end a cell nor mean anything.
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            '<' => text += "&lt;",
            '>' => text += "&gt;",
            '&' => text += "&amp;",
            letter if letter.is_control() => text.push(' '),
            letter if letter.is_ascii_punctuation() => text.extend(['\\', letter]),
            letter => text.push(letter),
        }
    }
    text
}

/// The board as CSV: a row a participant, for each case its score, its hints and the seconds to the best run.
///
/// # Errors
/// When the rows cannot be written.
pub fn csv(board: &Leaderboard) -> Result<Vec<u8>, ExportError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let of_case = |case: &str| [case.to_owned(), format!("{case}_hints"), format!("{case}_seconds")];
    let heads = ["place", "participant", "tag"].map(str::to_owned).into_iter();
    let cases = board.cases.iter().flat_map(|case| of_case(&case.scenario));
    table.write_record(heads.chain(cases).chain(["total".to_owned()])).map_err(ExportError::of)?;
    for (at, who) in board.rows.iter().enumerate() {
        let first = [(at + 1).to_string(), plain(&who.name), who.tag.clone()];
        let cells = who.cells.iter().flat_map(|cell| match cell {
            None => [const { String::new() }; 3],
            Some(cell) => {
                let took = cell.to_best_ms.map_or(String::new(), |ms| (ms / 1_000).to_string());
                [cell.score.to_string(), cell.hints.to_string(), took]
            }
        });
        table.write_record(first.into_iter().chain(cells).chain([who.total.to_string()])).map_err(ExportError::of)?;
    }
    table.into_inner().map_err(ExportError::of)
}

/// A spreadsheet takes a text that begins like this for a formula.
fn plain(name: &str) -> String {
    if name.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use brownout_core::leaderboard::{LeaderboardCase, LeaderboardRow};

    use super::*;

    fn board(name: &str) -> Leaderboard {
        let cell = LeaderboardCell { score: 97, run: "r".into(), started_ms: 1, hints: 2, to_best_ms: Some(754_000) };
        let row = LeaderboardRow {
            participant: "p".into(),
            name: name.into(),
            tag: "7f3a".into(),
            brought: false,
            cells: vec![Some(cell), None],
            total: 97,
        };
        let case = |id: &str| LeaderboardCase { scenario: id.into(), title: id.to_uppercase() };
        Leaderboard { cases: vec![case("a"), case("b")], rows: vec![row] }
    }

    #[test]
    fn names_stay_names_in_markdown_and_in_spreadsheets() {
        let text = markdown(&board("<b>|[x](y)\n# Eve"), 0);
        assert!(text.contains(r"| 1 | &lt;b&gt;\|\[x\]\(y\) \# Eve `7f3a` | 97 (12:34) h2 | – | 97 |"), "{text}");
        assert_eq!(text.lines().filter(|line| line.starts_with('|')).count(), 3);
        let bytes = csv(&board("=1+1,\"x\"")).expect("written");
        let mut table = csv::Reader::from_reader(&bytes[..]);
        let row = table.records().next().expect("a row").expect("reads");
        assert_eq!(row.iter().collect::<Vec<_>>(), ["1", "'=1+1,\"x\"", "7f3a", "97", "2", "754", "", "", "", "97"]);
    }

    #[test]
    fn who_is_known_by_lines_alone_has_no_empty_tag() {
        let mut board = board("Ada");
        board.rows[0].tag.clear();
        let text = markdown(&board, 0);
        assert!(text.contains("| 1 | Ada | 97 (12:34) h2 |"), "{text}");
    }
}
