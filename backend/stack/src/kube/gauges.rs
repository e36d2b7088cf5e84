//! Reads gauges through the API server, once when asked.

use std::{collections::BTreeMap, time::Duration};

use brownout_core::stack::Gauges;
use futures::future::join_all;
use k8s_openapi::{api::core::v1::Pod, apimachinery::pkg::api::resource::Quantity};
use kube::{
    Api,
    api::ListParams,
    core::{ApiResource, DynamicObject, GroupVersionKind},
};
use tokio::time::timeout;

use super::{
    access::Access,
    objects::{MANAGER, OURS},
    observer::Observer,
    pods, reach,
    view::View,
};
use crate::gauges::samples;

/// What takes longer is left out of this reading.
const WITHIN: Duration = Duration::from_millis(700);

/// Gauges of the lab's pods: their own, their number, and the CPU that the cluster measured.
pub(super) async fn read(namespace: &str, observer: &Observer) -> Gauges {
    let (mut gauges, asked) = observer.look(|view| (counts(view), asked(view)));
    let Some(access) = &observer.access() else { return gauges };
    let texts = join_all(asked.iter().map(|(pod, port)| metrics(access, namespace, pod, *port)));
    let (texts, usage) = tokio::join!(texts, usage(access, namespace));
    for text in texts.into_iter().flatten() {
        for (name, value) in samples(&text) {
            *gauges.entry(name).or_default() += value;
        }
    }
    if let Some(usage) = usage {
        observer.measured_over(usage.window_ms);
        observer.look(|view| {
            for (pod, cores) in usage.cores {
                if let Some(service) = view.pods.get(&pod).and_then(pods::service) {
                    *gauges.entry(format!("{service}.cpu")).or_default() += cores;
                }
            }
        });
    }
    gauges
}

/// Replicas, and the CPU that they request.
fn counts(view: &View) -> Gauges {
    let mut gauges = Gauges::new();
    let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    for (service, deployment) in &view.deployments {
        gauges.insert(format!("{service}.replicas"), count(view.pods_of(service).count()));
        gauges.insert(format!("{service}.replicas_ready"), count(view.ready_of(service).count()));
        let desired = deployment.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
        gauges.insert(format!("{service}.replicas_desired"), f64::from(desired));
        let restarts: u32 = view.pods_of(service).map(|pod| pods::view(pod).restarts).sum();
        gauges.insert(format!("{service}.restarts"), f64::from(restarts));
        let requests: Vec<f64> = view.pods_of(service).filter_map(request).collect();
        if !requests.is_empty() {
            gauges.insert(format!("{service}.cpu_request"), requests.iter().sum());
        }
    }
    gauges
}

/// The cores that a pod requests, if it requests any.
fn request(pod: &Pod) -> Option<f64> {
    let containers = pod.spec.as_ref()?.containers.iter();
    let of = |container: &k8s_openapi::api::core::v1::Container| {
        cores(container.resources.as_ref()?.requests.as_ref()?.get("cpu")?)
    };
    let requests: Vec<f64> = containers.filter_map(of).collect();
    (!requests.is_empty()).then(|| requests.iter().sum())
}

/// Ready pods of the lab with the port of their metrics.
fn asked(view: &View) -> Vec<(String, i32)> {
    view.deployments.keys().flat_map(|service| view.asked(service)).collect()
}

async fn metrics(access: &Access, namespace: &str, pod: &str, port: i32) -> Option<String> {
    timeout(WITHIN, reach::get(access, namespace, pod, port, "metrics")).await.ok()?.ok()
}

struct Usage {
    /// Cores by pod.
    cores: BTreeMap<String, f64>,
    /// Over how long they were measured, ms.
    window_ms: u64,
}

/// What metrics.k8s.io says; `None` where it is not there.
async fn usage(access: &Access, namespace: &str) -> Option<Usage> {
    let kind = GroupVersionKind::gvk("metrics.k8s.io", "v1beta1", "PodMetrics");
    let resource = ApiResource::from_gvk_with_plural(&kind, "pods");
    let api: Api<DynamicObject> = Api::namespaced_with(access.client.clone(), namespace, &resource);
    let ours = ListParams::default().labels(&format!("{OURS}={MANAGER}"));
    let found = timeout(WITHIN, api.list(&ours)).await.ok()?.ok()?;
    let mut usage = Usage { cores: BTreeMap::new(), window_ms: 0 };
    for pod in found.items {
        let containers = pod.data["containers"].as_array().into_iter().flatten();
        let used = containers.filter_map(|container| cores(&Quantity(container["usage"]["cpu"].as_str()?.to_owned())));
        let used: f64 = used.sum();
        let window = pod.data["window"].as_str().and_then(seconds).unwrap_or(0.0);
        usage.window_ms = usage.window_ms.max((window * 1_000.0) as u64);
        usage.cores.extend(pod.metadata.name.map(|name| (name, used)));
    }
    Some(usage)
}

/// Cores of a quantity such as `250m`, `2`, `12345678n` or `1500u`.
fn cores(quantity: &Quantity) -> Option<f64> {
    let text = quantity.0.trim();
    let unit = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let number: f64 = text[..unit].parse().ok()?;
    let factor = match &text[unit..] {
        "" => 1.0,
        "m" => 1e-3,
        "u" => 1e-6,
        "n" => 1e-9,
        "k" => 1e3,
        _ => return None,
    };
    Some(number * factor)
}

/// Seconds of a Go duration such as `10.012s` or `1m5s`.
fn seconds(text: &str) -> Option<f64> {
    let (minutes, rest) = text.split_once('m').filter(|(_, rest)| !rest.starts_with('s')).unwrap_or(("0", text));
    let minutes: f64 = minutes.parse().ok()?;
    let rest = if let Some(ms) = rest.strip_suffix("ms") {
        ms.parse::<f64>().ok()? / 1_000.0
    } else {
        rest.strip_suffix('s').unwrap_or("0").parse().ok()?
    };
    Some(minutes * 60.0 + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_and_durations_are_read_as_kubernetes_writes_them() {
        for (text, expected) in [("250m", 0.25), ("2", 2.0), ("12345678n", 0.012_345_678), ("1500u", 0.0015)] {
            let read = cores(&Quantity(text.to_owned())).unwrap();
            assert!((read - expected).abs() < 1e-12, "{text}: {read}");
        }
        assert_eq!(cores(&Quantity("128Mi".to_owned())), None);
        for (text, expected) in [("10.012s", 10.012), ("1m5s", 65.0), ("850ms", 0.85)] {
            let read = seconds(text).unwrap();
            assert!((read - expected).abs() < 1e-9, "{text}: {read}");
        }
    }
}
