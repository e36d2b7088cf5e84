//! How working copy, build and stack stand together: one sentence and one next action for each combination.

use crate::stack::{BuildState, ServiceState, StackPhase, StackStatus};

/// Where things stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// How it is meant.
    pub tone: Tone,
    /// One sentence; what stands between backticks is code.
    pub says: String,
    /// The one thing to do now.
    pub next: Next,
}

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It goes on by itself.
    Plain,
    /// As it should be.
    Good,
    /// Something is to be done.
    Warning,
    /// Something is wrong.
    Bad,
}

/// The one thing to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it goes on by itself.
    Wait,
    /// Start the stack.
    Start,
    /// Rebuild and deploy.
    Deploy,
    /// Open the compiler's first error.
    Mend,
    /// Read what the services say.
    Look,
    /// Run the scenario.
    Run,
}

impl StackStatus {
    /// Where things stand at a wall time, ms since the Unix epoch.
    pub fn standing(&self, now_ms: u64) -> Standing {
        let is = |tone, says: &str, next| Standing { tone, says: says.to_owned(), next };
        let busy = !self.doing.is_empty();
        match (self.phase, self.build.state) {
            // The status of a screen that has heard nothing yet.
            _ if self.kind.is_empty() => {
                is(Tone::Plain, "The panel has not told yet how the stack stands.", Next::Wait)
            }
            (_, BuildState::Building) => is(Tone::Plain, "The lab is being built …", Next::Wait),
            (StackPhase::Stopping, _) => is(Tone::Plain, "The stack is being stopped …", Next::Wait),
            (StackPhase::Starting, _) => is(Tone::Plain, "The stack is being started …", Next::Wait),
            (StackPhase::Down, BuildState::Failed) => self.failed("Nothing runs until that is mended.", Next::Start),
            (StackPhase::Down, _) => is(Tone::Bad, "The stack is down; nothing can be run.", Next::Start),
            (_, BuildState::Live) if busy => {
                is(Tone::Plain, "Your working copy is live; the old build is being ended …", Next::Wait)
            }
            _ if busy => is(Tone::Plain, "The new build is being started; the old one serves until then …", Next::Wait),
            (_, BuildState::Failed) => self.failed("The old build stays live.", Next::Look),
            (_, BuildState::Edited) => Standing { tone: Tone::Warning, says: self.edited(now_ms), next: Next::Deploy },
            (_, BuildState::Unknown) => is(Tone::Warning, "It is not known which build is live.", Next::Deploy),
            (StackPhase::Degraded, BuildState::Live) => Standing {
                tone: Tone::Warning,
                says: format!("It is your working copy, but {} not ready.", self.unready()),
                next: Next::Look,
            },
            (StackPhase::Ready, BuildState::Live) => is(Tone::Good, "It is your working copy.", Next::Run),
        }
    }

    /// A build that failed; `otherwise` is what to do when the compiler has no complaint.
    fn failed(&self, then: &str, otherwise: Next) -> Standing {
        let (says, next) = match self.build.problems.first() {
            Some(problem) => {
                (format!("{} in `{}:{}`. {then}", problem.message, problem.file, problem.line), Next::Mend)
            }
            None => (format!("The working copy does not build or does not start. {then}"), otherwise),
        };
        Standing { tone: Tone::Bad, says, next }
    }

    fn edited(&self, now_ms: u64) -> String {
        let Some(file) = self.build.edited.first() else {
            return "The working copy differs from the live build.".to_owned();
        };
        let seconds = now_ms.saturating_sub(file.edited_ms) / 1_000;
        let ago = if seconds < 90 { format!("{seconds} s") } else { format!("{} min", (seconds + 30) / 60) };
        let more = match self.build.edited.len() {
            1 => String::new(),
            all => format!(" and {} more", all - 1),
        };
        format!("`{}`{more} was edited {ago} ago; the live build is older.", file.path)
    }

