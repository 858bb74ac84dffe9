//! Yardsticks: the speed of the disk and the loopback without the gateway.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use munja::client::Client;

/// Appends 4 KiB and syncs, again and again; returns the times of each (seconds).
pub fn append_and_sync(folder: &Path, how_long: Duration) -> Vec<f64> {
    let mut file = File::create(folder.join("raw")).unwrap();
    let block = [7_u8; 4096];
    let began = Instant::now();
    let mut times = Vec::new();
    while began.elapsed() < how_long {
        let one = Instant::now();
        file.write_all(&block).unwrap();
        file.sync_data().unwrap();
        times.push(one.elapsed().as_secs_f64());
    }
    times
}

/// Requests per second of the smallest route that reads the database, 64 in flight.
pub async fn http_ceiling(desk: &Client, how_long: Duration) -> f64 {
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let desk = desk.clone();
        tasks.spawn(async move {
            let mut n = 0_u64;
            while began.elapsed() < how_long {
                desk.me().await.unwrap();
                n += 1;
            }
            n
        });
    }
    let n: u64 = tasks.join_all().await.into_iter().sum();
    n as f64 / began.elapsed().as_secs_f64()
}
