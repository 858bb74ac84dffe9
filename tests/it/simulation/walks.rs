//! A pass through a carrier's list that fails half way.

use std::time::Duration;

use super::*;

/// The newest texts are known by then, and a pass usually ends at the first known text: those behind the page that failed are
/// found by the next pass, not only when the whole list is read again.
#[tokio::test(start_paused = true)]
async fn after_a_page_that_failed_the_next_pass_goes_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(7);
    let machine = Machine::new(Class::Window, 7, folder.path());
    let life = machine.begin_life(&mut rng).await;
    machine.sim.text("01011110000", "질문 0");
    // The walk through the whole day is over, and the next pass through the whole overlap is half a minute away.
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(machine.store.balance().await.unwrap().n_received, 1);
    let second_page = FaultRule::at(Endpoint::Mo, Fault::ErrorBefore { status: 503 }).skip(1).times(1);
    machine.sim.add_fault(second_page);
    machine.sim.texts((1..=20).map(|n| (format!("0101111{n:04}"), "막차가 언제예요?")));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(machine.sim.faults().iter().all(|rule| rule.times == Some(0)), "the page has failed");
    assert_eq!(machine.store.balance().await.unwrap().n_received, 21);
    machine.die(life).await;
}
