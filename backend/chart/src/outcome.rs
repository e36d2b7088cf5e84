//! How calls ended, stacked.

use std::ops::Range;

use brownout_core::{fold::Run, outcome::Outcome};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend, Polygon},
    style::Color,
};

use crate::{
    line::{Line, Reading},
    plot::{ChartError, Plot, failed},
    rate::ended,
    theme::{Theme, color},
};

/// A line for each outcome that occurs in the run, in the order of `Outcome::ALL`; ok is always there.
pub(crate) fn lines(run: &Run, theme: &Theme, seconds: Range<u32>) -> Vec<Line> {
    let occurs = |outcome: Outcome| run.streams.values().any(|stream| stream.total(outcome) > 0);
    let line = |outcome: Outcome| Line {
        word: outcome.word().to_owned(),
        color: theme.outcome(outcome),
        width: 1.0,
        dashed: false,
        strong: outcome == Outcome::Ok,
        first: seconds.start,
        values: ended(run, &seconds, &[outcome]),
    };
    Outcome::ALL.into_iter().filter(|outcome| *outcome == Outcome::Ok || occurs(*outcome)).map(line).collect()
}

/// Makes each line the sum of itself and those before it.
pub(crate) fn stack(lines: &mut [Line]) {
    for at in 1..lines.len() {
        let (below, above) = lines.split_at_mut(at);
        for (value, base) in above[0].values.iter_mut().zip(&below[at - 1].values) {
            let sum = value.map_or(0.0, |reading| reading.value) + base.map_or(0.0, |reading| reading.value);
            *value = Some(Reading::exact(sum));
        }
    }
}

/// Draws stacked seconds as steps: what ended in a second belongs to that second alone.
pub(crate) fn areas<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    plot: &Plot,
    lines: &[Line],
) -> Result<(), ChartError> {
    // The tallest first: each is then covered down to where the next one ends.
    for line in lines.iter().rev() {
        if line.values.is_empty() {
            continue;
        }
        let second = |at: usize| f64::from(line.first) + at as f64;
        let mut outline = vec![(plot.x(second(0)), plot.bottom)];
        for (at, value) in line.values.iter().enumerate() {
            let y = plot.y(value.map_or(0.0, |reading| reading.value));
            outline.push((plot.x(second(at)), y));
            outline.push((plot.x(second(at + 1)), y));
        }
        outline.push((plot.x(second(line.values.len())), plot.bottom));
        area.draw(&Polygon::new(outline, color(line.color).filled())).map_err(failed)?;
    }
    Ok(())
}
