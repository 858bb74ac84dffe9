//! What smsbox's answers and Kannel's reports mean for us. Answers: `smsbox.c`, user guide table 7-16. What bearerbox says of
//! a send it says before any part of it left, so that its two refusals are sure. States of reports: `dlr.h`. Of the SMSC's
//! own words a code is kept only where its shape says that it is one: beside it may stand a part of the text.

use http::StatusCode;

use crate::carrier::error::{by_status, not_taken};
use crate::carrier::{CarrierError, ErrorKind};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::receipt::ReceiptStatus;

/// A refusal by status and the beginning of its body: what follows, the code that is kept of it, and its meaning.
type Refusal = (u16, &'static str, ErrorKind, &'static str, Option<DeliveryReason>);

use DeliveryReason as Why;

const REFUSALS: &[Refusal] = &[
    (403, "Authorization failed", ErrorKind::Auth, "AUTHORIZATION", None),
    // No SMSC is set up for this number, or a list of bearerbox forbids it.
    (403, "Not routable", ErrorKind::Permanent, "NOT-ROUTABLE", Some(Why::CarrierTrouble)),
    // Its queues are full, or it is shutting down: nothing was taken.
    (503, "Temporal failure", ErrorKind::RateLimited, "TEMPORAL", None),
    (400, "Number(s) has/have been denied", ErrorKind::Permanent, "DENIED", Some(Why::Refused)),
    (400, "Missing receiver number", ErrorKind::Permanent, "NO-NUMBER", Some(Why::NoSuchNumber)),
    (400, "Empty receiver number", ErrorKind::Permanent, "NO-NUMBER", Some(Why::NoSuchNumber)),
    (400, "Charset or body misformed", ErrorKind::Permanent, "CHARSET", Some(Why::BadText)),
    (400, "Sender missing", ErrorKind::Config, "NO-SENDER", Some(Why::SenderNotAllowed)),
    (400, "DLR-URL field misformed", ErrorKind::Config, "DLR-URL", Some(Why::CarrierTrouble)),
    (400, "DLR-Mask field misformed", ErrorKind::Config, "DLR-MASK", Some(Why::CarrierTrouble)),
    (400, "Validity field misformed", ErrorKind::Config, "VALIDITY", Some(Why::CarrierTrouble)),
    (400, "Coding field misformed", ErrorKind::Config, "CODING", Some(Why::CarrierTrouble)),
];

/// Whether a successful answer says that the text was taken. `Sent.` is the answer under `immediate-sendsms-reply`.
pub(super) fn is_taken(body: &[u8]) -> bool {
    ["0: Accepted", "3: Queued", "Sent."].iter().any(|said| body.starts_with(said.as_bytes()))
}

/// Whether smsbox knows user and password, and misses only the receiver.
pub(super) fn is_missing_receiver(status: StatusCode, body: &[u8]) -> bool {
    status == StatusCode::BAD_REQUEST && body.starts_with(b"Missing receiver number")
}

/// The error of a refused send. A status with other words may be a proxy's.
pub(super) fn refusal(status: StatusCode, body: &[u8]) -> CarrierError {
    let found =
        REFUSALS.iter().find(|(of, said, ..)| *of == status.as_u16() && body.starts_with(said.as_bytes()));
    match found {
        Some((_, _, kind, code, _)) => not_taken(*kind, *code),
        None => by_status(status),
    }
}

/// What a report says of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// It says what became of it, with the code that is kept.
    Fate(ReceiptStatus, String),
    /// The SMSC has it, and the phone has not yet.
    Taken,
}

/// Reads a report's state (`%d`) and the SMSC's words (`%A`).
pub(super) fn report(state: &str, reply: &str) -> Report {
    let status = match state {
        "4" | "8" => return Report::Taken,
        "1" => ReceiptStatus::Delivered,
        // 34 is 2 with 32: its validity ended.
        "2" | "16" | "34" => ReceiptStatus::Undelivered,
        // 66 among them: the SMSC does not know what became of it.
        _ => ReceiptStatus::Unknown,
    };
    let is_state = !state.is_empty() && state.len() <= 3 && state.bytes().all(|b| b.is_ascii_digit());
    let state = if is_state { state } else { "unknown" };
    Report::Fate(
        status,
        [Some(state.to_owned()), detail(reply)].into_iter().flatten().collect::<Vec<_>>().join("-"),
    )
}

/// `UNDELIV-001` of an SMPP receipt, `0x0000000b` of an SMPP refusal; `None` for anything else.
fn detail(reply: &str) -> Option<String> {
    if let Some(said) = reply.strip_prefix("NACK/") {
        let code = said.split('/').next().unwrap_or_default();
        let digits = code.strip_prefix("0x").filter(|digits| digits.len() == 8)?;
        return digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| code.to_ascii_lowercase());
    }
    // The words of the text come last, if they come.
    let said = reply.split(" text:").next()?;
    let field = |name: &str, most: usize| {
        let value = said.split(' ').find_map(|word| word.strip_prefix(name))?;
        let is_code = (1..=most).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric());
        is_code.then_some(value)
    };
    let stat = field("stat:", 7).filter(|stat| stat.bytes().all(|b| b.is_ascii_uppercase()))?;
    Some(field("err:", 3).map_or_else(|| stat.to_owned(), |err| format!("{stat}-{err}")))
}

