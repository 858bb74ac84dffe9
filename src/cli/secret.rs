//! Reading passwords and codes: from the terminal without showing them, or line by line from standard input.

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::client::Values;
use crate::domain::password::{WeakPassword, check};

/// Asks for a password; with `from_stdin`, the next line of standard input.
pub fn password(
    context: &mut CliContext,
    (question, values): (&str, Values),
    from_stdin: bool,
) -> Result<SecretString, Failure> {
    if from_stdin {
        return Ok(context.read_line().context("password")?.into());
    }
    if !context.io.stdin_is_terminal {
        return Err(Failure::here(Exit::Usage, "no_password", []));
    }
    let question = context.say.with(question, values);
    context.forget_unasked();
    Ok(rpassword::prompt_password(format!("{question} ")).context("password")?.into())
}

/// Asks for a new password, on a terminal twice.
pub fn new_password(context: &mut CliContext, from_stdin: bool) -> Result<SecretString, Failure> {
    let mut new = password(context, ("ask-new-password", Vec::new()), from_stdin)?;
    // What the server would refuse is asked again before it is typed twice. An empty line gives up.
    while !from_stdin && !new.expose_secret().is_empty() && !has_good_length(new.expose_secret()) {
        let words = [context.say.t("error-password_length"), context.say.t("password-again")].join(" ");
        context.remark(&words);
        new = password(context, ("ask-new-password", Vec::new()), false)?;
    }
    if !from_stdin && !new.expose_secret().is_empty() {
        let again = password(context, ("ask-password-again", Vec::new()), false)?;
        if again.expose_secret() != new.expose_secret() {
            return Err(Failure::here(Exit::Usage, "passwords_differ", []));
        }
    }
    Ok(new)
}

fn has_good_length(password: &str) -> bool {
    !matches!(check(password, "", ""), Err(WeakPassword::Short | WeakPassword::Long))
}

/// Asks for a code of the second factor. It is good once, and shown as it is typed.
pub fn code(context: &mut CliContext, question: &str) -> Result<String, Failure> {
    if context.io.stdin_is_terminal {
        let question = context.say.t(question);
        return context.asks(&question);
    }
    Ok(context.read_line().context("code")?.trim().to_owned())
}
