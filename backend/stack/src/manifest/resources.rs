//! What a container asks of a node's CPU and what it may use of it. Memory is read and left to the machine: a process
//! of the lab needs a few megabytes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// CPU of a pod in thousandths of a core.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    /// What the scheduler keeps for it, and what the autoscaler compares with. A limit alone is a request too.
    pub(crate) request: Option<u64>,
    /// What it may use in each 100 ms, as a share of them.
    pub(crate) limit: Option<u64>,
}

/// `resources` of a container.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Written {
    #[serde(default)]
    requests: Amounts,
    #[serde(default)]
    limits: Amounts,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
struct Amounts {
    cpu: Option<Value>,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

impl Written {
    /// What nobody looks at, perhaps because it is misspelt.
    pub(super) fn unknown(&self) -> Vec<String> {
        let of = |part: &str, amounts: &Amounts| -> Vec<String> {
            let unknown = amounts.rest.keys().filter(|name| *name != "memory");
            unknown.map(|name| format!("`resources.{part}.{name}`")).collect()
        };
        let rest = self.rest.keys().map(|name| format!("`resources.{name}`"));
        rest.chain(of("requests", &self.requests)).chain(of("limits", &self.limits)).collect()
    }
}

impl Resources {
    pub(super) fn of(written: &Written) -> Result<Self, String> {
        let amount = |amounts: &Amounts, what: &str| {
            let read =
                |value| millicores(value).ok_or_else(|| format!("{what}: {value} is no amount of CPU, as `100m`"));
            amounts.cpu.as_ref().map(read).transpose()
        };
        let limit = amount(&written.limits, "resources.limits.cpu")?;
        let request = amount(&written.requests, "resources.requests.cpu")?.or(limit);
        match (request, limit) {
            (Some(request), Some(limit)) if request > limit => Err(format!(
                "resources.requests: Invalid value: \"{request}m\": must be less than or equal to cpu limit of {limit}m"
            )),
            _ => Ok(Self { request, limit }),
        }
    }
}

/// A quantity as Kubernetes writes it: `100m`, `0.5`, `2`. What is left below a thousandth counts as one.
pub(super) fn millicores(value: &Value) -> Option<u64> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (number, factor) = match text.strip_suffix(['m', 'u', 'n', 'k']) {
        None => (text.as_str(), 1e3),
        Some(number) if text.ends_with('m') => (number, 1.0),
        Some(number) if text.ends_with('u') => (number, 1e-3),
        Some(number) if text.ends_with('n') => (number, 1e-6),
        Some(number) => (number, 1e6),
    };
    let written = number.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    let amount = number.parse::<f64>().ok().filter(|amount| written && amount.is_finite())? * factor;
    // A float has no room for what is less than a millionth of a thousandth, which 0.1 x 1000 would else be over.
    Some((amount - 1e-6).ceil().max(0.0) as u64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quantity_is_read_as_kubernetes_reads_it() {
        for (written, expected) in [
            (json!("100m"), Some(100)),
            (json!("0.1"), Some(100)),
            (json!(0.5), Some(500)),
            (json!(2), Some(2000)),
            (json!("1500u"), Some(2)),
            (json!("1e-1"), Some(100)),
            (json!("100Mi"), None),
            (json!("-1"), None),
            (json!("inf"), None),
            (json!("much"), None),
        ] {
            assert_eq!(millicores(&written), expected, "{written}");
        }
    }

    #[test]
    fn a_limit_alone_is_a_request_and_a_request_stays_within_its_limit() {
        let of = |value| Resources::of(&serde_json::from_value(value).unwrap());
        assert_eq!(of(json!({"limits": {"memory": "128Mi"}})), Ok(Resources::default()));
        assert_eq!(of(json!({"limits": {"cpu": "500m"}})), Ok(Resources { request: Some(500), limit: Some(500) }));
        let refused = of(json!({"requests": {"cpu": 1}, "limits": {"cpu": "500m"}})).unwrap_err();
        assert!(refused.ends_with("\"1000m\": must be less than or equal to cpu limit of 500m"), "{refused}");
    }
}
