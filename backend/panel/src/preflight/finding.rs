//! One look at one thing, and what came of it.

use brownout_core::setup::CheckState;
use futures::future::BoxFuture;

/// A look that is being taken.
pub(super) struct Look<'a> {
    pub(super) name: &'static str,
    pub(super) title: &'static str,
    pub(super) needed_for: &'static [&'static str],
    pub(super) finding: BoxFuture<'a, Finding>,
}

/// Names a look. `needed_for` are the stacks that cannot run when the thing is missing.
pub(super) fn look<'a>(
    name: &'static str,
    title: &'static str,
    needed_for: &'static [&'static str],
    finding: BoxFuture<'a, Finding>,
) -> Look<'a> {
    Look { name, title, needed_for, finding }
}

/// What came of a look.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) state: CheckState,
    /// What was found, with its value.
    pub(super) says: String,
    /// A command that mends it here.
    pub(super) fix: Option<String>,
    /// Where the value decides which stacks need it.
    pub(super) needed_for: Option<&'static [&'static str]>,
}

impl Default for Finding {
    fn default() -> Self {
        Finding { state: CheckState::Ok, says: String::new(), fix: None, needed_for: None }
    }
}

impl Finding {
    pub(super) fn ok(says: impl Into<String>) -> Self {
        Finding { says: says.into(), ..Finding::default() }
    }

    pub(super) fn warning(says: impl Into<String>) -> Self {
        Finding { state: CheckState::Warning, ..Finding::ok(says) }
    }

    pub(super) fn missing(says: impl Into<String>) -> Self {
        Finding { state: CheckState::Missing, ..Finding::ok(says) }
    }

    /// The command that mends it, where there is one.
    pub(super) fn fix(self, command: impl Into<Option<String>>) -> Self {
        Finding { fix: command.into(), ..self }
    }

    pub(super) fn only_for(self, stacks: &'static [&'static str]) -> Self {
        Finding { needed_for: Some(stacks), ..self }
    }
}
