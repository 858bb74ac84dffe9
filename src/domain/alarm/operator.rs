//! Alarms about the gateway itself: each is said once, again after an hour while it lasts, and when it is over.

use crate::domain::UnixMs;

/// Starts of the daemon within [`RESTARTS_MS`] that are a loop; one that ended because it was asked to does not count.
pub const MOST_STARTS: u32 = 3;
/// The time over which starts are counted (milliseconds).
pub const RESTARTS_MS: i64 = 10 * 60 * 1_000;
/// While it lasts, it is said again after this (milliseconds).
pub const AGAIN_MS: i64 = 60 * 60 * 1_000;
/// With less room than this the disk counts as full (bytes): what can still be written says so.
pub const LEAST_ROOM: u64 = 64 << 20;

/// Whether so much room on the disk is too little. What cannot be measured is not full: a write that fails says so.
pub fn is_disk_full(room: Option<u64>) -> bool {
    room.is_some_and(|room| room < LEAST_ROOM)
}

/// What is wrong with the gateway.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// No text reaches us through this carrier.
    Deaf(String),
    DiskFull,
    /// The daemon is started again and again.
    Restarts,
    /// The machine's clock jumped and is not believed.
    Clock,
}

impl Trouble {
    /// The word in the database and in alarms: `deaf:bizgo`, `disk_full`, `restarts`, `clock`.
    pub fn to_word(&self) -> String {
        match self {
            Trouble::Deaf(carrier) => format!("deaf:{carrier}"),
            Trouble::DiskFull => "disk_full".to_owned(),
            Trouble::Restarts => "restarts".to_owned(),
            Trouble::Clock => "clock".to_owned(),
        }
    }

    /// What is wrong, as a sentence of the log.
    pub fn in_words(&self) -> String {
        match self {
            Trouble::Deaf(carrier) => format!("no text can come in from {carrier}"),
            Trouble::DiskFull => "the disk of the database is full".to_owned(),
            Trouble::Restarts => {
                format!(
                    "the gateway keeps crashing: {MOST_STARTS} starts within ten minutes that nobody asked for"
                )
            }
            Trouble::Clock => "the clock of the server jumped and is not believed".to_owned(),
        }
    }

    pub fn from_word(word: &str) -> Option<Trouble> {
        match word {
            "disk_full" => Some(Trouble::DiskFull),
            "restarts" => Some(Trouble::Restarts),
            "clock" => Some(Trouble::Clock),
            _ => word.strip_prefix("deaf:").map(|carrier| Trouble::Deaf(carrier.to_owned())),
        }
    }
}

/// An alarm that was raised and is not over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorAlarm {
    pub since: UnixMs,
    /// When it was last said.
    pub told_at: UnixMs,
}

/// What is to be said about a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saying {
    Began,
    Lasts,
    Over,
}

impl Saying {
    pub const ALL: [Saying; 3] = [Saying::Began, Saying::Lasts, Saying::Over];

    /// The word in the database and in alarms.
    pub fn as_str(self) -> &'static str {
        match self {
            Saying::Began => "began",
            Saying::Lasts => "lasts",
            Saying::Over => "over",
        }
    }

    pub fn from_word(word: &str) -> Option<Saying> {
        Saying::ALL.into_iter().find(|saying| saying.as_str() == word)
    }
}

/// What is to be said now, if anything. A time in the future, from a clock that was wrong, counts as long ago.
pub fn saying(alarm: Option<OperatorAlarm>, is_in_trouble: bool, now: UnixMs) -> Option<Saying> {
    match (alarm, is_in_trouble) {
        (None, true) => Some(Saying::Began),
        (None, false) => None,
        (Some(_), false) => Some(Saying::Over),
        (Some(alarm), true) => (!(0..AGAIN_MS).contains(&(now - alarm.told_at))).then_some(Saying::Lasts),
    }
}
