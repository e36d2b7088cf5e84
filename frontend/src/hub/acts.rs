//! What a facilitator does: it is asked of the hub, and what can be undone is offered to be.

use brownout_core::hub::{
    message::{Audience, Said},
    page::{ClockAsk, Done, Say},
};
use gloo_net::http::Method;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use serde::Serialize;
use serde_json::Value;

use crate::{
    hub::{call, live::HubLive},
    panel,
    parts::alert::Alert,
};

/// How long an undo is offered, ms.
const UNDO_MS: u32 = 30_000;

/// What a facilitator can do. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Acts {
    live: HubLive,
    /// What a failed one says.
    pub alert: Alert,
    undo: RwSignal<Option<Undoable>>,
    /// Whether something was asked that is not answered yet.
    pub busy: RwSignal<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Undoable {
    seq: u64,
    says: String,
}

impl Acts {
    /// For the pages of this app.
    pub fn new(live: HubLive, alert: Alert) -> Acts {
        Acts { live, alert, undo: RwSignal::new(None), busy: RwSignal::new(false) }
    }

    /// The clock of the run sheet. Two facilitators could fight over it, so the hub is told what this page has seen.
    pub fn clock(self, ask: &ClockAsk, says: String) {
        let at = self.live.desk.with_untracked(|desk| desk.upto);
        self.ask(Method::POST, "/clock".to_owned(), body(ask), Some(at), says);
    }

    /// Says something to one, some or all; `then` is done when it was said.
    pub fn say(self, to: Audience, what: Said, says: String, then: impl FnOnce() + 'static) {
        self.ask_then(Method::POST, "/messages".to_owned(), body(&Say { to, what }), None, says, then);
    }

    /// Something without a body. Where `says` is not empty, an undo is offered with it.
    pub fn post(self, path: &str, says: &str) {
        self.ask(Method::POST, path.to_owned(), None, None, says.to_owned());
    }

    /// One call; where `says` is not empty, an undo is offered with it.
    pub fn ask(self, method: Method, path: String, body: Option<String>, at: Option<u64>, says: String) {
        self.ask_then(method, path, body, at, says, || ());
    }

    /// The same; `then` is done when the hub has done it, and not where it refuses.
    pub fn ask_then(
        self,
        method: Method,
        path: String,
        body: Option<String>,
        at: Option<u64>,
        says: String,
        then: impl FnOnce() + 'static,
    ) {
        self.busy.set(true);
        self.alert.0.set(None);
        spawn_local(async move {
            match call::send(method, &path, body, at).await {
                Ok(answer) => {
                    then();
                    self.did(&answer, says).await;
                }
                Err(problem) => {
                    self.busy.set(false);
                    self.alert.0.set(Some(problem.detail));
                }
            }
        });
    }

    async fn did(self, answer: &str, says: String) {
        self.busy.set(false);
        let Ok(Done { seq }) = panel::read::<Done>(answer) else { return };
        // What somebody else did before it was not seen here yet: the feed tells of both, in their order.
        if self.live.desk.with_untracked(|desk| seq == desk.upto + 1) {
            self.live.desk.update(|desk| desk.upto = seq);
        }
        if says.is_empty() {
            return;
        }
        let offer = Undoable { seq, says };
        self.undo.set(Some(offer.clone()));
        TimeoutFuture::new(UNDO_MS).await;
        self.undo.update(|now| {
            if now.as_ref() == Some(&offer) {
                *now = None;
            }
        });
    }

    fn take_back(self) {
        if let Some(offer) = self.undo.get_untracked() {
            let body = panel::body(&[("seq", Value::from(offer.seq))]);
            // The number says what is meant; it is offered on where the hub does not do it.
            let then = move || {
                self.undo.update(|now| {
                    if now.as_ref() == Some(&offer) {
                        *now = None;
                    }
                });
            };
            self.ask_then(Method::POST, "/undo".to_owned(), body, None, String::new(), then);
        }
    }
}

/// What was done last, with its undo: at the foot, over everything, so that nothing jumps.
pub fn undo_bar() -> AnyView {
    let acts = expect_context::<Acts>();
    view! {
        <div class="undo-place" role="status">
            {move || match acts.undo.get() {
                None => ().into_any(),
                Some(Undoable { says, .. }) => view! {
                    <div class="waiting undo">
                        <p data-testid="undo-says">{says}</p>
                        <button class="button" data-testid="undo-button" disabled=move || acts.busy.get() on:click=move |_| acts.take_back()>"Undo"</button>
                    </div>
                }
                .into_any(),
            }}
        </div>
    }
    .into_any()
}

/// A body of a type of core.
pub fn body(of: &impl Serialize) -> Option<String> {
    serde_json::to_string(of).ok()
}
