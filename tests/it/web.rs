//! The pages for browsers, served by a whole daemon: the files, a log-in as the page does it, and a board that follows.

use eventsource_stream::Eventsource;
use futures_util::StreamExt;
use munja::api::wire::{BoardView, ConversationDetail, LoginResponse};
use munja::domain::account::Purpose;
use munja::ops::clock::Clock;
use serde_json::{Value, json};

use crate::harness::{BOUND, CITIZEN, Gateway};

fn url(gateway: &Gateway, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", gateway.desk.port)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_served_beside_the_api() {
    let gateway = Gateway::start().await;
    let home = gateway.desk.http.get(url(&gateway, "/")).send().await.unwrap();
    assert_eq!(home.url().path(), "/desk");
    let pages = ["/desk", "/board", "/reports", "/lists"].map(|page| (page, format!("/web{page}.js")));
    for (page, script) in pages {
        let answer = gateway.desk.http.get(url(&gateway, page)).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(
            policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(answer.text().await.unwrap().contains(&script));
        let script = gateway.desk.http.get(url(&gateway, &script)).send().await.unwrap();
        assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    }
    // The page's log-in is the API's.
    let wrong = json!({"login": "minsu", "password": "falsch-und-lang"});
    assert_eq!(gateway.desk.post::<Value>("/v1/login", &wrong).await.unwrap_err().code, "wrong_login");
    let right = json!({"login": "minsu", "password": "long-enough"});
    let login: LoginResponse = gateway.desk.post("/v1/login", &right).await.unwrap();
    assert_eq!((login.counselor.login.as_str(), login.first_step), ("minsu", None));
}

/// Waits on the stream alone: a text, a claim and an answer each change the figures by themselves.
#[tokio::test(flavor = "multi_thread")]
async fn the_board_follows_texts_claims_and_answers() {
    let gateway = Gateway::start().await;
    let now = Clock::system().now_ms();
    let screen =
        gateway.store.add_service_token(Purpose::Board, "벽".into(), now + 3_600_000, now).await.unwrap().1;
    let live =
        gateway.desk.http.get(url(&gateway, "/v1/board/live")).bearer_auth(&screen).send().await.unwrap();
    let mut live = Box::pin(live.bytes_stream().eventsource());
    let mut until = async |what: &dyn Fn(&BoardView) -> bool| {
        let wait = async {
            loop {
                let board: BoardView =
                    serde_json::from_str(&live.next().await.unwrap().unwrap().data).unwrap();
                if what(&board) {
                    return board;
                }
            }
        };
        tokio::time::timeout(BOUND, wait).await.expect("never came")
    };
    until(&|board| board.all.n_waiting == 0).await;
    gateway.sim().text(CITIZEN, "버스가 안 와요");
    let board = until(&|board| board.all.n_waiting == 1).await;
    assert_eq!(board.desks.iter().map(|desk| desk.n_waiting).sum::<i64>(), 1);
    let talk: ConversationDetail = gateway.desk.post("/v1/conversations/next", &Value::Null).await.unwrap();
    let board = until(&|board| board.all.n_active == 1).await;
    assert_eq!((board.held[0].name.as_str(), board.all.n_waiting), ("김민수", 0));
    gateway.desk.reply(&talk, "열 시입니다", "k").await.unwrap();
    until(&|board| board.all.n_answered == 1).await;
    // The day is read again within seconds.
    let board = until(&|board| board.all.first_reply.n == 1).await;
    assert_eq!((board.all.today.n_texts, board.all.first_reply.percent[0]), (1, Some(100)));
}
