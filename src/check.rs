//! `munjad check`: examines configuration, database, calendar, desks, sender numbers, carriers and clock, names what is
//! wrong and how to mend it. Starts and changes nothing: the database is opened read-only. Where a gateway runs, it asks the
//! carriers for us.

mod at_rest;
mod audit;
mod backup;
mod clock;
mod copies;
mod danger_words;
mod duty;
mod erasures;
mod finding;
mod hearing;
mod hours;
mod lists;
mod old_backups;
mod opening;
mod place;
mod recovery;
mod secrets;
mod sockets;
mod texts;
mod tls;
mod webhook;

use std::fs::File;
use std::path::Path;

pub use finding::{Finding, Severity};

use crate::carrier::{Carrier, CarrierError, ErrorKind, PROXY, is_known_from_documents_only};
use crate::config::{CarrierSetup, Config, ConfigError, ConfigFault};
use crate::daemon::{self, Asker, Heard};
use crate::domain::UnixMs;
use crate::domain::desk::Desk;
use crate::domain::hearing::Hearing;
use crate::domain::phone::{PhoneNumber, SenderCheck};
use crate::ops::causes::{chain_in_words, in_words};
use crate::ops::clock::Clock;
use crate::ops::lang::Lang;
use crate::store::{PossibleLoss, Store, StoreOptions};

/// Somebody has to have confirmed the calendar this many days ahead.
const DAYS_AHEAD: i32 = 60;

/// Examines everything; the findings are in `lang`. Messages of other programs (SQLite, the carrier) are quoted as they are.
pub async fn check(config_path: &Path, lang: Lang) -> Vec<Finding> {
    let config = match Config::load(config_path) {
        Ok(config) => config,
        Err(error) => return error.all().iter().map(|error| misconfigured(error, lang)).collect(),
    };
    let mut findings = vec![Finding::good(
        "config",
        lang.pick(
            format!("{} is sound", config_path.display()),
            format!("{} 파일에 문제가 없습니다", config_path.display()),
        ),
    )];
    findings.extend(secrets::findings(&config, lang));
    findings.extend(tls::certificate(&config, Clock::system().now_ms(), lang));
    findings.extend(at_rest::findings(&config, lang));
    findings.extend(sockets::findings(&config, lang));
    findings.extend(audit::head_file(&config, lang));
    findings.extend(database(&config, lang).await);
    findings.extend(place::findings(&config, lang).await);
    findings.extend(copies::findings(&config, lang));
    findings.extend(backup::findings(&config, Clock::system().now_ms(), lang));
    findings.extend(old_backups::findings(&config, Clock::system().now_ms(), lang));
    findings.push(calendar(&config, Clock::system().now_ms(), lang));
    findings.extend(hours::findings(&config, Clock::system().now_ms(), lang));
    findings.extend(duty::duty(&config, Clock::system().now_ms(), lang));
    let in_force = daemon::in_force(config.clone()).await;
    findings.extend(lists::findings(&config, &in_force, lang));
    findings.extend(texts::findings(&in_force.merged, lang));
    findings.extend(danger_words::findings(&in_force.merged, lang));
    findings.extend(senders(&config, lang));
    findings.extend(carriers(&config, lang).await);
    findings
}

/// An error of the configuration, and what mends it.
fn misconfigured(error: &ConfigError, lang: Lang) -> Finding {
    let shown = error.file.display();
    let remedy = match error.fault {
        ConfigFault::NoConfiguration => lang.pick(
            format!("name the right file (--config, or MUNJAD_CONFIG), or write one from the example: munjad init --config {shown}"),
            format!("올바른 파일을 정하거나(--config 또는 MUNJAD_CONFIG) 예시로 새로 만드십시오: munjad init --config {shown}"),
        ),
        ConfigFault::Unreadable => lang.pick(
            format!("run the check as the service's user, or let this user read {shown}; it has to be a text file in UTF-8"),
            format!("서비스 사용자로 점검하거나 이 사용자가 {shown} 을(를) 읽게 하십시오. UTF-8 텍스트 파일이어야 합니다"),
        ),
        ConfigFault::NamedFile if error.is_not_utf8() => lang.pick(
            "save it again as UTF-8: Notepad and Excel offer it under \"Save as\"".to_owned(),
            "메모장이나 엑셀의 '다른 이름으로 저장'에서 UTF-8 로 다시 저장하십시오".to_owned(),
        ),
        ConfigFault::NamedFile => lang.pick(
            "put the file there, let the service's user read it, or mend its path in the configuration".to_owned(),
            "파일을 그 자리에 두고 서비스 사용자가 읽게 하거나, 설정에 적힌 경로를 고치십시오".to_owned(),
        ),
        ConfigFault::Wrong => lang.pick(
            "mend this key; gateway.example.toml shows every key with its default".to_owned(),
            "이 항목을 고치십시오. gateway.example.toml 에 모든 항목과 기본값이 있습니다".to_owned(),
        ),
    };
    Finding::with("config", Severity::Error, config_error(error, lang), remedy)
}

