//! Bulletins: a sentence that a supervisor adds to receipts for a time, as in a storm or a strike.
//!
//! Each is dated in the text by when it was begun, so that whoever reads it later knows how old it is. It ends by itself.
//! Texts that point to help never carry one.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::notice::{Language, Notice, Texts};
use super::text::fits;
use super::text::normalise;
use super::{UnixMs, identity_number};

/// Maximum length (characters): with the longest receipt it stays one text.
pub const MOST_CHARS: usize = 200;
/// Maximum span (milliseconds): what holds longer belongs in the texts themselves.
pub const LONGEST_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// A sentence in receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    pub text: String,
    /// Key of the desk whose receipts carry it; `None`: all.
    pub desk: Option<String>,
    pub begun_at: UnixMs,
    pub until_at: UnixMs,
}

/// Why a sentence cannot be a bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    Empty,
    /// More than [`MOST_CHARS`].
    TooLong,
    /// It holds `{` or `}`: nothing is filled in here.
    Braces,
    /// It holds a number that names a person or opens an account. Masked it would say nothing, and it goes to everybody.
    IdentityNumber,
}

/// The sentence on one line, as it will be said.
pub fn sentence(text: &str) -> Result<String, Unusable> {
    let line = normalise(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        0 => Err(Unusable::Empty),
        _ if line.contains(['{', '}']) => Err(Unusable::Braces),
        n if n > MOST_CHARS => Err(Unusable::TooLong),
        _ if !identity_number::may_go_to_many(&line) => Err(Unusable::IdentityNumber),
        _ => Ok(line),
    }
}

/// Whether this text carries bulletins: a receipt, but for one that begins with where help is.
pub fn is_carried_by(notice: Notice) -> bool {
    matches!(
        notice,
        Notice::Receipt
            | Notice::ReceiptAhead
            | Notice::ReceiptWait
            | Notice::ReceiptClosed
            | Notice::ReceiptHoliday
            | Notice::ReceiptPlanned
    )
}

/// Stands before the sentence in the text.
const KOREAN_WORD: &str = "알림: ";
const ENGLISH_WORD: &str = "Notice of ";

/// `11월 30일 16:40 알림: 눈 때문에 버스가 늦습니다.`; `Notice of 30 Nov 16:40: ...`. In the time zone of the desk.
pub fn dated(bulletin: &Bulletin, zone: &TimeZone, language: Language) -> String {
    let Ok(moment) = Timestamp::from_millisecond(bulletin.begun_at) else {
        return bulletin.text.clone();
    };
    let at = zone.to_datetime(moment);
    match language {
        Language::Ko => {
            let (month, day) = (at.month(), at.day());
            let clock = at.strftime("%H:%M");
            format!("{month}월 {day}일 {clock} {KOREAN_WORD}{}", bulletin.text)
        }
        Language::En => format!("{ENGLISH_WORD}{}: {}", at.strftime("%-d %b %H:%M"), bulletin.text),
    }
}

/// A receipt with these bulletins below it, the newest first, as many as leave it one text.
pub fn added(
    receipt: &str,
    bulletins: &[Bulletin],
    (zone, language): (&TimeZone, Language),
    texts: &Texts,
) -> String {
    let mut all = receipt.to_owned();
    for bulletin in bulletins {
        let longer = format!("{all}\n{}", dated(bulletin, zone, language));
        if fits(&longer, texts.limits()).is_ok() {
            all = longer;
        }
    }
    all
}

/// A receipt without the bulletins below it.
pub fn without(said: &str) -> &str {
    let is_date =
        |date: &str| date.contains("월 ") && date.trim_end().ends_with(|last: char| last.is_ascii_digit());
    let is_bulletin = |line: &str| {
        line.starts_with(ENGLISH_WORD) || line.split_once(KOREAN_WORD).is_some_and(|(date, _)| is_date(date))
    };
    let mut at = 0;
    for line in said.split_inclusive('\n') {
        if at > 0 && is_bulletin(line) {
            return said[..at].trim_end();
        }
        at += line.len();
    }
    said
}

