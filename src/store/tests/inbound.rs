//! Accepting a page: all of it or nothing, each text once.

use super::*;

#[tokio::test]
async fn a_page_is_kept_whole_with_its_cursor() {
    let bench = Bench::new();
    let items = vec![text("a", MINSU, "네"), unreadable("{broken"), text("b", MINSU, "네")];
    let page = bench.accept(items, T0).await.unwrap();
    assert_eq!((page.n_new, page.n_known, page.n_quarantined), (2, 0, 1));
    assert_eq!(bench.count("raw_page"), 1);
    let pages: i64 = bench.value("SELECT count(*) FROM inbox i JOIN raw_page p ON p.id = i.raw_page_id");
    assert_eq!(pages, 2, "each text knows its page");
    assert_eq!(bench.store.inbound_cursor(CARRIER).await.unwrap(), Some(Cursor::starting_at(T0)));
    assert_eq!(bench.store.inbound_cursor("other").await.unwrap(), None);
}

#[tokio::test]
async fn the_same_words_twice_are_two_texts_and_the_same_key_twice_is_one() {
    let bench = Bench::new();
    let items = vec![text("a", MINSU, "네"), text("b", MINSU, "네"), text("a", MINSU, "네")];
    let page = bench.accept(items, T0).await.unwrap();
    assert_eq!((page.n_new, page.n_known, page.n_quarantined), (2, 1, 0));
    let again = bench.accept(vec![text("b", MINSU, "네"), text("c", MINSU, "응")], T0 + 1).await.unwrap();
    assert_eq!((again.n_new, again.n_known, again.n_quarantined), (1, 1, 0));
    assert_eq!(bench.count("inbox"), 3);
    assert_eq!(bench.count("raw_page"), 2);
}

#[tokio::test]
async fn a_key_belongs_to_its_carrier() {
    let bench = Bench::new();
    bench.accept(vec![text("a", MINSU, "네")], T0).await.unwrap();
    let items = vec![text("a", MINSU, "네")];
    let other = bench.store.accept_inbound("twilio", Vec::new(), items, Cursor::starting_at(T0), T0).await;
    assert_eq!(other.unwrap().n_new, 1);
}

#[tokio::test]
async fn an_unreadable_item_is_set_aside_once() {
    let bench = Bench::new();
    for _ in 0..3 {
        bench.accept(vec![unreadable("{broken")], T0).await.unwrap();
    }
    let aside = bench.store.quarantined(&everybody()).await.unwrap();
    let [Quarantined::Item { id, n_bytes: 7, .. }] = aside[..] else { panic!("{aside:?}") };
    assert_eq!(bench.store.quarantined_raw(id, &everybody()).await.unwrap(), "{broken");
    assert_eq!(bench.count("raw_page"), 1);
    assert_eq!(bench.n_events("kind = 'quarantined'"), 1);
    bench.store.settle_item(id, &everybody(), T0 + 1).await.unwrap();
    assert!(matches!(bench.store.settle_item(id, &everybody(), T0 + 2).await, Err(StoreError::NotFound)));
    assert_eq!(bench.accept(vec![unreadable("{broken")], T0).await.unwrap().n_quarantined, 0);
    assert!(bench.store.quarantined(&everybody()).await.unwrap().is_empty(), "settled stays settled");
}

#[tokio::test]
async fn one_item_that_cannot_be_stored_rolls_the_page_and_its_cursor_back() {
    let bench = Bench::new();
    bench.accept(vec![text("a", MINSU, "하나")], T0).await.unwrap();
    bench.outside(
        "CREATE TRIGGER no BEFORE INSERT ON inbox WHEN NEW.text = '셋' BEGIN SELECT RAISE(ABORT, 'no'); END",
    );
    let items = vec![unreadable("{"), text("b", MINSU, "둘"), text("c", MINSU, "셋")];
    assert!(bench.accept(items, T0 + 1).await.is_err());
    assert_eq!((bench.count("inbox"), bench.count("raw_page"), bench.count("quarantine")), (1, 1, 0));
    assert_eq!(bench.store.inbound_cursor(CARRIER).await.unwrap(), Some(Cursor::starting_at(T0)));
}

#[tokio::test]
async fn an_idle_poll_writes_nothing_and_wakes_nobody() {
    let bench = Bench::new();
    let cursor = Cursor { since: T0, page: None, newest: T0, brief: false };
    let poll = || {
        bench.store.accept_inbound(CARRIER, b"{}".to_vec(), vec![text("a", MINSU, "네")], cursor.clone(), T0)
    };
    let mut commits = bench.store.hints().commit.subscribe();
    poll().await.unwrap();
    commits.changed().await.unwrap();
    let watcher = bench.other();
    let version = || watcher.pragma_query_value(None, "data_version", |r| r.get::<_, i64>(0)).unwrap();
    let length = || std::fs::metadata(bench.folder.path().join("munja.db-wal")).unwrap().len();
    let before = (version(), length());
    for _ in 0..20 {
        assert_eq!(poll().await.unwrap().n_known, 1);
    }
    assert_eq!((version(), length()), before);
    assert!(!commits.has_changed().unwrap(), "nothing was committed");
    bench.accept(vec![text("b", MINSU, "네")], T0 + 1).await.unwrap();
    commits.changed().await.unwrap();
    assert_ne!(version(), before.0);
}

#[tokio::test]
async fn the_cursor_moves_without_any_text() {
    let bench = Bench::new();
    bench.accept(vec![], T0).await.unwrap();
    let cursor = Cursor { since: T0, page: Some("2".to_owned()), newest: T0 + 5, brief: false };
    bench.store.accept_inbound(CARRIER, Vec::new(), vec![], cursor.clone(), T0).await.unwrap();
    assert_eq!(bench.store.inbound_cursor(CARRIER).await.unwrap(), Some(cursor));
    assert_eq!(bench.count("raw_page"), 0);
}
