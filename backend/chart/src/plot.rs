//! Where things are on a chart: margins, the shared time axis, pixels.

use brownout_core::{fold::Run, scenario::Span};
use plotters::{
    coord::Shift,
    prelude::{DrawingArea, DrawingAreaErrorKind, DrawingBackend, Rectangle, Text},
    style::{
        Color, IntoFont,
        text_anchor::{HPos, Pos, VPos},
    },
};

use crate::{
    axis::ValueAxis,
    theme::{Rgb, color},
};

/// Left margin for value labels, CSS px. The same on all charts, so that time axes align.
const LEFT: f64 = 52.0;
/// Right margin for the labels of lines, CSS px.
const RIGHT: f64 = 64.0;
const TOP: f64 = 8.0;
/// A row for the words of phases, above the plot.
const PHASES: f64 = 16.0;
const BOTTOM: f64 = 20.0;
/// Size of all text, CSS px.
const TEXT: f64 = 11.0;
/// Mean width of a character of system sans ÷ size, generous: what is cut must not overlap.
const CHARACTER: f64 = 0.53;

/// What part of a run is shown, and how.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// First second.
    pub from_s: f64,
    /// Last second.
    pub to_s: f64,
    /// Second under the crosshair.
    pub crosshair_s: Option<f64>,
    /// An earlier run to set it against: its main line, thin and dashed behind.
    pub base: Option<&'a Run>,
    /// Seconds to point out.
    pub marked: &'a [Span],
    /// Device pixels per CSS pixel; widths and text grow with it.
    pub scale: f64,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("the chart could not be drawn: {0}; reload the page, or draw it again")]
pub struct ChartError(pub(crate) String);

pub(crate) fn failed<E: std::error::Error + Send + Sync>(error: DrawingAreaErrorKind<E>) -> ChartError {
    ChartError(error.to_string())
}

/// The second at a horizontal position of a chart, both in CSS px; `None` outside the plot.
pub fn second_at(x: f64, width: f64, view: &View<'_>) -> Option<f64> {
    let share = (x - LEFT) / (width - LEFT - RIGHT);
    let (from_s, to_s) = span(view);
    (0.0..=1.0).contains(&share).then_some(from_s + share * (to_s - from_s))
}

/// First and last second of a view; at least one second and at most a day.
fn span(view: &View<'_>) -> (f64, f64) {
    let finite = |value: f64| if value.is_finite() { value.clamp(0.0, 86_400.0) } else { 0.0 };
    (finite(view.from_s), finite(view.to_s).max(finite(view.from_s) + 1.0))
}

/// Maps seconds and values to pixels.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    pub(crate) left: i32,
    pub(crate) right: i32,
    pub(crate) top: i32,
    pub(crate) bottom: i32,
    pub(crate) from_s: f64,
    pub(crate) to_s: f64,
    pub(crate) axis: ValueAxis,
    /// Device pixels per CSS pixel.
    pub(crate) scale: f64,
    /// What the backend calls a text of 1 px.
    letter: f64,
}

impl Plot {
    /// The plot of an area of `width` × `height` device px; `None` when it has no room for one.
    pub(crate) fn new(size: (u32, u32), view: &View<'_>, letter: f64, phases: bool) -> Option<Self> {
        let scale = if view.scale.is_finite() { view.scale.clamp(0.5, 8.0) } else { 1.0 };
        let px = |css: f64| (css * scale).round() as i32;
        let (from_s, to_s) = span(view);
        let plot = Plot {
            left: px(LEFT),
            right: size.0.min(100_000) as i32 - px(RIGHT),
            top: px(TOP + if phases { PHASES } else { 0.0 }),
            bottom: size.1.min(100_000) as i32 - px(BOTTOM),
            from_s,
            to_s,
            axis: ValueAxis::default(),
            scale,
            letter,
        };
        (plot.right - plot.left >= px(24.0) && plot.bottom - plot.top >= px(16.0)).then_some(plot)
    }

    /// Horizontal pixel of a second.
    pub(crate) fn x(&self, second: f64) -> i32 {
        let share = ((second - self.from_s) / (self.to_s - self.from_s)).clamp(0.0, 1.0);
        self.left + (share * f64::from(self.right - self.left)).round() as i32
    }

    /// Vertical pixel of a value; one beyond the axis lies on its edge.
    pub(crate) fn y(&self, value: f64) -> i32 {
        let share = self.axis.share(value).clamp(0.0, 1.0);
        self.bottom - (share * f64::from(self.bottom - self.top)).round() as i32
    }

    /// Whether a second is shown.
    pub(crate) fn shows(&self, second: f64) -> bool {
        (self.from_s..=self.to_s).contains(&second)
    }

    /// A size in device px.
    pub(crate) fn px(&self, css: f64) -> i32 {
        (css * self.scale).round() as i32
    }

    /// Height in CSS px.
    pub(crate) fn height(&self) -> f64 {
        f64::from(self.bottom - self.top) / self.scale
    }

    /// About how wide a text is, in device px.
    pub(crate) fn width_of(&self, words: &str) -> i32 {
        (words.chars().count() as f64 * CHARACTER * TEXT * self.scale).ceil() as i32
    }

    /// The first words of a text that fit into `room` device px, with an ellipsis; nothing when none does.
    pub(crate) fn cut(&self, words: &str, room: i32) -> Option<String> {
        let fit = (f64::from(room) / (CHARACTER * TEXT * self.scale)) as usize;
        let begin: String = words.chars().take(fit).collect();
        let (whole_words, _) = begin.rsplit_once(' ')?;
        Some(format!("{}…", whole_words.trim_end_matches([' ', ':', ',', ';'])))
    }

    /// Writes a text at a point of the chart.
    pub(crate) fn write<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        words: impl Into<String>,
        at: (i32, i32),
        rgb: Rgb,
        (horizontal, vertical): (HPos, VPos),
    ) -> Result<(), ChartError> {
        let font = ("system-ui, sans-serif", TEXT * self.scale * self.letter).into_font();
        let style = font.color(&color(rgb)).pos(Pos::new(horizontal, vertical));
        area.draw(&Text::new(words.into(), at, style)).map_err(failed)
    }

    /// Fills a rectangle. Straight lines are drawn so: a path of 1 px lies between two rows of a canvas and blurs.
    pub(crate) fn fill<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        corners: [(i32, i32); 2],
        rgb: Rgb,
        alpha: f64,
    ) -> Result<(), ChartError> {
        area.draw(&Rectangle::new(corners, color(rgb).mix(alpha).filled())).map_err(failed)
    }

    /// A vertical hairline over the height of the plot.
    pub(crate) fn hairline<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        x: i32,
        rgb: Rgb,
        alpha: f64,
    ) -> Result<(), ChartError> {
        self.fill(area, [(x, self.top), (x + self.px(1.0).max(1), self.bottom)], rgb, alpha)
    }
}
