//! A gateway that many programs lean on, most of them badly written: memory stays flat, and a citizen's text still reaches a
//! counselor.

use std::time::{Duration, Instant};

use munja::api::wire::ConversationDetail;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::grounds::{may_open_many_files, on_a_port, resident};
use crate::harness::{BOUND, CITIZEN, Carrier, Desk, Gateway};

const LIMITED: (&str, &str) =
    ("requests_per_sec_address = 0", "requests_per_sec_address = 0\nrequests_per_sec_token = 2");

/// A citizen writes, and a counselor gets the conversation.
async fn a_text_reaches(desk: &Desk, carrier: &Carrier, citizen: &str) -> ConversationDetail {
    carrier.sim.text(citizen, "살려주세요");
    let claimed = async {
        loop {
            // Refused while nobody in danger waits.
            let next = desk.post::<ConversationDetail>("/v1/conversations/next", &Value::Null).await;
            match next {
                Ok(next) if next.summary.tier == Some(1) => return next,
                Ok(next) => release(desk, next.summary.id).await,
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    };
    tokio::time::timeout(BOUND, claimed).await.expect("nobody got the text")
}

async fn release(desk: &Desk, id: i64) {
    let _: Value = desk.post(&format!("/v1/conversations/{id}/release"), &json!({})).await.unwrap();
}

/// A connection that has sent the beginning of a request.
async fn asked(port: u16, head: &str) -> TcpStream {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    connection.write_all(head.as_bytes()).await.unwrap();
    connection
}

fn with_token(desk: &Desk, line: &str, more: &str) -> String {
    format!("{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{more}\r\n", desk.token)
}

/// The status line of an answer begins so.
async fn answers(connection: &mut TcpStream, expected: &str) {
    let mut status = [0; 12];
    tokio::time::timeout(BOUND, connection.read_exact(&mut status)).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&status), format!("HTTP/1.1 {expected}"));
}

/// The real program under 300 streams of five log-ins, none of which reads more than its beginning, and under ninety bodies of
/// 100 MB: with their length told, in chunks, and to the route that takes photos.
#[tokio::test(flavor = "multi_thread")]
async fn neither_streams_that_nobody_reads_nor_bodies_without_end_cost_memory() {
    let (carrier, _folder, running, port) = on_a_port().await;
    may_open_many_files();
    let desk = Desk::login(port).await;
    let before = resident(&running.child);
    let mut open = Vec::new();
    for n in 0..5 {
        let desk = if n == 0 { desk.clone() } else { Desk::login(port).await };
        for _ in 0..60 {
            let mut stream = asked(port, &with_token(&desk, "GET /v1/events?after=0", "")).await;
            answers(&mut stream, "200").await;
            open.push(stream);
        }
    }
    for _ in 0..30 {
        endless_bodies(&desk, &mut open).await;
    }
    for n in 0..50 {
        carrier.sim.text(&format!("0102222{n:04}"), "질문입니다");
    }
    let next = a_text_reaches(&desk, &carrier, CITIZEN).await;
    assert_eq!(next.summary.citizen, "010-****-5678");
    let after = resident(&running.child);
    assert!(after < before + 64, "{before} MiB before, {after} MiB after");
}

/// Three bodies of 100 MB that are begun and never come to their end.
async fn endless_bodies(desk: &Desk, open: &mut Vec<TcpStream>) {
    const LENGTH: &str = "content-length: 104857600\r\n";
    let json = with_token(desk, "POST /v1/conversations/next", LENGTH);
    let mut json = asked(desk.port, &json).await;
    drop(json.write_all(&vec![b' '; 1 << 16]).await);
    let photo = with_token(desk, "POST /v1/photos", &format!("{LENGTH}content-type: image/jpeg\r\n"));
    let photo = asked(desk.port, &photo).await;
    let head = "POST /v1/login HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut chunked = asked(desk.port, head).await;
    let piece = format!("10000\r\n{}\r\n", " ".repeat(1 << 16));
    // More than the route takes; what the other end does not read is not waited for.
    for _ in 0..8 {
        let written = chunked.write_all(piece.as_bytes());
        drop(tokio::time::timeout(Duration::from_millis(50), written).await);
    }
    answers(&mut chunked, "413").await;
    open.extend([json, photo, chunked]);
}

/// One program opens streams and forgets them: the next one is refused, and other log-ins are not.
#[tokio::test(flavor = "multi_thread")]
async fn one_log_in_opens_no_more_than_its_share_of_streams() {
    let gateway = Gateway::start().await;
    let mut streams = Vec::new();
    let refused = loop {
        let url = format!("http://127.0.0.1:{}/v1/events", gateway.desk.port);
        let answer = gateway.desk.http.get(url).bearer_auth(&gateway.desk.token).send().await.unwrap();
        if answer.status() != StatusCode::OK {
            break answer;
        }
        streams.push(answer);
    };
    assert_eq!((refused.status(), streams.len()), (StatusCode::TOO_MANY_REQUESTS, 64));
    assert_eq!(refused.headers()["retry-after"], "30");
    a_text_reaches(&gateway.desk, &gateway.carrier, CITIZEN).await;
}

/// 500 connections that say nothing, or stop in the middle of a request.
#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_hold_up_nobody() {
    let gateway = Gateway::start().await;
    may_open_many_files();
    let mut idle = Vec::new();
    for n in 0..500 {
        let beginning =
            ["", "GET /v1/me HT", "POST /v1/login HTTP/1.1\r\nhost: x\r\ncontent-length: 90\r\n\r\n{"];
        idle.push(asked(gateway.desk.port, beginning[n % beginning.len()]).await);
    }
    a_text_reaches(&gateway.desk, &gateway.carrier, CITIZEN).await;
}

/// A program that asks without a pause is told to wait, and how long. What somebody in danger needs is counted apart.
#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_asks_without_a_pause_is_told_to_wait() {
    let gateway = Gateway::with_files(Carrier::start().await, "", LIMITED, &[]).await;
    let began = Instant::now();
    let ask = |path: &str| {
        let url = format!("http://127.0.0.1:{}{path}", gateway.desk.port);
        gateway.desk.http.get(url).bearer_auth(&gateway.desk.token).send()
    };
    let refused = loop {
        let answer = ask("/v1/me").await.unwrap();
        if answer.status() != StatusCode::OK {
            break answer;
        }
        assert!(began.elapsed() < BOUND, "nobody was refused");
    };
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert_eq!(wait, 1);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!((&problem["code"], &problem["retry_after_secs"]), (&json!("too_many_requests"), &json!(1)));
    // An event stream and the next conversation all the same.
    assert_eq!(ask("/v1/events").await.unwrap().status(), StatusCode::OK);
    a_text_reaches(&gateway.desk, &gateway.carrier, CITIZEN).await;
    // Who waits as long as they were told is answered.
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(ask("/v1/me").await.unwrap().status(), StatusCode::OK);
}
