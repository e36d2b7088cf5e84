//! How far the whole group is: "14 of 18 have seen it fail; 9 have fixed it."

use serde::{Deserialize, Serialize};

use crate::case::CaseState;

/// How far the group is in the case of the step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupProgress {
    /// Participants who take part.
    pub seats: u32,
    /// Those who have seen it fail.
    pub seen: u32,
    /// Those who have fixed it.
    pub fixed: u32,
    /// Those who are not connected.
    pub offline: u32,
}

impl GroupProgress {
    /// Of every participant who takes part: how far the case is, and whether the laptop is connected.
    pub fn of(seats: impl IntoIterator<Item = (CaseState, bool)>) -> Self {
        seats.into_iter().fold(GroupProgress::default(), |group, (state, online)| GroupProgress {
            seats: group.seats + 1,
            seen: group.seen + u32::from(state >= CaseState::BrokenSeen),
            fixed: group.fixed + u32::from(state >= CaseState::Met),
            offline: group.offline + u32::from(!online),
        })
    }

    /// Whether half of the group has seen it fail.
    pub fn half_have_seen(self) -> bool {
        self.seen > 0 && self.seen * 2 >= self.seats
    }

    /// Who is here, in a sentence; empty while nobody takes part.
    pub fn here(self) -> String {
        let take = if self.seats == 1 { "takes" } else { "take" };
        let are = if self.offline == 1 { "is" } else { "are" };
        match (self.seats, self.offline) {
            (0, _) => String::new(),
            (seats, 0) => format!("{seats} {take} part."),
            (seats, offline) => format!("{seats} {take} part; {offline} {are} offline."),
        }
    }

    /// How far it is in a case, in a sentence; empty while nobody takes part.
    pub fn says(self) -> String {
        let GroupProgress { seats, seen, fixed, .. } = self;
        let have = |count: u32| if count == 1 { "has" } else { "have" };
        let of_all = |count: u32| match count {
            0 => format!("None of {seats} has"),
            _ if count == seats && seats > 1 => format!("All {seats} have"),
            _ => format!("{count} of {seats} {}", have(count)),
        };
        match (seats, seen, fixed) {
            (0, ..) => String::new(),
            (_, 0, _) => format!("{} seen it fail.", of_all(0)),
            _ if fixed == seats => format!("{} fixed it.", of_all(fixed)),
            (.., 0) => format!("{} seen it fail; none has fixed it.", of_all(seen)),
            _ => format!("{} seen it fail; {fixed} {} fixed it.", of_all(seen), have(fixed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_part_is_a_sentence() {
        for (seats, offline, says) in [
            (0, 0, ""),
            (1, 0, "1 takes part."),
            (1, 1, "1 takes part; 1 is offline."),
            (18, 0, "18 take part."),
            (18, 2, "18 take part; 2 are offline."),
        ] {
            assert_eq!(GroupProgress { seats, offline, ..GroupProgress::default() }.here(), says);
        }
    }

    #[test]
    fn progress_is_a_sentence() {
        for (seats, seen, fixed, says) in [
            (0, 0, 0, ""),
            (1, 0, 0, "None of 1 has seen it fail."),
            (1, 1, 0, "1 of 1 has seen it fail; none has fixed it."),
            (1, 1, 1, "1 of 1 has fixed it."),
            (18, 0, 0, "None of 18 has seen it fail."),
            (18, 1, 0, "1 of 18 has seen it fail; none has fixed it."),
            (18, 14, 1, "14 of 18 have seen it fail; 1 has fixed it."),
            (18, 14, 9, "14 of 18 have seen it fail; 9 have fixed it."),
            (18, 18, 17, "All 18 have seen it fail; 17 have fixed it."),
            (18, 18, 18, "All 18 have fixed it."),
        ] {
            assert_eq!(GroupProgress { seats, seen, fixed, offline: 0 }.says(), says);
        }
    }

    #[test]
    fn who_has_met_it_has_seen_it_too() {
        let states = [
            CaseState::NotStarted,
            CaseState::BrokenSeen,
            CaseState::Editing,
            CaseState::Deployed,
            CaseState::Met,
            CaseState::Completed,
        ];
        let group = GroupProgress::of(states.into_iter().zip([true, false].into_iter().cycle()));
        assert_eq!(group, GroupProgress { seats: 6, seen: 5, fixed: 2, offline: 3 });
        assert_eq!(GroupProgress::of([]), GroupProgress::default());
    }

    #[test]
    fn half_of_the_group_is_half_or_more() {
        let half = |seats, seen| GroupProgress { seats, seen, fixed: 0, offline: 0 }.half_have_seen();
        assert!(half(2, 1) && half(3, 2) && half(1, 1));
        assert!(!half(0, 0) && !half(3, 1) && !half(18, 8));
    }
}
