//! The success criteria, always in the sidebar: value, target, how long it has held.

use brownout_core::criterion::{self, CriterionState, Stage};
use leptos::prelude::*;

use crate::view::RunView;

/// Criteria of a run.
pub fn criteria(run: RunView) -> AnyView {
    let states = Memo::new(move |_| {
        run.with(|run| match &run.finished {
            Some(finished) => finished.criteria.clone(),
            None => criterion::judge(run),
        })
    });
    let summary = move || {
        states.with(|states| {
            let met = states.iter().filter(|state| state.met).count();
            let judged = states.iter().any(|state| state.stage != Stage::Ahead);
            if judged { format!("{met} of {} met", states.len()) } else { "not judged yet".to_owned() }
        })
    };
    // Rows stay the same elements while their numbers change: nothing jumps and focus is kept.
    let count = Memo::new(move |_| states.with(Vec::len));
    view! {
        <section class="panel criteria">
            <h2>"Success criteria "<span class="muted">{move || summary()}</span></h2>
            <ul class="plain">
                {move || (0..count.get()).map(|at| row(run, states, at)).collect::<Vec<_>>()}
            </ul>
        </section>
    }
    .into_any()
}

fn row(run: RunView, states: Memo<Vec<CriterionState>>, at: usize) -> AnyView {
    let state = Memo::new(move |_| states.with(|states| states.get(at).cloned()));
    let with = move |look: &dyn Fn(&CriterionState) -> String| {
        state.with(|state| state.as_ref().map(look).unwrap_or_default())
    };
    let name = with(&|state| format!("criterion-{}", state.name));
    let word = move || with(&|state| word(state).0.to_owned());
    let over = Memo::new(move |_| run.with(|run| run.finished.is_some()));
    let held = move || {
        let over = over.get();
        with(&|state| match state.stage {
            Stage::Ahead => if over { "not judged" } else { "judged later" }.to_owned(),
            _ => format!("held {} of {} s", state.held_s.min(state.hold_s), state.hold_s),
        })
    };
    let share = move || {
        state.with(|state| {
            state
                .as_ref()
                .map_or(0.0, |state| f64::from(state.held_s.min(state.hold_s)) / f64::from(state.hold_s.max(1)) * 100.0)
        })
    };
    view! {
        <li class="criterion" data-testid=name data-state=word>
            <span class="sign" aria-hidden="true">{move || with(&|state| word_sign(state).to_owned())}</span>
            <span class="says">
                {move || with(&|state| format!("{} ", state.says))}
                <span class="whole">{move || with(&|state| format!("{} {}", state.comparison.sign(), state.unit.show(state.target)))}</span>
                <span class="visually-hidden">{move || format!(": {}", with(&|state| word_of(state).to_owned()))}</span>
            </span>
            <span class="now number">{move || with(&|state| state.value.map_or("–".to_owned(), |value| state.unit.show(value)))}</span>
            <div class="bar"><div class="fill" style:width=move || format!("{:.0}%", share())></div></div>
            <span class="held muted number">{move || held()}</span>
        </li>
    }
    .into_any()
}

fn word(state: &CriterionState) -> (&'static str, &'static str, &'static str) {
    match (state.met, state.holds, state.stage) {
        (_, _, Stage::Ahead) => ("ahead", "○", "not judged yet"),
        (true, ..) => ("met", "✓", "met"),
        (_, true, Stage::Judging) => ("holds", "◐", "holds"),
        (.., Stage::Over) => ("over", "✗", "not met"),
        _ => ("fails", "✗", "does not hold"),
    }
}

fn word_sign(state: &CriterionState) -> &'static str {
    word(state).1
}

fn word_of(state: &CriterionState) -> &'static str {
    word(state).2
}
