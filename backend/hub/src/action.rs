//! What a facilitator may do now: an event as it was asked for, or why not.

use std::collections::BTreeSet;

use brownout_core::{
    hub::{
        event::WorkshopEvent,
        message::{Audience, LONGEST_TEXT, Message, Said},
    },
    name::shown_text,
    workshop::{AnswerForm, Workshop},
};

use crate::{error::HubError, room::Room, seat};

/// A step gets at most so much more or less at once, s.
const MOST_SECONDS: u32 = 240 * 60;
/// Steps of the longest sheet.
const MOST_STEPS: usize = 100;
/// Takeaways and questions of the longest sheet, each.
const MOST_NAMES: usize = 50;
/// Steps of the longest scale.
const MOST_OF_SCALE: i64 = 20;
/// Bytes of the longest sheet.
const MOST_BYTES: usize = 256 * 1024;
/// Letters of the longest id of a message.
const LONGEST_ID: usize = 100;

/// The event as it is to be kept, if it can be done now.
///
/// # Errors
/// [`HubError::NoSeat`], and [`HubError::Unfit`] with what stands against it.
pub(crate) fn allowed(room: &Room, event: WorkshopEvent) -> Result<WorkshopEvent, HubError> {
    let stage = room.stage();
    let clock = &stage.clock;
    match &event {
        WorkshopEvent::Opened { .. }
        | WorkshopEvent::Door { .. }
        | WorkshopEvent::Renamed { .. }
        | WorkshopEvent::Erased { .. } => {
            return Err(HubError::unfit("this is done by its own request, not by telling the event."));
        }
        WorkshopEvent::SheetEdited { sheet } => check_sheet(room, sheet)?,
        WorkshopEvent::Started { step } => {
            has_step(room, step)?;
            refuse(clock.step.as_ref() == Some(step), || format!("the step `{step}` goes on already."))?;
        }
        WorkshopEvent::Paused => refuse(clock.since_ms.is_none(), || "no step runs that could be paused.".to_owned())?,
        WorkshopEvent::Resumed => refuse(clock.step.is_none() || clock.since_ms.is_some(), || {
            "no step is paused that could go on.".to_owned()
        })?,
        WorkshopEvent::Extended { step, by_s } => {
            has_step(room, step)?;
            refuse(*by_s == 0 || by_s.unsigned_abs() > MOST_SECONDS, || {
                format!("a step gets up to {MOST_SECONDS} s more or less, not {by_s} s.")
            })?;
        }
        WorkshopEvent::Skipped { step } => {
            has_step(room, step)?;
            refuse(clock.done.contains(step), || format!("the step `{step}` is over."))?;
        }
        WorkshopEvent::Ended => refuse(stage.ended, || "the workshop is over.".to_owned())?,
        WorkshopEvent::Frozen => refuse(stage.frozen.is_some(), || "the board is frozen already.".to_owned())?,
        WorkshopEvent::Revealed => refuse(stage.frozen.is_none(), || "the board is not frozen.".to_owned())?,
        WorkshopEvent::NamesHidden { hidden } => refuse(stage.hidden == *hidden, || {
            format!("names are {} already.", if *hidden { "hidden" } else { "shown" })
        })?,
        WorkshopEvent::Said { message } => {
            let message = message_as_kept(room, message.clone())?;
            return Ok(WorkshopEvent::Said { message });
        }
        WorkshopEvent::Unsaid { message } => {
            let known = stage.said.iter().any(|said| said.id == *message);
            refuse(!known, || "this message was taken back already, or never said.".to_owned())?;
        }
        WorkshopEvent::Helped { seat, hand } => {
            let up = room.seat(seat)?.hand.as_ref().is_some_and(|up| up.hand == *hand);
            refuse(!up, || "this hand is down already.".to_owned())?;
        }
        WorkshopEvent::Removed { seat } => {
            refuse(!room.seat(seat)?.takes_part(), || "this seat was taken out already.".to_owned())?;
        }
        WorkshopEvent::Undone { seq } => check_undo(room, *seq)?,
    }
    Ok(event)
}

fn refuse(is: bool, why: impl FnOnce() -> String) -> Result<(), HubError> {
    if is { Err(HubError::Unfit { why: why() }) } else { Ok(()) }
}

fn has_step(room: &Room, step: &str) -> Result<(), HubError> {
    refuse(room.stage().sheet.step(step).is_none(), || {
        format!("the run sheet has no step `{}`.", shown_text(step, LONGEST_ID))
    })
}

