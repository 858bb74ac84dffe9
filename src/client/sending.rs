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
use super::files::{begin_private, write_private};
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
    #[serde(default)]
    again: bool,
    promise_due_at: Option<i64>,
    category: Option<String>,
}

impl Sending {
    /// Notes that this is being sent, under a new key. If the same text and photos are on their way already, from here or from another
    /// program of this log-in, or were never answered, it is that request, with its key; `true` then.
    pub fn begin(
        profile: &Profile,
        conversation: i64,
        wanted: &ReplyRequest,
    ) -> anyhow::Result<(Self, bool)> {
        let (new, kept) = Self::new(profile, conversation, wanted)?;
        // Between the two looks, the other program may have got its answer.
        for _ in 0..2 {
            if begin_private(&new.file, kept.as_bytes())? {
                return Ok((new, false));
            }
            if let Some(earlier) = Self::earlier(profile, conversation, wanted) {
                return Ok((earlier, true));
            }
        }
        // Nobody can read it: what it was for is not known any more.
        write_private(&new.file, &kept)?;
        Ok((new, false))
    }

    fn earlier(profile: &Profile, conversation: i64, wanted: &ReplyRequest) -> Option<Self> {
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
            again: kept.again,
            promise_due_at: kept.promise_due_at,
            category: kept.category,
        };
        Some(Sending { request, key, file })
    }

    /// The request under a new key, and what is kept of it.
    fn new(profile: &Profile, conversation: i64, request: &ReplyRequest) -> anyhow::Result<(Self, String)> {
        let key = ClientKey::from_random(rand::random());
        let file = file(profile, conversation, request);
        let kept = Kept {
            key: key.as_str().to_owned(),
            last_seen: request.last_seen,
            force: request.force,
            again: request.again,
            promise_due_at: request.promise_due_at,
            category: request.category.clone(),
        };
        Ok((Sending { request: request.clone(), key, file }, serde_json::to_string(&kept)?))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Two programs of one person that send the same words at the same moment share the key.
    #[test]
    fn of_two_that_begin_at_once_one_makes_the_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = |name: &str| (name == "HOME").then(|| folder.path().display().to_string());
        let profile = Profile::choose(None, home).expect("a profile");
        let wanted = ReplyRequest { text: "네".to_owned(), last_seen: 5, ..ReplyRequest::default() };
        let begin = || Sending::begin(&profile, 12, &wanted).expect("kept");
        let all: Vec<_> = std::thread::scope(|scope| {
            let begun: Vec<_> = (0..8).map(|_| scope.spawn(begin)).collect();
            begun.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert_eq!(all.iter().filter(|(_, is_earlier)| !is_earlier).count(), 1);
        assert!(all.iter().all(|(sending, _)| sending.key == all[0].0.key && sending.request == wanted));
        // Other words, and the same words once this is settled, are another answer.
        let other = ReplyRequest { text: "아니요".to_owned(), ..wanted.clone() };
        assert!(!Sending::begin(&profile, 12, &other).expect("kept").1);
        let key = all[0].0.key.clone();
        all.into_iter().for_each(|(sending, _)| sending.settle(&Ok(())));
        assert!(begin().0.key != key);
    }
}
