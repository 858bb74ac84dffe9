//! `munja login`: asks for a password, and for a code where the account has a second factor; keeps the token, never the
//! password. What has to be done first, such as choosing a password of one's own, is done at once.

use std::path::PathBuf;

use jiff::tz::TimeZone;
use secrecy::ExposeSecret;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use super::{secret, totp};
use crate::api::wire::{LoginRequest, LoginResponse, ProblemCode};
use crate::client::format::one_word;
use crate::client::{Client, DEFAULT_SERVER};
use crate::domain::text::safe_for_terminal;

#[derive(clap::Args)]
pub struct Args {
    #[arg(short, long, value_name = "LOGIN")]
    user: Option<String>,
    #[arg(long)]
    password_stdin: bool,
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// A bundle of certificates is smaller.
const MOST_CA_BYTES: usize = 4 << 20;

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let kept = context.profile.session()?;
    let server = match (context.server.clone(), &kept) {
        (Some(server), _) => server,
        (None, Some(kept)) => kept.server.clone(),
        (None, None) => DEFAULT_SERVER.to_owned(),
    };
    let ca = match &args.ca {
        Some(path) => Some(input::text_of(path, MOST_CA_BYTES)?),
        None => kept.filter(|kept| kept.server == server).and_then(|kept| kept.ca),
    };
    // An unusable address is reported before the password is asked for.
    let client = context.client_to(&server, ca.as_deref())?;
    // Its own old token: it knows this device by it.
    let known = match context.profile.device_token(&server) {
        Some(token) => client.clone().with_token(token),
        None => client.clone(),
    };
    let login = user(context, args.user)?;
    let question = ("ask-password", vec![("login", one_word(&login).into())]);
    let password = secret::password(context, question, args.password_stdin)?;
    let mut request = LoginRequest { login, password: password.expose_secret().to_owned(), code: args.code };
    let answer = log_in(context, &known, &mut request).await?;
    context.profile.keep_with(&server, ca.as_deref(), &answer)?;
    if let Some(zone) = answer.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok()) {
        context.io.zone = zone;
    }
    said(context, &server, &answer)?;
    let client = client.with_token(answer.token.clone().into());
    first_steps(context, &client, (&answer, request.password), args.password_stdin).await
}

/// Logs in; a code that is needed is asked for.
async fn log_in(
    context: &mut CliContext,
    client: &Client,
    request: &mut LoginRequest,
) -> Result<LoginResponse, Failure> {
    match client.login(request).await {
        Err(error) if error.code() == Some(ProblemCode::CodeNeeded) => {
            request.code = Some(secret::code(context, "ask-code")?);
            Ok(client.login(request).await?)
        }
        answer => Ok(answer?),
    }
}

fn said(context: &mut CliContext, server: &str, answer: &LoginResponse) -> Result<(), Failure> {
    if context.json {
        return context.print_json(&serde_json::json!({
            "done": "logged_in", "server": server, "expires_at": answer.expires_at, "counselor": answer.counselor,
            "first_step": answer.first_step,
        }));
    }
    let until = context.times().clock(answer.expires_at);
    let values = [
        ("name", one_word(&answer.counselor.name).into()),
        ("server", safe_for_terminal(server).into()),
        ("until", until.into()),
    ];
    let sentence = context.say.with("logged-in", values);
    context.print(&sentence)
}

/// What the server wants to be done before anything else. What nobody can be asked for here is named.
async fn first_steps(
    context: &mut CliContext,
    client: &Client,
    (answer, mut password): (&LoginResponse, String),
    from_stdin: bool,
) -> Result<(), Failure> {
    let mut step = answer.first_step.clone();
    if step.as_deref() == Some("password") {
        let is_asked = from_stdin || context.io.stdin_is_terminal;
        let remark = context.say.t(if is_asked { "choose-password" } else { "choose-password-later" });
        context.remark(&remark);
        if !is_asked {
            return Ok(());
        }
        let new = secret::new_password(context, from_stdin)?;
        if new.expose_secret().is_empty() {
            return Ok(());
        }
        client.change_password(&password, new.expose_secret()).await?;
        new.expose_secret().clone_into(&mut password);
        let remark = context.say.t("password-changed");
        context.remark(&remark);
        step = client.me().await?.first_step;
    }
    if step.as_deref() != Some("totp") {
        return Ok(());
    }
    let remark = context.say.t("set-up-totp");
    context.remark(&remark);
    if context.io.stdin_is_terminal && !from_stdin {
        totp::enable(context, client, &password).await?;
    }
    Ok(())
}

fn user(context: &mut CliContext, given: Option<String>) -> Result<String, Failure> {
    if let Some(login) = given {
        return Ok(login);
    }
    if !context.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_user", []));
    }
    let question = context.say.t("ask-user");
    context.asks(&question)
}
