//! Watches the namespace and keeps view and board as the cluster is. Nothing here polls. `seen` is what it knows.

mod seen;

use std::{
    any::type_name,
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::{Stream, StreamExt, TryStreamExt};
use k8s_openapi::api::{
    apps::v1::Deployment,
    autoscaling::v2::HorizontalPodAutoscaler,
    core::v1::{Event as CoreEvent, Pod},
};
use kube::{
    Api, ResourceExt,
    runtime::watcher::{self, DefaultBackoff, Event, watcher},
};
use tokio::{sync::watch, time::sleep};

use super::{
    access::Access,
    objects::{MANAGER, OURS},
    pulse,
    view::View,
};
use crate::board::{Board, Row};
use seen::Seen;

/// Stands for the API server itself among what can be broken.
const PULSE: &str = "the API server";
/// Between two attempts to watch.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The view, shared between the watches and whoever reads it. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Observer {
    board: Arc<Board>,
    seen: Arc<Mutex<Seen>>,
    changed: watch::Sender<u64>,
}

impl Observer {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self { board, seen: Arc::default(), changed: watch::Sender::new(0) }
    }

    /// Follows the namespace until it is dropped.
    pub(super) async fn watch(&self, access: &Access, namespace: &str) {
        let client = || access.client.clone();
        let ours = watcher::Config::default().labels(&format!("{OURS}={MANAGER}"));
        let of_autoscalers = watcher::Config::default().fields("involvedObject.kind=HorizontalPodAutoscaler");
        let deployments = || watcher(Api::<Deployment>::namespaced(client(), namespace), ours.clone());
        let pods = || watcher(Api::<Pod>::namespaced(client(), namespace), ours.clone());
        let autoscalers = || {
            let watched = watcher(Api::<HorizontalPodAutoscaler>::namespaced(client(), namespace), ours.clone());
            watched.inspect_ok(|event| {
                if let Event::Apply(autoscaler) = event {
                    self.lock().decides(autoscaler, Instant::now());
                }
            })
        };
        let events = || watcher(Api::<CoreEvent>::namespaced(client(), namespace), of_autoscalers.clone());
        tokio::join!(
            pulse::keep(access, self),
            self.follow(deployments, access, |seen| &mut seen.view.deployments),
            self.follow(pods, access, |seen| &mut seen.view.pods),
            self.follow(autoscalers, access, |seen| &mut seen.view.autoscalers),
            self.follow(events, access, |seen| &mut seen.view.events),
        );
    }

    /// Keeps one kind of objects as the cluster has it. When its watch breaks it is listed anew, ever more slowly: a
    /// watch that is taken up again tells nothing before something changes, a list tells that the cluster is back.
    async fn follow<K, S>(
        &self,
        watched: impl Fn() -> S,
        access: &Access,
        of: impl Fn(&mut Seen) -> &mut BTreeMap<String, K>,
    ) where
        K: kube::Resource + Clone + 'static,
        S: Stream<Item = Result<Event<K>, watcher::Error>> + Send,
    {
        let kind = type_name::<K>();
        let mut pauses = DefaultBackoff::default();
        loop {
            // What a list told so far; it takes the place of all that was known when it is whole.
            let mut listed = BTreeMap::new();
            let mut watched = std::pin::pin!(watched());
            while let Some(event) = watched.next().await {
                match event {
                    Ok(Event::Init) => continue,
                    Ok(Event::InitApply(object)) => {
                        listed.insert(object.name_any(), object);
                        continue;
                    }
                    Ok(Event::InitDone) => {
                        let mut seen = self.lock();
                        *of(&mut seen) = std::mem::take(&mut listed);
                        seen.view.is_whole::<K>();
                        seen.broken.remove(kind);
                    }
                    Ok(Event::Apply(object)) => drop(of(&mut self.lock()).insert(object.name_any(), object)),
                    Ok(Event::Delete(object)) => drop(of(&mut self.lock()).remove(&object.name_any())),
                    Err(error) => {
                        tracing::warn!(%error, "a watch broke");
                        self.lock().broken.extend(why(error, access).map(|why| (kind, why)));
                        self.show();
                        break;
                    }
                }
                self.show();
            }
            sleep(pauses.next().unwrap_or(LONGEST_PAUSE)).await;
        }
    }

    /// Says which services there are.
    pub(super) fn rows(&self, rows: Vec<Row>) {
        self.lock().rows = rows;
        self.show();
    }

    /// Says that everything is there, and where people may open a service, by its name.
    pub(super) fn addresses(&self, addresses: BTreeMap<String, String>) {
        let mut seen = self.lock();
        (seen.addresses, seen.whole) = (addresses, true);
        drop(seen);
        self.show();
    }

    /// Sets the way into the cluster. What was seen by another one is forgotten.
    pub(super) fn reach_by(&self, access: Option<Access>) {
        let mut seen = self.lock();
        seen.access = access;
        seen.view = View::default();
        seen.broken.clear();
        seen.whole = false;
    }

    /// The way into the cluster.
    pub(super) fn access(&self) -> Option<Access> {
        self.lock().access.clone()
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        self.lock().forget();
        self.show();
    }

    /// Says why nobody answers there; `None` when somebody does.
    pub(super) fn answered(&self, why: Option<String>) {
        let mut seen = self.lock();
        let before = seen.broken.remove(PULSE);
        seen.broken.extend(why.clone().map(|why| (PULSE, why)));
        drop(seen);
        if before != why {
            self.show();
        }
    }

    /// Over how long the cluster measures what its autoscalers act on.
    pub(super) fn measured_over(&self, ms: u64) {
        self.lock().metrics_ms = ms;
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&View) -> T) -> T {
        look(&self.lock().view)
    }

    /// Changes with every change of the view.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn show(&self) {
        let (rows, replicas, scaling, notices) = {
            let mut seen = self.lock();
            seen.number();
            (seen.counted(), seen.replicas(), seen.scaling(), seen.notices())
        };
        self.board.rows(rows);
        self.board.replicas_are(replicas);
        self.board.scaling(scaling);
        self.board.notices(notices);
        self.changed.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a watch broke; `None` when it only has to begin anew.
fn why(error: watcher::Error, access: &Access) -> Option<String> {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => Some(access.explain(&error)),
        // The cluster no longer knows what has changed since: nothing is wrong.
        watcher::Error::WatchError(status) if status.code == 410 => None,
        watcher::Error::WatchError(status) => Some(access.explain(&kube::Error::Api(status))),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
