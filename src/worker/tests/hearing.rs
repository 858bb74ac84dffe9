//! A gateway that hears nothing says so, once and again, and says when it is over. Under a paused clock.

use std::sync::Arc;

use super::*;
use crate::carrier::{CarrierError, ErrorKind};
use crate::domain::event::EventKind;
use crate::domain::hearing::{AGAIN_MS, Hearing, NO_WAY_IN};

/// One carrier alone, which a test can talk to while the loops do.
pub(super) fn world_of(fake: Fake) -> (World, Arc<Fake>) {
    let fake = Arc::new(fake);
    let all = Carriers::single(Arc::clone(&fake) as Arc<dyn Carrier>, senders());
    let mut world = World::new([Fake::named("one"), Fake::named("two")]);
    world.context.health = Arc::new(HealthRegistry::new(&all, world.context.now()));
    world.context.carriers = watch::Sender::new(Arc::new(all)).subscribe();
    (world, fake)
}

pub(super) fn polled(name: &'static str) -> Fake {
    let inbound = InboundClass::Window { overlap: Duration::from_secs(600) };
    Fake { inbound, ..Fake::named(name) }
}

pub(super) fn refuse(fake: &Fake, kind: ErrorKind) {
    let error = CarrierError::new(kind, "the phone refuses the request").with_code("HTTP400");
    *fake.refusal.lock().unwrap() = Some(error);
}

impl World {
    /// What the journal says of hearing, in order.
    async fn heard(&self) -> Vec<(EventKind, String)> {
        let all = self.context.store.events_after(0, 1_000).await.unwrap();
        let about = |kind| matches!(kind, EventKind::CarrierDeaf | EventKind::CarrierHears);
        all.into_iter().filter(|e| about(e.kind)).map(|e| (e.kind, e.detail.unwrap_or_default())).collect()
    }

    async fn until_heard(&self, n: usize) -> Duration {
        self.until(async || self.heard().await.len() >= n).await
    }
}

const DEAF: &str = "phone: the phone refuses the request (HTTP400)";

#[tokio::test(start_paused = true)]
async fn refused_for_two_minutes_it_is_deaf_says_so_again_and_says_when_it_hears() {
    let (mut world, phone) = world_of(polled("phone"));
    world.begin([Role::Poller("phone"), Role::Hearing]);
    tokio::time::sleep(Duration::from_secs(30)).await;
    refuse(&phone, ErrorKind::Permanent);
    let took = world.until_heard(1).await;
    assert!((Duration::from_secs(115)..Duration::from_secs(125)).contains(&took), "{took:?}");
    let Hearing::Deaf { why, .. } = world.context.health.carrier("phone").hearing else { panic!("it hears") };
    assert_eq!(why, "the phone refuses the request (HTTP400)");
    let took = world.until_heard(2).await;
    let again = Duration::from_millis(AGAIN_MS.try_into().unwrap());
    assert!((again - TIME_OUT..again + TIME_OUT).contains(&took), "{took:?}");
    *phone.refusal.lock().unwrap() = None;
    world.until_heard(3).await;
    let expected = [
        (EventKind::CarrierDeaf, DEAF.to_owned()),
        (EventKind::CarrierDeaf, DEAF.to_owned()),
        (EventKind::CarrierHears, "phone".to_owned()),
    ];
    assert_eq!(world.heard().await, expected);
    assert_eq!(world.context.health.carrier("phone").hearing, Hearing::Hears);
}

