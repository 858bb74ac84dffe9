//! Conversations: every change loads, decides and saves (`decide`); beside it the lists, the line and the timers.

pub(in crate::store) mod claims;
pub(in crate::store) mod decide;
pub(in crate::store) mod drafts;
pub(in crate::store) mod line;
pub(in crate::store) mod list;
pub(in crate::store) mod lost;
pub(in crate::store) mod marked;
pub(in crate::store) mod messages;
pub(in crate::store) mod notes;
pub(in crate::store) mod place;
pub(in crate::store) mod row;
pub(in crate::store) mod survey;
pub(in crate::store) mod timers;
