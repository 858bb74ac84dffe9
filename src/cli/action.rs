//! Actions on a conversation other than a reply: `urgent`, `ack`, `false-alarm`, `where`, `note`, `promise`, `remind`,
//! `transfer`, `return`, `take`, `warn`, `restrict`, `unrestrict`, `optout`, `optin`, `prefer`, `category`. Each prints one sentence.

use clap::builder::NonEmptyStringValueParser;

use super::compose::words;
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::ActionRequest;
use crate::client::format::one_word;
use crate::client::last_seen;
use crate::client::{MOST_DAYS, NotDue, When, span_ms};

/// `munja urgent N`, `ack`, `warn`, `unrestrict`: only the conversation.
#[derive(clap::Args)]
pub struct NumberOnly {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
}

/// A conversation and a text.
#[derive(clap::Args)]
pub struct WithText {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "TEXT", required = true)]
    pub(super) text: Vec<String>,
}

/// A conversation and a text, or none to remove it.
#[derive(clap::Args)]
pub struct WithOptionalText {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
}

/// A conversation, a moment, and a text.
#[derive(clap::Args)]
pub struct WithSpan {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "WHEN")]
    span: When,
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
}

#[derive(clap::Args)]
pub struct Transfer {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "DESK", required_unless_present = "person", conflicts_with = "person")]
    pub(super) desk: Option<String>,
    #[arg(long, value_name = "LOGIN")]
    pub(super) person: Option<String>,
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    note: String,
}

/// `munja false-alarm N --reason TEXT`.
#[derive(clap::Args)]
pub struct FalseAlarm {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    reason: String,
}

#[derive(clap::Args)]
pub struct Restrict {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "SPAN", value_parser = span_ms)]
    span: i64,
    #[arg(long, value_name = "TEXT", required = true, value_parser = NonEmptyStringValueParser::new())]
    reason: String,
}

pub async fn urgent(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Urgent {}, "urgent").await
}

pub async fn ack(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Ack {}, "acked").await
}

pub async fn ask_where(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Where {}, "asked_where").await
}

pub async fn false_alarm(context: &mut CliContext, args: &FalseAlarm) -> Result<(), Failure> {
    let last_seen = seen(context, args.n)?;
    let action = ActionRequest::FalseAlarm { reason: args.reason.clone(), last_seen };
    act(context, args.n, action, "alarm_ended").await
}

pub async fn warn(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Warn {}, "warned").await
}

pub async fn unrestrict(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Unrestrict {}, "unrestricted").await
}

pub async fn opt_out(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::OptOut {}, "opted_out").await
}

pub async fn opt_in(context: &mut CliContext, args: &NumberOnly) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::OptIn {}, "opted_in").await
}

pub async fn note(context: &mut CliContext, args: &WithText) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Note { text: words(&args.text) }, "noted").await
}

pub async fn category(context: &mut CliContext, args: &WithText) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Category { category: words(&args.text) }, "categorised").await
}

pub async fn prefer(context: &mut CliContext, args: &WithOptionalText) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Prefer { text: words(&args.text) }, "preferred").await
}

pub async fn promise(context: &mut CliContext, args: &WithSpan) -> Result<(), Failure> {
    let due_at = moment(context, args.span, MOST_DAYS)?;
    act_until(context, args.n, ActionRequest::Promise { due_at }, "promised", due_at).await?;
    if !args.text.is_empty() {
        // The promise stands also where its note is refused; the error says so.
        context.client()?.act(args.n, &ActionRequest::Note { text: words(&args.text) }).await?;
    }
    Ok(())
}

pub async fn remind(context: &mut CliContext, args: &WithSpan) -> Result<(), Failure> {
    let due_at = moment(context, args.span, MOST_DAYS)?;
    let action = ActionRequest::Remind { due_at, text: words(&args.text) };
    act_until(context, args.n, action, "reminding", due_at).await
}

pub async fn transfer(context: &mut CliContext, args: &Transfer) -> Result<(), Failure> {
    let (to_desk, person, note) = (args.desk.clone(), args.person.clone(), args.note.clone());
    let action = ActionRequest::Transfer { desk: to_desk.clone(), person: person.clone(), note };
    let Some(person) = person else {
        act(context, args.n, action, "transferred").await?;
        return remark_if_closed(context, &to_desk.unwrap_or_default()).await;
    };
    context.about = Some(args.n);
    let detail = context.client()?.act(args.n, &action).await?;
    // A danger that nobody has answered is offered to nobody alone.
    let key = if detail.summary.offered_to.is_some() { "did-offered" } else { "did-offered-to-all" };
    let who = detail.summary.offered_to_name.as_deref().unwrap_or(&person);
    let values = [("n", args.n.to_string().into()), ("who", one_word(who).into())];
    let sentence = context.say.with(key, values);
    context.print_done("transferred", &sentence)?;
    match detail.summary.offered_until_at {
        Some(until) => remark_if_off(context, &person, until).await,
        None => Ok(()),
    }
}

