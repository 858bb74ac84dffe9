//! What Korean carriers have in common: bytes of EUC-KR, and times of Korea's clock. Measured with an encoder, not with
//! the gateway's own ruler: a carrier that shares it would share its mistakes.

use encoding_rs::EUC_KR;

const KST_MS: i64 = 9 * 3_600_000;

/// Bytes on a Korean phone; `None` if it has a character that is none there.
pub(in crate::sim) fn n_bytes(text: &str) -> Option<usize> {
    let (bytes, _, is_lossy) = EUC_KR.encode(text);
    (!is_lossy).then_some(bytes.len())
}

/// `2026-07-01 09:00:00`, exactly.
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
