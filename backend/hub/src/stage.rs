//! What the facilitator has made of a workshop: a fold of its own stream, without what was undone.

use std::collections::BTreeSet;

use brownout_core::{
    hub::{
        clock::SheetClock,
        event::{WorkshopEnvelope, WorkshopEvent, standing},
        message::Message,
    },
    leaderboard::LeaderboardCase,
    workshop::{Step, StepKind, Workshop},
};

/// Messages that a seat or a screen is told of when it connects; older ones are history.
pub(crate) const MOST_SAID: usize = 100;

/// Where a workshop stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stage {
    /// The run sheet.
    pub sheet: Workshop,
    /// The clock.
    pub clock: SheetClock,
    /// The join code.
    pub code: String,
    /// Whether anybody is taken.
    pub open: bool,
    /// Whether the workshop is over.
    pub ended: bool,
    /// Number of the event that froze the board, while it is frozen.
    pub frozen: Option<u64>,
    /// Whether names are hidden.
    pub hidden: bool,
    /// What was said and not taken back, oldest first.
    pub said: Vec<Message>,
    /// Seats that were taken out.
    pub removed: BTreeSet<String>,
    /// When the first step began, hub's clock.
    pub began_ms: Option<u64>,
}

impl Stage {
    /// Folds the whole stream.
    #[must_use]
    pub fn of(log: &[WorkshopEnvelope]) -> Stage {
        let mut stage = Stage::default();
        for (envelope, event) in standing(log) {
            stage.apply(event, envelope.seq, envelope.wall_ms);
        }
        stage
    }

    /// Folds the next event, unless it is an undo: that is as if an earlier one had never been.
    pub(crate) fn apply(&mut self, event: &WorkshopEvent, seq: u64, wall_ms: u64) {
        match event {
            WorkshopEvent::Opened { sheet, .. } | WorkshopEvent::SheetEdited { sheet } => {
                self.sheet.clone_from(sheet);
            }
            WorkshopEvent::Door { code, open } => (self.code, self.open) = (code.clone(), *open),
            WorkshopEvent::Started { .. } => {
                self.began_ms.get_or_insert(wall_ms);
                // Who starts a step goes on.
                self.ended = false;
            }
            WorkshopEvent::Ended => self.ended = true,
            WorkshopEvent::Frozen => {
                self.frozen.get_or_insert(seq);
            }
            WorkshopEvent::Revealed => self.frozen = None,
            WorkshopEvent::NamesHidden { hidden } => self.hidden = *hidden,
            WorkshopEvent::Removed { seat } => {
                self.removed.insert(seat.clone());
            }
            WorkshopEvent::Said { message } => self.said.push(message.clone()),
            WorkshopEvent::Unsaid { message } => self.said.retain(|said| said.id != *message),
            _ => {}
        }
        self.clock.apply(event, wall_ms, &self.sheet);
    }

    /// The cases of the sheet in its order: the columns of the board.
    #[must_use]
    pub fn cases(&self) -> Vec<LeaderboardCase> {
        let mut cases: Vec<LeaderboardCase> = Vec::new();
        for step in &self.sheet.steps {
            if let StepKind::Case { scenario } = &step.kind
                && !cases.iter().any(|case| case.scenario == *scenario)
            {
                cases.push(LeaderboardCase { scenario: scenario.clone(), title: step.title.clone() });
            }
        }
        cases
    }

    /// Whether a case is in the sheet.
    #[must_use]
    pub fn has_case(&self, scenario: &str) -> bool {
        self.sheet.steps.iter().any(|step| matches!(&step.kind, StepKind::Case { scenario: s } if s == scenario))
    }

    /// The step that goes on.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        self.clock.step_of(&self.sheet)
    }

    /// The case of the step that goes on.
    #[must_use]
    pub fn case(&self) -> Option<&str> {
        match &self.step()?.kind {
            StepKind::Case { scenario } => Some(scenario),
            StepKind::Talk | StepKind::Check => None,
        }
    }
}
