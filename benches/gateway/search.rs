//! Search in many stored texts: how long the index takes to fill, what it weighs, and how long searches take with it.

use std::time::Instant;

use munja::domain::actor::Actor;
use munja::domain::search::{Place, Words};
use munja::store::{SearchFilter, Store, StoreOptions};

use crate::sheet::{Sheet, percentile};
use crate::stored::{Look, cost_of_the_log, fill};

/// Searches, each with what is particular to it. The stored texts all hold 버스.
const SEARCHES: [(&str, &str); 4] = [
    ("a frequent word", "버스"),
    ("two words", "막차 시인지"),
    ("a word that is nowhere", "여권"),
    ("consonants", "ㅁㅊ"),
];

pub async fn measure(sheet: &mut Sheet, n: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("munja.db");
    fill(&path, n);
    let store = Store::open(&path, &StoreOptions::default()).unwrap();
    store.checkpoint().await.unwrap();
    let bytes = || std::fs::metadata(&path).unwrap().len() as f64;
    let (before, began, mut longest) = (bytes(), Instant::now(), 0.0_f64);
    while store.index_lag().await.unwrap() > 0 {
        let step = Instant::now();
        store.index_some().await.unwrap();
        longest = longest.max(step.elapsed().as_secs_f64() * 1_000.0);
    }
    let took = began.elapsed().as_secs_f64() / n as f64 * 1e6;
    store.checkpoint().await.unwrap();
    sheet.note(&format!("filling the index with {n} texts, without pauses"), &format!("{took:.0} us/text"));
    sheet.at_most("its longest step (ms)", &format!("{longest:.1} ms"), longest, 50.0);
    let weight = (bytes() - before) / n as f64;
    sheet.at_most("bytes of the index a text", &format!("{weight:.0} B"), weight, 300.0);
    let whole = bytes() / n as f64;
    sheet.at_most("P7 bytes a stored text with search", &format!("{whole:.0} B"), whole, 450.0);
    for (what, words) in SEARCHES {
        let mut times = Vec::new();
        for _ in 0..20 {
            let filter = SearchFilter { words: Words::parse(words), ..SearchFilter::default() };
            let began = Instant::now();
            store.search(filter, Place::START, 20, &Actor::operator("bench")).await.unwrap();
            times.push(began.elapsed().as_secs_f64() * 1_000.0);
        }
        let p99 = percentile(&mut times, 0.99);
        sheet.at_most(
            &format!("search with {n} stored, {what}, p99 (ms)"),
            &format!("{p99:.1} ms"),
            p99,
            100.0,
        );
    }
    cost_of_the_log(sheet, &store, Look::Search, "searches").await;
}
