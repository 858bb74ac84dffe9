//! What a command of `munjad` and the running gateway say to each other: one line of JSON each way.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::carrier::{CarrierError, ErrorKind, InboundPage, SentPage, SentText};
use crate::domain::UnixMs;
use crate::domain::inbound::{Cursor, InboundItem, InboundText};
use crate::domain::media::MediaRef;
use crate::domain::outbound::{ClientKey, OutboundKind, OutboundText};
use crate::domain::phone::PhoneNumber;
use crate::domain::receipt::{Receipt, ReceiptStatus};
use crate::domain::text::MessageText;

/// A call to be made by the running gateway's own driver.
#[derive(Serialize, Deserialize)]
pub(super) struct Ask {
    pub carrier: String,
    pub call: Request,
}

/// As the methods of [`Carrier`](crate::carrier::Carrier) of the same names; `State` and `RefusedCalls` are what the gateway itself
/// knows of it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Request {
    State,
    /// The carrier's calls that were refused.
    RefusedCalls,
    Check,
    Send(Text),
    Status {
        id: String,
    },
    SentSince {
        since: UnixMs,
        page: Option<String>,
    },
    /// Only of a list that can be read again.
    PollInbound {
        since: UnixMs,
        page: Option<String>,
    },
    CallAgain {
        since: UnixMs,
        until: UnixMs,
    },
    /// Of no carrier: lift a lock-out after wrong passwords.
    Unlock {
        login: String,
    },
    /// Of no carrier: read the configuration again.
    Reload,
}

/// What came of a reload that was not refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reloaded {
    /// Keys that have changed and take effect with a new start only.
    pub needs_restart: Vec<String>,
}

/// Calls of one carrier that the running gateway has refused for one reason since it started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCalls {
    /// As in [`PushRefused::word`](crate::carrier::PushRefused::word).
    pub why: String,
    pub n: u64,
    pub last_at: UnixMs,
}

/// Result of `Check`.
#[derive(Serialize, Deserialize)]
pub(super) struct Checked {
    pub ahead_ms: Option<i64>,
    pub lists_texts: bool,
}

/// A text without photos.
#[derive(Serialize, Deserialize)]
pub(super) struct Text {
    key: String,
    to: String,
    from: String,
    kind: String,
    words: String,
    expires_at: UnixMs,
}

