//! Replies that were written and not sent. They are kept on the server, one for each conversation, by every face, and follow their
//! writer to another machine. A file of this machine is for what the server does not have: what an editor works on (`draft-N.txt`), what
//! is typed at the terminal desk right now (`draft-N-desk.txt`), and what could not be brought there. The next reply, at whichever face,
//! brings it ([`bring_drafts`]).
//!
//! A draft of this machine is never overwritten by another text, which gets `draft-N-2.txt` and so on.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::api::{ApiResult, Client};
use super::files::write_private;
use super::profile::Profile;
use super::seen::last_seen;
use crate::api::wire::{DraftList, DraftRequest, DraftView, ProblemCode};

/// Below it, an editor's file has what the citizen wrote; nothing of that is a draft.
pub const SCISSORS: &str = "--------8<--------";
/// A draft is saved again and again: a server that does not answer is not waited for as long as elsewhere, for what is sent and taken back
/// stands in line behind it.
const SAVE_PATIENCE: Duration = Duration::from_secs(5);
/// Drafts kept of one conversation.
const MAX_DRAFTS: usize = 99;

impl Client {
    /// Keeps the caller's own draft in a conversation; an empty text removes it.
    pub async fn save_draft(&self, id: i64, draft: &DraftRequest) -> ApiResult<()> {
        let put = |draft: &DraftRequest| {
            self.put(&format!("v1/conversations/{id}/draft")).timeout(SAVE_PATIENCE).json(draft)
        };
        let saved = self.done(put(draft)).await;
        // An older server knows no `replaces`.
        match saved {
            Err(error) if error.code() == Some(ProblemCode::UnknownField) && draft.replaces.is_some() => {
                self.done(put(&DraftRequest { replaces: None, ..draft.clone() })).await
            }
            saved => saved,
        }
    }

