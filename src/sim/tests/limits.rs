//! The carrier's limits, and chance.

use super::*;

#[tokio::test(start_paused = true)]
async fn recipients_are_counted_not_requests() {
    let sim = sim_with(|o| o.sends_per_sec = 200);
    let mut body = order(CITIZEN, "k1");
    body["destinations"] = json!(vec![json!({ "to": CITIZEN }); 150]);
    assert_eq!(send(&sim, &body).await.status, 200);
    body["idempotencyKey"] = json!("k2");
    let refused = send(&sim, &body).await;
    assert_eq!(refused.codes(), (429, "A000", "A020"));
    assert!(refused.head.get("retry-after").is_none());
    pass(1_000).await;
    assert_eq!(send(&sim, &body).await.status, 200);
    let ledger = sim.ledger();
    assert_eq!((ledger.busiest_sends, ledger.busiest_sends_asked, ledger.n_rate_limited), (150, 300, 1));
    assert_eq!(ledger.n_refused("send", "A020"), 1);
}

#[tokio::test(start_paused = true)]
async fn all_other_requests_share_a_limit() {
    let sim = sim_with(|o| o.others_per_sec = 5);
    for _ in 0..4 {
        poll(&sim).await;
    }
    assert_eq!(listed(&sim).await.status, 200);
    assert_eq!(listed(&sim).await.codes(), (429, "A000", "A020"));
    assert_eq!(send(&sim, &order(CITIZEN, "k1")).await.status, 200, "sends are counted apart");
    pass(999).await;
    assert_eq!(poll(&sim).await.status, 429);
    pass(1).await;
    assert_eq!(poll(&sim).await.status, 200);
    let ledger = sim.ledger();
    assert_eq!((ledger.busiest_others, ledger.requests["report"], ledger.requests["mo"]), (5, 6, 2));
}

/// What happens to forty sends, in a few words.
async fn a_run(seed: u64) -> Vec<String> {
    let sim = sim_with(|o| (o.seed, o.report_delay_ms, o.latency_ms) = (seed, (0, 5_000), (0, 50)));
    sim.add_fault(FaultRule::anywhere(Fault::ResetAfter).probability(0.3));
    sim.add_fault(FaultRule::at(Endpoint::Report, Fault::ReorderReports));
    let mut log = Vec::new();
    for n in 0..40 {
        log.push(try_send(&sim, &order(CITIZEN, &format!("k{n}"))).await.is_ok().to_string());
    }
    pass(5_000).await;
    sim.clear_faults();
    sim.add_fault(FaultRule::at(Endpoint::Report, Fault::ReorderReports));
    log.push(poll(&sim).await.body.to_string());
    log.push(serde_json::to_string(&sim.ledger()).unwrap());
    log
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_and_calls_give_the_same() {
    let (first, again, other) = (a_run(7).await, a_run(7).await, a_run(8).await);
    let strip = |log: &[String]| log[..40].to_vec();
    assert_eq!(strip(&first), strip(&again));
    assert_ne!(strip(&first), strip(&other));
    assert!(first.contains(&"false".to_owned()) && first.contains(&"true".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_answer_takes_its_time() {
    let sim = sim_with(|o| o.latency_ms = (30, 30));
    let began = tokio::time::Instant::now();
    poll(&sim).await;
    assert_eq!(began.elapsed().as_millis(), 30);
}

/// Not a benchmark: a carrier that walks over all it holds would take minutes here.
#[tokio::test]
async fn a_full_carrier_is_as_quick_as_an_empty_one() {
    let sim = sim_with(|o| (o.clock, o.report_delay_ms) = (Clock::system(), (0, 0)));
    sim.texts((0..200_000).map(|_| (CITIZEN, "안녕하세요")));
    let began = std::time::Instant::now();
    for n in 0..2_000 {
        let page = get(&sim, "message/history/mo?occurredTime=2026-01-01T00:00:00%2B09:00&limit=1").await;
        assert_eq!(page.messages().len(), 1);
        send(&sim, &order(CITIZEN, &format!("k{n}"))).await;
        let reports = poll(&sim).await;
        ack(&sim, reports.data()["reportId"].as_str().unwrap()).await;
    }
    assert_eq!(sim.ledger().n_delivered(), 2_000);
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
}
