//! Messages of `/api/v1/live`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    by_value::{by_value, from_value},
    case::CaseProgress,
    event::{Envelope, RunEvent, SessionEvent},
    hub::{row::BoardDelta, view::HubView},
    stack::StackStatus,
};

/// What a screen is given at once when it connects.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snapshot {
    /// Version of the panel.
    pub panel: String,
    /// Participant's id.
    pub participant: String,
    /// The stack.
    pub stack: StackStatus,
    /// All events of the run that goes on, or of none.
    pub run: Vec<Envelope<RunEvent>>,
    /// A sentence while a run waits for a precondition.
    #[serde(default)]
    pub waiting: Option<Waiting>,
    /// Every case of the catalog.
    #[serde(default)]
    pub cases: Vec<CaseProgress>,
    /// What everybody should know of this panel, e.g. that a damaged history was kept aside.
    #[serde(default)]
    pub notices: Vec<String>,
    /// The hub, when the participant has joined one.
    #[serde(default)]
    pub hub: Option<HubView>,
}

/// A run that waits for a precondition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waiting {
    /// Scenario id.
    pub scenario: String,
    /// What it waits for, as a sentence.
    pub says: String,
}

/// A message of `/api/v1/live`, panel to browser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveMessage {
    /// First message, and again whenever a screen has fallen behind.
    Hello {
        /// Changes when the panel starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a screen needs.
        #[serde(deserialize_with = "by_value")]
        snapshot: Box<Snapshot>,
    },
    /// First message after a reconnect that missed nothing or little: the missed items follow.
    Resumed {
        /// As the client sent it.
        epoch: String,
    },
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened.
        #[serde(deserialize_with = "by_value")]
        item: Box<LiveItem>,
    },
}

/// One item of the live feed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "of", content = "is", rename_all = "snake_case")]
pub enum LiveItem {
    /// An event of a run.
    #[serde(deserialize_with = "by_value")]
    Run(Envelope<RunEvent>),
    /// An event of the session.
    #[serde(deserialize_with = "by_value")]
    Session(Envelope<SessionEvent>),
    /// The stack changed.
    #[serde(deserialize_with = "by_value")]
    Stack(StackStatus),
    /// A line of the compiler.
    BuildLine(String),
    /// A run waits, or (`None`) waits no more.
    Waiting(Option<Waiting>),
    /// A case went on, its clock began or stopped, or a hint was shown or became available.
    #[serde(deserialize_with = "by_value")]
    Case(CaseProgress),
    /// The hub as it is now, or (`None`) the participant has left it.
    #[serde(deserialize_with = "by_value")]
    Hub(Option<Box<HubView>>),
    /// The hub's board changed; only the page that shows it reads this.
    #[serde(deserialize_with = "by_value")]
    HubBoard(BoardDelta),
    /// Runs were deleted or pinned, results brought or forgotten: lists of them are asked for anew.
    History,
    /// Settings were changed.
    Settings,
    /// Nothing happened: said so that a screen can tell a quiet panel from a connection that is dead.
    Beat,
}

impl LiveMessage {
    /// Reads a message as a screen does, by hand and with less code than serde's: a message of a newer panel and the
    /// session's events, which no screen shows, are `None` and an item of `None`.
    pub fn heard(text: &str) -> Option<Heard> {
        let message: Value = serde_json::from_str(text).ok()?;
        let word = |key: &str| message[key].as_str().map(str::to_owned);
        Some(match message["type"].as_str()? {
            "hello" => Heard::Hello {
                epoch: word("epoch")?,
                seq: message["seq"].as_u64()?,
                snapshot: from_value(&message["snapshot"]).ok()?,
            },
            "resumed" => Heard::Resumed,
            "item" => {
                Heard::Item { seq: message["seq"].as_u64()?, item: LiveItem::heard(&message["item"]).map(Box::new) }
            }
            _ => return None,
        })
    }
}

