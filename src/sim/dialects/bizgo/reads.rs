//! Reads of the gateway: citizens' texts, what was sent, reports.

use serde::Serialize;

use super::answer::{done, gateway, ok, service};
use super::items::{List, MoItem, ReportItem, Reports, StatusItem};
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::timeline::{Place, Span};
use crate::sim::dialects::query::Query;

/// Reports in one batch.
const MAX_BATCH: usize = 1_000;

/// How long reports are available (milliseconds).
const REPORTS_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// Digits only; anything else is refused.
fn number(query: &Query, name: &str) -> Result<Option<i64>, Answer> {
    query.number(name).map_err(|_| bad_request())
}

fn limit_of(query: &Query) -> Result<usize, Answer> {
    match number(query, "limit")? {
        None => Ok(100),
        Some(n) if (1..=1_000).contains(&n) => Ok(usize::try_from(n).unwrap_or(100)),
        Some(_) => Err(bad_request()),
    }
}

/// The index that `lastSeq` stands for: sequence numbers count from 1.
fn before(query: &Query, len: usize) -> Result<Option<usize>, Answer> {
    let last = number(query, "lastSeq")?.map(|seq| usize::try_from(seq).unwrap_or(usize::MAX));
    // A number beyond the end means the newest; one before the beginning means nothing.
    Ok(last.map(|seq| seq.min(len.saturating_add(1))))
}

fn bad_request() -> Answer {
    gateway(400)
}

/// `yyyy-MM-dd'T'HH:mm:ssXXX`: with an offset.
fn offset_time(word: &str) -> Option<i64> {
    let has_offset = word.len() == 25 || (word.len() == 20 && word.ends_with('Z'));
    let is_plain = word.as_bytes().get(10) == Some(&b'T');
    let parsed: jiff::Timestamp = word.parse().ok().filter(|_| has_offset && is_plain)?;
    Some(parsed.as_millisecond())
}

/// `yyyy-MM-dd'T'HH:mm:ss`, Korea's time.
fn local_time(word: &str) -> Option<i64> {
    offset_time(&format!("{word}+09:00")).filter(|_| word.len() == 19)
}

/// `GET message/history/mo`: newest first, from `occurredTime` on.
pub(super) fn list_texts(core: &mut Core<'_>, query: &Query) -> Result<Answer, Answer> {
    let since = query.get("occurredTime").and_then(offset_time).ok_or_else(bad_request)?;
    let (limit, last) = (limit_of(query)?, before(query, core.n_texts())?);
    let after = last.map(|seq| cursor(seq, |index| core.text_place(index)));
    let mo_number = core.options.mo_number.as_str();
    let is_ours = query.get("to").is_none_or(|to| to == mo_number);
    let from = query.get("from");
    let page = core.list_texts(&Span::all(limit).since(since).after(after), |text| {
        is_ours && from.is_none_or(|from| text.shown_from() == from)
    });
    let mut messages: Vec<MoItem<'_>> =
        page.items.iter().map(|index| MoItem::new(core.text(*index), mo_number)).collect();
    if page.has_broken {
        messages.push(MoItem::broken("BROKEN"));
    }
    Ok(ok(List { last_seq: Some(seq_of(page.last)), has_next: Some(page.has_next), messages }))
}

/// `GET message/history`: newest first, from `requestTime` on.
pub(super) fn list_messages(core: &Core<'_>, query: &Query) -> Result<Answer, Answer> {
    let since = query.get("requestTime").and_then(local_time).ok_or_else(bad_request)?;
    let (limit, last) = (limit_of(query)?, before(query, core.n_messages())?);
    let after = last.map(|seq| cursor(seq, |index| core.message_place(index)));
    let kinds: Option<Vec<&str>> = query.get("serviceType").map(|word| word.split(',').collect());
    let page = core.list_sent(&Span::all(limit).since(since).after(after), |message| {
        kinds.as_ref().is_none_or(|kinds| kinds.contains(&message.kind))
    });
    Ok(ok(List {
        last_seq: Some(seq_of(page.items.last().copied())),
        has_next: Some(page.has_next),
        messages: page.items.iter().map(|i| StatusItem::new(core.message(*i), core.now)).collect(),
    }))
}

/// `GET message/inquiry/mo/msgKey/{msgKey}`: several may have the same key.
pub(super) fn inquire_text(core: &Core<'_>, key: &str) -> Answer {
    let all = core.texts_by_key(key).into_iter();
    found(all.map(|text| MoItem::new(text, &core.options.mo_number)).collect())
}

