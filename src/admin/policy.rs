//! `munjad policy replay`: shows what another configuration would have decided about past texts. Sends nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::json;

use super::operator::{access, log, open_logged};
use super::person::reason;
use super::{CONFIG_PLACES, Say, line};
use crate::config::Config;
use crate::daemon;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::arrival::replay::{Decided, PastText, replay};
use crate::domain::identity_number::masked;
use crate::domain::notice::{Language, Notice, Texts};
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::policy::ServicePolicy;
use crate::domain::text::{one_line, safe_for_terminal};
use crate::domain::triage::Tier;
use crate::ops::clock::Clock;
use crate::ops::lang::Lang;
use crate::store::NewAccess;

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Run past texts against a new configuration (hours, words, texts, desks) and show what would change.
    ///
    /// Reads the database of the current configuration; sends nothing, writes nothing but a row of the access log.
    Replay {
        /// The new configuration
        #[arg(long, short)]
        config: PathBuf,
        /// The configuration in use (default: gateway.toml here, else /etc/munja/gateway.toml)
        #[arg(long, env = "MUNJAD_CONFIG")]
        current: Option<PathBuf>,
        /// How far back: 24h, 30d
        #[arg(long, default_value = "30d", value_parser = span_ms)]
        since: i64,
        /// Show the beginning of each text that would be decided otherwise, identity numbers masked; needs --reason
        #[arg(long, requires = "reason")]
        texts: bool,
        /// Why texts are shown; it stands in the access log
        #[arg(long, requires = "texts")]
        reason: Option<String>,
    },
}

/// The configuration in use: the one that is named, else the first of `places` that is there.
fn in_use(named: Option<PathBuf>, places: &[&Path], say: Say) -> anyhow::Result<PathBuf> {
    let known = named.as_deref().or_else(|| places.iter().copied().find(|path| path.exists()));
    match known {
        Some(path) if path.exists() => Ok(path.to_owned()),
        Some(path) => {
            let path = path.display();
            bail!(say.pick(
                format!(
                    "{path} is not there: name the configuration in use (--current FILE, or MUNJAD_CONFIG)"
                ),
                format!(
                    "{path} 파일이 없습니다. 지금 쓰는 설정을 적으십시오 (--current 파일 또는 MUNJAD_CONFIG)"
                ),
            ))
        }
        None => {
            let places: Vec<String> = places.iter().map(|path| path.display().to_string()).collect();
            let places = places.join(", ");
            bail!(say.pick(
                format!("name the configuration in use (--current FILE, or MUNJAD_CONFIG): neither of {places} is there"),
                format!("지금 쓰는 설정을 적으십시오 (--current 파일 또는 MUNJAD_CONFIG). 찾아본 곳: {places}"),
            ))
        }
    }
}

pub(super) async fn run(command: PolicyCommand, say: Say) -> anyhow::Result<()> {
    let PolicyCommand::Replay { config, current, since, texts, reason: why } = command;
    let reason = why.map(|why| reason(&why, say)).transpose()?.unwrap_or_default();
    let current = in_use(current, &CONFIG_PLACES.map(Path::new), say)?;
    let (old, new) = (Config::load_without_secrets(&current)?, Config::load_without_secrets(&config)?);
    // With the lists that supervisors have edited: they hold whatever the operator's files say.
    let (old, new) = (daemon::in_force(old).await.merged, daemon::in_force(new).await.merged);
    let since_at = Clock::system().now_ms() - since;
    let store = open_logged(&old, "policy replay").await?;
    let past = store
        .past_arrivals(since_at, &Actor::operator("policy replay"))
        .await
        .context("the past texts could not be read")?;
    if past.is_empty() {
        bail!("{}", say.pick("no text came in that time", "그동안 온 문자가 없습니다"));
    }
    if texts {
        let shown = past.iter().map(|text| (text.conversation_id, Some(text.citizen.clone()))).collect();
        let listed = NewAccess { shown, reason, ..access(Action::List).detail("policy replay --texts") };
        log(&store, listed).await?;
    }
    let was = replay(&policy_of(&old), &past);
    let would = replay(&policy_of(&new), &past);
    let mut n_changed = 0;
    for ((past, was), would) in past.iter().zip(&was).zip(&would) {
        let changes = changes(was, would, texts);
        if !changes.is_empty() {
            n_changed += 1;
            show(past, &changes, texts, say);
        }
    }
    totals(&was, &would, n_changed, say);
    wording(&old.service.texts, &new.service.texts, say);
    Ok(())
}

