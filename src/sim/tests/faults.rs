//! Each fault, alone and with others.

use super::*;

fn with(rule: FaultRule) -> Sim {
    let sim = sim();
    sim.add_fault(rule);
    sim
}

fn at_send(fault: Fault) -> Sim {
    with(FaultRule::at(Endpoint::Send, fault).times(1))
}

/// Sends the same twice; the fault strikes the first time. Says how the first ended and what the second was told.
async fn twice(sim: &Sim) -> (Result<u16, SimBreak>, String) {
    let first = try_send(sim, &order(CITIZEN, "k1")).await.map(|said| said.status);
    let second = send(sim, &order(CITIZEN, "k1")).await;
    (first, second.outcomes()[0].to_owned())
}

#[tokio::test(start_paused = true)]
async fn what_breaks_before_is_not_taken() {
    assert!(matches!(twice(&at_send(Fault::ResetBefore)).await, (Err(SimBreak::Reset), c) if c == "A000"));
    assert!(matches!(twice(&at_send(Fault::Unreachable)).await, (Err(SimBreak::Refused), c) if c == "A000"));
    let cases = [
        (Fault::ErrorBefore { status: 503 }, 503),
        (Fault::RateLimit { retry_after_secs: None }, 429),
        (Fault::ExpiredKey, 401),
        (Fault::RejectAll { code: "A910".to_owned() }, 500),
    ];
    for (fault, status) in cases {
        let sim = at_send(fault.clone());
        assert!(matches!(twice(&sim).await, (Ok(s), c) if s == status && c == "A000"), "{fault:?}");
        let ledger = sim.ledger();
        assert_eq!((ledger.n_faults_struck, ledger.n_auth_failures, ledger.n_rate_limited), (1, 0, 0));
        assert!(ledger.refused.is_empty(), "not the gateway's doing");
        assert_eq!(ledger.messages[0].n_requests, 2);
    }
}

