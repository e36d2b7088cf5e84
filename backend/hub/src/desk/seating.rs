//! Who sits where: joining, sitting again, names, erasing.

use brownout_core::hub::{
    event::WorkshopEvent,
    seat::{Join, Resume, Seated},
};
use brownout_store::hub::{KeptSeat, Rewritten, SeatChange, SeatChanged, SeatKey, SeatTaken, WantedSeat};
use uuid::Uuid;

use super::{Desk, attempts::ATTEMPT_MS, conduct::text};
use crate::{
    code,
    error::HubError,
    keys::Caller,
    name,
    seat::Seat,
    token::{self, Token},
};

/// What a panel is told whose seat was taken out.
pub(super) const REMOVED: &str =
    "The facilitator has taken this seat out of the workshop. Ask to be let in again, then try again.";
/// What a panel is told whose seat was erased.
const ERASED: &str = "This seat and everything of it was erased at the hub. What this panel has stays here.";
/// Letters of the longest id that a laptop may give itself.
const LONGEST_ID: usize = 64;

impl Desk {
    pub(super) async fn join(&mut self, join: Join, caller: Option<Caller>) -> Result<Seated, HubError> {
        self.up_to_date().await?;
        let Join { code, name, participant, panel: _, attempt } = join;
        let stage = self.room.stage();
        if stage.code.is_empty() || code::meant(&code).as_deref() != Some(&*stage.code) {
            return Err(HubError::WrongCode);
        }
        check_id("participant", &participant)?;
        check_id("attempt", &attempt)?;
        if let Some(seated) = self.answered(&attempt, &participant) {
            return Ok(seated);
        }
        // Who sits here already asks again, whoever else is taken.
        let sits = self.room.seats().any(|seat| seat.kept().participant == participant);
        if !sits && (!stage.open || stage.ended) {
            return Err(HubError::DoorShut);
        }
        let seats = self.room.seats().count();
        if !sits && seats >= self.most_seats {
            return Err(HubError::Full { seats });
        }
        let (id, now_ms) = (Uuid::new_v4().to_string(), self.clock.now_ms());
        let name = name::free(&name::shown(&name, &id), |key| self.room.has_name(key, ""));
        let (token, recovery) = (Token::fresh()?, code::recovery()?);
        let wanted = WantedSeat {
            id,
            workshop: self.room.workshop().id.clone(),
            participant: participant.clone(),
            name_key: name::key(&name),
            name: name.clone(),
            attempt: attempt.clone(),
            attempts_since_ms: now_ms.saturating_sub(ATTEMPT_MS),
            token: token.hash(),
            recovery: token::hash(&recovery),
            now_ms,
        };
        let taken = self.store.seat(&wanted).await;
        match self.heard(taken)? {
            SeatTaken::New(kept) | SeatTaken::Again(kept) => Ok(self.seated(kept, &token, recovery)),
            SeatTaken::Held(kept) if kept.removed() => Err(HubError::Removed),
            SeatTaken::Held(kept) if caller == Some(Caller::Seat(kept.id.clone())) => {
                // In one transaction with the token, or a code would be here that was told to nobody.
                self.sit(KeptSeat { recovery: wanted.recovery, ..kept }, &participant, &attempt, recovery).await
            }
            SeatTaken::Held(_) => Err(HubError::SeatTaken),
            SeatTaken::NameTaken => Err(HubError::NameTaken { name }),
        }
    }

    pub(super) async fn resume(&mut self, resume: Resume) -> Result<Seated, HubError> {
        self.up_to_date().await?;
        let Resume { recovery, participant, attempt } = resume;
        check_id("participant", &participant)?;
        check_id("attempt", &attempt)?;
        let recovery = code::meant(&recovery).ok_or(HubError::WrongRecovery)?;
        let same = |seated: &Seated| code::meant(&seated.recovery).as_ref() == Some(&recovery);
        if let Some(seated) = self.answered(&attempt, &participant).filter(same) {
            return Ok(seated);
        }
        let hash = token::hash(&recovery);
        let kept = self.store.seat_by(&self.room.workshop().id, SeatKey::Recovery(&hash)).await?;
        let kept = kept.ok_or(HubError::WrongRecovery)?;
        if kept.removed() {
            return Err(HubError::Removed);
        }
        self.sit(kept, &participant, &attempt, recovery).await
    }

    /// Somebody who may sits on a seat again.
    async fn sit(
        &mut self,
        kept: KeptSeat,
        participant: &str,
        attempt: &str,
        recovery: String,
    ) -> Result<Seated, HubError> {
        let (token, now_ms) = (Token::fresh()?, self.clock.now_ms());
        let hash = token.hash();
        let change = SeatChange::Sit { participant, attempt, token: &hash, recovery: Some(&kept.recovery), now_ms };
        let changed = self.store.change_seat(&kept.id, change).await;
        match self.heard(changed)? {
            SeatChanged::Done => {}
            SeatChanged::NoSeat => return Err(HubError::NoSeat),
            SeatChanged::NameTaken | SeatChanged::ParticipantTaken => return Err(HubError::SitsElsewhere),
        }
        if kept.participant != participant {
            self.publisher
                .end(&kept.id, "This seat was taken over with its recovery code, on another laptop or database.");
        }
        let (participant, attempt) = (participant.to_owned(), attempt.to_owned());
        let kept = KeptSeat { participant, attempt, attempt_ms: now_ms, token: Some(hash), ..kept };
        Ok(self.seated(kept, &token, recovery))
    }

