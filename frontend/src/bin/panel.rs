//! The app of the panel: what a participant works with.

fn main() {
    leptos::mount::mount_to_body(brownout_ui::app::App);
}
