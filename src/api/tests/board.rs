//! The live board: figures without anything of a citizen, a stream that ends with its token; and the length of a text.

use super::*;
use crate::domain::account::Purpose;
use crate::domain::actor::Role;
use eventsource_stream::{Event, Eventsource};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use tokio::time::timeout;

type Boards = Pin<Box<dyn Stream<Item = Event> + Send>>;

async fn follow(desk: &Desk, token: &str) -> Boards {
    let asked = request("GET", "/v1/board/live", token).body(Body::empty()).expect("a request");
    let response = desk.router.clone().oneshot(asked).await.expect("the router never fails");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    Box::pin(response.into_body().into_data_stream().eventsource().map(|event| event.expect("an event")))
}

async fn until(boards: &mut Boards, what: impl Fn(&wire::BoardView) -> bool) -> wire::BoardView {
    let wait = async {
        loop {
            let event = boards.next().await.expect("a board");
            assert_eq!(event.event, "board");
            let view: wire::BoardView = serde_json::from_str(&event.data).expect("a BoardView");
            assert_eq!(event.id, view.seq.to_string());
            if what(&view) {
                return view;
            }
        }
    };
    timeout(Duration::from_secs(20), wait).await.expect("in time")
}

#[tokio::test(start_paused = true)]
async fn the_board_has_figures_and_nothing_of_a_citizen() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    desk.text_in("010-8765-4321", "살려주세요 비밀").await;
    let answer = desk.get("/v1/board", &token).await;
    for secret in ["1234", "4321", "버스", "비밀", "010"] {
        assert!(!answer.body.contains(secret), "{secret}: {}", answer.body);
    }
    let board = answer.expect(200);
    assert_eq!((&board["all"]["n_waiting"], &board["all"]["n_active"]), (&json!(1), &json!(1)));
    assert_eq!(board["all"]["today"], json!({"n_texts": 2, "n_opened": 2}));
    assert_eq!(
        (&board["dangers"][0]["conversation_id"], &board["dangers"][0]["is_ringing"]),
        (&json!(2), &json!(true))
    );
    assert_eq!(
        (&board["held"][0]["name"], &board["held"][0]["n_active"]),
        (&json!("상담사 minsu"), &json!(1))
    );
    assert_eq!(
        (&board["desks"][0]["key"], &board["carriers"][0]["state"]),
        (&json!("main"), &json!("works"))
    );
    assert_eq!(board["counselors"][0]["presence"], "on", "whoever holds something is on");
    let on = request("PUT", "/v1/me/presence", &token)
        .body(Body::from(r#"{"presence":"on"}"#))
        .expect("a request");
    desk.send(on).await.expect(200);
    let counselors = desk.get("/v1/board", &token).await.expect(200)["counselors"].clone();
    assert_eq!((&counselors[0]["name"], &counselors[0]["presence"]), (&json!("상담사 minsu"), &json!("on")));
    let hours = board["all"]["hours"].as_array().expect("hours");
    assert_eq!((hours.len(), hours.iter().filter_map(Value::as_i64).sum::<i64>()), (24, 2));
}

#[tokio::test]
async fn a_screen_hears_of_each_change() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let screen =
        desk.store.add_service_token(Purpose::Board, "벽".into(), desk.now() + 3_600_000, desk.now());
    let screen = screen.await.expect("a token").1;
    let (mut one, mut other) = (follow(&desk, &token).await, follow(&desk, &screen).await);
    for boards in [&mut one, &mut other] {
        until(boards, |board| board.all.n_waiting == 0).await;
    }
    desk.text_in(CITIZEN, "버스가 안 와요").await;
    for boards in [&mut one, &mut other] {
        until(boards, |board| board.all.n_waiting == 1).await;
    }
    drop((one, other));
    // After all screens are gone the next one is told what is now.
    desk.post("/v1/conversations/next", &token, json!({})).await.expect(200);
    let board = until(&mut follow(&desk, &token).await, |board| board.all.n_active == 1).await;
    assert_eq!(board.all.n_waiting, 0);
}

#[tokio::test]
async fn a_screen_goes_dark_with_its_token_and_with_the_server() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.store.set_duties("minsu".into(), Some(Role::Board), None).await.expect("given");
    let mut boards = follow(&desk, &token).await;
    until(&mut boards, |_| true).await;
    desk.post("/v1/logout", &token, json!({})).await.expect(204);
    let ended = timeout(Duration::from_secs(20), async { while boards.next().await.is_some() {} });
    ended.await.expect("ended");
    let id = desk.store.counselors().await.expect("all")[0].id;
    let token = desk.store.issue_token(id, desk.now() + 3_600_000, desk.now()).await.expect("a token");
    let mut boards = follow(&desk, &token).await;
    desk.stop.cancel();
    let ended = timeout(Duration::from_secs(20), async { while boards.next().await.is_some() {} });
    ended.await.expect("ended");
}

#[tokio::test(start_paused = true)]
async fn a_text_is_measured_as_it_would_leave() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let ask = async |text: &str| desk.post("/v1/length", &token, json!({ "text": text })).await.expect(200);
    let sms = json!({"kind": "sms", "n": 4, "most": 90, "unit": "bytes", "n_parts": 1});
    assert_eq!(ask(" 안녕 ").await, json!({"size": sms, "problem": null}));
    assert_eq!(ask(&"가".repeat(46)).await["size"]["kind"], "lms");
    assert_eq!(ask(&"가".repeat(1_500)).await["size"]["n_parts"], 2);
    assert_eq!(ask("  ").await, json!({"size": null, "problem": "empty_text"}));
    assert_eq!(ask(&"가".repeat(20_000)).await["problem"], "too_long");
    let emoji = ask("좋아요 👍").await;
    assert_eq!((&emoji["problem"], &emoji["characters"]), (&json!("unencodable"), &json!(["👍"])));
    assert!(emoji["offer"]["text"].as_str().is_some_and(|text| text.starts_with("좋아요")), "{emoji}");
    let photos = json!({"text": "사진", "has_photos": true});
    assert_eq!(desk.post("/v1/length", &token, photos).await.expect(200)["size"]["kind"], "mms");
}

/// Pages are for everybody; what they show is not.
#[tokio::test(start_paused = true)]
async fn pages_come_without_a_token_and_are_never_kept() {
    let desk = Desk::open();
    for path in ["/desk", "/board", "/web/desk.js"] {
        let answer = desk.get(path, "").await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(answer.headers.contains_key("x-request-id"));
    }
    desk.get("/web/../schema.sql", "").await.refused("not_found");
    desk.post("/board", "", json!({})).await.refused("method_not_allowed");
}
