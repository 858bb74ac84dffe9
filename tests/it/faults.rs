//! Each fault of the carrier, with the whole daemon over real sockets: nothing lost, nothing twice, and somebody is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use munja::api::wire::{ConversationDetail, ConversationList, MessageList, StatusResponse};
use munja::ops::clock::Clock;
use munja::sim::{Endpoint, Fault, FaultRule, SimOptions};

use crate::harness::{CITIZEN, Carrier, Gateway, assert_balanced, until_async};

/// Ten citizens text, all are answered, and everything is delivered in spite of `rules`.
async fn all_goes_well_in_spite_of(rules: Vec<FaultRule>) {
    let gateway = Gateway::start().await;
    for rule in rules {
        gateway.sim().add_fault(rule);
    }
    for n in 0..10 {
        gateway.sim().text(&format!("0101111{n:04}"), &format!("질문 {n}"));
    }
    gateway.until(|b| b.n_routed == 10).await;
    for n in 0..10 {
        let conversation =
            gateway.desk.post("/v1/conversations/next", &serde_json::Value::Null).await.unwrap();
        gateway.desk.reply(&conversation, &format!("답 {n}입니다"), &format!("key-{n}")).await.unwrap();
    }
    // A receipt that has not left when the answer is written is taken back.
    gateway.until(|b| b.n_outbound("delivered") + b.n_outbound("cancelled") == 20).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
    let ledger = gateway.sim().ledger();
    assert_eq!(ledger.messages.iter().filter(|message| message.text.starts_with("답 ")).count(), 10);
}

macro_rules! survives {
    ($($name:ident: $($rule:expr),+;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            all_goes_well_in_spite_of(vec![$($rule),+]).await;
        }
    )*};
}

fn at(endpoint: Endpoint, fault: Fault) -> FaultRule {
    FaultRule::at(endpoint, fault)
}

survives! {
    slow_answers: at(Endpoint::Send, Fault::Latency { ms: 120 }), at(Endpoint::Mo, Fault::Latency { ms: 50 }).times(5);
    limits: at(Endpoint::Send, Fault::RateLimit { retry_after_secs: None }).times(3),
            at(Endpoint::Mo, Fault::RateLimit { retry_after_secs: None }).times(2);
    errors_before_taking: at(Endpoint::Send, Fault::ErrorBefore { status: 503 }).times(3),
                          at(Endpoint::Mo, Fault::ErrorBefore { status: 500 }).times(2),
                          at(Endpoint::Report, Fault::ErrorBefore { status: 502 }).times(2);
    errors_after_taking: at(Endpoint::Send, Fault::ErrorAfter { status: 500 }).times(4);
    resets_before_taking: at(Endpoint::Send, Fault::ResetBefore).times(4), at(Endpoint::Mo, Fault::ResetBefore).times(2);
    resets_after_taking: at(Endpoint::Send, Fault::ResetAfter).times(4), at(Endpoint::Report, Fault::ResetAfter).times(2);
    lost_answers_to_questions: at(Endpoint::Send, Fault::ResetAfter).times(2),
                               at(Endpoint::History, Fault::ErrorBefore { status: 500 }).times(1);
    cut_answers: at(Endpoint::Send, Fault::Truncate { at: 30 }).times(3), at(Endpoint::Mo, Fault::Truncate { at: 100 }).times(2),
                 at(Endpoint::Report, Fault::Truncate { at: 90 }).times(2);
    answers_that_are_not_json: at(Endpoint::Send, Fault::Malformed).times(3), at(Endpoint::Mo, Fault::Malformed).times(2),
                               at(Endpoint::Report, Fault::Malformed).times(2);
    texts_shown_twice: at(Endpoint::Mo, Fault::DuplicateMo);
    texts_in_any_order: at(Endpoint::Mo, Fault::ReorderMo);
    texts_that_turn_up_late: at(Endpoint::Text, Fault::LateMo { ms: 300 }).times(4);
    reports_twice: at(Endpoint::Send, Fault::DuplicateReport), at(Endpoint::Report, Fault::DuplicateReport).times(3);
    reports_in_any_order: at(Endpoint::Report, Fault::ReorderReports);
    reports_before_the_answer: at(Endpoint::Send, Fault::ReportBeforeAnswer).times(6);
    reports_late: at(Endpoint::Send, Fault::ReportLate { ms: 1_200 }).times(3);
    acks_lost: at(Endpoint::ReportAck, Fault::ResetAfter).times(2), at(Endpoint::ReportAck, Fault::ResetBefore).times(2);
    a_clock_three_hours_ahead: at(Endpoint::Mo, Fault::ClockSkew { ms: 3 * 3_600_000 });
}

