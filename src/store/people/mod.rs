//! Counselors with their log-ins, and what is known of citizens.

pub(in crate::store) mod citizen;
pub(in crate::store) mod counselor;
