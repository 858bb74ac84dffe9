//! `munjad carrier status|pause|resume|test|acknowledge|reconcile`: looks after the carriers.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use serde_json::{Value, json};

use super::operator::{log_if_possible, open_logged};
use super::reconcile::{direction_word, parse_since, reconcile};
use super::{ConfigArg, Say, line, setup};
use crate::carrier::{Carrier, CarrierError, ReportClass};
use crate::check::remedy;
use crate::client::table::drawn;
use crate::config::{CarrierSetup, Config};
use crate::daemon::Asker;
use crate::domain::key_mark::{KeyMark, marked};
use crate::domain::outbound::OutboundText;
use crate::domain::phone::{PhoneKind, PhoneNumber};
use crate::domain::receipt::ReceiptStatus;
use crate::domain::text::{self, MessageText};
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{Compared, PossibleLoss, StoreError};

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
    /// Note that you have looked into answers that may have held texts and did not come whole
    Acknowledge {
        name: String,
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
    /// Compare what we received and sent with the carrier's own lists; changes no text
    Reconcile {
        /// One carrier (default: all in use)
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
        CarrierCommand::Acknowledge { name, at } => {
            acknowledge(&Config::load(&at.config)?, &name, say).await.map(|()| ExitCode::SUCCESS)
        }
        CarrierCommand::Refresh { name, since, at } => {
            refresh(&Config::load(&at.config)?, &name, &since, say).await.map(|()| ExitCode::SUCCESS)
        }
        CarrierCommand::Reconcile { name, since, at } => {
            reconcile(&Config::load(&at.config)?, name.as_deref(), &since, say).await
        }
    }
}

async fn hold(config: &Config, name: &str, is_held: bool, say: Say) -> anyhow::Result<()> {
    let name = setup(config, name, say)?.name;
    let command = if is_held { "carrier pause" } else { "carrier resume" };
    let store = open_logged(config, &format!("{command} {name}")).await?;
    let changed = store.hold(name.to_owned(), is_held, Clock::system().now_ms()).await?;
    if say.json {
        line(&json!({ "carrier": name, "paused": is_held, "changed": changed }).to_string());
        return Ok(());
    }
    line(&match (is_held, changed) {
        (true, true) => say.pick(
            format!("{name} is paused: nothing is sent through it (a running gateway follows within a second). To end it: munjad carrier resume {name}"),
            format!("{name} 발송을 멈췄습니다(실행 중이면 1초 안에). 다시 시작: munjad carrier resume {name}"),
        ),
        (true, false) => say.pick(format!("{name} was paused already"), format!("{name} 은(는) 이미 멈춰 있습니다")),
        (false, true) => say.pick(format!("{name} sends again"), format!("{name} 발송을 다시 시작합니다")),
        (false, false) => say.pick(format!("{name} was not paused"), format!("{name} 은(는) 멈춰 있지 않았습니다")),
    });
    Ok(())
}

async fn acknowledge(config: &Config, name: &str, say: Say) -> anyhow::Result<()> {
    let name = setup(config, name, say)?.name;
    let store = open_logged(config, &format!("carrier acknowledge {name}")).await?;
    match store.acknowledge_loss(name, Clock::system().now_ms()).await {
        Ok(()) if say.json => line(&json!({ "carrier": name, "acknowledged": true }).to_string()),
        Ok(()) => line(&say.pick(
            format!("{name}: noted; it is not shown any more"),
            format!("{name}: 확인했습니다. 더는 표시하지 않습니다"),
        )),
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("{name}: nothing to acknowledge. No answer of it that may have held texts is open"),
                format!("{name}: 확인했다고 남길 것이 없습니다. 문자가 유실되었을 수 있는 응답이 없습니다"),
            )
        ),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// One carrier's line of `status`.
struct Row<'a> {
    setup: &'a CarrierSetup,
    roles: Vec<&'static str>,
    held_since: Option<i64>,
    /// `None`: not asked.
    answer: Option<Result<Option<i64>, CarrierError>>,
    /// In each direction.
    compared: Vec<Compared>,
    loss: Option<PossibleLoss>,
}

