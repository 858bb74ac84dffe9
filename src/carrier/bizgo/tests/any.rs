//! Whatever the carrier answers, nothing falls over, and only `A000` and `A301` count as taken.

use proptest::prelude::*;

use super::*;

/// Words that the driver looks for, so that chance meets them.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "common",
        "data",
        "authCode",
        "code",
        "destinations",
        "messages",
        "report",
        "reportId",
        "msgKey",
        "ref",
        "hasNext",
        "lastSeq",
        "reportCode",
        "occurredTime",
        "A000",
        "A301",
        "A020",
        "10000",
        KEY,
        "2026-07-01T09:00:00+09:00",
    ];
    prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => any::<String>()]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// Anything at all, anything inside a good envelope, and good answers with any codes, cut anywhere.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let codes = || prop_oneof![3 => Just("A000".to_owned()), 1 => word(), 1 => "[A-Z0-9]{0,5}"];
    let answer = (codes(), codes(), codes(), 0..500_usize).prop_map(|(gateway, service, code, cut)| {
        let mut body = envelope(&gateway, &service, sent(&code));
        body.truncate(cut);
        body
    });
    prop_oneof![
        answer,
        json().prop_map(|data| envelope("A000", "A000", data)),
        json().prop_map(|body| body.to_string().into_bytes()),
        any::<Vec<u8>>(),
    ]
}

/// What a reader that knows nothing of ours says: both layers `A000` and one recipient taken, or a repetition.
fn is_taken(status: u16, body: &[u8]) -> bool {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let destinations = body["data"]["data"]["destinations"].as_array().cloned().unwrap_or_default();
    let taken =
        destinations.len() == 1 && ["A000", "A301"].map(|c| json!(c)).contains(&destinations[0]["code"]);
    let repeated = body["data"]["code"] == "A301";
    body["common"]["authCode"] == "A000"
        && ((taken && body["data"]["code"] == "A000" && (200..300).contains(&status)) || repeated)
}

async fn try_everything(status: u16, body: Vec<u8>) {
    let answers = || driver(vec![Ok((status, body.clone()))]).0;
    let result = answers().send(&outbound(OutboundKind::Sms, "네")).await;
    assert!(result.is_err() || is_taken(status, &body), "{status} {}", String::from_utf8_lossy(&body));
    if let Err(error) = result {
        let is_read_kind = matches!(error.kind, ErrorKind::Transient | ErrorKind::Protocol);
        assert!(!is_read_kind, "a send never fails as a reading request does: {error}");
    }
    let late = OutboundText { first_attempt_at: 0, ..outbound(OutboundKind::Sms, "네") };
    drop(answers().reconcile(&late).await);
    let polled = answers().poll_inbound(&Cursor::starting_at(NOW)).await;
    if let Ok(page) = polled {
        assert!(page.next.since >= NOW, "a walk never goes back");
    }
    drop(answers().poll_reports().await);
    drop(answers().ack_reports("R1").await);
    drop(answers().status("M1").await);
    drop(answers().sent_since(NOW, None).await);
    let with_photo = photos::mms(1);
    let result = answers().send(&with_photo).await;
    assert!(result.is_err(), "the only answer was the photo's: nothing can have been taken");
    if let Err(error) = result {
        use ErrorKind::*;
        let surely_not = matches!(error.kind, NotSent | RateLimited | Auth | Config | Permanent);
        assert!(surely_not, "{error}");
    }
    if let Ok(pushed) = webhook::pushed(&body) {
        assert_eq!(pushed.texts.len() + pushed.receipts.len(), 1, "a call that is taken is kept");
    }
    drop(answers().check().await);
}

proptest! {
    #[test]
    fn any_answer_is_survived(
        status in prop_oneof![4 => Just(200), 1 => 200u16..600],
        body in body(),
    ) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(try_everything(status, body));
    }

    #[test]
    fn any_time_can_be_asked_from(since in any::<i64>()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (bizgo, _) = driver(vec![]);
        drop(runtime.block_on(bizgo.poll_inbound(&Cursor::starting_at(since))));
        let text = OutboundText { first_attempt_at: since, expires_at: since, ..outbound(OutboundKind::Lms, "네") };
        drop(runtime.block_on(bizgo.reconcile(&text)));
        drop(runtime.block_on(bizgo.send(&text)));
    }
}