/// The error in `lang`: file, line and key, and what is wrong.
pub fn config_error(error: &ConfigError, lang: Lang) -> String {
    let mut place = error.file.display().to_string();
    if let Some(line) = error.line {
        place += &lang.pick(format!(", line {line}"), format!(" {line}번째 줄"));
    }
    if let Some(key) = &error.key {
        place += &format!(": {key}");
    }
    format!("{place}: {}", in_words(&error.message, lang))
}

/// The database, opened once for all findings; or why it cannot be opened.
async fn open(config: &Config) -> anyhow::Result<Store> {
    let keys = config.data_keys.clone();
    let options = StoreOptions { create: false, read_only: true, keys, ..StoreOptions::default() };
    daemon::open_store(&config.database, options).await
}

/// What the database says about itself, and about desks that nobody serves.
async fn database(config: &Config, lang: Lang) -> Vec<Finding> {
    let store = match open(config).await {
        Ok(store) => store,
        Err(error) => return vec![opening::refused(config, &error, lang)],
    };
    let mut sound = soundness(config, &store, lang).await;
    if sound.severity == Severity::Error
        && let Ok(again) = open(config).await
    {
        // A daemon that started after the file was opened may have changed it under our eyes.
        sound = soundness(config, &again, lang).await;
    }
    let mut findings = vec![sound];
    findings.extend(unwritable(config, lang));
    findings.extend(unserved(config, &store, lang).await);
    findings.extend(duty::logins(config, &store, lang).await);
    let now = Clock::system().now_ms();
    findings.extend(audit::findings(config, &store, now, lang).await);
    findings.extend(erasures::findings(config, &store, lang).await);
    findings.extend(losses(&store, now, lang).await);
    findings.extend(set_aside(&store, now, lang).await);
    findings.extend(paused(config, &store, lang).await);
    findings.extend(recovery::findings(config, &store, lang).await);
    findings
}

/// Texts and receipts that could not be read or routed, until somebody has looked after them.
async fn set_aside(store: &Store, now: UnixMs, lang: Lang) -> Option<Finding> {
    let n = store.counts(now).await.ok()?.n_quarantined;
    (n > 0).then(|| {
        Finding::with(
            "quarantine",
            Severity::Warning,
            lang.pick(
                format!("items set aside because they could not be read or routed: {n}"),
                format!("읽거나 배정하지 못해 따로 보관한 것이 {n}건 있습니다"),
            ),
            lang.pick(
                "munjad quarantine list, then show, retry or settle each",
                "munjad quarantine list 로 보고 하나씩 show, retry, settle 하십시오",
            ),
        )
    })
}

/// The carriers in use through which an operator has stopped sending.
async fn paused(config: &Config, store: &Store, lang: Lang) -> Vec<Finding> {
    let holds = store.holds().await.unwrap_or_default();
    let of_use = holds.into_iter().filter(|(name, _)| config.carriers.sends(name));
    let finding = |(name, since): (String, UnixMs)| {
        let since = config.minute(since);
        Finding::with(
            "carrier",
            Severity::Warning,
            lang.pick(
                format!("{name} is paused since {since}: nothing is sent through it"),
                format!("{name} 발송이 {since} 부터 멈춰 있습니다"),
            ),
            lang.pick(
                format!("to send again: munjad carrier resume {name}"),
                format!("다시 보내려면: munjad carrier resume {name}"),
            ),
        )
    };
    of_use.map(finding).collect()
}

