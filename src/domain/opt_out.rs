//! Opt-out (수신거부 / STOP) and opt-in by text. The whole text has to be the keyword, with nothing but words of courtesy
//! beside it; a question that holds the word does not count.

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
    "stop",
    "stopall",
    "unsubscribe",
    "optout",
];
const IN: &[&str] =
    &["수신동의", "수신허용", "수신거부해제", "수신거부취소", "문자허용", "start", "unstop", "optin"];

/// Words of courtesy that may stand around a keyword.
const POLITE: &[&str] = &[
    "부탁드립니다",
    "부탁드려요",
    "부탁합니다",
    "부탁해요",
    "부탁",
    "할게요",
    "할께요",
    "하겠습니다",
    "합니다",
    "해요",
    "해주세요",
    "해주십시오",
    "해줘요",
    "해줘",
    "해달라고요",
    "바랍니다",
    "원합니다",
    "원해요",
    "하고싶어요",
    "하고싶습니다",
    "신청합니다",
    "신청",
    "처리해주세요",
    "요",
    "입니다",
    "이요",
    "감사합니다",
    "감사해요",
    "고맙습니다",
    "죄송합니다",
    "죄송해요",
    "안녕하세요",
    "네",
    "이제",
    "그만",
    "좀",
    "를",
    "을",
    "로",
    "앞으로",
    "더이상",
];

/// Sentences that say the same without a keyword, by their stems and endings.
const SENTENCES: &[&str] = &[
    "문자보내지마",
    "문자보내지말아",
    "문자좀보내지마",
    "문자그만보내",
    "문자좀그만보내",
    "문자그만",
    "문자하지마",
    "문자안보내도돼",
    "문자주지마",
    "문자받기싫어",
    "문자안받을래",
    "문자안받을게",
    "문자받고싶지않아",
    "자동문자보내지마",
    "자동문자그만보내",
    "안내문자보내지마",
    "안내문자그만보내",
];
const SENTENCE_ENDINGS: &[&str] =
    &["주세요", "주십시오", "줘요", "줘", "세요", "요", "라", "라고요", "시오", "십시오", "습니다", ""];

/// English words that may stand around `stop`.
const POLITE_EN: &[&str] = &["please", "pls", "thank", "thanks", "you", "now", "thx"];
const THANKS_EN: &[&str] = &["thank", "thanks", "thx"];
const ABOUT_TEXTS_EN: &[&str] = &[
    "texting",
    "messaging",
    "sending",
    "texts",
    "text",
    "messages",
    "message",
    "sms",
    "me",
    "these",
    "to",
    "all",
    "automatic",
];

/// What a text says about automatic texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Wish(Wish),
    /// It may be meant as an opt-out; a person has to read it, and no automatic text follows.
    Perhaps,
    Nothing,
}

/// Longer texts hold no wish (letters).
const MOST_LETTERS: usize = 40;

/// Reads a wish: a keyword, alone or with words of courtesy, or one of a few sentences. A question that holds the word is none.
pub fn read(text: &str) -> Said {
    let bare = bare(text);
    let is_short = bare.chars().count() <= MOST_LETTERS;
    match () {
        () if !is_short || text.contains(['?', '？']) => Said::Nothing,
        () if is_polite(&bare, IN) => Said::Wish(Wish::OptIn),
        () if is_polite(&bare, OUT) || is_sentence(&bare) || is_english(text) => Said::Wish(Wish::OptOut),
        () if is_perhaps(&bare, text) => Said::Perhaps,
        () => Said::Nothing,
    }
}

/// The first letters and digits of a text, in lower case: one more than a wish may have.
fn bare(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).take(MOST_LETTERS + 1).flat_map(char::to_lowercase).collect()
}

/// Whether the text is a keyword and nothing else.
pub fn is_keyword(text: &str) -> bool {
    let bare = bare(text);
    OUT.iter().chain(IN).any(|word| *word == bare)
}

/// One of the keywords, with nothing but courtesy before and after it.
fn is_polite(bare: &str, keywords: &[&str]) -> bool {
    keywords.iter().any(|keyword| {
        bare.match_indices(keyword).any(|(at, _)| {
            consists_of(&bare[..at], POLITE) && consists_of(&bare[at + keyword.len()..], POLITE)
        })
    })
}

fn is_sentence(bare: &str) -> bool {
    SENTENCES.iter().any(|stem| {
        bare.match_indices(stem).any(|(at, _)| {
            let after = &bare[at + stem.len()..];
            let mut endings = SENTENCE_ENDINGS.iter().filter_map(|ending| after.strip_prefix(ending));
            consists_of(&bare[..at], POLITE) && endings.any(|rest| consists_of(rest, POLITE))
        })
    })
}

