//! `munja reply N [TEXT]`: answers a citizen, once.
//!
//! Unless the server took it, what was written is kept as a draft that the editor opens again. Somebody at a terminal sees it as it
//! arrives and is asked before it is sent, without `--yes`; a text that leaves as several is asked for, and in a pipe needs `--parts`. The request carries
//! what the writer saw, so that nobody answers past a text that came in meanwhile, and the promise and category, so that
//! they are kept together with the text or not at all.

use std::path::PathBuf;

use serde_json::json;

use super::action::moment;
use super::advice;
use super::compose::{Composed, Source, compose};
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use super::message::{self, where_kept};
use crate::api::wire::{CannedView, DraftRequest, MessageView, ProblemCode, ReplyRequest, ReplyResponse};
use crate::client::format::one_word;
use crate::client::message::{earlier_answer, length_class, offer as offer_sentence};
use crate::client::reply::{Sent, offered, send};
use crate::client::{
    Client, ClientError, DraftPlace, MOST_DAYS, When, forget_draft, keep_draft, last_seen, put_draft,
};
use crate::domain::photo::MAX_UPLOAD_BYTES;
use crate::domain::text::safe_for_terminal;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    #[arg(long, conflicts_with_all = ["text", "canned"])]
    draft: bool,
    #[arg(long, value_name = "KEY", conflicts_with = "text")]
    pub(super) canned: Option<String>,
    #[arg(long, value_name = "WHEN")]
    promise: Option<When>,
    #[arg(long, value_name = "CATEGORY")]
    pub(super) category: Option<String>,
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    #[arg(long)]
    force: bool,
    #[arg(long, conflicts_with = "preview")]
    again: bool,
    #[arg(long)]
    replace: bool,
    #[arg(long, alias = "yes")]
    parts: bool,
    #[arg(long, value_name = "M", conflicts_with_all = ["text", "canned"], value_parser = clap::value_parser!(i64).range(1..))]
    from: Option<i64>,
    #[arg(long, conflicts_with = "force")]
    preview: bool,
    #[arg(long)]
    advice: bool,
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(0..))]
    last_seen: Option<i64>,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.n);
    // Whatever would stop the reply anyway is reported before it is written.
    let client = context.client()?;
    let seen = args.last_seen.or_else(|| last_seen(&context.profile, args.n));
    let last_seen = seen.ok_or_else(|| Failure::here(Exit::LookFirst, "not_seen", []))?;
    let files = read_photos(&args.photo)?;
    let canned = canned(&client, args).await?;
    let source = Source { n: args.n, words: &args.text, draft: args.draft, from: args.from };
    let Composed { text, is_draft } = match &canned {
        Some(canned) => Composed { text: canned.text.clone(), is_draft: false },
        None => compose(context, &source, &client).await?,
    };
    if args.preview {
        return preview(context, &client, (args.n, &text)).await;
    }
    let asks = context.io.is_terminal() && !context.json && !args.parts;
    if asks {
        let shown = conversation::body(context, &text);
        context.remark(&shown);
    }
    if context.io.stdout_is_terminal || args.advice {
        advice::remark(context, &client, &text).await;
    }
    if asks {
        agree(context, &client, (args.n, &text)).await?;
    }
    let photos = match hand_in(&client, files).await {
        Ok(photos) => photos,
        Err(error) => return Err(unsent(context, &client, error, (args.n, &text)).await),
    };
    let request = ReplyRequest {
        text,
        keep_draft: !is_draft,
        most_texts: (!args.parts).then_some(1),
        last_seen,
        force: args.force,
        again: args.again,
        photos,
        promise_due_at: args.promise.map(|when| moment(context, when, MOST_DAYS)).transpose()?,
        category: args.category.clone().or(canned.and_then(|canned| canned.category)),
    };
    deliver(context, &client, args, request).await
}