/// Answers that may have held texts, until somebody has looked into them.
async fn losses(store: &Store, now_ms: i64, lang: Lang) -> Vec<Finding> {
    let finding = |PossibleLoss { carrier, n, reason, .. }: PossibleLoss| {
        let message = lang.pick(
            format!("{carrier}: texts may be lost, {n} answers did not come whole ({reason})"),
            format!(
                "{carrier}: 응답 {n}건이 온전히 오지 않아 문자가 유실되었을 수 있습니다 ({})",
                in_words(&reason, lang)
            ),
        );
        let remedy = lang.pick(
            format!("look at the carrier's own list, then: munjad carrier acknowledge {carrier}"),
            format!("통신사 화면의 목록을 확인한 뒤: munjad carrier acknowledge {carrier}"),
        );
        Finding::with("carrier", Severity::Error, message, remedy)
    };
    store.possible_losses(now_ms).await.unwrap_or_default().into_iter().map(finding).collect()
}

async fn soundness(config: &Config, store: &Store, lang: Lang) -> Finding {
    let path = config.database.display();
    match (store.quick_check().await, store.counselors().await) {
        (Ok(damage), _) if !damage.is_empty() => Finding::with(
            "database",
            Severity::Error,
            lang.pick(
                format!("{path} is damaged: {}", damage.join("; ")),
                format!("{path} 파일이 손상되었습니다: {}", damage.join("; ")),
            ),
            lang.pick(
                "stop munjad, keep a copy of the file, and put back the last backup",
                "munjad 를 멈추고 파일을 따로 보관한 뒤 마지막 백업을 되돌리십시오",
            ),
        ),
        (Ok(_), Ok(people)) if people.iter().all(|p| p.disabled_at.is_some()) => Finding::with(
            "database",
            Severity::Warning,
            lang.pick(
                format!("{path} is sound, but nobody can log in yet"),
                format!("{path} 파일은 정상이나 로그인할 수 있는 사람이 없습니다"),
            ),
            lang.pick("munjad user add LOGIN --name NAME", "munjad user add 아이디 --name 이름"),
        ),
        (Ok(_), Ok(people)) => {
            let n = people.iter().filter(|person| !person.is_a_phone()).count();
            Finding::good(
                "database",
                lang.pick(
                    format!("{path} is sound; accounts: {n}"),
                    format!("{path} 파일이 정상입니다. 계정 {n}개"),
                ),
            )
        }
        (Err(error), _) | (_, Err(error)) => Finding::with(
            "database",
            Severity::Error,
            format!("{path}: {}", chain_in_words(&error.into(), lang)),
            lang.pick(
                "is the disk readable, and is no other program holding the file?",
                "디스크를 읽을 수 있는지, 다른 프로그램이 파일을 잡고 있지 않은지 확인하십시오",
            ),
        ),
    }
}

/// A database that this user may read and not write. Opening a file for writing does not change it.
fn unwritable(config: &Config, lang: Lang) -> Option<Finding> {
    let path = config.database.display();
    let error = File::options().write(true).open(&config.database).err()?;
    Some(Finding::with(
        "database",
        Severity::Warning,
        lang.pick(
            format!("{path} cannot be written to by this user: {error}"),
            format!("이 사용자는 {path} 파일에 쓸 수 없습니다: {error}"),
        ),
        lang.pick(
            "run the check as the service's user, or give that user the file and its folder",
            "서비스 사용자로 점검하거나, 파일과 폴더의 권한을 그 사용자에게 주십시오",
        ),
    ))
}

