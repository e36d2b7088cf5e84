//! The hub as the participant's panel tells it to its own browser. One flat struct that is read by hand, so that the
//! download pays little (ADR 003); the panel puts it together from what it hears.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{
    clock::{Agenda, AgendaStep, SheetClock, left_ms},
    hand::Hand,
};
pub use super::{
    notice::HubNotice,
    request::{GiveAnswer, JoinHub, RaiseHand, ResumeHub, TickTakeaway},
};

/// Messages that wait on a screen; older ones make room.
pub const MOST_MESSAGES: usize = 20;

/// The hub as the participant's panel sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HubView {
    /// Its address.
    pub hub: String,
    /// What the facilitator called the workshop.
    pub workshop: String,
    /// Id of the own seat.
    pub seat: String,
    /// What the participant is called there.
    pub name: String,
    /// How the connection stands.
    pub link: LinkState,
    /// Why it is away or has ended, as a sentence; empty while it is connected.
    pub why: String,
    /// When the hub is tried again, panel's clock; 0 when it is not.
    pub next_ms: u64,
    /// Results that wait to be sent.
    pub waiting: u32,
    /// A sentence where something was dropped.
    pub notice: String,
    /// Until when the hub was heard, panel's clock, ms, while it is not: what follows is as of then. 0 while it is heard.
    pub heard_ms: u64,
    /// Steps of the agenda as last heard; empty before the first time.
    pub steps: Vec<AgendaStep>,
    /// As [`SheetClock::step`].
    pub step: Option<String>,
    /// As [`SheetClock::since_ms`].
    pub since_ms: Option<u64>,
    /// As [`SheetClock::passed_ms`].
    pub passed_ms: u64,
    /// As [`SheetClock::length_ms`].
    pub length_ms: u64,
    /// As [`SheetClock::done`].
    pub done: Vec<String>,
    /// As [`SheetClock::over`].
    #[serde(default)]
    pub over: bool,
    /// How far the group is, as a sentence.
    pub group: String,
    /// Hub's clock less the panel's, ms: a screen counts down with it while the hub is away.
    pub offset_ms: i64,
    /// Not dismissed yet, oldest first, at most [`MOST_MESSAGES`].
    pub messages: Vec<HubNotice>,
    /// Id of the own hand, while it is up.
    pub hand: Option<String>,
    /// What was written with it.
    pub note: String,
    /// Names of the takeaways that are ticked.
    pub ticked: Vec<String>,
    /// Names of the questions that are answered.
    pub answered: Vec<String>,
    /// Counts changes of what there is to tick and to answer: it is asked for anew.
    #[serde(default)]
    pub wrap_ups: u32,
}

/// How the connection to the hub stands, in one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// The hub cannot be reached; it is tried again.
    #[default]
    Away,
    /// The hub answers.
    Connected,
    /// It is not tried again.
    Ended,
}

/// How the connection to the hub stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The hub answers.
    Connected,
    /// The hub cannot be reached.
    Away {
        /// How often it was tried.
        tries: u32,
        /// When it is tried again, panel's clock, ms.
        next_ms: u64,
    },
    /// It is not tried again.
    Ended {
        /// Why, and what to do.
        why: String,
    },
}

/// By hand: a derived one is 6 kB more code in the browser. Panel and browser are of one version, so what is
/// missing is as good as empty.
impl<'de> Deserialize<'de> for HubView {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(HubView::of(&Value::deserialize(deserializer)?))
    }
}

fn text(of: &Value, key: &str) -> String {
    of[key].as_str().unwrap_or_default().to_owned()
}

fn number(of: &Value, key: &str) -> u64 {
    of[key].as_u64().unwrap_or_default()
}

fn list<T>(of: &Value, key: &str, item: fn(&Value) -> T) -> Vec<T> {
    of[key].as_array().into_iter().flatten().map(item).collect()
}

fn words(of: &Value, key: &str) -> Vec<String> {
    list(of, key, |word| word.as_str().unwrap_or_default().to_owned())
}

