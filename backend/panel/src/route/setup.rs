//! What this machine has and lacks.

use axum::{Json, extract::State};
use brownout_core::setup::Preflight;

use crate::{app::App, readiness};

/// All checks in one pass; what hangs is given 3 s.
#[utoipa::path(get, path = "/setup/checks", operation_id = "get_checks", tag = "setup", responses(
    (status = 200, description = "What this machine has and lacks", body = Preflight),
))]
pub(super) async fn checks(State(app): State<App>) -> Json<Preflight> {
    Json(readiness::checks(&app).await)
}
