//! `deploy/k8s/*.yaml`, as far as plain processes can honour it. What they cannot becomes a sentence.

mod autoscaler;
mod database;
mod object;
mod resources;
mod workload;

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;

use crate::error::StackError;
pub(crate) use autoscaler::{Amount, Autoscaler, Policy, Rules, Select, Target};
pub(crate) use database::Database;
pub(crate) use resources::Resources;
pub(crate) use workload::{Probe, Question, Service, Workload};

/// The annotation that maps an object to something of the local stack, or leaves it out.
const LOCAL: &str = "brownout.dev/local";
/// The annotation that makes `reset` post to `/control/reset` of a Deployment's replicas.
pub(crate) const RESET: &str = "brownout.dev/reset";

/// What the manifests ask for.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Manifests {
    /// What runs, internal services first.
    pub(crate) workloads: Vec<Workload>,
    /// A Postgres of this machine, where one is asked for.
    pub(crate) database: Option<Database>,
    /// What is not honoured, one sentence each.
    pub(crate) notices: Vec<String>,
}

impl Manifests {
    /// Reads every manifest of the working copy at `root`.
    ///
    /// # Errors
    /// When a file cannot be read, is not YAML, or a Deployment or Service of it is not well formed.
    pub(crate) fn read(root: &Path) -> Result<Self, StackError> {
        let texts = texts(root)?;
        Self::parse(texts.iter().map(|(file, text)| (file.as_str(), text.as_str())))
    }

