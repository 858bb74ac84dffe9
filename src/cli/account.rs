//! `munja accounts` and `munja account`: the accounts of others, for administrators; auditors look.

use clap::ValueEnum;
use secrecy::ExposeSecret;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::secret;
use crate::api::wire::{
    AccountAction, AccountChangeView, AccountView, DeskExceptionView, DeskList, NewAccountRequest,
};
use crate::client::Client;
use crate::client::audit::role_word;
use crate::client::changed_value;
use crate::client::desks::{desk_name, desks_served};
use crate::client::format::one_word;
use crate::client::table::{lines, table};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "LOGIN")]
    login: String,
    #[arg(value_name = "WHAT")]
    what: What,
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[arg(long, value_name = "DESK,DESK", value_delimiter = ',')]
    desks: Option<Vec<String>>,
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Add,
    Grant,
    Disable,
    Enable,
    Unlock,
    Passwd,
    EndSessions,
    TotpReset,
    History,
}

pub async fn list(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.accounts().await?;
    if context.json {
        return context.print_json(&list);
    }
    let desks = context.desks().await;
    let rows: Vec<_> = list.accounts.iter().map(|account| row(context, desks.as_ref(), account)).collect();
    let text = if context.io.stdout_is_terminal {
        let heads = ["head-login", "head-role", "head-desk", "head-name", "head-state"];
        table(heads.map(|id| context.say.t(id)).to_vec(), rows, context.io.columns)
    } else {
        lines(&rows)
    };
    context.print(&text)
}

fn row(context: &CliContext, desks: Option<&DeskList>, account: &AccountView) -> Vec<String> {
    let say = &context.say;
    let mut words = Vec::new();
    words.extend(account.has_totp.then(|| say.t("account-has-totp")));
    words.extend(account.must_change_password.then(|| say.t("account-must-change")));
    words.extend(
        account.used_at.map(|at| say.with("account-used", [("at", context.times().clock(at).into())])),
    );
    words.extend(account.disabled_at.map(|_| say.t("account-disabled")));
    let desks = desks_served(say, |key| desk_name(desks, key), &account.desks);
    let (login, name) = (one_word(&account.login), one_word(&account.name));
    vec![login, role_word(say, &account.role), desks, name, words.join(" · ")]
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let client = context.client()?;
    let login = args.login.clone();
    match args.what {
        What::History => return history(context, &client, &login).await,
        What::Add => {
            add(context, &client, args).await?;
            return done(context, &login, "account_added", "account-added");
        }
        _ => {
            let action = action(context, args)?;
            client.act_on_account(&login, &action).await?;
        }
    }
    done(context, &login, "account_changed", "account-changed")
}

fn done(context: &mut CliContext, login: &str, done: &str, sentence: &str) -> Result<(), Failure> {
    if context.json {
        return context.print_json(&serde_json::json!({ "done": done, "login": login }));
    }
    let sentence = context.say.with(sentence, [("login", one_word(login).into())]);
    context.print(&sentence)
}

fn action(context: &mut CliContext, args: Args) -> Result<AccountAction, Failure> {
    Ok(match args.what {
        What::Disable => AccountAction::Disable {},
        What::Enable => AccountAction::Enable {},
        What::Unlock => AccountAction::Unlock {},
        What::EndSessions => AccountAction::EndSessions {},
        What::TotpReset => AccountAction::TotpReset {},
        What::Passwd => {
            let password = secret::new_password(context, args.password_stdin)?;
            AccountAction::Password { password: password.expose_secret().to_owned() }
        }
        What::Add | What::Grant | What::History => {
            if args.role.is_none() && args.desks.is_none() {
                return Err(Failure::here(Exit::Usage, "nothing_granted", []));
            }
            AccountAction::Grant { role: args.role, desks: args.desks }
        }
    })
}

async fn add(context: &mut CliContext, client: &Client, args: Args) -> Result<(), Failure> {
    let password = secret::new_password(context, args.password_stdin)?;
    let request = NewAccountRequest {
        name: args.name.unwrap_or_else(|| args.login.clone()),
        login: args.login,
        password: password.expose_secret().to_owned(),
        role: args.role,
        desks: args.desks,
    };
    Ok(client.add_account(&request).await?)
}

async fn history(context: &mut CliContext, client: &Client, login: &str) -> Result<(), Failure> {
    let history = client.account_history(login).await?;
    if context.json {
        return context.print_json(&history);
    }
    let desks = context.desks().await;
    for change in &history.changes {
        let sentence = changed(context, desks.as_ref(), change);
        context.print(&sentence)?;
    }
    for one in &history.desk_exceptions {
        let sentence = exception(context, desks.as_ref(), one);
        context.print(&sentence)?;
    }
    Ok(())
}

fn changed(context: &CliContext, desks: Option<&DeskList>, change: &AccountChangeView) -> String {
    let what = context.say.find(&format!("change-{}", change.what)).unwrap_or_else(|| one_word(&change.what));
    let from = one_word(&change.from);
    let by = change.by.as_ref().map_or_else(|| from.clone(), |by| format!("{} ({from})", one_word(by)));
    let value = |value| changed_value(&context.say, |key| desk_name(desks, key), (&change.what, value));
    let values = match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!(" {} → {}", value(old), value(new)),
        (None, Some(new)) => format!(" {}", value(new)),
        _ => String::new(),
    };
    format!("{}  {what}{values}  {by}", context.times().clock(change.at))
}

fn exception(context: &CliContext, desks: Option<&DeskList>, one: &DeskExceptionView) -> String {
    let values = [
        ("at", context.times().clock(one.last_at).into()),
        ("n", one.conversation_id.into()),
        ("desk", desk_name(desks, &one.desk).into()),
        ("seen", one.n_seen.into()),
        ("done", one.n_done.into()),
    ];
    context.say.with("desk-exception", values)
}
