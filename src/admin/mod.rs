//! The commands of `munjad`, for the operator. They open the database as they find it and refuse one of another version:
//! only `munjad run` and `munjad migrate` upgrade.
//!
//! | exit code | meaning                                                       |
//! |-----------|---------------------------------------------------------------|
//! | 0         | done                                                          |
//! | 1         | it did not work; the message says why and what to do          |
//! | 2         | the command line is wrong                                     |
//! | 3         | `check` or `carrier reconcile` found something to be looked at |
//! | 4         | `demo` ended with a balance sheet that does not balance       |

mod alarm;
mod calendar;
mod carrier;
mod check;
#[cfg(feature = "sim")]
mod demo;
mod init;
mod migrate;
mod policy;
mod quarantine;
mod reconcile;
#[cfg(feature = "sim")]
mod simulate;
mod texts;
mod triage;
mod user;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{CarrierSetup, Config};
use crate::daemon;
use crate::domain::text;
use crate::ops::lang::Lang;
use crate::store::{Store, StoreOptions};

/// Munja's gateway: takes texts from a carrier, keeps them, and sends the answers
#[derive(Parser)]
#[command(name = "munjad", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Munjad {
    /// Language of messages (default: the locale's)
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  munjad init --config gateway.toml          write a commented configuration and an empty database
  munjad user add minsu --name 김민수        add a counselor (asks for a password)
  munjad check --config gateway.toml         say what is wrong and how to mend it
  munjad run --config gateway.toml           run the gateway
  munjad migrate --config gateway.toml       upgrade the database of an older munjad (a start does it too)
  munjad carrier status                      show each carrier: its use, whether it answers, whether it is paused
  munjad carrier test bizgo --to 01012345678 send one text and wait for its receipt
  munjad carrier reconcile --since 24h       compare texts in and out with the carrier's own lists
  munjad alarm test                          text the duty phones that alarms reach them
  munjad calendar 2027                       show a year's holidays, exceptions and hours
  munjad demo                                try everything on this machine, with a simulated carrier

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 check found something bad or reconcile a difference,
4 demo does not balance";

#[derive(Subcommand)]
enum Command {
    /// Run the gateway until SIGTERM; SIGHUP reads the configuration again
    Run(ConfigArg),
    /// Say what is wrong with configuration, database, carrier, sender number and clock; starts nothing
    Check(ConfigArg),
    /// Write a commented configuration and an empty database
    Init(init::Init),
    /// Upgrade the database of an older munjad, after a copy; refused while a daemon runs on it
    Migrate(ConfigArg),
    /// Add, list or disable counselors
    #[command(subcommand)]
    User(user::User),
    /// Look after texts that could not be read or routed
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// Look after carriers: status, pause and resume, test, compare with their lists
    #[command(subcommand)]
    Carrier(carrier::CarrierCommand),
    /// Try the alarms: text the duty phones
    #[command(subcommand)]
    Alarm(alarm::AlarmCommand),
    /// Try and list the words that tell of danger
    #[command(subcommand)]
    Triage(triage::TriageCommand),
    /// Try another configuration on the texts that came; sends nothing
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Show every automatic text with its class and length (the longest it can get)
    Texts(ConfigArg),
    /// Print a desk's year: holidays, exceptions, hours
    Calendar(calendar::Show),
    /// Run a simulated carrier alone (any carrier's wire format, on loopback)
    #[cfg(feature = "sim")]
    Sim(simulate::Sim),
    /// Try everything on this machine: simulated carrier, gateway, citizens who text
    #[cfg(feature = "sim")]
    Demo(demo::Demo),
}

#[derive(Args, Clone)]
struct ConfigArg {
    /// The gateway's configuration
    #[arg(long, short, default_value = "gateway.toml", env = "MUNJAD_CONFIG")]
    config: PathBuf,
}

/// How a command writes its output: language and format.
#[derive(Debug, Clone, Copy)]
struct Say {
    lang: Lang,
    json: bool,
}

impl Say {
    fn pick<T>(self, en: T, ko: T) -> T {
        self.lang.pick(en, ko)
    }

    fn is_terminal(self) -> bool {
        std::io::stdout().is_terminal()
    }
}

/// Prints a line, without its colours where they are not wanted; a reader that has gone away is no reason to fail.
fn line(text: &str) {
    drop(writeln!(anstream::stdout(), "{text}"));
}

/// Reads the command line and runs its command.
pub fn main() -> ExitCode {
    let lang = wanted_lang();
    let matches = localised(Munjad::command(), lang).get_matches();
    let args = match Munjad::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    let say = Say { lang, json: args.json };
    // Already chosen: that choice stands.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    quiet_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(32)
        .thread_keep_alive(std::time::Duration::from_secs(5))
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(args.command, say)),
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        eprintln!("{}: {error:#}", say.pick("munjad", "munjad 오류"));
        ExitCode::FAILURE
    })
}

