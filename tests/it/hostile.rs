//! A carrier that answers whatever it likes, with the whole daemon over real sockets: what can be read is read, and what
//! can't holds up nobody.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::Uri;
use munja::daemon::Daemon;
use munja::store::Balance;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::{config_text, start_daemon, until, write_config};

/// A gateway whose carrier lists `messages` (raw JSON) and nothing else, for as long as it is asked.
struct Hostile {
    listed: Arc<Mutex<Vec<u8>>>,
    folder: TempDir,
    daemon: Daemon,
}

impl Hostile {
    async fn start(messages: &[u8]) -> Hostile {
        let listed = Arc::new(Mutex::new(messages.to_vec()));
        let shown = Arc::clone(&listed);
        let answer = async move |uri: Uri| {
            let messages = match uri.path() {
                "/api/comm/v1/message/history/mo" => shown.lock().unwrap().clone(),
                _ => Vec::new(),
            };
            let head = br#"{"common":{"authCode":"A000"},"data":{"code":"A000","data":{"messages":["#;
            [head.as_slice(), &messages, br#"],"hasNext":false}}}"#].concat()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let folder = tempfile::tempdir().unwrap();
        let path = write_config(folder.path(), &config_text(port, "[service]\nreceipt_texts = false"));
        let daemon = start_daemon(&path).await;
        Hostile { listed, folder, daemon }
    }

    fn lists(&self, messages: &[u8]) {
        *self.listed.lock().unwrap() = messages.to_vec();
    }

    async fn until(&self, what: impl Fn(&Balance) -> bool) {
        until(self.daemon.store(), what).await;
    }

    fn texts(&self) -> Vec<String> {
        let database = Connection::open(self.folder.path().join("munja.db")).unwrap();
        let mut select = database.prepare("SELECT text FROM inbox ORDER BY id").unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}

fn message(key: &str, content: &[u8]) -> Vec<u8> {
    let at = jiff::Timestamp::now();
    let head = format!(
        r#"{{"msgKey":"{key}","originator":"01012345678","to":"062120","occurredTime":"{at}","content":""#
    );
    [head.as_bytes(), content, b"\"}"].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_text_silences_nobody_else() {
    let broken: [&[u8]; 3] = [b"\\ud83d", b"\xc7\xd1", b"a\x07b"];
    let sound = message("sound", "도와주세요".as_bytes());
    let mut list = Vec::new();
    for (n, content) in broken.iter().enumerate() {
        list.extend([message(&format!("broken-{n}"), content), b",".to_vec()].concat());
    }
    let gateway = Hostile::start(&[list, sound].concat()).await;
    gateway.until(|b| b.n_routed == 4).await;
    assert_eq!(gateway.texts(), ["도와주세요", "a b", "\u{fffd}\u{fffd}", "\u{fffd}"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_set_aside_and_the_rest_goes_on() {
    let odd: [&[u8]; 5] = [b"null", b"1", b"[]", b"{}", br#"{"msgKey":7,"content":null}"#];
    let gateway = Hostile::start(&odd.join(b",".as_slice())).await;
    gateway.until(|b| b.n_quarantined == 5).await;
    gateway.lists(&message("later", b"later"));
    gateway.until(|b| b.n_routed == 1).await;
    gateway.lists(b"this is no list");
    gateway.lists(&message("last", b"last"));
    gateway.until(|b| b.n_routed == 2).await;
    assert_eq!(gateway.texts(), ["later", "last"]);
}
