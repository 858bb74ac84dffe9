//! `munjad check`

use std::path::Path;
use std::process::ExitCode;

use owo_colors::OwoColorize;
use serde_json::json;

use super::{FOUND_BAD, Say, line};
use crate::check::{Finding, Verdict, check};

pub(super) async fn run(config: &Path, say: Say) -> anyhow::Result<ExitCode> {
    let findings = check(config, say.lang).await;
    if say.json {
        let all: Vec<_> = findings.iter().map(as_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
    } else {
        findings.iter().for_each(|finding| print(finding, say));
    }
    let is_bad = findings.iter().any(|f| f.verdict == Verdict::Bad);
    Ok(if is_bad { ExitCode::from(FOUND_BAD) } else { ExitCode::SUCCESS })
}

fn word(verdict: Verdict, say: Say) -> &'static str {
    match verdict {
        Verdict::Good => say.pick("ok  ", "정상"),
        Verdict::Warn => say.pick("WARN", "주의"),
        Verdict::Bad => say.pick("BAD ", "오류"),
    }
}

fn print(finding: &Finding, say: Say) {
    let word = word(finding.verdict, say);
    let word = match finding.verdict {
        Verdict::Good => word.green().to_string(),
        Verdict::Warn => word.yellow().to_string(),
        Verdict::Bad => word.red().to_string(),
    };
    line(&format!("{word}  {:<9} {}", finding.subject, finding.said));
    if let Some(remedy) = &finding.remedy {
        line(&format!("      {:<9} {} {remedy}", "", say.pick("->", "→")));
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let verdict = match finding.verdict {
        Verdict::Good => "ok",
        Verdict::Warn => "warn",
        Verdict::Bad => "bad",
    };
    json!({
        "subject": finding.subject, "verdict": verdict, "said": finding.said, "remedy": finding.remedy,
    })
}
