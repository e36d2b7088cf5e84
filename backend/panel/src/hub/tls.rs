//! Certificate and key of a hub.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum_server::tls_rustls::RustlsConfig;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

/// Files of a certificate and its key, PEM.
#[derive(Debug, Clone)]
pub struct Files {
    /// The certificate, with those that lead to a known authority.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why TLS cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{} holds no {what} in PEM ({says}); it begins with -----BEGIN {begins}-----", .path.display())]
    Pem {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
        /// How it would begin.
        begins: &'static str,
        /// What was wrong.
        says: String,
    },
    /// Both can be read and do not go together.
    #[error("{} and {} cannot be used together: {source}", .cert.display(), .key.display())]
    Pair {
        /// The certificate.
        cert: PathBuf,
        /// The key.
        key: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
}

/// Chooses the one library that does the mathematics, for this whole process. That somebody did it before is no mistake.
pub fn install() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

impl Files {
    /// Reads them.
    ///
    /// # Errors
    /// When they cannot be used, with the file.
    pub fn open(&self) -> Result<RustlsConfig, TlsError> {
        Ok(RustlsConfig::from_config(Arc::new(self.read()?)))
    }

    /// Reads them anew, for connections from now on; what cannot be used changes nothing.
    ///
    /// # Errors
    /// When they cannot be used, with the file.
    pub fn reload(&self, into: &RustlsConfig) -> Result<(), TlsError> {
        into.reload_from_config(Arc::new(self.read()?));
        Ok(())
    }

    fn read(&self) -> Result<ServerConfig, TlsError> {
        let no_cert = |says| pem(&self.cert, "certificate", "CERTIFICATE", says);
        let text = text(&self.cert)?;
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&text)
            .collect::<Result<_, _>>()
            .map_err(|error| no_cert(format!("{error}")))?;
        if chain.is_empty() {
            return Err(no_cert("there is none".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(&self::text(&self.key)?)
            .map_err(|error| pem(&self.key, "private key", "PRIVATE KEY", format!("{error}")))?;
        let pair = |source| TlsError::Pair { cert: self.cert.clone(), key: self.key.clone(), source };
        let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).map_err(pair)?;
        // A WebSocket needs HTTP/1.1, and one request after another is what the limits count.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn text(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Io { path: path.to_owned(), source })
}

fn pem(path: &Path, what: &'static str, begins: &'static str, says: String) -> TlsError {
    TlsError::Pem { path: path.to_owned(), what, begins, says }
}