impl HubView {
    pub(crate) fn of(view: &Value) -> Self {
        let some = |key: &str| view[key].as_str().map(str::to_owned);
        HubView {
            hub: text(view, "hub"),
            workshop: text(view, "workshop"),
            seat: text(view, "seat"),
            name: text(view, "name"),
            link: match view["link"].as_str() {
                Some("connected") => LinkState::Connected,
                Some("ended") => LinkState::Ended,
                _ => LinkState::Away,
            },
            why: text(view, "why"),
            next_ms: number(view, "next_ms"),
            waiting: number(view, "waiting") as u32,
            notice: text(view, "notice"),
            heard_ms: number(view, "heard_ms"),
            steps: list(view, "steps", |step| AgendaStep {
                name: text(step, "name"),
                title: text(step, "title"),
                minutes: number(step, "minutes") as u32,
                case: step["case"].as_str().map(str::to_owned),
                participants: text(step, "participants"),
            }),
            step: some("step"),
            since_ms: view["since_ms"].as_u64(),
            passed_ms: number(view, "passed_ms"),
            length_ms: number(view, "length_ms"),
            done: words(view, "done"),
            over: view["over"].as_bool().unwrap_or_default(),
            group: text(view, "group"),
            offset_ms: view["offset_ms"].as_i64().unwrap_or_default(),
            messages: list(view, "messages", |notice| HubNotice {
                id: text(notice, "id"),
                kind: text(notice, "kind"),
                text: text(notice, "text"),
                scenario: text(notice, "scenario"),
            }),
            hand: some("hand"),
            note: text(view, "note"),
            ticked: words(view, "ticked"),
            answered: words(view, "answered"),
            wrap_ups: number(view, "wrap_ups") as u32,
        }
    }

    /// Puts how the connection stands into it.
    pub fn set_link(&mut self, link: &Link) {
        (self.link, self.why, self.next_ms) = match link {
            Link::Connected => (LinkState::Connected, String::new(), 0),
            Link::Away { next_ms, .. } => (LinkState::Away, "The facilitator cannot be reached.".to_owned(), *next_ms),
            Link::Ended { why } => (LinkState::Ended, why.clone(), 0),
        };
        if self.link == LinkState::Connected {
            self.heard_ms = 0;
        }
    }

    /// Puts the agenda into it, as it was heard when this laptop's clock stood at `heard_ms`.
    pub fn set_agenda(&mut self, agenda: &Agenda, heard_ms: u64) {
        let SheetClock { step, since_ms, passed_ms, length_ms, done, over, .. } = agenda.clock.clone();
        (self.step, self.since_ms, self.passed_ms, self.length_ms, self.done, self.over) =
            (step, since_ms, passed_ms, length_ms, done, over);
        self.steps.clone_from(&agenda.steps);
        let case = agenda.step().is_some_and(|step| step.case.is_some());
        self.group = if case { agenda.group.says() } else { String::new() };
        self.offset_ms = agenda.now_ms.cast_signed().saturating_sub(heard_ms.cast_signed());
    }

    /// ms left of the step when this laptop's clock stands at `now_ms`; negative over time, `None` where no step goes on.
    pub fn left_ms(&self, now_ms: u64) -> Option<i64> {
        self.step.as_ref()?;
        let hub_ms = now_ms.saturating_add_signed(self.offset_ms);
        let passed = self.since_ms.map_or(self.passed_ms, |since| hub_ms.saturating_sub(since));
        Some(left_ms(self.length_ms, passed))
    }

    /// Puts the own hand into it, or that it is down.
    pub fn set_hand(&mut self, hand: Option<&Hand>) {
        self.hand = hand.map(|hand| hand.hand.clone());
        self.note = hand.map(|hand| hand.note.clone()).unwrap_or_default();
    }
}

impl HubView {
    /// A message is shown; one that is shown already is not shown twice, and the oldest makes room.
    pub fn show(&mut self, notice: HubNotice) {
        if self.messages.iter().any(|known| known.id == notice.id) {
            return;
        }
        self.messages.push(notice);
        let most = self.messages.len().saturating_sub(MOST_MESSAGES);
        self.messages.drain(..most);
    }

