//! What the gateway reads: citizens' texts, what was sent, reports.

use rand::seq::SliceRandom;
use serde::Serialize;

use super::State;
use super::answer::Answer;
use super::faults::{Endpoint, Fault, Sort};
use super::items::{List, MoItem, ReportItem, Reports, StatusItem};
use super::rules::Call;

/// Reports can be asked for this long.
const REPORTS_KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// A query string, parsed; the last of several equal names counts.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(query: Option<&str>) -> Self {
        Query(url::form_urlencoded::parse(query.unwrap_or("").as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Digits only; anything else is refused.
    fn number(&self, name: &str) -> Result<Option<i64>, Answer> {
        let Some(word) = self.get(name) else {
            return Ok(None);
        };
        let digits = Some(word).filter(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()));
        digits.and_then(|d| d.parse().ok()).map(Some).ok_or_else(bad_request)
    }

    fn limit(&self) -> Result<usize, Answer> {
        match self.number("limit")? {
            None => Ok(100),
            Some(n) if (1..=1_000).contains(&n) => Ok(usize::try_from(n).unwrap_or(100)),
            Some(_) => Err(bad_request()),
        }
    }

    /// The index that `lastSeq` stands for: sequence numbers count from 1.
    fn before(&self, len: usize) -> Result<Option<usize>, Answer> {
        let last = self.number("lastSeq")?.map(|seq| usize::try_from(seq).unwrap_or(usize::MAX));
        // A number nothing has yet means the newest, one before everything means nothing.
        Ok(last.map(|seq| seq.min(len.saturating_add(1))))
    }
}

fn bad_request() -> Answer {
    Answer::gateway(400)
}

/// `yyyy-MM-dd'T'HH:mm:ssXXX`: an offset is a must.
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

impl State {
    /// `GET message/history/mo`: newest first, from `occurredTime` on.
    pub(super) fn list_texts(
        &mut self,
        query: &Query,
        mo_number: &str,
        now: i64,
    ) -> Result<(Answer, usize), Answer> {
        let since = query.get("occurredTime").and_then(offset_time).ok_or_else(bad_request)?;
        let (limit, last) = (query.limit()?, query.before(self.texts.len())?);
        let before = last.map(|seq| cursor(seq, |index| self.texts.get(index).map(|t| t.at)));
        let is_ours = query.get("to").is_none_or(|to| to == mo_number);
        let from = query.get("from");
        let fits = |index: usize| {
            let text = &self.texts[index];
            is_ours && text.visible_at <= now && from.is_none_or(|from| text.shown_from() == from)
        };
        let page = self.texts_by_time.page(since, before, limit, fits);
        let fault = self.strike(Call::at(Endpoint::Mo), Sort::Content);
        let (mut items, has_next) = self.with_repeats(page.items, page.has_next, limit, fault.as_ref());
        let shown_twice = fault == Some(Fault::DuplicateMo) && has_next;
        let last_seq = last_seq(&items, shown_twice);
        if fault == Some(Fault::ReorderMo) {
            items.shuffle(&mut self.rng);
        }
        items.iter().for_each(|index| self.texts[*index].n_served += 1);
        let mut messages: Vec<MoItem<'_>> =
            items.iter().map(|i| MoItem::of(&self.texts[*i], mo_number)).collect();
        if fault == Some(Fault::BrokenMo) {
            messages.push(MoItem::broken("BROKEN"));
        }
        Ok((Answer::ok(List { last_seq: Some(last_seq), has_next: Some(has_next), messages }), items.len()))
    }

    /// Lists twice what a fault or its own quirk wants twice; still no more than `limit` items.
    fn with_repeats(
        &self,
        page: Vec<usize>,
        has_next: bool,
        limit: usize,
        fault: Option<&Fault>,
    ) -> (Vec<usize>, bool) {
        let mut items = Vec::with_capacity(page.len() + 1);
        for (n, index) in page.into_iter().enumerate() {
            items.push(index);
            let is_twice = self.texts[index].quirk == Some(Fault::DuplicateMo);
            if is_twice || (n == 0 && fault == Some(&Fault::DuplicateMo)) {
                items.push(index);
            }
        }
        let is_cut = items.len() > limit;
        items.truncate(limit);
        (items, has_next || is_cut)
    }

