//! Secret tokens: made, hashed, compared.
//!
//! A token has 256 random bits and a recovery code 80, so that a plain SHA-256 of it tells nobody anything: there is
//! nothing to guess. Of a password that would be wrong.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use brownout_store::hub::Hash;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::HubError;

/// Random bytes of a token.
const BYTES: usize = 32;

/// A secret. It can be neither printed nor serialised: [`Token::reveal`] is what a search finds.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A new one: 43 letters of base64url.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn fresh() -> Result<Token, HubError> {
        Ok(Token(URL_SAFE_NO_PAD.encode(random::<BYTES>()?)))
    }

    /// A token as somebody sent it.
    #[must_use]
    pub fn told(text: &str) -> Token {
        Token(text.to_owned())
    }

    /// The secret itself, for the one to whom it belongs.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What may be kept of it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash(&self.0)
    }
}

/// What may be kept of a secret.
#[must_use]
pub fn hash(secret: &str) -> Hash {
    Hash::of_digest(Sha256::digest(secret.as_bytes()).into())
}

/// Whether two secrets are the same, in a time that does not tell where they differ. Of different lengths it tells that
/// they are.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// So many random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], HubError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|source| HubError::Random { says: source.to_string() })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_bits_and_is_never_given_twice() {
        let tokens: std::collections::HashSet<String> = (0..100).map(|_| Token::fresh().unwrap().0).collect();
        assert_eq!(tokens.len(), 100);
        for token in &tokens {
            assert_eq!(URL_SAFE_NO_PAD.decode(token).unwrap().len(), 32);
            assert_eq!(token.len(), 43);
        }
    }

    #[test]
    fn what_is_kept_is_its_sha_256() {
        // FIPS 180-2, appendix B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Token::told("abc").hash().as_str(), known);
        assert_ne!(hash("abd"), hash("abc"));
    }

    #[test]
    fn only_the_same_is_the_same() {
        let long = "x".repeat(1_000_000);
        for (one, other, is) in [
            ("", "", true),
            ("token", "token", true),
            ("token", "tokeN", false),
            ("Token", "token", false),
            ("token", "token ", false),
            ("token", "", false),
            (&long, &long, true),
            (&long, &long[1..], false),
        ] {
            assert_eq!(same(one.as_bytes(), other.as_bytes()), is, "{} {}", one.len(), other.len());
        }
    }
}
