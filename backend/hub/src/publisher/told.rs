//! A board as it was told last, and what is new in it.

use brownout_core::hub::{live::HubItem, row::HubBoard};
use serde_json::value::{RawValue, to_raw_value};

use crate::{board, error::HubError, feed::Feed};

/// A board as it was told, and the same as text for snapshots.
#[derive(Debug, Default)]
pub(super) struct Told {
    board: HubBoard,
    text: Option<Box<RawValue>>,
}

impl Told {
    /// The board.
    pub(super) fn board(&self) -> &HubBoard {
        &self.board
    }

    /// The board as text.
    pub(super) fn text(&mut self) -> Result<&RawValue, HubError> {
        let text = match self.text.take() {
            Some(text) => text,
            None => to_raw_value(&self.board).map_err(|error| HubError::unwritten(&error))?,
        };
        Ok(&**self.text.insert(text))
    }

    /// Tells these feeds how the board stands now, where that is new.
    pub(super) fn tell(&mut self, now: HubBoard, feeds: &mut [&mut Feed]) {
        let upto = self.board.upto + 1;
        let columns = board::columns_differ(&self.board, &now);
        let Some(delta) = board::delta(&self.board, &now, upto).or_else(|| columns.then(Default::default)) else {
            return;
        };
        *self = Told { board: HubBoard { upto, ..now }, text: None };
        for feed in feeds {
            match columns {
                // A change tells nothing of columns: everybody begins anew.
                true => feed.renew(),
                false => feed.publish(HubItem::Board(delta.clone())),
            }
        }
    }
}
