//! Jasmin's calls, as the running program made them (0.11.1, `tests/jasmin-check.sh`).

use http::{HeaderMap, StatusCode};

use super::*;
use crate::domain::inbound::{InboundItem, InboundText};
use crate::domain::receipt::{ReceiptItem, ReceiptStatus};

pub(super) const DOOR: &str = "https://munja.example.kr/push/jasmin?token=TOKEN77";
/// "살려주세요 😀"
const TEXT: &str = "id=0db7bbae-25f9-4191-8312-0950389823f3&from=821012345678&to=062120&origin-connector=smsc&content=%C0%B4%B8%24%C8\
                    %FC%C18%C6%94%00+%D8%3D%DE%00&binary=c0b4b824c8fcc138c6940020d83dde00&priority=0&coding=%08";
const TAKEN: &str = "id=52c026c2-c12d-4220-abc8-06bed3967616&level=1&message_status=ESME_ROK&connector=smsc";
const ARRIVED: &str = "id=52c026c2-c12d-4220-abc8-06bed3967616&level=2&message_status=DELIVRD&connector=00000008&id_smsc=8&sub=001&\
                       dlvrd=001&subdate=2607010900&donedate=2607010901&err=000&text=-";

pub(super) fn called(method: &Method, url: &str, body: &[u8]) -> std::result::Result<Pushed, PushRefused> {
    let (url, headers, body) = (Url::parse(url).unwrap(), HeaderMap::new(), body.to_vec().into());
    driver(vec![]).0.push(&PushCall {
        method,
        url: &url,
        headers: &headers,
        body: &body,
        signed: None,
        now: NOW,
    })
}

fn posted(body: &str) -> Pushed {
    called(&Method::POST, DOOR, body.as_bytes()).unwrap()
}

fn reported(body: &str) -> Pushed {
    called(&Method::POST, &format!("{DOOR}&key={KEY}"), body.as_bytes()).unwrap()
}

