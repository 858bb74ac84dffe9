//! Exit codes: the one thing every script of a counselor relies on.

use crate::client::ClientError;

/// How the program ends. `--help` tells the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Unexpected = 1,
    Usage = 2,
    /// Or the log-in has expired.
    NotLoggedIn = 3,
    Unreachable = 4,
    /// Nobody waits, or there is no such thing.
    Nothing = 5,
    /// Somebody else holds it, it is closed or not claimed, or it is too late.
    Refused = 6,
    /// Newer texts came in: look first.
    LookFirst = 7,
    /// The text is empty or too long, or the carrier can't carry it.
    Unsendable = 8,
    /// The server is in trouble.
    ServerTrouble = 9,
}

/// What each refusal of the server means for the exit code.
pub const EXITS: &[(&str, Exit)] = &[
    ("bad_request", Exit::Usage),
    ("method_not_allowed", Exit::Unexpected),
    ("too_slow", Exit::Unreachable),
    ("unauthorized", Exit::NotLoggedIn),
    ("wrong_login", Exit::NotLoggedIn),
    ("locked_out", Exit::NotLoggedIn),
    ("not_found", Exit::Nothing),
    ("nobody_waits", Exit::Nothing),
    ("claimed_by_other", Exit::Refused),
    ("not_claimed", Exit::Refused),
    ("closed", Exit::Refused),
    ("opted_out", Exit::Refused),
    ("too_many_held", Exit::Refused),
    ("supervisors_only", Exit::Refused),
    ("nothing_to_ack", Exit::Refused),
    ("not_passed_on", Exit::Refused),
    ("not_warned", Exit::Refused),
    ("no_such_desk", Exit::Usage),
    ("no_such_person", Exit::Usage),
    ("no_such_category", Exit::Usage),
    ("category_needed", Exit::Usage),
    ("already_left", Exit::Refused),
    ("not_in_doubt", Exit::Refused),
    ("key_reused", Exit::LookFirst),
    ("newer_texts", Exit::LookFirst),
    ("empty_text", Exit::Unsendable),
    ("unencodable", Exit::Unsendable),
    ("too_long", Exit::Unsendable),
    ("body_too_large", Exit::Unsendable),
    ("photo_not_here_yet", Exit::Refused),
    ("photo_lost", Exit::Nothing),
    ("photo_too_large", Exit::Unsendable),
    ("not_a_photo", Exit::Unsendable),
    ("photos_not_taken", Exit::Unsendable),
    ("too_many_photos", Exit::Unsendable),
    ("no_such_photo", Exit::Unsendable),
    ("database_busy", Exit::ServerTrouble),
    ("database_full", Exit::ServerTrouble),
    ("database_broken", Exit::ServerTrouble),
    ("internal", Exit::ServerTrouble),
];

impl Exit {
    /// The exit code of a call that brought no result.
    pub fn from_error(error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } => Exit::Unreachable,
            ClientError::BadAnswer { .. } => Exit::Unexpected,
            ClientError::Problem(problem) => match EXITS.iter().find(|(code, _)| *code == problem.code) {
                Some((_, exit)) => *exit,
                None => Exit::from_status(problem.status),
            },
        }
    }

    /// For a code of a newer server.
    fn from_status(status: u16) -> Self {
        match status {
            400 => Exit::Usage,
            401 | 403 => Exit::NotLoggedIn,
            404 => Exit::Nothing,
            409 => Exit::Refused,
            413 | 422 => Exit::Unsendable,
            500.. => Exit::ServerTrouble,
            _ => Exit::Unexpected,
        }
    }
}
