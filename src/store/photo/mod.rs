//! Photos, films and voice messages of texts in both directions (`domain::photo`): rows here, bytes in `files.rs`, photos of replies in
//! `outgoing.rs`. A file is on disk before a row refers to it: a crash between the two costs a second fetch, never a
//! photo.

mod files;
mod outgoing;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::SystemTime;

use rusqlite::{Connection, OptionalExtension, Row, named_params};

pub(super) use files::Files;
pub use files::{Hash, SoundFile};
pub(super) use outgoing::{are_attached, attach, copy, uploads_of};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::event::EventKind;
use crate::domain::media::{MediaRef, What};
use crate::domain::notice::Slot;
use crate::domain::photo::{
    FileKind, Kept, Loss, LostAs, MAX_PHOTOS, PhotoEvent, PhotoState, UPLOAD_KEPT_MS, for_citizen,
    loss_notice, next,
};
use crate::domain::policy::ServicePolicy;
use crate::domain::refusal::Refusal;
use crate::store::conversation::decide::recipient;
use crate::store::conversation::row::load;
use crate::store::engine::row;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::outbound::notice;
use crate::store::outbound::outbox::one_row;
use crate::store::{Decided, Result, Store, StoreError};

/// A photo without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhotoInfo {
    pub id: i64,
    pub state: PhotoState,
    /// What it is: by its bytes once they were seen, before that as claimed.
    pub what: What,
    /// Only for a kept photo: what its bytes are.
    pub kept: Option<KeptAs>,
    /// Only for a lost photo.
    pub why: Option<Loss>,
}

/// Format and size of a kept photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptAs {
    pub is: Kept,
    pub n_bytes: i64,
}

/// A photo to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedPhoto {
    pub id: i64,
    /// The carrier that holds it.
    pub carrier: String,
    pub media: MediaRef,
    pub since: UnixMs,
    pub n_attempts: u32,
}

/// Inserts the photos of a text, in the transaction that stores it. Beyond [`MAX_PHOTOS`] one lost photo stands for all
/// the rest.
pub(super) fn want(
    conn: &Connection,
    carrier: &str,
    inbox_id: i64,
    media: &[MediaRef],
    now: UnixMs,
) -> Result<()> {
    let media = media.iter().filter(|one| !one.is_layout());
    for (position, one) in media.take(MAX_PHOTOS + 1).enumerate() {
        let too_many = position >= MAX_PHOTOS;
        let state = if too_many { PhotoState::Lost } else { PhotoState::Wanted };
        conn.prepare_cached(
            "INSERT INTO photo (inbox_id, position, carrier, handle, claimed_name, claimed_type, claimed_bytes, state,
                                created_at, next_attempt_at, trouble, what)
             VALUES (:inbox, :position, :carrier, :handle, :name, :type, :bytes, :state, :now, :next, :trouble, :what)",
        )?
        .execute(named_params! {
            ":inbox": inbox_id,
            ":position": i64::try_from(position).unwrap_or(i64::MAX),
            ":carrier": carrier,
            ":handle": if too_many { "" } else { &one.handle },
            ":name": one.name.as_ref().filter(|_| !too_many),
            ":type": one.content_type,
            ":bytes": one.n_bytes.and_then(|n| i64::try_from(n).ok()),
            ":state": state.as_str(),
            ":now": now,
            ":next": (!too_many).then_some(now),
            ":trouble": too_many.then_some(Loss::TooMany.as_str()),
            ":what": one.claimed().as_str(),
        })?;
    }
    Ok(())
}

/// The photos of a text from a citizen.
pub(super) fn of_inbox(conn: &Connection, inbox_id: i64) -> Result<Vec<PhotoInfo>> {
    let sql = "SELECT id, state, what, kind, n_bytes, width, height, trouble FROM photo
               WHERE inbox_id = :of ORDER BY position";
    infos(conn, sql, inbox_id)
}

