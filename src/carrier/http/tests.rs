//! The client against real sockets that misbehave in every way a network can.

use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"a\":";
const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
const ENDLESS: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";

fn options(url: &str) -> HttpOptions {
    HttpOptions::new(Url::parse(url).unwrap(), Duration::from_millis(400))
}

fn client(port: u16) -> Http {
    Http::new(options(&format!("http://127.0.0.1:{port}"))).unwrap()
}

fn request() -> Request {
    Request::new(Method::POST, "/x")
        .query("to", "01012345678")
        .header(header::AUTHORIZATION, HeaderValue::from_static("secret"))
        .json(serde_json::json!({ "text": "살려 주세요" }))
}

/// What a server does with a connection once it has read a request.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Says this, then closes.
    Close(&'static [u8]),
    /// Says this, then nothing, without closing.
    Hang(&'static [u8]),
    /// Says this, then the connection breaks.
    Reset(&'static [u8]),
    /// Says this, then a byte now and then without end.
    Drip(&'static [u8]),
    /// Says this, then more than anybody wants.
    Flood(&'static [u8]),
    /// Answers the first request, and closes when the second has come.
    CloseOnSecond,
}

async fn server(manner: Manner) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            tokio::spawn(misbehave(connection, manner));
        }
    });
    port
}

/// Ends when the client has gone, too; hence every result may be an error.
async fn misbehave(mut connection: TcpStream, manner: Manner) {
    let mut buffer = [0; 4096];
    let _ = connection.read(&mut buffer).await;
    match manner {
        Manner::Close(what) => drop(connection.write_all(what).await),
        Manner::Hang(what) => {
            let _ = connection.write_all(what).await;
            std::future::pending::<()>().await;
        }
        Manner::Reset(what) => {
            let _ = connection.write_all(what).await;
            SockRef::from(&connection).set_linger(Some(Duration::ZERO)).unwrap();
        }
        Manner::Drip(what) => {
            let _ = connection.write_all(what).await;
            while connection.write_all(b" ").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        Manner::Flood(what) => {
            let _ = connection.write_all(what).await;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            while connection.write_all(chunk.as_bytes()).await.is_ok() {}
        }
        Manner::CloseOnSecond => {
            let _ = connection.write_all(WHOLE).await;
            let _ = connection.read(&mut buffer).await;
        }
    }
}

#[tokio::test]
async fn nothing_left_if_nobody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let failure = client(port).call(request()).await.unwrap_err();
    assert_eq!(failure, before("no connection"));
}

