//! Triage against labelled texts (`tests/triage`): the table in the binary is what training makes of them, and triage must do as
//! `tests/triage/report.txt` says. `MUNJA_WRITE_REPORT=1 cargo test --test it triage` writes both anew. Of the unseen texts
//! only totals are printed, never a text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use munja::config;
use munja::domain::triage::Triage;
use munja::domain::triage::sample::{Label, Sample, samples};
use munja::domain::triage::score::{Tally, share, tier_of};
use munja::domain::triage::train::{Trained, train};

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/triage").join(name)
}

/// All samples of a folder, each file one hand.
fn labelled(folder: &str) -> Vec<Sample> {
    let Ok(entries) = std::fs::read_dir(place(folder)) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|e| e == "tsv"));
    files.sort();
    let read = |(hand, file): (usize, &PathBuf)| {
        let text = std::fs::read_to_string(file).unwrap();
        samples(&text, hand).unwrap_or_else(|(line, why)| panic!("{}: line {line}: {why}", file.display()))
    };
    files.iter().enumerate().flat_map(read).collect()
}

/// Kinds that go together, by what their names begin with or hold.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "suicide",
        &[
            "suicid",
            "selfharm",
            "self_harm",
            "farewell",
            "hopeless",
            "letter",
            "giving",
            "attempt",
            "overdose",
            "survivor",
        ],
    ),
    (
        "violence",
        &[
            "violence",
            "assault",
            "weapon",
            "stalk",
            "threat",
            "abus",
            "rape",
            "sexual",
            "kidnap",
            "confin",
            "break",
            "robb",
            "harm_other",
            "hostage",
            "bully",
            "blackmail",
            "groom",
            "traffick",
            "murder",
            "partner",
            "stranger",
            "arson",
            "bomb",
            "exploit",
            "bullying",
            "neglect",
            "runaway",
            "drug",
        ],
    ),
    (
        "medical",
        &[
            "stroke",
            "heart",
            "seizure",
            "bleed",
            "breath",
            "chok",
            "allerg",
            "unconsc",
            "pregnan",
            "burn",
            "poison",
            "injur",
            "fall",
            "diabet",
            "asthma",
            "baby",
            "head",
            "medical",
            "faint",
            "fever",
            "heat",
            "cold",
            "bite",
            "snake",
            "bee",
            "labor",
            "labour",
            "birth",
            "eye",
            "dizzy",
            "alcohol",
            "chest",
            "dialysis",
            "mushroom",
            "postpartum",
            "elder",
            "mental",
        ],
    ),
    (
        "accident",
        &[
            "fire", "smoke", "gas", "co", "flood", "drown", "sea", "ice", "mountain", "traffic", "crash",
            "collapse", "lift", "elevator", "electr", "machine", "storm", "chemical", "explos", "subway",
            "crowd", "animal", "boat", "water", "trapped", "lost", "missing", "high",
        ],
    ),
    ("call", &["call", "bare", "silent", "police", "119", "112", "noanswer", "request", "mixed", "ask"]),
];

fn group(kind: &str) -> &'static str {
    let holds = |(_, parts): &&(&str, &[&str])| parts.iter().any(|part| kind.contains(part));
    GROUPS.iter().find(holds).map_or("other", |(name, _)| name)
}

type Tallies = BTreeMap<String, Tally>;

/// Adds the tiers of `samples` to the tallies: by label; danger by register and by group of kinds as well.
fn add(triage: &Triage, samples: &[&Sample], tallies: &mut Tallies) {
    for sample in samples {
        let tier = tier_of(triage, &sample.text);
        let label = sample.label.as_str();
        let mut keys = vec![format!("1 {label}")];
        if sample.label == Label::Danger {
            keys.push(format!("2 register {}", sample.register));
            keys.push(format!("3 kinds {}", group(&sample.kind)));
        }
        for key in keys {
            tallies.entry(key).or_default().add(tier);
        }
    }
}

fn table(title: &str, tallies: &Tallies) -> String {
    let mut out = format!("{title}\n");
    let shown = |k: usize, n: usize| {
        let (p, low, high) = share(k, n);
        format!("{k:>4} = {p:5.1} % ({low:.1}-{high:.1})")
    };
    for (key, tally) in tallies {
        let (tier_1, seen) = (shown(tally.n_danger, tally.n), shown(tally.n_seen, tally.n));
        let name = &key[2..];
        writeln!(out, "  {name:<20} {:>5} texts  tier 1 {tier_1:<28} tier 1 or 2 {seen}", tally.n).unwrap();
    }
    out
}

fn cross_validated(triage: &Triage, trained: &Trained, samples: &[Sample]) -> Tallies {
    let mut tallies = Tallies::new();
    for (hand, table) in &trained.without {
        let of_hand: Vec<&Sample> = samples.iter().filter(|sample| sample.hand == *hand).collect();
        add(&triage.clone().with_table(Some(table.clone())), &of_hand, &mut tallies);
    }
    tallies
}

