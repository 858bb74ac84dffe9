//! Commands against a scripted server on a real socket, in a world of the test's making.

mod audit;
mod commands;
mod desks;
mod exports;
mod found;
mod lists;
mod many;
mod photos;
mod replies;
mod sentences;
mod shown;
mod texts;

use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::io::Unasked;
use super::{Exit, Io, PracticeRun, PracticeWishes};
use crate::client::fake::{Fake, Reply};
use crate::ops::clock::Clock;

/// 2026-07-03 12:00 UTC
const NOON: i64 = 1_783_080_000_000;

/// A server, a home, and an environment.
struct World {
    server: Fake,
    home: tempfile::TempDir,
    vars: Vec<(String, String)>,
    stdin: String,
    is_terminal: bool,
    unasked: Unasked,
    columns: usize,
}

/// Nobody types before being asked, and nothing is pasted.
const NOTHING_UNASKED: Unasked = Unasked { forget: || (), follows: || false };

/// Practice is tried with the whole program.
fn no_practice(_: PracticeWishes) -> BoxFuture<'static, anyhow::Result<Box<dyn PracticeRun>>> {
    Box::pin(async { anyhow::bail!("no practice here") })
}

/// What a run left.
struct Run {
    exit: Exit,
    out: String,
    err: String,
}

impl World {
    /// Somebody with a token, and nobody at the terminal.
    async fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let server = Fake::start().await;
        let home = tempfile::tempdir().expect("a home");
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let vars = vec![
            set("HOME", &home.path().display().to_string()),
            set("MUNJA_SERVER", &server.url),
            set("MUNJA_TOKEN", "token-of-minsu"),
            set("LANG", "ko_KR.UTF-8"),
        ];
        World {
            server,
            home,
            vars,
            stdin: String::new(),
            is_terminal: false,
            unasked: NOTHING_UNASKED,
            columns: 100,
        }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.vars.push((name.to_owned(), value.to_owned()));
    }

    fn state(&self, name: &str) -> PathBuf {
        self.home.path().join(".local/state/munja/default").join(name)
    }

    fn io(&self, out: impl Write + Send + 'static, err: Buffer) -> Io {
        Io {
            vars: self.vars.iter().cloned().collect(),
            stdin: Box::new(Cursor::new(self.stdin.clone().into_bytes())),
            stdout: Box::new(out),
            stderr: Box::new(err),
            stdin_is_terminal: self.is_terminal,
            stdout_is_terminal: self.is_terminal,
            unasked: self.unasked,
            likes_colour: false,
            columns: self.columns,
            clock: Clock::following_tokio(NOON),
            zone: TimeZone::UTC,
        }
    }

    async fn munja(&self, args: &[&str]) -> Run {
        let (out, err) = (Buffer::default(), Buffer::default());
        let exit = self.run(args, self.io(out.clone(), err.clone())).await;
        Run { exit, out: out.text(), err: err.text() }
    }

    async fn run(&self, args: &[&str], io: Io) -> Exit {
        let args = std::iter::once("munja").chain(args.iter().copied()).map(Into::into).collect();
        super::run(args, io, no_practice).await
    }

    /// The lines of the requests so far.
    fn asked(&self) -> Vec<String> {
        self.server.asked().into_iter().map(|asked| asked.line).collect()
    }
}

/// A stream that a test can read afterwards.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no panic").clone()).expect("UTF-8")
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

fn minsu() -> Value {
    json!({ "id": 1, "login": "minsu", "name": "김민수" })
}

fn text_in(id: i64, text: &str) -> Value {
    json!({ "id": id, "direction": "in", "at": NOON - 180_000, "text": text })
}

fn text_out(id: i64, state: &str) -> Value {
    json!({
        "id": id, "direction": "out", "at": NOON - 120_000, "text": "5분 뒤에 옵니다.", "author": minsu(),
        "state": state, "kind": "sms", "final_at": NOON - 60_000, "code": "R100",
        "needs_decision": state == "in_doubt",
    })
}

fn summary(id: i64, preview: &str) -> Value {
    json!({
        "id": id, "citizen": "010-****-5678", "state": "waiting", "claimed_by": null, "opened_at": NOON - 180_000,
        "waiting_since_at": NOON - 180_000, "n_messages": 1, "preview": preview, "n_in_doubt": 0,
    })
}

fn detail(id: i64, last_inbound_id: i64, messages: Vec<Value>) -> Value {
    let mut detail = summary(id, "");
    let more = json!({
        "state": "active", "claimed_by": minsu(), "last_inbound_id": last_inbound_id, "closed_at": null,
        "close_reason": null, "previous_id": 8, "messages": messages,
    });
    detail.as_object_mut().expect("an object").extend(more.as_object().cloned().expect("an object"));
    detail
}

fn problem(status: u16, code: &'static str) -> Reply {
    Reply::Problem(status, code, json!({}))
}