/// The photos of a text to a citizen.
pub(super) fn of_outbox(conn: &Connection, outbox_id: i64) -> Result<Vec<PhotoInfo>> {
    let sql = "SELECT id, state, what, kind, n_bytes, width, height, trouble FROM photo
               WHERE outbox_id = :of ORDER BY position";
    infos(conn, sql, outbox_id)
}

fn infos(conn: &Connection, sql: &str, of: i64) -> Result<Vec<PhotoInfo>> {
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(named_params! { ":of": of }, info)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn info(r: &Row<'_>) -> rusqlite::Result<PhotoInfo> {
    let state = row::word(r, "state", PhotoState::from_word)?;
    let kept = match state {
        PhotoState::Kept => {
            let kind = row::word(r, "kind", FileKind::from_word)?;
            let pixels = r.get::<_, Option<u32>>("width")?.zip(r.get("height")?);
            Some(KeptAs { is: Kept { kind, pixels }, n_bytes: r.get("n_bytes")? })
        }
        _ => None,
    };
    let why = (state == PhotoState::Lost).then(|| row::word(r, "trouble", Loss::from_word)).transpose()?;
    Ok(PhotoInfo { id: r.get("id")?, state, what: row::word(r, "what", What::from_word)?, kept, why })
}

impl Store {
    /// Photos that are due to be fetched, the longest due first.
    pub async fn wanted_photos(&self, limit: u32, now: UnixMs) -> Result<Vec<WantedPhoto>> {
        self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, carrier, handle, claimed_name, claimed_type, claimed_bytes, created_at, n_attempts
                 FROM photo INDEXED BY photo_wanted
                 WHERE state = 'wanted' AND next_attempt_at <= :now ORDER BY next_attempt_at LIMIT :limit",
            )?;
            let rows = select.query_map(named_params! { ":now": now, ":limit": limit }, wanted)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Keeps a fetched photo: writes its bytes to disk, then updates the row. Deletes its handle, which may open the
    /// photo to anybody who has it.
    pub async fn keep_photo(
        &self,
        id: i64,
        bytes: impl AsRef<[u8]> + Send + 'static,
        is: Kept,
        now: UnixMs,
    ) -> Result<()> {
        let (hash, n_bytes) = self.put_file(bytes).await?;
        let kept = self.write(move |conn| {
            step(conn, id, PhotoEvent::Stored)?;
            let n = conn
                .prepare_cached(
                    "UPDATE photo SET state = 'kept', next_attempt_at = NULL, n_attempts = n_attempts + 1, sha256 = :hash,
                                      kind = :kind, what = :what, n_bytes = :bytes, width = :width, height = :height,
                                      handle = '', claimed_name = NULL
                     WHERE id = :id AND state = 'wanted'",
                )?
                .execute(named_params! {
                    ":hash": hash, ":kind": is.kind.as_str(), ":what": is.kind.what().as_str(), ":bytes": n_bytes,
                    ":width": is.pixels.map(|pixels| pixels.0), ":height": is.pixels.map(|pixels| pixels.1), ":id": id,
                })?;
            one_row(n)?;
            photo_event(conn, id, EventKind::PhotoKept, None, now)
        });
        let kept = kept.await;
        if matches!(kept, Err(StoreError::NotFound)) {
            // Its text was erased while it was fetched.
            self.discard_files(BTreeSet::from([hash])).await?;
        }
        kept
    }

    /// Records a failed fetch; the next try is at `at`.
    pub async fn put_off_photo(&self, id: i64, at: UnixMs) -> Result<()> {
        self.write(move |conn| {
            step(conn, id, PhotoEvent::Failed)?;
            let sql = "UPDATE photo SET next_attempt_at = :at, n_attempts = n_attempts + 1
                       WHERE id = :id AND state = 'wanted'";
            one_row(conn.prepare_cached(sql)?.execute(named_params! { ":at": at, ":id": id })?)
        })
        .await
    }

    /// Marks a photo as lost; [`Store::report_lost_photos`] reports it.
    pub async fn lose_photo(&self, id: i64, lost: LostAs) -> Result<()> {
        self.write(move |conn| {
            step(conn, id, PhotoEvent::GivenUp(lost.why))?;
            let sql = "UPDATE photo SET state = 'lost', next_attempt_at = NULL, trouble = :why, what = :what,
                                        handle = '', claimed_name = NULL
                       WHERE id = :id AND state = 'wanted'";
            let of = named_params! { ":why": lost.why.as_str(), ":what": lost.what.as_str(), ":id": id };
            one_row(conn.prepare_cached(sql)?.execute(of)?)
        })
        .await
    }

    /// Reports lost photos: to counselors by an event, to the citizen by an automatic text, at most one per text, one for all
    /// texts that came before it, and none for a late text. Texts that are not routed yet are left for later. Returns the number of
    /// texts whose losses were reported.
    pub async fn report_lost_photos(&self, policy: &Arc<ServicePolicy>, now: UnixMs) -> Result<usize> {
        if self.look_up(unreported).await?.is_empty() {
            return Ok(0);
        }
        let policy = Arc::clone(policy);
        let told = self.write(move |conn| {
            let lost = unreported(conn)?;
            lost.iter().try_for_each(|text| report_loss(conn, text, &policy, now))?;
            Ok(lost.len())
        });
        let n = told.await?;
        if n > 0 {
            self.hints().text_out.notify_one();
        }
        Ok(n)
    }

    /// A photo and its file, if the actor may see its conversation; an upload only for the counselor who made it. A file
    /// only for a kept photo.
    pub async fn photo(&self, id: i64, actor: &Actor) -> Result<Decided<(PhotoInfo, Option<SoundFile>)>> {
        let actor = actor.clone();
        let found = self.read_here(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT p.id, p.state, p.what, p.kind, p.n_bytes, p.width, p.height, p.trouble, p.sha256, p.uploaded_by,
                        coalesce(i.conversation_id, o.conversation_id) AS conversation_id
                 FROM photo p LEFT JOIN inbox i ON i.id = p.inbox_id LEFT JOIN outbox o ON o.id = p.outbox_id
                 WHERE p.id = :id AND (p.uploaded_by IS NULL OR p.uploaded_by = :me)",
            )?;
            let of = named_params! { ":id": id, ":me": actor.id() };
            let found = |r: &Row<'_>| {
                let conversation_id: Option<i64> = r.get("conversation_id")?;
                Ok((info(r)?, r.get::<_, Option<Hash>>("sha256")?, conversation_id))
            };
            let (info, hash, conversation_id) = select.query_row(of, found)?;
            match conversation_id {
                Some(of) if !load(conn, of)?.is_visible_to(&actor) => Ok(Err(Refusal::NotYourDesk)),
                // A text that is not routed yet belongs to no desk.
                _ => Ok(Ok((info, hash))),
            }
        });
        match found.await? {
            Ok((info, Some(hash))) => Ok(Ok((info, Some(self.open_file(hash).await?)))),
            Ok((info, None)) => Ok(Ok((info, None))),
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    /// The conversation that a photo came in or left with; `None` for an upload, and before its text is routed.
    pub async fn conversation_of_photo(&self, id: i64) -> Result<Option<i64>> {
        self.look_up(move |conn| {
            let sql = "SELECT coalesce(i.conversation_id, o.conversation_id)
                       FROM photo p LEFT JOIN inbox i ON i.id = p.inbox_id LEFT JOIN outbox o ON o.id = p.outbox_id
                       WHERE p.id = :id";
            Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| r.get(0))?)
        })
        .await
    }

    /// Deletes old uploads that were never sent, and old files without a row. Returns how many files were removed.
    pub async fn sweep_photos(&self, now: UnixMs) -> Result<usize> {
        let before = now - UPLOAD_KEPT_MS;
        let forgotten = self.write(move |conn| {
            let sql = "DELETE FROM photo WHERE uploaded_by IS NOT NULL AND created_at < :before";
            Ok(conn.execute(sql, named_params! { ":before": before })?)
        });
        forgotten.await?;
        let files = Arc::clone(&self.files);
        self.read(move |conn| {
            files.sweep(|hash| {
                let sql = "SELECT EXISTS (SELECT 1 FROM photo WHERE sha256 = :hash)";
                Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":hash": hash }, |r| r.get(0))?)
            })
        })
        .await
    }

    /// Removes the files of photos that were forgotten, unless another text has the same. Returns how many.
    pub(super) async fn discard_files(&self, hashes: BTreeSet<Hash>) -> Result<usize> {
        let (files, began) = (Arc::clone(&self.files), SystemTime::now());
        self.read(move |conn| {
            let sql = "SELECT EXISTS (SELECT 1 FROM photo WHERE sha256 = :hash)";
            let is_named = |hash: &Hash| {
                Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":hash": hash }, |r| r.get(0))?)
            };
            let mut n = 0;
            for hash in &hashes {
                n += usize::from(files.discard(hash, began, is_named)?);
            }
            Ok(n)
        })
        .await
    }

    pub(super) async fn put_file(&self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<(Hash, i64)> {
        let files = Arc::clone(&self.files);
        let n_bytes = i64::try_from(bytes.as_ref().len()).unwrap_or(i64::MAX);
        let task = tokio::task::spawn_blocking(move || files.keep(bytes.as_ref()));
        Ok((task.await.map_err(|_| StoreError::Crashed)??, n_bytes))
    }

    pub(super) async fn file(&self, hash: Hash) -> Result<Vec<u8>> {
        let file = self.open_file(hash).await?;
        tokio::task::spawn_blocking(move || file.bytes()).await.map_err(|_| StoreError::Crashed)?
    }

    async fn open_file(&self, hash: Hash) -> Result<SoundFile> {
        let files = Arc::clone(&self.files);
        let task = tokio::task::spawn_blocking(move || files.open(&hash));
        // A row without its file means damage, not a wrong id.
        task.await.map_err(|_| StoreError::Crashed)?.map_err(|error| match error {
            StoreError::NotFound => StoreError::Corrupt("a photo's file is missing".to_owned()),
            other => other,
        })
    }
}

