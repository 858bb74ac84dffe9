//! `munja doubt`: lists replies of which the carrier can't say whether they were sent.

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;
use crate::client::format::one_word;

pub async fn run(context: &mut CliContext) -> Result<(), Failure> {
    let list = context.client()?.in_doubt().await?;
    if context.json {
        return context.print_json(&list);
    }
    if list.messages.is_empty() {
        let sentence = context.say.t("doubt-empty");
        return context.print(&sentence);
    }
    for item in &list.messages {
        let n = item.conversation_id.to_string();
        let title = context.say.with("conversation-title", [("n", n.into())]);
        let text = conversation::text_block(context, &item.message);
        context.print(&format!("{} · {}\n{text}", context.paint.strong(&title), one_word(&item.citizen)))?;
    }
    Ok(())
}
