//! Asks once what the participant wants to be called.

use brownout_core::setup::{ChangeSettings, NAMELESS};
use leptos::prelude::*;

use crate::{live::Live, parts::editor::Choices};

/// Where "not now" is kept.
const LATER: &str = "brownout.no-name";

/// The question, until it is answered or put off.
pub fn name_question() -> AnyView {
    let (choices, live) = (expect_context::<Choices>(), expect_context::<Live>());
    let kept = window().local_storage().ok().flatten();
    let later = RwSignal::new(kept.is_some_and(|kept| kept.get_item(LATER).ok().flatten().is_some()));
    let name = RwSignal::new(String::new());
    let nameless = move || {
        // Who takes part in a workshop has said it there.
        !later.get()
            && live.hub.with(Option::is_none)
            && choices.settings.with(|settings| settings.as_ref().is_some_and(|settings| settings.name == NAMELESS))
    };
    let give = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        choices.change(ChangeSettings { name: Some(name.get_untracked()), editor: None }, || ());
    };
    let put_off = move |_| {
        if let Ok(Some(kept)) = window().local_storage() {
            let _ = kept.set_item(LATER, "1");
        }
        later.set(true);
    };
    view! {
        <form class="panel actions name-question" data-testid="name-question" hidden=move || !nameless() on:submit=give>
            <label class="field inline">"What shall the leaderboard call you?"
                <input type="text" maxlength="40" autocomplete="nickname" on:input=move |event| name.set(event_target_value(&event)) />
            </label>
            <button class="button primary" type="submit" disabled=move || name.with(|name| name.trim().is_empty())>"Keep this name"</button>
            <button class="button quiet" type="button" on:click=put_off>"Not now"</button>
        </form>
    }
    .into_any()
}
