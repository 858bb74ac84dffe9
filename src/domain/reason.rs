//! Reasons that people type: they are read by auditors and stay when a citizen is erased. So no number by which somebody is known
//! stands in one: a [`Reason`] is masked when it is made, and nothing else can be stored as one.

use std::fmt;

use super::digits::until_settled;
use super::identity_number;
use super::phone::PhoneNumber;
use super::phone_in_text::{self, without};
use super::spelling::Spelling;

/// Why somebody did something, without the digits of phone and identity numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// Whether a part of what was typed is not kept.
    pub fn hides(typed: &str) -> bool {
        Reason::from(typed).0 != typed
    }

    /// What was typed once, without anything of a number that stands in it, whatever stands among its digits.
    pub fn without(typed: &str, number: &PhoneNumber) -> Reason {
        Reason(without(Reason::from(typed).as_str(), number))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Reason {
    fn from(typed: &str) -> Reason {
        // What stands there as it is first, then what may be read into it; of each, identity numbers first: their digits make no
        // phone number then.
        let once = |text: &str| {
            let read = Spelling::ALL.iter().fold(text.to_owned(), |text, spelling| {
                let masked = identity_number::masked_whole(&text, *spelling);
                phone_in_text::masked_whole(&masked, *spelling).into_owned()
            });
            Some(read)
        };
        Reason(until_settled(typed, once).into_owned())
    }
}

impl From<String> for Reason {
    fn from(typed: String) -> Reason {
        Reason::from(typed.as_str())
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::phone_in_text::stands_in;

    /// Spellings of a number of somebody.
    const SPELLED: &[&str] = &[
        "공일공 1234 5678",
        "공일공-일이삼사-오육칠팔",
        "공일공일이삼사오육칠팔",
        "공 일 공 일 이 삼 사 오 육 칠 팔",
        "영일영 1234 5678",
        "공1공1234오678",
        "010-일이삼사-5678",
        "〇一〇 一二三四 五六七八",
        "구공공일공일-일이삼사오육칠",
        "900101 일이삼사오육칠",
        "900101-1*34567",
        "900101-12*****",
        "900101   -   1234567",
        "010,1234,5678",
        "010, 1234, 5678",
        "010;1234;5678",
        "010:1234:5678",
        "010|1234|5678",
        "010+1234+5678",
        "010=1234=5678",
        "010\\1234\\5678",
        "010'1234'5678",
        "010\"1234\"5678",
        "010#1234#5678",
        "010…1234…5678",
        "[010][1234][5678]",
        "<010> <1234> <5678>",
        "010      1234      5678",
        "010 ---- 1234 -- 5678",
        "010에 1234에 5678",
        "공일공에 일이삼사에 오육칠팔",
        "062에 613에 2114",
        "010-1234 뒤 5678",
        "010 그리고 1234 5678",
        "010→1234→5678",
        "010^1234@5678",
        "010 1234\n5678",
        "공 일 공, 일 이 삼 사, 오 육 칠 팔",
        "01 01 23 45 67 8",
        "01-0123-4567-8",
        "0-1-0-1-2-3-4-5-6-7-8",
        "O1O-1234-5678",
        "o1o12345678",
        "0l0-1234-5678",
        "x010x1234x5678",
        "⓪①⓪-①②③④-⑤⑥⑦⑧",
        "⁰¹⁰ ¹²³⁴ ⁵⁶⁷⁸",
        "०१०-१२३४-५६७८",
        "๐๑๐ ๑๒๓๔ ๕๖๗๘",
    ];

    /// What looks like a number of somebody, or like digits in words.
    const KEPT: &[&str] = &[
        "이사 관련 재문의",
        "오일장 문의, 구일 회신",
        "삼일절 안내",
        "일이 있어서 이사함",
        "사이에 일이 생겨 오이 구이 민원",
        "사일구 기념식과 오일팔 행사",
        "이사 오일 뒤 구청 12월 1일 방문",
        "공공일자리 이사 영일만",
        "팔이 아파 육구 버스",
        "12월 2일이 이사 날, 3일 이 건 회신",
        "2026-12-01 14:30:15",
        "2026-12-01T02:30:15.123456+09:00",
        "2026-12-01 02:30-03:30 04:30",
        "02:30, 03:30, 04:30, 05:30",
        "20261201143015",
        "2026가단123456",
        "1AA-2612-123456",
        "1,234,567원",
        "+1,234,567원",
        "82,212,345,678원",
        "10,000,000원, 3,500,000원",
        "10.0.12.34",
        "192.168.0.10:8080",
        "10.1.2.3, 82.112.123.123",
        "2026-0101-1234",
        "건축 2026-010-12345678",
        "버스 02, 03, 순환01, 1187번",
        "버스 010번 1234 5678",
        "1, 2, 3, 4, 5, 6, 7, 8, 9, 10",
        "02, 03, 04, 05, 06",
        "062-120, 1588-1234",
        "010은 2026년 1201건",
        "제031호 2026년 1234건",
        "①②③④⑤⑥⑦⑧⑨",
        "m² ① 접수 ② 안내",
        "010-****-5678",
        "900101-1******",
    ];

    #[test]
    fn numbers_of_people_leave_and_everything_else_stays() {
        let cases = [
            ("010-1234-5678 시민이 요청", "***-****-**** 시민이 요청"),
            ("01012345678에서 전화", "***********에서 전화"),
            ("０１０－１２３４－５６７８", "***－****－****"),
            ("+82 10-1234-5678", "+** **-****-****"),
            ("+82 (0)10 1234 5678 님", "+** (*)** **** **** 님"),
            ("821012345678", "************"),
            ("001-82-10-1234-5678", "***-**-**-****-****"),
            ("10-1234-5678", "**-****-****"),
            ("0 1 0 1 2 3 4 5 6 7 8", "* * * * * * * * * * *"),
            ("010\u{200b}1234\u{200b}5678", "***\u{200b}****\u{200b}****"),
            ("010.1234.5678 / 062-613-2114", "***.****.**** / ***-***-****"),
            ("tel01012345678", "tel***********"),
            ("+1 415 555 0123", "+* *** *** ****"),
            ("900101-1234567 확인", "******-******* 확인"),
            ("여권 M12345678", "여권 *********"),
            ("4111-1111-1111-1111", "****-****-****-****"),
            ("국민은행 123456-04-123456", "국민은행 ******-**-******"),
        ];
        for (typed, expected) in cases {
            assert_eq!(Reason::from(typed).as_str(), expected, "{typed}");
            assert!(Reason::hides(typed), "{typed}");
        }
        for kept in [
            "119에 알림",
            "062-120 안내",
            "1588-1234 안내",
            "2026-12-01 14:30 상담 12번, 15번",
            "문서 2026-1234호, 제3조",
            "12-01 10:30 1234호",
            "010-****-5678",
            "",
        ] {
            assert_eq!(Reason::from(kept).as_str(), kept);
            assert!(!Reason::hides(kept));
        }
    }

    #[test]
    fn numbers_leave_however_they_are_spelled() {
        for typed in SPELLED {
            let reason = Reason::from(format!("민원인 {typed} 요청").as_str());
            let kept = reason.as_str().strip_prefix("민원인 ").and_then(|rest| rest.strip_suffix(" 요청"));
            let is_hidden = kept.is_some_and(|kept| {
                !kept.contains(|c: char| c.is_numeric() || "공영일이삼사오육칠팔구Ool".contains(c))
            });
            assert!(is_hidden, "{typed}: {reason}");
        }
        assert_eq!(Reason::from("공일공 1234 오육칠팔이 전화").as_str(), "*** **** ****이 전화");
    }

    #[test]
    fn what_is_no_number_of_a_person_stays() {
        for kept in KEPT {
            assert_eq!(Reason::from(*kept).as_str(), *kept);
        }
    }

    #[test]
    fn a_number_is_found_in_every_spelling() {
        let number = PhoneNumber::parse("010-1234-5678");
        for typed in SPELLED.iter().filter(|typed| !typed.contains(['9', '구']) && !typed.contains("062")) {
            assert!(stands_in(typed, &number), "{typed}");
            assert!(!stands_in(Reason::without(typed, &number).as_str(), &number), "{typed}");
        }
        let other = PhoneNumber::parse("010-1234-5679");
        for typed in SPELLED.iter().chain(KEPT) {
            assert!(!stands_in(typed, &other), "{typed}");
        }
    }

    #[test]
    fn a_number_leaves_whatever_stands_among_its_digits() {
        let number = PhoneNumber::parse("010-1234-5678");
        for typed in [
            "010-1234-5678",
            "공일공 말고 010 다음 1234 끝 5678",
            "+82 10 1234 5678",
            "１２３４, 앞은 010, 1234 5678",
        ] {
            assert!(!stands_in(Reason::without(typed, &number).as_str(), &number), "{typed}");
        }
        assert!(!stands_in("010-1234-5679", &number));
    }

    proptest! {
        #[test]
        fn no_spelling_of_a_mobile_number_stays(
            digits in "[2-9][0-9]{7}",
            gaps in proptest::collection::vec("[-. _~/]| - |\u{2013}|\u{200b}|", 2),
            prefix in "010|10|\\+82 10|82-10|\\+82\\(0\\)10|0082-10|０１０",
        ) {
            let (middle, last) = digits.split_at(4);
            let reason = Reason::from(format!("시민 {prefix}{}{middle}{}{last} 요청", gaps[0], gaps[1]));
            prop_assert!(!reason.as_str().contains(|c: char| c.is_numeric()), "{reason}");
        }

        #[test]
        fn what_is_masked_stays_as_it_is(typed in "[가-힣a-z0-9+() .-]{0,60}|[공영일이삼사오육칠팔에0-9O①*,: -]{0,40}") {
            let once = Reason::from(typed.as_str());
            prop_assert_eq!(Reason::from(once.as_str()), once);
        }

        #[test]
        fn any_words_can_be_a_reason(typed in any::<String>()) {
            let _ = Reason::from(typed);
        }
    }
}