/// Whether the coming days were confirmed (they are the same for all desks), and whether each desk opens on any of them.
fn calendar(config: &Config, now_ms: i64, lang: Lang) -> Finding {
    let until = now_ms + i64::from(DAYS_AHEAD) * 86_400_000;
    let is_shut = |desk: &&Desk| desk.calendar.open_ms_between(now_ms, until) == 0;
    if let Some(desk) = config.desks.all().iter().find(is_shut) {
        let key = &desk.key;
        return Finding::with(
            "calendar",
            Severity::Warning,
            lang.pick(
                format!("{key} does not open in the next {DAYS_AHEAD} days"),
                format!("{key} 부서는 앞으로 {DAYS_AHEAD}일 동안 열지 않습니다"),
            ),
            lang.pick(
                format!(
                    "see desks.{key}.hours and [calendar] exceptions, and `munjad calendar --desk {key}`"
                ),
                format!(
                    "desks.{key}.hours 와 [calendar] exceptions, `munjad calendar --desk {key}` 를 보십시오"
                ),
            ),
        );
    }
    let unconfirmed = config.desks.all().iter().find_map(|desk| {
        let today = desk.calendar.date_at(now_ms)?;
        desk.calendar.unconfirmed(today, DAYS_AHEAD)
    });
    let Some(first) = unconfirmed else {
        let message = lang.pick("the coming days have been confirmed", "다가오는 날짜를 확인했습니다");
        return Finding::good("calendar", message);
    };
    Finding::with(
        "calendar",
        Severity::Warning,
        lang.pick(
            format!("nobody has confirmed the days from {first} on"),
            format!("{first} 부터의 날짜를 아직 확인하지 않았습니다"),
        ),
        lang.pick(
            "elections, temporary and local holidays are yours to add: see `munjad calendar`, [calendar] add, then set calendar.confirmed_until",
            "선거일, 임시공휴일, 지역 휴일은 직접 추가해야 합니다. `munjad calendar` 를 보고 [calendar] add 에 적은 뒤 calendar.confirmed_until 을 정하십시오",
        ),
    )
}

/// The first desk that nobody serves: its citizens would wait for ever.
async fn unserved(config: &Config, store: &Store, lang: Lang) -> Option<Finding> {
    let (people, duties) = (store.counselors().await.ok()?, store.duties().await.ok()?);
    let is_there = |login: &str| people.iter().any(|p| p.login == login && p.disabled_at.is_none());
    let serving: Vec<_> =
        duties.iter().filter(|(login, ..)| is_there(login)).map(|(.., desks)| desks).collect();
    let is_served = |key: &str| serving.iter().any(|desks| desks.contains(key));
    let lonely = config.desks.all().iter().find(|desk| !is_served(&desk.key))?;
    if serving.is_empty() {
        // `soundness` reports that nobody can log in.
        return None;
    }
    let key = &lonely.key;
    Some(Finding::with(
        "desks",
        Severity::Warning,
        lang.pick(
            format!("nobody serves the desk {key}: its citizens would wait for ever"),
            format!("{key} 부서를 맡은 상담사가 없어 시민이 계속 기다리게 됩니다"),
        ),
        lang.pick(
            format!("munjad user duties LOGIN --desks {key}"),
            format!("munjad user duties 아이디 --desks {key}"),
        ),
    ))
}

/// The sender numbers of each carrier that sends.
fn senders(config: &Config, lang: Lang) -> Vec<Finding> {
    let carriers = &config.carriers;
    let setups = carriers.used().into_iter().filter(|s| carriers.sends(s.name));
    setups.flat_map(|s| s.senders.all().into_iter().map(move |number| sender(s.name, number, lang))).collect()
}

fn sender(carrier: &str, number: &PhoneNumber, lang: Lang) -> Finding {
    match number.sender_check() {
        SenderCheck::Ok => Finding::good(
            "sender",
            lang.pick(
                format!("answers leave from {number} ({carrier})"),
                format!("답변은 {number} 번호로 나갑니다 ({carrier})"),
            ),
        ),
        SenderCheck::Special => Finding::with(
            "sender",
            Severity::Warning,
            lang.pick(
                format!("{number} ({carrier}) is a special number: only its public body may send from it"),
                format!("{number} ({carrier}) 은(는) 특수번호입니다. 해당 공공기관만 쓸 수 있습니다"),
            ),
            lang.pick(
                "have the carrier confirm that it is registered for this account",
                "이 계정에 발신번호로 등록되어 있는지 통신사에 확인하십시오",
            ),
        ),
        SenderCheck::Bad => Finding::with(
            "sender",
            Severity::Warning,
            lang.pick(
                format!("{number} is no Korean number: {carrier} has to know it as one of yours"),
                format!("{number} 은(는) 국내 번호가 아닙니다. {carrier} 에 등록되어 있어야 합니다"),
            ),
            lang.pick(
                format!("have it confirmed, or set carrier.{carrier}.sender to a number registered there"),
                format!("등록을 확인하거나 carrier.{carrier}.sender 를 등록된 번호로 바꾸십시오"),
            ),
        ),
    }
}

