//! SQLite itself: the one writer with its shared commits, the readers, fresh and old files, words read back into types.

pub(in crate::store) mod migrate;
pub(in crate::store) mod read;
pub(in crate::store) mod row;
pub(in crate::store) mod write;