/// In the transaction that forgets them: whatever happens before [`Store::discard_files`], the next sweep removes these files, unless
/// another text has the same.
pub(super) fn let_go(conn: &Connection, files: &Files, hashes: &BTreeSet<Hash>) -> Result<()> {
    let mut is_named = conn.prepare_cached("SELECT EXISTS (SELECT 1 FROM photo WHERE sha256 = :hash)")?;
    for hash in hashes {
        if !is_named.query_row(named_params! { ":hash": hash }, |r| r.get::<_, bool>(0))? {
            files.let_go(hash)?;
        }
    }
    Ok(())
}

fn wanted(r: &Row<'_>) -> rusqlite::Result<WantedPhoto> {
    let n_bytes: Option<i64> = r.get("claimed_bytes")?;
    Ok(WantedPhoto {
        id: r.get("id")?,
        carrier: r.get("carrier")?,
        media: MediaRef {
            handle: r.get("handle")?,
            name: r.get("claimed_name")?,
            content_type: r.get("claimed_type")?,
            n_bytes: n_bytes.and_then(|n| u64::try_from(n).ok()),
        },
        since: r.get("created_at")?,
        n_attempts: r.get("n_attempts")?,
    })
}

fn step(conn: &Connection, id: i64, event: PhotoEvent) -> Result<PhotoState> {
    let sql = "SELECT state FROM photo WHERE id = :id";
    let found = |r: &Row<'_>| row::word(r, "state", PhotoState::from_word);
    let state = conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, found)?;
    next(state, event).map_err(|_| StoreError::Conflict(format!("it is {}", state.as_str())))
}

