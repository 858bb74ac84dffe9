//! The survey by text: what counts as an answer. A number from one to five is the score, words beside it are a comment.
//! Anything that may be a question goes to a counselor.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use unicode_normalization::UnicodeNormalization;

use super::UnixMs;

/// The shortest time between two surveys of one citizen (milliseconds). Source: service.md, "For the citizen".
pub const EVERY_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// No survey is sent from 21:00 to 08:00 in the desk's time zone.
const QUIET_FROM: Time = Time::constant(21, 0, 0, 0);
const QUIET_UNTIL: Time = Time::constant(8, 0, 0, 0);

/// When a survey may be sent: now, or at the end of the quiet hours.
pub fn may_ask_at(now: UnixMs, zone: &TimeZone) -> UnixMs {
    let Ok(there) = Timestamp::from_millisecond(now).map(|at| zone.to_datetime(at)) else {
        return now;
    };
    let time = there.time();
    let day = match () {
        () if time >= QUIET_FROM => there.date().checked_add(1.day()).ok(),
        () if time < QUIET_UNTIL => Some(there.date()),
        () => None,
    };
    let morning = day.and_then(|day| zone.to_timestamp(day.to_datetime(QUIET_UNTIL)).ok());
    morning.map_or(now, Timestamp::as_millisecond)
}

/// A text that came after the survey was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyAnswer {
    /// 1 (bad) to 5 (good), with the words beside it.
    Score { score: u8, comment: Option<String> },
    /// Praise or blame without a number.
    Comment,
    /// Not an answer to the survey: a person has to read it.
    Other,
}

const STARS: [char; 4] = ['★', '☆', '⭐', '🌟'];

/// Maximum length of a comment (characters): a longer text may hold a question.
const MOST_COMMENT_CHARS: usize = 200;

/// Endings and words of questions, by their frequency in real questions to a city's line.
const ASKS: &[&str] = &[
    "?",
    "나요",
    "까요",
    "은요",
    "는요",
    "인가",
    "ㄴ가",
    "는지",
    "을지",
    "언제",
    "어디",
    "어떻게",
    "어케",
    "얼마",
    "왜 ",
    "무엇",
    "뭐",
    "몇 ",
    "몇시",
    "알려",
    "문의",
    "신청",
    "해주세요",
    "해 주세요",
    "하고 싶",
    "되요",
    "돼요",
    "되나",
    "안되",
    "안 되",
    "where",
    "when",
    "how ",
    "what",
    "which",
    "can i",
    "could",
    "please",
];

/// Words of praise and blame that people use at the end of a conversation.
const FEELS: &[&str] = &[
    "감사",
    "고맙",
    "고마",
    "친절",
    "수고",
    "최고",
    "좋았",
    "좋아요",
    "만족",
    "도움",
    "불친절",
    "별로",
    "느려",
    "늦",
    "실망",
    "굿",
    "thank",
    "great",
    "good",
    "kind",
    "helpful",
    "slow",
    "rude",
    "bad",
];

/// Scores written as words.
const WORDS: &[(&str, u8)] = &[
    ("매우만족", 5),
    ("아주만족", 5),
    ("대만족", 5),
    ("최고", 5),
    ("다섯", 5),
    ("오점", 5),
    ("만족", 4),
    ("넷", 4),
    ("사점", 4),
    ("보통", 3),
    ("셋", 3),
    ("삼점", 3),
    ("불만족", 2),
    ("불만", 2),
    ("둘", 2),
    ("이점", 2),
    ("매우불만", 1),
    ("매우불만족", 1),
    ("최악", 1),
    ("하나", 1),
    ("일점", 1),
    ("verygood", 5),
    ("excellent", 5),
    ("five", 5),
    ("good", 4),
    ("four", 4),
    ("ok", 3),
    ("three", 3),
    ("bad", 2),
    ("two", 2),
    ("verybad", 1),
    ("one", 1),
];

/// Reads a text that may answer the survey.
pub fn read(text: &str) -> SurveyAnswer {
    let plain: String = text.nfkc().filter(|c| !matches!(c, '\u{fe0f}' | '\u{20e3}' | '\u{200d}')).collect();
    let plain = plain.trim();
    let asks = is_question(plain);
    if let Some(score) = in_words(plain) {
        return SurveyAnswer::Score { score, comment: None };
    }
    match leading_score(plain) {
        Some((score, "")) => SurveyAnswer::Score { score, comment: None },
        Some((score, rest)) if !asks => SurveyAnswer::Score { score, comment: Some(rest.to_owned()) },
        Some(_) => SurveyAnswer::Other,
        None if !asks && is_feeling(plain) => SurveyAnswer::Comment,
        None => SurveyAnswer::Other,
    }
}

/// Whether the text may be a question, so that a person has to read it.
pub fn is_question(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.chars().count() > MOST_COMMENT_CHARS || ASKS.iter().any(|ask| lower.contains(ask))
}

fn is_feeling(text: &str) -> bool {
    let lower = text.to_lowercase();
    FEELS.iter().any(|word| lower.contains(word))
}

fn in_words(text: &str) -> Option<u8> {
    if text.contains(STARS) {
        return None;
    }
    let bare: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = ["입니다", "이에요", "예요", "이요", "요", "함", "했습니다"]
        .iter()
        .find_map(|ending| bare.strip_suffix(ending))
        .unwrap_or(&bare);
    WORDS.iter().find(|(word, _)| *word == bare).map(|(_, score)| *score)
}

