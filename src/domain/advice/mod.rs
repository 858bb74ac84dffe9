//! Advice about an answer before it is sent: what people who text understand badly, or cannot use. It never blocks anything, and it
//! is data: a kind, a place in the text, and what could stand there instead (`easy_words`).

mod easy_words;
mod sentences;

use super::identity_number;
use super::text::normalise;
use easy_words::hard_words;
use sentences::{is_question, sentences};

/// Longer sentences are hard to read (characters without spaces at the ends). Source: rules for easy-to-read Korean.
pub const LONG_SENTENCE: usize = 50;
/// A longer text is not looked at (characters): no answer is so long.
pub const MOST_CHARS: usize = 20_000;

/// What the advice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdviceKind {
    /// It asks somebody to phone who may not be able to.
    Phone,
    /// A hard or foreign word with an easy one.
    HardWord,
    LongSentence,
    /// A question after another one: people answer one.
    SeveralQuestions,
    /// Tomorrow, next week: by the time it is read, another day may be meant.
    RelativeDate,
    /// An identity number of the citizen, echoed.
    IdentityNumber,
}

impl AdviceKind {
    pub const ALL: [AdviceKind; 6] = [
        Self::Phone,
        Self::HardWord,
        Self::LongSentence,
        Self::SeveralQuestions,
        Self::RelativeDate,
        Self::IdentityNumber,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::HardWord => "hard_word",
            Self::LongSentence => "long_sentence",
            Self::SeveralQuestions => "several_questions",
            Self::RelativeDate => "relative_date",
            Self::IdentityNumber => "identity_number",
        }
    }
}

/// One piece of advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    pub kind: AdviceKind,
    /// Where in the text, in bytes.
    pub start: usize,
    pub end: usize,
    /// What could stand there instead, where there is such a thing.
    pub instead: Option<String>,
}

impl Advice {
    fn new(kind: AdviceKind, at: (usize, usize)) -> Advice {
        Advice { kind, start: at.0, end: at.1, instead: None }
    }
}

/// The text that [`advise`] speaks of: composed, as it would be sent.
pub fn as_sent(text: &str) -> String {
    normalise(text)
}

/// All advice about `text`, in the order of the text. The places are of the text as it stands here.
pub fn advise(text: &str) -> Vec<Advice> {
    if text.chars().count() > MOST_CHARS {
        return Vec::new();
    }
    let mut all: Vec<Advice> = identity_numbers(text);
    all.extend(invitations_to_phone(text));
    all.extend(hard_words(text).map(|(at, easy)| Advice {
        instead: Some(easy.to_owned()),
        ..Advice::new(AdviceKind::HardWord, at)
    }));
    all.extend(of_sentences(text));
    all.extend(relative_dates(text));
    all.sort_by_key(|one| (one.start, one.kind));
    all
}

fn identity_numbers(text: &str) -> Vec<Advice> {
    identity_number::places(text)
        .into_iter()
        .map(|at| Advice::new(AdviceKind::IdentityNumber, (at.start, at.end)))
        .collect()
}

/// Words by which somebody is asked to phone, or told that they are phoned.
const PHONE_WORDS: [&str; 30] = [
    "전화 주",
    "전화주",
    "전화 부탁",
    "전화부탁",
    "전화 바랍",
    "전화바랍",
    "전화해 주",
    "전화해주",
    "전화하여 주",
    "전화하셔",
    "전화하세요",
    "전화하십",
    "전화 하세요",
    "전화 하셔",
    "전화로 문의",
    "전화로 확인",
    "전화로 신청",
    "전화로 말씀",
    "전화로 연락",
    "전화로 안내",
    "전화 문의",
    "전화문의",
    "유선으로",
    "유선 문의",
    "통화 가능",
    "통화 부탁",
    "전화드리",
    "전화 드리",
    "please call",
    "call us",
];

fn invitations_to_phone(text: &str) -> Vec<Advice> {
    // ASCII only: places stay as they are.
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(usize, usize)> = Vec::new();
    for word in PHONE_WORDS {
        found.extend(lower.match_indices(word).map(|(at, word)| (at, at + word.len())));
    }
    found.sort_unstable();
    found.dedup_by(|next, last| next.0 < last.1);
    found.into_iter().map(|at| Advice::new(AdviceKind::Phone, at)).collect()
}

fn of_sentences(text: &str) -> Vec<Advice> {
    let mut found = Vec::new();
    let mut n_questions = 0;
    for (start, end) in sentences(text) {
        let sentence = text.get(start..end).unwrap_or_default();
        if sentence.chars().count() > LONG_SENTENCE {
            found.push(Advice::new(AdviceKind::LongSentence, (start, end)));
        }
        n_questions += usize::from(is_question(sentence));
        if n_questions > 1 && is_question(sentence) {
            found.push(Advice::new(AdviceKind::SeveralQuestions, (start, end)));
        }
    }
    found
}

