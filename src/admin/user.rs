//! `munjad user add|list|duties|disable`: the counselors' accounts.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{ConfigArg, Say, line, open_configured};
use crate::config::Config;
use crate::domain::actor::{DeskScope, Role};
use crate::domain::counselor::{MIN_PASSWORD_CHARS, is_valid_login};
use crate::ops::causes::in_words;
use crate::ops::clock::Clock;
use crate::store::{NewCounselor, StoreError};

#[derive(Subcommand)]
pub(super) enum User {
    /// Add a counselor; the password is asked for, or read from standard input
    Add {
        /// What they type to log in: lower-case letters, digits, `.` `_` `-`
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
    Duties {
        login: String,
        #[command(flatten)]
        duties: DutyArgs,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// List counselors
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
}

/// Not `Duties`: clap names an argument group after the struct, and the command `duties` has that name already.
#[derive(Args)]
pub(super) struct DutyArgs {
    /// counselor or supervisor: takes over, restricts, exports evidence
    #[arg(long, value_parser = ["counselor", "supervisor"])]
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
}

async fn set_duties(login: &str, duties: &DutyArgs, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let desks = duties.desks(at, say)?;
    let role = duties.role.as_deref().and_then(Role::from_word);
    let store = open_configured(&at.config, &changed_duties(login, duties)).await?;
    match store.set_duties(login.to_owned(), role, desks).await {
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("there is no counselor {login}; see munjad user list"),
                format!("{login} 상담사가 없습니다. munjad user list 를 보십시오"),
            )
        ),
        done => Ok(done?),
    }
}

/// The command as it stands in the access log: the history of who may do what.
fn changed_duties(login: &str, duties: &DutyArgs) -> String {
    let mut command = format!("user duties {login}");
    if let Some(role) = &duties.role {
        command += &format!(" --role {role}");
    }
    if !duties.desks.is_empty() {
        command += &format!(" --desks {}", duties.desks.join(","));
    }
    command
}

pub(super) async fn run(command: User, say: Say) -> anyhow::Result<()> {
    match command {
        User::Add { login, name, password_stdin, duties, at } => {
            duties.desks(&at, say)?;
            let new = new_counselor(login.clone(), name, password_stdin, say)?;
            add(new, &at, say).await?;
            set_duties(&login, &duties, &at, say).await
        }
        User::Duties { login, duties, at } => {
            set_duties(&login, &duties, &at, say).await?;
            list(&at, say).await
        }
        User::List { at } => list(&at, say).await,
        User::Disable { login, at } => disable(login, &at, say).await,
    }
}

fn new_counselor(
    login: String,
    name: Option<String>,
    from_stdin: bool,
    say: Say,
) -> anyhow::Result<NewCounselor> {
    if !is_valid_login(&login) {
        bail!(
            "{}",
            say.pick(
                "a login is 1 to 32 lower-case letters, digits, `.`, `_` or `-`",
                "아이디는 영문 소문자, 숫자, `.`, `_`, `-` 로 1~32자여야 합니다",
            )
        );
    }
    let name = name.unwrap_or_else(|| login.clone());
    if name.trim().is_empty() || name.chars().count() > 40 || name.chars().any(char::is_control) {
        bail!("{}", say.pick("a name has 1 to 40 characters on one line", "이름은 한 줄, 1~40자여야 합니다"));
    }
    let password = read_password(from_stdin, say)?;
    if password.chars().count() < MIN_PASSWORD_CHARS {
        bail!(
            "{}",
            say.pick(
                format!("a password has at least {MIN_PASSWORD_CHARS} characters"),
                format!("비밀번호는 {MIN_PASSWORD_CHARS}자 이상이어야 합니다"),
            )
        );
    }
    Ok(NewCounselor { login, name, password })
}

fn read_password(from_stdin: bool, say: Say) -> anyhow::Result<String> {
    if from_stdin || !std::io::stdin().is_terminal() {
        let mut first = String::new();
        std::io::stdin().lock().read_line(&mut first).context("no password on standard input")?;
        return Ok(first.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password(say.pick("Password: ", "비밀번호: "))?;
    let again = rpassword::prompt_password(say.pick("Again: ", "한 번 더: "))?;
    if password != again {
        bail!("{}", say.pick("the two passwords differ", "두 비밀번호가 다릅니다"));
    }
    Ok(password)
}

async fn add(new: NewCounselor, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user add {}", new.login)).await?;
    let added = match store.add_counselor(new, Clock::system().now_ms()).await {
        Ok(added) => added,
        Err(StoreError::Conflict(reason)) => bail!("{}", in_words(&reason, say.lang)),
        Err(error) => return Err(error.into()),
    };
    if say.json {
        line(&json!({ "id": added.id, "login": added.login, "name": added.name }).to_string());
    } else {
        line(&say.pick(
            format!("{} may log in: munja login --user {}", added.name, added.login),
            format!("{} 님이 로그인할 수 있습니다: munja login --user {}", added.name, added.login),
        ));
    }
    Ok(())
}

async fn list(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, "user list").await?;
    let (people, duties) = (store.counselors().await?, store.duties().await?);
    let duties_of = |login: &str| duties.iter().find(|(known, ..)| known == login);
    let role = |login: &str| duties_of(login).map_or("", |(_, role, _)| role.as_str());
    let desks = |login: &str| duties_of(login).map_or_else(String::new, |(.., desks)| desks.to_word());
    if say.json {
        let all: Vec<_> = people
            .iter()
            .map(|p| json!({ "id": p.id, "login": p.login, "name": p.name, "disabled_at": p.disabled_at, "role": role(&p.login), "desks": desks(&p.login) }))
            .collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for person in &people {
        let state = if person.disabled_at.is_some() { say.pick("disabled", "사용 중지") } else { "" };
        let is_supervisor = role(&person.login) == "supervisor";
        let role = if is_supervisor {
            say.pick("supervisor", "관리자")
        } else {
            say.pick("counselor", "상담사")
        };
        let desks = desks(&person.login);
        line(format!("{:<20} {role} {desks} {} {state}", person.login, person.name).trim_end());
    }
    if people.is_empty() && say.is_terminal() {
        line(say.pick(
            "Nobody yet: munjad user add LOGIN --name NAME",
            "아직 없습니다: munjad user add 아이디 --name 이름",
        ));
    }
    Ok(())
}

async fn disable(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user disable {login}")).await?;
    let n = match store.disable_counselor(login.clone(), Clock::system().now_ms()).await {
        Ok(n) => n,
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("there is no counselor {login}; see munjad user list"),
                format!("{login} 상담사가 없습니다. munjad user list 를 보십시오"),
            )
        ),
        Err(error) => return Err(error.into()),
    };
    if say.json {
        line(&json!({ "login": login, "n_released": n }).to_string());
    } else {
        line(&say.pick(
            format!("{login} may not log in any more; {n} conversations went back to the queue."),
            format!("{login} 상담사의 사용을 막았습니다. 상담 {n}건이 대기열로 돌아갔습니다."),
        ));
    }
    Ok(())
}