/// Asks each carrier in use, through the gateway if one runs, and compares its clock with ours.
async fn carriers(config: &Config, lang: Lang) -> Vec<Finding> {
    let asker = Asker::find(config).await;
    let mut findings: Vec<Finding> = asked_by(&asker, lang).into_iter().collect();
    for setup in config.carriers.used() {
        findings.extend(carrier(config, setup, &asker, lang).await);
    }
    findings
}

/// A carrier whose formats nothing but its documents has judged.
fn unverified(carrier: &str, lang: Lang) -> Option<Finding> {
    is_known_from_documents_only(carrier).then(|| {
        Finding::with(
            "carrier",
            Severity::Warning,
            lang.pick(
                format!("{carrier}: its formats are known from its documents only (docs/carriers.md)"),
                format!("{carrier}: 형식을 문서로만 확인했습니다 (docs/carriers.md)"),
            ),
            lang.pick(
                format!("before it serves citizens: munjad carrier test {carrier} --to YOUR-PHONE, and text its number"),
                format!("시민에게 쓰기 전에 munjad carrier test {carrier} --to 내번호 로 보내 보고, 그 번호로 문자를 보내 보십시오"),
            ),
        )
    })
}

/// What has to stand in the configuration of a carrier that the operator runs, too.
fn other_side(carrier: &dyn Carrier, lang: Lang) -> Option<Finding> {
    let (name, lines) = (carrier.name(), carrier.lines_for_the_other_side()?);
    let message = lang.pick(
        format!("{name} has to be told where we are; nobody can see from here whether it was"),
        format!("{name} 쪽 설정에도 아래 내용이 있어야 합니다. 여기서는 확인할 수 없습니다"),
    );
    Some(Finding { remedy: Some(lines), ..Finding::good("carrier", message) })
}

/// Who asks the carriers, where it is not simply this program.
fn asked_by(asker: &Asker, lang: Lang) -> Option<Finding> {
    match asker {
        Asker::Alone => None,
        Asker::Gateway => Some(Finding::good(
            "gateway",
            lang.pick(
                "runs, and asks the carriers for us, with the configuration it has read (systemctl reload munjad)",
                "실행 중이며, 이미 읽은 설정으로 통신사에 대신 묻습니다 (systemctl reload munjad)",
            ),
        )),
        Asker::Beside(why) => Some(Finding::with(
            "gateway",
            Severity::Warning,
            lang.pick(
                format!("runs, but does not answer this program ({why}): the carriers are asked beside it, and its requests may be in the way"),
                format!("실행 중이나 이 명령에 응답하지 않습니다({why}). 통신사에 따로 묻기 때문에 서로의 요청이 겹칠 수 있습니다"),
            ),
            lang.pick(
                "run the check as the service's user or as root",
                "서비스 사용자나 root 로 점검하십시오",
            ),
        )),
    }
}

async fn carrier(config: &Config, setup: &CarrierSetup, asker: &Asker, lang: Lang) -> Vec<Finding> {
    let (name, asked) = (setup.name, asker.carrier(config, setup));
    let carrier = match asked {
        Ok(carrier) => carrier,
        Err(error) => {
            let remedy = lang.pick("see [carrier] in the config", "설정의 [carrier] 를 보십시오");
            return vec![Finding::with("carrier", Severity::Error, chain_in_words(&error, lang), remedy)];
        }
    };
    let checked = carrier.check().await;
    let answers = checked.is_ok();
    let mut findings = match checked {
        Ok(ahead_ms) => {
            let answers = lang.pick(
                format!("{name} answers and knows our key"),
                format!("{name} 이(가) 응답하며 키가 맞습니다"),
            );
            let found = [Finding::good("carrier", answers), clock::finding(name, ahead_ms, lang)];
            found.into_iter().chain(unverified(name, lang)).collect()
        }
        Err(error) => vec![refused(config, setup, asker, &error, lang).await],
    };
    findings.extend(other_side(carrier.as_ref(), lang));
    findings.extend(webhook::address(carrier.as_ref(), config.webhook.as_ref(), lang));
    let heard = asker.heard(config, name).await;
    findings.extend(refused_calls(config, asker, (carrier.as_ref(), heard.as_ref()), lang).await);
    if config.carriers.inbound.contains(&name) {
        let last_text = match &heard {
            Some(heard) => heard.last_call_at,
            None => last_text_at(config, name).await,
        };
        let found = hearing::finding((config, carrier.as_ref()), heard, last_text, lang);
        // Beside a carrier that does not answer, nothing sounds well.
        findings.extend(found.filter(|found| answers || found.severity != Severity::Ok));
    }
    findings
}

