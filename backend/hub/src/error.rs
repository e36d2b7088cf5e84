//! What can be refused, each with what to do.

use std::sync::Arc;

use brownout_core::hub::event::WorkshopEvent;
use brownout_store::hub::HubStoreError;

/// Anything that a hub refuses or cannot do.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// More is asked than can be done now. Try again in a second; nothing was changed.
    #[error("the hub has more to do than it can at once; try again in a second.")]
    Busy,
    /// The hub is about to end. What comes now is not taken.
    #[error("the hub is being stopped; what you did is kept where it was done and comes when it is back.")]
    Closed,
    /// The database refuses. Nothing was changed as far as anybody knows.
    #[error("{0}")]
    Store(Arc<HubStoreError>),
    /// Nothing secret can be made.
    #[error("the system has no randomness to give: {says}. Without it no secret can be made; restart the machine.")]
    Random {
        /// What it said.
        says: String,
    },
    /// Not the join code of this workshop.
    #[error(
        "this is not the workshop's join code. Type it as it stands on the facilitator's screen; it may be a new one."
    )]
    WrongCode,
    /// Nobody is taken.
    #[error("the workshop takes nobody at the moment. Ask the facilitator to open the door.")]
    DoorShut,
    /// All seats are taken.
    #[error("all {seats} seats of the workshop are taken. Ask the facilitator; `--most-seats` allows more.")]
    Full {
        /// How many there are.
        seats: usize,
    },
    /// No seat has this recovery code.
    #[error(
        "no seat of this workshop has this recovery code. It stands behind the own name in the header of the panel that joined; the facilitator can make a new one."
    )]
    WrongRecovery,
    /// The participant sits here already, and this is not the one who made the seat.
    #[error(
        "this participant has a seat already. Press Join, then “I had a seat before”, and type its recovery code; the facilitator can make a new one."
    )]
    SeatTaken,
    /// The participant who wants to sit here has another seat.
    #[error(
        "this laptop sits on another seat of the workshop. Leave that one first, then type the recovery code again."
    )]
    SitsElsewhere,
    /// The facilitator has taken this seat out.
    #[error("the facilitator has taken this seat out of the workshop. Ask to be let in again, then try again.")]
    Removed,
    /// Another one of this name sits here.
    #[error("another participant is called `{name}`. Choose another name.")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no such seat in this workshop.
    #[error("there is no such seat in this workshop.")]
    NoSeat,
    /// There is no such thing of this seat.
    #[error("there is no {what} `{id}` here.")]
    Unknown {
        /// A word for it, e.g. `run`.
        what: &'static str,
        /// Which.
        id: String,
    },
    /// A request, an event or a record that cannot be right. Said to whoever sent it; nothing was changed.
    #[error("{why}")]
    Unfit {
        /// What is wrong with it, as a sentence.
        why: String,
    },
    /// Another record of this run is here.
    #[error(
        "another record of the run `{run}` is here already. A run is never replaced; delete the seat's data to begin anew."
    )]
    OtherRecord {
        /// Id of the run.
        run: String,
    },
    /// Somebody else did something since.
    #[error(
        "the workshop has gone on from {seen} to {upto} since you looked{}. Look again and repeat it if it is still wanted.",
        did(last)
    )]
    Changed {
        /// The number that was seen.
        seen: u64,
        /// The number of the last event.
        upto: u64,
        /// That event, where it is known.
        last: Option<Box<WorkshopEvent>>,
    },
}

impl HubError {
    /// The same refusal of the database for somebody else who waited for it.
    pub(crate) fn again(&self) -> HubError {
        match self {
            HubError::Store(error) => HubError::Store(error.clone()),
            _ => HubError::Busy,
        }
    }

    /// Something that cannot be right.
    pub(crate) fn unfit(why: impl Into<String>) -> HubError {
        HubError::Unfit { why: why.into() }
    }

    /// Something of the hub's own that JSON cannot say.
    pub(crate) fn unwritten(error: &serde_json::Error) -> HubError {
        HubError::unfit(format!("what the hub has cannot be written as JSON: {error}."))
    }
}

/// Shared, because one refusal of the database is told to everybody who waited for it.
impl From<HubStoreError> for HubError {
    fn from(error: HubStoreError) -> HubError {
        HubError::Store(Arc::new(error))
    }
}

/// What the other facilitator did, as the end of a clause.
fn did(last: &Option<Box<WorkshopEvent>>) -> String {
    let Some(last) = last else { return String::new() };
    let what = match &**last {
        WorkshopEvent::Opened { .. } => "opened it",
        WorkshopEvent::Door { .. } => "changed the join code or the door",
        WorkshopEvent::SheetEdited { .. } => "edited the run sheet",
        WorkshopEvent::Started { step } => return format!(": somebody started the step `{step}`"),
        WorkshopEvent::Paused => "paused the clock",
        WorkshopEvent::Resumed => "resumed the clock",
        WorkshopEvent::Extended { step, by_s } => {
            return format!(": somebody gave the step `{step}` {by_s} s");
        }
        WorkshopEvent::Skipped { step } => return format!(": somebody skipped the step `{step}`"),
        WorkshopEvent::Ended => "ended it",
        WorkshopEvent::Frozen => "froze the board",
        WorkshopEvent::Revealed => "revealed the board",
        WorkshopEvent::NamesHidden { hidden: true } => "hid the names",
        WorkshopEvent::NamesHidden { hidden: false } => "showed the names",
        WorkshopEvent::Said { .. } => "said something",
        WorkshopEvent::Unsaid { .. } => "took a message back",
        WorkshopEvent::Helped { .. } => "helped somebody",
        WorkshopEvent::Renamed { .. } => "renamed a seat",
        WorkshopEvent::Removed { .. } => "removed a seat",
        WorkshopEvent::Erased { .. } => "erased a seat",
        WorkshopEvent::Undone { .. } => "undid something",
    };
    format!(": somebody {what}")
}
