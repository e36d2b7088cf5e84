//! Why a hub did not do what was asked.

use std::time::Duration;

use brownout_core::wire::Problem;

/// Why a hub did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The address cannot be one.
    #[error("`{typed}` is no address of a hub; it looks like http://192.168.1.20:3100 or https://hub.example.org")]
    Address {
        /// What was typed.
        typed: String,
    },
    /// The certificates cannot be used.
    #[error("{0:#}")]
    Trust(anyhow::Error),
    /// It cannot be reached, or did not answer in time.
    #[error("the hub at {hub} cannot be reached: {why}")]
    Away {
        /// Its address.
        hub: String,
        /// What the system said.
        why: String,
    },
    /// It answers that it cannot now.
    #[error("the hub cannot take this now: {why}")]
    Busy {
        /// What it said.
        why: String,
        /// For how long it asks to be left alone.
        after: Option<Duration>,
    },
    /// The seat, the workshop or this version of the panel is over.
    #[error("{why}")]
    Over {
        /// What it said, and what to do.
        why: String,
    },
    /// It does not take what was sent.
    #[error("{}", .0.detail)]
    Refused(Problem),
    /// What answers is no hub.
    #[error("what answers at {hub} is no hub that this panel knows: {why}")]
    Stranger {
        /// Its address.
        hub: String,
        /// What is wrong.
        why: String,
    },
}
