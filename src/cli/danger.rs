//! What is done about a danger beside answering: `reveal` (the number), `where` (asks the citizen), `handover` (119 or 112).

use clap::ValueEnum;
use clap::builder::NonEmptyStringValueParser;

use super::action::seen;
use super::context::CliContext;
use super::conversation::{show_newer, text_block};
use super::failure::Failure;
use crate::api::wire::{ActionRequest, ConversationDetail, RevealRequest, RevealWhat, Revealed};
use crate::client::format::one_word;
use crate::client::note_seen;
use crate::domain::text::{one_line, safe_for_terminal};

/// `munja reveal N --reason TEXT`.
#[derive(clap::Args)]
pub struct Reveal {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    reason: String,
    #[arg(long)]
    texts: bool,
}

/// `munja handover N 119|112`.
#[derive(clap::Args)]
pub struct Handover {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "119|112")]
    service: Service,
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    told: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Service {
    #[value(name = "119")]
    Fire,
    #[value(name = "112")]
    Police,
}

impl Service {
    fn number(self) -> &'static str {
        match self {
            Service::Fire => "119",
            Service::Police => "112",
        }
    }
}

pub async fn reveal(context: &mut CliContext, args: &Reveal) -> Result<(), Failure> {
    context.about = Some(args.n);
    let what = if args.texts { RevealWhat::Texts } else { RevealWhat::Number };
    let request = RevealRequest { reason: args.reason.clone(), what };
    let shown = context.client()?.reveal(args.n, &request).await?;
    if context.json {
        return context.print_json(&shown);
    }
    if args.texts {
        return revealed_texts(context, args.n, &shown);
    }
    let number = one_word(&shown.number);
    let values = [("n", args.n.to_string().into()), ("number", number.into())];
    let sentence = context.say.with("revealed", values);
    context.print(&sentence)
}

/// Texts with what is masked in them elsewhere, each behind a bar.
fn revealed_texts(context: &mut CliContext, n: i64, shown: &Revealed) -> Result<(), Failure> {
    if shown.texts.is_empty() {
        let none = context.say.with("nothing-masked", [("n", n.to_string().into())]);
        return context.print(&none);
    }
    let mut blocks = Vec::new();
    for text in &shown.texts {
        let kind =
            |word: &String| context.say.find(&format!("identity-{word}")).unwrap_or_else(|| one_word(word));
        let holds = text.holds.iter().map(kind).collect::<Vec<_>>().join(", ");
        blocks.push(format!("{} {holds}", context.times().clock(text.at)));
        blocks.extend(safe_for_terminal(&text.text).lines().map(|line| format!("  │ {line}")));
    }
    context.print(&blocks.join("\n"))
}

/// Shows what has to be read out on the phone, then asks who was told. Without a name nothing is recorded but that the number
/// was shown, and the alarm goes on.
pub async fn handover(context: &mut CliContext, args: &Handover) -> Result<(), Failure> {
    context.about = Some(args.n);
    let (client, service) = (context.client()?, args.service.number());
    let mut last_seen = None;
    if args.told.is_none() {
        let reason = context.say.with("handover-reason", [("service", service.into())]);
        let request = RevealRequest { reason, what: RevealWhat::Number };
        let shown = client.reveal(args.n, &request).await?;
        let detail = client.conversation(args.n).await?;
        last_seen = Some(detail.last_inbound_id);
        if context.json {
            let sheet =
                serde_json::json!({ "number": shown.number, "service": service, "conversation": detail });
            return context.print_json(&sheet);
        }
        let sheet = sheet(context, &detail, (service, &shown.number));
        context.print(&sheet)?;
        note_seen(&context.profile, args.n, detail.last_inbound_id)?;
    }
    let told = match &args.told {
        Some(told) => told.clone(),
        None if context.io.stdin_is_terminal => {
            let question = context.say.with("ask-told", [("service", service.into())]);
            context.asks(&question)?
        }
        None => String::new(),
    };
    let n = ("n", args.n.to_string().into());
    if told.is_empty() {
        let remark = context.say.with("handover-open", [n, ("service", service.into())]);
        context.remark(&remark);
        return Ok(());
    }
    let last_seen = last_seen.map_or_else(|| seen(context, args.n), Ok)?;
    let action = ActionRequest::Handover { service: service.to_owned(), told, last_seen };
    if let Err(error) = client.act(args.n, &action).await {
        show_newer(context, &error);
        return Err(error.into());
    }
    let sentence = context.say.with("did-handed_over", [n, ("service", service.into())]);
    context.print_done("handed_over", &sentence)
}

/// What is read out: who we are, the number, and everything the citizen wrote, with times.
fn sheet(context: &CliContext, detail: &ConversationDetail, (service, number): (&str, &str)) -> String {
    let say = &context.say;
    let title = say.with(
        "handover-title",
        [("service", service.to_owned().into()), ("n", detail.summary.id.to_string().into())],
    );
    let mut blocks = vec![context.paint.strong(&title)];
    blocks.push(context.paint.strong(&say.with("handover-number", [("number", one_word(number).into())])));
    if let Some(preference) = &detail.preference {
        blocks.push(say.with("preference", [("text", one_line(preference, 200).into())]));
    }
    blocks.push(say.t("handover-texts"));
    let theirs = detail.messages.iter().filter(|text| text.inbound().is_some());
    blocks.extend(theirs.map(|text| text_block(context, text)));
    blocks.push(say.t("handover-by-text"));
    blocks.join("\n")
}
