//! The service by itself, over real sockets: what citizens get without a counselor's doing, and what counselors do beside
//! answering.

use munja::api::wire::{CategoryList, ConversationDetail, DeskList, Evidence, ProblemDetails};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{CITIZEN, Carrier, Gateway, assert_balanced};

/// What the citizens' phones got, in the order it left.
fn phones(gateway: &Gateway) -> Vec<String> {
    gateway.sim().ledger().messages.into_iter().map(|m| m.text).collect()
}

async fn act(gateway: &Gateway, id: i64, action: Value) -> Result<ConversationDetail, ProblemDetails> {
    gateway.desk.post(&format!("/v1/conversations/{id}/actions"), &action).await
}

#[tokio::test(flavor = "multi_thread")]
async fn danger_is_answered_at_once_and_acknowledged_by_name() {
    let gateway = Gateway::start().await;
    gateway.sim().text("01099998888", "막차 몇 시예요?");
    gateway.until(|b| b.n_routed == 1).await;
    gateway.sim().text(CITIZEN, "할머니가 쓰러지셨어요");
    gateway.until(|b| b.n_routed == 2 && b.n_outbound("delivered") == 2).await;
    assert!(phones(&gateway).iter().any(|text| text.contains("119(불·부상)")));
    let list: Value = gateway.desk.get("/v1/conversations?state=waiting").await.unwrap();
    let first = &list["conversations"][0];
    assert_eq!((&first["tier"], &first["is_ringing"]), (&json!(1), &json!(true)), "before who waits longer");
    let id = first["id"].as_i64().unwrap();
    let acked = act(&gateway, id, json!({ "action": "ack" })).await.unwrap();
    assert_eq!(acked.acked_by.as_deref(), Some("김민수"));
    let again = act(&gateway, id, json!({ "action": "ack" })).await.unwrap_err();
    assert_eq!(again.code, "nothing_to_ack");
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_unheard_and_a_survey_follows() {
    let quick = "[service]\nwait_notice_secs = [1]\nsurvey_after_secs = 0\n";
    let gateway = Gateway::on(Carrier::start().await, quick).await;
    gateway.sim().text(CITIZEN, "막차 몇 시예요?");
    // A receipt, and, if the desk is open at this hour, a word that they are not forgotten.
    gateway.until(|b| b.n_outbound("delivered") >= 1).await;
    let id = 1;
    let claimed: ConversationDetail =
        gateway.desk.post(&format!("/v1/conversations/{id}/claim"), &Value::Null).await.unwrap();
    gateway.desk.reply(&claimed, "23:10입니다.", "k").await.unwrap();
    let (close, seen) = (format!("/v1/conversations/{id}/close"), claimed.last_inbound_id);
    let refused = gateway.desk.post::<Value>(&close, &json!({ "last_seen": seen })).await.unwrap_err();
    assert_eq!(refused.code, "category_needed");
    let refused = gateway
        .desk
        .post::<Value>(&close, &json!({ "category": "기타", "last_seen": seen }))
        .await
        .unwrap_err();
    assert_eq!(refused.code, "several_categories", "several are called so");
    let _: Value =
        gateway.desk.post(&close, &json!({ "category": "버스", "last_seen": seen })).await.unwrap();
    let closed: ConversationDetail = gateway.desk.get(&format!("/v1/conversations/{id}")).await.unwrap();
    assert_eq!(closed.category.as_deref(), Some("교통/버스노선·도착"));
}

#[tokio::test(flavor = "multi_thread")]
async fn from_desk_to_desk_over_the_api() {
    let desks = "[desks.main]\nhours = \"24/7\"\n[desks.buk]\nname = \"북구청\"\nhours = \"24/7\"\n\
                 words = [\"북구 보건소\"]\n";
    let gateway = Gateway::on(Carrier::start().await, desks).await;
    let list: DeskList = gateway.desk.get("/v1/desks").await.unwrap();
    assert_eq!(
        list.desks.iter().map(|d| (d.key.as_str(), d.is_open)).collect::<Vec<_>>(),
        [("main", true), ("buk", true)]
    );
    let found = gateway.claimed("북 구 보건소 어디예요?").await;
    assert_eq!(found.summary.desk, "buk", "by its words");
    let id = found.summary.id;
    let no_note = act(&gateway, id, json!({ "action": "transfer", "desk": "main", "note": " " })).await;
    assert_eq!(no_note.unwrap_err().code, "bad_request", "a note is for who gets it");
    let moved =
        act(&gateway, id, json!({ "action": "transfer", "desk": "main", "note": "시청 일" })).await.unwrap();
    assert_eq!((moved.summary.desk.as_str(), moved.summary.state.as_str()), ("main", "waiting"));
    assert_eq!(moved.notes[0].text, "→ 시청: 시청 일");
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert!(phones(&gateway).iter().any(|text| text.contains("시청에서 답합니다")), "{:?}", phones(&gateway));
}

#[tokio::test(flavor = "multi_thread")]
async fn insults_are_folded_and_only_supervisors_act_on_them() {
    let gateway = Gateway::start().await;
    let found = gateway.claimed("이 개새끼들아").await;
    assert!(
        found.summary.is_abusive
            && found.summary.preview.is_empty()
            && found.messages[0].inbound().unwrap().is_abusive
    );
    let id = found.summary.id;
    act(&gateway, id, json!({ "action": "warn" })).await.unwrap();
    gateway.sim().text(CITIZEN, "뭐 어쩌라고");
    gateway.until(|b| b.n_routed == 2).await;
    let until_at = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    let restrict = json!({ "action": "restrict", "until_at": until_at, "reason": "협박" });
    assert_eq!(act(&gateway, id, restrict.clone()).await.unwrap_err().code, "supervisors_only");
    let evidence = format!("/v1/conversations/{id}/evidence");
    let reason = json!({ "reason": "경찰 신고" });
    let refused = gateway.desk.post::<Value>(&evidence, &reason).await.unwrap_err();
    assert_eq!(refused.code, "supervisors_only");
    gateway
        .store
        .set_duties("minsu".into(), Some(munja::domain::actor::Role::Supervisor), None)
        .await
        .unwrap();
    act(&gateway, id, restrict).await.unwrap();
    let evidence: Evidence = gateway.desk.post(&evidence, &reason).await.unwrap();
    let mut before = String::new();
    for record in &evidence.records {
        let hash = Sha256::new().chain_update(&before).chain_update(&record.json).finalize();
        before = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(record.sha256, before);
    }
    assert_eq!(evidence.sha256, before);
    assert!(evidence.records.iter().any(|record| record.json.contains("개새끼")));
    gateway.sim().text(CITIZEN, "살려주세요");
    gateway.until(|b| b.n_routed == 3).await;
    let again: ConversationDetail = gateway.desk.get(&format!("/v1/conversations/{id}")).await.unwrap();
    assert_eq!(again.summary.state, "waiting", "danger passes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_list_keeps_the_running_one() {
    let mut gateway = Gateway::with_files(
        Carrier::start().await,
        "[service]\ncategories = \"own.toml\"\n",
        ("", ""),
        &[("own.toml", "version = \"1\"\n[[group]]\nname = \"길\"\nitems = [\"버스\"]\n")],
    )
    .await;
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert_eq!((list.version.as_str(), list.categories), ("1", vec!["길/버스".to_owned()]));
    std::fs::write(
        gateway.folder.path().join("own.toml"),
        "version = \"2\"\n[[group]]\nname = \"길\"\nitems = []\n",
    )
    .unwrap();
    let path = gateway.folder.path().join("gateway.toml");
    let refused = munja::config::Config::load(&path).unwrap_err().to_string();
    assert!(refused.contains("own.toml, line 2: group 길"), "{refused}");
    let list: CategoryList = gateway.desk.get("/v1/categories").await.unwrap();
    assert_eq!(list.version, "1", "a reload that fails changes nothing");
    gateway.daemon.take().unwrap().stop().await;
}
