//! How many replicas the usage of the pods asks for: Kubernetes' replica calculator, without clock and without IO.
//!
//! Source: <https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details> and
//! `pkg/controller/podautoscaler/replica_calculator.go`.

use std::time::Duration;

use crate::manifest::Target;

/// A change of less than a tenth is none.
const TOLERANCE: f64 = 0.1;
/// A pod younger than this counts only with a sample that was taken wholly since it is ready.
pub(super) const INITIALIZATION: Duration = Duration::from_secs(10);
/// A pod that is not ready and was not within so much of its start never was.
const INITIAL_READINESS: Duration = Duration::from_secs(5);

/// A pod as the autoscaler sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pod {
    pub(crate) name: String,
    /// Without a place, or without a process yet.
    pub(crate) pending: bool,
    pub(crate) ready: bool,
    /// Time since it was created.
    pub(crate) age: Duration,
    /// Time since it last became ready, or no longer was.
    pub(crate) turned: Duration,
    pub(crate) sample: Option<Sample>,
}

/// What a pod used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    /// Time since its end.
    pub(crate) age: Duration,
    /// Over which it was taken.
    pub(crate) window: Duration,
    /// Mean use of CPU within it, in thousandths of a core.
    pub(crate) millicores: u64,
}

/// What a pod may be asked for; all pods of a service are alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template<'a> {
    pub(crate) container: &'a str,
    /// In thousandths of a core.
    pub(crate) request: Option<u64>,
}

/// What the usage asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proposal {
    pub(super) replicas: u32,
    /// Of the pods that count: percent of the request, or thousandths of a core on average.
    pub(super) usage: u64,
}

enum Part {
    Counts(u64),
    Unready,
    Missing,
}

/// The number of replicas at which the pods would use what they shall.
///
/// # Errors
/// Why it cannot be told, as Kubernetes words it.
pub(super) fn propose(target: Target, template: Template<'_>, current: u32, pods: &[Pod]) -> Result<Proposal, String> {
    if pods.iter().all(|pod| pod.sample.is_none()) {
        return Err("unable to get metrics for resource cpu: no metrics returned from resource metrics API".to_owned());
    }
    let parts: Vec<Part> = pods.iter().map(part).collect();
    let mut counted: Vec<u64> =
        parts.iter().filter_map(|part| if let Part::Counts(used) = part { Some(*used) } else { None }).collect();
    let missing = parts.iter().filter(|part| matches!(part, Part::Missing)).count();
    let unready = parts.iter().filter(|part| matches!(part, Part::Unready)).count();
    if counted.is_empty() {
        return Err("did not receive metrics for targeted pods (pods might be unready)".to_owned());
    }
    let scale = Scale::of(target, template, pods)?;
    let (ratio, usage) = scale.ratio(&counted);
    let stay = Proposal { replicas: current, usage };
    let rising_beside_unready = unready > 0 && ratio > 1.0;
    if !rising_beside_unready && missing == 0 {
        let replicas = if within_tolerance(ratio) { current } else { times(ratio, counted.len()) };
        return Ok(Proposal { replicas, usage });
    }
    // Who has no sample is taken for what argues least for a change.
    if ratio < 1.0 {
        counted.extend(std::iter::repeat_n(scale.full(), missing));
    } else if ratio > 1.0 {
        counted.extend(std::iter::repeat_n(0, missing));
    }
    if rising_beside_unready {
        counted.extend(std::iter::repeat_n(0, unready));
    }
    let (again, _) = scale.ratio(&counted);
    if within_tolerance(again) || (ratio < 1.0 && again > 1.0) || (ratio > 1.0 && again < 1.0) {
        return Ok(stay);
    }
    let replicas = times(again, counted.len());
    let turned_round = (again < 1.0 && replicas > current) || (again > 1.0 && replicas < current);
    Ok(if turned_round { stay } else { Proposal { replicas, usage } })
}

fn part(pod: &Pod) -> Part {
    if pod.pending {
        return Part::Unready;
    }
    let Some(sample) = pod.sample else { return Part::Missing };
    let unready = if pod.age < INITIALIZATION {
        !pod.ready || sample.age + sample.window > pod.turned
    } else {
        !pod.ready && pod.turned + INITIAL_READINESS > pod.age
    };
    if unready { Part::Unready } else { Part::Counts(sample.millicores) }
}

/// What usage is held against.
enum Scale {
    /// Percent that are wanted, of this request.
    Share { percent: u64, request: u64 },
    /// Thousandths of a core that are wanted.
    Amount(u64),
}

impl Scale {
    fn of(target: Target, template: Template<'_>, pods: &[Pod]) -> Result<Self, String> {
        match (target, template.request) {
            (Target::AverageValue(amount), _) => Ok(Self::Amount(amount)),
            (Target::Utilization(percent), Some(request)) if request > 0 => Ok(Self::Share { percent, request }),
            (Target::Utilization(_), _) => {
                let pod = pods.first().map(|pod| pod.name.as_str()).unwrap_or_default();
                Err(format!("missing request for cpu in container {} of Pod {pod}", template.container))
            }
        }
    }

    /// Usage by target, and usage. Kubernetes cuts percent to a whole number first.
    fn ratio(&self, counted: &[u64]) -> (f64, u64) {
        let (sum, count) = (counted.iter().sum::<u64>(), counted.len().max(1) as u64);
        match self {
            Self::Share { percent, request } => {
                let used = sum * 100 / (request * count);
                (used as f64 / *percent as f64, used)
            }
            Self::Amount(amount) => {
                let used = sum / count;
                (used as f64 / *amount as f64, used)
            }
        }
    }

    /// What a pod without a sample is taken to use on the way down.
    fn full(&self) -> u64 {
        match self {
            Self::Share { percent, request } => request * (*percent).max(100) / 100,
            Self::Amount(amount) => *amount,
        }
    }
}

fn within_tolerance(ratio: f64) -> bool {
    (1.0 - TOLERANCE..=1.0 + TOLERANCE).contains(&ratio)
}

fn times(ratio: f64, pods: usize) -> u32 {
    (ratio * pods as f64).ceil() as u32
}
