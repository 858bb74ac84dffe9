//! `munjad check`: prints the findings of [`crate::check`].

use std::path::Path;
use std::process::ExitCode;

use owo_colors::OwoColorize;
use serde_json::json;

use super::operator::log_if_possible;
use super::{FOUND_BAD, Say, line};
use crate::check::{Finding, Severity, check};
use crate::config::Config;

pub(super) async fn run(config: &Path, say: Say) -> anyhow::Result<ExitCode> {
    let findings = check(config, say.lang).await;
    // A database of which something is wrong, or that was not looked at, stays as it was found.
    let of_database: Vec<&Finding> = findings.iter().filter(|found| found.subject == "database").collect();
    let is_sound =
        !of_database.is_empty() && of_database.iter().all(|found| found.severity != Severity::Error);
    if let (true, Ok(config)) = (is_sound, Config::load_without_secrets(config)) {
        log_if_possible(&config, "check", say).await;
    }
    if say.json {
        let all: Vec<_> = findings.iter().map(as_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
    } else {
        findings.iter().for_each(|finding| print(finding, say));
    }
    let is_bad = findings.iter().any(|f| f.severity == Severity::Error);
    Ok(if is_bad { ExitCode::from(FOUND_BAD) } else { ExitCode::SUCCESS })
}

fn label(severity: Severity, say: Say) -> &'static str {
    match severity {
        Severity::Ok => say.pick("ok  ", "정상"),
        Severity::Warning => say.pick("WARN", "주의"),
        Severity::Error => say.pick("BAD ", "오류"),
    }
}

fn print(finding: &Finding, say: Say) {
    let label = label(finding.severity, say);
    let label = match finding.severity {
        Severity::Ok => label.green().to_string(),
        Severity::Warning => label.yellow().to_string(),
        Severity::Error => label.red().to_string(),
    };
    line(&format!("{label}  {:<9} {}", finding.subject, finding.message));
    if let Some(remedy) = &finding.remedy {
        // Lines for another program's configuration stand below each other, to be copied.
        let arrow = say.pick("->", "→");
        let remedy = remedy.replace('\n', &format!("\n      {:<9}    ", ""));
        line(&format!("      {:<9} {arrow} {remedy}", ""));
    }
}

fn as_json(finding: &Finding) -> serde_json::Value {
    let severity = match finding.severity {
        Severity::Ok => "ok",
        Severity::Warning => "warn",
        Severity::Error => "bad",
    };
    json!({
        "subject": finding.subject, "severity": severity, "message": finding.message, "remedy": finding.remedy,
    })
}
