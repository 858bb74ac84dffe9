//! Full cycles: text received, durable, routed, reply durable, submitted, delivery recorded.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use munja::api::wire::ReplyRequest;
use munja::client::Client;
use munja::domain::outbound::ClientKey;
use munja::store::{StoreOptions, Synchronous};

use crate::place::{NO_BRAKES, Place, quick_carrier};
use crate::process::{IN_FLIGHT, Terms, Trio, this_munjad};
use crate::raw::{append_and_sync, http_ceiling};
use crate::sheet::{Sheet, median};

const ROUNDS: usize = 3;
const QUESTION: &str = "버스 막차가 몇 시인가요?";

/// One measurement of three processes.
struct Cycles {
    per_sec: f64,
    /// CPU seconds for 1,000 cycles: gateway, carrier, counselors.
    cpu: [f64; 3],
    rss_mb: f64,
}

/// P1: the real program beside its carrier and its counselors; with `MUNJA_BENCH_BASE=/path/to/munjad` another version takes
/// turns with it.
pub async fn in_processes(sheet: &mut Sheet, n: usize) {
    let base = std::env::var_os("MUNJA_BENCH_BASE").map(PathBuf::from);
    let (mut raw, mut ours, mut theirs) = (vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        raw.push(1.0 / median(append_and_sync(folder.path(), Duration::from_millis(700))));
        ours.push(cycles_of(&this_munjad(), n).await);
        if let Some(base) = &base {
            theirs.push(cycles_of(base, n).await);
        }
    }
    let median_of = |all: &[Cycles], figure: fn(&Cycles) -> f64| median(all.iter().map(figure).collect());
    let per_sec = median_of(&ours, |c| c.per_sec);
    let ratios = |others: Vec<f64>| median(ours.iter().zip(others).map(|(a, b)| a.per_sec / b).collect());
    let figure = format!("{per_sec:.0}/s");
    sheet.note("append 4 KiB + fdatasync", &format!("{:.0}/s", median(raw.clone())));
    sheet.at_least("P1 full durable cycles, against raw fdatasync", &figure, ratios(raw), 1.1);
    if base.is_some() {
        let base_per_sec = median_of(&theirs, |c| c.per_sec);
        let ratio = ratios(theirs.iter().map(|c| c.per_sec).collect());
        let figures = format!("{per_sec:.0}, {base_per_sec:.0}/s");
        sheet.at_least("P1 against the other version", &figures, ratio, 2.0);
        let cpu = median_of(&theirs, |c| c.cpu[0]);
        sheet.note("CPU s per 1,000 cycles of the other version", &format!("{cpu:.3}"));
    } else {
        sheet.note("P1 against another version", "not run: MUNJA_BENCH_BASE");
    }
    let cpu = median_of(&ours, |c| c.cpu[0]);
    sheet.at_most("P1 CPU s of the gateway per 1,000 cycles", &format!("{cpu:.3} s"), cpu, 0.28);
    let others = [1, 2].map(|n| median(ours.iter().map(|c| c.cpu[n]).collect()));
    sheet.note("the same of carrier and counselors", &format!("{:.3}, {:.3}", others[0], others[1]));
    sheet.note("memory of the gateway", &format!("{:.0} MB", median_of(&ours, |c| c.rss_mb)));
}

async fn cycles_of(munjad: &Path, n: usize) -> Cycles {
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), munjad, &Terms::no_brakes()).await;
    let counselors = trio.counselors(n, IN_FLIGHT);
    // For a second after a start nothing is asked of a carrier; that is no part of a cycle.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let processes = [&trio.gateway, &trio.carrier, &counselors];
    let before = processes.map(|process| process.cpu_secs());
    let began = Instant::now();
    trio.text(&questions(n)).await;
    trio.until_delivered(n as i64);
    let took = began.elapsed().as_secs_f64();
    let after = processes.map(|process| process.cpu_secs());
    let ledger = trio.ledger().await;
    assert_eq!((ledger.n_delivered(), ledger.taken_twice().len()), (n, 0), "a fast gateway that is wrong");
    Cycles {
        per_sec: n as f64 / took,
        cpu: [0, 1, 2].map(|i| (after[i] - before[i]) * 1_000.0 / n as f64),
        rss_mb: trio.gateway.rss_mb(),
    }
}