/// A score at the beginning and the rest of the text. `5번 버스`, `3시`, `1.5` and `4-5` are not scores.
fn leading_score(text: &str) -> Option<(u8, &str)> {
    if let Some(stars) = stars(text) {
        return Some(stars);
    }
    let first = text.chars().next()?;
    let score = u8::try_from(first.to_digit(10)?).ok().filter(|n| (1..=5).contains(n))?;
    let rest = &text[first.len_utf8()..];
    let units = [
        "점이요",
        "점입니다",
        "점이에요",
        "점 드려요",
        "점드려요",
        "점요",
        "점",
        "번이요",
        "번이에요",
        "번입니다",
        "번",
        "이요",
        "이에요",
        "요",
    ];
    let unit = units.iter().find(|unit| rest.starts_with(**unit)).copied().unwrap_or_default();
    let after = &rest[unit.len()..];
    let words = after.trim_start_matches(|c: char| {
        c.is_whitespace() || ".,!~;:^\u{1112}\u{110f}\u{3160}\u{1172}".contains(c)
    });
    match words.chars().next() {
        None => Some((score, "")),
        // `5번 버스` is a bus; only a bare `5번` is a score.
        Some(_) if unit == "번" => None,
        Some(c) if words.len() == after.len() && (unit.is_empty() || c.is_ascii_digit()) => None,
        Some(c)
            if c.is_ascii_digit() || "-~/".contains(c) || after.starts_with(['.', ',']) && c.is_numeric() =>
        {
            None
        }
        Some(_) => Some((score, words.trim_end())),
    }
}

/// A score of one to five stars (★★★★☆, ⭐⭐⭐⭐), alone or before words.
fn stars(text: &str) -> Option<(u8, &str)> {
    let end = text.find(|c| !STARS.contains(&c)).unwrap_or(text.len());
    let n = text[..end].chars().filter(|c| "★⭐🌟".contains(*c)).count();
    let score = u8::try_from(n).ok().filter(|n| (1..=5).contains(n))?;
    Some((score, text[end..].trim()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nobody_is_asked_at_night() {
        let zone = TimeZone::get("Asia/Seoul").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let cases = [
            ("2026-07-01T20:59:59+09:00", "2026-07-01T20:59:59+09:00"),
            ("2026-07-01T21:00:00+09:00", "2026-07-02T08:00:00+09:00"),
            ("2026-12-31T23:59:00+09:00", "2027-01-01T08:00:00+09:00"),
            ("2026-07-02T07:59:59+09:00", "2026-07-02T08:00:00+09:00"),
            ("2026-07-02T08:00:00+09:00", "2026-07-02T08:00:00+09:00"),
        ];
        for (now, expected) in cases {
            assert_eq!(may_ask_at(at(now), &zone), at(expected), "{now}");
        }
    }

    fn score(n: u8) -> SurveyAnswer {
        SurveyAnswer::Score { score: n, comment: None }
    }

    fn with(n: u8, comment: &str) -> SurveyAnswer {
        SurveyAnswer::Score { score: n, comment: Some(comment.to_owned()) }
    }

    #[test]
    fn scores() {
        let cases = [
            ("5", 5),
            (" 4 ", 4),
            ("5점", 5),
            ("3점이요", 3),
            ("2번", 2),
            ("5!", 5),
            ("5.", 5),
            ("5점입니다~", 5),
            ("５", 5),
            ("⑤", 5),
            ("5️⃣", 5),
            ("★★★★★", 5),
            ("⭐⭐⭐", 3),
            ("★★★★☆", 4),
            ("매우 만족", 5),
            ("만족합니다", 4),
            ("만족", 4),
            ("불만족", 2),
            ("매우 불만", 1),
            ("보통이에요", 3),
            ("다섯", 5),
            ("Five", 5),
            ("5ㅎㅎ", 5),
        ];
        for (text, expected) in cases {
            let expected = if text == "만족합니다" { SurveyAnswer::Comment } else { score(expected) };
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn comments() {
        assert_eq!(read("5 정말 친절했어요"), with(5, "정말 친절했어요"));
        assert_eq!(read("5점. 감사합니다!"), with(5, "감사합니다!"));
        assert_eq!(read("1점 너무 느려요"), with(1, "너무 느려요"));
        assert_eq!(read("★★★★★ 최고예요"), with(5, "최고예요"));
        for text in ["감사합니다", "정말 친절하셨어요 고마워요", "수고하세요~", "Thank you so much"]
        {
            assert_eq!(read(text), SurveyAnswer::Comment, "{text}");
        }
    }

    #[test]
    fn a_question_is_never_swallowed() {
        for text in [
            "5번 버스 언제 와요",
            "5번 버스",
            "3시에 여나요",
            "12",
            "119",
            "1.5",
            "4-5",
            "5/6",
            "5 그런데 막차는 언제예요?",
            "5점인데 하나만 더 물어볼게요 주차장 어디예요",
            "감사합니다 그런데 여권은 어떻게 해요",
            "네",
            "0",
            "6",
            "-1",
            "2동 주민센터",
            "1388",
            "고맙습니다. 여권 신청 문의도 드려요",
            "",
            "살려주세요",
            "5일 전에 신청한 것",
        ] {
            assert_eq!(read(text), SurveyAnswer::Other, "{text}");
        }
        assert_eq!(read(&format!("5 {}", "감사합니다 ".repeat(60))), SurveyAnswer::Other);
    }

    proptest! {
        #[test]
        fn what_asks_is_for_a_person(text in "[1-5]?[점번 ]{0,2}[가-힣 ]{0,20}", ask in "\\?|나요|까요|언제|어디") {
            let read = read(&format!("{text}{ask}"));
            prop_assert_eq!(read, SurveyAnswer::Other);
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            if let SurveyAnswer::Score { score, .. } = read(&text) {
                prop_assert!((1..=5).contains(&score));
            }
        }
    }
}
