//! The terminal desk as a whole: the real program on a pseudo-terminal, against a running gateway with the simulated carrier.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::harness::{BOUND, CITIZEN, Carrier, Gateway, assert_balanced, until_async};

/// A program on a terminal of its own, and what stands on its screen.
struct Terminal {
    child: Child,
    keys: Option<File>,
    out: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    home: Arc<tempfile::TempDir>,
}

impl Terminal {
    async fn open(gateway: &Gateway, args: &[&str]) -> Terminal {
        Terminal::at(Arc::new(tempfile::tempdir().unwrap()), gateway, args).await
    }

    async fn at(home: Arc<tempfile::TempDir>, gateway: &Gateway, args: &[&str]) -> Terminal {
        let server = format!("http://127.0.0.1:{}", gateway.desk.port);
        let mut login = assert_cmd::Command::from_std(munja(&home));
        login.args(["login", "--server", &server, "--user", "minsu", "--password-stdin"]);
        login.write_stdin("long-enough\n");
        tokio::task::spawn_blocking(move || login.assert().success()).await.unwrap();
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        tcsetwinsize(&ours, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let theirs = File::options().read(true).write(true).open(path).unwrap();
        let stdio = || Stdio::from(theirs.try_clone().unwrap());
        let child = munja(&home).args(args).stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        let keys = File::from(ours);
        let mut from = keys.try_clone().unwrap();
        let (send, out) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(n @ 1..) = from.read(&mut bytes) {
                if send.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { child, keys: Some(keys), out, screen: vt100::Parser::new(24, 80, 0), home }
    }

    fn press(&mut self, keys: &str) {
        self.keys.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Presses keys at a person's pace: what comes faster is taken for a paste.
    fn type_by_hand<const N: usize>(&mut self, keys: [&str; N]) {
        for key in keys {
            std::thread::sleep(Duration::from_millis(700));
            self.press(key);
        }
    }

    /// Waits until the screen shows `words`.
    fn shows(&mut self, words: &str) -> String {
        let began = Instant::now();
        loop {
            let shown = self.screen.screen().contents();
            if shown.contains(words) {
                return shown;
            }
            // A screen that goes on changing without these words is a failure, too.
            assert!(began.elapsed() < BOUND, "{words}\n{shown}");
            match self.out.recv_timeout(BOUND) {
                Ok(bytes) => self.screen.process(&bytes),
                Err(why) => panic!("{words}: {why}\n{shown}"),
            }
        }
    }

    /// Waits for the end of the program and returns all that it wrote since.
    fn ends(&mut self) -> String {
        let (mut rest, began) = (Vec::new(), Instant::now());
        while self.child.try_wait().unwrap().is_none() {
            if let Ok(bytes) = self.out.recv_timeout(std::time::Duration::from_millis(50)) {
                rest.extend(bytes);
            }
            assert!(began.elapsed() < BOUND, "it does not end");
        }
        rest.extend(self.out.try_iter().flatten());
        String::from_utf8_lossy(&rest).into_owned()
    }

    /// What is kept of the answer: on this machine, else on the server.
    async fn draft(&self, gateway: &Gateway) -> String {
        let path = self.home.path().join(".local/state/munja/default/draft-1-desk.txt");
        if let Ok(text) = std::fs::read_to_string(path) {
            return text;
        }
        let kept = gateway.desk.get::<serde_json::Value>("/v1/conversations/1/draft").await;
        kept.ok().and_then(|draft| Some(draft["text"].as_str()?.to_owned())).unwrap_or_default()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn munja(home: &tempfile::TempDir) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("munja"));
    command.env_clear().env("HOME", home.path()).env("LANG", "ko_KR.UTF-8").env("TERM", "xterm-256color");
    command
}

/// Runs what blocks beside the gateway.
async fn beside<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::time::timeout(BOUND * 2, tokio::task::spawn_blocking(act)).await.unwrap().unwrap()
}

/// `munja` alone opens the desk; a citizen is answered and the talk closed by keys alone, on a Korean keyboard.
#[tokio::test(flavor = "multi_thread")]
async fn a_citizen_is_answered_by_keys_alone() {
    let gateway = Gateway::start().await;
    let mut terminal = Terminal::open(&gateway, &[]).await;
    terminal = beside(move || {
        terminal.shows("상담이 없습니다");
        terminal
    })
    .await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    let mut terminal = beside(move || {
        terminal.shows("62번 버스");
        terminal.press("ㅜ");
        terminal.shows("상담 중 (김민수)");
        terminal.press("ㅁ5분 뒤에 옵니다.");
        terminal.shows("SMS 16/90바이트");
        terminal.press("\x13");
        terminal.shows("이렇게 도착합니다");
        terminal.type_by_hand(["ㄷ", "버", "스", "\r"]);
        terminal.shows("상담 1번을 종료했습니다");
        terminal.type_by_hand(["ㅂ"]);
        let rest = terminal.ends();
        assert!(rest.contains("\x1b[?1049l"), "{rest:?}");
        terminal
    })
    .await;
    assert!(terminal.child.wait().unwrap().success());
    assert_eq!(terminal.draft(&gateway).await, "");
    gateway.until(|b| b.n_outbound("delivered") >= 2).await;
    assert!(gateway.sim().ledger().messages.iter().any(|text| text.text.contains("5분 뒤에 옵니다.")));
    assert_balanced(&gateway.store, gateway.sim()).await;
}

/// A text that would clear the screen, set the title or turn words around is shown as what it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_text_moves_nothing() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "\u{1b}[2J\u{1b}]0;x\u{7}급해요\u{202e}");
    gateway.until(|b| b.n_routed == 1).await;
    let mut terminal = Terminal::open(&gateway, &["desk"]).await;
    beside(move || {
        terminal.shows("급해요");
        terminal.press("n");
        let shown = terminal.shows("│ \\u{1b}[2J");
        assert!(shown.contains("김민수") && shown.contains("\\u{202e}"), "{shown}");
    })
    .await;
}

/// The window is closed, or the program is asked to end: nothing is sent, and what was written is there again.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_window_sends_nothing_and_loses_nothing() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let n_before = gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let mut terminal = Terminal::open(&gateway, &["desk"]).await;
    let terminal = beside(move || {
        terminal.shows("62번 버스");
        terminal.press("na쓰다 만 답");
        terminal.shows("쓰다 만 답");
        let id = rustix::process::Pid::from_child(&terminal.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let rest = terminal.ends();
        assert!(rest.contains("\x1b[?1049l"), "{rest:?}");
        terminal
    })
    .await;
    assert_eq!(terminal.draft(&gateway).await, "쓰다 만 답");
    let mut terminal = Terminal::at(Arc::clone(&terminal.home), &gateway, &["desk"]).await;
    let terminal = beside(move || {
        terminal.shows("상담이 없습니다");
        terminal.press("\t");
        terminal.shows("내가 맡은 상담 1");
        terminal.press("\r");
        terminal.shows("쓰다 만 답변이 있습니다");
        terminal.press("a더 쓴 답");
        terminal.shows("쓰다 만 답더 쓴 답");
        // The window goes: nobody reads any more, and with the next thing that is drawn the terminal is closed.
        terminal.press("!");
        terminal.shows("쓰다 만 답더 쓴 답!");
        terminal.out = channel().1;
        terminal.keys = None;
        terminal.ends();
        terminal
    })
    .await;
    assert_eq!(terminal.draft(&gateway).await, "쓰다 만 답더 쓴 답!");
    let now = gateway.store.balance().await.unwrap();
    assert_eq!(now.n_outbound("delivered"), n_before.n_outbound("delivered"));
}

/// Waits until the server keeps this as the draft of the first conversation.
async fn until_kept(gateway: &Gateway, words: &str) {
    until_async(&gateway.store, || async {
        let kept: Option<serde_json::Value> = gateway.desk.get("/v1/conversations/1/draft").await.ok();
        kept.is_some_and(|kept| kept["text"] == words)
    })
    .await;
}

/// An answer is taken back and corrected: no other program is told of, the server keeps the correction, and that is what leaves.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_was_taken_back_is_corrected() {
    let gateway = Gateway::on(Carrier::start().await, "[sending]\nrecall_secs = 90\n").await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let mut terminal = Terminal::open(&gateway, &["desk"]).await;
    let mut terminal = beside(move || {
        terminal.shows("62번 버스");
        terminal.press("n");
        terminal.shows("상담 중 (김민수)");
        terminal.type_by_hand(["a5분 뒤에 옵니다.", "\x13"]);
        terminal.shows("이렇게 도착합니다");
        terminal.type_by_hand(["\r"]);
        terminal.shows("z 취소");
        terminal.type_by_hand(["z"]);
        terminal.shows("이 글은 나가지 않습니다");
        terminal.type_by_hand(["\x7f", "\x7f"]);
        terminal
    })
    .await;
    until_kept(&gateway, "5분 뒤에 옵니").await;
    let mut terminal = beside(move || {
        terminal.type_by_hand(["까요?"]);
        let shown = terminal.shows("5분 뒤에 옵니까요?");
        assert!(!shown.contains("다른 프로그램"), "{shown}");
        terminal
    })
    .await;
    until_kept(&gateway, "5분 뒤에 옵니까요?").await;
    beside(move || {
        terminal.press("\x13");
        let shown = terminal.shows("이렇게 도착합니다");
        assert!(!shown.contains("다른 프로그램"), "{shown}");
        terminal.type_by_hand(["\r"]);
        terminal.shows("z 취소");
    })
    .await;
    let talk: serde_json::Value = gateway.desk.get("/v1/conversations/1").await.unwrap();
    let held = talk["messages"].as_array().unwrap().iter().filter(|text| text["state"] == "held");
    let held: Vec<_> = held.map(|text| text["text"].as_str().unwrap()).collect();
    assert_eq!(held, ["5분 뒤에 옵니까요?"]);
}

