//! How many places a row of a board has gained or lost, for a minute.

use brownout_core::hub::row::BoardRow;
use leptos::prelude::*;

/// How long a movement is shown, ms, and from when it fades.
const SHOWN_MS: f64 = 60_000.0;
const FADES_MS: f64 = 50_000.0;

/// Where each row stands, and how it came there.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<Stood>);

#[derive(Debug, Clone)]
struct Stood {
    seat: String,
    place: u32,
    /// Places gained; lost ones are negative.
    by: i64,
    at_ms: f64,
}

impl Places {
    /// Takes the places of a board as it is now. Who has no result stands nowhere yet, so whoever comes in moves nobody else.
    pub fn take(&mut self, rows: &[BoardRow], now_ms: f64) {
        let before = std::mem::take(&mut self.0);
        let ranked = rows.iter().filter(|row| row.has_result());
        let stood = ranked.map(|row| {
            let (seat, place) = (row.row.participant.clone(), row.place);
            match before.iter().find(|known| known.seat == seat) {
                Some(known) if known.place == place => known.clone(),
                Some(known) => Stood { seat, place, by: i64::from(known.place) - i64::from(place), at_ms: now_ms },
                None => Stood { seat, place, by: 0, at_ms: now_ms },
            }
        });
        self.0 = stood.collect();
    }

    /// The movement of a row beside its place. `tick` counts seconds.
    pub fn of(&self, seat: &str, tick: RwSignal<u32>) -> Option<AnyView> {
        let Stood { by, at_ms, .. } = *self.0.iter().find(|known| known.seat == seat && known.by != 0)?;
        let since = move || {
            tick.track();
            js_sys::Date::now() - at_ms
        };
        let (sign, word) = if by > 0 { ("▲ ", " up") } else { ("▼ ", " down") };
        Some(
            view! {
                <span class="movement" class:good=by.is_positive() class:fades=move || { since() > FADES_MS } hidden=move || { since() > SHOWN_MS }>
                    <span aria-hidden="true">{sign}</span>{by.abs()}<span class="visually-hidden">{word}</span>
                </span>
            }
            .into_any(),
        )
    }
}

#[cfg(test)]
mod tests {
    use brownout_core::leaderboard::{LeaderboardCell, LeaderboardRow};

    use super::*;

    fn row(seat: &str, place: u32, score: Option<u32>) -> BoardRow {
        let cell = |score| LeaderboardCell { score, run: String::new(), started_ms: 1, hints: 0, to_best_ms: None };
        let row = LeaderboardRow {
            participant: seat.into(),
            name: seat.into(),
            tag: String::new(),
            brought: false,
            cells: vec![score.map(cell)],
            total: score.unwrap_or_default(),
        };
        BoardRow { row, place, first: vec![false] }
    }

    fn moves(places: &Places) -> Vec<(&str, i64, f64)> {
        places.0.iter().map(|stood| (&*stood.seat, stood.by, stood.at_ms)).collect()
    }

    #[test]
    fn a_row_that_changes_its_place_is_told_by_how_much() {
        let mut places = Places::default();
        places.take(&[row("a", 1, Some(9)), row("b", 2, Some(8)), row("c", 3, None)], 1.0);
        assert_eq!(moves(&places), [("a", 0, 1.0), ("b", 0, 1.0)], "nobody stood elsewhere, and c stands nowhere");
        places.take(&[row("b", 1, Some(10)), row("a", 2, Some(9)), row("c", 3, None)], 2.0);
        assert_eq!(moves(&places), [("b", 1, 2.0), ("a", -1, 2.0)]);
        places.take(&[row("b", 1, Some(10)), row("a", 2, Some(9)), row("c", 3, Some(1))], 3.0);
        assert_eq!(moves(&places), [("b", 1, 2.0), ("a", -1, 2.0), ("c", 0, 3.0)], "who stays keeps the last movement");
    }
}
