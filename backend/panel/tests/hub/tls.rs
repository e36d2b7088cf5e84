//! A hub behind a certificate of its own.

use std::{fs, path::Path, process::Command};

use brownout_core::hub::view::LinkState;
use brownout_panel::hub::tls;
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    house::{House, repository, signal},
    participant::Participant,
};

/// Writes a certificate for this name and gives it.
fn certificate(dir: &Path, name: &str) -> rustls::pki_types::CertificateDer<'static> {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    let certificate = params.self_signed(&key).expect("a certificate");
    fs::write(dir.join("cert.pem"), certificate.pem()).expect("written");
    fs::write(dir.join("key.pem"), key.serialize_pem()).expect("written");
    certificate.der().clone()
}

/// One request over TLS that trusts this certificate alone.
async fn health(
    house: &House,
    trusted: &rustls::pki_types::CertificateDer<'static>,
    name: &str,
) -> Result<String, String> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(trusted.clone()).expect("a root");
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let tcp = tokio::net::TcpStream::connect(house.word("listen")).await.map_err(|error| error.to_string())?;
    let name = rustls::pki_types::ServerName::try_from(name.to_owned()).expect("a name");
    let mut stream = connector.connect(name, tcp).await.map_err(|error| error.to_string())?;
    let request = b"GET /healthz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.map_err(|error| error.to_string())?;
    let mut answer = String::new();
    // Some servers close without a good-bye.
    let _ = stream.read_to_string(&mut answer).await;
    Ok(answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_speaks_tls_and_takes_a_new_certificate_when_it_is_told() {
    tls::install();
    let dir = tempfile::tempdir().expect("a temporary directory");
    let first = certificate(dir.path(), "localhost");
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let files = [cert.to_str().expect("a path"), key.to_str().expect("a path")];
    let house = House::open_with(&["--tls-cert", files[0], "--tls-key", files[1]]);
    assert!(house.word("url").starts_with("https://"));
    let silent = tokio::net::TcpStream::connect(house.word("listen")).await.expect("a connection");
    let answer = health(&house, &first, "localhost").await.expect("an answer beside a silent caller");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    let wrong = health(&house, &first, "another.example").await.expect_err("another name");
    assert!(wrong.contains("certificate"), "{wrong}");
    drop(silent);
    let second = certificate(dir.path(), "localhost");
    health(&house, &second, "localhost").await.expect_err("not read yet");
    signal(house.pid(), "HUP");
    let taken = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        while health(&house, &second, "localhost").await.is_err() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    taken.await.expect("the new certificate");
    // Half a file changes nothing.
    fs::write(&cert, "-----BEGIN CERTIFICATE-----\n").expect("written");
    signal(house.pid(), "HUP");
    let noticed = tokio::time::timeout(std::time::Duration::from_secs(10), async {
        let log = house.dir.path().join("hub.log");
        while !fs::read_to_string(&log).expect("its log").contains("the certificate from before goes on") {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    });
    noticed.await.expect("it was noticed");
    health(&house, &second, "localhost").await.expect("the one from before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panel_joins_over_tls_if_it_trusts_the_certificate_and_a_command_reaches_the_hub() {
    tls::install();
    let dir = tempfile::tempdir().expect("a temporary directory");
    certificate(dir.path(), "localhost");
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    let files = [cert.to_str().expect("a path"), key.to_str().expect("a path")];
    let house = House::open_with(&["--tls-cert", files[0], "--tls-key", files[1]]);
    let (code, listen) = (house.word("code").to_owned(), house.word("listen").to_owned());
    let port = listen.rsplit(':').next().expect("a port");
    let ada = Participant::open_trusting(Some(cert.clone())).await;
    let join = |hub: String| Some(json!({ "hub": hub, "code": code, "name": "Ada" }));
    // Its name is not in the certificate.
    let wrong = ada.refused(Method::POST, "/hub/join", join(format!("https://127.0.0.1:{port}"))).await;
    assert_eq!((wrong.0, wrong.1.as_str()), (503, "hub-away"), "{}", wrong.2);
    // Nobody has told this one whom to trust.
    let ben = Participant::open().await;
    let (status, word, _) = ben.refused(Method::POST, "/hub/join", join(format!("https://localhost:{port}"))).await;
    assert!([(503, "hub-away"), (422, "hub-trust")].contains(&(status, word.as_str())), "{status} {word}");
    ada.join(&format!("https://localhost:{port}"), &code, "Ada").await;
    ada.runs("ada-1", "timeouts", 55).await;
    ada.until_level().await;
    ada.until("connected", |now| now.hub.as_ref().is_some_and(|hub| hub.link == LinkState::Connected)).await;
    // The same as a file, by a command on the hub's machine.
    let export = dir.path().join("ada.brownout.gz");
    let file = ada.send(Method::GET, "/hub/export", None).await.bytes().await.expect("the file");
    fs::write(&export, file).expect("written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
    command.arg("--data-dir").arg(house.dir.path()).arg("--root").arg(repository());
    let ended = command.args(["--json", "hub", "import"]).arg(&export).output().expect("the command");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said} {}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("\"known_records\": 1"), "{said}");
    ada.down().await;
    ben.down().await;
}

#[test]
fn files_that_cannot_be_used_are_named_and_no_hub_starts() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    certificate(dir.path(), "localhost");
    fs::copy(dir.path().join("key.pem"), dir.path().join("first.pem")).expect("copied");
    certificate(dir.path(), "localhost");
    let start = |cert: &str, key: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_brownout"));
        command.args(["hub", "--listen", "127.0.0.1:0", "--data-dir"]).arg(dir.path());
        command.arg("--tls-cert").arg(dir.path().join(cert)).arg("--tls-key").arg(dir.path().join(key));
        let ended = command.output().expect("a hub");
        assert_eq!(ended.status.code(), Some(3));
        String::from_utf8_lossy(&ended.stderr).into_owned()
    };
    for (cert, key, says) in [
        ("none.pem", "key.pem", "none.pem cannot be read"),
        ("key.pem", "key.pem", "key.pem holds no certificate"),
        ("cert.pem", "cert.pem", "cert.pem holds no private key"),
        ("cert.pem", "first.pem", "cannot be used together"),
    ] {
        let said = start(cert, key);
        assert!(said.contains(says), "{cert} {key}: {said}");
    }
}
