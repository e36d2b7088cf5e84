//! 200 laptops with duplicates, gaps and reordering, and a hub that is killed in the middle of it.

use std::{cmp::Reverse, collections::BTreeMap, sync::Arc};

use brownout_core::{
    case::HintTaken,
    event::{Body, SessionEvent},
    hub::row::HubBoard,
};
use brownout_hub::{DeskHandle, Face};
use tokio::{sync::Mutex, task::JoinSet};

use crate::hub::{CASES, Hub, Laptop, MINUTE, NOON, finished};

const SEATS: usize = 200;
/// One round is so long.
const ROUND: u64 = 30_000;

/// Numbers that are the same in every run of the test.
struct Draw(u64);

impl Draw {
    /// Below `most`; xorshift64*, <https://www.jstatflow.org/v08/i14/paper>.
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most
    }

    fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// A laptop whose clock is wrong by `skew_ms`, with all that it will say.
struct Participant {
    laptop: Laptop,
    skew_ms: i64,
    /// What the hub has, as far as the laptop knows.
    have: u64,
    draw: Draw,
}

impl Participant {
    fn own_clock(&self, hub_ms: u64) -> u64 {
        hub_ms.checked_add_signed(self.skew_ms).unwrap()
    }

    /// Everything that it will do from `NOON` on; every tenth one has practised at home before.
    fn script(&mut self, number: usize) {
        let id = self.laptop.seat.clone();
        if number.is_multiple_of(10) {
            let home = self.own_clock(NOON - 10 * MINUTE);
            self.laptop.says(home, finished("timeouts", &format!("{id}-home"), 100, true));
        }
        let mut at = NOON;
        for case in CASES {
            at += 1 + self.draw.below(MINUTE);
            let say = |at: u64, participant: &mut Participant, event| {
                let wall = participant.own_clock(at);
                participant.laptop.says(wall, event);
            };
            say(at, self, SessionEvent::CaseOpened { scenario: case.into() });
            for run in 0..2 + self.draw.below(5) {
                at += 1 + self.draw.below(MINUTE);
                if self.draw.once_in(5) {
                    let hint = HintTaken { name: format!("h{run}"), cost: 5, clock_ms: 9 };
                    say(at, self, SessionEvent::HintShown { scenario: case.into(), hint });
                }
                let (score, ranked) = (self.draw.below(101) as u32, !self.draw.once_in(6));
                say(at, self, finished(case, &format!("{id}-{case}-{run}"), score, ranked));
                say(at + 5, self, SessionEvent::Edited { files: vec!["lab/src/cases/x.rs".into()] });
                say(at + 9, self, SessionEvent::Deployed { build: "b".into(), took_ms: 4 });
            }
        }
    }

    /// Sends what was said until now over a bad network. Whatever fails is tried in another round.
    async fn ship(&mut self, desk: &DeskHandle, hub_ms: u64, well: bool) {
        let now = self.own_clock(hub_ms);
        let said = self.laptop.events.iter().take_while(|event| event.wall_ms <= now).count() as u64;
        let mut shipments = Vec::new();
        let mut first = self.have + 1;
        while first <= said {
            let count = (1 + self.draw.below(7)).min(said + 1 - first);
            shipments.push(self.laptop.shipment(first, count as usize, now));
            first += count;
        }
        if !well {
            for at in 0..shipments.len() {
                match self.draw.below(10) {
                    // Lost, sent twice, reordered: a gap, a duplicate, both.
                    0 | 1 => shipments[at].events.clear(),
                    2 => shipments.push(shipments[at].clone()),
                    3 => {
                        let other = self.draw.below(shipments.len() as u64) as usize;
                        shipments.swap(at, other);
                    }
                    // Something old once more.
                    4 if self.have > 2 => shipments.push(self.laptop.shipment(1 + self.draw.below(self.have), 9, now)),
                    _ => {}
                }
            }
        }
        for shipment in shipments {
            let answer = desk.take(&self.laptop.seat, shipment).await;
            // Every fifth answer is lost.
            if let Ok(shipped) = answer
                && (well || !self.draw.once_in(5))
            {
                self.have = shipped.have;
            }
        }
    }

