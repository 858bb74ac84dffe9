//! Bulletins (`domain::bulletin`): sentences in receipts, by whom and until when.

use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::bulletin::Bulletin;
use crate::domain::event::EventKind;
use crate::store::journal::event::{NewEvent, append_event};
use crate::store::{Result, Store, StoreError};

/// A bulletin that holds or held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulletinRow {
    pub id: i64,
    pub bulletin: Bulletin,
    /// The name of who began it.
    pub begun_by: String,
    /// When it was taken back before its time, and the name of who did.
    pub ended: Option<(UnixMs, String)>,
}

impl BulletinRow {
    pub fn holds(&self, now: UnixMs) -> bool {
        self.ended.is_none() && self.bulletin.until_at > now
    }
}

/// What became of a new bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunBulletin {
    pub row: BulletinRow,
    /// The same sentence held at the same desk already; only its end may have moved.
    pub repeated: bool,
}

impl Store {
    /// Begins a bulletin. The same sentence for the same desk that holds is not begun again; it gets the new end.
    pub async fn begin_bulletin(&self, new: Bulletin, actor: &Actor) -> Result<BegunBulletin> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        self.write(move |conn| {
            let now = new.begun_at;
            let (id, repeated) = match same(conn, &new)? {
                Some((id, until_at)) if until_at == new.until_at => return begun(conn, id, true),
                Some((id, _)) => (id, true),
                None => (insert(conn, &new, me)?, false),
            };
            let sql = "UPDATE bulletin SET until_at = :until WHERE id = :id";
            conn.prepare_cached(sql)?.execute(named_params! { ":until": new.until_at, ":id": id })?;
            let detail = format!("{id} {} {}", new.desk.as_deref().unwrap_or("*"), new.until_at);
            append(conn, EventKind::BulletinBegun, (me, &detail), now)?;
            begun(conn, id, repeated)
        })
        .await
    }

    /// Takes a bulletin back. One that has ended stays as it is; `NotFound` for none.
    pub async fn end_bulletin(&self, id: i64, actor: &Actor, now: UnixMs) -> Result<BulletinRow> {
        let me = actor.id().ok_or(StoreError::NotFound)?;
        self.write(move |conn| {
            if row(conn, id)?.holds(now) {
                let sql = "UPDATE bulletin SET ended_at = :now, ended_by = :me WHERE id = :id";
                let of = named_params! { ":now": now, ":me": me, ":id": id };
                conn.prepare_cached(sql)?.execute(of)?;
                append(conn, EventKind::BulletinEnded, (me, &id.to_string()), now)?;
            }
            row(conn, id)
        })
        .await
    }

    /// The newest bulletins, at most `limit`, with those that have ended.
    pub async fn bulletins(&self, limit: u32) -> Result<Vec<BulletinRow>> {
        self.read(move |conn| {
            let sql = format!("{SELECT} ORDER BY b.id DESC LIMIT :limit");
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select.query_map(named_params! { ":limit": limit }, read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

impl Store {
    /// The bulletins that hold now, the newest first.
    pub async fn holding_bulletins(&self, now: UnixMs) -> Result<Vec<BulletinRow>> {
        self.read(move |conn| {
            let sql = format!("{SELECT} WHERE b.ended_at IS NULL AND b.until_at > :now ORDER BY b.id DESC");
            let mut select = conn.prepare_cached(&sql)?;
            let rows = select.query_map(named_params! { ":now": now }, read)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}

/// The bulletins that receipts of this desk carry now, the newest first.
pub(in crate::store) fn holding(conn: &Connection, desk: &str, now: UnixMs) -> Result<Vec<Bulletin>> {
    // The condition on `ended_at` is that of the index `bulletin_until`; the few that hold are put in order here.
    let mut select = conn.prepare_cached(
        "SELECT id, text, desk, begun_at, until_at FROM bulletin
         WHERE ended_at IS NULL AND until_at > :now AND (desk IS NULL OR desk = :desk)",
    )?;
    let rows = select.query_map(named_params! { ":now": now, ":desk": desk }, |r| {
        Ok((r.get::<_, i64>("id")?, bulletin(r)?))
    })?;
    let mut found: Vec<_> = rows.collect::<rusqlite::Result<_>>()?;
    found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    Ok(found.into_iter().map(|(_, bulletin)| bulletin).collect())
}

const SELECT: &str = "
    SELECT b.text, b.desk, b.begun_at, b.until_at, b.id, c.name AS begun_by, b.ended_at, e.name AS ended_by
    FROM bulletin b JOIN counselor c ON c.id = b.counselor_id LEFT JOIN counselor e ON e.id = b.ended_by";

fn bulletin(r: &Row<'_>) -> rusqlite::Result<Bulletin> {
    Ok(Bulletin {
        text: r.get("text")?,
        desk: r.get("desk")?,
        begun_at: r.get("begun_at")?,
        until_at: r.get("until_at")?,
    })
}

fn read(r: &Row<'_>) -> rusqlite::Result<BulletinRow> {
    let ended: Option<UnixMs> = r.get("ended_at")?;
    let by: Option<String> = r.get("ended_by")?;
    Ok(BulletinRow {
        id: r.get("id")?,
        bulletin: bulletin(r)?,
        begun_by: r.get("begun_by")?,
        ended: ended.zip(by),
    })
}

fn row(conn: &Connection, id: i64) -> Result<BulletinRow> {
    let sql = format!("{SELECT} WHERE b.id = :id");
    Ok(conn.prepare_cached(&sql)?.query_row(named_params! { ":id": id }, read)?)
}

fn begun(conn: &Connection, id: i64, repeated: bool) -> Result<BegunBulletin> {
    Ok(BegunBulletin { row: row(conn, id)?, repeated })
}

/// The same sentence that holds at the same desk, and until when.
fn same(conn: &Connection, new: &Bulletin) -> Result<Option<(i64, UnixMs)>> {
    let sql = "SELECT id, until_at FROM bulletin
               WHERE ended_at IS NULL AND until_at > :now AND text = :text AND desk IS NOT DISTINCT FROM :desk";
    let of = named_params! { ":now": new.begun_at, ":text": new.text, ":desk": new.desk };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| Ok((r.get(0)?, r.get(1)?))).optional()?)
}

fn insert(conn: &Connection, new: &Bulletin, by: i64) -> Result<i64> {
    let sql = "INSERT INTO bulletin (text, desk, counselor_id, begun_at, until_at)
               VALUES (:text, :desk, :by, :begun, :until) RETURNING id";
    let row = named_params! {
        ":text": new.text, ":desk": new.desk, ":by": by, ":begun": new.begun_at, ":until": new.until_at,
    };
    Ok(conn.prepare_cached(sql)?.query_row(row, |r| r.get(0))?)
}

fn append(conn: &Connection, kind: EventKind, (by, detail): (i64, &str), now: UnixMs) -> Result<()> {
    append_event(conn, now, NewEvent { counselor_id: Some(by), detail: Some(detail), ..NewEvent::new(kind) })
}
