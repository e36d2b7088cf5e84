//! Where the browser is: the path decides the page, links of our own change it without a reload.
//!
//! Seven flat paths need no more than this; see docs/adr/005.

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

/// The pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// `/`
    Cases,
    /// `/cases/{id}`
    Case(String),
    /// `/runs`
    Runs,
    /// `/runs/{id}`
    Run(String),
    /// `/leaderboard`
    Leaderboard,
    /// `/setup`
    Setup,
    /// `/wrap-up`
    WrapUp,
    /// Anything else.
    Missing,
}

impl Page {
    /// The page of a path.
    pub fn of(path: &str) -> Page {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next(), parts.next()) {
            (None, ..) => Page::Cases,
            (Some("cases"), Some(id), None) => Page::Case(id.to_owned()),
            (Some("runs"), None, _) => Page::Runs,
            (Some("runs"), Some(id), None) => Page::Run(id.to_owned()),
            (Some("leaderboard"), None, _) => Page::Leaderboard,
            (Some("setup"), None, _) => Page::Setup,
            (Some("wrap-up"), None, _) => Page::WrapUp,
            _ => Page::Missing,
        }
    }
}

/// The browser's address.
#[derive(Clone, Copy)]
pub struct Place {
    path: RwSignal<String>,
    query: RwSignal<String>,
}

impl Place {
    /// Follows the address for as long as the page lives.
    pub fn follow() -> Place {
        let place = Place { path: RwSignal::default(), query: RwSignal::default() };
        place.look();
        // The listeners live as long as the page.
        let _ = window_event_listener(ev::popstate, move |_| place.look());
        let _ = window_event_listener(ev::click, move |event| {
            if let Some(to) = link_of(&event) {
                event.prevent_default();
                place.go(&to);
            }
        });
        place
    }

    /// The path.
    pub fn path(self) -> String {
        self.path.get()
    }

    /// The page to show.
    pub fn page(self) -> Memo<Page> {
        Memo::new(move |_| self.path.with(|path| Page::of(path)))
    }

    /// The value of a query parameter; empty when it is there without one.
    pub fn asked(self, name: &str) -> Option<String> {
        self.query.with(|query| {
            query.trim_start_matches('?').split('&').find_map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (key == name).then(|| value.to_owned())
            })
        })
    }

    /// Goes to an address of our own.
    pub fn go(self, to: &str) {
        self.write(to, false);
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Goes to an address that shows the same page otherwise: where it is scrolled to stays.
    pub fn turn(self, to: &str) {
        self.write(to, false);
    }

    /// Changes the query of the page without an entry of its own in the history.
    pub fn ask(self, query: &str) {
        let path = self.path.get_untracked();
        self.write(&if query.is_empty() { path } else { format!("{path}?{query}") }, true);
    }

    fn write(self, to: &str, instead: bool) {
        if let Ok(history) = window().history() {
            let _ = match instead {
                true => history.replace_state_with_url(&JsValue::NULL, "", Some(to)),
                false => history.push_state_with_url(&JsValue::NULL, "", Some(to)),
            };
        }
        self.look();
    }

    fn look(self) {
        let location = window().location();
        let (path, query) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
        // The query first: a page that opens reads it.
        if self.query.get_untracked() != query {
            self.query.set(query);
        }
        if self.path.get_untracked() != path {
            self.path.set(path);
        }
    }
}

/// Where a click on a link of our own leads, unless it asks for another tab.
fn link_of(event: &ev::MouseEvent) -> Option<String> {
    if event.default_prevented()
        || event.button() != 0
        || event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
    {
        return None;
    }
    let link = event.target()?.dyn_into::<web_sys::Element>().ok()?.closest("a[href^='/']:not([target])").ok()??;
    link.get_attribute("href")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_page() {
        for (path, page) in [
            ("/", Page::Cases),
            ("/cases/timeouts", Page::Case("timeouts".into())),
            ("/cases", Page::Missing),
            ("/runs", Page::Runs),
            ("/runs/", Page::Runs),
            ("/runs/0190-a", Page::Run("0190-a".into())),
            ("/runs/a/b", Page::Missing),
            ("/leaderboard", Page::Leaderboard),
            ("/setup", Page::Setup),
            ("/wrap-up", Page::WrapUp),
        ] {
            assert_eq!(Page::of(path), page, "{path}");
        }
    }
}
