//! The cost of many stored texts, of a start after a kill, and of an idle gateway.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use munja::domain::access::Action;
use munja::domain::actor::Actor;
use munja::domain::conversation::ConversationState;
use munja::domain::search::{Place, Words};
use munja::store::{ConversationFilter, NewAccess, SearchFilter, Store, StoreOptions};
use rusqlite::Connection;

use crate::process::{Process, Terms, Trio, this_munjad};
use crate::sheet::{Sheet, median, percentile};

/// Fills the database with closed conversations of two texts each, and fifty that wait.
pub fn fill(path: &Path, n: usize) {
    fill_with(path, n, &StoreOptions::default());
}

/// The same with options of the store, such as a key.
pub fn fill_with(path: &Path, n: usize, options: &StoreOptions) {
    drop(Store::open(path, options).unwrap());
    let mut sql = Connection::open(path).unwrap();
    if let Some(key) = options.keys.in_use() {
        sql.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.to_hex())).unwrap();
    }
    sql.pragma_update(None, "synchronous", "OFF").unwrap();
    let all = sql.transaction().unwrap();
    let numbers =
        format!("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < {})", n / 2);
    let conversations = format!(
        "INSERT INTO conversation (id, citizen, our_number, state, opened_at, waiting_since_at, last_inbound_seq,
                                   last_inbound_at, closed_at)
         {numbers} SELECT n, '010' || substr('0000000' || n, -8), '062120', iif(n % {every} = 0, 'waiting', 'closed'), n,
                          iif(n % {every} = 0, n, NULL), n, n, iif(n % {every} = 0, NULL, n) FROM i",
        every = (n / 100).max(1)
    );
    all.execute(&conversations, []).unwrap();
    let texts = format!(
        "INSERT INTO inbox (carrier, carrier_message_key, citizen, our_number, text, sent_at, received_at, state,
                            conversation_id, seq, routed_at)
         {numbers} SELECT 'bizgo', k.k || n, '010' || substr('0000000' || n, -8), '062120',
                          '첨단09번 버스 막차가 몇 시인지 알려 주세요', n, n, 'routed', n, 2 * n - (k.k = 'a'), n
         FROM i, (SELECT 'a' AS k UNION ALL SELECT 'b') k"
    );
    all.execute(&texts, []).unwrap();
    all.commit().unwrap();
}

/// Times of listing the fifty oldest who wait (seconds).
async fn list(store: &Store) -> Vec<f64> {
    let anybody = Actor::operator("bench");
    let waiting = ConversationFilter::State(ConversationState::Waiting);
    let mut times = Vec::new();
    for _ in 0..400 {
        let began = Instant::now();
        assert_eq!(store.conversations(waiting, 50, &anybody).await.unwrap().0.len(), 50);
        times.push(began.elapsed().as_secs_f64());
    }
    times
}

/// What counselors look at, each with its row of the access log before it is shown, or without.
#[derive(Clone, Copy)]
pub enum Look {
    /// The fifty oldest who wait.
    List,
    /// The newest texts with a frequent word.
    Search,
}

