//! How often somebody may ask. A class sits behind one address, so limits by address are for failures and strangers;
//! those who sit are counted by their seat.

use std::{
    collections::HashMap,
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, NotUntil, Quota, RateLimiter,
    clock::{Clock, MonotonicClock, Reference},
};

use crate::problem::{Answer, Problem};

/// Feeds of a seat at once. A laptop has one; those of connections that broke are there until that was noticed.
const MOST_FEEDS: usize = 4;

/// What is counted.
#[derive(Debug)]
pub struct Limits {
    /// Requests without a token that is known, by address.
    strangers: Keyed<IpAddr>,
    /// Wrong codes and wrong tokens, by address.
    failures: Keyed<IpAddr>,
    /// Addresses that have failed too often, and until when they wait.
    waiting: Mutex<HashMap<IpAddr, Instant>>,
    joins: DefaultDirectRateLimiter,
    seats: Keyed<String>,
    frames: Keyed<String>,
    facilitator: DefaultDirectRateLimiter,
    /// Feeds that seats follow now, by seat.
    feeds: Arc<Mutex<HashMap<String, usize>>>,
}

/// A feed that a seat follows; dropped when it no longer does.
#[derive(Debug)]
pub struct Feed {
    feeds: Arc<Mutex<HashMap<String, usize>>>,
    seat: String,
}

impl Drop for Feed {
    fn drop(&mut self) {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = feeds.get_mut(&self.seat) {
            *open -= 1;
            if *open == 0 {
                feeds.remove(&self.seat);
            }
        }
    }
}

type Keyed<K> = DefaultKeyedRateLimiter<K>;

/// So many a second, and this many at once.
const fn quota(a_second: u32, at_once: u32) -> Quota {
    Quota::per_second(some(a_second)).allow_burst(some(at_once))
}

const fn some(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            strangers: RateLimiter::keyed(quota(50, 200)),
            // 120 a minute: 40 bits last for thousands of years, and a class that mistypes is not kept waiting.
            failures: RateLimiter::keyed(quota(2, 60)),
            waiting: Mutex::default(),
            joins: RateLimiter::direct(quota(20, 100)),
            seats: RateLimiter::keyed(quota(5, 30)),
            frames: RateLimiter::keyed(quota(4, 20)),
            facilitator: RateLimiter::direct(quota(20, 40)),
            feeds: Arc::default(),
        }
    }
}

impl Limits {
    /// Somebody without a token asks.
    ///
    /// # Errors
    /// 429 with when to ask again.
    pub fn stranger(&self, address: IpAddr) -> Answer<()> {
        keyed(&self.strangers, &network(address))
    }