    /// `GET message/history`: newest first, from `requestTime` on.
    pub(super) fn list_messages(&self, query: &Query, now: i64) -> Result<Answer, Answer> {
        let since = query.get("requestTime").and_then(local_time).ok_or_else(bad_request)?;
        let (limit, last) = (query.limit()?, query.before(self.messages.len())?);
        let before =
            last.map(|seq| cursor(seq, |index| self.messages.get(index).map(|m| m.dated(m.accepted_at))));
        let kinds: Option<Vec<&str>> = query.get("serviceType").map(|word| word.split(',').collect());
        let fits = |index: usize| kinds.as_ref().is_none_or(|k| k.contains(&self.messages[index].kind));
        let page = self.messages_by_time.page(since, before, limit, fits);
        Ok(Answer::ok(List {
            last_seq: Some(last_seq(&page.items, false)),
            has_next: Some(page.has_next),
            messages: page.items.iter().map(|i| StatusItem::of(&self.messages[*i], now)).collect(),
        }))
    }

    /// `GET message/inquiry/mo/msgKey/{msgKey}`: several may have the same key.
    pub(super) fn inquire_text(&self, key: &str, mo_number: &str, now: i64) -> Answer {
        let all = self.texts_by_key.get(key).into_iter().flatten().map(|index| &self.texts[*index]);
        let messages: Vec<_> =
            all.filter(|t| t.visible_at <= now).map(|t| MoItem::of(t, mo_number)).collect();
        found(messages)
    }

    /// `GET message/inquiry/msgKey/{msgKey}`
    pub(super) fn inquire(&self, msg_key: &str, now: i64) -> Answer {
        let message = self.messages_by_key.get(msg_key).map(|index| &self.messages[*index]);
        found(message.map(|m| StatusItem::of(m, now)).into_iter().collect())
    }

    /// `GET message/inquiry/requestId/{requestId}`: a msgKey less its last three characters.
    pub(super) fn inquire_request(&self, request_id: &str, now: i64) -> Answer {
        let first = self.messages_by_key.get(&format!("{request_id}000")).copied();
        let all = first.map(|first| &self.messages[first..]).unwrap_or_default();
        let ours = all.iter().take_while(|m| m.msg_key.starts_with(request_id));
        found(ours.map(|m| StatusItem::of(m, now)).collect())
    }

    /// `GET report/inquiry/{msgKey}`
    pub(super) fn inquire_report(&self, msg_key: &str, now: i64) -> Answer {
        let message = self.messages_by_key.get(msg_key).map(|index| &self.messages[*index]);
        let kept = message.filter(|m| m.report(now).is_some() && now - m.accepted_at <= REPORTS_KEPT_MS);
        match kept {
            Some(message) => {
                Answer::ok(Reports { report_id: None, report: Some(vec![ReportItem::of(message)]) })
            }
            None => Answer::service("A820"),
        }
    }

    /// `GET report/polling`: the same batch until it is acked. Also says how many reports.
    pub(super) fn poll_reports(&mut self, now: i64) -> (Answer, usize) {
        self.open_batch(now);
        let Some(batch) = &self.batch else {
            return (Answer::ok(Reports { report_id: Some(""), report: None }), 0);
        };
        let report: Vec<_> =
            batch.messages.iter().map(|index| ReportItem::of(&self.messages[*index])).collect();
        let n = report.len();
        (Answer::ok(Reports { report_id: Some(&batch.id), report: Some(report) }), n)
    }
}

/// The place in a list just before which the next page begins.
fn cursor(seq: usize, at: impl Fn(usize) -> Option<i64>) -> (i64, usize) {
    match seq.checked_sub(1) {
        None => (i64::MIN, 0),
        Some(index) => at(index).map_or((i64::MAX, usize::MAX), |at| (at, index)),
    }
}

/// The sequence number of the last item, or, to have it shown again, of the one before that is another.
fn last_seq(items: &[usize], again: bool) -> usize {
    let last = items.last().copied();
    let other = items.iter().rev().copied().find(|index| again && Some(*index) != last);
    other.or(last).map_or(0, |index| index + 1)
}

fn found<T: Serialize>(messages: Vec<T>) -> Answer {
    if messages.is_empty() {
        return Answer::service("A820");
    }
    Answer::ok(List { last_seq: None, has_next: None, messages })
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
        let limit = |query: &str| Query::parse(Some(query)).limit().ok();
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
        let before = |query: &str| Query::parse(Some(query)).before(5).ok();
        assert_eq!(
            (before(""), before("lastSeq=3"), before("lastSeq=99")),
            (Some(None), Some(Some(3)), Some(Some(6)))
        );
        assert_eq!(before("lastSeq=-1"), None);
        assert_eq!(cursor(0, |_| Some(7)), (i64::MIN, 0));
        assert_eq!(cursor(6, |_| None), (i64::MAX, usize::MAX));
    }

    #[test]
    fn a_page_that_comes_again_still_moves_on() {
        assert_eq!(last_seq(&[5, 4, 3], false), 4);
        assert_eq!(last_seq(&[5, 4, 3], true), 5);
        assert_eq!(last_seq(&[5, 5], true), 6);
        assert_eq!(last_seq(&[], true), 0);
    }
}
