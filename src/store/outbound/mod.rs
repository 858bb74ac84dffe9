//! Texts to citizens: rows, leases, outcomes, receipts, texts in doubt, notices and replies.

pub(in crate::store) mod first;
pub(in crate::store) mod held;
pub(in crate::store) mod hold;
pub(in crate::store) mod lease;
pub(in crate::store) mod new_reply;
pub(in crate::store) mod notice;
pub(in crate::store) mod outbox;
pub(in crate::store) mod outcome;
pub(in crate::store) mod recall_all;
pub(in crate::store) mod receipt;
pub(in crate::store) mod reconcile;
pub(in crate::store) mod repeated;
pub(in crate::store) mod reply;
pub(in crate::store) mod sent;
pub(in crate::store) mod settle;
pub(in crate::store) mod test_text;
pub(in crate::store) mod transition;
