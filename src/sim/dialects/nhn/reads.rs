//! Reads of the gateway: the lists of sent texts, one text, and results by time of change.

use serde_json::{Value, json};

use super::Shelf;
use super::answer::{ok, parts};
use crate::sim::answer::{Answer, korean};
use crate::sim::core::Core;
use crate::sim::core::record::Message;
use crate::sim::core::timeline::Span;
use crate::sim::dialects::korea::time_ms;
use crate::sim::dialects::query::Query;

const DAY_MS: i64 = 24 * 3_600_000;
/// A time in a query stands for its whole second.
const SECOND_MS: i64 = 999;
/// There is no such request, or no such text in it.
const NO_REQUEST: &str = "-2008";
const NO_TEXT: &str = "-2012";

type Answered = Result<Answer, &'static str>;

/// Numbers count from 1.
struct Page {
    number: usize,
    size: usize,
}

impl Page {
    fn parse(query: &Query) -> Result<Page, &'static str> {
        let number = query.within("pageNum", (1, 1_000_000), 1).map_err(|_| NO_TEXT)?;
        let size = query.within("pageSize", (1, 1_000), 15).map_err(|_| NO_TEXT)?;
        Ok(Page { number, size })
    }

    fn cut(&self, span: Span) -> Span {
        Span { limit: self.size, ..span.skip((self.number - 1) * self.size) }
    }

    fn answer(&self, total: usize, data: Vec<Value>) -> Answer {
        ok(json!({ "pageNum": self.number, "pageSize": self.size, "totalCount": total, "data": data }))
    }
}

/// From the beginning of the first second to the end of the last.
fn between(query: &Query, (start, end): (&str, &str), most_days: i64) -> Result<Span, &'static str> {
    let time = |name: &str| query.get(name).and_then(time_ms).ok_or("-2000");
    let (since, until) = (time(start)?, time(end)?);
    if until < since {
        return Err(NO_TEXT);
    }
    if until - since > most_days * DAY_MS {
        return Err("-4000");
    }
    Ok(Span::all(usize::MAX).since(since).until(until + SECOND_MS))
}

/// `GET sender/{sms|mms}`: by request, or by time of acceptance within at most a month.
pub(super) fn list(core: &Core<'_>, shelf: Shelf, query: &Query) -> Answered {
    let page = Page::parse(query)?;
    let by = ["startRequestDate", "startCreateDate"].into_iter().find(|name| query.get(name).is_some());
    let span = match (query.get("requestId"), by) {
        (_, Some("startRequestDate")) => between(query, ("startRequestDate", "endRequestDate"), 31)?,
        (_, Some(_)) => between(query, ("startCreateDate", "endCreateDate"), 31)?,
        (Some(_), None) => Span::all(usize::MAX),
        (None, None) => return Err(NO_TEXT),
    };
    let fits = |message: &Message| {
        shelf.holds(message.kind)
            && query.get("requestId").is_none_or(|id| parts(&message.msg_key).0 == id)
            && query.get("recipientNo").is_none_or(|to| message.to == to)
            && query.get("recipientGroupingKey").is_none_or(|key| message.reference.as_deref() == Some(key))
            && query.get("msgStatus").is_none_or(|status| status_of(message, core.now) == status)
    };
    let total = core.count_sent(&span, fits);
    let items = core.list_sent(&page.cut(span), fits).items;
    Ok(page.answer(total, items.into_iter().map(|index| item(core.message(index), core.now)).collect()))
}

/// `GET sender/{sms|mms}/{requestId}?recipientSeq=`
pub(super) fn single_message(core: &Core<'_>, shelf: Shelf, request: &str, query: &Query) -> Answered {
    let n = query.number("recipientSeq").ok().flatten().ok_or(NO_TEXT)?;
    let is_there = |n: i64| {
        let index = core.message_by_key(&format!("{request}:{n}"))?;
        Some(core.message(index)).filter(|message| shelf.holds(message.kind))
    };
    match is_there(n) {
        Some(message) => Ok(ok(json!({ "data": item(message, core.now) }))),
        None if is_there(1).is_some() => Err(NO_TEXT),
        None => Err(NO_REQUEST),
    }
}

/// `GET message-results`: by time of change within at most a day.
pub(super) fn results(core: &mut Core<'_>, query: &Query) -> Answered {
    let page = Page::parse(query)?;
    let span = between(query, ("startUpdateDate", "endUpdateDate"), 1)?;
    let kind = query.get("messageType");
    let fits = |message: &Message| kind.is_none_or(|kind| type_of(message) == kind);
    let total = core.count_reported(&span, fits);
    let items = core.list_reported(&page.cut(span), fits).items;
    Ok(page.answer(total, items.into_iter().map(|index| result(core.message(index))).collect()))
}

/// A time in the format of its lists.
fn time(at_ms: i64) -> String {
    korean(at_ms, "%Y-%m-%d %H:%M:%S.0")
}

fn type_of(message: &Message) -> &'static str {
    if message.kind == "SMS" { "SMS" } else { "MMS" }
}

/// 0 failed, 2 on its way, 3 arrived.
fn status_of(message: &Message, now: i64) -> &'static str {
    match message.report(now) {
        None => "2",
        Some("1000") => "3",
        Some(_) => "0",
    }
}

fn item(message: &Message, now: i64) -> Value {
    let (request, n) = parts(&message.msg_key);
    let report = message.report(now);
    json!({
        "requestId": request, "recipientSeq": n, "requestDate": time(message.dated(message.accepted_at)),
        "createDate": time(message.dated(message.accepted_at)),
        "resultDate": report.map(|_| time(message.dated(message.handset_at))),
        "title": message.title, "body": message.body, "sendNo": message.from, "countryCode": "82",
        "recipientNo": message.to, "msgStatus": status_of(message, now), "msgStatusName": "simulated",
        "resultCode": report, "resultCodeName": report.map(|_| "simulated"), "telecomCodeName": "SKT",
        "messageType": type_of(message), "sendType": "0", "adYn": "N", "recipientGroupingKey": message.reference,
    })
}

fn result(message: &Message) -> Value {
    let (request, n) = parts(&message.msg_key);
    let at = message.ready_at.unwrap_or(message.handset_at);
    json!({
        "messageType": type_of(message), "requestId": request, "recipientSeq": n, "resultCode": message.code,
        "requestDate": time(message.dated(message.accepted_at)),
        "resultDate": time(message.dated(message.handset_at)), "updateDate": time(message.dated(at)),
        "telecomCode": "10001", "recipientGroupingKey": message.reference,
    })
}
