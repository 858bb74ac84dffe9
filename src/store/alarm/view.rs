//! What `munja duty` shows: alarms that stand.

use rusqlite::named_params;

use super::answer::ignored_until;
use crate::domain::UnixMs;
use crate::domain::alarm::{DutyPhone, Trouble};
use crate::domain::phone::PhoneNumber;
use crate::store::{Result, Store};

/// A danger that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledAlarm {
    pub conversation_id: i64,
    pub since: UnixMs,
    /// Phones that were called for it, and the last call.
    pub n_phones: u32,
    pub last_call_at: Option<UnixMs>,
    /// Who looks after it.
    pub acked_by: Option<String>,
    /// Answered by phone: nobody is called until then.
    pub quiet_until: Option<UnixMs>,
}

/// Trouble of the gateway that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTrouble {
    pub trouble: Trouble,
    pub since: UnixMs,
    pub told_at: UnixMs,
}

impl Store {
    /// The phones whose codes are ignored now, after too many wrong ones, and until when.
    pub async fn ignored_duty_phones(
        &self,
        phones: &[DutyPhone],
        now: UnixMs,
    ) -> Result<Vec<(PhoneNumber, UnixMs)>> {
        let numbers: Vec<PhoneNumber> = phones.iter().map(|phone| phone.number.clone()).collect();
        self.read(move |conn| {
            let mut ignored = Vec::new();
            for number in numbers {
                let until = ignored_until(conn, &number, now)?;
                ignored.extend(until.map(|until| (number, until)));
            }
            Ok(ignored)
        })
        .await
    }

    /// The alarms that stand, the oldest first.
    pub async fn called_alarms(&self) -> Result<Vec<CalledAlarm>> {
        self.read(|conn| {
            let mut select = conn.prepare_cached(
                "SELECT v.id, v.alarm_from_at, v.alarm_quiet_until_at, c.name,
                        (SELECT count(*) FROM duty_code d WHERE d.conversation_id = v.id
                           AND d.alarm_from_at = v.alarm_from_at) AS n_phones,
                        (SELECT max(d.called_at) FROM duty_code d WHERE d.conversation_id = v.id
                           AND d.alarm_from_at = v.alarm_from_at) AS last_call_at
                 FROM conversation v LEFT JOIN counselor c ON c.id = v.acked_by
                 WHERE v.state <> 'closed' AND v.alarm_from_at IS NOT NULL ORDER BY v.alarm_from_at, v.id",
            )?;
            let rows = select.query_map([], |r| {
                Ok(CalledAlarm {
                    conversation_id: r.get("id")?,
                    since: r.get("alarm_from_at")?,
                    n_phones: r.get("n_phones")?,
                    last_call_at: r.get("last_call_at")?,
                    acked_by: r.get("name")?,
                    quiet_until: r.get("alarm_quiet_until_at")?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    /// Troubles of the gateway that the operator was called for and that are not over.
    pub async fn open_troubles(&self) -> Result<Vec<OpenTrouble>> {
        self.look_up(|conn| {
            let mut select = conn
                .prepare_cached("SELECT trouble, since_at, told_at FROM operator_alarm ORDER BY since_at")?;
            let rows = select.query_map(named_params! {}, |r| {
                let word: String = r.get("trouble")?;
                let trouble = Trouble::from_word(&word).unwrap_or(Trouble::Deaf(word));
                Ok(OpenTrouble { trouble, since: r.get("since_at")?, told_at: r.get("told_at")? })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }
}
