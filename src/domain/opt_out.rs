//! Opt-out (수신거부 / STOP) and opt-in by text. The whole text has to be the keyword; a sentence that holds it does not
//! count.

use unicode_normalization::UnicodeNormalization;

/// The wish of a citizen about automatic texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    OptOut,
    OptIn,
}

const OUT: &[&str] = &[
    "수신거부",
    "수신거절",
    "수신차단",
    "무료수신거부",
    "문자거부",
    "문자수신거부",
    "문자중지",
    "수신중지",
    "수신거부합니다",
    "수신거부요",
    "수신거부해주세요",
    "stop",
    "stopall",
    "unsubscribe",
    "optout",
];
const IN: &[&str] =
    &["수신동의", "수신허용", "수신거부해제", "수신거부취소", "문자허용", "start", "unstop", "optin"];

/// The wish, if the text is a keyword and nothing else. Spaces, case, punctuation and brackets do not count.
pub fn wish(text: &str) -> Option<Wish> {
    // The longest keyword is shorter than 20 characters.
    let bare: String =
        text.nfkc().filter(|c| c.is_alphanumeric()).take(20).flat_map(char::to_lowercase).collect();
    if OUT.contains(&bare.as_str()) {
        Some(Wish::OptOut)
    } else if IN.contains(&bare.as_str()) {
        Some(Wish::OptIn)
    } else {
        None
    }
}

/// Words with which a citizen stops a carrier's own deliveries: from then on the carrier refuses every text to them, until
/// they text a word that starts them again. What is stopped there is marked here, so that nobody waits for an answer that
/// cannot leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierWords {
    /// In lower case; each must be the whole text.
    pub stop: &'static [&'static str],
    pub start: &'static [&'static str],
}

impl CarrierWords {
    /// What the carrier does on this text. A starting word says nothing to it while nothing is stopped: `yes` is then an
    /// answer.
    pub fn wish(&self, text: &str, is_opted_out: bool) -> Option<Wish> {
        let word = text.trim().to_lowercase();
        match word.as_str() {
            word if self.stop.contains(&word) => Some(Wish::OptOut),
            word if is_opted_out && self.start.contains(&word) => Some(Wish::OptIn),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_carrier_stops_is_marked() {
        let words = CarrierWords { stop: &["stop", "end"], start: &["start", "yes"] };
        for (text, is_opted_out, expected) in [
            (" End\n", false, Some(Wish::OptOut)),
            ("STOP", true, Some(Wish::OptOut)),
            ("yes", false, None),
            ("Yes", true, Some(Wish::OptIn)),
            ("the end", false, None),
            ("end.", false, None),
            ("", true, None),
        ] {
            assert_eq!(words.wish(text, is_opted_out), expected, "{text}");
        }
    }

    #[test]
    fn the_whole_text_is_the_word() {
        for text in [
            "수신거부",
            " 수신 거부 ",
            "[수신거부]",
            "수신거부!",
            "STOP",
            "Stop.",
            "stop all",
            "수신거부 해주세요",
            "ＳＴＯＰ",
        ] {
            assert_eq!(wish(text), Some(Wish::OptOut), "{text}");
        }
        for text in ["수신동의", "START", "수신거부 해제"] {
            assert_eq!(wish(text), Some(Wish::OptIn), "{text}");
        }
    }

    #[test]
    fn a_sentence_is_a_sentence() {
        for text in [
            "",
            "수신거부는 어떻게 하나요?",
            "스팸 문자 수신거부 방법",
            "the bus did not stop",
            "stop the noise",
            "start?ing",
            "버스가 안 서요 stop",
            "거부",
        ] {
            assert_eq!(wish(text), None, "{text}");
        }
    }
}
