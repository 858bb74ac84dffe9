//! Photos on their way out. The form is what bizgo-sdk-comm 1.2.0 (PyPI, official) wrote to a recording server for
//! `files.upload_mms(jpeg, filename="munja-1.jpg")`, but for the boundary.

use super::*;
use crate::domain::media::Photo;

const JPEG: &[u8] = b"\xff\xd8\xff\xe0jpeg";

pub(super) fn mms(n: usize) -> OutboundText {
    let photo = |n: usize| Photo { name: format!("munja-{}.jpg", n + 1), jpeg: Arc::from(JPEG) };
    OutboundText { photos: (0..n).map(photo).collect(), ..outbound(OutboundKind::Mms, "안내") }
}

fn uploaded(key: &str) -> Answered {
    ok(json!({ "fileKey": key, "expired": "2027-04-24T10:45:24+09:00" }))
}

#[tokio::test]
async fn photos_are_handed_over_first_and_named_in_the_text() {
    let (bizgo, seen) = driver(vec![uploaded("K1"), uploaded("K2"), ok(sent("A000"))]);
    let accepted = bizgo.send(&mms(2)).await.unwrap();
    assert_eq!(accepted.carrier_message_id.as_deref(), Some("M1"));
    let upload = "POST /api/comm/v1/file/mms";
    assert_eq!(asked(&seen), [upload, upload, "POST /api/comm/v1/send/omni"]);
    let seen = seen.lock().unwrap();
    assert_eq!(seen[0].headers()["authorization"], "KEY123");
    let content_type = seen[0].headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert_eq!((boundary.len(), boundary.bytes().all(|b| b.is_ascii_hexdigit())), (32, true));
    let form = [
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"munja-1.jpg\"\r\n"
        )
        .as_bytes(),
        b"Content-Type: image/jpeg\r\n\r\n",
        JPEG,
        format!("\r\n--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    assert_eq!(seen[0].body(), &form);
    let body: Value = serde_json::from_slice(seen[2].body()).unwrap();
    let mms =
        json!({ "from": "062120", "title": "안내", "text": "안내", "fileKey": ["K1", "K2"], "ttl": "3600" });
    assert_eq!(body["messageFlow"], json!([{ "mms": mms }]));
}

#[tokio::test]
async fn a_name_cannot_break_out_of_the_form() {
    let (bizgo, seen) = driver(vec![uploaded("K1"), ok(sent("A000"))]);
    let mut text = mms(1);
    text.photos[0].name = "a\"\r\nX: y\r\n\r\n.jpg".to_owned();
    bizgo.send(&text).await.unwrap();
    let form = String::from_utf8_lossy(seen.lock().unwrap()[0].body()).into_owned();
    assert!(form.contains("filename=\"aXy.jpg\"\r\nContent-Type: image/jpeg"), "{form}");
}

#[tokio::test]
async fn only_a_text_with_photos_hands_any_over() {
    let (bizgo, seen) = driver(vec![ok(sent("A000")), ok(sent("A000"))]);
    bizgo.send(&mms(0)).await.unwrap();
    bizgo.send(&OutboundText { kind: OutboundKind::Lms, ..mms(1) }).await.unwrap();
    assert_eq!(asked(&seen), ["POST /api/comm/v1/send/omni"; 2]);
}

#[tokio::test]
async fn without_its_photos_a_text_was_surely_not_taken() {
    use ErrorKind::*;
    let service = |status, code: &str| Ok((status, envelope("A000", code, json!(null))));
    let cases: Vec<(Answered, ErrorKind)> = vec![
        (ok(json!({})), NotSent),
        (ok(json!(null)), NotSent),
        (service(200, "A301"), NotSent),
        (service(500, "A214"), NotSent),
        (Ok((502, b"<html>".to_vec())), NotSent),
        (Ok((200, b"{".to_vec())), NotSent),
        (Err(Broken::Reset), NotSent),
        (Err(Broken::NotSent), NotSent),
        (Err(Broken::Truncated(Bytes::new())), NotSent),
        (service(400, "A200"), Permanent),
        (service(429, "A020"), RateLimited),
        (service(401, "A001"), Auth),
        (service(403, "A110"), Config),
    ];
    for (answer, kind) in cases {
        let shown = format!("{:?}", answer.as_ref().map(|(status, _)| status));
        let (bizgo, seen) = driver(vec![uploaded("K1"), answer, ok(sent("A000"))]);
        assert_eq!(bizgo.send(&mms(2)).await.unwrap_err().kind, kind, "{shown}");
        assert_eq!(asked(&seen), ["POST /api/comm/v1/file/mms"; 2]);
    }
}
