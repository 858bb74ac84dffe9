//! Texts from citizens: accepting pages, routing texts, quarantine.

pub(in crate::store) mod inbox;
pub(in crate::store) mod loss;
pub(in crate::store) mod page;
pub(in crate::store) mod past;
pub(in crate::store) mod quarantine;
pub(in crate::store) mod routing;
