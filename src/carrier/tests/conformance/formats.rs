//! Formats: what a driver writes, the carrier's own parser reads, whatever the values are.

use super::*;

/// Milliseconds of a moment; printed without fixed decimals, each has another length.
const MILLIS: [i64; 6] = [0, 1, 10, 100, 280, 999];

/// Every call that writes a time, at moments of every length.
pub(super) async fn no_moment_makes_a_call_unreadable(row: Row) {
    let stand = Stand::new(row);
    for (n, millis) in (1..).zip(MILLIS) {
        let now = stand.clock.now_ms();
        let wait = 1_000 - now.rem_euclid(1_000) + millis;
        tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await;
        let now = stand.clock.now_ms();
        stand.driver.check().await.unwrap();
        let text = OutboundText { expires_at: now + 3_600_000 + millis, ..stand.text(n) };
        let name = stand.sent(&text).await;
        if stand.receives() {
            stand.driver.poll_inbound(&Cursor::starting_at(now)).await.unwrap();
        }
        if stand.caps().lists_sent {
            stand.driver.sent_since(now - millis, None).await.unwrap();
        }
        use ReportClass::{AckQueue, ReadOnce, Window};
        if matches!(stand.caps().reports, AckQueue | ReadOnce | Window) {
            stand.driver.poll_reports().await.unwrap();
        }
        stand.driver.status(&name).await.unwrap();
        stand.driver.reconcile(&text).await.unwrap();
        stand.pause().await;
    }
    // NHN is asked for short and for long texts in turn: one of both has no such text.
    let refused = stand.sim.ledger().refused.into_iter().filter(|refusal| refusal.code != "-2008");
    assert_eq!(refused.collect::<Vec<_>>(), []);
}

/// What a carrier or an app writes in place of words is not the citizen's.
pub(super) async fn a_photo_text_without_content_has_no_words(row: Row) {
    let stand = Stand::new(row);
    if !stand.receives() {
        return;
    }
    let since = stand.clock.now_ms();
    stand.sim.text_with_photos(CITIZEN, "", Vec::new());
    stand.pause().await;
    let page = stand.driver.poll_inbound(&Cursor::starting_at(since)).await.unwrap();
    let [InboundItem::Text(text)] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((text.text.reveal(), text.citizen.reveal()), ("", CITIZEN));
    if stand.caps().photos_in {
        let is_said = text.media.iter().all(crate::domain::media::MediaRef::is_missing);
        assert!(is_said, "no photo can be fetched");
    }
}
