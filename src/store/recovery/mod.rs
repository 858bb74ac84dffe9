//! Recovery (`domain::recovery`): the mark that a copy was put back (`begin`), a database that was put there
//! by hand (`by_hand`), what is read back from the carriers' lists
//! (`apply`), where it stands and its end by a person (`state`).

mod apply;
mod begin;
mod by_hand;
mod state;

pub use apply::FoundTexts;
pub use begin::{BegunRecovery, ReplacedCopy};
pub(super) use state::Gate;
pub use state::{Recovery, RecoveryList, RecoveryLook};
