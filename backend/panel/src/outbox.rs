//! What the hub lacks is sent to it, in order, and sent again until it is there.
//!
//! The outbox is a cursor into the history and holds nothing itself: events first, in shipments that begin where the hub
//! says that it stands, then the records of runs that it wants. One thing is under way at a time. A repeat, a duplicate, a
//! lost answer, a hub that came back from yesterday's copy: all are the same to it, because each answer says what the hub
//! has. [`export`] writes the same into a file.

pub mod export;
mod parcel;
mod record;
mod stand;

use std::{collections::HashSet, time::Duration};

use brownout_core::{
    event::{SessionEnvelope, SessionEvent},
    hub::shipment::{MOST_EVENTS, Shipment, Shipped},
};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};

use crate::{
    clock::wall_ms,
    problem::sentence,
    uplink::{
        HubError, Uplink,
        pause::{draw, pause_asked, rest},
    },
};
pub(crate) use parcel::parcel;
pub use stand::{Phase, Stand};

/// A hub that does not understand what it is sent is asked again after this time: somebody may have mended it.
const STANDSTILL: Duration = Duration::from_secs(300);
/// Even if nothing is heard the hub is asked what it has, once in this time.
const ASKED_AGAIN: Duration = Duration::from_secs(120);
/// Whether something is still being measured is looked at again after this time.
const HELD: Duration = Duration::from_secs(1);

/// Why a step was not done.
enum Trouble {
    /// Later, and not before the time that the hub asked for.
    Later(String, Option<Duration>),
    /// Later; the link says already that the hub cannot be reached.
    Away(String),
    /// The hub does not understand it.
    Standstill(String),
    /// The seat is over.
    Over(String),
}

/// What a step came to.
enum Step {
    /// There is more to do.
    On,
    /// The hub has everything.
    Level,
    /// Records wait until nothing is being measured.
    Held,
}

/// What is known of the hub between two steps.
struct Outbox<'a> {
    uplink: &'a Uplink,
    /// As the hub last said; `None` before it was asked.
    have: Option<u64>,
    /// Runs of which it wants the record, oldest first.
    wanted: Vec<String>,
    /// Runs whose record cannot be given or is not taken.
    given_up: HashSet<String>,
    /// Those of them that the hub wants all the same, as it last said.
    vain: Vec<String>,
    /// Those that it was told of.
    told: HashSet<String>,
    /// Runs whose record was taken: the socket may still say for a moment that it is wanted.
    taken: HashSet<String>,
    /// How many events a shipment may have; fewer after the hub found one too large.
    most: usize,
    /// What is not sent although the hub lacks it, as a sentence; empty while there is nothing.
    left_out: String,
    /// The record that could not be read last, as a sentence.
    unreadable: String,
}

/// Sends until the seat ends; returns why it has.
pub(crate) async fn keep(uplink: &Uplink, has: &watch::Sender<Option<Shipped>>, reached: &Notify) -> String {
    let mut heard = has.subscribe();
    let mut outbox = Outbox {
        uplink,
        have: None,
        wanted: Vec::new(),
        given_up: HashSet::new(),
        vain: Vec::new(),
        told: HashSet::new(),
        taken: HashSet::new(),
        most: MOST_EVENTS,
        left_out: String::new(),
        unreadable: String::new(),
    };
    let mut tries = 0;
    loop {
        if heard.has_changed().unwrap_or(false) {
            let said = heard.borrow_and_update().clone();
            outbox.heard(said);
        }
        let trouble = match outbox.step().await {
            Ok(step) => {
                if tries > 0 {
                    reached.notify_one();
                }
                tries = 0;
                let again = match step {
                    Step::On => continue,
                    Step::Level => ASKED_AGAIN,
                    Step::Held => HELD,
                };
                outbox.tell(Phase::Level, "");
                tokio::select! {
                    () = uplink.wake.notified() => {}
                    _ = heard.changed() => heard.mark_changed(),
                    () = sleep(again) => if again == ASKED_AGAIN {
                        outbox.have = None;
                    },
                }
                continue;
            }
            Err(trouble) => trouble,
        };
        let wait = match trouble {
            Trouble::Over(why) => return why,
            Trouble::Later(why, asked) => {
                tries += 1;
                tracing::debug!(why, tries, "the outbox waits");
                outbox.count().await;
                outbox.tell(Phase::Waiting, &why);
                pause_asked(tries, draw(), asked)
            }
            Trouble::Away(why) => {
                tries += 1;
                tracing::debug!(why, tries, "the outbox waits");
                outbox.count().await;
                outbox.tell(Phase::Waiting, "");
                pause_asked(tries, draw(), None)
            }
            Trouble::Standstill(why) => {
                tracing::warn!(why, "the hub does not take what is next; the outbox stands still");
                outbox.count().await;
                outbox.tell(Phase::Standstill, &why);
                STANDSTILL
            }
        };
        // What the hub has may be another by then.
        outbox.have = None;
        rest(wait, &uplink.wake).await;
    }
}

