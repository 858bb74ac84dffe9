//! A reply on its way: `sending-N-DIGEST.json`, from before its first byte leaves until the server has said what became
//! of it. `DIGEST` is that of its text and photos, which are not kept here.
//!
//! If the answer never comes, the same text sent again goes as the very same request under the same key, with the promise
//! and category of the first try, and the citizen gets it once, whether or not the first try arrived.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::api::ClientError;
use super::files::write_private;
use super::profile::Profile;
use crate::api::wire::ReplyRequest;
use crate::domain::outbound::ClientKey;

/// A request, and the key it is sent under.
pub struct Sending {
    pub request: ReplyRequest,
    pub key: ClientKey,
    file: PathBuf,
}

/// What is kept of a request.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    last_seen: i64,
    force: bool,
    promise_due_at: Option<i64>,
    category: Option<String>,
}

impl Sending {
    /// The earlier try of this text and these photos that was never answered, if there was one.
    pub fn earlier(profile: &Profile, conversation: i64, wanted: &ReplyRequest) -> Option<Self> {
        let file = file(profile, conversation, wanted);
        let kept: Kept = serde_json::from_str(&fs::read_to_string(&file).ok()?).ok()?;
        let key = ClientKey::parse(&kept.key)?;
        let request = ReplyRequest {
            text: wanted.text.clone(),
            photos: wanted.photos.clone(),
            most_texts: wanted.most_texts,
            keep_draft: wanted.keep_draft,
            last_seen: kept.last_seen,
            force: kept.force,
            promise_due_at: kept.promise_due_at,
            category: kept.category,
        };
        Some(Sending { request, key, file })
    }

    /// Notes that this is being sent, under a new key.
    pub fn begin(profile: &Profile, conversation: i64, request: ReplyRequest) -> anyhow::Result<Self> {
        let key = ClientKey::from_random(rand::random());
        let file = file(profile, conversation, &request);
        let kept = Kept {
            key: key.as_str().to_owned(),
            last_seen: request.last_seen,
            force: request.force,
            promise_due_at: request.promise_due_at,
            category: request.category.clone(),
        };
        write_private(&file, &serde_json::to_string(&kept)?)?;
        Ok(Sending { request, key, file })
    }

    /// Forgets the request once the server has said what became of it.
    pub fn settle<T>(self, answer: &Result<T, ClientError>) {
        if answer.as_ref().is_err_and(ClientError::leaves_doubt) {
            return;
        }
        // If it can't be removed, the same text is only asked for under the same key again.
        let _ = fs::remove_file(self.file);
    }
}

fn file(profile: &Profile, conversation: i64, request: &ReplyRequest) -> PathBuf {
    profile.state_file(&format!("sending-{conversation}-{}.json", digest(request)))
}

fn digest(request: &ReplyRequest) -> String {
    let mut hash = Sha256::new_with_prefix(request.text.as_bytes());
    for id in &request.photos {
        hash.update([0xff]);
        hash.update(id.to_be_bytes());
    }
    hash.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
