//! Outgoing photos: uploaded by a counselor, then sent with a reply. A reply gets its own rows, so an upload can go with
//! several replies; uploads are deleted after a day.

use std::collections::BTreeSet;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use super::{Hash, PhotoInfo, info};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::media::{Photo, PhotoLimits};
use crate::domain::outbound::OutboundText;
use crate::domain::photo::{FileKind, Measured};
use crate::store::{Result, Store, StoreError};

impl Store {
    /// Stores a counselor's upload; the same photo again gives the same id. `NotFound` if the actor is not a counselor.
    pub async fn hand_in_photo(
        &self,
        actor: &Actor,
        jpeg: Arc<[u8]>,
        is: Measured,
        now: UnixMs,
    ) -> Result<PhotoInfo> {
        let counselor_id = actor.id().ok_or(StoreError::NotFound)?;
        let (hash, n_bytes) = self.put_file(jpeg).await?;
        self.write(move |conn| {
            let mut upsert = conn.prepare_cached(
                "INSERT INTO photo (uploaded_by, position, state, created_at, what, sha256, kind, n_bytes, width, height)
                 VALUES (:counselor, 0, 'kept', :now, 'photo', :hash, :kind, :bytes, :width, :height)
                 ON CONFLICT (uploaded_by, sha256) WHERE uploaded_by IS NOT NULL DO UPDATE SET created_at = :now
                 RETURNING id, state, what, kind, n_bytes, width, height, trouble",
            )?;
            let of = named_params! {
                ":counselor": counselor_id, ":now": now, ":hash": hash, ":kind": FileKind::Photo(is.kind).as_str(), ":bytes": n_bytes,
                ":width": is.width, ":height": is.height,
            };
            Ok(upsert.query_row(of, info)?)
        })
        .await
    }

    /// The photos of a text to be sent, read from disk. Only an error of the disk may pass; any other is permanent.
    pub async fn photos_of(&self, text: &OutboundText) -> Result<Vec<Photo>> {
        let id = text.id;
        let hashes = self.look_up(move |conn| {
            let sql = "SELECT sha256 FROM photo WHERE outbox_id = :id ORDER BY position";
            let mut select = conn.prepare_cached(sql)?;
            let rows = select.query_map(named_params! { ":id": id }, |r| r.get(0))?;
            Ok(rows.collect::<rusqlite::Result<Vec<Hash>>>()?)
        });
        let mut photos = Vec::new();
        for hash in hashes.await? {
            let name = format!("photo{}.jpg", photos.len() + 1);
            photos.push(Photo { name, jpeg: self.file(hash).await?.into() });
        }
        Ok(photos)
    }
}

/// Whether all ids are uploads of this counselor within the carrier's limits, each id once.
pub(in crate::store) fn uploads_of(
    conn: &Connection,
    counselor_id: i64,
    ids: &[i64],
    limits: &PhotoLimits,
) -> Result<bool> {
    let mut select = conn.prepare_cached(
        "SELECT 1 FROM photo WHERE id = :id AND uploaded_by = :counselor AND n_bytes <= :bytes AND width <= :width
                               AND height <= :height",
    )?;
    for id in ids {
        let of = named_params! {
            ":id": id, ":counselor": counselor_id, ":bytes": i64::try_from(limits.n_bytes).unwrap_or(i64::MAX),
            ":width": limits.width, ":height": limits.height,
        };
        if select.query_row(of, |_| Ok(())).optional()?.is_none() {
            return Ok(false);
        }
    }
    let different: BTreeSet<&i64> = ids.iter().collect();
    Ok(different.len() == ids.len() && ids.len() <= limits.n)
}

/// Attaches the uploads to a text, in this order.
pub(in crate::store) fn attach(conn: &Connection, outbox_id: i64, ids: &[i64], now: UnixMs) -> Result<()> {
    for (position, id) in ids.iter().enumerate() {
        conn.prepare_cached(
            "INSERT INTO photo (outbox_id, position, state, created_at, what, sha256, kind, n_bytes, width, height)
             SELECT :outbox, :position, state, :now, what, sha256, kind, n_bytes, width, height FROM photo WHERE id = :id",
        )?
        .execute(named_params! {
            ":outbox": outbox_id, ":position": i64::try_from(position).unwrap_or(i64::MAX), ":now": now, ":id": id,
        })?;
    }
    conn.prepare_cached("UPDATE outbox SET has_photos = 1 WHERE id = :id")?
        .execute(named_params! { ":id": outbox_id })?;
    Ok(())
}

/// Whether exactly these uploads are the photos of a text, in this order, by their bytes.
pub(in crate::store) fn are_attached(conn: &Connection, outbox_id: i64, ids: &[i64]) -> Result<bool> {
    let sql = "SELECT sha256 FROM photo WHERE outbox_id = :of ORDER BY position";
    let mut select = conn.prepare_cached(sql)?;
    let attached = select.query_map(named_params! { ":of": outbox_id }, |r: &Row<'_>| r.get(0))?;
    let attached = attached.collect::<rusqlite::Result<Vec<Option<Vec<u8>>>>>()?;
    if attached.len() != ids.len() {
        return Ok(false);
    }
    let mut select = conn.prepare_cached("SELECT sha256 FROM photo WHERE id = :id")?;
    for (id, attached) in ids.iter().zip(attached) {
        let bytes = select.query_row(named_params! { ":id": id }, |r| r.get::<_, Option<Vec<u8>>>(0));
        if attached.is_none() || bytes.optional()?.flatten() != attached {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Attaches the photos of text `from` to text `to`.
pub(in crate::store) fn copy(conn: &Connection, from: i64, to: i64, now: UnixMs) -> Result<()> {
    let sql = "SELECT id FROM photo WHERE outbox_id = :from ORDER BY position";
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(named_params! { ":from": from }, |r: &Row<'_>| r.get(0))?;
    attach(conn, to, &rows.collect::<rusqlite::Result<Vec<i64>>>()?, now)
}
