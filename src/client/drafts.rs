//! Replies that were written and not sent: `draft-N.txt` among the files of a profile, until the server has them.
//!
//! A draft is never overwritten by another text, which gets `draft-N-2.txt` and so on.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::write_private;
use super::profile::Profile;

/// Drafts kept of one conversation.
const MAX_DRAFTS: usize = 99;

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
