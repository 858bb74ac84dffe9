//! One text on its way out.

use super::*;
use crate::domain::phone::PhoneNumber;

async fn error(answer: Answered) -> CarrierError {
    driver(vec![answer]).0.send(&outbound("안녕하세요")).await.unwrap_err()
}

#[tokio::test]
async fn a_send_asks_as_the_user_guide_says() {
    let with_smsc = KannelConfig { smsc: Some("SKT".to_owned()), ..config() };
    let (kannel, seen) = driver_with(with_smsc, vec![said(202, "0: Accepted for delivery")]);
    let accepted = kannel.send(&outbound("막차는 23시 + 10%")).await.unwrap();
    assert_eq!(accepted, Accepted { carrier_message_id: Some(KEY.to_owned()), repeated: false });
    let reports = format!("http://127.0.0.1:6121/push/kannel?token={TOKEN}&key={KEY}&dlr=%d&reply=%A&at=%T");
    let expected = [
        ("username", "munja"),
        ("password", "pass1234"),
        // An hour, rounded up.
        ("validity", "61"),
        ("to", "01012345678"),
        ("from", "062120"),
        ("text", "막차는 23시 + 10%"),
        ("charset", "UTF-8"),
        ("coding", "2"),
        ("dlr-mask", "31"),
        ("dlr-url", &reports),
        ("smsc", "SKT"),
    ];
    assert_eq!(asked(&seen, 0), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn seven_bits_where_they_are_enough() {
    for (words, coding) in [("OK [123] €", "0"), ("ok ✓", "2"), ("네", "2"), ("ë", "2")] {
        let (kannel, seen) = driver(vec![said(202, "3: Queued for later delivery")]);
        kannel.send(&outbound(words)).await.unwrap();
        assert!(asked(&seen, 0).contains(&("coding".to_owned(), coding.to_owned())), "{words}");
    }
}

#[tokio::test]
async fn what_each_answer_promises() {
    let cases = [
        (said(403, "Authorization failed for sendsms"), ErrorKind::Auth),
        (said(403, "Not routable. Do not try again."), ErrorKind::Permanent),
        (said(503, "Temporal failure, try again later."), ErrorKind::RateLimited),
        (said(400, "Sender missing and no global set, rejected"), ErrorKind::Config),
        // Nobody knows.
        (said(503, "<html>Service Unavailable</html>"), ErrorKind::Ambiguous),
        (said(500, "Sending failed."), ErrorKind::Ambiguous),
        (said(202, ""), ErrorKind::Ambiguous),
        (said(200, "<html>OK</html>"), ErrorKind::Ambiguous),
        (Err(Broken::Reset), ErrorKind::Ambiguous),
        (Err(Broken::Truncated("0: Acc".into())), ErrorKind::Ambiguous),
        (Err(Broken::NotSent), ErrorKind::NotSent),
    ];
    for (answer, kind) in cases {
        assert_eq!(error(answer.clone()).await.kind, kind, "{answer:?}");
    }
}

/// A space would make two receivers of one, and a letter none.
#[tokio::test]
async fn only_one_number_is_a_receiver() {
    for to in ["KT 114", "01012345678 01087654321", "#1388", "", "+"] {
        let (kannel, seen) = driver(vec![said(202, "0: Accepted for delivery")]);
        let text = OutboundText { citizen: PhoneNumber::parse(to), ..outbound("네") };
        let refused = kannel.send(&text).await.unwrap_err();
        assert_eq!((refused.kind, seen.lock().unwrap().len()), (ErrorKind::Permanent, 0), "{to}");
    }
}

#[tokio::test]
async fn a_doubt_is_a_persons_to_settle() {
    let (kannel, seen) = driver(vec![]);
    assert_eq!(kannel.reconcile(&outbound("네")).await.unwrap(), Reconciled::CannotTell);
    assert!(kannel.status(KEY).await.unwrap().is_none() && seen.lock().unwrap().is_empty());
}
