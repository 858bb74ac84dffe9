//! What SMSGate's states and reasons mean for us. States: OpenAPI `ProcessingState`, and the server's `Cancelling` and
//! `Cancelled`. Reasons are free text, some with numbers in it: kept of them is a code made of Android's own word
//! (`SmsManager`), of the status a message centre reported (3GPP TS 23.040, 9.2.3.15), or of what the app itself wrote
//! (`MessagesService`, 07f1b2dc).

use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// What a state says of a text's fate; `None` while it says nothing final. `Sent` is none: the network has it, and no
/// phone has said that it arrived.
pub(super) fn state(word: &str) -> Option<ReceiptStatus> {
    match word {
        "Pending" | "Processed" | "Sent" | "Cancelling" => None,
        "Delivered" => Some(ReceiptStatus::Delivered),
        "Failed" | "Cancelled" => Some(ReceiptStatus::Undelivered),
        _ => Some(ReceiptStatus::Unknown),
    }
}

/// The code kept of a state and the reason beside it.
pub(super) fn code(state: &str, reason: Option<&str>) -> String {
    match (state, reason) {
        ("Failed", Some(reason)) => of_reason(reason),
        _ => plain(state),
    }
}

/// States are letters; anything else may be anything, a citizen's number among it.
fn plain(word: &str) -> String {
    let is_word = word.len() <= 20 && word.bytes().all(|b| b.is_ascii_alphabetic());
    if is_word { word.to_owned() } else { "unknown".to_owned() }
}

fn of_reason(reason: &str) -> String {
    let words = || reason.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let of_android = words().find(|word| find(ANDROID, word).is_some());
    let last: Option<u32> = reason.rsplit(' ').next().and_then(|word| word.parse().ok());
    // Numbers of the systems have three digits at most; anything longer may be somebody's.
    match (of_android, last.filter(|number| *number < 1_000)) {
        (Some(word), _) => word.to_owned(),
        (None, Some(status)) if reason.starts_with("Delivery result from SC") => format!("STATUS-{status}"),
        (None, Some(result)) if reason.starts_with("Delivery result:") => format!("DELIVERY-{result}"),
        (None, Some(result)) if reason.contains("result: Unknown") => format!("RESULT-{result}"),
        _ if reason == "TTL expired" => "TTL".to_owned(),
        _ if reason.contains("nvalid phone number") => "NUMBER".to_owned(),
        _ if reason.contains("No SIMs found") || reason.contains("SIM ") => "SIM".to_owned(),
        _ => "Failed".to_owned(),
    }
}

/// What a code kept of this carrier's means for the people; `None` for a code that says nothing more.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    let status = code.strip_prefix("STATUS-").and_then(|status| status.parse().ok());
    match status {
        Some(status) => of_status(status),
        None => find(ANDROID, code).or_else(|| find(OURS, code)),
    }
}

fn find(table: &[(DeliveryReason, &[&str])], code: &str) -> Option<DeliveryReason> {
    table.iter().find(|(_, codes)| codes.contains(&code)).map(|(meaning, _)| *meaning)
}

/// TP-Status: up to 31 it arrived, from 64 on nobody tries any more.
fn of_status(status: u32) -> Option<DeliveryReason> {
    Some(match status {
        // Replaced by the message centre (2) is no arrival of these words, but it says so only of a replacing text.
        0..=31 => DeliveryReason::Delivered,
        65 | 67 | 97 | 98 | 101 => DeliveryReason::NotReachable,
        66 | 99 => DeliveryReason::Refused,
        70 => DeliveryReason::Expired,
        64 | 68 | 69 | 71..=73 | 96 | 100 => DeliveryReason::CarrierTrouble,
        _ => return None,
    })
}

/// What the app itself says.
const OURS: &[(DeliveryReason, &[&str])] = &[
    (DeliveryReason::Delivered, &["Delivered"]),
    (DeliveryReason::Expired, &["TTL"]),
    (DeliveryReason::NoSuchNumber, &["NUMBER"]),
    (DeliveryReason::CarrierTrouble, &["SIM", "Cancelled", "Failed"]),
];

