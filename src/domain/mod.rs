//! The rules of the service as pure functions: no I/O, SQL, HTTP, serde or clock. Time is an argument, in milliseconds
//! UTC.

pub mod access;
pub mod account;
pub mod actor;
pub mod alarm;
pub mod arrival;
pub mod board;
pub mod breaker;
pub mod calendar;
pub mod catalogue;
pub mod citizen;
pub mod clock;
pub mod conversation;
pub mod counselor;
pub mod delivery_reason;
pub mod desk;
pub mod event;
pub mod figures;
pub mod hearing;
pub mod identity_number;
pub mod inbound;
pub mod intent;
pub mod key_mark;
pub mod lateness;
pub mod list_comparison;
pub mod login_guard;
pub mod media;
pub mod notice;
pub mod opt_out;
pub mod outbound;
pub mod password;
pub mod phone;
pub mod photo;
pub mod plain_text;
pub mod policy;
pub mod polling;
pub mod privacy;
pub mod pseudonym;
pub mod question;
pub mod queue;
pub mod receipt;
pub mod recipient;
pub mod recovery;
pub mod refusal;
pub mod retry;
pub mod sample_year;
pub mod survey;
pub mod text;
pub mod totp;
pub mod triage;

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
pub type UnixMs = i64;