/// Looks a second of 32 counselors at once.
pub async fn looks(store: &Store, look: Look, is_logged: bool) -> f64 {
    const AT_ONCE: usize = 32;
    const EACH: usize = 50;
    let began = Instant::now();
    let all = (0..AT_ONCE).map(|_| {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..EACH {
                let access = look_once(&store, look).await;
                if is_logged {
                    store.record_access(access, 0).await.unwrap();
                }
            }
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    (AT_ONCE * EACH) as f64 / began.elapsed().as_secs_f64()
}

async fn look_once(store: &Store, look: Look) -> NewAccess {
    let anybody = Actor::operator("bench");
    let (action, shown) = match look {
        Look::List => {
            let waiting = ConversationFilter::State(ConversationState::Waiting);
            let (found, _) = store.conversations(waiting, 50, &anybody).await.unwrap();
            (Action::List, found.iter().map(|row| (row.id, Some(row.citizen.clone()))).collect())
        }
        Look::Search => {
            let filter = SearchFilter { words: Words::parse("버스"), ..SearchFilter::default() };
            let found = store.search(filter, Place::START, 20, &anybody).await.unwrap();
            let shown = found.hits.iter().map(|hit| (hit.conversation_id, Some(hit.citizen.clone())));
            (Action::Search, shown.collect())
        }
    };
    NewAccess { shown, ..NewAccess::by(&anybody, action) }
}

/// What the access log costs those who look: the median of five rounds, with it and without in turn.
pub async fn cost_of_the_log(sheet: &mut Sheet, store: &Store, look: Look, what: &str) {
    let (mut plain, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let without = looks(store, look, false).await;
        ratios.push(looks(store, look, true).await / without);
        plain.push(without);
    }
    sheet.note(&format!("{what} of 32 counselors at once, not logged"), &format!("{:.0}/s", median(plain)));
    let ratio = median(ratios);
    sheet.at_least("the same, each with its row in the access log", &format!("{ratio:.2}"), ratio, 0.9);
}

pub async fn measure(sheet: &mut Sheet, n: usize) {
    let [small, large] = [1_000, n].map(|n| {
        let folder = tempfile::tempdir().unwrap();
        fill(&folder.path().join("munja.db"), n);
        folder
    });
    let [a, b] =
        [&small, &large].map(|f| Store::open(&f.path().join("munja.db"), &StoreOptions::default()).unwrap());
    let (mut few, mut many) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        few.extend(list(&a).await);
        many.extend(list(&b).await);
    }
    let p50 = |v: &mut Vec<f64>| percentile(v, 0.5) * 1e6;
    let (few, many) = (p50(&mut few), p50(&mut many));
    sheet.note("waiting list of 50 with 1,000 stored, p50", &format!("{few:.0} us"));
    sheet.at_most(&format!("P6 the same with {n} stored"), &format!("{many:.0} us"), many / few, 1.5);
    let bytes = std::fs::metadata(large.path().join("munja.db")).unwrap().len();
    sheet.note("bytes a stored text (without search)", &format!("{:.0} B", bytes as f64 / n as f64));
    cost_of_the_log(sheet, &a, Look::List, "listings").await;
    drop((a, b));
    start_after_a_kill(sheet, large.path()).await;
}

/// P8: the real program, killed with a log that was not folded into the file, until its API answers again.
async fn start_after_a_kill(sheet: &mut Sheet, folder: &Path) {
    let mut times = Vec::new();
    let terms = Terms::no_brakes();
    for round in 0..20 {
        let config = if round == 0 {
            let mut trio = Trio::start(folder, &this_munjad(), &terms).await;
            let texts: Vec<_> = (0..200).map(|n| (format!("0109{n:06}0"), "질문")).collect();
            trio.text(&texts).await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            trio.gateway.kill();
            (folder.join("gateway.toml"), trio.api_at)
        } else {
            (folder.join("gateway.toml"), api_of(folder))
        };
        let began = Instant::now();
        let mut gateway =
            Process::start(Command::new(this_munjad()).args(["run", "--config"]).arg(&config.0));
        until_healthy(config.1);
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        gateway.kill();
    }
    let (p50, p99) = (percentile(&mut times, 0.5), percentile(&mut times, 0.99));
    sheet.note("P8 start after a kill until the API answers, p50", &format!("{p50:.0} ms"));
    sheet.at_most("P8 the same, worst of 20 (ms)", &format!("{p99:.0} ms"), p99, 50.0);
}

/// Where the API of the configuration in a folder listens.
fn api_of(folder: &Path) -> SocketAddr {
    let text = std::fs::read_to_string(folder.join("gateway.toml")).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("listen = ")).unwrap();
    line.trim_matches('"').parse().unwrap()
}

/// Asks for the health until there is an answer.
fn until_healthy(api_at: SocketAddr) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(api_at) {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n").unwrap();
            let mut answer = String::new();
            if stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 ") {
                return;
            }
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

/// P9: the real program beside a carrier that has nothing, polled every two seconds.
pub async fn idle(sheet: &mut Sheet) {
    const SECS: u64 = 20;
    let folder = tempfile::tempdir().unwrap();
    let mut terms = Terms::no_brakes();
    terms.brakes = (String::new(), "slow_secs = 2\n".to_owned());
    let trio = Trio::start(folder.path(), &this_munjad(), &terms).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let requests = |ledger: munja::sim::Ledger| ledger.requests.values().sum::<u64>();
    let asked = requests(trio.ledger().await);
    let (cpu, wake_ups) = (trio.gateway.cpu_secs(), trio.gateway.n_wake_ups());
    tokio::time::sleep(Duration::from_secs(SECS)).await;
    let cpu = (trio.gateway.cpu_secs() - cpu) / SECS as f64 * 100.0;
    let wake_ups = (trio.gateway.n_wake_ups() - wake_ups) as f64 / SECS as f64;
    let asked = (requests(trio.ledger().await) - asked) as f64 / SECS as f64;
    let rss = trio.gateway.rss_mb();
    sheet.at_most("P9 idle memory (MB)", &format!("{rss:.1} MB"), rss, 16.0);
    sheet.at_most("P9 idle CPU (percent of a core)", &format!("{cpu:.2} %"), cpu, 0.1);
    // A request to the carrier wakes a thread to send it and one for its answer, and each may hand on to another.
    let beside = (wake_ups - asked * 4.0).max(0.0);
    let figure = format!("{wake_ups:.1}/s, {asked:.1} requests");
    sheet.at_most("P9 wake-ups a second beside the poll", &figure, beside, 5.0);
}
