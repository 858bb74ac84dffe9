//! Texts: what people write, what a carrier can carry of it, and how long it is there.
//!
//! - `mod.rs`: [`MessageText`], [`normalise`], and what a charset can't carry
//! - `cp949.rs`: bytes at Korean carriers
//! - `gsm7.rs`: segments everywhere else
//! - `cut.rs`: where a text may be cut in two
//! - `fit.rs`: one reply as one or more submissions ([`plan`])
//! - `offer.rs`: what could stand for a character that can't be carried
//! - `shown.rs`: somebody else's text on our screens
//!
//! Nothing here shortens a text that is kept or sent; only previews are cut.

mod cp949;
mod cut;
mod fit;
mod gsm7;
mod offer;
mod shown;

use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

pub use cp949::cp949_len;
pub use fit::{MAX_PARTS, Piece, Unfit, plan};
pub use gsm7::{Alphabet, Segments, segments, split_segments};
pub use offer::{Offer, offer};
pub use shown::{one_line, safe_for_terminal};

/// What somebody wrote. `Debug` shows its length only, so that it can't slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct MessageText(String);

impl MessageText {
    pub fn new(text: impl Into<String>) -> Self {
        MessageText(text.into())
    }

    /// The words themselves: for the carrier, the store and whoever may read them.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageText({} chars)", self.0.chars().count())
    }
}

/// How a carrier writes texts down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Korean carriers: one byte for ASCII, two for Hangul; no emoji.
    Cp949,
    /// 3GPP TS 23.038: the 7-bit alphabet if it has every character, else UCS-2 (really UTF-16); carries everything.
    Gsm7Ucs2,
}

/// What a carrier takes in one submission.
///
/// Counted in bytes for [`Charset::Cp949`] and in segments for [`Charset::Gsm7Ucs2`]: up to `sms` it is sold as
/// `OutboundKind::Sms`, up to `lms` as `OutboundKind::Lms`, and beyond that it must be sent in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub charset: Charset,
    pub sms: usize,
    pub lms: usize,
}

impl Limits {
    /// What every Korean carrier takes.
    pub const KOREAN: Limits = Limits { charset: Charset::Cp949, sms: 90, lms: 2_000 };
}

/// The form in which texts are measured and sent: line ends as LF, no control characters but LF and TAB, and NFC,
/// because the decomposed Hangul of some keyboards and file systems can't be encoded. Applying it twice changes nothing.
pub fn normalise(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept: String = text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect();
    match is_nfc_quick(kept.chars()) {
        IsNormalized::Yes => kept,
        _ => kept.nfc().collect(),
    }
}

/// The characters the charset can't carry, each once, in order of first appearance.
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
