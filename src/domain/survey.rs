//! The survey by text: what counts as an answer. A number from one to five is the score, words of praise or blame beside it
//! are a comment. Anything else goes to a counselor as well.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use unicode_normalization::UnicodeNormalization;

use super::UnixMs;
use super::clock;
use super::intent::{Courtesy, read_courtesy};

/// The shortest time between two surveys of one citizen (milliseconds). Source: service.md, "For the citizen".
pub const EVERY_MS: i64 = 30 * 24 * 60 * 60 * 1_000;
/// The longest that the quiet hours can last, also where clocks are set to winter time (milliseconds).
const LONGEST_NIGHT_MS: i64 = 12 * 60 * 60 * 1_000;
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

/// Whether a survey is due that waits until `at`, `after_ms` after a close. One that waits longer than that and a night was
/// written by a clock that was ahead.
pub fn is_due(at: UnixMs, after_ms: Option<i64>, now: UnixMs) -> bool {
    clock::is_due(at, longest_wait_ms(after_ms), now)
}

/// How long a survey waits at most (milliseconds): until it is due, and through one night.
pub fn longest_wait_ms(after_ms: Option<i64>) -> i64 {
    after_ms.unwrap_or(0).saturating_add(LONGEST_NIGHT_MS)
}

/// An answer to the survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SurveyAnswer {
    /// 1 (bad) to 5 (good), with the words beside it.
    Score { score: u8, comment: Option<String> },
    /// Praise or blame without a number.
    Comment,
}

/// What was found in a text that came after the survey was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Answer(SurveyAnswer),
    /// A score beside words that a person has to read as well.
    Beside(SurveyAnswer),
    /// Not an answer to the survey.
    Nothing,
}

const STARS: [char; 4] = ['★', '☆', '⭐', '🌟'];

/// Scores written as words: the five steps of a Korean questionnaire.
const WORDS: &[(&str, u8)] = &[
    ("매우만족", 5),
    ("아주만족", 5),
    ("대만족", 5),
    ("만족", 4),
    ("보통", 3),
    ("불만족", 2),
    ("매우불만족", 1),
    ("매우불만", 1),
];

/// Endings that a score may have and stay a score.
const POINTS: &[&str] = &[
    "점이요",
    "점입니다",
    "점이에요",
    "점 드려요",
    "점드려요",
    "점 드립니다",
    "점드립니다",
    "점 줄게요",
    "점요",
    "점",
    "이요",
    "이에요",
    "요",
    "입니다",
];
const CHOICES: &[&str] = &["번이요", "번이에요", "번입니다", "번"];

/// What a number counts, so that it is no score: `2 호선`, `3 동`, `5 시`.
const COUNTED: &[&str] = &[
    "호선", "호", "동", "시", "층", "개", "명", "월", "일", "년", "분", "주", "가", "구", "단지", "학년",
    "급", "차", "회", "대", "인", "세", "살", "번", "km", "kg", "cm", "리터", "만", "천", "백", "원", "군데",
    "곳", "장", "권", "통", "건", "가지", "박", "시간", "개월", "인용", "등", "반", "조", "항", "교시",
    "번째", "차선", "블록", "번길", "길", "로", "부제", "종", "am", "pm", "st", "nd", "rd", "th",
];

/// Reads a text after a survey. A score counts alone, with its unit, or with words that are known to praise or blame; beside
/// anything else a person reads the text.
pub fn read(text: &str) -> Found {
    let plain: String = text.nfkc().filter(|c| !matches!(c, '\u{fe0f}' | '\u{20e3}' | '\u{200d}')).collect();
    let plain = plain.trim();
    if let Some(score) = in_words(plain) {
        return Found::Answer(SurveyAnswer::Score { score, comment: None });
    }
    if let Some(score) = out_of_five(plain) {
        return Found::Answer(SurveyAnswer::Score { score, comment: None });
    }
    match leading_score(plain).or_else(|| trailing_score(plain)) {
        Some((score, "")) => Found::Answer(SurveyAnswer::Score { score, comment: None }),
        Some((score, rest)) if read_courtesy(rest) == Some(Courtesy::Feeling) => {
            Found::Answer(SurveyAnswer::Score { score, comment: Some(rest.to_owned()) })
        }
        Some((score, _)) => Found::Beside(SurveyAnswer::Score { score, comment: None }),
        None if read_courtesy(plain) == Some(Courtesy::Feeling) => Found::Answer(SurveyAnswer::Comment),
        None => Found::Nothing,
    }
}

fn in_words(text: &str) -> Option<u8> {
    if text.contains(STARS) || text.contains('?') {
        return None;
    }
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let bare = ["입니다", "이에요", "예요", "이요", "요", "합니다"]
        .iter()
        .find_map(|ending| bare.strip_suffix(ending))
        .unwrap_or(&bare);
    WORDS.iter().find(|(word, _)| *word == bare).map(|(_, score)| *score)
}

/// `5점 만점에 1점`: the second number is the score.
fn out_of_five(text: &str) -> Option<u8> {
    let bare: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    let rest = bare.strip_prefix("5점만점에").or_else(|| bare.strip_prefix("5점만점중"))?;
    match leading_score(rest)? {
        (score, "") => Some(score),
        _ => None,
    }
}

/// Laughter and signs between a score and the words behind it.
const SEPARATORS: &str = ".,!~;:^)\u{1112}\u{110f}\u{3160}\u{1172}";

