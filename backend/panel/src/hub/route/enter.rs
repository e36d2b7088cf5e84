//! Pages of the hub: the token of a link for a cookie, and the cookie's end.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::AppendHeaders,
};
use brownout_core::hub::page::{Enter, Who};
use brownout_hub::{Caller, Token};

use crate::{
    hub::{HubApp, allowed::who, caller::Called},
    problem::{Answer, Problem},
    route::ask::{Body, Sent},
};

impl Body for Enter {
    const EXAMPLE: &str = r#"{"token":"what stands behind the # of the link"}"#;
}

/// Takes the token of a facilitator's or a screen's link and gives a cookie. A facilitator who opens the link of the big
/// screen stays one: pages for the wall follow `/live?as=screen`.
#[utoipa::path(post, path = "/enter", operation_id = "enter", tag = "joining", request_body = Enter, responses(
    (status = 204, description = "The cookie"),
    (status = 401, description = "The link is of another time or another hub"),
    (status = 429, description = "Too many wrong ones from this address"),
))]
pub(super) async fn enter(
    State(app): State<HubApp>,
    called: Called,
    Sent(enter): Sent<Enter>,
) -> Answer<(StatusCode, [(HeaderName, String); 1])> {
    let caller = app.desk.caller(&Token::told(enter.token.trim()));
    let page = match who(caller.as_ref()) {
        Who::Facilitator => Who::Facilitator,
        Who::Screen if called.caller == Some(Caller::Facilitator) => Who::Facilitator,
        Who::Screen => Who::Screen,
        Who::Seat | Who::Nobody => {
            app.limits.failed(called.address)?;
            let detail = "This link opens nothing here (any more). Take the one that the hub has printed last, or start the \
                          hub with --new-links.";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, "no-token", "The link is not known", detail));
        }
    };
    let cookie = app.cookies.give(page, app.secure)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

/// Ends the cookie of this page.
#[utoipa::path(post, path = "/leave", operation_id = "leave", tag = "joining", responses(
    (status = 204, description = "It opens nothing any more"),
))]
pub(super) async fn leave(
    State(app): State<HubApp>,
    headers: HeaderMap,
) -> (StatusCode, AppendHeaders<[(HeaderName, String); 2]>) {
    let forgotten = app.cookies.forget(&headers, app.secure).map(|cookie| (header::SET_COOKIE, cookie));
    (StatusCode::NO_CONTENT, AppendHeaders(forgotten))
}
