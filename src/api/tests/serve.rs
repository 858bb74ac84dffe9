//! Real sockets: both HTTP versions, closing, and what may be listened on.

use super::*;
use crate::api::{BindError, Listener, bind_tcp, bind_unix, serve};
use reqwest::{Client, ClientBuilder};
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;

struct Running {
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    fn start(listener: Listener, desk: &Desk) -> Running {
        let (router, stop) = (desk.router.clone(), desk.stop.clone());
        let task = tokio::spawn(serve(listener, router, stop.clone()));
        Running { stop, task }
    }

    /// Closes; returns how long it took.
    async fn stop(self) -> Duration {
        let began = Instant::now();
        self.stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(20), self.task).await;
        ended.expect("in time").expect("no panic").expect("no error");
        began.elapsed()
    }
}

async fn tcp() -> (Listener, String) {
    let listener = bind_tcp("127.0.0.1:0".parse().expect("an address")).await.expect("bound");
    let addr = listener.local_addr().expect("an address");
    (listener, format!("http://{addr}"))
}

fn client(with: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    with(Client::builder().no_proxy()).build().expect("a client")
}

#[tokio::test]
async fn both_versions_on_both_listeners() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let (listener, url) = tcp().await;
    let on_tcp = Running::start(listener, &desk);
    let path = desk.path("api.sock");
    let on_unix = Running::start(bind_unix(&path, 0o660).await.expect("bound"), &desk);
    assert_eq!(std::fs::metadata(&path).expect("a socket").permissions().mode() & 0o777, 0o660);

    let socket = path.clone();
    let clients = [
        (client(|c| c.http1_only()), url.as_str(), "HTTP/1.1"),
        (client(|c| c.http2_prior_knowledge()), url.as_str(), "HTTP/2.0"),
        (client(|c| c.http1_only().unix_socket(socket.clone())), "http://munja", "HTTP/1.1"),
        (client(|c| c.http2_prior_knowledge().unix_socket(socket.clone())), "http://munja", "HTTP/2.0"),
    ];
    for (client, url, version) in clients {
        let answer = client.get(format!("{url}/v1/me")).bearer_auth(&token).send().await.expect("an answer");
        assert_eq!(format!("{:?}", answer.version()), version);
        assert_eq!(answer.json::<wire::CounselorView>().await.expect("JSON").login, "minsu");
        let lost = client.get(format!("{url}/nowhere")).send().await.expect("an answer");
        assert_eq!(lost.json::<wire::ProblemDetails>().await.expect("JSON").code, "not_found");
    }
    on_tcp.stop().await;
    on_unix.stop().await;
}

#[tokio::test]
async fn open_streams_end_when_the_server_closes() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let (listener, url) = tcp().await;
    let running = Running::start(listener, &desk);
    let mut streams = Vec::new();
    for client in [client(|c| c.http1_only()), client(|c| c.http2_prior_knowledge())] {
        let mut stream =
            client.get(format!("{url}/v1/events")).bearer_auth(&token).send().await.expect("a stream");
        assert!(stream.chunk().await.expect("bytes").is_some());
        streams.push(stream);
    }
    let took = running.stop().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    for mut stream in streams {
        while stream.chunk().await.expect("a clean end").is_some() {}
    }
}

#[tokio::test]
async fn requests_under_way_finish_and_idle_connections_do_not_delay() {
    let desk = Desk::open();
    desk.hire("minsu").await;
    let (listener, url) = tcp().await;
    let idle = TcpStream::connect(url.trim_start_matches("http://")).await.expect("connected");
    let running = Running::start(listener, &desk);
    let http = client(|c| c);
    let body = json!({"login": "minsu", "password": PASSWORD});
    let slow = tokio::spawn(http.post(format!("{url}/v1/login")).json(&body).send());
    tokio::time::sleep(Duration::from_millis(10)).await;
    let took = running.stop().await;
    // Either it came in before the close, and then it was answered, or it never came in.
    if let Ok(answer) = slow.await.expect("no panic") {
        assert_eq!(answer.status(), 200);
    }
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(idle);
}

