//! One HorizontalPodAutoscaler at work, as Kubernetes documents it: what the pods use decides how many there shall be.
//! It has no clock and does no IO; `fleet` gives it both and does what it decides.

mod count;
mod meter;
mod pace;

use std::{collections::VecDeque, time::Duration};

use brownout_core::stack::{Condition, ScaleEvent, Scaling};

use crate::manifest::{Autoscaler, Target};
pub(crate) use count::{Pod, Sample, Template};
pub(crate) use meter::Meter;
use pace::Pace;

/// Events that are kept.
const EVENTS: usize = 20;

/// An autoscaler with its memory.
#[derive(Debug)]
pub(crate) struct Scaler {
    service: String,
    spec: Autoscaler,
    pace: Pace,
    desired: u32,
    /// What the pods used last; `None` when that is not known.
    usage: Option<u64>,
    able: Option<Condition>,
    active: Option<Condition>,
    limited: Option<Condition>,
    events: VecDeque<ScaleEvent>,
    synced: Option<Duration>,
    sync_ms: u64,
}

/// When something is decided: since any fixed instant, and for people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) since: Duration,
    pub(crate) wall_ms: u64,
}

impl Scaler {
    /// For a service that has so many replicas now.
    pub(crate) fn new(service: &str, spec: Autoscaler, desired: u32) -> Self {
        Self {
            service: service.to_owned(),
            desired,
            spec,
            pace: Pace::default(),
            usage: None,
            able: None,
            active: None,
            limited: None,
            events: VecDeque::new(),
            synced: None,
            sync_ms: 0,
        }
    }

    /// Follows other bounds, targets and rules from now on; what was done before still counts.
    pub(crate) fn follow(&mut self, spec: Autoscaler) {
        self.spec = spec;
    }

    /// The number of replicas that there shall be.
    pub(crate) fn sync(&mut self, now: Now, template: Template<'_>, current: u32, pods: &[Pod]) -> u32 {
        let before = self.synced.replace(now.since);
        self.sync_ms = before.map_or(0, |before| millis(now.since.saturating_sub(before)));
        self.pace.begin(now.since, current);
        let got = "the HPA controller was able to get the target's current scale";
        self.able = Some(condition("AbleToScale", true, "SucceededGetScale", got));
        let (desired, why) = if current > self.spec.max {
            (self.spec.max, "Current number of replicas above Spec.MaxReplicas".to_owned())
        } else if current < self.spec.min {
            (self.spec.min, "Current number of replicas below Spec.MinReplicas".to_owned())
        } else {
            self.by_usage(now, template, current, pods)
        };
        self.desired = desired;
        if desired != current {
            self.pace.done(now.since, current, desired);
            let could = format!("the HPA controller was able to update the target scale to {desired}");
            self.able = Some(condition("AbleToScale", true, "SucceededRescale", &could));
            self.event(now, "SuccessfulRescale", &format!("New size: {desired}; reason: {why}"));
        }
        desired
    }

    /// Within the bounds, what the pods use decides. Gives the reason for a change with it.
    fn by_usage(&mut self, now: Now, template: Template<'_>, current: u32, pods: &[Pod]) -> (u32, String) {
        let Some(target) = self.spec.target else { return (current, String::new()) };
        let proposal = match count::propose(target, template, current, pods) {
            Ok(proposal) => proposal,
            Err(why) => {
                let (measured, reason) = (measured(target), "FailedGetResourceMetric");
                let why = format!("failed to get cpu {measured}: {why}");
                let unable = format!("the HPA was unable to compute the replica count: {why}");
                self.usage = None;
                self.active = Some(condition("ScalingActive", false, reason, &unable));
                self.event(now, reason, &why);
                return (current, String::new());
            }
        };
        self.usage = Some(proposal.usage);
        let name = named(target);
        let could = format!("the HPA was able to successfully calculate a replica count from {name}");
        self.active = Some(condition("ScalingActive", true, "ValidMetricFound", &could));
        let wanted = proposal.replicas;
        let (steadied, (reason, says)) = self.pace.steady(&self.spec, now.since, current, wanted);
        self.able = Some(condition("AbleToScale", true, reason, says));
        let (desired, (reason, says)) = self.pace.limited(&self.spec, now.since, current, steadied);
        self.limited = Some(condition("ScalingLimited", desired != steadied, reason, says));
        let above = wanted > current;
        (desired, if above { format!("{name} above target") } else { "All metrics below target".to_owned() })
    }

    /// Notes what happened; what goes on happening is noted once, with the last time.
    pub(crate) fn event(&mut self, now: Now, reason: &str, message: &str) {
        let same = |event: &&mut ScaleEvent| event.reason == reason && event.message == message;
        if let Some(last) = self.events.back_mut().filter(same) {
            last.wall_ms = now.wall_ms;
            return;
        }
        if self.events.len() == EVENTS {
            self.events.pop_front();
        }
        let (reason, message) = (reason.to_owned(), message.to_owned());
        self.events.push_back(ScaleEvent { wall_ms: now.wall_ms, reason, message });
    }

    /// What there is to say; who sees the replicas adds `current` and `ready`.
    pub(crate) fn shown(&self, window: Option<Duration>) -> Scaling {
        Scaling {
            service: self.service.clone(),
            min: self.spec.min,
            max: self.spec.max,
            desired: self.desired,
            current: 0,
            ready: 0,
            metric: self.metric(),
            conditions: [&self.able, &self.active, &self.limited].into_iter().flatten().cloned().collect(),
            events: self.events.iter().cloned().collect(),
            sync_ms: self.sync_ms,
            metrics_ms: window.map_or(0, millis),
        }
    }

    fn metric(&self) -> String {
        let usage = |unit: &str| self.usage.map_or_else(|| "<unknown>".to_owned(), |usage| format!("{usage}{unit}"));
        match self.spec.target {
            Some(Target::Utilization(percent)) => format!("cpu {} of request, target {percent} %", usage(" %")),
            Some(Target::AverageValue(amount)) => format!("cpu {} per replica, target {amount}m", usage("m")),
            None => String::new(),
        }
    }
}

fn measured(target: Target) -> &'static str {
    match target {
        Target::Utilization(_) => "utilization",
        Target::AverageValue(_) => "usage",
    }
}

fn named(target: Target) -> &'static str {
    match target {
        Target::Utilization(_) => "cpu resource utilization (percentage of request)",
        Target::AverageValue(_) => "cpu resource",
    }
}

fn condition(kind: &str, status: bool, reason: &str, message: &str) -> Condition {
    Condition { kind: kind.to_owned(), status, reason: reason.to_owned(), message: message.to_owned() }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
