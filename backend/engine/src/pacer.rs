//! Releases arrivals at their intended instants: a thread of its own that sleeps coarsely and spins the last moments.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    hint::spin_loop,
    iter::Peekable,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use brownout_core::{arrival::Instants, scenario::Stream};
use tokio::sync::mpsc;

/// Spinning starts so long before an intended instant.
const SPIN: Duration = Duration::from_micros(200);
/// Below this rate a sleep's own lateness is small against the gaps, and spinning would only heat the room.
const SPIN_FROM_PER_SECOND: f64 = 200.0;

/// An arrival on its way to a worker.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrival {
    /// Index of the stream.
    pub(crate) stream: usize,
    /// Number within the stream, from 0.
    pub(crate) n: u64,
    /// Intended instant, µs since the run began.
    pub(crate) due_us: u64,
}

/// Releases all arrivals of all streams, round-robin over the workers; returns early when stopped.
/// A worker whose queue is full learns of the drop by counting: the arrival is handed to `refused`.
pub(crate) fn pace(
    streams: &[Stream],
    zero: Instant,
    stop: &Arc<AtomicBool>,
    workers: &[mpsc::Sender<Arrival>],
    refused: &mpsc::UnboundedSender<Arrival>,
) {
    let spins: Vec<bool> = streams.iter().map(|stream| peak(stream) >= SPIN_FROM_PER_SECOND).collect();
    let mut sources: Vec<Peekable<Instants<'_>>> =
        streams.iter().map(|stream| stream.arrivals.instants().peekable()).collect();
    let mut numbers = vec![0u64; streams.len()];
    let mut next: BinaryHeap<Reverse<(u64, usize)>> = sources
        .iter_mut()
        .enumerate()
        .filter_map(|(stream, source)| source.next().map(|due_us| Reverse((due_us, stream))))
        .collect();
    let mut turn = 0;
    while let Some(Reverse((due_us, stream))) = next.pop() {
        if !wait(zero + Duration::from_micros(due_us), spins[stream], stop) {
            return;
        }
        let arrival = Arrival { stream, n: numbers[stream], due_us };
        numbers[stream] += 1;
        turn = (turn + 1) % workers.len();
        if workers[turn].try_send(arrival).is_err() {
            // Only possible when the workers are hopelessly behind; unbounded in form, bounded by the plan.
            let _ = refused.send(arrival);
        }
        if let Some(due_us) = sources[stream].next() {
            next.push(Reverse((due_us, stream)));
        }
    }
}

/// Highest rate of a stream.
pub(crate) fn peak(stream: &Stream) -> f64 {
    let ends = stream.arrivals.segments.iter().map(|segment| segment.end_us().saturating_sub(1));
    ends.map(|end_us| stream.arrivals.rate_at(end_us)).fold(0.0, f64::max)
}

/// Waits for an instant; `false` when stopped meanwhile.
fn wait(due: Instant, spin: bool, stop: &AtomicBool) -> bool {
    loop {
        if stop.load(Relaxed) {
            return false;
        }
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        if !spin {
            // `stop` unparks this thread.
            thread::park_timeout(left);
        } else if left > SPIN {
            thread::park_timeout(left - SPIN);
        } else {
            while Instant::now() < due {
                spin_loop();
            }
        }
    }
}
