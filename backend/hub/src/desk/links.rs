//! The tokens behind the links that are printed once.

use crate::{error::HubError, token::Token};

/// The tokens behind the links that are printed once.
#[derive(Clone)]
pub struct Links {
    /// May do everything.
    pub facilitator: Token,
    /// Reads the board and the agenda.
    pub screen: Token,
}

/// Without the secrets, so that no log ever holds them.
impl std::fmt::Debug for Links {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").finish_non_exhaustive()
    }
}

impl Links {
    pub(super) fn fresh() -> Result<Links, HubError> {
        Ok(Links { facilitator: Token::fresh()?, screen: Token::fresh()? })
    }
}
