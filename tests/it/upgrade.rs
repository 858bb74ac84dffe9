//! A database that an older version filled is upgraded, and its people are served as before; danger that was silent then
//! rings now.

use std::path::{Path, PathBuf};

use munja::domain::actor::Actor;
use munja::domain::conversation::{Command, Reply};
use munja::domain::outbound::OutboundKind;
use munja::domain::refusal::Refusal;
use munja::store::{NewReply, Round, SchemaPolicy, Store, StoreOptions};
use rusqlite::Connection;

use crate::harness::{person, service_policy};

const FOUR: &str = include_str!("fixtures/version4.sql");
/// When the file was filled (milliseconds UTC), a little later.
const NOW: i64 = 1_795_960_400_000;

fn filled(folder: &Path) -> PathBuf {
    let path = folder.join("munja.db");
    Connection::open(&path).unwrap().execute_batch(FOUR).unwrap();
    path
}

fn rows(db: &Connection, sql: &str) -> Vec<String> {
    let mut select = db.prepare(sql).unwrap();
    let found = select.query_map([], |r| r.get(0)).unwrap();
    found.map(|r| r.unwrap()).collect()
}

fn upgraded(path: &Path) -> Store {
    let options = StoreOptions { schema: SchemaPolicy::Upgrade, ..StoreOptions::default() };
    Store::open(path, &options).unwrap()
}

#[tokio::test]
async fn what_stood_there_stands_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let before = Connection::open(&path).unwrap();
    let kept = [
        "SELECT group_concat(x) FROM (SELECT id || text || state || purpose AS x FROM inbox ORDER BY id)",
        "SELECT group_concat(x) FROM (SELECT id || text || state || client_key AS x FROM outbox ORDER BY id)",
        "SELECT group_concat(x) FROM (SELECT id || kind || text AS x FROM note ORDER BY id)",
        "SELECT group_concat(x) FROM (SELECT seq || kind || coalesce(detail, '') AS x FROM event ORDER BY seq)",
        "SELECT group_concat(x) FROM (SELECT id || citizen || state || desk || queue_at || coalesce(category, '')
                                             || coalesce(claimed_by, '') AS x FROM conversation ORDER BY id)",
    ];
    let expected: Vec<_> = kept.iter().map(|sql| rows(&before, sql)).collect();
    drop(before);
    let store = upgraded(&path);
    let after = Connection::open(&path).unwrap();
    for (sql, expected) in kept.iter().zip(expected) {
        assert_eq!(rows(&after, sql), expected, "{sql}");
    }
    assert!(rows(&after, "SELECT \"table\" FROM pragma_foreign_key_check").is_empty());
    let danger = "SELECT id || ' ' || danger FROM conversation WHERE danger IS NOT NULL ORDER BY id";
    assert_eq!(rows(&after, danger), ["3 looked_after", "4 looked_after", "5 answered", "9 ended"]);
    drop(store);
}

#[tokio::test]
async fn its_people_are_served_and_its_dangers_ring() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let (store, policy) = (upgraded(&path), service_policy());
    let timed = store.run_timers(&policy, Round::All, NOW).await.unwrap();
    assert!(timed.n_escalated >= 2, "{timed:?}: nobody has answered 3 and 4");
    let people = store.counselors().await.unwrap();
    let minsu = person(people.into_iter().find(|p| p.login == "minsu").unwrap());
    let shown = store.conversation(2, &minsu).await.unwrap().unwrap();
    assert_eq!(shown.summary.holder.map(|h| h.login).as_deref(), Some("minsu"), "who held it holds it");
    let next = store.claim_next(&minsu, &policy, NOW).await.unwrap().unwrap();
    assert_eq!(next.summary.id, 3, "danger first");
    let close = Command::Close(munja::domain::conversation::Closing::default());
    let refused = store.command(3, close, &minsu, &policy, NOW).await.unwrap();
    assert_eq!(refused, Err(Refusal::DangerUnanswered));
    let new = NewReply {
        conversation_id: 3,
        idempotency_key: "k".into(),
        request_digest: vec![1],
        again: false,
        reply: Reply { last_seen: next.summary.last_inbound_seq, ..Reply::default() },
        pieces: vec![(OutboundKind::Sms, "119를 불렀습니다".into())],
        photos: None,
    };
    assert!(store.reply(new, &minsu, &policy, NOW).await.unwrap().is_ok());
    let waiting = store.counts(0).await.unwrap().n_waiting;
    assert_eq!(waiting, 3, "4, 8 and 10");
    assert!(store.conversation(9, &Actor::operator("test")).await.unwrap().is_ok());
}

/// What was lost as "not a photo" is called what was claimed of it; what is kept is a photo.
#[test]
fn photos_of_before_are_called_what_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = filled(folder.path());
    let old = Connection::open(&path).unwrap();
    let of_inbox =
        "INSERT INTO photo (inbox_id, position, carrier, handle, claimed_type, state, created_at, trouble)";
    let claims =
        ["'image/heic'", "'video/mp4'", "'audio/amr'", "'text/x-vcard'", "'application/pdf'", "NULL"];
    for (n, claim) in claims.iter().enumerate() {
        let row = format!("SELECT min(id), {n}, 'sim', '', {claim}, 'lost', 0, 'not_a_photo' FROM inbox");
        old.execute(&format!("{of_inbox} {row}"), []).unwrap();
    }
    let kept = "INSERT INTO photo (inbox_id, position, carrier, handle, claimed_type, state, created_at, sha256, kind, n_bytes,
                                   width, height)
                SELECT min(id), 9, 'sim', '', 'video/mp4', 'kept', 0, zeroblob(32), 'png', 70, 4, 3 FROM inbox";
    old.execute(kept, []).unwrap();
    drop(old);
    drop(upgraded(&path));
    let new = Connection::open(&path).unwrap();
    let what = rows(&new, "SELECT what || coalesce(' ' || trouble, '') FROM photo ORDER BY position");
    let lost = ["photo", "film", "voice", "contact", "pdf", "file"].map(|what| format!("{what} broken"));
    assert_eq!(what, [lost.as_slice(), &["photo".to_owned()]].concat());
}