#[tokio::test]
async fn nothing_left_without_tls() {
    for manner in [Manner::Hang(b""), Manner::Close(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Manner::Reset(b"")]
    {
        let url = format!("https://127.0.0.1:{}", server(manner).await);
        let failure = Http::new(options(&url)).unwrap().call(request()).await.unwrap_err();
        assert_eq!(failure, before("no connection"), "{manner:?}");
    }
}

#[tokio::test]
async fn everything_after_the_first_byte_is_open() {
    let cases = [
        (Manner::Close(b""), "the connection broke"),
        (Manner::Reset(b""), "the connection broke"),
        (Manner::Hang(b""), "no answer in time"),
        (Manner::Close(b"SSH-2.0-x\r\n"), "the connection broke"),
        (Manner::Close(HEAD), "the answer broke off"),
        (Manner::Reset(HEAD), "the answer broke off"),
        (Manner::Hang(HEAD), "the answer broke off"),
        (Manner::Drip(HEAD), "the answer broke off"),
    ];
    for (manner, what) in cases {
        let began = std::time::Instant::now();
        let failure = client(server(manner).await).call(request()).await.unwrap_err();
        assert_eq!((failure.stage, failure.what), (Stage::AfterRequest, what), "{manner:?}");
        let had_begun = matches!(manner, Manner::Close(HEAD) | Manner::Reset(HEAD) | Manner::Hang(HEAD));
        assert_eq!(failure.partial == "{\"a\":", had_begun, "what had come is kept: {manner:?}");
        assert!(began.elapsed() < Duration::from_secs(2), "{manner:?}");
    }
}

#[tokio::test]
async fn a_pooled_connection_that_is_closed_proves_nothing() {
    let client = client(server(Manner::CloseOnSecond).await);
    assert_eq!(client.call(request()).await.unwrap().body, "{}");
    let failure = client.call(request()).await.unwrap_err();
    assert_eq!(failure, after("the connection broke"));
}

#[tokio::test]
async fn a_huge_answer_is_refused_while_it_comes() {
    let port = server(Manner::Flood(ENDLESS)).await;
    let options = HttpOptions { max_body_bytes: 1 << 20, ..options(&format!("http://127.0.0.1:{port}")) };
    let patient = HttpOptions { timeout: Duration::from_secs(60), ..options };
    let failure = Http::new(patient).unwrap().call(request()).await.unwrap_err();
    assert_eq!(failure.what, "the answer is too large");
}

/// A file has a bound of its own, whatever other answers may have, and a length that is announced fills no memory.
#[tokio::test]
async fn a_huge_file_is_refused_while_it_comes() {
    let most = 100 << 10;
    let flooded = client(server(Manner::Flood(ENDLESS)).await);
    let failure = flooded.call_for_file(request(), most).await.unwrap_err();
    assert_eq!((failure.what, failure.partial.len() <= most), (TOO_LARGE, true));
    let lie = b"HTTP/1.1 200 OK\r\ncontent-length: 9000000000000\r\n\r\nx";
    let failure = client(server(Manner::Close(lie)).await).call_for_file(request(), most).await.unwrap_err();
    assert_eq!((failure.what, failure.partial.as_ref()), ("the answer broke off", b"x".as_slice()));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let answer = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let response = client(server(Manner::Close(answer)).await).call(request()).await.unwrap();
    assert_eq!(response.status, StatusCode::FOUND);
}

#[test]
fn plain_http_leaves_the_machine_never() {
    let cases = [
        ("http://mars.example.kr", false),
        ("http://192.168.0.7:8080", false),
        ("http://localhost.example.kr", false),
        ("http://127.0.0.1@mars.example.kr", false),
        ("ftp://127.0.0.1", false),
        ("https://mars.example.kr", true),
        ("http://127.0.0.1:1", true),
        ("http://[::1]:1", true),
        ("http://localhost:1", true),
    ];
    for (url, allowed) in cases {
        assert_eq!(Http::new(options(url)).is_ok(), allowed, "{url}");
    }
}

#[test]
fn plain_http_stays_on_the_local_network_and_only_if_told_so() {
    let cases = [
        ("http://192.168.0.7:8080", true),
        ("http://10.1.2.3", true),
        ("http://172.31.255.1", true),
        ("http://169.254.1.1", true),
        ("http://[fd00::7]:8080", true),
        ("http://[fe80::7]", true),
        ("http://127.0.0.1:1", true),
        ("https://mars.example.kr", true),
        ("http://mars.example.kr", false),
        ("http://phone.local:8080", false),
        ("http://192.168.0.7.example.kr", false),
        ("http://192.168.0.7@mars.example.kr", false),
        ("http://172.32.0.1", false),
        ("http://8.8.8.8", false),
        ("http://0.0.0.0:8080", false),
        ("http://[2001:db8::1]", false),
        ("http://[::ffff:8.8.8.8]", false),
        ("ftp://192.168.0.7", false),
    ];
    for (url, allowed) in cases {
        let told = HttpOptions { allow_plain_http: true, ..options(url) };
        assert_eq!(Http::new(told).is_ok(), allowed, "{url}");
    }
}

#[tokio::test]
async fn a_path_stays_below_the_base_address() {
    let cases = [
        ("http://127.0.0.1:1", "R1", "/x/R1"),
        ("http://127.0.0.1:1/", "2026POM1==", "/x/2026POM1%3D%3D"),
        ("http://127.0.0.1:1/gw/", "../../send?a=b#c", "/gw/x/..%2F..%2Fsend%3Fa%3Db%23c"),
        ("http://127.0.0.1:1", "한 %2e", "/x/%ED%95%9C%20%252e"),
    ];
    for (base, word, expected) in cases {
        let echo: InProcess = Arc::new(|call| {
            let path = Bytes::from(call.uri().path_and_query().unwrap().to_string());
            Box::pin(async move { Ok(http::Response::new(path)) })
        });
        let http = Http::in_process(Url::parse(base).unwrap(), Duration::from_secs(1), echo);
        let path = format!("/x/{}", segment(word).unwrap());
        let response = http.call(Request { path, query: vec![], ..request() }).await.unwrap();
        assert_eq!(response.body, expected);
    }
    assert!(["", ".", ".."].iter().all(|word| segment(word).is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_in_the_same_process_has_the_same_time_out() {
    let mute: InProcess = Arc::new(|_| Box::pin(std::future::pending()));
    let http = Http::in_process(Url::parse("http://127.0.0.1:1").unwrap(), Duration::from_secs(9), mute);
    let began = tokio::time::Instant::now();
    assert_eq!(http.call(request()).await.unwrap_err(), after("no answer in time"));
    assert_eq!(began.elapsed(), Duration::from_secs(9));
}

#[test]
fn how_long_to_wait_is_told_in_two_ways() {
    let cases = [
        ("7", Some(7)),
        ("86400", Some(300)),
        ("Wed, 01 Jul 2026 00:01:05 GMT", Some(60)),
        ("Tue, 30 Jun 2026 00:00:00 GMT", Some(0)),
        ("soon", None),
        ("-1", None),
    ];
    for (word, secs) in cases {
        let mut headers = HeaderMap::new();
        headers.insert(header::DATE, HeaderValue::from_static("Wed, 01 Jul 2026 00:00:05 GMT"));
        headers.insert(header::RETRY_AFTER, HeaderValue::from_str(word).unwrap());
        let response = Response { status: StatusCode::TOO_MANY_REQUESTS, headers, body: Bytes::new() };
        assert_eq!(response.retry_after(), secs.map(Duration::from_secs), "{word}");
        assert_eq!(response.date_ms(), Some(1_782_864_005_000));
    }
}

#[tokio::test]
async fn what_is_printed_holds_nothing_of_request_and_answer() {
    let http = client(server(Manner::Close(WHOLE)).await);
    let response = http.call(request()).await.unwrap();
    let failure = after("no answer in time");
    let shown = format!("{:?} {response:?} {failure:?} {http:?}", request());
    for secret in ["secret", "살려", "01012345678", "{}"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