/// Whether `text` is a row of these words.
fn consists_of(text: &str, words: &[&str]) -> bool {
    text.is_empty()
        || words.iter().any(|word| text.strip_prefix(word).is_some_and(|rest| consists_of(rest, words)))
}

/// `Stop. Thank you`, `please stop texting me`; but not `stop please`, which may be said to somebody else.
fn is_english(text: &str) -> bool {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let is_stop = |word: &String| ["stop", "stopall", "unsubscribe"].contains(&word.as_str());
    let is_known = |word: &String| {
        is_stop(word) || POLITE_EN.contains(&word.as_str()) || ABOUT_TEXTS_EN.contains(&word.as_str())
    };
    let about_texts = words.iter().any(|word| ABOUT_TEXTS_EN.contains(&word.as_str()) && word != "me");
    let is_thanking = words.iter().any(|word| THANKS_EN.contains(&word.as_str()));
    let is_alone = matches!(words.as_slice(), [word] if is_stop(word)) || words == ["stop", "all"];
    words.iter().any(is_stop) && words.iter().all(is_known) && (is_alone || about_texts || is_thanking)
}

/// So many letters beside a keyword and words of courtesy are emphasis (`라니까`, `했잖아요`); more of them say something else.
const MOST_EMPHASIS: usize = 5;

/// A short text that holds a keyword, does not ask how to use it and says nothing else.
fn is_perhaps(bare: &str, text: &str) -> bool {
    let asks =
        ["방법", "어떻게", "나요", "까요", "안되", "안돼", "이유", "왜", "스팸", "광고", "신고", "how"];
    let is_emphatic = |keyword: &&str| {
        bare.split_once(keyword).is_some_and(|(before, after)| {
            without_courtesy(before) + without_courtesy(after) <= MOST_EMPHASIS
        })
    };
    let holds = OUT.iter().filter(|word| !word.is_ascii()).any(is_emphatic)
        || ["보내지마", "그만보내", "문자하지마"].iter().any(|word| bare.contains(word))
        || is_only_stop(text);
    holds && !asks.iter().any(|word| bare.contains(word))
}

/// How many letters are left of a text without words of courtesy at its ends.
fn without_courtesy(text: &str) -> usize {
    let mut rest = text;
    while let Some(shorter) =
        POLITE.iter().find_map(|word| rest.strip_prefix(word).or_else(|| rest.strip_suffix(word)))
    {
        rest = shorter;
    }
    rest.chars().count()
}

/// `please stop`, `stop stop stop`: with any other word, somebody else may be meant (`stop hitting me`).
fn is_only_stop(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let is_stop = |word: &str| word.eq_ignore_ascii_case("stop");
    let is_known =
        |word: &str| is_stop(word) || POLITE_EN.iter().any(|known| word.eq_ignore_ascii_case(known));
    words.peek().is_some() && words.clone().any(is_stop) && words.all(is_known)
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
    fn the_word_alone_or_politely() {
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
            "수신거부 부탁드립니다",
            "수신거부할게요",
            "문자 보내지 마세요",
            "문자 그만 보내세요",
            "문자 그만 보내 주세요",
            "이제 문자 보내지 마세요 감사합니다",
            "Stop. Thank you",
            "please stop texting me",
            "unsubscribe, thanks",
        ] {
            assert_eq!(read(text), Said::Wish(Wish::OptOut), "{text}");
        }
        for text in ["수신동의", "START", "수신거부 해제", "수신거부 취소 부탁드려요"] {
            assert_eq!(read(text), Said::Wish(Wish::OptIn), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_wish_is_read_by_a_person() {
        for text in [
            "수신거부라니까",
            "수신거부 했잖아요",
            "이런 거 자꾸 보내지 마시라고 몇 번을",
            "please stop",
            "stop stop stop",
            "보내지 마세요",
            "stop please",
            "수신거부 제발",
            "수신거부 안 할게요",
        ] {
            assert_eq!(read(text), Said::Perhaps, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_a_sentence() {
        for text in [
            "",
            "수신거부는 어떻게 하나요?",
            "수신거부 해주세요 그리고 버스 몇시",
            "수신거부 관련해서 여권은 어디서 만들어요",
            "STOP hitting me",
            "stop it now he is here",
            "스팸 문자 수신거부 방법",
            "the bus did not stop",
            "stop the noise in my street",
            "start?ing",
            "버스가 정류장에 안 서요 bus stop 어디",
            "거부",
            "문자 그만 보내면 요금이 얼마예요?",
        ] {
            assert_eq!(read(text), Said::Nothing, "{text}");
        }
    }
}
