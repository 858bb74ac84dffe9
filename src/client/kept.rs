//! What the server keeps as the caller's draft of each conversation, as far as a program that stays open has it on its screen: the one
//! owner of what a draft replaces. Everything that moves a draft passes through here: what the program saves, the answers that it sends
//! and takes back, and what others did meanwhile.
//!
//! What came from elsewhere counts as seen once the program says that it stands on its screen ([`KeptDrafts::took`]); until then nothing
//! is written over it.

use std::collections::BTreeMap;

use super::api::{ApiResult, Client, ClientError};
use crate::api::wire::{DraftRequest, ProblemCode};

#[derive(Default)]
pub struct KeptDrafts(BTreeMap<i64, Kept>);

#[derive(Default)]
struct Kept {
    /// What stands on the screen of it; empty for nothing.
    seen: String,
    /// What is kept in its place now and was told, but does not stand on the screen yet.
    told: Option<String>,
}

/// A draft that is another one than was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What had been seen; empty for nothing.
    pub before: String,
    /// What is kept now; `None` for nothing.
    pub there: Option<String>,
    /// `recalled`, `stopped`: the word of an answer that came back; `None`: another program has written, sent or removed it.
    pub origin: Option<String>,
}

impl KeptDrafts {
    /// What the server keeps stands on the screen.
    pub fn took(&mut self, n: i64, text: &str) {
        self.0.insert(n, Kept { seen: text.to_owned(), told: None });
    }

    /// What stands on the screen; empty for nothing.
    pub fn seen(&self, n: i64) -> String {
        self.0.get(&n).map(|kept| kept.seen.clone()).unwrap_or_default()
    }

    /// The answer with these words was sent: the server has removed the draft of the same words.
    pub fn sent(&mut self, n: i64, text: &str) {
        if self.0.get(&n).is_some_and(|kept| kept.seen.trim() == text.trim()) {
            self.took(n, "");
        }
    }

    /// Saves a draft in place of what was seen. Returns what is kept instead, if that is something else which was not told yet.
    pub async fn save(&mut self, client: &Client, n: i64, draft: DraftRequest) -> ApiResult<Option<Moved>> {
        let before = self.seen(n);
        let draft = DraftRequest { replaces: Some(before.clone()), ..draft };
        match client.save_draft(n, &draft).await {
            Ok(()) => {
                self.took(n, &draft.text);
                Ok(None)
            }
            Err(ClientError::Problem(problem)) if problem.code == ProblemCode::DraftChanged.as_str() => {
                Ok(self.tell(n, Moved { before, there: problem.draft, origin: problem.draft_origin }))
            }
            Err(error) => Err(error),
        }
    }

    /// Looks whether the draft is still what was seen.
    pub async fn look(&mut self, client: &Client, n: i64) -> ApiResult<Option<Moved>> {
        let own = client.own_draft(n).await?;
        let before = self.seen(n);
        let (there, origin) = own.map_or((None, None), |own| (Some(own.text), own.origin));
        if there.as_deref().unwrap_or_default().trim() == before.trim() {
            return Ok(None);
        }
        Ok(self.tell(n, Moved { before, there, origin }))
    }

    /// Each change is told once.
    fn tell(&mut self, n: i64, moved: Moved) -> Option<Moved> {
        let kept = self.0.entry(n).or_default();
        let now = moved.there.clone().unwrap_or_default();
        let is_new = kept.told.as_ref() != Some(&now);
        kept.told = Some(now);
        is_new.then_some(moved)
    }
}

/// What two programs have made of the words `before`, such that nothing of either is lost: ours in the place of what both began from where
/// that still stands by itself, as beside an answer that came back; else theirs below ours.
pub fn both_edits(before: &str, mine: &str, there: &str) -> String {
    let [before, mine, there] = [before.trim(), mine.trim(), there.trim()];
    if mine == before || mine.is_empty() && before.is_empty() || mine == there {
        return there.to_owned();
    }
    if !before.is_empty() {
        let (above, below) = (there.strip_suffix(before), there.strip_prefix(before));
        if let Some(above) = above.filter(|above| above.ends_with("\n\n")) {
            return format!("{above}{mine}").trim().to_owned();
        }
        if let Some(below) = below.filter(|below| below.starts_with("\n\n")) {
            return format!("{mine}{below}").trim().to_owned();
        }
    }
    if mine.contains(there) { mine.to_owned() } else { format!("{mine}\n\n{there}").trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::client::Address;
    use crate::client::fake::{Fake, Reply};

    #[test]
    fn nothing_of_two_edits_is_lost() {
        for (before, mine, there, both) in [
            ("", "", "택시", "택시"),
            ("62번", "62번", "택시", "택시"),
            ("62번", "62번", "", ""),
            ("62번", "62번 버스", "택시", "62번 버스\n\n택시"),
            // Shorter words are an edit as well.
            ("62번 버스", "62번", "62번 버스가 곧", "62번\n\n62번 버스가 곧"),
            ("62번", "63번", "답변\n\n62번", "답변\n\n63번"),
            ("", "둘째", "답변", "둘째\n\n답변"),
            ("62번", "63번 택시", "택시", "63번 택시"),
        ] {
            assert_eq!(both_edits(before, mine, there), both, "{before} {mine} {there}");
        }
    }

    #[tokio::test]
    async fn a_draft_replaces_what_was_seen_and_no_other() {
        let server = Fake::start().await;
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address: Address = server.url.parse().expect("an address");
        let client = Client::new(&address).expect("a client").with_token("t".into());
        let changed =
            || Reply::Problem(409, "draft_changed", json!({ "draft": "택시", "draft_origin": "stopped" }));
        server.on(
            "PUT /v1/conversations/1/draft",
            [Reply::Nothing, changed(), changed(), Reply::Nothing, Reply::Nothing],
        );
        let mut kept = KeptDrafts::default();
        kept.took(1, "");
        let mut told = Vec::new();
        for text in ["62번", "62번이", "62번이 곧", "62번이 곧\n\n택시", ""] {
            if text.ends_with("택시") {
                kept.took(1, "택시");
            }
            let draft = DraftRequest { text: text.to_owned(), based_on: 0, replaces: None };
            told.extend(kept.save(&client, 1, draft).await.expect("an answer"));
        }
        let stopped = Some("stopped".to_owned());
        assert_eq!(told, [Moved { before: "62번".into(), there: Some("택시".into()), origin: stopped }]);
        let replaced: Vec<Value> =
            server.asked().into_iter().map(|one| one.body["replaces"].clone()).collect();
        assert_eq!(replaced, ["", "62번", "62번", "택시", "62번이 곧\n\n택시"]);
    }
}
