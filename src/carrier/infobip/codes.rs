//! What Infobip's statuses and errors mean for us. Groups decide; names say why. Sources: Infobip's response codes (status
//! groups, statuses, error names). Groups 1 to 5 are in the clients' tests; ACCEPTED as 0 and single names from Infobip's
//! page on response codes, not all of them verified: one that is not here is kept, shown, and explains nothing.

use crate::carrier::ErrorKind;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// A status as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    pub group: u64,
    pub name: String,
}

pub(super) const ACCEPTED: u64 = 0;
pub(super) const PENDING: u64 = 1;
pub(super) const UNDELIVERABLE: u64 = 2;
pub(super) const DELIVERED: u64 = 3;
pub(super) const EXPIRED: u64 = 4;
pub(super) const REJECTED: u64 = 5;

/// An earlier try with this name was taken.
pub(super) const DUPLICATE: &str = "REJECTED_DUPLICATE_MESSAGE_ID";
/// The operator has it: a step on the way, though its group says that it arrived.
const AT_OPERATOR: &str = "DELIVERED_TO_OPERATOR";
pub(super) const NO_ERROR: &str = "NO_ERROR";

/// Refusals that are about the account and not about the text.
const ACCOUNT: &[&str] = &[
    "REJECTED_NOT_ENOUGH_CREDITS",
    "REJECTED_SENDER",
    "REJECTED_SOURCE",
    "REJECTED_PREPAID_PACKAGE_EXPIRED",
    "REJECTED_DESTINATION_NOT_REGISTERED",
];
/// Refusals that pass.
const PASSING: &[&str] = &["REJECTED_FLOODING_FILTER"];
/// Something broke, and nobody knows how far it had come.
const OPEN: &[&str] = &["REJECTED_SYSTEM_ERROR"];

/// Names by what they mean for the people.
const MEANINGS: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &["DELIVERED_TO_HANDSET"]),
    (
        DeliveryReason::NoSuchNumber,
        &[
            "EC_UNKNOWN_SUBSCRIBER",
            "EC_UNIDENTIFIED_SUBSCRIBER",
            "REJECTED_DESTINATION",
            "REJECTED_INVALID_DESTINATION",
            "EC_INVALID_DESTINATION_ADDRESS",
        ],
    ),
    (DeliveryReason::PhoneOff, &["EC_ABSENT_SUBSCRIBER", "EC_ABSENT_SUBSCRIBER_SM"]),
    (DeliveryReason::PhoneFull, &["EC_SUBSCRIBER_MEMORY_EXCEEDED", "EC_MESSAGE_QUEUE_FULL"]),
    (
        DeliveryReason::NotReachable,
        &[
            "EC_SUBSCRIBER_BUSY_FOR_MT_SMS",
            "EC_CALL_BARRED",
            "EC_ILLEGAL_SUBSCRIBER",
            "EC_ILLEGAL_EQUIPMENT",
            "EC_TELESERVICE_NOT_PROVISIONED",
            "EC_DEVICE_NOT_REACHABLE",
        ],
    ),
    (DeliveryReason::Refused, &["REJECTED_DND", "EC_USER_OPTED_OUT"]),
    (DeliveryReason::Spam, &["REJECTED_FLOODING_FILTER", "EC_SMS_BLOCKED", "EC_FLOODING_FILTER"]),
    (DeliveryReason::SenderNotAllowed, &["REJECTED_SENDER", "REJECTED_SOURCE", "EC_INVALID_SOURCE_ADDRESS"]),
    (DeliveryReason::Quota, &["REJECTED_NOT_ENOUGH_CREDITS", "REJECTED_PREPAID_PACKAGE_EXPIRED"]),
    (DeliveryReason::TooLong, &["REJECTED_MESSAGE_TOO_LONG"]),
    (DeliveryReason::Duplicate, &[DUPLICATE]),
    (DeliveryReason::Expired, &["EXPIRED_EXPIRED", "EXPIRED_UNKNOWN", "EC_EXPIRED"]),
    (
        DeliveryReason::CarrierTrouble,
        &[
            "REJECTED_NETWORK",
            "REJECTED_ROUTE_NOT_AVAILABLE",
            "REJECTED_SYSTEM_ERROR",
            "UNDELIVERABLE_NOT_DELIVERED",
            "UNDELIVERABLE_REJECTED_OPERATOR",
            "EC_SYSTEM_FAILURE",
        ],
    ),
];

/// Why a text was not taken by its send; `None`: it was.
pub(super) fn send_error(status: &Status) -> Option<ErrorKind> {
    let name = status.name.as_str();
    match status.group {
        ACCEPTED | PENDING | DELIVERED => None,
        REJECTED if name == DUPLICATE => None,
        REJECTED if ACCOUNT.contains(&name) => Some(ErrorKind::Config),
        REJECTED if PASSING.contains(&name) => Some(ErrorKind::RateLimited),
        REJECTED if OPEN.contains(&name) => Some(ErrorKind::Ambiguous),
        REJECTED | UNDELIVERABLE => Some(ErrorKind::Permanent),
        _ => Some(ErrorKind::Ambiguous),
    }
}

/// What a status says of a text that was taken; `None`: nothing yet. A group we do not know is kept and moves nothing.
pub(super) fn receipt(status: &Status) -> Option<ReceiptStatus> {
    match status.group {
        ACCEPTED | PENDING => None,
        DELIVERED if status.name == AT_OPERATOR => None,
        DELIVERED => Some(ReceiptStatus::Delivered),
        UNDELIVERABLE | EXPIRED | REJECTED => Some(ReceiptStatus::Undelivered),
        _ => Some(ReceiptStatus::Unknown),
    }
}

/// A name for logs and rows. Anything that is not one may be anything, a citizen's number among it.
pub(super) fn loggable(name: &str) -> String {
    let is_word = (1..=60).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    if is_word { name.to_owned() } else { "unknown".to_owned() }
}

/// What a text's last word means for the people.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    MEANINGS.iter().find(|(_, names)| names.contains(&code)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(group: u64, name: &str) -> Status {
        Status { group, name: name.to_owned() }
    }

    #[test]
    fn each_name_stands_in_the_table_once() {
        let all: Vec<&str> = MEANINGS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut once = all.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), all.len());
        assert!(all.iter().all(|name| loggable(name) == *name));
    }

    #[test]
    fn groups_decide() {
        use ReceiptStatus::*;
        let table = [
            (0, "MESSAGE_ACCEPTED", None, None),
            (1, "PENDING_ACCEPTED", None, None),
            (2, "UNDELIVERABLE_NOT_DELIVERED", Some(Undelivered), Some(ErrorKind::Permanent)),
            (3, "DELIVERED_TO_HANDSET", Some(Delivered), None),
            (3, "DELIVERED_TO_OPERATOR", None, None),
            (4, "EXPIRED_EXPIRED", Some(Undelivered), Some(ErrorKind::Ambiguous)),
            (5, "REJECTED_NETWORK", Some(Undelivered), Some(ErrorKind::Permanent)),
            (5, "REJECTED_NOT_ENOUGH_CREDITS", Some(Undelivered), Some(ErrorKind::Config)),
            (5, "REJECTED_SYSTEM_ERROR", Some(Undelivered), Some(ErrorKind::Ambiguous)),
            (5, DUPLICATE, Some(Undelivered), None),
            (9, "LEVITATING", Some(Unknown), Some(ErrorKind::Ambiguous)),
        ];
        for (group, name, fate, refused) in table {
            assert_eq!(
                (receipt(&status(group, name)), send_error(&status(group, name))),
                (fate, refused),
                "{name}"
            );
        }
    }
}
