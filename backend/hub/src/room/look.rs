//! What a room shows: the board, the agenda, the grid, the survey.

use brownout_core::hub::{
    HUB_VERSION,
    clock::Agenda,
    group::GroupProgress,
    live::SeatReadiness,
    page::SurveyResults,
    row::{GridRow, HubBoard},
    seat::WorkshopCard,
    survey::{Answers, Counted},
};

use super::Room;
use crate::{
    board::{self, Face, Standing},
    grid,
    seat::Seat,
    stage::Stage,
};

impl Room {
    /// What the seats have reached now.
    pub(crate) fn standings(&self) -> Vec<Standing> {
        self.seats().map(Standing::of).collect()
    }

    /// The board; its number is that of whoever publishes it.
    #[must_use]
    pub fn board(&self, face: Face) -> HubBoard {
        let frozen = self.stage.frozen.and_then(|seq| self.frozen.get(&seq)).filter(|_| face == Face::Shown);
        let now;
        let standings = match frozen {
            Some(frozen) => frozen,
            None => {
                now = self.standings();
                &now
            }
        };
        let called = |seat: &str| {
            let seat = self.seat(seat).ok().filter(|seat| seat.takes_part())?;
            Some((seat.kept().place, &*seat.kept().name))
        };
        let hidden = self.stage.hidden && face == Face::Shown;
        let board = board::board(standings, self.stage.cases(), called, hidden);
        HubBoard { frozen: self.stage.frozen.is_some(), hidden: self.stage.hidden, ..board }
    }

    /// How far the group is in the case of the step.
    #[must_use]
    pub fn group(&self) -> GroupProgress {
        let case = self.stage.case();
        let state = |seat: &Seat| case.map(|case| seat.state(case)).unwrap_or_default();
        GroupProgress::of(self.participants().map(|seat| (state(seat), seat.now.online)))
    }

    /// The agenda at this instant.
    #[must_use]
    pub fn agenda(&self, now_ms: u64) -> Agenda {
        Agenda::of(&self.stage.sheet, &self.stage.clock, self.group(), now_ms)
    }

    /// What a participant may know of the workshop.
    #[must_use]
    pub fn card(&self, now_ms: u64) -> WorkshopCard {
        WorkshopCard {
            id: self.workshop.id.clone(),
            name: self.workshop.name.clone(),
            since_ms: self.counts_from.unwrap_or(now_ms),
            version: HUB_VERSION,
        }
    }

    /// The grid, who needs help first.
    #[must_use]
    pub fn grid(&self, now_ms: u64) -> Vec<GridRow> {
        grid::grid(self, now_ms)
    }

    /// How ready the laptops are that have told.
    #[must_use]
    pub fn readiness(&self) -> Vec<SeatReadiness> {
        let of = |seat: &Seat| {
            let ((readiness, told_ms), kept) = (seat.readiness.clone()?, seat.kept());
            Some(SeatReadiness { seat: kept.id.clone(), name: kept.name.clone(), readiness, told_ms })
        };
        self.participants().filter_map(of).collect()
    }

    /// Takeaways that were ticked and answers that were given, counted, in the order of the sheet.
    #[must_use]
    pub fn survey(&self) -> SurveyResults {
        let Stage { sheet, .. } = &self.stage;
        let ticked = |name: &str| self.participants().filter(|seat| seat.ticked.contains(name)).count();
        let takeaway =
            |name: &str| Counted { what: name.to_owned(), times: u32::try_from(ticked(name)).unwrap_or(u32::MAX) };
        let answers =
            |question| Answers::of(question, self.participants().filter_map(|seat| seat.answers.get(&question.name)));
        SurveyResults {
            takeaways: sheet.takeaways.iter().map(|known| takeaway(&known.name)).collect(),
            answers: sheet.survey.iter().map(answers).collect(),
        }
    }
}
