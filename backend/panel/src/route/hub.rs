//! The workshop that the participant has joined, for the participant's own browser: join, leave, hand, ticks, answers.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use brownout_core::{
    event::{CodeFile, SessionEvent},
    hub::{
        hand::{LONGEST_NOTE, MOST_CODE_BYTES},
        membership::{HubMembership, OwnWrapUp},
        survey::AnswerValue,
        view::{GiveAnswer, JoinHub, RaiseHand, ResumeHub, TickTakeaway},
    },
    name::shown_text,
    workshop::AnswerForm,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ask::{Asked, Body, Sent};
use crate::{
    app::App,
    attachment::attachment,
    membership::{self, Erase, JoinError},
    problem::{Answer, Problem, sentence},
    uplink::HubError,
};

/// Room for what surrounds the code in a raised hand, bytes.
const AROUND_CODE: usize = 2 * 1024;
/// Letters of the longest name of a takeaway or a question.
const LONGEST_WORD: usize = 80;

/// The membership, the connection, what waits.
#[utoipa::path(get, path = "/hub", operation_id = "get_hub", tag = "hub", responses(
    (status = 200, description = "The membership; without a hub for who has not joined one", body = HubMembership),
))]
pub(super) async fn show(State(app): State<App>) -> Json<HubMembership> {
    Json(app.member.membership())
}

impl Body for JoinHub {
    const EXAMPLE: &str = r#"{"hub":"http://192.168.1.20:3100","code":"7KQ2-M4XD","name":"Ada"}"#;
}

/// Takes a seat at a hub. The same again after a failure takes the same seat.
#[utoipa::path(post, path = "/hub/join", operation_id = "join_hub", tag = "hub", request_body = JoinHub, responses(
    (status = 200, description = "The membership", body = HubMembership),
    (status = 409, description = "There is a seat already, here or under this name there"),
    (status = 422, description = "Address, code or name cannot be taken; nothing was changed"),
    (status = 502, description = "What answers there is no hub"),
    (status = 503, description = "The hub cannot be reached or is busy"),
))]
pub(super) async fn join(State(app): State<App>, Sent(wanted): Sent<JoinHub>) -> Answer<Json<HubMembership>> {
    membership::join(&app, &wanted).await?;
    Ok(show(State(app)).await)
}

impl Body for ResumeHub {
    const EXAMPLE: &str = r#"{"hub":"http://192.168.1.20:3100","recovery":"7KQ2-M4XD-9TBN-C3HF"}"#;
}

/// Takes a seat again by its recovery code, after the laptop or its history was lost.
#[utoipa::path(post, path = "/hub/resume", operation_id = "resume_hub", tag = "hub", request_body = ResumeHub, responses(
    (status = 200, description = "The membership", body = HubMembership),
    (status = 409, description = "There is a seat already"),
    (status = 422, description = "Address or code cannot be taken; nothing was changed"),
    (status = 502, description = "What answers there is no hub"),
    (status = 503, description = "The hub cannot be reached or is busy"),
))]
pub(super) async fn resume(State(app): State<App>, Sent(wanted): Sent<ResumeHub>) -> Answer<Json<HubMembership>> {
    membership::resume(&app, &wanted).await?;
    Ok(show(State(app)).await)
}