/// What a code kept of this carrier's means for the people; `None` for a code that says nothing more.
pub fn meaning(code: &str) -> Option<DeliveryReason> {
    let (state, detail) = code.split_once('-').unwrap_or((code, ""));
    Some(match (state, detail.split('-').next().unwrap_or_default()) {
        ("1", _) => Why::Delivered,
        ("34", _) | ("2", "EXPIRED") => Why::Expired,
        ("2", "REJECTD") => Why::Refused,
        ("2", "DELETED") => Why::CarrierTrouble,
        ("2", _) => Why::NotReachable,
        // SMPP 3.4, 5.1.3: invalid destination; invalid source.
        ("16", "0x0000000b") => Why::NoSuchNumber,
        ("16", "0x0000000a") => Why::SenderNotAllowed,
        ("16", _) => Why::CarrierTrouble,
        ("66", _) => Why::Unknown,
        _ => {
            return REFUSALS
                .iter()
                .find(|(_, _, _, known, _)| *known == code)
                .and_then(|(.., meaning)| *meaning);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Kannel 1.4.5 answered, and as `smsbox.c` has it.
    #[test]
    fn answers() {
        use ErrorKind::*;
        let cases = [
            (403, "Authorization failed for sendsms", Auth),
            (403, "Not routable. Do not try again.", Permanent),
            (403, "<html>somebody else's</html>", Config),
            (503, "Temporal failure, try again later.", RateLimited),
            (503, "<html>a proxy's</html>", Ambiguous),
            (500, "Sending failed.", Ambiguous),
            (400, "Number(s) has/have been denied by white- and/or black-lists.", Permanent),
            (400, "Sender missing and no global set, rejected", Config),
            (400, "Charset or body misformed, rejected", Permanent),
            (400, "Something new, rejected", Ambiguous),
            (404, "Unknown request.", Config),
        ];
        for (status, body, kind) in cases {
            let error = refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes());
            assert_eq!(error.kind, kind, "{status} {body}");
        }
        for (body, taken) in [
            ("0: Accepted for delivery", true),
            ("3: Queued for later delivery", true),
            ("Sent.", true),
            ("Sent. Message splits: 3", true),
            ("", false),
            ("0", false),
            ("<html>OK</html>", false),
        ] {
            assert_eq!(is_taken(body.as_bytes()), taken, "{body}");
        }
    }

    #[test]
    fn reports_keep_a_code_and_none_of_the_words() {
        use ReceiptStatus::*;
        let smpp = "id:0123456789 sub:001 dlvrd:000 submit date:2607010900 done date:2607010901 stat:UNDELIV err:027 text:stat:MINE err:9";
        let cases = [
            ("1", "", Delivered, "1", Some(Why::Delivered)),
            ("2", "", Undelivered, "2", Some(Why::NotReachable)),
            ("2", smpp, Undelivered, "2-UNDELIV-027", Some(Why::NotReachable)),
            ("2", "stat:REJECTD err:", Undelivered, "2-REJECTD", Some(Why::Refused)),
            ("2", "id:1 text:stat:REJECTD", Undelivered, "2", Some(Why::NotReachable)),
            ("2", "stat:01012345678", Undelivered, "2", Some(Why::NotReachable)),
            ("34", "stat:EXPIRED err:000 ", Undelivered, "34-EXPIRED-000", Some(Why::Expired)),
            ("66", "", Unknown, "66", Some(Why::Unknown)),
            (
                "16",
                "NACK/0x0000000B/Invalid Destination Address",
                Undelivered,
                "16-0x0000000b",
                Some(Why::NoSuchNumber),
            ),
            ("16", "NACK/no SMSC", Undelivered, "16", Some(Why::CarrierTrouble)),
            ("16", "NACK/01012345678", Undelivered, "16", Some(Why::CarrierTrouble)),
            ("99", "", Unknown, "99", None),
            ("01012345678", "", Unknown, "unknown", None),
            ("", "", Unknown, "unknown", None),
        ];
        for (state, reply, status, code, means) in cases {
            assert_eq!(report(state, reply), Report::Fate(status, code.to_owned()), "{state} {reply}");
            assert_eq!(meaning(code), means, "{code}");
        }
        for state in ["4", "8"] {
            assert_eq!(report(state, "ACK/"), Report::Taken);
        }
        assert_eq!((meaning("NOT-ROUTABLE"), meaning("8")), (Some(Why::CarrierTrouble), None));
    }
}
