//! What to change next: file and line, and a prompt for an agent.

use brownout_core::wire::ScenarioView;
use leptos::prelude::*;

use crate::parts::copy::Copy;

/// The edit points of a case.
#[component]
pub fn Next(case: ScenarioView) -> impl IntoView {
    let prompt = case.scenario.prompt.clone();
    view! {
        <div class="next">
            {case.edit.into_iter().map(|place| {
                let at = format!("{}:{}", place.file, place.line);
                view! {
                    <p>"Next: "{place.says}" in "<code>{at}</code></p>
                    <Copy label="Copy path" text=format!("{}:{}", place.path, place.line) />
                }
            }).collect_view()}
            <Copy label="Copy agent prompt" text=prompt />
            <p class="muted small">"Then "<code>"make dev"</code>" or Rebuild and deploy, and run again."</p>
        </div>
    }
}
