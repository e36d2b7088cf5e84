//! What is kept of a secret.

use std::fmt;

/// SHA-256 of a secret, as 64 hexadecimal letters. A type, so that no secret can be stored by mistake.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Hash(String);

impl Hash {
    /// Reads 64 hexadecimal letters in lower case; `None` for anything else.
    #[must_use]
    pub fn read(hex: &str) -> Option<Hash> {
        let digit = |letter: u8| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter);
        (hex.len() == 64 && hex.bytes().all(digit)).then(|| Hash(hex.to_owned()))
    }

    /// A digest as it was computed.
    #[must_use]
    pub fn of_digest(digest: [u8; 32]) -> Hash {
        Hash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 64 letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Enough to tell two apart, and not enough to look one up.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.0[..8]
    }

    pub(super) fn column(hex: &str) -> sqlx::Result<Hash> {
        Hash::read(hex).ok_or_else(|| sqlx::Error::Decode("a column of hashes holds something else".into()))
    }
}

/// Its tag, for logs.
impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hash({}…)", self.tag())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_is_read_as_one() {
        let hash = "0123456789abcdef".repeat(4);
        assert_eq!(Hash::read(&hash).unwrap().as_str(), hash);
        assert_eq!(format!("{:?}", Hash::read(&hash).unwrap()), "Hash(01234567…)");
        for other in ["", "Jm0y", &hash[1..], &hash.to_uppercase(), &hash.replace('0', "g"), &hash.replace("01", "é")]
        {
            assert_eq!(Hash::read(other), None, "{other}");
        }
    }
}
