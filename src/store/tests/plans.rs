//! How SQLite goes about what runs all day: by an index, never through a whole table that grows. The statements are taken
//! from the connections that ran them, so none can be forgotten here.

use std::collections::BTreeSet;
use std::ffi::CStr;

use rusqlite::ffi;

use super::*;
use crate::domain::conversation::ConversationState;

/// The statements that a connection keeps prepared, that is, all that ran on it through `prepare_cached`.
fn statements(conn: &Connection) -> Vec<String> {
    let mut found = Vec::new();
    // SAFETY: the handle is open and used by this thread alone; the texts are copied before anything else happens.
    unsafe {
        let mut next = ffi::sqlite3_next_stmt(conn.handle(), std::ptr::null_mut());
        while !next.is_null() {
            found.push(CStr::from_ptr(ffi::sqlite3_sql(next)).to_string_lossy().into_owned());
            next = ffi::sqlite3_next_stmt(conn.handle(), next);
        }
    }
    found
}

/// The lines of all plans, each with its statement.
fn plans(conn: &Connection) -> Vec<String> {
    let mut found = Vec::new();
    for sql in statements(conn).iter().filter(|sql| !sql.starts_with("PRAGMA")) {
        let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let words = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        // No values: a plan does not depend on them.
        let mut rows = explain.raw_query();
        while let Some(row) = rows.next().unwrap() {
            found.push(format!("{} | {words}", row.get::<_, String>(3).unwrap()));
        }
    }
    found
}

/// What may be walked through: partial indexes that hold only what waits, and the newest few of the journal.
const ALLOWED: &[&str] = &[
    "SCAN CONSTANT ROW",
    // A row per table whose numbers are never given twice.
    "SCAN sqlite_sequence |",
    "SCAN conversation USING COVERING INDEX conversation_waiting |",
    // Figures for monitoring: who waits, and dangers that somebody holds.
    "SCAN conversation USING INDEX conversation_waiting |",
    "SCAN conversation USING INDEX conversation_held |",
    "SCAN conversation USING COVERING INDEX conversation_held |",
    "SCAN c USING INDEX conversation_waiting |",
    "SCAN c USING COVERING INDEX conversation_waiting |",
    "SCAN inbox USING COVERING INDEX inbox_received |",
    "SCAN inbox USING INDEX inbox_received |",
    "SCAN inbox USING COVERING INDEX inbox_quarantined |",
    "SCAN quarantine USING INDEX quarantine_open |",
    "SCAN outbox USING COVERING INDEX outbox_held |",
    "SCAN outbox USING COVERING INDEX outbox_due |",
    "SCAN outbox USING COVERING INDEX outbox_sending |",
    "SCAN outbox USING COVERING INDEX outbox_in_doubt |",
    "SCAN d USING COVERING INDEX outbox_in_doubt |",
    "SCAN outbox USING COVERING INDEX outbox_unreceipted |",
    "SCAN p USING INDEX photo_untold |",
    "SCAN v USING INDEX conversation_waiting |",
    // At most one copy that was put back and is not confirmed.
    "SCAN recovery USING COVERING INDEX recovery_open |",
    "SCAN recovery USING INDEX recovery_open |",
    // Answers to danger that do not leave.
    "SCAN outbox USING INDEX outbox_held |",
    "SCAN outbox USING INDEX outbox_due |",
    "SCAN outbox USING INDEX outbox_sending |",
    "SCAN outbox USING INDEX outbox_in_doubt |",
    // What time does to conversations: those that are open, every two seconds.
    "SCAN v USING INDEX conversation_open |",
    // Dangers that somebody has to see: those that are open, for a status; and the two counts of them that are added up.
    "SCAN conversation USING INDEX conversation_open |",
    "SCAN (subquery-2) |",
    // Conversations that somebody holds.
    "SCAN v USING INDEX conversation_claimed |",
];

/// No line may go from one end of a table or index to the other, build an index or sort.
fn assert_no_walks(conn: &Connection) -> Result<usize> {
    let walks = |l: &&String| l.starts_with("SCAN") || l.contains("AUTOMATIC") || l.contains("TEMP B-TREE");
    let plans = plans(conn);
    // An INSERT that gives an id shows how rows that refer to it would be checked: that runs only while a foreign key is
    // violated already.
    let is_check = |l: &str| l.contains(" | INSERT INTO ");
    // What one person holds, with danger first.
    let is_of_one =
        |l: &str| l.starts_with("USE TEMP B-TREE FOR ORDER BY") && l.contains("c.claimed_by = :holder");
    let is_allowed = |l: &str| ALLOWED.iter().any(|a| l.starts_with(a)) || is_check(l) || is_of_one(l);
    let bad: Vec<_> = plans.iter().filter(walks).filter(|l| !is_allowed(l)).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    Ok(statements(conn).len())
}

