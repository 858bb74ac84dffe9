//! What SOLAPI's status codes mean: 1xxx refused when it came, 2xxx by the platform, 3xxx by the carriers behind it, 4000
//! arrived; 2000 and 3000 are steps on the way. Source: SOLAPI's table of status codes (2022-09).

use crate::carrier::ErrorKind::{self, *};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// Taken, or handed on: nothing is decided.
const PENDING: [&str; 2] = ["2000", "3000"];
/// Nobody knows whether it arrived.
const UNCERTAIN: [&str; 2] = ["3014", "3048"];

/// Codes by what follows where one is the answer to a send, and what it means for the people.
const CODES: &[(ErrorKind, DeliveryReason, &[&str])] = &[
    (Permanent, DeliveryReason::Delivered, &["4000"]),
    (Permanent, DeliveryReason::PhoneOff, &["3043"]),
    (Permanent, DeliveryReason::PhoneFull, &["3044"]),
    (Permanent, DeliveryReason::NoCoverage, &["3042", "3056", "3057"]),
    (Permanent, DeliveryReason::NoSuchNumber, &["3010", "3032"]),
    (
        Permanent,
        DeliveryReason::NotReachable,
        &["3031", "3041", "3045", "3046", "3050", "3051", "3102", "3104", "3107"],
    ),
    // Blocked here or by its owner, by an adult check, in the register of those who want no such texts.
    (Permanent, DeliveryReason::Refused, &["1060", "1061", "2060", "2061", "3047", "3055", "3060"]),
    (Permanent, DeliveryReason::Spam, &["2254", "3054"]),
    (Config, DeliveryReason::SenderNotAllowed, &["1062", "1064", "2062", "2064"]),
    (Permanent, DeliveryReason::SenderNotAllowed, &["3013", "3059", "3101", "3106"]),
    (Auth, DeliveryReason::Quota, &["1020"]),
    (Config, DeliveryReason::Quota, &["1030", "2063", "2230"]),
    (Permanent, DeliveryReason::Expired, &["3040"]),
    (Permanent, DeliveryReason::NightBlock, &["3108"]),
    (Permanent, DeliveryReason::Duplicate, &["1026"]),
    (Permanent, DeliveryReason::TooLong, &["1014", "1031", "1048", "1049", "1050"]),
    // Errors of its servers: nobody knows what went before.
    (Ambiguous, DeliveryReason::CarrierTrouble, &["1024", "2024", "3012", "3024"]),
    (Permanent, DeliveryReason::CarrierTrouble, &["1021", "1022", "1023", "1058", "3052", "3053", "3058"]),
    (
        Permanent,
        DeliveryReason::BadText,
        &[
            "1010", "1011", "1013", "1025", "1027", "1028", "1029", "1032", "1033", "1034", "1041", "1042",
            "1043", "1044", "1045", "1046", "1047", "1051", "1052", "1053", "2011", "3011", "3103", "3105",
        ],
    ),
];

fn find(code: &str) -> Option<(ErrorKind, DeliveryReason)> {
    CODES.iter().find(|(_, _, codes)| codes.contains(&code)).map(|(kind, meaning, _)| (*kind, *meaning))
}

/// Whether a code says no more than that the text is on its way.
pub(super) fn is_pending(code: &str) -> bool {
    PENDING.contains(&code)
}

/// Whether a code in the answer to a send says that the text was taken: it waits, or has left the platform already.
pub(super) fn is_taken(code: &str) -> bool {
    is_pending(code)
        || status(code) == ReceiptStatus::Delivered
        || (code.starts_with('3') && find(code).is_some())
}

/// What follows from the code of a text that was not taken; an unknown one leaves everything open.
pub(super) fn kind(code: &str) -> ErrorKind {
    find(code).map_or(Ambiguous, |(kind, _)| kind)
}

/// What a status code says of its text. A code that is not in the table says nothing.
pub(super) fn status(code: &str) -> ReceiptStatus {
    match find(code) {
        Some((_, DeliveryReason::Delivered)) => ReceiptStatus::Delivered,
        Some(_) => ReceiptStatus::Undelivered,
        None => ReceiptStatus::Unknown,
    }
}

/// What a text's last code means for the people; `None` for a step on the way and for codes we do not know.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    if UNCERTAIN.contains(&code) {
        return Some(DeliveryReason::Unknown);
    }
    find(code).map(|(_, meaning)| meaning)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const OFFICIAL: &str = "1010 1011 1013 1014 1020 1021 1022 1023 1024 1025 1026 1027 1028 1029 1030 1031 1032 1033
        1034 1041 1042 1043 1044 1045 1046 1047 1048 1049 1050 1051 1052 1053 1058 1060 1061 1062 1064 2000 2011 2024 2060
        2061 2062 2063 2064 2230 2254 3000 3010 3011 3012 3013 3014 3024 3031 3032 3040 3041 3042 3043 3044 3045 3046 3047
        3048 3050 3051 3052 3053 3054 3055 3056 3057 3058 3059 3060 3101 3102 3103 3104 3105 3106 3107 3108 4000";

    #[test]
    fn the_table_is_the_official_one_and_names_each_code_once() {
        let table = CODES.iter().flat_map(|(_, _, codes)| codes.iter().copied());
        let ours: Vec<&str> = table.chain(PENDING).chain(UNCERTAIN).collect();
        let official: Vec<&str> = OFFICIAL.split_whitespace().collect();
        assert_eq!(ours.len(), official.len());
        assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), official.into_iter().collect());
    }

    #[test]
    fn only_what_is_decided_is_final() {
        for code in OFFICIAL.split_whitespace() {
            let open = is_pending(code) || UNCERTAIN.contains(&code);
            let expected = match code {
                "4000" => ReceiptStatus::Delivered,
                _ if open => ReceiptStatus::Unknown,
                _ => ReceiptStatus::Undelivered,
            };
            assert_eq!(status(code), expected, "{code}");
            assert_eq!(meaning(code).is_none(), is_pending(code), "{code}");
        }
        for code in ["", "1", "1999", "5000", "40000", "x"] {
            assert_eq!((status(code), meaning(code)), (ReceiptStatus::Unknown, None), "{code}");
        }
    }

    #[test]
    fn what_is_taken() {
        for (code, taken) in [
            ("2000", true),
            ("3000", true),
            ("4000", true),
            ("3043", true),
            ("1062", false),
            ("2062", false),
            ("2024", false),
            ("3999", false),
            ("", false),
        ] {
            assert_eq!(is_taken(code), taken, "{code}");
        }
        assert_eq!((kind("1062"), kind("1061"), kind("1999")), (Config, Permanent, Ambiguous));
    }
}
