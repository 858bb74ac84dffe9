//! `munjad triage test|rules|train`: tries triage on texts and counts hits and errors; lists the rules; makes the table of
//! the second opinion.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::{FOUND_BAD, Say, line};
use crate::config::{self, Config};
use crate::domain::text::{one_line, safe_for_terminal};
use crate::domain::triage::sample::{Label, PART_MARK, Sample, samples};
use crate::domain::triage::score::tier_of;
use crate::domain::triage::train::train;
use crate::domain::triage::{Thresholds, Tier, Triage};
use crate::ops::text_file;

#[derive(Subcommand)]
pub(super) enum TriageCommand {
    /// Try the lists on texts: every hit with its rule, how many of each tier, and per 10,000 texts.
    ///
    /// A .csv file with a column `label` (danger, look, lookalike, ordinary) and a .tsv file (label, kind, register, text) are
    /// also marked: recall and false alarms. Exit code 3 if a marked text is judged wrong. With a configuration: how many
    /// texts are judged otherwise than by the built-in lists.
    Test {
        /// Texts: one a line, or .csv or .tsv files
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// The column of a .csv file
        #[arg(long, default_value = "text")]
        column: String,
        /// Show only the totals
        #[arg(long)]
        summary: bool,
        /// The gateway's configuration, for its own lists; without one the built-in lists alone
        #[arg(long, short, env = "MUNJAD_CONFIG")]
        config: Option<PathBuf>,
    },
    /// Make the table of the second opinion from labelled texts.
    ///
    /// Each file is one hand: thresholds are set by what a table says of hands it has not seen. The same files give the same
    /// bytes. Name the table in a file of `[triage] files`: `[second_opinion]`, `table = "own.table"`.
    Train {
        /// Where the table is written
        #[arg(long)]
        out: PathBuf,
        /// Labelled texts (.tsv: label, kind, register, text): the shipped ones and your own
        #[arg(required = true)]
        texts: Vec<PathBuf>,
        /// The gateway's configuration, for its own lists; without one the built-in lists alone
        #[arg(long, short, env = "MUNJAD_CONFIG")]
        config: Option<PathBuf>,
    },
    /// List the rules
    Rules {
        /// The gateway's configuration, for its own lists; without one the built-in lists alone
        #[arg(long, short, env = "MUNJAD_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(command: TriageCommand, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        TriageCommand::Test { files, column, summary, config } => {
            let triage = lists(config.as_deref())?;
            let mut texts = Vec::new();
            for file in &files {
                texts.extend(read(file, &column)?);
            }
            if texts.is_empty() {
                bail!("{}", say.pick("there are no texts in this file", "이 파일에 문자가 없습니다"));
            }
            let code = test(&triage, &texts, summary, say);
            if config.is_some() {
                compare(&config::triage(&[])?, &triage, &texts, say);
            }
            Ok(code)
        }
        TriageCommand::Train { out, texts, config } => {
            make_table(&lists(config.as_deref())?, &texts, &out, say)?;
            Ok(ExitCode::SUCCESS)
        }
        TriageCommand::Rules { config } => {
            rules(&lists(config.as_deref())?, say);
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn lists(config: Option<&Path>) -> anyhow::Result<Triage> {
    let Some(path) = config else {
        return Ok(config::triage(&[])?);
    };
    Ok((*Config::load_without_secrets(path)?.triage).clone())
}

fn make_table(triage: &Triage, files: &[PathBuf], out: &Path, say: Say) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for (hand, file) in files.iter().enumerate() {
        all.extend(labelled(file, hand)?);
    }
    let table = train(triage, &all).table;
    let shown = out.display();
    std::fs::write(out, table.bytes()).with_context(|| format!("{shown} cannot be written"))?;
    let Thresholds { danger, look } = table.thresholds;
    line(&say.pick(
        format!("{} texts; tier 1 from {danger:.3}, tier 2 from {look:.3}: {shown}", all.len()),
        format!("문자 {}건. 1단계 {danger:.3}부터, 2단계 {look:.3}부터: {shown}", all.len()),
    ));
    Ok(())
}

fn labelled(file: &Path, hand: usize) -> anyhow::Result<Vec<Sample>> {
    let shown = file.display();
    let text = text_file::read(file).with_context(|| format!("{shown} cannot be read"))?;
    samples(&text, hand).map_err(|(n, why)| anyhow::anyhow!("{shown}, line {n}: {why}"))
}

/// How many texts other lists judge otherwise than the built-in ones.
fn compare(built_in: &Triage, own: &Triage, texts: &[Given], say: Say) {
    let changed = |given: &&Given| tier_of(built_in, &given.text) != tier_of(own, &given.text);
    let n = texts.iter().filter(changed).count();
    if say.json {
        return line(&json!({ "otherwise_than_built_in": n }).to_string());
    }
    line(&say.pick(
        format!("texts judged otherwise because of your own files: {n}"),
        format!("내 파일 때문에 판단이 달라진 문자: {n}건"),
    ));
}

/// A text of the file.
struct Given {
    line: u64,
    text: String,
    label: Option<Label>,
}

/// Texts with one label, and how many were judged right.
#[derive(Debug, Clone, Copy, Default)]
struct Marked {
    n: usize,
    n_right: usize,
}

impl Marked {
    fn percent(self) -> f64 {
        if self.n == 0 { 100.0 } else { 100.0 * self.n_right as f64 / self.n as f64 }
    }
}

fn read(file: &Path, column: &str) -> anyhow::Result<Vec<Given>> {
    let shown = file.display();
    if file.extension().is_some_and(|e| e == "tsv") {
        let given =
            |(sample, line): (Sample, u64)| Given { line, text: sample.text, label: Some(sample.label) };
        return Ok(labelled(file, 0)?.into_iter().zip(1..).map(given).collect());
    }
    if file.extension().is_none_or(|e| e != "csv") {
        let text = text_file::read(file).with_context(|| format!("{shown} cannot be read"))?;
        let lines = text.lines().zip(1..).filter(|(text, _)| !text.trim().is_empty());
        return Ok(lines.map(|(text, line)| Given { line, text: text.to_owned(), label: None }).collect());
    }
    let text = text_file::read(file).with_context(|| format!("{shown} cannot be read"))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers()?.clone();
    let place = |name: &str| heads.iter().position(|head| head == name);
    let at = place(column).with_context(|| {
        format!(
            "{shown} has no column {column}; --column takes one of: {}",
            safe_for_terminal(&heads.iter().collect::<Vec<_>>().join(", "))
        )
    })?;
    let label_at = place("label");
    let mut given = Vec::new();
    for row in reader.records() {
        let row = row.with_context(|| format!("{shown} is no proper CSV"))?;
        let line = row.position().map_or(0, csv::Position::line);
        let label = match label_at.and_then(|at| row.get(at)) {
            None => None,
            Some(word) => Some(Label::from_word(word).with_context(|| {
                format!("{shown}, line {line}: label must be danger, look, lookalike or ordinary")
            })?),
        };
        given.push(Given { line, text: row.get(at).unwrap_or_default().to_owned(), label });
    }
    Ok(given)
}

fn test(triage: &Triage, texts: &[Given], summary: bool, say: Say) -> ExitCode {
    let mut per_tier = [0_usize; 3];
    let mut n_abusive = 0;
    let mut tallies = [Marked::default(); 4];
    for given in texts {
        let verdict = triage.judge(&given.text.replace(PART_MARK, " "));
        let tier = tier_of(triage, &given.text);
        if let Some(tier) = tier {
            per_tier[usize::from(tier.number()) - 1] += 1;
        }
        n_abusive += usize::from(verdict.is_abusive());
        let is_wrong = given.label.is_some_and(|label| !label.is_right(tier));
        if let Some(label) = given.label {
            tallies[label as usize].n += 1;
            tallies[label as usize].n_right += usize::from(!is_wrong);
        }
        if !summary && (is_wrong || tier.is_some() || !verdict.hits.is_empty()) {
            show(given, tier, &verdict.rules(), is_wrong, say);
        }
    }
    let is_marked = texts.iter().any(|given| given.label.is_some());
    if say.json {
        let of = |label: Label| {
            let tally = tallies[label as usize];
            json!({ "label": label.as_str(), "n": tally.n, "n_right": tally.n_right })
        };
        let marks = is_marked.then(|| Label::ALL.map(of));
        line(
            &json!({ "n": texts.len(), "per_tier": per_tier, "abusive": n_abusive, "labels": marks })
                .to_string(),
        );
    } else {
        totals(texts.len(), per_tier, n_abusive, say);
        if is_marked {
            marks(&tallies, say);
        }
    }
    let is_wrong = tallies.iter().any(|tally| tally.n_right < tally.n);
    if is_wrong { ExitCode::from(FOUND_BAD) } else { ExitCode::SUCCESS }
}

fn show(given: &Given, tier: Option<Tier>, rules: &str, is_wrong: bool, say: Say) {
    let tier_number = tier.map(Tier::number);
    if say.json {
        let found = json!({
            "line": given.line, "tier": tier_number, "rules": rules, "label": given.label.map(Label::as_str),
            "wrong": is_wrong, "text": given.text,
        });
        return line(&found.to_string());
    }
    let tier_word = tier_number.map_or("-".to_owned(), |n| n.to_string());
    let wrong = if is_wrong { say.pick(" WRONG", " 틀림") } else { "" };
    let label = given.label.map_or(String::new(), |label| format!(" [{}{wrong}]", label.as_str()));
    let rules = if rules.is_empty() { "-" } else { rules };
    line(&format!("{:>5}  {tier_word}  {rules}{label}  {}", given.line, one_line(&given.text, 80)));
}

fn totals(n: usize, per_tier: [usize; 3], n_abusive: usize, say: Say) {
    let rate = |found: usize| 10_000.0 * found as f64 / n as f64;
    line(&say.pick(format!("{n} texts"), format!("문자 {n}건")));
    for (tier, found) in Tier::ALL.into_iter().zip(per_tier) {
        line(&say.pick(
            format!("tier {}: {found} ({:.1} per 10,000)", tier.number(), rate(found)),
            format!("{}단계: {found}건 (만 건당 {:.1})", tier.number(), rate(found)),
        ));
    }
    line(&say.pick(
        format!("abusive: {n_abusive} ({:.1} per 10,000)", rate(n_abusive)),
        format!("욕설: {n_abusive}건 (만 건당 {:.1})", rate(n_abusive)),
    ));
}

fn marks(tallies: &[Marked; 4], say: Say) {
    for (label, tally) in Label::ALL.into_iter().zip(tallies) {
        line(&say.pick(
            format!("{}: {} of {} right ({:.1} %)", label.as_str(), tally.n_right, tally.n, tally.percent()),
            format!(
                "{}: {}건 중 {}건 맞음 ({:.1} %)",
                label.as_str(),
                tally.n,
                tally.n_right,
                tally.percent()
            ),
        ));
    }
}

fn rules(triage: &Triage, say: Say) {
    for rule in triage.rules() {
        if say.json {
            line(
                &json!({
                    "id": rule.id, "tier": rule.tier.number(), "kind": rule.kind.as_str(),
                    "lang": rule.language.as_str(), "words": rule.words, "forms": rule.forms,
                    "together": rule.together, "alone": rule.alone,
                    "signs": rule.signs, "initials": rule.initials, "exceptions": rule.exceptions,
                })
                .to_string(),
            );
            continue;
        }
        let (id, kind, language) = (&rule.id, rule.kind.as_str(), rule.language.as_str());
        line(&format!("{}  {kind:<9}  {language}  {id}", rule.tier.number()));
        let all = [&rule.words, &rule.forms, &rule.together, &rule.alone, &rule.signs, &rule.initials];
        for words in all.into_iter().filter(|words| !words.is_empty()) {
            line(&format!("   {}", safe_for_terminal(&words.join(", "))));
        }
        if !rule.exceptions.is_empty() {
            let but = say.pick("not:", "제외:");
            line(&format!("   {but} {}", safe_for_terminal(&rule.exceptions.join(", "))));
        }
    }
}
