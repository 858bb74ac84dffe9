//! The cost of deciding about one text (triage, desk, immediate notice), and that longer lists cost no more.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use munja::config::{self, Config};
use munja::daemon;
use munja::domain::arrival::{Arrived, SenderFacts, decide};
use munja::domain::notice::Language;
use munja::domain::phone::{PhoneNumber, Senders};
use munja::domain::policy::ServicePolicy;
use munja::domain::triage::sample::samples;
use munja::domain::triage::{Kind, Rule, Tier, Triage};

use crate::place::config;
use crate::sheet::{Sheet, percentile};

/// Texts of all kinds, and one as long as an LMS.
fn texts() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/triage/texts");
    let files = (0..6).map(|n| std::fs::read_to_string(format!("{folder}/t{n}.tsv")).unwrap());
    let samples = files.flat_map(|file| samples(&file, 0).unwrap());
    let mut texts: Vec<String> = samples.map(|sample| sample.text).step_by(16).collect();
    texts.push("버스가 언제 오는지, 어디서 타는지 알려 주세요. ".repeat(40));
    texts
}

/// The built-in lists and `n` rules of fifty words more.
fn lists(n: usize) -> Arc<Triage> {
    let built_in = config::triage(&[]).unwrap();
    let mut lists = built_in.lists().clone();
    let syllable = |n: usize| char::from_u32(0xac00 + (n as u32 * 7_919) % 11_172).unwrap();
    lists.rules.extend((0..n).map(|n| Rule {
        words: (0..50).map(|w| (0..4).map(|s| syllable(n * 200 + w * 4 + s)).collect()).collect(),
        ..Rule::new(&format!("more-{n}"), Tier::ALL[n % 3], Kind::Danger, Language::Ko)
    }));
    Arc::new(Triage::new(lists, built_in.table().cloned()).unwrap())
}

/// Microseconds of deciding about each text.
fn times(policy: &ServicePolicy, texts: &[String]) -> Vec<f64> {
    let (citizen, our_number) = (PhoneNumber::parse("01012345678"), PhoneNumber::parse("062120"));
    let known = SenderFacts { recent: "버스 언제 와요".to_owned(), ..SenderFacts::default() };
    let mut times = Vec::new();
    for text in texts.iter().cycle().take(texts.len() * 20) {
        let arrived = Arrived {
            carrier: "bizgo",
            citizen: &citizen,
            our_number: &our_number,
            text,
            has_photos: false,
            at: 1_782_867_600_000,
            late_ms: None,
        };
        let began = Instant::now();
        black_box(decide(policy, &arrived, &known));
        times.push(began.elapsed().as_secs_f64() * 1e6);
    }
    times
}

pub fn measure(sheet: &mut Sheet) {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::load(&config(folder.path(), 1, "", "")).unwrap();
    let texts = texts();
    let [few, many] = [0, 1_000].map(|n| {
        let senders = Senders::single(PhoneNumber::parse("062120"));
        let policy = ServicePolicy { triage: lists(n), ..daemon::service_policy(&config, &senders) };
        let mut times = times(&policy, &texts);
        (percentile(&mut times, 0.5), percentile(&mut times, 0.999))
    });
    sheet.at_most("triage and routing of one text, p99.9 (µs)", &format!("{:.0} µs", few.1), few.1, 200.0);
    sheet.at_most("the same with 50,000 words more (µs)", &format!("{:.0} µs", many.1), many.1, 200.0);
    sheet.note("the same, p50, few and many words", &format!("{:.0}, {:.0} µs", few.0, many.0));
}
