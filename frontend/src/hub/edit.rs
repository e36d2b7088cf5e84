//! Editing the run sheet, before the workshop and while it goes on.

use brownout_core::{
    hub::page::SheetView,
    workshop::{Step, StepKind, Workshop},
};
use gloo_net::http::Method;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    hub::{
        acts::{Acts, body},
        live::HubLive,
    },
    parts::{alert::problem, dialog::dialog, keyboard::found},
    view::Fetched,
};

/// The button with its dialog.
pub fn edit_button(sheet: RwSignal<Fetched<SheetView>>) -> AnyView {
    let open = RwSignal::new(false);
    let there = Memo::new(move |_| sheet.with(|sheet| matches!(sheet, Fetched::Ready(_))));
    // What is typed stays when the sheet is read anew.
    let says = move || match sheet.get_untracked() {
        Fetched::Ready(view) => form(view, open),
        _ => ().into_any(),
    };
    view! {
        <button class="button" data-testid="edit-sheet" hidden=move || !there.get() on:click=move |_| open.set(true)>"Edit the run sheet"</button>
        {dialog(open, "Run sheet", says)}
    }
    .into_any()
}

fn form(view: SheetView, open: RwSignal<bool>) -> AnyView {
    let live = expect_context::<HubLive>();
    let acts = expect_context::<Acts>();
    // What this edit begins with: where somebody else has changed the sheet since, the hub says so.
    let SheetView { upto: at, sheet, .. } = view;
    let steps = RwSignal::new(sheet.steps.clone());
    let sheet = StoredValue::new(sheet);
    let total = Memo::new(move |_| steps.with(|steps| steps.iter().map(|step| step.minutes).sum::<u32>()));
    let add = move |_| {
        steps.update(|steps| {
            let name =
                (1..).map(|number| format!("step-{number}")).find(|name| steps.iter().all(|step| step.name != *name));
            let step = Step {
                name: name.unwrap_or_default(),
                kind: StepKind::Talk,
                title: "Break".to_owned(),
                minutes: 5,
                ..Step::default()
            };
            steps.push(step);
        });
        // The list is longer than its place: who adds a step is shown it.
        request_animation_frame(|| {
            if let Some(title) = found(".edit-step:last-child .edit-title") {
                let _ = title.focus();
            }
        });
    };
    let save = move |_| {
        let (steps, minutes) = (steps.get_untracked(), total.get_untracked());
        let sheet = Workshop { steps, minutes, ..sheet.get_value() };
        let close = move || {
            open.try_set(false);
        };
        acts.ask_then(Method::PUT, "/sheet".to_owned(), body(&sheet), Some(at), String::new(), close);
    };
    let names = Memo::new(move |_| steps.with(|steps| steps.iter().map(|step| step.name.clone()).collect::<Vec<_>>()));
    view! {
        <div class="form edit-sheet">
            <ol class="plain edit-steps">
                <For each=move || names.get() key=Clone::clone children=move |name| row(name, steps, live) />
            </ol>
            <p class="muted" role="status">{move || format!("{} min in all", total.get())}</p>
            {problem(acts.alert)}
            <div class="actions">
                <button class="button primary" data-testid="save-sheet" disabled=move || acts.busy.get() || steps.with(Vec::is_empty) on:click=save>"Keep this run sheet"</button>
                <button class="button" on:click=add>"Add a step"</button>
                <button class="button" on:click=move |_| open.set(false)>"Leave it as it was"</button>
            </div>
        </div>
    }
    .into_any()
}

fn row(name: String, steps: RwSignal<Vec<Step>>, live: HubLive) -> AnyView {
    let id = StoredValue::new(name);
    let begun = Memo::new(move |_| {
        id.with_value(|id| {
            live.agenda.with(|agenda| agenda.clock.step.as_ref() == Some(id) || agenda.clock.done.contains(id))
        })
    });
    let place = move |steps: &[Step]| id.with_value(|id| steps.iter().position(|step| step.name == *id));
    let change = move |change: &dyn Fn(&mut Step)| {
        steps.update(|steps| {
            if let Some(at) = place(steps) {
                change(&mut steps[at]);
            }
        });
    };
    let shift = move |by: isize| {
        steps.update(|steps| {
            if let Some(at) = place(steps)
                && let Some(to) = at.checked_add_signed(by).filter(|to| *to < steps.len())
            {
                steps.swap(at, to);
            }
        });
    };
    let remove = move |_| steps.update(|steps| steps.retain(|step| id.with_value(|id| step.name != *id)));
    let of = move |look: &dyn Fn(&Step) -> String| {
        steps.with_untracked(|steps| place(steps).map(|at| look(&steps[at]))).unwrap_or_default()
    };
    let title = of(&|step| step.title.clone());
    let label = title.clone();
    let named = move |does: &str| format!("{does} “{label}”");
    let name_it = move |event| {
        let value = event_target_value(&event);
        change(&|step| step.title.clone_from(&value));
    };
    let time_it = move |event| {
        if let Ok(minutes) = event_target_value(&event).parse::<u32>() {
            change(&|step| step.minutes = minutes.clamp(1, 240));
        }
    };
    // What is kept stands in the field.
    let kept_time = move |event: leptos::ev::Event| {
        let kept = steps.with_untracked(|steps| place(steps).map(|at| steps[at].minutes.to_string()));
        let field = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let (Some(kept), Some(field)) = (kept, field) {
            field.set_value(&kept);
        }
    };
    let say_it = move |event| {
        let value = event_target_value(&event);
        change(&|step| step.participants.clone_from(&value));
    };
    view! {
        <li class="edit-step">
            <input type="text" class="edit-title" aria-label=named("title of") value=title maxlength="60" on:input=name_it />
            <input type="number" min="1" max="240" aria-label=named("minutes of") value=of(&|step| step.minutes.to_string()) on:input=time_it on:change=kept_time />
            <button class="button quiet" aria-label=named("earlier:") on:click=move |_| shift(-1)>"↑"</button>
            <button class="button quiet" aria-label=named("later:") on:click=move |_| shift(1)>"↓"</button>
            <button class="button quiet" aria-label=named("remove") disabled=move || begun.get() on:click=remove>"×"</button>
            <input type="text" class="edit-does" aria-label=named("what participants do in") maxlength="200"
                placeholder="What participants do, in a sentence" value=of(&|step| step.participants.clone()) on:input=say_it />
        </li>
    }
    .into_any()
}
