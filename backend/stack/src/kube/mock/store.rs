//! What the mock holds, and how it answers when nothing is in the way.

use std::collections::BTreeMap;

use http::header::ACCEPT;
use serde_json::{Value, json};

use super::{Asked, place::Place, refusal, scenario::Answer};

/// Objects by path, and every change of them.
#[derive(Debug, Default)]
pub(super) struct Store {
    objects: BTreeMap<String, Value>,
    /// Events of watches, by the version that they led to.
    changes: Vec<(u64, &'static str, Value)>,
}

impl Store {
    /// The version of the newest change; a cluster has had some before.
    pub(super) fn version(&self) -> u64 {
        1 + self.changes.len() as u64
    }

    /// Up to which version a watch knows everything.
    pub(super) fn since(&self, asked: &Asked) -> u64 {
        asked.parameter("resourceVersion").parse().unwrap_or(0)
    }

    pub(super) fn is_behind(&self, asked: &Asked) -> bool {
        self.since(asked) < self.version()
    }

    pub(super) fn get(&self, path: &str) -> Option<&Value> {
        self.objects.get(path)
    }

    /// Makes or changes an object; returns it as it is then.
    pub(super) fn put(&mut self, mut object: Value) -> Value {
        let path = Place::path(&object);
        let before = self.objects.get(&path);
        let version = self.version() + 1;
        let metadata = before.map(|before| before["metadata"].clone());
        let generation = metadata.as_ref().map_or(0, |metadata| metadata["generation"].as_u64().unwrap_or(0));
        let same = before.is_some_and(|before| before["spec"] == object["spec"]);
        object["metadata"]["generation"] = json!(if same { generation } else { generation + 1 });
        object["metadata"]["resourceVersion"] = json!(version.to_string());
        let uid = metadata.map_or_else(|| json!(format!("uid-{version}")), |metadata| metadata["uid"].clone());
        object["metadata"]["uid"] = uid;
        let event = if before.is_some() { "MODIFIED" } else { "ADDED" };
        self.changes.push((version, event, object.clone()));
        self.objects.insert(path, object.clone());
        object
    }

    pub(super) fn remove(&mut self, path: &str) -> Option<Value> {
        let mut object = self.objects.remove(path)?;
        let version = self.version() + 1;
        object["metadata"]["resourceVersion"] = json!(version.to_string());
        self.changes.push((version, "DELETED", object.clone()));
        Some(object)
    }

    pub(super) fn answer(&mut self, asked: &Asked) -> Answer {
        if asked.path == "/version" {
            return Answer::Says(200, version());
        }
        let place = asked.place();
        if asked.watches() {
            self.finish();
            let events = self.events(asked);
            return if events.is_empty() { Answer::Later } else { Answer::Tells(events) };
        }
        let (code, value) = match asked.method.as_str() {
            "GET" if place.name.is_empty() => (200, self.list(asked, &place)),
            "GET" => match self.get(&asked.path) {
                Some(found) => (200, found.clone()),
                None => refusal::not_found(&place),
            },
            "PATCH" => {
                let code = if self.get(&asked.path).is_some() { 200 } else { 201 };
                (code, self.put(asked.body.clone()))
            }
            "DELETE" => self.delete(&asked.path, &place),
            method => panic!("the mock knows no {method}"),
        };
        Answer::Says(code, value)
    }

    /// A namespace leaves first, and goes while somebody watches; everything else goes at once.
    fn delete(&mut self, path: &str, place: &Place) -> (u16, Value) {
        if place.plural == "namespaces"
            && let Some(found) = self.get(path)
        {
            let mut leaving = found.clone();
            leaving["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
            leaving["status"]["phase"] = json!("Terminating");
            return (200, self.put(leaving));
        }
        let Some(gone) = self.remove(path) else { return refusal::not_found(place) };
        let details =
            json!({"name": place.name, "group": place.group, "kind": place.plural, "uid": gone["metadata"]["uid"]});
        (200, json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}))
    }

    fn list(&self, asked: &Asked, place: &Place) -> Value {
        let found = self.objects.iter().filter(|(_, object)| is_asked(asked, object));
        let mut items: Vec<Value> = found.map(|(_, object)| object.clone()).collect();
        let mut kind = (format!("{}List", place.kind()), place.api_version());
        if asked.header(ACCEPT).contains("as=PartialObjectMetadataList") {
            kind = ("PartialObjectMetadataList".to_owned(), "meta.k8s.io/v1".to_owned());
            let partial = |item: &Value| json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": item["metadata"]});
            items = items.iter().map(partial).collect();
        }
        let metadata = json!({"resourceVersion": self.version().to_string()});
        json!({"kind": kind.0, "apiVersion": kind.1, "metadata": metadata, "items": items})
    }

    /// What a watch has not been told yet.
    fn events(&self, asked: &Asked) -> Vec<Value> {
        let since = self.since(asked);
        let new = self.changes.iter().filter(|(version, _, object)| *version > since && is_asked(asked, object));
        new.map(|(_, event, object)| json!({"type": event, "object": object})).collect()
    }

    /// Namespaces that leave are gone now.
    fn finish(&mut self) {
        let leaves =
            |object: &Value| object["kind"] == "Namespace" && !object["metadata"]["deletionTimestamp"].is_null();
        let gone: Vec<String> =
            self.objects.iter().filter(|(_, object)| leaves(object)).map(|(path, _)| path.clone()).collect();
        for path in gone {
            self.remove(&path);
        }
    }
}

/// Whether an object stands in the collection and is selected.
fn is_asked(asked: &Asked, object: &Value) -> bool {
    let collection = Place::path(object).rsplit_once('/').is_some_and(|(collection, _)| collection == asked.path);
    let (labels, fields) = (asked.parameter("labelSelector"), asked.parameter("fieldSelector"));
    let label = labels.split_once('=').is_none_or(|(key, value)| object["metadata"]["labels"][key] == value);
    let field = fields.split_once('=').is_none_or(|(field, value)| {
        object.pointer(&format!("/{}", field.replace('.', "/"))).is_some_and(|found| found == value)
    });
    collection && label && field
}

fn version() -> Value {
    json!({
        "major": "1", "minor": "34", "gitVersion": "v1.34.1", "gitCommit": "93248f9", "gitTreeState": "clean",
        "buildDate": "2025-09-09T19:38:52Z", "goVersion": "go1.24.6", "compiler": "gc", "platform": "linux/amd64",
        "emulationMajor": "1", "emulationMinor": "34", "minCompatibilityMajor": "1", "minCompatibilityMinor": "33",
    })
}
