//! Whether an autoscaler is quick enough for an exercise of two minutes.

use brownout_core::{
    scenario::Scenario,
    score::Unranked,
    stack::{Scaling, StackStatus},
};

/// An autoscaler decides within so many ms, with room for jitter, or the run is not ranked.
const SYNC_MS: u64 = 6_000;
/// Its samples are taken within so many ms.
const METRICS_MS: u64 = 12_000;

/// Whether a scenario that is about replicas ran where they follow the load too slowly to be judged.
pub(super) fn too_slow(scenario: &Scenario, status: &StackStatus) -> Option<Unranked> {
    let slow = |scaling: &&Scaling| scaling.sync_ms > SYNC_MS || scaling.metrics_ms > METRICS_MS;
    let Scaling { sync_ms, metrics_ms, .. } =
        status.scaling.iter().find(slow).filter(|_| scenario.judges_replicas())?;
    Some(Unranked::ScalerSlow { sync_ms: *sync_ms, metrics_ms: *metrics_ms })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_case_about_replicas_is_ranked_only_where_they_follow_the_load() {
        let catalog = Catalog::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        let case = |id| catalog.find(id).unwrap().scenario;
        let (autoscaling, timeouts) = (case("autoscaling"), case("timeouts"));
        let status = |sync_ms, metrics_ms| StackStatus {
            scaling: vec![Scaling { service: "api".to_owned(), sync_ms, metrics_ms, ..Scaling::default() }],
            ..StackStatus::default()
        };
        // Periods are measured and have jitter; what was not measured yet is not held against it.
        for quick in [status(5_003, 10_020), status(0, 10_020), status(0, 0), StackStatus::default()] {
            assert_eq!(too_slow(&autoscaling, &quick), None);
        }
        for (sync_ms, metrics_ms) in [(15_000, 10_000), (7_000, 10_000), (5_000, 15_000)] {
            let slow = status(sync_ms, metrics_ms);
            assert_eq!(too_slow(&autoscaling, &slow), Some(Unranked::ScalerSlow { sync_ms, metrics_ms }));
            assert_eq!(too_slow(&timeouts, &slow), None);
        }
    }
}
