//! Draws a folded run on any plotters backend: canvas in the browser, SVG in a report and in tests.
//!
//! [`draw`] is all that a screen needs; [`legend`], [`readout`] and [`table`] say the same in words.
//! All charts of a page share [`View`], the margins and so their time axis.
//!
//! A reader who follows a number walks the files in this order: `latency`, `rate`, `outcome`, `status`, `panel` take it from the
//! fold; `line` and `axis` put it on the `plot`; `criterion` and `marks` say what it is measured against.

mod axis;
mod chart;
mod criterion;
mod draw;
mod histogram;
mod latency;
mod line;
mod marks;
mod outcome;
mod panel;
mod plot;
mod rate;
mod status;
mod svg;
mod theme;
mod words;

pub use chart::Chart;
pub use draw::draw;
pub use histogram::histogram;
pub use plot::{ChartError, View, second_at};
pub use svg::svg;
pub use theme::{Rgb, Theme};
pub use words::{Entry, Table, legend, readout, table, title};
