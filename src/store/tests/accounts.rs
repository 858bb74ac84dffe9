//! Accounts: passwords that have to be changed, roles, the second factor, sessions, tokens of programs, history, exceptions.

use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::domain::account::{AccountChange, FirstStep, Purpose};
use crate::domain::login_guard::LoginPeer;
use crate::domain::totp::TotpSecret;
use crate::store::people::passwords;

const PASSWORD: &str = "버스가 세 번 늦었다";

fn operator() -> Actor {
    Actor::operator("munjad test")
}

async fn hire(bench: &Bench, login: &str, grant: Grant) -> i64 {
    let new =
        NewCounselor { login: login.to_owned(), name: "민수".to_owned(), password: PASSWORD.to_owned() };
    bench.store.add_account(new, grant, &operator(), T0).await.unwrap().id
}

async fn log_in(bench: &Bench, password: &str, code: Option<&str>, now: i64) -> LoginCheck {
    let given = LogIn {
        login: "minsu".to_owned(),
        password: password.to_owned(),
        code: code.map(str::to_owned),
        address: "192.0.2.1".to_owned(),
    };
    bench.store.check_login(given, LoginPeer::Stranger("192.0.2.1".to_owned()), now).await.unwrap()
}

async fn session(bench: &Bench, id: i64, now: i64) -> (String, Bearer) {
    let login = bench.eye.query_row("SELECT login FROM counselor WHERE id = ?1", [id], |r| r.get(0));
    let login: String = login.unwrap();
    let who = (login.clone(), bench.store.password_mark(login).await.unwrap());
    let begun = bench.store.begin_session(who, "192.0.2.1".to_owned(), now + 8 * HOUR, now).await;
    let token = begun.unwrap().expect("the password counts");
    let bearer = bench.store.bearer_of_token(&token, "test".to_owned(), now).await.unwrap().unwrap();
    (token, bearer)
}

fn is_in(check: &LoginCheck) -> bool {
    matches!(check, LoginCheck::Ok(_))
}

/// Checking a password takes a while: what began before another one was set must not outlive that.
#[tokio::test]
async fn nothing_that_was_under_way_outlives_a_new_password() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let begin = async |mark| {
        let begun = bench.store.begin_session(("minsu".into(), mark), "192.0.2.1".into(), T0 + HOUR, T0);
        begun.await.unwrap().is_some()
    };
    let (_, theirs) = session(&bench, id, T0).await;
    let mark = bench.store.password_mark("minsu".into()).await.unwrap();
    let new = "돌고래가 춤춘 바다".to_owned();
    bench.store.reset_password("minsu".into(), new.clone(), &operator(), T0).await.unwrap();
    assert!(!begin(mark.clone()).await, "a log-in with the password from before");
    let late = bench.store.change_password(&theirs.actor, theirs.session_id, PASSWORD.into(), T0).await;
    assert!(!late.unwrap(), "a change by a session that has ended");
    assert!(is_in(&log_in(&bench, &new, None, T0).await));
    assert!(bench.store.sessions("minsu".into(), T0).await.unwrap().is_empty());
    let mark = bench.store.password_mark("minsu".into()).await.unwrap();
    bench.store.disable_account("minsu".into(), &operator(), T0).await.unwrap();
    assert!(!begin(mark).await, "a disabled account");
}

#[tokio::test]
async fn a_password_that_somebody_else_chose_opens_nothing_but_its_own_change() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let (first, bearer) = session(&bench, id, T0).await;
    let (other, _) = session(&bench, id, T0).await;
    assert_eq!(bearer.first_step, Some(FirstStep::Password));
    assert!(bench.store.actor_of_token(&first, "test".into(), T0).await.unwrap().is_none());
    let new = "돌고래가 춤춘 바다".to_owned();
    let changed = bench.store.change_password(&bearer.actor, bearer.session_id, new.clone(), T0 + 1);
    assert!(changed.await.unwrap());
    assert!(bench.store.actor_of_token(&first, "test".into(), T0 + 1).await.unwrap().is_some());
    assert!(bench.store.bearer_of_token(&other, "test".into(), T0 + 1).await.unwrap().is_none(), "it ended");
    assert!(is_in(&log_in(&bench, &new, None, T0 + 1).await));
    assert_eq!(log_in(&bench, PASSWORD, None, T0 + 1).await, LoginCheck::Wrong);
    bench.store.reset_password("minsu".into(), PASSWORD.into(), &operator(), T0 + 2).await.unwrap();
    assert!(bench.store.bearer_of_token(&first, "test".into(), T0 + 2).await.unwrap().is_none());
    assert!(is_in(&log_in(&bench, PASSWORD, None, T0 + 2).await));
    assert_eq!(session(&bench, id, T0 + 2).await.1.first_step, Some(FirstStep::Password));
}