impl LiveItem {
    fn heard(item: &Value) -> Option<LiveItem> {
        let is = &item["is"];
        match item["of"].as_str()? {
            "run" => from_value(is).map(LiveItem::Run).ok(),
            "stack" => from_value(is).map(LiveItem::Stack).ok(),
            "build_line" => is.as_str().map(|line| LiveItem::BuildLine(line.to_owned())),
            "waiting" => from_value(is).map(LiveItem::Waiting).ok(),
            "case" => from_value(is).map(LiveItem::Case).ok(),
            "hub" => Some(LiveItem::Hub((!is.is_null()).then(|| Box::new(HubView::of(is))))),
            // That it changed is enough: the page that shows the board asks for it.
            "hub_board" => Some(LiveItem::HubBoard(BoardDelta::default())),
            "history" => Some(LiveItem::History),
            "settings" => Some(LiveItem::Settings),
            _ => None,
        }
    }
}

/// A [`LiveMessage`] as a screen reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// First message, and again whenever a screen has fallen behind.
    Hello {
        /// Changes when the panel starts anew.
        epoch: String,
        /// Number of the last item that the snapshot contains.
        seq: u64,
        /// Everything that a screen needs.
        snapshot: Box<Snapshot>,
    },
    /// The missed items follow.
    Resumed,
    /// The next item.
    Item {
        /// Number in the feed.
        seq: u64,
        /// What happened; `None` when no screen shows it.
        item: Option<Box<LiveItem>>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Body;

    fn envelope<E>(body: E) -> Envelope<E> {
        Envelope { v: 1, stream: "s".into(), seq: 1, wall_ms: 2, run_us: None, body: Body::Known(body) }
    }

    #[test]
    fn a_screen_hears_what_the_panel_says() {
        let shown = [
            LiveItem::Run(envelope(RunEvent::Note { says: "x".into() })),
            LiveItem::Stack(StackStatus::default()),
            LiveItem::BuildLine("line".into()),
            LiveItem::Waiting(Some(Waiting { scenario: "a".into(), says: "b".into() })),
            LiveItem::Waiting(None),
            LiveItem::Hub(Some(Box::new(HubView { name: "Ada".into(), waiting: 2, ..HubView::default() }))),
            LiveItem::Hub(None),
            LiveItem::HubBoard(BoardDelta::default()),
            LiveItem::History,
            LiveItem::Settings,
        ];
        for item in shown {
            let said = LiveMessage::Item { seq: 7, item: Box::new(item.clone()) };
            let text = serde_json::to_string(&said).expect("serialises");
            assert_eq!(LiveMessage::heard(&text), Some(Heard::Item { seq: 7, item: Some(Box::new(item)) }));
        }
        let snapshot =
            Snapshot { hub: Some(HubView { name: "Ada".into(), ..HubView::default() }), ..Snapshot::default() };
        let hello = LiveMessage::Hello { epoch: "e".into(), seq: 3, snapshot: Box::new(snapshot.clone()) };
        let text = serde_json::to_string(&hello).expect("serialises");
        assert_eq!(
            LiveMessage::heard(&text),
            Some(Heard::Hello { epoch: "e".into(), seq: 3, snapshot: Box::new(snapshot) })
        );
    }

    #[test]
    fn a_screen_passes_over_what_it_does_not_show() {
        let opened = envelope(SessionEvent::CaseOpened { scenario: "a".into() });
        let said = LiveMessage::Item { seq: 8, item: Box::new(LiveItem::Session(opened)) };
        let text = serde_json::to_string(&said).expect("serialises");
        assert_eq!(LiveMessage::heard(&text), Some(Heard::Item { seq: 8, item: None }));
        let text = serde_json::to_string(&LiveMessage::Item { seq: 9, item: Box::new(LiveItem::Beat) });
        assert_eq!(LiveMessage::heard(&text.expect("serialises")), Some(Heard::Item { seq: 9, item: None }));
        assert_eq!(LiveMessage::heard(r#"{"type":"newer"}"#), None);
    }
}
