//! Counselors with their logins and tokens, and citizens with their wishes and restrictions.

pub(in crate::store) mod citizen;
pub(in crate::store) mod counselor;
pub(in crate::store) mod passwords;
