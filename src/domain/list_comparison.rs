//! Compares our texts of both directions with the carrier's own lists, text by text. Finds what no single answer shows: a text
//! of ours that the carrier has twice, one that it never had, one that somebody else sent in our name; a citizen's text that we
//! do not have.

use std::collections::BTreeMap;

use super::UnixMs;
use super::key_mark::{KeyMark, mark_of};
use super::outbound::{ClientKey, OutboundState};
use super::receipt::ReceiptStatus;

/// Tolerance at both ends of the compared time (milliseconds): clocks differ at its beginning, and texts near its end
/// may not be listed yet.
pub const MARGIN_MS: i64 = 10 * 60 * 1000;

/// One of our texts that was submitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    pub id: i64,
    pub key: String,
    pub carrier_message_id: Option<String>,
    pub state: OutboundState,
    pub at: UnixMs,
}

/// One text of a carrier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theirs {
    pub carrier_message_id: String,
    pub key: Option<String>,
    /// The final status in the list, if it has one.
    pub status: Option<ReceiptStatus>,
    pub at: UnixMs,
}

/// A text that an operator sent to try the carrier: ours, and none of our list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestText {
    pub key: String,
    pub carrier_message_id: Option<String>,
}

/// The carrier's list without the texts that were sent to try it.
pub fn without_tests(theirs: Vec<Theirs>, tests: &[TestText]) -> Vec<Theirs> {
    let is_test = |theirs: &Theirs| {
        tests.iter().any(|test| {
            theirs.key.as_ref() == Some(&test.key)
                || test.carrier_message_id.as_ref() == Some(&theirs.carrier_message_id)
        })
    };
    theirs.into_iter().filter(|text| !is_test(text)).collect()
}

/// A difference between the two lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// We count it as accepted, but the carrier does not list it.
    NotListed { id: i64 },
    /// The same, since less than [`MARGIN_MS`]: the carrier may list it later.
    NotListedYet { id: i64 },
    /// The carrier lists it, but we do not count it as sent.
    Unexpected { id: i64, ours: OutboundState },
    /// The carrier has it more than once.
    Twice { id: i64, times: usize },
    /// The carrier lists another final status.
    Fate { id: i64, ours: OutboundState, theirs: &'static str },
    /// The carrier lists a text that we do not know.
    Unknown { carrier_message_id: String, at: UnixMs },
    /// The same, and the text has a key such as only this program makes: it was sent from a database that knew more.
    Forgotten { carrier_message_id: String, at: UnixMs },
    /// The carrier lists a citizen's text that we do not have.
    NotReceived { key: String, at: UnixMs },
    /// We have a citizen's text that the carrier does not list.
    NoLongerListed { key: String, at: UnixMs },
}

impl Difference {
    pub fn word(&self) -> &'static str {
        match self {
            Difference::NotListed { .. } => "not_listed",
            Difference::NotListedYet { .. } => "not_listed_yet",
            Difference::Unexpected { .. } => "unexpected",
            Difference::Twice { .. } => "twice",
            Difference::Fate { .. } => "fate",
            Difference::Unknown { .. } => "unknown",
            Difference::Forgotten { .. } => "forgotten",
            Difference::NotReceived { .. } => "not_received",
            Difference::NoLongerListed { .. } => "no_longer_listed",
        }
    }
}

/// A citizen's text, in our list or the carrier's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The carrier's identity of it ([`super::inbound::InboundText::key`]).
    pub key: String,
    /// When it was sent, by the carrier's date.
    pub at: UnixMs,
}

/// Both counts and each difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    pub n_ours: usize,
    pub n_theirs: usize,
    pub differences: Vec<Difference>,
}

impl Comparison {
    /// Texts of ours that this database does not know, as after an older state was put back: how many, and when the first was sent.
    pub fn forgotten(&self) -> Option<(usize, UnixMs)> {
        let of = |d: &Difference| match d {
            Difference::Forgotten { at, .. } => Some(*at),
            _ => None,
        };
        let all = || self.differences.iter().filter_map(of);
        all().min().map(|first| (all().count(), first))
    }

    /// Differences that time alone will not mend.
    pub fn n_certain(&self) -> usize {
        let is_certain = |d: &&Difference| !matches!(d, Difference::NotListedYet { .. });
        self.differences.iter().filter(is_certain).count()
    }
}

