//! The end of a workshop: what one takes along, and what the facilitator wants to know.

use gloo_net::http::Method;
use leptos::{html, prelude::*, task::spawn_local};
use serde_json::{Value, json};

use crate::{
    live::Live,
    panel,
    parts::{alert::Alert, said::said},
    title::title,
};

/// The page. What is asked is `OwnWrapUp`, read without code for that type alone.
pub fn wrap_up() -> AnyView {
    let live = expect_context::<Live>();
    let alert = expect_context::<Alert>();
    title(|| "Wrap-up".to_owned());
    // `None` until the panel has answered.
    let asked = RwSignal::new(None::<Value>);
    let joined = Memo::new(move |_| live.hub.with(Option::is_some));
    // Anew after a reconnect, and when the hub asks something else.
    let state = Memo::new(move |_| (live.greetings(), live.hub.with(|hub| hub.as_ref().map(|hub| hub.wrap_ups))));
    Effect::new(move || {
        if state.get().1.is_some() {
            spawn_local(async move {
                match panel::text("/hub/wrap-up").await {
                    Ok(text) => {
                        let told: Option<Value> = serde_json::from_str(&text).ok();
                        // The same is not shown anew: somebody may be writing. What was answered here is shown already.
                        let of = |told: &Option<Value>, key: &str| told.as_ref().map(|told| told[key].clone());
                        let other = |known: &Option<Value>| {
                            ["takeaways", "survey"].into_iter().any(|key| of(known, key) != of(&told, key))
                        };
                        if asked.try_with_untracked(other).is_some_and(|other| other) {
                            asked.set(told);
                        }
                    }
                    Err(problem) => alert.0.set(Some(problem.detail)),
                }
            });
        }
    });
    let shown = move || {
        if !joined.get() {
            return view! {
                <section class="empty">
                    <p>"Takeaways and survey belong to a workshop, and you have not joined one."</p>
                    <a href="/" class="button primary">"Go to the cases"</a>
                </section>
            }
            .into_any();
        }
        asked.with(|asked| {
            let all = |of: &str| asked.as_ref().and_then(|asked| asked[of].as_array().cloned()).unwrap_or_default();
            if all("takeaways").is_empty() && all("survey").is_empty() {
                let says = match asked {
                    None => "Asking for the takeaways and the survey …",
                    Some(_) => "The hub has not told of takeaways and survey yet. They stand here when it has.",
                };
                return view! { <p class="muted" role="status">{says}</p> }.into_any();
            }
            view! {
                <div class="setup-page">
                    <section class="panel">
                        <h2>"What I take along"</h2>
                        <ul class="plain">{all("takeaways").iter().map(|takeaway| tick(takeaway, live, alert)).collect::<Vec<_>>()}</ul>
                        <p class="muted small">"The facilitator sees how many ticked each, not who."</p>
                    </section>
                    <section class="panel survey">
                        <h2>"Survey"</h2>
                        {all("survey").iter().map(|question| ask(question, given(asked, question), live, alert)).collect::<Vec<_>>()}
                        <p class="muted small">"Each answer is kept as soon as it is given, and can be changed. The export has no names."</p>
                    </section>
                </div>
            }
            .into_any()
        })
    };
    view! { <h1 class="page-title">"Wrap-up"</h1>{move || shown()} }.into_any()
}

fn word(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn tick(takeaway: &Value, live: Live, alert: Alert) -> AnyView {
    let (name, says) = (word(takeaway, "name"), word(takeaway, "says"));
    let (own, id) = (name.clone(), format!("takeaway-{name}"));
    let ticked = move || live.hub.with(|hub| hub.as_ref().is_some_and(|hub| hub.ticked.contains(&own)));
    let change = move |event| {
        let body = panel::body(&[("ticked", Value::Bool(event_target_checked(&event)))]);
        put(format!("/hub/takeaways/{name}"), body, alert);
    };
    view! {
        <li>
            <label class="choice"><input type="checkbox" data-testid=id prop:checked=ticked on:change=change />{said(&says)}</label>
        </li>
    }
    .into_any()
}

/// The answer that was given to a question, with its form as the key; null where none was.
fn given<'a>(asked: &'a Option<Value>, question: &Value) -> &'a Value {
    asked.as_ref().map_or(&Value::Null, |asked| &asked["answers"][question["name"].as_str().unwrap_or_default()])
}

fn ask(question: &Value, given: &Value, live: Live, alert: Alert) -> AnyView {
    let (name, ask, form) = (word(question, "name"), word(question, "ask"), &question["form"]);
    let own = name.clone();
    let answered = move || match live.hub.with(|hub| hub.as_ref().is_some_and(|hub| hub.answered.contains(&own))) {
        true => "✓ answered",
        false => "",
    };
    let option = |word: String, value: Value| {
        let (path, group, shown) = (format!("/hub/answers/{name}"), name.clone(), word.clone());
        let chosen = *given == value;
        let give = move |_| put(path.clone(), panel::body(&[("value", value.clone())]), alert);
        view! { <label class="choice"><input type="radio" name=group value=word prop:checked=chosen on:change=give />{shown}</label> }
            .into_any()
    };
    let mut fields = Vec::new();
    if let Some(words) = form["choose"].as_array() {
        fields.extend(
            words.iter().filter_map(Value::as_str).map(|word| option(word.to_owned(), json!({ "choice": word }))),
        );
    } else if let Some(scale) = form.get("scale") {
        let (from, to) = (scale["from"].as_i64().unwrap_or_default(), scale["to"].as_i64().unwrap_or_default());
        fields.push(word(scale, "low").into_any());
        fields.extend((from..=to).map(|step| option(step.to_string(), json!({ "scale": step }))));
        fields.push(word(scale, "high").into_any());
    } else {
        let letters = form["text"]["letters"].as_u64().unwrap_or(500);
        fields.push(own_words(&name, &ask, letters, word(given, "text"), alert));
    }
    view! {
        <fieldset data-testid=format!("question-{name}")>
            <legend>{ask}" "<span class="good small" role="status">{answered}</span></legend>
            <div class="answers muted">{fields}</div>
        </fieldset>
    }
    .into_any()
}

fn own_words(name: &str, label: &str, letters: u64, given: String, alert: Alert) -> AnyView {
    let text = NodeRef::<html::Textarea>::new();
    let kept = RwSignal::new(false);
    let path = format!("/hub/answers/{name}");
    let keep = move |_| {
        let words = text.get_untracked().map(|text| text.value()).unwrap_or_default();
        let body = panel::body(&[("value", json!({ "text": words }))]);
        kept.set(false);
        keep_answer(path.clone(), body, alert, Some(kept));
    };
    view! {
        <textarea rows="3" prop:value=given maxlength=letters.to_string() aria-label=label.to_owned() on:input=move |_| kept.set(false) node_ref=text data-testid=format!("answer-{name}")></textarea>
        <button class="button" data-testid=format!("keep-{name}") on:click=keep>"Keep this answer"</button>
        <span role="status">{move || if kept.get() { "Kept." } else { "" }}</span>
    }
    .into_any()
}

fn put(path: String, body: Option<String>, alert: Alert) {
    keep_answer(path, body, alert, None);
}

/// `kept` holds when it is kept.
fn keep_answer(path: String, body: Option<String>, alert: Alert, kept: Option<RwSignal<bool>>) {
    alert.0.set(None);
    spawn_local(async move {
        match (panel::send(Method::PUT, &path, body).await, kept) {
            (Err(problem), _) => alert.0.set(Some(problem.detail)),
            (Ok(_), Some(kept)) => drop(kept.try_set(true)),
            _ => {}
        }
    });
}
