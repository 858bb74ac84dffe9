//! A reply on its way: `sending-N.json`, from before its first byte leaves until the server has said what became of it.
//!
//! If that never comes, the same words sent again go as the very same request under the same key, and the citizen gets
//! them once, whether or not the first try arrived.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::api::ClientError;
use super::files::write_private;
use super::profile::Profile;
use crate::api::wire::ReplyRequest;
use crate::domain::outbound::ClientKey;

/// A request, and the key it is asked for under.
pub struct Sending {
    pub request: ReplyRequest,
    pub key: ClientKey,
    file: PathBuf,
}

impl Sending {
    /// The earlier try of these words and photos that was never answered, if there was one.
    pub fn earlier(profile: &Profile, conversation: i64, wanted: &ReplyRequest) -> Option<Self> {
        let file = file(profile, conversation);
        let kept: Json = serde_json::from_str(&fs::read_to_string(&file).ok()?).ok()?;
        if kept["digest"] != digest(wanted) {
            return None;
        }
        let (last_seen, force) = (kept["last_seen"].as_i64()?, kept["force"].as_bool()?);
        let key = ClientKey::parse(kept["key"].as_str()?)?;
        Some(Sending { request: ReplyRequest { last_seen, force, ..wanted.clone() }, key, file })
    }

    /// Notes that this is being sent, under a new key.
    pub fn begin(profile: &Profile, conversation: i64, request: ReplyRequest) -> anyhow::Result<Self> {
        let key = ClientKey::from_random(rand::random());
        let file = file(profile, conversation);
        let note = json!({
            "key": key.as_str(), "digest": digest(&request),
            "last_seen": request.last_seen, "force": request.force,
        });
        write_private(&file, &note.to_string())?;
        Ok(Sending { request, key, file })
    }

    /// Notes what the server said, if it did say what became of the reply.
    pub fn settle<T>(self, answer: &Result<T, ClientError>) {
        if answer.as_ref().is_err_and(ClientError::leaves_doubt) {
            return;
        }
        // Left behind, the file would only have the same words asked for under the same key again.
        let _ = fs::remove_file(self.file);
    }
}

fn file(profile: &Profile, conversation: i64) -> PathBuf {
    profile.state_file(&format!("sending-{conversation}.json"))
}

/// Of the words and photos, which are not kept here.
fn digest(request: &ReplyRequest) -> String {
    let mut hash = Sha256::new_with_prefix(request.text.as_bytes());
    for id in &request.photos {
        hash.update([0xff]);
        hash.update(id.to_be_bytes());
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
