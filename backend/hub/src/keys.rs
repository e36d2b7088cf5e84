//! Who a secret belongs to: what every request asks first, without waiting for the desk.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use brownout_store::hub::Hash;

use crate::token::{Token, same};

/// Somebody who is known by a token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A participant's panel, by the id of its seat.
    Seat(String),
    /// A big screen.
    Screen,
    /// A facilitator.
    Facilitator,
}

/// Hashes of the tokens that open something now. Cheap to clone. The lock is held for a look-up, never across an await.
#[derive(Debug, Clone)]
pub(crate) struct Keys(Arc<RwLock<Ring>>);

#[derive(Debug)]
struct Ring {
    facilitator: Hash,
    screen: Hash,
    seats: HashMap<Hash, String>,
}

impl Keys {
    pub(crate) fn new(facilitator: Hash, screen: Hash, seats: impl IntoIterator<Item = (Hash, String)>) -> Keys {
        Keys(Arc::new(RwLock::new(Ring { facilitator, screen, seats: seats.into_iter().collect() })))
    }

    /// Whose token this is. What is compared are hashes, so that the time tells nothing of the token: it is not known
    /// which token has a hash that begins like this one.
    pub(crate) fn caller(&self, token: &Token) -> Option<Caller> {
        let hash = token.hash();
        let is = |known: &Hash| same(known.as_str().as_bytes(), hash.as_str().as_bytes());
        let ring = self.read();
        let (facilitator, screen) = (is(&ring.facilitator), is(&ring.screen));
        let seat = ring.seats.get_key_value(&hash).filter(|(known, _)| is(known));
        match (facilitator, screen, seat) {
            (true, ..) => Some(Caller::Facilitator),
            (_, true, _) => Some(Caller::Screen),
            (.., Some((_, seat))) => Some(Caller::Seat(seat.clone())),
            _ => None,
        }
    }

    /// Gives a seat this token and no other; with `None` it has none any more.
    pub(crate) fn give(&self, seat: &str, token: Option<Hash>) {
        let mut ring = self.write();
        ring.seats.retain(|_, known| known != seat);
        if let Some(token) = token {
            ring.seats.insert(token, seat.to_owned());
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Ring> {
        // A panic while holding the lock leaves a ring that is whole: each change is one insertion or removal.
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Ring> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_what_it_is_for_and_nothing_after_it_was_taken() {
        let [facilitator, screen, ada, ben, new] = [(); 5].map(|()| Token::fresh().unwrap());
        let seats = [(ada.hash(), "a".to_owned()), (ben.hash(), "b".to_owned())];
        let keys = Keys::new(facilitator.hash(), screen.hash(), seats);
        let seat = |id: &str| Some(Caller::Seat(id.to_owned()));
        assert_eq!(keys.caller(&facilitator), Some(Caller::Facilitator));
        assert_eq!(keys.caller(&screen), Some(Caller::Screen));
        assert_eq!((keys.caller(&ada), keys.caller(&ben)), (seat("a"), seat("b")));
        assert_eq!(keys.caller(&new), None);
        for wrong in ["", "x", ada.hash().as_str(), &ada.reveal().to_lowercase(), &ada.reveal()[1..]] {
            assert_eq!(keys.caller(&Token::told(wrong)), None);
        }
        keys.give("a", Some(new.hash()));
        assert_eq!((keys.caller(&ada), keys.caller(&new)), (None, seat("a")));
        keys.give("a", None);
        assert_eq!((keys.caller(&new), keys.caller(&ben)), (None, seat("b")));
    }
}