/// Appends an event of a photo. It has no conversation before its text is routed; the text then shows the photo.
fn photo_event(conn: &Connection, id: i64, kind: EventKind, why: Option<Loss>, now: UnixMs) -> Result<()> {
    let sql =
        "SELECT i.id, i.conversation_id FROM photo p JOIN inbox i ON i.id = p.inbox_id WHERE p.id = :id";
    let found =
        conn.prepare_cached(sql)?.query_row(named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)));
    let (inbox_id, conversation_id): (i64, Option<i64>) = found?;
    let detail = why.map(Loss::as_str);
    let event = NewEvent { conversation_id, message_id: Some(inbox_id), detail, ..NewEvent::new(kind) };
    append_event(conn, now, event)
}

/// A text whose lost photos have not been reported yet.
struct LostPhotos {
    inbox_id: i64,
    conversation_id: i64,
    /// It came late, and brings no automatic text ([`crate::domain::lateness`]).
    is_late: bool,
    /// One of the lost photos, and its reason.
    photo_id: i64,
    why: Loss,
}

fn unreported(conn: &Connection) -> Result<Vec<LostPhotos>> {
    let mut select = conn.prepare_cached(
        "SELECT i.id, i.conversation_id, i.late_ms IS NOT NULL AS is_late, min(p.id) AS photo_id, p.trouble
         FROM photo p INDEXED BY photo_untold CROSS JOIN inbox i ON i.id = p.inbox_id
         WHERE p.state = 'lost' AND p.told_at IS NULL AND i.conversation_id IS NOT NULL
         GROUP BY p.inbox_id LIMIT 50",
    )?;
    let rows = select.query_map([], |r| {
        Ok(LostPhotos {
            inbox_id: r.get("id")?,
            conversation_id: r.get("conversation_id")?,
            is_late: r.get("is_late")?,
            photo_id: r.get("photo_id")?,
            why: row::word(r, "trouble", Loss::from_word)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn report_loss(conn: &Connection, lost: &LostPhotos, policy: &ServicePolicy, now: UnixMs) -> Result<()> {
    if !lost.is_late && !was_reported(conn, lost)? {
        let of = load(conn, lost.conversation_id)?;
        if let Some((notice, what)) = loss_notice(&untold_of(conn, lost.inbox_id)?) {
            let words = [(Slot::What, for_citizen(what, of.language).to_owned())];
            notice::send(conn, &of, &recipient(conn, &of)?, (notice, &words), (policy, now))?;
        }
    }
    let sql =
        "UPDATE photo SET told_at = :now WHERE inbox_id = :inbox AND state = 'lost' AND told_at IS NULL";
    conn.prepare_cached(sql)?.execute(named_params! { ":now": now, ":inbox": lost.inbox_id })?;
    photo_event(conn, lost.photo_id, EventKind::PhotoLost, Some(lost.why), now)
}

/// The losses of a text that have not been reported yet, in their order.
fn untold_of(conn: &Connection, inbox_id: i64) -> Result<Vec<LostAs>> {
    let sql = "SELECT what, trouble FROM photo
               WHERE inbox_id = :inbox AND state = 'lost' AND told_at IS NULL";
    let mut select = conn.prepare_cached(sql)?;
    let lost = |r: &Row<'_>| {
        Ok(LostAs {
            what: row::word(r, "what", What::from_word)?,
            why: row::word(r, "trouble", Loss::from_word)?,
        })
    };
    Ok(select.query_map(named_params! { ":inbox": inbox_id }, lost)?.collect::<rusqlite::Result<_>>()?)
}

/// Whether a loss was reported for this text before, or for another one after this text had come.
fn was_reported(conn: &Connection, lost: &LostPhotos) -> Result<bool> {
    let sql = "SELECT 1 FROM inbox this CROSS JOIN inbox i ON i.conversation_id = this.conversation_id
                    CROSS JOIN photo p ON p.inbox_id = i.id
               WHERE this.id = :inbox AND i.conversation_id IS NOT NULL AND p.told_at IS NOT NULL
                 AND (i.id = this.id OR (p.told_at >= this.received_at AND i.late_ms IS NULL)) LIMIT 1";
    let of = named_params! { ":inbox": lost.inbox_id };
    Ok(conn.prepare_cached(sql)?.query_row(of, |_| Ok(())).optional()?.is_some())
}
