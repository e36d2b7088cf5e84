//! The manifests of the working copy as the cluster is to have them.

use std::path::Path;

use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{error::StackError, manifest};

/// Who applies, for the cluster's record of who owns which field.
pub(super) const MANAGER: &str = "brownout";
/// The label of everything that we made.
pub(super) const OURS: &str = "app.kubernetes.io/managed-by";
/// The annotation with the build that a pod runs.
pub(super) const BUILD: &str = "brownout.dev/build";
/// The annotation with the hash of the ConfigMaps that a pod was begun with.
const CONFIG: &str = "brownout.dev/config";
/// The annotation that is new when a pod is to be replaced though nothing else has changed.
const RESTARTED: &str = "brownout.dev/restarted";
/// The image that manifests write for the lab; its tag becomes that of the build.
const IMAGE: &str = "lab:dev";
/// Name of the lab's image.
pub(super) const NAME: &str = "lab";

/// One object, ready to be applied.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// `deploy/k8s/api.yaml: Deployment api`, for messages.
    pub(super) place: String,
    pub(super) resource: ApiResource,
    pub(super) object: DynamicObject,
}

impl Object {
    pub(super) fn name(&self) -> &str {
        self.object.metadata.name.as_deref().unwrap_or_default()
    }

    pub(super) fn is(&self, kind: &str) -> bool {
        self.resource.kind == kind
    }
}

/// What is written into every object.
pub(super) struct Stamp<'a> {
    pub(super) namespace: &'a str,
    /// The build that the lab's pods run, which is the tag of their image.
    pub(super) build: &'a str,
    /// A word that is new when every pod of the lab is to be replaced in any case.
    pub(super) restarted: Option<&'a str>,
}

/// Reads every manifest, in the order of the files.
///
/// # Errors
/// When a file cannot be read or is no manifest.
pub(super) fn read(root: &Path, stamp: &Stamp<'_>) -> Result<Vec<Object>, StackError> {
    let mut documents = Vec::new();
    for (file, text) in manifest::texts(root)? {
        let wrong = |why: String| StackError::Manifest { file: file.clone(), why };
        let found: Vec<Value> = serde_saphyr::from_multiple(&text).map_err(|error| wrong(error.to_string()))?;
        documents.extend(found.into_iter().filter(|document| !document.is_null()).map(|found| (file.clone(), found)));
    }
    let config = config(documents.iter().map(|(_, document)| document));
    documents.into_iter().map(|(file, document)| object(file, document, stamp, &config)).collect()
}

fn object(file: String, mut document: Value, stamp: &Stamp<'_>, config: &str) -> Result<Object, StackError> {
    let wrong = |why: String| StackError::Manifest { file: file.clone(), why };
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (version, kind) = (word(&document["apiVersion"]), word(&document["kind"]));
    let name = word(&document["metadata"]["name"]);
    if version.is_empty() || kind.is_empty() || name.is_empty() {
        return Err(wrong("an object without apiVersion, kind or metadata.name".to_owned()));
    }
    stamp.put(&mut document, config);
    let (group, version) = version.split_once('/').unwrap_or(("", &version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, &kind));
    let place = format!("{file}: {kind} {name}");
    let object = serde_json::from_value(document).map_err(|error| wrong(format!("{kind} {name}: {error}")))?;
    Ok(Object { place, resource, object })
}

