//! What Bizgo's codes mean for us. Two layers use overlapping words with different meanings: `common.authCode` is the
//! gateway's (24 codes), `data.code` and `destinations[].code` are the service's (129 codes). Source: the official error
//! table of 2026-09-23.

use crate::carrier::ErrorKind;
use crate::domain::receipt::ReceiptStatus;

pub(super) const OK: &str = "A000";
/// Service layer: faster than the account may.
pub(super) const TOO_FAST: &str = "A020";
/// Service layer: this idempotency key was processed before.
pub(super) const DUPLICATE: &str = "A301";
/// Service layer: a report batch of this name does not exist (any more).
pub(super) const UNKNOWN_REPORT: &str = "A802";
/// Service layer: no message of this name.
pub(super) const NOT_FOUND: &str = "A820";

/// Gateway codes by what follows; `A000` is success.
const GATEWAY: &[(ErrorKind, &[&str])] = &[
    (ErrorKind::Ambiguous, &["A100", "A500", "A501", "A502", "A503", "A504", "A511"]),
    (
        ErrorKind::Config,
        &["A301", "A302", "A303", "A304", "A307", "A308", "A403", "A404", "A405", "A406", "A407"],
    ),
    (ErrorKind::Auth, &["A401"]),
    (ErrorKind::Permanent, &["A400", "A413", "A414", "A415"]),
];

/// Service codes by what follows; `A000` is success and `A301` a repetition.
const SERVICE: &[(ErrorKind, &[&str])] = &[
    (ErrorKind::Auth, &["A001", "A002", "A100"]),
    // The account or the sender number is not set up for this: every other text would fare the same.
    (ErrorKind::Config, &["A110", "A111", "A113", "A302", "A320", "A323", "A325", "A326", "A327", "A801"]),
    (ErrorKind::RateLimited, &[TOO_FAST]),
    // All of HTTP 500 and 503.
    (ErrorKind::Ambiguous, &["A214", "A215", "A910", "A920", "A999"]),
    (
        ErrorKind::Permanent,
        &[
            "A010", "A011", "A200", "A201", "A202", "A203", "A204", "A205", "A206", "A207", "A208", "A213",
            "A217", "A219", "A220", "A250", "A300", "A303", "A304", "A305", "A306", "A307", "A308", "A309",
            "A310", "A311", "A312", "A313", "A314", "A315", "A316", "A317", "A318", "A319", "A321", "A322",
            "A324", "A328", "A329", "A330", "A331", "A332", "A401", "A402", "A403", "A404", "A406", "A407",
            "A408", "A409", "A411", "A412", "A413", "A415", "A417", "A418", "A419", "A420", "A424", "A425",
            "A426", "A427", "A428", "A429", "A430", "A431", "A432", "A433", "A434", "A501", "A502", "A503",
            "A505", "A506", "A513", "A521", "A523", "A524", "A525", "A526", "A559", "A560", "A561", "A562",
            "A563", "A564", "A565", "A567", "A568", "A569", "A570", "A571", "A572", "A573", "A601", "A602",
            "A603", "A604", "A605", "A606", "A607", "A608", "A609", "A802", "A820", "A821", "A823", "A824",
        ],
    ),
];

/// The two leading digits of report codes that mean the text will not arrive; all of them are final.
const REPORT_FAILURES: &[&str] = &[
    "22", "23", "32", "33", "40", "41", "42", "45", "50", "51", "52", "53", "54", "55", "56", "59", "60",
    "61", "62", "63", "64", "65", "67", "68", "69", "6M", "70", "71", "72", "73", "74", "79", "90", "99",
];

/// Codes of those families that mean: handed over, but nobody knows whether it arrived.
const REPORT_UNCERTAIN: &[&str] = &["55821", "56003", "63005", "6ME09"];

fn find(table: &[(ErrorKind, &[&str])], code: &str) -> Option<ErrorKind> {
    table.iter().find(|(_, codes)| codes.contains(&code)).map(|(kind, _)| *kind)
}

/// What follows from `common.authCode`; a code that is not in the table leaves everything open.
pub(super) fn gateway(code: &str) -> ErrorKind {
    find(GATEWAY, code).unwrap_or(ErrorKind::Ambiguous)
}

/// What follows from a service code; a code that is not in the table leaves everything open.
pub(super) fn service(code: &str) -> ErrorKind {
    find(SERVICE, code).unwrap_or(ErrorKind::Ambiguous)
}

/// What a report says.
pub(super) fn report(code: &str) -> ReceiptStatus {
    match code {
        "10000" => ReceiptStatus::Delivered,
        _ if REPORT_UNCERTAIN.contains(&code) => ReceiptStatus::Unknown,
        _ if code.len() == 5 && REPORT_FAILURES.iter().any(|family| code.starts_with(family)) => {
            ReceiptStatus::Undelivered
        }
        _ => ReceiptStatus::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn codes(table: &[(ErrorKind, &'static [&'static str])]) -> Vec<&'static str> {
        table.iter().flat_map(|(_, codes)| codes.iter().copied()).collect()
    }

    #[test]
    fn the_tables_are_complete_and_name_each_code_once() {
        for (table, successes, official) in [(GATEWAY, 1, 24), (SERVICE, 2, 129)] {
            let all = codes(table);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            assert_eq!(all.len() + successes, official);
        }
    }

    #[test]
    fn the_same_word_means_two_things() {
        assert_eq!((gateway("A301"), gateway("A401")), (ErrorKind::Config, ErrorKind::Auth));
        assert_eq!((service("A401"), service("A327")), (ErrorKind::Permanent, ErrorKind::Config));
    }

    #[test]
    fn reports() {
        let cases = [
            ("10000", ReceiptStatus::Delivered),
            ("22003", ReceiptStatus::Undelivered),
            ("33025", ReceiptStatus::Undelivered),
            ("56003", ReceiptStatus::Unknown),
            ("6ME09", ReceiptStatus::Unknown),
            ("220030", ReceiptStatus::Unknown),
            ("10001", ReceiptStatus::Unknown),
            ("ok", ReceiptStatus::Unknown),
            ("", ReceiptStatus::Unknown),
        ];
        for (code, status) in cases {
            assert_eq!(report(code), status, "{code}");
        }
    }
}
