//! Repeats erasures that this database does not know, and says what is left of that: at each start, every night, and once a recovery
//! has read the carriers' lists.

use std::sync::Arc;

use crate::domain::UnixMs;
use crate::domain::policy::ServicePolicy;
use crate::store::{Store, StoreError, erased_file};

/// Erases again whom an older copy of the database brought back.
pub async fn honour_erasures(
    store: &Store,
    policy: &Arc<ServicePolicy>,
    now: UnixMs,
) -> Result<(), StoreError> {
    let again = store.honour_erasures(policy, now).await?;
    let file = erased_file(store.path());
    if again.n > 0 {
        tracing::warn!(
            n = again.n,
            "an older copy of the database was put back: who had been erased is erased again"
        );
    }
    if again.n_left > 0 {
        tracing::warn!(
            n = again.n_left,
            "people who were erased are back in conversations that are not closed yet"
        );
    }
    if again.is_in_files {
        tracing::warn!(
            "what was erased again may be left in the database's log or free pages: stop the gateway and run munjad db vacuum"
        );
    }
    if !again.unreadable.is_empty() {
        tracing::warn!(
            file = %file.display(),
            lines = ?again.unreadable,
            "lines of the list of who was erased cannot be read: whom they name may come back with an older copy. munjad check"
        );
    }
    if let Some(error) = again.not_kept {
        tracing::error!(
            file = %file.display(),
            "the list of who was erased cannot be written, and an older copy would bring them back: {error}"
        );
    }
    Ok(())
}
