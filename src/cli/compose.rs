//! What a reply says: from the arguments, from standard input, from one's own draft, or from an editor.
//!
//! The editor works on a file of the profile, which survives a terminal that is killed. What was changed in it goes to the server
//! as one's draft before anything is sent; what was not changed is not sent.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use super::input;
use super::message::where_kept;
use crate::api::wire::{ConversationDetail, DraftRequest, MessageView, ProblemCode};
use crate::client::format::one_word;
use crate::client::{
    Client, DraftPlace, SCISSORS, above_line, bring_drafts, draft_to_edit, forget_draft, last_seen, put_draft,
};
use crate::domain::text::{one_line, part, safe_for_terminal};

/// Texts of the citizen that an editor shows.
const MOST_SHOWN: usize = 5;

/// A text, and whether it is one's draft.
pub struct Composed {
    pub text: String,
    /// It stands for the draft on the server, which goes once it is sent.
    pub is_draft: bool,
}

/// Where the text is to come from.
pub struct Source<'a> {
    pub n: i64,
    pub words: &'a [String],
    /// One's own draft as it is.
    pub draft: bool,
    /// Begin with what this conversation was answered.
    pub from: Option<i64>,
}

/// Puts the text together; an empty one is refused.
pub async fn compose(
    context: &mut CliContext,
    source: &Source<'_>,
    client: &Client,
) -> Result<Composed, Failure> {
    let from_input = source.words == ["-"] || (source.words.is_empty() && !context.io.stdin_is_terminal);
    let composed = if let Some(other) = source.from {
        Composed { text: earlier_answer(context, client, (source.n, other)).await?, is_draft: true }
    } else if source.draft {
        if let Some(other) = bring_drafts(client, &context.profile, source.n).await {
            let values = [("text", one_line(&other, 60).into()), ("n", source.n.to_string().into())];
            let remark = context.say.with("draft-here-too", values);
            context.remark(&remark);
        }
        let none = || Failure::here(Exit::Nothing, "no_draft", []);
        Composed { text: client.own_draft(source.n).await?.ok_or_else(none)?.text, is_draft: true }
    } else if from_input {
        Composed { text: input::standard(context)?, is_draft: false }
    } else if source.words.is_empty() {
        Composed { text: edited(context, client, (source.n, None)).await?, is_draft: true }
    } else {
        Composed { text: words(source.words), is_draft: false }
    };
    match composed.text.trim() {
        "" => Err(Failure::here(Exit::Unsendable, "empty_text", [])),
        text => Ok(Composed { text: text.to_owned(), ..composed }),
    }
}

/// Stands before a word that begins with a hyphen while the arguments are parsed, or it would be taken for an option.
const SHIELD: char = '\u{2}';

/// Marks words of a text that begin with a hyphen (`-5도입니다`, a list), so that options may still stand behind the text. What
/// looks like an option is one, and so is the value behind it.
pub fn shielded(args: Vec<OsString>) -> Vec<OsString> {
    let mut before = None;
    let shield = |arg: OsString| {
        let is_value = before.take().is_some_and(|before: OsString| looks_like_option(&before));
        let shielded = match arg.to_str() {
            Some(word) if !is_value && is_hyphened(word) => OsString::from(format!("{SHIELD}{word}")),
            _ => arg.clone(),
        };
        before = Some(arg);
        shielded
    };
    args.into_iter().map(shield).collect()
}

fn is_hyphened(word: &str) -> bool {
    word.starts_with('-') && !["-", "--"].contains(&word) && !looks_like_option(OsStr::new(word))
}

