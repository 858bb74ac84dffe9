//! What the gateway stands on: its files, its lock, its clock, and a crowd before its door. The real program where its end
//! matters, the daemon over real sockets elsewhere.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use munja::config::Config;
use munja::daemon::{Daemon, DatabaseLock, Options};
use munja::ops::clock::Clock;
use munja::store::{Store, StoreOptions};
use reqwest::StatusCode;
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::task::block_in_place;

use crate::harness::{
    BOUND, CITIZEN, Carrier, Desk, Gateway, add_minsu, config_text, start_daemon, until, write_config,
};

const DAY_MS: i64 = 86_400_000;

fn munjad(args: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_munjad"));
    block_in_place(|| command.args(args).arg("--config").arg(config).env("LC_ALL", "C").output().unwrap())
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// `munjad run` as a process of its own, that is ready.
pub struct Running {
    pub child: Child,
}

impl Running {
    fn start(folder: &Path, config: &Path) -> Running {
        let socket = folder.join("notify");
        drop(std::fs::remove_file(&socket));
        let notices = UnixDatagram::bind(&socket).unwrap();
        notices.set_read_timeout(Some(BOUND)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_munjad"))
            .args(["run", "--config"])
            .arg(config)
            .env("NOTIFY_SOCKET", &socket)
            .env("LC_ALL", "C")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let running = Running { child };
        let mut buffer = [0; 4096];
        while !String::from_utf8_lossy(&buffer).contains("READY=1") {
            buffer.fill(0);
            notices.recv(&mut buffer).expect("it never became ready");
        }
        running
    }

    /// Waits for its end: whether it succeeded, and all that it said.
    fn end(mut self) -> (bool, String) {
        let mut all = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut all).unwrap();
        (self.child.wait().unwrap().success(), all)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A configuration, a database with one counselor, and the carrier.
async fn installed() -> (Carrier, tempfile::TempDir, PathBuf) {
    let (carrier, folder) = (Carrier::start().await, tempfile::tempdir().unwrap());
    let config = write_config(folder.path(), &config_text(carrier.port, ""));
    let store = Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap();
    add_minsu(&store).await;
    drop(store);
    (carrier, folder, config)
}

/// Nobody has to write for it to be noticed, nothing is answered any more, and nothing of it is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_database_is_removed_ends_loudly_and_saves_it() {
    let (_carrier, folder, config) = installed().await;
    let database = folder.path().join("munja.db");
    let (succeeded, told) = block_in_place(|| {
        let running = Running::start(folder.path(), &config);
        std::fs::remove_file(&database).unwrap();
        running.end()
    });
    assert!(!succeeded, "{told}");
    for word in ["munja.db was removed or renamed", "put the file or its copy back", "munja.db.saved-"] {
        assert!(told.contains(word), "{word}: {told}");
    }
    // The service manager's next start makes no empty one in its place.
    for args in [&["init", "--database-only"][..], &["run"], &["init"]] {
        let refused = munjad(args, &config);
        assert!(!refused.status.success() && !database.exists(), "{args:?}: {}", said(&refused));
    }
    assert!(said(&munjad(&["run"], &config)).contains("munja.db is gone"));
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let saved: Vec<_> = files.filter(|path| path.to_string_lossy().contains(".saved-")).collect();
    std::fs::rename(&saved[0], &database).unwrap();
    assert!(said(&munjad(&["user", "list"], &config)).contains("minsu"));
    block_in_place(|| drop(Running::start(folder.path(), &config)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_log_is_removed_folds_it_in_and_ends() {
    let (_carrier, folder, config) = installed().await;
    let (succeeded, told) = block_in_place(|| {
        let running = Running::start(folder.path(), &config);
        std::fs::remove_file(folder.path().join("munja.db-wal")).unwrap();
        running.end()
    });
    assert!(!succeeded && told.contains("munja.db-wal was removed"), "{told}");
    assert!(said(&munjad(&["user", "list"], &config)).contains("minsu"));
    assert!(said(&munjad(&["check"], &config)).contains("munja.db"));
}

fn starts(config: &Path) -> impl Future<Output = anyhow::Result<Daemon>> {
    Daemon::start(Config::load(config).unwrap(), Options::default())
}

/// How many locks of SQLite's this process has on a file.
fn posix_locks(file: &Path) -> usize {
    let (found, me) = (std::fs::metadata(file).unwrap(), std::process::id().to_string());
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    let ours = |line: &&str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.contains(&"POSIX")
            && words.contains(&me.as_str())
            && line.contains(&format!(":{} ", found.ino()))
    };
    locks.lines().filter(ours).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_database_has_one_gateway_whatever_name_leads_to_it() {
    let gateway = Gateway::start().await;
    let folder = gateway.folder.path();
    let database = folder.join("munja.db");
    let n_locks = posix_locks(&database);
    let text = std::fs::read_to_string(folder.join("gateway.toml")).unwrap();
    let by = |name: &str| {
        let config = folder.join(format!("{}.toml", name.replace('/', "-")));
        std::fs::write(&config, text.replace("munja.db", name)).unwrap();
        config
    };
    std::os::unix::fs::symlink(&database, folder.join("link.db")).unwrap();
    std::fs::create_dir(folder.join("other")).unwrap();
    std::fs::rename(folder.join("munja.db.lock"), folder.join("gone")).unwrap();
    for name in ["munja.db", "link.db"] {
        let refused = munjad(&["run"], &by(name));
        assert!(said(&refused).contains("another munjad runs"), "{name}: {}", said(&refused));
        let refused = starts(&by(name)).await.err().expect("two gateways on one database");
        assert!(refused.to_string().contains("another munjad runs"), "{refused:#}");
    }
    std::fs::hard_link(&database, folder.join("other/hard.db")).unwrap();
    for name in ["other/hard.db", "munja.db"] {
        let refused = munjad(&["run"], &by(name));
        assert!(said(&refused).contains("2 names (hard links)"), "{name}: {}", said(&refused));
    }
    std::fs::remove_file(folder.join("other/hard.db")).unwrap();
    assert!(DatabaseLock::is_held(&database) && DatabaseLock::is_held(&folder.join("link.db")));
    // Looking took none of SQLite's own locks away.
    assert_eq!(posix_locks(&database), n_locks);
    gateway.sim().text(CITIZEN, "질문");
    gateway.until(|b| b.n_routed == 1).await;
    let Gateway { daemon, .. } = gateway;
    daemon.unwrap().stop().await;
    assert!(!DatabaseLock::is_held(&database));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_refused_with_the_way_out() {
    let (_carrier, folder, config) = installed().await;
    let database = folder.path().join("munja.db");
    let mut file = std::fs::read(&database).unwrap();
    let n_pages = file.len() / 4096;
    for page in (2..n_pages).step_by(n_pages / 12) {
        file[page * 4096..page * 4096 + 512].fill(0xa5);
    }
    std::fs::write(&database, file).unwrap();
    let refused = munjad(&["run"], &config);
    assert!(!refused.status.success(), "{}", said(&refused));
    for word in ["munja.db", "damaged", "put back the last backup"] {
        assert!(said(&refused).contains(word), "{word}: {}", said(&refused));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn damage_while_it_runs_is_told_at_the_door() {
    let gateway = Gateway::start().await;
    let door = format!("http://127.0.0.1:{}/healthz", gateway.desk.port);
    assert_eq!(gateway.desk.http.get(&door).send().await.unwrap().status(), StatusCode::OK);
    gateway.store.checkpoint().await.unwrap();
    let database = gateway.folder.path().join("munja.db");
    let mut file = std::fs::OpenOptions::new().write(true).open(&database).unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(4096)).unwrap();
    let length = usize::try_from(std::fs::metadata(&database).unwrap().len()).unwrap();
    std::io::Write::write_all(&mut file, &vec![0xa5; length - 4096]).unwrap();
    // Another connection than those that have the pages in memory, as one that copies the log.
    let failed = async {
        while gateway.store.is_unsound().is_none() {
            drop(gateway.store.quick_check().await);
        }
    };
    tokio::time::timeout(BOUND, failed).await.expect("nobody noticed");
    let answer = gateway.desk.http.get(&door).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text().await.unwrap().contains("database"));
}

/// The address says nothing here: everybody comes from this machine.
#[tokio::test(flavor = "multi_thread")]
async fn an_idle_crowd_does_not_shut_a_counselor_out() {
    let gateway = Gateway::start().await;
    let address = format!("127.0.0.1:{}", gateway.desk.port);
    may_open_many_files();
    let mut idle = Vec::new();
    for _ in 0..1_150 {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    // On a new connection, and on one that is there already.
    for http in [reqwest::Client::new(), gateway.desk.http.clone()] {
        let counselor = Desk { http, ..gateway.desk.clone() };
        let asked = counselor.get::<serde_json::Value>("/v1/me");
        tokio::time::timeout(Duration::from_secs(10), asked).await.expect("shut out").unwrap();
    }
    let mut first = idle.swap_remove(0);
    let mut rest = Vec::new();
    drop(tokio::time::timeout(BOUND, first.read_to_end(&mut rest)).await.expect("the oldest makes room"));
}

/// Both ends of each connection are files of this process.
pub fn may_open_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).unwrap();
}

/// 300 guessers at once; the owner has the token of an earlier log-in.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_guesses_neither_locks_out_nor_delays_a_known_device() {
    let gateway = Gateway::start().await;
    let url = format!("http://127.0.0.1:{}/v1/login", gateway.desk.port);
    let mut flood = tokio::task::JoinSet::new();
    for n in 0..300 {
        let login = if n % 2 == 0 { "minsu".to_owned() } else { format!("nobody{n}") };
        let guess =
            gateway.desk.http.post(&url).json(&json!({"login": login, "password": format!("guess {n}")}));
        flood.spawn(async move { guess.send().await.unwrap() });
    }
    flood.join_next().await.unwrap().unwrap();
    let right = json!({"login": "minsu", "password": "long-enough"});
    let known = gateway.desk.http.post(&url).bearer_auth(&gateway.desk.token).json(&right).send();
    let known = tokio::time::timeout(Duration::from_secs(15), known).await.expect("starved").unwrap();
    assert_eq!(known.status(), StatusCode::OK);
    let answers = flood.join_all().await;
    let n = |status: u16| answers.iter().filter(|answer| answer.status() == status).count();
    assert_eq!(n(401) + n(423) + n(503), answers.len(), "{}", n(200));
    // How many are locked out and how many are sent away depends on the machine; most are never hashed.
    assert!(n(503) > 0 && n(401) < 150, "{} hashed, {} locked, {} sent away", n(401), n(423), n(503));
    let says_when = |answer: &reqwest::Response| answer.headers().contains_key("retry-after");
    assert!(answers.iter().filter(|answer| answer.status() != 401).all(says_when));
    let guess = json!({"login": "minsu", "password": "one more guess"});
    let mut locked = false;
    for _ in 0..30 {
        let answer = gateway.desk.http.post(&url).json(&guess).send().await.unwrap();
        locked = locked || answer.status() == StatusCode::LOCKED;
    }
    assert!(locked, "thirty more guesses");
    // A stranger from the same address has locked themselves out, and nobody else.
    let stranger = gateway.desk.http.post(&url).json(&right).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::LOCKED);
    let known =
        gateway.desk.http.post(&url).bearer_auth(&gateway.desk.token).json(&right).send().await.unwrap();
    assert_eq!(known.status(), StatusCode::OK);
}

/// The memory of a process that is in use, in MiB.
pub fn resident(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}

/// The real program on a port of its own, with one counselor.
pub async fn on_a_port() -> (Carrier, tempfile::TempDir, Running, u16) {
    let (carrier, folder, config) = installed().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        text.replace("listen = \"127.0.0.1:0\"", &format!("listen = \"127.0.0.1:{port}\"")),
    )
    .unwrap();
    let running = block_in_place(|| Running::start(folder.path(), &config));
    (carrier, folder, running, port)
}

/// The real program: neither guesses nor idle connections make it grow.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_costs_no_memory() {
    let (_carrier, _folder, running, port) = on_a_port().await;
    may_open_many_files();
    let before = resident(&running.child);
    let mut idle = Vec::new();
    for _ in 0..1_150 {
        idle.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    let http = reqwest::Client::new();
    let mut flood = tokio::task::JoinSet::new();
    for n in 0..300 {
        let guess = json!({"login": format!("nobody{}", n % 100), "password": "a wrong one"});
        let guess = http.post(format!("http://127.0.0.1:{port}/v1/login")).json(&guess);
        flood.spawn(async move { guess.send().await.unwrap().status() });
    }
    let answers = flood.join_all().await;
    assert!(answers.contains(&StatusCode::UNAUTHORIZED), "{answers:?}");
    let after = resident(&running.child);
    assert!(after < before + 48, "{before} MiB before, {after} MiB after");
}

/// A gateway whose machine's clock can be set wrong; the carrier's is right.
async fn with_clock(carrier: &Carrier, folder: &Path, wrong_by: &Arc<AtomicI64>) -> Daemon {
    let config = write_config(folder, &config_text(carrier.port, ""));
    let options = Options {
        clock: Clock::system().moved_by(Arc::clone(wrong_by)),
        store: StoreOptions { create: true, ..StoreOptions::default() },
        ..Options::default()
    };
    Daemon::start(Config::load(&config).unwrap(), options).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_while_the_clock_is_ahead_happens_as_ever() {
    let (carrier, folder) = (Carrier::start().await, tempfile::tempdir().unwrap());
    let wrong_by = Arc::new(AtomicI64::new(0));
    let daemon = with_clock(&carrier, folder.path(), &wrong_by).await;
    let store = daemon.store().clone();
    add_minsu(&store).await;
    let desk = Desk::login(daemon.listen().unwrap().port()).await;
    for (n, by) in [(1, 10 * DAY_MS), (2, 0), (3, -3 * 3_600_000), (4, 0)] {
        wrong_by.store(by, Ordering::SeqCst);
        carrier.sim.text(&format!("0101111000{n}"), "질문");
        until(&store, |b| b.n_routed == n).await;
        let talk: munja::api::wire::ConversationDetail =
            desk.post("/v1/conversations/next", &serde_json::Value::Null).await.unwrap();
        desk.reply(&talk, "답장", &format!("key-{n}")).await.unwrap();
        // The receipt text and the answer.
        until(&store, |b| b.n_outbound("delivered") == 2 * n).await;
    }
    assert_eq!(store.balance().await.unwrap().n_outbound("expired"), 0);
    daemon.stop().await;
}

/// The whole life of a new database under a clock that is ten days ahead, and the day when it is set right.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_gateway_did_that_started_ahead_is_right_after_the_next_start() {
    let (carrier, folder) = (Carrier::start().await, tempfile::tempdir().unwrap());
    carrier.sim.text("01011110001", "질문");
    let wrong_by = Arc::new(AtomicI64::new(10 * DAY_MS));
    let daemon = with_clock(&carrier, folder.path(), &wrong_by).await;
    let store = daemon.store().clone();
    add_minsu(&store).await;
    // The first question began in the future.
    until(&store, |b| b.n_routed == 1).await;
    let desk = Desk::login(daemon.listen().unwrap().port()).await;
    carrier.sim.text("01011110002", "죽고 싶어요");
    until(&store, |b| b.n_routed == 2).await;
    store.hold("bizgo".into(), true, 0).await.unwrap();
    until_paused(&daemon).await;
    let talk: munja::api::wire::ConversationDetail =
        desk.post("/v1/conversations/next", &serde_json::Value::Null).await.unwrap();
    desk.reply(&talk, "곁에 있어요", "key").await.unwrap();
    daemon.stop().await;

    let daemon = start_daemon(&folder.path().join("gateway.toml")).await;
    let store = daemon.store().clone();
    let waiting = store.balance().await.unwrap().n_outbound("queued");
    assert!(waiting >= 1);
    store.hold("bizgo".into(), false, 0).await.unwrap();
    until(&store, |b| b.n_outbound("queued") == 0 && b.n_outbound("accepted") == 0).await;
    let balance = store.balance().await.unwrap();
    assert_eq!((balance.n_outbound("expired"), balance.n_outbound("in_doubt")), (0, 0), "{balance:?}");
    let sent = carrier.sim.ledger().messages.iter().filter(|message| message.to == "01011110002").count();
    assert!(sent >= 1, "the answer left");
    carrier.sim.text("01011110003", "또 질문");
    until(&store, |b| b.n_routed == 3).await;
    daemon.stop().await;
}

async fn until_paused(daemon: &Daemon) {
    let paused = async {
        while !daemon.health().carrier("bizgo").is_paused {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BOUND, paused).await.expect("never paused");
}
