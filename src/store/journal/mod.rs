//! What happened, in order.

pub(in crate::store) mod event;
