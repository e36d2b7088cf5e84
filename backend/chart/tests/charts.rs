//! Charts say what the fold says: in lines, in words, and at the right places.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod sample;

use std::collections::BTreeMap;

use brownout_chart::{Chart, Table, Theme, View, legend, readout, second_at, svg, table, title};
use brownout_core::{
    event::RunEvent,
    fold::Run,
    latency::WORST_US,
    outcome::Outcome,
    quantity::Unit,
    scenario::Span,
    window::{StreamWindow, WINDOW_US, Window},
};
use sample::{Code, autoscaling, bulkheads, fold, run, run_with, scenario, started};

const CHARTS: [Chart; 5] = [Chart::Latency, Chart::Rates, Chart::Outcomes, Chart::Panel(0), Chart::Panel(1)];
/// With the margins of 52 and 64 px a plot of 600 px: 10 px for each of 60 seconds.
const SIZE: (u32, u32) = (716, 220);
const LEFT: i64 = 52;

fn view(to_s: f64) -> View<'static> {
    View { from_s: 0.0, to_s, crosshair_s: None, base: None, marked: &[], scale: 1.0 }
}

fn drawn(chart: Chart, run: &Run) -> String {
    svg(chart, run, &Theme::LIGHT, &view(60.0), SIZE).expect("draws")
}

/// The texts of an SVG of this backend: a line between the tags.
fn texts(svg: &str) -> Vec<&str> {
    svg.lines().zip(svg.lines().skip(1)).filter(|(tag, _)| tag.starts_with("<text")).map(|(_, text)| text).collect()
}

fn number(tag: &str, attribute: &str) -> Option<i64> {
    tag.split(&format!(" {attribute}=\"")).nth(1)?.split('"').next()?.parse().ok()
}

fn hex((red, green, blue): (u8, u8, u8)) -> String {
    format!("#{red:02X}{green:02X}{blue:02X}")
}

/// Left and right px of the bands in which a fault acts.
fn bands(svg: &str) -> Vec<(i64, i64)> {
    let fill = format!("opacity=\"0.12\" fill=\"{}\"", hex(Theme::LIGHT.warning));
    let bands = svg.lines().filter(|tag| tag.starts_with("<rect") && tag.contains(&fill));
    bands.map(|tag| (number(tag, "x").unwrap(), number(tag, "x").unwrap() + number(tag, "width").unwrap())).collect()
}

fn lines_of(svg: &str, color: (u8, u8, u8)) -> Vec<&str> {
    let stroke = format!("stroke=\"{}\"", hex(color));
    svg.lines().filter(|tag| tag.starts_with("<polyline") && tag.contains(&stroke)).collect()
}

/// A run of the timeouts case with these windows and nothing else.
fn measured(windows: impl IntoIterator<Item = Window>) -> Run {
    let events = windows.into_iter().map(|w| ((u64::from(w.index) + 1) * WINDOW_US, RunEvent::Window(w)));
    fold(std::iter::once((0, started(scenario()))).chain(events))
}

fn window(index: u32, part: StreamWindow, gauges: &[(&str, f64)]) -> Window {
    let gauges: BTreeMap<String, f64> = gauges.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    Window { index, streams: BTreeMap::from([("quotes".to_owned(), part)]), gauges }
}

#[test]
fn the_criterion_stands_at_the_right_edge_with_its_value() {
    let svg = drawn(Chart::Latency, &run(Code::Broken, 20));
    let said = texts(&svg);
    assert!(said.contains(&"400\u{2009}ms") && said.contains(&"passes"), "{said:?}");
    // Strong while it is judged, from 15 s to 45 s.
    let strong = format!("opacity=\"1\" fill=\"{}\"", hex(Theme::LIGHT.fails));
    let bar = svg.lines().find(|tag| tag.starts_with("<rect") && tag.contains(&strong)).expect("a criterion line");
    assert_eq!((number(bar, "x"), number(bar, "width")), (Some(LEFT + 150), Some(300)));
}