/// A question each of so many citizens.
fn questions(n: usize) -> Vec<(String, &'static str)> {
    (0..n).map(|i| (format!("010{i:07}0"), QUESTION)).collect()
}

/// How often the gateway syncs, counted by `strace`; "not run" without that program.
pub async fn syncs(sheet: &mut Sheet) {
    const NAME: &str = "syncs of the disk per 1,000 cycles (strace)";
    if Command::new("strace").arg("-V").output().is_err() {
        return sheet.note(NAME, "not run: no strace");
    }
    let n = 1_000;
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls");
    let under = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", calls.to_str().unwrap()];
    let trio = Trio::start_under(folder.path(), &this_munjad(), &Terms::no_brakes(), &under).await;
    let _counselors = trio.counselors(n, IN_FLIGHT);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let (fsync, fdatasync) = counted(&calls);
    trio.text(&questions(n)).await;
    trio.until_delivered(n as i64);
    let after = counted(&calls);
    sheet.note(NAME, &format!("{} fdatasync, {} fsync", after.1 - fdatasync, after.0 - fsync));
}

/// The calls of fsync and of fdatasync so far, of each how many. A call that another thread interrupts has a second line.
fn counted(calls: &Path) -> (usize, usize) {
    let text = std::fs::read_to_string(calls).unwrap();
    let n = |call: &str| text.lines().filter(|line| line.contains(call)).count();
    (n(" fsync("), n(" fdatasync("))
}

/// How many SQL statements the gateway runs for a cycle, counted by `gdb`: a statement is reset once after each run.
pub async fn statements(sheet: &mut Sheet) {
    const NAME: &str = "SQL statements a cycle (gdb)";
    if Command::new("gdb").arg("-v").stdout(Stdio::null()).status().is_err() {
        return sheet.note(NAME, "not run: no gdb");
    }
    let n = 300;
    let folder = tempfile::tempdir().unwrap();
    let trio = Trio::start(folder.path(), &this_munjad(), &Terms::no_brakes()).await;
    let pid = trio.gateway.id().to_string();
    let script = [
        "handle SIGINT stop nopass",
        "break sqlite3_reset",
        "ignore 1 1000000000",
        "continue",
        "info breakpoints",
    ];
    let script = script.iter().flat_map(|line| ["-ex", line]);
    let mut gdb = Command::new("gdb");
    gdb.args(["-batch", "-p", &pid]).args(script).stdout(Stdio::piped()).stderr(Stdio::null());
    let gdb = gdb.spawn().unwrap();
    // The debugger reads the program's symbols first.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let _counselors = trio.counselors(n, IN_FLIGHT);
    trio.text(&questions(n)).await;
    trio.until_delivered(n as i64);
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let said = String::from_utf8(gdb.wait_with_output().unwrap().stdout).unwrap();
    let hits = said.lines().find_map(|line| line.trim().strip_prefix("breakpoint already hit "));
    let hits: f64 = hits.unwrap().split_whitespace().next().unwrap().parse().unwrap();
    sheet.note(NAME, &format!("{:.1}", hits / n as f64));
}

