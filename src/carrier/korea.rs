//! What Korean carriers share: local times, often without an offset, and titles of long texts.

use crate::domain::UnixMs;
use crate::domain::text;

/// Milliseconds ahead of UTC; no summer time.
const KST_MS: i64 = 9 * 60 * 60 * 1000;
/// Titles of long texts are cut by phones beyond this (bytes).
const TITLE_BYTES: usize = 40;

/// A time; without an offset it is Korea's.
pub(super) fn time_ms(word: &str) -> Option<UnixMs> {
    if let Ok(timestamp) = word.parse::<jiff::Timestamp>() {
        return Some(timestamp.as_millisecond());
    }
    let as_if_utc: jiff::Timestamp = format!("{word}Z").parse().ok()?;
    Some(as_if_utc.as_millisecond() - KST_MS)
}

/// `2026-04-23T14:11:01`, Korea's time.
pub(super) fn local_time(at: UnixMs) -> String {
    let at =
        jiff::Timestamp::from_millisecond(at.saturating_add(KST_MS)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// `2026-07-01 09:00:00`, Korea's time.
pub(super) fn clock(at: UnixMs) -> String {
    local_time(at).replace('T', " ")
}

/// The title of a long text: the start of its first line, as far as phones show it.
pub(super) fn title(body: &str) -> Option<String> {
    let mut title = String::new();
    let first = body.lines().map(str::trim).find(|line| !line.is_empty())?;
    for c in first.chars() {
        let mut longer = title.clone();
        longer.push(c);
        match text::cp949_len(&longer) {
            Some(n) if n <= TITLE_BYTES => title = longer,
            _ => break,
        }
    }
    Some(title).filter(|t| !t.is_empty())
}