#[test]
fn the_fault_is_a_band_from_its_begin_to_its_end_on_all_charts_alike() {
    let whole = run(Code::Solved, u32::MAX);
    for chart in CHARTS {
        assert_eq!(bands(&drawn(chart, &whole)), [(LEFT + 100, LEFT + 450)], "{chart:?}");
    }
    let going_on = run(Code::Solved, 30);
    assert_eq!(bands(&drawn(Chart::Rates, &going_on)), [(LEFT + 100, LEFT + 300)], "up to now");
    assert_eq!(bands(&drawn(Chart::Rates, &run(Code::Solved, 5))), [], "not before it begins");
}

#[test]
fn the_second_under_a_position_is_the_second_drawn_there() {
    for second in [0.0, 12.5, 59.0] {
        let with_crosshair = View { crosshair_s: Some(second), scale: 2.0, ..view(60.0) };
        let text = svg(Chart::Rates, &run(Code::Solved, 20), &Theme::DARK, &with_crosshair, (SIZE.0 * 2, 440)).unwrap();
        let line = format!("opacity=\"0.6\" fill=\"{}\"", hex(Theme::DARK.text));
        let x = number(text.lines().find(|tag| tag.contains(&line)).expect("a crosshair"), "x").unwrap();
        let back = second_at(x as f64 / 2.0, f64::from(SIZE.0), &with_crosshair).expect("within the plot");
        assert!((back - second).abs() < 0.1, "{second} s is drawn at {x} px, which is {back} s");
    }
    assert_eq!(second_at(51.0, f64::from(SIZE.0), &view(60.0)), None, "left of the plot");
    assert_eq!(second_at(660.0, f64::from(SIZE.0), &view(60.0)), None, "right of the plot");
}

#[test]
fn the_latency_table_equals_the_fold() {
    let run = run(Code::Broken, u32::MAX);
    let Table { heads, rows } = table(Chart::Latency, &run);
    assert_eq!(heads, ["time", "p50", "p95", "p99"]);
    assert_eq!(rows.len(), run.seconds as usize);
    for (second, row) in (0u32..).zip(&rows) {
        let due = run.latencies_due(None, second);
        for (q, cell) in [0.5, 0.95, 0.99].into_iter().zip(&row[1..]) {
            let folded = due.quantile(q).map_or("–".to_owned(), |us| Unit::Time.show(us as f64));
            assert_eq!(*cell, folded, "second {second}, quantile {q}");
        }
        let words: Vec<String> = readout(Chart::Latency, &run, second).into_iter().map(|(_, value)| value).collect();
        assert_eq!(words, row[1..], "the read-out is a row of the table");
    }
}

#[test]
fn fallbacks_have_a_line_of_their_own() {
    let mut run = run(Code::Solved, u32::MAX);
    let stream = run.streams.get_mut("quotes").expect("the stream");
    stream.ended[20][Outcome::Degraded.index()] = 6;
    let rates = table(Chart::Rates, &run);
    assert_eq!(rates.heads, ["time", "scheduled", "ok", "degraded", "failed"]);
    assert_eq!(rates.rows[20][3], Unit::Count.show(6.0));
    run.streams.get_mut("quotes").expect("the stream").ended[21][Outcome::Dropped.index()] = 1;
    assert_eq!(table(Chart::Rates, &run).heads, ["time", "scheduled", "ok", "degraded", "failed", "dropped"]);
}

#[test]
fn tables_of_rates_outcomes_and_panels_equal_the_fold() {
    let run = run(Code::Solved, u32::MAX);
    let stream = &run.streams["quotes"];
    let count = |value: u64| Unit::Count.show(value as f64);
    let rates = table(Chart::Rates, &run);
    assert_eq!(rates.heads, ["time", "scheduled", "ok", "failed", "dropped"]);
    let outcomes = table(Chart::Outcomes, &run);
    assert_eq!(outcomes.heads, ["time", "ok", "rejected"], "only what occurs");
    let panel = table(Chart::Panel(0), &run);
    for second in 0..run.seconds as usize {
        let ended = stream.ended[second];
        let (ok, rejected) = (ended[Outcome::Ok.index()], ended[Outcome::Rejected.index()]);
        let scheduled = stream.due.get(second).map_or(0, |due| due.scheduled);
        assert_eq!(rates.rows[second][1..], [count(scheduled), count(ok), count(rejected), count(0)]);
        assert_eq!(outcomes.rows[second][1..], [count(ok), count(rejected)]);
        let gauge = run.gauges["dep.in_flight"][second].expect("a reading a second");
        assert_eq!(panel.rows[second][1], Unit::Count.show(gauge));
    }
}

