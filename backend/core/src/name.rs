//! Names and notes of people as they can be shown: what cannot be seen is left out, and what is too long is cut.

use crate::wire::short;

/// Letters of the longest name.
pub const LONGEST_NAME: usize = 40;

/// A name from elsewhere as it can be shown; whoever has none that can be seen is called after the end of `participant`.
pub fn shown_name(name: &str, participant: &str) -> String {
    let shown = shown_text(name, LONGEST_NAME);
    if shown.is_empty() { nameless(participant) } else { shown }
}

/// A text from elsewhere in one line, of at most `most` characters.
pub fn shown_text(text: &str, most: usize) -> String {
    let line = |letter: char| if letter.is_whitespace() { ' ' } else { letter };
    let seen: String = text.chars().map(line).filter(|letter| !unseen(*letter)).collect();
    let seen = seen.trim();
    match seen.chars().count() {
        fits if fits <= most => seen.to_owned(),
        _ => seen.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// What somebody is called whose name is not known here.
pub fn nameless(participant: &str) -> String {
    format!("Participant {}", short(participant)).trim_end().to_owned()
}

/// Control characters, and those that turn the direction of the text that follows a name.
pub fn unseen(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_left_out_and_what_is_long_is_cut() {
        for (name, shown) in [
            ("Ada", "Ada"),
            ("  Ada Lovelace ", "Ada Lovelace"),
            ("a\u{202e}b\u{7}c", "abc"),
            ("a\nb", "a b"),
            ("", "Participant 7f3a"),
            ("\u{2066}\u{2069} \n", "Participant 7f3a"),
            ("<b>", "<b>"),
        ] {
            assert_eq!(shown_name(name, "11-7f3a"), shown, "{name:?}");
        }
        let long = shown_name(&"ä".repeat(41), "");
        assert_eq!((long.chars().count(), long.ends_with("ä…")), (40, true));
        assert_eq!(shown_name(&"ä".repeat(40), ""), "ä".repeat(40));
        assert_eq!(shown_name("", ""), "Participant");
        assert_eq!(shown_text("abc", 2), "a…");
    }
}
