//! A place in the cluster for one stack, and what tests ask of it.

use std::{fs, path::PathBuf, sync::Arc, time::Duration};

use brownout_core::stack::{StackPhase, StackStatus};
use brownout_stack::{Images, KubeOptions, KubeStack, Stack};
use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Api, Client, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams, PostParams},
    config::Kubeconfig,
    runtime::wait::{await_condition, conditions::is_deleted},
};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::bench::{Bench, DATABASE, PATIENCE, repository};

/// Begins the name of each namespace that tests make.
const PREFIX: &str = "brownout-test-";

pub(crate) struct Cluster {
    pub(crate) bench: Bench,
    pub(crate) namespace: String,
    pub(crate) client: Client,
}

impl Cluster {
    /// A copy of the lab for a namespace of its own.
    pub(crate) async fn new(name: &str) -> Self {
        let bench = Bench::new(&format!("kube-{name}"));
        fs::copy(repository().join(DATABASE), bench.root.join(DATABASE)).unwrap();
        let client = Client::try_default().await.expect("KUBECONFIG names a cluster");
        clear(&client).await;
        Self { bench, namespace: format!("{PREFIX}{name}"), client }
    }

    pub(crate) fn options(&self) -> KubeOptions {
        let load = std::env::var("BROWNOUT_LOAD_IMAGE").expect("BROWNOUT_LOAD_IMAGE says how an image gets there");
        KubeOptions {
            root: self.bench.root.clone(),
            data_dir: self.bench.data.path().to_owned(),
            kubeconfig: None,
            context: None,
            namespace: self.namespace.clone(),
            images: Images::Archive { load: load.split_whitespace().map(str::to_owned).collect() },
            api_port: None,
            worker_port: None,
            lab_target_dir: Some(repository().join("lab/target")),
        }
    }

    pub(crate) async fn up(&self) -> Arc<KubeStack> {
        let stack = KubeStack::new(self.options()).unwrap();
        timeout(PATIENCE, stack.up()).await.unwrap().unwrap();
        stack
    }

    pub(crate) fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Names of the pods that are not on their way out.
    pub(crate) async fn pod_names(&self) -> Vec<String> {
        let pods = self.pods().list(&ListParams::default()).await.unwrap();
        let stay = pods.items.into_iter().filter(|pod| pod.metadata.deletion_timestamp.is_none());
        stay.map(|pod| pod.name_any()).collect()
    }

    /// Makes the namespace, as somebody else's.
    pub(crate) async fn make_namespace(&self, finalizers: &[&str]) {
        let made = json!({"metadata": {"name": self.namespace, "finalizers": finalizers}});
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let made = namespaces.create(&PostParams::default(), &serde_json::from_value(made).unwrap()).await;
        made.expect("a namespace");
    }

    /// Whether the namespace is there and not on its way out.
    pub(crate) async fn has_namespace(&self) -> bool {
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        namespaces.get_opt(&self.namespace).await.unwrap().is_some()
    }

    /// The kubeconfig with a change, in a file.
    pub(crate) fn kubeconfig(&self, change: impl FnOnce(&mut Value)) -> PathBuf {
        let mut kubeconfig = serde_json::to_value(Kubeconfig::read().unwrap()).unwrap();
        change(&mut kubeconfig);
        // JSON is YAML.
        let path = self.bench.data.path().join("kubeconfig");
        fs::write(&path, kubeconfig.to_string()).unwrap();
        path
    }
}

/// Removes what a test that failed has left: it holds the node ports.
async fn clear(client: &Client) {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    for left in namespaces.list(&ListParams::default()).await.unwrap() {
        let name = left.name_any();
        if name.starts_with(PREFIX) {
            let free = Patch::Merge(json!({"metadata": {"finalizers": null}}));
            namespaces.patch(&name, &PatchParams::default(), &free).await.unwrap();
            let _ = namespaces.delete(&name, &DeleteParams::background()).await;
            let uid = left.uid().unwrap();
            let gone = await_condition(namespaces.clone(), &name, is_deleted(&uid));
            timeout(Duration::from_secs(60), gone).await.expect("it goes").unwrap();
        }
    }
}

/// Waits until the status is as wanted, and gives it.
pub(crate) async fn until(stack: &KubeStack, what: &str, wanted: impl Fn(&StackStatus) -> bool) -> StackStatus {
    let mut status = stack.status();
    let found = timeout(Duration::from_secs(60), status.wait_for(wanted)).await;
    match found {
        Ok(status) => status.unwrap().clone(),
        Err(_) => panic!("never saw {what}; last: {:#?}", *stack.status().borrow()),
    }
}

pub(crate) fn ready(status: &StackStatus) -> bool {
    status.phase == StackPhase::Ready
}
