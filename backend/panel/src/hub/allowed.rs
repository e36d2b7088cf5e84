//! Who may call what. A route without a row answers nobody.

use brownout_core::hub::page::Who;
use brownout_hub::Caller;

/// A route and those who may call it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// As HTTP has it.
    pub method: &'static str,
    /// As the document has it, below `/api/v1` but for those beside it.
    pub path: &'static str,
    /// Who may.
    pub who: &'static [Who],
}

const EVERYBODY: &[Who] = &[Who::Nobody, Who::Seat, Who::Screen, Who::Facilitator];
/// Those who have no part in running the workshop.
const GUESTS: &[Who] = &[Who::Nobody, Who::Seat];
/// Those who were let in.
const KNOWN: &[Who] = &[Who::Seat, Who::Screen, Who::Facilitator];
/// Who calls is who is meant: there is no other seat that could be named.
const SEAT: &[Who] = &[Who::Seat];
const FACILITATOR: &[Who] = &[Who::Facilitator];

const fn row(method: &'static str, path: &'static str, who: &'static [Who]) -> Row {
    Row { method, path, who }
}

/// Every route of a hub.
pub const ALLOWED: &[Row] = &[
    row("GET", "/api/v1/about", EVERYBODY),
    row("POST", "/api/v1/join", GUESTS),
    row("POST", "/api/v1/resume", GUESTS),
    row("POST", "/api/v1/enter", EVERYBODY),
    row("POST", "/api/v1/leave", EVERYBODY),
    row("GET", "/api/v1/live", KNOWN),
    row("POST", "/api/v1/seat/events", SEAT),
    row("PUT", "/api/v1/seat/runs/{run}", SEAT),
    row("GET", "/api/v1/seat", SEAT),
    row("PATCH", "/api/v1/seat", SEAT),
    row("DELETE", "/api/v1/seat", SEAT),
    row("GET", "/api/v1/board", KNOWN),
    row("GET", "/api/v1/board/export", FACILITATOR),
    row("GET", "/api/v1/agenda", KNOWN),
    row("GET", "/api/v1/people", FACILITATOR),
    row("GET", "/api/v1/people/{seat}", FACILITATOR),
    row("PATCH", "/api/v1/people/{seat}", FACILITATOR),
    row("DELETE", "/api/v1/people/{seat}", FACILITATOR),
    row("GET", "/api/v1/people/{seat}/runs/{run}", FACILITATOR),
    row("GET", "/api/v1/people/{seat}/hands/{hand}", FACILITATOR),
    row("POST", "/api/v1/people/{seat}/helped", FACILITATOR),
    row("POST", "/api/v1/people/{seat}/remove", FACILITATOR),
    row("POST", "/api/v1/people/{seat}/recovery", FACILITATOR),
    row("GET", "/api/v1/ready", FACILITATOR),
    row("GET", "/api/v1/sheet", FACILITATOR),
    row("PUT", "/api/v1/sheet", FACILITATOR),
    row("POST", "/api/v1/clock", FACILITATOR),
    row("POST", "/api/v1/messages", FACILITATOR),
    row("DELETE", "/api/v1/messages/{id}", FACILITATOR),
    row("POST", "/api/v1/freeze", FACILITATOR),
    row("POST", "/api/v1/reveal", FACILITATOR),
    row("POST", "/api/v1/hide", FACILITATOR),
    row("POST", "/api/v1/show", FACILITATOR),
    row("POST", "/api/v1/undo", FACILITATOR),
    row("PUT", "/api/v1/door", FACILITATOR),
    row("POST", "/api/v1/import", FACILITATOR),
    row("GET", "/api/v1/summary", FACILITATOR),
    row("GET", "/api/v1/archive", FACILITATOR),
    row("GET", "/api/v1/survey", FACILITATOR),
    row("GET", "/healthz", EVERYBODY),
    row("GET", "/readyz", EVERYBODY),
    row("GET", "/metrics", FACILITATOR),
    row("GET", "/api/openapi.json", EVERYBODY),
    row("GET", "/api/docs", EVERYBODY),
];

/// What a route says to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Yes,
    /// Say who you are: 401.
    WhoAreYou,
    /// Not you: 403.
    NotYou,
}

/// Whether this caller may call the route with this path of the document. `HEAD` is a `GET` without its body.
pub fn allowed(method: &str, path: &str, caller: Option<&Caller>) -> Verdict {
    let method = if method == "HEAD" { "GET" } else { method };
    let who = who(caller);
    let row = ALLOWED.iter().find(|row| row.method == method && row.path == path);
    match row {
        Some(row) if row.who.contains(&who) => Verdict::Yes,
        _ if who == Who::Nobody => Verdict::WhoAreYou,
        _ => Verdict::NotYou,
    }
}

/// A caller in one word.
pub fn who(caller: Option<&Caller>) -> Who {
    match caller {
        None => Who::Nobody,
        Some(Caller::Seat(_)) => Who::Seat,
        Some(Caller::Screen) => Who::Screen,
        Some(Caller::Facilitator) => Who::Facilitator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_may_call_what_the_table_says_and_nobody_anything_else() {
        let seat = Caller::Seat("a".to_owned());
        for (method, path, caller, verdict) in [
            ("GET", "/api/v1/board", None, Verdict::WhoAreYou),
            ("GET", "/api/v1/board", Some(&seat), Verdict::Yes),
            ("HEAD", "/api/v1/board", Some(&Caller::Screen), Verdict::Yes),
            ("DELETE", "/api/v1/board", Some(&Caller::Facilitator), Verdict::NotYou),
            ("GET", "/api/v1/people", Some(&seat), Verdict::NotYou),
            ("GET", "/api/v1/people", Some(&Caller::Facilitator), Verdict::Yes),
            ("POST", "/api/v1/seat/events", Some(&Caller::Facilitator), Verdict::NotYou),
            ("GET", "/api/v1/no-such-route", Some(&Caller::Facilitator), Verdict::NotYou),
            ("GET", "/healthz", None, Verdict::Yes),
        ] {
            assert_eq!(allowed(method, path, caller), verdict, "{method} {path} {caller:?}");
        }
    }

    #[test]
    fn no_route_has_two_rows() {
        let mut rows: Vec<_> = ALLOWED.iter().map(|row| (row.path, row.method)).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), ALLOWED.len());
    }
}