/// Android's words for what became of a sending (`SmsManager`): nearly all are troubles of our phone, not of the citizen's.
const ANDROID: &[(DeliveryReason, &[&str])] = &[
    (
        DeliveryReason::CarrierTrouble,
        &[
            "RESULT_ERROR_NONE",
            "RESULT_ERROR_GENERIC_FAILURE",
            "RESULT_ERROR_RADIO_OFF",
            "RESULT_ERROR_NULL_PDU",
            "RESULT_ERROR_NO_SERVICE",
            "RESULT_RADIO_NOT_AVAILABLE",
            "RESULT_INVALID_ARGUMENTS",
            "RESULT_INVALID_STATE",
            "RESULT_NO_MEMORY",
            "RESULT_SYSTEM_ERROR",
            "RESULT_MODEM_ERROR",
            "RESULT_NETWORK_ERROR",
            "RESULT_INVALID_SMSC_ADDRESS",
            "RESULT_INTERNAL_ERROR",
            "RESULT_NO_RESOURCES",
            "RESULT_CANCELLED",
            "RESULT_REQUEST_NOT_SUPPORTED",
            "RESULT_NO_BLUETOOTH_SERVICE",
            "RESULT_INVALID_BLUETOOTH_ADDRESS",
            "RESULT_BLUETOOTH_DISCONNECTED",
            "RESULT_SMS_BLOCKED_DURING_EMERGENCY",
            "RESULT_SMS_SEND_RETRY_FAILED",
            "RESULT_REMOTE_EXCEPTION",
            "RESULT_NO_DEFAULT_SMS_APP",
            "RESULT_RIL_RADIO_NOT_AVAILABLE",
            "RESULT_RIL_SMS_SEND_FAIL_RETRY",
            "RESULT_RIL_INVALID_STATE",
            "RESULT_RIL_INVALID_ARGUMENTS",
            "RESULT_RIL_NO_MEMORY",
            "RESULT_RIL_SYSTEM_ERR",
            "RESULT_RIL_INVALID_SMSC_ADDRESS",
            "RESULT_RIL_MODEM_ERR",
            "RESULT_RIL_NETWORK_ERR",
            "RESULT_RIL_INTERNAL_ERR",
            "RESULT_RIL_REQUEST_NOT_SUPPORTED",
            "RESULT_RIL_INVALID_MODEM_STATE",
            "RESULT_RIL_NETWORK_NOT_READY",
            "RESULT_RIL_NO_RESOURCES",
            "RESULT_RIL_CANCELLED",
            "RESULT_RIL_SIM_ABSENT",
            "RESULT_RIL_SIMULTANEOUS_SMS_AND_CALL_NOT_ALLOWED",
            "RESULT_RIL_BLOCKED_DUE_TO_CALL",
            "RESULT_RIL_GENERIC_ERROR",
            "MMS_ERROR_UNSPECIFIED",
            "MMS_ERROR_INVALID_APN",
            "MMS_ERROR_UNABLE_CONNECT_MMS",
            "MMS_ERROR_HTTP_FAILURE",
            "MMS_ERROR_IO_ERROR",
            "MMS_ERROR_RETRY",
            "MMS_ERROR_CONFIGURATION_ERROR",
            "MMS_ERROR_NO_DATA_NETWORK",
        ],
    ),
    (
        DeliveryReason::BadText,
        &[
            "RESULT_INVALID_SMS_FORMAT",
            "RESULT_ENCODING_ERROR",
            "RESULT_RIL_INVALID_SMS_FORMAT",
            "RESULT_RIL_ENCODING_ERR",
        ],
    ),
    // Our SIM or phone may not send (this often, or to such a number).
    (
        DeliveryReason::Quota,
        &[
            "RESULT_ERROR_LIMIT_EXCEEDED",
            "RESULT_UNEXPECTED_EVENT_STOP_SENDING",
            "RESULT_RIL_REQUEST_RATE_LIMITED",
        ],
    ),
    (
        DeliveryReason::SenderNotAllowed,
        &[
            "RESULT_ERROR_FDN_CHECK_FAILURE",
            "RESULT_ERROR_SHORT_CODE_NOT_ALLOWED",
            "RESULT_ERROR_SHORT_CODE_NEVER_ALLOWED",
            "RESULT_NETWORK_REJECT",
            "RESULT_OPERATION_NOT_ALLOWED",
            "RESULT_RIL_NETWORK_REJECT",
            "RESULT_RIL_OPERATION_NOT_ALLOWED",
            "RESULT_RIL_ACCESS_BARRED",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_of_the_app_is_in_the_table_once() {
        let all: Vec<&str> =
            ANDROID.iter().chain(OURS).flat_map(|(_, codes)| codes.iter().copied()).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
        // 58 results of a text and 8 of a photo message in `resultToErrorMessage` and `mmsErrorToMessage`.
        let of_android = ANDROID.iter().map(|(_, codes)| codes.len()).sum::<usize>();
        assert_eq!(of_android, 58 + 8);
    }

    #[test]
    fn states() {
        use ReceiptStatus::*;
        let cases = [
            ("Pending", None),
            ("Processed", None),
            ("Sent", None),
            ("Cancelling", None),
            ("Delivered", Some(Delivered)),
            ("Failed", Some(Undelivered)),
            ("Cancelled", Some(Undelivered)),
            ("delivered", Some(Unknown)),
            ("Teleported", Some(Unknown)),
            ("", Some(Unknown)),
        ];
        for (word, status) in cases {
            assert_eq!(state(word), status, "{word}");
        }
    }

    #[test]
    fn reasons_become_codes_without_anybodys_number() {
        let cases = [
            ("TTL expired", "TTL", Some(DeliveryReason::Expired)),
            (
                "Send result: RESULT_ERROR_NO_SERVICE (Failed because service is currently unavailable)",
                "RESULT_ERROR_NO_SERVICE",
                Some(DeliveryReason::CarrierTrouble),
            ),
            (
                "MMS send result: MMS_ERROR_RETRY (The carrier indicated a retry is needed)",
                "MMS_ERROR_RETRY",
                Some(DeliveryReason::CarrierTrouble),
            ),
            ("Delivery result from SC +821012345678: 70", "STATUS-70", Some(DeliveryReason::Expired)),
            ("Delivery result from SC null: 99", "STATUS-99", Some(DeliveryReason::Refused)),
            ("Delivery result from SC null: 127", "STATUS-127", None),
            ("Delivery result: 3", "DELIVERY-3", None),
            ("Send result: Unknown error code: 133", "RESULT-133", None),
            ("sendSMS: Invalid phone number: 01012345678", "NUMBER", Some(DeliveryReason::NoSuchNumber)),
            ("Can't send message: No SIMs found", "SIM", Some(DeliveryReason::CarrierTrouble)),
            ("sendSMS: SIM 2 not found", "SIM", Some(DeliveryReason::CarrierTrouble)),
            ("Delivery result: 01012345678", "Failed", Some(DeliveryReason::CarrierTrouble)),
            ("to 01012345678", "Failed", Some(DeliveryReason::CarrierTrouble)),
            ("", "Failed", Some(DeliveryReason::CarrierTrouble)),
        ];
        for (reason, expected, means) in cases {
            assert_eq!(code("Failed", Some(reason)), expected, "{reason}");
            assert_eq!(meaning(expected), means, "{expected}");
        }
        assert_eq!(code("Failed", None), "Failed");
        assert_eq!(code("Delivered", Some("01012345678")), "Delivered");
        assert_eq!(code("01012345678", None), "unknown");
        assert_eq!(meaning("Teleported"), None);
    }
}
