//! `munjad carrier status|pause|resume|test|reconcile`: looks after the carriers.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use clap::Subcommand;
use comfy_table::{Table, presets};
use jiff::{Span, SpanRelativeTo};
use serde_json::{Value, json};

use super::{ConfigArg, Say, line, open};
use crate::carrier::{Carrier, CarrierError};
use crate::check::remedy;
use crate::config::{CarrierSetup, Config};
use crate::daemon::Asker;
use crate::domain::list_comparison::{Comparison, Difference};
use crate::domain::outbound::{ClientKey, OutboundText};
use crate::domain::phone::{PhoneKind, PhoneNumber};
use crate::domain::receipt::ReceiptStatus;
use crate::domain::text::{self, MessageText};
use crate::ops::clock::Clock;
use crate::store::{Compared, Store};
use crate::worker::compare_with;

/// How long a test text's receipt is waited for, and how often it is asked for.
const RECEIPT_WAIT: Duration = Duration::from_secs(90);
const RECEIPT_EVERY: Duration = Duration::from_secs(5);

#[derive(Subcommand)]
pub(super) enum CarrierCommand {
    /// Show every carrier: its use, whether it answers, whether it is paused, the last comparison
    Status {
        /// Do not ask the carriers
        #[arg(long)]
        offline: bool,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Stop sending through a carrier; a standby takes over. Texts still come in
    Pause {
        name: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Send through a carrier again
    Resume {
        name: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Log in at a carrier; with --to, send one text and wait for its receipt
    Test {
        name: String,
        /// Send a test text to this phone (it costs what a text costs)
        #[arg(long, value_name = "NUMBER")]
        to: Option<String>,
        /// Words of the test text
        #[arg(long, default_value = "[Munja] test / 시험 문자입니다", requires = "to")]
        text: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Ask a carrier that only calls us to call again with what came; known texts change nothing
    Refresh {
        name: String,
        /// How far back: 24h, 90m, 7d
        #[arg(long, default_value = "24h")]
        since: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Compare what we sent with the carrier's own list; changes nothing
    Reconcile {
        /// One carrier (default: all that send)
        name: Option<String>,
        /// How far back: 24h, 90m, 7d
        #[arg(long, default_value = "24h")]
        since: String,
        #[command(flatten)]
        at: ConfigArg,
    },
}

pub(super) async fn run(command: CarrierCommand, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        CarrierCommand::Status { offline, at } => status(&Config::load(&at.config)?, offline, say).await,
        CarrierCommand::Pause { name, at } => {
            hold(&Config::load(&at.config)?, &name, true, say).await.map(|()| ExitCode::SUCCESS)
        }
        CarrierCommand::Resume { name, at } => {
            hold(&Config::load(&at.config)?, &name, false, say).await.map(|()| ExitCode::SUCCESS)
        }
        CarrierCommand::Test { name, to, text, at } => {
            test(&Config::load(&at.config)?, &name, to.map(|to| (to, text)), say).await
        }
        CarrierCommand::Refresh { name, since, at } => {
            refresh(&Config::load(&at.config)?, &name, &since, say).await.map(|()| ExitCode::SUCCESS)
        }
        CarrierCommand::Reconcile { name, since, at } => {
            reconcile(&Config::load(&at.config)?, name.as_deref(), &since, say).await
        }
    }
}

/// The section of the carrier `name`.
fn setup<'a>(config: &'a Config, name: &str, say: Say) -> anyhow::Result<&'a CarrierSetup> {
    config.carriers.setup(name).ok_or_else(|| {
        let names: Vec<&str> = config.carriers.setups.iter().map(|s| s.name).collect();
        let names = names.join(", ");
        let name = text::one_line(name, 40);
        anyhow!(
            "{}",
            say.pick(
                format!("the configuration has no carrier {name}; it has: {names}"),
                format!("설정에 {name} 통신사가 없습니다. 있는 것: {names}"),
            )
        )
    })
}

async fn hold(config: &Config, name: &str, is_held: bool, say: Say) -> anyhow::Result<()> {
    let name = setup(config, name, say)?.name;
    let store = open(config).await?;
    let changed = store.hold(name.to_owned(), is_held, Clock::system().now_ms()).await?;
    if say.json {
        line(&json!({ "carrier": name, "paused": is_held, "changed": changed }).to_string());
        return Ok(());
    }
    line(&match (is_held, changed) {
        (true, true) => say.pick(
            format!("{name} is paused: nothing is sent through it (a running gateway follows within a second). To end it: munjad carrier resume {name}"),
            format!("이제 {name} 으로는 발송하지 않습니다(실행 중이면 1초 안에). 다시 시작: munjad carrier resume {name}"),
        ),
        (true, false) => say.pick(format!("{name} was paused already"), format!("{name} 은(는) 이미 멈춰 있습니다")),
        (false, true) => say.pick(format!("{name} sends again"), format!("{name} 발송을 다시 시작합니다")),
        (false, false) => say.pick(format!("{name} was not paused"), format!("{name} 은(는) 멈춰 있지 않았습니다")),
    });
    Ok(())
}

/// One carrier's line of `status`.
struct Row<'a> {
    setup: &'a CarrierSetup,
    roles: Vec<&'static str>,
    held_since: Option<i64>,
    /// `None`: not asked.
    answer: Option<Result<Option<i64>, CarrierError>>,
    compared: Option<Compared>,
}

async fn status(config: &Config, offline: bool, say: Say) -> anyhow::Result<ExitCode> {
    let store = open(config).await?;
    let (holds, compared) = (store.holds().await?, store.comparisons().await?);
    let asker = Asker::find(config).await;
    let mut rows = Vec::new();
    for setup in &config.carriers.setups {
        let answer = match offline {
            true => None,
            false => Some(asker.carrier(config, setup)?.check().await),
        };
        rows.push(Row {
            setup,
            roles: roles(config, setup.name),
            held_since: holds.iter().find(|(name, _)| name == setup.name).map(|(_, at)| *at),
            answer,
            compared: compared.iter().find(|c| c.carrier == setup.name).cloned(),
        });
    }
    if say.json {
        let all: Vec<Value> = rows.iter().map(as_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
    } else {
        print_status(&rows, &asker, say);
    }
    let is_bad = rows.iter().any(|row| matches!(row.answer, Some(Err(_))) && !row.roles.is_empty());
    Ok(if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn roles(config: &Config, name: &str) -> Vec<&'static str> {
    let carriers = &config.carriers;
    let inbound = carriers.inbound.contains(&name).then_some("inbound");
    let outbound = (carriers.outbound == name).then_some("outbound");
    let standby = (carriers.standby == Some(name)).then_some("standby");
    [inbound, outbound, standby].into_iter().flatten().collect()
}

fn as_json(row: &Row<'_>) -> Value {
    let numbers = |all: &[&PhoneNumber]| all.iter().map(|n| n.reveal().to_owned()).collect::<Vec<_>>();
    let own: Vec<&PhoneNumber> = row.setup.numbers.iter().collect();
    json!({
        "carrier": row.setup.name,
        "roles": row.roles,
        "numbers": numbers(&own),
        "senders": numbers(&row.setup.senders.all()),
        "paused_since": row.held_since,
        "answers": row.answer.as_ref().map(Result::is_ok),
        "error": row.answer.as_ref().and_then(|a| a.as_ref().err()).map(ToString::to_string),
        "compared": row.compared.as_ref().map(|c| json!({
            "at": c.at, "since": c.since_at, "n_ours": c.n_ours, "n_theirs": c.n_theirs,
            "n_differences": c.n_differences,
        })),
    })
}

fn print_status(rows: &[Row<'_>], asker: &Asker, say: Say) {
    let mut table = Table::new();
    table.load_style(if say.is_terminal() { presets::UTF8_HORIZONTAL_ONLY } else { presets::NOTHING });
    table.set_header(say.pick(
        ["carrier", "used for", "numbers", "answers", "sending", "last comparison"],
        ["통신사", "용도", "번호", "응답", "발송", "최근 대조"],
    ));
    for row in rows {
        let mut numbers: Vec<String> = row.setup.numbers.iter().map(ToString::to_string).collect();
        numbers.extend(row.setup.senders.all().iter().map(|n| format!("→ {n}")));
        let answers = match &row.answer {
            None => "-".to_owned(),
            Some(Ok(_)) => say.pick("yes", "예").to_owned(),
            Some(Err(error)) => error.to_string(),
        };
        let sends = row.roles.iter().any(|r| *r != "inbound");
        let sending = match row.held_since {
            Some(at) => format!("{} {}", say.pick("paused since", "멈춤"), moment(at)),
            None if sends => say.pick("on", "켜짐").to_owned(),
            None => "-".to_owned(),
        };
        let compared = row.compared.as_ref().map_or_else(
            || "-".to_owned(),
            |c| {
                format!("{}: {} = {} ({})", moment(c.at), c.n_ours, c.n_theirs, differs(c.n_differences, say))
            },
        );
        let roles: Vec<&str> = row.roles.iter().map(|role| role_word(role, say)).collect();
        let roles = if roles.is_empty() {
            say.pick("not used", "사용 안 함").to_owned()
        } else {
            roles.join(", ")
        };
        table.add_row([row.setup.name.to_owned(), roles, numbers.join("\n"), answers, sending, compared]);
    }
    line(&table.trim_fmt());
    for row in rows {
        if let Some(Err(error)) = &row.answer {
            line(&format!("{}: {}", row.setup.name, remedy(row.setup.name, error, asker, say.lang)));
        }
    }
}

fn role_word(role: &str, say: Say) -> &'static str {
    match role {
        "inbound" => say.pick("inbound", "수신"),
        "standby" => say.pick("standby", "예비 발송"),
        _ => say.pick("outbound", "발송"),
    }
}

fn differs(n: i64, say: Say) -> String {
    match n {
        0 => say.pick("agrees", "일치").to_owned(),
        n => say.pick(format!("{n} differ"), format!("{n}건 다름")),
    }
}

/// Local time to the minute.
fn moment(at: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

async fn test(
    config: &Config,
    name: &str,
    to: Option<(String, String)>,
    say: Say,
) -> anyhow::Result<ExitCode> {
    let setup = setup(config, name, say)?;
    let clock = Clock::system();
    // A test text is recorded as ours before it leaves.
    let store = if to.is_some() { Some(open(config).await?) } else { None };
    let asker = Asker::find(config).await;
    let carrier = asker.carrier(config, setup)?;
    let explain = |error: CarrierError| {
        anyhow!("{name}: {error}\n{} {}", say.pick("->", "→"), remedy(setup.name, &error, &asker, say.lang))
    };
    carrier.check().await.map_err(explain)?;
    if !say.json {
        line(&say.pick(
            format!("{name} answers and knows our key"),
            format!("{name} 이(가) 응답하며 키가 맞습니다"),
        ));
    }
    let (Some((to, words)), Some(store)) = (to, store) else {
        if say.json {
            line(&json!({ "carrier": name, "answers": true }).to_string());
        }
        return Ok(ExitCode::SUCCESS);
    };
    let text = test_text(setup, carrier.as_ref(), &to, &words, &clock)?;
    store.begin_test_text(setup.name, text.key.clone(), clock.now_ms()).await?;
    let accepted = carrier.send(&text).await.map_err(explain)?;
    if let Some(id) = accepted.carrier_message_id.clone() {
        store.test_text_taken(text.key.clone(), id).await?;
    }
    let receipt = match &accepted.carrier_message_id {
        Some(id) => wait_for_receipt(&carrier, id, say).await,
        None => None,
    };
    let word = receipt.as_ref().map(|(status, _)| status.as_str());
    let code = receipt.as_ref().map(|(_, code)| code.clone());
    if say.json {
        line(
            &json!({ "carrier": name, "answers": true, "accepted": true, "receipt": word, "code": code })
                .to_string(),
        );
    } else {
        line(&receipt_sentence(word, code.as_deref(), say));
    }
    Ok(if word == Some("undelivered") { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn test_text(
    setup: &CarrierSetup,
    carrier: &dyn Carrier,
    to: &str,
    words: &str,
    clock: &Clock,
) -> anyhow::Result<OutboundText> {
    let citizen = PhoneNumber::parse(to);
    if citizen.kind() == PhoneKind::Opaque {
        bail!("--to is no phone number: digits, as in 010-1234-5678, or + and the country for one abroad");
    }
    let pieces = text::plan(words, &carrier.caps().limits)
        .map_err(|unfit| anyhow!("--text: {unfit:?}"))
        .context("this carrier cannot carry these words")?;
    let [piece] = <[_; 1]>::try_from(pieces).map_err(|_| anyhow!("--text is too long for one text"))?;
    let now = clock.now_ms();
    Ok(OutboundText {
        id: 0,
        key: ClientKey::from_random(rand::random()),
        citizen,
        from: setup.senders.otherwise.clone(),
        kind: piece.kind,
        text: MessageText::new(piece.text),
        photos: Vec::new(),
        attempt: 1,
        first_attempt_at: now,
        expires_at: now + 600_000,
    })
}

async fn wait_for_receipt(carrier: &Arc<dyn Carrier>, id: &str, say: Say) -> Option<(ReceiptStatus, String)> {
    if !say.json {
        line(&say.pick(
            "accepted; waiting for the phone's receipt ...".to_owned(),
            "접수되었습니다. 수신 확인을 기다립니다 ...".to_owned(),
        ));
    }
    let wait = async {
        loop {
            tokio::time::sleep(RECEIPT_EVERY).await;
            match carrier.status(id).await {
                Ok(Some(receipt)) if receipt.status != ReceiptStatus::Unknown => {
                    return (receipt.status, receipt.code);
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%error, "no receipt"),
            }
        }
    };
    tokio::time::timeout(RECEIPT_WAIT, wait).await.ok()
}

fn receipt_sentence(word: Option<&str>, code: Option<&str>, say: Say) -> String {
    let code = text::one_line(code.unwrap_or_default(), 40);
    match word {
        Some("delivered") => say.pick("the phone has it".to_owned(), "휴대전화에 도착했습니다".to_owned()),
        Some(_) => say.pick(
            format!("the phone did not get it (code {code})"),
            format!("도착하지 않았습니다 (코드 {code})"),
        ),
        None => say.pick(
            "no receipt yet; the carrier has taken it".to_owned(),
            "아직 수신 확인이 없습니다. 통신사는 접수했습니다".to_owned(),
        ),
    }
}

/// `24h`, `90m`, `7d`: milliseconds.
fn parse_since(word: &str) -> anyhow::Result<i64> {
    let wrong = || anyhow!("--since {}: write it as 24h, 90m or 7d", text::one_line(word, 40));
    let span: Span = word.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let ms = i64::try_from(duration.as_millis())?;
    if !(60_000..=90 * 86_400_000).contains(&ms) {
        bail!("--since: between one minute and 90 days");
    }
    Ok(ms)
}

async fn refresh(config: &Config, name: &str, since: &str, say: Say) -> anyhow::Result<()> {
    let (setup, since_ms, now) = (setup(config, name, say)?, parse_since(since)?, Clock::system().now_ms());
    let asker = Asker::find(config).await;
    asker.carrier(config, setup)?.call_again(now - since_ms, now).await.map_err(|error| {
        anyhow!("{name}: {error}\n{} {}", say.pick("->", "→"), remedy(setup.name, &error, &asker, say.lang))
    })?;
    if say.json {
        line(&json!({ "carrier": setup.name, "asked": true }).to_string());
        return Ok(());
    }
    line(&say.pick(
        format!("{name} will call again with what came in the last {since}; a running gateway takes what it does not know"),
        format!("{name} 이(가) 최근 {since} 문자를 다시 보냅니다. 실행 중인 게이트웨이는 없는 것만 받습니다"),
    ));
    Ok(())
}

async fn reconcile(config: &Config, name: Option<&str>, since: &str, say: Say) -> anyhow::Result<ExitCode> {
    let since_ms = parse_since(since)?;
    let chosen: Vec<&CarrierSetup> = match name {
        Some(name) => vec![setup(config, name, say)?],
        None => config.carriers.used().into_iter().filter(|s| config.carriers.sends(s.name)).collect(),
    };
    let store = open(config).await?;
    let clock = Clock::system();
    let asker = Asker::find(config).await;
    let (mut all, mut differ) = (Vec::new(), false);
    for setup in chosen {
        let carrier = asker.carrier(config, setup)?;
        if !carrier.caps().lists_sent {
            bail!(
                "{}",
                say.pick(
                    format!("{} has no list of what it took: nothing to compare with", setup.name),
                    format!("{} 은(는) 발송 목록을 주지 않아 대조할 수 없습니다", setup.name),
                )
            );
        }
        let found = compare_one(&store, carrier.as_ref(), since_ms, &clock).await?;
        differ |= !found.differences.is_empty();
        if say.json {
            all.push(comparison_json(setup.name, &found));
        } else {
            print_comparison(setup.name, &found, say);
        }
    }
    if say.json {
        line(&serde_json::to_string_pretty(&all)?);
    }
    Ok(if differ { ExitCode::from(super::FOUND_BAD) } else { ExitCode::SUCCESS })
}

async fn compare_one(
    store: &Store,
    carrier: &dyn Carrier,
    since_ms: i64,
    clock: &Clock,
) -> anyhow::Result<Comparison> {
    let now = clock.now_ms();
    let compared = compare_with(store, carrier, now - since_ms, now, &|| {}).await;
    compared.with_context(|| format!("{}: the comparison did not end", carrier.name()))
}

fn comparison_json(carrier: &str, found: &Comparison) -> Value {
    let difference = |d: &Difference| match d {
        Difference::NotListed { id } | Difference::NotListedYet { id } => {
            json!({ "what": d.word(), "text": id })
        }
        Difference::Unexpected { id, ours } => json!({ "what": d.word(), "text": id, "ours": ours.as_str() }),
        Difference::Twice { id, times } => json!({ "what": d.word(), "text": id, "times": times }),
        Difference::Fate { id, ours, theirs } => {
            json!({ "what": d.word(), "text": id, "ours": ours.as_str(), "theirs": theirs })
        }
        Difference::Unknown { carrier_message_id } => {
            json!({ "what": d.word(), "carrier_message_id": carrier_message_id })
        }
    };
    json!({
        "carrier": carrier, "n_ours": found.n_ours, "n_theirs": found.n_theirs,
        "differences": found.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn print_comparison(carrier: &str, found: &Comparison, say: Say) {
    let (ours, theirs) = (found.n_ours, found.n_theirs);
    line(&say.pick(
        format!("{carrier}: we sent {ours}, its list holds {theirs}"),
        format!("{carrier}: 우리 기록 {ours}건, 통신사 목록 {theirs}건"),
    ));
    if found.differences.is_empty() {
        line(say.pick("  no difference", "  다른 것이 없습니다"));
    }
    for difference in &found.differences {
        line(&format!("  {}", sentence(difference, say)));
    }
}

fn sentence(difference: &Difference, say: Say) -> String {
    match difference {
        Difference::NotListed { id } => say.pick(
            format!("text {id}: we hold it for sent, the carrier does not list it"),
            format!("문자 {id}: 보낸 것으로 되어 있으나 통신사 목록에 없습니다"),
        ),
        Difference::NotListedYet { id } => say.pick(
            format!("text {id}: sent in the last minutes, the carrier does not list it yet: compare again in ten minutes"),
            format!("문자 {id}: 방금 보냈으나 통신사 목록에 아직 없습니다. 10분 뒤 다시 대조하십시오"),
        ),
        Difference::Unexpected { id, ours } => say.pick(
            format!("text {id}: the carrier has it, we hold it for {}", ours.as_str()),
            format!("문자 {id}: 통신사에는 있으나 우리 기록은 {} 입니다", ours.as_str()),
        ),
        Difference::Twice { id, times } => say.pick(
            format!("text {id}: the carrier has it {times} times"),
            format!("문자 {id}: 통신사에 {times}번 있습니다"),
        ),
        Difference::Fate { id, ours, theirs } => say.pick(
            format!("text {id}: the carrier says {theirs}, we say {}", ours.as_str()),
            format!("문자 {id}: 통신사는 {theirs}, 우리 기록은 {} 입니다", ours.as_str()),
        ),
        Difference::Unknown { carrier_message_id } => {
            let id = text::one_line(carrier_message_id, 60);
            say.pick(
                format!("the carrier lists {id}, which we did not send: does another program use this account?"),
                format!("통신사 목록의 {id} 은(는) 우리가 보낸 것이 아닙니다. 다른 프로그램이 이 계정을 쓰는지 확인하십시오"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_back() {
        for (word, ms) in
            [("24h", 86_400_000), ("90m", 5_400_000), ("7d", 604_800_000), ("1d 2h", 93_600_000)]
        {
            assert_eq!(parse_since(word).unwrap(), ms, "{word}");
        }
        for word in ["", "soon", "24", "-3h", "0s", "91d", "1y", "\u{1b}[2J"] {
            let said = parse_since(word).unwrap_err().to_string();
            assert!(said.contains("--since") && !said.contains('\u{1b}'), "{said}");
        }
    }
}
