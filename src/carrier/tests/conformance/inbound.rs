//! Citizens' texts: all of them, each by a key of its own.

use super::*;

const MANY: usize = 40;

/// Everything a walk brings, page by page, each acked. Acks may move later texts up: a pass that acked any is followed by another.
async fn walk(stand: &Stand, cursor: &mut Cursor) -> Vec<InboundItem> {
    let (mut items, mut has_acked) = (Vec::new(), false);
    for _ in 0..2 * MANY {
        let page = stand.driver.poll_inbound(cursor).await.unwrap();
        let more = page.more();
        items.extend(page.items);
        has_acked |= !page.ack.is_empty();
        for ack in page.ack {
            stand.driver.ack_inbound(&ack).await.unwrap();
        }
        *cursor = page.next;
        if !more && !std::mem::take(&mut has_acked) {
            break;
        }
    }
    items
}

/// What each key stands for: number and words.
pub(super) fn by_key(items: &[InboundItem]) -> BTreeMap<&str, (&str, &str)> {
    let mut all = BTreeMap::new();
    for item in items {
        let InboundItem::Text(text) = item else { continue };
        let said = (text.citizen.reveal(), text.text.reveal());
        assert_eq!(*all.entry(text.key.as_str()).or_insert(said), said, "two texts, one key");
        assert_eq!(text.to.reveal(), OURS);
    }
    all
}

/// Many texts, the same words twice among them.
pub(super) async fn written(stand: &Stand) -> Vec<(String, String)> {
    let mut written = Vec::new();
    for n in 0..MANY {
        let (from, words) = (format!("010{:08}", 20_000_000 + n / 2), format!("{} 번째 질문이에요?", n / 4));
        stand.sim.text(&from, &words);
        written.push((from, words));
        tokio::time::sleep(Duration::from_millis(if n % 3 == 0 { 0 } else { 1_100 })).await;
    }
    written.sort();
    written
}

pub(super) fn sorted(all: &BTreeMap<&str, (&str, &str)>) -> Vec<(String, String)> {
    let mut all: Vec<_> =
        all.values().map(|(from, words)| ((*from).to_owned(), (*words).to_owned())).collect();
    all.sort();
    all
}

pub(super) async fn every_text_comes_once_by_its_key(row: Row) {
    let stand = Stand::new(row);
    if !stand.receives() {
        return;
    }
    let written = written(&stand).await;
    let mut cursor = Cursor::starting_at(START_MS - 60_000);
    let items = walk(&stand, &mut cursor).await;
    assert_eq!(sorted(&by_key(&items)), written);
    // A text that comes later is found by the next walk, however much of the old comes again.
    stand.pause().await;
    stand.sim.text(CITIZEN, "고맙습니다");
    let next = walk(&stand, &mut cursor).await;
    let (old, new) = (by_key(&items), by_key(&next));
    let news: Vec<_> = new.iter().filter(|(key, _)| !old.contains_key(*key)).map(|(_, said)| said).collect();
    assert_eq!(news, [&(CITIZEN, "고맙습니다")]);
}

pub(super) async fn pages_may_repeat_and_come_in_any_order(row: Row) {
    for fault in [Fault::DuplicateMo, Fault::ReorderMo] {
        let stand = Stand::new(row);
        if !stand.receives() {
            return;
        }
        let written = written(&stand).await;
        stand.fault(Endpoint::Mo, fault, 3);
        let items = walk(&stand, &mut Cursor::starting_at(START_MS - 60_000)).await;
        assert_eq!(sorted(&by_key(&items)), written);
    }
}

pub(super) async fn one_broken_text_costs_no_other(row: Row) {
    let stand = Stand::new(row);
    if !stand.receives() {
        return;
    }
    let written = written(&stand).await;
    stand.fault(Endpoint::Mo, Fault::BrokenMo, 1);
    stand.sim.text(CITIZEN, "#sim-broken");
    let items = walk(&stand, &mut Cursor::starting_at(START_MS - 60_000)).await;
    assert_eq!(sorted(&by_key(&items)), written);
    let n_unreadable = items.iter().filter(|i| matches!(i, InboundItem::Unreadable { .. })).count();
    assert!(n_unreadable >= 1, "shown to an operator");
}

pub(super) async fn what_could_not_be_read_comes_again(row: Row) {
    let faults = [
        (Fault::ErrorBefore { status: 500 }, Some(ErrorKind::Transient)),
        (Fault::ResetBefore, Some(ErrorKind::Transient)),
        (Fault::RateLimit { retry_after_secs: None }, Some(ErrorKind::RateLimited)),
        (Fault::ExpiredKey, Some(ErrorKind::Auth)),
        (Fault::Truncate { at: 60 }, None),
        (Fault::Malformed, None),
    ];
    for (fault, kind) in faults {
        let stand = Stand::new(row);
        if !stand.receives() {
            return;
        }
        stand.sim.text(CITIZEN, "여보세요");
        // Twice, for a driver may log in and ask once more.
        stand.fault(Endpoint::Mo, fault.clone(), 2);
        let mut cursor = Cursor::starting_at(START_MS - 60_000);
        let first = stand.driver.poll_inbound(&cursor).await;
        stand.sim.clear_faults();
        stand.pause().await;
        let is_forgotten = stand.caps().inbound == InboundClass::ReadOnce && kind.is_none();
        match (first, kind) {
            (Ok(page), None) => {
                // Bytes that will not come again are kept as they are.
                assert!(is_forgotten && !page.items.is_empty(), "{fault:?}");
                continue;
            }
            (Ok(_), Some(_)) => panic!("{fault:?} went well"),
            // Texts may have been in the answer that never came, or in whose place the server spoke of its trouble.
            (Err(error), _)
                if matches!(fault, Fault::ResetBefore | Fault::ErrorBefore { .. })
                    && stand.caps().inbound == InboundClass::ReadOnce =>
            {
                assert_eq!(error.kind, ErrorKind::Ambiguous);
            }
            (Err(error), Some(kind)) => assert_eq!(error.kind, kind, "{fault:?}"),
            (Err(error), None) => {
                assert!(!is_forgotten, "{fault:?}: lost");
                assert!(matches!(error.kind, ErrorKind::Transient | ErrorKind::Protocol), "{error}");
            }
        }
        let items = walk(&stand, &mut cursor).await;
        assert_eq!(sorted(&by_key(&items)), [(CITIZEN.to_owned(), "여보세요".to_owned())], "{fault:?}");
    }
}