/// However the keyboard sends Hangul; and what a version hashed that did not normalise.
#[tokio::test]
async fn hangul_is_one_password_in_every_form() {
    let bench = Bench::new();
    hire(&bench, "minsu", Grant::default()).await;
    let letters: String = PASSWORD.nfd().collect();
    assert_ne!(letters, PASSWORD);
    assert!(is_in(&log_in(&bench, &letters, None, T0).await));
    let old = passwords::hash(&letters).unwrap();
    bench.outside(&format!("UPDATE counselor SET password_hash = '{old}'"));
    assert!(is_in(&log_in(&bench, &letters, None, T0).await), "as it was typed then");
    let old = passwords::hash("오래된비번").unwrap();
    bench.outside(&format!("UPDATE counselor SET password_hash = '{old}'"));
    assert!(is_in(&log_in(&bench, "오래된비번", None, T0).await), "short ones of before stay good");
}

#[tokio::test]
async fn a_disabled_account_is_enabled_again_with_its_password() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let (token, _) = session(&bench, id, T0).await;
    bench.store.disable_account("minsu".into(), &operator(), T0).await.unwrap();
    assert_eq!(log_in(&bench, PASSWORD, None, T0).await, LoginCheck::Wrong);
    assert!(bench.store.enable_account("minsu".into(), &operator(), T0 + 1).await.unwrap());
    assert!(!bench.store.enable_account("minsu".into(), &operator(), T0 + 1).await.unwrap());
    assert!(is_in(&log_in(&bench, PASSWORD, None, T0 + 1).await));
    assert!(bench.store.bearer_of_token(&token, "test".into(), T0 + 1).await.unwrap().is_none(), "it ended");
    let nobody = bench.store.enable_account("duty:김당직".into(), &operator(), T0).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)), "no account of a person");
}

#[tokio::test]
async fn whoever_takes_no_duty_any_more_holds_nothing_and_the_history_says_who_did_it() {
    let bench = Bench::new();
    let boss = hire(&bench, "boss", Grant { role: Some(Role::Administrator), desks: None }).await;
    let minsu = hire(&bench, "minsu", Grant::default()).await;
    let held = bench.text_in(MINSU, T0).await;
    bench.store.claim(held, minsu, MANY, T0).await.unwrap().unwrap();
    let by = Actor { from: "192.0.2.7".to_owned(), ..bench.store.person(boss).await };
    let supervisor = Grant { role: Some(Role::Supervisor), desks: None };
    assert_eq!(bench.store.grant("minsu".into(), supervisor, &by, T0 + 1).await.unwrap(), 0);
    let auditor = Grant { role: Some(Role::Auditor), desks: None };
    assert_eq!(bench.store.grant("minsu".into(), auditor, &by, T0 + 2).await.unwrap(), 1);
    assert_eq!(bench.conversation_state(held), "waiting");
    let me = bench.store.person(minsu).await;
    assert_eq!(me.desks, DeskScope::Only(Vec::new()));
    assert_eq!(bench.store.conversation(held, &me).await.unwrap().unwrap_err(), Refusal::NotYourDesk);
    assert_eq!(bench.store.conversations(ConversationFilter::Open, 10, &me).await.unwrap(), (Vec::new(), 0));
    let history = bench.store.account_history("minsu".into()).await.unwrap();
    let told: Vec<_> =
        history.iter().map(|c| (c.what, c.by.as_deref(), c.old.as_deref(), c.new.as_deref())).collect();
    assert_eq!(
        told,
        [
            (AccountChange::Added, None, None, Some("counselor *")),
            (AccountChange::Role, Some("boss"), Some("counselor"), Some("supervisor")),
            (AccountChange::Role, Some("boss"), Some("supervisor"), Some("auditor")),
            (AccountChange::Desks, Some("boss"), Some("*"), Some("")),
        ]
    );
    assert_eq!((history[0].from.as_str(), history[1].from.as_str()), ("munjad test", "192.0.2.7"));
    assert!(matches!(bench.store.account_history("nobody".into()).await, Err(StoreError::NotFound)));
}

/// Sets up a second factor; returns its secret and the recovery codes.
async fn totp(bench: &Bench, id: i64, now: i64) -> (TotpSecret, Vec<String>) {
    let secret = bench.store.begin_totp(id).await.unwrap();
    let person = bench.store.person(id).await;
    assert_eq!(bench.store.confirm_totp(&person, "000000".into(), now).await.unwrap(), None);
    let codes = bench.store.confirm_totp(&person, secret.code_at(now), now).await.unwrap().unwrap();
    (secret, codes)
}

