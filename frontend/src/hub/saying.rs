//! Saying something, or pushing a prepared hint, to one, some or all.

use brownout_core::{
    case::CaseState,
    hub::message::{Audience, LONGEST_TEXT, Message, Said},
};
use leptos::{html, prelude::*};

use crate::{
    hub::{acts::Acts, cell::state_words, facilitator::Shared, live::HubLive},
    parts::{alert::problem, dialog::dialog},
};

/// States of a case in which many may be at once.
const STATES: [CaseState; 5] =
    [CaseState::NotStarted, CaseState::BrokenSeen, CaseState::Editing, CaseState::Deployed, CaseState::Met];

/// The dialog, and what it begins with.
#[derive(Clone, Copy)]
pub struct Saying {
    open: RwSignal<bool>,
    /// Whom it is meant for; empty: everybody.
    seats: RwSignal<Vec<String>>,
    /// Scenario id and name of the hint that it begins with.
    hint: RwSignal<Option<(String, String)>>,
}

impl Saying {
    /// Closed.
    pub fn new() -> Saying {
        Saying { open: RwSignal::new(false), seats: RwSignal::new(Vec::new()), hint: RwSignal::new(None) }
    }

    /// To everybody.
    pub fn to_all(self) {
        self.begin(Vec::new(), None);
    }

    /// To these; to nobody is no message to everybody.
    pub fn to_seats(self, seats: Vec<String>) {
        if !seats.is_empty() {
            self.begin(seats, None);
        }
    }

    /// A prepared hint, to these, or to everybody where there are none.
    pub fn hint(self, seats: Vec<String>, scenario: &str, hint: &str) {
        self.begin(seats, Some((scenario.to_owned(), hint.to_owned())));
    }

    fn begin(self, seats: Vec<String>, hint: Option<(String, String)>) {
        self.seats.set(seats);
        self.hint.set(hint);
        self.open.set(true);
    }
}

impl Default for Saying {
    fn default() -> Self {
        Saying::new()
    }
}

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    Wall,
    All,
    Seats,
    In(CaseState),
}

/// The dialog.
pub fn saying_dialog() -> AnyView {
    let saying = expect_context::<Saying>();
    dialog(saying.open, "Say something", move || form(saying))
}