    /// The best ranked run of each case since the start, from the script alone: score, run, when it ended.
    fn best(&self) -> BTreeMap<String, (u32, String, u64)> {
        let mut best: BTreeMap<String, (u32, String, u64)> = BTreeMap::new();
        for (scenario, run, score, _, at) in self.ranked() {
            if best.get(&scenario).is_none_or(|known| score > known.0) {
                best.insert(scenario, (score, run, at));
            }
        }
        best
    }

    fn solved(&self, case: &str) -> Option<u64> {
        self.ranked().filter(|(scenario, .., met, _)| *met && scenario == case).map(|(.., at)| at).min()
    }

    fn ranked(&self) -> impl Iterator<Item = (String, String, u32, bool, u64)> {
        self.laptop.events.iter().filter_map(|envelope| {
            let at = envelope.wall_ms.checked_add_signed(-self.skew_ms).unwrap();
            match envelope.body.known()? {
                SessionEvent::RunFinished { scenario, run, score, ranked: true, met, .. } if at >= NOON => {
                    Some((scenario.clone(), run.clone(), score.unwrap(), *met, at))
                }
                _ => None,
            }
        })
    }
}

async fn round(participants: &[Arc<Mutex<Participant>>], desk: &DeskHandle, hub_ms: u64, well: bool) {
    let mut tasks = JoinSet::new();
    for participant in participants {
        let (participant, desk) = (participant.clone(), desk.clone());
        tasks.spawn(async move { participant.lock().await.ship(&desk, hub_ms, well).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

/// The board from the scripts alone: seat, total, place, and of each case score, run and whether it was the first.
type Row = (String, u32, u32, Vec<Option<(u32, String)>>, Vec<bool>);

async fn expected(participants: &[Arc<Mutex<Participant>>]) -> Vec<Row> {
    let mut standings = Vec::new();
    let mut solved: Vec<Vec<Option<u64>>> = Vec::new();
    for participant in participants {
        let participant = participant.lock().await;
        let best = participant.best();
        let total: u32 = best.values().map(|(score, ..)| score).sum();
        let reached = best.values().map(|(.., at)| *at).max();
        let cells: Vec<_> =
            CASES.iter().map(|case| best.get(*case).map(|(score, run, _)| (*score, run.clone()))).collect();
        solved.push(CASES.iter().map(|case| participant.solved(case)).collect());
        standings.push((participant.laptop.seat.clone(), total, reached, cells));
    }
    let first_of = |case: usize| {
        let times = solved.iter().enumerate().filter_map(|(at, solved)| Some((solved[case]?, at)));
        times.min().map(|(_, at)| at)
    };
    let firsts: Vec<Option<usize>> = (0..CASES.len()).map(first_of).collect();
    let keys: Vec<_> =
        standings.iter().map(|(_, total, reached, _)| (Reverse(*total), reached.is_none(), *reached)).collect();
    let mut rows: Vec<Row> = standings
        .into_iter()
        .enumerate()
        .map(|(at, (seat, total, _, cells))| {
            let place = 1 + keys.iter().filter(|key| **key < keys[at]).count() as u32;
            (seat, total, place, cells, firsts.iter().map(|first| *first == Some(at)).collect())
        })
        .collect();
    rows.sort_by(|a, b| (a.2, &a.0).cmp(&(b.2, &b.0)));
    rows
}

fn rows(board: &HubBoard) -> Vec<Row> {
    let row = |row: &brownout_core::hub::row::BoardRow| {
        let cells = row.row.cells.iter().map(|cell| cell.as_ref().map(|cell| (cell.score, cell.run.clone())));
        (row.row.participant.clone(), row.row.total, row.place, cells.collect(), row.first.clone())
    };
    let mut rows: Vec<Row> = board.rows.iter().map(row).collect();
    rows.sort_by(|a, b| (a.2, &a.0).cmp(&(b.2, &b.0)));
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_counted_twice_and_a_restart_has_the_same_board() {
    let mut hub = Hub::open().await;
    let mut draw = Draw(0x00b0_07ed);
    let mut participants = Vec::new();
    for number in 0..SEATS {
        let (_, laptop) = hub.join(&format!("Ada {number}")).await;
        let skew_ms = draw.below(7_200_000) as i64 - 3_600_000;
        let mut participant = Participant { laptop, skew_ms, have: 0, draw: Draw(draw.below(u64::MAX >> 1) + 1) };
        participant.script(number);
        participants.push(Arc::new(Mutex::new(participant)));
    }
    hub.start("timeouts").await;

    let (mut rounds, mut killed_underway) = (0, 0);
    let end = NOON + 4 * 7 * MINUTE + 2 * ROUND;
    while hub.now() < end {
        hub.at(hub.now() + ROUND);
        rounds += 1;
        if rounds % 10 == 5 {
            // Killed while shipments are under way: what was not answered is sent again.
            let (participants, desk, now) = (participants.clone(), hub.desk.clone(), hub.now());
            let shipping = tokio::spawn(async move { round(&participants, &desk, now, false).await });
            let begun = hub.desk.look(|room, _| room.place()).await.unwrap();
            let underway = |place: u64| place > begun + 100 || shipping.is_finished();
            while !underway(hub.desk.look(|room, _| room.place()).await.unwrap()) {
                tokio::task::yield_now().await;
            }
            killed_underway += u32::from(!shipping.is_finished());
            hub = hub.crash().await;
            shipping.await.unwrap();
        } else {
            round(&participants, &hub.desk, hub.now(), false).await;
        }
    }
    for _ in 0..3 {
        round(&participants, &hub.desk, hub.now(), true).await;
    }

    assert!(killed_underway > 0, "the hub was never killed while shipments were under way");

    // Every event is there once, as it was said.
    let kept = hub.events().await;
    let mut streams: BTreeMap<String, Vec<(u64, Body<SessionEvent>)>> = BTreeMap::new();
    for event in kept.iter().filter(|event| event.stream.seat().is_some()) {
        let body = serde_json::from_str(&event.body).unwrap();
        streams.entry(event.stream.seat().unwrap().to_owned()).or_default().push((event.seq, body));
    }
    for participant in &participants {
        let laptop = &participant.lock().await.laptop;
        let said: Vec<_> = laptop.events.iter().map(|event| (event.seq, event.body.clone())).collect();
        assert_eq!(streams[&laptop.seat], said, "what is kept of {}", laptop.seat);
    }

    let expected = expected(&participants).await;
    let with_result = expected.iter().filter(|(_, _, _, cells, _)| cells.iter().any(Option::is_some)).count();
    assert!(with_result > SEATS * 9 / 10, "the scripts have made {with_result} rows with results");
    let before = hub.desk.board(Face::Live).await.unwrap();
    assert_eq!(rows(&before), expected);
    let grid = hub.desk.grid().await.unwrap();
    let again = hub.restart().await;
    let after = again.desk.board(Face::Live).await.unwrap();
    assert_eq!(HubBoard { upto: before.upto, ..after }, before);
    let still: Vec<_> = again.desk.grid().await.unwrap().into_iter().map(|row| (row.seat, row.cells)).collect();
    assert_eq!(still, grid.into_iter().map(|row| (row.seat, row.cells)).collect::<Vec<_>>());
    assert_eq!(again.desk.look(|room, _| room.differing()).await.unwrap(), 0);
    assert!(kept.len() > 8_000, "{} events were kept", kept.len());
}
