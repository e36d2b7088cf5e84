//! The numbered feed behind `/api/v1/live`: every screen sees the same items in the same order.
//!
//! The last [`KEPT`] items can be resumed from. A screen that falls further behind than the channel holds is told so
//! by its receiver and gets a fresh snapshot: nothing here ever waits for a reader.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use brownout_core::wire::{LiveItem, LiveMessage};
use tokio::{
    sync::broadcast,
    time::{Instant, MissedTickBehavior, interval_at},
};

/// Items that a reconnecting screen can resume from.
const KEPT: usize = 1024;
/// Items that a connected screen may be behind.
const BEHIND: usize = 256;
/// A screen that hears nothing for longer than two of these takes its connection for dead.
const BEAT: Duration = Duration::from_secs(20);

/// One item as it goes over the wire.
#[derive(Debug, Clone)]
pub struct FeedItem {
    /// Number in the feed, from 1.
    pub seq: u64,
    /// The [`LiveMessage::Item`] as JSON, made once for all screens.
    pub text: Arc<str>,
}

/// The feed; cheap to share behind the application's handle.
#[derive(Debug)]
pub struct Feed {
    epoch: String,
    state: Mutex<State>,
    sender: broadcast::Sender<FeedItem>,
}

#[derive(Debug, Default)]
struct State {
    seq: u64,
    kept: VecDeque<FeedItem>,
}

/// What a connecting screen is given first.
#[derive(Debug)]
pub enum Greeting {
    /// It missed only these items.
    Resume(Vec<FeedItem>),
    /// It needs a snapshot; the feed stood at this number.
    Fresh(u64),
}

impl Feed {
    /// A feed with an epoch of its own.
    pub fn new(epoch: String) -> Self {
        Feed { epoch, state: Mutex::default(), sender: broadcast::channel(BEHIND).0 }
    }

    /// Changes with each start of the panel.
    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// Number of the last item.
    pub fn seq(&self) -> u64 {
        self.lock().seq
    }

    /// Appends an item and sends it to all screens.
    pub fn publish(&self, item: LiveItem) {
        let mut state = self.lock();
        if let Some(item) = self.send(&mut state, item) {
            if state.kept.len() == KEPT {
                state.kept.pop_front();
            }
            state.kept.push_back(item);
        }
    }

    /// Says every 20 s that the panel is there, one tick for all screens. It never ends by itself.
    pub async fn beat(&self) {
        let mut tick = interval_at(Instant::now() + BEAT, BEAT);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            // Not kept: who comes back has missed nothing by it.
            self.send(&mut self.lock(), LiveItem::Beat);
        }
    }

    fn send(&self, state: &mut State, item: LiveItem) -> Option<FeedItem> {
        state.seq += 1;
        let seq = state.seq;
        let text = match serde_json::to_string(&LiveMessage::Item { seq, item: Box::new(item) }) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "an item of the live feed could not be written as JSON; it is left out");
                return None;
            }
        };
        let item = FeedItem { seq, text: text.into() };
        // No receiver is no error: nobody looks.
        let _ = self.sender.send(item.clone());
        Some(item)
    }

    /// Subscribes a screen that has seen the feed up to `since` in `epoch`, if it has seen it at all.
    pub fn subscribe(&self, epoch: Option<&str>, since: Option<u64>) -> (Greeting, broadcast::Receiver<FeedItem>) {
        let state = self.lock();
        let receiver = self.sender.subscribe();
        let known = since.filter(|since| epoch == Some(self.epoch.as_str()) && *since <= state.seq);
        let oldest = state.kept.front().map_or(state.seq + 1, |item| item.seq);
        let greeting = match known {
            Some(since) if since + 1 >= oldest => {
                Greeting::Resume(state.kept.iter().filter(|item| item.seq > since).cloned().collect())
            }
            _ => Greeting::Fresh(state.seq),
        };
        (greeting, receiver)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic while holding the lock leaves at worst a missing item.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(n: usize) -> LiveItem {
        LiveItem::BuildLine(n.to_string())
    }

    #[test]
    fn a_screen_that_missed_little_gets_what_it_missed() {
        let feed = Feed::new("e".into());
        (0..5).for_each(|n| feed.publish(line(n)));
        let (greeting, _) = feed.subscribe(Some("e"), Some(3));
        assert!(matches!(greeting, Greeting::Resume(items) if items.iter().map(|i| i.seq).eq([4, 5])));
    }

    #[tokio::test(start_paused = true)]
    async fn a_quiet_panel_says_every_20_s_that_it_is_there() {
        let feed = Feed::new("e".into());
        feed.publish(line(1));
        let (_, mut screen) = feed.subscribe(None, None);
        let heard = async {
            for number in 1..=3 {
                let begun = Instant::now();
                let text = screen.recv().await.expect("the feed goes on").text;
                assert!(text.contains("beat"), "{text}");
                assert_eq!(begun.elapsed(), BEAT, "{number}");
            }
        };
        tokio::select! {
            () = feed.beat() => unreachable!("it never ends"),
            () = heard => {}
        }
        let (greeting, _) = feed.subscribe(Some("e"), Some(1));
        assert!(matches!(greeting, Greeting::Resume(missed) if missed.is_empty()), "nothing was missed");
    }

    #[test]
    fn another_epoch_or_a_long_absence_gets_a_snapshot() {
        let feed = Feed::new("e".into());
        (0..KEPT + 10).for_each(|n| feed.publish(line(n)));
        for (epoch, since) in
            [(Some("other"), Some(3)), (Some("e"), Some(3)), (None, None), (Some("e"), Some(u64::MAX))]
        {
            assert!(matches!(feed.subscribe(epoch, since).0, Greeting::Fresh(seq) if seq == KEPT as u64 + 10));
        }
    }
}
