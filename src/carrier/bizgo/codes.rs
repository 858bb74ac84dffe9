//! What Bizgo's codes mean for us, before a text has a fate. Two layers use overlapping words with different meanings:
//! `common.authCode` is the gateway's (24 codes), `data.code` and `destinations[].code` are the service's (129 codes).
//! Source: the official error table of 2026-09-23.

use super::reports;
use crate::carrier::ErrorKind;
use crate::domain::delivery_reason::DeliveryReason;

pub(super) const OK: &str = "A000";
/// Service layer: faster than the account may.
pub(super) const TOO_FAST: &str = "A020";
/// Service layer: this idempotency key was processed before.
pub(super) const DUPLICATE: &str = "A301";
/// Service layer: a report batch of this name does not exist (any more).
pub(super) const UNKNOWN_REPORT: &str = "A802";
/// Service layer: no message of this name.
pub(super) const NOT_FOUND: &str = "A820";

/// Codes by what follows for us and what it means for the people.
type Table = [(ErrorKind, DeliveryReason, &'static [&'static str])];

/// Gateway codes; `A000` is success.
const GATEWAY: &Table = &[
    (
        ErrorKind::Ambiguous,
        DeliveryReason::CarrierTrouble,
        &["A100", "A500", "A501", "A502", "A503", "A504", "A511"],
    ),
    (
        ErrorKind::Config,
        DeliveryReason::CarrierTrouble,
        &["A301", "A302", "A303", "A304", "A307", "A308", "A404", "A405", "A406", "A407"],
    ),
    (ErrorKind::Config, DeliveryReason::Quota, &["A403"]),
    (ErrorKind::Auth, DeliveryReason::Quota, &["A401"]),
    (ErrorKind::Permanent, DeliveryReason::BadText, &["A400", "A415"]),
    (ErrorKind::Permanent, DeliveryReason::TooLong, &["A413", "A414"]),
];

/// Service codes; `A000` is success and `A301` a repetition.
const SERVICE: &Table = &[
    (ErrorKind::Auth, DeliveryReason::Quota, &["A001", "A002", "A100"]),
    // The account or the sender number is not set up for this: every other text would fare the same.
    (ErrorKind::Config, DeliveryReason::Quota, &["A110", "A111", "A113", "A320", "A325", "A326", "A801"]),
    (ErrorKind::Config, DeliveryReason::SenderNotAllowed, &["A302", "A323", "A327"]),
    (ErrorKind::RateLimited, DeliveryReason::Quota, &[TOO_FAST]),
    // All of HTTP 500 and 503.
    (ErrorKind::Ambiguous, DeliveryReason::CarrierTrouble, &["A214", "A215", "A910", "A920", "A999"]),
    (ErrorKind::Permanent, DeliveryReason::NoSuchNumber, &["A306", "A307"]),
    (ErrorKind::Permanent, DeliveryReason::Spam, &["A322", "A324"]),
    (ErrorKind::Permanent, DeliveryReason::NightBlock, &["A330"]),
    (
        ErrorKind::Permanent,
        DeliveryReason::TooLong,
        &["A200", "A201", "A310", "A317", "A319", "A328", "A329", "A332", "A417", "A424"],
    ),
    // What they ask for is not there (any more): a batch, a message, a session.
    (ErrorKind::Permanent, DeliveryReason::CarrierTrouble, &[UNKNOWN_REPORT, NOT_FOUND, "A821"]),
    (
        ErrorKind::Permanent,
        DeliveryReason::BadText,
        &[
            "A010", "A011", "A202", "A203", "A204", "A205", "A206", "A207", "A208", "A213", "A217", "A219",
            "A220", "A250", "A300", "A303", "A304", "A305", "A308", "A309", "A311", "A312", "A313", "A314",
            "A315", "A316", "A318", "A321", "A331", "A401", "A402", "A403", "A404", "A406", "A407", "A408",
            "A409", "A411", "A412", "A413", "A415", "A418", "A419", "A420", "A425", "A426", "A427", "A428",
            "A429", "A430", "A431", "A432", "A433", "A434", "A501", "A502", "A503", "A505", "A506", "A513",
            "A521", "A523", "A524", "A525", "A526", "A559", "A560", "A561", "A562", "A563", "A564", "A565",
            "A567", "A568", "A569", "A570", "A571", "A572", "A573", "A601", "A602", "A603", "A604", "A605",
            "A606", "A607", "A608", "A609", "A823", "A824",
        ],
    ),
];

