//! A Deployment with its Service, decoded: what is here can be run.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::{
    Autoscaler, RESET, Resources,
    object::{self, Metadata},
};

/// A Deployment and the Service that stands before it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Workload {
    /// The Deployment's name.
    pub(crate) name: String,
    /// Labels of its pods.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) service: Option<Service>,
    /// How many replicas there shall be, where the manifest says so.
    pub(crate) replicas: Option<u32>,
    /// What changes that number.
    pub(crate) autoscaler: Option<Autoscaler>,
    /// Whether a reset concerns it.
    pub(crate) reset: bool,
    /// The container's name.
    pub(crate) container: String,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) resources: Resources,
    pub(crate) readiness: Probe,
    pub(crate) liveness: Option<Probe>,
    /// How long a process may take to end by itself.
    pub(crate) grace: Duration,
}

/// The address by which other services know a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) port: u16,
    /// Set when it is to be reached from outside.
    pub(crate) node_port: Option<u16>,
}

/// How often a replica is asked, and what its silence means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) question: Question,
    pub(crate) timeout: Duration,
    pub(crate) period: Duration,
    /// So many failures in a row count.
    pub(crate) failures: u32,
}

/// What a replica is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Question {
    /// A path over HTTP; any success is an answer.
    Get(String),
    /// Whether Postgres takes connections.
    Postgres,
}

/// Fields that say nothing to a plain process, or say what is done anyway.
const NO_MATTER: [&str; 16] = [
    "selector",
    "strategy",
    "revisionHistoryLimit",
    "progressDeadlineSeconds",
    "command",
    "imagePullPolicy",
    "imagePullSecrets",
    "ports",
    "securityContext",
    "serviceAccountName",
    "automountServiceAccountToken",
    "enableServiceLinks",
    "restartPolicy",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "successThreshold",
];

impl Workload {
    pub(super) fn of(from: object::Deployment, place: &str, notices: &mut Vec<String>) -> Result<Self, String> {
        let Metadata { name, annotations, .. } = from.metadata;
        let mut not_honoured =
            |what: &str| notices.push(format!("{place}: {what} is not honoured by plain processes."));
        let mut report = |rest: &BTreeMap<String, Value>| {
            let unknown =
                rest.iter().filter(|(field, value)| !NO_MATTER.contains(&field.as_str()) && !waits(field, value));
            unknown.for_each(|(field, _)| not_honoured(&format!("`{field}`")));
        };
        let pod = from.spec.template.spec;
        report(&from.spec.rest);
        report(&pod.rest);
        let several = pod.containers.len() > 1;
        let Some(container) = pod.containers.into_iter().next() else {
            return Err(format!("Deployment {name}: there is no container"));
        };
        report(&container.rest);
        for probe in [&container.readiness_probe, &container.liveness_probe].into_iter().flatten() {
            report(&probe.rest);
        }
        let mut env = Vec::new();
        for variable in container.env {
            match variable.value {
                Some(value) => env.push((variable.name, value)),
                None if variable.rest.is_empty() => env.push((variable.name, String::new())),
                None => not_honoured(&format!("where the value of {} comes from", variable.name)),
            }
        }
        container.resources.unknown().iter().for_each(|what| not_honoured(what));
        if several {
            not_honoured("any container after the first");
        }
        let image = container.image.rsplit('/').next().unwrap_or_default();
        if image.split(':').next() != Some("lab") {
            not_honoured(&format!("the image {} (the lab's binary runs in its place)", container.image));
        }
        let readiness = container.readiness_probe.map(|probe| Probe::of(probe, "/readyz"));
        Ok(Self {
            labels: from.spec.template.metadata.labels,
            service: None,
            replicas: from.spec.replicas,
            autoscaler: None,
            reset: annotations.get(RESET).is_some_and(|value| value == "true"),
            resources: Resources::of(&container.resources).map_err(|why| format!("Deployment {name}: {why}"))?,
            container: container.name,
            args: container.args,
            env,
            readiness: readiness.unwrap_or_else(|| Probe::at("/readyz")),
            liveness: container.liveness_probe.map(|probe| Probe::of(probe, "/healthz")),
            // Kubernetes' own default.
            grace: Duration::from_secs(pod.termination_grace_period_seconds.unwrap_or(30)),
            name,
        })
    }
}

/// A pause before the end, in which no more connections come. Here none come anyway, once another replica has them.
fn waits(field: &str, value: &Value) -> bool {
    let only = |value: &Value, key: &str| value.as_object().is_some_and(|map| map.len() == 1 && map.contains_key(key));
    field == "lifecycle" && only(value, "preStop") && only(&value["preStop"], "sleep")
}

impl Probe {
    /// Kubernetes' own defaults.
    fn at(path: &str) -> Self {
        let question = Question::Get(path.to_owned());
        Self { question, timeout: Duration::from_secs(1), period: Duration::from_secs(10), failures: 3 }
    }

    fn of(from: object::Probe, path: &str) -> Self {
        let usual = Self::at(path);
        Self {
            question: from.http_get.map_or(usual.question, |get| Question::Get(get.path)),
            timeout: from.timeout_seconds.map_or(usual.timeout, |seconds| Duration::from_secs(seconds.max(1))),
            period: from.period_seconds.map_or(usual.period, |seconds| Duration::from_secs(seconds.max(1))),
            failures: from.failure_threshold.unwrap_or(usual.failures).max(1),
        }
    }
}
