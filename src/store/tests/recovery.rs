//! Copies of a database, and what a gateway does after one was put back.

use super::*;
use crate::domain::access::Who;
use crate::domain::key_mark::{KeyMark, marked};
use crate::domain::outbound::ClientKey;
use crate::domain::recovery::{Listed, PutByHand, RecoveryState, UNKNOWN_WORDS};

const DAY: i64 = 24 * HOUR;

fn key(n: u8, mark: KeyMark) -> ClientKey {
    marked([n; ClientKey::LEN], mark)
}

/// A text of the carrier's list.
pub(super) fn listed(name: &str, mark: Option<KeyMark>, to: &str, at: i64) -> Listed {
    Listed {
        carrier_message_id: name.to_owned(),
        key: mark.map(|mark| key(name.as_bytes()[0], mark)),
        at,
        to: Some(PhoneNumber::parse(to)),
        words: None,
    }
}

impl Bench {
    /// The same database after its copy of `made_at` was put back.
    pub(super) fn put_back(&self, made_at: i64, now: i64) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("munja.db");
        let held = copy_database(&self.path(), &path, &DataKeys::none()).unwrap();
        assert_eq!(examine_copy(&path, &held, &DataKeys::none()).unwrap(), []);
        let (last_event_seq, carrier) = (held.last_event_seq, CARRIER.to_owned());
        let copy = ReplacedCopy { made_at, last_event_seq, carrier, by: Who::operator("root".into()) };
        Store::begin_recovery(&path, &copy, &DataKeys::none(), now).unwrap();
        let store = Store::open(&path, &StoreOptions::default()).unwrap();
        let eye = Connection::open(&path).unwrap();
        Bench { store, eye, folder }
    }

    pub(super) async fn recovery(&self) -> Recovery {
        self.store.recovery().await.unwrap().expect("a recovery is on")
    }

    pub(super) async fn read_back(&self, texts: Vec<Listed>, now: i64) -> FoundTexts {
        let of = self.recovery().await;
        self.store
            .note_recovery_lists(of.id, vec![(CARRIER.to_owned(), Direction::Out, true)])
            .await
            .unwrap();
        self.store.recover_sent(&of, CARRIER.to_owned(), texts, &talkative(), now).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_one_state_of_a_database_that_is_written_to() {
    let bench = Bench::new();
    let (store, path) = (bench.store.clone(), bench.path());
    let writing = tokio::spawn(async move {
        for n in 0..200 {
            let two = |conn: &Connection| {
                conn.execute_batch("INSERT INTO daemon_start (at) VALUES (1); INSERT INTO duty_wrong_code (number, at) VALUES ('1', 1)")?;
                Ok(())
            };
            store.write(two).await.unwrap_or_else(|error| panic!("write {n}: {error}"));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    for n in 0..10 {
        let (from, to) = (path.clone(), folder.path().join(format!("{n}.db")));
        let held = tokio::task::spawn_blocking(move || {
            let held = copy_database(&from, &to, &DataKeys::none()).unwrap();
            assert_eq!(examine_copy(&to, &held, &DataKeys::none()).unwrap(), []);
            held
        });
        let held = held.await.unwrap();
        assert_eq!(held.rows["daemon_start"], held.rows["duty_wrong_code"], "half of a commit");
    }
    writing.await.unwrap();
    assert_eq!(bench.count("daemon_start"), 200);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 10, "nothing lies beside the copies");
}

#[tokio::test]
async fn a_copy_that_is_not_the_same_is_found_out() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    let held = copy_database(&bench.path(), &path, &DataKeys::none()).unwrap();
    assert_eq!(held.rows["inbox"], 1);
    assert!(copy_database(&bench.path(), &path, &DataKeys::none()).is_err(), "nothing is overwritten");
    let mut other = held.clone();
    other.rows.insert("inbox".to_owned(), 2);
    other.last_event_seq += 1;
    other.photos.push([7; 32]);
    let found: Vec<&str> =
        examine_copy(&path, &other, &DataKeys::none()).unwrap().iter().map(|trouble| trouble.what).collect();
    assert_eq!(found, ["journal", "rows", "photos"]);
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM conversation")
        .unwrap();
    let found = examine_copy(&path, &held, &DataKeys::none()).unwrap();
    assert!(found.iter().any(|trouble| trouble.what == "references"), "{found:?}");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9_000].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let found = examine_copy(&path, &held, &DataKeys::none());
    assert!(found.is_err() || found.unwrap().iter().any(|trouble| trouble.what == "integrity"));
}

#[tokio::test]
async fn what_had_not_left_is_in_doubt_and_nobody_stays_logged_in() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let token = bench.store.issue_token(minsu, T0 + DAY, T0).await.unwrap();
    bench.accept(vec![text("a", MINSU, "네")], T0).await.unwrap();
    let sending = bench.sending(MINSU, T0).await;
    let queued = bench.queue(JIYEONG, Lane::Reply, T0).await;
    let back = bench.put_back(T0, T0 + HOUR);
    for id in [sending.id, queued] {
        assert_eq!(back.state(id), "in_doubt");
    }
    let doubts = back.store.in_doubt_due(10, T0 + HOUR).await.unwrap();
    assert_eq!(doubts.len(), 2);
    assert!(doubts.iter().all(|doubt| doubt.carrier == CARRIER && doubt.text.first_attempt_at == T0));
    assert!(back.store.holder_of_token(&token, T0 + HOUR).await.unwrap().is_none());
    let cursor = back.store.inbound_cursor(CARRIER).await.unwrap().unwrap();
    assert!(cursor.since < T0 && cursor.page.is_none());
    let of = back.recovery().await;
    assert_eq!((of.state, of.copy_made_at, of.restored_at), (RecoveryState::Reading, T0, T0 + HOUR));
    assert_eq!((of.n_doubted, back.n_events("kind = 'restored'")), (2, 1));
    // The database that was copied is as it was.
    assert_eq!(bench.state(queued), "queued");
    assert!(bench.store.recovery().await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_leaves_but_calls_and_then_danger_until_a_person_confirms() {
    let bench = Bench::new();
    let back = bench.put_back(T0, T0);
    let answer = back.queue(MINSU, Lane::Reply, T0 + MINUTE).await;
    let danger = back.queue(JIYEONG, Lane::Urgent, T0 + MINUTE).await;
    let call = back.queue("01033330000", Lane::Urgent, T0 + MINUTE).await;
    back.outside(&format!("UPDATE outbox SET notice = 'duty' WHERE id = {call}"));
    let now = T0 + 2 * MINUTE;
    assert_eq!(ids(&back.lease(10, now).await), [call], "while the lists are read");
    let of = back.recovery().await;
    let early = back.store.end_recovery("early".into(), false, now).await;
    assert!(matches!(early, Err(StoreError::Conflict(_))), "{early:?}");
    assert!(back.store.recovery_waits(of.id, now).await.unwrap());
    assert!(!back.store.recovery_waits(of.id, now).await.unwrap(), "only once");
    assert_eq!(ids(&back.lease(10, now).await), [danger], "once they are read");
    assert!(back.lease(10, now).await.is_empty());
    assert_eq!(back.store.end_recovery("looked at".into(), false, now).await.unwrap(), 1);
    assert_eq!(ids(&back.lease(10, now).await), [answer]);
    assert!(back.store.recovery().await.unwrap().is_none());
    let again = back.store.end_recovery("again".into(), true, now).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
}

#[tokio::test]
async fn an_answer_that_left_after_the_copy_is_written_down_and_not_given_again() {
    let bench = Bench::new();
    let back = bench.put_back(T0, T0 + HOUR);
    // They wrote after the copy was made, and were answered before the end; their text is fetched again.
    let id = back.text_in(MINSU, T0 + 10 * MINUTE).await;
    let other = back.text_in(JIYEONG, T0 + 30 * MINUTE).await;
    let texts = || {
        vec![
            listed("a", Some(KeyMark::Notice("receipt")), MINSU, T0 + 10 * MINUTE),
            listed("b", Some(KeyMark::Answer), MINSU, T0 + 12 * MINUTE),
            // Before their last text.
            listed("c", Some(KeyMark::Answer), JIYEONG, T0 + 20 * MINUTE),
            listed("d", None, MINSU, T0 + 20 * MINUTE),
            Listed { to: None, ..listed("e", Some(KeyMark::Answer), MINSU, T0 + 20 * MINUTE) },
            // By the new gateway itself.
            listed("f", Some(KeyMark::Answer), MINSU, T0 + 3 * HOUR),
        ]
    };
    let found = back.read_back(texts(), T0 + HOUR).await;
    let expected = FoundTexts {
        n_listed: 6,
        n_answers: 2,
        n_notices: 1,
        n_foreign: 1,
        n_unplaced: 1,
        ..FoundTexts::default()
    };
    assert_eq!(found, expected);
    assert_eq!(back.conversation_state(id), "answered");
    assert_eq!(back.conversation_state(other), "waiting");
    assert_eq!(back.n_events("kind = 'found_answered'"), 1);
    assert_eq!(back.value::<i64>("SELECT count(*) FROM note WHERE kind = 'recovery'"), 2);
    assert_eq!(back.value::<i64>("SELECT count(*) FROM outbox WHERE state = 'accepted'"), 3);
    let again = back.read_back(texts(), T0 + HOUR).await;
    assert_eq!((again.n_answers, again.n_notices), (0, 0), "repeating it changes nothing");
    // The carrier's receipt finds it.
    back.receipts(vec![receipt("b", None, ReceiptStatus::Delivered, "1")], T0 + HOUR).await;
    assert_eq!(back.value::<i64>("SELECT count(*) FROM outbox WHERE state = 'delivered'"), 1);
    let look = back.store.recovery_look(&back.recovery().await).await.unwrap();
    assert_eq!((look.n_answers, look.n_notices), (2, 1));
    assert_eq!((look.to_look_at, look.answered), (vec![other], vec![id, other]));
}

/// Their text came before the answer, by the carrier's clock, and was fetched again an hour after it.
#[tokio::test]
async fn an_answer_stands_behind_the_text_that_was_fetched_again() {
    let bench = Bench::new();
    let back = bench.put_back(T0, T0 + HOUR);
    back.accept_late(text("again", MINSU, "버스요"), 50 * MINUTE, T0 + HOUR).await;
    back.route(T0 + HOUR).await;
    back.read_back(vec![listed("b", Some(KeyMark::Answer), MINSU, T0 + 12 * MINUTE)], T0 + HOUR).await;
    let id = back.value("SELECT conversation_id FROM inbox");
    let shown = back.store.conversation(id, &everybody()).await.unwrap().unwrap();
    let [Message::In { .. }, Message::Out { at, text, .. }] = &shown.messages[..] else {
        panic!("{:?}", shown.messages);
    };
    assert_eq!((*at, text.reveal()), (T0 + 12 * MINUTE, UNKNOWN_WORDS));
}

#[tokio::test]
async fn a_text_in_doubt_is_settled_by_the_list_and_danger_goes_on_ringing() {
    let bench = Bench::new();
    let queued = bench.queue(MINSU, Lane::Reply, T0).await;
    let sent_key: String = bench.value(&format!("SELECT client_key FROM outbox WHERE id = {queued}"));
    let back = bench.put_back(T0, T0 + HOUR);
    back.accept(vec![text("d", JIYEONG, "살려주세요 한빛아파트 3동")], T0 + 10 * MINUTE).await.unwrap();
    back.store.route_received(10, T0 + 10 * MINUTE, &talkative()).await.unwrap();
    let mut sent = listed("q", None, MINSU, T0 + MINUTE);
    sent.key = ClientKey::parse(&sent_key);
    let answer = listed("r", Some(KeyMark::Answer), JIYEONG, T0 + 12 * MINUTE);
    let found = back.read_back(vec![sent, answer], T0 + HOUR).await;
    assert_eq!((found.n_settled, found.n_answers), (1, 1));
    assert_eq!(back.state(queued), "accepted");
    let danger: String = back.value("SELECT danger FROM conversation WHERE danger IS NOT NULL");
    assert_eq!(danger, "ringing", "a person looks whether they are safe");
}

#[tokio::test]
async fn a_receipt_that_was_said_is_not_said_twice_and_a_stale_one_not_at_all() {
    let bench = Bench::new();
    let back = bench.put_back(T0, T0 + HOUR);
    let now = T0 + HOUR;
    for (name, citizen) in [("a", MINSU), ("b", JIYEONG)] {
        back.store
            .accept_inbound(
                CARRIER,
                vec![],
                vec![dated(text(name, citizen, "막차 언제예요?"), now - MINUTE)],
                None,
                now,
            )
            .await
            .unwrap();
    }
    back.store.route_received(10, now, &talkative()).await.unwrap();
    let queued = "SELECT count(*) FROM outbox WHERE state = 'queued' AND notice = 'receipt'";
    assert_eq!(back.value::<i64>(queued), 2);
    back.read_back(vec![listed("x", Some(KeyMark::Notice("receipt")), MINSU, now - MINUTE + 1_000)], now)
        .await;
    assert_eq!(back.value::<i64>(queued), 1, "the carrier has one of them");
    let of = back.recovery().await;
    back.store.recovery_waits(of.id, now).await.unwrap();
    assert_eq!(back.store.end_recovery("x".into(), false, now + HOUR).await.unwrap(), 0);
    assert_eq!(back.value::<i64>("SELECT count(*) FROM outbox WHERE state = 'cancelled'"), 2);
}

#[tokio::test]
async fn a_lists_words_tell_what_its_keys_do_not() {
    let bench = Bench::new();
    let queued = bench.queue(MINSU, Lane::Reply, T0).await;
    let back = bench.put_back(T0, T0 + HOUR);
    let id = back.text_in(JIYEONG, T0 + 10 * MINUTE).await;
    let say = |words: &str, to: &str, name: &str| Listed {
        words: Some(MessageText::new(words)),
        ..listed(name, None, to, T0 + 12 * MINUTE)
    };
    let texts = vec![say("안녕하세요", MINSU, "a"), say("막차는 23:40입니다", JIYEONG, "b")];
    let found = back.read_back(texts, T0 + HOUR).await;
    assert_eq!((found.n_settled, found.n_answers, found.n_foreign), (1, 1, 0));
    assert_eq!(
        (back.state(queued), back.conversation_state(id)),
        ("accepted".to_owned(), "answered".to_owned())
    );
    let said: String =
        back.value("SELECT text FROM outbox WHERE reply_id IS NULL AND carrier_message_id = 'b'");
    assert_eq!(said, "막차는 23:40입니다");
}

#[tokio::test]
async fn who_has_no_conversation_gets_a_closed_one_and_a_second_restore_reaches_further_back() {
    let bench = Bench::new();
    let back = bench.put_back(T0, T0 + HOUR);
    back.read_back(vec![listed("a", Some(KeyMark::Answer), MINSU, T0 + MINUTE)], T0 + HOUR).await;
    assert_eq!(back.value::<String>("SELECT state FROM conversation"), "closed");
    let again = back.put_back(T0 + 2 * HOUR, T0 + 3 * HOUR);
    let of = again.recovery().await;
    assert_eq!((of.copy_made_at, of.restored_at), (T0, T0 + 3 * HOUR), "the first one was never confirmed");
    assert_eq!(again.count("recovery"), 2);
}

#[tokio::test]
async fn the_database_is_examined_and_measured_beside_the_gateway() {
    let bench = Bench::new();
    bench.text_in(MINSU, T0).await;
    let sound = bench.store.examine_all(true, true).await.unwrap();
    assert_eq!(sound, Examined::default());
    let sizes = bench.store.table_sizes().await.unwrap();
    let inbox = sizes.iter().find(|table| table.name == "inbox").unwrap();
    assert_eq!((inbox.n_rows, inbox.oldest_at, inbox.newest_at), (1, Some(T0), Some(T0)));
    assert!(inbox.n_bytes >= 4_096);
    bench.outside("UPDATE conversation SET last_inbound_seq = 0");
    let found = bench.store.examine_all(true, false).await.unwrap();
    assert_eq!(found.troubles.len(), 1, "{found:?}");
    assert!(found.troubles[0].why.contains("1 texts"), "{found:?}");
    assert!(bench.store.examine_all(false, false).await.unwrap().troubles.is_empty());
}

#[tokio::test]
async fn a_database_is_put_only_where_none_is_left() {
    let (bench, folder) = (Bench::new(), tempfile::tempdir().unwrap());
    let at = folder.path().join("munja.db");
    let copy = folder.path().join("copy");
    copy_database(&bench.path(), &copy, &DataKeys::none()).unwrap();
    let new = std::fs::read(&copy).unwrap();
    for (left, word) in [("munja.db", "nothing is overwritten"), ("munja.db-wal", "may hold its last texts")]
    {
        let left = folder.path().join(left);
        std::fs::write(&left, "old").unwrap();
        let refused = place(&copy, None, &at, &DataKeys::none()).unwrap_err().to_string();
        assert!(refused.contains(word), "{refused}");
        assert_eq!(std::fs::read_to_string(&left).unwrap(), "old");
        std::fs::remove_file(&left).unwrap();
    }
    std::fs::write(key_file(&at), "other").unwrap();
    let refused = place(&copy, Some("mine"), &at, &DataKeys::none()).unwrap_err().to_string();
    assert!(refused.contains("another key"), "{refused}");
    assert!(!at.exists());
    std::fs::write(key_file(&at), "mine\n").unwrap();
    place(&copy, Some("mine"), &at, &DataKeys::none()).unwrap();
    assert_eq!(std::fs::read(&at).unwrap(), new);
}

impl Bench {
    /// The database at the place of this bench, replaced by `with` as somebody does it by hand: all closed, then copied.
    pub(super) fn replaced(self, with: &Path) -> Bench {
        let Bench { store, eye, folder } = self;
        drop((store, eye));
        let path = folder.path().join("munja.db");
        for ending in ["", "-wal", "-shm"] {
            drop(std::fs::remove_file(files::beside(&path, ending)));
        }
        std::fs::copy(with, &path).unwrap();
        let store = Store::open(&path, &StoreOptions::default()).unwrap();
        let eye = Connection::open(&path).unwrap();
        Bench { store, eye, folder }
    }

    pub(super) async fn marked(&self) {
        self.store.mark_reached(None).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_was_put_back_by_hand_is_noticed_and_begins_a_recovery() {
    let bench = Bench::new();
    bench.queue("01011110001", Lane::Reply, HOUR).await;
    bench.marked().await;
    let aside = tempfile::tempdir().unwrap();
    let [copy, last] = ["copy", "last"].map(|name| aside.path().join(name));
    copy_database(&bench.path(), &copy, &DataKeys::none()).unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None);
    bench.all_leave(2 * HOUR).await;
    bench.text_in("01011110002", 2 * HOUR).await;
    bench.route(2 * HOUR).await;
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "a mark that is behind says nothing");
    bench.marked().await;
    copy_database(&bench.path(), &last, &DataKeys::none()).unwrap();

    let bench = bench.replaced(&copy);
    let found = bench.store.put_by_hand(&[]).await.unwrap();
    assert!(matches!(found, Some(PutByHand::Older { .. })), "{found:?}");
    // Commands of munjad that write to the copy do not hide it.
    for login in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        bench.counselor(login).await;
    }
    let noticed = bench.store.notice_put_by_hand(CARRIER, &[], 3 * HOUR).await.unwrap();
    let (_, chain_break) = noticed.expect("noticed");
    let found = bench.store.verify_access(HeadFiles::default(), |_| {}).await.unwrap();
    assert!(found.is_sound() && found.breaks.len() == 1, "{found:?}");
    let told = &found.breaks[0];
    assert_eq!((&told.of, told.who.origin.as_str()), (&chain_break, "put there by hand"));
    let of = bench.recovery().await;
    assert_eq!((of.state, of.n_doubted), (RecoveryState::Reading, 1));
    assert!(of.copy_made_at <= 3 * HOUR);
    assert_eq!(bench.lease(10, 4 * HOUR).await.len(), 0, "nothing leaves");
    bench.marked().await;
    assert_eq!(bench.store.notice_put_by_hand(CARRIER, &[], 5 * HOUR).await.unwrap(), None, "once");

    // The newer file comes back after all: it knows nothing of what happened meanwhile.
    let bench = bench.replaced(&last);
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), Some(PutByHand::Another));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_database_that_was_put_there_by_hand_is_noticed() {
    let bench = Bench::new();
    bench.queue("01011110001", Lane::Reply, HOUR).await;
    bench.all_leave(HOUR).await;
    bench.marked().await;
    let aside = tempfile::tempdir().unwrap();
    let same = aside.path().join("same");
    copy_database(&bench.path(), &same, &DataKeys::none()).unwrap();
    // A copy of the last state, a rewritten file, and a lost mark.
    let bench = bench.replaced(&same);
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "nothing has happened since");
    bench.store.rewrite().await.unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None);
    let path = bench.path();
    let mark = files::beside(&path, ".reached");
    let kept = std::fs::read(&mark).unwrap();
    std::fs::remove_file(&mark).unwrap();
    assert_eq!(bench.store.put_by_hand(&[]).await.unwrap(), None, "a lost mark");
    // A database of another gateway.
    let other = Bench::new();
    other.text_in("01011110003", HOUR).await;
    other.route(HOUR).await;
    std::fs::write(files::beside(&other.path(), ".reached"), &kept).unwrap();
    assert_eq!(other.store.put_by_hand(&[]).await.unwrap(), Some(PutByHand::Another));
    // An empty database is begun beside no mark, and `munjad restore` writes its own.
    let Bench { store, eye, folder } = bench;
    drop((store, eye));
    std::fs::write(&mark, &kept).unwrap();
    for ending in ["", "-wal", "-shm", ".made"] {
        drop(std::fs::remove_file(files::beside(&path, ending)));
    }
    let refused =
        Store::open(&path, &StoreOptions::default()).err().expect("begun beside a mark").to_string();
    assert!(refused.contains("munja.db is gone") && refused.contains("munja.db.reached"), "{refused}");
    std::fs::remove_file(&mark).unwrap();
    let fresh = Store::open(&path, &StoreOptions::default()).unwrap();
    assert_eq!(fresh.put_by_hand(&[]).await.unwrap(), None, "begun anew");
    drop(fresh);
    std::fs::write(&mark, &kept).unwrap();
    let new = folder.path().join("ready");
    let older = Bench::new();
    copy_database(&older.path(), &new, &DataKeys::none()).unwrap();
    for ending in ["", "-wal", "-shm"] {
        drop(std::fs::remove_file(files::beside(&path, ending)));
    }
    place(&new, None, &path, &DataKeys::none()).unwrap();
    let restored = Store::open(&path, &StoreOptions::default()).unwrap();
    assert_eq!(restored.put_by_hand(&[]).await.unwrap(), None, "restored");
}

/// A copy of another installation is refused before anything of it lies beside the place.
#[test]
fn the_key_of_another_installation_is_no_place_for_a_copy() {
    let (here, other) = (Bench::new(), Bench::new());
    let key = |of: &Bench| std::fs::read_to_string(key_file(&of.path())).unwrap();
    let has = |key: &str| has_key_of_copy(key, &here.path(), &DataKeys::none());
    assert!(has(&key(&here)).unwrap());
    let refused = has(&key(&other)).unwrap_err().to_string();
    assert!(refused.contains("another key than that of the copy"), "{refused}");
    std::fs::remove_file(key_file(&here.path())).unwrap();
    assert!(!has(&key(&other)).unwrap());
}
