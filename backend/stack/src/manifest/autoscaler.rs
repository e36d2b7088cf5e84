//! A HorizontalPodAutoscaler, decoded: bounds, one target, and how fast it may act.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use super::resources::millicores;

/// Decides how many replicas a Deployment has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Autoscaler {
    pub(crate) min: u32,
    pub(crate) max: u32,
    /// What its pods shall use; `None` where no metric of it is honoured.
    pub(crate) target: Option<Target>,
    pub(crate) up: Rules,
    pub(crate) down: Rules,
}

/// CPU that a pod shall use on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// In percent of what it requests.
    Utilization(u64),
    /// In thousandths of a core.
    AverageValue(u64),
}

/// How fast the number of replicas may change in one direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rules {
    /// The most careful of what was recommended within it counts.
    pub(crate) window: Duration,
    pub(crate) select: Select,
    pub(crate) policies: Vec<Policy>,
}

/// Which policy counts when several allow something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(crate) enum Select {
    /// The one that allows most.
    #[default]
    Max,
    /// The one that allows least.
    Min,
    /// None: no change in this direction.
    Disabled,
}

/// So many replicas may be added or taken away within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    pub(crate) amount: Amount,
    pub(crate) period: Duration,
}

/// A change of the number of replicas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Amount {
    Pods(u32),
    /// Of what there was when the period began.
    Percent(u32),
}

impl Autoscaler {
    /// The Deployment that it is for, and what it says. What is not honoured goes to `notices`.
    pub(super) fn of(document: Value, place: &str, notices: &mut Vec<String>) -> Result<(String, Self), String> {
        let written: Written = serde_json::from_value(document).map_err(|error| error.to_string())?;
        let spec = written.spec;
        let mut not_honoured =
            |what: &str| notices.push(format!("{place}: {what} is not honoured by plain processes."));
        let (min, max) = (spec.min_replicas.unwrap_or(1), spec.max_replicas);
        if min < 1 {
            return Err(format!("spec.minReplicas: Invalid value: {min}: must be greater than or equal to 1"));
        }
        if max < min {
            return Err(format!(
                "spec.maxReplicas: Invalid value: {max}: must be greater than or equal to `minReplicas`"
            ));
        }
        let mut target = None;
        for metric in &spec.metrics {
            match metric.target()? {
                Some(honoured) if target.is_none() => target = Some(honoured),
                Some(_) => not_honoured("a second metric"),
                None => not_honoured(&metric.shown()),
            }
        }
        if spec.metrics.is_empty() {
            target = Some(Target::Utilization(80));
        }
        if spec.scale_target_ref.kind != "Deployment" {
            not_honoured(&format!("scaleTargetRef to a {}", spec.scale_target_ref.kind));
        }
        spec.rest.keys().for_each(|field| not_honoured(&format!("`{field}`")));
        spec.behavior.rest.keys().for_each(|field| not_honoured(&format!("`behavior.{field}`")));
        for (direction, rules) in [("scaleUp", &spec.behavior.scale_up), ("scaleDown", &spec.behavior.scale_down)] {
            rules.rest.keys().for_each(|field| not_honoured(&format!("`behavior.{direction}.{field}`")));
        }
        let (up, down) = (Rules::up(spec.behavior.scale_up)?, Rules::down(spec.behavior.scale_down)?);
        Ok((spec.scale_target_ref.name, Self { min, max, target, up, down }))
    }
}

impl Rules {
    /// Kubernetes' own defaults: at once, as many again or 4, whichever is more, in 15 s.
    fn up(written: WrittenRules) -> Result<Self, String> {
        let period = Duration::from_secs(15);
        let usual = vec![Policy { amount: Amount::Pods(4), period }, Policy { amount: Amount::Percent(100), period }];
        Self::of(written, Duration::ZERO, usual)
    }

    /// Kubernetes' own defaults: what nothing has asked for in five minutes, all at once.
    fn down(written: WrittenRules) -> Result<Self, String> {
        let usual = vec![Policy { amount: Amount::Percent(100), period: Duration::from_secs(15) }];
        Self::of(written, Duration::from_secs(300), usual)
    }

    fn of(written: WrittenRules, window: Duration, usual: Vec<Policy>) -> Result<Self, String> {
        let policies = match written.policies {
            None => usual,
            Some(policies) if policies.is_empty() => return Err("must specify at least one Policy".to_owned()),
            Some(policies) => policies.into_iter().map(Policy::of).collect::<Result<_, _>>()?,
        };
        let window = written.stabilization_window_seconds.map_or(window, Duration::from_secs);
        Ok(Self { window, select: written.select_policy, policies })
    }
}

impl Policy {
    fn of(written: WrittenPolicy) -> Result<Self, String> {
        let amount = match written.kind.as_str() {
            "Pods" => Amount::Pods(written.value),
            "Percent" => Amount::Percent(written.value),
            other => return Err(format!("Unsupported value: \"{other}\": supported values: \"Percent\", \"Pods\"")),
        };
        Ok(Self { amount, period: Duration::from_secs(written.period_seconds) })
    }
}

#[derive(Debug, Deserialize)]
struct Written {
    spec: Spec,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    scale_target_ref: Reference,
    min_replicas: Option<u32>,
    max_replicas: u32,
    #[serde(default)]
    metrics: Vec<Metric>,
    #[serde(default)]
    behavior: Behavior,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Reference {
    kind: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Metric {
    #[serde(rename = "type")]
    kind: String,
    resource: Option<Resource>,
}

#[derive(Debug, Deserialize)]
struct Resource {
    name: String,
    target: WrittenTarget,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenTarget {
    #[serde(rename = "type")]
    kind: String,
    average_utilization: Option<u64>,
    average_value: Option<Value>,
}

impl Metric {
    /// `None` for a metric that is not the CPU of the pods.
    fn target(&self) -> Result<Option<Target>, String> {
        let resource = match &self.resource {
            Some(resource) if self.kind == "Resource" && resource.name == "cpu" => resource,
            _ => return Ok(None),
        };
        let wrong = |what: &str| format!("spec.metrics.resource.target.{what}");
        let more_than_nothing = |amount: &u64| *amount > 0;
        let target = match (resource.target.kind.as_str(), &resource.target) {
            ("Utilization", WrittenTarget { average_utilization, .. }) => {
                let percent = average_utilization.filter(more_than_nothing);
                Target::Utilization(percent.ok_or_else(|| wrong("averageUtilization: must be greater than 0"))?)
            }
            ("AverageValue", WrittenTarget { average_value, .. }) => {
                let amount = average_value.as_ref().and_then(millicores).filter(more_than_nothing);
                Target::AverageValue(amount.ok_or_else(|| wrong("averageValue: must be positive, as `80m`"))?)
            }
            (other, _) => return Err(wrong(&format!("type: `{other}` is neither Utilization nor AverageValue"))),
        };
        Ok(Some(target))
    }

    fn shown(&self) -> String {
        match &self.resource {
            Some(resource) => format!("the metric {} {}", self.kind, resource.name),
            None => format!("the metric {}", self.kind),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Behavior {
    #[serde(default)]
    scale_up: WrittenRules,
    #[serde(default)]
    scale_down: WrittenRules,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRules {
    stabilization_window_seconds: Option<u64>,
    #[serde(default)]
    select_policy: Select,
    policies: Option<Vec<WrittenPolicy>>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenPolicy {
    #[serde(rename = "type")]
    kind: String,
    value: u32,
    period_seconds: u64,
}
