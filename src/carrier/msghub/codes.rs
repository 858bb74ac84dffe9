//! What Message Hub's codes mean: the answer to a call, and the fate of a text. Source: the vendor's table of 2026-02-20
//! (common, log-in, API, internal, relay, SMS and MMS; not its other channels, which carry none of our texts). A code that is
//! not here is kept, shown, counted, and not final.

use crate::carrier::ErrorKind::{self, *};
use http::StatusCode;

use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

pub(super) const OK: &str = "10000";
/// The same key within ten minutes: the first one was taken.
pub(super) const REPEATED: &str = "29005";

/// The token does not hold (any more): log in again.
const TOKEN: &[&str] = &["20000", "20002", "20003", "20004", "29011"];

/// What follows from a code in the answer to a call; one that is in no list leaves everything open.
const REFUSALS: &[(ErrorKind, &[&str])] = &[
    // With HTTP 400, of all things.
    (RateLimited, &["29002"]),
    // The address list, the sender, the register against number theft, money, a limit of the account, its project, its
    // contract: every other text would fare the same.
    (
        Config,
        &[
            "20001", "29025", "22002", "30116", "31121", "22007", "30117", "31122", "30119", "31123",
            "30120", "31124", "29016", "29018", "21013", "21040", "21049", "21504", "21505", "21506",
            "21507", "25001", "25002", "25003", "25005", "31003", "31114", "31115", "30106", "30107",
        ],
    ),
    (
        Permanent,
        &[
            "29000", "29001", "29008", "29010", "29020", "29022", "29029", "21001", "21002", "21003",
            "21004", "21006", "21007", "21012", "21025", "21027", "21028", "21029", "21043", "22000",
            "22001", "22008", "23000", "23001", "23002", "23003", "23009", "30109", "30110", "30112",
            "30113", "30114", "30115", "30118", "30122", "30123", "30125", "31000", "31001", "31100",
            "31101", "31102", "31103", "31119",
        ],
    ),
];

/// The last word on a text, by what it means for the people. What leaves open whether a phone got it is in [`UNCERTAIN`].
const FATES: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &[OK]),
    (DeliveryReason::PhoneFull, &["30101", "31105"]),
    (DeliveryReason::Expired, &["30102", "31106", "24000"]),
    (DeliveryReason::NoCoverage, &["30103", "30127", "31108"]),
    (DeliveryReason::PhoneOff, &["30126", "31107"]),
    (DeliveryReason::NoSuchNumber, &["30109", "30110", "30123", "30125", "31000", "31101"]),
    // No service for web links, no MMS, suspended, moved to another carrier.
    (DeliveryReason::NotReachable, &["30104", "31104", "31111", "31117"]),
    (DeliveryReason::Refused, &["22000", "30122"]),
    (DeliveryReason::Spam, &["21043", "22001", "22008", "30113", "30114", "31119"]),
    (
        DeliveryReason::SenderNotAllowed,
        &["22002", "22007", "30116", "30117", "30119", "30120", "31116", "31121", "31122", "31123", "31124"],
    ),
    (DeliveryReason::TooLong, &["21002", "21007", "23000", "23009", "31102"]),
    (
        DeliveryReason::BadText,
        &[
            "21003", "21004", "21006", "21029", "23001", "23002", "23003", "29029", "30111", "30118",
            "31001", "31100", "31103",
        ],
    ),
    (DeliveryReason::Duplicate, &["30000", "30105", "31004", "31120"]),
    (DeliveryReason::NightBlock, &["21001", "30112", "30115"]),
    (DeliveryReason::Quota, &["29018", "29020", "30106", "31003", "31114", "25002", "25003"]),
    (
        DeliveryReason::CarrierTrouble,
        &[
            "22003", "22005", "22006", "23006", "23008", "30100", "30107", "30108", "30121", "31002",
            "31109", "31110", "31113", "31115",
        ],
    ),
];

/// Final at the carrier, and yet nobody knows: no answer or no report came, or "try again" says the table.
const UNCERTAIN: &[&str] = &[
    "21400", "22004", "23004", "23005", "23007", "24001", "24002", "29006", "29007", "29012", "29015",
    "29017", "29019", "29031", "29032", "31112", "31118", "65999",
];