#[tokio::test]
async fn a_second_factor_is_asked_for_and_each_code_is_good_once() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant { role: Some(Role::Auditor), desks: None }).await;
    bench.outside("UPDATE counselor SET must_change_password = 0");
    assert_eq!(session(&bench, id, T0).await.1.first_step, Some(FirstStep::SecondFactor));
    assert!(is_in(&log_in(&bench, PASSWORD, None, T0).await), "none yet");
    let (secret, codes) = totp(&bench, id, T0).await;
    assert_eq!(session(&bench, id, T0).await.1.first_step, None);
    assert!(matches!(bench.store.begin_totp(id).await, Err(StoreError::Conflict(_))));
    assert_eq!(log_in(&bench, PASSWORD, None, T0).await, LoginCheck::CodeNeeded);
    assert_eq!(log_in(&bench, "wrong", Some(&secret.code_at(T0)), T0).await, LoginCheck::Wrong);
    assert_eq!(log_in(&bench, PASSWORD, Some(&secret.code_at(T0)), T0).await, LoginCheck::WrongCode, "used");
    let later = T0 + MINUTE;
    assert!(is_in(&log_in(&bench, PASSWORD, Some(&secret.code_at(later)), later).await));
    assert_eq!(log_in(&bench, PASSWORD, Some(&secret.code_at(later)), later).await, LoginCheck::WrongCode);
    assert_eq!(codes.len(), 10);
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert!(is_in(&log_in(&bench, PASSWORD, Some(&typed), later).await));
    assert_eq!(log_in(&bench, PASSWORD, Some(&codes[3]), later).await, LoginCheck::WrongCode, "once");
    assert!(
        bench.store.drop_totp("minsu".into(), AccountChange::TotpReset, &operator(), later).await.unwrap()
    );
    assert!(is_in(&log_in(&bench, PASSWORD, None, later).await));
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM recovery_code"), 0);
}

