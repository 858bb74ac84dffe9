//! Texts while strangers press on the API: nothing of it may delay a text or fill the memory.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::latency::text_to_screen;
use crate::process::{STREAMS_OF_A_TOKEN, Terms, Trio, this_munjad};
use crate::sheet::{Sheet, percentile};

const IDLE: usize = 500;
/// Event streams that nobody reads.
pub const STREAMS: usize = 300;
const SLOW: usize = 50;
const FLOODS: usize = 8;
const BODIES: usize = 4;
const BODY_BYTES: usize = 100_000_000;
const TEXTS: usize = 60;

pub async fn measure(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), &this_munjad(), &Terms::of_the_example()).await;
    let mut quiet = text_to_screen(&trio, 0..TEXTS, true).await;
    let memory = trio.gateway.rss_mb();
    let attackers = trio.attackers().await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let cpu = (trio.gateway.cpu_secs(), attackers.cpu_secs());
    let mut attacked = text_to_screen(&trio, TEXTS..2 * TEXTS, true).await;
    let cpu = (trio.gateway.cpu_secs() - cpu.0, attackers.cpu_secs() - cpu.1);
    let grown = trio.gateway.peak_mb() - memory;
    sheet.note("the attack's and the gateway's CPU", &format!("{:.0}, {:.0} s", cpu.1, cpu.0));
    let (before, during) = (percentile(&mut quiet, 0.99), percentile(&mut attacked, 0.99));
    sheet.note("text -> screen before the attack, p99", &format!("{before:.0} ms"));
    let figure = format!("{during:.0} ms");
    sheet.at_most("the same during the attack, p99 against before", &figure, during / before, 2.0);
    sheet.at_most("memory that the attack costs at most (MB)", &format!("{grown:.0} MB"), grown, 64.0);
}

/// Presses on the API until it is killed: idle and slow connections, streams that are never read, log-ins with wrong
/// passwords, requests without a log-in, bodies of 100 MB.
pub async fn press(words: &[String]) {
    let at: SocketAddr = words[0].parse().unwrap();
    for n in 0..IDLE {
        tokio::spawn(again_and_again(at, n, idle));
    }
    for n in 0..SLOW {
        tokio::spawn(again_and_again(at, n, drip));
    }
    for n in 0..BODIES {
        tokio::spawn(again_and_again(at, n, pour));
    }
    for (n, token) in words[1].split(',').enumerate() {
        for _ in 0..STREAMS_OF_A_TOKEN.min(STREAMS - n * STREAMS_OF_A_TOKEN) {
            tokio::spawn(unread_stream(at, n, token.to_owned()));
        }
    }
    for n in 0..FLOODS {
        tokio::spawn(flood(at, n));
    }
    std::future::pending().await
}

/// One of eight addresses, none of them the counselors'.
fn address(n: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, u8::try_from(n % 8 + 1).unwrap())
}

async fn connect(at: SocketAddr, n: usize) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((address(n), 0)))?;
    socket.connect(at).await
}

async fn again_and_again<F>(at: SocketAddr, n: usize, act: fn(TcpStream) -> F)
where
    F: Future<Output = std::io::Result<()>>,
{
    loop {
        if let Ok(stream) = connect(at, n).await {
            let _closed = act(stream).await;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Says nothing and waits to be closed.
async fn idle(mut stream: TcpStream) -> std::io::Result<()> {
    stream.read(&mut [0; 256]).await.map(|_| ())
}

/// A request that never ends, a byte a second.
async fn drip(mut stream: TcpStream) -> std::io::Result<()> {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nx-slow: ").await?;
    loop {
        stream.write_all(b"x").await?;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// A body of 100 MB.
async fn pour(mut stream: TcpStream) -> std::io::Result<()> {
    let head = format!(
        "POST /v1/login HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {BODY_BYTES}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let piece = vec![b' '; 65_536];
    for _ in 0..BODY_BYTES / piece.len() {
        stream.write_all(&piece).await?;
    }
    Ok(())
}

async fn unread_stream(at: SocketAddr, n: usize, token: String) {
    if let Ok(mut stream) = connect(at, n).await {
        let ask = format!("GET /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
        let _sent = stream.write_all(ask.as_bytes()).await;
        std::future::pending::<()>().await;
    }
}

/// Wrong passwords of one log-in after the other, each followed by a request without a log-in.
async fn flood(at: SocketAddr, n: usize) {
    let http = reqwest::Client::builder().local_address(IpAddr::V4(address(n))).build().unwrap();
    for i in 0_u64.. {
        let login = json!({ "login": format!("nobody{n}x{i}"), "password": "wrong-wrong-wrong" });
        let _refused = http.post(format!("http://{at}/v1/login")).json(&login).send().await;
        let _refused = http.get(format!("http://{at}/v1/me")).send().await;
    }
}