/// Says when a conversation was passed on to somebody who is off: nobody else is given it until then.
async fn remark_if_off(context: &mut CliContext, login: &str, until: i64) -> Result<(), Failure> {
    // It was passed on whatever this says.
    let Ok(list) = context.client()?.colleagues().await else {
        return Ok(());
    };
    if let Some(who) = list.colleagues.iter().find(|one| one.login == login && one.is_off()) {
        let values = [("who", one_word(&who.name).into()), ("at", context.times().clock(until).into())];
        let words = context.say.with("transfer-off", values);
        let words = context.paint.alert(&words);
        context.remark(&words);
    }
    Ok(())
}

/// Says when a desk opens to which a conversation was passed on, if it is closed.
async fn remark_if_closed(context: &mut CliContext, desk: &str) -> Result<(), Failure> {
    // It was passed on whatever this says.
    let Ok(list) = context.client()?.desks().await else {
        return Ok(());
    };
    let closed = list.desks.into_iter().find(|found| found.key == desk && !found.is_open);
    if let Some(opens_at) = closed.and_then(|closed| closed.until_at) {
        let at = context.times().clock(opens_at);
        let words = context.say.with("transfer-closed", [("desk", one_word(desk).into()), ("at", at.into())]);
        let words = context.paint.alert(&words);
        context.remark(&words);
    }
    Ok(())
}

pub async fn give_back(context: &mut CliContext, args: &WithText) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Return { note: words(&args.text) }, "returned").await
}

pub async fn take(context: &mut CliContext, args: &WithText) -> Result<(), Failure> {
    act(context, args.n, ActionRequest::Take { note: words(&args.text) }, "taken").await
}

pub async fn restrict(context: &mut CliContext, args: &Restrict) -> Result<(), Failure> {
    let until_at = context.io.clock.now_ms() + args.span;
    let action = ActionRequest::Restrict { until_at, reason: args.reason.clone() };
    act_until(context, args.n, action, "restricted", until_at).await
}

/// The moment that somebody typed (milliseconds UTC), for something that is due within so many days.
pub(super) fn moment(context: &CliContext, when: When, most_days: i64) -> Result<i64, Failure> {
    let due = when.due_at(context.io.clock.now_ms(), &context.io.zone, most_days);
    due.map_err(|(why, at)| {
        let code = match why {
            NotDue::Unclear => "bad_time",
            NotDue::Past => "time_past",
            NotDue::TooFar => "time_too_far",
        };
        let at = at.map(|at| context.times().clock(at)).unwrap_or_default();
        Failure::here(Exit::Usage, code, [("at", at.into()), ("days", most_days.into())])
    })
}

/// The citizen's last text that was shown here. What was never shown is looked at first.
pub(super) fn seen(context: &mut CliContext, n: i64) -> Result<i64, Failure> {
    context.about = Some(n);
    last_seen(&context.profile, n).ok_or_else(|| Failure::here(Exit::LookFirst, "not_seen", []))
}

pub(super) async fn act(
    context: &mut CliContext,
    n: i64,
    action: ActionRequest,
    done: &str,
) -> Result<(), Failure> {
    act_until(context, n, action, done, 0).await
}

pub(super) async fn act_until(
    context: &mut CliContext,
    n: i64,
    action: ActionRequest,
    done: &str,
    until: i64,
) -> Result<(), Failure> {
    context.about = Some(n);
    let done_by = context.client()?.act(n, &action).await;
    let detail = done_by.inspect_err(|error| conversation::show_newer(context, error))?;
    let values = [
        ("n", n.to_string().into()),
        ("desk", one_word(detail.desk_name.as_deref().unwrap_or(&detail.summary.desk)).into()),
        ("category", one_word(detail.category.as_deref().unwrap_or_default()).into()),
        ("at", context.times().clock(until).into()),
    ];
    let sentence = context.say.with(&format!("did-{done}"), values);
    context.print_done(done, &sentence)
}
