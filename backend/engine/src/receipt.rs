//! Receipts: proof that the dependency or the database answered this very request.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Whether `given` is the receipt of `message`: the first 32 hex digits of HMAC-SHA256 (RFC 2104) with the run's key.
pub(crate) fn verifies(key: &[u8; 32], message: &str, given: &[u8]) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return false };
    mac.update(message.as_bytes());
    let code = mac.finalize().into_bytes();
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let wanted = code[..16].iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    given.len() == 32 && given.iter().copied().eq(wanted)
}
