//! Where things are on a chart: margins, the shared time axis, the value axis.

use brownout_core::{fold::Run, quantity::Unit};

/// Left margin for value labels, px at scale 1. The same on all charts, so that time axes align.
const LEFT: f64 = 52.0;
/// Right margin for the labels of lines, px at scale 1.
const RIGHT: f64 = 72.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 20.0;

/// What part of a run is shown, and how.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// First second.
    pub from_s: f64,
    /// Last second.
    pub to_s: f64,
    /// Second under the crosshair.
    pub crosshair_s: Option<f64>,
    /// An earlier run to set it against: thin and dashed behind.
    pub base: Option<&'a Run>,
    /// Device pixels per CSS pixel; widths and text grow with it.
    pub scale: f64,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the chart could not be drawn: {0}")]
pub struct ChartError(pub(crate) String);

/// The second at a horizontal position of a chart, both in CSS px; `None` outside the plot.
pub fn second_at(x: f64, width: f64, view: &View<'_>) -> Option<f64> {
    let share = (x - LEFT) / (width - LEFT - RIGHT);
    (0.0..=1.0).contains(&share).then_some(view.from_s + share * (view.to_s - view.from_s))
}

/// Maps seconds and values to pixels.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) top: i32,
    pub(crate) bottom: i32,
    from_s: f64,
    to_s: f64,
    low: f64,
    high: f64,
    log: bool,
    pub(crate) scale: f64,
}

impl Plot {
    /// The plot of an area of `width` × `height` px for values up to `most`.
    pub(crate) fn new(width: u32, height: u32, view: &View<'_>, unit: Unit, log: bool, most: f64) -> Self {
        let scale = if view.scale.is_finite() { view.scale.clamp(0.5, 8.0) } else { 1.0 };
        let px = |css: f64| (css * scale).round() as i32;
        let (left, top) = (px(LEFT), px(TOP));
        let (low, high) = if log { (1e3, log_top(most)) } else { (0.0, linear_top(most, unit)) };
        let from_s = if view.from_s.is_finite() { view.from_s } else { 0.0 };
        let to_s = if view.to_s.is_finite() { view.to_s.max(from_s + 1.0) } else { from_s + 1.0 };
        Plot {
            left,
            right: (width as i32 - px(RIGHT)).max(left + 1),
            top,
            bottom: (height as i32 - px(BOTTOM)).max(top + 1),
            from_s,
            to_s,
            low,
            high,
            log,
            scale,
        }
    }

    /// Horizontal pixel of a second.
    pub(crate) fn x(&self, second: f64) -> i32 {
        let share = ((second - self.from_s) / (self.to_s - self.from_s)).clamp(0.0, 1.0);
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    /// Vertical pixel of a value.
    pub(crate) fn y(&self, value: f64) -> i32 {
        let share = if self.log {
            (value.max(self.low) / self.low).log10() / (self.high / self.low).log10()
        } else {
            value / self.high
        };
        self.bottom - (share.clamp(0.0, 1.0) * f64::from(self.bottom - self.top)).round() as i32
    }

    /// Whether a second is shown.
    pub(crate) fn shows(&self, second: f64) -> bool {
        (self.from_s..=self.to_s).contains(&second)
    }

    /// Values of the gridlines.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        if self.log {
            return std::iter::successors(Some(self.low), |tick| Some(tick * 10.0))
                .take_while(|t| *t <= self.high * 1.001)
                .collect();
        }
        let step = self.high / 4.0;
        (0..=4).map(|n| f64::from(n) * step).collect()
    }

    /// Seconds of the time labels.
    pub(crate) fn time_ticks(&self) -> Vec<f64> {
        let span = self.to_s - self.from_s;
        let room = f64::from(self.right - self.left) / (64.0 * self.scale);
        let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0]
            .into_iter()
            .find(|step| span / step <= room.max(1.0))
            .unwrap_or(1800.0);
        let first = (self.from_s / step).ceil() * step;
        std::iter::successors(Some(first), |at| Some(at + step)).take_while(|at| *at <= self.to_s).collect()
    }

    /// A size in px.
    pub(crate) fn px(&self, css: f64) -> i32 {
        (css * self.scale).round() as i32
    }
}

/// The decade at or above a latency, at least 10 s: the axis must not jump while lines climb.
fn log_top(most: f64) -> f64 {
    let most = if most.is_finite() { most.clamp(10e6, 1e9) } else { 10e6 };
    10f64.powf(most.log10().ceil()).max(20e6)
}

/// A round number at or above a value, divisible by four.
fn linear_top(most: f64, unit: Unit) -> f64 {
    let least = if unit == Unit::Share { 1.0 } else { 4.0 };
    let most = if most.is_finite() { most.max(least) } else { least };
    let decade = 10f64.powf(most.log10().floor());
    [1.0, 2.0, 4.0, 8.0, 10.0].into_iter().map(|factor| factor * decade).find(|top| *top >= most).unwrap_or(most)
}