#[tokio::test(start_paused = true)]
async fn one_that_never_answered_is_deaf_from_the_start_on() {
    let (mut world, phone) = world_of(polled("phone"));
    refuse(&phone, ErrorKind::NotSent);
    world.begin([Role::Poller("phone"), Role::Hearing]);
    let took = world.until_heard(1).await;
    assert!((Duration::from_secs(119)..Duration::from_secs(125)).contains(&took), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_start_takes_back_what_the_last_one_said_only_after_an_answer() {
    let (mut world, phone) = world_of(polled("phone"));
    let store = world.context.store.clone();
    store.note(EventKind::CarrierHears, "phone".to_owned(), 0).await.unwrap();
    store.note(EventKind::CarrierDeaf, "other: x".to_owned(), 0).await.unwrap();
    store.note(EventKind::CarrierDeaf, DEAF.to_owned(), 0).await.unwrap();
    assert_eq!(store.deaf_before().await.unwrap(), ["other", "phone"]);
    world.begin([Role::Hearing]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.heard().await.len(), 3, "nobody has asked it yet");
    world.begin([Role::Poller("phone")]);
    world.until_heard(4).await;
    assert_eq!(world.heard().await[3], (EventKind::CarrierHears, "phone".to_owned()));
    assert!(!phone.asked_from.lock().unwrap().is_empty());
    assert_eq!(store.deaf_before().await.unwrap(), ["other"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_start_is_no_reason_to_take_the_alarm_back() {
    let (mut world, phone) = world_of(polled("phone"));
    let store = world.context.store.clone();
    store.note(EventKind::CarrierDeaf, DEAF.to_owned(), 0).await.unwrap();
    refuse(&phone, ErrorKind::Auth);
    world.begin([Role::Poller("phone"), Role::Hearing]);
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let hearing = world.context.health.carrier("phone").hearing;
        assert!(matches!(hearing, Hearing::Deaf { .. }), "{hearing:?}");
    }
    assert_eq!(world.heard().await.len(), 1, "nothing is taken back, nothing is said twice");
    *phone.refusal.lock().unwrap() = None;
    world.until_heard(2).await;
    assert_eq!(world.context.health.carrier("phone").hearing, Hearing::Hears);
}

/// The first page is answered and a later one never: calls for help may stand there.
#[tokio::test(start_paused = true)]
async fn a_list_that_is_never_read_to_its_end_is_not_heard() {
    let (mut world, _) = world_of(polled("phone"));
    world.begin([Role::Hearing]);
    let health = Arc::clone(&world.context.health);
    let refused = CarrierError::new(ErrorKind::Permanent, "page 2 is refused");
    for _ in 0..30 {
        health.poll_ended("phone", Ok(None));
        health.poll_ended("phone", Err(&refused));
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    health.poll_ended("phone", Ok(None));
    let Hearing::Deaf { why, .. } = health.carrier("phone").hearing else { panic!("it hears") };
    assert_eq!(why, "page 2 is refused");
    health.pass_ended("phone");
    assert_eq!(health.carrier("phone").hearing, Hearing::Hears);
    // One failure, and then a long list whose pages are all answered.
    health.poll_ended("phone", Err(&refused));
    for _ in 0..60 {
        health.poll_ended("phone", Ok(None));
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert_eq!(health.carrier("phone").hearing, Hearing::Hears);
}

#[tokio::test(start_paused = true)]
async fn one_that_only_calls_is_never_deaf_for_not_being_asked() {
    let (mut world, _) =
        world_of(Fake { inbound: InboundClass::PushOnly, push: true, ..Fake::named("calls") });
    let settings = Settings { has_webhook: true, ..settings() };
    world.context.settings = watch::Sender::new(Arc::new(settings)).subscribe();
    world.begin_all();
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    assert_eq!(world.heard().await, []);
    assert_eq!(world.context.health.carrier("calls").hearing, Hearing::Called);
}

#[tokio::test(start_paused = true)]
async fn one_that_offers_no_list_is_ready_and_hears_by_its_calls_or_not_at_all() {
    for (push, expected) in [(true, Hearing::Called), (false, Hearing::Hears)] {
        let (mut world, phone) = world_of(Fake { push, ..polled("phone") });
        let settings = Settings { has_webhook: true, ..settings() };
        world.context.settings = watch::Sender::new(Arc::new(settings)).subscribe();
        refuse(&phone, ErrorKind::NotOffered);
        world.begin([Role::Poller("phone"), Role::Hearing]);
        world.context.health.ready().await;
        tokio::time::sleep(Duration::from_secs(600)).await;
        let health = world.context.health.carrier("phone");
        if push {
            assert_eq!((health.hearing, health.last_error), (expected, None));
        } else {
            assert!(matches!(health.hearing, Hearing::Deaf { why, .. } if why == NO_WAY_IN));
        }
        // It is asked now and then whether it has a list by now, and no loop looks as if it hung.
        let n = phone.asked_from.lock().unwrap().len();
        assert!((10..13).contains(&n), "{n}");
        let late = |role| world.context.health.workers().iter().any(|w| w.role == role && w.is_late);
        assert!(!late(Role::Poller("phone")) && !late(Role::Hearing));
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_refused_for_good_is_asked_otherwise() {
    let (mut world, phone) = world_of(polled("phone"));
    refuse(&phone, ErrorKind::Permanent);
    world.begin([Role::Poller("phone")]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let asked = phone.asked_from.lock().unwrap().clone();
    let first = asked[0];
    assert_eq!(asked[1], first - first.rem_euclid(1_000));
    assert!(asked[2] % 60_000 == 0 && asked[2] < asked[1]);
    assert!(asked[3] % 3_600_000 == 0 && asked[3] < asked[2] - 1_800_000);
    assert!(asked.iter().all(|from| *from <= first), "nothing was skipped");
    // What passes by itself is asked again in the same words.
    let (mut world, phone) = world_of(polled("phone"));
    *phone.refusal.lock().unwrap() = Some(CarrierError::new(ErrorKind::Transient, "no answer in time"));
    world.begin([Role::Poller("phone")]);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let asked = phone.asked_from.lock().unwrap().clone();
    assert!(asked.len() > 3 && asked.iter().all(|from| *from == asked[0]), "{asked:?}");
}
