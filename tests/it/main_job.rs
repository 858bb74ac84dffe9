//! The main job: a text comes in, a counselor answers, the phone receives it.

use munja::api::wire::{ConversationList, MessageView, StatusResponse};
use serde_json::{Value, json};

use crate::harness::{BOUND, CITIZEN, Gateway, assert_balanced};

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_answered_and_delivered() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("버스 막차가 몇 시인가요?").await;
    assert_eq!(conversation.summary.citizen, "010-****-5678");
    let answer = "첨단09번 막차는 22:40입니다. 정류장 도착은 22:52쯤입니다.";
    let reply = gateway.desk.reply(&conversation, answer, "key-1").await.unwrap();
    assert_eq!(reply.messages.len(), 1);
    // The receipt text and the answer.
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
    let texts: Vec<String> = gateway.sim().ledger().messages.into_iter().map(|m| m.text).collect();
    assert!(texts.iter().any(|t| t == answer) && texts.iter().any(|t| t.contains("119")), "{texts:?}");
    let id = conversation.summary.id;
    let shown: munja::api::wire::ConversationDetail =
        gateway.desk.get(&format!("/v1/conversations/{id}")).await.unwrap();
    let last = shown.messages.iter().filter_map(MessageView::outbound).next_back().unwrap();
    assert_eq!(last.state, "delivered");
    let _: Value = gateway
        .desk
        .post(
            &format!("/v1/conversations/{id}/close"),
            &json!({"category": "주정차", "last_seen": conversation.last_inbound_id}),
        )
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_leaves_as_numbered_parts_in_order() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("여권 안내 부탁드립니다").await;
    let answer = "여권 재발급에는 사진 한 장과 신분증이 필요합니다. ".repeat(90);
    let reply = gateway.desk.reply(&conversation, &answer, "key-1").await.unwrap();
    assert!(reply.messages.len() >= 2);
    gateway.until(|b| b.n_outbound("delivered") == 1 + reply.messages.len() as i64).await;
    let parts: Vec<String> = gateway
        .sim()
        .ledger()
        .messages
        .into_iter()
        .filter(|m| m.text.contains("여권"))
        .map(|m| m.text)
        .collect();
    for (n, part) in parts.iter().enumerate() {
        assert!(part.starts_with(&format!("({}/{})", n + 1, parts.len())), "{part}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_asked_for_twice_is_sent_once() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("네").await;
    let first = gateway.desk.reply(&conversation, "확인했습니다", "same-key").await.unwrap();
    let again = gateway.desk.reply(&conversation, "확인했습니다", "same-key").await.unwrap();
    assert_eq!((first.reply_id, first.repeated, again.repeated), (again.reply_id, false, true));
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_yesterdays_question_is_stopped() {
    let gateway = Gateway::start().await;
    let conversation = gateway.claimed("주차 신고는 어디로 하나요").await;
    gateway.sim().text(CITIZEN, "아니에요 해결됐어요");
    gateway.until(|b| b.n_routed == 2).await;
    let refused = gateway.desk.reply(&conversation, "120으로 신고하세요", "key-1").await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.newer.len()), ("newer_texts", 1));
    assert_eq!(refused.newer[0].text(), "아니에요 해결됐어요");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_the_number_or_answers_for_another() {
    let gateway = Gateway::start().await;
    gateway.claimed("안녕하세요").await;
    let list: Value = gateway.desk.get("/v1/conversations?state=open").await.unwrap();
    assert!(!list.to_string().contains("12345678") && !list.to_string().contains("1234"), "{list}");
    let stranger = crate::harness::Desk { token: "0".repeat(64).into(), ..gateway.desk.clone() };
    let refused = stranger.get::<ConversationList>("/v1/conversations").await.unwrap_err();
    assert_eq!(refused.code, "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_stop_and_a_new_start_lose_nothing() {
    let mut gateway = Gateway::start().await;
    for n in 0..40 {
        gateway.sim().text(&format!("0101111{n:04}"), "질문입니다");
    }
    gateway.until(|b| b.n_received > 10).await;
    gateway.restart().await;
    gateway.until(|b| b.n_routed == 40 && b.n_outbound("delivered") == 40).await;
    assert_balanced(&gateway.store, gateway.sim()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn status_says_how_things_stand() {
    let gateway = Gateway::start().await;
    gateway.claimed("안녕하세요").await;
    gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let status: StatusResponse = gateway.desk.get("/v1/status").await.unwrap();
    let [carrier] = status.carriers.as_slice() else { panic!("{:?}", status.carriers) };
    assert_eq!((carrier.name.as_str(), carrier.state.as_str(), carrier.receives), ("bizgo", "works", true));
    assert_eq!(carrier.sends.as_deref(), Some("preferred"));
    assert_eq!((status.counts.n_active, status.counts.n_waiting), (1, 0));
    assert!(status.workers.iter().all(|w| !w.is_late));
    assert_eq!(status.workers.len(), 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_never_share_a_database() {
    let gateway = Gateway::start().await;
    let config = munja::config::Config::load(&gateway.folder.path().join("gateway.toml")).unwrap();
    let second = munja::daemon::Daemon::start(config, munja::daemon::Options::default());
    let refused = tokio::time::timeout(BOUND, second).await.unwrap().err().expect("refused");
    assert!(refused.to_string().contains("another munjad"), "{refused:#}");
}
