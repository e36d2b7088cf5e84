//! Where an object or a list stands in the API.

use kube::core::{ApiResource, GroupVersionKind};
use serde_json::Value;

/// What a path of the API names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Empty for the core group.
    pub(super) group: String,
    pub(super) version: String,
    /// Empty for what stands in no namespace; a Namespace stands in none.
    pub(super) namespace: String,
    /// `deployments`; empty for `/version`.
    pub(super) plural: String,
    /// Empty for a list.
    pub(super) name: String,
}

impl Place {
    pub(super) fn of(path: &str) -> Self {
        let mut words: Vec<&str> = path.split('/').filter(|word| !word.is_empty()).collect();
        if words.first() == Some(&"api") {
            words.insert(1, "");
        }
        let (namespace, rest) = match words.get(3..).unwrap_or_default() {
            ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (*namespace, rest),
            rest => ("", rest),
        };
        let word = |words: &[&str], index: usize| words.get(index).copied().unwrap_or_default().to_owned();
        Self {
            group: word(&words, 1),
            version: word(&words, 2),
            namespace: namespace.to_owned(),
            plural: word(rest, 0),
            name: word(rest, 1),
        }
    }

    /// The path of an object.
    pub(super) fn path(object: &Value) -> String {
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (word(&object["apiVersion"]), word(&object["kind"]));
        let plural = ApiResource::from_gvk(&GroupVersionKind::gvk("", &version, &kind)).plural;
        let root = if version.contains('/') { "/apis" } else { "/api" };
        let namespace = match object["metadata"]["namespace"].as_str() {
            Some(namespace) => format!("/namespaces/{namespace}"),
            None => String::new(),
        };
        format!("{root}/{version}{namespace}/{plural}/{}", word(&object["metadata"]["name"]))
    }

    /// `deployments.apps`, as messages have it.
    pub(super) fn resource(&self) -> String {
        if self.group.is_empty() { self.plural.clone() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// The kind of the objects.
    pub(super) fn kind(&self) -> &'static str {
        match self.plural.as_str() {
            "configmaps" => "ConfigMap",
            "deployments" => "Deployment",
            "events" => "Event",
            "horizontalpodautoscalers" => "HorizontalPodAutoscaler",
            "namespaces" => "Namespace",
            "nodes" => "Node",
            "pods" => "Pod",
            "services" => "Service",
            plural => panic!("the mock knows no {plural}"),
        }
    }

    /// `apps/v1`
    pub(super) fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}
