//! The app of a hub: what a facilitator works with, what hangs on the wall, and how one joins.

fn main() {
    leptos::mount::mount_to_body(brownout_ui::hub::app::App);
}