/// A hash of all ConfigMaps: pods that mount one begin anew when it changes.
fn config<'a>(documents: impl Iterator<Item = &'a Value>) -> String {
    let mut hash = Sha256::new();
    for document in documents.filter(|document| document["kind"] == "ConfigMap") {
        hash.update(document["data"].to_string());
    }
    hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

impl Stamp<'_> {
    /// Says whose the object is, where it belongs, and which build its pods run.
    fn put(&self, document: &mut Value, config: &str) {
        document["metadata"]["namespace"] = json!(self.namespace);
        document["metadata"]["labels"][OURS] = json!(MANAGER);
        let Some(pod) = document.pointer_mut("/spec/template/spec") else { return };
        let mounts = pod["volumes"].as_array().is_some_and(|all| all.iter().any(|one| !one["configMap"].is_null()));
        let mut ours = false;
        for container in pod["containers"].as_array_mut().into_iter().flatten() {
            if container["image"] == IMAGE {
                container["image"] = json!(format!("{NAME}:{}", self.build));
                ours = true;
            }
        }
        let template = &mut document["spec"]["template"]["metadata"];
        template["labels"][OURS] = json!(MANAGER);
        if mounts {
            template["annotations"][CONFIG] = json!(config);
        }
        if ours {
            template["annotations"][BUILD] = json!(self.build);
            if let Some(restarted) = self.restarted {
                template["annotations"][RESTARTED] = json!(restarted);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifests_are_stamped_with_owner_namespace_and_build() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let objects = read(&root, &Stamp { namespace: "lab", build: "3f2a", restarted: Some("1") }).unwrap();
        let find = |kind: &str, name: &str| objects.iter().find(|o| o.is(kind) && o.name() == name).unwrap();
        let api = serde_json::to_value(&find("Deployment", "api").object).unwrap();
        assert_eq!(api["spec"]["template"]["spec"]["containers"][0]["image"], "lab:3f2a");
        assert_eq!(api["spec"]["template"]["metadata"]["annotations"][BUILD], "3f2a");
        assert_eq!(api["metadata"]["namespace"], "lab");
        let postgres = serde_json::to_value(&find("Deployment", "postgres").object).unwrap();
        let of = &postgres["spec"]["template"]["metadata"]["annotations"];
        assert_eq!((&of[BUILD], &of[RESTARTED]), (&Value::Null, &Value::Null), "it keeps its pod");
        assert_eq!(of[CONFIG].as_str().map(str::len), Some(8));
        assert_eq!(api["spec"]["template"]["metadata"]["annotations"][RESTARTED], "1");
        for object in &objects {
            assert_eq!(object.object.metadata.labels.as_ref().unwrap()[OURS], MANAGER, "{}", object.place);
        }
        assert_eq!(find("HorizontalPodAutoscaler", "api").resource.plural, "horizontalpodautoscalers");
    }

    /// What a type of Kubernetes 1.34 does not know is lost on the way through it.
    fn lost<K: serde::de::DeserializeOwned + serde::Serialize>(document: &Value) -> Vec<String> {
        let known: K = serde_json::from_value(document.clone()).unwrap();
        let mut lost = Vec::new();
        compare(document, &serde_json::to_value(known).unwrap(), "", &mut lost);
        lost
    }

    fn compare(written: &Value, known: &Value, place: &str, lost: &mut Vec<String>) {
        match (written, known) {
            (Value::Object(fields), _) => {
                fields.iter().for_each(|(name, value)| compare(value, &known[name], &format!("{place}.{name}"), lost));
            }
            (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
                for (at, (item, other)) in items.iter().zip(others).enumerate() {
                    compare(item, other, &format!("{place}[{at}]"), lost);
                }
            }
            _ if written != known => lost.push(format!("{place}: {written} became {known}")),
            _ => {}
        }
    }

    #[test]
    fn every_field_of_every_manifest_is_one_that_kubernetes_knows() {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut roots = vec![repository.clone(), repository.join("lab/given")];
        for kind in ["solutions", "variants", "mistakes"] {
            let folders = std::fs::read_dir(repository.join("lab").join(kind)).unwrap();
            roots.extend(folders.map(|folder| folder.unwrap().path()).filter(|root| root.join("deploy/k8s").is_dir()));
        }
        let mut seen = 0;
        for root in roots {
            for (file, text) in manifest::texts(&root).unwrap() {
                let documents: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
                for document in documents.iter().filter(|document| !document.is_null()) {
                    let lost = match document["kind"].as_str().unwrap() {
                        "Deployment" => lost::<k8s_openapi::api::apps::v1::Deployment>(document),
                        "Service" => lost::<k8s_openapi::api::core::v1::Service>(document),
                        "ConfigMap" => lost::<k8s_openapi::api::core::v1::ConfigMap>(document),
                        "HorizontalPodAutoscaler" => {
                            lost::<k8s_openapi::api::autoscaling::v2::HorizontalPodAutoscaler>(document)
                        }
                        other => panic!("{file}: what is {other}?"),
                    };
                    assert_eq!(lost, Vec::<String>::new(), "{}: {file}", root.display());
                    seen += 1;
                }
            }
        }
        assert!(seen > 30, "only {seen} objects were looked at");
        let misspelt = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": []}});
        assert_eq!(lost::<k8s_openapi::api::core::v1::Service>(&misspelt), [".spec.port: [] became null"]);
    }
}
