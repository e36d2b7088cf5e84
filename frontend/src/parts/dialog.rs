//! A dialog of the page: the browser traps the focus in it, ends it with Escape and gives the focus back.

use leptos::{html, prelude::*};

/// A dialog that is shown while `open` holds; what it says is made anew each time.
pub fn dialog(open: RwSignal<bool>, title: &'static str, says: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let element = NodeRef::<html::Dialog>::new();
    let says: Box<dyn Fn() -> AnyView + Send> = Box::new(says);
    Effect::new(move || {
        let (Some(element), open) = (element.get(), open.get()) else { return };
        if open && !element.open() {
            let _ = element.show_modal();
        } else if !open && element.open() {
            element.close();
        }
    });
    view! {
        <dialog node_ref=element aria-label=title on:close=move |_| open.set(false)>
            <h2>{title}</h2>
            {move || if open.get() { says() } else { ().into_any() }}
        </dialog>
    }
    .into_any()
}
