//! `munjad triage test|rules`: tries the word lists on texts and counts hits and errors; lists the rules.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::{FOUND_BAD, Say, line};
use crate::config::{self, Config};
use crate::domain::text::{one_line, safe_for_terminal};
use crate::domain::triage::score::{Label, Tally};
use crate::domain::triage::{Tier, Triage};

#[derive(Subcommand)]
pub(super) enum TriageCommand {
    /// Try the lists on texts: every hit with its rule, how many of each tier, and per 10,000 texts.
    ///
    /// A .csv file with a column `label` (danger, look, lookalike, ordinary) is also marked: recall and false alarms.
    /// Exit code 3 if a marked text is judged wrong.
    Test {
        /// Texts: one a line, or a .csv file
        file: PathBuf,
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
    /// List the rules
    Rules {
        /// The gateway's configuration, for its own lists; without one the built-in lists alone
        #[arg(long, short, env = "MUNJAD_CONFIG")]
        config: Option<PathBuf>,
    },
}

pub(super) fn run(command: TriageCommand, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        TriageCommand::Test { file, column, summary, config } => {
            let triage = lists(config.as_deref())?;
            let texts = read(&file, &column)?;
            if texts.is_empty() {
                bail!("{}", say.pick("there are no texts in this file", "이 파일에 문자가 없습니다"));
            }
            Ok(test(&triage, &texts, summary, say))
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

/// A text of the file.
struct Given {
    line: u64,
    text: String,
    label: Option<Label>,
}

fn read(file: &Path, column: &str) -> anyhow::Result<Vec<Given>> {
    let shown = file.display();
    if file.extension().is_none_or(|e| e != "csv") {
        let text = std::fs::read_to_string(file).with_context(|| format!("{shown} cannot be read"))?;
        let lines = text.lines().zip(1..).filter(|(text, _)| !text.trim().is_empty());
        return Ok(lines.map(|(text, line)| Given { line, text: text.to_owned(), label: None }).collect());
    }
    let mut reader = csv::Reader::from_path(file).with_context(|| format!("{shown} cannot be read"))?;
    let heads = reader.headers()?.clone();
    let place = |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{feff}') == name);
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
    let mut tallies = [Tally::default(); 4];
    for given in texts {
        let verdict = triage.judge(&given.text);
        let tier = verdict.tier();
        if let Some(tier) = tier {
            per_tier[usize::from(tier.number()) - 1] += 1;
        }
        n_abusive += usize::from(verdict.is_abusive());
        let is_wrong = given.label.is_some_and(|label| !label.is_right(tier));
        if let Some(label) = given.label {
            tallies[label as usize].n += 1;
            tallies[label as usize].n_right += usize::from(!is_wrong);
        }
        if !summary && (is_wrong || !verdict.hits.is_empty()) {
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

fn marks(tallies: &[Tally; 4], say: Say) {
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
                    "lang": rule.language.as_str(), "words": rule.words, "exceptions": rule.exceptions,
                })
                .to_string(),
            );
            continue;
        }
        let (id, kind, language) = (&rule.id, rule.kind.as_str(), rule.language.as_str());
        line(&format!("{}  {kind:<9}  {language}  {id}", rule.tier.number()));
        line(&format!("   {}", safe_for_terminal(&rule.words.join(", "))));
        if !rule.exceptions.is_empty() {
            let but = say.pick("not:", "제외:");
            line(&format!("   {but} {}", safe_for_terminal(&rule.exceptions.join(", "))));
        }
    }
}