/// Real titles and answers of a city, where `MUNJA_TRIAL_DATA` names the file: false alarms.
fn civic(triage: &Triage) -> Option<String> {
    let named = PathBuf::from(std::env::var_os("MUNJA_TRIAL_DATA")?);
    let file = if named.is_dir() { named.join("seoul-120-text.csv") } else { named };
    let mut reader = csv::Reader::from_path(file).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut tallies = Tallies::new();
    for (name, column) in [("1 titles", 2), ("2 answers", 3)] {
        for row in &rows {
            tallies.entry(name.to_owned()).or_default().add(triage.judge(&row[column]).tier());
        }
    }
    Some(table(CIVIC, &tallies))
}

const CIVIC: &str = "Real questions of a city (titles) and its office's answers (false alarms; run where MUNJA_TRIAL_DATA names them)";
const UNSEEN: &str =
    "Unseen texts: by hands that saw no lists, rules or other texts; never trained on, never looked at";
const CROSS: &str = "Cross-validation: each hand judged by lists and a table trained without its texts";
const SEEN: &str = "Texts the table was trained with";

fn report(triage: &Triage, trained: &Trained, samples: &[Sample]) -> String {
    let all = |samples: &[Sample]| {
        let mut tallies = Tallies::new();
        add(triage, &samples.iter().collect::<Vec<_>>(), &mut tallies);
        tallies
    };
    let unseen = labelled("unseen");
    let unseen =
        if unseen.is_empty() { format!("{UNSEEN}\n  not run\n") } else { table(UNSEEN, &all(&unseen)) };
    let cross = table(CROSS, &cross_validated(triage, trained, samples));
    format!("{unseen}\n{cross}\n{}\n", table(SEEN, &all(samples)))
}

/// The parts of the report before the civic texts, and these.
fn split(report: &str) -> (&str, &str) {
    report.find(CIVIC).map_or((report, ""), |at| report.split_at(at))
}

#[test]
fn training_again_gives_the_same_table_and_the_report_holds() {
    let texts = labelled("texts");
    assert!(texts.len() >= 7_000);
    let triage = config::triage(&[]).unwrap();
    let trained = train(&triage, &texts);
    let is_written = std::env::var_os("MUNJA_WRITE_REPORT").is_some();
    if is_written {
        let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/words/triage.table");
        std::fs::write(table, trained.table.bytes()).unwrap();
    } else {
        let is_same = triage.table().is_some_and(|table| table.bytes() == trained.table.bytes());
        assert!(is_same, "lists or texts changed: MUNJA_WRITE_REPORT=1 cargo test --test it triage");
    }
    let triage = triage.with_table(Some(trained.table.clone()));
    let now = report(&triage, &trained, &texts);
    let before = std::fs::read_to_string(place("report.txt")).unwrap_or_default();
    let civic_before = split(&before).1;
    let civic_now = civic(&triage).unwrap_or_else(|| {
        println!("civic texts: not run");
        civic_before.to_owned()
    });
    if is_written {
        std::fs::write(place("report.txt"), format!("{now}{civic_now}")).unwrap();
        return;
    }
    assert_eq!(now, split(&before).0, "MUNJA_WRITE_REPORT=1 cargo test --test it triage");
    assert_eq!(civic_now, civic_before, "MUNJA_WRITE_REPORT=1 cargo test --test it triage");
}

/// What must never be missed, whatever the table says.
#[test]
fn the_built_in_lists_see_what_is_said_outright() {
    let triage = config::triage(&[]).unwrap().with_table(None);
    let dangers = [
        "119",
        "112",
        "경찰 불러줘",
        "119 불러 주세요",
        "구급차 빨리 와 주세요",
        "남편 때리다 나 무섭다",
        "불 나다",
        "숨 안 되다 엄마 빨리",
        "남자 칼 있다",
        "죽고 싶어요",
        "농약 마셨어요",
        "아빠가 문을 부수고 있어요",
        "he's following me",
        "My house is on fire",
        "tkffuwntpdy",
        "살 려 주 세 요",
        "말 못 해요 숨어 있어요 밖에 남편 있어요",
    ];
    let missed: Vec<&str> = dangers
        .into_iter()
        .filter(|text| tier_of(&triage, text).is_none_or(|tier| !tier.is_danger()))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
    for quiet in
        ["본질적인 질문이 있습니다", "케익사고 싶어요", "멍때리고 있었어요", "문화재 야행", "공익사업 보상"]
    {
        assert_eq!(tier_of(&triage, quiet), None, "{quiet}");
    }
}

/// Counselors read words, not ids.
#[test]
fn every_built_in_rule_has_words_in_both_languages() {
    for file in ["ko", "en"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/client/locales/{file}.ftl"));
        let words = std::fs::read_to_string(path).unwrap();
        for rule in config::triage(&[]).unwrap().rules() {
            assert!(words.contains(&format!("\nrule-{} = ", rule.id)), "{file}: rule-{}", rule.id);
        }
    }
}
