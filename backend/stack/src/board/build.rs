//! The builds' part of the board: working copy against what is live.

use brownout_core::stack::{BuildProblem, BuildState, BuildStatus, DeployStep, EditedFile};

use crate::identity::Identity;

/// Why there is no new build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The compiler's errors with their places.
    pub(crate) problems: Vec<BuildProblem>,
    /// What was printed.
    pub(crate) output: String,
    /// The failure in a clause, with the next step.
    pub(crate) why: String,
}

/// The compiler's errors in a clause: the only one, or how many and the first. `None` when there are none.
pub(crate) fn first_of(problems: &[BuildProblem]) -> Option<String> {
    let (first, rest) = problems.split_first()?;
    let says = format!("{}:{}:{}: {}", first.file, first.line, first.column, first.message);
    Some(if rest.is_empty() { says } else { format!("{} errors, the first at {says}", problems.len()) })
}

#[derive(Debug, Default)]
pub(super) struct Build {
    working: Identity,
    live: Option<Identity>,
    building: bool,
    /// The working copy that the last failure was about.
    failed: Option<String>,
    failure: Failure,
    steps: Vec<DeployStep>,
}

impl Build {
    pub(super) fn working(&mut self, identity: Identity) {
        self.working = identity;
    }

    pub(super) fn live(&mut self, identity: Option<Identity>) {
        self.live = identity;
    }

    pub(super) fn building(&mut self, building: bool) {
        self.building = building;
    }

    pub(super) fn failed(&mut self, id: &str, failure: &Failure) {
        self.failed = Some(id.to_owned());
        self.failure = failure.clone();
    }

    pub(super) fn worked(&mut self) {
        self.failed = None;
        self.failure = Failure::default();
    }

    /// The working copy that a failure told now is about: the one that did not build, or else the one there is.
    pub(super) fn concerned(&self) -> &str {
        self.failed.as_ref().unwrap_or(&self.working.id)
    }

    /// The identity that is both live and the working copy, if they agree.
    pub(super) fn settled(&self) -> Option<String> {
        let live = self.live.as_ref()?;
        (live.id == self.working.id).then(|| live.id.clone())
    }

    /// Forgets the failure of a working copy that is no more.
    pub(super) fn forgive(&mut self) {
        if self.failed != self.settled() {
            self.worked();
        }
    }

    pub(super) fn steps(&mut self, steps: Vec<DeployStep>) {
        self.steps = steps;
    }

    pub(super) fn status(&self) -> BuildStatus {
        BuildStatus {
            working: self.working.id.clone(),
            live: self.live.as_ref().map(|live| live.id.clone()).unwrap_or_default(),
            state: self.state(),
            edited: self.edited(),
            problems: self.failure.problems.clone(),
            output: self.failure.output.clone(),
            steps: self.steps.clone(),
        }
    }

    fn state(&self) -> BuildState {
        let live = self.live.as_ref().map(|live| &live.id);
        if self.building {
            BuildState::Building
        } else if live.is_some_and(|live| *live == self.working.id) {
            BuildState::Live
        } else if self.failed.as_ref().is_some_and(|failed| *failed == self.working.id) {
            BuildState::Failed
        } else if live.is_some() {
            BuildState::Edited
        } else {
            BuildState::Unknown
        }
    }

    /// Files whose content differs from the live build's; a file that was deleted differs too.
    fn edited(&self) -> Vec<EditedFile> {
        let Some(live) = &self.live else { return Vec::new() };
        let find = |identity: &Identity, path: &str| {
            identity.files.iter().find(|file| file.path == path).map(|file| file.hash.clone())
        };
        let changed = self.working.files.iter().filter(|file| find(live, &file.path).as_ref() != Some(&file.hash));
        let deleted = live.files.iter().filter(|file| find(&self.working, &file.path).is_none());
        let edited =
            changed.chain(deleted).map(|file| EditedFile { path: file.path.clone(), edited_ms: file.edited_ms });
        let mut edited: Vec<EditedFile> = edited.collect();
        edited.sort_by(|a, b| b.edited_ms.cmp(&a.edited_ms).then_with(|| a.path.cmp(&b.path)));
        edited
    }
}