/// Asks the hub again for a seat that has ended: the facilitator may have taken that back.
#[utoipa::path(post, path = "/hub/again", operation_id = "try_hub_again", tag = "hub", responses(
    (status = 204, description = "It is asked; the live feed says what comes of it"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn again(State(app): State<App>) -> Answer<StatusCode> {
    membership::ask_again(&app).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the seat is left.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Leaving {
    /// The hub deletes everything that it has of the seat; it must be reachable.
    #[serde(default)]
    erase: bool,
}

/// Leaves the workshop. Everything here stays; nothing more is sent.
#[utoipa::path(delete, path = "/hub", operation_id = "leave_hub", tag = "hub", params(Leaving), responses(
    (status = 204, description = "Left"),
    (status = 404, description = "No workshop was joined"),
    (status = 409, description = "The hub no longer takes this seat's token, so that it cannot erase anything; nothing was changed"),
    (status = 503, description = "The hub cannot be reached, so that it cannot erase anything; nothing was changed"),
))]
pub(super) async fn leave(State(app): State<App>, Asked(leaving): Asked<Leaving>) -> Answer<StatusCode> {
    membership::leave(&app, if leaving.erase { Erase::Everything } else { Erase::Nothing }).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Body for RaiseHand {
    const EXAMPLE: &str = r#"{"note":"Why does p95 stay at 8 s?","show_code":false}"#;
}

/// Raises the hand; one that is up is replaced.
#[utoipa::path(post, path = "/hub/hand", operation_id = "raise_hand", tag = "hub", request_body = RaiseHand, responses(
    (status = 204, description = "It is up; the facilitator sees it when the hub can be reached"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn raise(State(app): State<App>, Sent(wanted): Sent<RaiseHand>) -> Answer<StatusCode> {
    joined(&app)?;
    let scenario = app.session.cases.opened();
    let code = match &scenario {
        Some(scenario) if wanted.show_code => code_of(&app, scenario),
        _ => Vec::new(),
    };
    if let Some(hand) = app.member.hand() {
        app.record(SessionEvent::HandLowered { hand }).await;
    }
    let (hand, note) = (uuid::Uuid::new_v4().to_string(), shown_text(&wanted.note, LONGEST_NOTE));
    app.record(SessionEvent::HandRaised { hand, scenario, note, code }).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The files of a case, as many as fit.
fn code_of(app: &App, scenario: &str) -> Vec<CodeFile> {
    let Ok(entry) = app.catalog.find(scenario) else { return Vec::new() };
    let mut bytes = AROUND_CODE;
    let fits = |file: &CodeFile| {
        bytes += serde_json::to_vec(file).map_or(MOST_CODE_BYTES, |text| text.len() + 1);
        bytes <= MOST_CODE_BYTES
    };
    app.catalog.code(&entry.scenario).into_iter().filter(fits).collect()
}

/// Lowers the hand; harmless when it is down.
#[utoipa::path(delete, path = "/hub/hand", operation_id = "lower_hand", tag = "hub", responses(
    (status = 204, description = "It is down"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn lower(State(app): State<App>) -> Answer<StatusCode> {
    joined(&app)?;
    if let Some(hand) = app.member.hand() {
        app.record(SessionEvent::HandLowered { hand }).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What there is to tick and to answer, with what was ticked and answered.
#[utoipa::path(get, path = "/hub/wrap-up", operation_id = "get_wrap_up", tag = "hub", responses(
    (status = 200, description = "As last heard of the hub; empty before the first time", body = OwnWrapUp),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn wrap_up(State(app): State<App>) -> Answer<Json<OwnWrapUp>> {
    app.member.own_wrap_up().map(Json).ok_or_else(not_joined)
}

impl Body for TickTakeaway {
    const EXAMPLE: &str = r#"{"ticked":true}"#;
}

/// Ticks a takeaway or unticks it.
#[utoipa::path(put, path = "/hub/takeaways/{name}", operation_id = "tick_takeaway", tag = "hub", request_body = TickTakeaway,
    params(("name" = String, Path, description = "Name of the takeaway in the run sheet")), responses(
    (status = 204, description = "Kept"),
    (status = 404, description = "No workshop was joined, or it has no such takeaway"),
))]
pub(super) async fn tick(
    State(app): State<App>,
    Path(name): Path<String>,
    Sent(tick): Sent<TickTakeaway>,
) -> Answer<StatusCode> {
    let wrap_up = app.member.wrap_up().ok_or_else(not_joined)?;
    // Before the hub was heard nobody knows what there is; it will pass over what it does not know.
    let known = wrap_up.takeaways.is_empty() || wrap_up.takeaways.iter().any(|takeaway| takeaway.name == name);
    if !known || name.chars().count() > LONGEST_WORD {
        return Err(Problem::not_found("takeaway", &name));
    }
    app.record(SessionEvent::TakeawayTicked { name, ticked: tick.ticked }).await;
    Ok(StatusCode::NO_CONTENT)
}

impl Body for GiveAnswer {
    const EXAMPLE: &str = r#"{"value":{"scale":4}}"#;
}

/// Answers a question of the survey; the last answer counts.
#[utoipa::path(put, path = "/hub/answers/{question}", operation_id = "give_answer", tag = "hub", request_body = GiveAnswer,
    params(("question" = String, Path, description = "Name of the question in the run sheet")), responses(
    (status = 204, description = "Kept"),
    (status = 404, description = "No workshop was joined, or it has no such question"),
    (status = 422, description = "The question cannot be answered so; the detail says how"),
))]
pub(super) async fn answer(
    State(app): State<App>,
    Path(question): Path<String>,
    Sent(given): Sent<GiveAnswer>,
) -> Answer<StatusCode> {
    let wrap_up = app.member.wrap_up().ok_or_else(not_joined)?;
    let asked = wrap_up.survey.iter().find(|asked| asked.name == question);
    let asked = asked.ok_or_else(|| Problem::not_found("question", &question))?;
    let value = fitting(&asked.form, given.value).map_err(|detail| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "answer", "The question cannot be answered so", detail)
    })?;
    app.record(SessionEvent::Answered { question, value }).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The answer as it is kept, if it answers a question of this form; else what would.
fn fitting(form: &AnswerForm, value: AnswerValue) -> Result<AnswerValue, String> {
    match (form, value) {
        (AnswerForm::Scale { from, to, .. }, AnswerValue::Scale(step)) if (*from..=*to).contains(&step) => {
            Ok(AnswerValue::Scale(step))
        }
        (AnswerForm::Choose(words), AnswerValue::Choice(word)) if words.contains(&word) => {
            Ok(AnswerValue::Choice(word))
        }
        (AnswerForm::Text { letters }, AnswerValue::Text(text)) => {
            Ok(AnswerValue::Text(shown_text(&text, *letters as usize)))
        }
        (AnswerForm::Scale { from, to, .. }, _) => Err(format!("Give a step of the scale from {from} to {to}.")),
        (AnswerForm::Choose(words), _) => Err(format!("Choose one of: {}.", words.join("; "))),
        (AnswerForm::Text { letters }, _) => Err(format!("Give a text of at most {letters} letters.")),
    }
}

/// Dismisses a message of the facilitator's.
#[utoipa::path(post, path = "/hub/messages/{id}/seen", operation_id = "see_message", tag = "hub",
    params(("id" = String, Path, description = "Id of the message")), responses(
    (status = 204, description = "It is dismissed, or was taken back meanwhile"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn seen(State(app): State<App>, Path(id): Path<String>) -> Answer<StatusCode> {
    joined(&app)?;
    if app.member.is_shown(&id) {
        app.record(SessionEvent::MessageSeen { message: id }).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Everything that the outbox would send, as a signed file: the last way where no network leads to the hub.
#[utoipa::path(get, path = "/hub/export", operation_id = "export_outbox", tag = "hub", responses(
    (status = 200, description = "The file", body = String, content_type = "application/gzip"),
    (status = 404, description = "No workshop was joined"),
))]
pub(super) async fn export(State(app): State<App>) -> Answer<Response> {
    let made = app.member.export(&app).await.map_err(|error| Problem::internal(format!("{error:#}")))?;
    let (name, bytes) = made.ok_or_else(not_joined)?;
    Ok(attachment("application/gzip", &name, bytes))
}

fn joined(app: &App) -> Answer<()> {
    if app.member.joined() { Ok(()) } else { Err(not_joined()) }
}

/// 404 for who has no hub.
pub(super) fn not_joined() -> Problem {
    let detail = "You have not joined a workshop; join one first.";
    Problem::new(StatusCode::NOT_FOUND, "not-joined", "No workshop was joined", detail)
}

impl From<JoinError> for Problem {
    fn from(error: JoinError) -> Self {
        let says = sentence(&error.to_string());
        let new = |status, kind, title| Problem::new(status, kind, title, says.clone());
        match error {
            JoinError::NotJoined => not_joined(),
            JoinError::Joined { .. } => new(StatusCode::CONFLICT, "joined", "There is a seat already"),
            JoinError::CannotErase => new(StatusCode::CONFLICT, "cannot-erase", "Nothing was erased"),
            JoinError::Name(_) => new(StatusCode::UNPROCESSABLE_ENTITY, "name", "The name cannot be taken"),
            JoinError::Store(error) => error.into(),
            JoinError::History(error) => Problem::internal(format!("{error:#}")),
            JoinError::Hub(error) => match error {
                HubError::Address { .. } => {
                    new(StatusCode::UNPROCESSABLE_ENTITY, "hub-address", "This is no address of a hub")
                }
                HubError::Trust(_) => {
                    new(StatusCode::UNPROCESSABLE_ENTITY, "hub-trust", "The certificate cannot be used")
                }
                HubError::Away { .. } => new(StatusCode::SERVICE_UNAVAILABLE, "hub-away", "The hub cannot be reached"),
                HubError::Busy { .. } => new(StatusCode::SERVICE_UNAVAILABLE, "hub-busy", "The hub is busy"),
                HubError::Over { .. } => new(StatusCode::CONFLICT, "hub-over", "The hub does not take this"),
                HubError::Stranger { .. } => new(StatusCode::BAD_GATEWAY, "no-hub", "This is no hub"),
                HubError::Refused(problem) => {
                    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
                    // A wrong code is no right to speak to this panel; 401 and 403 would say that.
                    let status = match status {
                        StatusCode::FORBIDDEN => StatusCode::UNPROCESSABLE_ENTITY,
                        other => other,
                    };
                    Problem::new(status, &problem.kind, &problem.title, problem.detail)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_fits_its_question_or_is_told_what_would() {
        let scale = AnswerForm::Scale { from: 1, to: 5, low: "no".into(), high: "yes".into() };
        let choose = AnswerForm::Choose(vec!["a".into(), "b".into()]);
        let text = AnswerForm::Text { letters: 3 };
        let word = |word: &str| AnswerValue::Choice(word.into());
        for (form, value, kept) in [
            (&scale, AnswerValue::Scale(5), Ok(AnswerValue::Scale(5))),
            (&scale, AnswerValue::Scale(6), Err("from 1 to 5")),
            (&scale, word("a"), Err("from 1 to 5")),
            (&choose, word("b"), Ok(word("b"))),
            (&choose, word("c"), Err("a; b")),
            (&text, AnswerValue::Text("ab\u{202e}cd".into()), Ok(AnswerValue::Text("ab…".into()))),
            (&text, AnswerValue::Scale(1), Err("3 letters")),
        ] {
            match (fitting(form, value.clone()), kept) {
                (Ok(given), Ok(kept)) => assert_eq!(given, kept),
                (Err(says), Err(part)) => assert!(says.contains(part), "{says}"),
                (given, kept) => panic!("{value:?}: {given:?}, not {kept:?}"),
            }
        }
    }
}
