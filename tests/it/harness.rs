//! A running gateway for tests: simulated carrier and daemon over real sockets, a counselor who is logged in. Everything
//! waits on signals (the store's commits), with a bound that only a hang reaches.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use munja::api::wire::{
    ConversationDetail, LoginRequest, LoginResponse, ProblemDetails, ReplyRequest, ReplyResponse,
};
use munja::config::Config;
use munja::daemon::{Daemon, Options};
use munja::domain::actor::{Actor, DeskScope, Role};
use munja::domain::counselor::Counselor;
use munja::domain::phone::{PhoneNumber, Senders};
use munja::domain::policy::ServicePolicy;
use munja::sim::{Sim, SimOptions};
use munja::store::{Balance, NewCounselor, Store, StoreOptions};
use reqwest::header::RETRY_AFTER;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Nothing in a test takes this long unless it hangs.
pub const BOUND: Duration = Duration::from_secs(120);
pub const CITIZEN: &str = "01012345678";

/// A simulated carrier on a loopback port.
pub struct Carrier {
    pub sim: Sim,
    pub port: u16,
    stop: CancellationToken,
}

impl Carrier {
    pub async fn start() -> Carrier {
        let options = SimOptions {
            sends_per_sec: 100_000,
            others_per_sec: 100_000,
            report_delay_ms: (0, 5),
            ..SimOptions::default()
        };
        Carrier::with(options).await
    }