async fn status(config: &Config, offline: bool, say: Say) -> anyhow::Result<ExitCode> {
    let store = open_logged(config, "carrier status").await?;
    let (holds, compared) = (store.holds().await?, store.comparisons().await?);
    let clock = Clock::system();
    let losses = store.possible_losses(clock.now_ms()).await?;
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
            compared: compared.iter().filter(|c| c.carrier == setup.name).cloned().collect(),
            loss: losses.iter().find(|loss| loss.carrier == setup.name).cloned(),
        });
    }
    if say.json {
        let all: Vec<Value> = rows.iter().map(as_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
    } else {
        print_status(&rows, (config, &asker), say);
    }
    let is_bad = rows
        .iter()
        .any(|row| row.loss.is_some() || (matches!(row.answer, Some(Err(_))) && !row.roles.is_empty()));
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
        "compared": row.compared.iter().map(|c| json!({
            "direction": c.direction.as_str(), "at": c.at, "since": c.since_at, "n_ours": c.n_ours,
            "n_theirs": c.n_theirs, "n_differences": c.n_differences,
        })).collect::<Vec<_>>(),
        "possible_loss": row.loss.as_ref().map(|loss| json!({
            "since": loss.since_at, "last": loss.last_at, "n": loss.n, "reason": loss.reason,
        })),
    })
}

fn print_status(rows: &[Row<'_>], (config, asker): (&Config, &Asker), say: Say) {
    let heads = say.pick(
        ["carrier", "used for", "numbers", "answers", "sending", "last comparison"],
        ["통신사", "용도", "번호", "응답", "발송", "최근 대조"],
    );
    let mut cells = Vec::new();
    for row in rows {
        let mut numbers: Vec<String> = row.setup.numbers.iter().map(ToString::to_string).collect();
        numbers.extend(row.setup.senders.all().iter().map(|n| format!("→ {n}")));
        let answers = match &row.answer {
            None => "-".to_owned(),
            Some(Ok(_)) => say.pick("yes", "예").to_owned(),
            Some(Err(error)) => in_words(&error.to_string(), say.lang),
        };
        let sends = row.roles.iter().any(|r| *r != "inbound");
        let sending = match row.held_since {
            Some(at) => format!("{} {}", say.pick("paused since", "멈춤"), config.minute(at)),
            None if sends => say.pick("on", "켜짐").to_owned(),
            None => "-".to_owned(),
        };
        let compared = match row.compared.as_slice() {
            [] => "-".to_owned(),
            all => all.iter().map(|one| compared_line(config, one, say)).collect::<Vec<_>>().join("\n"),
        };
        let roles: Vec<&str> = row.roles.iter().map(|role| role_word(role, say)).collect();
        let roles = if roles.is_empty() {
            say.pick("not used", "사용 안 함").to_owned()
        } else {
            roles.join(", ")
        };
        cells.push(vec![row.setup.name.to_owned(), roles, numbers.join("\n"), answers, sending, compared]);
    }
    line(&drawn(heads.map(str::to_owned).to_vec(), cells, say.columns()));
    for row in rows {
        if let Some(loss) = &row.loss {
            line(&loss_sentence(config, loss, say));
        }
        if let Some(Err(error)) = &row.answer {
            line(&format!("{}: {}", row.setup.name, remedy(row.setup.name, error, asker, say.lang)));
        }
    }
}

fn compared_line(config: &Config, compared: &Compared, say: Say) -> String {
    let Compared { at, n_ours, n_theirs, n_differences, .. } = compared;
    let (at, differs) = (config.minute(*at), differs(*n_differences, n_ours == n_theirs, say));
    let direction = direction_word(compared.direction, say);
    say.pick(
        format!("{direction} {at}: carrier {n_theirs}, we {n_ours} ({differs})"),
        format!("{direction} {at}: 통신사 {n_theirs}건, 우리 {n_ours}건 ({differs})"),
    )
}

/// What an operator has to look into, and how they say that they have.
fn loss_sentence(config: &Config, loss: &PossibleLoss, say: Say) -> String {
    let (PossibleLoss { carrier, n, .. }, reason) = (loss, in_words(&loss.reason, say.lang));
    let (since, last) = (config.minute(loss.since_at), config.minute(loss.last_at));
    say.pick(
        format!(
            "{carrier}: texts may be lost: {n} answers since {since} did not come whole, the last at {last} ({reason}). Look at \
             the carrier's own list, then: munjad carrier acknowledge {carrier}"
        ),
        format!(
            "{carrier}: 문자가 유실되었을 수 있습니다. {since} 부터 응답 {n}건이 온전히 오지 않았습니다(마지막 {last}, {reason}). \
             통신사 화면의 목록을 확인한 뒤: munjad carrier acknowledge {carrier}"
        ),
    )
}

fn role_word(role: &str, say: Say) -> &'static str {
    match role {
        "inbound" => say.pick("inbound", "수신"),
        "standby" => say.pick("standby", "예비 발송"),
        _ => say.pick("outbound", "발송"),
    }
}

