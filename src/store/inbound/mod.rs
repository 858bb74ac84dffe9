//! Texts from citizens: pages accepted, texts routed, what could not be read.

pub(in crate::store) mod inbox;
pub(in crate::store) mod past;
pub(in crate::store) mod quarantine;
pub(in crate::store) mod routing;
