//! A whole gateway on loopback sockets, with its simulated carrier, in this process.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use munja::api::wire::LoginRequest;
use munja::client::Client;
use munja::config::Config;
use munja::daemon::{Daemon, Options};
use munja::sim::{Sim, SimOptions};
use munja::store::{NewCounselor, Store, StoreError, StoreOptions};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub struct Place {
    pub sim: Sim,
    pub daemon: Daemon,
    pub store: Store,
    pub desk: Client,
    stop: CancellationToken,
}

/// `[polling]` and `[carrier.bizgo]` lines without limits, and with a poll every 20 ms: polled all the time, the gateway would
/// be measured at polling.
pub const NO_BRAKES: (&str, &str) = (
    "sends_per_sec = 1000000\nother_requests_per_sec = 1000000\n",
    "fast_secs = 0.02\nslow_secs = 0.05\nreceipts_fast_secs = 0.02\nreceipts_slow_secs = 0.05\n",
);

impl Place {
    pub async fn open(
        folder: &Path,
        store: StoreOptions,
        sim: SimOptions,
        (carrier, polling): (&str, &str),
    ) -> Place {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sim, stop) = (Sim::new(sim), CancellationToken::new());
        let (serving, stopped) = (sim.clone(), stop.clone());
        tokio::spawn(async move { serving.serve(listener, stopped.cancelled()).await });
        let config = config(folder, port, carrier, polling);
        let mut config = Config::load(&config).unwrap();
        config.data_keys = store.keys.clone();
        let options = Options { store: StoreOptions { create: true, ..store }, ..Options::default() };
        let daemon = Daemon::start(config, options).await.unwrap();
        let store = daemon.store().clone();
        let new =
            NewCounselor { login: "bench".into(), name: "bench".into(), password: "bench-bench".into() };
        match store.add_counselor(new, 0).await {
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(error) => panic!("{error}"),
        }
        let server = format!("http://{}", daemon.listen().unwrap()).parse().unwrap();
        let client = Client::new(&server).unwrap();
        let login = LoginRequest { login: "bench".into(), password: "bench-bench".into(), code: None };
        let token = client.login(&login).await.unwrap().token;
        Place { sim, daemon, store, desk: client.with_token(token.into()), stop }
    }

    pub async fn close(self) {
        self.daemon.stop().await;
        self.stop.cancel();
    }

    /// Waits until this many texts are in `state`.
    pub async fn until(&self, state: &str, n: i64) {
        let mut commits = self.store.hints().commit.subscribe();
        while self.store.balance().await.unwrap().n_outbound(state) < n {
            commits.changed().await.unwrap();
            // Counting after each commit would distort the measurement.
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }
}

/// Without limits, and with reports at once.
pub fn quick_carrier() -> SimOptions {
    SimOptions {
        sends_per_sec: 10_000_000,
        others_per_sec: 10_000_000,
        report_delay_ms: (0, 0),
        ..SimOptions::default()
    }
}

/// Lines of `[api]` that let one log-in and one address ask as often as they like.
pub const NO_REQUEST_LIMITS: &str = "requests_per_sec_token = 0\nrequests_per_sec_address = 0\n";

/// A configuration whose API listens on any free port.
pub fn config(folder: &Path, carrier_port: u16, carrier: &str, polling: &str) -> PathBuf {
    let at = (carrier_port, SocketAddr::from(([127, 0, 0, 1], 0)));
    config_at(folder, at, [carrier, polling, NO_REQUEST_LIMITS])
}

/// Takes out the keys that a program before them refuses.
pub fn for_an_older_program(config: &Path) {
    let text = std::fs::read_to_string(config).unwrap();
    let known = text.lines().filter(|line| !line.starts_with("requests_per_sec_"));
    std::fs::write(config, known.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

/// The same with the API at this address, and with these lines of `[carrier.bizgo]`, `[polling]` and `[api]`.
pub fn config_at(folder: &Path, at: (u16, SocketAddr), lines: [&str; 3]) -> PathBuf {
    let ((carrier_port, api_at), [carrier, polling, api]) = (at, lines);
    std::fs::write(folder.join("key"), "SIM-KEY\n").unwrap();
    let path = folder.join("gateway.toml");
    let text = format!(
        "[database]\npath = \"munja.db\"\n[carrier]\nname = \"bizgo\"\n[carrier.bizgo]\n\
         base_url = \"http://127.0.0.1:{carrier_port}\"\napi_key_file = \"key\"\nnumber = \"062120\"\n{carrier}\
         [polling]\n{polling}[sending]\nrecall_secs = 0\n[service]\nreceipt_texts = false\nmax_held = 1000\n[api]\nlisten = \"{api_at}\"\n{api}"
    );
    std::fs::write(&path, text).unwrap();
    path
}
