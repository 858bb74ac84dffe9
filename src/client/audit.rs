//! The access log for those who audit: asked for page by page, and its rows as the cells of one table, which `munja audit` and
//! `munjad audit` print.

use super::api::{ApiResult, Client};
use super::deeds::deed;
use super::format::one_word;
use super::say::Say;
use crate::api::wire::{AccessPage, AccessRowView, WhoSawRequest};
use crate::domain::UnixMs;
use crate::domain::text::one_line;

/// The widest that a reason gets.
const MOST_CHARS: usize = 300;
/// Rows of one request.
const PAGE: usize = 500;

/// Which rows are wanted; what is `None` is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    pub since_at: Option<UnixMs>,
    pub login: Option<String>,
    pub action: Option<String>,
    pub conversation: Option<i64>,
}

impl AuditQuery {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let words = [("login", self.login.clone()), ("action", self.action.clone())];
        let numbers = [("since_at", self.since_at), ("conversation", self.conversation)];
        let numbers = numbers.map(|(name, value)| (name, value.map(|n| n.to_string())));
        words.into_iter().chain(numbers).filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl Client {
    /// The newest `limit` rows of the access log, the oldest of them first; that they were read is logged.
    pub async fn audit(&self, of: &AuditQuery, limit: usize) -> ApiResult<Vec<AccessRowView>> {
        let (mut rows, mut after) = (Vec::new(), None::<i64>);
        while rows.len() < limit {
            let mut query = of.parameters();
            query.push(("limit", (limit - rows.len()).min(PAGE).to_string()));
            query.extend(after.map(|seq| ("after", seq.to_string())));
            let page: AccessPage = self.json(self.get("v1/audit").query(&query)).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        rows.reverse();
        Ok(rows)
    }

    /// All rows that name the citizen with this number, the oldest first; that they were read is logged, with the reason.
    pub async fn who_saw(
        &self,
        number: &str,
        reason: &str,
        since_at: Option<UnixMs>,
    ) -> ApiResult<Vec<AccessRowView>> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let (number, reason) = (number.to_owned(), reason.to_owned());
            let request = WhoSawRequest { number, reason, since_at, after };
            let page: AccessPage = self.json(self.post("v1/audit/who_saw").json(&request)).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                rows.reverse();
                return Ok(rows);
            }
        }
    }
}

/// What stands above the columns.
pub fn headings(say: &Say) -> Vec<String> {
    ["row", "time", "who", "from", "what", "conversation", "reason"]
        .map(|column| say.t(&format!("audit-{column}")))
        .into()
}

/// The cells of a row; `time` is its time in words.
pub fn cells(say: &Say, row: &AccessRowView, time: String) -> Vec<String> {
    let (role, login) = (role_word(say, &row.role), one_word(&row.login));
    let action = say.find(&format!("audit-action-{}", row.action)).unwrap_or_else(|| one_word(&row.action));
    let of = match (row.action.as_str(), row.item_id) {
        ("outcome", Some(seq)) => {
            format!(" {}", say.with("audit-outcome-of", [("seq", seq.to_string().into())]))
        }
        _ => String::new(),
    };
    let what = format!("{action} {}{of}", deed(say, row));
    vec![
        row.seq.to_string(),
        time,
        format!("{role} {login}").trim_end().to_owned(),
        one_line(&row.origin, MOST_CHARS),
        what.trim_end().to_owned(),
        conversations(say, row),
        one_line(&row.reason, MOST_CHARS),
    ]
}

/// The word for a role; one of a newer server as it is.
pub fn role_word(say: &Say, role: &str) -> String {
    say.find(&format!("role-{role}")).unwrap_or_else(|| one_word(role))
}

fn conversations(say: &Say, row: &AccessRowView) -> String {
    match (row.conversation_id, row.citizens.as_slice()) {
        (Some(id), _) => id.to_string(),
        (None, []) => String::new(),
        (None, [one]) if one.conversation == 0 => say.t("audit-one-citizen"),
        (None, [one]) => one.conversation.to_string(),
        (None, many) => say.with("audit-conversations", [("n", many.len().to_string().into())]),
    }
}
