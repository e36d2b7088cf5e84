//! Connecting to a hub, with TLS where its address says so.

use std::{path::Path, sync::Arc, time::Duration};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// A hub that does not take a connection within this time is away.
pub(super) const CONNECT: Duration = Duration::from_secs(5);

/// A connection that is not used is closed after this time: a class shares one address, and its hub counts connections.
const IDLE: Duration = Duration::from_secs(5);

/// A body that is whole.
pub(super) type Sent = http_body_util::Full<bytes::Bytes>;
/// What speaks HTTP to a hub.
pub(super) type Http = Client<HttpsConnector<HttpConnector>, Sent>;

/// A way to a hub that bytes can take.
pub(super) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// TLS as this machine trusts others, and the certificate in `ca` besides. Without TLS in the address nothing is read.
pub(super) fn trust(https: bool, ca: Option<&Path>) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    if https {
        let found = rustls_native_certs::load_native_certs();
        roots.add_parsable_certificates(found.certs);
        if let Some(path) = ca {
            let wrong = |why: String| anyhow::anyhow!("{} holds no certificate: {why}", path.display());
            let certificates = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
                roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
            }
        }
        anyhow::ensure!(
            !roots.is_empty(),
            "this machine trusts no certificate authority; give the hub's with --hub-ca"
        );
    }
    // By name: the process need not have chosen a provider.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// What speaks HTTP/1.1 with this trust. It follows no redirects and knows no cookies.
pub(super) fn http(trust: &Arc<ClientConfig>) -> Http {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT));
    let tls = HttpsConnectorBuilder::new().with_tls_config(ClientConfig::clone(trust)).https_or_http().enable_http1();
    Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(tls.wrap_connector(tcp))
}

/// A connection of its own, for the WebSocket.
pub(super) async fn wire(base: &Uri, trust: &Arc<ClientConfig>) -> anyhow::Result<Box<dyn Wire>> {
    let https = base.scheme_str() == Some("https");
    let host = base.host().unwrap_or_default().to_owned();
    let port = base.port_u16().unwrap_or(if https { 443 } else { 80 });
    let bare = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let dial = async {
        let tcp = TcpStream::connect((bare.as_str(), port)).await?;
        tcp.set_nodelay(true)?;
        if !https {
            return Ok::<Box<dyn Wire>, anyhow::Error>(Box::new(tcp));
        }
        let tls = TlsConnector::from(trust.clone()).connect(ServerName::try_from(bare.clone())?, tcp).await?;
        Ok(Box::new(tls))
    };
    match timeout(CONNECT, dial).await {
        Ok(wire) => wire,
        Err(_) => anyhow::bail!("it took no connection within {} s", CONNECT.as_secs()),
    }
}