/// `GET message/inquiry/msgKey/{msgKey}`
pub(super) fn inquire(core: &Core<'_>, msg_key: &str) -> Answer {
    let message = core.message_by_key(msg_key).map(|index| core.message(index));
    found(message.map(|m| StatusItem::new(m, core.now)).into_iter().collect())
}

/// `GET message/inquiry/requestId/{requestId}`: a msgKey less its last three characters.
pub(super) fn inquire_request(core: &Core<'_>, request_id: &str) -> Answer {
    let first = core.message_by_key(&format!("{request_id}000"));
    let all = first.map(|first| core.same_request(first)).unwrap_or_default();
    found(all.iter().map(|message| StatusItem::new(message, core.now)).collect())
}

/// `GET report/inquiry/{msgKey}`
pub(super) fn inquire_report(core: &Core<'_>, msg_key: &str) -> Answer {
    let now = core.now;
    let message = core.message_by_key(msg_key).map(|index| core.message(index));
    let kept = message.filter(|m| m.report(now).is_some() && now - m.accepted_at <= REPORTS_KEPT_MS);
    match kept {
        Some(message) => ok(Reports { report_id: None, report: Some(vec![ReportItem::new(message)]) }),
        None => service("A820"),
    }
}

/// `GET report/polling`: the same batch until it is acked.
pub(super) fn poll_reports(core: &mut Core<'_>) -> Answer {
    match core.report_batch(MAX_BATCH, 0) {
        None => ok(Reports { report_id: Some(""), report: None }),
        Some((id, messages)) => {
            let report = messages.iter().map(|index| ReportItem::new(core.message(*index))).collect();
            ok(Reports { report_id: Some(&id), report: Some(report) })
        }
    }
}

/// `DELETE report/polling/{reportId}`
pub(super) fn ack(core: &mut Core<'_>, id: &str) -> Answer {
    core.ack_batch(id).map_or_else(|| service("A802"), |_| done())
}

/// The position in a list before which the next page begins.
fn cursor(seq: usize, place: impl Fn(usize) -> Option<Place>) -> Place {
    match seq.checked_sub(1) {
        None => (i64::MIN, 0),
        Some(index) => place(index).unwrap_or((i64::MAX, usize::MAX)),
    }
}

fn seq_of(last: Option<usize>) -> usize {
    last.map_or(0, |index| index + 1)
}

fn found<T: Serialize>(messages: Vec<T>) -> Answer {
    if messages.is_empty() {
        return service("A820");
    }
    ok(List { last_seq: None, has_next: None, messages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_need_exactly_their_form() {
        assert_eq!(offset_time("1970-01-01T09:00:01+09:00"), Some(1_000));
        assert_eq!(offset_time("1970-01-01T00:00:01Z"), Some(1_000));
        for bad in
            ["1970-01-01T09:00:01", "1970-01-01 09:00:01+09:00", "1970-01-01T09:00:01.000+09:00", "x", ""]
        {
            assert_eq!(offset_time(bad), None, "{bad}");
        }
        assert_eq!(local_time("1970-01-01T09:00:01"), Some(1_000));
        assert_eq!(local_time("1970-01-01T09:00:01+09:00"), None);
        assert_eq!(local_time("1970-01-01"), None);
    }

    #[test]
    fn limits_and_sequence_numbers() {
        let limit = |query: &str| limit_of(&Query::parse(Some(query))).ok();
        assert_eq!((limit(""), limit("limit=1"), limit("limit=1000")), (Some(100), Some(1), Some(1_000)));
        for bad in [
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=",
            "limit=ten",
            "limit=+5",
            "limit=99999999999999999999",
        ] {
            assert_eq!(limit(bad), None, "{bad}");
        }
        let before = |query: &str| before(&Query::parse(Some(query)), 5).ok();
        assert_eq!(
            (before(""), before("lastSeq=3"), before("lastSeq=99")),
            (Some(None), Some(Some(3)), Some(Some(6)))
        );
        assert_eq!(before("lastSeq=-1"), None);
        assert_eq!(cursor(0, |_| Some((7, 0))), (i64::MIN, 0));
        assert_eq!(cursor(6, |_| None), (i64::MAX, usize::MAX));
    }
}
