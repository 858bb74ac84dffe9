//! A machine's clock that jumps, beside the gateway's own time.

use std::sync::atomic::AtomicI64;

use super::*;
use crate::domain::alarm::Trouble;

const DAY_MS: i64 = 86_400_000;

/// The loops that follow the clock, with a clock that can be set wrong.
fn world() -> (World, Arc<AtomicI64>) {
    let wrong_by = Arc::new(AtomicI64::new(0));
    let clock = Clock::following_tokio(START).moved_by(Arc::clone(&wrong_by)).steady();
    let one = Fake::named("one");
    let mut world = World::of(carriers([one, Fake::named("two")]), settings(), clock);
    world.begin([Role::Clock, Role::Troubles]);
    (world, wrong_by)
}

async fn pass(secs: u64) {
    tokio::time::sleep(Duration::from_secs(secs)).await;
}

/// The carrier's answer to a poll has a date, which the driver compares with the gateway's time.
fn carrier_says(world: &World, true_ms: i64) {
    let ahead = true_ms - world.context.now();
    world.context.health.poll_ended("one", Ok(Some(ahead)));
}

async fn is_called(world: &World) -> bool {
    let open: Vec<_> = world.context.store.open_troubles().await.unwrap();
    open.iter().any(|open| open.trouble == Trouble::Clock)
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_for_a_moment_moves_nothing() {
    let (world, wrong_by) = world();
    pass(5).await;
    wrong_by.store(10 * DAY_MS, Ordering::Relaxed);
    pass(20).await;
    assert_eq!(world.context.now(), START + 25_000);
    wrong_by.store(0, Ordering::Relaxed);
    pass(5).await;
    assert_eq!((world.context.now(), world.context.clock.apart_ms()), (START + 30_000, 0));
    assert_eq!(world.context.health.clock_trouble_ms(), None);
}

#[tokio::test(start_paused = true)]
async fn a_jump_that_the_carrier_contradicts_is_never_followed_and_the_operator_is_called() {
    let (world, wrong_by) = world();
    let began = Instant::now();
    let true_ms = || START + i64::try_from(began.elapsed().as_millis()).unwrap();
    wrong_by.store(3 * 3_600_000, Ordering::Relaxed);
    for _ in 0..120 {
        carrier_says(&world, true_ms());
        pass(10).await;
    }
    assert_eq!(world.context.now(), true_ms());
    assert_eq!(world.context.health.clock_trouble_ms(), Some(3 * 3_600_000));
    assert!(is_called(&world).await);
    wrong_by.store(0, Ordering::Relaxed);
    pass(10).await;
    assert!(!is_called(&world).await);
}

#[tokio::test(start_paused = true)]
async fn a_jump_that_the_carrier_bears_out_is_followed_at_once() {
    let (world, wrong_by) = world();
    for by in [10 * DAY_MS, 0, -DAY_MS] {
        wrong_by.store(by, Ordering::Relaxed);
        carrier_says(&world, world.context.now() + world.context.clock.apart_ms());
        pass(3).await;
        assert_eq!(world.context.clock.apart_ms(), 0, "{by}");
    }
    assert!(!is_called(&world).await);
}

#[tokio::test(start_paused = true)]
async fn a_jump_that_nobody_speaks_of_is_followed_in_the_end() {
    let (world, wrong_by) = world();
    wrong_by.store(DAY_MS, Ordering::Relaxed);
    pass(9 * 60).await;
    assert_eq!(world.context.clock.apart_ms(), DAY_MS);
    pass(2 * 60).await;
    assert_eq!(world.context.clock.apart_ms(), 0);
}

/// A small step, as clocks are set every day.
#[tokio::test(start_paused = true)]
async fn small_steps_are_followed() {
    let (world, wrong_by) = world();
    for by in [1_500, -800, 40_000, 0] {
        wrong_by.store(by, Ordering::Relaxed);
        pass(3).await;
        assert_eq!(world.context.clock.apart_ms(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_started_wrong_is_known_by_the_carriers() {
    let polled = Fake { inbound: InboundClass::AckQueue, ..Fake::named("one") };
    let world = World::new([polled, Fake::named("two")]);
    let health = &world.context.health;
    assert_eq!(health.our_clock_ahead_ms(), None, "nobody has been asked yet");
    health.poll_ended("one", Ok(Some(-10 * DAY_MS)));
    assert_eq!(health.our_clock_ahead_ms(), Some(10 * DAY_MS));
    health.poll_ended("two", Ok(Some(-900)));
    assert_eq!(health.our_clock_ahead_ms(), Some(0), "one of them agrees with us");
    let silent =
        World::new([Fake { inbound: InboundClass::AckQueue, ..Fake::named("one") }, Fake::named("two")]);
    tokio::time::advance(Duration::from_secs(601)).await;
    assert_eq!(silent.context.health.our_clock_ahead_ms(), Some(0), "nobody is waited for for ever");
}

/// A new database whose first questions began in the future: what came before is asked for once the carrier's clock is known.
#[tokio::test(start_paused = true)]
async fn texts_are_not_asked_for_from_the_future() {
    let first = Arc::new(Fake { inbound: InboundClass::AckQueue, ..Fake::named("one") });
    let used = CarrierInUse { carrier: Arc::clone(&first) as Arc<dyn Carrier>, senders: senders() };
    let all = Carriers { inbound: vec![Arc::clone(&used.carrier)], outbound: used, standby: None };
    let wrong_by = Arc::new(AtomicI64::new(10 * DAY_MS));
    let clock = Clock::following_tokio(START).moved_by(Arc::clone(&wrong_by)).steady();
    let mut world = World::of(all, settings(), clock);
    world.begin([Role::Poller("one"), Role::Clock]);
    pass(20).await;
    assert!(first.asked_from.lock().unwrap().iter().all(|since| *since > START + 8 * DAY_MS));
    wrong_by.store(0, Ordering::Relaxed);
    pass(11 * 60).await;
    let look_back = world.context.settings().first_look_back_ms;
    let asked = first.asked_from.lock().unwrap();
    let is_covered = |since: &i64| *since <= START + 700_000 - look_back;
    assert!(asked.iter().any(is_covered), "{:?}", asked.last());
    assert!(*asked.last().unwrap() <= world.context.now());
}
