//! Somebody who watches: what to send over a WebSocket, one text after the other.

use std::{collections::VecDeque, sync::Arc};

use brownout_store::hub::Hash;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::{feed::FeedItem, handle::DeskHandle};

/// Whose feed is followed. Each kind has one, so that nothing has to be filtered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Watcher {
    /// A participant's panel, by the id of its seat. While one watches, the seat is online.
    Seat(String),
    /// A big screen.
    Screen,
    /// A facilitator.
    Facilitator,
}

/// A feed that is followed. A seat is online while one of these is held: drop it when the connection ends.
#[derive(Debug)]
pub struct Watch {
    desk: DeskHandle,
    who: Watcher,
    /// Of the token that the seat had when this began: who sits there after it has a watch of its own.
    token: Option<Hash>,
    state: State,
}

#[derive(Debug)]
enum State {
    Follows(Subscribed),
    /// More was missed than is kept, or the feed begins anew: everything is asked for again.
    Behind,
    Over,
}

/// What the desk gives to a watcher.
#[derive(Debug)]
pub(crate) struct Subscribed {
    /// To be sent before anything else.
    pub(crate) first: VecDeque<Arc<str>>,
    pub(crate) all: broadcast::Receiver<FeedItem>,
    /// For a seat: what is for it alone.
    pub(crate) own: Option<broadcast::Receiver<FeedItem>>,
    /// For a seat: of its token.
    pub(crate) token: Option<Hash>,
}

impl Watch {
    pub(crate) fn new(desk: DeskHandle, who: Watcher, subscribed: Subscribed) -> Watch {
        Watch { desk, who, token: subscribed.token.clone(), state: State::Follows(subscribed) }
    }

    /// The next text to send, a [`HubMessage`](brownout_core::hub::live::HubMessage) as JSON; first a hello or what was
    /// missed. After a seat was removed, erased or sat on elsewhere it is told so, and then comes `None`; so it does when
    /// the hub ends. Nothing is lost when the future is dropped.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        loop {
            let subscribed = match &mut self.state {
                State::Follows(subscribed) => subscribed,
                State::Behind => {
                    self.state = match self.desk.subscribe(self.who.clone(), None, self.token.clone()).await {
                        Ok(subscribed) => State::Follows(subscribed),
                        Err(_) => State::Over,
                    };
                    continue;
                }
                State::Over => return None,
            };
            if let Some(text) = subscribed.first.pop_front() {
                return Some(text);
            }
            match subscribed.next().await {
                Ok(item) if item.last => {
                    self.state = State::Over;
                    return Some(item.text);
                }
                Ok(item) => return Some(item.text),
                // Closed is a feed that begins anew; if the desk has ended, asking tells so.
                Err(RecvError::Lagged(_) | RecvError::Closed) => self.state = State::Behind,
            }
        }
    }
}

impl Subscribed {
    async fn next(&mut self) -> Result<FeedItem, RecvError> {
        match &mut self.own {
            None => self.all.recv().await,
            // What is for the seat alone goes first: that it has ended is not lost where the feed begins anew, and what was
            // taken back is not said afterwards, because both go the same way.
            Some(own) => tokio::select! {
                biased;
                item = own.recv() => item,
                item = self.all.recv() => item,
            },
        }
    }
}