/// A score at the beginning and the rest of the text. `5번 버스`, `3시`, `2 호선`, `1.5` and `4-5` are not scores.
fn leading_score(text: &str) -> Option<(u8, &str)> {
    if let Some(stars) = stars(text) {
        return Some(stars);
    }
    let first = text.chars().next()?;
    let score = digit(first)?;
    let rest = &text[first.len_utf8()..];
    let unit_of = |units: &[&'static str]| units.iter().find(|unit| rest.starts_with(**unit)).copied();
    let (points, choice) = (unit_of(POINTS), unit_of(CHOICES));
    let after = &rest[points.or(choice).unwrap_or_default().len()..];
    let words = after.trim_start_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(c));
    let is_apart = words.len() < after.len();
    let Some(next) = words.chars().next() else {
        return Some((score, ""));
    };
    let is_number = next.is_ascii_digit() || "-~/".contains(next);
    match () {
        // `5번 버스` is a bus; only a bare `5번` is a score.
        () if choice.is_some() || is_number || !is_apart => None,
        () if points.is_none() && COUNTED.iter().any(|counted| begins(words, counted)) => None,
        () => Some((score, words.trim_end())),
    }
}

/// Whether the first word is what a number counts, with at most a particle behind it.
fn begins(words: &str, counted: &str) -> bool {
    let word = words.split_whitespace().next().unwrap_or_default().to_lowercase();
    word.strip_prefix(counted).is_some_and(|rest| rest.chars().count() <= 1)
}

/// A score at the end, behind words that praise or blame: `친절해요 5점`.
fn trailing_score(text: &str) -> Option<(u8, &str)> {
    let bare = text.trim_end_matches(|c: char| c.is_whitespace() || SEPARATORS.contains(c));
    let bare = POINTS.iter().find_map(|unit| bare.strip_suffix(*unit)).unwrap_or(bare);
    let last = bare.chars().next_back()?;
    let before = &bare[..bare.len() - last.len_utf8()];
    read_courtesy(before)?;
    let is_apart = before.ends_with(|c: char| c.is_whitespace() || SEPARATORS.contains(c));
    digit(last).filter(|_| is_apart).map(|score| (score, before.trim_end()))
}

fn digit(c: char) -> Option<u8> {
    u8::try_from(c.to_digit(10)?).ok().filter(|n| (1..=5).contains(n))
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

    fn score(n: u8) -> Found {
        Found::Answer(SurveyAnswer::Score { score: n, comment: None })
    }

    fn with(n: u8, comment: &str) -> Found {
        Found::Answer(SurveyAnswer::Score { score: n, comment: Some(comment.to_owned()) })
    }

    #[test]
    fn scores() {
        for (text, expected) in [
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
            ("만족", 4),
            ("불만족", 2),
            ("매우 불만", 1),
            ("보통이에요", 3),
            ("5ㅎㅎ", 5),
            ("5점 만점에 1점", 1),
            ("5점 만점에 4", 4),
        ] {
            assert_eq!(read(text), score(expected), "{text}");
        }
    }

    #[test]
    fn comments() {
        assert_eq!(read("5 정말 친절했어요"), with(5, "정말 친절했어요"));
        assert_eq!(read("5점. 감사합니다!"), with(5, "감사합니다!"));
        assert_eq!(read("1점 너무 느려요"), with(1, "너무 느려요"));
        assert_eq!(read("★★★★★ 최고예요"), with(5, "최고예요"));
        assert_eq!(read("친절해요 5점"), with(5, "친절해요"));
        for text in ["감사합니다", "정말 친절하셨어요 고마워요", "수고하세요~", "Thank you so much"]
        {
            assert_eq!(read(text), Found::Answer(SurveyAnswer::Comment), "{text}");
        }
    }

    #[test]
    fn a_score_beside_other_words_is_kept_and_a_person_reads_them() {
        for (text, n) in [
            ("1 아직도 물이 새요", 1),
            ("2 네 네", 2),
            ("5 도와 도와", 5),
            ("3 help", 3),
            ("5 그런데 막차는 언제예요?", 5),
            ("5점 여권 사진 규격", 5),
            ("3. 주차장이 어디예요", 3),
        ] {
            assert_eq!(read(text), Found::Beside(SurveyAnswer::Score { score: n, comment: None }), "{text}");
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
            "2 호선 막차 시간",
            "3 동 주민센터 위치",
            "2동 주민센터",
            "감사합니다 그런데 여권은 어떻게 해요",
            "감사합니다 그리고 여권 사진 규격",
            "감사해요 그런데 링크가 안 열려요",
            "네",
            "0",
            "6",
            "-1",
            "1388",
            "하나요?",
            "OK",
            "",
            "고맙습니다. 여권 신청 문의도 드려요",
            "살려주세요",
            "5일 전에 신청한 것",
            "오점 만점",
            "하나",
        ] {
            assert_eq!(read(text), Found::Nothing, "{text}");
        }
        let long = format!("5 {}", "감사합니다 ".repeat(60));
        assert!(!matches!(read(&long), Found::Answer(_)));
    }

    proptest! {
        #[test]
        fn what_asks_is_for_a_person(text in "[1-5]?[점번 ]{0,2}[가-힣 ]{0,20}", ask in "\\?|막차|여권|어디") {
            let whole = format!("{text}{ask}");
            prop_assert!(!matches!(read(&whole), Found::Answer(_)));
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            if let Found::Answer(SurveyAnswer::Score { score, .. }) | Found::Beside(SurveyAnswer::Score { score, .. }) = read(&text) {
                prop_assert!((1..=5).contains(&score));
            }
        }
    }
}
