//! The gateway, its simulated carrier and its counselors as processes of their own, on loopback. Carrier and counselors are
//! this program, started again with a role; the gateway is the real `munjad`, of this version or another.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use munja::sim::Sim;
use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::place::{self, quick_carrier};

/// The environment variable that gives a started process its role.
const ROLE: &str = "MUNJA_BENCH_ROLE";
pub const LOGIN: &str = "bench";
const FIRST_PASSWORD: &str = "quiet-river-stone";
pub const PASSWORD: &str = "green-river-stone";
/// Replies under way at once.
pub const IN_FLIGHT: usize = 64;
/// Longest wait for a process to be ready, or for a measurement to end.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process that ends with its owner.
pub struct Process(Child);

impl Process {
    pub fn start(command: &mut Command) -> Process {
        Process(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }

    /// A program whose terminal is this one.
    pub fn on_terminal(command: &mut Command, terminal: &std::fs::File) -> Process {
        let stdio = || Stdio::from(terminal.try_clone().unwrap());
        Process(command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap())
    }

    /// This program in another role.
    fn role(role: &str, arguments: &[String]) -> Process {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Process::start(command.env(ROLE, role).args(arguments))
    }

    /// The same behind all others on the processors, as if it were on another machine.
    fn remote_role(role: &str, arguments: &[String]) -> Process {
        let mut command = Command::new("nice");
        let program = command.args(["-n", "19"]).arg(std::env::current_exe().unwrap());
        Process::start(program.env(ROLE, role).args(arguments))
    }

    /// Time on a processor so far (seconds).
    pub fn cpu_secs(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let after_name = stat.rsplit(')').next().unwrap();
        let fields: Vec<f64> =
            after_name.split_whitespace().skip(11).take(2).map(|f| f.parse().unwrap()).collect();
        // A tick is 10 ms.
        fields.iter().sum::<f64>() / 100.0
    }

    /// Memory in use (MB).
    pub fn rss_mb(&self) -> f64 {
        self.memory_mb("VmRSS:")
    }

    /// Most memory that was ever in use (MB).
    pub fn peak_mb(&self) -> f64 {
        self.memory_mb("VmHWM:")
    }

    fn memory_mb(&self, name: &str) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1_024.0
    }

