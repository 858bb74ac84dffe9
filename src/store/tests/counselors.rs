//! Counselors: passwords, the lock-out, tokens, and the end of somebody's access.

use super::*;
use crate::domain::counselor::Counselor;
use crate::domain::login_guard::{LOCK_OUT_MS, LoginPeer};

const PASSWORD: &str = "correct horse";

async fn add(bench: &Bench, login: &str) -> Counselor {
    let new =
        NewCounselor { login: login.to_owned(), name: "민수".to_owned(), password: PASSWORD.to_owned() };
    bench.store.add_counselor(new, T0).await.unwrap()
}

fn given(login: &str, password: &str, code: Option<&str>) -> LogIn {
    LogIn {
        login: login.to_owned(),
        password: password.to_owned(),
        code: code.map(str::to_owned),
        address: "127.0.0.1".to_owned(),
    }
}

async fn log_in(bench: &Bench, login: &str, password: &str, now: i64) -> LoginCheck {
    log_in_from(&bench.store, "127.0.0.1", login, password, now).await
}

async fn log_in_from(store: &Store, from: &str, login: &str, password: &str, now: i64) -> LoginCheck {
    let from = LoginPeer::Stranger(from.to_owned());
    store.check_login(given(login, password, None), from, now).await.unwrap()
}

#[tokio::test]
async fn a_password_is_kept_as_argon2id_and_checked() {
    let bench = Bench::new();
    let minsu = add(&bench, "minsu").await;
    let hash: String = bench.value("SELECT password_hash FROM counselor");
    assert!(hash.starts_with("$argon2id$v=19$m="), "{hash}");
    assert_eq!(log_in(&bench, "minsu", PASSWORD, T0).await, LoginCheck::Ok(minsu.clone()));
    assert_eq!(log_in(&bench, "minsu", "wrong", T0).await, LoginCheck::Wrong);
    assert_eq!(log_in(&bench, "nobody", PASSWORD, T0).await, LoginCheck::Wrong);
    let taken =
        NewCounselor { login: "minsu".to_owned(), name: "다른".to_owned(), password: PASSWORD.to_owned() };
    assert!(matches!(bench.store.add_counselor(taken, T0).await, Err(StoreError::Conflict(_))));
    assert_eq!(bench.store.counselors().await.unwrap(), [minsu]);
}

#[tokio::test]
async fn five_wrong_passwords_lock_for_a_while() {
    let bench = Bench::new();
    let minsu = add(&bench, "minsu").await;
    for _ in 0..4 {
        assert_eq!(log_in(&bench, "minsu", "wrong", T0).await, LoginCheck::Wrong);
    }
    assert_eq!(log_in(&bench, "minsu", PASSWORD, T0).await, LoginCheck::Ok(minsu.clone()), "and start anew");
    for _ in 0..4 {
        assert_eq!(log_in(&bench, "minsu", "wrong", T0).await, LoginCheck::Wrong);
    }
    let until = T0 + LOCK_OUT_MS;
    assert_eq!(log_in(&bench, "minsu", "wrong", T0).await, LoginCheck::LockedUntil(until));
    assert_eq!(log_in(&bench, "minsu", PASSWORD, until - 1).await, LoginCheck::LockedUntil(until));
    assert_eq!(log_in(&bench, "minsu", PASSWORD, until).await, LoginCheck::Ok(minsu));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_in_parallel_brings_nothing() {
    let bench = Bench::new();
    add(&bench, "minsu").await;
    let mut guesses = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let store = bench.store.clone();
        guesses.spawn(async move { log_in_from(&store, "127.0.0.1", "minsu", "wrong", T0).await });
    }
    let answers = guesses.join_all().await;
    let n_wrong = answers.iter().filter(|a| **a == LoginCheck::Wrong).count();
    assert_eq!(n_wrong, 4, "the fifth locks, whichever it was: {answers:?}");
    assert!(matches!(log_in(&bench, "minsu", PASSWORD, T0).await, LoginCheck::LockedUntil(_)));
}

