//! What a cluster refuses, and the sentence that a person reads.

use brownout_core::stack::{BuildState, StackPhase};
use brownout_stack::{Images, KubeOptions, KubeStack, Stack};
use k8s_openapi::api::{
    authentication::v1::TokenRequest,
    core::v1::{Namespace, ResourceQuota, ServiceAccount},
};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use tokio::time::timeout;

use crate::{
    bench::{PATIENCE, answering_build},
    cluster::{Cluster, ready, until},
};

/// Brings a stack up that cannot come up; gives its sentence, which the panel shows too.
async fn refused(options: KubeOptions) -> (std::sync::Arc<KubeStack>, String) {
    let stack = KubeStack::new(options).unwrap();
    let why = timeout(PATIENCE, stack.up()).await.unwrap().unwrap_err().to_string();
    let status = stack.status().borrow().clone();
    assert_eq!(status.phase, StackPhase::Down, "{status:#?}");
    assert!(
        status.notices.iter().any(|notice| notice.to_lowercase().contains(&why.to_lowercase())),
        "{why}: {:?}",
        status.notices
    );
    (stack, why)
}

fn says(sentence: &str, parts: &[&str]) {
    for part in parts {
        assert!(sentence.contains(part), "`{part}` is not in: {sentence}");
    }
    println!("{sentence}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn an_image_that_is_not_there_is_named_and_nothing_is_left_behind() {
    let cluster = Cluster::new("image").await;
    cluster.bench.edit("lab/src/cases/timeouts.rs", |text| text + "\n// Never loaded.\n");
    let images = Images::Archive { load: vec!["true".to_owned()] };
    let (_stack, why) = refused(KubeOptions { images, ..cluster.options() }).await;
    says(&why, &["did not become ready: image lab:", "is not in the cluster: run `make dev`"]);
    assert!(!cluster.has_namespace().await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_command_that_cannot_load_is_shown_with_all_it_said() {
    let cluster = Cluster::new("load").await;
    cluster.bench.edit("lab/src/cases/timeouts.rs", |text| text + "\n// Not to be loaded.\n");
    let images = Images::Archive { load: ["ls", "no-such-file-{archive}"].map(str::to_owned).to_vec() };
    let (_stack, why) = refused(KubeOptions { images, ..cluster.options() }).await;
    says(&why, &["the image could not be loaded", "`ls no-such-file-", "No such file or directory"]);
    assert!(!cluster.has_namespace().await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_build_that_crashes_is_told_and_the_old_one_stays_live() {
    let cluster = Cluster::new("crash").await;
    let stack = cluster.up().await;
    let before = stack.status().borrow().build.live.clone();
    cluster.bench.edit("lab/src/main.rs", |text| {
        text.replacen("fn main() -> ExitCode {\n", "fn main() -> ExitCode {\n    std::process::exit(7);\n", 1)
    });
    let why = timeout(PATIENCE, stack.deploy()).await.unwrap().unwrap_err().to_string();
    says(&why, &["did not become ready", "it exited with code 7", "-0.log"]);
    let status = until(&stack, "the old build", ready).await;
    assert_eq!((status.build.live.as_str(), status.build.state), (before.as_str(), BuildState::Failed));
    assert_eq!(answering_build(&stack.endpoints().api).await, before);
    stack.down().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_quota_that_is_too_small_is_told_in_the_clusters_words() {
    let cluster = Cluster::new("quota").await;
    cluster.make_namespace(&[]).await;
    let quotas: Api<ResourceQuota> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    let small = json!({"metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}});
    quotas.create(&PostParams::default(), &serde_json::from_value(small).unwrap()).await.unwrap();
    let (stack, why) = refused(cluster.options()).await;
    says(&why, &["exceeded quota: small"]);
    stack.down().await.unwrap();
    assert_eq!(cluster.pod_names().await, Vec::<String>::new());
    assert!(cluster.has_namespace().await, "a namespace that we did not make was deleted");
    let namespaces: Api<Namespace> = Api::all(cluster.client.clone());
    namespaces.delete(&cluster.namespace, &DeleteParams::background()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_namespace_that_is_being_deleted_is_not_used() {
    let cluster = Cluster::new("leaving").await;
    cluster.make_namespace(&["brownout.dev/test"]).await;
    let namespaces: Api<Namespace> = Api::all(cluster.client.clone());
    namespaces.delete(&cluster.namespace, &DeleteParams::background()).await.unwrap();
    let (_stack, why) = refused(cluster.options()).await;
    let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    namespaces.patch(&cluster.namespace, &PatchParams::default(), &free).await.unwrap();
    says(&why, &["namespace brownout-test-leaving: it is being deleted; wait until it is gone"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_token_that_has_expired_is_told_with_the_context() {
    let cluster = Cluster::new("token").await;
    let kubeconfig = cluster.kubeconfig(|config| config["users"][0]["user"] = json!({"token": "expired"}));
    let (_stack, why) = refused(KubeOptions { kubeconfig: Some(kubeconfig), ..cluster.options() }).await;
    says(&why, &["does not accept the credentials of context", "log in anew"]);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn who_may_not_do_it_reads_what_is_missing() {
    let cluster = Cluster::new("may-not").await;
    cluster.make_namespace(&[]).await;
    let accounts: Api<ServiceAccount> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    let guest = serde_json::from_value(json!({"metadata": {"name": "guest"}})).unwrap();
    accounts.create(&PostParams::default(), &guest).await.unwrap();
    let asked: TokenRequest = serde_json::from_value(json!({"metadata": {}, "spec": {"audiences": []}})).unwrap();
    let token = accounts.create_token_request("guest", &PostParams::default(), &asked).await.unwrap();
    let token = token.status.unwrap().token;
    let kubeconfig = cluster.kubeconfig(|config| config["users"][0]["user"] = json!({"token": token}));
    let (_stack, why) = refused(KubeOptions { kubeconfig: Some(kubeconfig), ..cluster.options() }).await;
    says(&why, &["may not do this", "cannot patch resource", "ask for the role `edit` in the namespace"]);
    let namespaces: Api<Namespace> = Api::all(cluster.client.clone());
    namespaces.delete(&cluster.namespace, &DeleteParams::background()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: make test-k8s"]
async fn a_context_that_is_not_there_and_a_cluster_that_is_gone_are_told() {
    let cluster = Cluster::new("gone").await;
    let (stack, why) = refused(KubeOptions { context: Some("nowhere".to_owned()), ..cluster.options() }).await;
    says(&why, &["the kubeconfig has no context `nowhere`; it has: "]);
    drop(stack);
    let kubeconfig =
        cluster.kubeconfig(|config| config["clusters"][0]["cluster"]["server"] = json!("https://127.0.0.1:9"));
    let (_stack, why) = refused(KubeOptions { kubeconfig: Some(kubeconfig), ..cluster.options() }).await;
    says(&why, &["https://127.0.0.1:9", "is it running?"]);
}