/// Shows the text with advice, and sends nothing. The text is kept: the editor opens it again.
async fn preview(context: &mut CliContext, client: &Client, (n, text): (i64, &str)) -> Result<(), Failure> {
    let place = kept(context, client, (n, text)).await?;
    if context.json {
        return context.print_json(&client.advice(text).await?);
    }
    context.print(&safe_for_terminal(text))?;
    advice::remark(context, client, text).await;
    let remark = where_kept(context, n, &place);
    context.remark(&remark);
    Ok(())
}

/// Asks whether to send what was shown; otherwise it is kept as a draft.
async fn agree(context: &mut CliContext, client: &Client, (n, text): (i64, &str)) -> Result<(), Failure> {
    let question = context.say.t("ask-reply");
    if context.confirms(&question)? {
        return Ok(());
    }
    let place = kept(context, client, (n, text)).await?;
    let remark = where_kept(context, n, &place);
    context.remark(&remark);
    Err(Failure::here(Exit::Refused, "not_sent", []))
}

/// Keeps the text as a draft.
async fn kept(context: &CliContext, client: &Client, (n, text): (i64, &str)) -> anyhow::Result<DraftPlace> {
    let based_on = last_seen(&context.profile, n).unwrap_or(0);
    put_draft(client, &context.profile, n, &DraftRequest { text: text.to_owned(), based_on, replaces: None })
        .await
}

/// Sends the reply; with `--replace`, in the server's words if it has characters that can't be sent. The promise and the
/// category go along either way.
async fn deliver(
    context: &mut CliContext,
    client: &Client,
    args: &Args,
    request: ReplyRequest,
) -> Result<(), Failure> {
    let (mut text, mut answer) =
        (request.text.clone(), send(client, &context.profile, args.n, &request).await?);
    if let Some(offer) = answer.as_ref().err().and_then(offered).filter(|_| args.replace).cloned() {
        context.remark(&offer_sentence(&context.say, &offer));
        let mended = ReplyRequest { text: offer.text, ..request.clone() };
        answer = send(client, &context.profile, args.n, &mended).await?;
        text = mended.text;
    }
    let question = answer.as_ref().err().and_then(|error| several(context, error));
    if let Some(question) = question
        && context.confirms(&question)?
    {
        let whole = ReplyRequest { text: text.clone(), most_texts: None, ..request.clone() };
        answer = send(client, &context.profile, args.n, &whole).await?;
    }
    match answer {
        Ok(sent) => {
            forget_draft(&context.profile, args.n, &request.text);
            forget_draft(&context.profile, args.n, &text);
            report(context, args.n, &sent)
        }
        Err(error) => Err(unsent(context, client, error, (args.n, &text)).await),
    }
}

/// The question to somebody at a terminal whether a text may leave in several.
fn several(context: &CliContext, error: &ClientError) -> Option<String> {
    let ClientError::Problem(problem) = error else {
        return None;
    };
    let size = problem.size.as_ref().filter(|_| error.code() == Some(ProblemCode::SeveralTexts))?;
    let asks = context.io.stdin_is_terminal && !context.json;
    asks.then(|| context.say.with("ask-parts", [("parts", size.n_parts.into()), ("n", size.n.into())]))
}

/// Reads the photo files. One that is larger than the server takes is refused before anything is sent.
fn read_photos(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read = |file: &PathBuf| {
        input::bytes_of(file, MAX_UPLOAD_BYTES).map_err(|failure| match failure {
            Failure::Here { code: "file_too_large", .. } => {
                Failure::here(Exit::Unsendable, "photo_too_large", [])
            }
            other => other,
        })
    };
    files.iter().map(read).collect()
}

/// Hands the photos in; the same files again are the same photos, so that an answer sent again is the same answer.
async fn hand_in(client: &Client, files: Vec<Vec<u8>>) -> Result<Vec<i64>, ClientError> {
    let mut photos = Vec::new();
    for file in files {
        photos.push(client.hand_in_photo(file).await?.id);
    }
    Ok(photos)
}

