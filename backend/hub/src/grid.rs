//! The facilitator's grid: participants × cases, who needs help first.

use std::collections::{BTreeMap, HashMap};

use brownout_core::{
    hub::{
        group::GroupProgress,
        need::{Judged, Need, Situation},
        row::{Flag, GridCell, GridRow},
    },
    leaderboard::LeaderboardCase,
    stack::BuildState,
};

use crate::{name::tag, room::Room, seat::Seat};

/// What all rows share.
struct Frame {
    cases: Vec<LeaderboardCase>,
    group: GroupProgress,
    /// By scenario: who solved it first.
    firsts: BTreeMap<String, String>,
    now_ms: u64,
}

impl Frame {
    fn of(room: &Room, now_ms: u64) -> Frame {
        let cases = room.stage().cases();
        let first = |case: &LeaderboardCase| {
            let solved = |seat: &Seat| {
                let solved = seat.cells.get(&case.scenario)?.solved_ms?;
                Some((solved, seat.kept().place, seat.kept().id.clone()))
            };
            Some((case.scenario.clone(), room.participants().filter_map(solved).min()?.2))
        };
        Frame { firsts: cases.iter().filter_map(first).collect(), cases, group: room.group(), now_ms }
    }
}

/// All rows, who needs help first; among equals who has waited longest.
pub(crate) fn grid(room: &Room, now_ms: u64) -> Vec<GridRow> {
    let frame = Frame::of(room, now_ms);
    let mut rows: Vec<GridRow> = room.participants().map(|seat| row_in(&frame, room, seat)).collect();
    rows.sort_by(|a, b| (a.need, a.need_since_ms, &a.name, &a.seat).cmp(&(b.need, b.need_since_ms, &b.name, &b.seat)));
    rows
}

/// One row.
pub(crate) fn row(room: &Room, seat: &Seat, now_ms: u64) -> GridRow {
    row_in(&Frame::of(room, now_ms), room, seat)
}

fn row_in(frame: &Frame, room: &Room, seat: &Seat) -> GridRow {
    let judged = judge(frame, room, seat);
    let kept = seat.kept();
    let cells = frame.cases.iter().map(|case| cell(frame, room, seat, &case.scenario, &judged)).collect();
    let (runs, records) = seat.counted();
    GridRow {
        seat: kept.id.clone(),
        name: kept.name.clone(),
        tag: tag(&kept.id).to_owned(),
        cells,
        need: judged.need,
        need_since_ms: judged.since_ms,
        why: judged.why,
        hand: seat.hand.clone(),
        pulse: seat.now.pulse.clone(),
        online: seat.now.online,
        heard_ms: seat.heard_ms,
        ready: seat.readiness.as_ref().map(|(readiness, _)| readiness.overall).unwrap_or_default(),
        runs,
        records,
    }
}

fn judge(frame: &Frame, room: &Room, seat: &Seat) -> Judged {
    let case = room.stage().case();
    Need::of(&Situation {
        now_ms: frame.now_ms,
        running_ms: room.stage().clock.resumed_ms,
        minutes: room.stage().step().map_or(0, |step| step.minutes),
        state: case.map(|case| seat.state(case)),
        moved_ms: case.and_then(|case| seat.cells.get(case)).map_or(0, |cell| cell.moved_ms),
        in_run: seat.now.pulse.as_ref().is_some_and(|pulse| pulse.running.is_some()),
        hand_ms: seat.hand.as_ref().map(|hand| hand.up_ms),
        locked: seat.now.locked,
        heard_ms: seat.heard_ms,
        group: frame.group,
    })
}

fn cell(frame: &Frame, room: &Room, seat: &Seat, scenario: &str, judged: &Judged) -> GridCell {
    let known = seat.cells.get(scenario).cloned().unwrap_or_default();
    let hints = seat.cases.cases.get(scenario).map_or(0, |case| case.hints.len());
    let mut flags = Vec::new();
    if judged.need == Need::Stuck && room.stage().case() == Some(scenario) {
        let minutes = frame.now_ms.saturating_sub(judged.since_ms) / 60_000;
        flags.push(Flag::Stuck { minutes: u32::try_from(minutes).unwrap_or(u32::MAX) });
    }
    if hints > 0 {
        flags.push(Flag::HintUsed);
    }
    if known.last.is_some() && !known.last_ranked {
        flags.push(Flag::Practice);
    }
    if open(seat) == Some(scenario) && build_failed(seat) {
        flags.push(Flag::BuildFailed);
    }
    if frame.firsts.get(scenario).is_some_and(|first| *first == seat.kept().id) {
        flags.push(Flag::First);
    }
    GridCell {
        state: seat.state(scenario),
        best: known.best.map(|best| best.score),
        last: known.last,
        runs: known.runs,
        clock_ms: seat.clock_ms(scenario),
        hints: u32::try_from(hints).unwrap_or(u32::MAX),
        flags,
        since_ms: known.since_ms,
    }
}

/// The case that is open, as the laptop says now, else as the log says.
fn open(seat: &Seat) -> Option<&str> {
    let told = seat.now.pulse.as_ref().and_then(|pulse| pulse.open.as_deref());
    told.or(seat.cases.open.as_deref())
}

/// Whether the last build failed, as the laptop says now, else as the log says.
fn build_failed(seat: &Seat) -> bool {
    seat.now.pulse.as_ref().map_or(seat.build_failed, |pulse| pulse.build == BuildState::Failed)
}

/// Rows that are new or other than before, and seats that are gone.
pub(crate) fn delta(before: &[GridRow], after: &[GridRow]) -> Option<(Vec<GridRow>, Vec<String>)> {
    let known: HashMap<&str, &GridRow> = before.iter().map(|row| (&*row.seat, row)).collect();
    let rows: Vec<GridRow> = after.iter().filter(|row| known.get(&*row.seat) != Some(row)).cloned().collect();
    let here: HashMap<&str, &GridRow> = after.iter().map(|row| (&*row.seat, row)).collect();
    let gone: Vec<String> =
        before.iter().filter(|row| !here.contains_key(&*row.seat)).map(|row| row.seat.clone()).collect();
    (!rows.is_empty() || !gone.is_empty()).then_some((rows, gone))
}
