//! The terminal desk: from a key until its screen is drawn, with 5,000 citizens who wait. The real `munja` on a
//! pseudo-terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::process::{self, Process, Terms, Trio, this_munjad};
use crate::sheet::{Sheet, percentile};

const WAITING: usize = 5_000;
const KEYS: usize = 400;
/// Bytes of what a key changes, at least.
const A_LINE: usize = 100;
/// Without output for so long, a frame is complete.
const PAUSE: Duration = Duration::from_millis(30);

pub async fn measure(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), &this_munjad(), &Terms::no_brakes()).await;
    let texts: Vec<_> = (0..WAITING).map(|n| (format!("010{n:07}0"), "버스 막차가 몇 시인가요?")).collect();
    trio.text(&texts).await;
    until_waiting(&trio.database);
    let (mut keys, screen, desk) = open_desk(folder.path(), &trio);
    let first = screen.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(!first.is_empty());
    while screen.recv_timeout(Duration::from_millis(300)).is_ok() {}
    let mut times = Vec::new();
    for n in 0..KEYS {
        // Down nine times, up nine times: the list scrolls, and the conversation beside it changes.
        let key: &[u8] = if n / 9 % 2 == 0 { b"\x1b[B" } else { b"\x1b[A" };
        let began = Instant::now();
        keys.write_all(key).unwrap();
        // Once a second, the clock of the desk is drawn, too: that is shorter than a line of the list.
        while screen.recv_timeout(Duration::from_secs(5)).expect("a key changes the screen").len() < A_LINE {}
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        while screen.recv_timeout(PAUSE).is_ok() {}
    }
    let (p50, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    sheet.note(&format!("desk with {WAITING} waiting: key -> frame, p50"), &format!("{p50:.1} ms"));
    sheet.at_most("the same, p99 (ms)", &format!("{p99:.1} ms"), p99, 16.0);
    let memory = desk.rss_mb();
    sheet.at_most("memory of the terminal desk (MB)", &format!("{memory:.0} MB"), memory, 60.0);
}

fn until_waiting(database: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let database = Connection::open_with_flags(database, flags).unwrap();
    let count = || database.query_row("SELECT count(*) FROM conversation", [], |row| row.get::<_, i64>(0));
    let began = Instant::now();
    while count().unwrap_or(0) < WAITING as i64 {
        assert!(began.elapsed() < Duration::from_secs(120), "the texts do not come");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The desk on a terminal of its own: where keys go, and what it draws.
fn open_desk(home: &Path, trio: &Trio) -> (File, Receiver<Vec<u8>>, Process) {
    let munja = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_munja"));
        command.env_clear().env("HOME", home).env("LANG", "ko_KR.UTF-8").env("TERM", "xterm-256color");
        command
    };
    let server = format!("http://{}", trio.api_at);
    let mut login = munja();
    login.args(["login", "--server", &server, "--user", process::LOGIN, "--password-stdin"]);
    let mut login = login.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    writeln!(login.stdin.take().unwrap(), "{}", process::PASSWORD).unwrap();
    assert!(login.wait().unwrap().success());
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    tcsetwinsize(&ours, Winsize { ws_row: 50, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let path = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = File::options().read(true).write(true).open(path).unwrap();
    let desk = Process::on_terminal(munja().arg("desk"), &theirs);
    let keys = File::from(ours);
    let mut from = keys.try_clone().unwrap();
    let (send, screen) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            if send.send(bytes[..n].to_vec()).is_err() {
                break;
            }
        }
    });
    (keys, screen, desk)
}
