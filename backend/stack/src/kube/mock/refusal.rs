//! What Kubernetes 1.34 says when it refuses: `Status` objects, in its words.

use serde_json::{Value, json};

use super::{Asked, place::Place};

/// A code with its `Status`.
pub(super) type Refusal = (u16, Value);

pub(super) fn not_found(place: &Place) -> Refusal {
    status(404, "NotFound", &format!("{} \"{}\" not found", place.resource(), place.name), details(place))
}

pub(super) fn unauthorized() -> Refusal {
    status(401, "Unauthorized", "Unauthorized", Value::Null)
}

/// What a role lacks.
pub(super) fn forbidden(asked: &Asked, place: &Place) -> Refusal {
    let verb = match asked.method.as_str() {
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ if asked.watches() => "watch",
        _ if place.name.is_empty() => "list",
        _ => "get",
    };
    // A Namespace stands in itself for whoever decides.
    let within = match place.plural.as_str() {
        "namespaces" => place.name.as_str(),
        _ => place.namespace.as_str(),
    };
    let scope =
        if within.is_empty() { "at the cluster scope".to_owned() } else { format!("in the namespace \"{within}\"") };
    let (resource, group) = (&place.plural, &place.group);
    let why = format!("User \"ada\" cannot {verb} resource \"{resource}\" in API group \"{group}\" {scope}");
    refused(place, &why)
}

pub(super) fn quota(place: &Place) -> Refusal {
    let kind = &place.plural;
    refused(place, &format!("exceeded quota: small, requested: {kind}=1, used: {kind}=2, limited: {kind}=2"))
}

/// A namespace that is being deleted takes nothing new.
pub(super) fn leaving(place: &Place) -> Refusal {
    let why = "unable to create new content in namespace lab because it is being terminated";
    let (code, mut status) = refused(place, why);
    status["details"]["causes"] = json!([
        {"reason": "NamespaceTerminating", "message": "namespace lab is being terminated", "field": "metadata.namespace"},
    ]);
    (code, status)
}

pub(super) fn port_taken(place: &Place, port: i64) -> Refusal {
    let field = "spec.ports[0].nodePort";
    let why = format!("Invalid value: {port}: provided port is already allocated");
    let message = format!("{} \"{}\" is invalid: {field}: {why}", place.kind(), place.name);
    let causes = json!([{"reason": "FieldValueInvalid", "message": why, "field": field}]);
    status(422, "Invalid", &message, json!({"name": place.name, "kind": place.kind(), "causes": causes}))
}

/// Somebody else owns a field, and it was not taken by force.
pub(super) fn conflict() -> Refusal {
    let why = "conflict with \"kubectl-edit\" using apps/v1";
    let causes = json!([{"reason": "FieldManagerConflict", "message": why, "field": ".spec.replicas"}]);
    let message = format!("Apply failed with 1 conflict: {why}: .spec.replicas");
    status(409, "Conflict", &message, json!({"causes": causes}))
}

/// The changes since then are no longer known.
pub(super) fn expired(since: u64, now: u64) -> Refusal {
    status(410, "Expired", &format!("too old resource version: {since} ({now})"), Value::Null)
}

fn refused(place: &Place, why: &str) -> Refusal {
    let name = if place.name.is_empty() { String::new() } else { format!(" \"{}\"", place.name) };
    status(403, "Forbidden", &format!("{}{name} is forbidden: {why}", place.resource()), details(place))
}

fn details(place: &Place) -> Value {
    let mut details = json!({"kind": place.plural});
    for (key, value) in [("name", &place.name), ("group", &place.group)] {
        if !value.is_empty() {
            details[key] = json!(value);
        }
    }
    details
}

fn status(code: u16, reason: &str, message: &str, details: Value) -> Refusal {
    let mut status = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    if !details.is_null() {
        status["details"] = details;
    }
    (code, status)
}
