//! What Bizgo's report codes mean: 578 of them, in families by their two leading digits, with exceptions. The texts we
//! send are SMS and MMS, whose families (22, 23, 32, 33) are the relay's (`carrier/emma.rs`); all others are RCS's, Kakao's
//! and Naver's, and complete only so that none of them could be misread. Source: the official error table of 2026-09-23.

use crate::carrier::emma;
use crate::domain::delivery_reason::DeliveryReason::{self, *};
use crate::domain::receipt::ReceiptStatus;

/// The phone has it.
const DELIVERED: &str = "10000";

/// Official codes that say that nobody knows whether it arrived: recalls that failed, results that could not be found,
/// and what arrived in one place and not in another. Never final.
const UNCERTAIN: &[&str] =
    &["41117", "55821", "56002", "56003", "63005", "64000", "64001", "64122", "6ME09", "70001"];

/// A family's two digits, what its codes mean unless [`EXCEPTIONS`] says otherwise, and which codes it has: their last
/// three digits, from and to.
type Family = (&'static str, DeliveryReason, &'static [(u16, u16)]);

const FAMILIES: &[Family] = &[
    ("40", Quota, &[(1, 4), (6, 7)]),
    (
        "41",
        CarrierTrouble,
        &[(2, 2), (100, 109), (111, 118), (200, 200), (210, 212), (220, 222), (230, 232), (240, 240)],
    ),
    (
        "42",
        BadText,
        &[
            (1, 5),
            (7, 15),
            (31, 32),
            (34, 36),
            (38, 73),
            (100, 108),
            (200, 202),
            (205, 208),
            (301, 305),
            (307, 316),
            (402, 402),
            (514, 514),
            (601, 602),
        ],
    ),
    ("45", CarrierTrouble, &[(0, 7)]),
    ("50", Quota, &[(1, 12), (100, 101), (201, 202)]),
    ("51", CarrierTrouble, &[(3, 6), (101, 104), (900, 912)]),
    ("52", CarrierTrouble, &[(1, 12), (16, 16), (23, 23), (98, 99), (101, 106)]),
    ("53", BadText, &[(1, 8), (11, 11)]),
    ("54", NotReachable, &[(1, 8)]),
    (
        "55",
        BadText,
        &[
            (1, 2),
            (101, 104),
            (201, 210),
            (301, 304),
            (501, 509),
            (601, 604),
            (621, 623),
            (701, 712),
            (801, 822),
            (880, 887),
            (900, 901),
        ],
    ),
    ("56", NotReachable, &[(2, 3), (7, 7), (101, 101)]),
    ("59", CarrierTrouble, &[(1, 3), (202, 203), (901, 901), (999, 999)]),
    ("60", BadText, &[(162, 162), (400, 400), (500, 512), (600, 600), (681, 681)]),
    ("61", SenderNotAllowed, &[(1, 4), (6, 7), (11, 16), (20, 28), (30, 30), (33, 33)]),
    ("62", CarrierTrouble, &[(3, 6)]),
    ("63", BadText, &[(0, 0), (5, 6), (8, 8), (10, 16), (18, 48), (50, 58)]),
    ("64", CarrierTrouble, &[(0, 1), (8, 10), (102, 102), (104, 104), (110, 110), (121, 122)]),
    ("65", Quota, &[(0, 1)]),
    ("67", Expired, &[(11, 11), (14, 14)]),
    ("68", BadText, &[(512, 512), (514, 514), (520, 523), (530, 530), (999, 999)]),
    ("69", CarrierTrouble, &[(998, 999)]),
    ("70", Unknown, &[(1, 1)]),
    ("71", BadText, &[(1, 7)]),
    ("72", BadText, &[(1, 11), (101, 114)]),
    ("73", SenderNotAllowed, &[(1, 7)]),
    ("74", NotReachable, &[(1, 6)]),
    ("79", CarrierTrouble, &[(51, 52), (999, 999)]),
    ("90", CarrierTrouble, &[(0, 0)]),
    ("99", CarrierTrouble, &[(999, 999)]),
];