/// A new database, or one that was put back from a backup: the carrier still lists the texts of yesterday.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_texts_nobody_who_wrote_yesterday_and_lets_them_all_wait() {
    let wrong_by = Arc::new(AtomicI64::new(-20 * 3_600_000));
    let clock = Clock::system().moved_by(Arc::clone(&wrong_by));
    let options =
        SimOptions { clock, sends_per_sec: 100_000, others_per_sec: 100_000, ..SimOptions::default() };
    let carrier = Carrier::with(options).await;
    for n in 0..99 {
        carrier.sim.text(&format!("0101111{n:04}"), "막차 몇 시예요?");
    }
    carrier.sim.text("01022220000", "살려주세요");
    wrong_by.store(0, Ordering::SeqCst);
    let gateway = Gateway::on(carrier, "").await;
    gateway.until(|b| b.n_routed == 100).await;
    let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
    assert_eq!(status.counts.n_waiting, 100);
    let list: ConversationList = gateway.desk.get("/v1/conversations?state=waiting&limit=1").await.unwrap();
    assert!(list.conversations[0].is_ringing, "danger rings, whatever its age, and stands first");
    let path = format!("/v1/conversations/{}", list.conversations[0].id);
    let danger: ConversationDetail = gateway.desk.get(&path).await.unwrap();
    let text = danger.messages[0].inbound().unwrap();
    let age = text.at - text.late_sent_at.expect("marked as late, with its time");
    assert!((19..=21).contains(&(age / 3_600_000)), "{age}");
    // Who writes now is told as ever; nobody else was.
    gateway.sim().text(CITIZEN, "막차 몇 시예요?");
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    assert_eq!(gateway.sim().ledger().messages.len(), 1);
    assert_eq!(gateway.sim().ledger().messages[0].to, CITIZEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_listed_later_than_the_overlap_is_found() {
    let carrier = Carrier::start().await;
    let shorter = "full_walk_secs = 0.2\ndeep_walk_every_secs = 1\n";
    let gateway = Gateway::with_files(carrier, "", ("full_walk_secs = 0.2\n", shorter), &[]).await;
    let path = gateway.folder.path().join("gateway.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("number = \"062120\"", "number = \"062120\"\noverlap_secs = 0"))
        .unwrap();
    let mut gateway = gateway;
    gateway.restart().await;
    gateway.sim().add_fault(at(Endpoint::Text, Fault::LateMo { ms: 3_000 }).times(1));
    gateway.sim().text("01011110001", "늦게 나타나는 문자");
    gateway.sim().text("01011110002", "제때 나타나는 문자");
    gateway.until(|b| b.n_routed == 1).await;
    gateway.until(|b| b.n_routed == 2).await;
    assert_balanced_texts(&gateway).await;
}

