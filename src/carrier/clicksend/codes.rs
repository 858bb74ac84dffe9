//! What ClickSend's words mean for us: the status of a text in the answer to its send, the response code of a whole
//! answer, and the status and error codes of receipts. Sources: help.clicksend.com, "List of SMS gateway error codes"
//! (20 error codes) and "SMS error codes" (2026-08); the statuses of sends from ClickSend's "Application status codes",
//! not all of them verified: one that is not in the table leaves everything open.

use http::StatusCode;

use crate::carrier::ErrorKind;
use crate::carrier::error::loggable_code;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// The code of the error that a 404 becomes.
pub(super) const NOT_FOUND: &str = "HTTP404";

/// Statuses of a text that was not taken.
const SEND: &[(ErrorKind, &[&str])] = &[
    (ErrorKind::Auth, &["MISSING_CREDENTIALS", "INVALID_CREDENTIALS", "UNAUTHORIZED"]),
    (
        ErrorKind::Config,
        &[
            "ACCOUNT_NOT_ACTIVATED",
            "INSUFFICIENT_CREDIT",
            "INVALID_SENDER_ID",
            "COUNTRY_NOT_ENABLED",
            "FORBIDDEN",
        ],
    ),
    (ErrorKind::RateLimited, &["THROTTLED"]),
    (
        ErrorKind::Permanent,
        &[
            "INVALID_RECIPIENT",
            "EMPTY_MESSAGE",
            "TOO_MANY_RECIPIENTS",
            "MISSING_REQUIRED_FIELDS",
            "INVALID_SCHEDULE",
            "BAD_REQUEST",
        ],
    ),
    (ErrorKind::Ambiguous, &["ALREADY_EXISTS", "INTERNAL_ERROR", "SOMETHING_IS_WRONG"]),
];

/// Error codes of receipts and of the history.
const ERRORS: &[(DeliveryReason, &[u32])] = &[
    (DeliveryReason::Delivered, &[4]),
    (DeliveryReason::CarrierTrouble, &[5, 7, 14, 16, 17, 18]),
    (DeliveryReason::NoSuchNumber, &[8, 9]),
    (DeliveryReason::Refused, &[10, 11, 15]),
    // Out of range or switched off: nobody says which.
    (DeliveryReason::NotReachable, &[12]),
    (DeliveryReason::PhoneFull, &[13]),
    (DeliveryReason::Spam, &[19]),
    (DeliveryReason::Expired, &[20]),
];

/// A status for logs and rows; ClickSend's are capitals. Anything else may be anything, a citizen's number among it.
pub(super) fn loggable(status: &str) -> String {
    let is_word = status.len() <= 40 && status.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if is_word { status.to_owned() } else { "unknown".to_owned() }
}

/// What follows from the status of a text in an answer to its send.
pub(super) fn send_error(status: &str) -> ErrorKind {
    let found = SEND.iter().find(|(_, statuses)| statuses.contains(&status));
    found.map_or(ErrorKind::Ambiguous, |(kind, _)| *kind)
}

/// What follows from a refusal (4xx) of a whole call in ClickSend's own words.
pub(super) fn call_error(status: StatusCode, code: &str) -> ErrorKind {
    match (status.as_u16(), send_error(code)) {
        (401, _) => ErrorKind::Auth,
        (402 | 403 | 405 | 407, _) => ErrorKind::Config,
        (400 | 413 | 422, ErrorKind::Ambiguous) => ErrorKind::Permanent,
        (_, kind) => kind,
    }
}

/// What the status code of a receipt says. 200 is on its way and 300 will be tried again: nothing final.
pub(super) fn receipt(status: &str) -> ReceiptStatus {
    match status {
        "201" => ReceiptStatus::Delivered,
        "301" => ReceiptStatus::Undelivered,
        _ => ReceiptStatus::Unknown,
    }
}

