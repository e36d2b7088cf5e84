//! Coming in: the secret behind the `#` of a link is given for a cookie, and disappears from the address.

use brownout_core::{
    hub::page::{About, Who},
    wire::Problem,
};
use gloo_net::http::Method;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::hub::call;

/// Where the secret of this tab is kept, for a hub that was started anew and knows no cookie.
const KEPT: &str = "brownout.hub.link";

/// Who one is at this hub.
#[derive(Clone, Copy)]
pub struct Entry {
    /// As the hub has answered; `None` until it has.
    pub about: RwSignal<Option<About>>,
    /// Why it has not.
    pub failed: RwSignal<Option<String>>,
    /// Whether this tab was opened for the big screen: it stays one.
    pub wall: bool,
}

impl Entry {
    /// Nothing was asked yet. To be made before the address is changed.
    pub fn new() -> Entry {
        let location = window().location();
        let board = location.pathname().is_ok_and(|path| path == "/board");
        let linked = location.hash().is_ok_and(|hash| hash.len() > 1);
        let asked = location.search().is_ok_and(|query| query.contains("screen"));
        Entry { about: RwSignal::new(None), failed: RwSignal::new(None), wall: board && (linked || asked) }
    }

    /// Comes in by the link, where it is one, and asks the hub who this is.
    pub async fn enter(self) -> Who {
        let Some(secret) = of_address() else { return self.renew().await };
        if let Some(kept) = kept() {
            let _ = kept.set_item(KEPT, &secret);
        }
        // Also where the browser has a cookie: it may be that of a screen.
        self.give(secret).await
    }

    /// Comes in again where the hub does not know this tab any more.
    ///
    /// What the page is told is the last answer alone: in between, the one who was the facilitator all the time would be
    /// nobody, and the page with all that is open and typed in it would be made anew. A screen's cookie is not enough
    /// either: a tab with the big screen in the same browser may have been first.
    pub async fn renew(self) -> Who {
        let told = call::get::<About>("/about").await;
        match (&told, kept().and_then(|kept| kept.get_item(KEPT).ok().flatten())) {
            (Ok(about), Some(secret)) if about.you != Who::Facilitator => self.give(secret).await,
            _ => self.publish(told),
        }
    }

    async fn give(self, secret: String) -> Who {
        let given = call::send(Method::POST, "/enter", crate::panel::body(&[("token", secret.into())]), None).await;
        let who = self.publish(call::get::<About>("/about").await);
        if let Err(problem) = given {
            self.failed.set(Some(problem.detail));
        }
        who
    }

    fn publish(self, told: Result<About, Problem>) -> Who {
        match told {
            Ok(about) => {
                let who = about.you;
                self.failed.set(None);
                if self.about.with_untracked(|known| known.as_ref() != Some(&about)) {
                    self.about.set(Some(about));
                }
                who
            }
            Err(problem) => {
                self.failed.set(Some(problem.detail));
                self.who()
            }
        }
    }

    /// Who this is, as far as it is known.
    pub fn who(self) -> Who {
        self.about.with_untracked(|about| about.as_ref().map(|about| about.you).unwrap_or_default())
    }
}

impl Default for Entry {
    fn default() -> Self {
        Entry::new()
    }
}

/// The secret behind the `#`, which is taken out of the address. A join link has the code there, which is no secret.
fn of_address() -> Option<String> {
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let secret = location.hash().unwrap_or_default().trim_start_matches('#').to_owned();
    if secret.is_empty() || path.starts_with("/join") || path == "/" {
        return None;
    }
    let query = location.search().unwrap_or_default();
    if let Ok(history) = window().history() {
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{query}")));
    }
    Some(secret)
}

fn kept() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}
