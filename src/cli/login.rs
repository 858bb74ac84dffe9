//! `munja login`: asks for a password, keeps the token, never the password.

use anyhow::Context;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::LoginRequest;
use crate::client::DEFAULT_SERVER;
use crate::client::format::one_word;
use crate::domain::text::safe_for_terminal;

#[derive(clap::Args)]
pub struct Args {
    #[arg(short, long, value_name = "LOGIN")]
    user: Option<String>,
    #[arg(long)]
    password_stdin: bool,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let server = match context.server.clone() {
        Some(server) => server,
        None => context.profile.session()?.map_or_else(|| DEFAULT_SERVER.to_owned(), |kept| kept.server),
    };
    // An unusable address is reported before the password is asked for.
    let client = context.anonymous_client(&server)?;
    // Its own old token: it knows this device by it.
    let client = match context.profile.device_token(&server) {
        Some(token) => client.with_token(token),
        None => client,
    };
    let login = user(context, args.user)?;
    let password = password(context, &login, args.password_stdin)?;
    let request = LoginRequest { login, password: password.expose_secret().to_owned() };
    let answer = client.login(&request).await?;
    context.profile.keep(&server, &answer)?;
    if let Some(zone) = answer.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()) {
        context.io.zone = zone;
    }
    if context.json {
        return context.print_json(&serde_json::json!({
            "done": "logged_in", "server": server, "expires_at": answer.expires_at, "counselor": answer.counselor,
        }));
    }
    let until = context.times().clock(answer.expires_at);
    let values = [
        ("name", one_word(&answer.counselor.name).into()),
        ("server", safe_for_terminal(&server).into()),
        ("until", until.into()),
    ];
    let sentence = context.say.with("logged-in", values);
    context.print(&sentence)
}

fn user(context: &mut CliContext, given: Option<String>) -> Result<String, Failure> {
    if let Some(login) = given {
        return Ok(login);
    }
    if !context.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_user", []));
    }
    let question = context.say.t("ask-user");
    let _ = write!(context.io.stderr, "{question} ").and_then(|()| context.io.stderr.flush());
    Ok(context.read_line().context("login")?.trim().to_owned())
}

fn password(context: &mut CliContext, login: &str, from_stdin: bool) -> Result<SecretString, Failure> {
    if from_stdin {
        return Ok(context.read_line().context("password")?.into());
    }
    if !context.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_password", []));
    }
    let question = context.say.with("ask-password", [("login", one_word(login).into())]);
    Ok(rpassword::prompt_password(format!("{question} ")).context("password")?.into())
}