fn find(table: &Table, code: &str) -> Option<(ErrorKind, DeliveryReason)> {
    table.iter().find(|(_, _, codes)| codes.contains(&code)).map(|(kind, meaning, _)| (*kind, *meaning))
}

/// What follows from `common.authCode`; a code that is not in the table leaves everything open.
pub(super) fn gateway(code: &str) -> ErrorKind {
    find(GATEWAY, code).map_or(ErrorKind::Ambiguous, |(kind, _)| kind)
}

/// What follows from a service code; a code that is not in the table leaves everything open.
pub(super) fn service(code: &str) -> ErrorKind {
    find(SERVICE, code).map_or(ErrorKind::Ambiguous, |(kind, _)| kind)
}

/// What a text's last code means for the people: a report's, else the service's, else the gateway's, for the words that
/// both layers use are told of texts by the service. `None` for success and for codes we do not know.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    if code == DUPLICATE {
        return Some(DeliveryReason::Duplicate);
    }
    let of = |table| find(table, code).map(|(_, meaning)| meaning);
    reports::meaning(code).or_else(|| of(SERVICE)).or_else(|| of(GATEWAY))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// All codes of the official table of 2026-09-23: the gateway's, and the service's.
    const GATEWAY_OFFICIAL: &str =
        "A000 A100 A301 A302 A303 A304 A307 A308 A400 A401 A403 A404 A405 A406 A407 A413 A414
        A415 A500 A501 A502 A503 A504 A511";
    const SERVICE_OFFICIAL: &str = "A000 A001 A002 A010 A011 A020 A910 A920 A999 A100 A110 A111 A113 A200 A201 A202 A203 A204 A205 A206 A207 A208
        A213 A214 A215 A217 A219 A220 A250 A801 A802 A300 A301 A302 A303 A304 A305 A306 A307 A308 A309 A310 A311
        A312 A313 A314 A315 A316 A317 A318 A319 A320 A321 A322 A323 A324 A325 A326 A327 A328 A329 A330 A331 A332
        A820 A821 A823 A824 A401 A402 A403 A404 A406 A407 A408 A409 A411 A412 A413 A415 A417 A418 A419 A420 A424
        A425 A426 A427 A428 A429 A430 A431 A432 A433 A434 A501 A502 A503 A505 A506 A513 A521 A523 A524 A525 A526
        A559 A560 A561 A562 A563 A564 A565 A567 A568 A569 A570 A571 A572 A573 A601 A602 A603 A604 A605 A606 A607
        A608 A609";

    #[test]
    fn the_tables_are_the_official_ones_and_name_each_code_once() {
        for (table, successes, official) in
            [(GATEWAY, &["A000"][..], GATEWAY_OFFICIAL), (SERVICE, &["A000", "A301"][..], SERVICE_OFFICIAL)]
        {
            let ours: Vec<&str> =
                table.iter().flat_map(|(_, _, codes)| *codes).chain(successes).copied().collect();
            let official: Vec<&str> = official.split_whitespace().collect();
            assert_eq!(ours.len(), official.len());
            assert_eq!(ours.into_iter().collect::<BTreeSet<_>>(), official.into_iter().collect());
        }
    }

    #[test]
    fn the_same_word_means_two_things() {
        assert_eq!((gateway("A301"), gateway("A401")), (ErrorKind::Config, ErrorKind::Auth));
        assert_eq!((service("A401"), service("A327")), (ErrorKind::Permanent, ErrorKind::Config));
    }

    #[test]
    fn what_a_code_means_for_the_people() {
        let cases = [
            ("22003", Some(DeliveryReason::PhoneOff)),
            ("33006", Some(DeliveryReason::Refused)),
            ("A327", Some(DeliveryReason::SenderNotAllowed)),
            ("A301", Some(DeliveryReason::Duplicate)),
            ("A306", Some(DeliveryReason::NoSuchNumber)),
            ("A405", Some(DeliveryReason::CarrierTrouble)),
            ("A000", None),
            ("B777", None),
            ("", None),
        ];
        for (code, expected) in cases {
            assert_eq!(meaning(code), expected, "{code}");
        }
    }
}
