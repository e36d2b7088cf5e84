//! Which arrival is due when, over all streams: a pure function of the plan, told without a clock.

use std::{cmp::Reverse, collections::BinaryHeap};

use brownout_core::{arrival::Instants, scenario::Stream};

/// One arrival of one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// Index of the stream.
    pub(crate) stream: usize,
    /// Number within the stream, from 0.
    pub(crate) n: u64,
    /// Intended instant, µs since the run began.
    pub(crate) due_us: u64,
}

/// The worker, of so many, that makes the request of an arrival and hears of its end.
pub(crate) fn worker_of(stream: usize, n: u64, workers: usize) -> usize {
    (n.wrapping_add(stream as u64) % workers as u64) as usize
}

/// The arrivals of all streams in ascending order of their instants, up to the end of the plan.
pub(crate) struct Schedule<'a> {
    sources: Vec<Instants<'a>>,
    numbers: Vec<u64>,
    next: BinaryHeap<Reverse<(u64, usize)>>,
    end_us: u64,
}

impl<'a> Schedule<'a> {
    pub(crate) fn of(streams: &'a [Stream], end_us: u64) -> Self {
        let sources = streams.iter().map(|stream| stream.arrivals.instants()).collect();
        let mut schedule = Schedule { sources, numbers: vec![0; streams.len()], next: BinaryHeap::new(), end_us };
        (0..streams.len()).for_each(|stream| schedule.advance(stream));
        schedule
    }

    /// One worker's share of them.
    pub(crate) fn share(self, worker: usize, workers: usize) -> impl Iterator<Item = Arrival> + use<'a> {
        self.filter(move |arrival| worker_of(arrival.stream, arrival.n, workers) == worker)
    }

    fn advance(&mut self, stream: usize) {
        if let Some(due_us) = self.sources[stream].next().filter(|due_us| *due_us < self.end_us) {
            self.next.push(Reverse((due_us, stream)));
        }
    }
}

impl Iterator for Schedule<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        let Reverse((due_us, stream)) = self.next.pop()?;
        let n = self.numbers[stream];
        self.numbers[stream] += 1;
        self.advance(stream);
        Some(Arrival { stream, n, due_us })
    }
}

/// Highest rate of a stream, arrivals per second; a burst counts as if it lasted its second.
pub(crate) fn peak(stream: &Stream) -> f64 {
    use brownout_core::arrival::Segment::{Burst, Constant, Ramp};
    let rates = stream.arrivals.segments.iter().map(|segment| match *segment {
        Constant { per_second, .. } => per_second,
        Ramp { start_per_second, end_per_second, .. } => start_per_second.max(end_per_second),
        Burst { count, .. } => f64::from(count),
    });
    rates.fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use brownout_core::arrival::{Arrivals, Segment};

    use super::*;

    fn stream(segments: Vec<Segment>) -> Stream {
        Stream {
            name: "s".to_owned(),
            method: "GET".to_owned(),
            target: "api".to_owned(),
            path: "/".to_owned(),
            arrivals: Arrivals { segments, poisson_seed: None },
            patience_us: 1,
            right_within_us: 1,
            body: None,
            receipt: None,
            completion: None,
            degraded_header: None,
            most_in_flight: 1,
            requests_per_connection: None,
        }
    }

    #[test]
    fn streams_interleave_by_instant_and_number_their_own_arrivals() {
        let streams = [
            stream(vec![Segment::Constant { from_us: 0, to_us: 1_000_000, per_second: 2.0 }]),
            stream(vec![Segment::Burst { at_us: 250_000, count: 2 }]),
        ];
        let all: Vec<_> = Schedule::of(&streams, 1_000_000).map(|a| (a.stream, a.n, a.due_us)).collect();
        assert_eq!(all, [(0, 0, 0), (1, 0, 250_000), (1, 1, 250_000), (0, 1, 500_000)]);
    }

    #[test]
    fn nothing_is_due_at_the_end_of_the_plan_or_after_it() {
        let streams = [stream(vec![Segment::Constant { from_us: 0, to_us: 2_000_000, per_second: 10.0 }])];
        assert_eq!(Schedule::of(&streams, 1_000_000).count(), 10);
    }

    #[test]
    fn workers_shares_are_the_whole_without_overlap() {
        let streams = [stream(vec![Segment::Constant { from_us: 0, to_us: 1_000_000, per_second: 100.0 }])];
        let share = |k| Schedule::of(&streams, 1_000_000).share(k, 3).map(|arrival| arrival.n);
        let mut all: Vec<u64> = (0..3).flat_map(share).collect();
        assert_eq!(all[..3], [0, 3, 6]);
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
