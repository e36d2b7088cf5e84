//! Follows what the pods log, into the files that the panel shows.

use std::{collections::BTreeMap, path::PathBuf};

use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, api::LogParams};
use tokio::task::{AbortHandle, JoinSet};

use super::{access::Access, observer::Observer, pods, view::View};
use crate::logfile::Logfile;

/// Lines of a pod's past that are taken along.
const PAST: i64 = 500;

/// Where logs go: `<folder>/<service>-0.log`, all pods of a service into one.
pub(super) struct Logs {
    pub(super) access: Access,
    pub(super) namespace: String,
    pub(super) folder: PathBuf,
}

impl Logs {
    /// Follows every pod that runs, until it is dropped.
    pub(super) async fn follow(self, observer: Observer) {
        let mut changes = observer.changes();
        let mut files: BTreeMap<String, Logfile> = BTreeMap::new();
        let mut followed: BTreeMap<String, AbortHandle> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        loop {
            let running = observer.look(running);
            followed.retain(|pod, task| running.contains_key(pod) && !task.is_finished());
            for (pod, service) in running {
                if followed.contains_key(&pod) {
                    continue;
                }
                let path = self.folder.join(format!("{service}-0.log"));
                let file = files.entry(service).or_insert_with(|| Logfile::new(path)).clone();
                let (access, namespace) = (self.access.clone(), self.namespace.clone());
                let name = pod.clone();
                followed.insert(pod, tasks.spawn(async move { copy(&access, &namespace, &name, &file).await }));
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                Some(_) = tasks.join_next() => {}
            }
        }
    }
}

/// Pods whose container runs, with their service.
fn running(view: &View) -> BTreeMap<String, String> {
    let runs = |pod: &&Pod| {
        let statuses = pod.status.iter().flat_map(|status| status.container_statuses.iter().flatten());
        statuses.flat_map(|status| status.state.iter()).any(|state| state.running.is_some())
    };
    let pods = view.pods.values().filter(runs);
    pods.filter_map(|pod| Some((pod.metadata.name.clone()?, pods::service(pod)?.to_owned()))).collect()
}

async fn copy(access: &Access, namespace: &str, pod: &str, file: &Logfile) {
    let pods: Api<Pod> = Api::namespaced(access.client.clone(), namespace);
    let params = LogParams { follow: true, tail_lines: Some(PAST), ..LogParams::default() };
    let Ok(stream) = pods.log_stream(pod, &params).await else { return };
    let mut lines = std::pin::pin!(stream.lines());
    while let Ok(Some(line)) = lines.try_next().await {
        file.append(format!("{line}\n").as_bytes());
    }
}
