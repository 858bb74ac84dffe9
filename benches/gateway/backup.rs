//! P11: a copy of a large database while texts come, and how long a commit waits meanwhile.

use std::path::PathBuf;
use std::time::Instant;

use munja::domain::access::Action;
use munja::domain::actor::Actor;
use munja::domain::data_key::DataKeys;
use munja::store::{NewAccess, Store, StoreOptions, copy_database};
use tokio::task::JoinHandle;

use crate::sheet::Sheet;
use crate::stored::fill;

/// The goal is for so many texts; another number is measured against its share of it.
const OF_THE_GOAL: f64 = 5_000_000.0;

pub async fn measure(sheet: &mut Sheet, n: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    fill(&path, n);
    let store = Store::open(&path, &StoreOptions::default()).unwrap();
    let began = Instant::now();
    let worst = worst_commit_during(&store, copy(path, folder.path().join("copy"))).await;
    let took = began.elapsed().as_secs_f64();
    let goal = 15.0 * n as f64 / OF_THE_GOAL;
    sheet.at_most(&format!("P11 a copy of {n} texts under load (s)"), &format!("{took:.1} s"), took, goal);
    sheet.at_most("P11 the slowest commit meanwhile (ms)", &format!("{worst:.0} ms"), worst, 500.0);
}

fn copy(from: PathBuf, to: PathBuf) -> JoinHandle<()> {
    tokio::task::spawn_blocking(move || drop(copy_database(&from, &to, &DataKeys::none()).unwrap()))
}

/// Commits one after the other until the work is done; the longest of them (ms).
async fn worst_commit_during(store: &Store, work: JoinHandle<()>) -> f64 {
    let mut worst = 0.0_f64;
    while !work.is_finished() {
        let began = Instant::now();
        let row = NewAccess::by(&Actor::operator("bench"), Action::List);
        store.record_access(row, 0).await.unwrap();
        worst = worst.max(began.elapsed().as_secs_f64() * 1_000.0);
    }
    work.await.unwrap();
    worst
}
