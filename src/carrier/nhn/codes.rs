//! What NHN's codes mean for us. An answer's codes are numbers, mostly below zero; a text's result codes are the relay's
//! four digits (`carrier/emma.rs`), a few of its international routes, and NHN's own `E…`. Source: NHN's tables of result
//! codes (2026-06). A text that ended without a result code is told by its status word.

use crate::carrier::{ErrorKind, emma};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

pub(super) const OK: &str = "0";
/// There is no such text: wrong request id, wrong number within it.
pub(super) const NOT_FOUND: [&str; 2] = ["-2008", "-2012"];

/// Codes of answers by what follows for us and what it means for the people; `0` is success.
const ANSWERS: &[(ErrorKind, DeliveryReason, &[&str])] = &[
    (ErrorKind::Auth, DeliveryReason::Quota, &["-1000", "-1001"]),
    // The app is ended, blocked, of somebody else, or called from elsewhere: every other text would fare the same.
    (
        ErrorKind::Config,
        DeliveryReason::Quota,
        &["-1002", "-1003", "-1004", "-1007", "-1008", "-2047", "-2052"],
    ),
    (ErrorKind::Config, DeliveryReason::SenderNotAllowed, &["-2312", "-2313"]),
    (ErrorKind::Config, DeliveryReason::CarrierTrouble, &["-9995", "-9996", "-9998"]),
    // An unexpected error, and a queue that could not be written to: nobody knows what went before.
    (
        ErrorKind::Ambiguous,
        DeliveryReason::CarrierTrouble,
        &["-9999", "-2021", "-2009", "-2010", "-2706", "-7000"],
    ),
    (ErrorKind::Permanent, DeliveryReason::NoSuchNumber, &["-2018", "-2019"]),
    (
        ErrorKind::Permanent,
        DeliveryReason::TooLong,
        &["-2005", "-2015", "-2048", "-2109", "-2115", "-2116", "-2117"],
    ),
    // International texts: country, conversion, limits of a day.
    (ErrorKind::Permanent, DeliveryReason::Quota, &["-2044", "-2045", "-2046", "-2050", "-2051", "-2053"]),
    (ErrorKind::Permanent, DeliveryReason::Refused, &["-6001"]),
    (ErrorKind::Permanent, DeliveryReason::CarrierTrouble, &["-2008", "-2011", "-2012", "-2017", "-4000"]),
    (
        ErrorKind::Permanent,
        DeliveryReason::BadText,
        &[
            "4", "-9997", "-1005", "-1006", "-2000", "-2001", "-2002", "-2003", "-2004", "-2006", "-2014",
            "-2016", "-2022", "-2023", "-2024", "-2043", "-2100", "-2101", "-2102", "-2103", "-2104",
            "-2105", "-2106", "-2107", "-2108", "-2110", "-2111", "-2112", "-2114", "-2200", "-2201",
            "-2202", "-2203", "-2204", "-2205", "-2206", "-2700", "-2701", "-2703", "-2704", "-6000",
            "-6003", "-6004", "-7001", "-7002", "-8000",
        ],
    ),
];

/// Result codes beyond the relay's: international routes and NHN's own. All are final.
const RESULTS: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::SenderNotAllowed, &["4002"]),
    (DeliveryReason::NoSuchNumber, &["4003", "4005"]),
    (DeliveryReason::NotReachable, &["4004", "4006"]),
    (DeliveryReason::Spam, &["4008", "4010"]),
    (DeliveryReason::CarrierTrouble, &["4007", "4009", "E900", "E999"]),
    (DeliveryReason::BadText, &["4001", "E911", "E913"]),
    (DeliveryReason::Duplicate, &["E915"]),
    (DeliveryReason::NightBlock, &["E919"]),
];

/// Status words of texts that ended without a result code, and of receipts from abroad. What says less than an end
/// (`COMPLETED`, `ACCEPTED`, `BUFFERED`, `UNKNOWN`) is not among them.
const WORDS: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &["DELIVERED"]),
    (DeliveryReason::Expired, &["EXPIRED"]),
    (DeliveryReason::CarrierTrouble, &["FAILED", "REJECTED", "CANCEL"]),
    (DeliveryReason::Duplicate, &["DUPLICATED"]),
    (DeliveryReason::NightBlock, &["FAILED_AD"]),
];