    /// A message was dismissed or taken back.
    pub fn drop_message(&mut self, id: &str) {
        self.messages.retain(|notice| notice.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::group::GroupProgress;

    fn agenda(step: Option<&str>) -> Agenda {
        let agenda_step = |name: &str, case: Option<&str>| AgendaStep {
            name: name.into(),
            case: case.map(str::to_owned),
            ..AgendaStep::default()
        };
        let clock = SheetClock {
            step: step.map(str::to_owned),
            since_ms: step.map(|_| 1_000_000),
            length_ms: 300_000,
            ..SheetClock::default()
        };
        let group = GroupProgress { seats: 18, seen: 14, fixed: 9, offline: 0 };
        let steps = vec![agenda_step("welcome", None), agenda_step("timeouts", Some("timeouts"))];
        Agenda { steps, clock, group, now_ms: 1_060_000 }
    }

    #[test]
    fn every_field_is_read_as_it_was_written() {
        let word = |word: &str| word.to_owned();
        let step = AgendaStep {
            name: word("a"),
            title: word("b"),
            minutes: 3,
            case: Some(word("c")),
            participants: word("d"),
        };
        let mut view = HubView {
            hub: word("e"),
            workshop: word("f"),
            seat: word("g"),
            name: word("h"),
            link: LinkState::Connected,
            why: word("i"),
            next_ms: 4,
            waiting: 5,
            notice: word("j"),
            heard_ms: 10,
            steps: vec![step, AgendaStep::default()],
            step: Some(word("k")),
            since_ms: Some(6),
            passed_ms: 7,
            length_ms: 8,
            done: vec![word("l"), word("m")],
            over: true,
            group: word("n"),
            offset_ms: -9,
            messages: vec![HubNotice { id: word("o"), kind: word("p"), text: word("q"), scenario: word("r") }],
            hand: Some(word("s")),
            note: word("t"),
            ticked: vec![word("u")],
            answered: vec![word("v")],
            wrap_ups: 11,
        };
        let again = |view: &HubView| {
            let text = serde_json::to_string(view).expect("serialises");
            serde_json::from_str::<HubView>(&text).expect("parses")
        };
        assert_eq!(again(&view), view);
        assert_eq!(again(&HubView::default()), HubView::default());
        for link in [LinkState::Ended, LinkState::Away] {
            view.link = link;
            assert_eq!(again(&view).link, link);
        }
    }

    #[test]
    fn a_screen_counts_down_by_its_own_clock() {
        let mut view = HubView::default();
        assert_eq!(view.left_ms(5), None);
        // This laptop is an hour behind.
        view.set_agenda(&agenda(Some("welcome")), 60_000);
        assert_eq!(view.offset_ms, 1_000_000);
        assert_eq!(view.left_ms(60_000), Some(240_000));
        assert_eq!(view.left_ms(361_000), Some(-61_000));
        (view.since_ms, view.passed_ms) = (None, 10_000);
        assert_eq!(view.left_ms(99_000_000), Some(290_000), "paused");
    }

    #[test]
    fn the_group_is_told_of_cases_alone() {
        let mut view = HubView::default();
        view.set_agenda(&agenda(Some("timeouts")), 0);
        assert_eq!(view.group, "14 of 18 have seen it fail; 9 have fixed it.");
        view.set_agenda(&agenda(Some("welcome")), 0);
        assert_eq!(view.group, "");
    }

    #[test]
    fn messages_wait_in_order_and_only_so_many() {
        let mut view = HubView::default();
        let notice = |id: usize| HubNotice { id: id.to_string(), ..HubNotice::default() };
        (0..MOST_MESSAGES + 2).for_each(|id| view.show(notice(id)));
        view.show(notice(5));
        let ids = |view: &HubView| view.messages.iter().map(|notice| notice.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&view), (2..MOST_MESSAGES + 2).map(|id| id.to_string()).collect::<Vec<_>>());
        view.drop_message("2");
        assert_eq!((ids(&view).len(), ids(&view)[0].as_str()), (MOST_MESSAGES - 1, "3"));
    }

    #[test]
    fn a_view_says_how_the_connection_stands() {
        let mut view = HubView::default();
        view.set_link(&Link::Away { tries: 3, next_ms: 7 });
        assert_eq!((view.link, view.next_ms), (LinkState::Away, 7));
        view.set_link(&Link::Ended { why: "The seat was removed.".into() });
        assert_eq!((view.link, view.why.as_str(), view.next_ms), (LinkState::Ended, "The seat was removed.", 0));
        view.set_link(&Link::Connected);
        assert_eq!((view.link, view.why.as_str()), (LinkState::Connected, ""));
    }
}
