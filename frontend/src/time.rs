//! Instants as people read them.

/// An instant of the browser's clock, ms since the Unix epoch: `14:03`.
pub fn time_of_day(at_ms: f64) -> String {
    let at = js_sys::Date::new(&at_ms.into());
    format!("{:02}:{:02}", at.get_hours(), at.get_minutes())
}
