//! What a pod says of itself, in plain sentences.

use brownout_core::stack::ServiceState;
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};

use super::objects::BUILD;
use crate::board::ReplicaView;

/// The label that names the service of a pod.
const SERVICE: &str = "app.kubernetes.io/name";

/// The service whose replica the pod is.
pub(super) fn service(pod: &Pod) -> Option<&str> {
    pod.metadata.labels.as_ref()?.get(SERVICE).map(String::as_str)
}

/// The build that the pod runs; empty for a pod that does not run the lab.
pub(super) fn build(pod: &Pod) -> &str {
    let annotations = pod.metadata.annotations.as_ref();
    annotations.and_then(|annotations| annotations.get(BUILD)).map_or("", String::as_str)
}

/// The port at which it answers.
pub(super) fn port(pod: &Pod) -> Option<i32> {
    Some(pod.spec.as_ref()?.containers.first()?.ports.as_ref()?.first()?.container_port)
}

/// Whether the pod is on its way out, or has ended for good.
pub(super) fn leaves(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    pod.metadata.deletion_timestamp.is_some() || matches!(phase, Some("Succeeded" | "Failed"))
}

/// Whether it answers its readiness probe.
pub(super) fn is_ready(pod: &Pod) -> bool {
    condition(pod, "Ready").is_some_and(|(status, _)| status == "True") && !leaves(pod)
}

/// Why the pod cannot become ready by waiting; `None` while it may.
pub(super) fn hopeless(pod: &Pod) -> Option<String> {
    let container = container(pod)?;
    let reason = container.state.as_ref()?.waiting.as_ref()?.reason.as_deref()?;
    let hopeless = matches!(
        reason,
        "ErrImageNeverPull" | "ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "CreateContainerConfigError"
    );
    // One crash may be an accident; a second one at the start is not.
    let crashes = reason == "CrashLoopBackOff" || container.restart_count >= 2;
    (hopeless || crashes).then(|| view(pod).message)
}

/// The pod as a replica on the board.
pub(super) fn view(pod: &Pod) -> ReplicaView {
    let container = container(pod);
    let restarts = container.map_or(0, |status| u32::try_from(status.restart_count).unwrap_or(0));
    let (state, message) = state(pod, container);
    ReplicaView { state, build: build(pod).to_owned(), restarts, message, ..ReplicaView::default() }
}

fn state(pod: &Pod, container: Option<&ContainerStatus>) -> (ServiceState, String) {
    if is_ready(pod) {
        return (ServiceState::Ready, String::new());
    }
    if let Some((status, why)) = condition(pod, "PodScheduled")
        && status == "False"
    {
        return (ServiceState::Starting, format!("no node has room for it: {why}"));
    }
    let Some(container) = container else {
        return (ServiceState::Starting, "its container is being made".to_owned());
    };
    let image = container.image.as_str();
    let Some(state) = &container.state else {
        return (ServiceState::Starting, String::new());
    };
    if let Some(waiting) = &state.waiting {
        let said = waiting.message.as_deref().unwrap_or_default();
        return match waiting.reason.as_deref().unwrap_or_default() {
            "ErrImageNeverPull" | "ImagePullBackOff" | "ErrImagePull" => {
                (ServiceState::BackingOff, format!("image {image} is not in the cluster: run `make dev`"))
            }
            "InvalidImageName" => (ServiceState::BackingOff, format!("`{image}` is no name of an image")),
            "CrashLoopBackOff" => {
                (ServiceState::BackingOff, format!("{}; Kubernetes waits before it starts it again", ended(container)))
            }
            "ContainerCreating" | "PodInitializing" => {
                (ServiceState::Starting, "its container is being made".to_owned())
            }
            reason => (ServiceState::BackingOff, format!("{reason}: {said}").trim_end_matches([':', ' ']).to_owned()),
        };
    }
    if state.terminated.is_some() {
        return (ServiceState::BackingOff, ended(container));
    }
    let started = container.started.unwrap_or(true);
    if container.restart_count == 0 && started && condition(pod, "Ready").is_none() {
        return (ServiceState::Starting, String::new());
    }
    (ServiceState::Unready, "it runs, and does not answer its readiness probe".to_owned())
}

