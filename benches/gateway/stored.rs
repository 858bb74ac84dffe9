//! The cost of many stored texts, of a start after a kill, and of an idle gateway.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use munja::domain::actor::Actor;
use munja::domain::conversation::ConversationState;
use munja::sim::SimOptions;
use munja::store::{ConversationFilter, Store, StoreOptions};
use rusqlite::Connection;

use crate::place::{Place, config};
use crate::sheet::{Sheet, percentile};

/// Fills the database with closed conversations of two texts each, and fifty that wait.
fn fill(path: &Path, n: usize) {
    drop(Store::open(path, &StoreOptions::default()).unwrap());
    let mut sql = Connection::open(path).unwrap();
    sql.pragma_update(None, "synchronous", "OFF").unwrap();
    let all = sql.transaction().unwrap();
    let numbers =
        format!("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < {})", n / 2);
    let conversations = format!(
        "INSERT INTO conversation (id, citizen, our_number, state, opened_at, waiting_since_at, last_inbound_id,
                                   last_inbound_at, closed_at)
         {numbers} SELECT n, '010' || substr('0000000' || n, -8), '062120', iif(n % {every} = 0, 'waiting', 'closed'), n,
                          iif(n % {every} = 0, n, NULL), n, n, iif(n % {every} = 0, NULL, n) FROM i",
        every = (n / 100).max(1)
    );
    all.execute(&conversations, []).unwrap();
    let texts = format!(
        "INSERT INTO inbox (carrier, carrier_message_key, citizen, our_number, text, sent_at, received_at, state,
                            conversation_id, routed_at)
         {numbers} SELECT 'bizgo', k.k || n, '010' || substr('0000000' || n, -8), '062120',
                          '첨단09번 버스 막차가 몇 시인지 알려 주세요', n, n, 'routed', n, n
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
    drop((a, b));
    start_after_a_kill(sheet, large.path()).await;
}

/// Copies the files as a kill leaves them: with the write-ahead log.
async fn start_after_a_kill(sheet: &mut Sheet, folder: &Path) {
    let place = Place::open(folder, StoreOptions::default(), SimOptions::default(), ("", "")).await;
    for n in 0..200 {
        place.sim.text(&format!("0109{n:06}0"), "질문");
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let killed = tempfile::tempdir().unwrap();
    for name in ["munja.db", "munja.db-wal", "munja.db-shm", "key"] {
        std::fs::copy(folder.join(name), killed.path().join(name)).unwrap();
    }
    place.close().await;
    let began = Instant::now();
    let place = Place::open_only(killed.path()).await;
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    place.stop().await;
    sheet.at_most("P8 start after a kill until the API answers (ms)", &format!("{ms:.0} ms"), ms, 50.0);
}

/// P9: the real program, with nothing to do for ten seconds.
pub fn idle(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens there: it polls in vain, which costs more than an empty answer.
    let config = config(folder.path(), 9, "", "slow_secs = 2\n");
    drop(Store::open(&folder.path().join("munja.db"), &StoreOptions::default()).unwrap());
    let mut child = Command::new(env!("CARGO_BIN_EXE_munjad"))
        .args(["run", "--config"])
        .arg(&config)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_secs(3));
    let before = cpu_ticks(child.id());
    std::thread::sleep(Duration::from_secs(10));
    let ticks = cpu_ticks(child.id()) - before;
    let rss = rss_mb(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    sheet.at_most("P9 idle memory (MB)", &format!("{rss:.1} MB"), rss, 20.0);
    // A tick is 10 ms.
    sheet.at_most("P9 idle CPU (percent of a core)", &format!("{:.2} %", ticks * 0.1), ticks * 0.1, 0.1);
}

fn cpu_ticks(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let field = |n: usize| after_name.split_whitespace().nth(n).unwrap().parse::<f64>().unwrap();
    field(11) + field(12)
}

fn rss_mb(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}
