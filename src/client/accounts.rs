//! The client's methods about accounts: one's own, and those of others.

use serde_json::json;

use super::api::{ApiResult, Client};
use super::audit::role_word;
use super::desks::desks_served;
use super::format::one_word;
use super::say::Say;
use crate::api::wire::{
    AccountAction, AccountHistory, AccountList, CodeRequest, NewAccountRequest, PasswordRequest,
    ProofRequest, RecoveryCodes, SessionList, SessionsEnded, TotpSetup,
};

/// A value of an account's history, for the word of what was changed: a role and desks have names, and no desks at all are a dash.
/// `name` is the name of a desk.
pub fn changed_value(say: &Say, name: impl Fn(&str) -> String, (what, value): (&str, &str)) -> String {
    let desks = |word: &str| match desks_served(say, &name, word) {
        none if none.is_empty() => "-".to_owned(),
        named => named,
    };
    match (what, value.split_once(' ')) {
        ("added", Some((role, word))) => format!("{}, {}", role_word(say, role), desks(word)),
        ("added" | "role", _) => role_word(say, value),
        ("desks", _) => desks(value),
        _ => one_word(value),
    }
}

impl Client {
    /// Changes one's own password; all other sessions end.
    pub async fn change_password(&self, old: &str, new: &str) -> ApiResult<()> {
        let request = PasswordRequest { old: old.to_owned(), new: new.to_owned() };
        self.done(self.post("v1/password").json(&request)).await
    }

    /// Begins to set up a second factor.
    pub async fn begin_totp(&self, password: &str) -> ApiResult<TotpSetup> {
        let request = ProofRequest { password: password.to_owned() };
        self.json(self.post("v1/totp").json(&request)).await
    }

    /// Puts it to use by a code of the phone.
    pub async fn confirm_totp(&self, code: &str) -> ApiResult<RecoveryCodes> {
        self.json(self.post("v1/totp/confirm").json(&CodeRequest { code: code.to_owned() })).await
    }

    pub async fn disable_totp(&self, password: &str) -> ApiResult<()> {
        let request = ProofRequest { password: password.to_owned() };
        self.done(self.post("v1/totp/disable").json(&request)).await
    }

    /// One's own sessions.
    pub async fn sessions(&self) -> ApiResult<SessionList> {
        self.json(self.get("v1/sessions")).await
    }

    pub async fn end_session(&self, id: i64) -> ApiResult<()> {
        self.done(self.delete(&format!("v1/sessions/{id}"))).await
    }

    pub async fn end_other_sessions(&self) -> ApiResult<SessionsEnded> {
        self.json(self.post("v1/sessions/end_others").json(&json!({}))).await
    }

    /// All accounts.
    pub async fn accounts(&self) -> ApiResult<AccountList> {
        self.json(self.get("v1/accounts")).await
    }

    pub async fn add_account(&self, request: &NewAccountRequest) -> ApiResult<()> {
        self.done(self.post("v1/accounts").json(request)).await
    }

    pub async fn account_history(&self, login: &str) -> ApiResult<AccountHistory> {
        self.json(self.get(&account(login, "history"))).await
    }

    pub async fn act_on_account(&self, login: &str, action: &AccountAction) -> ApiResult<()> {
        self.done(self.post(&account(login, "actions")).json(action)).await
    }
}

/// The path of an account. A login that could change it is none, and is not found.
fn account(login: &str, what: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let login: String = login.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    format!("v1/accounts/{login}/{what}")
}
