//! How the outbox stands, for those who watch it.

/// How the outbox stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stand {
    /// In one word.
    pub phase: Phase,
    /// The hub has everything up to this event.
    pub have: u64,
    /// Number of the history's last event, as last seen.
    pub last: u64,
    /// Finished runs of which the hub has not heard.
    pub results: u32,
    /// Records that it wants and does not have.
    pub records: u32,
    /// Hub's clock less this laptop's, ms.
    pub offset_ms: i64,
    /// Why it waits, stands still or has ended; what was left out. A sentence or nothing.
    pub notice: String,
}

/// What the outbox does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    /// It asks the hub what that has.
    #[default]
    Asking,
    /// Something is under way.
    Sending,
    /// The hub has everything.
    Level,
    /// It tries again later.
    Waiting,
    /// The hub does not understand what is next; a hole would be worse than to wait.
    Standstill,
    /// It sends no more.
    Ended,
}

impl Phase {
    /// The word for people and programs.
    pub fn says(self) -> &'static str {
        match self {
            Phase::Asking => "asking",
            Phase::Sending => "sending",
            Phase::Level => "level",
            Phase::Waiting => "waiting",
            Phase::Standstill => "standstill",
            Phase::Ended => "ended",
        }
    }
}

impl Stand {
    /// Events and records that wait.
    pub fn waiting(&self) -> u32 {
        let events = u32::try_from(self.last.saturating_sub(self.have)).unwrap_or(u32::MAX);
        events.saturating_add(self.records)
    }

    pub(crate) fn end(&mut self, why: &str) {
        (self.phase, self.notice) = (Phase::Ended, why.to_owned());
    }
}
