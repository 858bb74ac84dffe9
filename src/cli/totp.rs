//! `munja totp enable|disable`: one-time codes of a phone at the log-in.

use clap::ValueEnum;
use secrecy::ExposeSecret;

use super::context::CliContext;
use super::failure::Failure;
use super::secret;
use crate::client::Client;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "enable|disable")]
    what: What,
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Enable,
    Disable,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let client = context.client()?;
    let password = secret::password(context, ("ask-old-password", Vec::new()), args.password_stdin)?;
    if args.what == What::Enable {
        return enable(context, &client, password.expose_secret()).await;
    }
    client.disable_totp(password.expose_secret()).await?;
    let sentence = context.say.t("totp-disabled");
    context.print_done("totp_disabled", &sentence)
}

/// Shows the secret, takes a code of it, and shows the recovery codes. With `--json` each of the two is a line.
pub async fn enable(context: &mut CliContext, client: &Client, password: &str) -> Result<(), Failure> {
    let setup = client.begin_totp(password).await?;
    if context.json {
        context.print_json(&setup)?;
    } else {
        let values = [("secret", grouped(&setup.secret).into()), ("uri", setup.uri.into())];
        let sentence = context.say.with("totp-setup", values);
        context.print(&sentence)?;
    }
    let code = secret::code(context, "ask-first-code")?;
    let given = client.confirm_totp(&code).await?;
    if context.json {
        return context.print_json(&given);
    }
    let sentence = context.say.with("totp-enabled", [("codes", indented(&given.codes).into())]);
    context.print(&sentence)
}

/// A line for each, which a catalogue cannot indent.
fn indented(codes: &[String]) -> String {
    codes.iter().map(|code| format!("  {code}")).collect::<Vec<_>>().join("\n")
}

/// In groups of four, as people type it.
fn grouped(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