/// A dry run sends nothing: which number texts would leave from does not matter.
fn policy_of(config: &Config) -> ServicePolicy {
    daemon::service_policy(config, &Senders::single(PhoneNumber::parse("")))
}

/// The differences, each as (what, from, to).
fn changes(was: &Decided, would: &Decided, with_text: bool) -> Vec<(&'static str, String, String)> {
    let tier = |d: &Decided| match d.tier.map(Tier::number) {
        Some(n) => format!("{n} ({})", named(&d.rules, with_text)),
        None => "-".to_owned(),
    };
    let notice = |d: &Decided| d.notice.map_or("-", Notice::as_str).to_owned();
    let hours = |d: &Decided| if d.is_open { "open" } else { "closed" }.to_owned();
    let mut all = vec![
        ("purpose", was.purpose.to_owned(), would.purpose.to_owned()),
        ("desk", was.desk.clone(), would.desk.clone()),
        ("hours", hours(was), hours(would)),
        ("notice", notice(was), notice(would)),
    ];
    if was.tier != would.tier {
        all.push(("tier", tier(was), tier(would)));
    }
    all.retain(|(_, from, to)| from != to);
    all
}

/// The ids of rules. The words that decided the second opinion are a citizen's: only where texts may be shown.
fn named(rules: &str, with_text: bool) -> String {
    match rules.find('(') {
        Some(at) if !with_text => format!("{}second opinion", &rules[..at]),
        _ => masked(rules).into_owned(),
    }
}

