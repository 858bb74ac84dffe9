//! Whatever the carrier answers, nothing falls over, and only a plain success counts as taken.

use proptest::prelude::*;

use super::*;

/// Words that the driver looks for, so that chance meets them.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "header",
        "body",
        "data",
        "isSuccessful",
        "resultCode",
        "totalCount",
        "requestId",
        "recipientSeq",
        "recipientGroupingKey",
        "sendResultList",
        "resultUpdateList",
        "msgStatus",
        "hooks",
        "event",
        "MESSAGE_RESULT_UPDATE",
        "1000",
        "2003",
        "3",
        KEY,
        "2026-07-01 09:00:00.0",
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

/// Anything at all, anything inside a good envelope, lists of anything, and good answers with any codes, cut anywhere.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let code = || prop_oneof![3 => Just(0_i64), 1 => -9999_i64..5];
    let answer = (code(), code(), 0..500_usize).prop_map(|(header, code, cut)| {
        let mut body = envelope(header, sent(code));
        body.truncate(cut);
        body
    });
    prop_oneof![
        answer,
        json().prop_map(|body| envelope(0, body)),
        prop::collection::vec(json(), 0..5).prop_map(|items| envelope(0, json!({ "data": items }))),
        json().prop_map(|body| body.to_string().into_bytes()),
        any::<Vec<u8>>(),
    ]
}

async fn try_everything(status: u16, body: Vec<u8>) {
    let answers = || driver(vec![Ok((status, body.clone()))]).0;
    let read: Value = serde_json::from_slice(&body).unwrap_or_default();
    let list = read["body"]["data"]["sendResultList"].as_array().cloned().unwrap_or_default();
    let is_taken = (200..300).contains(&status)
        && read["header"]["isSuccessful"] == true
        && (read["header"]["resultCode"] == 0 || read["header"]["resultCode"] == "0")
        && list.len() == 1
        && (list[0]["resultCode"] == 0 || list[0]["resultCode"] == "0");
    match answers().send(&outbound(OutboundKind::Sms, "네")).await {
        Ok(_) => assert!(is_taken, "{status} {}", String::from_utf8_lossy(&body)),
        Err(error) => {
            let is_read_kind = matches!(error.kind, ErrorKind::Transient | ErrorKind::Protocol);
            assert!(!is_read_kind, "a send never fails as a reading request does: {error}");
        }
    }
    drop(answers().reconcile(&outbound(OutboundKind::Lms, "네")).await);
    if let (Ok(page), Some(items)) = (answers().poll_reports().await, read["body"]["data"].as_array()) {
        let open = |item: &&Value| item["resultCode"].is_null() && wire::name_of(item).is_some();
        assert_eq!(page.items.len(), items.len() - items.iter().filter(open).count(), "none is lost");
    }
    drop(answers().status("R1:1").await);
    drop(answers().check().await);
    drop(answers().sent_since(NOW, None).await);
    drop(webhook::pushed(&body));
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
    fn any_time_can_be_asked_from(at in any::<i64>(), page in 1u64..) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (nhn, _) = driver_at(Arc::new(StdMutex::new(at)), vec![]);
        let text = OutboundText { first_attempt_at: at, expires_at: at, ..outbound(OutboundKind::Lms, "네") };
        drop(runtime.block_on(nhn.reconcile(&text)));
        drop(runtime.block_on(nhn.send(&text)));
        drop(runtime.block_on(nhn.poll_reports()));
        drop(runtime.block_on(nhn.check()));
        drop(runtime.block_on(nhn.sent_since(at, Some(&format!("mms {at} {page}")))));
    }
}
