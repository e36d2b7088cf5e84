//! The binary `brownout`.
fn main() {}
