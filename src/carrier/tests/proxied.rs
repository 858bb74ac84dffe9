//! The client behind a proxy: a small one that speaks CONNECT, over real sockets. The carrier behind it does not exist; that
//! the tunnel leads to it and says nothing before is what is tested.

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

/// Answers every request for a tunnel with `answer`, then closes; what it was asked comes out of the channel.
async fn proxy(answer: &'static str) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, seen) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let n = stream.read(&mut head).await.unwrap_or(0);
            asked.send(String::from_utf8_lossy(&head[..n]).into_owned()).unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            // The first bytes that go through the tunnel.
            let n = stream.read(&mut head).await.unwrap_or(0);
            asked.send(format!("{n} bytes of {:#x}", head[0])).unwrap();
        }
    });
    (port, seen)
}

fn client(port: u16, login: Option<(&str, &str)>, base_url: &str) -> Http {
    let url = Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    let login = login.map(|(user, password)| (user.to_owned(), SecretString::from(password)));
    let options = HttpOptions::new(Url::parse(base_url).unwrap(), Duration::from_secs(5));
    Http::new(HttpOptions { proxy: Some(Proxy::new(url, login)), ..options }).unwrap()
}

async fn refused(port: u16) -> HttpFailure {
    // `.invalid` exists nowhere (RFC 2606): only the proxy could find it.
    let http = client(port, None, "https://carrier.invalid");
    http.call(Request::new(Method::GET, "/secret-path")).await.unwrap_err()
}

#[tokio::test]
async fn the_proxy_is_asked_for_a_tunnel_and_sees_nothing_else() {
    let (port, mut seen) = proxy("HTTP/1.1 200 Connection established\r\n\r\n").await;
    let http = client(port, Some(("munja", "pass word")), "https://carrier.invalid");
    let failure = http.call(Request::new(Method::GET, "/secret-path")).await.unwrap_err();
    let asked = seen.recv().await.unwrap();
    assert!(asked.starts_with("CONNECT carrier.invalid:443 HTTP/1.1\r\n"), "{asked}");
    // RFC 7617, by coreutils' base64 of `munja:pass word`.
    assert!(asked.contains("proxy-authorization: Basic bXVuamE6cGFzcyB3b3Jk\r\n"), "{asked}");
    assert!(!asked.contains("secret-path"), "{asked}");
    // A TLS handshake, and nothing in the clear.
    assert!(seen.recv().await.unwrap().ends_with("bytes of 0x16"));
    assert_eq!((failure.stage, failure.what), (Stage::BeforeRequest, NO_CARRIER_BEHIND));
    assert!(!failure.is_of_proxy());
}

#[tokio::test]
async fn whether_the_proxy_or_the_carrier_failed_is_told_apart() {
    let table = [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", PROXY_LOGIN),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", PROXY_REFUSES),
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", PROXY_REFUSES),
        ("SSH-2.0-OpenSSH_9.2\r\n", PROXY_REFUSES),
    ];
    for (answer, what) in table {
        let failure = refused(proxy(answer).await.0).await;
        assert_eq!((failure.stage, failure.what), (Stage::BeforeRequest, what), "{answer}");
        assert!(failure.is_of_proxy());
    }
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let failure = refused(gone).await;
    assert_eq!((failure.stage, failure.what), (Stage::BeforeRequest, PROXY_AWAY));
}

#[tokio::test]
async fn this_machine_is_reached_without_it() {
    let (proxy_port, mut seen) = proxy("HTTP/1.1 200 OK\r\n\r\n").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        }
    });
    for host in ["127.0.0.1", "localhost"] {
        let http = client(proxy_port, None, &format!("http://{host}:{port}"));
        assert_eq!(http.call(Request::new(Method::GET, "/x")).await.unwrap().status, 200, "{host}");
    }
    assert!(seen.try_recv().is_err(), "the proxy was asked");
}

#[test]
fn plain_http_to_another_machine_passes_no_proxy() {
    let url = Url::parse("http://127.0.0.1:3128").unwrap();
    let options = HttpOptions::new(Url::parse("http://192.168.0.7:8080").unwrap(), Duration::from_secs(5));
    let options = HttpOptions { allow_plain_http: true, proxy: Some(Proxy::new(url, None)), ..options };
    assert!(Http::new(options).unwrap_err().contains("proxy"));
}
