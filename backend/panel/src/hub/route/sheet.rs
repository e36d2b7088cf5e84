//! The run sheet, its clock, and the door.

use axum::{Json, extract::State};
use brownout_core::{
    hub::{
        event::WorkshopEvent,
        page::{ClockAsk, Done, DoorAsk, SheetCase, SheetHint, SheetView},
    },
    workshop::{StepKind, TalkingPoints, Workshop},
};

use super::seen::Seen;
use crate::{
    hub::HubApp,
    problem::Answer,
    route::ask::{Body, Sent},
};

/// The run sheet, with what the scenario files say of its cases.
#[utoipa::path(get, path = "/sheet", operation_id = "get_sheet", tag = "workshop", responses(
    (status = 200, description = "The sheet, and the number for If-Match", body = SheetView),
))]
pub(super) async fn show(State(app): State<HubApp>) -> Answer<Json<SheetView>> {
    let (upto, sheet) = app.desk.sheet().await?;
    let cases = cases(&app, &sheet);
    Ok(Json(SheetView { upto, sheet, cases }))
}

impl Body for Workshop {
    const EXAMPLE: &str = "the whole sheet, as GET /api/v1/sheet gave it";
}

/// Puts another sheet in its place; steps that have begun keep their name.
#[utoipa::path(put, path = "/sheet", operation_id = "edit_sheet", tag = "workshop", request_body = Workshop, responses(
    (status = 200, description = "It is the sheet now", body = Done),
    (status = 412, description = "Somebody did something since"),
    (status = 422, description = "It is no sheet"),
))]
pub(super) async fn edit(
    State(app): State<HubApp>,
    Seen(seen): Seen,
    Sent(sheet): Sent<Workshop>,
) -> Answer<Json<Done>> {
    let seq = app.desk.act(WorkshopEvent::SheetEdited { sheet }, seen).await?;
    Ok(Json(Done { seq }))
}

impl Body for ClockAsk {
    const EXAMPLE: &str = r#"{"do":"start","step":"timeouts"} or {"do":"pause"}"#;
}

/// Starts, pauses, resumes, extends, skips, ends.
#[utoipa::path(post, path = "/clock", operation_id = "clock", tag = "workshop", request_body = ClockAsk, responses(
    (status = 200, description = "It is done", body = Done),
    (status = 412, description = "Somebody did something since"),
    (status = 422, description = "That cannot be done now"),
))]
pub(super) async fn clock(
    State(app): State<HubApp>,
    Seen(seen): Seen,
    Sent(asked): Sent<ClockAsk>,
) -> Answer<Json<Done>> {
    let event = match asked {
        ClockAsk::Start { step } => WorkshopEvent::Started { step },
        ClockAsk::Pause => WorkshopEvent::Paused,
        ClockAsk::Resume => WorkshopEvent::Resumed,
        ClockAsk::Extend { step, by_s } => WorkshopEvent::Extended { step, by_s },
        ClockAsk::Skip { step } => WorkshopEvent::Skipped { step },
        ClockAsk::End => WorkshopEvent::Ended,
    };
    let seq = app.desk.act(event, seen).await?;
    Ok(Json(Done { seq }))
}

impl Body for DoorAsk {
    const EXAMPLE: &str = r#"{"new_code":true,"open":true}"#;
}

/// Opens or shuts the door, with a new join code if wanted; the one before is then no longer taken.
#[utoipa::path(put, path = "/door", operation_id = "set_door", tag = "workshop", request_body = DoorAsk, responses(
    (status = 200, description = "It is done; the code comes over the facilitators' feed", body = Done),
))]
pub(super) async fn door(State(app): State<HubApp>, Sent(asked): Sent<DoorAsk>) -> Answer<Json<Done>> {
    let seq = app.desk.door(asked.new_code, asked.open).await?;
    Ok(Json(Done { seq }))
}

/// What the scenario files say of the cases of a sheet.
fn cases(app: &HubApp, sheet: &Workshop) -> Vec<SheetCase> {
    let scenarios = sheet.steps.iter().filter_map(|step| match &step.kind {
        StepKind::Case { scenario } => Some(scenario),
        StepKind::Talk | StepKind::Check => None,
    });
    let found = |scenario: &String| app.catalog.as_ref()?.find(scenario).ok();
    scenarios
        .filter_map(found)
        .map(|entry| {
            let points = TalkingPoints::of(&entry.scenario.facilitator);
            let hint =
                |hint: &brownout_core::scenario::Hint| SheetHint { name: hint.name.clone(), says: hint.says.clone() };
            SheetCase {
                hints: entry.scenario.hints.iter().map(hint).collect(),
                scenario: entry.scenario.id,
                title: entry.scenario.title,
                before: points.before,
                first_run: points.first_run,
                fix: points.fix,
                mistakes: points.mistakes,
            }
        })
        .collect()
}