fn text(pushed: &Pushed) -> &InboundText {
    match pushed.texts.as_slice() {
        [InboundItem::Text(text)] => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_comes_as_it_was_written_and_is_acked() {
    let pushed = posted(TEXT);
    let InboundText { key, citizen, to, text: words, media, sent_at } = text(&pushed);
    assert_eq!((key.as_str(), *sent_at), ("0db7bbae-25f9-4191-8312-0950389823f3", NOW));
    assert_eq!((citizen.reveal(), to.reveal(), words.reveal()), ("01012345678", "062120", "살려주세요 😀"));
    assert!(media.is_empty() && pushed.receipts.is_empty() && pushed.taken.is_empty());
    let answer = &pushed.answer;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ACK/Jasmin"));
    // Its HTTP connector may be set to GET.
    let got = called(&Method::GET, &format!("{DOOR}&{TEXT}"), b"").unwrap();
    assert_eq!(got.texts, pushed.texts);
}

#[test]
fn only_who_knows_the_token_is_heard() {
    for query in
        ["", "?token=", "?token=TOKEN78", "?token=TOKEN777", "?token=TOKEN77&token=TOKEN77", "?Token=TOKEN77"]
    {
        let url = format!("https://munja.example.kr/push/jasmin{query}");
        let refused = called(&Method::POST, &url, TEXT.as_bytes()).unwrap_err();
        assert_eq!(refused, PushRefused::NotSigned, "{query}");
    }
    let body = format!("token=TOKEN77&{TEXT}");
    let bare = "https://munja.example.kr/push/jasmin";
    assert_eq!(called(&Method::POST, bare, body.as_bytes()).unwrap_err(), PushRefused::NotSigned);
    assert_eq!(called(&Method::PUT, DOOR, TEXT.as_bytes()).unwrap_err(), PushRefused::NotSigned);
}

/// `coding` is one octet on the wire; the documents show it in decimal.
#[test]
fn codings() {
    for (coding, binary, words) in [
        ("&coding=%00", "68656c6c6f2000", "hello @"),
        ("&coding=0", "68656c6c6f2000", "hello @"),
        ("", "6869", "hi"),
        ("&coding=8", "b124", "네"),
        ("&coding=%18", "b124", "네"),
        ("&coding=%0E", "b5b5bfcdc1d6bcbcbfe4", "도와주세요"),
        ("&coding=14", "b5b5bfcdc1d6bcbcbfe4", "도와주세요"),
        ("&coding=%F1", "666c617368", "flash"),
        ("&coding=%0A", "6a6a", "jj"),
        ("&coding=%08", "", ""),
        ("&coding=%08", "060804778802020042", "(2/2) B"),
    ] {
        let pushed = posted(&format!("id=a&from=821012345678&to=062120&binary={binary}{coding}"));
        assert_eq!(text(&pushed).text.reveal(), words, "{coding} {binary}");
    }
}

/// What cannot be read would not come again.
#[test]
fn what_cannot_be_read_is_kept_and_acked() {
    for body in [
        "",
        "from=821012345678&to=062120&binary=b124&coding=%08",
        "id=a&to=062120&binary=b124&coding=%08",
        "id=a&from=&to=062120&binary=b124&coding=%08",
        "id=a&from=821012345678&to=062120&coding=%08",
        "id=a&from=821012345678&to=062120&binary=b12&coding=%08",
        "id=a&from=821012345678&to=062120&binary=b124&coding=eight",
        "id=a&from=821012345678&to=062120&binary=0102&coding=%F5",
        "id=a%20b&from=821012345678&to=062120&binary=b124&coding=%08",
        "level=2&message_status=DELIVRD",
    ] {
        let pushed = posted(body);
        let kept = match (pushed.texts.as_slice(), pushed.receipts.as_slice()) {
            ([InboundItem::Unreadable { raw, .. }], []) | ([], [ReceiptItem::Unreadable { raw, .. }]) => raw,
            other => panic!("{body}: {other:?}"),
        };
        assert!(!kept.contains("TOKEN77") && kept.len() >= body.len() / 2, "{body}: {kept}");
        assert_eq!(pushed.answer.body, "ACK/Jasmin");
    }
}

#[test]
fn receipts_are_known_by_our_key() {
    let taken = reported(TAKEN);
    assert_eq!(taken.taken.iter().map(|key| key.as_str()).collect::<Vec<_>>(), [KEY]);
    assert!(taken.receipts.is_empty() && taken.answer.body == "ACK/Jasmin");
    let got = called(&Method::GET, &format!("{DOOR}&key={KEY}&{TAKEN}"), b"").unwrap();
    assert_eq!(got.taken, taken.taken);
    for (status, err, expected, code) in [
        ("DELIVRD", "000", ReceiptStatus::Delivered, "DELIVRD"),
        ("UNDELIV", "034", ReceiptStatus::Undelivered, "UNDELIV-034"),
        ("UNKNOWN", "ND", ReceiptStatus::Unknown, "UNKNOWN"),
        ("ESME_RINVDSTADR", "000", ReceiptStatus::Undelivered, "ESME_RINVDSTADR"),
        ("ESME_RTHROTTLED", "000", ReceiptStatus::Unknown, "ESME_RTHROTTLED"),
    ] {
        let body = ARRIVED.replace("DELIVRD", status).replace("err=000", &format!("err={err}"));
        let pushed = reported(&body);
        let [ReceiptItem::Receipt(receipt)] = pushed.receipts.as_slice() else { panic!("{pushed:?}") };
        assert_eq!((receipt.status, receipt.code.as_str()), (expected, code));
        assert_eq!(receipt.client_key.as_deref(), Some(KEY));
        assert_eq!(receipt.carrier_message_id, "52c026c2-c12d-4220-abc8-06bed3967616");
    }
    // Sent by somebody else to our address.
    let [ReceiptItem::Receipt(receipt)] = &posted(ARRIVED).receipts[..] else { panic!() };
    assert_eq!(receipt.client_key, None);
    assert!(posted(TAKEN).taken.is_empty() && posted(TAKEN).texts.is_empty());
}
