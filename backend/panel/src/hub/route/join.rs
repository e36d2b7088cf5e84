//! What anybody may ask: what this is, a seat by the join code, a seat again by its recovery code.

use axum::{Json, extract::State};
use brownout_core::hub::{
    HUB_VERSION,
    page::About,
    seat::{Join, Resume, Seated},
};
use brownout_hub::HubError;

use crate::{
    hub::{HubApp, allowed::who, caller::Called},
    problem::Answer,
    route::ask::{Body, Sent},
};

/// What this is, and who asks.
#[utoipa::path(get, path = "/about", operation_id = "get_about", tag = "joining", responses(
    (status = 200, description = "A hub", body = About),
))]
pub(super) async fn about(State(app): State<HubApp>, called: Called) -> Json<About> {
    Json(About {
        kind: "hub".to_owned(),
        name: app.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol: HUB_VERSION,
        you: who(called.caller.as_ref()),
    })
}

impl Body for Join {
    const EXAMPLE: &str =
        r#"{"code":"7KQ2-M4XD","name":"Ada","participant":"a UUID","panel":"0.1.0","attempt":"a UUID"}"#;
}

/// Takes a seat by the join code. The same attempt again gets the same seat with new secrets.
#[utoipa::path(post, path = "/join", operation_id = "join", tag = "joining", request_body = Join, responses(
    (status = 200, description = "The seat; its secrets are told this once", body = Seated),
    (status = 403, description = "The code is wrong, or the seat was taken out"),
    (status = 409, description = "Nobody is taken, all seats are taken, or this participant has one"),
    (status = 422, description = "The name or an id cannot be right"),
    (status = 429, description = "Too often, or too many wrong codes from this address"),
))]
pub(super) async fn join(State(app): State<HubApp>, called: Called, Sent(join): Sent<Join>) -> Answer<Json<Seated>> {
    app.limits.try_code(called.address)?;
    app.limits.join()?;
    match app.desk.join(join, called.caller).await {
        Err(error @ HubError::WrongCode) => {
            app.limits.failed(called.address)?;
            Err(error.into())
        }
        seated => Ok(Json(seated?)),
    }
}

impl Body for Resume {
    const EXAMPLE: &str = r#"{"recovery":"7KQ2-M4XD-09AB-CDEF","participant":"a UUID","attempt":"a UUID"}"#;
}

/// Takes a seat again after a laptop or its database was lost. Its token before ends.
#[utoipa::path(post, path = "/resume", operation_id = "resume", tag = "joining", request_body = Resume, responses(
    (status = 200, description = "The seat; its token is told this once", body = Seated),
    (status = 403, description = "No seat has this recovery code, or it was taken out"),
    (status = 409, description = "This participant sits elsewhere"),
    (status = 429, description = "Too often, or too many wrong codes from this address"),
))]
pub(super) async fn resume(
    State(app): State<HubApp>,
    called: Called,
    Sent(resume): Sent<Resume>,
) -> Answer<Json<Seated>> {
    app.limits.try_code(called.address)?;
    app.limits.join()?;
    match app.desk.resume(resume).await {
        Err(error @ HubError::WrongRecovery) => {
            app.limits.failed(called.address)?;
            Err(error.into())
        }
        seated => Ok(Json(seated?)),
    }
}
