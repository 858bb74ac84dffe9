//! The API on a real database file. Most cases go through the router alone; `serve` opens sockets.

mod access;
mod account;
mod audit;
mod board;
mod conversation;
mod desk;
mod document;
mod events;
mod lists;
mod many;
mod message;
mod people;
mod photo;
mod privacy;
mod problem;
mod reasons;
mod reply;
mod report;
mod review;
mod search;
mod serve;
mod session;
mod strict;
mod supervise;
mod tls;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::{Router, body};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::{ApiContext, ApiSettings, Health, wire};
use crate::domain::arrival::tests::policy;
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::inbound::{Cursor, InboundItem, InboundText};
use crate::domain::media::PhotoLimits;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::policy::ServicePolicy;
use crate::domain::text::{Charset, Limits, MessageText};
use crate::domain::token_bucket::Rate;
use crate::ops::clock::Clock;
use crate::store::{Lease, LookupResult, NewCounselor, Outcome, Store, StoreOptions};

/// Nobody's password outside these tests.
const PASSWORD: &str = "맞는 비밀번호 9";
const CITIZEN: &str = "010-1234-5678";

/// A gateway without carrier or workers: a store, and the API on it.
struct Desk {
    dir: TempDir,
    store: Store,
    router: Router,
    settings: watch::Sender<Arc<ApiSettings>>,
    /// Stands still in a test that pauses tokio's.
    clock: Clock,
    n_texts: AtomicI64,
    stop: CancellationToken,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.json()
    }

    /// The refusal, whose status must be the one its code stands for.
    #[track_caller]
    fn refused(self, code: &str) -> Value {
        assert_eq!(self.code(), code, "{} {}", self.status, self.body);
        let known = wire::ProblemCode::from_word(code);
        assert_eq!(Some(self.status.as_u16()), known.map(wire::ProblemCode::status), "{code}");
        self.json()
    }
}

impl Desk {
    fn open() -> Desk {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("munja.db"), &StoreOptions::default()).expect("a store");
        let (settings, read) = watch::channel(Arc::new(settings(0)));
        let clock = Clock::following_tokio(1_800_000_000_000);
        let started_at = clock.now_ms();
        let stop = CancellationToken::new();
        let context = ApiContext {
            store: store.clone(),
            clock: clock.clone(),
            settings: read,
            health: Arc::new(move || health(started_at)),
            meaning: |carrier, code| (carrier == "sim" && code == "7").then_some(DeliveryReason::PhoneOff),
            metrics: Arc::new(|| Box::pin(async { Ok("# EOF\n".to_owned()) })),
            tally: super::ApiTally::default(),
            limits: super::RequestLimits::default(),
            lists: Arc::new(lists::Keeper { store: store.clone(), clock: clock.clone() }),
            stop: stop.clone(),
        };
        Desk { dir, store, router: super::router(context), settings, clock, n_texts: AtomicI64::new(0), stop }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    async fn pass(&self, ms: u64) {
        tokio::time::advance(Duration::from_millis(ms)).await;
    }

    async fn hire(&self, login: &str) -> i64 {
        let new = NewCounselor {
            login: login.to_owned(),
            name: format!("상담사 {login}"),
            password: PASSWORD.to_owned(),
        };
        self.store.add_counselor(new, self.now()).await.expect("a counselor").id
    }

    /// Hires somebody and gives them a token.
    async fn token(&self, login: &str) -> String {
        let id = self.hire(login).await;
        self.store.issue_token(id, self.now() + 3_600_000, self.now()).await.expect("a token")
    }

    /// A citizen writes; returns the number of the text.
    async fn text_in(&self, citizen: &str, text: &str) -> i64 {
        let n = self.n_texts.fetch_add(1, Ordering::Relaxed) + 1;
        let item = InboundItem::Text(InboundText {
            key: format!("key-{n}"),
            citizen: PhoneNumber::parse(citizen),
            to: PhoneNumber::parse("062-123-4567"),
            text: MessageText::new(text),
            media: Vec::new(),
            sent_at: self.now(),
        });
        let cursor = Cursor::starting_at(self.now());
        self.store.accept_inbound("sim", Vec::new(), vec![item], cursor, self.now()).await.expect("kept");
        let policy = settings(0).policy;
        self.store.route_received(10, self.now(), &policy).await.expect("routed");
        n
    }