#[test]
fn a_value_that_open_calls_can_still_raise_is_said_and_drawn_as_a_lower_bound() {
    let run = run(Code::Broken, 30);
    let said = |second: u32| readout(Chart::Latency, &run, second)[1].1.clone();
    assert_eq!(said(15), "10\u{2009}s", "long settled");
    assert_eq!(said(26), "≥\u{2009}3\u{2009}s", "three seconds old and open");
    assert_eq!(said(29), "–", "nothing is known of the second that was just measured");
    let svg = drawn(Chart::Latency, &run);
    let p95 = lines_of(&svg, Theme::LIGHT.percentiles[1]);
    assert!(p95.iter().any(|line| line.contains("opacity=\"0.4\"")), "{p95:?}");
    let settled = drawn(Chart::Latency, &self::run(Code::Broken, u32::MAX));
    assert!(!lines_of(&settled, Theme::LIGHT.percentiles[1]).iter().any(|line| line.contains("opacity=\"0.4\"")));
}

#[test]
fn healthy_calls_that_cross_a_second_do_not_make_its_median_uncertain() {
    let run = run(Code::Solved, 8);
    assert!(!readout(Chart::Latency, &run, 7)[0].1.contains(['≥', '–']), "{:?}", readout(Chart::Latency, &run, 7));
}

#[test]
fn what_was_never_sent_lies_on_an_edge_that_says_never() {
    let mut part = StreamWindow { scheduled: 2, sent: 1, ..StreamWindow::default() };
    part.record(0, Outcome::Ok, Some(200), 20_000);
    part.record(0, Outcome::Dropped, None, WORST_US);
    let run = measured([window(0, part, &[])]);
    assert!(texts(&drawn(Chart::Latency, &run)).contains(&"never"));
    assert_eq!(readout(Chart::Latency, &run, 0)[2].1, "never");
    assert!(!texts(&drawn(Chart::Latency, &self::run(Code::Broken, u32::MAX))).contains(&"never"));
}

#[test]
fn latencies_below_a_millisecond_get_a_decade_of_their_own() {
    let mut part = StreamWindow { scheduled: 1, sent: 1, ..StreamWindow::default() };
    part.record(0, Outcome::Ok, Some(200), 340);
    let run = measured([window(0, part, &[])]);
    assert!(texts(&drawn(Chart::Latency, &run)).contains(&"100\u{2009}µs"));
}

#[test]
fn a_second_without_a_reading_is_a_gap() {
    let gauge = [("dep.in_flight", 3.0)];
    let windows = (0..9).map(|at| window(at, StreamWindow::default(), if at == 4 { &[] } else { &gauge }));
    let run = measured(windows);
    assert_eq!(lines_of(&drawn(Chart::Panel(0), &run), Theme::LIGHT.accent).len(), 2);
    assert_eq!(readout(Chart::Panel(0), &run, 4)[0].1, "–");
}

#[test]
fn an_earlier_run_shows_its_main_line_alone() {
    let (now, before) = (run(Code::Solved, u32::MAX), run(Code::Broken, u32::MAX));
    let draw = |base| svg(Chart::Latency, &now, &Theme::LIGHT, &View { base, ..view(60.0) }, SIZE).unwrap();
    let (alone, compared) = (draw(None), draw(Some(&before)));
    let thin = |svg: &str, at: usize| {
        lines_of(svg, Theme::LIGHT.percentiles[at]).iter().filter(|line| line.contains("stroke-width=\"1\"")).count()
    };
    assert_eq!(thin(&alone, 1), 0);
    assert!(thin(&compared, 1) > 0);
    assert_eq!((thin(&compared, 0), thin(&compared, 2)), (0, 0));
}

