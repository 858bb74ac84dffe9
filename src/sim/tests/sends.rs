//! Sending: what is taken, once a key, and what is refused.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_text_is_taken_and_delivered() {
    let sim = sim();
    let said = send(&sim, &order(CITIZEN, "k1")).await;
    assert_eq!((said.outcomes(), &said.body["data"]["ref"]), (vec!["A000"], &json!("k1")));
    assert_eq!(said.head["date"], "Thu, 23 Apr 2026 05:11:01 GMT");
    let key = said.data()["destinations"][0]["msgKey"].as_str().unwrap().to_owned();
    assert_eq!(key, "20260423141101000POM000000000000");
    let taken = &sim.ledger().messages[0];
    assert_eq!((taken.to.as_str(), taken.text.as_str(), taken.kind.as_str()), (CITIZEN, "답입니다", "SMS"));
    assert_eq!((taken.delivered_at, taken.report_code.as_deref(), sim.n_open_reports()), (None, None, 1));
    pass(100).await;
    let taken = sim.ledger().messages.remove(0);
    assert_eq!(taken.delivered_at, Some(START_MS + 100));
    assert_eq!((taken.idempotency_key.as_deref(), taken.reference.as_str()), (Some("k1"), "k1"));
    assert_eq!(sim.ledger().n_delivered(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_key_is_taken_once_while_it_is_remembered() {
    let sim = sim();
    let mut body = order(CITIZEN, "k1");
    body["idempotencyTtl"] = json!(60);
    assert_eq!(send(&sim, &body).await.outcomes(), ["A000"]);
    let again = send(&sim, &body).await;
    assert_eq!(again.outcomes(), ["A301"]);
    assert!(again.data()["destinations"][0].get("msgKey").is_none());
    let taken = sim.ledger().messages.remove(0);
    assert_eq!((taken.n_requests, taken.n_repeats), (2, 1));
    pass(60_000).await;
    assert_eq!(send(&sim, &body).await.outcomes(), ["A000"], "forgotten");
    assert_eq!(sim.ledger().taken_twice(), ["k1"]);
}

#[tokio::test(start_paused = true)]
async fn a_key_under_which_something_else_comes_is_noticed() {
    let sim = sim();
    send(&sim, &order(CITIZEN, "k1")).await;
    send(&sim, &order(CITIZEN, "k1")).await;
    assert_eq!(sim.ledger().n_keys_reused, 0);
    assert_eq!(send(&sim, &order("01099998888", "k1")).await.outcomes(), ["A301"]);
    assert_eq!(sim.ledger().n_keys_reused, 1);
}

#[tokio::test(start_paused = true)]
async fn without_a_key_or_with_one_that_lasts_no_time_everything_is_taken() {
    let sim = sim();
    let mut body = order(CITIZEN, "k1");
    body["idempotencyTtl"] = json!(0);
    let mut keyless = order(CITIZEN, "k2");
    keyless.as_object_mut().unwrap().remove("idempotencyKey");
    for body in [&body, &body, &keyless, &keyless] {
        assert_eq!(send(&sim, body).await.outcomes(), ["A000"]);
    }
    assert_eq!(sim.ledger().messages.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn recipients_are_taken_one_by_one() {
    let sim = sim();
    let mut body = order(CITIZEN, "k1");
    body["destinations"] =
        json!([{ "to": CITIZEN }, { "to": "+821012345678" }, { "to": "01011112222", "ref": "own" }]);
    let said = send(&sim, &body).await;
    assert_eq!(said.outcomes(), ["A000", "A306", "A000"]);
    let keys = [0, 2].map(|n| said.data()["destinations"][n]["msgKey"].as_str().unwrap().to_owned());
    assert_eq!(keys[0][..29], keys[1][..29]);
    let found = get(&sim, &format!("message/inquiry/requestId/{}", &keys[0][..29])).await;
    let refs: Vec<_> = found.messages().iter().map(|m| m["ref"].clone()).collect();
    assert_eq!(refs, ["k1", "own"]);
    assert_eq!(send(&sim, &body).await.outcomes(), ["A301"; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_unregistered_sender_is_refused_and_its_key_stays_free() {
    let sim = sim();
    let mut body = order(CITIZEN, "k1");
    body["messageFlow"][0]["sms"]["from"] = json!("15441234");
    assert_eq!(send(&sim, &body).await.outcomes(), ["A327"]);
    assert!(sim.ledger().messages.is_empty());
    assert_eq!(sim.ledger().n_refused("send", "A327"), 1);
    assert_eq!(send(&sim, &order(CITIZEN, "k1")).await.outcomes(), ["A000"]);
}

#[tokio::test(start_paused = true)]
async fn a_text_whose_time_is_over_first_fails() {
    let sim = sim_with(|o| o.report_delay_ms = (2_000, 2_000));
    let mut body = order(CITIZEN, "k1");
    body["messageFlow"][0]["sms"]["ttl"] = json!("1");
    send(&sim, &body).await;
    pass(1_000).await;
    assert_eq!(codes_of(&poll(&sim).await), ["22000"]);
    assert_eq!(sim.ledger().messages[0].failed_code.as_deref(), Some("22000"));
}

#[tokio::test(start_paused = true)]
async fn the_key_has_no_prefix() {
    let sim = sim();
    for key in ["Bearer SIM-KEY", "ApiKey SIM-KEY", "sim-key", ""] {
        let mut request = request(Method::POST, "send/omni", &order(CITIZEN, "k1"));
        request.headers_mut().insert("authorization", key.parse().unwrap());
        let said = Said::of(sim.call(request).await.unwrap());
        assert_eq!((said.codes(), said.body.get("data")), ((401, "A401", ""), None), "{key}");
    }
    let mut request = request(Method::GET, "report/polling", &Value::Null);
    request.headers_mut().remove("authorization");
    assert_eq!(Said::of(sim.call(request).await.unwrap()).status, 401);
    assert_eq!((sim.ledger().n_auth_failures, sim.ledger().messages.len()), (5, 0));
}

#[tokio::test(start_paused = true)]
async fn refusals_of_the_gateway_and_of_the_service() {
    let sim = sim();
    let mut plain = request(Method::POST, "send/omni", &order(CITIZEN, "k1"));
    plain.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    assert_eq!(Said::of(sim.call(plain).await.unwrap()).codes(), (415, "A415", ""));
    let wrong = request(Method::GET, "send/omni", &Value::Null);
    assert_eq!(Said::of(sim.call(wrong).await.unwrap()).codes(), (405, "A405", ""));
    assert_eq!(get(&sim, "send/sms").await.codes(), (404, "A404", ""));
    let mut long = order(CITIZEN, "k1");
    long["messageFlow"][0]["sms"]["text"] = json!("가".repeat(46));
    assert_eq!(send(&sim, &long).await.codes(), (400, "A000", "A328"));
    let ledger = sim.ledger();
    assert_eq!((ledger.n_refused("send", "A415"), ledger.n_refused("send", "A328")), (1, 1));
    assert_eq!(ledger.n_refused("none", "A404"), 1);
}
