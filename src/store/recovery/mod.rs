//! Recovery (`domain::recovery`): the mark that a copy was put back (`begin`), what is read back from the carriers' lists
//! (`apply`), where it stands and its end by a person (`state`).

mod apply;
mod begin;
mod state;

pub use apply::FoundTexts;
pub use begin::ReplacedCopy;
pub(super) use state::Gate;
pub use state::{Recovery, RecoveryList, RecoveryLook};