/// How the container ended last.
fn ended(container: &ContainerStatus) -> String {
    let states = [&container.state, &container.last_state];
    let last = states.into_iter().flatten().find_map(|state| state.terminated.as_ref());
    match last {
        Some(last) => match (last.reason.as_deref(), last.signal) {
            (Some("OOMKilled"), _) => "it was killed because it used more memory than its limit".to_owned(),
            (_, Some(signal)) if signal != 0 => format!("it was ended by signal {signal}"),
            _ => format!("it exited with code {}", last.exit_code),
        },
        None => "it crashed".to_owned(),
    }
}

/// The lab's pods have one container.
fn container(pod: &Pod) -> Option<&ContainerStatus> {
    pod.status.as_ref()?.container_statuses.as_ref()?.first()
}

fn condition<'a>(pod: &'a Pod, kind: &str) -> Option<(&'a str, &'a str)> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let found = conditions.iter().find(|condition| condition.type_ == kind)?;
    Some((found.status.as_str(), found.message.as_deref().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(status: Value) -> Pod {
        serde_json::from_value(json!({
            "metadata": {"name": "api-1", "labels": {SERVICE: "api"}, "annotations": {BUILD: "3f2a"}},
            "status": status,
        }))
        .unwrap()
    }

    fn waiting(reason: &str, message: &str) -> Value {
        json!({"phase": "Pending", "containerStatuses": [{
            "name": "api", "image": "lab:3f2a", "imageID": "", "ready": false, "restartCount": 0,
            "state": {"waiting": {"reason": reason, "message": message}},
        }]})
    }

    #[test]
    fn what_is_wrong_is_a_sentence_with_the_next_step() {
        let crashed = json!({"phase": "Running", "containerStatuses": [{
            "name": "api", "image": "lab:3f2a", "imageID": "", "ready": false, "restartCount": 3,
            "state": {"waiting": {"reason": "CrashLoopBackOff"}},
            "lastState": {"terminated": {"exitCode": 101, "reason": "Error"}},
        }]});
        let full = json!({"phase": "Pending", "conditions": [{
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/1 nodes are available: 1 Insufficient cpu.",
        }]});
        let unready = json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "False"}],
            "containerStatuses": [{"name": "api", "image": "lab:3f2a", "imageID": "", "ready": false, "restartCount": 0,
                "started": true, "state": {"running": {}}}]});
        let large = json!({"phase": "Running", "containerStatuses": [{
            "name": "api", "image": "lab:3f2a", "imageID": "", "ready": false, "restartCount": 1,
            "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}},
        }]});
        for (status, state, sentence, ends) in [
            (waiting("ErrImageNeverPull", "x"), ServiceState::BackingOff, "image lab:3f2a is not in the cluster", true),
            (waiting("ImagePullBackOff", "x"), ServiceState::BackingOff, "run `make dev`", true),
            (
                waiting("CreateContainerConfigError", "configmap \"x\" not found"),
                ServiceState::BackingOff,
                "configmap \"x\" not found",
                true,
            ),
            (waiting("ContainerCreating", ""), ServiceState::Starting, "being made", false),
            (crashed, ServiceState::BackingOff, "it exited with code 101; Kubernetes waits", true),
            (
                full,
                ServiceState::Starting,
                "no node has room for it: 0/1 nodes are available: 1 Insufficient cpu.",
                false,
            ),
            (unready, ServiceState::Unready, "does not answer its readiness probe", false),
            (large, ServiceState::BackingOff, "more memory than its limit", false),
        ] {
            let pod = pod(status);
            let view = view(&pod);
            assert_eq!(view.state, state, "{}", view.message);
            assert!(view.message.contains(sentence), "{}", view.message);
            assert_eq!(hopeless(&pod).is_some(), ends, "{}", view.message);
        }
    }

    #[test]
    fn a_ready_pod_that_is_being_deleted_is_not_ready() {
        let mut pod = pod(json!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}));
        assert!(is_ready(&pod) && view(&pod).state == ServiceState::Ready && view(&pod).build == "3f2a");
        pod.metadata.deletion_timestamp = Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
        assert!(!is_ready(&pod) && leaves(&pod));
    }
}
