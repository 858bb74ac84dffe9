//! The end of a day of the access log.

use std::sync::atomic::AtomicI64;

use super::*;
use crate::domain::access::chain::{Head, HeadLine};
use crate::domain::access::day::Day;
use crate::domain::access::{Action, Who};
use crate::domain::event::EventKind;
use crate::store::{AccessFilter, HeadFiles, NewAccess};

const DAY_MS: i64 = 86_400_000;

/// With a clock that can be moved on: a day is many looks.
fn world(audit: AuditSettings) -> (World, Arc<AtomicI64>) {
    let (one, later) = (Fake::named("one"), Arc::new(AtomicI64::new(0)));
    let settings = Settings { audit, ..settings() };
    let clock = Clock::following_tokio(START).moved_by(Arc::clone(&later));
    (World::of(carriers([one, Fake::named("two")]), settings, clock), later)
}

async fn view(world: &World, citizen: &str, at: i64) {
    let who = Who { role: "counselor".into(), login: "minsu".into(), origin: "test".into() };
    let seen = NewAccess::of(who, Action::View).about(1, Some(&PhoneNumber::parse(citizen)));
    world.context.store.record_access(seen, at).await.unwrap();
}

async fn details(world: &World, kind: EventKind) -> Vec<String> {
    let all = world.context.store.events_after(0, 10_000).await.unwrap();
    all.into_iter().filter(|event| event.kind == kind).filter_map(|event| event.detail).collect()
}

async fn actions(world: &World) -> Vec<String> {
    let found = Arc::new(std::sync::Mutex::new(Vec::new()));
    let into = Arc::clone(&found);
    let take = move |row: crate::domain::access::chain::Row| {
        into.lock().unwrap().push(row.record.action);
        true
    };
    world.context.store.walk_access(AccessFilter::default(), take).await.unwrap();
    std::mem::take(&mut *found.lock().unwrap())
}

/// A start with a clock that is ahead by years: nothing goes before a carrier has told the time, and nothing while it contradicts.
#[tokio::test(start_paused = true)]
async fn a_clock_that_nobody_bears_out_removes_nothing() {
    let polled = Fake { inbound: InboundClass::AckQueue, ..Fake::named("one") };
    let rule = Rule { unanswered: 0, searched: 0, outside_hours: 0 };
    let audit = AuditSettings { keep_ms: 730 * DAY_MS, head_file: None, suspicion: rule };
    let clock = Clock::following_tokio(START + 800 * DAY_MS);
    let mut world =
        World::of(carriers([polled, Fake::named("two")]), Settings { audit, ..settings() }, clock);
    view(&world, "01011110000", START).await;
    world.begin([Role::AccessLog, Role::Purger]);
    world.until(async || details(&world, EventKind::AccessHead).await.len() == 1).await;
    for (said, secs) in [(None, 60), (Some(-800 * DAY_MS), 86_400)] {
        if said.is_some() {
            world.context.health.poll_ended("one", Ok(said));
        }
        tokio::time::sleep(Duration::from_secs(secs)).await;
        assert_eq!(actions(&world).await, ["view"], "{said:?}");
        assert_eq!(world.context.store.last_purge_at().await.unwrap(), None, "{said:?}");
    }
    world.context.health.poll_ended("one", Ok(Some(0)));
    world.until(async || actions(&world).await == ["expire"]).await;
    world.until(async || world.context.store.last_purge_at().await.unwrap().is_some()).await;
}

#[tokio::test(start_paused = true)]
async fn each_day_has_one_head_in_the_journal_and_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads");
    let rule = Rule { unanswered: 2, searched: 0, outside_hours: 0 };
    let audit = AuditSettings { keep_ms: 730 * DAY_MS, head_file: Some(file.clone()), suspicion: rule };
    let (mut world, later) = world(audit);
    // Of the day that has ended, in which two citizens were read; and one row whose time is over.
    view(&world, "01011110000", START - 800 * DAY_MS).await;
    view(&world, "01011110000", START - DAY_MS / 2).await;
    view(&world, "01022220000", START - DAY_MS / 2).await;
    world.begin([Role::AccessLog]);
    world.until(async || details(&world, EventKind::AccessHead).await.len() == 1).await;
    let head = Head::from_line(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((head.day.as_str(), head.seq), ("2026-07-01", 3), "a start that is overdue ends the day");
    assert_eq!(details(&world, EventKind::SuspiciousReading).await, ["2026-06-30 1"]);
    // One expired, and a row says so.
    world.until(async || actions(&world).await == ["view", "view", "expire"]).await;
    let files = HeadFiles { own: Some(vec![HeadLine::Head(head)]), ..HeadFiles::default() };
    assert!(world.context.store.verify_access(files, |_| {}).await.unwrap().is_sound());
    // Nothing more before three in the morning of the next day.
    later.store(23 * 3_600_000, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(details(&world, EventKind::AccessHead).await.len(), 1);
    later.store(DAY_MS, Ordering::Relaxed);
    world.until(async || details(&world, EventKind::AccessHead).await.len() == 2).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 2);
}

