//! What Message Hub's codes mean: the answer to a call, and the fate of a text. Source: the vendor's table of 2026-02-20,
//! as far as it has reached us; a code that is not here is kept, shown, counted, and not final.

use http::StatusCode;

use crate::carrier::ErrorKind::{self, *};
use crate::domain::fate::Meaning;
use crate::domain::receipt::ReceiptStatus;

pub(super) const OK: &str = "10000";
/// The same key within ten minutes: the first one was taken.
pub(super) const REPEATED: &str = "29005";

/// The token does not hold (any more): log in again.
const TOKEN: &[&str] = &["20000", "20002", "20003", "20004", "29011"];

/// What follows from a code in the answer to a call.
const REFUSALS: &[(ErrorKind, &[&str])] = &[
    // With HTTP 400, of all things.
    (RateLimited, &["29002"]),
    // The address list, the sender, the register against number theft, a limit of the account.
    (Config, &["20001", "29025", "22002", "30116", "22007", "30119", "30120", "29018"]),
    (
        Permanent,
        &[
            "29000", "29001", "29008", "29010", "29016", "29020", "21001", "21012", "22001", "23009",
            "30109", "30110", "30122", "30125",
        ],
    ),
    // "Try again" says the table; whether it had been taken it does not say: the look-up does.
    (
        Ambiguous,
        &[
            "29006", "29007", "29012", "29015", "29017", "29019", "29023", "29024", "29031", "29032",
            "21400", "22004", "23004", "23005", "30000", "30105", "31112", "31118", "65999",
        ],
    ),
];

/// The last word on a text, by what it means for the people.
const FATES: &[(Meaning, &[&str])] = &[
    (Meaning::Delivered, &[OK]),
    (Meaning::PhoneFull, &["30101"]),
    (Meaning::Expired, &["30102"]),
    (Meaning::NoCoverage, &["30103", "30127"]),
    (Meaning::PhoneOff, &["30126"]),
    (Meaning::NoSuchNumber, &["30109", "30110", "30125"]),
    (Meaning::Refused, &["30122"]),
    (Meaning::SenderNotAllowed, &["22002", "30116", "22007", "30119", "30120"]),
    (Meaning::Spam, &["22001"]),
    (Meaning::TooLong, &["23009"]),
    (Meaning::NightBlock, &["21001"]),
    (Meaning::Duplicate, &["30000", "30105"]),
    (Meaning::Quota, &["29018"]),
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
        Some(Meaning::Delivered) => ReceiptStatus::Delivered,
        Some(_) => ReceiptStatus::Undelivered,
        None => ReceiptStatus::Unknown,
    }
}

/// What a text's last code means for the people.
pub fn meaning(code: &str) -> Option<Meaning> {
    FATES.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_stands_in_its_table_once() {
        let refusals =
            REFUSALS.iter().flat_map(|(_, codes)| codes.iter().copied()).chain(TOKEN.iter().copied());
        let fates = FATES.iter().flat_map(|(_, codes)| codes.iter().copied());
        for table in [refusals.collect::<Vec<_>>(), fates.collect()] {
            let mut once = table.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), table.len());
            assert!(table.iter().all(|code| code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit())));
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
            (receipt("10000"), receipt("30126")),
            (ReceiptStatus::Delivered, ReceiptStatus::Undelivered)
        );
        assert_eq!((receipt("49001"), meaning("49001")), (ReceiptStatus::Unknown, None));
    }
}
