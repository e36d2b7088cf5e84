//! A stand-in for an API server, for tests: it holds objects, answers as Kubernetes 1.34 does, and records what it was
//! asked.
//!
//! `scenario` names what is wrong with it, `store` is what it holds, `asked` is a request and `place` its path, `refusal`
//! is how it says no. A watch waits until something has changed, tells that, and ends; whoever watches asks anew, as after a timeout.

mod asked;
mod place;
mod refusal;
mod scenario;
mod store;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use http::{Request, Response, header};
use kube::{
    Client,
    client::Body,
    core::{ApiResource, GroupVersionKind},
};
use serde_json::{Value, json};
use tokio::{sync::watch, time::sleep};

use super::{
    access::Access,
    objects::{MANAGER, OURS, Object},
};
pub(super) use asked::Asked;
use scenario::Answer;
pub(super) use scenario::Scenario;
use store::Store;

/// How long a slow server takes; what asks waits 10 s.
const SLOW: Duration = Duration::from_secs(9);

/// The server. Cloning shares it.
#[derive(Debug, Clone)]
pub(super) struct Mock {
    inner: Arc<Mutex<Inner>>,
    changed: watch::Sender<u64>,
}

#[derive(Debug)]
struct Inner {
    scenario: Scenario,
    store: Store,
    asked: Vec<Asked>,
}

impl Mock {
    /// A server with the objects that belong to the scenario.
    pub(super) fn of(scenario: Scenario) -> Self {
        Self::holding(scenario, scenario.objects())
    }

    /// A server with these objects.
    pub(super) fn holding(scenario: Scenario, objects: Vec<Value>) -> Self {
        let mut store = Store::default();
        for object in objects {
            store.put(object);
        }
        let inner = Inner { scenario, store, asked: Vec::new() };
        Self { inner: Arc::new(Mutex::new(inner)), changed: watch::Sender::new(0) }
    }

    /// A way to it.
    pub(super) fn access(&self) -> Access {
        let mock = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| mock.clone().answer(request));
        Access::of(Client::new(service, "default"), "mock", "https://127.0.0.1:6443")
    }

    /// From now on another scenario holds.
    pub(super) fn turn(&self, scenario: Scenario) {
        self.change(|inner| inner.scenario = scenario);
    }

    /// Somebody else puts an object into the cluster.
    pub(super) fn put(&self, object: Value) {
        self.change(|inner| drop(inner.store.put(object)));
    }

    /// Somebody else deletes an object.
    pub(super) fn remove(&self, path: &str) {
        self.change(|inner| assert!(inner.store.remove(path).is_some(), "{path} is not there"));
    }

    /// Whether it has an object at this path.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.lock().store.get(path).is_some()
    }

    /// Everything that it was asked.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.lock().asked.clone()
    }

    /// What it was asked, a line each: `GET /api/v1/nodes`, and `WATCH` for watches.
    pub(super) fn lines(&self) -> Vec<String> {
        let line = |asked: &Asked| {
            let method = if asked.watches() { "WATCH" } else { asked.method.as_str() };
            format!("{method} {}", asked.path)
        };
        self.lock().asked.iter().map(line).collect()
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, io::Error> {
        let asked = Asked::of(request).await;
        let mut changed = self.changed.subscribe();
        self.lock().asked.push(asked.clone());
        if self.lock().scenario == Scenario::SlowThenThere {
            sleep(SLOW).await;
        }
        loop {
            let answer = {
                let mut inner = self.lock();
                inner.scenario.answer(&asked, &mut inner.store)
            };
            match answer {
                Answer::Says(code, value) => {
                    self.changed.send_modify(|count| *count += 1);
                    return Ok(response(code, value.to_string()));
                }
                Answer::Tells(events) => {
                    let lines: Vec<String> = events.iter().map(|event| format!("{event}\n")).collect();
                    return Ok(response(200, lines.concat()));
                }
                Answer::Away => return Err(io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused")),
                Answer::Later => changed.changed().await.unwrap(),
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut Inner)) {
        change(&mut self.lock());
        self.changed.send_modify(|count| *count += 1);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

fn response(code: u16, body: String) -> Response<Body> {
    let response = Response::builder().status(code).header(header::CONTENT_TYPE, "application/json");
    response.body(Body::from(body.into_bytes())).unwrap()
}

/// An object of ours in namespace `lab`, as the API server has it.
pub(super) fn ours(version: &str, kind: &str, name: &str) -> Value {
    let metadata = json!({"name": name, "namespace": "lab", "labels": {OURS: MANAGER}});
    json!({"apiVersion": version, "kind": kind, "metadata": metadata})
}

/// The same as it is read from a manifest.
pub(super) fn manifest(version: &str, kind: &str, name: &str) -> Object {
    let (group, number) = version.split_once('/').unwrap_or(("", version));
    Object {
        place: format!("deploy/k8s/{name}.yaml: {kind} {name}"),
        resource: ApiResource::from_gvk(&GroupVersionKind::gvk(group, number, kind)),
        object: serde_json::from_value(ours(version, kind, name)).unwrap(),
    }
}
