//! An autoscaler of the cluster as people see it.

use brownout_core::stack::{Condition, ScaleEvent, Scaling};
use k8s_openapi::api::{
    autoscaling::v2::{HorizontalPodAutoscaler, MetricSpec, MetricStatus},
    core::v1::Event,
};

/// Events that are shown.
const EVENTS: usize = 20;

/// The autoscaler's view of one service; `ready` and the measured periods are added by whoever knows them.
pub(super) fn scaling(autoscaler: &HorizontalPodAutoscaler, events: &[&Event]) -> Option<Scaling> {
    let spec = autoscaler.spec.as_ref()?;
    let status = autoscaler.status.clone().unwrap_or_default();
    let count = |count: i32| u32::try_from(count).unwrap_or(0);
    let conditions = status.conditions.unwrap_or_default().into_iter().map(|condition| Condition {
        kind: condition.type_,
        status: condition.status == "True",
        reason: condition.reason.unwrap_or_default(),
        message: condition.message.unwrap_or_default(),
    });
    let metric = spec.metrics.iter().flatten().next().map(|metric| sentence(metric, status.current_metrics.as_deref()));
    Some(Scaling {
        service: spec.scale_target_ref.name.clone(),
        min: count(spec.min_replicas.unwrap_or(1)),
        max: count(spec.max_replicas),
        desired: count(status.desired_replicas),
        current: count(status.current_replicas.unwrap_or(0)),
        metric: metric.unwrap_or_default(),
        conditions: conditions.collect(),
        events: latest(events),
        ..Scaling::default()
    })
}

/// `cpu 43 % of request, target 50 %`
fn sentence(metric: &MetricSpec, current: Option<&[MetricStatus]>) -> String {
    let Some(resource) = &metric.resource else { return format!("{} metric", metric.type_) };
    let name = &resource.name;
    let current = current.unwrap_or_default().iter().filter_map(|status| status.resource.as_ref());
    let current = current.filter(|status| status.name == *name).map(|status| &status.current).next();
    let unknown = || "<unknown>".to_owned();
    match (resource.target.average_utilization, &resource.target.average_value) {
        (Some(target), _) => {
            let now = current.and_then(|value| value.average_utilization);
            let now = now.map_or_else(unknown, |now| format!("{now} %"));
            format!("{name} {now} of request, target {target} %")
        }
        (None, Some(target)) => {
            let now = current.and_then(|value| value.average_value.as_ref());
            let now = now.map_or_else(unknown, |now| now.0.clone());
            format!("{name} {now} on average, target {}", target.0)
        }
        _ => format!("{name} without a target"),
    }
}

/// The last events, oldest first.
fn latest(events: &[&Event]) -> Vec<ScaleEvent> {
    let mut told: Vec<ScaleEvent> = events
        .iter()
        .map(|event| ScaleEvent {
            wall_ms: wall_ms(event),
            reason: event.reason.clone().unwrap_or_default(),
            message: event.message.clone().unwrap_or_default(),
        })
        .collect();
    told.sort_by_key(|event| event.wall_ms);
    told.split_off(told.len().saturating_sub(EVENTS))
}

fn wall_ms(event: &Event) -> u64 {
    let last = event.last_timestamp.as_ref().map(|time| time.0.as_millisecond());
    let first = event.event_time.as_ref().map(|time| time.0.as_millisecond());
    let made = event.metadata.creation_timestamp.as_ref().map(|time| time.0.as_millisecond());
    last.or(first).or(made).and_then(|ms| u64::try_from(ms).ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn autoscaler(status: Value) -> HorizontalPodAutoscaler {
        serde_json::from_value(json!({
            "metadata": {"name": "api"},
            "spec": {
                "scaleTargetRef": {"kind": "Deployment", "name": "api"}, "minReplicas": 1, "maxReplicas": 6,
                "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}],
            },
            "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn what_is_measured_is_told_and_what_is_not_known_too() {
        let broken = autoscaler(json!({"desiredReplicas": 0, "currentReplicas": 1, "conditions": [{
            "type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric",
            "message": "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container api of Pod api-1",
        }]}));
        let told = scaling(&broken, &[]).unwrap();
        assert_eq!(told.metric, "cpu <unknown> of request, target 50 %");
        assert!(!told.conditions[0].status && told.conditions[0].message.contains("missing request for cpu"));

        let busy = autoscaler(json!({"desiredReplicas": 4, "currentReplicas": 1, "currentMetrics": [{
            "type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 200, "averageValue": "200m"}},
        }]}));
        let told = scaling(&busy, &[]).unwrap();
        assert_eq!((told.metric.as_str(), told.desired, told.max), ("cpu 200 % of request, target 50 %", 4, 6));
    }

    #[test]
    fn events_are_told_in_their_order_and_not_without_end() {
        let events: Vec<Event> = (0..30)
            .rev()
            .map(|second| {
                serde_json::from_value(json!({
                    "metadata": {}, "involvedObject": {}, "reason": "SuccessfulRescale",
                    "message": format!("New size: {second}"), "lastTimestamp": format!("2026-01-01T00:00:{second:02}Z"),
                }))
                .unwrap()
            })
            .collect();
        let told = latest(&events.iter().collect::<Vec<_>>());
        assert_eq!(told.len(), 20);
        assert_eq!((told[0].message.as_str(), told[19].message.as_str()), ("New size: 10", "New size: 29"));
    }
}
