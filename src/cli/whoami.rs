//! `munja whoami`: shows who is logged in, as the server sees it.

use super::context::CliContext;
use super::failure::Failure;
use crate::client::format::one_word;

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let me = context.client()?.me().await?;
    if context.json {
        return context.print_json(&me);
    }
    let mut shown = format!("{} ({})", one_word(&me.counselor.name), one_word(&me.counselor.login));
    if let Some(role) = context.say.find(&format!("role-{}", me.role)).filter(|_| me.role != "counselor") {
        shown = format!("{shown} · {role}");
    }
    context.print(&shown)
}