fn form(saying: Saying) -> AnyView {
    let live = expect_context::<HubLive>();
    let acts = expect_context::<Acts>();
    let shared = expect_context::<Shared>();
    let (seats, begun) = (saying.seats.get_untracked(), saying.hint.get_untracked());
    let case = begun
        .as_ref()
        .map(|(scenario, _)| scenario.clone())
        .or_else(|| live.agenda.with_untracked(|agenda| agenda.step().and_then(|step| step.case.clone())));
    let known = case.as_ref().and_then(|case| untrack(|| shared.case(case)));
    let hints = known.as_ref().map(|case| case.hints.clone()).unwrap_or_default();
    let first = match (&begun, seats.is_empty()) {
        (_, false) => To::Seats,
        (Some(_), true) => To::All,
        (None, true) => To::Wall,
    };
    let to = RwSignal::new(first);
    // Empty: one's own words.
    let hint = RwSignal::new(begun.map(|(_, hint)| hint).unwrap_or_default());
    let text = NodeRef::<html::Textarea>::new();
    let empty = RwSignal::new(true);
    let names = names(&seats, live);
    let title = known.map(|case| case.title).unwrap_or_default();
    let choose = move |value: To, word: String| {
        view! {
            <label class="choice">
                <input type="radio" name="to" prop:checked=move || to.get() == value on:change=move |_| to.set(value) />
                {word}
            </label>
        }
        .into_any()
    };
    let states = case.clone().map(|_| {
        STATES
            .map(|state| choose(To::In(state), format!("Who is in {title} at: {}", state_words(state).1)))
            .into_iter()
            .collect::<Vec<_>>()
    });
    let own = seats.clone();
    let send = move |_| {
        let words = text.get_untracked().map(|text| text.value()).unwrap_or_default();
        let name = hint.get_untracked();
        let what = match (name.is_empty(), to.get_untracked()) {
            (true, To::Wall) => Said::Announcement { text: words },
            (true, _) => Said::Text { text: words },
            (false, _) => Said::Hint { scenario: case.clone().unwrap_or_default(), hint: name },
        };
        let audience = match to.get_untracked() {
            To::Wall | To::All => Audience::All,
            To::Seats => Audience::Seats(own.clone()),
            To::In(state) => Audience::In { scenario: case.clone().unwrap_or_default(), state },
        };
        let says = match &what {
            Said::Announcement { .. } => "Announced to everybody.",
            Said::Hint { .. } => "The hint was pushed; it costs nobody points.",
            _ => "The message was sent.",
        };
        let close = move || {
            saying.open.try_set(false);
        };
        acts.say(audience, what, says.to_owned(), close);
    };
    let pushes = Memo::new(move |_| !hint.with(String::is_empty));
    let hint_words = {
        let hints = hints.clone();
        move || hints.iter().find(|known| hint.with(|name| *name == known.name)).map(|known| known.says.clone())
    };
    let options = hints.into_iter().map(|known| {
        let (name, own) = (known.name.clone(), known.name.clone());
        view! { <option value=name.clone() selected=move || hint.with(|hint| *hint == own)>{format!("Hint: {name}")}</option> }.into_any()
    });
    view! {
        <div class="form saying">
            <fieldset>
                <legend>"To"</legend>
                <div class="choices">
                    {(!seats.is_empty()).then(|| choose(To::Seats, names))}
                    // A hint does not go on the wall.
                    <span hidden=move || pushes.get()>{choose(To::Wall, "Everybody, also on the big screen, until you take it back".to_owned())}</span>
                    {choose(To::All, "Everybody, on their own screens".to_owned())}
                    {states}
                </div>
            </fieldset>
            <label class="field">"What"
                <select data-testid="say-what" on:change=move |event| {
                    hint.set(event_target_value(&event));
                    if pushes.get_untracked() && to.get_untracked() == To::Wall {
                        to.set(To::All);
                    }
                }>
                    <option value="" selected=move || !pushes.get()>"My own words"</option>
                    {options.collect::<Vec<_>>()}
                </select>
            </label>
            <label class="field" hidden=move || pushes.get()>"Words"
                <textarea rows="3" maxlength=LONGEST_TEXT.to_string() autofocus=true node_ref=text data-testid="say-text"
                    on:input=move |event| empty.set(event_target_value(&event).trim().is_empty())></textarea>
            </label>
            <p class="muted hint-words" hidden=move || !pushes.get()>{hint_words}</p>
            {problem(acts.alert)}
            <div class="actions">
                <button class="button primary" data-testid="say-send" disabled=move || acts.busy.get() || (empty.get() && !pushes.get()) on:click=send>
                    {move || if pushes.get() { "Push the hint" } else { "Send" }}
                </button>
                <button class="button" on:click=move |_| saying.open.set(false)>"Not now"</button>
            </div>
        </div>
    }
    .into_any()
}

fn names(seats: &[String], live: HubLive) -> String {
    let names: Vec<String> = seats.iter().filter_map(|seat| untrack(|| live.row(seat))).map(|row| row.name).collect();
    match names.len() {
        0..=4 => names.join(", "),
        count => format!("{}, and {} others", names[..3].join(", "), count - 3),
    }
}

/// To whom, and what, in words.
pub fn words(message: &Message, live: HubLive) -> (String, String) {
    let to = match &message.to {
        Audience::All => "To everybody".to_owned(),
        Audience::Seats(seats) => format!("To {}", names(seats, live)),
        Audience::In { state, .. } => format!("To who is at: {}", state_words(*state).1),
    };
    let what = match &message.what {
        Said::Text { text } | Said::Announcement { text } => text.clone(),
        Said::Hint { scenario, hint } => format!("Hint `{hint}` of {scenario}"),
        Said::Survey => "The survey is open".to_owned(),
    };
    (to, what)
}