async fn assert_balanced_texts(gateway: &Gateway) {
    let balance = gateway.store.balance().await.unwrap();
    assert_eq!(balance.n_received, gateway.sim().ledger().texts.len() as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_nobody_can_read_is_set_aside_and_blocks_nothing() {
    let gateway = Gateway::start().await;
    gateway.sim().add_fault(at(Endpoint::Mo, Fault::BrokenMo));
    gateway.sim().text(CITIZEN, "읽을 수 있는 문자");
    gateway.until(|b| b.n_routed == 1 && b.n_quarantined == 1).await;
    let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
    assert_eq!(status.counts.n_quarantined, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_stops_sending_and_keeps_the_answers() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("안녕하세요").await;
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    gateway.sim().add_fault(at(Endpoint::Send, Fault::ExpiredKey));
    gateway.desk.reply(&conversation, "답입니다", "key-1").await.unwrap();
    until_async(&gateway.store, || async {
        gateway.desk.get::<StatusResponse>("/v1/status").await.unwrap().carriers[0].state == "refused"
    })
    .await;
    gateway.until(|b| b.n_outbound("queued") == 1).await;
    gateway.sim().clear_faults();
    let mut gateway = gateway;
    let config = munja::config::Config::load(&gateway.folder.path().join("gateway.toml")).unwrap();
    gateway.daemon.as_mut().unwrap().reload(config).unwrap();
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_choose_what_happens_to_them() {
    let gateway = Gateway::start().await;
    let expected = [
        ("01012340901", "undelivered"),
        ("01012340902", "accepted"),
        ("01012340903", "delivered"),
        ("01012340904", "delivered"),
        ("01012340905", "delivered"),
        ("01012340906", "delivered"),
        ("01012340907", "accepted"),
        ("01012340908", "failed"),
    ];
    for (number, _) in expected {
        gateway.sim().text(number, "질문");
    }
    // Each gets the receipt text, and it fares as the number says.
    let balance = gateway
        .until(|b| {
            b.n_outbound("delivered") == 4 && b.n_outbound("undelivered") == 1 && b.n_outbound("failed") == 1
        })
        .await;
    assert_eq!(balance.n_outbound("accepted"), 2);
    assert!(gateway.sim().ledger().taken_twice().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_carrier_leaves_an_answer_in_doubt_until_it_speaks() {
    let options = SimOptions {
        sends_per_sec: 100_000,
        others_per_sec: 100_000,
        report_delay_ms: (600_000, 600_000),
        ..SimOptions::default()
    };
    let gateway = Gateway::on(Carrier::with(options).await, "").await;
    let conversation = gateway.claimed("안녕하세요").await;
    gateway.until(|b| b.n_outbound("accepted") == 1).await;
    gateway.sim().add_fault(at(Endpoint::Send, Fault::Blackhole { ms: 10_000 }).times(1));
    gateway.sim().add_fault(at(Endpoint::History, Fault::ErrorBefore { status: 500 }));
    gateway.desk.reply(&conversation, "답입니다", "key-1").await.unwrap();
    gateway.until(|b| b.n_outbound("in_doubt") == 1).await;
    let list: MessageList = gateway.desk.get("/v1/messages?state=in_doubt").await.unwrap();
    assert_eq!(list.messages.len(), 1);
    assert!(!list.messages[0].message.outbound().unwrap().needs_decision);
    assert_eq!(gateway.sim().ledger().messages.len(), 2, "taken, only never answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_carriers_limit_is_kept_and_used() {
    let options = SimOptions {
        sends_per_sec: 50,
        others_per_sec: 20,
        report_delay_ms: (0, 5),
        ..SimOptions::default()
    };
    let carrier = Carrier::with(options).await;
    let more = "";
    let gateway = Gateway::on(carrier, more).await;
    let path = gateway.folder.path().join("gateway.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("sends_per_sec = 100000", "sends_per_sec = 50");
    std::fs::write(&path, text.replace("other_requests_per_sec = 100000", "other_requests_per_sec = 20"))
        .unwrap();
    let mut gateway = gateway;
    gateway.restart().await;
    for n in 0..200 {
        gateway.sim().text(&format!("0101111{n:04}"), "질문");
    }
    gateway.until(|b| b.n_outbound("delivered") == 200).await;
    let ledger = gateway.sim().ledger();
    assert!(ledger.busiest_sends <= 50 && ledger.busiest_sends >= 49, "{}", ledger.busiest_sends);
    assert!(ledger.busiest_others <= 20, "{}", ledger.busiest_others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_carrier_that_is_away_is_asked_again_until_it_is_back() {
    let carrier = Carrier::start().await;
    let port = carrier.port;
    let gateway = Gateway::on(carrier, "").await;
    let options = gateway.sim().options().clone();
    let Gateway { carrier, daemon, store, folder: _folder, .. } = gateway;
    drop(carrier);
    until_async(&store, || async { daemon.as_ref().unwrap().health().carrier("bizgo").last_error.is_some() })
        .await;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let sim = munja::sim::Sim::new(options);
    let serving = sim.clone();
    tokio::spawn(async move { serving.serve(listener, std::future::pending()).await });
    sim.text(CITIZEN, "이제 되나요?");
    tokio::time::timeout(
        Duration::from_secs(60),
        crate::harness::until(&store, |b| b.n_outbound("delivered") == 1),
    )
    .await
    .unwrap();
    assert_balanced(&store, &sim).await;
}
