use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::*;
use crate::kube::mock::{Mock, Scenario, ours};

fn service(port: Value) -> Value {
    let mut service = ours("v1", "Service", "api");
    service["spec"] = json!({"type": "NodePort", "ports": [port]});
    service
}

fn node(address: &str) -> Value {
    let addresses = json!([{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": "node"}]);
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node"}, "status": {"addresses": addresses}})
}

async fn found(mock: &Mock, mapped: Option<u16>) -> Result<String, String> {
    let found = find(&mock.access(), "lab", ("api", mapped), "3f2a", &Prober::new().unwrap()).await;
    found.map_err(|error| error.to_string())
}

/// A port of this machine at which a build answers.
async fn answering(build: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let _ = near.read(&mut [0; 1024]).await;
            let says =
                format!("HTTP/1.1 200 OK\r\nx-lab-build: {build}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = near.write_all(says.as_bytes()).await;
        }
    });
    port
}

/// A port of this machine at which nobody listens.
async fn silent() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn the_address_is_the_one_at_which_this_build_answers() {
    let (old, new) = (answering("0000").await, answering("3f2a").await);
    for scenario in [Scenario::Well, Scenario::NodesHidden] {
        let mock = Mock::holding(scenario, vec![service(json!({"port": 8080, "nodePort": new})), node("127.0.0.1")]);
        assert_eq!(found(&mock, Some(old)).await.unwrap(), format!("http://127.0.0.1:{new}"), "{scenario:?}");
    }
    let mock = Mock::holding(Scenario::Well, vec![service(json!({"port": 8080, "nodePort": old}))]);
    assert_eq!(
        found(&mock, Some(new)).await.unwrap(),
        format!("http://127.0.0.1:{new}"),
        "the mapped port is tried too"
    );
}

#[tokio::test]
async fn a_service_that_is_not_there_or_has_no_node_port_is_told_at_once() {
    let mock = Mock::of(Scenario::Well);
    assert_eq!(found(&mock, None).await.unwrap_err(), "Service api: services \"api\" not found");
    let mock = Mock::holding(Scenario::Well, vec![service(json!({"port": 8080}))]);
    assert_eq!(found(&mock, Some(1)).await.unwrap_err(), "Service api: it has no node port");
}

#[tokio::test(start_paused = true)]
async fn addresses_that_lead_nowhere_are_named_after_ten_seconds() {
    let (mapped, port) = (silent().await, silent().await);
    let mock = Mock::holding(Scenario::Well, vec![service(json!({"port": 8080, "nodePort": port})), node("127.0.0.2")]);
    let begun = Instant::now();
    let error = found(&mock, Some(mapped)).await.unwrap_err();
    let says = format!(
        "Service api: it is ready in the cluster, but this machine reaches it at none of http://127.0.0.1:{mapped}, \
         http://127.0.0.1:{port}, http://127.0.0.2:{port}; its node ports must be reachable from here"
    );
    assert!(error.starts_with(&says), "{error}");
    // A node learns of new pods some time after they are ready.
    assert!(begun.elapsed() >= LEARNT && begun.elapsed() < 2 * LEARNT, "{:?}", begun.elapsed());
}
