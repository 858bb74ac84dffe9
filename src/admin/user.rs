//! `munjad user`: accounts. `password.rs` sets passwords and takes second factors away, `records.rs` shows and ends sessions and
//! shows the history.

mod password;
mod records;

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::json;

use super::operator::{name, open_logged};
use super::{ConfigArg, Say, counted, line, open_configured};
use crate::client;
use crate::client::audit::role_word;
use crate::client::desks::desks_served;
use crate::client::table::{lines, table};
use crate::config::Config;
use crate::daemon;
use crate::domain::actor::{Actor, DeskScope, Role};
use crate::domain::counselor::may_be_given;
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{AccountInfo, Grant, NewCounselor, StoreError};

#[derive(Subcommand)]
pub(super) enum User {
    /// Add a counselor; the password is asked for, or read from standard input, and is changed at the first log-in
    #[command(
        after_help = "Examples:\n  munjad user add minsu --name 김민수\n  munjad user add audit --name 감사실 --role auditor"
    )]
    Add {
        /// What they type to log in: lower-case letters, digits, `.` `_` `-`; a letter or digit first
        login: String,
        /// How colleagues see them (default: the login)
        #[arg(long)]
        name: Option<String>,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        duties: DutyArgs,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Say what a counselor may do and which desks they serve
    #[command(after_help = "Examples:\n  munjad user duties minsu --desks main,bukgu")]
    Duties {
        login: String,
        #[command(flatten)]
        duties: DutyArgs,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Give another role; without --desks its usual ones: all for counselors and supervisors, none for the others
    #[command(
        after_help = "Examples:\n  munjad user role minsu supervisor\n  munjad user role jiyeong administrator --desks main"
    )]
    Role {
        login: String,
        /// What they may do from now on
        #[arg(value_parser = ROLES)]
        role: String,
        /// The desks they serve, by their keys in the configuration; `*` is all
        #[arg(long, value_delimiter = ',', value_name = "DESK,DESK")]
        desks: Vec<String>,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// List accounts: role, desks, whether a second factor is set up, last use
    List {
        #[command(flatten)]
        at: ConfigArg,
    },
    /// End a counselor's access at once; what they hold goes back to the queue
    Disable {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Let the owner of a disabled account log in again, with the password they had
    Enable {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Set a password, which its owner changes at the next log-in; ends their sessions and lifts lock-outs
    #[command(
        after_help = "Examples:\n  munjad user passwd minsu\n  munjad user passwd minsu --password-stdin < password.txt"
    )]
    Passwd {
        login: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Lift a lock-out after wrong passwords, in the gateway that runs
    Unlock {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// List the sessions of a login: since when, last use, from where
    Tokens {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// End the sessions of a login, or one by its number
    #[command(after_help = "Examples:\n  munjad user revoke minsu\n  munjad user revoke minsu 17")]
    Revoke {
        login: String,
        /// A number of `munjad user tokens` (default: all)
        n: Option<i64>,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Show what was changed about an account, by whom and from where, and what its owner did at foreign desks
    History {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Second factors
    #[command(subcommand)]
    Totp(Totp),
}

#[derive(Subcommand)]
pub(super) enum Totp {
    /// Take a second factor away whose phone was lost; roles that need one set up another at the next log-in
    Reset {
        login: String,
        #[command(flatten)]
        at: ConfigArg,
    },
}

const ROLES: [&str; 5] = ["counselor", "supervisor", "administrator", "auditor", "board"];

/// Not `Duties`: clap names an argument group after the struct, and the command `duties` has that name already.
#[derive(Args)]
pub(super) struct DutyArgs {
    /// counselor; supervisor: takes over, restricts, exports evidence; administrator: accounts; auditor: records; board: figures
    #[arg(long, value_parser = ROLES)]
    role: Option<String>,
    /// The desks they serve, by their keys in the configuration; `*` is all
    #[arg(long, value_delimiter = ',', value_name = "DESK,DESK")]
    desks: Vec<String>,
}

impl DutyArgs {
    /// The desks as the database has them, checked against the configuration.
    fn desks(&self, at: &ConfigArg, say: Say) -> anyhow::Result<Option<DeskScope>> {
        if self.desks.is_empty() || self.desks == ["*"] {
            return Ok(self.desks.first().map(|_| DeskScope::All));
        }
        let known = Config::load_without_secrets(&at.config)?.desks;
        if let Some(unknown) = self.desks.iter().find(|key| known.find(key).is_none()) {
            let all: Vec<_> = known.all().iter().map(|desk| desk.key.as_str()).collect();
            let all = all.join(", ");
            bail!(
                "{}",
                say.pick(
                    format!("there is no desk {unknown}; the configuration has: {all}"),
                    format!("{unknown} 부서가 없습니다. 설정에 있는 부서: {all}"),
                )
            );
        }
        Ok(Some(DeskScope::Only(self.desks.clone())))
    }

    fn grant(&self, at: &ConfigArg, say: Say) -> anyhow::Result<Grant> {
        Ok(Grant { role: self.role.as_deref().and_then(Role::from_word), desks: self.desks(at, say)? })
    }
}

/// The operator who runs this command; the history names the command and the user of this machine.
fn operator(command: &str) -> Actor {
    Actor::operator(&format!("munjad {command}, {}", name()))
}

/// `NotFound` is a login that nobody has.
fn known<T>(done: Result<T, StoreError>, login: &str, say: Say) -> anyhow::Result<T> {
    match done {
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("there is no account {login}; see munjad user list"),
                format!("{login} 계정이 없습니다. `munjad user list` 를 보십시오"),
            )
        ),
        done => Ok(done?),
    }
}

/// Gives role and desks, and says what came of it.
async fn give(
    (login, duties): (&str, &DutyArgs),
    command: &str,
    at: &ConfigArg,
    say: Say,
) -> anyhow::Result<()> {
    let grant = duties.grant(at, say)?;
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, &format!("{command} {login}")).await?;
    let (by, now) = (operator(command), Clock::system().now_ms());
    let n = known(store.grant(login.to_owned(), grant, &by, now).await, login, say)?;
    if n > 0 && !say.json {
        line(&say.pick(
            format!("{} that {login} held went back to the queue.", counted(n, "conversation")),
            format!("{login} 님이 맡은 상담 {n}건이 대기열로 돌아갔습니다."),
        ));
    }
    print(&store.accounts().await?, &config, say)
}

pub(super) async fn run(command: User, say: Say) -> anyhow::Result<()> {
    match command {
        User::Add { login, name, password_stdin, duties, at } => {
            let grant = duties.grant(&at, say)?;
            let new = new_counselor(login, name, password_stdin, say)?;
            add(new, grant, &at, say).await
        }
        User::Duties { login, duties, at } => give((&login, &duties), "user duties", &at, say).await,
        User::Role { login, role, desks, at } => {
            let duties = DutyArgs { role: Some(role), desks };
            give((&login, &duties), "user role", &at, say).await
        }
        User::List { at } => list(&at, say).await,
        User::Disable { login, at } => disable(login, &at, say).await,
        User::Enable { login, at } => enable(login, &at, say).await,
        User::Passwd { login, password_stdin, at } => password::set(login, password_stdin, &at, say).await,
        User::Unlock { login, at } => unlock(login, &at, say).await,
        User::Tokens { login, at } => records::sessions(login, &at, say).await,
        User::Revoke { login, n, at } => records::revoke(login, n, &at, say).await,
        User::History { login, at } => records::history(login, &at, say).await,
        User::Totp(Totp::Reset { login, at }) => password::reset_totp(login, &at, say).await,
    }
}

fn new_counselor(
    login: String,
    name: Option<String>,
    from_stdin: bool,
    say: Say,
) -> anyhow::Result<NewCounselor> {
    if !may_be_given(&login) {
        bail!(
            "{}",
            say.pick(
                "a login is 1 to 32 lower-case letters, digits, `.`, `_` or `-`, and begins with a letter or a digit",
                "아이디는 영문 소문자, 숫자, `.`, `_`, `-` 로 1~32자이고 영문자나 숫자로 시작해야 합니다",
            )
        );
    }
    let name = name.unwrap_or_else(|| login.clone());
    if name.trim().is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        bail!("{}", say.pick("a name has 1 to 40 characters on one line", "이름은 한 줄, 1~40자여야 합니다"));
    }
    let password = password::read((&login, &name), from_stdin, say)?;
    Ok(NewCounselor { login, name, password })
}

async fn add(new: NewCounselor, grant: Grant, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user add {}", new.login)).await?;
    let added = match store.add_account(new, grant, &operator("user add"), Clock::system().now_ms()).await {
        Ok(added) => added,
        Err(StoreError::Conflict(reason)) => {
            let next = say.pick(
                "a disabled account is enabled with munjad user enable",
                "사용이 중지된 계정이라면 munjad user enable 로 다시 쓸 수 있습니다",
            );
            bail!("{}: {next}", in_words(&reason, say.lang))
        }
        Err(error) => return Err(error.into()),
    };
    if say.json {
        line(&json!({ "id": added.id, "login": added.login, "name": added.name }).to_string());
    } else {
        line(&say.pick(
            format!(
                "{} may log in, and chooses another password then: munja login --user {}",
                added.name, added.login
            ),
            format!(
                "{} 님이 로그인할 수 있습니다. 처음 로그인할 때 비밀번호를 바꿉니다: munja login --user {}",
                added.name, added.login
            ),
        ));
    }
    Ok(())
}

async fn list(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    print(&open_logged(&config, "user list").await?.accounts().await?, &config, say)
}

fn print(accounts: &[AccountInfo], config: &Config, say: Say) -> anyhow::Result<()> {
    if say.json {
        let all: Vec<_> = accounts.iter().map(account_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    if !accounts.is_empty() {
        let heads = say
            .pick(["log-in", "role", "desks", "name", "state"], ["아이디", "역할", "부서", "이름", "상태"]);
        let rows: Vec<_> = accounts.iter().map(|account| row(account, config, say)).collect();
        line(&match say.columns() {
            Some(columns) => table(heads.map(str::to_owned).to_vec(), rows, columns),
            None => lines(&rows),
        });
    }
    if accounts.is_empty() && say.is_terminal() {
        line(say.pick(
            "Nobody yet: munjad user add LOGIN --name NAME",
            "아직 없습니다: munjad user add 아이디 --name 이름",
        ));
    }
    Ok(())
}

fn account_json(account: &AccountInfo) -> serde_json::Value {
    let AccountInfo { counselor, role, desks, must_change_password, has_totp, used_at } = account;
    json!({
        "id": counselor.id, "login": counselor.login, "name": counselor.name, "disabled_at": counselor.disabled_at,
        "role": role.as_str(), "desks": desks.to_word(), "must_change_password": must_change_password,
        "has_totp": has_totp, "used_at": used_at,
    })
}

fn row(account: &AccountInfo, config: &Config, say: Say) -> Vec<String> {
    let AccountInfo { counselor, role, desks, .. } = account;
    let mut words = Vec::new();
    words.extend(account.has_totp.then(|| say.pick("second factor", "2단계 인증").to_owned()));
    let must_change = say.pick("has to change the password", "비밀번호를 바꿔야 함");
    words.extend(account.must_change_password.then(|| must_change.to_owned()));
    words.extend(account.used_at.map(|at| {
        say.pick(format!("last used {}", config.minute(at)), format!("마지막 사용 {}", config.minute(at)))
    }));
    words.extend(counselor.disabled_at.map(|_| say.pick("disabled", "사용 중지").to_owned()));
    let (login, name) = (counselor.login.clone(), counselor.name.clone());
    let say = client::Say::new(say.lang);
    let desks = desks_served(&say, |key| desk_called(config, key), &desks.to_word());
    vec![login, role_word(&say, role.as_str()), desks, name, words.join(" · ")]
}

/// The name of a desk; its key where the configuration does not have it any more.
fn desk_called(config: &Config, key: &str) -> String {
    config.desks.find(key).map_or(key, |desk| &desk.name).to_owned()
}

async fn disable(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user disable {login}")).await?;
    let by = operator("user disable");
    let done = store.disable_account(login.clone(), &by, Clock::system().now_ms()).await;
    let n = known(done, &login, say)?;
    if say.json {
        line(&json!({ "login": login, "n_released": n }).to_string());
    } else {
        line(&say.pick(
            format!(
                "{login} may not log in any more; {} went back to the queue.",
                counted(n, "conversation")
            ),
            format!("{login} 계정을 쓰지 못하게 했습니다. 상담 {n}건이 대기열로 돌아갔습니다."),
        ));
    }
    Ok(())
}

async fn enable(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user enable {login}")).await?;
    let by = operator("user enable");
    let done = store.enable_account(login.clone(), &by, Clock::system().now_ms()).await;
    let was_disabled = known(done, &login, say)?;
    if say.json {
        line(&json!({ "login": login, "was_disabled": was_disabled }).to_string());
    } else if was_disabled {
        line(&say.pick(
            format!("{login} may log in again, with the password they had (munjad user passwd {login} sets another)."),
            format!("{login} 님이 전에 쓰던 비밀번호로 다시 로그인할 수 있습니다. 새로 정하려면: munjad user passwd {login}"),
        ));
    } else {
        line(
            &say.pick(
                format!("{login} was not disabled."),
                format!("{login} 계정은 중지되어 있지 않았습니다."),
            ),
        );
    }
    Ok(())
}

async fn unlock(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let accounts = open_logged(&config, &format!("user unlock {login}")).await?.accounts().await?;
    let is_known = accounts.iter().any(|account| account.counselor.login == login);
    known(if is_known { Ok(()) } else { Err(StoreError::NotFound) }, &login, say)?;
    let was_locked = daemon::unlock(&config, &login).await?;
    if say.json {
        let runs = was_locked.is_some();
        line(
            &json!({ "login": login, "gateway_runs": runs, "was_locked": was_locked == Some(true) })
                .to_string(),
        );
        return Ok(());
    }
    line(&match was_locked {
        None => say.pick(
            "No gateway runs, so nobody is locked out.".to_owned(),
            "실행 중인 게이트웨이가 없어 잠긴 것도 없습니다.".to_owned(),
        ),
        Some(false) => say
            .pick(format!("{login} was not locked out."), format!("{login} 아이디는 잠겨 있지 않았습니다.")),
        Some(true) => say.pick(
            format!("{login} may try again from everywhere."),
            format!("{login} 아이디의 잠금을 풀었습니다. 어디서든 다시 로그인할 수 있습니다."),
        ),
    });
    Ok(())
}