/// The carrier's calls that the running gateway has refused.
async fn refused_calls(
    config: &Config,
    asker: &Asker,
    (carrier, heard): (&dyn Carrier, Option<&Heard>),
    lang: Lang,
) -> Vec<Finding> {
    let name = carrier.name();
    let calls = asker.refused_calls(config, name).await;
    let is_only_way = heard.is_some_and(|heard| heard.receives && heard.hearing == Hearing::Called);
    let last_taken_at = heard.and_then(|heard| heard.last_call_at);
    webhook::refused((name, &|at| config.minute(at)), &calls, last_taken_at, is_only_way, lang)
}

/// When the carrier's last text came, as the database knows.
async fn last_text_at(config: &Config, name: &'static str) -> Option<UnixMs> {
    open(config).await.ok()?.last_text_at(name).await.ok()?
}

/// What is wrong with a carrier that refused the call. A running gateway may have older settings than the file.
async fn refused(
    config: &Config,
    setup: &CarrierSetup,
    asker: &Asker,
    error: &CarrierError,
    lang: Lang,
) -> Finding {
    let message = format!("{}: {}", setup.name, in_words(&error.to_string(), lang));
    let may_be_old = *asker == Asker::Gateway && matches!(error.kind, ErrorKind::Auth | ErrorKind::Config);
    if may_be_old
        && let Ok(direct) = Asker::Alone.carrier(config, setup)
        && direct.check().await.is_ok()
    {
        let remedy = lang.pick(
            "what the file says now works: let the running gateway read it (systemctl reload munjad)",
            "지금 파일의 설정으로는 됩니다. 실행 중인 게이트웨이가 다시 읽게 하십시오 (systemctl reload munjad)",
        );
        return Finding::with("carrier", Severity::Error, message, remedy);
    }
    Finding::with("carrier", Severity::Error, message, remedy(setup.name, error, asker, lang))
}

/// What an operator can do about a carrier that does not answer `asker` as it should.
pub fn remedy(carrier: &str, error: &CarrierError, asker: &Asker, lang: Lang) -> String {
    use ErrorKind as K;
    match error.kind {
        K::Auth => lang.pick(
            format!("put the right key into the file that [carrier.{carrier}] names"),
            format!("[carrier.{carrier}] 에 적힌 키 파일에 올바른 키를 넣으십시오"),
        ),
        K::NotOffered => lang
            .pick("nothing is wrong: this carrier does not offer that", "고장이 아닙니다. 이 통신사에는 없는 기능입니다")
            .to_owned(),
        K::Config => lang
            .pick(
                "have the carrier set up the account: permissions, sender number, this machine's address",
                "통신사에 계정 설정(권한, 발신번호, 이 서버의 주소)을 요청하십시오",
            )
            .to_owned(),
        K::NotSent if error.code.as_deref() == Some(PROXY) => lang.pick(
            format!("see carrier.{carrier}.proxy, proxy_user and proxy_password_file; the carrier itself was not reached"),
            format!("carrier.{carrier}.proxy, proxy_user, proxy_password_file 을 보십시오. 통신사까지는 닿지 못했습니다"),
        ),
        K::NotSent => lang.pick(
            format!("is the network up, and is carrier.{carrier}.base_url right?"),
            format!("네트워크와 carrier.{carrier}.base_url 을 확인하십시오"),
        ),
        K::RateLimited if matches!(asker, Asker::Beside(_)) => lang
            .pick(
                "the running gateway's own requests may have used up the limit: run this as the service's user or as root",
                "실행 중인 게이트웨이의 요청으로 한도를 다 썼을 수 있습니다. 서비스 사용자나 root 로 실행하십시오",
            )
            .to_owned(),
        K::RateLimited => lang
            .pick(
                "the account's limit is used up by another program; stop it, or ask for a higher limit",
                "다른 프로그램이 계정의 한도를 쓰고 있습니다. 멈추거나 한도를 늘려 달라고 하십시오",
            )
            .to_owned(),
        K::Transient | K::Ambiguous | K::Protocol | K::Permanent => lang
            .pick("try again; if it stays, ask the carrier", "다시 해 보고 계속되면 통신사에 문의하십시오")
            .to_owned(),
    }
}