pub(super) async fn an_ack_that_failed_loses_nothing(row: Row) {
    let stand = Stand::new(row);
    if stand.caps().inbound != InboundClass::AckQueue {
        return;
    }
    stand.sim.text(CITIZEN, "여보세요");
    let mut cursor = Cursor::starting_at(START_MS);
    for fault in [Fault::ErrorBefore { status: 500 }, Fault::ResetAfter] {
        let page = stand.driver.poll_inbound(&cursor).await.unwrap();
        assert_eq!(by_key(&page.items).len(), 1);
        stand.fault(Endpoint::MoAck, fault, 1);
        let [ack] = <[String; 1]>::try_from(page.ack).unwrap();
        assert_eq!(stand.driver.ack_inbound(&ack).await.unwrap_err().kind, ErrorKind::Transient);
        stand.driver.ack_inbound(&ack).await.unwrap();
        stand.driver.ack_inbound(&ack).await.unwrap();
        assert!(walk(&stand, &mut cursor).await.is_empty(), "acked");
        stand.sim.text(CITIZEN, "또 저예요");
    }
}

/// Phones and carriers have clocks of their own.
pub(super) async fn a_text_of_any_date_is_read(row: Row) {
    for hours in [25, 49, 24 * 400, 24 * 3_000] {
        let stand = Stand::new(row);
        if !stand.receives() {
            return;
        }
        let mut cursor = Cursor::starting_at(START_MS - 60_000);
        stand.sim.add_fault(FaultRule::anywhere(Fault::ClockSkew { ms: hours * 3_600_000 }));
        stand.sim.text(CITIZEN, "살려주세요");
        stand.sim.clear_faults();
        let items = walk(&stand, &mut cursor).await;
        assert_eq!(sorted(&by_key(&items)), [(CITIZEN.to_owned(), "살려주세요".to_owned())], "{hours} h");
    }
}

fn n_unreadable(items: &[InboundItem]) -> usize {
    items.iter().filter(|item| matches!(item, InboundItem::Unreadable { .. })).count()
}

pub(super) async fn a_text_that_breaks_its_page_costs_no_other(row: Row) {
    for broken in ["#sim-nan", "#sim-quote"] {
        let stand = Stand::new(row);
        if !stand.receives() {
            return;
        }
        let before = written(&stand).await;
        stand.sim.text(CITIZEN, broken);
        stand.sim.text(CITIZEN, broken);
        let mut all = written(&stand).await;
        all.extend(before);
        all.sort();
        let items = walk(&stand, &mut Cursor::starting_at(START_MS - 60_000)).await;
        assert_eq!(sorted(&by_key(&items)), all, "{broken}");
        // Side by side, they may be one.
        assert!(n_unreadable(&items) >= 1, "{broken}: shown to an operator");
    }
}

/// No page of this carrier has fewer than 15 texts: larger ones than these would be needed.
fn has_large_pages(stand: &Stand) -> bool {
    stand.driver.name() == "clicksend"
}

/// Words of so many bytes.
fn long(n: usize, bytes: usize) -> String {
    format!("{n} {}", "a".repeat(bytes))
}

pub(super) async fn a_page_that_is_too_large_is_read_in_parts(row: Row) {
    let stand = Stand::new(row).with_max_body(40_000);
    if !stand.receives() || has_large_pages(&stand) {
        return;
    }
    for n in 0..20 {
        stand.sim.text(CITIZEN, &long(n, 10_000));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    let items = walk(&stand, &mut Cursor::starting_at(START_MS - 60_000)).await;
    let n_read = by_key(&items).len();
    match stand.caps().inbound {
        // What was too large was handed over once: the whole texts of it are read, and its bytes kept.
        InboundClass::ReadOnce => assert!(n_read >= 1 && n_unreadable(&items) >= 1, "{n_read}"),
        _ => assert_eq!(n_read, 20),
    }
}

pub(super) async fn a_text_that_is_too_large_alone_hides_none_before_it(row: Row) {
    let stand = Stand::new(row).with_max_body(20_000);
    let is_read_once = stand.caps().inbound == InboundClass::ReadOnce;
    if !stand.receives() || is_read_once || has_large_pages(&stand) {
        return;
    }
    let mut newest = Vec::new();
    for n in 0..30 {
        let words = if n == 20 { long(n, 30_000) } else { long(n, 10) };
        stand.sim.text(CITIZEN, &words);
        newest.extend((n > 20).then_some(words));
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    let (mut cursor, mut items) = (Cursor::starting_at(START_MS - 60_000), Vec::new());
    for _ in 0..MANY {
        let Ok(page) = stand.driver.poll_inbound(&cursor).await else { break };
        let more = page.more();
        items.extend(page.items);
        for ack in &page.ack {
            stand.driver.ack_inbound(ack).await.unwrap();
        }
        cursor = page.next;
        if !more {
            break;
        }
    }
    let read = by_key(&items);
    assert!(newest.iter().all(|words| read.values().any(|(_, read)| read == words)), "{}", read.len());
}
