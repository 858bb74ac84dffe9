//! Kannel's calls, as Debian's package made them (1.4.5-12, with a fake SMSC).

use http::{HeaderMap, StatusCode};

use super::*;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

const ID: &str = "3f3dd085-60bb-489b-9479-f53b59e8d4f9";

fn called(method: &Method, query: &str) -> std::result::Result<Pushed, PushRefused> {
    let url = Url::parse(&format!("http://127.0.0.1:6121/push/kannel?{query}")).unwrap();
    let (headers, body) = (HeaderMap::new(), bytes::Bytes::new());
    driver(vec![]).0.push(&PushCall {
        method,
        url: &url,
        headers: &headers,
        body: &body,
        signed: None,
        now: NOW,
    })
}

fn told(query: &str) -> Pushed {
    called(&Method::GET, &format!("token={TOKEN}&{query}")).unwrap()
}

fn text(query: &str) -> InboundText {
    match told(query).texts.remove(0) {
        InboundItem::Text(text) => text,
        InboundItem::Unreadable { reason, .. } => panic!("{reason}"),
    }
}

#[test]
fn a_text_under_mo_recode() {
    let query = format!(
        "id={ID}&from=01012345678&to=062120&at=1782863999&charset=UTF-8&text=%EC%97%AC%EB%B3%B4%EC%84%B8%EC%9A%94+%2B1%21"
    );
    let text = text(&query);
    assert_eq!((text.key.as_str(), text.citizen.reveal(), text.to.reveal()), (ID, "01012345678", "062120"));
    assert_eq!((text.text.reveal(), text.sent_at), ("여보세요 +1!", 1_782_863_999_000));
}

/// Without `mo-recode` UCS-2 comes as it is, and `+` and `!` may be a half of a character.
#[test]
fn a_text_in_utf_16() {
    let query = "id=1&from=%2B821012345678&to=062120&at=&charset=UTF-16BE&text=%C5%EC%BC%84%20%00%00+%00%21%D8%3D%DE%00";
    let text = text(query);
    assert_eq!((text.text.reveal(), text.citizen.reveal()), ("여버\u{2000} !😀", "01012345678"));
    assert_eq!(text.sent_at, NOW, "the SMSC does not say when");
}

/// A text that was cut within a character, or is in another charset, may call for help.
#[test]
fn a_text_with_a_broken_character_is_a_text() {
    let cases = [
        ("UTF-16BE", "%C0%B4%B8%24%C8%FC%D8%3D", "살려주\u{fffd}"),
        ("UTF-16BE", "%C0%B4%B8", "살\u{fffd}"),
        ("UTF-8", "%EC%82%B4%EB%A0%A4%F0%9F%98", "살려\u{fffd}"),
        ("ISO-8859-1", "caf%E9", "café"),
        ("EUC-KR", "%BB%EC%B7%C1", "살려"),
        ("UTF-8", "%BB%EC%B7%C1", "살려"),
    ];
    for (charset, bytes, words) in cases {
        let query = format!("id=1&from=01012345678&to=062120&charset={charset}&text={bytes}");
        assert_eq!(text(&query).text.reveal(), words, "{charset} {bytes}");
    }
}

#[test]
fn an_empty_text_is_one() {
    assert_eq!(text(&format!("id={ID}&from=1&to=2&charset=UTF-8&text=")).text.reveal(), "");
}

/// Each is kept for an operator, and answered as taken: a repetition would be no better.
#[test]
fn what_is_no_text_is_kept_as_it_came() {
    let broken = [
        "from=01012345678&to=062120&charset=UTF-8&text=a",
        "id=1&to=062120&charset=UTF-8&text=a",
        "id=1&from=01012345678&charset=UTF-8&text=a",
        "id=1&from=01012345678&to=062120&charset=UTF-8",
        "id=1&from=01012345678&to=062120&charset=8-BIT&text=%06%05",
    ];
    for query in broken {
        let pushed = told(query);
        let [InboundItem::Unreadable { raw, .. }] = pushed.texts.as_slice() else { panic!("{query}") };
        assert!(raw.contains(query) && !raw.contains(TOKEN), "{raw}");
        assert_eq!(pushed.answer.status, StatusCode::OK);
    }
}

/// smsbox would text it to the citizen.
#[test]
fn nothing_is_said_back() {
    for query in [format!("id={ID}&from=1&to=2&charset=UTF-8&text=a"), format!("key={KEY}&dlr=1&reply=&at=1")]
    {
        let answer = told(&query).answer;
        let said = (answer.status, answer.content_type, answer.body.as_str());
        assert_eq!(said, (StatusCode::OK, "text/plain", ""));
    }
}

#[test]
fn reports_by_our_key() {
    let cases = [
        ("1", "", Some((ReceiptStatus::Delivered, "1"))),
        (
            "2",
            "id%3A1+stat%3AUNDELIV+err%3A001+text%3A%EB%84%A4",
            Some((ReceiptStatus::Undelivered, "2-UNDELIV-001")),
        ),
        ("16", "NACK%2Fno+SMSC", Some((ReceiptStatus::Undelivered, "16"))),
        ("34", "", Some((ReceiptStatus::Undelivered, "34"))),
        ("77", "", Some((ReceiptStatus::Unknown, "77"))),
        ("4", "", None),
        ("8", "ACK%2F", None),
    ];
    for (state, reply, expected) in cases {
        let pushed = told(&format!("key={KEY}&dlr={state}&reply={reply}&at=1782864000"));
        assert_eq!(pushed.taken.len(), usize::from(expected.is_none()), "{state}");
        let receipt = pushed.receipts.first().map(|item| match item {
            ReceiptItem::Receipt(receipt) => receipt,
            ReceiptItem::Unreadable { .. } => panic!("{state}"),
        });
        assert_eq!(receipt.map(|r| (r.status, r.code.as_str())), expected, "{state}");
        assert!(receipt.is_none_or(|r| r.client_key.as_deref() == Some(KEY) && r.reported_at == Some(NOW)));
    }
    for query in ["key=short&dlr=1".to_owned(), format!("key={KEY}&reply=")] {
        let refused = called(&Method::GET, &format!("token={TOKEN}&{query}")).unwrap_err();
        assert_eq!(refused, PushRefused::Unreadable, "{query}");
    }
}

#[test]
fn only_the_token_opens_the_door() {
    let rest = format!("id={ID}&from=1&to=2&charset=UTF-8&text=a");
    for token in
        ["", "token=&", "token=TOKEN7&", "token=TOKEN77x&", "token=TOKEN77&token=x&", "Token=TOKEN77&"]
    {
        let refused = called(&Method::GET, &format!("{token}{rest}")).unwrap_err();
        assert_eq!(refused, PushRefused::NotSigned, "{token}");
    }
    let posted = called(&Method::POST, &format!("token={TOKEN}&{rest}")).unwrap_err();
    assert_eq!(posted, PushRefused::NotSigned);
}