impl Outbox<'_> {
    /// What the hub said by the socket. Where it differs from what we know the hub is asked: only the answer to a shipment
    /// is sure not to be older than another.
    fn heard(&mut self, said: Option<Shipped>) {
        let Some(said) = said else { return };
        match self.have {
            Some(have) if have == said.have => {
                let wanted = said.wanted.into_iter().filter(|run| !self.taken.contains(run));
                (self.vain, self.wanted) = wanted.partition(|run| self.given_up.contains(run));
            }
            _ => self.have = None,
        }
    }

    /// What the hub wants by its own answer. A run that was taken and is wanted again was lost there.
    fn want(&mut self, wanted: Vec<String>) {
        self.taken.retain(|run| !wanted.contains(run));
        (self.vain, self.wanted) = wanted.into_iter().partition(|run| self.given_up.contains(run));
    }

    /// Sends the next thing.
    async fn step(&mut self) -> Result<Step, Trouble> {
        let Some(have) = self.have else {
            self.tell(Phase::Asking, "");
            self.ship(Vec::new(), None).await?;
            return Ok(Step::On);
        };
        // Of a stream that it does not know the hub answers what is before its beginning. One that it knows may end before
        // what this seat begins with, on a laptop that was elsewhere meanwhile: a gap would never be taken.
        let events = self.uplink.history.events(have, self.most).await.map_err(unread)?;
        let last = self.uplink.history.last().await.map_err(unread)?;
        let results = results(&events);
        self.uplink.stand.send_modify(|stand| (stand.have, stand.last, stand.results) = (have, last, results));
        if !events.is_empty() {
            self.tell(Phase::Sending, "");
            self.ship(parcel(events), Some(have + 1)).await?;
            if self.have.is_some_and(|now| now <= have) {
                // It answers and takes nothing; to go on at once would only be noise.
                return Err(Trouble::Later("The hub took nothing of what it was sent.".to_owned(), None));
            }
            return Ok(Step::On);
        }
        self.left_out.clear();
        if have > last {
            // A database that was copied, or brought back from an older copy.
            self.left_out = format!(
                "The hub knows {have} events of this laptop, and its history has {last}: it was brought back from an older copy. What is done until it has more again is not sent; leave, and join again under another name."
            );
        }
        if self.wanted.is_empty() {
            if self.vain.iter().all(|run| self.told.contains(run)) {
                return Ok(Step::Level);
            }
            // It wants so many at once and no more: those that do not come would hide the others.
            self.ship(Vec::new(), None).await?;
            return Ok(Step::On);
        }
        if !self.uplink.history.is_quiet() {
            return Ok(Step::Held);
        }
        self.tell(Phase::Sending, "");
        let run = self.wanted.remove(0);
        if let Err(trouble) = self.send_record(&run).await {
            self.wanted.insert(0, run);
            return Err(trouble);
        }
        Ok(Step::On)
    }

    /// Ships events, or none to ask what the hub has.
    async fn ship(&mut self, events: Vec<SessionEnvelope>, first: Option<u64>) -> Result<(), Trouble> {
        let Uplink { seat, history, .. } = self.uplink;
        let (many, sent_ms) = (events.len(), wall_ms());
        let first = first.unwrap_or(seat.from);
        let without = self.vain.clone();
        let shipment = Shipment { stream: history.stream(), from: seat.from, first, events, sent_ms, without };
        match seat.hub.ship(&seat.token, &shipment).await {
            Ok(shipped) => {
                let middle_ms = sent_ms.midpoint(wall_ms());
                let offset_ms = shipped.now_ms.cast_signed() - middle_ms.cast_signed();
                self.uplink.stand.send_modify(|stand| (stand.offset_ms, stand.have) = (offset_ms, shipped.have));
                self.have = Some(shipped.have);
                self.most = MOST_EVENTS;
                self.told.extend(shipment.without);
                self.want(shipped.wanted);
                Ok(())
            }
            Err(HubError::Refused(problem)) if problem.status == 413 && many > 1 => {
                self.most = many / 2;
                Ok(())
            }
            Err(error) => Err(trouble(error)),
        }
    }

    /// Counts what waits, while nothing can be sent.
    async fn count(&self) {
        let from = self.uplink.seat.from.saturating_sub(1);
        let after = self.uplink.stand.borrow().have.max(from);
        let (events, last) = (self.uplink.history.events(after, MOST_EVENTS).await, self.uplink.history.last().await);
        if let (Ok(events), Ok(last)) = (events, last) {
            let results = results(&events);
            self.uplink.stand.send_modify(|stand| (stand.last, stand.results) = (last, results));
        }
    }

    fn tell(&self, phase: Phase, notice: &str) {
        let records = u32::try_from(self.wanted.len()).unwrap_or(u32::MAX);
        let notices = [notice, &self.left_out, &self.unreadable];
        let notice = notices.into_iter().find(|notice| !notice.is_empty()).unwrap_or_default();
        self.uplink.stand.send_if_modified(|stand| {
            let new = Stand { phase, records, notice: notice.to_owned(), ..stand.clone() };
            let other = *stand != new;
            *stand = new;
            other
        });
    }
}

/// Runs that ended, among these events.
fn results(events: &[SessionEnvelope]) -> u32 {
    let ended = |event: &&SessionEnvelope| matches!(event.body.known(), Some(SessionEvent::RunFinished { .. }));
    u32::try_from(events.iter().filter(ended).count()).unwrap_or(u32::MAX)
}

fn unread(error: anyhow::Error) -> Trouble {
    tracing::error!(error = format!("{error:#}"), "the history cannot be read for the hub");
    Trouble::Later(format!("The history cannot be read: {error:#}."), None)
}

fn trouble(error: HubError) -> Trouble {
    match error {
        HubError::Over { why } => Trouble::Over(why),
        HubError::Away { .. } => Trouble::Away(error.to_string()),
        HubError::Busy { after, .. } => Trouble::Later(sentence(&error.to_string()), after),
        HubError::Refused(problem) => {
            Trouble::Standstill(format!("The hub does not take what is next: {}", problem.detail))
        }
        other => Trouble::Later(sentence(&other.to_string()), None),
    }
}
