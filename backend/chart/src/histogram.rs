//! How often which latency occurred, over all arrivals of a run.

use brownout_core::{
    latency::{Latencies, upper_us},
    quantity::Unit,
};
use plotters::{
    prelude::{IntoDrawingArea, SVGBackend},
    style::text_anchor::{HPos, VPos},
};

use crate::{
    axis::{ValueAxis, tick, values},
    plot::{ChartError, Plot, View, failed},
    svg::SVG_LETTER,
    theme::Theme,
};

/// Bars in a decade.
const BARS: f64 = 10.0;
/// Left edge of the axis at the most: 1 ms in µs.
const LEFT_US: f64 = 1e3;
/// Right edge of the axis at the least: 10 s in µs.
const RIGHT_US: f64 = 1e7;

/// Draws latencies as bars on a log axis, those of an earlier run as an outline before them, and `targets` (µs) as
/// lines, as an SVG document of `width` × `height` px.
///
/// # Errors
/// What the backend reports.
pub fn histogram(
    latencies: &Latencies,
    base: Option<&Latencies>,
    targets: &[f64],
    theme: &Theme,
    (width, height): (u32, u32),
) -> Result<String, ChartError> {
    let both = || latencies.pairs().iter().chain(base.iter().flat_map(|base| base.pairs()));
    let values_us = || both().map(|(bucket, _)| upper_us(*bucket) as f64);
    let low = decade_below(values_us().filter(|us| *us > 0.0).fold(LEFT_US, f64::min).max(1.0));
    let high = decade_above(values_us().fold(RIGHT_US, f64::max));
    let decades = (high / low).log10().round().max(1.0);
    let (now, before) = (bars(latencies, low, decades), base.map(|base| bars(base, low, decades)));
    let most = now.iter().chain(before.iter().flatten()).copied().max().unwrap_or(0);
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        area.fill(&crate::theme::color(theme.panel)).map_err(failed)?;
        let view = View { from_s: 0.0, to_s: decades, crosshair_s: None, base: None, marked: &[], scale: 1.0 };
        if let Some(mut plot) = Plot::new((width, height), &view, SVG_LETTER, false) {
            plot.axis = ValueAxis::linear(most as f64, Unit::Count, plot.height());
            values(&area, &plot, theme, Unit::Count)?;
            for decade in 0..=decades as u32 {
                tick(&area, &plot, theme, f64::from(decade), Unit::Time.show(low * 10f64.powf(f64::from(decade))))?;
            }
            for (at, count) in now.iter().enumerate().filter(|(_, count)| **count > 0) {
                let (left, right) = (plot.x(at as f64 / BARS), plot.x((at + 1) as f64 / BARS));
                // What occurred once is seen, too.
                let top = plot.y(*count as f64).min(plot.bottom - 1);
                plot.fill(&area, [(left, top), ((right - 1).max(left + 1), plot.bottom)], theme.percentiles[0], 1.0)?;
            }
            for (at, count) in before.iter().flatten().enumerate().filter(|(_, count)| **count > 0) {
                let (left, right) = (plot.x(at as f64 / BARS), plot.x((at + 1) as f64 / BARS));
                let top = plot.y(*count as f64).min(plot.bottom - 1);
                plot.fill(&area, [(left, top), (right, top + 1)], theme.text, 1.0)?;
                plot.fill(&area, [(left, top), (left + 1, plot.bottom)], theme.text, 0.35)?;
                plot.fill(&area, [(right, top), (right + 1, plot.bottom)], theme.text, 0.35)?;
            }
            for target in targets.iter().filter(|target| (low..=high).contains(*target)) {
                let x = plot.x((target / low).log10());
                plot.hairline(&area, x, theme.fails, 1.0)?;
                let says = format!("{} passes", Unit::Time.show(*target));
                let at = (x + plot.px(4.0), plot.top + plot.px(4.0));
                plot.write(&area, says, at, theme.fails, (HPos::Left, VPos::Center))?;
            }
            if most == 0 {
                let middle = ((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2);
                plot.write(&area, "no data", middle, theme.muted, (HPos::Center, VPos::Center))?;
            }
        }
        area.present().map_err(failed)?;
    }
    Ok(text)
}

/// How many latencies fall into each bar from `low` on; what is beyond the axis is in the last one.
fn bars(latencies: &Latencies, low: f64, decades: f64) -> Vec<u64> {
    let mut bars = vec![0; (decades * BARS) as usize];
    let last = bars.len() - 1;
    for (bucket, count) in latencies.pairs() {
        let place = (upper_us(*bucket) as f64 / low).log10() * BARS;
        // A latency on an edge belongs to the bar that ends there, as "within" says.
        let at = (place - 1e-9).max(0.0) as usize;
        bars[at.min(last)] += u64::from(*count);
    }
    bars
}

fn decade_below(us: f64) -> f64 {
    10f64.powf(us.log10().floor())
}

fn decade_above(us: f64) -> f64 {
    10f64.powf((us * 0.999).log10().ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_latency_is_in_one_bar_and_an_edge_belongs_to_the_bar_that_ends_there() {
        let mut latencies = Latencies::default();
        [0, 1, 999, 10_000, 10_100, 5_000_000, 1_000_000_000].into_iter().for_each(|us| latencies.record(us));
        let bars = bars(&latencies, 1e3, 4.0);
        assert_eq!(bars.iter().sum::<u64>(), 7);
        assert_eq!((bars[9], bars[10]), (1, 1), "10 ms ends the first decade");
        assert_eq!(bars[39], 1, "what never ended is the last");
    }

    #[test]
    fn nothing_measured_is_said() {
        let svg = histogram(&Latencies::default(), None, &[400_000.0], &Theme::LIGHT, (600, 160)).expect("draws");
        assert!(svg.contains("no data") && svg.contains("400\u{2009}ms passes"), "{svg}");
    }
}