fn differs(n: i64, counts_agree: bool, say: Say) -> String {
    match n {
        0 if counts_agree => say.pick("agrees", "일치").to_owned(),
        0 => say.pick("the rest is too young to tell", "나머지는 방금 것이라 아직 알 수 없음").to_owned(),
        n => say.pick(format!("{n} differ"), format!("{n}건 다름")),
    }
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
    let store = match &to {
        Some(_) => Some(open_logged(config, &format!("carrier test {} --to", setup.name)).await?),
        None => {
            log_if_possible(config, &format!("carrier test {}", setup.name), say).await;
            None
        }
    };
    let asker = Asker::find(config).await;
    let carrier = asker.carrier(config, setup)?;
    let explain = |error: CarrierError| unanswered(setup, &error, &asker, say);
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
    let text = test_text(setup, carrier.as_ref(), (&to, &words), (&clock, say))?;
    store.begin_test_text(setup.name, text.key.clone(), clock.now_ms()).await?;
    let accepted = carrier.send(&text).await.map_err(explain)?;
    if let Some(id) = accepted.carrier_message_id.clone() {
        store.test_text_taken(text.key.clone(), id).await?;
    }
    let receipt = match &accepted.carrier_message_id {
        // Where it only comes by a call, a running gateway gets it.
        Some(id) if carrier.caps().reports != ReportClass::PushOnly => {
            wait_for_receipt(&carrier, id, say).await
        }
        _ => None,
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
    (to, words): (&str, &str),
    (clock, say): (&Clock, Say),
) -> anyhow::Result<OutboundText> {
    let citizen = PhoneNumber::parse(to);
    if citizen.kind() == PhoneKind::Opaque {
        bail!(say.pick(
            "--to is no phone number: digits, as in 010-1234-5678, or + and the country for one abroad",
            "--to 가 전화번호가 아닙니다. 010-1234-5678 처럼 숫자로, 외국 번호는 + 와 국가 번호로 적으십시오",
        ));
    }
    let unfit = || {
        anyhow!(say.pick(
            "--text does not fit into one text of this carrier: shorten it, and leave out characters it cannot carry",
            "--text 를 이 통신사의 문자 한 통에 담을 수 없습니다. 줄이거나 보낼 수 없는 글자를 빼십시오",
        ))
    };
    let pieces = text::plan(words, &carrier.caps().limits).map_err(|_| unfit())?;
    let [piece] = <[_; 1]>::try_from(pieces).map_err(|_| unfit())?;
    let now = clock.now_ms();
    Ok(OutboundText {
        id: 0,
        key: marked(rand::random(), KeyMark::Test),
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
            "the carrier has taken it; no receipt yet (one that comes by webhook is not waited for)"
                .to_owned(),
            "통신사가 접수했습니다. 수신 확인은 아직 없습니다(웹훅으로 오는 것은 기다리지 않습니다)"
                .to_owned(),
        ),
    }
}

/// What the carrier refused, and what an operator can do about it.
fn unanswered(setup: &CarrierSetup, error: &CarrierError, asker: &Asker, say: Say) -> anyhow::Error {
    let (name, why) = (setup.name, in_words(&error.to_string(), say.lang));
    anyhow!("{name}: {why}\n{} {}", say.pick("->", "→"), remedy(name, error, asker, say.lang))
}

async fn refresh(config: &Config, name: &str, since: &str, say: Say) -> anyhow::Result<()> {
    let (setup, since_ms, now) =
        (setup(config, name, say)?, parse_since(since, say)?, Clock::system().now_ms());
    drop(open_logged(config, &format!("carrier refresh {}", setup.name)).await?);
    let asker = Asker::find(config).await;
    let asked = asker.carrier(config, setup)?.call_again(now - since_ms, now).await;
    asked.map_err(|error| unanswered(setup, &error, &asker, say))?;
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
