//! Shared by Korean carriers: lengths in EUC-KR bytes, and times in KST. Lengths come from an encoder, not from the
//! gateway's own code, whose mistakes it would share.

use encoding_rs::EUC_KR;

const KST_MS: i64 = 9 * 3_600_000;

/// Bytes in EUC-KR; `None` if it lacks a character.
pub(in crate::sim) fn n_bytes(text: &str) -> Option<usize> {
    let (bytes, _, is_lossy) = EUC_KR.encode(text);
    (!is_lossy).then_some(bytes.len())
}

/// Parses exactly `2026-07-01 09:00:00` (KST).
pub(in crate::sim) fn time_ms(word: &str) -> Option<i64> {
    let (day, time) = word.split_once(' ')?;
    let as_if_utc: jiff::Timestamp = format!("{day}T{time}Z").parse().ok().filter(|_| word.len() == 19)?;
    Some(as_if_utc.as_millisecond() - KST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_times() {
        assert_eq!((n_bytes("가a"), n_bytes("똠"), n_bytes("😀")), (Some(3), Some(2), None));
        assert_eq!(time_ms("1970-01-01 09:00:01"), Some(1_000));
        for bad in ["1970-01-01T09:00:01", "1970-01-01 09:00", "1970-01-01 09:00:01.0", "", "x y"] {
            assert_eq!(time_ms(bad), None, "{bad}");
        }
    }
}
