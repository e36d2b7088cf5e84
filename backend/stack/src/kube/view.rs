//! What the cluster was last seen to hold in our namespace.

use std::collections::BTreeMap;

use k8s_openapi::api::{
    apps::v1::Deployment,
    autoscaling::v2::HorizontalPodAutoscaler,
    core::v1::{Event, Pod},
};

use super::pods;

/// Objects by name, as the watches tell them.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) deployments: BTreeMap<String, Deployment>,
    pub(super) pods: BTreeMap<String, Pod>,
    pub(super) autoscalers: BTreeMap<String, HorizontalPodAutoscaler>,
    pub(super) events: BTreeMap<String, Event>,
}

/// How far a rollout is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rollout {
    /// Every replica runs the new template and is ready; nothing old is left.
    Done,
    /// Not yet; what is seen meanwhile, empty when nothing is wrong.
    Underway(String),
    /// It will not come about by waiting.
    Failed(String),
}

impl View {
    /// Whether nothing of ours is there.
    pub(super) fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.pods.is_empty()
    }

    /// Ready pods of a service of the lab, with the port at which they answer.
    pub(super) fn asked(&self, service: &str) -> Vec<(String, i32)> {
        let ready = self.pods_of(service).filter(|pod| pods::is_ready(pod) && !pods::build(pod).is_empty());
        ready.filter_map(|pod| Some((pod.metadata.name.clone()?, pods::port(pod)?))).collect()
    }

    /// The pods of a service that are there to stay.
    pub(super) fn pods_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Pod> {
        self.pods.values().filter(move |pod| pods::service(pod) == Some(service) && !pods::leaves(pod))
    }

    /// Names of the pods of a service that answer.
    pub(super) fn ready_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a str> {
        self.pods_of(service).filter(|pod| pods::is_ready(pod)).filter_map(|pod| pod.metadata.name.as_deref())
    }

    /// How far the rollout of a Deployment is that was applied at this generation or later.
    pub(super) fn rollout(&self, name: &str, generation: i64) -> Rollout {
        let underway = |says: &str| Rollout::Underway(says.to_owned());
        let Some(deployment) = self.deployments.get(name) else { return underway("") };
        let status = deployment.status.clone().unwrap_or_default();
        if status.observed_generation.unwrap_or(0) < generation {
            return underway("");
        }
        for condition in status.conditions.iter().flatten() {
            let message = condition.message.as_deref().unwrap_or_default();
            match (condition.type_.as_str(), condition.status.as_str()) {
                // A quota, a limit range or an admission rule.
                ("ReplicaFailure", "True") => return Rollout::Failed(message.to_owned()),
                ("Progressing", "False") => return Rollout::Failed(self.worst(name).unwrap_or(message.to_owned())),
                _ => {}
            }
        }
        let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        let count = |count: Option<i32>| count.unwrap_or(0);
        let updated =
            count(status.updated_replicas) >= wanted && count(status.replicas) == count(status.updated_replicas);
        if updated && count(status.available_replicas) >= wanted && status.terminating_replicas.unwrap_or(0) == 0 {
            return Rollout::Done;
        }
        match self.pods_of(name).find_map(pods::hopeless) {
            Some(why) => Rollout::Failed(why),
            None => Rollout::Underway(self.worst(name).unwrap_or_default()),
        }
    }

    /// What is wrong with a service's pods, if something is.
    fn worst(&self, service: &str) -> Option<String> {
        let says = self.pods_of(service).map(|pod| pods::view(pod).message);
        says.filter(|message| !message.is_empty()).last()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn view(status: Value) -> View {
        let deployment = serde_json::from_value(json!({
            "metadata": {"name": "api", "generation": 3},
            "spec": {"replicas": 2, "selector": {}, "template": {}},
            "status": status,
        }));
        View { deployments: [("api".to_owned(), deployment.unwrap())].into(), ..View::default() }
    }

    #[test]
    fn a_rollout_is_done_when_nothing_old_is_left() {
        let done = json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2});
        assert_eq!(view(done.clone()).rollout("api", 3), Rollout::Done);
        assert_eq!(view(done).rollout("api", 4), Rollout::Underway(String::new()), "not seen yet");
        for underway in [
            json!({"observedGeneration": 3, "replicas": 3, "updatedReplicas": 2, "availableReplicas": 3}),
            json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 1}),
            json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 2}),
            json!({"observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "terminatingReplicas": 1}),
            json!({}),
        ] {
            assert_eq!(view(underway.clone()).rollout("api", 3), Rollout::Underway(String::new()), "{underway}");
        }
    }

    #[test]
    fn a_quota_that_is_too_small_ends_a_rollout() {
        let message = "pods \"api-1\" is forbidden: exceeded quota: small, requested: pods=1";
        let refused = json!({"observedGeneration": 3, "conditions": [
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message},
        ]});
        assert_eq!(view(refused).rollout("api", 3), Rollout::Failed(message.to_owned()));
    }
}
