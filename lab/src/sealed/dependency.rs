//! The API's way to the dependency: a limited number of slots, one HTTP call each.
//!
//! Dropping the future of a call frees its slot and closes its connection, so that the dependency sees the caller leave.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    call::{Caller, Refusal, Signed, Unavailable, read},
    metrics::Held,
    order::{Order, Receipt},
    problem::Problem,
};

/// What is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawAsk")]
pub struct Ask {
    /// Which item.
    pub item: u64,
    /// Id of the request, for its receipt.
    pub id: String,
}

#[derive(Deserialize)]
struct RawAsk {
    item: u64,
    id: String,
}

impl TryFrom<RawAsk> for Ask {
    type Error = String;

    fn try_from(raw: RawAsk) -> Result<Self, String> {
        check_id(&raw.id)?;
        Ok(Ask { item: raw.item, id: raw.id })
    }
}

/// What an id may be: it becomes part of addresses, of receipts and of the ledger.
pub fn check_id(id: &str) -> Result<(), String> {
    let fits = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(()) } else { Err("id must have 1 to 64 letters, digits or dashes".to_owned()) }
}

/// What the dependency answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Quote {
    /// Which item.
    pub item: u64,
    /// Its price.
    pub price_cents: u64,
    /// Proof that the dependency answered this very request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// One of the slots; held while a call is open.
pub struct Slot(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// The dependency as the API sees it.
#[derive(Clone)]
pub struct Dependency {
    caller: Caller,
    slots: Arc<Semaphore>,
    total: usize,
    waiting: Arc<AtomicU64>,
}

impl Dependency {
    /// The dependency at `DEP_URL` with so many slots. It is not called before somebody asks.
    pub fn new(slots: usize) -> Self {
        let slots = slots.min(Semaphore::MAX_PERMITS);
        Dependency {
            caller: Caller::new(),
            slots: Arc::new(Semaphore::new(slots)),
            total: slots,
            waiting: Arc::default(),
        }
    }

    /// Waits for a free slot, then asks. Dropping this future gives the slot back and hangs up.
    #[allow(dead_code, reason = "some edits of the case do without it")]
    pub async fn quote(&self, ask: &Ask) -> Result<Quote, Unavailable> {
        let slot = self.slot().await;
        self.quote_with(slot, ask).await
    }

    /// Waits for a free slot.
    #[allow(dead_code, reason = "for edits that treat the wait and the call apart")]
    pub async fn slot(&self) -> Slot {
        let _waiting = Held::new(&self.waiting);
        match self.slots.clone().acquire_owned().await {
            Ok(permit) => Slot(permit),
            Err(_closed) => unreachable!("nobody closes the slots"),
        }
    }

    /// Asks with a slot in hand, which is free again afterwards.
    #[allow(dead_code, reason = "for edits that treat the wait and the call apart")]
    pub async fn quote_with(&self, slot: Slot, ask: &Ask) -> Result<Quote, Unavailable> {
        let _slot = slot;
        let (status, body) = self.caller.call(Method::GET, &format!("/quote?item={}&id={}", ask.item, ask.id)).await?;
        if !status.is_success() {
            return Err(Unavailable(format!("the dependency answered {status}")));
        }
        read(&body)
    }

    /// Asks whether an order may be booked. Needs no slot; takes about 150 ms. Dropping this future hangs up.
    #[allow(dead_code, reason = "an edit of a case may leave it out")]
    pub async fn authorise(&self, order: &Order) -> Result<Receipt, Problem> {
        let (status, body) =
            self.caller.call(Method::POST, &format!("/authorise?n={}&id={}", order.n, order.id)).await?;
        match status {
            StatusCode::PAYMENT_REQUIRED | StatusCode::CONFLICT => {
                Err(Problem::Refused { status, why: read::<Refusal>(&body)?.error })
            }
            _ if !status.is_success() => Err(Problem::Unavailable(format!("the dependency answered {status}"))),
            _ => Ok(Receipt(read::<Signed>(&body)?.receipt.unwrap_or_default())),
        }
    }

    /// Slots as metrics.
    pub fn text(&self) -> String {
        let in_use = self.total.saturating_sub(self.slots.available_permits());
        format!(
            "# TYPE lab_api_slots_in_use gauge\nlab_api_slots_in_use {in_use}\n\
             # TYPE lab_api_slots_total gauge\nlab_api_slots_total {}\n\
             # TYPE lab_api_slots_waiting gauge\nlab_api_slots_waiting {}\n",
            self.total,
            self.waiting.load(Relaxed)
        )
    }
}
