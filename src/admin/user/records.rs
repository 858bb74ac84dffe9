//! Sessions of an account, and its history.

use anyhow::bail;
use serde_json::json;

use super::{desk_called, known, operator};
use crate::admin::operator::open_logged;
use crate::admin::{ConfigArg, Say, line, open_configured};
use crate::client;
use crate::client::changed_value;
use crate::config::Config;
use crate::domain::account::AccountChange;
use crate::ops::clock::Clock;
use crate::store::{AccountChanged, DeskException, Ending, SessionInfo, StoreError};

/// So many exceptions are shown.
const MOST_EXCEPTIONS: u32 = 200;

/// `munjad user tokens`
pub(super) async fn sessions(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, &format!("user tokens {login}")).await?;
    let found = store.sessions(login.clone(), Clock::system().now_ms()).await;
    let all = known(found, &login, say)?;
    if say.json {
        let all: Vec<_> = all.iter().map(session_json).collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for session in &all {
        let [since, used, until] =
            [session.created_at, session.used_at, session.expires_at].map(|at| config.minute(at));
        let (id, peer) = (session.id, &session.peer);
        line(&say.pick(
            format!("{id:>6}  from {peer}  since {since}  last used about {used}  until {until}"),
            format!("{id:>6}  {peer} 에서  {since} 부터  마지막 사용 {used} 쯤  {until} 까지"),
        ));
    }
    if all.is_empty() && say.is_terminal() {
        line(
            &say.pick(format!("{login} is not logged in."), format!("{login} 님은 로그인해 있지 않습니다.")),
        );
    }
    Ok(())
}

fn session_json(session: &SessionInfo) -> serde_json::Value {
    let SessionInfo { id, created_at, expires_at, used_at, peer } = session;
    json!({ "id": id, "created_at": created_at, "expires_at": expires_at, "used_at": used_at, "from": peer })
}

/// `munjad user revoke`
pub(super) async fn revoke(login: String, n: Option<i64>, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let store = open_configured(&at.config, &format!("user revoke {login}")).await?;
    let now = Clock::system().now_ms();
    known(store.sessions(login.clone(), now).await, &login, say)?;
    let which = n.map_or(Ending::All, Ending::One);
    let ended = match store.end_sessions(login.clone(), which, &operator("user revoke"), now).await {
        Err(StoreError::NotFound) => bail!(
            "{}",
            say.pick(
                format!("{login} has no such session; see `munjad user tokens {login}`"),
                format!("{login} 님에게 그런 로그인이 없습니다. `munjad user tokens {login}` 를 보십시오"),
            )
        ),
        ended => ended?,
    };
    if say.json {
        line(&json!({ "login": login, "n_ended": ended }).to_string());
    } else {
        line(&say.pick(
            format!("{ended} sessions of {login} have ended."),
            format!("{login} 님의 로그인 {ended}개를 끝냈습니다."),
        ));
    }
    Ok(())
}

/// `munjad user history`
pub(super) async fn history(login: String, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, &format!("user history {login}")).await?;
    let changes = known(store.account_history(login.clone()).await, &login, say)?;
    let exceptions = store.desk_exceptions(login, MOST_EXCEPTIONS).await?;
    if say.json {
        let changes: Vec<_> = changes.iter().map(change_json).collect();
        let exceptions: Vec<_> = exceptions.iter().map(exception_json).collect();
        let all = json!({ "changes": changes, "desk_exceptions": exceptions });
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    let words = client::Say::new(say.lang);
    for change in &changes {
        let by =
            change.by.as_ref().map_or_else(|| change.from.clone(), |by| format!("{by} ({})", change.from));
        let value =
            |value| changed_value(&words, |key| desk_called(&config, key), (change.what.as_str(), value));
        let values = match (&change.old, &change.new) {
            (Some(old), Some(new)) => format!(" {} → {}", value(old), value(new)),
            (None, Some(new)) => format!(" {}", value(new)),
            _ => String::new(),
        };
        line(&format!("{}  {}{values}  {by}", config.minute(change.at), what(change.what, say)));
    }
    for one in &exceptions {
        let desk = desk_called(&config, &one.desk);
        let (id, seen, done) = (one.conversation_id, one.n_seen, one.n_done);
        let at = config.minute(one.last_at);
        line(&say.pick(
            format!("{at}  conversation {id} of the foreign desk {desk}: seen {seen} times, worked on {done} times"),
            format!("{at}  다른 부서({desk})의 상담 {id}번: 열람 {seen}회, 처리 {done}회"),
        ));
    }
    Ok(())
}

fn what(change: AccountChange, say: Say) -> &'static str {
    match change {
        AccountChange::Added => say.pick("added", "추가"),
        AccountChange::Disabled => say.pick("disabled", "사용 중지"),
        AccountChange::Enabled => say.pick("enabled again", "다시 사용"),
        AccountChange::Role => say.pick("role", "역할"),
        AccountChange::Desks => say.pick("desks", "부서"),
        AccountChange::PasswordReset => say.pick("password set", "비밀번호 재설정"),
        AccountChange::PasswordChanged => say.pick("password changed", "비밀번호 변경"),
        AccountChange::TotpEnabled => say.pick("second factor set up", "2단계 인증 설정"),
        AccountChange::TotpDisabled => say.pick("second factor given up", "2단계 인증 해제"),
        AccountChange::TotpReset => say.pick("second factor taken away", "2단계 인증 초기화"),
        AccountChange::SessionsEnded => say.pick("sessions ended:", "로그인 종료:"),
        AccountChange::Unlocked => say.pick("unlocked", "잠금 해제"),
        AccountChange::LoggedIn => say.pick("logged in", "로그인"),
        AccountChange::RecoveryCode => say.pick("recovery code used", "복구 코드 사용"),
        AccountChange::LoggedOut => say.pick("logged out", "로그아웃"),
    }
}

fn change_json(change: &AccountChanged) -> serde_json::Value {
    let AccountChanged { at, what, by, from, old, new } = change;
    json!({ "at": at, "what": what.as_str(), "by": by, "from": from, "old": old, "new": new })
}

fn exception_json(exception: &DeskException) -> serde_json::Value {
    let DeskException { conversation_id, desk, n_seen, n_done, first_at, last_at } = exception;
    json!({
        "conversation_id": conversation_id, "desk": desk, "n_seen": n_seen, "n_done": n_done, "first_at": first_at,
        "last_at": last_at,
    })
}
