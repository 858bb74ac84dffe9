//! A clock that was wrong: what it wrote is set right, and nothing expires because it jumped.

use std::collections::BTreeSet;

use super::*;

const DAY: i64 = 24 * HOUR;
/// The clock was ahead by so much.
const AHEAD: i64 = 10 * DAY;

/// What was written while the clock was ahead, once it is back.
async fn set_right(bench: &Bench, by: Option<i64>) {
    bench.store.set_times_right(by, T0).await.unwrap();
}

#[tokio::test]
async fn an_answer_of_a_clock_that_was_ahead_leaves_and_blocks_no_other() {
    for by in [None, Some(-AHEAD)] {
        let bench = Bench::new();
        let then = bench.queue(MINSU, Lane::Reply, T0 + AHEAD).await;
        let after = bench.queue(MINSU, Lane::Reply, T0).await;
        assert!(bench.lease(10, T0).await.is_empty(), "it waits for ten days");
        set_right(&bench, by).await;
        let leased = bench.lease(10, T0).await;
        assert_eq!(ids(&leased), [then]);
        assert!(leased[0].expires_at <= T0 + send().time_to_live_ms, "and lives no longer than any other");
        bench.outcome(&leased[0], accepted("1"), T0).await;
        assert_eq!(ids(&bench.lease(10, T0).await), [after]);
    }
}