/// The first try of a stranger, and of a device that shows the token of an earlier log-in, whatever became of that token.
#[tokio::test]
async fn a_stranger_locks_nobody_out_but_themselves() {
    let bench = Bench::new();
    let minsu = add(&bench, "minsu").await;
    let token = bench.store.issue_token(minsu.id, T0 + HOUR, T0).await.unwrap();
    bench.store.revoke_token(&token, "test".into(), T0).await.unwrap();
    for _ in 0..5 {
        log_in_from(&bench.store, "127.0.0.9", "minsu", "wrong", T0).await;
    }
    let thief = log_in_from(&bench.store, "127.0.0.9", "minsu", PASSWORD, T0).await;
    assert!(matches!(thief, LoginCheck::LockedUntil(_)), "{thief:?}");
    assert_eq!(
        log_in_from(&bench.store, "127.0.0.2", "minsu", PASSWORD, T0).await,
        LoginCheck::Ok(minsu.clone())
    );
    // The same address: only the device tells them apart.
    let peer = async |token| bench.store.login_peer("minsu".into(), token, "127.0.0.9".into()).await.unwrap();
    let known = peer(Some(&token)).await;
    assert!(known.is_known() && !peer(Some("guess")).await.is_known() && !peer(None).await.is_known());
    let owner = bench.store.check_login(given("minsu", PASSWORD, None), known, T0).await.unwrap();
    assert_eq!(owner, LoginCheck::Ok(minsu));
    let other = bench.store.login_peer("jiyeong".into(), Some(&token), "127.0.0.9".into()).await.unwrap();
    assert!(!other.is_known(), "a token is of one login");
}

#[tokio::test]
async fn a_login_that_does_not_exist_is_locked_like_any_other() {
    let bench = Bench::new();
    add(&bench, "minsu").await;
    let mut answers = Vec::new();
    for login in ["minsu", "nobody"] {
        let mut said = Vec::new();
        for _ in 0..7 {
            said.push(log_in(&bench, login, "wrong", T0).await);
        }
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_token_is_good_until_it_ends_and_is_kept_only_hashed() {
    let bench = Bench::new();
    let minsu = bench.counselor("minsu").await;
    let token = bench.store.issue_token(minsu, T0 + HOUR, T0).await.unwrap();
    assert_eq!(token.len(), 64);
    let who = async |token: &str, now| bench.store.holder_of_token(token, now).await.unwrap().map(|c| c.id);
    assert_eq!(who(&token, T0 + HOUR - 1).await, Some(minsu));
    assert_eq!(who(&token, T0 + HOUR).await, None, "expired");
    assert_eq!(who("guess", T0).await, None);
    let other = bench.store.issue_token(minsu, T0 + HOUR, T0).await.unwrap();
    bench.store.revoke_token(&token, "test".into(), T0).await.unwrap();
    bench.store.revoke_token("guess", "test".into(), T0).await.unwrap();
    assert_eq!((who(&token, T0).await, who(&other, T0).await), (None, Some(minsu)));
    bench.store.checkpoint().await.unwrap();
    let file = std::fs::read(bench.path()).unwrap();
    for kept in [&token, &other] {
        assert!(!file.windows(kept.len()).any(|w| w == kept.as_bytes()), "the token stands in the file");
    }
}

#[tokio::test]
async fn the_end_of_access_is_immediate() {
    let bench = Bench::new();
    let minsu = add(&bench, "minsu").await.id;
    let token = bench.store.issue_token(minsu, T0 + HOUR, T0).await.unwrap();
    let active = bench.text_in(MINSU, T0).await;
    let answered = bench.text_in(JIYEONG, T0).await;
    for id in [active, answered] {
        bench.store.claim(id, minsu, MANY, T0).await.unwrap().unwrap();
    }
    super::replies::reply(&bench, answered, minsu, "k", "답").await;
    assert_eq!(bench.store.disable_counselor("minsu".to_owned(), T0 + 1).await.unwrap(), 2);
    assert_eq!(bench.store.holder_of_token(&token, T0 + 1).await.unwrap(), None);
    assert_eq!(log_in(&bench, "minsu", PASSWORD, T0 + 1).await, LoginCheck::Wrong);
    assert_eq!(
        (bench.conversation_state(active), bench.conversation_state(answered)),
        ("waiting".into(), "answered".into())
    );
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM conversation WHERE claimed_by IS NOT NULL"), 0);
    assert_eq!(bench.n_events("kind = 'released'"), 2, "the screens learn that they wait again");
    // A request that was let in a moment before.
    assert!(matches!(bench.store.claim(active, minsu, MANY, T0 + 1).await, Err(StoreError::Conflict(_))));
    assert!(matches!(bench.store.next_for(minsu, MANY, T0 + 1).await, Err(StoreError::Conflict(_))));
    let late = bench.store.issue_token(minsu, T0 + HOUR, T0 + 1).await.unwrap();
    assert_eq!(bench.store.holder_of_token(&late, T0 + 2).await.unwrap(), None);

    assert_eq!(bench.store.disable_counselor("minsu".to_owned(), T0 + 9).await.unwrap(), 0);
    assert_eq!(bench.store.counselors().await.unwrap()[0].disabled_at, Some(T0 + 1));
    let nobody = bench.store.disable_counselor("nobody".to_owned(), T0).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}
