//! What goes to a hub, compressed.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// The data of a run as they are sent.
#[derive(Debug, Clone)]
pub struct Packed {
    digest: String,
    gzip: Bytes,
}

impl Packed {
    /// Compresses the data of a run, JSON. Takes some milliseconds of a core.
    pub fn of(record: &[u8]) -> Packed {
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(record)));
        Packed { digest, gzip: gzip(record) }
    }

    /// Its `repr-digest`, and what is sent.
    pub(super) fn parts(self) -> (String, Bytes) {
        (self.digest, self.gzip)
    }

    /// Bytes that go over the wire.
    pub fn bytes(&self) -> usize {
        self.gzip.len()
    }
}

/// Compressed as bodies to the hub are.
pub(crate) fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 6), Compression::new(6));
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default().into()
}
