//! Two runs set against each other, and runs for other tools.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use brownout_core::{
    comparison::{Comparison, compare},
    wire::{LiveItem, PruneRuns, PrunedRuns},
};
use brownout_report::{Pair, Record, comparison, csv, hdr};
use brownout_store::Pinned;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    ask::{Asked, Body, Sent},
    reports::page,
    runs::known,
};
use crate::{
    app::App,
    attachment::attachment,
    library::{self, Kept},
    problem::{Answer, Problem},
};

/// Which two runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Two {
    /// The run that is compared with: its id, or the end of it.
    base: String,
    /// The run that is compared.
    run: String,
}

/// What changed between two runs, in words, and what speaks against comparing them.
#[utoipa::path(get, path = "/compare", operation_id = "compare_runs", tag = "reports", params(Two), responses(
    (status = 200, description = "The comparison", body = Comparison),
    (status = 404, description = "There is no such run"),
))]
pub(super) async fn words(State(app): State<App>, Asked(two): Asked<Two>) -> Answer<Json<Comparison>> {
    let (base, run) = read(&app, &two).await?;
    let changed = compare(&base.run, &run.run);
    let code = Pair { base: base.told(), run: run.told() }.code().unwrap_or_default();
    Ok(Json(Comparison { base: base.summary, run: run.summary, changed, code }))
}

/// Two runs set against each other as a page: curves on one time axis, what changed, and the code.
#[utoipa::path(get, path = "/compare", operation_id = "get_comparison_page", tag = "reports", params(Two), responses(
    (status = 200, description = "The page", body = String, content_type = "text/html"),
    (status = 404, description = "There is no such run"),
))]
pub(super) async fn html(State(app): State<App>, Asked(two): Asked<Two>) -> Answer<Response> {
    let (base, run) = read(&app, &two).await?;
    let drawn = move || comparison(&[Pair { base: base.told(), run: run.told() }]);
    Ok(page(tokio::task::spawn_blocking(drawn).await.map_err(Problem::internal)?.into_bytes()))
}

async fn read(app: &App, two: &Two) -> Answer<(Kept, Kept)> {
    let (base, run) = (known(app, &two.base).await?, known(app, &two.run).await?);
    Ok((Kept::read(app, base).await?, Kept::read(app, run).await?))
}

/// How a run is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `csv`, `json` or `hdr`.
    #[param(inline)]
    format: Format,
}

/// Forms of a run.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Format {
    Csv,
    Json,
    Hdr,
}

/// A run for other tools: its seconds as CSV, all of it as JSON, or its latencies as a log of HdrHistogram.
#[utoipa::path(get, path = "/runs/{id}/export", operation_id = "export_run", tag = "reports", params(("id" = String, Path, description = "Id of the run, or the end of it"), Wanted), responses(
    (status = 200, description = "The file", body = String, content_type = "text/csv"),
    (status = 400, description = "There is no such format"),
    (status = 404, description = "There is no such run"),
))]
pub(super) async fn export(
    State(app): State<App>,
    Path(id): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Answer<Response> {
    let kept = Kept::read(&app, known(&app, &id).await?).await?;
    let (kind, ending, bytes) = match wanted.format {
        Format::Csv => ("text/csv; charset=utf-8", "csv", csv(&Record::of(&kept.told())).map_err(Problem::internal)?),
        Format::Json => {
            let bytes = serde_json::to_vec_pretty(&Record::of(&kept.told())).map_err(Problem::internal)?;
            ("application/json", "json", bytes)
        }
        Format::Hdr => ("text/plain; charset=utf-8", "hlog", hdr(&kept.run).map_err(Problem::internal)?),
    };
    let name = format!("{}-{}.{ending}", kept.summary.scenario, kept.summary.short);
    Ok(attachment(kind, &name, bytes))
}

/// Makes a ranked run the baseline of its case: later ones are compared with it.
#[utoipa::path(put, path = "/runs/{id}/baseline", operation_id = "pin_baseline", tag = "runs", params(("id" = String, Path, description = "Id of the run, or the end of it")), responses(
    (status = 204, description = "It is the baseline now"),
    (status = 404, description = "There is no such run"),
    (status = 409, description = "It is not ranked"),
))]
pub(super) async fn pin(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    let summary = known(&app, &id).await?;
    match app.store.pin_baseline(&summary.id).await? {
        Pinned::Done => {
            app.library.stale();
            app.feed.publish(LiveItem::History);
            Ok(StatusCode::NO_CONTENT)
        }
        Pinned::NoRun => Err(Problem::not_found("run", &id)),
        Pinned::NotRanked => {
            let detail = format!("Run {} is not ranked, so it cannot be a baseline. {}", summary.id, summary.because);
            Err(Problem::new(StatusCode::CONFLICT, "not-ranked", "The run is not ranked", detail.trim()))
        }
    }
}

impl Body for PruneRuns {
    const EXAMPLE: &str = r#"{"keep":50}"#;
}

/// Deletes old runs: all of each case but the newest, the baselines and the best ones.
#[utoipa::path(post, path = "/runs/prune", operation_id = "prune_runs", tag = "runs", request_body = PruneRuns, responses(
    (status = 200, description = "What was deleted, or would be", body = PrunedRuns),
))]
pub(super) async fn prune(State(app): State<App>, Sent(wanted): Sent<PruneRuns>) -> Answer<Json<PrunedRuns>> {
    let going_on = app.conductor.running();
    let mut runs = app.store.prunable_runs(wanted.keep, wanted.scenario.as_deref()).await?;
    runs.retain(|run| Some(&run.id) != going_on.as_ref());
    let mut left = app.store.run_count().await?;
    if wanted.dry_run {
        left = left.saturating_sub(runs.len() as u64);
    } else {
        app.store.delete_pruned(&runs).await?;
        for run in &runs {
            library::forget(&app, run).await;
        }
        left = app.store.run_count().await.unwrap_or(left);
        app.feed.publish(LiveItem::History);
    }
    Ok(Json(PrunedRuns { runs: runs.into_iter().map(|run| run.id).collect(), left }))
}
