//! The OpenAPI document of a hub; `docs/hub-openapi.json` is this, and a test holds it so.

use brownout_core::{
    hub::live::{HubMessage, SeatSays},
    wire::Problem,
};
use utoipa::{OpenApi, openapi};

use super::route;
use crate::openapi::{framed, written};

/// The document as it is committed; a test holds it equal to [`text`].
pub const COMMITTED: &str = include_str!("../../../../docs/hub-openapi.json");

/// What any other problem of a hub may be.
const ANY: &str = "Any other problem: 401 without a token, 403 for whom it is not, 429 too often, 503 while the hub is \
                   busy or its database refuses, 500 with the cause in the hub's log";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Brownout hub",
        description = "The API of a hub, which `brownout hub` starts.\n\n\
            A participant's panel sends the token of its seat as `Authorization: Bearer …`. Pages send the token of \
            their link to `/api/v1/enter` once and have a cookie from then on; what they change needs an `Origin` \
            header of the hub's own pages. Problems are `application/problem+json` (RFC 9457): `type` is a word for \
            programs, `detail` a sentence that says what to do. 429 and 503 say in `Retry-After` when to try again.\n\n\
            Times that people compare are the hub's: `…_ms` is ms since the Unix epoch on its clock.",
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This hub")),
    components(schemas(Problem, HubMessage, SeatSays)),
    tags(
        (name = "joining", description = "What anybody may ask: a seat by the code, a cookie by a link"),
        (name = "seat", description = "A participant's own seat: what its panel sends"),
        (name = "live", description = "Board, agenda and the feed of everything that changes"),
        (name = "people", description = "Participants, for facilitators"),
        (name = "workshop", description = "Run sheet, clock, messages, freeze and undo, for facilitators"),
        (name = "after", description = "What is kept of a workshop, for facilitators"),
        (name = "hub", description = "The hub itself"),
    )
)]
struct Frame;

/// The document as a file.
///
/// # Errors
/// When it cannot be written as JSON, which would be a mistake of a schema.
pub fn text() -> serde_json::Result<String> {
    written(&document())
}

fn document() -> openapi::OpenApi {
    framed(Frame::openapi(), route::documents(), ANY)
}
