//! The commands of `munjad`, for the operator. They open the database as they find it and refuse one of another version:
//! only `munjad run` and `munjad migrate` upgrade.
//!
//! | exit code | meaning                                                       |
//! |-----------|---------------------------------------------------------------|
//! | 0         | done                                                          |
//! | 1         | it did not work; the message says why and what to do          |
//! | 2         | the command line is wrong                                     |
//! | 3         | `check`, `audit verify`, `carrier reconcile`, `triage test`, `db check`, `backup`, `recovery status` or `citizen erase` found something to be looked at |
//! | 4         | `demo` ended with a balance sheet that does not balance       |

mod alarm;
mod audit;
mod backup;
mod calendar;
mod carrier;
mod check;
mod citizen;
mod db;
#[cfg(feature = "sim")]
mod demo;
mod erasing;
mod exporting;
mod help;
mod init;
pub mod logged;
mod manual;
mod migrate;
mod operator;
mod person;
mod policy;
mod privacy;
mod quarantine;
mod reconcile;
mod recovery;
mod reload;
mod restore;
mod sample_year;
#[cfg(feature = "sim")]
mod simulate;
mod texts;
mod token;
mod triage;
mod user;
mod why;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{anyhow, bail};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::check::config_error;
use crate::config::{CarrierSetup, Config, ConfigError};
use crate::daemon;
use crate::domain::access::Who;
use crate::domain::data_key::CAN_ENCRYPT;
use crate::domain::data_key::DataKeys;
use crate::domain::text::{self, folded};
use crate::ops::causes::chain_in_words;
use crate::ops::lang::Lang;
use crate::ops::logging;
use crate::ops::terminal;
use crate::store::{Store, StoreOptions};

/// Munja's gateway: takes texts from a carrier, keeps them, and sends the answers
#[derive(Parser)]
#[command(name = "munjad", version = VERSION, after_help = EXAMPLES, disable_help_subcommand = true)]
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

/// With what was built in beside the usual.
const VERSION: &str = match CAN_ENCRYPT {
    true => concat!(env!("CARGO_PKG_VERSION"), " (with encryption at rest)"),
    false => env!("CARGO_PKG_VERSION"),
};

const EXAMPLES: &str = "\
Examples:
  munjad init --config gateway.toml          write a commented configuration and an empty database
  munjad user add minsu --name 김민수        add a counselor (asks for a password)
  munjad user passwd minsu                   set a password, which minsu changes at the next log-in
  munjad token create --purpose metrics      make a token for monitoring
  munjad check --config gateway.toml         say what is wrong and how to mend it
  munjad run --config gateway.toml           run the gateway
  munjad reload --config gateway.toml        have the running gateway read its configuration again
  munjad migrate --config gateway.toml       upgrade the database of an older munjad (a start does it too)
  munjad carrier status                      show each carrier: its use, whether it answers, whether it is paused
  munjad carrier test bizgo --to 01012345678 send one text and wait for its receipt
  munjad carrier reconcile --since 24h       compare texts in and out with the carrier's own lists
  munjad backup --to /mnt/usb                copy everything while it runs, and prove the copy
  munjad restore FILE --config gateway.toml  put a copy back; the next start is in recovery
  munjad alarm test                          text the duty phones that alarms reach them
  munjad citizen show - --reason WHY         what is stored of a person (the number on standard input)
  munjad citizen erase - --reason WHY        erase a person, and say what copies still hold
  munjad privacy show                        where personal data lies, and for how long
  munjad calendar 2027                       show a year's holidays, exceptions and hours
  munjad audit verify                        check that the access log is as it was written
  munjad audit who-saw --number -            list everybody who saw the data of one citizen (standard input)
  munjad demo                                try everything on this machine, with a simulated carrier

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 something is to be looked at (check, audit verify, \
carrier reconcile, triage test, db check, backup, recovery status, citizen erase), 4 demo does not balance";