/// Compares the texts from `since` to `until`. Both lists should reach [`MARGIN_MS`] further back.
pub fn compare(ours: &[Ours], theirs: &[Theirs], since: UnixMs, until: UnixMs) -> Comparison {
    let by_key: BTreeMap<&str, usize> = ours.iter().enumerate().map(|(i, o)| (o.key.as_str(), i)).collect();
    let named = |(i, o): (usize, &Ours)| Some((o.carrier_message_id.clone()?, i));
    let by_name: BTreeMap<String, usize> = ours.iter().enumerate().filter_map(named).collect();
    let mut found: BTreeMap<usize, Vec<&Theirs>> = BTreeMap::new();
    let mut differences = Vec::new();
    for text in theirs {
        let key = text.key.as_deref().and_then(|key| by_key.get(key));
        match key.or_else(|| by_name.get(&text.carrier_message_id)) {
            Some(i) => found.entry(*i).or_default().push(text),
            // A text from before the compared time proves nothing.
            None if text.at >= since => {
                differences.push(not_ours(text));
            }
            None => {}
        }
    }
    for (i, text) in ours.iter().enumerate() {
        differences.extend(judge(text, found.get(&i).map_or(&[], Vec::as_slice), since, until));
    }
    differences.sort();
    let is_sent = |o: &&Ours| o.at >= since && o.at <= until && was_accepted(o.state);
    let is_listed = |t: &&Theirs| t.at >= since && t.at <= until;
    Comparison {
        n_ours: ours.iter().filter(is_sent).count(),
        n_theirs: theirs.iter().filter(is_listed).count(),
        differences,
    }
}

/// Compares the citizens' texts from `since` to `until`. Both lists should reach [`MARGIN_MS`] further back.
pub fn compare_inbound(ours: &[Incoming], theirs: &[Incoming], since: UnixMs, until: UnixMs) -> Comparison {
    let named = |list: &[Incoming]| -> BTreeMap<String, UnixMs> {
        list.iter().map(|text| (text.key.clone(), text.at)).collect()
    };
    let (ours, theirs) = (named(ours), named(theirs));
    // What came just now may be in one list and not yet in the other.
    let is_settled = |at: UnixMs| at >= since && at <= until.saturating_sub(MARGIN_MS);
    let missing = |of: &BTreeMap<String, UnixMs>, from: &BTreeMap<String, UnixMs>| -> Vec<(String, UnixMs)> {
        let is_missing = |(key, at): &(&String, &UnixMs)| is_settled(**at) && !from.contains_key(*key);
        of.iter().filter(is_missing).map(|(key, at)| (key.clone(), *at)).collect()
    };
    let not_received = missing(&theirs, &ours).into_iter();
    let mut differences: Vec<_> = not_received.map(|(key, at)| Difference::NotReceived { key, at }).collect();
    differences
        .extend(missing(&ours, &theirs).into_iter().map(|(key, at)| Difference::NoLongerListed { key, at }));
    let n = |of: &BTreeMap<String, UnixMs>| of.values().filter(|at| **at >= since && **at <= until).count();
    Comparison { n_ours: n(&ours), n_theirs: n(&theirs), differences }
}

/// A text of the carrier's list that we do not know.
fn not_ours(text: &Theirs) -> Difference {
    let (carrier_message_id, at) = (text.carrier_message_id.clone(), text.at);
    let key = text.key.as_deref().and_then(ClientKey::parse);
    match key.as_ref().and_then(mark_of) {
        // A text that tries the carrier may be another installation's on the same account, and no citizen has it.
        Some(KeyMark::Test) | None => Difference::Unknown { carrier_message_id, at },
        Some(_) => Difference::Forgotten { carrier_message_id, at },
    }
}

fn was_accepted(state: OutboundState) -> bool {
    use OutboundState as S;
    matches!(state, S::Accepted | S::Delivered | S::Undelivered | S::Unconfirmed)
}