/// The longest receipt that carries bulletins, with these: whether all of them fit in one text is what its length tells.
pub fn longest(
    bulletins: &[Bulletin],
    (zone, language): (&TimeZone, Language),
    texts: &Texts,
) -> Option<String> {
    let receipts = Notice::ALL.into_iter().filter(|notice| is_carried_by(*notice));
    let longest = receipts
        .filter_map(|notice| Some(texts.template(language, notice)?.longest()))
        .max_by_key(|text| text.chars().count())?;
    let lines = bulletins.iter().map(|bulletin| format!("\n{}", dated(bulletin, zone, language)));
    Some(longest + &lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arrival::tests::policy;

    /// 2026-11-30 16:40 in Seoul.
    const AT: UnixMs = 1_796_024_400_000;

    fn bulletin(text: &str) -> Bulletin {
        Bulletin { text: text.into(), desk: None, begun_at: AT, until_at: AT + 3_600_000 }
    }

    fn seoul() -> TimeZone {
        TimeZone::get("Asia/Seoul").expect("a zone")
    }

    #[test]
    fn a_sentence_is_one_line_without_braces_and_not_too_long() {
        assert_eq!(sentence("  눈이\n옵니다. ").as_deref(), Ok("눈이 옵니다."));
        let cases = [
            (" \n", Unusable::Empty),
            ("앞에 {ahead}명", Unusable::Braces),
            ("닫는 }", Unusable::Braces),
            (&"가".repeat(MOST_CHARS + 1), Unusable::TooLong),
            ("900101-1234568 번 민원", Unusable::IdentityNumber),
            ("성금은 농협 계좌로 302-1234-5678-91", Unusable::IdentityNumber),
        ];
        for (text, why) in cases {
            assert_eq!(sentence(text), Err(why), "{text}");
        }
        assert!(sentence(&"가".repeat(MOST_CHARS)).is_ok());
        assert!(
            sentence("문의 062-120, 2026-12-05 18:00까지, 버스 62번").is_ok(),
            "phone numbers and dates are none"
        );
    }

    #[test]
    fn it_is_dated_by_when_it_was_begun_in_the_desks_zone() {
        let said = bulletin("눈이 옵니다.");
        assert_eq!(dated(&said, &seoul(), Language::Ko), "11월 30일 16:40 알림: 눈이 옵니다.");
        assert_eq!(dated(&said, &seoul(), Language::En), "Notice of 30 Nov 16:40: 눈이 옵니다.");
    }

    #[test]
    fn no_text_that_points_to_help_carries_one() {
        for notice in Notice::ALL {
            let points_to_help = notice.is_urgent() || notice.as_str().starts_with("receipt_look");
            assert!(!(points_to_help && is_carried_by(notice)), "{notice:?}");
            assert!(!is_carried_by(notice) || notice.group() == "receipt", "{notice:?}");
        }
    }

    #[test]
    fn the_receipt_stays_one_text_and_is_never_cut() {
        let (texts, zone) = (policy().texts, seoul());
        let long = bulletin(&"가".repeat(MOST_CHARS));
        let some = added("받았습니다.", &[bulletin("눈"), bulletin("길")], (&zone, Language::Ko), &texts);
        assert_eq!(some, "받았습니다.\n11월 30일 16:40 알림: 눈\n11월 30일 16:40 알림: 길");
        let many = vec![long; 9];
        let receipt = "나".repeat(300);
        let all = added(&receipt, &many, (&zone, Language::Ko), &texts);
        assert!(all.starts_with(&receipt) && fits(&all, texts.limits()).is_ok());
        assert!(all.lines().count() > 1 && all.lines().count() < 10);
    }

    #[test]
    fn one_of_the_longest_fits_below_the_longest_receipt() {
        let (texts, zone) = (policy().texts, seoul());
        for language in Language::ALL {
            let one = [bulletin(&"가".repeat(MOST_CHARS))];
            let whole = longest(&one, (&zone, language), &texts).expect("receipts");
            assert_eq!(fits(&whole, texts.limits()), Ok(()), "{language:?}");
        }
    }

    #[test]
    fn a_receipt_is_recognised_below_its_bulletins() {
        let (texts, zone) = (policy().texts, seoul());
        for language in Language::ALL {
            let receipt = texts.say(Notice::Receipt, language, &[]).expect("a receipt").text;
            let said = added(&receipt, &[bulletin("눈"), bulletin("길")], (&zone, language), &texts);
            assert_ne!(said, receipt);
            assert_eq!(without(&said), receipt);
            assert_eq!(texts.group_of(without(&said)), Some("receipt"));
        }
        assert_eq!(without("답입니다.\n11월에 알림: 없음"), "답입니다.\n11월에 알림: 없음");
        assert_eq!(
            without("Notice of 3 Dec: x"),
            "Notice of 3 Dec: x",
            "a first line is no bulletin below one"
        );
    }
}
