//! Draws a folded run on any plotters backend: canvas in the browser, SVG in a report and in tests.
//!
//! [`draw`] is all that a screen needs; [`legend`], [`readout`] and [`table`] say the same in words.
//! All charts of a page share [`View`], margins and so their time axis.

mod draw;
mod marks;
mod plot;
mod series;
mod theme;
mod words;

pub use draw::draw;
pub use plot::{ChartError, View, second_at};
pub use series::Chart;
pub use theme::{Rgb, Theme};
pub use words::{Entry, Table, legend, readout, table, title};