/// Codes that mean something else than the rest of their family.
const EXCEPTIONS: &[(DeliveryReason, &[&str])] = &[
    (
        NoSuchNumber,
        &["42005", "52001", "55817", "61015", "61020", "63008", "64121", "71003", "71004", "73002", "73005"],
    ),
    // The phone, or its owner's account, does not take this kind.
    (
        NotReachable,
        &[
            "41200", "41210", "41211", "41212", "41220", "41221", "41222", "41230", "41231", "41232",
            "41240", "42007", "63019", "63021", "63050",
        ],
    ),
    (Refused, &["60511", "62003", "63020", "74002", "74003"]),
    (Spam, &["42602", "54005"]),
    (
        SenderNotAllowed,
        &[
            "51101", "51102", "51103", "51104", "55101", "55102", "55103", "55104", "55210", "55301",
            "55302", "55303", "55304", "55807", "55808", "55809", "60162", "60501", "60508", "64104",
        ],
    ),
    (
        TooLong,
        &[
            "53006", "55708", "55709", "55710", "55712", "55811", "55813", "60506", "63014", "63025",
            "63026", "63029", "63032", "63034", "63035", "63037", "63039", "63046", "63047", "63052",
            "63056", "63058",
        ],
    ),
    (
        BadText,
        &["51004", "51005", "61001", "61004", "61012", "61026", "61028", "61030", "61033", "62006", "64102"],
    ),
    (BadText, &["64110", "67011", "79052"]),
    (Duplicate, &["42514", "51003", "55806", "60504", "63012", "73004"]),
    (Expired, &["41002", "42208", "51907", "52016", "56007", "60502"]),
    (NightBlock, &["63022"]),
    (
        Quota,
        &[
            "42601", "51911", "52098", "52099", "60400", "60500", "60507", "60512", "61002", "61011",
            "64008", "64009", "64010", "71001", "71005", "71006",
        ],
    ),
    (
        CarrierTrouble,
        &[
            "42001", "42011", "42402", "50100", "53004", "53005", "54004", "55820", "55822", "60600",
            "63000", "63006", "63018", "68999",
        ],
    ),
];

/// What a report code means for the people; `None` for a code that is not in the official table.
pub(super) fn meaning(code: &str) -> Option<DeliveryReason> {
    if code == DELIVERED {
        return Some(Delivered);
    }
    if UNCERTAIN.contains(&code) {
        return Some(Unknown);
    }
    if let Some((meaning, _)) = EXCEPTIONS.iter().find(|(_, codes)| codes.contains(&code)) {
        return Some(*meaning);
    }
    // One digit more than the relay's: 2 before the code of a short text, 3 before that of a long one.
    if let Some(rest) = code.strip_prefix(['2', '3'])
        && rest.starts_with(['2', '3'])
    {
        return emma::meaning(rest);
    }
    let (family, rest) = code.split_at_checked(2)?;
    let is_number = rest.len() == 3 && rest.bytes().all(|b| b.is_ascii_digit());
    let number: u16 = rest.parse().ok().filter(|_| is_number)?;
    let (_, meaning, members) = FAMILIES.iter().find(|(of, _, _)| *of == family)?;
    members.iter().any(|(from, to)| (*from..=*to).contains(&number)).then_some(*meaning)
}

