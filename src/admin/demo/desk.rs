//! The demo's counselors: they use the same API as real ones.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::api::wire::{CloseRequest, LoginRequest, LoginResponse, ReplyRequest};
use crate::client::{Client, ClientError};
use crate::domain::outbound::ClientKey;

pub(super) const SAMPLE_ANSWERS: &[&str] = &[
    "안녕하세요, 120입니다. 확인해 보니 막차는 22:40에 있습니다.",
    "신분증과 사진 1장을 가지고 가까운 구청에 가시면 됩니다. 평일 09:00~18:00입니다.",
    "1. 위치를 적어 주셔서 감사합니다.\n2. 담당 부서에 전달했습니다.\n3. 오늘 안에 현장을 확인합니다.\n결과는 문자로 알려 드리겠습니다. 더 궁금한 점이 있으면 편하게 문자 주세요.",
    "네, 알겠습니다. 더 필요한 것이 있으면 문자 주세요.",
];

/// How long a counselor looks away when nobody waits.
const GLANCE: Duration = Duration::from_millis(100);

pub(super) async fn login(server: &str, password: &str) -> anyhow::Result<LoginResponse> {
    let request = LoginRequest { login: "demo".into(), password: password.into(), code: None };
    Ok(plain(server)?.login(&request).await?)
}

pub(super) fn client(server: &str, token: &str) -> anyhow::Result<Client> {
    Ok(plain(server)?.with_token(token.to_owned().into()))
}

fn plain(server: &str) -> anyhow::Result<Client> {
    Ok(Client::new(&server.parse().context("the demo's own address")?)?)
}

/// Takes whoever waits, answers, closes; until told to stop.
pub(super) async fn answer(desk: Client, answers: Arc<Vec<String>>, who: usize, stop: CancellationToken) {
    let mut n = who;
    while !stop.is_cancelled() {
        match answer_one(&desk, &answers[n % answers.len()]).await {
            Ok(()) => n += 3,
            Err(_) => tokio::time::sleep(GLANCE).await,
        }
    }
}

/// `Err` if nobody waits or the citizen wrote meanwhile; they are found again the next time.
async fn answer_one(desk: &Client, text: &str) -> Result<(), ClientError> {
    let found = desk.next().await?;
    let id = found.summary.id;
    let request = ReplyRequest {
        text: text.to_owned(),
        last_seen: found.last_inbound_id,
        force: true,
        ..ReplyRequest::default()
    };
    let key = ClientKey::from_random(rand::random());
    desk.reply(id, &request, &key).await?;
    let close = CloseRequest {
        unanswered: false,
        reason: None,
        last_seen: found.last_inbound_id,
        force: false,
        category: Some("생활정보/기타".to_owned()),
        drop_promise: false,
    };
    match desk.close(id, &close).await {
        Ok(()) => Ok(()),
        // They wrote again: back to the queue.
        Err(_) => desk.release(id).await,
    }
}
