//! How scores are distributed: first runs above, best runs below, on one axis and one scale.

use brownout_core::hub::archive::ScoreTenths;
use maud::{Markup, html};

/// Width of a tenth.
const BIN: usize = 34;
/// Height of the highest column.
const HIGH: f64 = 44.0;
/// Between the line below one and the words above the next.
const GAP: usize = 7;
/// From one distribution to the next.
const STRIP: usize = 82;

/// The drawing, with its numbers above its columns.
pub(super) fn tenths(scores: &ScoreTenths) -> Markup {
    let strips = [("first runs", &scores.first, "var(--muted)"), ("best runs", &scores.best, "var(--accent)")];
    let most = scores.first.iter().chain(&scores.best).copied().max().unwrap_or(0).max(1);
    let bottom = strips.len() * STRIP - GAP;
    html! {
        div.tenths {
            svg viewBox={ "0 0 " (10 * BIN) " " (bottom + 34) } role="img" aria-label=(says(scores)) {
                @for (nth, (word, counts, color)) in strips.into_iter().enumerate() { (strip(word, counts, most, nth * STRIP, color)) }
                @for at in 0..10 {
                    text x=(middle(at)) y=(bottom + 14) text-anchor="middle" fill="var(--muted)" { @if at == 9 { "90+" } @else { (at * 10) } }
                }
                text x="0" y=(bottom + 28) fill="var(--muted)" { "score, by tenths" }
            }
        }
    }
}

fn strip(word: &str, counts: &[u32; 10], most: u32, top: usize, color: &str) -> Markup {
    let floor = top + STRIP - GAP;
    html! {
        text x="0" y=(top + 11) fill="var(--text)" { (word) ", " (counts.iter().copied().map(u64::from).sum::<u64>()) }
        line x1="0" x2=(10 * BIN) y1=(floor) y2=(floor) stroke="var(--line)" {}
        @for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            @let high = (f64::from(*count) / f64::from(most) * HIGH).max(1.0);
            @let y = floor as f64 - high;
            rect x=(at * BIN + 3) y=(format!("{y:.1}")) width=(BIN - 6) height=(format!("{high:.1}")) fill=(color) {}
            text x=(middle(at)) y=(format!("{:.1}", y - 3.0)) text-anchor="middle" fill="var(--text)" { (count) }
        }
    }
}

fn middle(at: usize) -> usize {
    at * BIN + BIN / 2
}

/// The same for those who do not see it.
fn says(scores: &ScoreTenths) -> String {
    let tenth = |(at, count): (usize, &u32)| {
        let to = if at == 9 { 100 } else { at * 10 + 9 };
        (*count > 0).then(|| format!("{count} from {} to {to}", at * 10))
    };
    let listed = |counts: &[u32; 10]| {
        let tenths: Vec<String> = counts.iter().enumerate().filter_map(tenth).collect();
        if tenths.is_empty() { "none".to_owned() } else { tenths.join(", ") }
    };
    format!("Scores of first runs: {}. Of best runs: {}.", listed(&scores.first), listed(&scores.best))
}
