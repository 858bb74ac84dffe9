//! Whatever the carrier answers, nothing falls over, and only a success counts as taken.

use proptest::prelude::*;

use super::*;

/// Words that the driver looks for, so that chance meets them.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "failedMessageList",
        "messageList",
        "groupInfo",
        "count",
        "total",
        "registeredSuccess",
        "messageId",
        "statusCode",
        "customFields",
        "ref",
        "nextKey",
        "errorCode",
        "fileId",
        "data",
        "2000",
        "3000",
        "4000",
        "3043",
        KEY,
        "2026-07-01T00:00:00.000Z",
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

/// Anything at all, lists of anything, and good answers with any codes, cut anywhere.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let code = prop_oneof![3 => Just("2000".to_owned()), 1 => "[1-4][0-9]{3}", 1 => word()];
    let answer = (code, 0..500_usize).prop_map(|(code, cut)| {
        let mut body = sent(&code).to_string().into_bytes();
        body.truncate(cut);
        body
    });
    prop_oneof![
        answer,
        prop::collection::vec((word(), json()), 0..5).prop_map(|pairs| {
            let map: serde_json::Map<String, Value> = pairs.into_iter().collect();
            json!({ "messageList": map }).to_string().into_bytes()
        }),
        prop::collection::vec(json(), 0..5)
            .prop_map(|items| json!({ "messageList": items }).to_string().into_bytes()),
        json().prop_map(|body| body.to_string().into_bytes()),
        any::<Vec<u8>>(),
    ]
}

async fn try_everything(status: u16, body: Vec<u8>) {
    let answers = || driver(vec![Ok((status, body.clone()))]).0;
    let read: Value = serde_json::from_slice(&body).unwrap_or_default();
    match answers().send(&outbound(OutboundKind::Sms, "네")).await {
        Ok(_) => {
            let failed = read["failedMessageList"].as_array().map_or(0, Vec::len);
            assert!(
                (200..300).contains(&status) && failed == 0,
                "{status} {}",
                String::from_utf8_lossy(&body)
            );
        }
        Err(error) => {
            let is_read_kind = matches!(error.kind, ErrorKind::Transient | ErrorKind::Protocol);
            assert!(!is_read_kind, "a send never fails as a reading request does: {error}");
        }
    }
    drop(answers().reconcile(&outbound(OutboundKind::Lms, "네")).await);
    if let Ok(page) = answers().poll_reports().await {
        let items = wire::items(&read).unwrap_or_default();
        let open = |(name, item): &&(Option<String>, &Value)| {
            name.is_some()
                && ["2000", "3000"].map(|c| Some(c.to_owned())).contains(&text_or_number(&item["statusCode"]))
        };
        assert_eq!(page.items.len(), items.len() - items.iter().filter(open).count(), "none is lost");
    }
    drop(answers().status("M4V1").await);
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
    fn any_time_can_be_asked_from(at in any::<i64>(), page in any::<String>()) {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (solapi, _) = driver_at(Arc::new(StdMutex::new(at)), vec![]);
        let text = OutboundText { first_attempt_at: at, expires_at: at, ..outbound(OutboundKind::Lms, "네") };
        drop(runtime.block_on(solapi.reconcile(&text)));
        drop(runtime.block_on(solapi.send(&text)));
        drop(runtime.block_on(solapi.poll_reports()));
        drop(runtime.block_on(solapi.check()));
        drop(runtime.block_on(solapi.sent_since(at, Some(&page))));
    }
}
