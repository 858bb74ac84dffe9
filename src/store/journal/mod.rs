//! The journal of events.

pub(in crate::store) mod event;
