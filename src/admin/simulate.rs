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
    let mut keys: Vec<String> = section.iter().map(key).collect();
    keys.extend(door(options, say));
    let keys = keys.join("\n");
    line(&say.pick(
        format!(
            "A simulated carrier listens on {addr}.\n\
             In gateway.toml, what it accepts:\n{keys}\n\
             A citizen texts: curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             What it took:    curl -s http://{addr}/_sim/ledger\n\
             Let it fail:     curl -s http://{addr}/_sim/faults -d '{{\"fault\":{{\"kind\":\"error_before\",\"status\":503}},\"times\":3}}'\n\
             All is well:     curl -s -X DELETE http://{addr}/_sim/faults     (every fault: docs/simulator.md)"
        ),
        format!(
            "가상 통신사가 {addr} 에서 듣고 있습니다.\n\
             gateway.toml 에 적을 내용:\n{keys}\n\
             시민의 문자:   curl -s http://{addr}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"안녕하세요\"}}'\n\
             받은 것 보기:  curl -s http://{addr}/_sim/ledger\n\
             고장 내기:     curl -s http://{addr}/_sim/faults -d '{{\"fault\":{{\"kind\":\"error_before\",\"status\":503}},\"times\":3}}'\n\
             고장 끝내기:   curl -s -X DELETE http://{addr}/_sim/faults     (모든 고장: docs/simulator.ko.md)"
        ),
    ));
}

/// The door that a carrier which calls knocks at: what `[webhook]` has to say, and what this program has to be told.
fn door(options: &SimOptions, say: Say) -> Vec<String> {
    let usual = options.dialect.usual_call().and_then(|usual| Url::parse(usual).ok());
    let Some(url) = options.webhook.as_ref().or(usual.as_ref()) else { return Vec::new() };
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let page = format!("/push/{}", options.dialect.name());
    let public = url.as_str().split('?').next().unwrap_or_default().trim_end_matches(&page);
    let mut lines = vec![
        format!("  webhook.listen = \"{host}:{port}\""),
        format!("  webhook.public_url = \"{}\"", public.trim_end_matches('/')),
    ];
    if options.webhook.is_none() {
        lines.push(say.pick(
            format!("  This carrier only calls, and has not been told whom: no text comes in. Start it again with --webhook {url}"),
            format!("  이 통신사는 부르기만 하는데 부를 곳을 모르므로 문자가 들어오지 않습니다. --webhook {url} 을 붙여 다시 시작하십시오"),
        ));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    fn lines(dialect: &str, webhook: Option<&str>) -> Vec<String> {
        let dialect = DialectKind::named(dialect).unwrap();
        let webhook = webhook.map(|url| Url::parse(url).unwrap());
        door(&SimOptions { dialect, webhook, ..SimOptions::default() }, Say { lang: Lang::En, json: false })
    }

    #[test]
    fn a_carrier_that_only_calls_says_what_it_needs() {
        assert!(lines("bizgo", None).is_empty());
        for name in ["kannel", "jasmin"] {
            let untold = lines(name, None);
            assert_eq!(untold[0], "  webhook.listen = \"127.0.0.1:6123\"");
            assert_eq!(untold[1], "  webhook.public_url = \"http://127.0.0.1:6123\"");
            assert!(
                untold[2].ends_with(&format!("--webhook http://127.0.0.1:6123/push/{name}")),
                "{untold:?}"
            );
            let told = lines(name, Some(&format!("http://127.0.0.1:7000/push/{name}")));
            assert_eq!(
                told,
                ["  webhook.listen = \"127.0.0.1:7000\"", "  webhook.public_url = \"http://127.0.0.1:7000\""]
            );
        }
        assert_eq!(lines("bizgo", Some("http://127.0.0.1:7000/push/bizgo")).len(), 2);
    }
}