    /// Somebody is about to show a code.
    ///
    /// # Errors
    /// 429 where too many from this address were wrong, whether this one is right or not: else guessing would go on.
    pub fn try_code(&self, address: IpAddr) -> Answer<()> {
        let now = Instant::now();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        match waiting.get(&network(address)) {
            Some(until) if *until > now => Err(too_often(*until - now)),
            Some(_) => {
                waiting.remove(&network(address));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A code or a token was wrong.
    ///
    /// # Errors
    /// 429 where too many from this address were wrong.
    pub fn failed(&self, address: IpAddr) -> Answer<()> {
        let address = network(address);
        let Err(not_until) = self.failures.check_key(&address) else { return Ok(()) };
        let wait = wait(&not_until);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.insert(address, Instant::now() + wait);
        Err(too_often(wait))
    }

    /// Somebody joins.
    ///
    /// # Errors
    /// 429 with when to ask again.
    pub fn join(&self) -> Answer<()> {
        self.joins.check().map_err(|not_until| too_often(wait(&not_until)))
    }

    /// A seat sends something.
    ///
    /// # Errors
    /// 429 with when to ask again.
    pub fn seat(&self, seat: &str) -> Answer<()> {
        keyed(&self.seats, &seat.to_owned())
    }

    /// Whether a seat may send one more frame over its WebSocket.
    pub fn frame(&self, seat: &str) -> bool {
        self.frames.check_key(&seat.to_owned()).is_ok()
    }

    /// A seat wants to follow its feed.
    ///
    /// # Errors
    /// 429 where it follows enough of them.
    pub fn feed(&self, seat: &str) -> Answer<Feed> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let open = feeds.entry(seat.to_owned()).or_default();
        if *open >= MOST_FEEDS {
            // By then a connection over which nothing comes was let go.
            return Err(too_often(Duration::from_secs(20)));
        }
        *open += 1;
        Ok(Feed { feeds: self.feeds.clone(), seat: seat.to_owned() })
    }

    /// A facilitator changes something.
    ///
    /// # Errors
    /// 429 with when to ask again.
    pub fn facilitator(&self) -> Answer<()> {
        self.facilitator.check().map_err(|not_until| too_often(wait(&not_until)))
    }

    /// Forgets those who have not asked for long.
    pub fn sweep(&self) {
        self.strangers.retain_recent();
        self.failures.retain_recent();
        self.seats.retain_recent();
        self.frames.retain_recent();
        let now = Instant::now();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }
}

fn keyed<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K) -> Answer<()> {
    limiter.check_key(key).map_err(|not_until| too_often(wait(&not_until)))
}

fn wait(not_until: &NotUntil<impl Reference + From<std::time::Instant>>) -> Duration {
    not_until.wait_time_from(MonotonicClock.now().into())
}

/// One who has many addresses of the sixth version has at least 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from(u128::from(six) >> 64 << 64)),
        four => four,
    }
}

fn too_often(wait: Duration) -> Problem {
    let seconds = wait.as_secs_f64().ceil().max(1.0) as u64;
    let detail = format!("Too many requests. Try again in {seconds} s.");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-often", "Too often", detail).retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn who_mistypes_may_go_on_and_who_guesses_waits() {
        let limits = Limits::default();
        let (guesser, neighbour) = (ip("192.0.2.1"), ip("192.0.2.2"));
        for n in 0..60 {
            assert!(limits.try_code(guesser).is_ok() && limits.failed(guesser).is_ok(), "{n}");
        }
        assert!(limits.failed(guesser).is_err());
        assert!(limits.try_code(guesser).is_err(), "a right code, too");
        assert!(limits.try_code(neighbour).is_ok());
        limits.sweep();
        assert!(limits.try_code(guesser).is_err(), "a sweep forgives nobody who waits");
    }

    #[test]
    fn a_network_of_version_six_is_one_stranger_and_a_mapped_address_is_of_version_four() {
        assert_eq!(network(ip("2001:db8:1:2:3:4:5:6")), network(ip("2001:db8:1:2::1")));
        assert_ne!(network(ip("2001:db8:1:2::1")), network(ip("2001:db8:1:3::1")));
        assert_eq!(network(ip("::ffff:192.0.2.1")), ip("192.0.2.1"));
        let limits = Limits::default();
        let asked = (0..300).filter(|n| limits.stranger(ip(&format!("2001:db8::{n:x}"))).is_ok()).count();
        assert!((200..300).contains(&asked), "{asked}");
    }

    #[test]
    fn a_seat_is_kept_from_flooding_and_its_neighbour_is_not() {
        let limits = Limits::default();
        assert!((0..30).all(|_| limits.seat("a").is_ok()));
        assert!(limits.seat("a").is_err() && limits.seat("b").is_ok());
        assert!((0..20).all(|_| limits.frame("a")));
        assert!(!limits.frame("a") && limits.frame("b"));
        let mut feeds: Vec<Feed> = (0..MOST_FEEDS).filter_map(|_| limits.feed("a").ok()).collect();
        assert_eq!(feeds.len(), MOST_FEEDS);
        assert!(limits.feed("a").is_err() && limits.feed("b").is_ok());
        feeds.pop();
        assert!(limits.feed("a").is_ok());
    }
}
