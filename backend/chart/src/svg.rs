//! A chart as SVG text, for reports.

use brownout_core::fold::Run;
use plotters::prelude::{IntoDrawingArea, SVGBackend};

use crate::{
    chart::Chart,
    draw::draw_with,
    plot::{ChartError, View},
    theme::Theme,
};

/// plotters' SVG backend divides a text's size by this (`plotters-svg`, `draw_text`); a canvas takes it as it is.
pub(crate) const SVG_LETTER: f64 = 1.24;

/// Draws a chart of a run as an SVG document of `width` × `height` px.
///
/// # Errors
/// What the backend reports.
pub fn svg(
    chart: Chart,
    run: &Run,
    theme: &Theme,
    view: &View<'_>,
    (width, height): (u32, u32),
) -> Result<String, ChartError> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        draw_with(&area, chart, run, theme, view, SVG_LETTER)?;
        area.present().map_err(crate::plot::failed)?;
    }
    Ok(text)
}
