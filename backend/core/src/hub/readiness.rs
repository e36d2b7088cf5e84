//! Whether a laptop can take part.

use serde::{Deserialize, Serialize};

use super::pulse::ServicesReady;
use crate::setup::CheckState;

/// Whether a laptop can take part, from preflight, the stack and prefetch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Readiness {
    /// In one word, as [`Ready::of`] judges it.
    pub overall: Ready,
    /// Each check that is not as it should be. What was found is left out: it holds names of users and paths.
    pub lacking: Vec<Lacking>,
    /// `local`, `k3d` or `kube`, and how it stands.
    pub stack: String,
    /// Services that are ready.
    pub services: ServicesReady,
    /// Whether everything was prefetched, as far as it is known.
    pub prefetched: Option<bool>,
    /// The machine.
    pub machine: Machine,
    /// Version of the panel.
    pub panel: String,
}

/// How ready a laptop is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    /// Something is missing without which it cannot take part, or nothing is known of it.
    #[default]
    No,
    /// It can take part, but not well, or not yet.
    Almost,
    /// Everything is there.
    Yes,
}

/// A check that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Lacking {
    /// A word for programs, e.g. `cargo`, `port-8080`.
    pub name: String,
    /// A word or two for people.
    pub title: String,
    /// How it stands.
    pub state: CheckState,
    /// The command that mends it.
    pub fix: Option<String>,
}

/// The machine, as far as it matters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Machine {
    /// `linux`, `macos` or `wsl`.
    pub os: String,
    /// Number of processors.
    pub processors: u32,
    /// Memory, GiB.
    pub memory_gib: u32,
}

impl Ready {
    /// How ready a laptop is that lacks this. What was not prefetched can still be fetched; what is not known is not held
    /// against it.
    pub fn of(lacking: &[Lacking], services: ServicesReady, prefetched: Option<bool>) -> Ready {
        if lacking.iter().any(|check| check.state == CheckState::Missing) {
            return Ready::No;
        }
        let well = lacking.iter().all(|check| check.state == CheckState::Ok);
        if well && services.all() && prefetched != Some(false) { Ready::Yes } else { Ready::Almost }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_laptop_is_as_ready_as_its_worst_check() {
        let lacks = |states: &[CheckState]| -> Vec<Lacking> {
            let lacking =
                |state: &CheckState| Lacking { name: "x".into(), title: "X".into(), state: *state, fix: None };
            states.iter().map(lacking).collect()
        };
        let (up, down) = (ServicesReady { ready: 4, of: 4 }, ServicesReady::default());
        let half = ServicesReady { ready: 3, of: 4 };
        for (states, services, prefetched, ready) in [
            (&[][..], up, Some(true), Ready::Yes),
            (&[], up, None, Ready::Yes),
            (&[], up, Some(false), Ready::Almost),
            (&[], half, Some(true), Ready::Almost),
            (&[], down, Some(true), Ready::Almost),
            (&[CheckState::Warning], up, Some(true), Ready::Almost),
            (&[CheckState::Warning, CheckState::Missing], up, Some(true), Ready::No),
            (&[CheckState::Missing], down, None, Ready::No),
        ] {
            assert_eq!(
                Ready::of(&lacks(states), services, prefetched),
                ready,
                "{states:?} {services:?} {prefetched:?}"
            );
        }
        assert!(Ready::No < Ready::Almost && Ready::Almost < Ready::Yes);
    }
}
