//! What was seen of the cluster, and what the board shows of it.

use std::{collections::BTreeMap, time::Instant};

use brownout_core::stack::Scaling;
use k8s_openapi::api::{autoscaling::v2::HorizontalPodAutoscaler, core::v1::Event};
use kube::ResourceExt;

use crate::{
    board::{ReplicaId, ReplicaView, Row},
    kube::{access::Access, pods, scaler::scaling, view::View},
    order::sentence,
};

/// Longer gaps between two decisions of an autoscaler mean that it had nothing to say.
const LONGEST_SYNC_MS: u64 = 60_000;
/// The shortest of fewer gaps says little: it had nothing new to say at most of the times when it looked.
const FEWEST_GAPS: u32 = 3;

/// The view, and what goes with it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) view: View,
    /// Numbers of the pods on the board, by name.
    numbers: BTreeMap<String, u64>,
    next: u64,
    /// Rows of the services, as the manifests have them.
    pub(super) rows: Vec<Row>,
    /// How often each autoscaler was seen to decide.
    decided: BTreeMap<String, Decided>,
    /// Over how long the cluster measures, ms.
    pub(super) metrics_ms: u64,
    /// Whether everything was there once: what is missing now was taken away.
    pub(super) whole: bool,
    /// Why a watch is broken, by what it watches.
    pub(super) broken: BTreeMap<&'static str, String>,
    /// Where people may open a service, by its name.
    pub(super) addresses: BTreeMap<String, String>,
    /// The way into the cluster; `None` while there is none.
    pub(super) access: Option<Access>,
}

/// When an autoscaler was seen to decide.
#[derive(Debug)]
struct Decided {
    last: Instant,
    /// Gaps between two decisions, and the shortest of them, ms.
    gaps: u32,
    shortest_ms: u64,
}

impl Decided {
    fn new(last: Instant) -> Self {
        Self { last, gaps: 0, shortest_ms: u64::MAX }
    }

    fn again(&mut self, now: Instant) {
        let gap = u64::try_from(now.duration_since(self.last).as_millis()).unwrap_or(u64::MAX);
        self.last = now;
        if (1_000..LONGEST_SYNC_MS).contains(&gap) {
            self.gaps += 1;
            self.shortest_ms = self.shortest_ms.min(gap);
        }
    }

    /// How far its decisions lie apart at least, ms; 0 when that cannot be told: one that looks more often than it is
    /// measured has something new to say once a sample.
    fn sync_ms(&self, metrics_ms: u64) -> u64 {
        let as_a_sample = self.shortest_ms.abs_diff(metrics_ms) <= metrics_ms / 5;
        if self.gaps < FEWEST_GAPS || as_a_sample { 0 } else { self.shortest_ms }
    }
}

impl Seen {
    /// Forgets everything, and gives no number twice.
    pub(super) fn forget(&mut self) {
        *self = Self { next: self.next, ..Self::default() };
    }

    /// Gives each new pod a number, and forgets those of pods that are gone.
    pub(super) fn number(&mut self) {
        self.numbers.retain(|name, _| self.view.pods.contains_key(name));
        for name in self.view.pods.keys() {
            if !self.numbers.contains_key(name) {
                self.next += 1;
                self.numbers.insert(name.clone(), self.next);
            }
        }
    }

    pub(super) fn counted(&self) -> Vec<Row> {
        let desired = |name: &str| self.view.deployments.get(name)?.spec.as_ref()?.replicas;
        let rows = self.rows.iter().map(|row| Row {
            address: self.addresses.get(&row.name).cloned().unwrap_or_default(),
            desired: desired(&row.name).and_then(|count| u32::try_from(count).ok()).unwrap_or(row.desired),
            ..row.clone()
        });
        rows.collect()
    }

    /// What people should know: what may not be as it is shown, and what somebody took away.
    pub(super) fn notices(&self) -> Vec<String> {
        // One reason is enough: the others say the same in other words.
        let old = self.broken.values().next().map(|why| {
            let says = sentence(&format!("what is shown of the cluster may be old: {why}"));
            format!("{says} Trying again.")
        });
        let gone = self.rows.iter().filter(|row| self.whole && !self.view.deployments.contains_key(&row.name));
        let gone =
            gone.map(|row| format!("{} is no longer in the cluster: somebody deleted it. Run `make up`.", row.name));
        old.into_iter().chain(gone).collect()
    }

    pub(super) fn replicas(&self) -> Vec<(ReplicaId, ReplicaView)> {
        let pods = self.view.pods.iter().filter(|(_, pod)| !pods::leaves(pod));
        pods.filter_map(|(name, pod)| {
            let id = ReplicaId { service: pods::service(pod)?.to_owned(), number: *self.numbers.get(name)? };
            Some((id, pods::view(pod)))
        })
        .collect()
    }

    pub(super) fn scaling(&self) -> Vec<Scaling> {
        let told = self.view.autoscalers.values().filter_map(|autoscaler| {
            let name = autoscaler.name_any();
            let about = |event: &&Event| event.involved_object.name.as_deref() == Some(&name);
            let events: Vec<&Event> = self.view.events.values().filter(about).collect();
            let mut told = scaling(autoscaler, &events)?;
            told.current = u32::try_from(self.view.pods_of(&told.service).count()).unwrap_or(u32::MAX);
            told.ready = u32::try_from(self.view.ready_of(&told.service).count()).unwrap_or(u32::MAX);
            // Before its first decision, or where it cannot decide, an autoscaler wants what there is.
            if told.desired == 0 {
                told.desired = told.current;
            }
            told.sync_ms = self.decided.get(&name).map_or(0, |decided| decided.sync_ms(self.metrics_ms));
            told.metrics_ms = self.metrics_ms;
            Some(told)
        });
        told.collect()
    }

    /// An autoscaler tells nobody how often it looks; two changes of its status are at least that far apart.
    pub(super) fn decides(&mut self, autoscaler: &HorizontalPodAutoscaler, now: Instant) {
        self.decided
            .entry(autoscaler.name_any())
            .and_modify(|decided| decided.again(now))
            .or_insert_with(|| Decided::new(now));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn how_often_an_autoscaler_looks_is_the_shortest_of_several_gaps() {
        let begin = Instant::now();
        let told = |seconds: &[u64], metrics_ms| {
            let mut decided = Decided::new(begin);
            for second in seconds {
                decided.again(begin + Duration::from_secs(*second));
            }
            decided.sync_ms(metrics_ms)
        };
        // One or two gaps tell little.
        assert_eq!(told(&[], 10_000), 0);
        assert_eq!(told(&[15], 10_000), 0);
        assert_eq!(told(&[15, 45], 10_000), 0);
        assert_eq!(told(&[10, 25, 30], 10_000), 5_000);
        assert_eq!(told(&[15, 30, 45, 60], 10_000), 15_000);
        // Once a sample: it may look each 5 s, and has nothing new to say half of the time.
        assert_eq!(told(&[10, 20, 30, 40], 10_020), 0);
        assert_eq!(told(&[10, 20, 30, 40], 5_000), 10_000);
        assert_eq!(told(&[10, 20, 30, 40], 0), 10_000, "samples that nobody has seen explain nothing");
        // Twice within a second is one decision, and after a minute it had nothing to say meanwhile.
        assert_eq!(told(&[15, 15, 30, 95, 110], 10_000), 15_000);
    }
}
