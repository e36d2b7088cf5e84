//! How fast a recommendation is followed: stabilisation windows and policies, without clock and without IO.
//!
//! Source: `normalizeDesiredReplicasWithBehaviors` of `pkg/controller/podautoscaler/horizontal.go`.

use std::time::Duration;

use crate::manifest::{Amount, Autoscaler, Policy, Rules, Select};

/// What is not needed any more: longer than any window or period may be.
const KEPT: Duration = Duration::from_secs(3600);

/// A reason of one word and a sentence.
pub(super) type Why = (&'static str, &'static str);

/// What was recommended and what was done. Instants are times since any fixed one.
#[derive(Debug, Default)]
pub(super) struct Pace {
    recommended: Vec<(Duration, u32)>,
    ups: Vec<(Duration, u32)>,
    downs: Vec<(Duration, u32)>,
}

impl Pace {
    /// What there was when the autoscaler began counts as recommended.
    pub(super) fn begin(&mut self, now: Duration, current: u32) {
        if self.recommended.is_empty() {
            self.recommended.push((now, current));
        }
    }

    /// The most careful recommendation of the windows, and why it is another than the one now.
    pub(super) fn steady(&mut self, spec: &Autoscaler, now: Duration, current: u32, desired: u32) -> (u32, Why) {
        let (mut up, mut down) = (desired, desired);
        for (at, recommended) in &self.recommended {
            if now.saturating_sub(*at) < spec.up.window {
                up = up.min(*recommended);
            }
            if now.saturating_sub(*at) < spec.down.window {
                down = down.max(*recommended);
            }
        }
        self.recommended.retain(|(at, _)| now.saturating_sub(*at) < KEPT);
        self.recommended.push((now, desired));
        let steadied = current.max(up).min(down);
        let why = match (steadied == desired, desired >= current) {
            (true, _) => ("ReadyForNewScale", "recommended size matches current size"),
            (false, true) => (
                "ScaleUpStabilized",
                "recent recommendations were lower than current one, applying the lowest recent recommendation",
            ),
            (false, false) => (
                "ScaleDownStabilized",
                "recent recommendations were higher than current one, applying the highest recent recommendation",
            ),
        };
        (steadied, why)
    }

    /// What bounds and policies leave of it, and what held it back.
    pub(super) fn limited(&self, spec: &Autoscaler, now: Duration, current: u32, desired: u32) -> (u32, Why) {
        if desired > current {
            let allowed = self.most(&spec.up, now, current).max(current);
            let (most, why) = if spec.max > allowed {
                let says = "the desired replica count is increasing faster than the maximum scale rate";
                (allowed, ("ScaleUpLimit", says))
            } else {
                (spec.max, ("TooManyReplicas", "the desired replica count is more than the maximum replica count"))
            };
            if desired > most {
                return (most, why);
            }
        } else if desired < current {
            let allowed = self.fewest(&spec.down, now, current).min(current);
            let (fewest, why) = if spec.min < allowed {
                let says = "the desired replica count is decreasing faster than the maximum scale rate";
                (allowed, ("ScaleDownLimit", says))
            } else {
                (spec.min, ("TooFewReplicas", "the desired replica count is less than the minimum replica count"))
            };
            if desired < fewest {
                return (fewest, why);
            }
        }
        (desired, WITHIN)
    }

    /// Keeps what was done.
    pub(super) fn done(&mut self, now: Duration, from: u32, to: u32) {
        let kept = |events: &mut Vec<(Duration, u32)>| events.retain(|(at, _)| now.saturating_sub(*at) < KEPT);
        kept(&mut self.ups);
        kept(&mut self.downs);
        match to.checked_sub(from) {
            Some(0) => {}
            Some(more) => self.ups.push((now, more)),
            None => self.downs.push((now, from - to)),
        }
    }

    fn most(&self, rules: &Rules, now: Duration, current: u32) -> u32 {
        let allows = |policy: &Policy| {
            let begun = self.when_it_began(policy.period, now, current);
            match policy.amount {
                Amount::Pods(pods) => begun.saturating_add(pods),
                // Rounded up, or a small number would never grow.
                Amount::Percent(percent) => (f64::from(begun) * (1.0 + f64::from(percent) / 100.0)).ceil() as u32,
            }
        };
        let allowed = rules.policies.iter().map(allows);
        match rules.select {
            Select::Max => allowed.max().unwrap_or(current),
            Select::Min => allowed.min().unwrap_or(current),
            Select::Disabled => current,
        }
    }

    fn fewest(&self, rules: &Rules, now: Duration, current: u32) -> u32 {
        let allows = |policy: &Policy| {
            let begun = self.when_it_began(policy.period, now, current);
            match policy.amount {
                Amount::Pods(pods) => begun.saturating_sub(pods),
                Amount::Percent(percent) => (f64::from(begun) * (1.0 - f64::from(percent) / 100.0)).max(0.0) as u32,
            }
        };
        let allowed = rules.policies.iter().map(allows);
        match rules.select {
            Select::Max => allowed.min().unwrap_or(current),
            Select::Min => allowed.max().unwrap_or(current),
            Select::Disabled => current,
        }
    }

    /// Replicas at the beginning of the period that ends now.
    fn when_it_began(&self, period: Duration, now: Duration, current: u32) -> u32 {
        let within = |events: &[(Duration, u32)]| -> u32 {
            events.iter().filter(|(at, _)| now.saturating_sub(*at) < period).map(|(_, change)| change).sum()
        };
        (current + within(&self.downs)).saturating_sub(within(&self.ups))
    }
}

const WITHIN: Why = ("DesiredWithinRange", "the desired count is within the acceptable range");
