//! `munja write N|NUMBER TEXT`: writes to a citizen first. `munja refer N`: an outside department works on it.

use super::action;
use super::compose::words;
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use super::message;
use crate::api::wire::{ActionRequest, MessageView, WriteFirstRequest, WriteToNumberRequest};
use crate::client::When;
use crate::domain::outbound::ClientKey;

/// A number of so many digits is a phone's, not a conversation's.
const FEWEST_DIGITS: usize = 8;

#[derive(clap::Args)]
pub struct Write {
    #[arg(value_name = "N|NUMBER")]
    to: String,
    #[arg(value_name = "TEXT", required = true)]
    text: Vec<String>,
    #[arg(long, value_name = "TEXT", required = true)]
    reason: String,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
    #[arg(long, alias = "yes")]
    parts: bool,
}

/// The farthest that an answer of a department can be due.
const MOST_REFERRAL_DAYS: i64 = 366;

#[derive(clap::Args)]
pub struct Refer {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "DEPARTMENT", required_unless_present = "done", conflicts_with = "done")]
    to: Option<String>,
    #[arg(long, value_name = "DATE", requires = "to", required_unless_present = "done")]
    due: Option<When>,
    #[arg(long)]
    done: bool,
    #[arg(long, value_name = "TEXT", requires = "done", default_value = "")]
    note: String,
}

pub async fn write(context: &mut CliContext, args: &Write) -> Result<(), Failure> {
    let message = WriteFirstRequest {
        text: words(&args.text),
        reason: args.reason.clone(),
        most_texts: (!args.parts).then_some(1),
    };
    let (client, key) = (context.client()?, ClientKey::from_random(rand::random()));
    let digits = args.to.chars().filter(char::is_ascii_digit).count();
    let written = if digits >= FEWEST_DIGITS || args.to.starts_with(['0', '+']) {
        let WriteFirstRequest { text, reason, most_texts } = message;
        let (number, desk) = (args.to.clone(), args.desk.clone());
        let request = WriteToNumberRequest { number, desk, text, reason, most_texts };
        client.write_to_number(&request, &key).await?
    } else {
        let n: i64 = args.to.parse().map_err(|_| Failure::here(Exit::Usage, "not_a_conversation", []))?;
        context.about = Some(n);
        client.write_first(n, &message, &key).await?
    };
    if context.json {
        return context.print_json(&written);
    }
    let n = written.conversation_id.to_string();
    let mut lines = vec![context.say.with("wrote-first", [("n", n.into())])];
    for text in written.messages.iter().filter_map(MessageView::outbound) {
        lines.push(message::delivery(context, text));
        if context.io.stdout_is_terminal {
            lines.push(conversation::body(context, &text.text));
        }
    }
    context.print(&lines.join("\n"))
}

pub async fn refer(context: &mut CliContext, args: &Refer) -> Result<(), Failure> {
    let (to, due) = match (&args.to, &args.due) {
        (Some(to), Some(due)) => (to.clone(), *due),
        _ => {
            let end = ActionRequest::EndReferral { note: args.note.clone() };
            return action::act(context, args.n, end, "referral_ended").await;
        }
    };
    let due_at = action::moment(context, due, MOST_REFERRAL_DAYS)?;
    let request = ActionRequest::Refer { department: to, due_at };
    action::act_until(context, args.n, request, "referred", due_at).await
}
