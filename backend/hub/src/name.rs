//! Names that are unique in a workshop: `Ada`, `Ada 2`.

use brownout_core::name::{LONGEST_NAME, nameless, shown_text};

/// A name as it can be shown; who has none that can be seen is called after the end of the seat's id.
#[must_use]
pub fn shown(name: &str, seat: &str) -> String {
    let shown = shown_text(name, LONGEST_NAME);
    if key(&shown).is_empty() { nameless(tag(seat)) } else { shown }
}

/// What must be unique of a name: in lower case, without what cannot be seen or is easily overlooked.
#[must_use]
pub fn key(name: &str) -> String {
    let seen = name.chars().filter(|letter| !letter.is_whitespace() && !invisible(*letter));
    seen.flat_map(char::to_lowercase).collect()
}

/// The name with a number where it is taken, within the length of a name.
#[must_use]
pub fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = |number: u32| {
        let end = format!(" {number}");
        let room = LONGEST_NAME - end.chars().count();
        name.chars().take(room).collect::<String>().trim_end().to_owned() + &end
    };
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(numbered));
    // There are more numbers than seats.
    names.find(|name| !taken(&key(name))).unwrap_or_default()
}

/// The end of a seat's id, which tells those apart who are called alike.
#[must_use]
pub fn tag(seat: &str) -> &str {
    brownout_core::wire::short(seat)
}

/// Letters of no width, with which a name could look like another one.
fn invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let taken: BTreeSet<String> = ["Ada", "ada 2", "Ben", "Ben 3"].map(key).into();
        let long = "ä".repeat(40);
        let cut = "ä".repeat(38) + " 2";
        for (wanted, called) in [
            ("Cyd", "Cyd"),
            ("Ada", "Ada 3"),
            ("ADA ", "ADA 3"),
            ("A\u{200b}da", "A\u{200b}da 3"),
            ("A d a", "A d a 3"),
            ("Ben", "Ben 2"),
            ("Ada 2", "Ada 2 2"),
            ("ada2", "ada2 2"),
        ] {
            assert_eq!(free(wanted, |key| taken.contains(key)), called, "{wanted:?}");
        }
        assert_eq!(free(&long, |taken| taken == key(&long)), cut);
    }

    #[test]
    fn who_has_no_name_that_can_be_seen_is_called_after_the_seat() {
        let seat = "01890000-0000-7000-8000-0000000a7f3a";
        for (name, called) in [
            ("Ada", "Ada"),
            ("", "Participant 7f3a"),
            (" \u{202e}\u{200b}\u{7} ", "Participant 7f3a"),
            ("\u{3164}", "Participant 7f3a"),
            ("<img src=x>", "<img src=x>"),
        ] {
            assert_eq!(shown(name, seat), called, "{name:?}");
        }
        assert_eq!(shown(&"x".repeat(10_000), seat).chars().count(), LONGEST_NAME);
    }
}
