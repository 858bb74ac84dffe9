//! Benchmarks of the whole gateway, as ratios measured in one run, each with its yardstick: `cargo bench`. Absolute
//! figures differ between machines and hours; only the ratios count.
//!
//! `cargo bench -- cycles latency` runs only those parts: triage, cycles, options, limit, latency, screens, stored, report, search,
//! backup, idle, attack, frames, encrypted (with `--features sqlcipher`). All but triage, report, search, backup, encrypted and options start the real `munjad`, a simulated carrier and counselors as processes of their own.
//! `MUNJA_BENCH_BASE=/path/to/munjad` lets another version take turns with this one in the cycles.
//! `MUNJA_BENCH_TEXTS=4000` sets the texts per round, `MUNJA_BENCH_STORED=1000000` how many the large database holds.

mod attack;
mod backup;
mod cycles;
mod encrypted;
mod frames;
mod latency;
mod place;
mod process;
mod raw;
mod report;
mod search;
mod sheet;
mod stored;
mod triage;

use sheet::Sheet;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Whether a part was requested by name, or no names were given.
fn is_wanted(part: &str) -> bool {
    let mut asked = std::env::args().skip(1).filter(|a| !a.starts_with('-')).peekable();
    asked.peek().is_none() || asked.any(|a| a == part)
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
    if runtime.block_on(process::play_role()) {
        return;
    }
    let mut sheet = Sheet::begin();
    if is_wanted("triage") {
        triage::measure(&mut sheet);
    }
    runtime.block_on(async {
        if is_wanted("cycles") {
            cycles::in_processes(&mut sheet, setting("MUNJA_BENCH_TEXTS", 3_000)).await;
            cycles::syncs(&mut sheet).await;
            cycles::statements(&mut sheet).await;
        }
        if is_wanted("options") {
            cycles::by_options(&mut sheet, setting("MUNJA_BENCH_TEXTS", 3_000)).await;
        }
        if is_wanted("limit") {
            cycles::rate_limit(&mut sheet).await;
        }
        if is_wanted("latency") {
            latency::screen(&mut sheet).await;
            latency::reply(&mut sheet).await;
        }
        if is_wanted("screens") {
            latency::screens(&mut sheet).await;
        }
        if is_wanted("stored") {
            stored::measure(&mut sheet, setting("MUNJA_BENCH_STORED", 1_000_000)).await;
        }
        if is_wanted("report") {
            report::measure(&mut sheet, setting("MUNJA_BENCH_STORED", 1_000_000)).await;
        }
        if is_wanted("search") {
            search::measure(&mut sheet, setting("MUNJA_BENCH_STORED", 1_000_000)).await;
        }
        if is_wanted("backup") {
            backup::measure(&mut sheet, setting("MUNJA_BENCH_STORED", 1_000_000)).await;
        }
        if is_wanted("encrypted") {
            encrypted::measure(&mut sheet, setting("MUNJA_BENCH_TEXTS", 3_000)).await;
        }
        if is_wanted("idle") {
            stored::idle(&mut sheet).await;
        }
        if is_wanted("attack") {
            attack::measure(&mut sheet).await;
        }
        if is_wanted("frames") {
            frames::measure(&mut sheet).await;
        }
    });
    sheet.end();
}
