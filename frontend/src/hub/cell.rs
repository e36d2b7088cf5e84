//! How far somebody is in a case, in a sign and a word: colour is never alone.

use brownout_core::{
    case::CaseState,
    hub::{
        need::Need,
        readiness::Ready,
        row::{Flag, GridCell},
    },
    quantity::clock,
};
use leptos::prelude::*;

/// Sign, short word and tone of a state.
pub fn state_words(state: CaseState) -> (&'static str, &'static str, &'static str) {
    match state {
        CaseState::NotStarted => ("○", "not started", "muted"),
        CaseState::BrokenSeen => ("✗", "seen to fail", "bad"),
        CaseState::Editing => ("✎", "editing", "warn"),
        CaseState::Deployed => ("▷", "deployed", "warn"),
        CaseState::Met => ("✓", "met", "good"),
        CaseState::Completed => ("◆", "completed", "good"),
    }
}

/// Sign, word and tone of a need.
pub fn need_words(need: Need) -> (&'static str, &'static str, &'static str) {
    match need {
        Need::Hand => ("⚑", "hand up", "warn"),
        Need::Locked => ("■", "cannot go on", "bad"),
        Need::Stuck => ("▲", "stands still", "warn"),
        Need::Behind => ("◔", "behind", "warn"),
        Need::Offline => ("○", "offline", "muted"),
        Need::GoesOn => ("▸", "goes on", "muted"),
        Need::Done => ("✓", "done", "good"),
    }
}

/// Sign, word and tone of a readiness.
pub fn ready_words(ready: Ready) -> (&'static str, &'static str, &'static str) {
    match ready {
        Ready::Yes => ("✓", "ready", "good"),
        Ready::Almost => ("▲", "almost ready", "warn"),
        Ready::No => ("✗", "not ready", "bad"),
    }
}

/// A reading in ms as `mm:ss`.
pub fn minutes(ms: u64) -> String {
    clock(ms * 1_000)
}

/// What a facilitator should see of a cell beside its state.
pub fn flags(cell: &GridCell) -> Vec<(String, &'static str)> {
    let flag = |flag: &Flag| match flag {
        Flag::Stuck { minutes } => (format!("▲ still for {minutes} min"), "warn"),
        Flag::HintUsed if cell.hints == 1 => ("1 hint".to_owned(), "muted"),
        Flag::HintUsed => (format!("{} hints", cell.hints), "muted"),
        Flag::Practice => ("practice".to_owned(), "warn"),
        Flag::BuildFailed => ("✗ build failed".to_owned(), "bad"),
        Flag::First => ("★ first".to_owned(), "good"),
    };
    cell.flags.iter().map(flag).collect()
}

/// A cell of the grid. Only the case that goes on has room for words on a narrow screen; what is left out there is in the
/// cell's title and in the person's column.
pub fn grid_cell(cell: &GridCell, now: bool) -> AnyView {
    let (sign, word, tone) = state_words(cell.state);
    let told = flags(cell).into_iter().map(|(says, _)| says);
    let title = std::iter::once(word.to_owned()).chain(told).collect::<Vec<_>>().join(", ");
    let time = if cell.clock_ms > 0 { minutes(cell.clock_ms) } else { String::new() };
    let score = cell.best.or(cell.last).map(|score| score.to_string());
    let marks = flags(cell).into_iter().map(|(says, tone)| view! { <span class=tone>{says}</span> }.into_any());
    view! {
        <td class="grid-cell" class:now=now data-state=word title=title>
            <p class="cell-line">
                <span class=tone><span aria-hidden="true">{sign}</span>" "<span class="cell-word">{word}</span></span>
                <span class="number strong">{score}</span>
            </p>
            <p class="small cell-marks"><span class="number muted">{time}</span>{marks.collect::<Vec<_>>()}</p>
        </td>
    }
    .into_any()
}
