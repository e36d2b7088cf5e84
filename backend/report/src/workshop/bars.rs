//! Counts as rows of bars, each with its number.

use maud::{Markup, html};

/// What was counted: in words, how often.
pub(super) struct Bar {
    /// What.
    pub(super) says: Markup,
    /// How often.
    pub(super) count: u32,
}

/// A table of bars; `head` says what is counted and `unit` what the numbers are.
pub(super) fn bars(head: &str, unit: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    html! {
        table.bars {
            thead { tr { th scope="col" { (head) } th {} th.n scope="col" { (unit) } } }
            tbody { @for bar in bars {
                tr {
                    th scope="row" { (bar.says) }
                    td { span.bar { span.fill style={ "width:" (format!("{:.0}", f64::from(bar.count) / f64::from(most) * 100.0)) "%" } {} } }
                    td.n.strong { (bar.count) }
                }
            } }
        }
    }
}
