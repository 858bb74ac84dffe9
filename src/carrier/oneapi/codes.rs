//! What OneAPI's words mean for us: `SVC…` and `POL…` codes of refusals and the words of deliveries. Sources: a client of
//! Smart's (stored file 6851785651), which lists them with their texts, and Grameenphone's own four (8976993361); the
//! words of deliveries from the GSMA's page. Servers add codes of their own: an unknown one leaves everything open.

use crate::carrier::ErrorKind;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// This correlator was taken before.
pub(super) const DUPLICATE: &str = "SVC0005";

/// Refusals by what follows and what they mean for the people.
const REFUSALS: &[(ErrorKind, Option<DeliveryReason>, &[&str])] = &[
    // Something broke in the service, on the way, or in waiting for the status: nobody knows how far it had come.
    (ErrorKind::Ambiguous, Some(DeliveryReason::CarrierTrouble), &["SVC0001", "SVC0903", "POL0903"]),
    (ErrorKind::Auth, None, &["SVC0900", "SVC0901"]),
    // Flow control; a client's rate.
    (ErrorKind::RateLimited, Some(DeliveryReason::Quota), &["POL0904", "SVC1000"]),
    // Charging, balance, threshold.
    (
        ErrorKind::Config,
        Some(DeliveryReason::Quota),
        &["SVC0007", "SVC0270", "POL0008", "POL1000", "POL1001"],
    ),
    // Policy, notifications, headers, permissions: every other text would fare the same.
    (
        ErrorKind::Config,
        Some(DeliveryReason::SenderNotAllowed),
        &["POL0001", "POL0004", "POL0005", "POL0009", "POL0905", "POL0906", "SVC0905"],
    ),
    (ErrorKind::Permanent, Some(DeliveryReason::NoSuchNumber), &["SVC0004"]),
    (ErrorKind::Permanent, Some(DeliveryReason::Refused), &["POL0002", "POL0253", "POL2003"]),
    (ErrorKind::Permanent, Some(DeliveryReason::Spam), &["SVC0902"]),
    (ErrorKind::Permanent, Some(DeliveryReason::TooLong), &["POL0908"]),
    (ErrorKind::Permanent, Some(DeliveryReason::BadText), &["SVC0002", "SVC0003"]),
    (
        ErrorKind::Permanent,
        None,
        &["SVC0006", "SVC0008", "SVC0904", "POL0003", "POL0006", "POL0007", "POL0900", "POL0907"],
    ),
];

/// What follows from the code of a refusal; a code that is not in the table leaves everything open.
pub(super) fn refusal(code: &str) -> ErrorKind {
    let found = REFUSALS.iter().find(|(_, _, codes)| codes.contains(&code));
    found.map_or(ErrorKind::Ambiguous, |(kind, _, _)| *kind)
}

/// Whether an error says that what was asked for is not there (any more).
pub(super) fn is_gone(code: Option<&str>) -> bool {
    matches!(code, Some("HTTP404" | "HTTP410"))
}

/// Whether a code says that there is no such text, as against: no such login.
pub(super) fn is_no_such_text(code: &str) -> bool {
    matches!(code, "SVC0002" | "SVC0003" | "SVC0004")
}

/// What a word of a delivery says; `None` while it says nothing final. That a server can't tell (`…NotSupported`) is no
/// word about the text.
pub(super) fn delivery(word: &str) -> Option<ReceiptStatus> {
    match word {
        "MessageWaiting" | "DeliveredToNetwork" | "DeliveryNotificationNotSupported" => None,
        "DeliveredToTerminal" => Some(ReceiptStatus::Delivered),
        "DeliveryImpossible" => Some(ReceiptStatus::Undelivered),
        // `DeliveryUncertain` among them: handed over, and nobody knows more.
        _ => Some(ReceiptStatus::Unknown),
    }
}

/// A word of a delivery for logs and rows: letters only; anything else may be anything, a citizen's number among it.
pub(super) fn kept(word: &str) -> String {
    let is_word = word.len() <= 40 && word.bytes().all(|b| b.is_ascii_alphabetic());
    if is_word { word.to_owned() } else { "unknown".to_owned() }
}

/// What a code kept of this carrier's means for the people; `None` for a code that says nothing more.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    match code {
        "DeliveredToTerminal" => Some(DeliveryReason::Delivered),
        "DeliveryImpossible" => Some(DeliveryReason::NotReachable),
        "DeliveryUncertain" => Some(DeliveryReason::Unknown),
        DUPLICATE => Some(DeliveryReason::Duplicate),
        _ => REFUSALS.iter().find(|(_, _, codes)| codes.contains(&code)).and_then(|(_, meaning, _)| *meaning),
    }
}

/// A code as it may be shown: three letters and four digits; anything else could be anything.
pub(super) fn shown(code: &str) -> Option<String> {
    let (letters, digits) = code.split_at_checked(3)?;
    let is_code = letters.bytes().all(|b| b.is_ascii_uppercase())
        && digits.len() == 4
        && digits.bytes().all(|b| b.is_ascii_digit());
    is_code.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_of_the_sources_stands_in_the_table_once() {
        let all: Vec<&str> = REFUSALS.iter().flat_map(|(_, _, codes)| codes.iter().copied()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        // Smart's 14 SVC (less the duplicate) and 16 POL, and of Grameenphone's the six that Smart does not have.
        assert_eq!(all.len(), 13 + 16 + 6);
        assert_eq!(refusal("SVC9999"), ErrorKind::Ambiguous);
        assert_eq!(refusal("POL0904"), ErrorKind::RateLimited);
        assert_eq!((meaning("SVC9999"), meaning("POL0908")), (None, Some(DeliveryReason::TooLong)));
    }

    #[test]
    fn words_of_deliveries() {
        use ReceiptStatus::*;
        let cases = [
            ("DeliveredToTerminal", Some(Delivered)),
            ("DeliveryImpossible", Some(Undelivered)),
            ("DeliveryUncertain", Some(Unknown)),
            ("MessageWaiting", None),
            ("DeliveredToNetwork", None),
            ("DeliveryNotificationNotSupported", None),
            ("deliveredtoterminal", Some(Unknown)),
            ("", Some(Unknown)),
        ];
        for (word, says) in cases {
            assert_eq!(delivery(word), says, "{word}");
        }
        assert_eq!(
            (kept("DeliveryUncertain").as_str(), kept("01012345678").as_str()),
            ("DeliveryUncertain", "unknown")
        );
    }
}
