//! The end of reasons outside a conversation: the access log has them for as long as the law wants it, and nothing else keeps them longer.

use super::*;
use crate::domain::privacy::{DAY_MS, Retention};

const NAMED: &str = "김철수 소송";

async fn purge(bench: &Bench, now: i64) -> usize {
    let retention = Retention { reasons_ms: 365 * DAY_MS, ..Retention::default() };
    bench.store.purge_some(Purged::Reasons, &retention, now).await.unwrap()
}

async fn hold_and_release(bench: &Bench, citizen: &str, now: i64) {
    let held = HeldWhat::Citizen(PhoneNumber::parse(citizen));
    bench.store.hold_for_law(held.clone(), NAMED.into(), &everybody(), now).await.unwrap();
    bench.store.end_hold(held, NAMED.into(), &everybody(), now).await.unwrap();
}

/// What was done with somebody's data, as the command shows it; that it was looked at is one of it.
async fn acts(bench: &Bench, citizen: &str, reason: &str, now: i64) -> Vec<(String, String)> {
    let of = (Act::Show, PhoneNumber::parse(citizen));
    let found = bench.store.subject(of, reason.into(), &everybody(), now).await.unwrap();
    found.acts.into_iter().map(|act| (act.what, act.reason)).collect()
}

fn expected(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(what, reason)| ((*what).to_owned(), (*reason).to_owned())).collect()
}

#[tokio::test]
async fn they_end_with_the_access_log() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    hold_and_release(&bench, JIYEONG, T0).await;
    bench.outside(&format!(
        "INSERT INTO recovery (copy_made_at, copy_event_seq, restored_at, state, n_doubted, ended_at, reason)
         VALUES (0, 0, 0, 'over', 0, {T0}, '{NAMED}');
         INSERT INTO edited_list (list, version, counselor_id, stored_at, reason) VALUES ('words', 1, {minsu}, {T0}, '{NAMED}')"
    ));
    assert_eq!(purge(&bench, T0 + 365 * DAY_MS).await, 0);
    assert_eq!(purge(&bench, T0 + 365 * DAY_MS + 1).await, 4);
    assert_eq!(purge(&bench, T0 + 365 * DAY_MS + 1).await, 0);
    let now = T0 + 366 * DAY_MS;
    let shown = acts(&bench, JIYEONG, "letter", now).await;
    assert_eq!(shown, expected(&[("hold", ""), ("release", ""), ("show", "letter")]), "what was done stays");
}

#[tokio::test]
async fn those_about_an_erased_person_end_with_the_erasure() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    for (key, citizen) in [("a", MINSU), ("b", JIYEONG)] {
        bench.consultation(key, citizen, minsu, T0).await;
        hold_and_release(&bench, citizen, T0).await;
    }
    bench.erase(MINSU, false, T0 + DAY_MS).await.unwrap();
    let named = "SELECT count(*) FROM privacy_act WHERE reason <> ''";
    assert_eq!(bench.value::<i64>(named), 2, "of somebody else");
    let later = T0 + 2 * DAY_MS;
    let shown = acts(&bench, MINSU, "asked again", later).await;
    assert_eq!(shown, expected(&[("hold", ""), ("release", ""), ("erase", ""), ("show", "asked again")]));
    // As an older copy brings it back.
    bench.outside(&format!("UPDATE privacy_act SET reason = '{NAMED}' WHERE what = 'hold' AND reason = ''"));
    assert_eq!(purge(&bench, later).await, 1);
    let shown = acts(&bench, MINSU, "-", later).await;
    assert_eq!(shown[0], ("hold".into(), String::new()));
    assert_eq!(shown[3], ("show".into(), "asked again".into()), "what was asked after the erasure");
    let others = acts(&bench, JIYEONG, "-", later).await;
    assert_eq!(others[0], ("hold".into(), NAMED.into()));
}