    /// The caller's own draft in a conversation, if there is one.
    pub async fn own_draft(&self, id: i64) -> ApiResult<Option<DraftView>> {
        let found = self.json(self.get(&format!("v1/conversations/{id}/draft"))).await;
        match found {
            Err(error) if error.code() == Some(ProblemCode::NotFound) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Throws the caller's own draft away.
    pub async fn drop_draft(&self, id: i64) -> ApiResult<()> {
        self.done(self.delete(&format!("v1/conversations/{id}/draft"))).await
    }

    /// All of the caller's drafts, the one saved last first.
    pub async fn drafts(&self) -> ApiResult<DraftList> {
        self.json(self.get("v1/drafts")).await
    }
}

/// Returns the path of the draft that an editor opens; a new draft holds `begun`, the text that was begun elsewhere.
pub fn draft_to_edit(profile: &Profile, conversation: i64, begun: &str) -> anyhow::Result<PathBuf> {
    let path = file(profile, conversation, 1);
    if !path.exists() || holds(&path, "") {
        write_private(&path, begun)?;
    }
    Ok(path)
}

/// Keeps a text in a file and returns its path: for a server that cannot be reached.
pub fn keep_draft(profile: &Profile, conversation: i64, text: &str) -> anyhow::Result<PathBuf> {
    let mut files = (1..=MAX_DRAFTS).map(|i| file(profile, conversation, i));
    let fits = |path: &PathBuf| !path.exists() || holds(path, text) || holds(path, "");
    let path = files.find(fits).ok_or_else(|| anyhow::anyhow!("too many drafts"))?;
    write_private(&path, &format!("{}\n", text.trim()))?;
    Ok(path)
}

/// Removes the files of a text that was sent, is not wanted, or is on the server.
pub fn forget_draft(profile: &Profile, conversation: i64, text: &str) {
    for path in files(profile, conversation).filter(|path| holds(path, text)) {
        // If it can't be removed, the editor only offers it again.
        let _ = fs::remove_file(path);
    }
}

/// The unfinished answer that the terminal desk holds for a conversation, if there is one. It has a file of its own, which follows
/// what is typed.
pub fn desk_draft(profile: &Profile, conversation: i64) -> Option<String> {
    fs::read_to_string(desk_file(profile, conversation)).ok().filter(|text| !text.trim().is_empty())
}

/// Keeps what stands in the composer of the terminal desk; an empty text removes it.
pub fn keep_desk_draft(profile: &Profile, conversation: i64, text: &str) -> anyhow::Result<()> {
    let path = desk_file(profile, conversation);
    if !text.trim().is_empty() {
        return write_private(&path, text);
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Where a draft is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftPlace {
    /// On the server, as all drafts should be.
    Server,
    /// In a file of this machine.
    Here(PathBuf),
}

/// Keeps a text as the caller's draft: on the server, unless it refuses, cannot be reached or has other words of theirs; else in a file,
/// which is offered at the next reply.
pub async fn put_draft(
    client: &Client,
    profile: &Profile,
    n: i64,
    draft: &DraftRequest,
) -> anyhow::Result<DraftPlace> {
    if is_on_server(client, n, draft).await {
        forget_draft(profile, n, &draft.text);
        return Ok(DraftPlace::Server);
    }
    keep_draft(profile, n, &draft.text).map(DraftPlace::Here)
}

async fn is_on_server(client: &Client, n: i64, draft: &DraftRequest) -> bool {
    let Ok(own) = client.own_draft(n).await else { return false };
    if own.is_some_and(|other| other.text.trim() != draft.text.trim()) {
        return false;
    }
    let draft = DraftRequest { replaces: Some(String::new()), ..draft.clone() };
    client.save_draft(n, &draft).await.is_ok()
}

/// Two drafts of one writer, one below the other: neither is lost.
pub fn both_drafts(mine: &str, other: &str) -> String {
    if mine.contains(other.trim()) {
        mine.to_owned()
    } else if other.contains(mine.trim()) {
        other.to_owned()
    } else {
        format!("{}\n\n{}", mine.trim_end(), other.trim())
    }
}

/// Brings what only this machine has of a conversation to the server, where that has no other draft. What it has is removed here.
/// Returns what stays here, if anything does.
pub async fn bring_drafts(client: &Client, profile: &Profile, n: i64) -> Option<String> {
    for (path, text) in here(profile, n) {
        let draft =
            DraftRequest { text: text.clone(), based_on: last_seen(profile, n).unwrap_or(0), replaces: None };
        if !is_on_server(client, n, &draft).await {
            return Some(text);
        }
        // If it can't be removed, it is brought once more.
        let _ = fs::remove_file(path);
    }
    None
}

/// Conversations of which this machine has a draft that the server does not have, with its text; in their order.
pub fn drafts_here(profile: &Profile) -> Vec<(i64, String)> {
    let entries = fs::read_dir(profile.state_file("")).into_iter().flatten().flatten();
    let number = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let rest = name.strip_prefix("draft-")?.strip_suffix(".txt")?;
        rest.split('-').next()?.parse::<i64>().ok()
    };
    let numbers: BTreeSet<i64> = entries.filter_map(number).collect();
    numbers.into_iter().flat_map(|n| here(profile, n).into_iter().map(move |(_, text)| (n, text))).collect()
}

/// The files of a conversation that hold something: of the terminal desk, and of the commands.
fn here(profile: &Profile, n: i64) -> Vec<(PathBuf, String)> {
    let read = |path: PathBuf| {
        let text = above_line(&fs::read_to_string(&path).ok()?).trim().to_owned();
        (!text.is_empty()).then_some((path, text))
    };
    files(profile, n).filter_map(read).collect()
}

fn files(profile: &Profile, n: i64) -> impl Iterator<Item = PathBuf> {
    std::iter::once(desk_file(profile, n)).chain((1..=MAX_DRAFTS).map(move |i| file(profile, n, i)))
}

/// What stands above the line in an editor's file.
pub fn above_line(text: &str) -> String {
    let lines = text.lines().take_while(|line| !line.starts_with(SCISSORS));
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn desk_file(profile: &Profile, conversation: i64) -> PathBuf {
    profile.state_file(&format!("draft-{conversation}-desk.txt"))
}

fn file(profile: &Profile, conversation: i64, i: usize) -> PathBuf {
    let name =
        if i == 1 { format!("draft-{conversation}.txt") } else { format!("draft-{conversation}-{i}.txt") };
    profile.state_file(&name)
}

fn holds(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|kept| kept.trim() == text.trim())
}