/// What follows from the code of an answer; a code that is not in the table leaves everything open.
pub(super) fn kind(code: &str) -> ErrorKind {
    ANSWERS
        .iter()
        .find(|(_, _, codes)| codes.contains(&code))
        .map_or(ErrorKind::Ambiguous, |(kind, ..)| *kind)
}

fn of_result(code: &str) -> Option<DeliveryReason> {
    let find = |table: &[(DeliveryReason, &[&str])]| {
        table.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
    };
    emma::meaning(code).or_else(|| find(RESULTS)).or_else(|| find(WORDS))
}

/// What a result code or a status word says of its text.
pub(super) fn status(code: &str) -> ReceiptStatus {
    match of_result(code) {
        Some(DeliveryReason::Delivered) => ReceiptStatus::Delivered,
        Some(_) => ReceiptStatus::Undelivered,
        None => ReceiptStatus::Unknown,
    }
}

/// What a text's last code means for the people; `None` for success and for codes we do not know.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    let of_answer =
        || ANSWERS.iter().find(|(_, _, codes)| codes.contains(&code)).map(|(_, meaning, _)| *meaning);
    of_result(code).or_else(of_answer)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All codes of answers in NHN's table, success left out.
    const ANSWERS_OFFICIAL: &str = "4 -1000 -1001 -1002 -1003 -1004 -1007 -1008 -9995 -9996 -9997 -9998 -9999 -1005 -1006
        -2000 -2001 -2002 -2003 -2004 -2005 -2006 -2008 -2009 -2010 -2011 -2012 -2014 -2015 -2016 -2017 -2018 -2019 -2021
        -2022 -2023 -2024 -2044 -2045 -2046 -2047 -2048 -2050 -2051 -2052 -2053 -4000 -8000 -2100 -2101 -2102 -2103 -2104
        -2105 -2106 -2107 -2108 -2109 -2110 -2111 -2112 -2114 -2115 -2116 -2117 -2043 -2200 -2201 -2202 -2203 -2204 -2205
        -2206 -2312 -2313 -2700 -2701 -2703 -2704 -2706 -6000 -6001 -6003 -6004 -7000 -7001 -7002";
    /// All result codes of texts in NHN's table; all but the first are failures.
    const RESULTS_OFFICIAL: &str = "1000 1001 1002 1003 1019 2000 2001 2002 2003 2004 2005 2006 2007 3000 3001 3002 3003
        3004 3005 3006 3007 3008 3009 3010 3011 3012 3013 3014 3015 3016 3017 3018 3019 4001 4002 4003 4004 4005 4006 4007
        4008 4009 4010 E900 E911 E913 E915 E919 E999";

    #[test]
    fn the_table_of_answers_is_the_official_one_and_names_each_code_once() {
        let ours: Vec<&str> = ANSWERS.iter().flat_map(|(_, _, codes)| codes.iter().copied()).collect();
        let official: Vec<&str> = ANSWERS_OFFICIAL.split_whitespace().collect();
        assert_eq!(ours.len(), official.len());
        assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), official.into_iter().collect());
    }

    #[test]
    fn every_official_result_has_a_meaning_and_is_final() {
        for code in RESULTS_OFFICIAL.split_whitespace() {
            let expected = if code == "1000" { ReceiptStatus::Delivered } else { ReceiptStatus::Undelivered };
            assert_eq!(status(code), expected, "{code}");
            assert!(meaning(code).is_some(), "{code}");
        }
        for code in
            ["", "0", "1004", "2008", "E901", "e999", "COMPLETED", "ACCEPTED", "UNKNOWN", "-2312", "10000"]
        {
            assert_eq!(status(code), ReceiptStatus::Unknown, "{code}");
        }
    }

    #[test]
    fn what_a_code_means_for_the_people() {
        let cases = [
            ("2003", Some(DeliveryReason::PhoneOff)),
            ("-2312", Some(DeliveryReason::SenderNotAllowed)),
            ("-2015", Some(DeliveryReason::TooLong)),
            ("-6001", Some(DeliveryReason::Refused)),
            ("E915", Some(DeliveryReason::Duplicate)),
            ("DUPLICATED", Some(DeliveryReason::Duplicate)),
            ("0", None),
            ("-1", None),
        ];
        for (code, expected) in cases {
            assert_eq!(meaning(code), expected, "{code}");
        }
        assert_eq!((kind("-2021"), kind("-1"), kind("4")), {
            (ErrorKind::Ambiguous, ErrorKind::Ambiguous, ErrorKind::Permanent)
        });
    }
}
