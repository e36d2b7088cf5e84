//! What the participant has chosen: kept in the history, checked before it is.

use brownout_store::{Store, StoreError};

/// What the participant is called until a name is given.
const NAMELESS: &str = "You";

/// What the participant is called.
///
/// # Errors
/// When the history cannot be read.
pub async fn name(store: &Store) -> Result<String, StoreError> {
    Ok(store.setting("name").await?.unwrap_or_else(|| NAMELESS.to_owned()))
}
