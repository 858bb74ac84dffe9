//! The journal of events, and the access log.

pub(in crate::store) mod access;
pub(in crate::store) mod access_read;
pub(in crate::store) mod announce;
pub(in crate::store) mod event;
