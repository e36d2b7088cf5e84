//! Who needs help first: a pure function of what the hub knows of a participant.

use serde::{Deserialize, Serialize};

use super::group::GroupProgress;
use crate::case::CaseState;

/// Who needs help, most first. The order of the arms is the order of the grid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// A hand is up.
    Hand,
    /// It cannot go on: build failed, services not ready, or a run waits.
    Locked,
    /// Nothing has happened for long.
    Stuck,
    /// Not started while half of the group has seen it fail.
    Behind,
    /// Not heard of while a step runs; helping needs another channel.
    Offline,
    /// None of these.
    #[default]
    GoesOn,
    /// The case is met or completed.
    Done,
}

/// A laptop that cannot go on needs help after this, ms.
const LOCKED_AFTER: u64 = 90_000;
/// A laptop is offline when nothing was heard of it for this, ms.
const OFFLINE_AFTER: u64 = 60_000;
/// One minute in ms.
const MINUTE: u64 = 60_000;

/// What is known of a participant. Instants are ms on the hub's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct Situation<'a> {
    /// Now.
    pub now_ms: u64,
    /// Since when the step has been running without a pause, as in `SheetClock::resumed_ms`; `None` while none runs.
    pub running_ms: Option<u64>,
    /// Minutes of the step.
    pub minutes: u32,
    /// How far the case of the step is; `None` where the step is none.
    pub state: Option<CaseState>,
    /// The last run, edit or deploy, or when the state was reached.
    pub moved_ms: u64,
    /// Whether a run goes on.
    pub in_run: bool,
    /// When the hand went up, while it is.
    pub hand_ms: Option<u64>,
    /// Why it cannot go on, as `Pulse::locked` says, and since when.
    pub locked: Option<(&'a str, u64)>,
    /// The last event or pulse.
    pub heard_ms: u64,
    /// How far the group is in the case.
    pub group: GroupProgress,
}

/// How much help is needed, since when, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// How much.
    pub need: Need,
    /// Since when; who has waited longest comes first among equals.
    pub since_ms: u64,
    /// Why, as a sentence; empty where no help is needed.
    pub why: String,
}

impl Need {
    /// Judges a situation.
    ///
    /// A hand counts always, the rest while a step runs. Of a laptop that is offline nothing else is known, so it is
    /// neither locked nor stuck; who has met the case needs nobody.
    pub fn of(situation: &Situation<'_>) -> Judged {
        let Situation { now_ms, state, group, .. } = *situation;
        let minutes = |since: u64| now_ms.saturating_sub(since) / MINUTE;
        let judged = |need, since_ms, why| Judged { need, since_ms, why };
        if let Some(up) = situation.hand_ms {
            let why = match minutes(up) {
                0 => "The hand is up.".to_owned(),
                long => format!("The hand has been up for {long} min."),
            };
            return judged(Need::Hand, up, why);
        }
        if state.is_some_and(|state| state >= CaseState::Met) {
            return judged(Need::Done, situation.moved_ms, String::new());
        }
        let Some(running) = situation.running_ms else { return judged(Need::GoesOn, 0, String::new()) };
        // What was before a pause is nobody's delay.
        let since = |instant: u64| instant.max(running);
        let lasts = |instant: u64, least: u64| now_ms.saturating_sub(since(instant)) >= least;

        if lasts(situation.heard_ms, OFFLINE_AFTER) {
            let heard = since(situation.heard_ms);
            return judged(Need::Offline, heard, format!("Not heard of for {} min.", minutes(heard)));
        }
        if let Some((why, locked)) = situation.locked.filter(|(_, locked)| lasts(*locked, LOCKED_AFTER)) {
            let locked = since(locked);
            return judged(Need::Locked, locked, format!("Cannot go on for {} min: {why}.", minutes(locked)));
        }
        let works = matches!(state, Some(CaseState::BrokenSeen | CaseState::Editing | CaseState::Deployed));
        if works && !situation.in_run && lasts(situation.moved_ms, patience_ms(situation.minutes)) {
            let moved = since(situation.moved_ms);
            let why = format!("No run, edit or deploy for {} min. {}", minutes(moved), group.says());
            return judged(Need::Stuck, moved, why.trim_end().to_owned());
        }
        if state == Some(CaseState::NotStarted) && !situation.in_run && group.half_have_seen() {
            return judged(Need::Behind, running, format!("Not started. {}", group.says()));
        }
        judged(Need::GoesOn, 0, String::new())
    }
}