    fn unready(&self) -> String {
        let names = self.services.iter().filter(|service| service.state != ServiceState::Ready);
        match names.map(|service| service.name.as_str()).collect::<Vec<_>>()[..] {
            [] => "a service is".to_owned(),
            [one] => format!("{one} is"),
            ref some => format!("{} are", some.join(" and ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::{BuildProblem, EditedFile, ServiceStatus};

    fn status(phase: StackPhase, build: BuildState, doing: &str) -> StackStatus {
        let mut status = StackStatus { kind: "local".into(), phase, doing: doing.into(), ..StackStatus::default() };
        status.build.state = build;
        status
    }

    #[test]
    fn each_combination_has_one_sentence_and_one_action() {
        use BuildState as B;
        use StackPhase as P;
        for (phase, build, doing, says, next) in [
            (P::Down, B::Unknown, "", "The stack is down; nothing can be run.", Next::Start),
            (P::Down, B::Live, "", "The stack is down; nothing can be run.", Next::Start),
            (P::Down, B::Edited, "", "The stack is down; nothing can be run.", Next::Start),
            (
                P::Down,
                B::Failed,
                "",
                "The working copy does not build or does not start. Nothing runs until that is mended.",
                Next::Start,
            ),
            (P::Down, B::Building, "", "The lab is being built …", Next::Wait),
            (P::Stopping, B::Live, "stopping the lab", "The stack is being stopped …", Next::Wait),
            (P::Stopping, B::Failed, "stopping the lab", "The stack is being stopped …", Next::Wait),
            (P::Starting, B::Unknown, "starting the new build", "The stack is being started …", Next::Wait),
            (P::Starting, B::Unknown, "", "The stack is being started …", Next::Wait),
            (P::Starting, B::Failed, "reading the manifests", "The stack is being started …", Next::Wait),
            (P::Starting, B::Building, "building the lab", "The lab is being built …", Next::Wait),
            (P::Ready, B::Building, "building the lab", "The lab is being built …", Next::Wait),
            (
                P::Ready,
                B::Edited,
                "starting the new build",
                "The new build is being started; the old one serves until then …",
                Next::Wait,
            ),
            (
                P::Ready,
                B::Live,
                "ending the old build",
                "Your working copy is live; the old build is being ended …",
                Next::Wait,
            ),
            (P::Ready, B::Edited, "", "The working copy differs from the live build.", Next::Deploy),
            (P::Degraded, B::Edited, "", "The working copy differs from the live build.", Next::Deploy),
            (P::Ready, B::Unknown, "", "It is not known which build is live.", Next::Deploy),
            (
                P::Ready,
                B::Failed,
                "",
                "The working copy does not build or does not start. The old build stays live.",
                Next::Look,
            ),
            (P::Degraded, B::Live, "", "It is your working copy, but a service is not ready.", Next::Look),
            (P::Ready, B::Live, "", "It is your working copy.", Next::Run),
        ] {
            let standing = status(phase, build, doing).standing(0);
            assert_eq!((standing.says.as_str(), standing.next), (says, next), "{phase:?} {build:?} `{doing}`");
        }
        assert_eq!(StackStatus::default().standing(0).next, Next::Wait, "nothing was heard yet");
    }

    #[test]
    fn a_sentence_names_file_line_and_service() {
        let mut failed = status(StackPhase::Down, BuildState::Failed, "");
        failed.build.problems =
            vec![BuildProblem { file: "a.rs".into(), line: 33, column: 1, message: "error[E0308]: no".into() }];
        let standing = failed.standing(0);
        assert_eq!(standing.says, "error[E0308]: no in `a.rs:33`. Nothing runs until that is mended.");
        assert_eq!(standing.next, Next::Mend);

        let mut edited = status(StackPhase::Ready, BuildState::Edited, "");
        edited.build.edited = ["a.rs", "b.rs"].map(|path| EditedFile { path: path.into(), edited_ms: 1_000 }).into();
        assert_eq!(edited.standing(9_400).says, "`a.rs` and 1 more was edited 8 s ago; the live build is older.");
        assert_eq!(edited.standing(181_000).says, "`a.rs` and 1 more was edited 3 min ago; the live build is older.");

        let mut degraded = status(StackPhase::Degraded, BuildState::Live, "");
        degraded.services = [("api", ServiceState::Unready), ("dep", ServiceState::Ready)]
            .map(|(name, state)| ServiceStatus { name: name.into(), state, ..ServiceStatus::default() })
            .into();
        assert_eq!(degraded.standing(0).says, "It is your working copy, but api is not ready.");
    }
}