fn check_sheet(room: &Room, sheet: &Workshop) -> Result<(), HubError> {
    refuse(sheet.steps.is_empty() || sheet.steps.len() > MOST_STEPS, || {
        format!("a run sheet has 1 to {MOST_STEPS} steps, not {}.", sheet.steps.len())
    })?;
    let bytes = serde_json::to_string(sheet).map_or(usize::MAX, |text| text.len());
    refuse(bytes > MOST_BYTES, || format!("the run sheet has {bytes} bytes; {MOST_BYTES} are allowed."))?;
    let mut names = BTreeSet::new();
    for step in &sheet.steps {
        let name = &step.name;
        refuse(name.is_empty() || *name != shown_text(name, LONGEST_ID), || {
            format!("a step cannot be called `{}`.", shown_text(name, LONGEST_ID))
        })?;
        refuse(!(1..=240).contains(&step.minutes), || {
            format!("the step `{name}` takes 1 to 240 minutes, not {}.", step.minutes)
        })?;
        refuse(!names.insert(name.as_str()), || format!("two steps are called `{name}`."))?;
    }
    check_names("takeaway", sheet.takeaways.iter().map(|takeaway| &*takeaway.name))?;
    check_names("question", sheet.survey.iter().map(|question| &*question.name))?;
    for question in &sheet.survey {
        if let AnswerForm::Scale { from, to, .. } = &question.form {
            let steps = i64::from(*to) - i64::from(*from) + 1;
            refuse(!(2..=MOST_OF_SCALE).contains(&steps), || {
                format!("the scale of `{}` has 2 to {MOST_OF_SCALE} steps, not {from} to {to}.", question.name)
            })?;
        }
    }
    let clock = &room.stage().clock;
    for begun in clock.done.iter().chain(&clock.step) {
        // A step that was taken out before it had begun may be in `done` because it was skipped.
        let was = room.stage().sheet.step(begun).is_some();
        refuse(was && !names.contains(begun.as_str()), || {
            format!("the step `{begun}` has begun and must stay in the run sheet.")
        })?;
    }
    Ok(())
}

fn check_names<'a>(what: &str, names: impl ExactSizeIterator<Item = &'a str>) -> Result<(), HubError> {
    let count = names.len();
    refuse(count > MOST_NAMES, || format!("a run sheet has up to {MOST_NAMES} {what}s, not {count}."))?;
    let mut known = BTreeSet::new();
    for name in names {
        let shown = shown_text(name, LONGEST_ID);
        refuse(!seat::short(name) || name != shown, || format!("a {what} cannot be called `{shown}`."))?;
        refuse(!known.insert(name), || format!("two {what}s are called `{name}`."))?;
    }
    Ok(())
}

fn message_as_kept(room: &Room, message: Message) -> Result<Message, HubError> {
    let id = &message.id;
    refuse(id.is_empty() || *id != shown_text(id, LONGEST_ID), || "a message needs an id.".to_owned())?;
    let known = |said: &WorkshopEvent| matches!(said, WorkshopEvent::Said { message } if message.id == *id);
    let said = room.log().iter().filter_map(|envelope| envelope.body.known()).any(known);
    refuse(said, || "a message with this id was said before.".to_owned())?;
    let mut message = room.settled(message);
    if let Audience::Seats(seats) = &message.to {
        refuse(seats.is_empty(), || "nobody is there to whom this could be said.".to_owned())?;
    }
    match &mut message.what {
        Said::Text { text } => *text = words(text)?,
        Said::Announcement { text } => {
            *text = words(text)?;
            refuse(message.to != Audience::All, || "an announcement is for everybody.".to_owned())?;
        }
        Said::Hint { scenario, hint } => {
            let name = shown_text(scenario, LONGEST_ID);
            refuse(!room.stage().has_case(scenario), || format!("the run sheet has no case `{name}`."))?;
            refuse(hint.is_empty() || *hint != shown_text(hint, LONGEST_ID), || "a hint has a name.".to_owned())?;
        }
        Said::Survey => {}
    }
    Ok(message)
}

fn words(text: &str) -> Result<String, HubError> {
    let words = shown_text(text, LONGEST_TEXT);
    refuse(words.is_empty(), || "there is nothing to say.".to_owned())?;
    Ok(words)
}

fn check_undo(room: &Room, seq: u64) -> Result<(), HubError> {
    let event = room.log().iter().find(|known| known.seq == seq).and_then(|known| known.body.known());
    refuse(event.is_none_or(|event| !event.can_be_undone()), || {
        format!("number {seq} is nothing that can be undone.")
    })?;
    let again = |event: &WorkshopEvent| matches!(event, WorkshopEvent::Undone { seq: undone } if *undone == seq);
    let undone = room.log().iter().filter_map(|envelope| envelope.body.known()).any(again);
    refuse(undone, || "this was undone already.".to_owned())
}
