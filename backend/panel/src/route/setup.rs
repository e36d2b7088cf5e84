//! What this machine has and lacks.

use axum::{Json, extract::State};
use brownout_core::setup::Preflight;

use crate::{
    app::App,
    preflight::{PATIENCE, ThisMachine, Wanted, port_of, preflight},
    ui,
};

/// All checks in one pass; what hangs is given 3 s.
#[utoipa::path(get, path = "/setup/checks", operation_id = "get_checks", tag = "setup", responses(
    (status = 200, description = "What this machine has and lacks", body = Preflight),
))]
pub(super) async fn checks(State(app): State<App>) -> Json<Preflight> {
    let lab = app.stack.endpoints();
    let wanted = Wanted {
        data_dir: app.data_dir.clone(),
        ports: [&app.url, &lab.api, &lab.worker].map(|url| port_of(url)),
        panel: Some(std::process::id()),
        ui_built: ui::is_built(),
        patience: PATIENCE,
    };
    Json(preflight(&ThisMachine::at(app.catalog.root()), &wanted).await)
}
