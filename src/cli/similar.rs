//! `munja similar N`: questions like that of a conversation, with the answers they got.

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::SimilarView;
use crate::domain::text::{one_line, safe_for_terminal};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    let list = context.client()?.similar(args.n).await?;
    if context.json {
        return context.print_json(&list);
    }
    let Some(first) = list.similar.first() else {
        return Err(Failure::here(Exit::Nothing, "nothing_similar", []));
    };
    let all = list.similar.iter().map(|one| block(context, one)).collect::<Vec<_>>().join("\n\n");
    context.print(&all)?;
    let values = [("n", args.n.to_string().into()), ("m", first.conversation_id.to_string().into())];
    let remark = context.say.with("similar-how", values);
    context.remark(&remark);
    Ok(())
}

/// A head line, the question, and the answer behind a bar.
fn block(context: &CliContext, one: &SimilarView) -> String {
    let n = context.paint.strong(&one.conversation_id.to_string());
    let category =
        one.category.as_deref().map(|name| format!(" · {}", one_line(name, 40))).unwrap_or_default();
    let mut lines = vec![format!("{n}  {}{category}", context.times().clock(one.closed_at))];
    lines.push(format!("  ? {}", one_line(&one.question, 200)));
    lines.extend(safe_for_terminal(&one.answer).lines().map(|line| format!("  │ {line}")));
    lines.join("\n")
}
