//! SQLite itself: opening with a key, the writer with group commit, the readers, the condition of the files, schema and migrations, the mark of
//! how far a database has come, reading rows into domain types.

pub(in crate::store) mod cipher;
pub(in crate::store) mod condition;
pub(in crate::store) mod files;
pub(in crate::store) mod installation;
pub(in crate::store) mod migrate;
pub(in crate::store) mod probe;
pub(in crate::store) mod pseudonym_key;
pub(in crate::store) mod reached;
pub(in crate::store) mod read;
pub(in crate::store) mod row;
pub(in crate::store) mod seal;
pub(in crate::store) mod sequence;
pub(in crate::store) mod write;
