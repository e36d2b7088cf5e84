//! A numbered feed: each item is made into text once, for all who watch.
//!
//! The last [`KEPT`] items can be resumed from. A watcher that falls further behind than [`BEHIND`] is told so by its
//! receiver and gets a snapshot: nothing here ever waits for a reader.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use brownout_core::hub::live::{HubItem, HubMessage};
use tokio::sync::broadcast;

/// Items that a reconnecting watcher can resume from.
const KEPT: usize = 256;
/// Items that a connected watcher may be behind.
const BEHIND: usize = 256;
/// Items for one seat alone that its panel may be behind.
const BEHIND_OWN: usize = 32;

/// One item as it goes over the wire.
#[derive(Debug, Clone)]
pub(crate) struct FeedItem {
    /// Number in the feed, from 1.
    pub(crate) seq: u64,
    /// The [`HubMessage::Item`] as JSON.
    pub(crate) text: Arc<str>,
    /// Whether nothing comes after it.
    pub(crate) last: bool,
}

/// The feed of one kind of watcher. Only the desk has it, so that number and room always agree.
#[derive(Debug)]
pub(crate) struct Feed {
    seq: u64,
    kept: VecDeque<FeedItem>,
    sender: broadcast::Sender<FeedItem>,
    own: HashMap<String, broadcast::Sender<FeedItem>>,
}

impl Feed {
    pub(crate) fn new() -> Feed {
        Feed { seq: 0, kept: VecDeque::new(), sender: broadcast::channel(BEHIND).0, own: HashMap::new() }
    }

    /// Number of the last item.
    pub(crate) fn seq(&self) -> u64 {
        self.seq
    }

    /// Whether anybody watches.
    pub(crate) fn watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Appends an item and sends it to all.
    pub(crate) fn publish(&mut self, item: HubItem) {
        let Some(item) = self.item(item) else { return };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(item.clone());
        // No receiver is no error: nobody looks.
        let _ = self.sender.send(item);
    }

    /// Sends an item that nobody misses: it is not kept.
    pub(crate) fn pass(&mut self, item: HubItem) {
        if let Some(item) = self.item(item) {
            let _ = self.sender.send(item);
        }
    }

    /// Appends an item for one seat alone. It is not kept: who resumes is told its own state anew.
    pub(crate) fn tell(&mut self, seat: &str, item: HubItem) {
        if let Some(own) = self.own.get(seat).cloned()
            && let Some(item) = self.item(item)
        {
            let _ = own.send(item);
        }
    }

    /// Has everybody begin anew with a snapshot: something changed that no item tells of.
    pub(crate) fn renew(&mut self) {
        self.seq += 1;
        self.kept.clear();
        // Receivers of the sender before are told that it is closed, and ask again.
        self.sender = broadcast::channel(BEHIND).0;
    }

    /// Items after this number; `None` where some of them are gone.
    pub(crate) fn since(&self, seq: u64) -> Option<Vec<Arc<str>>> {
        let oldest = self.kept.front().map_or(self.seq + 1, |item| item.seq);
        let known = seq <= self.seq && seq + 1 >= oldest;
        known.then(|| self.kept.iter().filter(|item| item.seq > seq).map(|item| item.text.clone()).collect())
    }

    /// What comes for all from now on.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<FeedItem> {
        self.sender.subscribe()
    }

    /// What comes for this seat alone from now on.
    pub(crate) fn subscribe_own(&mut self, seat: &str) -> broadcast::Receiver<FeedItem> {
        let own = self.own.entry(seat.to_owned()).or_insert_with(|| broadcast::channel(BEHIND_OWN).0);
        own.subscribe()
    }

    /// Whether this seat watches.
    pub(crate) fn reaches(&self, seat: &str) -> bool {
        self.own.get(seat).is_some_and(|own| own.receiver_count() > 0)
    }

    /// Forgets the seats that no longer watch.
    pub(crate) fn sweep(&mut self) {
        self.own.retain(|_, own| own.receiver_count() > 0);
    }

    fn item(&mut self, item: HubItem) -> Option<FeedItem> {
        let last = matches!(item, HubItem::Ended { .. });
        let seq = self.seq + 1;
        match serde_json::to_string(&HubMessage::Item { seq, item: Box::new(item) }) {
            Ok(text) => {
                self.seq = seq;
                Some(FeedItem { seq, text: text.into(), last })
            }
            Err(error) => {
                tracing::error!(%error, "an item of the hub's feed could not be written as JSON; it is left out");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsaid(n: usize) -> HubItem {
        HubItem::Unsaid { message: n.to_string() }
    }

    fn numbers(texts: Option<Vec<Arc<str>>>) -> Option<Vec<u64>> {
        let number =
            |text: Arc<str>| serde_json::from_str::<serde_json::Value>(&text).unwrap()["seq"].as_u64().unwrap();
        texts.map(|texts| texts.into_iter().map(number).collect())
    }

    #[test]
    fn who_missed_little_gets_it_and_who_missed_much_does_not() {
        let mut feed = Feed::new();
        assert_eq!(numbers(feed.since(0)), Some(vec![]));
        (0..5).for_each(|n| feed.publish(unsaid(n)));
        assert_eq!(numbers(feed.since(3)), Some(vec![4, 5]));
        assert_eq!(numbers(feed.since(6)), None, "a number of another hub");
        (0..KEPT).for_each(|n| feed.publish(unsaid(n)));
        assert_eq!(numbers(feed.since(4)), None);
        assert_eq!(numbers(feed.since(5)).map(|numbers| numbers.len()), Some(KEPT));
    }

    #[test]
    fn what_is_told_to_one_seat_reaches_no_other() {
        let mut feed = Feed::new();
        let (mut all, mut ada, mut ben) = (feed.subscribe(), feed.subscribe_own("a"), feed.subscribe_own("b"));
        feed.tell("a", unsaid(1));
        feed.tell("nobody", unsaid(2));
        feed.publish(unsaid(3));
        assert_eq!(ada.try_recv().unwrap().seq, 1);
        assert_eq!(all.try_recv().unwrap().seq, 2);
        assert!(ben.try_recv().is_err() && ada.try_recv().is_err() && all.try_recv().is_err());
        assert_eq!(numbers(feed.since(0)), None, "what one was told is not kept for others");
        drop(ada);
        feed.sweep();
        assert!(!feed.reaches("a") && feed.reaches("b"));
    }

    #[test]
    fn a_feed_waits_for_nobody() {
        let mut feed = Feed::new();
        let mut slow = feed.subscribe();
        (0..BEHIND + 1).for_each(|n| feed.publish(unsaid(n)));
        assert!(matches!(slow.try_recv(), Err(broadcast::error::TryRecvError::Lagged(_))));
    }
}
