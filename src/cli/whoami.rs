//! `munja whoami`: shows who is logged in, as the server sees it.

use super::context::CliContext;
use super::failure::Failure;
use crate::client::audit::role_word;
use crate::client::format::one_word;

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let me = context.client()?.me().await?;
    if context.json {
        return context.print_json(&me);
    }
    let who = format!("{} ({})", one_word(&me.counselor.name), one_word(&me.counselor.login));
    let role = role_word(&context.say, &me.role);
    context.print(&format!("{who} · {role}"))
}