/// Judges one of our texts by its entries in the carrier's list.
fn judge(ours: &Ours, theirs: &[&Theirs], since: UnixMs, until: UnixMs) -> Option<Difference> {
    use OutboundState as S;
    let id = ours.id;
    let Some(first) = theirs.first() else {
        let is_due = ours.at <= until.saturating_sub(MARGIN_MS);
        let missing = if is_due { Difference::NotListed { id } } else { Difference::NotListedYet { id } };
        return ((since..=until).contains(&ours.at) && was_accepted(ours.state)).then_some(missing);
    };
    let mut names: Vec<&str> = theirs.iter().map(|t| t.carrier_message_id.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > 1 {
        return Some(Difference::Twice { id, times: names.len() });
    }
    let status = theirs.iter().rev().find_map(|t| t.status).or(first.status);
    let is_old = ours.at <= until.saturating_sub(MARGIN_MS);
    let fate = |theirs| Some(Difference::Fate { id, ours: ours.state, theirs });
    match (ours.state, status) {
        // Being sent at this moment.
        (S::Sending, _) => None,
        (S::InDoubt | S::Queued | S::Held, _) if !is_old => None,
        // Refused texts are listed too, as not delivered.
        (S::Failed, Some(ReceiptStatus::Undelivered | ReceiptStatus::Blocked)) => None,
        (state, _) if !was_accepted(state) => Some(Difference::Unexpected { id, ours: state }),
        (S::Delivered, Some(ReceiptStatus::Undelivered | ReceiptStatus::Blocked)) => fate("undelivered"),
        (S::Undelivered, Some(ReceiptStatus::Delivered)) => fate("delivered"),
        (S::Accepted | S::Unconfirmed, Some(ReceiptStatus::Delivered)) if is_old => fate("delivered"),
        (S::Accepted | S::Unconfirmed, Some(ReceiptStatus::Undelivered | ReceiptStatus::Blocked))
            if is_old =>
        {
            fate("undelivered")
        }
        _ => None,
    }
}

/// The next time of day `at_ms` (milliseconds after local midnight) after `now`, where local time is `offset_ms` ahead
/// of UTC.
pub fn next_at(now: UnixMs, at_ms: i64, offset_ms: i64) -> UnixMs {
    const DAY_MS: i64 = 24 * 60 * 60 * 1000;
    let since = (now + offset_ms - at_ms).rem_euclid(DAY_MS);
    now + DAY_MS - since
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::key_mark::{KeyMark, marked};

    const SINCE: i64 = 100_000_000;
    const UNTIL: i64 = SINCE + 86_400_000;

    fn ours(id: i64, state: OutboundState) -> Ours {
        let (key, carrier_message_id) = (format!("key-{id}"), Some(format!("name-{id}")));
        Ours { id, key, carrier_message_id, state, at: SINCE + 1_000 }
    }

    fn theirs(id: i64, status: Option<ReceiptStatus>) -> Theirs {
        let (carrier_message_id, key) = (format!("name-{id}"), Some(format!("key-{id}")));
        Theirs { carrier_message_id, key, status, at: SINCE + 2_000 }
    }

    fn differences(ours: &[Ours], theirs: &[Theirs]) -> Vec<Difference> {
        compare(ours, theirs, SINCE, UNTIL).differences
    }

    #[test]
    fn what_agrees_is_only_counted() {
        let all = [ours(1, OutboundState::Delivered), ours(2, OutboundState::Undelivered)];
        let list = [theirs(1, Some(ReceiptStatus::Delivered)), theirs(2, Some(ReceiptStatus::Undelivered))];
        let found = compare(&all, &list, SINCE, UNTIL);
        assert_eq!(found, Comparison { n_ours: 2, n_theirs: 2, differences: vec![] });
        let nameless = Theirs { key: None, ..theirs(1, None) };
        assert!(differences(&all[..1], &[nameless]).is_empty(), "by the carrier's name alone");
    }

    #[test]
    fn each_difference_is_named() {
        use OutboundState as S;
        let status = Some(ReceiptStatus::Delivered);
        let second = Theirs { carrier_message_id: "other".to_owned(), ..theirs(1, status) };
        let table: [(&[Ours], &[Theirs], Difference); 6] = [
            (&[ours(1, S::Delivered)], &[], Difference::NotListed { id: 1 }),
            (
                &[],
                &[theirs(9, None)],
                Difference::Unknown { carrier_message_id: "name-9".to_owned(), at: SINCE + 2_000 },
            ),
            (&[ours(1, S::InDoubt)], &[theirs(1, None)], Difference::Unexpected { id: 1, ours: S::InDoubt }),
            (&[ours(1, S::Failed)], &[theirs(1, status)], Difference::Unexpected { id: 1, ours: S::Failed }),
            (&[ours(1, S::Delivered)], &[theirs(1, status), second], Difference::Twice { id: 1, times: 2 }),
            (
                &[ours(1, S::Unconfirmed)],
                &[theirs(1, status)],
                Difference::Fate { id: 1, ours: S::Unconfirmed, theirs: "delivered" },
            ),
        ];
        for (ours, theirs, expected) in table {
            assert_eq!(differences(ours, theirs), [expected]);
        }
    }

    /// Another sender's texts on the same account have no keys, or other ones.
    #[test]
    fn a_text_with_a_key_of_ours_that_we_do_not_know_is_forgotten() {
        let key = marked([9; ClientKey::LEN], KeyMark::Notice("receipt")).as_str().to_owned();
        let text = |name: &str, key: Option<String>| Theirs {
            carrier_message_id: name.to_owned(),
            key,
            ..theirs(1, None)
        };
        let list = [text("a", Some(key)), text("b", Some("order-2026-0001".to_owned())), text("c", None)];
        let found = compare(&[], &list, SINCE, UNTIL);
        let words: Vec<&str> = found.differences.iter().map(Difference::word).collect();
        assert_eq!(words, ["unknown", "unknown", "forgotten"]);
        assert_eq!(found.forgotten(), Some((1, SINCE + 2_000)));
        assert_eq!(compare(&[], &list[1..], SINCE, UNTIL).forgotten(), None);
    }

    #[test]
    fn the_edges_prove_nothing() {
        use OutboundState as S;
        let before = Theirs { at: SINCE - 1, ..theirs(9, None) };
        assert!(differences(&[], &[before]).is_empty());
        let early = Ours { at: SINCE - 1, ..ours(1, S::Delivered) };
        assert!(differences(&[early], &[]).is_empty());
        assert!(differences(&[Ours { at: UNTIL - 1, ..ours(1, S::InDoubt) }], &[theirs(1, None)]).is_empty());
    }

    #[test]
    fn citizens_texts_of_both_lists() {
        let text = |key: &str, at: i64| Incoming { key: key.to_owned(), at: SINCE + at };
        let compare = |ours: &[Incoming], theirs: &[Incoming]| compare_inbound(ours, theirs, SINCE, UNTIL);
        let both = [text("a", 1), text("b", 2)];
        let agrees = Comparison { n_ours: 2, n_theirs: 2, differences: vec![] };
        assert_eq!(compare(&both, &both), agrees);
        let more = [&both[..], &[text("c", 3)]].concat();
        let found = compare(&both, &more);
        let missing = Difference::NotReceived { key: "c".into(), at: SINCE + 3 };
        assert_eq!((found.n_ours, found.n_theirs, found.differences), (2, 3, vec![missing]));
        let gone = Difference::NoLongerListed { key: "c".into(), at: SINCE + 3 };
        assert_eq!(compare(&more, &both).differences, [gone]);
        let at_the_edges = [text("d", -1), text("e", UNTIL - SINCE)];
        assert!(compare(&at_the_edges, &[]).differences.is_empty(), "the edges prove nothing");
    }

    #[test]
    fn a_text_that_is_not_listed_is_named_however_young_and_certain_when_it_is_old() {
        use OutboundState as S;
        let missing = |at: UnixMs| compare(&[Ours { at, ..ours(2, S::Accepted) }], &[], SINCE, UNTIL);
        let young = missing(UNTIL - MARGIN_MS + 1);
        assert_eq!(
            (young.differences.as_slice(), young.n_certain()),
            (&[Difference::NotListedYet { id: 2 }][..], 0)
        );
        let old = missing(UNTIL - MARGIN_MS);
        assert_eq!(
            (old.differences.as_slice(), old.n_certain()),
            (&[Difference::NotListed { id: 2 }][..], 1)
        );
    }

    #[test]
    fn texts_sent_to_try_a_carrier_are_ours() {
        let with_key = Theirs { key: Some("TEST-1".to_owned()), ..theirs(1, None) };
        let by_id = Theirs { key: None, ..theirs(2, None) };
        let foreign = Theirs { key: None, ..theirs(3, None) };
        let test = |key: &str, id: Option<&str>| TestText {
            key: key.to_owned(),
            carrier_message_id: id.map(str::to_owned),
        };
        let tests = [test("TEST-1", None), test("TEST-2", Some(by_id.carrier_message_id.as_str()))];
        let rest = without_tests(vec![with_key, by_id.clone(), foreign.clone()], &tests);
        assert_eq!(rest, [foreign]);
        assert_eq!(without_tests(vec![by_id.clone()], &[]), [by_id]);
    }

    #[test]
    fn half_past_three_in_seoul() {
        let (at, offset) = (12_600_000, 32_400_000);
        // 1970-01-01 03:30 KST is 18:30 UTC the day before.
        assert_eq!(next_at(0, at, offset), 66_600_000);
        assert_eq!(next_at(66_599_999, at, offset), 66_600_000);
        assert_eq!(next_at(66_600_000, at, offset), 66_600_000 + 86_400_000);
    }

    proptest! {
        #[test]
        fn the_same_on_both_sides_never_differs(ids in proptest::collection::btree_set(0..50_i64, 0..20)) {
            let all: Vec<_> = ids.iter().map(|id| ours(*id, OutboundState::Delivered)).collect();
            let list: Vec<_> = ids.iter().map(|id| theirs(*id, Some(ReceiptStatus::Delivered))).collect();
            let found = compare(&all, &list, SINCE, UNTIL);
            prop_assert!(found.differences.is_empty());
            prop_assert_eq!((found.n_ours, found.n_theirs), (ids.len(), ids.len()));
        }

        #[test]
        fn the_next_night_is_within_a_day(now in 0..4_000_000_000_000_i64) {
            let next = next_at(now, 12_600_000, 32_400_000);
            prop_assert!(next > now && next - now <= 86_400_000);
        }
    }
}