    /// How often its threads have gone to sleep so far: each is a wake-up.
    pub fn n_wake_ups(&self) -> u64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.0.id())).unwrap();
        let status =
            tasks.filter_map(|task| std::fs::read_to_string(task.unwrap().path().join("status")).ok());
        let switches = |status: String| {
            let line = status.lines().find(|line| line.starts_with("voluntary_ctxt_switches"))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        status.filter_map(switches).sum()
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended by itself.
    fn is_over(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }

    /// Ends it as a power cut would, with the program that it runs.
    pub fn kill(&mut self) {
        let id = self.0.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let _gone = Command::new("kill").args(["-KILL", child]).status();
        }
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// How the carrier is asked, and what it allows.
#[derive(Clone)]
pub struct Terms {
    pub sends_per_sec: u32,
    pub others_per_sec: u32,
    /// Lines of `[carrier.bizgo]` and `[polling]`.
    pub brakes: (String, String),
    /// Least and most time until a receipt (milliseconds).
    pub report_delay_ms: (u64, u64),
    /// Lines of `[api]`.
    pub api: &'static str,
}

impl Terms {
    /// Without limits, and with receipts at once.
    pub fn no_brakes() -> Terms {
        let (carrier, polling) = place::NO_BRAKES;
        Terms {
            sends_per_sec: 10_000_000,
            others_per_sec: 10_000_000,
            brakes: (carrier.to_owned(), polling.to_owned()),
            report_delay_ms: (0, 0),
            api: place::NO_REQUEST_LIMITS,
        }
    }

    /// As an operator has it who keeps the defaults: five reads a second of the carrier, adaptive polls, limits of the API.
    pub fn of_the_example() -> Terms {
        Terms {
            others_per_sec: 5,
            brakes: (String::new(), String::new()),
            report_delay_ms: (20, 400),
            api: "",
            ..Terms::no_brakes()
        }
    }
}

/// One log-in may open no more event streams.
pub const STREAMS_OF_A_TOKEN: usize = 64;

/// A gateway beside its carrier.
pub struct Trio {
    pub gateway: Process,
    pub carrier: Process,
    pub carrier_at: SocketAddr,
    pub api_at: SocketAddr,
    pub token: String,
    password: &'static str,
    pub database: PathBuf,
    http: reqwest::Client,
}

impl Trio {
    /// Starts both in `folder`; `munjad` is the gateway's program.
    pub async fn start(folder: &Path, munjad: &Path, terms: &Terms) -> Trio {
        Trio::start_under(folder, munjad, terms, &[]).await
    }

    /// The same, with the gateway's program run by another one, such as `strace`.
    pub async fn start_under(folder: &Path, munjad: &Path, terms: &Terms, under: &[&str]) -> Trio {
        let (carrier_at, api_at) = (free_address(), free_address());
        let lines = [terms.brakes.0.as_str(), &terms.brakes.1, terms.api];
        let config = place::config_at(folder, (carrier_at.port(), api_at), lines);
        if munjad != this_munjad() {
            place::for_an_older_program(&config);
        }
        admin(munjad, &["init", "--database-only"], &config, "");
        admin(munjad, &["user", "add", LOGIN, "--password-stdin"], &config, FIRST_PASSWORD);
        let numbers = [
            u64::from(carrier_at.port()),
            u64::from(terms.sends_per_sec),
            u64::from(terms.others_per_sec),
            terms.report_delay_ms.0,
            terms.report_delay_ms.1,
        ];
        let carrier = Process::role("carrier", &numbers.map(|n| n.to_string()));
        let program: Vec<_> = under.iter().map(|word| word.as_ref()).chain([munjad.as_os_str()]).collect();
        let mut command = Command::new(program[0]);
        let gateway = Process::start(command.args(&program[1..]).args(["run", "--config"]).arg(&config));
        let http = reqwest::Client::new();
        let mut trio = Trio {
            gateway,
            carrier,
            carrier_at,
            api_at,
            token: String::new(),
            password: FIRST_PASSWORD,
            database: folder.join("munja.db"),
            http,
        };
        trio.until_ready();
        trio.choose_password().await;
        trio.token = trio.log_in().await;
        trio
    }

    /// The first log-in chooses a password of its own; older versions ask for none.
    async fn choose_password(&mut self) {
        let first = self.log_in_answer().await;
        if first["first_step"] == "password" {
            let chosen = json!({ "old": self.password, "new": PASSWORD });
            let url = format!("http://{}/v1/password", self.api_at);
            let request = self.http.post(url).bearer_auth(first["token"].as_str().unwrap()).json(&chosen);
            request.send().await.unwrap().error_for_status().unwrap();
            self.password = PASSWORD;
        }
    }

    async fn log_in(&self) -> String {
        self.log_in_answer().await["token"].as_str().unwrap().to_owned()
    }

    async fn log_in_answer(&self) -> Value {
        let login = json!({ "login": LOGIN, "password": self.password });
        let url = format!("http://{}/v1/login", self.api_at);
        let answer = self.http.post(url).json(&login).send().await.unwrap();
        answer.error_for_status().expect("the log-in is good").json().await.unwrap()
    }

    fn until_ready(&mut self) {
        let began = Instant::now();
        while TcpStream::connect(self.api_at).is_err() || TcpStream::connect(self.carrier_at).is_err() {
            assert!(!self.gateway.is_over(), "the gateway ended at its start");
            assert!(began.elapsed() < PATIENCE, "the gateway is not ready");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Citizens text at this moment, each once.
    pub async fn text(&self, from_to_text: &[(String, &str)]) {
        let texts: Vec<_> =
            from_to_text.iter().map(|(from, text)| json!({ "from": from, "text": text })).collect();
        let url = format!("http://{}/_sim/texts", self.carrier_at);
        self.http.post(url).json(&texts).send().await.unwrap().error_for_status().unwrap();
    }

    pub async fn ledger(&self) -> munja::sim::Ledger {
        let url = format!("http://{}/_sim/ledger", self.carrier_at);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// A process of counselors who answer `n` conversations as they come, this many at once.
    pub fn counselors(&self, n: usize, at_once: usize) -> Process {
        let words = [self.api_at.to_string(), self.token.clone(), n.to_string(), at_once.to_string()];
        Process::role("counselors", &words)
    }

    /// A process of strangers who press on the API, some of them with log-ins that they misuse.
    pub async fn attackers(&self) -> Process {
        let mut tokens = Vec::new();
        for _ in 0..crate::attack::STREAMS.div_ceil(STREAMS_OF_A_TOKEN) {
            tokens.push(self.log_in().await);
        }
        Process::remote_role("attackers", &[self.api_at.to_string(), tokens.join(",")])
    }

    /// A process of this many screens that follow the events. Each time the last of them has seen a conversation being claimed,
    /// it appends a line to `out`.
    pub async fn screens(&self, n: usize, out: &Path) -> Process {
        let mut tokens = Vec::new();
        for _ in 0..n.div_ceil(STREAMS_OF_A_TOKEN) {
            tokens.push(self.log_in().await);
        }
        let out = out.to_str().unwrap().to_owned();
        Process::role("screens", &[self.api_at.to_string(), tokens.join(","), n.to_string(), out])
    }

    /// Waits until this many texts are delivered.
    pub fn until_delivered(&self, n: i64) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = Connection::open_with_flags(&self.database, flags).unwrap();
        let sql = "SELECT count(*) FROM outbox WHERE state = 'delivered'";
        let began = Instant::now();
        loop {
            let found: i64 = database.query_row(sql, [], |r| r.get(0)).unwrap_or(0);
            if found >= n {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{found} of {n} texts were delivered");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The program of this version.
pub fn this_munjad() -> PathBuf {
    env!("CARGO_BIN_EXE_munjad").into()
}

/// Runs a command of `munjad` to its end.
pub fn admin(munjad: &Path, words: &[&str], config: &Path, input: &str) {
    use std::io::Write as _;
    let mut command = Command::new(munjad);
    command.args(words).arg("--config").arg(config);
    let silent = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = silent.spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{input}").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "munjad {words:?}: {}", String::from_utf8_lossy(&ended.stderr));
}

/// An address that nobody listens on at this moment.
pub fn free_address() -> SocketAddr {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

/// Plays the role this process was started for; `false`: it is the measurement itself.
pub async fn play_role() -> bool {
    let Ok(role) = std::env::var(ROLE) else {
        return false;
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    match role.as_str() {
        "carrier" => be_the_carrier(&words).await,
        "counselors" => be_the_counselors(&words).await,
        "screens" => be_the_screens(&words).await,
        "attackers" => crate::attack::press(&words).await,
        other => panic!("no role {other}"),
    }
    true
}

async fn be_the_carrier(words: &[String]) {
    let number = |n: usize| words[n].parse::<u64>().unwrap();
    let limit = |n: usize| u32::try_from(number(n)).unwrap();
    let mut options = quick_carrier();
    (options.sends_per_sec, options.others_per_sec) = (limit(1), limit(2));
    options.report_delay_ms = (number(3), number(4));
    let port = u16::try_from(number(0)).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.unwrap();
    Sim::new(options).serve(listener, std::future::pending()).await.unwrap();
}

/// What a counselor needs of the answer to "next".
#[derive(Deserialize)]
struct Next {
    id: i64,
    last_inbound_id: i64,
}

/// Answers as conversations come. While nobody waits, one of the counselors looks again every 2 ms and calls the others: 64
/// programs that ask without a pause would measure refusals.
async fn be_the_counselors(words: &[String]) {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};
    let office = Arc::new(Office {
        server: format!("http://{}", words[0]),
        token: words[1].clone(),
        http: reqwest::Client::builder().tcp_nodelay(true).build().unwrap(),
        lookout: tokio::sync::Mutex::new(()),
        work: tokio::sync::Notify::new(),
    });
    let left = Arc::new(AtomicI64::new(words[2].parse().unwrap()));
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..words[3].parse().unwrap() {
        let (office, left) = (Arc::clone(&office), Arc::clone(&left));
        all.spawn(async move {
            while left.load(Ordering::Relaxed) > 0 {
                office.answer(office.next().await).await;
                left.fetch_sub(1, Ordering::Relaxed);
            }
        });
    }
    all.join_all().await;
    // Its time on a processor is read until it is killed.
    std::future::pending().await
}

/// The counselors of one process.
struct Office {
    server: String,
    token: String,
    http: reqwest::Client,
    /// Whoever looks for work while there is none.
    lookout: tokio::sync::Mutex<()>,
    work: tokio::sync::Notify,
}

impl Office {
    async fn next(&self) -> Next {
        loop {
            let called = self.work.notified();
            if let Some(next) = self.ask_for_next().await {
                return next;
            }
            let Ok(_watch) = self.lookout.try_lock() else {
                called.await;
                continue;
            };
            loop {
                tokio::time::sleep(Duration::from_millis(2)).await;
                if let Some(next) = self.ask_for_next().await {
                    self.work.notify_waiters();
                    return next;
                }
            }
        }
    }

    /// `None`: nobody waits just now.
    async fn ask_for_next(&self) -> Option<Next> {
        let next = self.http.post(format!("{}/v1/conversations/next", self.server)).bearer_auth(&self.token);
        let answer = next.send().await.unwrap();
        if answer.status().is_success() { Some(answer.json().await.unwrap()) } else { None }
    }

    async fn answer(&self, Next { id, last_inbound_id }: Next) {
        let reply = json!({ "text": "막차는 22:40입니다.", "last_seen": last_inbound_id });
        let key = format!("{:032x}", rand::random::<u128>());
        let url = format!("{}/v1/conversations/{id}/replies", self.server);
        let sent = self.http.post(url).bearer_auth(&self.token).header("Idempotency-Key", key).json(&reply);
        let sent = sent.send().await.unwrap();
        assert!(sent.status().is_success(), "{}", sent.status());
        drop(sent.bytes().await);
    }
}

/// Follows the events with many connections; tells when the last one has seen each claim, by the clock of this machine.
async fn be_the_screens(words: &[String]) {
    use std::io::Write as _;
    let server = format!("http://{}", words[0]);
    let tokens: Vec<&str> = words[1].split(',').collect();
    let n: usize = words[2].parse().unwrap();
    let (seen, mut all_seen) = tokio::sync::mpsc::unbounded_channel();
    for one in 0..n {
        // One pool for each, so that each has a connection of its own.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        let mut stream = http
            .get(format!("{server}/v1/events"))
            .bearer_auth(tokens[one / STREAMS_OF_A_TOKEN])
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
        let seen = seen.clone();
        tokio::spawn(async move {
            let mut rest = String::new();
            while let Ok(Some(bytes)) = stream.chunk().await {
                rest.push_str(&String::from_utf8_lossy(&bytes));
                while let Some((frame, later)) = rest.split_once("\n\n") {
                    if frame.contains("event: hello") || frame.contains("event: claimed") {
                        let _is_listening = seen.send(());
                    }
                    rest = later.to_owned();
                }
            }
        });
    }
    let mut out = std::fs::File::create(&words[3]).unwrap();
    // First every `hello`, then each claim once a screen.
    loop {
        for _ in 0..n {
            all_seen.recv().await.unwrap();
        }
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        writeln!(out, "{}", now.as_micros()).unwrap();
    }
}
