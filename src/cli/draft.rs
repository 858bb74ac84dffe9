//! Answers that were written and not sent: `draft-N.txt` among what the profile remembers, until the server has them.
//!
//! A draft is never overwritten by other words: they get `draft-N-2.txt` and so on.

use std::fs;
use std::path::{Path, PathBuf};

use super::session::{Profile, write_private};

/// More drafts of one conversation than anybody keeps.
const MOST: usize = 99;

/// The draft that an editor opens; made of what was `begun` elsewhere if there is none.
pub fn to_edit(profile: &Profile, conversation: i64, begun: &str) -> anyhow::Result<PathBuf> {
    let path = file(profile, conversation, 1);
    if !path.exists() || holds(&path, "") {
        write_private(&path, begun)?;
    }
    Ok(path)
}

/// Keeps these words, and tells where.
pub fn keep(profile: &Profile, conversation: i64, text: &str) -> anyhow::Result<PathBuf> {
    let mut files = (1..=MOST).map(|i| file(profile, conversation, i));
    let fits = |path: &PathBuf| !path.exists() || holds(path, text) || holds(path, "");
    let path = files.find(fits).ok_or_else(|| anyhow::anyhow!("too many drafts"))?;
    write_private(&path, &format!("{}\n", text.trim()))?;
    Ok(path)
}

/// These words have been sent, or are not wanted: forgets the drafts of them.
pub fn forget(profile: &Profile, conversation: i64, text: &str) {
    for path in (1..=MOST).map(|i| file(profile, conversation, i)).filter(|path| holds(path, text)) {
        // Left behind, it is only offered again.
        let _ = fs::remove_file(path);
    }
}

fn file(profile: &Profile, conversation: i64, i: usize) -> PathBuf {
    let name =
        if i == 1 { format!("draft-{conversation}.txt") } else { format!("draft-{conversation}-{i}.txt") };
    profile.state_file(&name)
}

fn holds(path: &Path, text: &str) -> bool {
    fs::read_to_string(path).is_ok_and(|kept| kept.trim() == text.trim())
}
