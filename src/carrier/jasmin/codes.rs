//! What became of a text, in the words of Jasmin's receipts, and what our codes mean for the people. Sources: `managers/dlr.py`,
//! `managers/content.py`, `managers/listeners.py`; SMPP 3.4, 5.1.3 and appendix B.

use crate::carrier::error::loggable_code;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// Our own codes of texts that Jasmin did not take.
pub(super) const NO_ROUTE: &str = "NO_ROUTE";
pub(super) const NUMBER: &str = "NUMBER";
pub(super) const FILTER: &str = "FILTER";
pub(super) const SENDER: &str = "SENDER";
pub(super) const PERMISSION: &str = "PERMISSION";
pub(super) const QUOTA: &str = "QUOTA";
pub(super) const INTERCEPTED: &str = "INTERCEPTED";
pub(super) const TOO_LONG: &str = "TOO_LONG";

/// What a receipt says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// The message centre has the text.
    Taken,
    Known(ReceiptStatus),
}

/// Errors of the message centre with which it has refused the text itself: Jasmin tries no more. Every other error leaves the
/// text open: Jasmin reports each of its tries, also those it repeats (`submit_error_retrial`).
const REFUSED: &[(DeliveryReason, &[&str])] = &[
    (
        DeliveryReason::NoSuchNumber,
        &["ESME_RINVDSTADR", "ESME_RINVDSTTON", "ESME_RINVDSTNPI", "ESME_RINVDSTADDRSUBUNIT"],
    ),
    (
        DeliveryReason::SenderNotAllowed,
        &[
            "ESME_RINVSRCADR",
            "ESME_RINVSRCTON",
            "ESME_RINVSRCNPI",
            "ESME_RINVSRCADDRSUBUNIT",
            "ESME_RPROHIBITED",
        ],
    ),
    (DeliveryReason::TooLong, &["ESME_RINVMSGLEN"]),
    (
        DeliveryReason::BadText,
        &["ESME_RINVDCS", "ESME_RINVESMCLASS", "ESME_RINVEXPIRY", "ESME_RINVSERTYP", "ESME_RINVREGDLVFLG"],
    ),
    (DeliveryReason::Quota, &["ESME_RSERTYPUNAUTH", "ESME_RSERTYPDENIED"]),
    (DeliveryReason::CarrierTrouble, &["ESME_RSUBMITFAIL", "ESME_RX_P_APPN", "ESME_RX_R_APPN"]),
];

/// Last words of the message centre.
const FINAL: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &["DELIVRD"]),
    (DeliveryReason::Expired, &["EXPIRED"]),
    (DeliveryReason::CarrierTrouble, &["DELETED"]),
    (DeliveryReason::NotReachable, &["UNDELIV"]),
    (DeliveryReason::Refused, &["REJECTD"]),
];

/// Of our own codes, those that say something of a text.
const OURS: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::NoSuchNumber, &[NO_ROUTE, NUMBER]),
    (DeliveryReason::Refused, &[FILTER, INTERCEPTED]),
    (DeliveryReason::SenderNotAllowed, &[SENDER, PERMISSION]),
    (DeliveryReason::Quota, &[QUOTA]),
    (DeliveryReason::TooLong, &[TOO_LONG]),
];

/// What `message_status` says.
pub(super) fn fate(status: &str) -> Fate {
    match find(FINAL, status).or_else(|| find(REFUSED, status)) {
        Some(DeliveryReason::Delivered) => Fate::Known(ReceiptStatus::Delivered),
        Some(_) => Fate::Known(ReceiptStatus::Undelivered),
        None if matches!(status, "ESME_ROK" | "ACCEPTD") => Fate::Taken,
        None => Fate::Known(ReceiptStatus::Unknown),
    }
}

/// The code kept of a receipt: its status, and the message centre's own error behind it, if there is one (`UNDELIV-034`).
pub(super) fn kept(status: &str, error: Option<&str>) -> String {
    let status = loggable_code(status, 40);
    let is_error = |error: &&str| {
        (1..=3).contains(&error.len())
            && error.bytes().all(|b| b.is_ascii_alphanumeric())
            && !matches!(*error, "000" | "ND")
    };
    match error.filter(is_error) {
        Some(error) if !status.starts_with("ESME_") => format!("{status}-{error}"),
        _ => status,
    }
}

/// What a code kept of this carrier's means for the people; `None` for a code that says nothing more.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    let status = code.split_once('-').map_or(code, |(status, _)| status);
    find(FINAL, status).or_else(|| find(REFUSED, status)).or_else(|| find(OURS, status))
}

fn find(table: &[(DeliveryReason, &[&str])], word: &str) -> Option<DeliveryReason> {
    table.iter().find(|(_, words)| words.contains(&word)).map(|(reason, _)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every status that `DLRContentForHttpapi` lets through, and some of `CommandStatus`.
    #[test]
    fn words_of_receipts() {
        use ReceiptStatus::*;
        for (status, says) in [
            ("DELIVRD", Fate::Known(Delivered)),
            ("EXPIRED", Fate::Known(Undelivered)),
            ("DELETED", Fate::Known(Undelivered)),
            ("UNDELIV", Fate::Known(Undelivered)),
            ("REJECTD", Fate::Known(Undelivered)),
            ("ACCEPTD", Fate::Taken),
            ("UNKNOWN", Fate::Known(Unknown)),
            ("ESME_ROK", Fate::Taken),
            ("ESME_RINVDSTADR", Fate::Known(Undelivered)),
            ("ESME_RSUBMITFAIL", Fate::Known(Undelivered)),
            // Jasmin tries these again and reports each try.
            ("ESME_RSYSERR", Fate::Known(Unknown)),
            ("ESME_RTHROTTLED", Fate::Known(Unknown)),
            ("ESME_RMSGQFUL", Fate::Known(Unknown)),
            ("ESME_RINVSCHED", Fate::Known(Unknown)),
            ("delivrd", Fate::Known(Unknown)),
            ("", Fate::Known(Unknown)),
        ] {
            assert_eq!(fate(status), says, "{status}");
        }
    }

    #[test]
    fn codes_hold_no_number_and_keep_their_meaning() {
        for (status, error, code, means) in [
            ("UNDELIV", Some("034"), "UNDELIV-034", Some(DeliveryReason::NotReachable)),
            ("DELIVRD", Some("000"), "DELIVRD", Some(DeliveryReason::Delivered)),
            ("EXPIRED", Some("ND"), "EXPIRED", Some(DeliveryReason::Expired)),
            ("REJECTD", Some("01012345678"), "REJECTD", Some(DeliveryReason::Refused)),
            ("ESME_RINVDSTADR", None, "ESME_RINVDSTADR", Some(DeliveryReason::NoSuchNumber)),
            ("to 01012345678", None, "unknown", None),
            ("ESME_RTHROTTLED", None, "ESME_RTHROTTLED", None),
        ] {
            assert_eq!((kept(status, error).as_str(), meaning(code)), (code, means), "{status}");
        }
        assert_eq!(meaning(TOO_LONG), Some(DeliveryReason::TooLong));
    }

    #[test]
    fn each_word_stands_in_one_table_once() {
        let all: Vec<&str> = [FINAL, REFUSED, OURS]
            .iter()
            .flat_map(|t| t.iter())
            .flat_map(|(_, words)| words.iter().copied())
            .collect();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
    }
}