#[tokio::test]
async fn who_does_not_read_is_cut_off_in_the_end() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    desk.text_in(CITIZEN, &"가".repeat(2_000_000)).await;
    let (listener, url) = tcp().await;
    let running = Running::start(listener, &desk);
    let mut raw = TcpStream::connect(url.trim_start_matches("http://")).await.expect("connected");
    let head =
        format!("GET /v1/conversations/1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    raw.write_all(head.as_bytes()).await.expect("sent");
    let mut start = [0; 64];
    raw.read_exact(&mut start).await.expect("the beginning");
    let took = running.stop().await;
    assert!((Duration::from_secs(1)..Duration::from_secs(3)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn only_loopback() {
    for addr in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0", "[2001:db8::1]:80"] {
        let refused = bind_tcp(addr.parse().expect("an address")).await.expect_err("refused");
        assert!(matches!(refused, BindError::NotLoopback(_)));
        assert!(
            refused.to_string().contains(addr) && refused.to_string().contains("unencrypted"),
            "{refused}"
        );
    }
    for addr in ["127.0.0.1:0", "127.8.8.8:0", "[::ffff:127.0.0.1]:0"] {
        bind_tcp(addr.parse().expect("an address")).await.expect("bound");
    }
}

#[tokio::test]
async fn a_dead_socket_is_replaced_and_a_live_one_is_not() {
    let desk = Desk::open();
    let path = desk.path("api.sock");
    let first = bind_unix(&path, 0o600).await.expect("bound");
    assert!(matches!(bind_unix(&path, 0o600).await, Err(BindError::InUse(_))));
    drop(first);
    let second = bind_unix(&path, 0o660).await.expect("bound again");
    UnixStream::connect(&path).await.expect("somebody is there");
    drop(second);

    let file = desk.path("notes.txt");
    std::fs::write(&file, "keep me").expect("written");
    assert!(matches!(bind_unix(&file, 0o660).await, Err(BindError::NotASocket(_))));
    assert_eq!(std::fs::read_to_string(&file).expect("still there"), "keep me");
    let nowhere = bind_unix(&desk.path("no/such/folder.sock"), 0o660).await;
    assert!(matches!(nowhere, Err(BindError::Io(..))));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_brings_no_request_is_closed() {
    let desk = Desk::open();
    let (listener, url) = tcp().await;
    let running = Running::start(listener, &desk);
    for beginning in ["", "P", "GET /heal", "GET /healthz HTTP/1.1\r\nhost: x\r\n"] {
        let mut raw = TcpStream::connect(url.trim_start_matches("http://")).await.expect("connected");
        raw.write_all(beginning.as_bytes()).await.expect("sent");
        let mut rest = Vec::new();
        raw.read_to_end(&mut rest).await.expect("closed");
        assert!(rest.is_empty(), "{beginning}");
    }
    running.stop().await;
}

#[tokio::test]
async fn what_was_begun_is_done_though_nobody_waits_for_it() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    for n in 0..20 {
        let body = json!({"text": format!("답 {n}"), "last_seen": 1});
        let asked = desk.router.clone().oneshot(reply_request(1, &token, &format!("key-{n}"), &body));
        let hung_up = tokio::time::timeout(Duration::from_millis(n / 4), asked).await;
        drop(hung_up);
    }
    let texts_out = desk.store.hints().text_out.notified();
    tokio::time::timeout(Duration::from_secs(5), texts_out).await.expect("announced");
}

/// A connection by which a test says byte for byte what it says.
struct Raw(TcpStream);

impl Raw {
    async fn to(url: &str) -> Raw {
        Raw(TcpStream::connect(url.trim_start_matches("http://")).await.expect("connected"))
    }

    async fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.expect("sent");
    }

    /// What comes back until this stands in it.
    async fn until(&mut self, end: &str) -> String {
        let mut all = Vec::new();
        let read = async {
            while !String::from_utf8_lossy(&all).contains(end) {
                let mut some = [0; 1024];
                let n = self.0.read(&mut some).await.expect("no error");
                assert!(n > 0, "closed: {}", String::from_utf8_lossy(&all));
                all.extend_from_slice(&some[..n]);
            }
        };
        tokio::time::timeout(Duration::from_secs(5), read).await.expect("an answer before the body is sent");
        String::from_utf8_lossy(&all).into_owned()
    }
}

fn head(path: &str, token: &str, length: u64, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nidempotency-key: k\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_it_is_sent() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let (listener, url) = tcp().await;
    let running = Running::start(listener, &desk);
    let expects = "expect: 100-continue\r\n";
    // A reply, an action, a route that takes no body, and a photo.
    let routes = [
        ("/v1/conversations/1/replies", "body_too_large"),
        ("/v1/conversations/1/actions", "body_too_large"),
        ("/v1/conversations/1/claim", "body_too_large"),
        ("/v1/photos", "photo_too_large"),
    ];
    for (path, code) in routes {
        for more in ["", expects] {
            let mut raw = Raw::to(&url).await;
            raw.say(&head(path, &token, 100_000_000, more)).await;
            let answer = raw.until(code).await;
            assert!(answer.starts_with("HTTP/1.1 413"), "{path}: {answer}");
        }
    }
    // Who may not ask learns nothing of sizes.
    let mut raw = Raw::to(&url).await;
    raw.say(&head("/v1/conversations/1/replies", "nobody", 100_000_000, "")).await;
    assert!(raw.until("unauthorized").await.starts_with("HTTP/1.1 401"));
    running.stop().await;
}

#[tokio::test]
async fn who_waits_for_a_word_before_the_body_gets_it() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let (listener, url) = tcp().await;
    let running = Running::start(listener, &desk);
    let body = json!({"text": "곧 옵니다.", "last_seen": 1}).to_string();
    let mut raw = Raw::to(&url).await;
    let length = body.len() as u64;
    raw.say(&head("/v1/conversations/1/replies", &token, length, "expect: 100-continue\r\n")).await;
    let word = raw.until("\r\n\r\n").await;
    assert!(word.starts_with("HTTP/1.1 100 Continue"), "{word}");
    raw.say(&body).await;
    let answer = raw.until("reply_id").await;
    assert!(answer.contains("HTTP/1.1 201"), "{answer}");
    running.stop().await;
}
