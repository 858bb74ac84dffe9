//! How soon a carrier that fails is asked for texts again: a call for help must not wait a minute after it is back. Under a
//! paused clock.

use super::hearing::{polled, refuse, world_of};
use super::*;
use crate::carrier::ErrorKind;
use crate::domain::polling::HURRIED_CAP_MS;

/// The longest time between two questions in half an hour in which every one fails.
async fn longest_pause(kind: ErrorKind, somebody_writes: bool) -> Duration {
    let (mut world, phone) = world_of(polled("phone"));
    refuse(&phone, kind);
    world.begin([Role::Poller("phone")]);
    let began = Instant::now();
    let (mut n, mut asked_at, mut longest) = (0, began, Duration::ZERO);
    while began.elapsed() < Duration::from_secs(1_800) {
        if somebody_writes {
            world.context.health.record_text_in(world.context.now());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let asked = phone.asked_from.lock().unwrap().len();
        if asked > n {
            longest = longest.max(asked_at.elapsed());
            (n, asked_at) = (asked, Instant::now());
        }
    }
    longest
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_fails_is_asked_again_within_seconds_while_somebody_may_wait() {
    let hurried = Duration::from_millis(HURRIED_CAP_MS.unsigned_abs() + 200);
    let unreachable = longest_pause(ErrorKind::NotSent, false).await;
    assert!(unreachable <= hurried, "it may be back at any moment: {unreachable:?}");
    let refused = longest_pause(ErrorKind::Permanent, false).await;
    assert!(refused > hurried, "an operator has to mend it, and nobody writes: {refused:?}");
    let in_talk = longest_pause(ErrorKind::Permanent, true).await;
    assert!(in_talk <= hurried, "a conversation goes on: {in_talk:?}");
}
