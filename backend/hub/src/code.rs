//! Codes that people read aloud and type: the join code and the recovery code, in Crockford's base 32.
//!
//! <https://www.crockford.com/base32.html>: no `I`, `L`, `O` and `U`; who types `O` means `0`, who types `I` or `L` `1`.

use crate::{error::HubError, token::random};

/// Letters of a join code: 40 bits. It is no secret for long, and wrong ones are counted.
const JOIN: usize = 8;
/// Letters of a recovery code: 80 bits.
const RECOVERY: usize = 16;
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new join code, as it is shown: `7KQ2-M4XD`.
///
/// # Errors
/// When the system has no randomness to give.
pub fn join() -> Result<String, HubError> {
    Ok(shown(&random::<JOIN>()?.map(letter)))
}

/// A new recovery code, as it is shown: four times four letters.
///
/// # Errors
/// When the system has no randomness to give.
pub fn recovery() -> Result<String, HubError> {
    Ok(shown(&random::<RECOVERY>()?.map(letter)))
}

/// A code as it was meant, in the form in which it is shown, so that two can be compared: letters in any case, dashes
/// and spaces passed over. `None` where a letter can be in no code.
#[must_use]
pub fn meant(typed: &str) -> Option<String> {
    // Nobody types a code this long; a megabyte is not read to its end.
    let letters = typed.chars().filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '–' | '—'));
    let letters = letters.take(RECOVERY + 1).map(read).collect::<Option<Vec<u8>>>()?;
    (letters.len() <= RECOVERY && !letters.is_empty()).then(|| shown(&letters))
}

fn letter(random: u8) -> u8 {
    // 32 divides 256, so each is as likely as the others.
    LETTERS[usize::from(random % 32)]
}

fn read(typed: char) -> Option<u8> {
    let typed = u8::try_from(typed.to_ascii_uppercase()).ok()?;
    match typed {
        b'O' => Some(b'0'),
        b'I' | b'L' => Some(b'1'),
        _ => LETTERS.contains(&typed).then_some(typed),
    }
}

/// In groups of four.
fn shown(letters: &[u8]) -> String {
    let groups = letters.chunks(4).map(|group| group.iter().map(|letter| char::from(*letter)).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_meant() {
        for (typed, code) in [
            ("7KQ2-M4XD", Some("7KQ2-M4XD")),
            ("7kq2m4xd", Some("7KQ2-M4XD")),
            (" 7KQ2 M4XD\n", Some("7KQ2-M4XD")),
            ("7KQ2–M4XD", Some("7KQ2-M4XD")),
            ("oOiI-lL01", Some("0011-1101")),
            ("7KQ2", Some("7KQ2")),
            ("7KQ2-M4XU", None),
            ("7KQ2-M4X!", None),
            ("７KQ2", None),
            ("", None),
            ("- -", None),
            ("0123456789ABCDEFG", None),
            ("0123456789ABCDEF", Some("0123-4567-89AB-CDEF")),
        ] {
            assert_eq!(meant(typed).as_deref(), code, "{typed:?}");
        }
        assert_eq!(meant(&"7".repeat(1 << 20)), None);
    }

    #[test]
    fn new_codes_are_read_as_they_were_made_and_use_all_letters() {
        let mut used = std::collections::BTreeSet::new();
        for _ in 0..200 {
            for (code, length) in [(join().unwrap(), 9), (recovery().unwrap(), 19)] {
                assert_eq!(code.len(), length);
                assert_eq!(meant(&code).as_ref(), Some(&code));
                assert_eq!(meant(&code.to_lowercase().replace('-', "")).as_ref(), Some(&code));
                used.extend(code.replace('-', "").into_bytes());
            }
        }
        assert_eq!(used.into_iter().collect::<Vec<u8>>(), LETTERS);
    }
}
