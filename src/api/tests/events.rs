//! The live stream: nothing missed, nothing twice, nobody held up.

use super::*;
use eventsource_stream::{Event, Eventsource};
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use tokio::time::timeout;

type Events = Pin<Box<dyn Stream<Item = Event> + Send>>;

/// Opens a stream; its greeting has come when this returns.
async fn follow(desk: &Desk, token: &str, query: &str, last_id: Option<i64>) -> Events {
    let mut builder = request("GET", &format!("/v1/events{query}"), token);
    if let Some(id) = last_id {
        builder = builder.header("last-event-id", id.to_string());
    }
    let request = builder.body(Body::empty()).expect("a request");
    let response = desk.router.clone().oneshot(request).await.expect("the router never fails");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let body = response.into_body().into_data_stream();
    let mut events = Box::pin(body.eventsource().map(|event| event.expect("an event")));
    let hello = events.next().await.expect("a greeting");
    let view: wire::EventView = serde_json::from_str(&hello.data).expect("an EventView");
    assert_eq!((hello.event.as_str(), hello.id), ("hello", view.seq.to_string()));
    events
}

async fn seqs(events: &mut Events, n: usize) -> Vec<i64> {
    let all = events.take(n).map(|e| e.id.parse::<i64>().expect("a number")).collect();
    timeout(Duration::from_secs(20), all).await.expect("in time")
}

/// So many events, one commit each.
async fn note(desk: &Desk, n: usize) {
    for _ in 0..n {
        desk.store
            .note(crate::domain::event::EventKind::WorkerRestarted, "started again".into(), desk.now())
            .await
            .expect("noted");
    }
}

#[tokio::test]
async fn an_event_says_what_happened_and_not_what_was_written() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let mut events = follow(&desk, &token, "", None).await;
    desk.text_in(CITIZEN, "비밀 이야기").await;
    desk.post("/v1/conversations/next", &token, json!({})).await.expect(200);
    let heard: Vec<Event> = events.by_ref().take(3).collect().await;
    let kinds: Vec<&str> = heard.iter().map(|e| e.event.as_str()).collect();
    assert!(kinds.contains(&"opened") && kinds.ends_with(&["claimed"]), "{kinds:?}");
    let claimed: wire::EventView = serde_json::from_str(&heard[2].data).expect("an EventView");
    assert_eq!(claimed.seq.to_string(), heard[2].id);
    assert_eq!((claimed.conversation_id, claimed.counselor.as_deref()), (Some(1), Some("minsu")));
    assert!(heard.iter().all(|e| !e.data.contains("비밀") && !e.data.contains("1234")));
}

#[tokio::test]
async fn where_it_begins() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    note(&desk, 3).await;
    let last = desk.store.last_event_seq().await.expect("a number");
    let table: [(&str, Option<i64>, i64); 7] = [
        ("", None, last),
        ("?from=now", None, last),
        ("?after=0", None, 0),
        ("?after=3", None, 3),
        ("?after=0", Some(2), 2),
        ("", Some(0), 0),
        ("?after=99", None, last),
    ];
    let mut open = Vec::new();
    for (query, id, after) in table {
        open.push((follow(&desk, &token, query, id).await, after));
    }
    note(&desk, 1).await;
    for (mut events, after) in open {
        let expected: Vec<i64> = (after + 1..=last + 1).collect();
        assert_eq!(seqs(&mut events, expected.len()).await, expected);
    }
    for query in ["after=x", "after=-1", "from=yesterday"] {
        desk.get(&format!("/v1/events?{query}"), &token).await.refused("bad_request");
    }
    for id in ["x", "-1", ""] {
        let builder = request("GET", "/v1/events", &token).header("last-event-id", id);
        desk.send(builder.body(Body::empty()).expect("a request")).await.refused("bad_request");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn coming_back_misses_nothing_and_repeats_nothing() {
    let desk = Arc::new(Desk::open());
    let token = desk.token("minsu").await;
    let first = desk.store.last_event_seq().await.expect("a number");
    let writers: Vec<_> = (0..8)
        .map(|_| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move { note(&desk, 100).await })
        })
        .collect();
    let mut heard = Vec::new();
    while heard.len() < 800 {
        let last = heard.last().copied().unwrap_or(first);
        let mut events = follow(&desk, &token, "", Some(last)).await;
        // Hang up in the middle, at another place each time.
        heard.extend(seqs(&mut events, (37 + heard.len() % 11).min(800 - heard.len())).await);
    }
    assert_eq!(heard, (first + 1..=first + 800).collect::<Vec<_>>());
    for writer in writers {
        writer.await.expect("no panic");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_does_not_read_holds_up_nobody() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        idle.push(follow(&desk, &token, "", None).await);
    }
    let mut eager = follow(&desk, &token, "", None).await;
    note(&desk, 300).await;
    let heard = seqs(&mut eager, 300).await;
    // Those who slept read all of it later.
    for mut late in idle {
        assert_eq!(seqs(&mut late, 300).await, heard);
    }
}

#[tokio::test]
async fn it_ends_with_its_token() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let mut events = follow(&desk, &token, "", None).await;
    desk.post("/v1/logout", &token, json!({})).await.expect(204);
    // The check that comes once a second would be later.
    let ended = timeout(Duration::from_millis(700), events.next()).await.expect("at once");
    assert!(ended.is_none(), "nothing more");
}

#[tokio::test(start_paused = true)]
async fn a_quiet_stream_shows_that_it_lives() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let request = request("GET", "/v1/events", &token).body(Body::empty()).expect("a request");
    let response = desk.router.clone().oneshot(request).await.expect("the router never fails");
    let mut body = response.into_body().into_data_stream();
    body.next().await.expect("the first frame").expect("bytes");
    let quiet = timeout(Duration::from_secs(16), body.next()).await.expect("in time");
    assert!(quiet.expect("a frame").expect("bytes").starts_with(b":"));
}
