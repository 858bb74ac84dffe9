//! SQLite itself: the writer with group commit, the readers, schema and migrations, reading rows into domain types.

pub(in crate::store) mod migrate;
pub(in crate::store) mod read;
pub(in crate::store) mod row;
pub(in crate::store) mod write;
