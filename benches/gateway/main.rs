//! What the gateway can do and what that costs, as ratios measured in one run, each beside what it is compared with:
//! `cargo bench`. Absolute figures differ between machines and hours; the ratios are what counts.
//!
//! `MUNJA_BENCH_TEXTS=4000` changes the texts a round, `MUNJA_BENCH_STORED=1000000` how many the large database holds.

mod cycles;
mod latency;
mod place;
mod raw;
mod sheet;
mod stored;

use sheet::Sheet;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

fn main() {
    // `cargo test --benches` runs this too, only to see that it starts.
    if std::env::args().any(|a| a == "--test") {
        return;
    }
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(64)
        .enable_all()
        .build()
        .unwrap();
    let mut sheet = Sheet::begin();
    runtime.block_on(async {
        cycles::measure(&mut sheet, setting("MUNJA_BENCH_TEXTS", 3_000)).await;
        cycles::rate_limit(&mut sheet).await;
        latency::screen(&mut sheet).await;
        latency::reply(&mut sheet).await;
        stored::measure(&mut sheet, setting("MUNJA_BENCH_STORED", 1_000_000)).await;
    });
    drop(runtime);
    stored::idle(&mut sheet);
    sheet.end();
}