/// Whether the code kept of a receipt says that the end is still to come.
pub(super) fn is_pending(kept: &str) -> bool {
    matches!(kept.split('-').next(), Some("200" | "300"))
}

/// The code kept of a receipt: `301-12`, or `301` where there is no error code.
pub(super) fn kept(status: &str, error: Option<&str>) -> String {
    let status = loggable_code(status, 5);
    match error.map(|error| loggable_code(error, 5)) {
        Some(error) => format!("{status}-{error}"),
        None => status,
    }
}

/// What a code kept of this carrier's means for the people; `None` for a code that says nothing more.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    let error = code.split_once('-').and_then(|(_, error)| error.parse::<u32>().ok());
    let of_error = ERRORS.iter().find(|(_, errors)| error.is_some_and(|error| errors.contains(&error)));
    of_error.map(|(meaning, _)| *meaning).or_else(|| match code.split('-').next()? {
        "201" => Some(DeliveryReason::Delivered),
        "INVALID_RECIPIENT" => Some(DeliveryReason::NoSuchNumber),
        "INSUFFICIENT_CREDIT" | "ACCOUNT_NOT_ACTIVATED" | "THROTTLED" => Some(DeliveryReason::Quota),
        "INVALID_SENDER_ID" | "COUNTRY_NOT_ENABLED" => Some(DeliveryReason::SenderNotAllowed),
        "EMPTY_MESSAGE" => Some(DeliveryReason::BadText),
        "INTERNAL_ERROR" | "SOMETHING_IS_WRONG" => Some(DeliveryReason::CarrierTrouble),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_error_code_stands_in_the_table_once() {
        let all: Vec<u32> = ERRORS.iter().flat_map(|(_, errors)| errors.iter().copied()).collect();
        let known: BTreeSet<u32> = all.iter().copied().collect();
        assert_eq!(all.len(), known.len());
        // 1, 2, 3 and 6 are on their way.
        assert_eq!(known, (4..=20).filter(|code| *code != 6).collect());
        let statuses: Vec<&str> = SEND.iter().flat_map(|(_, all)| all.iter().copied()).collect();
        assert_eq!(statuses.iter().collect::<BTreeSet<_>>().len(), statuses.len());
    }

    #[test]
    fn receipts() {
        use ReceiptStatus::*;
        for (status, says) in [
            ("201", Delivered),
            ("301", Undelivered),
            ("200", Unknown),
            ("300", Unknown),
            ("302", Unknown),
            ("", Unknown),
        ] {
            assert_eq!(receipt(status), says, "{status}");
        }
        let cases = [
            ("301-12", Some(DeliveryReason::NotReachable)),
            ("301-8", Some(DeliveryReason::NoSuchNumber)),
            ("301-99", None),
            ("301", None),
            ("201", Some(DeliveryReason::Delivered)),
            ("201-unknown", Some(DeliveryReason::Delivered)),
            ("INSUFFICIENT_CREDIT", Some(DeliveryReason::Quota)),
            ("", None),
        ];
        for (code, expected) in cases {
            assert_eq!(meaning(code), expected, "{code}");
        }
        assert_eq!((kept("301", Some("12")), kept("201", None)), ("301-12".to_owned(), "201".to_owned()));
        assert_eq!(kept("01012345678", Some("01012345678")), "unknown-unknown");
        assert!(is_pending("200-3") && is_pending("300") && !is_pending("301-7"));
    }

    #[test]
    fn refusals() {
        assert_eq!(send_error("NEVER_HEARD_OF"), ErrorKind::Ambiguous);
        assert_eq!(call_error(StatusCode::BAD_REQUEST, "NEVER_HEARD_OF"), ErrorKind::Permanent);
        assert_eq!(call_error(StatusCode::BAD_REQUEST, "INSUFFICIENT_CREDIT"), ErrorKind::Config);
        assert_eq!(call_error(StatusCode::CONFLICT, "NEVER_HEARD_OF"), ErrorKind::Ambiguous);
    }
}