/// A `y` that was typed before the question, and lines that are pasted at it, send nothing; one that is typed behind it sends.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_typed_behind_a_question_answers_it() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let n_before = gateway.until(|b| b.n_outbound("delivered") == 1).await;
    let home = Arc::new(tempfile::tempdir().unwrap());
    let mut terminal = Terminal::at(Arc::clone(&home), &gateway, &["next"]).await;
    beside(move || terminal.ends()).await;
    let reply = ["reply", "1", "5분 뒤에 옵니다."];
    let mut terminal = Terminal::at(Arc::clone(&home), &gateway, &reply).await;
    // Before the program can have asked.
    terminal.press("y\r");
    beside(move || {
        terminal.shows("이대로 보낼까요?");
        // Had it taken what was typed before, it would not ask any more.
        terminal.press("y\ry\r끝\r");
        terminal.shows("붙여 넣은 글로 보았습니다");
        terminal.ends();
        assert!(!terminal.child.wait().unwrap().success());
    })
    .await;
    let now = gateway.store.balance().await.unwrap();
    assert_eq!(now.n_outbound("delivered"), n_before.n_outbound("delivered"));
    let mut terminal = Terminal::at(home, &gateway, &reply).await;
    beside(move || {
        terminal.shows("이대로 보낼까요?");
        terminal.type_by_hand(["y\r"]);
        terminal.ends();
        assert!(terminal.child.wait().unwrap().success());
    })
    .await;
    gateway.until(|b| b.n_outbound("delivered") == 2).await;
}

