//! One answer for many who wait. What is being sent is kept in `answer-all-DIGEST.json`, from before its first byte leaves until the
//! server has said what became of each; `DIGEST` is that of the text and of what was asked for. The same command again sends the
//! very same request under the same key, and nobody is answered twice.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::api::{ApiResult, Client, ClientError, IDEMPOTENCY_KEY};
use super::files::write_private;
use super::profile::Profile;
use crate::api::wire::{
    AnswerAllPreview, AnswerAllRequest, AnswerAllResponse, MarkRequest, RecallAllRequest, RecallAllResponse,
};
use crate::domain::outbound::ClientKey;

/// Hundreds of texts are written.
const PATIENCE: Duration = Duration::from_secs(120);

impl Client {
    /// Whom an answer would go to, and who is left out.
    pub async fn preview_answers(&self, mark: &MarkRequest) -> ApiResult<AnswerAllPreview> {
        self.json(self.post("v1/answers/preview").json(mark)).await.map_err(ClientError::of_question)
    }

    /// Answers all of them; repeats the request under the same key while there is no response.
    pub async fn answer_all(
        &self,
        request: &AnswerAllRequest,
        key: &ClientKey,
    ) -> ApiResult<AnswerAllResponse> {
        let post = || self.post("v1/answers").timeout(PATIENCE).json(request);
        self.persistently(|| post().header(IDEMPOTENCY_KEY, key.as_str())).await
    }

    /// Takes back what has not left of an answer for many. Asks again while there is no response; not without a name, because by
    /// then the newest may be another.
    pub async fn recall_all(&self, answer_id: Option<&str>) -> ApiResult<RecallAllResponse> {
        let request = RecallAllRequest { answer_id: answer_id.map(str::to_owned) };
        let post = || self.post("v1/answers/recall").timeout(PATIENCE).json(&request);
        if answer_id.is_some() { self.persistently(post).await } else { self.json(post()).await }
    }
}

/// A request to answer many, and the key it is sent under.
pub struct AnsweringAll {
    pub request: AnswerAllRequest,
    key: ClientKey,
    file: PathBuf,
}

/// What is kept of a request: no text.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    request: AnswerAllRequest,
}

impl AnsweringAll {
    /// The earlier try of the same command that was never answered, if there was one.
    pub fn earlier(profile: &Profile, mark: &MarkRequest, wanted: &AnswerAllRequest) -> Option<Self> {
        let file = file(profile, mark, wanted);
        let Kept { key, request } = serde_json::from_str(&fs::read_to_string(&file).ok()?).ok()?;
        let (key, text) = (ClientKey::parse(&key)?, wanted.text.clone());
        Some(AnsweringAll { request: AnswerAllRequest { text, ..request }, key, file })
    }

    /// Notes that this is being sent, under a new key.
    pub fn begin(profile: &Profile, mark: &MarkRequest, request: AnswerAllRequest) -> anyhow::Result<Self> {
        let (key, file) = (ClientKey::from_random(rand::random()), file(profile, mark, &request));
        // The text is not kept: who repeats the command says it again.
        let kept = AnswerAllRequest { text: String::new(), ..request.clone() };
        let kept = Kept { key: key.as_str().to_owned(), request: kept };
        write_private(&file, &serde_json::to_string(&kept)?)?;
        Ok(AnsweringAll { request, key, file })
    }

    /// Sends it, and forgets it once the server has said what became of it.
    pub async fn send(self, client: &Client) -> ApiResult<AnswerAllResponse> {
        let answer = client.answer_all(&self.request, &self.key).await;
        if !answer.as_ref().is_err_and(ClientError::leaves_doubt) {
            // If it can't be removed, the same command only asks again under the same key.
            let _ = fs::remove_file(self.file);
        }
        answer
    }
}

/// By what was asked for, not by whom that found: a second try finds others.
fn file(profile: &Profile, mark: &MarkRequest, request: &AnswerAllRequest) -> PathBuf {
    let mut hash = Sha256::new_with_prefix(request.text.as_bytes());
    let ids: Vec<String> = mark.ids.iter().map(i64::to_string).collect();
    let words = [&mark.desk, &mark.containing, &Some(ids.join(",")), &request.category];
    for word in words {
        hash.update([0xff]);
        hash.update(word.as_deref().unwrap_or_default().as_bytes());
    }
    hash.update([u8::from(request.close)]);
    let digest: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    profile.state_file(&format!("answer-all-{digest}.json"))
}
