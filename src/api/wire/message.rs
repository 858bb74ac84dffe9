//! Texts of both directions, and their photos.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CounselorView;
use crate::domain::media::What;

/// A text of a conversation. `direction` says which of the two it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(tag = "direction", rename_all = "lowercase")]
pub enum MessageView {
    In(InboundMessage),
    Out(OutboundMessage),
}

/// A text from the citizen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InboundMessage {
    /// Unique among the texts from citizens.
    pub id: i64,
    /// Grows with each text that is put into the conversation; what `last_seen` of a reply or a close is compared with.
    #[serde(default)]
    pub seq: i64,
    /// When it came.
    pub at: i64,
    /// When it was sent, if it came late (ten minutes after that or more): it brought no automatic text, and waits for a
    /// person. Null for a text that came in time.
    #[serde(default)]
    pub late_sent_at: Option<i64>,
    /// Resident, card and other identity numbers in it are masked (`n_masked`).
    pub text: String,
    /// How many of them; the action `reveal` shows them, with a reason.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub n_masked: i64,
    #[serde(default)]
    pub photos: Vec<PhotoView>,
    /// `survey`, `opt_out`, `opt_in`, `staff` (from a duty phone of our own) or `restricted`; null if the text is a question.
    #[serde(default)]
    pub purpose: Option<String>,
    /// How pressing the text is: 1 (danger now), 2 (look soon), 3 (worth knowing).
    #[serde(default)]
    pub tier: Option<u8>,
    /// What triage found in it, by ids of rules: why it is pressing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
    /// The text as it was meant, if it was typed on a keyboard not switched to Hangul; null for any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub typed_as: Option<String>,
    /// The text has abusive words; programs should show it folded.
    #[serde(default)]
    pub is_abusive: bool,
}

/// A text to the citizen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OutboundMessage {
    /// Unique among the texts to citizens.
    pub id: i64,
    pub at: i64,
    /// Masked like that of the citizen.
    pub text: String,
    /// A recovery found it in the list of a carrier that does not tell the words: `text` only says so, in Korean and English.
    #[serde(default, skip_serializing_if = "is_not")]
    pub words_unknown: bool,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub n_masked: i64,
    #[serde(default)]
    pub photos: Vec<PhotoView>,
    /// Who wrote it, or asked for this automatic text (`where`, `warning`); null where nobody did, and for an answer that a recovery found in the carrier's list (its `notice` is null, too).
    pub author: Option<CounselorView>,
    /// `held`, `queued`, `sending`, `in_doubt`, `accepted`, `delivered`, `undelivered`, `failed`, `expired`, `cancelled` or
    /// `unconfirmed`.
    pub state: String,
    /// `sms`, `lms`, or `mms` if it has photos.
    pub kind: String,
    /// The carrier's raw code, if it gave one.
    pub code: Option<String>,
    /// What the code means, in one word (`phone_off`, `no_such_number` ...); null if unknown.
    #[serde(default)]
    pub meaning: Option<String>,
    /// When the text reached a state that will not change any more.
    pub final_at: Option<i64>,
    /// The text is in doubt and the carrier can't tell; a person has to decide.
    #[serde(default)]
    pub needs_decision: bool,
    /// Which automatic text it is; null for a reply.
    #[serde(default)]
    pub notice: Option<String>,
    /// Held: when it leaves. Until then its writer can take it back, and a new text of the citizen stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves_at: Option<i64>,
}

fn is_not(is: &bool) -> bool {
    !is
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

impl MessageView {
    /// How many identity numbers in its text are masked.
    pub fn n_masked(&self) -> i64 {
        match self {
            MessageView::In(text) => text.n_masked,
            MessageView::Out(text) => text.n_masked,
        }
    }

    /// Unique among the texts of its direction.
    pub fn id(&self) -> i64 {
        match self {
            MessageView::In(text) => text.id,
            MessageView::Out(text) => text.id,
        }
    }

    /// When it came or was written (milliseconds UTC).
    pub fn at(&self) -> i64 {
        match self {
            MessageView::In(text) => text.at,
            MessageView::Out(text) => text.at,
        }
    }

    pub fn text(&self) -> &str {
        match self {
            MessageView::In(text) => &text.text,
            MessageView::Out(text) => &text.text,
        }
    }

    pub fn photos(&self) -> &[PhotoView] {
        match self {
            MessageView::In(text) => &text.photos,
            MessageView::Out(text) => &text.photos,
        }
    }

    /// The text, if it is one from the citizen.
    pub fn inbound(&self) -> Option<&InboundMessage> {
        match self {
            MessageView::In(text) => Some(text),
            MessageView::Out(_) => None,
        }
    }

    /// The text, if it is one to the citizen.
    pub fn outbound(&self) -> Option<&OutboundMessage> {
        match self {
            MessageView::In(_) => None,
            MessageView::Out(text) => Some(text),
        }
    }
}

/// The bytes of a photo, as they are.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct PhotoFile(pub Vec<u8>);

/// A photo, film, voice message or other file; `GET /v1/photos/{id}` has the bytes of what is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PhotoView {
    pub id: i64,
    /// `photo`, `film`, `voice`, `contact`, `calendar`, `pdf` or `file`: by its bytes once they were seen, before that as the
    /// carrier claims.
    #[serde(default = "photo")]
    pub what: String,
    /// `wanted` (the carrier is being asked for it), `kept` or `lost`.
    pub state: String,
    /// Kept: what its bytes say, whatever was claimed of it.
    pub content_type: Option<String>,
    pub n_bytes: Option<i64>,
    /// Of a kept photo.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Lost: why (`gone`, `too_large`, `not_taken`, `broken`, `too_many`, `not_offered`, `not_in_time`).
    pub why: Option<String>,
}

/// All that older servers know.
fn photo() -> String {
    What::Photo.as_str().to_owned()
}

/// `GET /v1/messages?state=in_doubt`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    pub messages: Vec<MessageInConversation>,
    /// `after` of the next page; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageInConversation {
    pub conversation_id: i64,
    /// The citizen's number, masked.
    pub citizen: String,
    /// Their short name, such as `7F2K`; empty for one who was erased.
    #[serde(default)]
    pub citizen_name: String,
    #[serde(flatten)]
    pub message: MessageView,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_has_the_fields_of_its_direction_and_no_other() {
        let photos: [PhotoView; 0] = [];
        let inbound = json!({
            "direction": "in", "id": 3, "seq": 3, "at": 5, "late_sent_at": 2, "text": "버스요", "photos": photos, "purpose": null, "tier": 1, "is_abusive": false,
        });
        let outbound = json!({
            "direction": "out", "id": 9, "at": 6, "text": "네", "photos": photos, "author": null, "state": "queued", "kind": "sms",
            "code": null, "meaning": null, "final_at": null, "needs_decision": false, "notice": "receipt",
        });
        for text in [inbound, outbound] {
            let view: MessageView = serde_json::from_value(text.clone()).expect("a text");
            assert_eq!(json!(view), text);
            let mut listed = text;
            listed["conversation_id"] = json!(12);
            listed["citizen"] = json!("010-****-5678");
            listed["citizen_name"] = json!("7F2K");
            let listed_view: MessageInConversation = serde_json::from_value(listed.clone()).expect("a text");
            assert_eq!(json!(listed_view), listed);
        }
        assert!(serde_json::from_value::<MessageView>(json!({ "id": 3, "at": 5, "text": "" })).is_err());
    }
}