/// The first line waits for the list, and whoever reads no more hears no complaint.
#[tokio::test(flavor = "multi_thread")]
async fn line_by_line_in_a_pipe() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let mut terminal = Terminal::open(&gateway, &["list"]).await;
    beside(move || {
        terminal.ends();
        let desk = || {
            let mut desk = munja(&terminal.home);
            desk.args(["desk", "--plain"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            desk.spawn().unwrap()
        };
        let mut piped = desk();
        piped.stdin.take().unwrap().write_all(b"more\nmore\n").unwrap();
        let ended = piped.wait_with_output().unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        let (list, refused) = (said.find("62번 버스"), said.find("“more”"));
        assert!(list.is_some() && list < refused, "{said}");
        assert_eq!(said.matches("“more”").count(), 2, "{said}");

        let mut unread = desk();
        // It stays open: the desk ends because of its output.
        let _lines = unread.stdin.take();
        drop(unread.stdout.take());
        let ended = unread.wait_with_output().unwrap();
        assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
    })
    .await;
}

/// Line by line, without a terminal.
#[tokio::test(flavor = "multi_thread")]
async fn a_screen_reader_answers_line_by_line() {
    let gateway = Gateway::start().await;
    gateway.sim().text(CITIZEN, "62번 버스 언제 와요?");
    gateway.until(|b| b.n_routed == 1).await;
    let mut terminal = Terminal::open(&gateway, &["desk", "--plain"]).await;
    terminal = beside(move || {
        for (words, line) in [
            ("62번 버스", "n\r"),
            ("상담을 열었습니다", "a\r"),
            ("답변을 적으십시오", "5분 뒤에 옵니다.\r"),
            ("SMS 16/90바이트", ".\r"),
            ("이렇게 도착합니다", "e\r"),
            ("번호나 찾을 말", "버스\r"),
            ("1. 교통", "1\r"),
        ] {
            terminal.shows(words);
            terminal.type_by_hand([line]);
        }
        terminal.shows("상담 1번을 종료했습니다");
        terminal
    })
    .await;
    drop(terminal);
    gateway.until(|b| b.n_outbound("delivered") >= 2).await;
}
