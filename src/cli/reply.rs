//! `munja reply N [TEXT]`: answers a citizen, once.
//!
//! Unless the server took it, what was written is kept in a draft file that the editor opens again. The request carries
//! what the writer saw, so that nobody answers past a text that came in meanwhile, and the promise and category, so that
//! they are kept together with the text or not at all.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use serde_json::json;

use super::advice;
use super::context::CliContext;
use super::conversation;
use super::exit::Exit;
use super::failure::Failure;
use super::message;
use crate::api::wire::{CannedView, MessageView, ReplyRequest};
use crate::client::format::one_word;
use crate::client::message::{length_class, offer as offer_sentence};
use crate::client::reply::{Sent, offered, send};
use crate::client::{Client, ClientError, draft_to_edit, forget_draft, keep_draft, last_seen};
use crate::domain::photo::MAX_UPLOAD_BYTES;
use crate::domain::text::{part, safe_for_terminal};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    n: i64,
    #[arg(value_name = "TEXT")]
    text: Vec<String>,
    #[arg(long, value_name = "KEY", conflicts_with = "text")]
    canned: Option<String>,
    #[arg(long, value_name = "SPAN", value_parser = super::action::span_ms)]
    promise: Option<i64>,
    #[arg(long, value_name = "CATEGORY")]
    category: Option<String>,
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    replace: bool,
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
    let text = match &canned {
        Some(canned) => canned.text.clone(),
        None => compose(context, args, &client).await?,
    };
    if args.preview {
        return preview(context, &client, (args.n, &text)).await;
    }
    if context.io.stdout_is_terminal || args.advice {
        advice::remark(context, &client, &text).await;
    }
    let photos = match hand_in(&client, files).await {
        Ok(photos) => photos,
        Err(error) => return Err(unsent(context, error, args.n, &text)),
    };
    let request = ReplyRequest {
        text,
        last_seen,
        force: args.force,
        photos,
        promise_due_at: args.promise.map(|span| context.io.clock.now_ms() + span),
        category: args.category.clone().or(canned.and_then(|canned| canned.category)),
    };
    deliver(context, &client, args, request).await
}

/// Shows the text with advice, and sends nothing. The text is kept: the editor opens it again.
async fn preview(context: &mut CliContext, client: &Client, (n, text): (i64, &str)) -> Result<(), Failure> {
    let kept = keep_draft(&context.profile, n, text)?;
    if context.json {
        return context.print_json(&client.advice(text).await?);
    }
    context.print(&safe_for_terminal(text))?;
    advice::remark(context, client, text).await;
    let values = [("path", kept.display().to_string().into()), ("n", n.to_string().into())];
    let remark = context.say.with("draft-kept", values);
    context.remark(&remark);
    Ok(())
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
    match answer {
        Ok(sent) => {
            forget_draft(&context.profile, args.n, &request.text);
            forget_draft(&context.profile, args.n, &text);
            report(context, args.n, &sent)
        }
        Err(error) => Err(unsent(context, error, args.n, &text)),
    }
}

