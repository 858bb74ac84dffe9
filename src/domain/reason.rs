//! Reasons that people type: they are read by auditors and stay when a citizen is erased. So no number by which somebody is known
//! stands in one: a [`Reason`] is masked when it is made, and nothing else can be stored as one.

use std::fmt;

use super::identity_number;
use super::phone::{self, PhoneNumber, stands_in};

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
        let reason = Reason::from(typed);
        match stands_in(&reason.0, number) {
            true => Reason(reason.0.chars().map(|c| if c.is_numeric() { '*' } else { c }).collect()),
            false => reason,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Reason {
    fn from(typed: &str) -> Reason {
        // Identity numbers first: their digits make no phone number then.
        let masked = identity_number::masked_whole(typed);
        Reason(phone::masked_whole(&masked).into_owned())
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
        fn what_is_masked_stays_as_it_is(typed in "[가-힣a-z0-9+() .-]{0,60}") {
            let once = Reason::from(typed.as_str());
            prop_assert_eq!(Reason::from(once.as_str()), once);
        }

        #[test]
        fn any_words_can_be_a_reason(typed in any::<String>()) {
            let _ = Reason::from(typed);
        }
    }
}
