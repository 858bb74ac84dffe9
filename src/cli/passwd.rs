//! `munja passwd`: changes one's own password. All other sessions end.

use secrecy::ExposeSecret;

use super::context::CliContext;
use super::failure::Failure;
use super::secret;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    password_stdin: bool,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let client = context.client()?;
    let old = secret::password(context, ("ask-old-password", Vec::new()), args.password_stdin)?;
    let new = secret::new_password(context, args.password_stdin)?;
    client.change_password(old.expose_secret(), new.expose_secret()).await?;
    let sentence = context.say.t("password-changed");
    context.print_done("password_changed", &sentence)
}
