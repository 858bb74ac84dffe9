//! Passwords that an operator sets, and second factors that an operator takes away.

use std::io::{BufRead, IsTerminal};

use anyhow::{Context, bail};
use serde_json::json;

use super::{known, operator};
use crate::admin::operator::open_logged;
use crate::admin::{ConfigArg, Say, line, open_configured};
use crate::config::Config;
use crate::daemon;
use crate::domain::account::AccountChange;
use crate::domain::password::{self, MAX_CHARS, MIN_CHARS, WeakPassword};
use crate::ops::clock::Clock;
use crate::store::StoreError;

/// Reads a new password for the person with this login and name: asked for twice on a terminal, else the first line of standard
/// input. Refuses one that somebody could guess.
pub(super) fn read((login, name): (&str, &str), from_stdin: bool, say: Say) -> anyhow::Result<String> {
    let password = typed(from_stdin, say)?;
    match password::check(&password, login, name) {
        Ok(()) => Ok(password),
        Err(weak) => bail!("{}", why(weak, say)),
    }
}

fn why(weak: WeakPassword, say: Say) -> String {
    match weak {
        WeakPassword::Short | WeakPassword::Long => say.pick(
            format!("a password has {MIN_CHARS} to {MAX_CHARS} characters"),
            format!("비밀번호는 {MIN_CHARS}자에서 {MAX_CHARS}자까지여야 합니다"),
        ),
        WeakPassword::Common => say.pick(
            "this password is one of those that everybody tries first; choose another".to_owned(),
            "누구나 먼저 시도해 보는 비밀번호입니다. 다른 것으로 정하십시오".to_owned(),
        ),
        WeakPassword::Personal => say.pick(
            "this password is little more than the login or the name; choose another".to_owned(),
            "아이디나 이름에 숫자를 붙인 비밀번호입니다. 다른 것으로 정하십시오".to_owned(),
        ),
    }
}

fn typed(from_stdin: bool, say: Say) -> anyhow::Result<String> {
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

/// `munjad user passwd`
pub(super) async fn set(login: String, from_stdin: bool, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, &format!("user passwd {login}")).await?;
    let name = store.counselors().await?.into_iter().find(|c| c.login == login).map(|c| c.name);
    let name = known(name.ok_or(StoreError::NotFound), &login, say)?;
    let password = read((&login, &name), from_stdin, say)?;
    let by = operator("user passwd");
    known(store.reset_password(login.clone(), password, &by, Clock::system().now_ms()).await, &login, say)?;
    // Wrong passwords before this one are counted by the running gateway.
    if let Err(error) = daemon::unlock(&config, &login).await {
        let error = say.error(&error);
        eprintln!(
            "{}",
            say.pick(
                format!("A lock-out, if there is one, lasts up to 15 minutes more: {error}"),
                format!("잠겨 있다면 15분까지 더 걸릴 수 있습니다: {error}"),
            )
        );
    }
    if say.json {
        line(&json!({ "login": login, "must_change_password": true }).to_string());
    } else {
        line(&say.pick(
            format!("{login} logs in with this password, and chooses another one then; their sessions have ended."),
            format!("{login} 님은 이 비밀번호로 로그인한 뒤 새 비밀번호를 정합니다. 열려 있던 로그인은 모두 끝났습니다."),
        ));
    }
    Ok(())
}

/// `munjad user totp reset`
pub(super) async fn reset_totp(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user totp reset {login}")).await?;
    let (what, by) = (AccountChange::TotpReset, operator("user totp reset"));
    let done = store.drop_totp(login.clone(), what, &by, Clock::system().now_ms()).await;
    let had_one = known(done, &login, say)?;
    if say.json {
        line(&json!({ "login": login, "had_totp": had_one }).to_string());
    } else if had_one {
        line(&say.pick(
            format!("{login} needs no code any more. Give them a new password if somebody else may have the phone."),
            format!("{login} 님의 2단계 인증을 해제했습니다. 휴대전화가 남의 손에 있을 수 있으면 비밀번호도 새로 정하십시오."),
        ));
    } else {
        line(&say.pick(
            format!("{login} had no second factor."),
            format!("{login} 님은 2단계 인증을 쓰지 않았습니다."),
        ));
    }
    Ok(())
}
