//! `munjad sim`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::{Say, line};
use crate::sim::{self, SimOptions, SimRun};

#[derive(Args)]
pub(super) struct Sim {
    /// Where to listen; loopback only
    #[arg(long, default_value = "127.0.0.1:6121")]
    listen: SocketAddr,
    /// The API key it accepts
    #[arg(long, default_value = "SIM-KEY")]
    api_key: String,
    /// The number citizens text, and the only registered sender
    #[arg(long, default_value = "062120")]
    number: String,
    /// Citizens text by themselves, so many a minute
    #[arg(long, default_value_t = 0)]
    per_minute: u32,
    /// What they text: a CSV file
    #[arg(long, value_name = "FILE.csv")]
    texts: Option<PathBuf>,
    /// The column of it
    #[arg(long, default_value = "제목")]
    column: String,
    /// Chance begins here: the same seed, the same chances
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(args: Sim, say: Say) -> anyhow::Result<()> {
    let options = SimOptions {
        api_key: args.api_key,
        sender_numbers: vec![args.number.clone()],
        mo_number: args.number,
        seed: args.seed,
        ..SimOptions::default()
    };
    let texts = args.texts.map(|path| (path, args.column));
    let run = SimRun { listen: args.listen, options, texts, per_minute: args.per_minute };
    let interrupted = async {
        // If the signal cannot be listened for, it still ends the program.
        drop(tokio::signal::ctrl_c().await);
    };
    sim::run(run, |addr, _| ready(addr, say), interrupted).await
}

fn ready(addr: SocketAddr, say: Say) {
    if say.json {
        return line(&serde_json::json!({ "listen": addr.to_string() }).to_string());
    }
    line(&say.pick(
        format!(
            "A simulated carrier listens on {addr}.\n\
             In gateway.toml: carrier.bizgo.base_url = \"http://{addr}\"\n\
             A citizen texts: curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             What it took:    curl -s http://{addr}/_sim/ledger"
        ),
        format!(
            "가상 통신사가 {addr} 에서 듣고 있습니다.\n\
             gateway.toml 에: carrier.bizgo.base_url = \"http://{addr}\"\n\
             시민의 문자:   curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             받은 것 보기:  curl -s http://{addr}/_sim/ledger"
        ),
    ));
}