/// Whoever configures a file of heads after the day's head was written sees a line at once, and none twice.
#[tokio::test(start_paused = true)]
async fn a_file_that_is_configured_later_has_the_newest_head_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads");
    let rule = Rule { unanswered: 0, searched: 0, outside_hours: 0 };
    let (mut world, _) =
        world(AuditSettings { keep_ms: 730 * DAY_MS, head_file: Some(file.clone()), suspicion: rule });
    view(&world, "01011110000", START - DAY_MS).await;
    let head = world.context.store.next_access_head(Day::of(START), START).await.unwrap().unwrap();
    world.context.store.keep_access_head(head.clone(), false).await.unwrap();
    world.begin([Role::AccessLog]);
    world.until(async || file.exists()).await;
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{}\n", head.to_line()));
    let files = HeadFiles { own: Some(vec![HeadLine::Head(head)]), others: Vec::new(), now: None };
    let check = world.context.store.verify_access(files, |_| {}).await.unwrap();
    assert!(check.is_sound() && check.missing.is_empty(), "{check:?}");
}

/// The gateway stood still over several mornings: one head speaks for all of them, and each day's reading is reported.
#[tokio::test(start_paused = true)]
async fn days_at_whose_end_it_stood_still_are_reported_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads");
    let rule = Rule { unanswered: 2, searched: 0, outside_hours: 0 };
    let (mut world, _) =
        world(AuditSettings { keep_ms: 730 * DAY_MS, head_file: Some(file.clone()), suspicion: rule });
    let before = START - 4 * DAY_MS;
    let last = world.context.store.next_access_head(Day::of(before), before).await.unwrap().unwrap();
    world.context.store.keep_access_head(last, false).await.unwrap();
    for citizen in ["01011110000", "01022220000"] {
        // Before the last head, when it was reported, and after it.
        view(&world, citizen, START - 5 * DAY_MS - DAY_MS / 2).await;
        view(&world, citizen, START - 3 * DAY_MS - DAY_MS / 2).await;
        view(&world, citizen, START - DAY_MS / 2).await;
    }
    world.begin([Role::AccessLog]);
    world.until(async || details(&world, EventKind::AccessHead).await.len() == 2).await;
    assert_eq!(details(&world, EventKind::SuspiciousReading).await, ["2026-06-27 1", "2026-06-30 1"]);
    let heads = std::fs::read_to_string(&file).unwrap();
    assert_eq!((heads.lines().count(), heads.contains("2026-07-01")), (1, true), "{heads}");
    assert!(details(&world, EventKind::AccessHead).await[1].ends_with(" in file"));
}

#[tokio::test(start_paused = true)]
async fn a_file_that_cannot_be_written_to_holds_up_nothing() {
    let rule = Rule { unanswered: 0, searched: 0, outside_hours: 0 };
    let head_file = Some("/nowhere/at/all/heads".into());
    let (mut world, _) = world(AuditSettings { keep_ms: 730 * DAY_MS, head_file, suspicion: rule });
    view(&world, "01011110000", START - 800 * DAY_MS).await;
    world.begin([Role::AccessLog]);
    world.until(async || details(&world, EventKind::AccessHead).await.len() == 1).await;
    assert!(details(&world, EventKind::SuspiciousReading).await.is_empty());
}

#[test]
fn a_line_that_was_torn_spoils_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heads");
    let head = HeadLine::Head(Head::of_row(7, [1; 32], START));
    add_head_line(&file, &head).unwrap();
    std::fs::write(&file, [&std::fs::read(&file).unwrap()[..], b"2026-07-02 17"].concat()).unwrap();
    add_head_line(&file, &head).unwrap();
    add_head_line(&file, &head).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let read: Vec<bool> = text.lines().map(|line| HeadLine::from_line(line).is_some()).collect();
    assert_eq!(read, [true, false, true, true], "{text}");
}
