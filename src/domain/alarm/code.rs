//! The short code of an alarm: two digits, one for each alarm and phone, so that an answer names the alarm that it is for.
//! A sender's number can be forged; the code cannot be guessed often.

use crate::domain::UnixMs;

/// Wrong codes of one number within [`GUESS_MS`] after which its codes are ignored.
pub const MOST_WRONG: u32 = 3;
/// The time over which wrong codes are counted (milliseconds). Codes are ignored until fewer stand in it.
pub const GUESS_MS: i64 = 10 * 60 * 1_000;
/// A code is not given to another alarm of the same phone for so long (milliseconds): a late answer must not end another
/// alarm.
pub const REST_MS: i64 = 24 * 60 * 60 * 1_000;
/// The code of an alarm that is over is no guess for so long after the call (milliseconds): the phone was called, and
/// somebody else was faster.
pub const OVER_MS: i64 = 10 * 60 * 1_000;
/// A text with more codes than this is no answer.
pub const MOST_CODES: usize = 5;
/// Calls to one duty phone within this time of one that has left wait for its end and go as one text (milliseconds).
pub const JOIN_MS: i64 = 20 * 1_000;
/// A duty phone is told that its answer did nothing at most once in this time (milliseconds).
pub const TOLD_MS: i64 = 60 * 1_000;

/// Whether something that happened at `at` lies within the last `within_ms`. A time in the future, from a clock that was
/// wrong, does not.
pub fn is_recent(at: UnixMs, within_ms: i64, now: UnixMs) -> bool {
    (0..within_ms).contains(&(now - at))
}

/// A code that is not in `used`, by a random number; `None` if all are.
pub fn free_code(used: &[String], random: u64) -> Option<String> {
    let free: Vec<String> = (0..100).map(|n| format!("{n:02}")).filter(|code| !used.contains(code)).collect();
    let n = u64::try_from(free.len()).ok().filter(|n| *n > 0)?;
    free.into_iter().nth(usize::try_from(random % n).ok()?)
}