/// P2 and P3: the same path in this process, where the options of the store can be set.
pub async fn by_options(sheet: &mut Sheet, n: usize) {
    let (mut full, mut alone, mut normal, mut http) = (vec![], vec![], vec![], vec![]);
    for _ in 0..ROUNDS {
        let (of_full, of_normal) = (StoreOptions::default(), Synchronous::Normal);
        full.push(cycles(n, of_full.clone(), Some(&mut http)).await);
        alone.push(cycles(n / 6, StoreOptions { group_commit: false, ..of_full.clone() }, None).await);
        normal.push(cycles(n, StoreOptions { synchronous: of_normal, ..of_full }, None).await);
    }
    let ratio = |a: &[f64], b: &[f64]| median(a.iter().zip(b).map(|(a, b)| a / b).collect());
    let per_sec = |v: &[f64]| format!("{:.0}/s", median(v.to_vec()));
    sheet.note("bare HTTP (GET /v1/me, 64 in flight)", &per_sec(&http));
    sheet.at_least("P2 against group commit off", &per_sec(&alone), ratio(&full, &alone), 4.0);
    sheet.at_least("P3 against synchronous=NORMAL", &per_sec(&normal), ratio(&full, &normal), 0.9);
}

/// Full cycles a second in this process, with these options of the store.
pub async fn cycles(n: usize, options: StoreOptions, http: Option<&mut Vec<f64>>) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::open(folder.path(), options, quick_carrier(), NO_BRAKES).await;
    if let Some(http) = http {
        http.push(http_ceiling(&place.desk, Duration::from_millis(700)).await);
    }
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let began = Instant::now();
    for (from, text) in questions(n) {
        place.sim.text(&from, text);
    }
    let left = Arc::new(AtomicUsize::new(n));
    let mut counselors = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        counselors.spawn(answer(place.desk.clone(), Arc::clone(&left)));
    }
    place.until("delivered", n as i64).await;
    let per_sec = n as f64 / began.elapsed().as_secs_f64();
    counselors.join_all().await;
    let ledger = place.sim.ledger();
    assert_eq!((ledger.n_delivered(), ledger.taken_twice().len()), (n, 0), "a fast gateway that is wrong");
    place.close().await;
    per_sec
}

async fn answer(desk: Client, left: Arc<AtomicUsize>) {
    while left.load(Ordering::Relaxed) > 0 {
        let Ok(found) = desk.next().await else {
            tokio::time::sleep(Duration::from_millis(2)).await;
            continue;
        };
        let request = ReplyRequest {
            text: "막차는 22:40입니다.".into(),
            last_seen: found.last_inbound_id,
            ..ReplyRequest::default()
        };
        desk.reply(found.summary.id, &request, &ClientKey::from_random(rand::random())).await.unwrap();
        left.fetch_sub(1, Ordering::Relaxed);
    }
}

/// P12: the carrier's limit with a backlog.
pub async fn rate_limit(sheet: &mut Sheet) {
    const LIMIT: usize = 200;
    let n = 3_000;
    let folder = tempfile::tempdir().unwrap();
    let mut terms = Terms { sends_per_sec: LIMIT as u32, ..Terms::no_brakes() };
    terms.brakes.0 = format!("sends_per_sec = {LIMIT}\nother_requests_per_sec = 1000000\n");
    let trio = Trio::start(folder.path(), &this_munjad(), &terms).await;
    let _counselors = trio.counselors(n, IN_FLIGHT);
    trio.text(&questions(n)).await;
    trio.until_delivered(n as i64);
    let ledger = trio.ledger().await;
    // From the text that fills the first second to the last one, whether a second's texts leave at once or one by one.
    let (from, to) = (ledger.messages[LIMIT - 1].accepted_at, ledger.messages[n - 1].accepted_at);
    let used = (n - LIMIT) as f64 / ((to - from) as f64 / 1_000.0) / LIMIT as f64;
    let refused = ledger.n_rate_limited;
    sheet.at_most("P12 texts the carrier had to refuse", &refused.to_string(), refused as f64, 0.0);
    let busiest = ledger.busiest_sends;
    let share = busiest as f64 / LIMIT as f64;
    sheet.at_most("P12 most texts in any second, against the limit", &busiest.to_string(), share, 1.0);
    sheet.at_least("P12 limit used with a backlog", &format!("{:.1} %", used * 100.0), used, 0.99);
}