/// Reads the photo files. One that is larger than the server takes is refused before anything is sent.
fn read_photos(files: &[PathBuf]) -> Result<Vec<Vec<u8>>, Failure> {
    let read = |file: &PathBuf| {
        let named = || file.display().to_string();
        if fs::metadata(file).with_context(named)?.len() > MAX_UPLOAD_BYTES as u64 {
            return Err(Failure::here(Exit::Unsendable, "photo_too_large", []));
        }
        Ok(fs::read(file).with_context(named)?)
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

/// The text: from the arguments, else from standard input, else from an editor.
async fn compose(context: &mut CliContext, args: &Args, client: &Client) -> Result<String, Failure> {
    if let Some(other) = args.from {
        return earlier_answer(context, client, (args.n, other)).await;
    }
    let from_input = args.text == ["-"] || (args.text.is_empty() && !context.io.stdin_is_terminal);
    let text = if from_input {
        let mut text = String::new();
        context.io.stdin.read_to_string(&mut text).context("standard input")?;
        text
    } else if args.text.is_empty() {
        // A draft that a colleague began.
        let begun = client.conversation(args.n).await?.draft;
        edited(context, args.n, begun.as_deref().unwrap_or_default())?
    } else {
        args.text.join(" ")
    };
    match text.trim() {
        "" => Err(Failure::here(Exit::Unsendable, "empty_text", [])),
        text => Ok(text.to_owned()),
    }
}

/// What another conversation was answered, as the beginning of this answer: a person reads it before it leaves. Without a terminal
/// it is only kept as a draft.
async fn earlier_answer(
    context: &mut CliContext,
    client: &Client,
    (n, other): (i64, i64),
) -> Result<String, Failure> {
    let detail = client.conversation(other).await?;
    let theirs = detail.messages.iter().filter_map(MessageView::outbound);
    let texts = theirs
        .filter(|text| text.author.is_some())
        .map(|text| part(&text.text).map_or(text.text.as_str(), |(.., rest)| rest));
    let begun = texts.collect::<Vec<_>>().join("\n");
    if begun.trim().is_empty() {
        return Err(Failure::here(Exit::Nothing, "no_earlier_answer", [("m", other.to_string().into())]));
    }
    if !context.io.stdin_is_terminal {
        keep_draft(&context.profile, n, &begun)?;
        return Err(Failure::here(Exit::LookFirst, "earlier_answer_kept", [("n", n.to_string().into())]));
    }
    match edited(context, n, &begun)?.trim() {
        "" => Err(Failure::here(Exit::Unsendable, "empty_text", [])),
        text => Ok(text.to_owned()),
    }
}

/// Opens the draft in an editor and returns what it saved. The draft stays in its file until it is sent.
fn edited(context: &CliContext, conversation: i64, begun: &str) -> Result<String, Failure> {
    let draft = draft_to_edit(&context.profile, conversation, begun)?;
    let editor =
        context.io.var("VISUAL").or_else(|| context.io.var("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // Through the shell, because the variable may hold options.
    let command = format!("{editor} \"$1\"");
    let status = std::process::Command::new("/bin/sh").args(["-c", &command, "munja"]).arg(&draft).status();
    if !status.is_ok_and(|s| s.success()) {
        return Err(Failure::here(Exit::Unexpected, "editor", [("editor", one_word(&editor).into())]));
    }
    let text = fs::read_to_string(&draft).with_context(|| draft.display().to_string())?;
    forget_draft(&context.profile, conversation, "");
    Ok(text)
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
    let mut lines = vec![context.say.t(if answer.repeated { "replied-before" } else { "replied" })];
    lines.extend(
        answer.messages.iter().filter_map(MessageView::outbound).map(|text| message::delivery(context, text)),
    );
    // Only what is held back can still be taken back.
    let held = answer.messages.iter().filter_map(MessageView::outbound).find(|text| text.state == "held");
    if let Some(text) = held {
        lines.push(context.say.with("replied-recall", [("m", text.id.to_string().into())]));
    }
    for word in &sent.not_applied {
        let id = format!("not-applied-{word}");
        lines.push(context.paint.alert(&context.say.with(&id, [("n", n.to_string().into())])));
    }
    context.print(&lines.join("\n"))
}

/// Keeps the text as a draft, and shows newer texts or the text that could be sent instead.
fn unsent(context: &mut CliContext, error: ClientError, conversation: i64, text: &str) -> Failure {
    conversation::show_newer(context, &error);
    if let Some(offer) = offered(&error) {
        context.remark(&offer_sentence(&context.say, offer));
        context.remark(&context.say.with("offer-how", [("n", conversation.to_string().into())]));
    }
    let kept = keep_draft(&context.profile, conversation, text).ok();
    let remark = match &kept {
        Some(path) => {
            let values =
                [("path", path.display().to_string().into()), ("n", conversation.to_string().into())];
            context.say.with("draft-kept", values)
        }
        // Nothing else holds the text now.
        None => safe_for_terminal(text),
    };
    context.remark(&remark);
    Failure::Unsent { error, draft: kept }
}
