//! Tokens of other programs, such as monitoring: each for one purpose, for a while, and kept only as SHA-256.

use rusqlite::{OptionalExtension, Row, named_params};

use super::session::USED_WITHIN_MS;
use super::{digest, random_token};
use crate::domain::UnixMs;
use crate::domain::account::Purpose;
use crate::store::engine::row;
use crate::store::{Result, Store, StoreError};

/// How every such token begins, so that nobody takes one for a person's.
pub const SERVICE_TOKEN_PREFIX: &str = "munja-service-";

/// A token of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceToken {
    pub id: i64,
    pub purpose: Purpose,
    /// Whose it is, for people.
    pub name: String,
    pub created_at: UnixMs,
    pub expires_at: UnixMs,
    pub revoked_at: Option<UnixMs>,
    /// Last request, to some minutes.
    pub used_at: Option<UnixMs>,
}

impl Store {
    /// Makes a token, good until `expires_at`. It is returned once; only its hash is stored.
    pub async fn add_service_token(
        &self,
        purpose: Purpose,
        name: String,
        expires_at: UnixMs,
        now: UnixMs,
    ) -> Result<(i64, String)> {
        let token = format!("{SERVICE_TOKEN_PREFIX}{}", random_token());
        let hash = digest(&token);
        let id = self.write(move |conn| {
            let sql = "INSERT INTO service_token (hash, purpose, name, created_at, expires_at)
                       VALUES (:hash, :purpose, :name, :now, :expires) RETURNING id";
            let row = named_params! {
                ":hash": hash, ":purpose": purpose.as_str(), ":name": name, ":now": now, ":expires": expires_at,
            };
            Ok(conn.query_row(sql, row, |r| r.get(0))?)
        });
        Ok((id.await?, token))
    }

    /// All tokens of other programs, also those that have ended.
    pub async fn service_tokens(&self) -> Result<Vec<ServiceToken>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, purpose, name, created_at, expires_at, revoked_at, used_at FROM service_token ORDER BY id",
            )?;
            let rows = select.query_map([], service_token)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Ends a token at once. `NotFound` if there is none of this number, or it was ended before.
    pub async fn revoke_service_token(&self, id: i64, now: UnixMs) -> Result<()> {
        self.write(move |conn| {
            let sql = "UPDATE service_token SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL";
            match conn.execute(sql, named_params! { ":now": now, ":id": id })? {
                1 => Ok(()),
                _ => Err(StoreError::NotFound),
            }
        })
        .await
    }

    /// The token, if it is good now.
    pub async fn service_of_token(&self, token: &str, now: UnixMs) -> Result<Option<ServiceToken>> {
        if !token.starts_with(SERVICE_TOKEN_PREFIX) {
            return Ok(None);
        }
        let hash = digest(token);
        let found = self.look_up(move |conn| {
            let mut select = conn.prepare_cached(
                "SELECT id, purpose, name, created_at, expires_at, revoked_at, used_at FROM service_token
                 WHERE hash = :hash AND revoked_at IS NULL AND expires_at > :now",
            )?;
            let of = named_params! { ":hash": hash, ":now": now };
            Ok(select.query_row(of, service_token).optional()?)
        });
        let found = found.await?;
        if let Some(token) = &found
            && token.used_at.is_none_or(|used| (now - used).abs() > USED_WITHIN_MS)
        {
            self.note_service(token.id, now);
        }
        Ok(found)
    }

    /// Notes that a token is used, beside the request.
    fn note_service(&self, id: i64, now: UnixMs) {
        let store = self.clone();
        tokio::spawn(async move {
            let noted = store.write(move |conn| {
                let sql = "UPDATE service_token SET used_at = :now WHERE id = :id";
                Ok(conn.prepare_cached(sql)?.execute(named_params! { ":now": now, ":id": id })?)
            });
            drop(noted.await);
        });
    }
}

fn service_token(r: &Row<'_>) -> rusqlite::Result<ServiceToken> {
    Ok(ServiceToken {
        id: r.get("id")?,
        purpose: row::word(r, "purpose", Purpose::from_word)?,
        name: r.get("name")?,
        created_at: r.get("created_at")?,
        expires_at: r.get("expires_at")?,
        revoked_at: r.get("revoked_at")?,
        used_at: r.get("used_at")?,
    })
}