/// Does once what a gateway does all day.
async fn a_day(bench: &Bench) {
    let minsu = bench.counselor("minsu").await;
    let store = &bench.store;
    let policy = talkative();
    let with_photo = super::photos::text_with("b", MINSU, 3);
    bench.accept(vec![text("a", MINSU, "네"), with_photo, unreadable("x")], T0).await.unwrap();
    store.route_received(10, T0, &policy).await.unwrap();
    super::photos::a_day(bench, minsu).await;
    store.inbound_cursor(CARRIER).await.unwrap();
    let id = claimed(store.next_for(minsu, MANY, T0).await.unwrap()).summary.id;
    super::replies::reply(bench, id, minsu, "k", "답").await;
    store.release(id, minsu, T0).await.unwrap().unwrap();
    store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    store.next_send_at().await.unwrap();
    for text in bench.lease(10, T0).await {
        bench.outcome(&text, not_taken(T0), T0).await;
    }
    let leased = bench.lease(10, T0).await;
    bench.outcome(&leased[0], accepted("c"), T0).await;
    store.rescue(false, T0 + HOUR).await.unwrap();
    for doubt in store.in_doubt_due(10, T0 + HOUR).await.unwrap() {
        bench.answer(&doubt.text, LookupResult::Absent, T0 + HOUR).await;
        bench.answer(&doubt.text, LookupResult::Repeatable { before: 0 }, T0 + HOUR).await;
    }
    store.in_doubt((10, 0), &everybody()).await.unwrap();
    store.unreceipted(None, T0 + HOUR, 10).await.unwrap();
    let key = leased[1].key.as_str();
    let page = || {
        vec![
            receipt("c", None, ReceiptStatus::Delivered, "1"),
            receipt("d", Some(key), ReceiptStatus::Delivered, "1"),
            receipt("e", None, ReceiptStatus::Unknown, "2"),
        ]
    };
    bench.receipts(page(), T0).await;
    bench.receipts(page(), T0).await;
    store.close(id, minsu, Closing::default(), T0).await.unwrap().unwrap();
    let token = store.issue_token(minsu, T0 + HOUR, T0).await.unwrap();
    store.holder_of_token(&token, T0).await.unwrap();
    use ConversationFilter::{HeldBy, State};
    for filter in [State(ConversationState::Waiting), State(ConversationState::Closed), HeldBy(minsu)] {
        store.conversations(filter, 50, &everybody()).await.unwrap();
    }
    store.texts_after(id, 0, &everybody()).await.unwrap().unwrap();
    let seen = NewAccess::by(&everybody(), Action::View).about(id, None);
    store.record_access(seen, T0).await.unwrap();
    store.events_after(0, 100).await.unwrap();
    store.last_event_seq().await.unwrap();
    store.counts(T0).await.unwrap();
    store.board_now().await.unwrap();
    store.board_day(T0, T0 + HOUR).await.unwrap();
    store.gauges().await.unwrap();
    super::service::a_day(bench, minsu).await;
}

#[tokio::test]
async fn nothing_that_runs_all_day_walks_through_a_table() {
    let bench = Bench::new();
    a_day(&bench).await;
    let n = bench.store.write(assert_no_walks).await.unwrap();
    assert!(n > 30, "only {n} statements were looked at");
    // One after another, queries are all answered by the same connection.
    let n = bench.store.read(assert_no_walks).await.unwrap();
    assert!(n > 15, "only {n} statements were looked at");
}

#[tokio::test]
async fn the_hot_queries_use_the_indexes_made_for_them() {
    let bench = Bench::new();
    a_day(&bench).await;
    let mut lines = bench.store.write(|conn| Ok(plans(conn))).await.unwrap();
    lines.extend(bench.store.read(|conn| Ok(plans(conn))).await.unwrap());
    for expected in [
        "SEARCH outbox USING INDEX outbox_due (lane=? AND next_attempt_at<?)",
        "SEARCH before USING INDEX outbox_line (citizen=? AND id<?)",
        "SEARCH r USING INDEX receipt_unmatched (carrier=? AND carrier_message_id=?)",
        "SEARCH w USING COVERING INDEX conversation_waiting (queue_at<?)",
        "SEARCH conversation USING COVERING INDEX conversation_waiting ",
        "SCAN c USING INDEX conversation_waiting ",
        "SEARCH c USING INDEX conversation_closed (state=?)",
        "SEARCH outbox USING INDEX outbox_in_doubt (next_attempt_at<?)",
        "SEARCH outbox USING INDEX outbox_by_carrier_id (carrier=? AND carrier_message_id=?)",
        "SEARCH v USING INDEX conversation_of_citizen (citizen=? AND our_number=?)",
        "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)",
    ] {
        let found = lines.iter().any(|l| l.starts_with(expected));
        let near: Vec<_> = lines
            .iter()
            .filter(|l| l.split_whitespace().nth(1) == expected.split_whitespace().nth(1))
            .collect();
        assert!(found, "{expected}\n{near:#?}");
    }
}

/// Tables that still have such lists. `raw_page` and `quarantine` are written once for each page with something new, and
/// `photo` a few times for each photo; to change them, their rows would have to be written anew, bodies of pages and all.
const WITH_LISTS: [&str; 3] = ["photo", "quarantine", "raw_page"];

/// For an IN list in a CHECK or a partial index SQLite builds a temporary table at each write of a row.
#[test]
fn no_other_table_has_an_in_list_in_its_checks() {
    let (mut table, mut found) = (String::new(), BTreeSet::new());
    for line in include_str!("../../../schema.sql").lines() {
        let code = line.split("--").next().unwrap_or_default();
        let words: Vec<&str> = code.split([' ', '(']).filter(|word| !word.is_empty()).collect();
        match words[..] {
            ["CREATE", "TABLE", name, ..]
            | ["CREATE", "INDEX", _, "ON", name, ..]
            | ["CREATE", "UNIQUE", "INDEX", _, "ON", name, ..] => table = name.to_owned(),
            _ => {}
        }
        if code.contains(" IN (") {
            found.insert(table.clone());
        }
    }
    assert_eq!(found, WITH_LISTS.map(str::to_owned).into());
}