    fn seated(&mut self, kept: KeptSeat, token: &Token, recovery: String) -> Seated {
        let now_ms = self.clock.now_ms();
        let (seat, name) = (kept.id.clone(), kept.name.clone());
        let (attempt, participant) = (kept.attempt.clone(), kept.participant.clone());
        self.keys.give(&seat, kept.token.clone());
        self.room.sit(kept);
        self.publisher.touch();
        let workshop = self.room.card(now_ms);
        let seated = Seated { seat, name, token: token.reveal().to_owned(), recovery, workshop, now_ms };
        self.attempts.answer(attempt, participant, seated.clone());
        seated
    }

    /// The answer to an attempt that was made before, if its token still opens the seat.
    fn answered(&self, attempt: &str, participant: &str) -> Option<Seated> {
        let now_ms = self.clock.now_ms();
        let seated = self.attempts.answered(attempt, participant, now_ms)?;
        let kept = self.room.seat(&seated.seat).ok()?.kept();
        let opens = kept.token == Some(Token::told(&seated.token).hash());
        opens.then(|| Seated { workshop: self.room.card(now_ms), now_ms, ..seated.clone() })
    }

    pub(super) async fn rename(&mut self, seat: &str, name: &str) -> Result<String, HubError> {
        self.up_to_date().await?;
        let before = self.room.seat(seat)?.kept().clone();
        let name = name::shown(name, seat);
        if name == before.name {
            return Ok(name);
        }
        let key = name::key(&name);
        let changed = self.store.change_seat(seat, SeatChange::Name { name: &name, key: &key }).await;
        match self.heard(changed)? {
            SeatChanged::Done => {}
            SeatChanged::NoSeat => return Err(HubError::NoSeat),
            SeatChanged::NameTaken | SeatChanged::ParticipantTaken => return Err(HubError::NameTaken { name }),
        }
        self.room.sit(KeptSeat { name: name.clone(), name_key: key, ..before });
        self.publisher.touch();
        self.append(WorkshopEvent::Renamed { seat: seat.to_owned() }).await?;
        Ok(name)
    }

    pub(super) async fn new_recovery(&mut self, seat: &str) -> Result<String, HubError> {
        self.up_to_date().await?;
        let kept = self.room.seat(seat)?.kept().clone();
        let recovery = code::recovery()?;
        let hash = token::hash(&recovery);
        let changed = self.store.change_seat(seat, SeatChange::Recovery(&hash)).await;
        if self.heard(changed)? != SeatChanged::Done {
            return Err(HubError::NoSeat);
        }
        self.publisher.recovery(seat, &hash);
        self.room.sit(KeptSeat { recovery: hash, ..kept });
        // An answer that tells the code before is no longer one.
        self.attempts.forget(seat);
        Ok(recovery)
    }

    pub(super) async fn erase(&mut self, seat: &str) -> Result<(), HubError> {
        self.up_to_date().await?;
        self.room.seat(seat)?;
        let spoken = self.room.spoken_to(seat).into_iter();
        let spoken: Vec<(u64, String)> =
            spoken.map(|(seq, event)| Ok((seq, text(&event)?))).collect::<Result<_, HubError>>()?;
        let rewritten: Vec<Rewritten<'_>> = spoken.iter().map(|(seq, body)| Rewritten { seq: *seq, body }).collect();
        let erased = self.store.erase_seat(seat, &rewritten).await;
        self.heard(erased)?;
        self.room.erase(seat);
        self.erased_seat(seat);
        // It is gone, whether that can be written down now or later.
        self.settle_erased().await;
        Ok(())
    }

    /// Forgets what was here of a seat that is erased, beside the room.
    pub(super) fn erased_seat(&mut self, seat: &str) {
        self.keys.give(seat, None);
        self.attempts.forget(seat);
        self.publisher.end(seat, ERASED);
        self.publisher.forget();
        self.erased.push(seat.to_owned());
    }

    /// Writes into the workshop's stream who was erased, as far as it does not stand there.
    pub(super) async fn settle_erased(&mut self) {
        while let Some(seat) = self.erased.last().cloned() {
            if self.up_to_date().await.is_err() {
                return;
            }
            let event = WorkshopEvent::Erased { seat };
            let said = self.room.log().iter().any(|envelope| envelope.body.known() == Some(&event));
            if !said && let Err(error) = self.append(event).await {
                tracing::warn!(%error, "that a seat was erased is not in the log yet; it is tried again");
                return;
            }
            self.erased.pop();
        }
    }

    /// Makes the seats' rows and keys follow what the workshop's stream says of who was taken out.
    pub(super) async fn settle_removed(&mut self) -> Result<(), HubError> {
        let removed = &self.room.stage().removed;
        let differ = |seat: &&Seat| seat.kept().removed() != removed.contains(&seat.kept().id);
        let differing: Vec<String> = self.room.seats().filter(differ).map(|seat| seat.kept().id.clone()).collect();
        for id in differing {
            let out = self.room.stage().removed.contains(&id);
            let changed = self.store.change_seat(&id, SeatChange::Removed(out)).await;
            self.heard(changed)?;
            let kept = self.store.seat_by(&self.room.workshop().id, SeatKey::Id(&id)).await;
            let Some(kept) = self.heard(kept)? else { continue };
            self.keys.give(&id, kept.token.clone());
            self.room.sit(kept);
            if out {
                self.publisher.end(&id, REMOVED);
            }
            self.publisher.touch();
        }
        Ok(())
    }
}

fn check_id(what: &str, id: &str) -> Result<(), HubError> {
    let fits = !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits { Ok(()) } else { Err(HubError::unfit(format!("the {what} of this request is no id."))) }
}
