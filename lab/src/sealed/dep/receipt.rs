//! Receipts: proof that the dependency answered this very request of this run.

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::kind::Kind;
use crate::sealed::dependency::Ask;

/// The run that is on.
pub(super) struct Run {
    pub(super) id: String,
    pub(super) key: Key,
}

/// Key of a run's receipts; only the panel and the simulator know it.
pub(super) struct Key([u8; 32]);

impl Key {
    /// Reads 64 hex digits.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "key must be 64 hex digits".to_owned();
        if text.len() != 64 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let mut key = [0; 32];
        for (at, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Key(key))
    }

    /// The first 32 hex digits of HMAC-SHA256 over what its kind signs.
    pub(super) fn receipt(&self, kind: Kind, ask: &Ask) -> String {
        let mut mac = Hmac::<Sha256>::new(&self.block());
        mac.update(kind.message(ask).as_bytes());
        mac.finalize().into_bytes()[..16].iter().fold(String::new(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    /// HMAC's own rule for a short key: zeros up to the hash's block of 64 bytes (RFC 2104).
    fn block(&self) -> hmac::digest::Key<Hmac<Sha256>> {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block[..32].copy_from_slice(&self.0);
        block
    }
}