fn show(past: &PastText, changes: &[(&'static str, String, String)], with_text: bool, say: Say) {
    if say.json {
        let all: BTreeMap<_, _> = changes.iter().map(|(what, from, to)| (what, [from, to])).collect();
        let text = with_text.then(|| masked(past.text.reveal()));
        let found = json!({
            "text": past.id, "conversation": past.conversation_id, "at": past.at, "changes": all, "words": text,
        });
        return line(&found.to_string());
    }
    let said = |word: &str| shown(word, say);
    let words: Vec<_> = changes
        .iter()
        .map(|(what, from, to)| format!("{} {} → {}", said(what), said(from), said(to)))
        .collect();
    let text =
        if with_text { format!("  {}", one_line(&masked(past.text.reveal()), 60)) } else { String::new() };
    line(&safe_for_terminal(&say.pick(
        format!("text {} (conversation {}): {}{text}", past.id, past.conversation_id, words.join(", ")),
        format!("문자 {} ({}번 상담): {}{text}", past.id, past.conversation_id, words.join(", ")),
    )));
}

/// A word of a decision as it is shown. Keys of texts, desks and rules stay: they stand in the operator's files.
fn shown(word: &str, say: Say) -> String {
    const WORDS: &[(&str, &str)] = &[
        ("purpose", "쓰임"),
        ("desk", "부서"),
        ("hours", "상담 시간"),
        ("notice", "자동 문자"),
        ("tier", "단계"),
        ("open", "안"),
        ("closed", "밖"),
        ("question", "질문"),
        ("survey", "만족도"),
        ("opt_out", "수신거부"),
        ("opt_in", "수신동의"),
        ("thanks", "고맙다는 말"),
        ("reaction", "반응"),
        ("advertising", "광고"),
        ("staff", "당직 전화"),
        ("restricted", "제한"),
    ];
    let korean = |word: &str| {
        WORDS.iter().find(|(en, _)| *en == word).map_or(word.to_owned(), |(_, ko)| (*ko).to_owned())
    };
    match (say.lang, word.split_once(' ')) {
        (Lang::En, _) => word.to_owned(),
        (Lang::Ko, Some((first @ ("tier" | "notice"), rest))) => format!("{} {rest}", korean(first)),
        (Lang::Ko, _) => korean(word).replace("second opinion", "글 전체의 느낌"),
    }
}

fn totals(was: &[Decided], would: &[Decided], n_changed: usize, say: Say) {
    let count = |all: &[Decided]| {
        let mut n: BTreeMap<String, usize> = BTreeMap::new();
        for decided in all {
            let tier = decided.tier.map_or(0, Tier::number);
            if tier > 0 {
                *n.entry(format!("tier {tier}")).or_default() += 1;
            }
            if let Some(notice) = decided.notice {
                *n.entry(format!("notice {}", notice.as_str())).or_default() += 1;
            }
        }
        n
    };
    let (before, after) = (count(was), count(would));
    if say.json {
        return line(
            &json!({ "n": was.len(), "n_changed": n_changed, "before": before, "after": after }).to_string(),
        );
    }
    line(&say.pick(
        format!("{} texts, {n_changed} would be decided otherwise", was.len()),
        format!("문자 {}건, 달라지는 것 {n_changed}건", was.len()),
    ));
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    for key in keys {
        let n = |of: &BTreeMap<String, usize>| of.get(key).copied().unwrap_or_default();
        if n(&before) + n(&after) > 0 {
            line(&format!("  {}: {} → {}", shown(key, say), n(&before), n(&after)));
        }
    }
}

fn wording(old: &Texts, new: &Texts, say: Say) {
    for (language, notice) in Language::ALL.into_iter().flat_map(|l| Notice::ALL.map(|n| (l, n))) {
        let (Some(from), Some(to)) = (old.template(language, notice), new.template(language, notice)) else {
            continue;
        };
        if from == to {
            continue;
        }
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        let (from, to) = (from.to_string(), to.to_string());
        if say.json {
            line(&json!({ "wording": key, "from": from, "to": to }).to_string());
        } else {
            line(&format!("{key}\n  - {}\n  + {}", safe_for_terminal(&from), safe_for_terminal(&to)));
        }
    }
}

/// `24h`, `30d`
pub(super) fn span_ms(word: &str) -> Result<i64, String> {
    let hour = 3_600_000_i64;
    let (digits, unit) = match (word.strip_suffix('h'), word.strip_suffix('d')) {
        (Some(digits), _) => (digits, hour),
        (_, Some(digits)) => (digits, 24 * hour),
        _ => return Err("24h, 30d".to_owned()),
    };
    let n: i64 = digits.parse().map_err(|_| "24h, 30d".to_owned())?;
    if (1..=100_000).contains(&n) { Ok(n * unit) } else { Err("24h, 30d".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_in_use_is_found_where_the_package_puts_it_or_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let [here, packaged] = ["here.toml", "packaged.toml"].map(|name| folder.path().join(name));
        let places = [here.as_path(), packaged.as_path()];
        let say = Say { lang: Lang::En, json: false };
        let refused = in_use(None, &places, say).unwrap_err().to_string();
        assert!(refused.contains("--current") && refused.contains("packaged.toml"), "{refused}");
        assert!(!refused.contains("init"), "{refused}");
        std::fs::write(&packaged, "").unwrap();
        assert_eq!(in_use(None, &places, say).unwrap(), packaged);
        std::fs::write(&here, "").unwrap();
        assert_eq!(in_use(None, &places, say).unwrap(), here);
        let wrong = folder.path().join("wrong.toml");
        let refused = in_use(Some(wrong), &places, say).unwrap_err().to_string();
        assert!(refused.contains("wrong.toml is not there") && refused.contains("--current"), "{refused}");
    }
}
