//! The frame of every page: header, routes, keyboard.

use leptos::prelude::*;
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

use crate::{
    keys::Keys,
    live::Live,
    pages::{case::Case, cases::Cases, missing::Missing, run::RunPage, runs::Runs},
    parts::{header::Header, notice::Notices},
    theme::theme,
};

/// What a failed action says until it is dismissed or something else is done.
#[derive(Clone, Copy)]
pub struct Alert(pub RwSignal<Option<String>>);

/// The app.
#[component]
pub fn App() -> impl IntoView {
    provide_context(Live::follow());
    provide_context(theme());
    provide_context(Alert(RwSignal::new(None)));
    view! {
        <Router>
            <a class="skip" href="#main">"Skip to content"</a>
            <Header />
            <Notices />
            <main id="main">
                <Routes fallback=Missing>
                    <Route path=path!("/") view=Cases />
                    <Route path=path!("/cases/:id") view=Case />
                    <Route path=path!("/runs") view=Runs />
                    <Route path=path!("/runs/:id") view=RunPage />
                </Routes>
            </main>
            <Keys />
        </Router>
    }
}