/// Result of `Send`.
#[derive(Serialize, Deserialize)]
pub(super) struct Taken {
    pub carrier_message_id: Option<String>,
    pub repeated: bool,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Fate {
    carrier_message_id: String,
    client_key: Option<String>,
    status: String,
    code: String,
    reported_at: Option<UnixMs>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Page {
    items: Vec<Listed>,
    next: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Listed {
    carrier_message_id: String,
    key: Option<String>,
    at: UnixMs,
    fate: Option<Fate>,
}

/// A page of citizens' texts.
#[derive(Serialize, Deserialize)]
pub(super) struct Texts {
    items: Vec<Item>,
    since: UnixMs,
    page: Option<String>,
    newest: UnixMs,
    clock_ahead_ms: Option<i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Text { key: String, citizen: String, to: String, words: String, media: Vec<Photo>, sent_at: UnixMs },
    Unreadable { raw: String, reason: String },
}

#[derive(Serialize, Deserialize)]
struct Photo {
    handle: String,
    name: Option<String>,
    content_type: Option<String>,
    n_bytes: Option<u64>,
}

/// An error of the carrier's, or of the gateway that was to ask it.
#[derive(Serialize, Deserialize)]
pub(super) struct Refusal {
    kind: String,
    code: Option<String>,
    message: String,
    retry_after_ms: Option<u64>,
}

impl From<CarrierError> for Refusal {
    fn from(error: CarrierError) -> Self {
        let retry_after_ms =
            error.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        Refusal {
            kind: format!("{:?}", error.kind),
            code: error.code,
            message: error.message,
            retry_after_ms,
        }
    }
}

impl From<Refusal> for CarrierError {
    /// An unknown kind, of a gateway of another version, is `Ambiguous`: nothing may be concluded from it.
    fn from(refusal: Refusal) -> Self {
        let kind = ErrorKind::ALL.into_iter().find(|kind| format!("{kind:?}") == refusal.kind);
        CarrierError {
            kind: kind.unwrap_or(ErrorKind::Ambiguous),
            code: refusal.code,
            message: refusal.message,
            retry_after: refusal.retry_after_ms.map(Duration::from_millis),
        }
    }
}

impl From<&OutboundText> for Text {
    fn from(text: &OutboundText) -> Self {
        Text {
            key: text.key.as_str().to_owned(),
            to: text.citizen.reveal().to_owned(),
            from: text.from.reveal().to_owned(),
            kind: text.kind.as_str().to_owned(),
            words: text.text.reveal().to_owned(),
            expires_at: text.expires_at,
        }
    }
}

impl Text {
    /// The text as a driver takes it; `None` if its key or kind is none.
    pub(super) fn outbound(self, now: UnixMs) -> Option<OutboundText> {
        Some(OutboundText {
            id: 0,
            key: ClientKey::parse(&self.key)?,
            citizen: PhoneNumber::parse(&self.to),
            from: PhoneNumber::parse(&self.from),
            kind: OutboundKind::from_word(&self.kind)?,
            text: MessageText::new(self.words),
            photos: Vec::new(),
            attempt: 1,
            first_attempt_at: now,
            expires_at: self.expires_at,
        })
    }
}

impl From<Receipt> for Fate {
    fn from(receipt: Receipt) -> Self {
        Fate {
            carrier_message_id: receipt.carrier_message_id,
            client_key: receipt.client_key,
            status: receipt.status.as_str().to_owned(),
            code: receipt.code,
            reported_at: receipt.reported_at,
        }
    }
}

impl From<Fate> for Receipt {
    fn from(fate: Fate) -> Self {
        Receipt {
            carrier_message_id: fate.carrier_message_id,
            client_key: fate.client_key,
            status: ReceiptStatus::from_word(&fate.status).unwrap_or(ReceiptStatus::Unknown),
            code: fate.code,
            reported_at: fate.reported_at,
        }
    }
}

impl From<SentPage> for Page {
    fn from(page: SentPage) -> Self {
        let listed = |text: SentText| Listed {
            carrier_message_id: text.carrier_message_id,
            key: text.key,
            at: text.at,
            fate: text.receipt.map(Fate::from),
        };
        Page { items: page.items.into_iter().map(listed).collect(), next: page.next }
    }
}

impl From<Page> for SentPage {
    fn from(page: Page) -> Self {
        let text = |listed: Listed| SentText {
            carrier_message_id: listed.carrier_message_id,
            key: listed.key,
            at: listed.at,
            // A comparison needs neither.
            to: None,
            words: None,
            receipt: listed.fate.map(Receipt::from),
        };
        SentPage { items: page.items.into_iter().map(text).collect(), next: page.next }
    }
}

impl From<InboundPage> for Texts {
    fn from(page: InboundPage) -> Self {
        let photo = |media: MediaRef| Photo {
            handle: media.handle,
            name: media.name,
            content_type: media.content_type,
            n_bytes: media.n_bytes,
        };
        let item = |item: InboundItem| match item {
            InboundItem::Text(text) => Item::Text {
                key: text.key,
                citizen: text.citizen.reveal().to_owned(),
                to: text.to.reveal().to_owned(),
                words: text.text.reveal().to_owned(),
                media: text.media.into_iter().map(photo).collect(),
                sent_at: text.sent_at,
            },
            InboundItem::Unreadable { raw, reason } => Item::Unreadable { raw, reason },
        };
        let Cursor { since, page: next, newest, .. } = page.next;
        let items = page.items.into_iter().map(item).collect();
        Texts { items, since, page: next, newest, clock_ahead_ms: page.clock_ahead_ms }
    }
}

impl From<Texts> for InboundPage {
    /// Without the body as it came: nobody stores such a page.
    fn from(texts: Texts) -> Self {
        let media = |photo: Photo| MediaRef {
            handle: photo.handle,
            name: photo.name,
            content_type: photo.content_type,
            n_bytes: photo.n_bytes,
        };
        let item = |item: Item| match item {
            Item::Text { key, citizen, to, words, media: photos, sent_at } => {
                InboundItem::Text(InboundText {
                    key,
                    citizen: PhoneNumber::parse(&citizen),
                    to: PhoneNumber::parse(&to),
                    text: MessageText::new(words),
                    media: photos.into_iter().map(media).collect(),
                    sent_at,
                })
            }
            Item::Unreadable { raw, reason } => InboundItem::Unreadable { raw, reason },
        };
        InboundPage {
            raw: Bytes::new(),
            items: texts.items.into_iter().map(item).collect(),
            next: Cursor { since: texts.since, page: texts.page, newest: texts.newest, brief: false },
            ack: Default::default(),
            clock_ahead_ms: texts.clock_ahead_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_cross_unchanged() {
        for kind in ErrorKind::ALL {
            let wait = Some(Duration::from_secs(7));
            let error = CarrierError::new(kind, "why").with_code("X1").with_retry_after(wait);
            let line = serde_json::to_string(&Refusal::from(error.clone())).unwrap();
            let back: Refusal = serde_json::from_str(&line).unwrap();
            assert_eq!(CarrierError::from(back), error);
        }
        let unknown =
            Refusal { kind: "New".to_owned(), code: None, message: String::new(), retry_after_ms: None };
        assert_eq!(CarrierError::from(unknown).kind, ErrorKind::Ambiguous);
    }

    #[test]
    fn lists_cross_unchanged() {
        let receipt = Receipt {
            carrier_message_id: "m".to_owned(),
            client_key: Some("k".to_owned()),
            status: ReceiptStatus::Undelivered,
            code: "22003".to_owned(),
            reported_at: Some(7),
        };
        let item = |receipt| SentText {
            carrier_message_id: "m".to_owned(),
            key: None,
            at: 5,
            to: None,
            words: None,
            receipt,
        };
        let page = SentPage { items: vec![item(None), item(Some(receipt))], next: Some("2".to_owned()) };
        let line = serde_json::to_string(&Page::from(page.clone())).unwrap();
        let back = SentPage::from(serde_json::from_str::<Page>(&line).unwrap());
        assert_eq!((back.items, back.next), (page.items, page.next));
    }
}
