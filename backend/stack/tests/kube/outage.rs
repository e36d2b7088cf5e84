//! An API server that is away for a while.

use std::net::SocketAddr;

use brownout_stack::{KubeOptions, KubeStack, Stack};
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::{Duration, sleep, timeout},
};

use crate::{
    bench::{PATIENCE, answering_build},
    cluster::{Cluster, ready, until},
};

/// A way to the API server that can be cut.
struct Wire {
    address: SocketAddr,
    whole: watch::Sender<bool>,
}

impl Wire {
    async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (whole, mut state) = watch::channel(true);
        tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                tokio::select! {
                    Ok((mut near, _)) = listener.accept() => {
                        let (server, whole) = (server.clone(), *state.borrow());
                        open.spawn(async move {
                            if let (true, Ok(mut far)) = (whole, TcpStream::connect(&server).await) {
                                let _ = copy_bidirectional(&mut near, &mut far).await;
                            }
                        });
                    }
                    changed = state.changed() => match changed {
                        Ok(()) if !*state.borrow_and_update() => open.abort_all(),
                        Ok(()) => {}
                        Err(_) => return,
                    },
                }
            }
        });
        Self { address, whole }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn an_api_server_that_is_away_is_told_and_recovered_from() {
    let cluster = Cluster::new("outage").await;
    let mut server = String::new();
    cluster.kubeconfig(|config| server = config["clusters"][0]["cluster"]["server"].as_str().unwrap().to_owned());
    let host = server.trim_start_matches("https://").to_owned();
    let wire = Wire::to(host.clone()).await;
    let kubeconfig = cluster.kubeconfig(|config| {
        config["clusters"][0]["cluster"]["server"] = json!(format!("https://{}", wire.address));
        config["clusters"][0]["cluster"]["tls-server-name"] = json!(host.split(':').next());
    });
    let stack = KubeStack::new(KubeOptions { kubeconfig: Some(kubeconfig), ..cluster.options() }).unwrap();
    timeout(PATIENCE, stack.up()).await.unwrap().unwrap();

    wire.whole.send(false).unwrap();
    let lost =
        |notices: &[String]| notices.iter().any(|notice| notice.starts_with("What is shown of the cluster may be old"));
    let status = until(&stack, "that the cluster is away", |status| lost(&status.notices)).await;
    println!("{:?}", status.notices);
    assert!(ready(&status), "what was seen last stays: {status:#?}");
    assert!(stack.deploy().await.unwrap_err().to_string().contains("is it running?"));
    // The load goes on meanwhile.
    sleep(Duration::from_secs(20)).await;
    answering_build(&stack.endpoints().api).await;

    wire.whole.send(true).unwrap();
    until(&stack, "that the cluster is back", |status| !lost(&status.notices) && ready(status)).await;
    let deployed = timeout(PATIENCE, stack.deploy()).await.unwrap().unwrap();
    assert_eq!(answering_build(&stack.endpoints().api).await, deployed.build);
    stack.down().await.unwrap();
    assert!(!cluster.has_namespace().await);
}