#[derive(Subcommand)]
enum Command {
    /// Run the gateway until SIGTERM; SIGHUP reads the configuration again
    Run {
        #[command(flatten)]
        at: ConfigArg,
        /// Start although the key for pseudonyms is lost for good: who was erased is not recognised any more
        #[arg(long)]
        without_pseudonym_key: bool,
    },
    /// Have the running gateway read its configuration again; says why if it keeps the old one
    Reload(ConfigArg),
    /// Say what is wrong with configuration, database, carrier, sender number and clock; starts nothing
    Check(ConfigArg),
    /// Write a commented configuration and an empty database
    Init(init::Init),
    /// Upgrade the database of an older munjad, after a copy; refused while a daemon runs on it
    Migrate(ConfigArg),
    /// Copy everything into one file while the gateway runs, and prove the copy
    Backup(backup::Backup),
    /// List the copies with their age
    Backups(backup::Backups),
    /// Put a copy back where no database is; the next start is in recovery
    Restore(restore::Restore),
    /// Look after a recovery: what was read back, what is left, the end
    #[command(subcommand)]
    Recovery(recovery::RecoveryCommand),
    /// Look after the database: check, sizes, rewrite
    #[command(subcommand)]
    Db(db::Db),
    /// Accounts: add, list, disable, passwords, roles, sessions, history
    #[command(subcommand)]
    User(user::User),
    /// Tokens of other programs: monitoring, boards, figures
    #[command(subcommand)]
    Token(token::Token),
    /// Look after texts that could not be read or routed
    #[command(subcommand)]
    Quarantine(quarantine::Quarantine),
    /// A person's own rights: show, export or erase what is stored of them; legal holds
    #[command(subcommand)]
    Citizen(citizen::Citizen),
    /// See where personal data lies and how long it stays; purge what has outlived its time
    #[command(subcommand)]
    Privacy(privacy::PrivacyCommand),
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
    /// Show every automatic text with its class and length (the longest it can get), or write a file to change them in
    Texts(texts::Show),
    /// Read and check the access log: who saw or changed which citizen's data
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Write the manual pages and the completions of shells into a folder
    Man(manual::Manual),
    /// Print a desk's year: holidays, exceptions, hours
    Calendar(calendar::Show),
    /// Make a database with an invented year of texts, to see reports without citizens
    SampleYear(sample_year::Sample),
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
    #[arg(long, short, default_value_os_t = usual_config(&CONFIG_PLACES.map(Path::new)), env = "MUNJAD_CONFIG")]
    config: PathBuf,
}

/// Where a configuration is looked for that nobody names: here, and where the package puts it.
const CONFIG_PLACES: [&str; 2] = ["gateway.toml", "/etc/munja/gateway.toml"];

/// The first of these that is there; where none is, the first.
fn usual_config(places: &[&Path]) -> PathBuf {
    let there = places.iter().find(|path| path.exists());
    there.or(places.first()).map_or_else(PathBuf::new, |path| path.to_path_buf())
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

    /// The error with its causes.
    fn error(self, error: &anyhow::Error) -> String {
        match error.downcast_ref::<ConfigError>() {
            Some(wrong) => {
                let all = wrong.clone().all();
                all.iter().map(|one| config_error(one, self.lang)).collect::<Vec<_>>().join("\n")
            }
            None => chain_in_words(error, self.lang),
        }
    }

    fn is_terminal(self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// The width of the terminal; `None` in a pipe.
    fn columns(self) -> Option<usize> {
        terminal::columns().map(usize::from)
    }
}

/// Prints a line, without its colours where they are not wanted, and on a terminal broken at its spaces where it is too wide. JSON is
/// for programs and stays whole. A reader that has gone away is no reason to fail.
fn line(text: &str) {
    let is_json = text.starts_with(['{', '[']);
    let columns = terminal::columns().filter(|_| !is_json).map_or(usize::MAX, usize::from);
    drop(writeln!(anstream::stdout(), "{}", folded(text, columns)));
}

/// `1 text`, `2 texts`: for English output.
fn counted(n: impl std::fmt::Display, thing: &str) -> String {
    let n = n.to_string();
    let ending = if n == "1" { "" } else { "s" };
    format!("{n} {thing}{ending}")
}

/// Reads the command line and runs its command.
pub fn main() -> ExitCode {
    let lang = wanted_lang();
    let matches = help::localised(Munjad::command(), lang).try_get_matches();
    let args = match matches.and_then(|matches| Munjad::from_arg_matches(&matches)) {
        Ok(args) => args,
        Err(error) => return wrong_usage(&error, lang),
    };
    let say = Say { lang, json: args.json };
    // Already chosen: that choice stands.
    crate::ops::dump::forbid();
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    quiet_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(32)
        .thread_keep_alive(std::time::Duration::from_secs(5))
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(async {
            let result = dispatch(args.command, say).await;
            if let Err(error) = operator::log_outcome(&result).await {
                let what =
                    say.pick("how it ended could not be logged", "결과를 접속기록에 남기지 못했습니다");
                eprintln!("munjad: {what}: {}", say.error(&error));
            }
            result
        }),
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| {
        let words = format!("{}: {}", say.pick("munjad", "munjad 오류"), say.error(&error));
        eprintln!("{}", logging::last_words(&words));
        ExitCode::FAILURE
    })
}

