//! Embeds the UI anew when it was built anew.

fn main() {
    // The folder may not exist yet: a clean `cargo build` works without a built UI.
    println!("cargo::rerun-if-changed=../../frontend/dist/.source-hash");
}
