//! Which citizens are restricted or want no automatic texts, for supervisors.

use rusqlite::{Row, named_params};

use crate::domain::UnixMs;
use crate::domain::phone::PhoneNumber;
use crate::store::engine::row;
use crate::store::{Result, Store};

/// A citizen with a restriction that holds, or an opt-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitizenWish {
    pub citizen: PhoneNumber,
    /// Their newest conversation.
    pub conversation_id: Option<i64>,
    pub restricted_until_at: Option<UnixMs>,
    pub restriction_reason: Option<String>,
    /// The name of who restricted them.
    pub restricted_by: Option<String>,
    pub opted_out_at: Option<UnixMs>,
}

impl Store {
    /// Restricted citizens first, those whose restriction ends soonest before others; then those who opted out, the newest first.
    /// At most `limit`, and how many there are.
    pub async fn citizen_wishes(&self, limit: u32, now: UnixMs) -> Result<(Vec<CitizenWish>, i64)> {
        self.read(move |conn| {
            let which = "restricted_until_at > :now OR opted_out_at IS NOT NULL";
            let count = format!("SELECT count(*) FROM citizen WHERE {which}");
            let n = conn.prepare_cached(&count)?.query_row(named_params! { ":now": now }, |r| r.get(0))?;
            let mut select = conn.prepare_cached(&format!(
                "SELECT f.number, CASE WHEN f.restricted_until_at > :now THEN f.restricted_until_at END AS until_at,
                        f.restriction_reason, c.name, f.opted_out_at,
                        (SELECT max(v.id) FROM conversation v WHERE v.citizen = f.number) AS conversation_id
                 FROM (SELECT * FROM citizen WHERE {which}) f LEFT JOIN counselor c ON c.id = f.restricted_by
                 ORDER BY until_at IS NULL, until_at, f.opted_out_at DESC LIMIT :limit"
            ))?;
            let one = |r: &Row<'_>| {
                let until: Option<UnixMs> = r.get("until_at")?;
                Ok(CitizenWish {
                    citizen: row::phone(r, "number")?,
                    conversation_id: r.get("conversation_id")?,
                    restricted_until_at: until,
                    restriction_reason: until.and(r.get("restriction_reason")?),
                    restricted_by: until.and(r.get("name")?),
                    opted_out_at: r.get("opted_out_at")?,
                })
            };
            let found = select.query_map(named_params! { ":now": now, ":limit": limit }, one)?;
            Ok((found.collect::<rusqlite::Result<_>>()?, n))
        })
        .await
    }
}
