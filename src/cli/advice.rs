//! `munja advice TEXT`, and the lines of advice before a reply is sent. Advice never keeps anybody from sending.

use super::compose::words;
use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use crate::api::wire::{AdviceList, AdviceView};
use crate::client::Client;
use crate::client::message::advice_line;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let text = if args.text.is_empty() || args.text == ["-"] {
        input::standard(context)?
    } else {
        words(&args.text)
    };
    if text.trim().is_empty() {
        return Err(Failure::here(Exit::Usage, "no_text", []));
    }
    let list = context.client()?.advice(text.trim()).await?;
    if context.json {
        return context.print_json(&list);
    }
    let all = lines(context, &list);
    let all = if all.is_empty() { context.say.t("advice-none") } else { all.join("\n") };
    context.print(&all)
}

/// Shows advice about a reply as remarks. A server that gives none is no obstacle.
pub async fn remark(context: &mut CliContext, client: &Client, text: &str) {
    let Ok(list) = client.advice(text).await else {
        return;
    };
    for line in lines(context, &list) {
        context.remark(&line);
    }
}

fn lines(context: &CliContext, list: &AdviceList) -> Vec<String> {
    list.advice.iter().map(|one| line(context, one)).collect()
}

fn line(context: &CliContext, one: &AdviceView) -> String {
    format!("{} {}", context.paint.faint("·"), advice_line(&context.say, one))
}
