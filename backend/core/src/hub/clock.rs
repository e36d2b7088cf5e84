//! Where a workshop stands: a fold of its events. Screens count down by themselves, nothing ticks over the wire.

use serde::{Deserialize, Serialize};

pub use super::agenda::{Agenda, AgendaStep, WrapUp};
use super::event::WorkshopEvent;
use crate::workshop::{Step, Workshop};

/// Where the workshop stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetClock {
    /// Name of the step that goes on; `None` before the first and after the last.
    pub step: Option<String>,
    /// Hub's clock at which the step began, without its pauses; `None` while it is paused.
    pub since_ms: Option<u64>,
    /// What had passed of it when it was paused; 0 while it runs.
    pub passed_ms: u64,
    /// Hub's clock at which it began to run, or went on after its last pause; `None` while it is paused.
    pub resumed_ms: Option<u64>,
    /// Planned length with extensions, ms.
    pub length_ms: u64,
    /// Names of steps that are over, in the order in which they ended.
    pub done: Vec<String>,
    /// Whether the last step has ended, or the facilitator has ended it all.
    #[serde(default)]
    pub over: bool,
    /// By how much steps were extended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extensions: Vec<Extension>,
}

/// By how much a step was extended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Extension {
    /// Name of the step.
    pub step: String,
    /// Seconds; below 0 it was shortened.
    pub by_s: i32,
}

/// One minute in ms.
const MINUTE: u64 = 60_000;

impl SheetClock {
    /// Folds one event that happened at `wall_ms` (hub's clock). `sheet` is the run sheet with that event applied.
    pub fn apply(&mut self, event: &WorkshopEvent, wall_ms: u64, sheet: &Workshop) {
        match event {
            WorkshopEvent::Opened { .. } | WorkshopEvent::SheetEdited { .. } => self.measure(sheet),
            WorkshopEvent::Started { step } => {
                if self.step.as_ref() != Some(step) {
                    self.end_step();
                }
                self.begin(step, sheet);
                self.run(wall_ms);
            }
            WorkshopEvent::Paused => {
                self.passed_ms = self.passed(wall_ms);
                (self.since_ms, self.resumed_ms) = (None, None);
            }
            WorkshopEvent::Resumed => self.run(wall_ms),
            WorkshopEvent::Extended { step, by_s } => {
                match self.extensions.iter_mut().find(|known| known.step == *step) {
                    Some(known) => known.by_s = known.by_s.saturating_add(*by_s),
                    None => self.extensions.push(Extension { step: step.clone(), by_s: *by_s }),
                }
                self.measure(sheet);
            }
            WorkshopEvent::Skipped { step } if self.step.as_ref() == Some(step) => {
                let running = self.since_ms.is_some();
                self.end_step();
                match sheet.after(step, &self.done) {
                    Some(next) => {
                        self.begin(&next.name, sheet);
                        if running {
                            self.run(wall_ms);
                        }
                    }
                    None => self.over = true,
                }
            }
            WorkshopEvent::Skipped { step } => self.is_over(step.clone()),
            WorkshopEvent::Ended => {
                self.end_step();
                self.over = true;
            }
            _ => {}
        }
    }

    /// What has passed of the step, ms, without its pauses.
    pub fn passed(&self, now_ms: u64) -> u64 {
        self.since_ms.map_or(self.passed_ms, |since| now_ms.saturating_sub(since))
    }

    /// ms left of the step; negative over time. Nothing is locked by it.
    pub fn left_ms(&self, now_ms: u64) -> i64 {
        left_ms(self.length_ms, self.passed(now_ms))
    }

    /// The step that goes on.
    pub fn step_of<'a>(&self, sheet: &'a Workshop) -> Option<&'a Step> {
        sheet.step(self.step.as_ref()?)
    }

    /// The clock runs from `wall_ms` on, from where it stood.
    fn run(&mut self, wall_ms: u64) {
        if self.step.is_some() && self.since_ms.is_none() {
            self.since_ms = Some(wall_ms.saturating_sub(self.passed_ms));
            self.resumed_ms = Some(wall_ms);
            self.passed_ms = 0;
        }
    }

    /// A step stands at its beginning.
    fn begin(&mut self, step: &str, sheet: &Workshop) {
        self.done.retain(|done| done != step);
        (self.step, self.over) = (Some(step.to_owned()), false);
        (self.since_ms, self.resumed_ms, self.passed_ms, self.length_ms) = (None, None, 0, 0);
        self.measure(sheet);
    }

    /// The step that goes on is over.
    fn end_step(&mut self) {
        if let Some(step) = self.step.take() {
            self.is_over(step);
        }
        (self.since_ms, self.resumed_ms, self.passed_ms, self.length_ms) = (None, None, 0, 0);
    }

    fn is_over(&mut self, step: String) {
        if !self.done.contains(&step) {
            self.done.push(step);
        }
    }

    /// The length by the sheet; a step that was taken out of it keeps its own.
    fn measure(&mut self, sheet: &Workshop) {
        let Some(step) = self.step_of(sheet) else { return };
        let by_s = self.extensions.iter().find(|known| known.step == step.name).map_or(0, |known| known.by_s);
        self.length_ms = (u64::from(step.minutes) * MINUTE).saturating_add_signed(i64::from(by_s) * 1_000);
    }
}

/// ms left of a length; negative over time.
pub(super) fn left_ms(length_ms: u64, passed_ms: u64) -> i64 {
    length_ms.cast_signed().saturating_sub(passed_ms.cast_signed())
}

#[cfg(test)]
mod tests;
