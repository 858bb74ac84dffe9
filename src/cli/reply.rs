//! `munja reply N [TEXT]`: answers a citizen, once.
//!
//! What was written is never lost: unless the server took it, it is kept in a draft file that the editor opens again.
//! What the writer saw goes with it, so that nobody answers past a text that came in meanwhile.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use super::conversation;
use super::desk::Desk;
use super::failure::Failure;
use super::message;
use super::render::one_word;
use super::sending::Sending;
use super::{Exit, draft, seen};
use crate::api::client::{Client, ClientError};
use crate::api::wire::{ActionRequest, CannedView, OfferView, ReplyRequest, ReplyResponse};
use crate::domain::photo::MAX_UPLOAD_BYTES;
use crate::domain::text::safe_for_terminal;

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
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    #[arg(long)]
    force: bool,
    #[arg(long)]
    replace: bool,
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(i64).range(0..))]
    last_seen: Option<i64>,
}

pub async fn run(desk: &mut Desk, args: &Args) -> Result<(), Failure> {
    desk.about = Some(args.n);
    // Whatever would stop the answer anyway is told before it is written.
    let client = desk.client()?;
    let seen = args.last_seen.or_else(|| seen::last_seen(&desk.profile, args.n));
    let last_seen = seen.ok_or_else(|| Failure::here(Exit::LookFirst, "not_seen", []))?;
    let files = read_photos(&args.photo)?;
    let canned = canned(&client, args).await?;
    let text = match &canned {
        Some(canned) => canned.text.clone(),
        None => compose(desk, args, &client).await?,
    };
    if let Some(class) = message::class(desk, &text, files.len()) {
        desk.remark(&class);
    }
    let photos = match hand_in(&client, files).await {
        Ok(photos) => photos,
        Err(error) => return Err(unsent(desk, error, args.n, &text)),
    };
    let request = ReplyRequest { text, last_seen, force: args.force, photos };
    match send(desk, &client, args.n, &request).await? {
        Ok(answer) => {
            draft::forget(&desk.profile, args.n, &request.text);
            // An answer keeps a promise: what is promised with it is promised after it.
            if let Some(span) = args.promise {
                let due_at = desk.io.clock.now_ms() + span;
                client.act(args.n, &ActionRequest::Promise { due_at }).await?;
            }
            if let Some(category) = canned.and_then(|canned| canned.category) {
                client.act(args.n, &ActionRequest::Category { category }).await?;
            }
            report(desk, &answer)
        }
        Err(error) => match offered(&error) {
            Some(offer) if args.replace => send_offer(desk, &client, args.n, request, offer).await,
            _ => Err(unsent(desk, error, args.n, &request.text)),
        },
    }
}

/// What the server would send instead.
fn offered(error: &ClientError) -> Option<OfferView> {
    match error {
        ClientError::Problem(problem) => problem.offer.clone(),
        _ => None,
    }
}

/// The writer has said yes to whatever stands for characters that can't be carried.
async fn send_offer(
    desk: &mut Desk,
    client: &Client,
    n: i64,
    request: ReplyRequest,
    offer: OfferView,
) -> Result<(), Failure> {
    desk.remark(&message::offer(desk, &offer));
    let mended = ReplyRequest { text: offer.text, ..request.clone() };
    match send(desk, client, n, &mended).await? {
        Ok(answer) => {
            draft::forget(&desk.profile, n, &request.text);
            draft::forget(&desk.profile, n, &mended.text);
            report(desk, &answer)
        }
        Err(error) => Err(unsent(desk, error, n, &mended.text)),
    }
}

/// What the server would break off in the middle is not begun.
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

/// Sends. If the same words were sent before and nobody knows what became of them, asks about those first.
async fn send(
    desk: &Desk,
    client: &Client,
    n: i64,
    request: &ReplyRequest,
) -> Result<Result<ReplyResponse, ClientError>, Failure> {
    if let Some(earlier) = Sending::earlier(&desk.profile, n, request) {
        let answer = client.reply(n, &earlier.request, &earlier.key).await;
        let is_old = earlier.request.last_seen != request.last_seen || earlier.request.force != request.force;
        earlier.settle(&answer);
        // It had not arrived, and its writer has read on since.
        if !(is_old && answer.as_ref().is_err_and(|e| e.code() == Some("newer_texts"))) {
            return Ok(answer);
        }
    }
    let sending = Sending::begin(&desk.profile, n, request.clone())?;
    let answer = client.reply(n, &sending.request, &sending.key).await;
    sending.settle(&answer);
    Ok(answer)
}

/// The canned reply that is meant, filled in for the conversation's desk.
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

/// The words: arguments, else the input, else what an editor leaves.
async fn compose(desk: &mut Desk, args: &Args, client: &Client) -> Result<String, Failure> {
    let from_input = args.text == ["-"] || (args.text.is_empty() && !desk.io.stdin_is_terminal);
    let text = if from_input {
        let mut text = String::new();
        desk.io.stdin.read_to_string(&mut text).context("standard input")?;
        text
    } else if args.text.is_empty() {
        // What a colleague began.
        let begun = client.conversation(args.n).await?.draft;
        edited(desk, args.n, begun.as_deref().unwrap_or_default())?
    } else {
        args.text.join(" ")
    };
    match text.trim() {
        "" => Err(Failure::here(Exit::Unsendable, "empty_text", [])),
        text => Ok(text.to_owned()),
    }
}

/// What an editor leaves of the draft. It stays in its file until it is sent.
fn edited(desk: &Desk, conversation: i64, begun: &str) -> Result<String, Failure> {
    let draft = draft::to_edit(&desk.profile, conversation, begun)?;
    let editor = desk.io.var("VISUAL").or_else(|| desk.io.var("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // Through the shell, because the variable may hold options.
    let command = format!("{editor} \"$1\"");
    let status = std::process::Command::new("/bin/sh").args(["-c", &command, "munja"]).arg(&draft).status();
    if !status.is_ok_and(|s| s.success()) {
        return Err(Failure::here(Exit::Unexpected, "editor", [("editor", one_word(&editor).into())]));
    }
    let text = fs::read_to_string(&draft).with_context(|| draft.display().to_string())?;
    draft::forget(&desk.profile, conversation, "");
    Ok(text)
}

fn report(desk: &mut Desk, answer: &ReplyResponse) -> Result<(), Failure> {
    if desk.json {
        return desk.print_json(answer);
    }
    let mut lines = vec![desk.say.t(if answer.repeated { "replied-before" } else { "replied" })];
    lines.extend(answer.messages.iter().map(|text| message::fate(desk, text)));
    if let Some(first) = answer.messages.first().filter(|_| !answer.repeated) {
        lines.push(desk.say.with("replied-recall", [("m", first.id.to_string().into())]));
    }
    desk.print(&lines.join("\n"))
}

/// Keeps what was written, and shows what the writer has not seen.
fn unsent(desk: &mut Desk, error: ClientError, conversation: i64, text: &str) -> Failure {
    conversation::show_newer(desk, &error);
    if let Some(offer) = offered(&error) {
        desk.remark(&message::offer(desk, &offer));
        desk.remark(&desk.say.with("offer-how", [("n", conversation.to_string().into())]));
    }
    let kept = draft::keep(&desk.profile, conversation, text).ok();
    let remark = match &kept {
        Some(path) => {
            let values =
                [("path", path.display().to_string().into()), ("n", conversation.to_string().into())];
            desk.say.with("draft-kept", values)
        }
        // The screen is the last place that holds it.
        None => safe_for_terminal(text),
    };
    desk.remark(&remark);
    Failure::Unsent { error, draft: kept }
}
