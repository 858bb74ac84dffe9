//! `munja doubt`: lists replies of which the carrier can't say whether they were sent, a page at a time.

use super::context::CliContext;
use super::conversation;
use super::failure::Failure;
use crate::client::citizen::whole;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long, value_name = "NEXT", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let list = context.client()?.in_doubt(args.after).await?;
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
        let citizen = whole(&context.say, &item.citizen, &item.citizen_name);
        context.print(&format!("{} · {citizen}\n{text}", context.paint.strong(&title)))?;
    }
    if let Some(next) = list.next {
        let remark =
            context.say.with("next-page", [("command", format!("munja doubt --after {next}").into())]);
        context.remark(&remark);
    }
    Ok(())
}
