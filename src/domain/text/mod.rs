//! Texts: what people write, what a carrier can carry, and its length there.
//!
//! - `mod.rs`: [`MessageText`], [`normalise`], and the characters a charset lacks
//! - `cp949.rs`: bytes at Korean carriers
//! - `gsm7.rs`: segments everywhere else
//! - `cut.rs`: where to cut a text
//! - `folded.rs`: our own lines on a terminal
//! - `fit.rs`: one reply as one or more submissions ([`plan`])
//! - `offer.rs`: replacements for characters that a charset lacks
//! - `part.rs`: parts of a long text that came each by itself
//! - `shown.rs`: showing foreign text safely
//!
//! A text that is stored or sent is never shortened; only previews are.

mod cp949;
mod cut;
mod fit;
mod folded;
mod gsm7;
mod offer;
mod one_text;
mod part;
mod shown;

use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use cp949::cp949_len;
pub use fit::{MAX_PARTS, Piece, Unfit, plan, whole};
pub use folded::folded;
pub use gsm7::{Alphabet, Segments, from_gsm7, gsm7_octets, segments, split_segments};
pub use offer::{Offer, offer};
pub use one_text::fits;
pub use part::{followed_by, part};
pub use shown::{columns_of, for_cells, is_hidden, one_line, runs_leftwards, safe_for_terminal, wrapped};

/// The content of a message. `Debug` shows only its length, so that it cannot get into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    pub fn new(text: impl Into<String>) -> Self {
        MessageText(text.into())
    }

    /// The content itself: for the carrier, the store and users who may read it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageText({} chars)", self.0.chars().count())
    }
}

/// Character set of a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Korean carriers: one byte for ASCII, two for Hangul; no emoji.
    Cp949,
    /// 3GPP TS 23.038: the 7-bit alphabet if it has every character, else UCS-2 (in practice UTF-16). Carries
    /// everything.
    Gsm7Ucs2,
}

/// Size limits of one submission.
///
/// Bytes for [`Charset::Cp949`], segments for [`Charset::Gsm7Ucs2`]. Up to `sms` a text is an `OutboundKind::Sms`, up to
/// `lms` an `OutboundKind::Lms`; a longer one must be sent in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub charset: Charset,
    pub sms: usize,
    pub lms: usize,
}

impl Limits {
    /// The limits of every Korean carrier.
    pub const KOREAN: Limits = Limits { charset: Charset::Cp949, sms: 90, lms: 2_000 };
}

/// The form in which texts are measured and sent: LF line ends, no control characters but LF and TAB, and NFC, because
/// decomposed Hangul cannot be encoded. Idempotent.
pub fn normalise(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    match is_nfc_quick(kept.chars()) {
        IsNormalized::Yes => kept,
        _ => kept.nfc().collect(),
    }
}

/// The characters that the charset lacks, each once, in order of first appearance.
///
/// Decomposed Hangul counts as unencodable: [`normalise`] first, as [`plan`] does.
pub fn unencodable(text: &str, charset: Charset) -> Vec<char> {
    match charset {
        Charset::Cp949 => cp949::unencodable(text),
        Charset::Gsm7Ucs2 => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn debug_shows_no_word() {
        assert_eq!(format!("{:?}", MessageText::new("살려주세요")), "MessageText(5 chars)");
    }

    #[test]
    fn one_form_for_all() {
        let table = [
            ("버스 몇 번?", "버스 몇 번?"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("cafe\u{301}", "café"),
            ("a\r\nb\rc\nd\r\r\n", "a\nb\nc\nd\n\n"),
            ("a\0b\u{1b}[31mc\u{7f}\u{85}\u{9b}d\te", "ab[31mcd\te"),
            // What a control character kept apart is composed once it is gone.
            ("\u{1112}\0\u{1161}", "하"),
            ("", ""),
        ];
        for (raw, expected) in table {
            assert_eq!(normalise(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn what_a_charset_cannot_carry() {
        let text = "커피 ☕ 한 잔 😀☕ 네 \u{a0}";
        assert_eq!(unencodable(text, Charset::Cp949), ['☕', '😀', '\u{a0}']);
        assert!(unencodable(text, Charset::Gsm7Ucs2).is_empty());
        assert_eq!(unencodable("\u{1112}\u{1161}", Charset::Cp949), ['\u{1112}', '\u{1161}']);
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>()) {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn no_control_character_survives_and_nothing_else_is_lost(text in "[\\PC\\r\\n\\t\\x00-\\x1f\u{80}-\u{9f}]{0,40}") {
            let normal = normalise(&text);
            prop_assert!(!normal.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
            let printable = |t: &str| t.chars().filter(|c| !c.is_control()).nfc().collect::<String>();
            let squeezed: String = normal.chars().filter(|c| !c.is_control()).nfc().collect();
            prop_assert_eq!(squeezed, printable(&text));
        }
    }
}