#[test]
fn what_happened_is_flagged_with_as_many_words_as_have_room() {
    let deploy = |at: u64| (at, RunEvent::Deploy { build: "3f2a".into() });
    let said = |more| texts(&drawn(Chart::Latency, &run_with(Code::Solved, 40, more))).join("|");
    assert!(said(vec![deploy(12_000_000)]).contains("build 3f2a live"));
    let crowded = said(vec![deploy(12_000_000), deploy(16_500_000), deploy(30_000_000)]);
    assert!(crowded.contains("|build|"), "{crowded}");
    assert_eq!(crowded.matches("build 3f2a live").count(), 2, "{crowded}");
}

#[test]
fn an_empty_run_draws_axes_and_says_so() {
    for run in [Run::default(), run(Code::Broken, 0)] {
        for chart in CHARTS {
            let svg = drawn(chart, &run);
            let said = texts(&svg);
            assert!(said.contains(&"no data yet"), "{chart:?}: {said:?}");
            assert!(said.contains(&"00:00") && said.contains(&"00:50"), "{chart:?}: {said:?}");
            assert!(table(chart, &run).rows.is_empty());
        }
    }
}

#[test]
fn legend_and_readout_are_the_same_lines_four_at_most() {
    for run in [Run::default(), run(Code::Broken, 25), run(Code::Solved, u32::MAX)] {
        for chart in CHARTS {
            let words: Vec<String> = legend(chart, &run, &Theme::DARK).into_iter().map(|entry| entry.word).collect();
            let read: Vec<String> = readout(chart, &run, 3).into_iter().map(|(word, _)| word).collect();
            assert_eq!(words, read, "{chart:?}");
            assert!(words.len() <= if chart == Chart::Outcomes { 7 } else { 4 });
        }
    }
    assert_eq!(title(Chart::Panel(0), &run(Code::Broken, 1)), "Calls in flight");
    assert_eq!(title(Chart::Panel(9), &Run::default()), "", "no such panel");
}

#[test]
fn nothing_odd_stops_a_drawing_or_puts_nan_on_it() {
    let mut broken_gauge = run(Code::Broken, 20);
    broken_gauge.gauges.insert("dep.in_flight".into(), vec![Some(f64::NAN), Some(f64::INFINITY), Some(-3.0), None]);
    if let Some(started) = &mut broken_gauge.started {
        started.scenario.panels[0].limit = Some(f64::NAN);
        started.scenario.criteria[1].target = f64::INFINITY;
    }
    let mut boundless = run(Code::Broken, 2);
    boundless.seconds = u32::MAX;
    let hour = measured(sample::windows(Code::Broken, 60, 3_600));
    let runs = [Run::default(), run(Code::Broken, 0), run(Code::Broken, 1), broken_gauge, boundless, hour];
    let sizes = [(0, 0), (1, 1), (50, 20), (141, 45), (900, 20), (50, 900), (900, 220)];
    let spans = [(0.0, 60.0), (0.0, 0.0), (30.0, 10.0), (f64::NAN, f64::INFINITY), (-5.0, 1e300), (59.5, 60.0)];
    for run in &runs {
        for ((from_s, to_s), scale) in spans.into_iter().zip([1.0, 0.0, 2.0, f64::NAN, 1.5, -1.0]) {
            for chart in CHARTS.into_iter().chain([Chart::Panel(usize::MAX)]) {
                for size in sizes {
                    let view =
                        View { from_s, to_s, crosshair_s: Some(f64::NAN), base: Some(&runs[3]), marked: &[], scale };
                    let text = svg(chart, run, &Theme::DARK, &view, size).expect("draws");
                    assert!(!text.contains("NaN") && !text.contains("inf"), "{chart:?} {size:?} {from_s}..{to_s}");
                }
            }
        }
    }
    // A read-out far outside is a read-out of nothing.
    assert!(readout(Chart::Latency, &runs[2], u32::MAX).iter().all(|(_, value)| value == "–"));
}