#[tokio::test]
async fn guessing_codes_locks_out_as_guessing_passwords_does_and_unlocking_ends_it() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let (secret, _) = totp(&bench, id, T0).await;
    let later = T0 + MINUTE;
    for _ in 0..4 {
        // To leave the code out counts as nothing, and forgives nothing.
        assert_eq!(log_in(&bench, PASSWORD, None, later).await, LoginCheck::CodeNeeded);
        assert_eq!(log_in(&bench, PASSWORD, Some("nothing"), later).await, LoginCheck::WrongCode);
    }
    let code = secret.code_at(later);
    assert!(matches!(log_in(&bench, PASSWORD, Some("nothing"), later).await, LoginCheck::LockedUntil(_)));
    assert!(matches!(log_in(&bench, PASSWORD, Some(&code), later).await, LoginCheck::LockedUntil(_)));
    assert!(bench.store.unlock_account("minsu".into(), &operator(), later).await.unwrap());
    assert!(is_in(&log_in(&bench, PASSWORD, Some(&code), later).await));
    assert!(!bench.store.unlock_account("minsu".into(), &operator(), later).await.unwrap());
    let nobody = bench.store.unlock_account("nobody".into(), &operator(), later).await;
    assert!(matches!(nobody, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let (one, first) = session(&bench, id, T0).await;
    let (_, second) = session(&bench, id, T0).await;
    let (_, third) = session(&bench, id, T0).await;
    // It is noted beside the request, once in five minutes.
    let mut commits = bench.store.hints().commit.subscribe();
    bench.store.bearer_of_token(&one, "test".into(), T0 + 6 * MINUTE).await.unwrap();
    let mut listed = bench.store.sessions("minsu".into(), T0 + 6 * MINUTE).await.unwrap();
    // A commit from before may be told of only now.
    while listed.iter().all(|session| session.used_at == T0) {
        commits.changed().await.unwrap();
        listed = bench.store.sessions("minsu".into(), T0 + 6 * MINUTE).await.unwrap();
    }
    let ids: Vec<_> = listed.iter().map(|s| (s.id, s.used_at, s.peer.as_str())).collect();
    assert_eq!(
        ids,
        [
            (third.session_id, T0, "192.0.2.1"),
            (second.session_id, T0, "192.0.2.1"),
            (first.session_id, T0 + 6 * MINUTE, "192.0.2.1"),
        ]
    );
    let end =
        async |which| bench.store.end_sessions("minsu".into(), which, &operator(), T0 + 7 * MINUTE).await;
    assert_eq!(end(Ending::One(second.session_id)).await.unwrap(), 1);
    assert!(matches!(end(Ending::One(second.session_id)).await, Err(StoreError::NotFound)));
    assert_eq!(end(Ending::AllBut(first.session_id)).await.unwrap(), 1);
    assert_eq!(end(Ending::All).await.unwrap(), 1);
    hire(&bench, "jiyeong", Grant::default()).await;
    let others =
        bench.store.end_sessions("jiyeong".into(), Ending::One(first.session_id), &operator(), T0).await;
    assert!(matches!(others, Err(StoreError::NotFound)), "of somebody else");
    assert!(bench.store.sessions("minsu".into(), T0).await.unwrap().is_empty());
}

#[tokio::test]
async fn tokens_of_programs_are_for_a_purpose_and_a_while() {
    let bench = Bench::new();
    let expires = T0 + HOUR;
    let (id, token) =
        bench.store.add_service_token(Purpose::Metrics, "prometheus".into(), expires, T0).await.unwrap();
    let purpose = async |token: &str, now| {
        bench.store.service_of_token(token, now).await.unwrap().map(|found| found.purpose)
    };
    assert_eq!(purpose(&token, T0).await, Some(Purpose::Metrics));
    assert_eq!(purpose(&token, expires).await, None);
    assert_eq!(purpose("munja-service-guess", T0).await, None);
    assert!(bench.store.bearer_of_token(&token, "test".into(), T0).await.unwrap().is_none(), "no person");
    bench.store.revoke_service_token(id, T0 + 1).await.unwrap();
    assert_eq!(purpose(&token, T0 + 1).await, None);
    assert!(matches!(bench.store.revoke_service_token(id, T0 + 2).await, Err(StoreError::NotFound)));
    assert_eq!(bench.store.service_tokens().await.unwrap()[0].revoked_at, Some(T0 + 1));
    bench.store.checkpoint().await.unwrap();
    let file = std::fs::read(bench.path()).unwrap();
    assert!(!file.windows(token.len()).any(|w| w == token.as_bytes()), "the token stands in the file");
}

#[tokio::test]
async fn what_is_seen_and_done_at_a_foreign_desk_is_recorded() {
    let bench = Bench::new();
    let north = Some(DeskScope::from_word("north"));
    let boss = hire(&bench, "boss", Grant { role: Some(Role::Supervisor), desks: north.clone() }).await;
    let minsu = hire(&bench, "minsu", Grant::default()).await;
    let other = hire(&bench, "buk", Grant { role: None, desks: north }).await;
    let id = bench.text_in(MINSU, T0).await;
    let show = async |who, now| bench.store.show(id, &bench.store.person(who).await, now).await.unwrap();
    show(boss, T0).await.unwrap();
    show(boss, T0 + 1).await.unwrap();
    show(minsu, T0).await.unwrap();
    assert_eq!(show(other, T0).await.unwrap_err(), Refusal::NotYourDesk);
    let take = Command::Claim;
    bench.store.by(id, boss, take, &quiet(), T0 + 2).await.unwrap().unwrap();
    let of = async |login: &str| bench.store.desk_exceptions(login.to_owned(), 10).await.unwrap();
    let expected = DeskException {
        conversation_id: id,
        desk: "main".into(),
        n_seen: 2,
        n_done: 1,
        first_at: T0,
        last_at: T0 + 2,
    };
    assert_eq!(of("boss").await, [expected]);
    assert!(of("minsu").await.is_empty() && of("buk").await.is_empty());
}

/// Who changed an account, logged in or out stands in the history, and in the chain of the access log.
#[tokio::test]
async fn the_history_of_an_account_is_proved_by_the_access_log() {
    let bench = Bench::new();
    let id = hire(&bench, "minsu", Grant::default()).await;
    let (token, _) = session(&bench, id, T0 + 1).await;
    bench.store.revoke_token(&token, "192.0.2.1".into(), T0 + 2).await.unwrap();
    bench.store.revoke_token(&token, "192.0.2.1".into(), T0 + 3).await.unwrap();
    let history = bench.store.account_history("minsu".into()).await.unwrap();
    let told: Vec<_> = history.iter().map(|c| (c.what, c.by.as_deref(), c.from.as_str())).collect();
    assert_eq!(
        told,
        [
            (AccountChange::Added, None, "munjad test"),
            (AccountChange::LoggedIn, Some("minsu"), "192.0.2.1"),
            (AccountChange::LoggedOut, Some("minsu"), "192.0.2.1"),
        ]
    );
    let logged: String = bench.value(
        "SELECT group_concat(role || ' ' || login || ' ' || origin || ' ' || action || ' ' || detail, '; ') FROM access",
    );
    assert_eq!(
        logged,
        "operator  munjad test change account minsu added counselor *; \
         counselor minsu 192.0.2.1 change account minsu logged_in; \
         counselor minsu 192.0.2.1 change account minsu logged_out"
    );
    // Whoever takes the history away leaves the chain, and whoever cuts the chain is found.
    bench.outside("DELETE FROM account_change");
    assert!(bench.store.verify_access(HeadFiles::default(), |_| {}).await.unwrap().is_sound());
    bench.outside("DELETE FROM access WHERE seq = 2");
    assert!(bench.store.verify_access(HeadFiles::default(), |_| {}).await.unwrap().chain.is_err());
}
