//! Conversations: lists, changes, timers, surveys.

pub(in crate::store) mod action;
pub(in crate::store) mod list;
pub(in crate::store) mod queue;
pub(in crate::store) mod survey;
pub(in crate::store) mod timers;
pub(in crate::store) mod unanswered;
