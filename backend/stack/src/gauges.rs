//! Reads the metrics of ready replicas, once when asked.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use brownout_core::stack::Gauges;
use tokio::task::JoinSet;

use crate::{board::Board, platform, probe::Prober};

/// A replica that takes longer is left out of this reading.
const WITHIN: Duration = Duration::from_millis(500);

/// Reads gauges; remembers the processors' time of the last reading.
#[derive(Debug)]
pub(crate) struct Reader {
    prober: Prober,
    last: Mutex<HashMap<u32, (Duration, Instant)>>,
}

impl Reader {
    pub(crate) fn new(prober: Prober) -> Self {
        Self { prober, last: Mutex::default() }
    }

    pub(crate) async fn read(&self, board: &Board) -> Gauges {
        let mut gauges = Gauges::new();
        for count in board.counts() {
            let service = count.service;
            gauges.insert(format!("{service}.replicas"), f64::from(count.existing));
            gauges.insert(format!("{service}.replicas_desired"), f64::from(count.desired));
            gauges.insert(format!("{service}.replicas_ready"), f64::from(count.ready));
            gauges.insert(format!("{service}.restarts"), f64::from(count.restarts));
            if let Some(request) = count.request {
                gauges.insert(format!("{service}.cpu_request"), request as f64 / 1e3 * f64::from(count.existing));
            }
        }
        for (service, cores) in self.cores(&board.processes()) {
            gauges.insert(format!("{service}.cpu"), cores);
        }
        let mut asked = JoinSet::new();
        for replica in board.ready() {
            let prober = self.prober.clone();
            asked.spawn(async move { prober.read(format!("http://{}/metrics", replica.address), WITHIN).await });
        }
        for text in asked.join_all().await.into_iter().flatten() {
            for (name, value) in samples(&text) {
                *gauges.entry(name).or_default() += value;
            }
        }
        gauges
    }

    /// Cores used since the last reading, by service; a replica that was not there then is left out.
    fn cores(&self, processes: &[(String, u32)]) -> BTreeMap<String, f64> {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let mut cores = BTreeMap::new();
        let mut seen = HashMap::new();
        for (service, pid) in processes {
            let Some(used) = platform::cpu_time(*pid) else { continue };
            seen.insert(*pid, (used, now));
            if let Some((before, then)) = last.get(pid) {
                let span = now.duration_since(*then).as_secs_f64().max(0.001);
                *cores.entry(service.clone()).or_default() += used.saturating_sub(*before).as_secs_f64() / span;
            }
        }
        *last = seen;
        cores
    }
}

/// The lab's own samples without labels, e.g. `lab_api_in_flight 3` as `api.in_flight`.
pub(crate) fn samples(text: &str) -> impl Iterator<Item = (String, f64)> {
    text.lines().filter_map(|line| {
        let (name, value) = line.strip_prefix("lab_")?.split_once(' ')?;
        let (service, rest) = name.split_once('_').filter(|_| !name.contains('{'))?;
        let value: f64 = value.split_whitespace().next()?.parse().ok()?;
        value.is_finite().then(|| (format!("{service}.{rest}"), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_without_labels_get_the_names_that_scenarios_use() {
        let text = "# TYPE lab_api_in_flight gauge\nlab_api_in_flight 3\nlab_api_slots_total 24\n\
            lab_build_info{build=\"x y\"} 1\nlab_api_answers_total{outcome=\"ok\"} 7\nprocess_threads 4\nlab_api_odd NaN\n";
        let expected = [("api.in_flight".to_owned(), 3.0), ("api.slots_total".to_owned(), 24.0)];
        assert_eq!(samples(text).collect::<Vec<_>>(), expected);
    }
}
