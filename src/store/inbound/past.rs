//! Past texts: the last one of a carrier, and all of some time for a dry run of another policy.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::arrival::replay::{PastText, WaitStart};
use crate::store::engine::row;
use crate::store::inbound::quarantine::operator_only;
use crate::store::{Result, Store};

impl Store {
    /// When the last text came from this carrier. Reads back to it: to the beginning of the table if none came.
    pub async fn last_text_at(&self, carrier: &'static str) -> Result<Option<UnixMs>> {
        self.read(move |conn| {
            let select = "SELECT received_at FROM inbox WHERE carrier = :carrier ORDER BY id DESC LIMIT 1";
            Ok(conn
                .prepare_cached(select)?
                .query_row(named_params! { ":carrier": carrier }, |r| r.get(0))
                .optional()?)
        })
        .await
    }

    /// Texts received from `since` on and routed, in order of arrival, for the operator. Reads through the journal: for a command,
    /// not for every second.
    pub async fn past_arrivals(&self, since: UnixMs, actor: &Actor) -> Result<Vec<PastText>> {
        operator_only(actor)?;
        self.read(move |conn| {
            let mut begins = conn.prepare(
                "SELECT conversation_id, at, kind FROM event WHERE kind IN ('opened', 'reopened') AND at >= :since",
            )?;
            let rows = begins.query_map(named_params! { ":since": since }, |r| {
                let kind: String = r.get("kind")?;
                let begins = if kind == "opened" { WaitStart::Opened } else { WaitStart::Reopened };
                Ok(((r.get("conversation_id")?, r.get("at")?), begins))
            })?;
            let begins = rows.collect::<rusqlite::Result<HashMap<(i64, UnixMs), WaitStart>>>()?;
            let mut select = conn.prepare(
                "SELECT id, conversation_id, carrier, citizen, our_number, text, received_at, late_ms, routed_at, purpose,
                        EXISTS (SELECT 1 FROM photo WHERE photo.inbox_id = inbox.id) AS has_photos
                 FROM inbox WHERE state = 'routed' AND received_at >= :since ORDER BY id",
            )?;
            let past = |r: &Row<'_>| {
                let (conversation_id, routed_at) = (r.get("conversation_id")?, r.get("routed_at")?);
                Ok(PastText {
                    id: r.get("id")?,
                    conversation_id,
                    carrier: r.get("carrier")?,
                    citizen: row::phone(r, "citizen")?,
                    our_number: row::phone(r, "our_number")?,
                    text: row::text(r)?,
                    has_photos: r.get("has_photos")?,
                    at: r.get("received_at")?,
                    late_ms: r.get("late_ms")?,
                    begins: begins.get(&(conversation_id, routed_at)).copied(),
                    purpose: r.get("purpose")?,
                })
            };
            let mut texts: Vec<PastText> = select
                .query_map(named_params! { ":since": since }, past)?
                .collect::<rusqlite::Result<_>>()?;
            // Of those whose time was over, nothing is left to decide about.
            texts.retain(|text| !text.citizen.is_erased());
            // Texts routed in one commit have the same time: only the first of them opened the conversation.
            let mut seen = std::collections::HashSet::new();
            for text in &mut texts {
                if text.begins.is_some() && !seen.insert((text.conversation_id, text.at)) {
                    text.begins = None;
                }
            }
            Ok(texts)
        })
        .await
    }
}
