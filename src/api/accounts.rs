//! The accounts of others, for administrators; what is recorded about them, for auditors too. Nobody changes an account of their
//! own here: nobody gives themselves rights.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::ApiContext;
use super::account::strong;
use super::extract::Json;
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{
    AccountAction, AccountChangeView, AccountHistory, AccountList, AccountView, DeskExceptionView,
    NewAccountRequest,
};
use crate::domain::account::AccountChange;
use crate::domain::actor::{DeskScope, Role};
use crate::domain::counselor::may_be_given;
use crate::domain::text::one_line;
use crate::store::{AccountChanged, AccountInfo, DeskException, Ending, Grant, NewCounselor};

/// So many exceptions are listed.
const MOST_EXCEPTIONS: u32 = 200;
/// A name is not longer than this (characters).
const MOST_NAME_CHARS: usize = 40;

/// All accounts.
#[utoipa::path(get, path = "/v1/accounts", operation_id = "list_accounts", tag = "accounts",
    responses((status = 200, description = "All accounts by login, disabled ones too", body = AccountList)))]
pub(super) async fn list(
    State(context): State<ApiContext>,
    _: Session,
) -> Result<Json<AccountList>, Problem> {
    let all = context.store.accounts().await?;
    Ok(Json(AccountList { accounts: all.into_iter().map(view).collect() }))
}

fn view(info: AccountInfo) -> AccountView {
    AccountView {
        login: info.counselor.login,
        name: info.counselor.name,
        role: info.role.as_str().to_owned(),
        desks: info.desks.to_word(),
        disabled_at: info.counselor.disabled_at,
        must_change_password: info.must_change_password,
        has_totp: info.has_totp,
        used_at: info.used_at,
    }
}

/// Add an account. Its owner has to choose another password at the first log-in.
#[utoipa::path(post, path = "/v1/accounts", operation_id = "add_account", tag = "accounts", request_body = NewAccountRequest,
    responses((status = 204, description = "They may log in")))]
pub(super) async fn add(
    State(context): State<ApiContext>,
    session: Session,
    Json(request): Json<NewAccountRequest>,
) -> Result<StatusCode, Problem> {
    let NewAccountRequest { login, name, password, role, desks } = request;
    let name = one_line(&name, MOST_NAME_CHARS);
    if name.is_empty() {
        return Err(Problem::bad_request("name").characters(1, MOST_NAME_CHARS));
    }
    if !may_be_given(&login) {
        return Err(Problem::bad_request("login").needs(Needs::Login));
    }
    strong(&password, (&login, &name))?;
    let grant = grant(&context, role, desks)?;
    let new = NewCounselor { login, name, password };
    let added = context.store.add_account(new, grant, &session.actor, context.now()).await;
    added.map_err(Problem::on_conflict(ProblemCode::LoginTaken))?;
    Ok(StatusCode::NO_CONTENT)
}

/// The role and desks of a request.
fn grant(context: &ApiContext, role: Option<String>, desks: Option<Vec<String>>) -> Result<Grant, Problem> {
    let role = match role {
        None => None,
        Some(word) => Some(
            Role::from_word(&word)
                .ok_or_else(|| Problem::bad_request("role").one_of(Role::GIVEN.map(Role::as_str)))?,
        ),
    };
    let Some(keys) = desks else {
        return Ok(Grant { role, desks: None });
    };
    if keys == ["*"] {
        return Ok(Grant { role, desks: Some(DeskScope::All) });
    }
    let settings = context.settings();
    if keys.iter().any(|key| settings.policy.desks.find(key).is_none()) {
        return Err(Problem::new(ProblemCode::NoSuchDesk));
    }
    Ok(Grant { role, desks: Some(DeskScope::Only(keys)) })
}

/// What was changed about an account, by whom and from where; and the conversations of foreign desks that its owner saw or
/// worked on.
#[utoipa::path(get, path = "/v1/accounts/{login}/history", operation_id = "account_history", tag = "accounts",
    params(("login" = String, Path, description = "The login")),
    responses((status = 200, description = "The history", body = AccountHistory)))]
pub(super) async fn history(
    State(context): State<ApiContext>,
    _: Session,
    Path(login): Path<String>,
) -> Result<Json<AccountHistory>, Problem> {
    let changes = context.store.account_history(login.clone()).await?;
    let exceptions = context.store.desk_exceptions(login, MOST_EXCEPTIONS).await?;
    Ok(Json(AccountHistory {
        changes: changes.into_iter().map(change).collect(),
        desk_exceptions: exceptions.into_iter().map(exception).collect(),
    }))
}

fn change(of: AccountChanged) -> AccountChangeView {
    let AccountChanged { at, what, by, from, old, new } = of;
    AccountChangeView { at, what: what.as_str().to_owned(), by, from, old, new }
}

fn exception(of: DeskException) -> DeskExceptionView {
    let DeskException { conversation_id, desk, n_seen, n_done, first_at, last_at } = of;
    DeskExceptionView { conversation_id, desk, n_seen, n_done, first_at, last_at }
}

/// Do something with somebody else's account.
#[utoipa::path(post, path = "/v1/accounts/{login}/actions", operation_id = "act_on_account", tag = "accounts",
    params(("login" = String, Path, description = "The login")),
    request_body = AccountAction, responses((status = 204, description = "Done")))]
pub(super) async fn act(
    State(context): State<ApiContext>,
    session: Session,
    Path(login): Path<String>,
    Json(action): Json<AccountAction>,
) -> Result<StatusCode, Problem> {
    if login == session.counselor.login {
        return Err(Problem::new(ProblemCode::NotYourself));
    }
    let (store, by, now) = (&context.store, &session.actor, context.now());
    match action {
        AccountAction::Disable {} => {
            store.disable_account(login, by, now).await?;
        }
        AccountAction::Enable {} => {
            store.enable_account(login, by, now).await?;
        }
        AccountAction::Unlock {} => {
            store.unlock_account(login, by, now).await?;
        }
        AccountAction::Grant { role, desks } => {
            store.grant(login, grant(&context, role, desks)?, by, now).await?;
        }
        AccountAction::Password { password } => {
            let name = name_of(&context, &login).await?;
            strong(&password, (&login, &name))?;
            store.reset_password(login, password, by, now).await?;
        }
        AccountAction::EndSessions {} => {
            store.end_sessions(login, Ending::All, by, now).await?;
        }
        AccountAction::TotpReset {} => {
            store.drop_totp(login, AccountChange::TotpReset, by, now).await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn name_of(context: &ApiContext, login: &str) -> Result<String, Problem> {
    let all = context.store.counselors().await?;
    let found = all.into_iter().find(|counselor| counselor.login == login);
    found.map(|counselor| counselor.name).ok_or_else(|| Problem::new(ProblemCode::NotFound))
}