async fn dispatch(command: Command, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(at) => daemon::run(&at.config).await.map(|()| ExitCode::SUCCESS),
        Command::Check(at) => check::run(&at.config, say).await,
        Command::Init(args) => init::run(args, say).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate(at) => migrate::run(&at, say).await.map(|()| ExitCode::SUCCESS),
        Command::User(command) => user::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Carrier(command) => carrier::run(command, say).await,
        Command::Calendar(args) => calendar::run(&args, say).map(|()| ExitCode::SUCCESS),
        Command::Quarantine(command) => quarantine::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Alarm(command) => alarm::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Triage(command) => triage::run(command, say),
        Command::Policy(command) => policy::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Texts(at) => texts::run(&at, say).map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "sim")]
        Command::Sim(args) => simulate::run(args, say).await.map(|()| ExitCode::SUCCESS),
        #[cfg(feature = "sim")]
        Command::Demo(args) => demo::run(args, say).await,
    }
}

/// Logs the place of a panic and not its message, which may quote what somebody wrote.
fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |l| format!("{}:{}", l.file(), l.line()));
        tracing::error!(place, "munjad panicked; please report it");
    }));
}

/// The language of `--help`, which is printed before the command line is read.
fn wanted_lang() -> Lang {
    let args: Vec<String> = std::env::args().collect();
    let after_flag =
        args.iter().position(|a| a == "--lang").and_then(|i| args.get(i + 1)).map(String::as_str);
    let word = after_flag.or_else(|| args.iter().find_map(|a| a.strip_prefix("--lang=")));
    match word {
        Some("ko") => Lang::Ko,
        Some("en") => Lang::En,
        _ => Lang::of_locale(),
    }
}

/// Puts Korean words into `--help`.
fn localised(command: clap::Command, lang: Lang) -> clap::Command {
    if lang == Lang::En {
        return command;
    }
    let words = [
        ("run", "게이트웨이를 실행합니다 (SIGTERM 종료, SIGHUP 설정 다시 읽기)"),
        ("check", "설정·데이터베이스·통신사·발신번호·시계를 점검하고 고칠 방법을 알려 줍니다"),
        ("init", "설명이 달린 설정 파일과 빈 데이터베이스를 만듭니다"),
        ("migrate", "이전 munjad 의 데이터베이스를 사본을 만든 뒤 새 버전으로 올립니다"),
        ("user", "상담사를 추가하거나, 목록을 보거나, 사용을 막습니다"),
        ("quarantine", "읽거나 배정하지 못한 문자를 살펴봅니다"),
        ("carrier", "통신사를 살핍니다: 상태, 멈춤과 재개, 시험, 목록 대조"),
        ("alarm", "당직 전화로 시험 알림을 보냅니다"),
        ("triage", "긴급한 말을 찾는 낱말 목록을 시험하고 봅니다"),
        ("policy", "다른 설정이라면 지난 문자를 어떻게 다뤘을지 봅니다. 보내지 않습니다"),
        ("texts", "자동 문자를 종류와 길이(가장 길 때)와 함께 모두 보여 줍니다"),
        ("sim", "가상 통신사만 실행합니다 (어느 통신사 형식이든, 이 컴퓨터 안에서만)"),
        ("calendar", "창구의 한 해를 보여 줍니다: 공휴일, 예외, 운영 시간"),
        ("demo", "이 컴퓨터에서 전체를 시험합니다: 가상 통신사, 게이트웨이, 시민의 문자"),
    ];
    let command = command
        .about("문자 상담 게이트웨이: 통신사에서 문자를 받아 보관하고 답장을 보냅니다")
        .after_help(EXAMPLES_KO);
    words.into_iter().fold(command, |command, (name, about)| {
        if command.find_subcommand(name).is_none() {
            return command;
        }
        command.mut_subcommand(name, |sub| sub.about(about))
    })
}

const EXAMPLES_KO: &str = "\
예:
  munjad init --config gateway.toml          설정 파일과 빈 데이터베이스 만들기
  munjad user add minsu --name 김민수        상담사 추가 (비밀번호를 묻습니다)
  munjad check --config gateway.toml         무엇이 잘못됐는지, 어떻게 고칠지 보기
  munjad run --config gateway.toml           게이트웨이 실행
  munjad migrate --config gateway.toml       이전 munjad 의 데이터베이스를 새 버전으로 올리기 (시작할 때도 올립니다)
  munjad carrier status                      통신사마다 용도, 응답, 멈춤 여부 보기
  munjad carrier test bizgo --to 01012345678 문자 한 통을 보내고 수신 확인 기다리기
  munjad carrier reconcile --since 24h       보낸 문자를 통신사 목록과 대조하기
  munjad alarm test                          당직 전화로 시험 알림 보내기
  munjad calendar 2027                       한 해의 공휴일, 예외, 운영 시간 보기
  munjad demo                                가상 통신사로 전체 시험하기

종료 코드: 0 성공, 1 실패, 2 잘못된 명령, 3 점검에서 문제 또는 대조에서 차이 발견, 4 시험 결과 불일치";

/// `check`, `carrier reconcile` or `triage test` found something.
const FOUND_BAD: u8 = 3;

/// Opens the database that the configuration names. Does not need the carrier's key.
async fn open_configured(path: &Path) -> anyhow::Result<Store> {
    open(&Config::load_without_secrets(path)?).await
}

async fn open(config: &Config) -> anyhow::Result<Store> {
    daemon::open_store(&config.database, StoreOptions { create: false, ..StoreOptions::default() }).await
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

/// Local time to the minute.
fn moment(at: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clap checks a command's arguments only when that command is typed.
    #[test]
    fn every_command_line_can_be_parsed() {
        for lang in [Lang::En, Lang::Ko] {
            localised(Munjad::command(), lang).debug_assert();
        }
    }
}