/// Help and the version end well; anything else that clap ends with is a wrong command line.
fn wrong_usage(error: &clap::Error, lang: Lang) -> ExitCode {
    if let Some(help) = help::asked_for(error, terminal::columns().map(usize::from)) {
        let written = if error.use_stderr() {
            writeln!(anstream::stderr(), "{help}")
        } else {
            writeln!(anstream::stdout(), "{help}")
        };
        drop(written);
        return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    match help::wrong_usage(error).filter(|_| lang == Lang::Ko) {
        Some(sentence) => {
            drop(writeln!(anstream::stderr(), "{sentence}"));
            ExitCode::from(WRONG_USAGE)
        }
        None => error.exit(),
    }
}

async fn dispatch(command: Command, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run { at, without_pseudonym_key } => {
            let by = Who::operator(operator::name());
            daemon::run(&at.config, without_pseudonym_key, by).await.map(|()| ExitCode::SUCCESS)
        }
        Command::Reload(at) => reload::run(&at, say).await.map(|()| ExitCode::SUCCESS),
        Command::Check(at) => check::run(&at.config, say).await,
        Command::Init(args) => init::run(args, say).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate(at) => migrate::run(&at, say).await.map(|()| ExitCode::SUCCESS),
        Command::Backup(args) => backup::run(args, say).await,
        Command::Backups(args) => backup::list(args, say),
        Command::Restore(args) => restore::run(args, say).await,
        Command::Recovery(command) => recovery::run(command, say).await,
        Command::Db(command) => db::run(command, say).await,
        Command::User(command) => user::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Token(command) => token::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Carrier(command) => carrier::run(command, say).await,
        Command::Audit(command) => audit::run(command, say).await,
        Command::Man(args) => manual::run(&args, say).map(|()| ExitCode::SUCCESS),
        Command::Calendar(args) => calendar::run(&args, say).map(|()| ExitCode::SUCCESS),
        Command::Citizen(command) => citizen::run(command, say).await,
        Command::Privacy(command) => privacy::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Quarantine(command) => quarantine::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Alarm(command) => alarm::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Triage(command) => triage::run(command, say),
        Command::Policy(command) => policy::run(command, say).await.map(|()| ExitCode::SUCCESS),
        Command::Texts(args) => texts::run(&args, say).await.map(|()| ExitCode::SUCCESS),
        Command::SampleYear(args) => sample_year::run(args, say).await.map(|()| ExitCode::SUCCESS),
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
        tracing::error!(place, "the program panicked at {place}; please report it");
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

const WRONG_USAGE: u8 = 2;
/// `check`, `audit verify`, `carrier reconcile`, `triage test`, `db check`, `backup`, `recovery status` or `citizen erase` found
/// something.
const FOUND_BAD: u8 = 3;

/// Opens the database that the configuration names, and logs that the operator runs `command` on it. Does not need the
/// carrier's key.
async fn open_configured(path: &Path, command: &str) -> anyhow::Result<Store> {
    operator::open_logged(&Config::load_without_secrets(path)?, command).await
}

/// Opens the database that the configuration names, to work on it. One that was put there by hand is refused until a start has noticed
/// it: rows of the access log that a command writes before that would stand where the copy lacks some, and look like tampering.
async fn open(config: &Config) -> anyhow::Result<Store> {
    let store = open_database(&config.database, config.data_keys.clone()).await?;
    if is_put_by_hand(config, &store).await? {
        let database = store.path().display();
        bail!(
            "{database} was put there by hand, and the gateway has not started with it yet: start it first, so that the access log says \
             where it goes on (or put the newest file back, or use munjad restore)"
        );
    }
    Ok(store)
}

/// Whether somebody put the database there by hand, and no start has noticed it yet.
async fn is_put_by_hand(config: &Config, store: &Store) -> anyhow::Result<bool> {
    let heads = daemon::head_lines(config.audit.head_file.as_deref()).await;
    Ok(store.put_by_hand(&heads).await?.is_some())
}

/// Opens the database without changing anything, in the file or beside it.
async fn open_read_only(config: &Config) -> anyhow::Result<Store> {
    let keys = config.data_keys.clone();
    let options = StoreOptions { create: false, read_only: true, keys, ..StoreOptions::default() };
    daemon::open_store(&config.database, options).await
}

async fn open_database(path: &Path, keys: DataKeys) -> anyhow::Result<Store> {
    let options = StoreOptions { create: false, keys, ..StoreOptions::default() };
    daemon::open_store(path, options).await
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Clap checks a command's arguments only when that command is typed.
    #[test]
    fn every_command_line_can_be_parsed() {
        for lang in [Lang::En, Lang::Ko] {
            help::localised(Munjad::command(), lang).debug_assert();
        }
    }

    #[test]
    fn the_first_configuration_that_is_there_is_meant() {
        let folder = tempfile::tempdir().expect("a folder");
        let [here, packaged] = ["here", "packaged"].map(|name| folder.path().join(name));
        let places = [here.as_path(), packaged.as_path()];
        assert_eq!(usual_config(&places), here, "where none is, the error names this one");
        std::fs::write(&packaged, "").expect("written");
        assert_eq!(usual_config(&places), packaged);
        std::fs::write(&here, "").expect("written");
        assert_eq!(usual_config(&places), here);
    }

    /// What is typed after `--reason` is masked before it is kept; `tests/it/reasons.rs` tries each of these.
    #[test]
    fn every_command_with_a_reason_is_known() {
        let mut left = vec![(String::new(), Munjad::command())];
        let mut found = Vec::new();
        while let Some((name, command)) = left.pop() {
            if command.get_arguments().any(|one| one.get_long() == Some("reason")) {
                found.push(name.clone());
            }
            let below = command.get_subcommands();
            left.extend(
                below.map(|one| (format!("{name} {}", one.get_name()).trim().to_owned(), one.clone())),
            );
        }
        found.sort();
        let known = [
            "audit export",
            "audit who-saw",
            "citizen erase",
            "citizen export",
            "citizen hold",
            "citizen release-hold",
            "citizen show",
            "citizen why",
            "policy replay",
            "quarantine show",
            "recovery confirm",
        ];
        assert_eq!(found, known);
    }
}
