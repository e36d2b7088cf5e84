//! A Deployment that a Postgres of this machine stands for.

use std::{collections::BTreeMap, time::Duration};

use sha2::{Digest, Sha256};

use super::{object, workload::Service};

/// A Postgres as the manifests want it. Its image, probes, volumes and resources say nothing to a local one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Database {
    /// The Deployment's name.
    pub(crate) name: String,
    /// Labels of its pods.
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) service: Option<Service>,
    /// Its `-c` settings, e.g. `fsync=off`.
    pub(crate) settings: Vec<String>,
    /// The database that is made.
    pub(crate) database: String,
    /// Who may do everything.
    pub(crate) superuser: String,
    /// How long it may take to end by itself.
    pub(crate) grace: Duration,
    /// The ConfigMaps that it mounts, by name.
    pub(crate) config: Vec<String>,
    /// What fills the database, in this order.
    pub(crate) scripts: Vec<Script>,
}

/// A file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Database {
    pub(super) fn of(from: object::Deployment, place: &str, notices: &mut Vec<String>) -> Result<Self, String> {
        let name = from.metadata.name;
        let pod = from.spec.template.spec;
        let Some(container) = pod.containers.into_iter().next() else {
            return Err(format!("Deployment {name}: there is no container"));
        };
        let env = |wanted: &str| {
            let found = container.env.iter().find(|variable| variable.name == wanted);
            found.and_then(|variable| variable.value.clone())
        };
        let superuser = env("POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
        // The defaults of the image that runs in a cluster.
        let database = env("POSTGRES_DB").unwrap_or_else(|| superuser.clone());
        let volumes = pod.rest.get("volumes").and_then(serde_json::Value::as_array);
        let maps = volumes.into_iter().flatten().filter_map(|volume| volume["configMap"]["name"].as_str());
        let config = maps.map(str::to_owned).collect();
        Ok(Self {
            labels: from.spec.template.metadata.labels,
            service: None,
            settings: settings(&container.args, place, notices),
            database,
            superuser,
            grace: Duration::from_secs(pod.termination_grace_period_seconds.unwrap_or(30)),
            config,
            scripts: Vec::new(),
            name,
        })
    }

    /// Takes the scripts of a ConfigMap.
    pub(super) fn add(&mut self, place: &str, map: object::ConfigMap, notices: &mut Vec<String>) {
        for (name, text) in map.data {
            if name.ends_with(".sql") {
                self.scripts.push(Script { name, text });
            } else {
                notices.push(format!("{place}: `{name}` does not end in `.sql`, so the local Postgres leaves it out."));
            }
        }
        self.scripts.sort_by(|a, b| a.name.cmp(&b.name));
    }

    /// What a cluster is made of, in hex: two with the same stamp hold the same tables.
    pub(crate) fn stamp(&self) -> String {
        let mut all = Sha256::new();
        let scripts = self.scripts.iter().flat_map(|script| [&script.name, &script.text]);
        for part in [&self.superuser, &self.database].into_iter().chain(scripts) {
            all.update((part.len() as u64).to_le_bytes());
            all.update(part.as_bytes());
        }
        all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The settings among the arguments: `-c name=value`, `-cname=value` or `--name=value`.
fn settings(args: &[String], place: &str, notices: &mut Vec<String>) -> Vec<String> {
    let mut settings = Vec::new();
    let mut args = args.iter().map(String::as_str).skip_while(|arg| *arg == "postgres");
    while let Some(arg) = args.next() {
        let setting = match arg {
            "-c" => args.next(),
            _ => arg.strip_prefix("-c").or_else(|| arg.strip_prefix("--")),
        };
        match setting.filter(|setting| setting.contains('=')) {
            Some(setting) => settings.push(setting.to_owned()),
            None => notices.push(format!("{place}: the argument `{arg}` is not honoured by the local Postgres.")),
        }
    }
    settings
}
