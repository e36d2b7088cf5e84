//! What signs the export of a panel's outbox. The key comes from the hash of the seat's token, so that the hub, which
//! has the hash alone, can verify it, and a copy of the hub's database opens no seat.
//!
//! It keeps a file that went through a chat from being taken for another one. It is no defence against its owner, who
//! has the token.

use brownout_store::hub::Hash;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::token::Token;

/// What makes this use of the token's hash different from any other.
const USE: &[u8] = b"brownout export 1";

/// Signs and verifies exports. It cannot be printed.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// The key of a seat, as its panel has it.
    #[must_use]
    pub fn of_token(token: &Token) -> Key {
        Key::of(&token.hash())
    }

    /// The key of a seat, as the hub has it.
    #[must_use]
    pub fn of(token: &Hash) -> Key {
        let digest = Sha256::digest(token.as_str().as_bytes());
        Key(mac(&digest.into(), USE))
    }

    /// The signature of these bytes, 64 hexadecimal letters.
    #[must_use]
    pub fn sign(&self, bytes: &[u8]) -> String {
        mac(&self.0, bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this is their signature.
    #[must_use]
    pub fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        crate::token::same(self.sign(bytes).as_bytes(), signature.as_bytes())
    }
}

/// HMAC with a key of at most 64 bytes, which is padded with zeros as HMAC has it.
fn mac<const N: usize>(key: &[u8; N], bytes: &[u8]) -> [u8; 32] {
    const { assert!(N <= 64) };
    let mut padded = [0; 64];
    padded[..N].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&padded.into());
    mac.update(bytes);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_verifies_what_the_panel_signed_and_nothing_else() {
        let [ada, ben] = [(); 2].map(|()| Token::fresh().unwrap());
        let signature = Key::of_token(&ada).sign(b"text");
        assert!(Key::of(&ada.hash()).signed(b"text", &signature));
        assert!(!Key::of(&ada.hash()).signed(b"texT", &signature));
        assert!(!Key::of(&ben.hash()).signed(b"text", &signature));
        assert!(!Key::of(&ada.hash()).signed(b"text", ""));
        assert_eq!(signature.len(), 64);
    }

    #[test]
    fn it_is_hmac_with_sha_256() {
        // RFC 4231, test case 2.
        let known = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        let made: String = mac(b"Jefe", b"what do ya want for nothing?").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(made, known);
    }
}