#[test]
fn a_panel_draws_what_the_load_measured_with_its_criterion() {
    let (broken, solved) = (bulkheads(Code::Broken), bulkheads(Code::Solved));
    let chart = Chart::Panel(3);
    assert_eq!(title(chart, &broken), "Completion, p95, log scale");
    let said =
        |run: &Run, second: u32| readout(chart, run, second).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
    assert_eq!(said(&solved, 5), ["31\u{2009}ms", "6.04\u{2009}s"]);
    assert_eq!(said(&solved, 6), ["31\u{2009}ms", "–"], "no slow job was due");
    let fold = broken.latencies_due(Some("fast"), 15).quantile(0.95).unwrap();
    assert!(fold > 1_000_000);
    assert_eq!(said(&broken, 15)[0], Unit::Time.show(fold as f64));
    let svg = drawn(chart, &broken);
    assert!(texts(&svg).contains(&"250\u{2009}ms") && texts(&svg).contains(&"passes"), "{:?}", texts(&svg));
    for another in [Chart::Latency, Chart::Panel(2)] {
        assert!(!texts(&drawn(another, &broken)).contains(&"passes"), "a criterion of another signal, {another:?}");
    }
    // Four bursts are four dots of the slow line, and large enough to be seen.
    let dots = svg.lines().filter(|tag| tag.starts_with("<circle") && tag.contains(&hex(Theme::LIGHT.percentiles[1])));
    assert_eq!(dots.count(), 4);
}

#[test]
fn seconds_and_cores_have_axes_of_their_own() {
    let broken = bulkheads(Code::Broken);
    let seconds = texts(&drawn(Chart::Panel(1), &broken)).join("|");
    assert!(seconds.contains("1\u{2009}s") || seconds.contains("0.5\u{2009}s"), "{seconds}");
    let run = autoscaling();
    assert_eq!(title(Chart::Panel(1), &run), "CPU of all replicas, cores");
    let svg = svg(Chart::Panel(1), &run, &Theme::LIGHT, &view(85.0), SIZE).unwrap();
    let cores = texts(&svg).join("|");
    assert!(cores.contains("0.2") && cores.contains("0.6"), "{cores}");
}

#[test]
fn seconds_that_are_pointed_out_are_tinted_where_they_lie() {
    let during = [Span { from: 15, to: 45 }, Span { from: 50, to: 60 }];
    let view = View { marked: &during, ..view(60.0) };
    let svg = svg(Chart::Latency, &run(Code::Broken, 60), &Theme::LIGHT, &view, SIZE).unwrap();
    let fill = format!("opacity=\"0.14\" fill=\"{}\"", hex(Theme::LIGHT.accent));
    let tinted: Vec<_> = svg.lines().filter(|tag| tag.starts_with("<rect") && tag.contains(&fill)).collect();
    let places: Vec<_> = tinted.iter().map(|tag| (number(tag, "x"), number(tag, "width"))).collect();
    assert_eq!(places, [(Some(LEFT + 150), Some(300)), (Some(LEFT + 500), Some(100))]);
}

#[test]
fn a_signal_is_shown_by_the_chart_that_has_its_line() {
    let scenario = scenario();
    let gauge = scenario.panels[1].lines[0].gauge.clone();
    for (signal, chart) in [
        ("load.p95", Some(Chart::Latency)),
        ("load.quotes.p99", Some(Chart::Latency)),
        ("load.right", Some(Chart::Outcomes)),
        (format!("probe.{gauge}").as_str(), Some(Chart::Panel(1))),
        ("probe.none.such", None),
        ("books.balanced", None),
    ] {
        assert_eq!(Chart::of(&signal.parse().unwrap(), &scenario), chart, "{signal}");
    }
    let bulkheads = &bulkheads(Code::Broken).started.unwrap().scenario;
    let fast = Chart::of(&"load.fast.p95".parse().unwrap(), bulkheads);
    assert_eq!(fast, Some(Chart::Panel(3)), "a panel has a line of it");
}
