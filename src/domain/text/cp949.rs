//! CP949 (also UHC, windows-949, EUC-KR on the web), the encoding in which Korean carriers count: one byte for ASCII,
//! two for every other character it has, including all 11,172 Hangul syllables. Strict: nothing is replaced by `?` or
//! `&#…;`.

use std::collections::HashSet;

use encoding_rs::{EUC_KR, EncoderResult};

/// Characters that CP949 has only under a compatibility code point, which NFC replaces: (NFC form, CP949 form). Two of
/// them occur in names: 郎 as in 太郎, and 隸.
const ONLY_AS: [(char, char); 3] = [('Å', '\u{212b}'), ('郎', '\u{f92c}'), ('隸', '\u{f9b8}')];

/// Bytes in CP949; `None` if a character is not in it. Counts the form that `carried` makes.
pub fn cp949_len(text: &str) -> Option<usize> {
    if text.is_ascii() {
        return Some(text.len());
    }
    first_unencodable(text).is_none().then(|| text.chars().map(width).sum())
}

/// The text with code points that CP949 has: canonically equivalent, looks the same.
pub(super) fn carried(text: String) -> String {
    if !text.contains(ONLY_AS.map(|(nfc, _)| nfc)) {
        return text;
    }
    let swap = |c: char| ONLY_AS.iter().find(|(nfc, _)| *nfc == c).map_or(c, |(_, ours)| *ours);
    text.chars().map(swap).collect()
}

/// Bytes of a character that CP949 has.
pub(super) fn width(c: char) -> usize {
    if c.is_ascii() { 1 } else { 2 }
}

/// The characters that CP949 lacks, each once, in order of first appearance.
pub(super) fn unencodable(text: &str) -> Vec<char> {
    let (mut rest, mut seen, mut found) = (text, HashSet::new(), Vec::new());
    while let Some((c, read)) = first_unencodable(rest) {
        if seen.insert(c) {
            found.push(c);
        }
        rest = rest.get(read..).unwrap_or_default();
    }
    found
}

/// The first character that CP949 lacks, and the byte offset after it.
fn first_unencodable(text: &str) -> Option<(char, usize)> {
    let (mut encoder, mut buffer, mut read) = (EUC_KR.new_encoder(), [0; 512], 0);
    loop {
        let rest = text.get(read..).unwrap_or_default();
        let (result, n, _) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        read += n;
        match result {
            EncoderResult::InputEmpty => return None,
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(c) if ONLY_AS.iter().any(|(nfc, _)| *nfc == c) => {}
            EncoderResult::Unmappable(c) => return Some((c, read)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::normalise;
    use proptest::prelude::*;

    /// Everything CP949 has, by the encoder's own word.
    fn has(c: char) -> bool {
        !EUC_KR.encode(c.encode_utf8(&mut [0; 4])).2
    }

    #[test]
    fn lengths() {
        let table = [
            ("", Some(0)),
            ("Bus 62?", Some(7)),
            ("안녕하세요", Some(10)),
            ("뷁 똠방각하 펲시콜라", Some(20)),
            ("값 1,500원 (약 €1)", Some(19)),
            ("김太郎", Some(6)),
            ("☕", None),
            ("좋아요 👍", None),
            ("–", None),
            ("\u{1112}\u{1161}\u{11ab}", None),
        ];
        for (text, expected) in table {
            assert_eq!(cp949_len(text), expected, "{text}");
        }
        let receipt = "[120]민원상담소입니다. 위급하면 119(화재·구급) 112(범죄)로 주소와 상황을 문자하세요";
        assert_eq!(cp949_len(receipt), Some(84));
    }

    #[test]
    fn every_syllable_takes_two_bytes() {
        assert_eq!(('가'..='힣').count(), 11_172);
        assert!(('가'..='힣').all(|c| cp949_len(c.encode_utf8(&mut [0; 4])) == Some(2)));
    }

    #[test]
    fn every_character_it_has_takes_its_width_and_survives_nfc() {
        let n_kept = ('\0'..=char::MAX)
            .filter(|c| has(*c))
            .inspect(|c| {
                let text = c.to_string();
                assert_eq!(EUC_KR.encode(&text).0.len(), width(*c), "{c:?}");
                if !c.is_control() {
                    let carried = carried(normalise(&text));
                    assert!(carried.chars().all(has), "{c:?} became {carried:?}");
                    assert_eq!(cp949_len(&normalise(&text)), cp949_len(&text), "{c:?}");
                }
            })
            .count();
        assert_eq!(n_kept, 128 + 17_048);
    }

    #[test]
    fn a_long_text_is_read_to_its_end() {
        let mut text = "가".repeat(10_000);
        assert_eq!(cp949_len(&text), Some(20_000));
        text.push('☕');
        assert_eq!((cp949_len(&text), unencodable(&text)), (None, vec!['☕']));
    }

    proptest! {
        #[test]
        fn agrees_with_the_encoder(text in "[가-힣a-z 0-9ㄱ-ㅣ一-龥☀-➿Åé郎\u{1100}-\u{11ff}]{0,60}") {
            let (bytes, _, lossy) = EUC_KR.encode(&text);
            let known = ONLY_AS.map(|(nfc, _)| nfc);
            if !text.contains(known) {
                prop_assert_eq!(cp949_len(&text), (!lossy).then_some(bytes.len()));
            }
            let mut expected: Vec<char> = Vec::new();
            for c in text.chars().filter(|c| !has(*c) && !known.contains(c)) {
                if !expected.contains(&c) {
                    expected.push(c);
                }
            }
            prop_assert_eq!(unencodable(&text), expected);
            prop_assert_eq!(cp949_len(&text).is_none(), !unencodable(&text).is_empty());
        }
    }
}
