//! The driver over real sockets: what each way of failing means for a text and for a poll.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::carrier::http::HttpOptions;

fn driver_at(port: u16, max_body_bytes: usize) -> Bizgo {
    let url = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let options = HttpOptions { max_body_bytes, ..HttpOptions::new(url, Duration::from_millis(500)) };
    Bizgo::new(config(), Http::new(options).unwrap(), Arc::new(|| NOW))
}

/// A carrier that says `answer` to every request, then closes or (`slowly`) drips on.
async fn carrier(answer: Vec<u8>, slowly: bool) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = connection.read(&mut [0; 4096]).await;
                let _ = connection.write_all(&answer).await;
                while slowly && connection.write_all(b" ").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            });
        }
    });
    port
}

fn http_answer(body: &[u8], promised: usize) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {promised}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

async fn kinds(bizgo: Bizgo) -> (ErrorKind, ErrorKind) {
    let sent = bizgo.send(&outbound(OutboundKind::Sms, "살려 주세요")).await.unwrap_err();
    let polled = bizgo.poll_inbound(&Cursor::starting_at(NOW)).await.unwrap_err();
    let shown = format!("{sent} {sent:?} {polled} {polled:?}");
    assert!(["KEY123", "살려", "5678", "127.0.0.1"].iter().all(|secret| !shown.contains(secret)), "{shown}");
    (sent.kind, polled.kind)
}

#[tokio::test]
async fn a_whole_answer() {
    let body = envelope("A000", "A000", sent("A000"));
    let bizgo = driver_at(carrier(http_answer(&body, body.len()), false).await, 1 << 20);
    let accepted = bizgo.send(&outbound(OutboundKind::Sms, "네")).await.unwrap();
    assert_eq!(accepted.carrier_message_id.as_deref(), Some("M1"));
}

#[tokio::test]
async fn what_each_way_of_failing_means() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed_port = listener.local_addr().unwrap().port();
    drop(listener);
    assert_eq!(kinds(driver_at(closed_port, 1 << 20)).await, (ErrorKind::NotSent, ErrorKind::NotSent));

    let open = (ErrorKind::Ambiguous, ErrorKind::Transient);
    let body = envelope("A000", "A000", sent("A000"));
    let cases = [
        ("closed without a word", Vec::new(), false, 1 << 20),
        ("cut off", http_answer(&body[..body.len() - 1], body.len()), false, 1 << 20),
        ("cut off, and says so not", http_answer(&body[..body.len() - 1], body.len() - 1), false, 1 << 20),
        ("drips beyond the time-out", http_answer(&body[..9], 1 << 19), true, 1 << 20),
        ("larger than allowed", http_answer(&body, body.len()), false, 64),
    ];
    for (name, answer, slowly, max_body_bytes) in cases {
        let bizgo = driver_at(carrier(answer, slowly).await, max_body_bytes);
        assert_eq!(kinds(bizgo).await, open, "{name}");
    }
}