/// `--name`, `--name=value`, `-x`.
fn looks_like_option(word: &OsStr) -> bool {
    let Some(word) = word.to_str().and_then(|word| word.strip_prefix('-')) else { return false };
    let (is_long, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
    let name = name.split('=').next().unwrap_or_default();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    is_name && name.starts_with(|c: char| c.is_ascii_alphabetic()) && (is_long || name.len() == 1)
}

/// The words of a text, as they were written.
pub fn words(words: &[String]) -> String {
    words.iter().map(|word| written(word)).collect::<Vec<_>>().join(" ")
}

/// One word, as it was written.
pub fn written(word: &str) -> &str {
    word.strip_prefix(SHIELD).unwrap_or(word)
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
        .filter(|text| text.author.is_some() && text.notice.is_none())
        .map(|text| part(&text.text).map_or(text.text.as_str(), |(.., rest)| rest));
    let begun = texts.collect::<Vec<_>>().join("\n");
    if begun.trim().is_empty() {
        return Err(Failure::here(Exit::Nothing, "no_earlier_answer", [("m", other.to_string().into())]));
    }
    if context.io.stdin_is_terminal {
        return edited(context, client, (n, Some(begun))).await;
    }
    let based_on = last_seen(&context.profile, n).unwrap_or(detail.last_inbound_id);
    let draft = DraftRequest { text: begun, based_on, replaces: None };
    let place = put_draft(client, &context.profile, n, &draft).await?;
    if place != DraftPlace::Server {
        let remark = where_kept(context, n, &place);
        context.remark(&remark);
    }
    Err(Failure::here(Exit::LookFirst, "earlier_answer_kept", [("n", n.to_string().into())]))
}

/// Opens one's draft in an editor, else what is `begun`, else what a colleague began; returns what was changed.
async fn edited(
    context: &mut CliContext,
    client: &Client,
    (n, begun): (i64, Option<String>),
) -> Result<String, Failure> {
    let detail = client.conversation(n).await?;
    let other = bring_drafts(client, &context.profile, n).await;
    let own = client.own_draft(n).await?.map(|draft| draft.text);
    let begun = own.clone().or(begun).or_else(|| detail.draft.clone()).unwrap_or_default();
    let file = draft_to_edit(&context.profile, n, &begun)?;
    // Of an editor that was killed, it may hold more than the server. Several texts of the same writer stand one below the other.
    let mut before = above_line(&fs::read_to_string(&file).with_context(|| file.display().to_string())?);
    for text in [own.as_deref(), other.as_deref()].into_iter().flatten().map(str::trim) {
        if !before.contains(text) {
            before = format!("{before}\n\n{text}");
            let remark = context.say.t("draft-two");
            context.remark(&remark);
        }
    }
    let shown = format!("{}\n\n{SCISSORS} {}\n{}", before, context.say.t("editor-below"), theirs(&detail));
    fs::write(&file, shown).with_context(|| file.display().to_string())?;
    let is_done = run_editor(context, &file, &format!("munja reply {n}"));
    let after = above_line(&fs::read_to_string(&file).with_context(|| file.display().to_string())?);
    // The file alone holds it until the server has it.
    fs::write(&file, &after).with_context(|| file.display().to_string())?;
    if let Err(failure) = is_done {
        tell_kept(context, n, (&file, &after), own.as_deref());
        return Err(failure);
    }
    let based_on = last_seen(&context.profile, n).unwrap_or(detail.last_inbound_id);
    let is_kept = Some(after.trim()) == own.as_deref().map(str::trim) || {
        let replaces = Some(own.clone().unwrap_or_default());
        match client.save_draft(n, &DraftRequest { text: after.clone(), based_on, replaces }).await {
            // Kept, sent or removed while the editor was open: nothing leaves before both have been seen.
            Err(error) if error.code() == Some(ProblemCode::DraftChanged) => {
                tell_kept(context, n, (&file, &after), own.as_deref());
                return Err(error.into());
            }
            saved => saved.is_ok(),
        }
    };
    if is_kept || after.trim().is_empty() {
        forget_draft(&context.profile, n, &after);
        other.iter().for_each(|text| forget_draft(&context.profile, n, text));
    }
    if after.trim() == before.trim() && !after.trim().is_empty() {
        return Err(Failure::here(Exit::Unsendable, "unchanged", []));
    }
    Ok(after)
}

/// After an editor that failed or was killed: where the answer lies and how to go on with it. A file that holds no more than the server
/// goes.
fn tell_kept(context: &mut CliContext, n: i64, (file, after): (&Path, &str), own: Option<&str>) {
    let is_known = after.trim().is_empty() || own.is_some_and(|own| own.trim() == after.trim());
    if is_known {
        forget_draft(&context.profile, n, after);
    } else {
        let kept = where_kept(context, n, &DraftPlace::Here(file.to_owned()));
        context.remark(&kept);
    }
}

/// The citizen's last texts, for the writer to see.
fn theirs(detail: &ConversationDetail) -> String {
    let mut texts: Vec<_> =
        detail.messages.iter().rev().filter_map(MessageView::inbound).take(MOST_SHOWN).collect();
    texts.reverse();
    let lines = texts.into_iter().flat_map(|text| {
        let safe = safe_for_terminal(&text.text);
        safe.lines().map(|line| format!("> {line}")).collect::<Vec<_>>()
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// Runs the person's editor; without one, the simplest that is there. `again` is the command that opens it, for who has to set another.
/// What an editor that was killed left beside the file is named: its own copy may hold more than the file.
pub fn run_editor(context: &mut CliContext, file: &Path, again: &str) -> Result<(), Failure> {
    tell_left(context, left_beside(file));
    let named = context.io.var("VISUAL").or_else(|| context.io.var("EDITOR"));
    let editor = named.unwrap_or_else(|| {
        let is_there = |name: &str| {
            let path = context.io.var("PATH").unwrap_or_default();
            std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
        };
        if is_there("nano") { "nano".to_owned() } else { "vi".to_owned() }
    });
    // Through the shell, because the variable may hold options.
    let command = format!("{editor} \"$1\"");
    let mut shell = std::process::Command::new("/bin/sh");
    shell.args(["-c", &command, "munja"]).arg(file).envs(context.io.var("PATH").map(|path| ("PATH", path)));
    let status = shell.status();
    if status.is_ok_and(|s| s.success()) {
        return Ok(());
    }
    tell_left(context, left_beside(file));
    let values = [("editor", one_word(&editor).into()), ("command", again.to_owned().into())];
    Err(Failure::here(Exit::Unexpected, "editor", values))
}

/// Copies that editors leave beside a file when they are killed: `.draft-12.txt.swp` (vim), `draft-12.txt.save` (nano), `#draft-12.txt#`
/// (emacs).
fn left_beside(file: &Path) -> Vec<PathBuf> {
    let Some((folder, name)) = file.parent().zip(file.file_name().and_then(OsStr::to_str)) else {
        return Vec::new();
    };
    let is_copy = |other: &str| {
        let hidden = other.strip_prefix('.').and_then(|rest| rest.strip_prefix(name));
        let is_swap = hidden.is_some_and(|end| end.starts_with(".sw"));
        is_swap
            || other == format!("#{name}#")
            || other.strip_prefix(name).is_some_and(|end| end.starts_with(".save"))
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let copies = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_copy));
    let mut found: Vec<PathBuf> = copies.map(|entry| entry.path()).collect();
    found.sort();
    found
}

fn tell_left(context: &mut CliContext, left: Vec<PathBuf>) {
    for path in left {
        let remark = context.say.with("editor-left", [("path", path.display().to_string().into())]);
        context.remark(&remark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_begin_with_a_hyphen_and_options_are_no_texts() {
        for text in ["-5도입니다", "- 62번\n- 15번", "-", "--", "1호선 - 2호선", "-3~4일", "--표시--"]
        {
            let args = shielded(["munja", "reply", "12", text].map(OsString::from).into());
            let word = args[3].to_str().expect("UTF-8").to_owned();
            assert!(!word.starts_with('-') || ["-", "--"].contains(&text), "{word}");
            assert_eq!(words(&[word]), text);
        }
        for option in ["--force", "-f", "--last-seen=3", "--forse"] {
            let args = ["munja", "reply", "12", "네", option, "-5"].map(OsString::from);
            assert_eq!(shielded(args.clone().into()), args, "{option}");
        }
    }

    #[test]
    fn copies_of_killed_editors_are_found_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("draft-12.txt");
        let copies = ["#draft-12.txt#", ".draft-12.txt.swp", "draft-12.txt.save"];
        for name in copies.into_iter().chain([
            "draft-12.txt",
            "draft-12-2.txt",
            "draft-123.txt",
            ".draft-123.txt.swp",
        ]) {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        let found: Vec<_> =
            left_beside(&file).into_iter().map(|path| path.file_name().map(OsStr::to_owned)).collect();
        assert_eq!(found, copies.map(|name| Some(OsString::from(name))));
    }

    #[test]
    fn nothing_below_the_line_is_sent() {
        let file = format!("네, 옵니다.\n\n{SCISSORS} 이 줄 아래\n> {SCISSORS}\n> 버스요\n");
        assert_eq!(above_line(&file), "네, 옵니다.");
        assert_eq!(above_line("줄\n\n둘\n"), "줄\n\n둘");
    }
}
