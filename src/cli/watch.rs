//! `munja watch`: prints what happens, one line an event, until interrupted.

use super::context::CliContext;
use super::failure::Failure;
use super::json::terminal_safe_json;
use crate::api::wire::EventView;
use crate::client::Feed;
use crate::client::format::one_word;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long, value_name = "SEQ", value_parser = clap::value_parser!(i64).range(0..))]
    after: Option<i64>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let mut events = context.client()?.events(args.after);
    let begin = context.say.t("watch-begin");
    context.remark(&begin);
    loop {
        match events.next().await? {
            Feed::Event(event) if context.json => {
                context.print(&terminal_safe_json(&serde_json::json!(event), false))?
            }
            Feed::Event(event) => {
                // Danger rings the bell of the terminal.
                let bell =
                    matches!(event.kind.as_str(), "urgent" | "escalated") && context.io.stdout_is_terminal;
                let line = format!("{}{}", if bell { "\u{7}" } else { "" }, line(context, &event));
                context.print(&line)?;
            }
            Feed::Lost { why } => {
                let remark =
                    context.say.with("watch-lost", [("why", one_word(&context.say.cause(&why)).into())]);
                context.remark(&remark);
            }
            Feed::Back => {
                let remark = context.say.t("watch-back");
                context.remark(&remark);
            }
        }
    }
}

/// `14:05 상담 12번: 새 문자가 왔습니다`
fn line(context: &CliContext, event: &EventView) -> String {
    let mut words = vec![context.paint.faint(&context.times().clock(event.at))];
    if let Some(n) = event.conversation_id {
        words.push(
            context.paint.strong(&context.say.with("event-conversation", [("n", n.to_string().into())])),
        );
    }
    words.push(event_sentence(context, event));
    words.join(" ")
}

/// `bizgo: no connection` in the person's language; any other detail as it is.
fn cause(context: &CliContext, detail: &str) -> String {
    match detail.split_once(": ") {
        Some((carrier, why)) => format!("{carrier}: {}", context.say.cause(why)),
        None => detail.to_owned(),
    }
}

fn event_sentence(context: &CliContext, event: &EventView) -> String {
    let detail = event.detail.as_deref().map(|detail| one_word(&cause(context, detail))).unwrap_or_default();
    // An older server tells the log-in only.
    let who = event.counselor_name.as_deref().or(event.counselor.as_deref());
    let who = who.map(one_word).unwrap_or_default();
    let m = event.message_id.map(|m| m.to_string()).unwrap_or_default();
    let kind = one_word(&event.kind);
    let id = if kind == "message" { format!("event-message-{detail}") } else { format!("event-{kind}") };
    let values = [("who", who.clone().into()), ("m", m.into()), ("detail", detail.clone().into())];
    let more = context.say.find_with(&format!("{id}-{detail}"), values.clone());
    // What the service did by itself.
    let nobody = who.is_empty().then(|| context.say.find(&format!("{id}-nobody"))).flatten();
    let known = more.or(nobody).or_else(|| context.say.find_with(&id, values));
    // An event of a newer server is printed as it is.
    let sentence = known.unwrap_or_else(|| [kind, detail, who].join(" ").trim_end().to_owned());
    let urgent = matches!(
        event.kind.as_str(),
        "urgent"
            | "escalated"
            | "promise_late"
            | "reminder"
            | "opened"
            | "reopened"
            | "answer_lost"
            | "needs_decision"
            | "photo_lost"
            | "quarantined"
            | "texts_may_be_lost"
    );
    if urgent { context.paint.alert(&sentence) } else { sentence }
}