#[tokio::test]
async fn a_try_that_failed_while_the_clock_was_ahead_is_repeated_soon() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, not_taken(T0 + AHEAD + MINUTE), T0 + AHEAD).await;
    set_right(&bench, None).await;
    assert_eq!(ids(&bench.lease(10, T0).await), [text.id]);
    let doubt = bench.sending(JIYEONG, T0).await;
    bench.outcome(&doubt, Outcome::NoAnswer { ask_at: T0 + AHEAD, code: None }, T0 + AHEAD).await;
    assert!(bench.store.in_doubt_due(10, T0).await.unwrap().is_empty());
    set_right(&bench, None).await;
    assert_eq!(bench.store.in_doubt_due(10, T0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_wait_that_can_be_is_left_as_it_is() {
    let bench = Bench::new();
    let text = bench.sending(MINSU, T0).await;
    bench.outcome(&text, not_taken(T0 + 5 * MINUTE), T0).await;
    set_right(&bench, None).await;
    set_right(&bench, Some(-30_000)).await;
    assert!(bench.lease(10, T0 + 5 * MINUTE - 1).await.is_empty());
    assert_eq!(ids(&bench.lease(10, T0 + 5 * MINUTE).await), [text.id]);
}

/// Nobody knows when it was tried, so nobody may say that the carrier still remembers its key.
#[tokio::test]
async fn a_first_try_in_the_future_is_dated_only_where_the_jump_is_known() {
    for (by, expected) in [(Some(-AHEAD), T0), (None, T0 + AHEAD)] {
        let bench = Bench::new();
        let doubt = bench.in_doubt(MINSU, T0 + AHEAD).await;
        set_right(&bench, by).await;
        let due = bench.store.in_doubt_due(10, T0).await.unwrap();
        assert_eq!((due[0].text.id, due[0].text.first_attempt_at), (doubt.id, expected));
    }
    let bench = Bench::new();
    let doubt = bench.in_doubt(MINSU, T0 + AHEAD).await;
    bench.answer(&doubt, LookupResult::Repeatable { before: T0 + AHEAD + HOUR }, T0 + AHEAD).await;
    set_right(&bench, None).await;
    assert!(bench.lease(10, T0).await.is_empty(), "it is not repeated");
    assert_eq!(bench.state(doubt.id), "in_doubt");
}

#[tokio::test]
async fn nothing_expires_because_the_clock_jumped_ahead() {
    let bench = Bench::new();
    let text = bench.queue(MINSU, Lane::Reply, T0).await;
    bench.store.set_times_right(Some(AHEAD), T0 + AHEAD).await.unwrap();
    assert_eq!(bench.store.expire_old(10, T0 + AHEAD).await.unwrap(), 0);
    let lived = T0 + AHEAD + send().time_to_live_ms;
    assert_eq!(bench.value::<i64>("SELECT expires_at FROM outbox"), lived, "as much time as it had");
    // And back again: no more than that.
    bench.store.set_times_right(Some(-AHEAD), T0).await.unwrap();
    assert_eq!(ids(&bench.lease(10, T0).await), [text]);
}

/// A start with a clock that is ahead: the carrier's clock has not spoken yet, or says so.
#[tokio::test]
async fn nothing_expires_by_a_clock_that_nobody_vouches_for() {
    let bench = Bench::new();
    let text = bench.queue(MINSU, Lane::Reply, T0).await;
    let ahead = |ahead_ms| Arc::new(Lease { ahead_ms, ..(*order(CARRIER, false)).clone() });
    let lease = async |ahead_ms| bench.store.lease_due(ahead(ahead_ms), 10, T0 + AHEAD).await.unwrap().texts;
    assert!(lease(None).await.is_empty());
    assert_eq!(bench.state(text), "queued", "it neither leaves nor expires");
    let leased = lease(Some(AHEAD)).await;
    assert_eq!(ids(&leased), [text]);
    assert!(leased[0].expires_at > T0 + AHEAD, "the driver lets it leave too");
    let other = bench.queue(JIYEONG, Lane::Reply, T0).await;
    assert!(lease(Some(0)).await.is_empty());
    assert_eq!(bench.state(other), "expired");
}

#[tokio::test]
async fn a_session_and_a_reminder_last_no_longer_than_they_were_given() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let token = bench.store.issue_token(minsu, T0 + AHEAD + HOUR, T0 + AHEAD).await.unwrap();
    let id = bench.text_in(MINSU, T0 + AHEAD).await;
    let remind = Command::Remind { due_at: T0 + AHEAD + 20 * MINUTE, text: String::new() };
    bench.store.by(id, minsu, remind, &quiet(), T0 + AHEAD).await.unwrap().unwrap();
    set_right(&bench, None).await;
    let who = async |now| bench.store.holder_of_token(&token, now).await.unwrap().is_some();
    assert_eq!((who(T0 + HOUR - 1).await, who(T0 + HOUR).await), (true, false));
    bench.store.run_timers(&quiet(), Round::All, T0 + 20 * MINUTE).await.unwrap();
    assert_eq!(bench.n_events("kind = 'reminder'"), 1);
}

/// The next round of timers sets a conversation right, whoever waits in it.
#[tokio::test]
async fn who_wrote_while_the_clock_was_ahead_waits_from_now() {
    let bench = Bench::new();
    let id = bench.text_in(MINSU, T0 + AHEAD).await;
    bench.store.run_timers(&quiet(), Round::All, T0).await.unwrap();
    let since = format!("SELECT waiting_since_at FROM conversation WHERE id = {id}");
    assert_eq!(bench.value::<i64>(&since), T0);
    let later = bench.text_in(JIYEONG, T0 + 1).await;
    let minsu = bench.counselor("minsu").await;
    let first = claimed(bench.store.next_for(minsu, MANY, T0 + 2).await.unwrap());
    assert_eq!(first.summary.id, id, "before {later}, who wrote after that");
}

/// Both the survey of who was served while the clock was ahead, and one that it put off until its own morning.
#[tokio::test]
async fn a_survey_waits_no_longer_than_until_the_next_morning() {
    use super::service::DAY as TODAY;
    const NIGHT: i64 = 12 * HOUR;
    for (closed_at, looked_at) in [(TODAY + AHEAD, TODAY + AHEAD), (TODAY, TODAY + AHEAD + NIGHT)] {
        let bench = Bench::new();
        let minsu = bench.counselor("minsu").await;
        let id = bench.writes(MINSU, "막차 몇 시예요?", TODAY).await;
        bench.store.claim(id, minsu, MANY, TODAY).await.unwrap().unwrap();
        bench.answer_at(id, minsu, "답", TODAY).await;
        let close = Command::Close(Closing::default());
        let policy = ServicePolicy { survey_after_ms: Some(MINUTE), ..(*talkative()).clone() };
        let policy = Arc::new(policy);
        bench.store.by(id, minsu, close, &policy, closed_at).await.unwrap().unwrap();
        let pass = async |now| bench.store.run_timers(&policy, Round::All, now).await.unwrap();
        pass(looked_at).await;
        assert_eq!(bench.count("survey"), 0, "not yet, or not at night");
        bench.store.set_times_right(Some(-AHEAD), TODAY + MINUTE).await.unwrap();
        pass(TODAY + MINUTE).await;
        assert_eq!(bench.count("survey"), 1);
    }
}

/// Every time in the database is of a kind that somebody has thought of here: waited for, or since when something is.
#[test]
fn every_time_has_its_rule() {
    let set_right = "outbox.created_at outbox.next_attempt_at outbox.expires_at outbox.lease_until_at outbox.first_attempt_at \
                     outbox.repeat_before_at outbox.accepted_at token.created_at token.expires_at reminder.due_at \
                     reminder.created_at duty_code.called_at duty_wrong_code.at photo.created_at photo.next_attempt_at \
                     alarm_push.created_at alarm_push.next_attempt_at";
    // By the conversation itself, danger's own rule among them; by the poller; by `operator::saying` and `record_start`.
    let where_read = "conversation.claimed_at conversation.touched_at conversation.last_reply_at \
                      conversation.waiting_since_at conversation.queue_at conversation.notices_from_at \
                      conversation.nudged_at conversation.promise_due_at conversation.promise_told_at \
                      conversation.offered_until_at conversation.survey_due_at conversation.alarm_from_at conversation.alarm_quiet_until_at \
                      inbound_cursor.since_at inbound_cursor.newest_at operator_alarm.since_at operator_alarm.told_at \
                      daemon_start.at";
    // Dates of what has happened, for people to read; or a person's own choice of a day.
    let record = "inbound_cursor.updated_at carrier_hold.since_at carrier_comparison.at carrier_comparison.since_at \
                  possible_loss.since_at possible_loss.last_at test_text.at raw_page.received_at quarantine.received_at \
                  quarantine.settled_at counselor.created_at counselor.disabled_at counselor.totp_at token.used_at \
                  recovery_code.used_at service_token.created_at service_token.expires_at service_token.revoked_at \
                  service_token.used_at account_change.at desk_exception.first_at desk_exception.last_at \
                  token.revoked_at conversation.opened_at conversation.closed_at conversation.last_inbound_at \
                  conversation.urgent_at conversation.acked_at inbox.sent_at inbox.received_at \
                  inbox.routed_at reply.created_at outbox.final_at receipt.reported_at receipt.received_at photo.told_at \
                  event.at citizen.opted_out_at citizen.restricted_until_at citizen.surveyed_at note.created_at \
                  access.at access_anchor.last_at access_anchor.expired_at access_head.at \
                  reminder.told_at recovery.copy_made_at recovery.restored_at recovery.read_at recovery.ended_at \
                  recovery_list.read_at survey.asked_at survey.answered_at duty_line.ignored_told_at duty_line.refused_at \
                  duty_code.alarm_from_at alarm_push.done_at conversation.erased_at erased_citizen.erased_at \
                  erased_citizen.opted_out_at erased_citizen.restricted_until_at erased_text.erased_at legal_hold.held_at \
                  privacy_act.at purge_run.done_at closed_figure.frozen_at presence.since_at draft.begun_at draft.saved_at conversation.referred_at \
                  conversation.referral_due_at bulletin.begun_at bulletin.until_at bulletin.ended_at edited_list.stored_at review.reviewed_at \
                  review.read_at review.answered_at";
    let mut known = BTreeSet::new();
    for name in [set_right, where_read, record].iter().flat_map(|names| names.split_whitespace()) {
        assert!(known.insert(name.to_owned()), "{name} stands there twice");
    }
    let bench = Bench::new();
    let sql = "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND (c.name = 'at' OR c.name LIKE '%\\_at' ESCAPE '\\')";
    let mut select = bench.eye.prepare(sql).unwrap();
    let found = select.query_map([], |r| r.get(0)).unwrap().collect::<rusqlite::Result<BTreeSet<String>>>();
    assert_eq!(found.unwrap(), known);
}
