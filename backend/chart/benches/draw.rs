//! How long one drawing takes: `cargo bench -p brownout-chart`. A page draws each chart once a second and
//! once a frame under a moving crosshair, so a drawing has 2 ms natively.
#![allow(clippy::expect_used)]

#[path = "../tests/sample/mod.rs"]
mod sample;

use std::time::Instant;

use brownout_chart::{Chart, Theme, View, readout, svg};
use brownout_core::event::RunEvent;
use sample::{Code, fold, scenario, started, windows};

const TIMES: usize = 200;

fn main() {
    for (name, rate, seconds) in [("60/s, 90 s", 60, 75), ("500/s, 90 s", 500, 75), ("60/s, 3,600 s", 60, 3_585)] {
        let measured = windows(Code::Broken, rate, seconds).into_iter();
        let measured = measured.map(|window| (u64::from(window.index) * 1_000_000, RunEvent::Window(window)));
        let run = fold(std::iter::once((0, started(scenario()))).chain(measured));
        let to_s = f64::from(run.seconds);
        let view = View { from_s: 0.0, to_s, crosshair_s: Some(30.5), base: None, marked: &[], scale: 1.0 };
        for chart in [Chart::Latency, Chart::Rates, Chart::Outcomes, Chart::Panel(0)] {
            let mut took: Vec<f64> = (0..TIMES)
                .map(|_| {
                    let begin = Instant::now();
                    let text = svg(chart, &run, &Theme::LIGHT, &view, (900, 220)).expect("draws");
                    std::hint::black_box(text);
                    begin.elapsed().as_secs_f64() * 1e3
                })
                .collect();
            took.sort_by(f64::total_cmp);
            let begin = Instant::now();
            (0..TIMES as u32).for_each(|second| drop(std::hint::black_box(readout(chart, &run, second % 60))));
            let words = begin.elapsed().as_secs_f64() * 1e3 / TIMES as f64;
            let (p50, p99) = (took[TIMES / 2], took[TIMES * 99 / 100]);
            println!("{name:>14} {chart:?}: drawing p50 {p50:.2} ms, p99 {p99:.2} ms; read-out {words:.3} ms");
        }
    }
}
