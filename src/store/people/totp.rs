//! The second factor of an account: its secret, the codes that were used, and recovery codes.

use rusqlite::{Connection, named_params};

use super::digest;
use super::history::record;
use crate::domain::UnixMs;
use crate::domain::account::AccountChange;
use crate::domain::actor::Actor;
use crate::domain::totp::{self, N_RECOVERY_CODES, TotpSecret};
use crate::store::{Result, Store, StoreError};

impl Store {
    /// Begins to set up the second factor of a person: a new secret, which counts once a code of it has come
    /// ([`Store::confirm_totp`]). `Conflict` if they have one.
    pub async fn begin_totp(&self, counselor_id: i64) -> Result<TotpSecret> {
        let secret = TotpSecret::new(rand::random());
        let word = secret.to_base32();
        self.write(move |conn| {
            let sql = "UPDATE counselor SET totp_secret = :secret, totp_step = 0 WHERE id = :id AND totp_at IS NULL";
            match conn.execute(sql, named_params! { ":secret": word, ":id": counselor_id })? {
                1 => Ok(()),
                _ => Err(StoreError::Conflict("the account has a second factor".to_owned())),
            }
        })
        .await?;
        Ok(secret)
    }

    /// Puts the second factor to use if the code is right, and returns new recovery codes; `None` if the code is wrong.
    /// `NotFound` if nothing was begun.
    pub async fn confirm_totp(
        &self,
        person: &Actor,
        code: String,
        now: UnixMs,
    ) -> Result<Option<Vec<String>>> {
        let (person, id) = (person.clone(), person.id().ok_or(StoreError::NotFound)?);
        let codes: Vec<String> = (0..N_RECOVERY_CODES).map(|_| totp::recovery_code(rand::random())).collect();
        let given = codes.clone();
        let is_right = self.write(move |conn| {
            let sql = "SELECT totp_secret, totp_step FROM counselor
                       WHERE id = :id AND totp_secret IS NOT NULL AND totp_at IS NULL";
            let (secret, last): (String, i64) =
                conn.query_row(sql, named_params! { ":id": id }, |r| Ok((r.get(0)?, r.get(1)?)))?;
            let Some(step) = read(&secret)?.step_of(&code, last, now) else {
                return Ok(false);
            };
            let sql = "UPDATE counselor SET totp_at = :now, totp_step = :step WHERE id = :id";
            conn.execute(sql, named_params! { ":now": now, ":step": step, ":id": id })?;
            forget_recovery_codes(conn, id)?;
            for code in &codes {
                let sql = "INSERT INTO recovery_code (counselor_id, hash) VALUES (:id, :hash)";
                conn.execute(sql, named_params! { ":id": id, ":hash": digest(&totp::plain(code)) })?;
            }
            record(conn, id, (AccountChange::TotpEnabled, None, None), (&person, now))?;
            Ok(true)
        });
        Ok(is_right.await?.then_some(given))
    }

    /// Takes the second factor of a login away, with its recovery codes; `what` says whether they did it themselves. Returns
    /// whether there was one. `NotFound` for an unknown login.
    pub async fn drop_totp(
        &self,
        login: String,
        what: AccountChange,
        by: &Actor,
        now: UnixMs,
    ) -> Result<bool> {
        let by = by.clone();
        self.write(move |conn| {
            let id = super::counselor::id_of(conn, &login)?;
            let sql = "SELECT totp_at IS NOT NULL FROM counselor WHERE id = :id";
            let had_one: bool = conn.query_row(sql, named_params! { ":id": id }, |r| r.get(0))?;
            let sql = "UPDATE counselor SET totp_secret = NULL, totp_at = NULL, totp_step = 0 WHERE id = :id";
            conn.execute(sql, named_params! { ":id": id })?;
            forget_recovery_codes(conn, id)?;
            if had_one {
                record(conn, id, (what, None, None), (&by, now))?;
            }
            Ok(had_one)
        })
        .await
    }

    /// Uses up a code of the second factor or a recovery code, which is recorded; whether it was right.
    pub(super) async fn use_code(
        &self,
        person: &Actor,
        secret: String,
        code: &str,
        now: UnixMs,
    ) -> Result<bool> {
        let (person, id) = (person.clone(), person.id().ok_or(StoreError::NotFound)?);
        let code = totp::plain(code);
        self.write(move |conn| {
            let sql = "SELECT totp_step FROM counselor WHERE id = :id AND totp_at IS NOT NULL";
            let last: i64 = conn.query_row(sql, named_params! { ":id": id }, |r| r.get(0))?;
            if let Some(step) = read(&secret)?.step_of(&code, last, now) {
                let sql = "UPDATE counselor SET totp_step = :step WHERE id = :id";
                conn.execute(sql, named_params! { ":step": step, ":id": id })?;
                return Ok(true);
            }
            let sql = "UPDATE recovery_code SET used_at = :now
                       WHERE counselor_id = :id AND hash = :hash AND used_at IS NULL";
            let n = conn.execute(sql, named_params! { ":now": now, ":id": id, ":hash": digest(&code) })?;
            if n == 1 {
                record(conn, id, (AccountChange::RecoveryCode, None, None), (&person, now))?;
            }
            Ok(n == 1)
        })
        .await
    }
}

fn forget_recovery_codes(conn: &Connection, counselor_id: i64) -> Result<()> {
    let sql = "DELETE FROM recovery_code WHERE counselor_id = :id";
    conn.execute(sql, named_params! { ":id": counselor_id })?;
    Ok(())
}

fn read(secret: &str) -> Result<TotpSecret> {
    let damaged = || StoreError::Unusable("a stored secret of a second factor is damaged".to_owned());
    TotpSecret::from_base32(secret).ok_or_else(damaged)
}
