//! Texts that got no answer, looked for in the sent list.

use super::*;

const HISTORY: &str =
    "GET /api/comm/v1/message/history?requestTime=2026-07-01T08%3A14%3A00&serviceType=SMS%2CMMS&limit=1000";

fn entry(reference: &str) -> Value {
    json!({ "msgKey": "M9", "ref": reference, "responseCode": "A000", "requestTime": "2026-07-01T08:59:30+09:00" })
}

fn with(field: &str, value: Value) -> Value {
    let mut entry = entry(KEY);
    entry[field] = value;
    entry
}

fn list(messages: Value) -> Value {
    json!({ "lastSeq": 1, "hasNext": false, "messages": messages })
}

fn found() -> Reconciled {
    Reconciled::Found { carrier_message_id: "M9".to_owned() }
}

/// What comes of these answers while the carrier remembers keys, and after.
async fn asked_in_time_and_late(pages: Vec<Value>) -> (Reconciled, Reconciled) {
    let ask = |text: OutboundText| {
        let shift_ms = NOW - text.first_attempt_at;
        let answers = pages.iter().cloned().map(|mut page| {
            for message in page["messages"].as_array_mut().into_iter().flatten() {
                if let Some(at) = message["requestTime"].as_str().and_then(crate::carrier::korea::time_ms) {
                    message["requestTime"] = json!(wire::offset_time(at - shift_ms));
                }
            }
            ok(page)
        });
        let (bizgo, _) = driver(answers.collect());
        async move { bizgo.reconcile(&text).await.unwrap() }
    };
    let text = outbound(OutboundKind::Sms, "네");
    let late = OutboundText { first_attempt_at: NOW - 86_400_000, ..text.clone() };
    (ask(text).await, ask(late).await)
}

#[tokio::test]
async fn the_list_is_read_from_just_before_the_first_try() {
    let (bizgo, seen) = driver(vec![ok(list(json!([entry("other"), entry(KEY)])))]);
    assert_eq!(bizgo.reconcile(&outbound(OutboundKind::Sms, "네")).await.unwrap(), found());
    assert_eq!(asked(&seen), [HISTORY]);
}

#[tokio::test(start_paused = true)]
async fn the_list_is_read_page_by_page() {
    let page = |seq: u32| ok(json!({ "lastSeq": seq, "hasNext": true, "messages": [entry("other")] }));
    let (bizgo, seen) = driver(vec![page(30), page(20), ok(list(json!([entry(KEY)])))]);
    assert_eq!(bizgo.reconcile(&outbound(OutboundKind::Sms, "네")).await.unwrap(), found());
    let further = ["", "&lastSeq=30", "&lastSeq=20"].map(|page| format!("{HISTORY}{page}"));
    assert_eq!(asked(&seen), further);
}

#[tokio::test]
async fn what_the_list_says() {
    use Reconciled::*;
    let cases = [
        (list(json!([entry("other")])), (SafeToRepeat, Absent)),
        (list(json!([])), (SafeToRepeat, Absent)),
        (list(json!([entry(KEY)])), (found(), found())),
        // It is there, but its name is not.
        (list(json!([with("msgKey", json!(null))])), (SafeToRepeat, CannotTell)),
        // Refused: its key may be used up all the same.
        (list(json!([with("responseCode", json!("A327"))])), (CannotTell, CannotTell)),
        (list(json!([with("responseCode", json!("A301"))])), (SafeToRepeat, CannotTell)),
        (list(json!([with("responseCode", json!("A301")), entry(KEY)])), (found(), found())),
        (list(json!([with("responseCode", json!("A327")), entry(KEY)])), (found(), found())),
    ];
    for (page, expected) in cases {
        assert_eq!(asked_in_time_and_late(vec![page.clone()]).await, expected, "{page}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_list_read_to_its_end_proves_absence() {
    let others = json!([entry("other")]);
    let early = json!([{ "msgKey": "M9", "ref": "other", "requestTime": "2026-07-01T08:13:59+09:00" }]);
    let cases = [
        vec![json!({ "hasNext": true, "messages": others })],
        vec![json!({ "hasNext": "no", "lastSeq": 8, "messages": others })],
        vec![json!({ "hasNext": true, "lastSeq": 8, "messages": others }); 2],
        vec![json!({ "hasNext": false, "messages": null })],
        vec![json!({ "hasNext": false, "messages": { "0": entry("other") } })],
        vec![json!(null)],
        // It ends where we thought it begins.
        vec![list(early)],
        (0..20).map(|n| json!({ "hasNext": true, "lastSeq": 100 - n, "messages": others })).collect(),
    ];
    for pages in cases {
        let shown = format!("{pages:?}");
        let expected = (Reconciled::SafeToRepeat, Reconciled::CannotTell);
        assert_eq!(asked_in_time_and_late(pages).await, expected, "{shown}");
    }
}

#[tokio::test]
async fn the_carrier_counts_as_forgetful_a_little_early() {
    let memory_ms = 86_400_000 - 5 * 60_000;
    let cases = [(memory_ms - 1, Reconciled::SafeToRepeat), (memory_ms, Reconciled::Absent)];
    for (age_ms, expected) in cases {
        let text = OutboundText { first_attempt_at: NOW - age_ms, ..outbound(OutboundKind::Sms, "네") };
        assert_eq!(driver(vec![ok(list(json!([])))]).0.reconcile(&text).await.unwrap(), expected, "{age_ms}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_nothing() {
    for answer in [Err(Broken::Reset), Err(Broken::NotSent), Ok((500, vec![])), Ok((200, b"{".to_vec()))] {
        assert!(driver(vec![answer]).0.reconcile(&outbound(OutboundKind::Sms, "네")).await.is_err());
    }
}
