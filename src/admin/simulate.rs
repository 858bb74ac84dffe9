//! `munjad sim`: runs a simulated carrier alone.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use url::Url;

use super::{Say, line};
use crate::sim::{self, DialectKind, SimOptions, SimRun};

#[derive(Args)]
pub(super) struct Sim {
    /// Address to listen on; loopback only
    #[arg(long, default_value = "127.0.0.1:6121")]
    listen: SocketAddr,
    /// The carrier whose wire format it speaks
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    dialect: DialectKind,
    /// The API key it accepts; or the user name, for carriers with a password
    #[arg(long, default_value = "SIM-KEY")]
    api_key: String,
    /// The password or signing secret it accepts, for carriers that have one
    #[arg(long, default_value = "SIM-SECRET")]
    api_secret: String,
    /// The account in its paths, for carriers that have one
    #[arg(long, default_value = "SIM-ACCOUNT")]
    account: String,
    /// The number citizens text, and the only registered sender
    #[arg(long, default_value = "062120")]
    number: String,
    /// URL to call with texts and reports, for carriers that call
    #[arg(long, value_name = "URL")]
    webhook: Option<Url>,
    /// Secret that signs these calls
    #[arg(long, default_value = "SIM-WEBHOOK-SECRET")]
    webhook_secret: String,
    /// Texts from citizens a minute; 0: only those asked for through /_sim/text
    #[arg(long, default_value_t = 0)]
    per_minute: u32,
    /// CSV file with the words of these texts
    #[arg(long, value_name = "FILE.csv")]
    texts: Option<PathBuf>,
    /// Its column
    #[arg(long, default_value = "제목")]
    column: String,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(args: Sim, say: Say) -> anyhow::Result<()> {
    let options = SimOptions {
        dialect: args.dialect,
        api_key: args.api_key,
        api_secret: args.api_secret,
        account: args.account,
        sender_numbers: vec![args.number.clone()],
        mo_number: args.number,
        seed: args.seed,
        webhook: args.webhook,
        webhook_secret: args.webhook_secret,
        ..SimOptions::default()
    };
    let texts = args.texts.map(|path| (path, args.column));
    let run = SimRun { listen: args.listen, options, texts, per_minute: args.per_minute };
    let interrupted = async {
        // If the signal cannot be listened for, it still ends the program.
        drop(tokio::signal::ctrl_c().await);
    };
    sim::run(run, |addr, _| ready(addr, args.dialect, say), interrupted).await
}

fn ready(addr: SocketAddr, dialect: DialectKind, say: Say) {
    let name = dialect.name();
    if say.json {
        return line(&serde_json::json!({ "listen": addr.to_string() }).to_string());
    }
    line(&say.pick(
        format!(
            "A simulated carrier listens on {addr}.\n\
             In gateway.toml: carrier.{name}.base_url = \"http://{addr}\"\n\
             A citizen texts: curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             What it took:    curl -s http://{addr}/_sim/ledger"
        ),
        format!(
            "가상 통신사가 {addr} 에서 듣고 있습니다.\n\
             gateway.toml 에: carrier.{name}.base_url = \"http://{addr}\"\n\
             시민의 문자:   curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             받은 것 보기:  curl -s http://{addr}/_sim/ledger"
        ),
    ));
}
