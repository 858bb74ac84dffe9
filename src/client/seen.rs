//! The last text of each conversation that this profile showed.
//!
//! The send guard compares it with the newest text. A text counts as seen once it was shown to the end, so it is noted
//! after printing.

use std::collections::BTreeMap;
use std::fs;

use serde_json::json;

use super::files::write_private;
use super::profile::Profile;

/// Conversations remembered; more than a person has open.
const MAX_CONVERSATIONS: usize = 1_000;

/// Id of the citizen's last text that was shown of a conversation; `None` if it was never shown here.
pub fn last_seen(profile: &Profile, conversation: i64) -> Option<i64> {
    read(profile).get(&conversation.to_string()).copied()
}

/// Notes that a conversation was shown up to the text `last_inbound`.
pub fn note_seen(profile: &Profile, conversation: i64, last_inbound: i64) -> anyhow::Result<()> {
    let mut seen = read(profile);
    seen.insert(conversation.to_string(), last_inbound);
    while seen.len() > MAX_CONVERSATIONS {
        let oldest = seen.keys().min_by_key(|id| id.parse::<i64>().unwrap_or(0)).cloned();
        oldest.map(|id| seen.remove(&id));
    }
    write_private(&profile.state_file("seen.json"), &json!(seen).to_string())
}

fn read(profile: &Profile) -> BTreeMap<String, i64> {
    // A missing or broken file means that nothing was seen: the person has to look again.
    let text = fs::read_to_string(profile.state_file("seen.json")).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
