//! Up, dev, reset, down.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use brownout_core::stack::{BuildState, ServiceState, StackPhase};
use brownout_stack::Stack;
use k8s_openapi::api::{
    apps::v1::Deployment,
    autoscaling::v2::HorizontalPodAutoscaler,
    core::v1::{ConfigMap, Pod, Service},
};
use kube::{Api, Resource, ResourceExt, api::ListParams};
use serde::de::DeserializeOwned;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::{
    bench::{PATIENCE, answering_build, dep_state, service},
    cluster::{Cluster, ready, until},
};

/// What the cluster holds of a kind: name, identity and version of what was asked for.
async fn held<K>(cluster: &Cluster) -> Vec<(String, Option<String>, Option<i64>)>
where
    K: Resource<Scope = k8s_openapi::NamespaceResourceScope> + Clone + DeserializeOwned + std::fmt::Debug,
    K::DynamicType: Default,
{
    let all: Api<K> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    let all = all.list(&ListParams::default()).await.unwrap().items;
    all.iter().map(|object| (object.name_any(), object.uid(), object.meta().generation)).collect()
}

async fn everything(cluster: &Cluster) -> String {
    format!(
        "{:?}{:?}{:?}{:?}{:?}",
        held::<Deployment>(cluster).await,
        held::<Service>(cluster).await,
        held::<ConfigMap>(cluster).await,
        held::<HorizontalPodAutoscaler>(cluster).await,
        held::<Pod>(cluster).await,
    )
}

/// Waits until a service reaches the dependency from pod to pod: the node may learn of a Service later than of its pods.
async fn comes_through(caller: &str) {
    let begun = Instant::now();
    loop {
        let answer = reqwest::get(format!("{caller}/reach")).await.unwrap();
        let (status, said) = (answer.status(), answer.text().await.unwrap());
        if status.is_success() {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "{caller} does not reach dep: {said}");
        sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_lab_comes_up_from_nothing_and_a_second_up_changes_nothing() {
    let cluster = Cluster::new("life").await;
    let begun = Instant::now();
    let stack = cluster.up().await;
    println!("from nothing to ready, with the build: {:.1} s", begun.elapsed().as_secs_f64());
    let status = until(&stack, "everything ready", ready).await;
    println!("{:?}", status.build.steps);
    assert_eq!((status.kind.as_str(), status.build.state), ("kube", BuildState::Live));
    assert_eq!(status.notices, Vec::<String>::new());
    let names: Vec<&str> = status.services.iter().map(|service| service.name.as_str()).collect();
    assert_eq!(names, ["postgres", "dep", "api", "worker"]);
    let endpoints = stack.endpoints();
    assert_eq!(answering_build(&endpoints.api).await, status.build.live);
    assert_eq!(answering_build(&endpoints.worker).await, status.build.live);
    assert_eq!(service(&status, "api").address, endpoints.api);
    for caller in [&endpoints.api, &endpoints.worker] {
        comes_through(caller).await;
    }

    let before = everything(&cluster).await;
    stack.up().await.unwrap();
    assert_eq!(everything(&cluster).await, before, "applied twice, something changed");

    // The simulator and the database are reached through tunnels, and know nothing of an earlier run.
    stack.reset().await.unwrap();
    assert_eq!(dep_state(&stack.endpoints().dep).await["in_flight"], 0);
    let books = stack.books().await.unwrap().unwrap();
    assert_eq!((books.rows, books.accounts_off), (0, 0));
    let measured = async {
        loop {
            let gauges = stack.observe().await;
            if gauges.contains_key("api.cpu") {
                return gauges;
            }
            sleep(Duration::from_secs(1)).await;
        }
    };
    let gauges = timeout(Duration::from_secs(60), measured).await.expect("the cluster measures CPU");
    for (name, value) in [("api.replicas", 1.0), ("api.replicas_ready", 1.0), ("db.connection_limit", 12.0)] {
        assert_eq!(gauges.get(name), Some(&value), "{name} of {gauges:?}");
    }
    assert!(gauges.contains_key("api.in_flight"), "{gauges:?}");
    let log = fs::read_to_string(cluster.bench.data.path().join("logs/api-0.log")).unwrap();
    assert!(log.contains("listening"), "{log}");

    stack.down().await.unwrap();
    assert_eq!(stack.status().borrow().phase, StackPhase::Down);
    assert!(!cluster.has_namespace().await, "the namespace was ours and is left behind");
    stack.down().await.expect("down again is harmless");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_deploy_replaces_the_pods_without_a_failed_request() {
    let cluster = Cluster::new("dev").await;
    let stack = cluster.up().await;
    let before = cluster.pod_names().await;
    let (answered, failed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let enough = CancellationToken::new();
    let mut callers = JoinSet::new();
    for caller in 0..8 {
        // Half of them keep their connections.
        let kept = if caller % 2 == 0 { 0 } else { 1 };
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(kept).build().unwrap();
        let url = format!("{}/healthz", stack.endpoints().api);
        let (answered, failed, enough) = (answered.clone(), failed.clone(), enough.clone());
        callers.spawn(async move {
            while !enough.is_cancelled() {
                let answer = http.get(&url).timeout(Duration::from_secs(2)).send().await;
                let count = if answer.is_ok_and(|answer| answer.status().is_success()) { &answered } else { &failed };
                count.fetch_add(1, Ordering::Relaxed);
                sleep(Duration::from_millis(20)).await;
            }
        });
    }
    cluster.bench.edit("lab/src/cases/timeouts.rs", |text| text + "\n// Another build.\n");
    let deployed = timeout(PATIENCE, stack.deploy()).await.unwrap().unwrap();
    println!("{:?}", deployed.steps);
    enough.cancel();
    callers.join_all().await;
    let (answered, failed) = (answered.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
    println!("{answered} answered, {failed} failed");
    assert!(answered > 100 && failed == 0, "{failed} of {} requests failed", answered + failed);
    assert_eq!(answering_build(&stack.endpoints().api).await, deployed.build);
    let after = cluster.pod_names().await;
    let stayed: Vec<&String> = before.iter().filter(|pod| after.contains(pod)).collect();
    assert!(stayed.len() == 1 && stayed[0].starts_with("postgres"), "{stayed:?} of {before:?}");
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_panel_that_was_killed_is_followed_by_one_that_finds_the_lab() {
    let cluster = Cluster::new("again").await;
    let stack = cluster.up().await;
    let pods = cluster.pod_names().await;
    drop(stack);
    let next = cluster.up().await;
    assert_eq!(cluster.pod_names().await, pods);
    // What somebody takes away is named, and `up` brings it back.
    let deployments: Api<Deployment> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    deployments.delete("worker", &kube::api::DeleteParams::background()).await.unwrap();
    let says = "worker is no longer in the cluster: somebody deleted it. Run `make up`.";
    until(&next, "the notice", |status| status.notices.iter().any(|notice| notice == says)).await;
    next.up().await.unwrap();
    let status = until(&next, "everything ready", ready).await;
    assert_eq!(service(&status, "worker").state, ServiceState::Ready);
    assert_eq!(status.notices, Vec::<String>::new());
    next.down().await.unwrap();
}
