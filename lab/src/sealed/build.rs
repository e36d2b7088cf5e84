//! Which build this is.

/// Id that was compiled in by `LAB_BUILD_ID`.
// A function that is not inlined, and no constant: each `make dev` has another id, and only this file is then built
// again, not everything that mentions the id.
#[inline(never)]
pub fn id() -> &'static str {
    option_env!("LAB_BUILD_ID").unwrap_or("unstamped")
}

/// The build as a metric.
pub fn metric() -> String {
    format!("# TYPE lab_build_info gauge\nlab_build_info{{build=\"{}\"}} 1\n", id())
}
