//! Charts in words: title, legend, read-out under the crosshair, and the table for who reads instead of looking.

use brownout_core::{
    fold::Run,
    quantity::{Unit, clock},
};

use crate::{
    series::Chart,
    theme::{Rgb, Theme},
};

/// One word of a legend in its line's colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The word.
    pub word: String,
    /// Colour of the line.
    pub color: Rgb,
    /// Whether the line is dashed.
    pub dashed: bool,
}

/// The numbers of a chart as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Column heads; the first is the time.
    pub heads: Vec<String>,
    /// Rows in order of time.
    pub rows: Vec<Vec<String>>,
}

/// Title with its unit.
pub fn title(chart: Chart, run: &Run) -> String {
    match chart {
        Chart::Latency => "Latency, log scale".to_owned(),
        Chart::Rates => "Requests per second".to_owned(),
        Chart::Outcomes => "Outcomes per second".to_owned(),
        Chart::Panel(at) => {
            let panel = run.started.as_ref().and_then(|started| started.scenario.panels.get(at));
            panel.map_or(String::new(), |panel| panel.title.clone())
        }
    }
}

/// The words of a chart in their lines' colours.
pub fn legend(chart: Chart, run: &Run, theme: &Theme) -> Vec<Entry> {
    let lines = chart.lines(run, theme).into_iter();
    lines.map(|line| Entry { word: line.word, color: line.color, dashed: line.dashed }).collect()
}

/// Word and value of each line in a second.
pub fn readout(chart: Chart, run: &Run, second: u32) -> Vec<(String, String)> {
    let unit = chart.unit(run);
    let lines = chart.lines(run, &Theme::LIGHT).into_iter();
    lines
        .map(|line| {
            let value = say(unit, line.values.get(second as usize).copied().flatten());
            (line.word, value)
        })
        .collect()
}

/// All values, a row a second.
pub fn table(chart: Chart, run: &Run) -> Table {
    let unit = chart.unit(run);
    let lines = chart.lines(run, &Theme::LIGHT);
    let heads = std::iter::once("time".to_owned()).chain(lines.iter().map(|line| line.word.clone())).collect();
    let rows = (0..run.seconds).map(|second| {
        let values = lines.iter().map(|line| say(unit, line.values.get(second as usize).copied().flatten()));
        std::iter::once(clock(u64::from(second) * 1_000_000)).chain(values).collect()
    });
    Table { heads, rows: rows.collect() }
}

fn say(unit: Unit, value: Option<f64>) -> String {
    let unit = if unit == Unit::PerSecond { Unit::Count } else { unit };
    value.map_or("–".to_owned(), |value| unit.show(value))
}
