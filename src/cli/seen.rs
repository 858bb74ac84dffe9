//! Which text of each citizen this profile showed last.
//!
//! The send guard asks what the writer of a reply saw. That is what `show`, `next` and `claim` printed, to the end, and
//! nothing else; so it is noted after printing.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;

use super::session::{Profile, write_private};

/// Conversations remembered; more than anybody has open.
const MOST: usize = 1_000;

/// The last text of the citizen that was shown of a conversation.
pub fn last_seen(profile: &Profile, conversation: i64) -> Option<i64> {
    read(profile).get(&conversation.to_string()).copied()
}

/// Notes what was shown.
pub fn note(profile: &Profile, conversation: i64, last_inbound: i64) -> anyhow::Result<()> {
    let mut seen = read(profile);
    seen.insert(conversation.to_string(), last_inbound);
    while seen.len() > MOST {
        let oldest = seen.keys().min_by_key(|id| id.parse::<i64>().unwrap_or(0)).cloned();
        oldest.map(|id| seen.remove(&id));
    }
    write_private(&profile.state_file("seen.json"), &json!(seen).to_string())
}

fn read(profile: &Profile) -> BTreeMap<String, i64> {
    // A file that is missing or broken remembers nothing: the person looks again.
    let text = fs::read_to_string(profile.state_file("seen.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
