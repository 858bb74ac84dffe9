//! What Twilio's words mean for us: statuses of texts, codes of refused requests, codes of texts that did not arrive.
//! Sources: the message status enumeration of `twilio_api_v2010`; the error pages of 20429, 30003, 30006, 21611 and 21635;
//! the names of the others are Twilio's dictionary of errors, not all of them read there.

use crate::carrier::ErrorKind;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::opt_out::CarrierWords;
use crate::domain::receipt::ReceiptStatus;

/// What a 404 becomes: there is no such text.
pub(super) const NOT_FOUND: &str = "20404";

/// Codes with which a request is refused, where the text was surely not taken.
const REFUSALS: &[(ErrorKind, &[&str])] = &[
    (ErrorKind::Auth, &["20003"]),
    (ErrorKind::RateLimited, &["20429", "14107", "21611"]),
    (
        ErrorKind::Config,
        &["20005", "20008", "21212", "21266", "21603", "21606", "21608", "21659", "21660", "21661", "21701"],
    ),
    // The number, or these words, whatever the account. A country that is not enabled must not stop all others.
    (
        ErrorKind::Permanent,
        &[
            "21211", "21214", "21217", "21265", "21408", "21602", "21604", "21605", "21610", "21612",
            "21614", "21617", "21635",
        ],
    ),
];

/// Codes of texts that did not arrive.
const FATES: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &["delivered", "read"]),
    (DeliveryReason::NotReachable, &["30003", "30006"]),
    (DeliveryReason::Refused, &["30004"]),
    // Twilio keeps its own list of who texted STOP, and takes no text to them until they text START.
    (DeliveryReason::OptedOut, &["21610"]),
    (DeliveryReason::NoSuchNumber, &["30005", "21211", "21214", "21217", "21614", "21635"]),
    (DeliveryReason::Spam, &["30007"]),
    (DeliveryReason::SenderNotAllowed, &["30002", "30010", "30034"]),
    (DeliveryReason::Quota, &["30001", "30022", "30023"]),
    (DeliveryReason::Expired, &["30036"]),
    (DeliveryReason::CarrierTrouble, &["30008", "30009", "30017", "30019"]),
];

/// The statuses of texts; `None`: on its way, and nothing to tell yet.
const STATUSES: &[(Option<ReceiptStatus>, &[&str])] = &[
    (Some(ReceiptStatus::Delivered), &["delivered", "read"]),
    (Some(ReceiptStatus::Undelivered), &["failed", "undelivered", "canceled"]),
    (Some(ReceiptStatus::Unknown), &["partially_delivered"]),
    // `sent` may be the last word where carriers tell no more: the text ages out as unconfirmed.
    (None, &["accepted", "scheduled", "queued", "sending", "sent", "receiving", "received"]),
];

/// Texts with which a citizen stops and restarts Twilio's own deliveries. Source: Twilio's default handling of opt-out
/// keywords for long codes; each must be the whole text, in any case.
pub(in crate::carrier) const OPT_OUT_WORDS: CarrierWords = CarrierWords {
    stop: &["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"],
    start: &["start", "unstop", "yes"],
};

/// What follows from the code of a refused request; `None`: we do not know it, and the text may have been taken.
pub(super) fn refusal(code: &str) -> Option<ErrorKind> {
    REFUSALS.iter().find(|(_, codes)| codes.contains(&code)).map(|(kind, _)| *kind)
}

/// What a status says, with the error code beside it; `None`: nothing yet. A word we do not know is kept and moves nothing.
pub(super) fn receipt(status: &str, error: Option<&str>) -> Option<ReceiptStatus> {
    let found = STATUSES.iter().find(|(_, words)| words.contains(&status));
    match found.map_or(Some(ReceiptStatus::Unknown), |(status, _)| *status) {
        Some(ReceiptStatus::Undelivered) if error.and_then(meaning) == Some(DeliveryReason::OptedOut) => {
            Some(ReceiptStatus::Blocked)
        }
        status => status,
    }
}

/// A status for logs and rows. Anything that is not one may be anything, a citizen's number among it.
pub(super) fn loggable(status: &str) -> String {
    let is_word = status.len() <= 24 && status.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_word { status.to_owned() } else { "unknown".to_owned() }
}

/// What a text's last code means for the people.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    FATES.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The enumeration `message_enum_status` of the official document.
    const OFFICIAL: &str =
        "queued sending sent failed delivered undelivered receiving received accepted scheduled read
        partially_delivered canceled";

    #[test]
    fn every_official_status_stands_in_the_table_once() {
        let mut ours: Vec<&str> = STATUSES.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        let mut official: Vec<&str> = OFFICIAL.split_whitespace().collect();
        ours.sort_unstable();
        official.sort_unstable();
        assert_eq!(ours, official);
        assert_eq!(receipt("levitating", None), Some(ReceiptStatus::Unknown), "kept, and not final");
        assert_eq!(receipt("undelivered", Some("21610")), Some(ReceiptStatus::Blocked));
        assert_eq!(receipt("failed", Some("30003")), Some(ReceiptStatus::Undelivered));
        assert_eq!(receipt("delivered", Some("21610")), Some(ReceiptStatus::Delivered));
    }

    #[test]
    fn each_code_stands_in_its_table_once() {
        for table in [
            REFUSALS.iter().flat_map(|(_, codes)| codes.iter()).collect::<Vec<_>>(),
            FATES.iter().flat_map(|(_, codes)| codes.iter()).collect(),
        ] {
            let mut once = table.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), table.len());
        }
        assert_eq!((refusal("20429"), refusal("99999")), (Some(ErrorKind::RateLimited), None));
        assert_eq!((meaning("30003"), meaning("12345")), (Some(DeliveryReason::NotReachable), None));
    }
}