/// For how long nothing may happen in a step of so many minutes, ms: a quarter of it, from 2 to 5 minutes.
pub fn patience_ms(minutes: u32) -> u64 {
    (u64::from(minutes) * MINUTE / 4).clamp(2 * MINUTE, 5 * MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A participant in minute 10 of a case of 12 minutes who has just moved; 9 of 18 have seen it fail.
    fn well(state: CaseState) -> Situation<'static> {
        Situation {
            now_ms: 1_600_000,
            running_ms: Some(1_000_000),
            minutes: 12,
            state: Some(state),
            moved_ms: 1_590_000,
            heard_ms: 1_595_000,
            group: GroupProgress { seats: 18, seen: 9, fixed: 4, offline: 0 },
            ..Situation::default()
        }
    }

    #[test]
    fn who_needs_help_is_told_by_a_table() {
        use CaseState::{BrokenSeen, Completed, Deployed, Editing, Met, NotStarted};
        let now = well(Editing).now_ms;
        let ago = |seconds: u64| now - seconds * 1_000;
        let failed = |seconds| Some(("the build has failed", ago(seconds)));
        let few = GroupProgress { seats: 18, seen: 8, fixed: 0, offline: 0 };
        let nothing = "";
        let table = [
            (well(Editing), Need::GoesOn, nothing),
            (well(Deployed), Need::GoesOn, nothing),
            (well(Met), Need::Done, nothing),
            (well(Completed), Need::Done, nothing),
            // A hand counts always.
            (Situation { hand_ms: Some(ago(20)), ..well(Met) }, Need::Hand, "The hand is up."),
            (
                Situation { hand_ms: Some(ago(200)), heard_ms: 0, running_ms: None, ..well(Editing) },
                Need::Hand,
                "The hand has been up for 3 min.",
            ),
            // Locked for more than 90 s, and not since before the step or its pause.
            (Situation { locked: failed(89), ..well(Editing) }, Need::GoesOn, nothing),
            (
                Situation { locked: failed(150), ..well(NotStarted) },
                Need::Locked,
                "Cannot go on for 2 min: the build has failed.",
            ),
            (Situation { locked: failed(900), running_ms: Some(ago(80)), ..well(Editing) }, Need::GoesOn, nothing),
            (Situation { locked: failed(900), ..well(Met) }, Need::Done, nothing),
            // A quarter of 12 minutes without a move.
            (Situation { moved_ms: ago(179), ..well(BrokenSeen) }, Need::GoesOn, nothing),
            (
                Situation { moved_ms: ago(180), ..well(BrokenSeen) },
                Need::Stuck,
                "No run, edit or deploy for 3 min. 9 of 18 have seen it fail; 4 have fixed it.",
            ),
            (Situation { moved_ms: ago(180), in_run: true, ..well(Deployed) }, Need::GoesOn, nothing),
            (Situation { moved_ms: 0, running_ms: Some(ago(170)), ..well(Editing) }, Need::GoesOn, nothing),
            (Situation { moved_ms: 0, running_ms: None, ..well(Editing) }, Need::GoesOn, nothing),
            // Not started while half of the group has seen it fail.
            (
                Situation { moved_ms: 0, ..well(NotStarted) },
                Need::Behind,
                "Not started. 9 of 18 have seen it fail; 4 have fixed it.",
            ),
            (Situation { group: few, ..well(NotStarted) }, Need::GoesOn, nothing),
            (Situation { in_run: true, ..well(NotStarted) }, Need::GoesOn, nothing),
            // Offline: nothing else is known, and who is done may go.
            (Situation { heard_ms: ago(59), ..well(Editing) }, Need::GoesOn, nothing),
            (
                Situation { heard_ms: ago(125), moved_ms: ago(600), locked: failed(500), ..well(Editing) },
                Need::Offline,
                "Not heard of for 2 min.",
            ),
            (Situation { heard_ms: 0, ..well(Completed) }, Need::Done, nothing),
            (Situation { heard_ms: 0, running_ms: None, ..well(NotStarted) }, Need::GoesOn, nothing),
            // A step that is no case.
            (Situation { state: None, moved_ms: 0, ..well(Editing) }, Need::GoesOn, nothing),
            (
                Situation { state: None, locked: Some(("services are not ready", ago(95))), ..well(Editing) },
                Need::Locked,
                "Cannot go on for 1 min: services are not ready.",
            ),
        ];
        for (situation, need, why) in table {
            let judged = Need::of(&situation);
            assert_eq!((judged.need, judged.why.as_str()), (need, why), "{situation:?}");
        }
    }

    #[test]
    fn who_has_waited_longest_comes_first() {
        let hand = |up| Need::of(&Situation { hand_ms: Some(up), ..well(CaseState::Editing) });
        let stuck = Need::of(&Situation { moved_ms: 0, ..well(CaseState::Editing) });
        let mut all = [stuck.clone(), hand(1_500_000), hand(1_400_000)];
        all.sort_by_key(|judged| (judged.need, judged.since_ms));
        assert_eq!(all, [hand(1_400_000), hand(1_500_000), stuck]);
    }

    #[test]
    fn patience_is_a_quarter_of_the_step_within_bounds() {
        assert_eq!([1, 8, 10, 12, 20, 240].map(patience_ms), [120, 120, 150, 180, 300, 300].map(|s| s * 1_000));
    }
}
