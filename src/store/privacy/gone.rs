//! Who was erased, and when: what the database and the file beside it say together. The file is filled in from the database, and
//! what a carrier says of somebody before they were erased is not taken over again.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, Row, named_params};

use super::erased_file::{Remembered, Said, append, erased_file, read};
use crate::domain::UnixMs;
use crate::domain::data_key::DataKeys;
use crate::domain::phone::{PhoneNumber, numbers_in};
use crate::domain::pseudonym::{Pseudonym, PseudonymKey};
use crate::store::engine::pseudonym_key;
use crate::store::{Result, Store, StoreError};

/// Refuses to begin a database at `path`, or a key for one, where what lies there already would not go with it: a key that cannot be read,
/// or the list of who was erased without its key, of which a new key would recognise nobody. Changes nothing. Blocks.
pub fn may_begin(path: &Path, keys: &DataKeys) -> Result<()> {
    if pseudonym_key::read(path, keys)?.is_some() || read(path)?.is_empty() {
        return Ok(());
    }
    let (file, key) = (erased_file(path), pseudonym_key::key_file(path));
    let (file, key) = (file.display(), key.display());
    Err(StoreError::Unusable(format!(
        "{file} names people who were erased, and {key}, the key that recognises them, is missing: put the key back from the backup of the \
         same database. Only if it is lost for good, move {file} away: an older copy that is put back then brings those people back"
    )))
}

/// Who was erased, for whoever reads a carrier's list.
pub(in crate::store) struct Gone {
    said: Arc<Said>,
    keys: PseudonymKey,
}

impl Gone {
    /// Whether somebody was erased at this time or later.
    pub(in crate::store) fn was_erased_since(
        &self,
        conn: &Connection,
        citizen: &PhoneNumber,
        at: UnixMs,
    ) -> Result<bool> {
        let of = self.keys.of_citizen(citizen);
        // Who could not be erased again yet stands only in the file.
        if self.said.citizens.get(&of).is_some_and(|one| one.erased_at >= at) {
            return Ok(true);
        }
        is_erased_since(conn, of, at)
    }
}

impl Store {
    /// Writes down beside the database whoever was erased and is not named there yet; returns how many lines that were. With
    /// nobody erased, nothing is written. On disk when it returns. Repeating it changes nothing.
    pub async fn keep_erasures(&self) -> Result<usize> {
        let (citizens, texts) = self.read(|conn| Ok((citizens(conn)?, texts(conn)?))).await?;
        if citizens.is_empty() && texts.is_empty() {
            return Ok(0);
        }
        self.beside(move |path| {
            let lines = read(path)?.lines_lacking(&citizens, &texts);
            if !lines.is_empty() {
                append(path, &lines)?;
            }
            Ok(lines.len())
        })
        .await
    }

    /// How many lines [`Store::keep_erasures`] would write.
    pub async fn n_erasures_lacking(&self) -> Result<usize> {
        let (citizens, texts) = self.read(|conn| Ok((citizens(conn)?, texts(conn)?))).await?;
        self.beside(move |path| Ok(read(path)?.lines_lacking(&citizens, &texts).len())).await
    }

    /// Proves that an erasure can be written down.
    pub(super) async fn can_keep_erasures(&self) -> Result<()> {
        self.beside(|path| append(path, &[])).await
    }

    /// What the file beside the database says.
    pub(super) async fn said_erased(&self) -> Result<Arc<Said>> {
        self.beside(read).await.map(Arc::new)
    }

    pub(in crate::store) async fn gone(&self) -> Result<Gone> {
        Ok(Gone { said: self.said_erased().await?, keys: self.pseudonyms().clone() })
    }

    /// The carrier's names of those of these sent texts that a recovery leaves out: unknown here, and to people who were erased after them.
    pub async fn left_out(
        &self,
        carrier: &'static str,
        sent: Vec<(String, PhoneNumber, UnixMs)>,
    ) -> Result<BTreeSet<String>> {
        let gone = self.gone().await?;
        self.read(move |conn| {
            let sql =
                "SELECT EXISTS (SELECT 1 FROM outbox WHERE carrier = :carrier AND carrier_message_id = :id)";
            let mut is_known = conn.prepare_cached(sql)?;
            let mut left_out = BTreeSet::new();
            for (id, to, at) in sent {
                let of = named_params! { ":carrier": carrier, ":id": id };
                if gone.was_erased_since(conn, &to, at)?
                    && !is_known.query_row(of, |r| r.get::<_, bool>(0))?
                {
                    left_out.insert(id);
                }
            }
            Ok(left_out)
        })
        .await
    }

    /// Whether anybody was erased, by the database or by the file beside it.
    pub async fn has_erased(&self) -> Result<bool> {
        Ok(!self.said_erased().await?.is_empty() || self.read(has_erased).await?)
    }

    async fn beside<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Path) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let path = self.path().to_owned();
        tokio::task::spawn_blocking(move || job(&path)).await.map_err(|_| StoreError::Crashed)?
    }
}

pub(in crate::store) fn has_erased(conn: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM erased_citizen WHERE pseudonym > x'')";
    Ok(conn.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

/// Whether a number stands in these bytes whose citizen was erased and has not come back.
pub(in crate::store) fn names_erased(conn: &Connection, keys: &PseudonymKey, bytes: &[u8]) -> Result<bool> {
    if !has_erased(conn)? {
        return Ok(false);
    }
    let numbers: BTreeSet<PhoneNumber> = numbers_in(&String::from_utf8_lossy(bytes)).collect();
    for number in numbers {
        if is_erased_since(conn, keys.of_citizen(&number), UnixMs::MIN)? && !is_here(conn, &number)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_here(conn: &Connection, number: &PhoneNumber) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM conversation WHERE citizen = :number)";
    Ok(conn.prepare_cached(sql)?.query_row(named_params! { ":number": number.reveal() }, |r| r.get(0))?)
}

pub(super) fn is_erased_since(conn: &Connection, of: Pseudonym, at: UnixMs) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM erased_citizen WHERE pseudonym = :of AND erased_at >= :at)";
    let of = named_params! { ":of": of.0.as_slice(), ":at": at };
    Ok(conn.prepare_cached(sql)?.query_row(of, |r| r.get(0))?)
}

fn citizens(conn: &Connection) -> Result<Vec<Remembered>> {
    let sql = "SELECT pseudonym, erased_at, opted_out_at, restricted_until_at FROM erased_citizen ORDER BY erased_at";
    let mut select = conn.prepare(sql)?;
    let one = |r: &Row<'_>| {
        Ok(Remembered {
            pseudonym: Pseudonym(r.get("pseudonym")?),
            erased_at: r.get("erased_at")?,
            opted_out_at: r.get("opted_out_at")?,
            restricted_until_at: r.get("restricted_until_at")?,
        })
    };
    Ok(select.query_map([], one)?.collect::<rusqlite::Result<_>>()?)
}

/// Keys of what was erased on somebody's request; what has only outlived its time is not among them.
fn texts(conn: &Connection) -> Result<Vec<((String, String), UnixMs)>> {
    let mut select = conn.prepare(
        "SELECT carrier, key, erased_at FROM erased_text
         WHERE erased_at IN (SELECT at FROM privacy_act WHERE what = 'erase' UNION SELECT erased_at FROM erased_citizen)
         ORDER BY carrier, key",
    )?;
    let text = |r: &Row<'_>| Ok(((r.get("carrier")?, r.get("key")?), r.get("erased_at")?));
    Ok(select.query_map([], text)?.collect::<rusqlite::Result<_>>()?)
}