    async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
    }

    async fn get(&self, path: &str, token: &str) -> Reply {
        self.send(request("GET", path, token).body(Body::empty()).expect("a request")).await
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Reply {
        self.send(request("POST", path, token).body(Body::from(body.to_string())).expect("a request")).await
    }

    async fn reply(&self, id: i64, token: &str, key: &str, body: Value) -> Reply {
        self.send(reply_request(id, token, key, &body)).await
    }

    /// Makes `minsu` hold conversation 1, in which the citizen wrote text 1; returns their token.
    async fn one_active(&self) -> String {
        self.text_in(CITIZEN, "버스가 안 와요").await;
        let token = self.token("minsu").await;
        self.post("/v1/conversations/next", &token, json!({})).await.expect(200);
        token
    }

    /// Sends what is in line, with this outcome; returns the number of the last text.
    async fn leave(&self, outcome: Outcome) -> i64 {
        let senders = Senders::single(PhoneNumber::parse("062-123-4567"));
        let order =
            Lease { carrier: "sim", senders, only_its_own: false, lease_ms: 60_000, ahead_ms: Some(0) };
        let due = self.store.lease_due(Arc::new(order), 10, self.now()).await.expect("leased").texts;
        for text in &due {
            self.store.record_outcome(text, outcome.clone(), self.now()).await.expect("recorded");
        }
        due.last().expect("a text").id
    }

    /// Brings what is in line in doubt, where the carrier can't tell.
    async fn doubt(&self) -> i64 {
        let id = self.leave(Outcome::NoAnswer { ask_at: self.now(), code: None }).await;
        self.store.record_lookup(id, LookupResult::CannotTell, self.now()).await.expect("recorded");
        id
    }
}

async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.expect("the router never fails");
    let (parts, body) = response.into_parts();
    let bytes = body::to_bytes(body, 4 << 20).await.expect("a whole body");
    let body = String::from_utf8(bytes.to_vec()).expect("text");
    Reply { status: parts.status, headers: parts.headers, body }
}

fn request(method: &str, path: &str, token: &str) -> axum::http::request::Builder {
    let builder = Request::builder().method(method).uri(path).header("content-type", "application/json");
    if token.is_empty() { builder } else { builder.header("authorization", format!("Bearer {token}")) }
}

fn reply_request(id: i64, token: &str, key: &str, body: &Value) -> Request<Body> {
    request("POST", &format!("/v1/conversations/{id}/replies"), token)
        .header("idempotency-key", key)
        .body(Body::from(body.to_string()))
        .expect("a request")
}

fn settings(recall_ms: i64) -> ApiSettings {
    let senders = Senders::single(PhoneNumber::parse("062-123-4567"));
    let policy = ServicePolicy { receipt_texts: false, senders, recall_ms, ..policy() };
    ApiSettings {
        limits: Limits::KOREAN,
        photos: Some(PhotoLimits::KOREAN),
        policy: Arc::new(policy),
        categories: crate::config::categories(None).expect("categories"),
        canned: Vec::new(),
        review_sheet: crate::config::sheet(None).expect("a sheet"),
        incentive: crate::config::incentive(None).expect("rules"),
        token_ttl_ms: 12 * 3_600_000,
        // No test meets a limit by the way.
        rates: super::Rates { address: Rate { per_sec: 0 }, token: Rate { per_sec: 0 } },
    }
}

fn health(started_at: i64) -> Health {
    Health {
        version: "1.2.3".into(),
        started_at,
        carriers: vec![wire::CarrierStatus {
            name: "sim".into(),
            receives: true,
            sends: Some("preferred".into()),
            state: "works".into(),
            hearing: Some("hears".into()),
            deaf_since_at: None,
            deaf_why: None,
            last_call_at: None,
            last_poll_ok_at: None,
            last_error: None,
            dates_behind_minutes: 0,
            possible_loss: None,
            compared: Vec::new(),
        }],
        workers: Vec::new(),
        facts: super::Facts::default(),
    }
}