/// The canned reply that is meant, filled in for the conversation's context.
async fn canned(client: &Client, args: &Args) -> Result<Option<CannedView>, Failure> {
    let Some(key) = &args.canned else {
        return Ok(None);
    };
    let at = client.conversation(args.n).await?.summary.desk;
    let list = client.canned(Some(&at)).await?;
    let found = list.replies.into_iter().find(|canned| canned.key == *key);
    let unknown = || Failure::here(Exit::Usage, "no_canned", [("key", one_word(key).into())]);
    found.ok_or_else(unknown).map(Some)
}

fn report(context: &mut CliContext, n: i64, sent: &Sent) -> Result<(), Failure> {
    let answer = &sent.response;
    if let Some(size) = &answer.size {
        context.remark(&length_class(&context.say, size));
    }
    if context.json {
        let mut json = json!(answer);
        if !sent.not_applied.is_empty() {
            json["not_applied"] = json!(sent.not_applied);
        }
        return context.print_json(&json);
    }
    let mut lines = vec![said_first(context, answer)];
    lines.extend(
        answer.messages.iter().filter_map(MessageView::outbound).map(|text| message::delivery(context, text)),
    );
    if context.io.stdout_is_terminal {
        // As it arrives: a shell may have changed it.
        lines.extend(answer.messages.iter().map(|text| conversation::body(context, text.text())));
    }
    // Only what is held back can still be taken back.
    let held = answer.messages.iter().filter_map(MessageView::outbound).find(|text| text.state == "held");
    if let Some(text) = held {
        let secs = text.leaves_at.map(|at| (at - context.io.clock.now_ms()).max(0) / 1_000 + 1);
        let values = [("m", text.id.to_string().into()), ("secs", secs.unwrap_or(0).into())];
        lines.push(context.say.with(if secs.is_some() { "replied-held" } else { "replied-recall" }, values));
    }
    for word in &sent.not_applied {
        let id = format!("not-applied-{word}");
        lines.push(context.paint.alert(&context.say.with(&id, [("n", n.to_string().into())])));
    }
    context.print(&lines.join("\n"))
}

/// Whether it leaves now, or stands since when.
fn said_first(context: &CliContext, answer: &ReplyResponse) -> String {
    match earlier_answer(&context.times(), answer) {
        Some(earlier) => context.say.with("replied-same", [("earlier", earlier.into())]),
        None => context.say.t(if answer.repeated { "replied-before" } else { "replied" }),
    }
}

/// Keeps the text as a draft, on the server if it can be reached and has no other one of ours, and shows newer texts or the text
/// that could be sent instead.
async fn unsent(
    context: &mut CliContext,
    client: &Client,
    error: ClientError,
    (n, text): (i64, &str),
) -> Failure {
    conversation::show_newer(context, &error);
    if let Some(offer) = offered(&error) {
        context.remark(&offer_sentence(&context.say, offer));
        context.remark(&context.say.with("offer-how", [("n", n.to_string().into())]));
    }
    let place = match &error {
        ClientError::Problem(_) => kept(context, client, (n, text)).await,
        // A server that did not answer is not asked again.
        _ => keep_draft(&context.profile, n, text).map(DraftPlace::Here),
    };
    let place = place.ok();
    let remark = match &place {
        // What could not leave does not leave as it is.
        Some(DraftPlace::Server) if Exit::from_error(&error) == Exit::Unsendable => {
            context.say.with("draft-to-change", [("n", n.to_string().into())])
        }
        Some(place) => where_kept(context, n, place),
        // Nothing else holds the text now.
        None => safe_for_terminal(text),
    };
    context.remark(&remark);
    let draft = place.and_then(|place| match place {
        DraftPlace::Here(path) => Some(path),
        DraftPlace::Server => None,
    });
    Failure::Unsent { error, draft }
}
