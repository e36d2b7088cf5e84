//! What happened when: the fault as a band, deploys and the like as hairlines with a word.

use brownout_core::fold::{Mark, MarkKind, Run};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingBackend, PathElement, Rectangle, Text},
    style::{
        Color, IntoFont, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::{
    plot::{ChartError, Plot},
    theme::{Theme, color},
};

pub(crate) fn failed<E: std::error::Error + Send + Sync>(
    error: plotters::prelude::DrawingAreaErrorKind<E>,
) -> ChartError {
    ChartError(error.to_string())
}

/// A text of the chart's size, anchored.
pub(crate) fn text<'a>(plot: &Plot, rgb: crate::Rgb, horizontal: HPos, vertical: VPos) -> TextStyle<'a> {
    ("system-ui, sans-serif", 11.0 * plot.scale).into_font().color(&color(rgb)).pos(Pos::new(horizontal, vertical))
}

/// Spans of seconds in which a fault acts; one that has not ended goes on to now.
fn faults(run: &Run) -> Vec<(f64, f64)> {
    let second = |mark: &Mark| mark.run_us as f64 / 1e6;
    let (mut spans, mut began) = (Vec::new(), None);
    for mark in &run.marks {
        match (mark.kind, began) {
            (MarkKind::FaultOn, None) => began = Some(second(mark)),
            (MarkKind::FaultOff, Some(from)) => {
                spans.push((from, second(mark)));
                began = None;
            }
            _ => {}
        }
    }
    spans.extend(began.map(|from| (from, f64::from(run.seconds).max(from))));
    spans
}

/// Draws the bands of faults, behind everything else.
pub(crate) fn bands<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
    say: bool,
) -> Result<(), ChartError> {
    for (from, to) in faults(run) {
        let (left, right) = (plot.x(from), plot.x(to));
        let fill = color(theme.warning).mix(0.12).filled();
        area.draw(&Rectangle::new([(left, plot.top), (right, plot.bottom)], fill)).map_err(failed)?;
        if say && right - left > plot.px(40.0) {
            let style = text(plot, theme.warning, HPos::Left, VPos::Top);
            area.draw(&Text::new("fault", (left + plot.px(4.0), plot.top + plot.px(1.0)), style)).map_err(failed)?;
        }
    }
    Ok(())
}

/// Draws hairlines with a small word at the top.
pub(crate) fn flags<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    run: &Run,
    plot: &Plot,
    theme: &Theme,
    say: bool,
) -> Result<(), ChartError> {
    for mark in &run.marks {
        let second = mark.run_us as f64 / 1e6;
        let word = match mark.kind {
            MarkKind::Deploy => "build",
            MarkKind::Scale => "scale",
            MarkKind::Hint => "hint",
            _ => continue,
        };
        if !plot.shows(second) {
            continue;
        }
        let x = plot.x(second);
        let hairline = color(theme.muted).stroke_width(plot.px(1.0).max(1) as u32);
        area.draw(&PathElement::new(vec![(x, plot.top), (x, plot.bottom)], hairline)).map_err(failed)?;
        if say {
            let style = text(plot, theme.muted, HPos::Left, VPos::Top);
            area.draw(&Text::new(word, (x + plot.px(3.0), plot.top + plot.px(12.0)), style)).map_err(failed)?;
        }
    }
    Ok(())
}
