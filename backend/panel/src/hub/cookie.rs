//! Pages that have shown a token: what they get for it is a cookie, which no script can read and no page of another site can
//! use. The facilitator's page keeps its link's token besides, for its tab alone, because these cookies are gone when the
//! hub starts anew; what its scripts may load and where they may send stands in its policy.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use axum::http::{HeaderMap, header};
use brownout_core::hub::page::Who;
use brownout_hub::{HubError, Token};
use brownout_store::hub::Hash;

/// Names of the cookies. One for each: the tabs of one browser share them, and a wall takes nothing from a facilitator.
const FACILITATOR: &str = "brownout_hub";
const SCREEN: &str = "brownout_screen";
/// A workshop is over by then.
const LASTS: Duration = Duration::from_secs(12 * 3600);
/// More pages than a workshop has; the ones that end first make room.
const MOST: usize = 256;

/// The cookies that open something now. They are gone with the hub.
#[derive(Debug, Default)]
pub struct Cookies(Mutex<HashMap<Hash, Page>>);

#[derive(Debug, Clone, Copy)]
struct Page {
    who: Who,
    until: Instant,
}

impl Cookies {
    /// A new cookie for a facilitator or a screen: the value of a `Set-Cookie`.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn give(&self, who: Who, secure: bool) -> Result<String, HubError> {
        let (token, now) = (Token::fresh()?, Instant::now());
        let mut pages = self.lock();
        pages.retain(|_, page| page.until > now);
        while pages.len() >= MOST {
            let Some(first) = pages.iter().min_by_key(|(_, page)| page.until).map(|(hash, _)| hash.clone()) else {
                break;
            };
            pages.remove(&first);
        }
        pages.insert(token.hash(), Page { who, until: now + LASTS });
        let name = if who == Who::Facilitator { FACILITATOR } else { SCREEN };
        Ok(set(name, token.reveal(), LASTS.as_secs(), secure))
    }

    /// Forgets the cookies of a request, and says how its browser forgets them.
    pub fn forget(&self, headers: &HeaderMap, secure: bool) -> [String; 2] {
        [FACILITATOR, SCREEN].map(|name| {
            if let Some(token) = sent(headers, name) {
                self.lock().remove(&token.hash());
            }
            set(name, "", 0, secure)
        })
    }

    /// Whose cookie came with a request; of both the facilitator's.
    pub fn who(&self, headers: &HeaderMap) -> Option<Who> {
        // Looked up by hash: the time that it takes tells nothing of a cookie that would open something.
        let opens = |name: &str| {
            let hash = sent(headers, name)?.hash();
            let page = self.lock().get(&hash).copied()?;
            (page.until > Instant::now()).then_some(page.who)
        };
        opens(FACILITATOR).or_else(|| opens(SCREEN))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Hash, Page>> {
        // A panic while holding the lock leaves a whole map: each change is one insertion or removal.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn set(name: &str, value: &str, seconds: u64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Max-Age={seconds}; HttpOnly; SameSite=Strict; Path=/{secure}")
}

fn sent(headers: &HeaderMap, wanted: &str) -> Option<Token> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| Token::told(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sends(cookies: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, cookies.parse().expect("a value"))])
    }

    fn pair(cookie: &str) -> &str {
        cookie.split(';').next().expect("a pair")
    }

    /// A request with this cookie and another.
    fn with(cookie: &str) -> HeaderMap {
        sends(&format!("other=1; {}", pair(cookie)))
    }

    #[test]
    fn a_cookie_opens_until_it_is_forgotten() {
        let cookies = Cookies::default();
        let facilitator = cookies.give(Who::Facilitator, true).expect("a cookie");
        let screen = cookies.give(Who::Screen, false).expect("a cookie");
        assert!(facilitator.ends_with("; HttpOnly; SameSite=Strict; Path=/; Secure"), "{facilitator}");
        assert!(screen.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{screen}");
        assert_eq!(cookies.who(&with(&facilitator)), Some(Who::Facilitator));
        assert_eq!(cookies.who(&with(&screen)), Some(Who::Screen));
        assert_eq!(cookies.who(&with("brownout_hub=x")), None);
        assert_eq!(cookies.who(&HeaderMap::new()), None);
        // Two tabs of one browser, and a hub that was started anew in between.
        let both = format!("{}; {}", pair(&screen), pair(&facilitator));
        assert_eq!(cookies.who(&sends(&both)), Some(Who::Facilitator));
        assert_eq!(cookies.who(&sends(&format!("brownout_hub=old; {}", pair(&screen)))), Some(Who::Screen));
        let forgotten = cookies.forget(&with(&screen), false);
        assert!(forgotten[0].starts_with("brownout_hub=; Max-Age=0;"), "{forgotten:?}");
        assert!(forgotten[1].starts_with("brownout_screen=; Max-Age=0;"), "{forgotten:?}");
        assert_eq!(cookies.who(&with(&screen)), None);
    }

    #[test]
    fn the_oldest_pages_make_room() {
        let cookies = Cookies::default();
        let first = cookies.give(Who::Screen, false).expect("a cookie");
        let last = (0..MOST).map(|_| cookies.give(Who::Screen, false).expect("a cookie")).last().expect("one");
        assert_eq!(cookies.lock().len(), MOST);
        assert_eq!((cookies.who(&with(&first)), cookies.who(&with(&last))), (None, Some(Who::Screen)));
    }
}
