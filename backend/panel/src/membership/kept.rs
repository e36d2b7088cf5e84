//! What a restart needs of a seat: one setting of the history.

use brownout_core::hub::{agenda::WrapUp, seat::Seated, view::HubView};
use brownout_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::uplink::Token;

/// Names under which the history keeps them.
const SEAT: &str = "hub";
const HAVE: &str = "hub-have";
const ATTEMPT: &str = "hub-attempt";
const HEARD: &str = "hub-heard";

/// Clocks of two machines are never read at the same instant: what differs by less is the same, ms.
const SAME_MS: u64 = 1_000;

/// An attempt is good for so long after it made a seat, ms.
const ATTEMPT_MS: u64 = 10 * 60_000;

/// A seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Address of the hub.
    pub(super) hub: String,
    /// Id of the workshop.
    pub(super) workshop: String,
    /// What the facilitator called it.
    pub(super) title: String,
    /// Id of the seat.
    pub(super) seat: String,
    /// What the participant is called there.
    pub(super) name: String,
    /// Its secret.
    pub(super) token: Token,
    /// To have it back elsewhere.
    pub(super) recovery: String,
    /// Number of the first event that the workshop gets.
    pub(super) from: u64,
    /// The participant has left; the token proves whose the seat is, should they come back.
    #[serde(default)]
    pub(super) left: bool,
}

impl Kept {
    /// The seat that a hub has given.
    pub(super) fn of(hub: String, seated: Seated, from: u64) -> Kept {
        let Seated { seat, name, token, recovery, workshop, now_ms: _ } = seated;
        let (workshop, title) = (workshop.id, workshop.name);
        Kept { hub, workshop, title, seat, name, token: Token::new(token), recovery, from, left: false }
    }

    pub(super) async fn read(store: &Store) -> Result<Option<Kept>, StoreError> {
        store.setting(SEAT).await
    }

    pub(super) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        store.set_setting(SEAT, self).await
    }

    pub(super) async fn forget(store: &Store) -> Result<(), StoreError> {
        store.set_setting(SEAT, &None::<Kept>).await
    }

    /// What screens show before anything was heard.
    pub(super) fn view(&self) -> HubView {
        HubView {
            hub: self.hub.clone(),
            workshop: self.title.clone(),
            seat: self.seat.clone(),
            name: self.name.clone(),
            why: "The facilitator was not reached yet.".to_owned(),
            ..HubView::default()
        }
    }
}

/// What the hub said last, for a start without it: where the workshop stands, what was not dismissed, the wrap-up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Heard {
    /// As screens show it; of the seat that it names.
    pub(super) view: HubView,
    pub(super) wrap_up: WrapUp,
}

impl Heard {
    /// Of what screens show. What this laptop knows by itself stands elsewhere, and how far the group is goes out of date.
    pub(super) fn of(shown: HubView, wrap_up: WrapUp) -> Heard {
        let HubView { seat, heard_ms, steps, step, since_ms, passed_ms, length_ms, done, offset_ms, messages, .. } =
            shown;
        let view = HubView {
            seat,
            heard_ms,
            steps,
            step,
            since_ms,
            passed_ms,
            length_ms,
            done,
            offset_ms,
            messages,
            ..HubView::default()
        };
        Heard { view, wrap_up }
    }

    /// Whether it says something else, whenever it was heard.
    pub(super) fn differs(&self, other: &Heard) -> bool {
        let said = |heard: &Heard| HubView { heard_ms: 0, offset_ms: 0, ..heard.view.clone() };
        self.wrap_up != other.wrap_up
            || self.view.offset_ms.abs_diff(other.view.offset_ms) >= SAME_MS
            || said(self) != said(other)
    }

    /// What was heard for this seat.
    pub(super) async fn read(store: &Store, seat: &str) -> Result<Option<Heard>, StoreError> {
        let heard: Option<Heard> = store.setting(HEARD).await?;
        Ok(heard.filter(|heard| heard.view.seat == seat))
    }

    pub(super) async fn write(&self, store: &Store) -> Result<(), StoreError> {
        store.set_setting(HEARD, self).await
    }

    pub(super) async fn forget(store: &Store) -> Result<(), StoreError> {
        store.set_setting(HEARD, &None::<Heard>).await
    }
}

/// Up to which event the hub had everything when it was last heard of: to say how much waits, and nothing else.
pub(super) async fn have(store: &Store) -> Result<u64, StoreError> {
    Ok(store.setting(HAVE).await?.unwrap_or_default())
}

pub(super) async fn set_have(store: &Store, have: u64) -> Result<(), StoreError> {
    store.set_setting(HAVE, &have).await
}

/// An attempt to join, kept until it is known to have worked: the answer may be lost on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attempt {
    hub: String,
    code: String,
    attempt: String,
    at_ms: u64,
}

impl Attempt {
    /// The key of an attempt at this hub with this code: that of the last one, if it was the same and is not old.
    pub(super) async fn key(store: &Store, hub: &str, code: &str, now_ms: u64) -> Result<String, StoreError> {
        let last: Option<Attempt> = store.setting(ATTEMPT).await?;
        let same = |last: &Attempt| last.hub == hub && last.code == code && last.at_ms + ATTEMPT_MS > now_ms;
        if let Some(last) = last.filter(same) {
            return Ok(last.attempt);
        }
        let (hub, code, attempt) = (hub.to_owned(), code.to_owned(), uuid::Uuid::new_v4().to_string());
        let fresh = Attempt { hub, code, attempt, at_ms: now_ms };
        store.set_setting(ATTEMPT, &fresh).await?;
        Ok(fresh.attempt)
    }

    pub(super) async fn forget(store: &Store) -> Result<(), StoreError> {
        store.set_setting(ATTEMPT, &None::<Attempt>).await
    }
}