    pub async fn with(options: SimOptions) -> Carrier {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sim, stop) = (Sim::new(options), CancellationToken::new());
        let (serving, stopped) = (sim.clone(), stop.clone());
        tokio::spawn(async move { serving.serve(listener, stopped.cancelled()).await });
        Carrier { sim, port, stop }
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The configuration of a quick gateway beside `folder`'s database.
pub fn config_text(carrier_port: u16, more: &str) -> String {
    // Open at any hour: what is said at once must not depend on when the tests run.
    let desk = if more.contains("[desks.") { "" } else { "[desks.main]\nhours = \"24/7\"\n" };
    // Answers leave at once: the hold has tests of its own.
    let hold = if more.contains("[sending]") { "" } else { "[sending]\nrecall_secs = 0\n" };
    format!(
        "[database]\npath = \"munja.db\"\n[carrier]\nname = \"bizgo\"\n[carrier.bizgo]\n\
         base_url = \"http://127.0.0.1:{carrier_port}\"\napi_key_file = \"key\"\nnumber = \"062120\"\n\
         sends_per_sec = 100000\nother_requests_per_sec = 100000\ntimeout_secs = 2\n\
         [polling]\nfast_secs = 0.01\nslow_secs = 0.02\nreceipts_fast_secs = 0.01\nreceipts_slow_secs = 0.02\n\
         full_walk_secs = 0.2\n{desk}{hold}[api]\nlisten = \"127.0.0.1:0\"\nrequests_per_sec_address = 0\n{more}\n"
    )
}

/// Files that this process makes from now on are its user's alone: `munjad check` calls others bad.
pub fn private_files() {
    rustix::process::umask(rustix::fs::Mode::from_bits_truncate(0o077));
}

pub fn write_config(folder: &Path, text: &str) -> PathBuf {
    private_files();
    std::fs::write(folder.join("key"), "SIM-KEY\n").unwrap();
    let path = folder.join("gateway.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// Adds the counselor `minsu` with the password `long-enough`.
pub async fn add_minsu(store: &Store) -> Counselor {
    let new =
        NewCounselor { login: "minsu".into(), name: "김민수".into(), password: "long-enough".into() };
    store.add_counselor(new, 0).await.unwrap()
}

pub struct Gateway {
    pub carrier: Carrier,
    pub folder: tempfile::TempDir,
    pub daemon: Option<Daemon>,
    pub store: Store,
    pub desk: Desk,
}

impl Gateway {
    pub async fn start() -> Gateway {
        Gateway::on(Carrier::start().await, "").await
    }

    pub async fn on(carrier: Carrier, more: &str) -> Gateway {
        Gateway::with_files(carrier, more, ("", ""), &[]).await
    }

    /// With `more` at the end of the configuration, something in it replaced, and more files beside it.
    pub async fn with_files(
        carrier: Carrier,
        more: &str,
        (from, to): (&str, &str),
        files: &[(&str, &str)],
    ) -> Gateway {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let mut text = config_text(carrier.port, more);
        if !from.is_empty() {
            text = text.replace(from, to);
        }
        let path = write_config(folder.path(), &text);
        let daemon = start_daemon(&path).await;
        let store = daemon.store().clone();
        add_minsu(&store).await;
        let desk = Desk::login(daemon.listen().unwrap().port()).await;
        Gateway { carrier, folder, daemon: Some(daemon), store, desk }
    }

    pub fn sim(&self) -> &Sim {
        &self.carrier.sim
    }

    /// Stops the daemon in an orderly way and starts it again on the same database.
    pub async fn restart(&mut self) {
        self.daemon.take().unwrap().stop().await;
        let daemon = start_daemon(&self.folder.path().join("gateway.toml")).await;
        self.store = daemon.store().clone();
        self.desk = Desk { port: daemon.listen().unwrap().port(), ..self.desk.clone() };
        self.daemon = Some(daemon);
    }

    /// Waits until `what` holds of the balance.
    pub async fn until(&self, what: impl Fn(&Balance) -> bool) -> Balance {
        until(&self.store, what).await
    }

    /// A citizen texts and a counselor has the conversation in hand.
    pub async fn claimed(&self, text: &str) -> ConversationDetail {
        self.sim().text(CITIZEN, text);
        self.until(|b| b.n_routed > 0).await;
        self.desk.post("/v1/conversations/next", &Value::Null).await.unwrap()
    }
}

pub async fn start_daemon(config: &Path) -> Daemon {
    let store = StoreOptions { create: true, ..StoreOptions::default() };
    let options = Options { store, ..Options::default() };
    Daemon::start(Config::load(config).unwrap(), options).await.unwrap()
}

/// Waits for commits until `what` holds.
pub async fn until(store: &Store, what: impl Fn(&Balance) -> bool) -> Balance {
    let mut commits = store.hints().commit.subscribe();
    let waited = async {
        loop {
            let balance = store.balance().await.unwrap();
            if what(&balance) {
                return balance;
            }
            commits.changed().await.unwrap();
        }
    };
    match tokio::time::timeout(BOUND, waited).await {
        Ok(balance) => balance,
        Err(_) => panic!("never came: {:?}", store.balance().await.unwrap()),
    }
}

/// Waits for commits until `what` resolves to true.
pub async fn until_async<F: Future<Output = bool>>(store: &Store, what: impl Fn() -> F) {
    let mut commits = store.hints().commit.subscribe();
    let waited = async {
        while !what().await {
            // Some conditions come true without a commit here (the carrier's side of things).
            let _ = tokio::time::timeout(Duration::from_millis(20), commits.changed()).await;
        }
    };
    tokio::time::timeout(BOUND, waited).await.expect("never came");
}

/// A counselor's view of the API, by hand: the program's own client is tested elsewhere.
#[derive(Clone)]
pub struct Desk {
    pub port: u16,
    pub token: Arc<str>,
    pub http: reqwest::Client,
}

impl Desk {
    pub async fn login(port: u16) -> Desk {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut desk = Desk { port, token: "".into(), http: reqwest::Client::new() };
        let login = LoginRequest { login: "minsu".into(), password: "long-enough".into(), code: None };
        let answer: LoginResponse =
            desk.post("/v1/login", &serde_json::to_value(login).unwrap()).await.unwrap();
        desk.token = answer.token.into();
        desk
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ProblemDetails> {
        self.call(Method::GET, path, None, None).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, ProblemDetails> {
        self.call(Method::POST, path, Some(body), None).await
    }

    pub async fn reply(
        &self,
        conversation: &ConversationDetail,
        text: &str,
        key: &str,
    ) -> Result<ReplyResponse, ProblemDetails> {
        let request = ReplyRequest {
            text: text.into(),
            last_seen: conversation.last_inbound_id,
            ..ReplyRequest::default()
        };
        let path = format!("/v1/conversations/{}/replies", conversation.summary.id);
        self.call(Method::POST, &path, Some(&serde_json::to_value(request).unwrap()), Some(key)).await
    }

    /// Sends a request with the desk's token as a well-behaved client does: when it asks too often (429, one second), it waits
    /// and asks again. Tests that ask until something is true reach that limit. Longer waits, for a lock-out or too many
    /// streams, are an answer.
    pub async fn ask(&self, request: RequestBuilder) -> Response {
        let request = request.bearer_auth(&self.token).build().unwrap();
        loop {
            let again = request.try_clone().expect("a body in memory");
            let response = self.http.execute(again).await.expect("the API answers");
            let is_too_often = response.status() == StatusCode::TOO_MANY_REQUESTS
                && response.headers().get(RETRY_AFTER).is_some_and(|wait| wait == "1");
            if !is_too_often {
                return response;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        key: Option<&str>,
    ) -> Result<T, ProblemDetails> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = self.ask(request).await;
        let is_ok = response.status().is_success();
        let body = response.bytes().await.unwrap();
        if !is_ok {
            return Err(serde_json::from_slice(&body).expect("a problem"));
        }
        let body = if body.is_empty() { b"null".as_slice() } else { &body };
        Ok(serde_json::from_slice(body)
            .unwrap_or_else(|e| panic!("{path}: {e}: {}", String::from_utf8_lossy(body))))
    }
}

/// What the store says left equals what the carrier's ledger says came, text by text.
pub async fn assert_balanced(store: &Store, sim: &Sim) {
    let (balance, ledger) = (store.balance().await.unwrap(), sim.ledger());
    assert!(ledger.taken_twice().is_empty(), "taken twice: {:?}", ledger.taken_twice());
    assert_eq!(balance.n_received, ledger.texts.len() as i64, "texts stored");
    assert_eq!(balance.n_routed, balance.n_received, "texts routed");
    assert_eq!(balance.n_outbound("delivered"), ledger.n_delivered() as i64, "{balance:?}");
    assert_eq!(ledger.n_auth_failures, 0);
}

/// What the configuration of [`config_text`] decides, made once; nobody has to say what a consultation was about.
pub fn service_policy() -> Arc<ServicePolicy> {
    static POLICY: OnceLock<Arc<ServicePolicy>> = OnceLock::new();
    let policy = POLICY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = write_config(
            folder.path(),
            &config_text(1, "[service]\ncategory_required = false\nmax_held = 1000"),
        );
        let senders = Senders::single(PhoneNumber::parse("062120"));
        Arc::new(munja::daemon::service_policy(&Config::load(&path).unwrap(), &senders))
    });
    Arc::clone(policy)
}

/// Somebody who serves every desk.
pub fn person(counselor: Counselor) -> Actor {
    Actor::person(counselor, Role::Counselor, DeskScope::All, "test".into())
}