/// Days that depend on the day of reading. The longest one first.
const RELATIVE_DATES: [&str; 16] = [
    "다음 주",
    "다음주",
    "이번 주",
    "이번주",
    "다음 달",
    "다음달",
    "이번 달",
    "이번달",
    "내일모레",
    "모레",
    "내일",
    "오늘",
    "내주",
    "tomorrow",
    "next week",
    "today",
];
/// So many characters after (or before) such a day may hold the date itself.
const DATE_NEAR: usize = 16;

fn relative_dates(text: &str) -> Vec<Advice> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<Advice> = Vec::new();
    for word in RELATIVE_DATES {
        for (at, _) in lower.match_indices(word) {
            let end = at + word.len();
            let is_new = found.iter().all(|one| end <= one.start || at >= one.end);
            let begins = !lower.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
            if is_new && begins && !has_date_near(text, (at, end)) {
                found.push(Advice::new(AdviceKind::RelativeDate, (at, end)));
            }
        }
    }
    found
}

/// Whether a day is named beside it: 3월 2일, 3/2, 2일.
fn has_date_near(text: &str, (start, end): (usize, usize)) -> bool {
    let before: Vec<char> = text.get(..start).unwrap_or_default().chars().rev().take(DATE_NEAR).collect();
    let after: String = text.get(end..).unwrap_or_default().chars().take(DATE_NEAR).collect();
    names_day(&before.into_iter().rev().collect::<String>()) || names_day(&after)
}

fn names_day(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    (0..chars.len()).any(|at| {
        let between = is_digit(at + 1) && at > 0 && is_digit(at - 1);
        match chars[at] {
            '일' => at > 0 && is_digit(at - 1),
            '/' => between,
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(&'static str, String, Option<String>)> {
        let words = |one: Advice| (one.kind.as_str(), text[one.start..one.end].to_owned(), one.instead);
        advise(text).into_iter().map(words).collect()
    }

    fn kinds(text: &str) -> Vec<&'static str> {
        found(text).into_iter().map(|(kind, ..)| kind).collect()
    }

    #[test]
    fn what_is_advised() {
        for (text, expected) in [
            ("버스는 5분 뒤에 옵니다.", vec![]),
            ("자세한 것은 120으로 전화 주세요.", vec!["phone"]),
            ("전화번호를 문자로 알려 주세요.", vec![]),
            ("담당자가 유선으로 안내합니다.", vec!["phone", "hard_word"]),
            ("Please call us.", vec!["phone"]),
            ("내일 오세요.", vec!["relative_date"]),
            ("내일(3월 2일) 오세요.", vec![]),
            ("내일 3/2 오세요.", vec![]),
            ("3월 2일 내일 오세요.", vec![]),
            ("내일모레 오세요.", vec!["relative_date"]),
            ("사내일정을 봅니다.", vec![]),
            ("어느 동네인가요? 몇 번 버스인가요?", vec!["several_questions"]),
            ("어느 동네인가요?", vec![]),
            ("주민번호 900101-1234568 확인했습니다.", vec!["identity_number"]),
        ] {
            assert_eq!(kinds(text), expected, "{text}");
        }
    }

    #[test]
    fn hard_words_have_an_easy_one() {
        let advice = |text: &str| {
            found(text)
                .into_iter()
                .filter(|(kind, ..)| *kind == "hard_word")
                .map(|(_, word, easy)| (word, easy.unwrap_or_default()))
                .collect::<Vec<_>>()
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            advice("금일 구비서류를 지참하여 오세요"),
            [pair("금일", "오늘"), pair("구비서류", "필요한 서류"), pair("지참하", "가져오"),]
        );
        assert_eq!(advice("모금일은 대부분 유치원입니다"), [], "inside another word, and exceptions");
    }

    #[test]
    fn a_long_sentence_is_named_and_a_short_one_is_not() {
        let long = "가".repeat(LONG_SENTENCE + 1);
        assert_eq!(found(&format!("짧다. {long}. 짧다.")), [("long_sentence", format!("{long}."), None)]);
        assert_eq!(kinds(&format!("{}.", "가".repeat(LONG_SENTENCE - 1))), Vec::<&str>::new());
        let lines = format!("{0}\n{0}", "가".repeat(30));
        assert_eq!(kinds(&lines), Vec::<&str>::new(), "a line is a sentence of its own");
    }

    proptest! {
        #[test]
        fn places_are_of_the_text(text in "\\PC{0,80}") {
            for one in advise(&text) {
                prop_assert!(one.start < one.end && text.get(one.start..one.end).is_some());
            }
        }
    }
}
