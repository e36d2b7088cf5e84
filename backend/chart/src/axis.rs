//! Ticks: values on the left, time at the bottom.

use brownout_core::{
    latency::WORST_US,
    quantity::{Unit, clock},
};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend},
    style::text_anchor::{HPos, VPos},
};

use crate::{
    plot::{ChartError, Plot},
    theme::Theme,
};

/// How values lie between bottom and top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum ValueAxis {
    /// Decades of µs. What never ended lies on the top edge.
    Log {
        /// Bottom.
        low: f64,
        /// Top.
        high: f64,
        /// Whether something never ended, and the top edge says so.
        never: bool,
    },
    /// From zero in equal steps.
    Linear {
        /// Between two ticks.
        step: f64,
        /// Top.
        high: f64,
    },
}

impl Default for ValueAxis {
    fn default() -> Self {
        ValueAxis::Linear { step: 1.0, high: 4.0 }
    }
}

impl ValueAxis {
    /// Latency: from 1 ms to above 10 s, so that the axis stands still while lines climb; further when values need it.
    /// The third of a decade above the last tick keeps the labels of marks off the lines.
    pub(crate) fn latency(values: impl Iterator<Item = f64>) -> Self {
        let worst = WORST_US as f64;
        let (mut least, mut most, mut never) = (1e3_f64, 10e6_f64, false);
        for value in values.filter(|value| value.is_finite()) {
            never |= value >= worst;
            if value < worst {
                // Below 10 µs nothing is measured over HTTP; zero means "not yet".
                least = if value > 0.0 { least.min(value.max(10.0)) } else { least };
                most = most.max(value);
            }
        }
        let low = 10f64.powf(least.log10().floor());
        let decade = 10f64.powf((most * 0.999).log10().ceil());
        ValueAxis::Log { low, high: decade * if never { 10.0 } else { 3.0 }, never }
    }

    /// From zero to above `most`, with as many steps as `height` CSS px carry.
    pub(crate) fn linear(most: f64, unit: Unit, height: f64) -> Self {
        let most = if most.is_finite() { most.clamp(0.0, 1e12) } else { 0.0 };
        if unit == Unit::Share && most <= 1.0 {
            return ValueAxis::Linear { step: if height < 100.0 { 0.5 } else { 0.25 }, high: 1.0 };
        }
        let whole = matches!(unit, Unit::Count | Unit::PerSecond);
        let most = most.max(if whole { 3.8 } else { 1e-6 }) * 1.05;
        let steps = (height / 26.0).floor().clamp(1.0, 5.0);
        let decade = 10f64.powf((most / steps).log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0, 20.0]
            .map(|factor| factor * decade)
            .into_iter()
            .filter(|step| !whole || step.fract() == 0.0)
            .find(|step| most / step <= steps)
            .unwrap_or(most);
        ValueAxis::Linear { step, high: (most / step).ceil() * step }
    }

    /// Where a value lies, 0 at the bottom and 1 at the top; beyond the axis it is outside 0..=1.
    pub(crate) fn share(self, value: f64) -> f64 {
        let share = match self {
            ValueAxis::Log { low, high, .. } => (value.max(low) / low).log10() / (high / low).log10(),
            ValueAxis::Linear { high, .. } => value / high,
        };
        if share.is_nan() { 0.0 } else { share }
    }

    /// Values of the gridlines with their labels.
    pub(crate) fn ticks(self, unit: Unit) -> Vec<(f64, String)> {
        // The unit of rates stands once, in the title.
        let unit = if unit == Unit::PerSecond { Unit::Count } else { unit };
        match self {
            ValueAxis::Log { low, high, never } => {
                let decades = std::iter::successors(Some(low), |tick| Some(tick * 10.0));
                let decades = decades.take_while(|tick| *tick < high * 0.999);
                let top = never.then(|| (high, unit.show(WORST_US as f64)));
                decades.map(|tick| (tick, unit.show(tick))).chain(top).collect()
            }
            ValueAxis::Linear { step, high } => {
                let count = (high / step).round().clamp(1.0, 10.0) as u32;
                (0..=count).map(|n| (f64::from(n) * step, unit.show(f64::from(n) * step))).collect()
            }
        }
    }
}

/// Draws gridlines, value labels, time ticks and their labels.
pub(crate) fn grid<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    unit: Unit,
) -> Result<(), ChartError> {
    values(area, plot, theme, unit)?;
    for second in time_ticks(plot) {
        tick(area, plot, theme, second, clock((second * 1e6) as u64))?;
    }
    Ok(())
}

/// Draws gridlines with their labels.
pub(crate) fn values<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    unit: Unit,
) -> Result<(), ChartError> {
    let thin = plot.px(1.0).max(1);
    for (value, label) in plot.axis.ticks(unit) {
        let y = plot.y(value);
        plot.fill(area, [(plot.left, y), (plot.right, y + thin)], theme.line, 1.0)?;
        plot.write(area, label, (plot.left - plot.px(6.0), y), theme.muted, (HPos::Right, VPos::Center))?;
    }
    Ok(())
}

/// Draws a tick of the horizontal axis with its label.
pub(crate) fn tick<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    theme: &Theme,
    at: f64,
    label: String,
) -> Result<(), ChartError> {
    let x = plot.x(at);
    let thin = plot.px(1.0).max(1);
    plot.fill(area, [(x, plot.bottom), (x + thin, plot.bottom + plot.px(4.0))], theme.line, 1.0)?;
    plot.write(area, label, (x, plot.bottom + plot.px(6.0)), theme.muted, (HPos::Center, VPos::Top))
}

/// Seconds of the time labels: as many round ones as have room.
fn time_ticks(plot: &Plot) -> Vec<f64> {
    let span = plot.to_s - plot.from_s;
    let room = (f64::from(plot.right - plot.left) / (64.0 * plot.scale)).max(1.0);
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0]
        .into_iter()
        .find(|step| span / step <= room)
        .unwrap_or(86_400.0);
    let first = (plot.from_s / step).ceil() * step;
    std::iter::successors(Some(first), |at| Some(at + step)).take_while(|at| *at <= plot.to_s).collect()
}