pub(super) fn is_token(code: &str) -> bool {
    TOKEN.contains(&code)
}

/// What follows from a refused call; an unknown code leaves everything open.
pub(super) fn refusal(code: &str, status: StatusCode) -> ErrorKind {
    if is_token(code) {
        return Auth;
    }
    let found = REFUSALS.iter().find(|(_, codes)| codes.contains(&code)).map(|(kind, _)| *kind);
    match status {
        StatusCode::TOO_MANY_REQUESTS => RateLimited,
        StatusCode::UNAUTHORIZED => found.unwrap_or(Auth),
        _ => found.unwrap_or(Ambiguous),
    }
}

/// What a result code says of its text.
pub(super) fn receipt(code: &str) -> ReceiptStatus {
    match meaning(code) {
        Some(DeliveryReason::Delivered) => ReceiptStatus::Delivered,
        Some(DeliveryReason::Unknown) | None => ReceiptStatus::Unknown,
        Some(_) => ReceiptStatus::Undelivered,
    }
}

/// What a text's last code means for the people.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    if UNCERTAIN.contains(&code) {
        return Some(DeliveryReason::Unknown);
    }
    FATES.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All results of SMS and MMS in the vendor's table.
    const OFFICIAL: &str = "30000 30100 30101 30102 30103 30104 30105 30106 30107 30108 30109 30110 30111 30112 30113
        30114 30115 30116 30117 30118 30119 30120 30121 30122 30123 30125 30126 30127 31000 31001 31002 31003 31004 31100
        31101 31102 31103 31104 31105 31106 31107 31108 31109 31110 31111 31112 31113 31114 31115 31116 31117 31118 31119
        31120 31121 31122 31123 31124";

    #[test]
    fn each_code_stands_in_its_table_once() {
        let refusals =
            REFUSALS.iter().flat_map(|(_, codes)| codes.iter().copied()).chain(TOKEN.iter().copied());
        let fates = FATES.iter().flat_map(|(_, codes)| codes.iter().copied());
        let fates = fates.chain(UNCERTAIN.iter().copied());
        for table in [refusals.collect::<Vec<_>>(), fates.collect()] {
            let mut once = table.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), table.len());
            assert!(table.iter().all(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit())));
        }
    }

    #[test]
    fn every_official_result_has_a_meaning_and_only_the_uncertain_are_open() {
        for code in OFFICIAL.split_whitespace() {
            let open = ["31112", "31118"].contains(&code);
            let expected = if open { ReceiptStatus::Unknown } else { ReceiptStatus::Undelivered };
            assert_eq!((receipt(code), meaning(code).is_some()), (expected, true), "{code}");
        }
        for code in UNCERTAIN {
            assert_eq!(refusal(code, StatusCode::BAD_REQUEST), Ambiguous, "{code}: it may have been taken");
        }
    }

    /// A repetition that its key gives away, at whichever desk, may be of a text that was taken: the look-up tells.
    #[test]
    fn what_may_be_a_repetition_is_not_refused_for_good() {
        for code in ["29023", "29024", "30000", "30105", "31004", "31120"] {
            assert_eq!(refusal(code, StatusCode::BAD_REQUEST), Ambiguous, "{code}");
        }
    }

    #[test]
    fn what_follows() {
        let ok = StatusCode::OK;
        assert_eq!(refusal("29002", StatusCode::BAD_REQUEST), RateLimited);
        assert_eq!(refusal("29006", ok), Ambiguous, "it may have been taken");
        assert_eq!(refusal("20001", StatusCode::UNAUTHORIZED), Config, "the address list");
        assert_eq!((refusal("20003", StatusCode::UNAUTHORIZED), refusal("99999", ok)), (Auth, Ambiguous));
        assert_eq!(
            (receipt("10000"), meaning("31107")),
            (ReceiptStatus::Delivered, Some(DeliveryReason::PhoneOff))
        );
        assert_eq!(
            (receipt("30126"), receipt("24002")),
            (ReceiptStatus::Undelivered, ReceiptStatus::Unknown)
        );
        assert_eq!((receipt("49001"), meaning("49001")), (ReceiptStatus::Unknown, None));
    }
}