/// What a report says. Codes that are not in the official table say nothing.
pub(super) fn status(code: &str) -> ReceiptStatus {
    match meaning(code) {
        Some(Delivered) => ReceiptStatus::Delivered,
        Some(Unknown) | None => ReceiptStatus::Unknown,
        Some(_) => ReceiptStatus::Undelivered,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All 578 official codes: two digits of family, then the rest of each code, `-` for up to.
    const OFFICIAL: &str = "
10 000
22 000-007
23 000-006 008-016 018-019 022-023 025 029-037 040-041
32 000-007
33 000-006 008-016 018-019 022-023 025 029-036 040-041 100-124 200
40 001-004 006-007
41 002 100-109 111-118 200 210-212 220-222 230-232 240
42 001-005 007-015 031-032 034-036 038-073 100-108 200-202 205-208 301-305 307-316 402 514 601-602
45 000-007
50 001-012 100-101 201-202
51 003-006 101-104 900-912
52 001-012 016 023 098-099 101-106
53 001-008 011
54 001-008
55 001-002 101-104 201-210 301-304 501-509 601-604 621-623 701-712 801-822 880-887 900-901
56 002-003 007 101
59 001-003 202-203 901 999
60 162 400 500-512 600 681
61 001-004 006-007 011-016 020-028 030 033
62 003-006
63 000 005-006 008 010-016 018-048 050-058
64 000-001 008-010 102 104 110 121-122
65 000-001
67 011 014
68 512 514 520-523 530 999
69 998-999
70 001
71 001-007
72 001-011 101-114
73 001-007
74 001-006
79 051-052 999
90 000
99 999
";

    fn official() -> BTreeSet<String> {
        let mut all = BTreeSet::from(["6ME09".to_owned()]);
        for line in OFFICIAL.lines().filter(|line| !line.is_empty()) {
            let mut words = line.split(' ');
            let family = words.next().unwrap();
            for word in words {
                let (from, to) = word.split_once('-').unwrap_or((word, word));
                let (from, to): (u16, u16) = (from.parse().unwrap(), to.parse().unwrap());
                all.extend((from..=to).map(|n| format!("{family}{n:03}")));
            }
        }
        all
    }

    #[test]
    fn every_official_code_has_a_meaning_and_a_status() {
        let all = official();
        assert_eq!(all.len(), 578);
        for code in &all {
            assert!(meaning(code).is_some(), "{code}");
            let uncertain = UNCERTAIN.contains(&code.as_str());
            let expected = match code.as_str() {
                DELIVERED => ReceiptStatus::Delivered,
                _ if uncertain => ReceiptStatus::Unknown,
                _ => ReceiptStatus::Undelivered,
            };
            assert_eq!(status(code), expected, "{code}");
        }
    }

    /// No other five digits are final, but for the relay's own that Bizgo's table leaves out.
    #[test]
    fn no_other_code_has_one() {
        let all = official();
        let others = (0..100_000).map(|n| format!("{n:05}")).filter(|code| !all.contains(code));
        let known: Vec<String> = others.filter(|code| meaning(code).is_some()).collect();
        assert!(known.iter().all(|code| emma::meaning(&code[1..]).is_some()), "{known:?}");
        for code in ["", "2", "2200", "220030", "22 03", "가가", "6ME0", "6me09", "-1000", "42+01", "A000"]
        {
            assert_eq!((meaning(code), status(code)), (None, ReceiptStatus::Unknown), "{code}");
        }
    }

    #[test]
    fn exceptions_are_official_and_named_once() {
        let all = official();
        let named: Vec<&str> =
            EXCEPTIONS.iter().flat_map(|(_, codes)| *codes).chain(UNCERTAIN).copied().collect();
        assert_eq!(named.iter().collect::<BTreeSet<_>>().len(), named.len());
        assert!(named.iter().all(|code| all.contains(*code)));
    }

    #[test]
    fn what_counselors_read_most() {
        let cases = [
            ("10000", Delivered),
            ("22000", Expired),
            ("22003", PhoneOff),
            ("32003", PhoneOff),
            ("22004", PhoneFull),
            ("23001", NoSuchNumber),
            ("33012", Spam),
            ("23023", SenderNotAllowed),
            ("23025", Duplicate),
            ("33029", NightBlock),
            ("54005", Spam),
            ("63020", Refused),
            ("99999", CarrierTrouble),
            ("56003", Unknown),
        ];
        for (code, expected) in cases {
            assert_eq!(meaning(code), Some(expected), "{code}");
        }
    }
}
