//! `munjad sim`: runs a simulated carrier alone.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
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
    /// The account in its paths, for carriers that have one; left out, one of the shape that carrier uses
    #[arg(long)]
    account: Option<String>,
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
    /// Texts it takes in any one second
    #[arg(long, default_value_t = 200)]
    sends_per_sec: u32,
    /// All other requests it takes in any one second
    #[arg(long, default_value_t = 5)]
    other_requests_per_sec: u32,
    /// Seed of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(args: Sim, say: Say) -> anyhow::Result<()> {
    let options = SimOptions {
        dialect: args.dialect,
        api_key: args.api_key,
        api_secret: args.api_secret,
        account: args.account.unwrap_or_else(|| args.dialect.usual_account().to_owned()),
        sender_numbers: vec![args.number.clone()],
        mo_number: args.number,
        seed: args.seed,
        sends_per_sec: args.sends_per_sec,
        others_per_sec: args.other_requests_per_sec,
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
    sim::run(run, |addr, sim| ready(addr, sim.options(), say), interrupted).await
}

/// Tells where it listens and what it accepts.
fn ready(addr: SocketAddr, options: &SimOptions, say: Say) {
    let section = options.section(&format!("http://{addr}"));
    if say.json {
        let section: BTreeMap<&str, String> = section.into_iter().collect();
        return line(&json!({ "listen": addr.to_string(), "section": section }).to_string());
    }
    let name = options.dialect.name();
    let key = |(key, value): &(&str, String)| match key.ends_with("_file") {
        true => {
            let file = say.pick("a file that holds", "파일 내용");
            format!("  carrier.{name}.{key}: {file} {value}")
        }
        false => format!("  carrier.{name}.{key} = \"{value}\""),
    };
    let keys: Vec<String> = section.iter().map(key).collect();
    let keys = keys.join("\n");
    line(&say.pick(
        format!(
            "A simulated carrier listens on {addr}.\n\
             In gateway.toml, what it accepts:\n{keys}\n\
             A citizen texts: curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             What it took:    curl -s http://{addr}/_sim/ledger"
        ),
        format!(
            "가상 통신사가 {addr} 에서 듣고 있습니다.\n\
             gateway.toml 에 적을 내용:\n{keys}\n\
             시민의 문자:   curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             받은 것 보기:  curl -s http://{addr}/_sim/ledger"
        ),
    ));
}
