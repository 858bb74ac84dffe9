//! Texts to citizens: written, leased, sent, received; those in doubt.

pub(in crate::store) mod hold;
pub(in crate::store) mod lease;
pub(in crate::store) mod notice;
pub(in crate::store) mod outbox;
pub(in crate::store) mod receipt;
pub(in crate::store) mod reconcile;
pub(in crate::store) mod reply;
pub(in crate::store) mod sent;
pub(in crate::store) mod settle;
