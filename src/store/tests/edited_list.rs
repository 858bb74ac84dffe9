//! Lists that supervisors edit: versions, who was faster, and what a word is tried on.

use super::service::DAY;
use super::*;
use crate::domain::edited_list::List;
use crate::domain::event::EventKind;
use crate::store::{ListStored, ListVersion, NewListVersion};

fn version(list: List, content: Option<&str>, based_on: i64) -> NewListVersion {
    NewListVersion { list, content: content.map(str::to_owned), based_on, reason: "새 안내".into() }
}

#[track_caller]
fn stored(outcome: ListStored) -> ListVersion {
    match outcome {
        ListStored::Stored(version) => version,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn versions_are_only_added_and_the_newest_counts() {
    let bench = Bench::new();
    let boss = bench.supervisor("boss").await;
    let actor = bench.store.person(boss).await;
    let store = async |list, content, based_on, now| {
        bench.store.store_list(version(list, content, based_on), &actor, now).await.unwrap()
    };
    assert_eq!(
        store(List::Replies, None, 0, DAY).await,
        ListStored::Same(None),
        "the file is in force anyway"
    );
    let one = stored(store(List::Replies, Some("one"), 0, DAY).await);
    assert_eq!((one.version, one.by.as_str(), one.reason.as_str()), (1, "boss", "새 안내"));
    // The same again, as after a lost answer.
    assert_eq!(store(List::Replies, Some("one"), 0, DAY + 1).await, ListStored::Same(Some(one.clone())));
    // Somebody who saw nothing of it.
    assert_eq!(store(List::Replies, Some("two"), 0, DAY + 2).await, ListStored::Changed(one.clone()));
    assert_eq!(store(List::Texts, Some("two"), 3, DAY + 2).await, ListStored::Unknown);
    let two = stored(store(List::Replies, Some("two"), 1, DAY + 3).await);
    let file = stored(store(List::Replies, None, 2, DAY + 4).await);
    let again = stored(store(List::Replies, Some("one"), 3, DAY + 5).await);
    assert_eq!((two.version, file.version, file.content, again.version), (2, 3, None, 4));
    let words = stored(store(List::Words, Some("w"), 0, DAY + 6).await);
    assert_eq!(bench.store.newest_lists().await.unwrap(), [again.clone(), words]);

    let history = bench.store.list_history(List::Replies, 10).await.unwrap();
    let versions: Vec<_> = history.iter().map(|of| (of.version, of.content.as_deref())).collect();
    assert_eq!(versions, [(4, Some("one")), (3, None), (2, Some("two")), (1, Some("one"))]);
    assert_eq!(bench.store.list_version(List::Replies, 1).await.unwrap(), one);
    assert!(matches!(bench.store.list_version(List::Texts, 1).await, Err(StoreError::NotFound)));
    let events = bench.store.events_after(0, 100).await.unwrap();
    let edited: Vec<_> = events.iter().filter(|event| event.kind == EventKind::ListEdited).collect();
    assert_eq!((edited.len(), edited[0].detail.as_deref()), (5, Some("replies 1")));
    let logged =
        "SELECT count(*) FROM access WHERE action = 'change' AND detail LIKE 'list %' AND reason = '새 안내'";
    assert_eq!(bench.value::<i64>(logged), 5);
}

#[tokio::test]
async fn a_word_is_counted_in_texts_and_a_category_in_conversations() {
    let bench = Bench::new();
    let actor = bench.store.person(bench.supervisor("boss").await).await;
    for (n, text) in ["드론이 떨어졌어요", "버스 언제 와요?", "드론 축제 언제예요?"].iter().enumerate()
    {
        bench.writes(&format!("0100000000{n}"), text, DAY + n as i64).await;
    }
    let rule = "[[rule]]\nid = \"drone\"\ntier = 3\nkind = \"danger\"\nlang = \"ko\"\nwords = [\"드론\"]\n";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    std::fs::write(&path, rule).unwrap();
    let triage = Arc::new(crate::config::triage(&[path]).unwrap());
    let ids = vec!["drone".to_owned(), "nothing".to_owned()];
    let tried = bench.store.try_words((triage.clone(), ids.clone()), 5_000, &actor, DAY + 9).await.unwrap();
    assert_eq!((tried.n_texts, tried.n_found["drone"], tried.n_found["nothing"]), (3, 2, 0));
    let newest = bench.store.try_words((triage, ids), 1, &actor, DAY + 9).await.unwrap();
    assert_eq!((newest.n_texts, newest.n_found["drone"]), (1, 1));
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM access WHERE action = 'search'"), 2);

    bench.outside("UPDATE conversation SET category = '교통/주정차' WHERE id <= 2");
    let uses = bench.store.category_uses(vec!["교통/주정차".into(), "교통/택시".into()]).await.unwrap();
    assert_eq!(uses, [("교통/주정차".to_owned(), 2, 2)]);
}
