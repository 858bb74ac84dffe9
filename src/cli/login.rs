//! `munja login`: asks for a password, keeps the token, never the password.

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::Exit;
use super::desk::Desk;
use super::failure::Failure;
use super::render::one_word;
use super::session::DEFAULT_SERVER;
use crate::api::wire::LoginRequest;
use crate::domain::text::safe_for_terminal;

#[derive(clap::Args)]
pub struct Args {
    #[arg(short, long, value_name = "LOGIN")]
    user: Option<String>,
    #[arg(long)]
    password_stdin: bool,
}

pub async fn run(desk: &mut Desk, args: Args) -> Result<(), Failure> {
    let server = match desk.server.clone() {
        Some(server) => server,
        None => desk.profile.session()?.map_or_else(|| DEFAULT_SERVER.to_owned(), |kept| kept.server),
    };
    // An unusable address is told before a password is asked for.
    let client = desk.client_of(&server)?;
    let login = user(desk, args.user)?;
    let password = password(desk, &login, args.password_stdin)?;
    let request = LoginRequest { login, password: password.expose_secret().to_owned() };
    let answer = client.login(&request).await?;
    desk.profile.keep(&server, &answer)?;
    if desk.json {
        return desk.print_json(&serde_json::json!({
            "done": "logged_in", "server": server, "expires_at": answer.expires_at, "counselor": answer.counselor,
        }));
    }
    let until = desk.times().clock(answer.expires_at);
    let values = [
        ("name", one_word(&answer.counselor.name).into()),
        ("server", safe_for_terminal(&server).into()),
        ("until", until.into()),
    ];
    let sentence = desk.say.with("logged-in", values);
    desk.print(&sentence)
}

fn user(desk: &mut Desk, given: Option<String>) -> Result<String, Failure> {
    if let Some(login) = given {
        return Ok(login);
    }
    if !desk.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_user", []));
    }
    let question = desk.say.t("ask-user");
    let _ = write!(desk.io.stderr, "{question} ").and_then(|()| desk.io.stderr.flush());
    Ok(desk.line().context("login")?.trim().to_owned())
}

fn password(desk: &mut Desk, login: &str, from_stdin: bool) -> Result<SecretString, Failure> {
    if from_stdin {
        return Ok(desk.line().context("password")?.into());
    }
    if !desk.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_password", []));
    }
    let question = desk.say.with("ask-password", [("login", one_word(login).into())]);
    Ok(rpassword::prompt_password(format!("{question} ")).context("password")?.into())
}
