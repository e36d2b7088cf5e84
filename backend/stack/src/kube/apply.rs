//! Puts objects into the cluster and takes them out again.

use std::{collections::BTreeSet, time::Duration};

use k8s_openapi::api::core::v1::Namespace;
use kube::{
    Api, ResourceExt,
    api::{DeleteParams, ListParams, Patch, PatchParams},
    core::{ApiResource, DynamicObject, GroupVersionKind},
    runtime::wait::{await_condition, conditions::is_deleted},
};
use serde_json::json;
use tokio::time::timeout;

use super::{
    access::Access,
    objects::{MANAGER, OURS, Object},
};
use crate::error::StackError;

/// A namespace must be gone by then.
const GONE: Duration = Duration::from_secs(60);

/// Kinds that we make and therefore may delete, what scales before what it scales.
const KINDS: [(&str, &str, &str); 4] = [
    ("autoscaling", "v2", "HorizontalPodAutoscaler"),
    ("apps", "v1", "Deployment"),
    ("", "v1", "Service"),
    ("", "v1", "ConfigMap"),
];

/// Makes the namespace when it is missing, and then it is ours.
///
/// # Errors
/// When it is being deleted, or may not be made.
pub(super) async fn namespace(access: &Access, name: &str) -> Result<(), StackError> {
    let namespaces: Api<Namespace> = Api::all(access.client.clone());
    let what = || format!("namespace {name}");
    match namespaces.get_opt(name).await {
        Ok(Some(found)) if found.metadata.deletion_timestamp.is_some() => Err(StackError::Cluster {
            what: what(),
            why: "it is being deleted; wait until it is gone, or use another with --namespace".to_owned(),
        }),
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            let made =
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {OURS: MANAGER}}});
            let patch = Patch::Apply(made);
            let made = namespaces.patch(name, &PatchParams::apply(MANAGER), &patch).await;
            made.map(drop).map_err(|error| access.error(what(), &error))
        }
        // Whoever may not look at namespaces may still work in one.
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(()),
        Err(error) => Err(access.error(what(), &error)),
    }
}

/// Applies one object by server-side apply; applied twice it changes nothing. Returns it as the cluster has it then.
///
/// # Errors
/// What the cluster has against it, with the file.
pub(super) async fn apply(access: &Access, namespace: &str, object: &Object) -> Result<DynamicObject, StackError> {
    let api: Api<DynamicObject> = Api::namespaced_with(access.client.clone(), namespace, &object.resource);
    // A misspelt field is refused and not left out.
    let how = PatchParams::apply(MANAGER).force().validation_strict();
    let applied = api.patch(object.name(), &how, &Patch::Apply(&object.object)).await;
    applied.map_err(|error| access.error(&object.place, &error))
}

/// Deletes what is ours in the namespace and not among `keep`; returns how many objects that were.
///
/// # Errors
/// When the cluster refuses.
pub(super) async fn prune(access: &Access, namespace: &str, keep: &[Object]) -> Result<usize, StackError> {
    let keep: BTreeSet<(&str, &str)> =
        keep.iter().map(|object| (object.resource.kind.as_str(), object.name())).collect();
    let mut gone = 0;
    for (group, version, kind) in KINDS {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let api: Api<DynamicObject> = Api::namespaced_with(access.client.clone(), namespace, &resource);
        let ours = ListParams::default().labels(&format!("{OURS}={MANAGER}"));
        let found =
            api.list_metadata(&ours).await.map_err(|error| access.error(format!("the list of {kind}s"), &error))?;
        for object in found {
            let name = object.name_any();
            if keep.contains(&(kind, name.as_str())) || object.metadata.deletion_timestamp.is_some() {
                continue;
            }
            match api.delete(&name, &DeleteParams::background()).await {
                Ok(_) => gone += 1,
                Err(kube::Error::Api(status)) if status.code == 404 => {}
                Err(error) => return Err(access.error(format!("{kind} {name} could not be deleted"), &error)),
            }
        }
    }
    Ok(gone)
}

/// Deletes the namespace if it is ours, and waits until it is gone.
///
/// # Errors
/// When the cluster refuses.
pub(super) async fn forget_namespace(access: &Access, name: &str) -> Result<(), StackError> {
    let namespaces: Api<Namespace> = Api::all(access.client.clone());
    match namespaces.get_opt(name).await {
        Ok(Some(found)) if found.labels().get(OURS).is_some_and(|owner| owner == MANAGER) => {
            let what = || format!("namespace {name} could not be deleted");
            let deleted = namespaces.delete(name, &DeleteParams::background()).await;
            deleted.map_err(|error| access.error(what(), &error))?;
            let uid = found.metadata.uid.unwrap_or_default();
            match timeout(GONE, await_condition(namespaces, name, is_deleted(&uid))).await {
                // A watch that breaks says nothing of the namespace, which is on its way out.
                Ok(_) => Ok(()),
                Err(_) => {
                    let why = format!(
                        "it is still there after {} s; `kubectl get namespace {name} --output yaml` says what keeps it",
                        GONE.as_secs()
                    );
                    Err(StackError::Cluster { what: what(), why })
                }
            }
        }
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(()),
        Err(error) => Err(access.error(format!("namespace {name}"), &error)),
    }
}

#[cfg(test)]
mod tests;
