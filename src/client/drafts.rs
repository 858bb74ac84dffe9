//! Replies that were written and not sent. They are kept on the server, one for each conversation, and follow their writer to
//! another machine. What the server does not have yet is in `draft-N.txt` among the files of a profile: what an editor works on, and
//! what could not be brought there.
//!
//! A draft of this machine is never overwritten by another text, which gets `draft-N-2.txt` and so on.

use std::fs;
use std::path::{Path, PathBuf};

use super::api::{ApiResult, Client};
use super::files::write_private;
use super::profile::Profile;
use crate::api::wire::{DraftList, DraftRequest, DraftView, ProblemCode};

/// Drafts kept of one conversation.
const MAX_DRAFTS: usize = 99;

impl Client {
    /// Keeps the caller's own draft in a conversation; an empty text removes it.
    pub async fn save_draft(&self, id: i64, draft: &DraftRequest) -> ApiResult<()> {
        self.done(self.put(&format!("v1/conversations/{id}/draft")).json(draft)).await
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

/// Keeps a text as a draft and returns its path.
pub fn keep_draft(profile: &Profile, conversation: i64, text: &str) -> anyhow::Result<PathBuf> {
    let mut files = (1..=MAX_DRAFTS).map(|i| file(profile, conversation, i));
    let fits = |path: &PathBuf| !path.exists() || holds(path, text) || holds(path, "");
    let path = files.find(fits).ok_or_else(|| anyhow::anyhow!("too many drafts"))?;
    write_private(&path, &format!("{}\n", text.trim()))?;
    Ok(path)
}

/// Removes the drafts of a text that was sent or is not wanted.
pub fn forget_draft(profile: &Profile, conversation: i64, text: &str) {
    for path in (1..=MAX_DRAFTS).map(|i| file(profile, conversation, i)).filter(|path| holds(path, text)) {
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