#[tokio::test(start_paused = true)]
async fn what_breaks_after_is_taken() {
    assert!(matches!(twice(&at_send(Fault::ResetAfter)).await, (Err(SimBreak::Reset), c) if c == "A301"));
    let cut = twice(&at_send(Fault::Truncate { at: 30 })).await;
    assert!(matches!(cut, (Err(SimBreak::Truncated(part)), c) if part.body().len() == 30 && c == "A301"));
    let sim = at_send(Fault::ErrorAfter { status: 502 });
    assert!(matches!(twice(&sim).await, (Ok(502), c) if c == "A301"));
    let sim = at_send(Fault::Malformed);
    let answer = sim.call(request(Method::POST, "send/omni", &order(CITIZEN, "k1"))).await.unwrap();
    assert!(answer.status().is_success() && serde_json::from_slice::<Value>(answer.body()).is_err());
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_cut_answer_is_never_whole() {
    let sim = with(FaultRule::at(Endpoint::Report, Fault::Truncate { at: 1_000_000 }));
    let broken = sim.call(request(Method::GET, "report/polling", &Value::Null)).await;
    let Err(SimBreak::Truncated(part)) = broken else { panic!("whole") };
    let said: usize = part.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(part.body().len(), said - 1);
}

#[tokio::test(start_paused = true)]
async fn delays() {
    let began = tokio::time::Instant::now();
    let sim = with(FaultRule::at(Endpoint::Send, Fault::Latency { ms: 500 }));
    sim.add_fault(FaultRule::at(Endpoint::Send, Fault::ResetAfter).times(1));
    assert!(try_send(&sim, &order(CITIZEN, "k1")).await.is_err(), "slow and broken");
    assert_eq!(began.elapsed().as_millis(), 500);
    let sim = at_send(Fault::Blackhole { ms: 60_000 });
    let body = order(CITIZEN, "k2");
    let waiting = tokio::time::timeout(std::time::Duration::from_secs(10), try_send(&sim, &body));
    assert!(waiting.await.is_err());
    assert_eq!(sim.ledger().messages.len(), 1, "taken, but never answered");
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_asked_for() {
    let sim = at_send(Fault::RateLimit { retry_after_secs: Some(7) });
    let said = send(&sim, &order(CITIZEN, "k1")).await;
    assert_eq!((said.codes(), &said.head["retry-after"]), ((429, "A000", "A020"), &"7".parse().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn lists_that_are_not_in_order() {
    let sim = with(FaultRule::at(Endpoint::Mo, Fault::DuplicateMo));
    sim.texts((0..5).map(|n| (CITIZEN, n.to_string())));
    let (mut seen, mut seq) = (Vec::new(), String::new());
    for _ in 0..20 {
        let path = format!("message/history/mo?occurredTime=2026-04-23T14:11:01%2B09:00&limit=3{seq}");
        let page = get(&sim, &path).await;
        assert!(page.messages().len() <= 3);
        seen.extend(page.contents().into_iter().map(str::to_owned));
        if page.data()["hasNext"] == false {
            break;
        }
        seq = format!("&lastSeq={}", page.data()["lastSeq"]);
    }
    // On one page twice, and again on the next; it ends (the last page has no next), and nothing is missing.
    assert_eq!(seen, ["4", "4", "3", "3", "3", "2", "2", "2", "1", "1", "1", "0"]);

    let sim = with(FaultRule::at(Endpoint::Mo, Fault::ReorderMo));
    sim.texts((0..50).map(|n| (CITIZEN, n.to_string())));
    let page = listed(&sim).await;
    let mut order: Vec<u32> = page.contents().iter().map(|c| c.parse().unwrap()).collect();
    assert!(!order.is_sorted_by(|a, b| a > b));
    order.sort_unstable();
    assert_eq!(order, (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_list_with_two_places_still_moves_on() {
    for limit in [1, 2] {
        let sim = with(FaultRule::at(Endpoint::Mo, Fault::DuplicateMo));
        sim.texts((0..3).map(|n| (CITIZEN, n.to_string())));
        let (mut seen, mut seq) = (Vec::new(), String::new());
        for _ in 0..10 {
            let path =
                format!("message/history/mo?occurredTime=2026-04-23T14:11:01%2B09:00&limit={limit}{seq}");
            let page = get(&sim, &path).await;
            seen.extend(page.contents().into_iter().map(str::to_owned));
            seq = format!("&lastSeq={}", page.data()["lastSeq"]);
            if page.data()["hasNext"] == false {
                break;
            }
        }
        seen.dedup();
        assert_eq!(seen, ["2", "1", "0"], "{limit}");
    }
}

#[tokio::test(start_paused = true)]
async fn texts_that_come_late_or_oddly() {
    let sim = with(FaultRule::at(Endpoint::Mo, Fault::LateMo { ms: 2_000 }).number("5678"));
    sim.text(CITIZEN, "늦음");
    pass(1_000).await;
    sim.text("01099998888", "제때");
    assert_eq!(listed(&sim).await.contents(), ["제때"]);
    pass(1_000).await;
    assert_eq!(listed(&sim).await.contents(), ["제때", "늦음"], "in its place by the time it was sent");

    let sim = super::sim();
    for text in ["a #sim-twice", "b #sim-broken", "c #sim-alias", "d #sim-key", "e #sim-late"] {
        sim.text(CITIZEN, text);
    }
    let page = listed(&sim).await;
    assert_eq!(page.contents(), ["d #sim-key", "c #sim-alias", "?", "a #sim-twice", "a #sim-twice"]);
    let messages = page.messages();
    assert_eq!(messages[0]["msgKey"], messages[1]["msgKey"]);
    assert_eq!((&messages[1]["from"], &messages[1]["originator"]), (&json!("15441234"), &json!(CITIZEN)));
    let sim = with(FaultRule::at(Endpoint::Mo, Fault::BrokenMo));
    sim.add_fault(FaultRule::at(Endpoint::Text, Fault::BrokenMo));
    sim.text(CITIZEN, "안녕하세요");
    assert_eq!(listed(&sim).await.contents(), ["안녕하세요", "?"], "no text is lost by a rule");
}

#[tokio::test(start_paused = true)]
async fn reports_that_come_oddly() {
    let report_of = async |fault: Fault, ms: u64| {
        let sim = at_send(fault);
        send(&sim, &order(CITIZEN, "k1")).await;
        pass(ms).await;
        codes_of(&poll(&sim).await).join(",")
    };
    assert_eq!(report_of(Fault::ReportCode { code: "22003".into() }, 100).await, "22003");
    assert_eq!(report_of(Fault::ReportCode { code: "1X0X1".into() }, 100).await, "1X0X1");
    assert_eq!(report_of(Fault::ReportNever, 1_000_000).await, "");
    assert_eq!(report_of(Fault::ReportLate { ms: 5_000 }, 4_999).await, "");
    assert_eq!(report_of(Fault::ReportLate { ms: 5_000 }, 5_000).await, "10000");
    assert_eq!(report_of(Fault::DuplicateReport, 600).await, "10000,10000");
    let sim = with(FaultRule::at(Endpoint::Report, Fault::DuplicateReport));
    send(&sim, &order(CITIZEN, "k1")).await;
    pass(100).await;
    assert_eq!(codes_of(&poll(&sim).await).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_report_can_be_quicker_than_the_answer() {
    let sim = at_send(Fault::ReportBeforeAnswer);
    let sending = tokio::spawn({
        let sim = sim.clone();
        async move { send(&sim, &order(CITIZEN, "k1")).await.status }
    });
    tokio::task::yield_now().await;
    assert_eq!(codes_of(&poll(&sim).await), ["10000"]);
    assert!(!sending.is_finished());
    assert_eq!(sending.await.unwrap(), 200);
}

#[tokio::test(start_paused = true)]
async fn a_phone_that_has_it_without_a_report() {
    let sim = at_send(Fault::ReportNever);
    send(&sim, &order(CITIZEN, "k1")).await;
    pass(100).await;
    let ledger = sim.ledger();
    assert_eq!((ledger.messages[0].delivered_at, ledger.n_delivered()), (Some(START_MS + 100), 0));
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong() {
    let sim = with(FaultRule::at(Endpoint::Mo, Fault::ClockSkew { ms: 3_600_000 }));
    sim.text(CITIZEN, "안녕하세요");
    let page = listed(&sim).await;
    assert_eq!(page.messages()[0]["occurredTime"], "2026-04-23T15:11:01+09:00");
    assert_eq!(page.head["date"], "Thu, 23 Apr 2026 06:11:01 GMT");
    sim.clear_faults();
    sim.text(CITIZEN, "다시");
    assert_eq!(listed(&sim).await.contents(), ["안녕하세요", "다시"], "listed by what they are dated");
    sim.add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: -3_600_000 }));
    send(&sim, &order(CITIZEN, "k1")).await;
    pass(100).await;
    let report = poll(&sim).await.data()["report"][0].clone();
    assert_eq!(report["sendTime"], "2026-04-23T13:11:01+09:00", "in time, though dated an hour early");
}

#[tokio::test(start_paused = true)]
async fn a_recipient_refused_is_not_taken() {
    let sim = at_send(Fault::Reject { code: "A322".to_owned() });
    assert!(matches!(twice(&sim).await, (Ok(200), c) if c == "A000"));
    assert_eq!(sim.ledger().messages.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn numbers_choose() {
    let sim = sim();
    let expected = [
        ("0901", "A000", "22003"),
        ("0902", "A000", ""),
        ("0906", "A000", "10000,10000"),
        ("0907", "A000", "1X0X1"),
        ("0908", "A306", ""),
        ("0909", "A000", ""),
    ];
    for (ends_in, outcome, reported) in expected {
        let number = format!("0101234{ends_in}");
        assert_eq!(send(&sim, &order(&number, ends_in)).await.outcomes(), [outcome], "{ends_in}");
        pass(1_000).await;
        let batch = poll(&sim).await;
        assert_eq!(codes_of(&batch).join(","), reported, "{ends_in}");
        ack(&sim, batch.data()["reportId"].as_str().unwrap()).await;
    }
    let first_try = async |ends_in: &str| try_send(&sim, &order(&format!("0101234{ends_in}"), ends_in)).await;
    assert!(matches!(first_try("0903").await, Err(SimBreak::Reset)));
    assert!(matches!(first_try("0904").await, Ok(said) if said.status == 500));
    assert!(matches!(first_try("0910").await, Ok(said) if said.body.is_null()));
    for ends_in in ["0903", "0904", "0910"] {
        assert_eq!(first_try(ends_in).await.unwrap().outcomes(), ["A301"], "{ends_in}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_is_told() {
    let sim = at_send(Fault::ResetAfter);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    sim.observe(move |event| log.lock().unwrap().push(event.to_string()));
    sim.text(CITIZEN, "안녕하세요");
    listed(&sim).await;
    assert!(matches!(twice(&sim).await, (Err(_), c) if c == "A301"));
    pass(100).await;
    let batch = poll(&sim).await;
    ack(&sim, batch.data()["reportId"].as_str().unwrap()).await;
    poll(&sim).await;
    ack(&sim, "R0").await;
    let seen = seen.lock().unwrap().join("\n");
    let expected = "texted    010-****-5678, 5 characters
listed    1 texts
fault     send, ResetAfter
taken     010-****-5678, SMS, 4 characters
repeated  010-****-5678
reported  1
acked     1
refused   report_ack, A802";
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn a_watcher_sees_when_a_call_has_come_and_when_it_is_done() {
    let sim = at_send(Fault::ResetBefore);
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    sim.watch(Some(Arc::new(move |endpoint, done| log.lock().unwrap().push((endpoint, done)))));
    assert!(matches!(twice(&sim).await, (Err(SimBreak::Reset), _)));
    sim.watch(None);
    poll(&sim).await;
    let send = Endpoint::Send;
    assert_eq!(*seen.lock().unwrap(), [(send, false), (send, false), (send, true)]);
}
