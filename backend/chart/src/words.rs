//! Charts in words: title, legend, read-out under the crosshair, and the table for who reads instead of looking.

use brownout_core::{
    fold::Run,
    quantity::{Unit, clock},
};

use crate::{
    chart::{Chart, measured},
    line::Reading,
    panel,
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
    /// Rows in order of time, one a second.
    pub rows: Vec<Vec<String>>,
}

/// Title with the unit where the ticks do not carry it.
pub fn title(chart: Chart, run: &Run) -> String {
    match chart {
        Chart::Latency => "Latency, log scale".to_owned(),
        Chart::Rates => "Requests per second".to_owned(),
        Chart::Outcomes => "Outcomes per second".to_owned(),
        Chart::Statuses => "HTTP statuses per second".to_owned(),
        Chart::Panel(at) => panel::of(run, at).map_or(String::new(), |panel| match panel.unit {
            Unit::PerSecond if !panel.title.contains("per second") => format!("{} per second", panel.title),
            Unit::Time => format!("{}, log scale", panel.title),
            Unit::Cores if !panel.title.contains("cores") => format!("{}, cores", panel.title),
            _ => panel.title.clone(),
        }),
    }
}

/// The words of a chart in their lines' colours, in the order of [`readout`].
pub fn legend(chart: Chart, run: &Run, theme: &Theme) -> Vec<Entry> {
    let lines = chart.lines(run, theme, 0..0).into_iter();
    lines.map(|line| Entry { word: line.word, color: line.color, dashed: line.dashed }).collect()
}

/// Word and value of each line in a second: `p95`, `8.2 s`. `≥ 2 s` while calls of that second are open and may take
/// longer; `–` where nothing is known.
pub fn readout(chart: Chart, run: &Run, second: u32) -> Vec<(String, String)> {
    let unit = chart.unit(run);
    let lines = chart.lines(run, &Theme::LIGHT, second..second.saturating_add(1)).into_iter();
    lines
        .map(|line| {
            let value = say(unit, line.at(second));
            (line.word, value)
        })
        .collect()
}

/// All values, a row a second.
pub fn table(chart: Chart, run: &Run) -> Table {
    let unit = chart.unit(run);
    let lines = chart.lines(run, &Theme::LIGHT, 0..u32::MAX);
    let heads = std::iter::once("time".to_owned()).chain(lines.iter().map(|line| line.word.clone())).collect();
    let rows = (0..measured(run)).map(|second| {
        let values = lines.iter().map(|line| say(unit, line.at(second)));
        std::iter::once(clock(u64::from(second) * 1_000_000)).chain(values).collect()
    });
    Table { heads, rows: rows.collect() }
}

fn say(unit: Unit, reading: Option<Reading>) -> String {
    let unit = if unit == Unit::PerSecond { Unit::Count } else { unit };
    match reading {
        None => "–".to_owned(),
        Some(Reading { value, at_least: true }) => format!("≥\u{2009}{}", unit.show(value)),
        Some(Reading { value, .. }) => unit.show(value),
    }
}