    /// The same from texts, each with its name.
    pub(crate) fn parse<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, StackError> {
        let mut manifests = Self::default();
        let (mut services, mut config_maps) = (Vec::new(), Vec::new());
        let mut autoscalers = Vec::new();
        for (file, text) in texts {
            let wrong = |why: String| StackError::Manifest { file: file.to_owned(), why };
            let documents: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|error| wrong(error.to_string()))?;
            for document in documents.into_iter().filter(|document| !document.is_null()) {
                let kind = document["kind"].as_str().unwrap_or("object without a kind").to_owned();
                let name = document["metadata"]["name"].as_str().unwrap_or("without a name").to_owned();
                let place = format!("{file}: {kind} {name}");
                let malformed = |error: serde_json::Error| wrong(format!("{kind} {name}: {error}"));
                match document["metadata"]["annotations"][LOCAL].as_str() {
                    Some("skip") => continue,
                    Some("postgres") if kind == "Deployment" => {
                        let deployment: object::Deployment = serde_json::from_value(document).map_err(malformed)?;
                        manifests.database(&place, deployment).map_err(wrong)?;
                        continue;
                    }
                    Some(other) => {
                        manifests
                            .notices
                            .push(format!("{place}: `{LOCAL}: {other}` is not known here, so it does not run."));
                        continue;
                    }
                    None => {}
                }
                match kind.as_str() {
                    "Deployment" => {
                        let deployment: object::Deployment = serde_json::from_value(document).map_err(malformed)?;
                        let workload = Workload::of(deployment, &place, &mut manifests.notices);
                        manifests.workloads.push(workload.map_err(wrong)?);
                    }
                    "Service" => {
                        services.push((place, serde_json::from_value::<object::Service>(document).map_err(malformed)?));
                    }
                    "HorizontalPodAutoscaler" => {
                        let autoscaler = Autoscaler::of(document, &place, &mut manifests.notices);
                        let said = autoscaler.map_err(|why| wrong(format!("{kind} {name}: {why}")))?;
                        autoscalers.push((place, said));
                    }
                    "ConfigMap" => {
                        let map: object::ConfigMap = serde_json::from_value(document).map_err(malformed)?;
                        config_maps.push((place, map));
                    }
                    _ => manifests.notices.push(format!("{place} is not honoured by plain processes.")),
                }
            }
        }
        manifests.fill(config_maps);
        for (place, service) in services {
            manifests.attach(&place, service);
        }
        for (place, (target, autoscaler)) in autoscalers {
            manifests.autoscale(&place, &target, autoscaler);
        }
        manifests.workloads.sort_by_key(|workload| {
            let open = workload.service.as_ref().is_some_and(|service| service.node_port.is_some());
            (open, workload.name.clone())
        });
        Ok(manifests)
    }

    fn database(&mut self, place: &str, deployment: object::Deployment) -> Result<(), String> {
        let database = Database::of(deployment, place, &mut self.notices)?;
        match &self.database {
            Some(first) => {
                let name = &first.name;
                self.notices.push(format!("{place}: there is one local Postgres, {name}; this one does not run."));
            }
            None => self.database = Some(database),
        }
        Ok(())
    }

    /// Gives the ConfigMaps to the database that names them.
    fn fill(&mut self, config_maps: Vec<(String, object::ConfigMap)>) {
        for (place, map) in config_maps {
            match self.database.as_mut().filter(|database| database.config.contains(&map.metadata.name)) {
                Some(database) => database.add(&place, map, &mut self.notices),
                None => self.notices.push(format!("{place} is not honoured by plain processes.")),
            }
        }
    }

    /// Gives an autoscaler to its Deployment.
    fn autoscale(&mut self, place: &str, target: &str, autoscaler: Autoscaler) {
        match self.workloads.iter_mut().find(|workload| workload.name == target) {
            None => self.notices.push(format!("{place} scales {target}, which is no Deployment of these files.")),
            Some(workload) if workload.autoscaler.is_some() => {
                self.notices.push(format!("{place}: {target} has an autoscaler already; this one is not honoured."));
            }
            Some(workload) => {
                if workload.replicas.is_some() {
                    self.notices.push(format!(
                        "{place}: `replicas` of {target} is set by each deploy, and changed by the autoscaler; leave it out."
                    ));
                }
                workload.autoscaler = Some(autoscaler);
            }
        }
    }

    /// Gives a Service to the Deployment whose pods it selects.
    fn attach(&mut self, place: &str, service: object::Service) {
        let selector = &service.spec.selector;
        let selected = |labels: &BTreeMap<String, String>| {
            !selector.is_empty() && selector.iter().all(|(label, value)| labels.get(label) == Some(value))
        };
        let workloads = self.workloads.iter_mut().map(|it| (&it.name, &it.labels, &mut it.service));
        let databases = self.database.iter_mut().map(|it| (&it.name, &it.labels, &mut it.service));
        let Some((name, _, place_of)) = workloads.chain(databases).find(|(_, labels, _)| selected(labels)) else {
            self.notices.push(format!("{place} selects no Deployment of these files, so nothing answers for it."));
            return;
        };
        let mut ports = service.spec.ports.into_iter();
        let Some(port) = ports.next() else {
            self.notices.push(format!("{place} has no port."));
            return;
        };
        if ports.next().is_some() {
            self.notices.push(format!("{place}: only its first port is honoured by plain processes."));
        }
        if place_of.is_some() {
            self.notices.push(format!("{place}: {name} has a Service already; this one is not honoured."));
            return;
        }
        *place_of = Some(Service { name: service.metadata.name, port: port.port, node_port: port.node_port });
    }
}

/// Every manifest of the working copy at `root` as text, in the order of the files' names, each with its path there.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn texts(root: &Path) -> Result<Vec<(String, String)>, StackError> {
    let directory = root.join("deploy/k8s");
    let mut paths = Vec::new();
    for entry in fs::read_dir(&directory).map_err(StackError::file("cannot read", &directory))? {
        paths.push(entry.map_err(StackError::file("cannot read", &directory))?.path());
    }
    paths.retain(|path| {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        yaml && !hidden
    });
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(StackError::file("cannot read", &path))?;
        let file = path.file_name().map(|name| format!("deploy/k8s/{}", name.to_string_lossy())).unwrap_or_default();
        texts.push((file, text));
    }
    Ok(texts)
}

#[cfg(test)]
mod tests;
