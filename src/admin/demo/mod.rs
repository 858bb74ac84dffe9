//! `munjad demo`: the whole main job on one machine. A simulated carrier, the real gateway on a real database, citizens who
//! text; with `--auto` counselors too. It ends with a balance sheet that must balance.

mod citizens;
mod desk;
mod feed;
mod sheet;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Say, line};
use crate::config::Config;
use crate::daemon::{Daemon, Options};
use crate::ops::clock::Clock;
use crate::ops::logging;
use crate::ops::process::ClosedFromOutside;
use crate::sim::{Endpoint, Fault, FaultRule, SAMPLE_QUESTIONS, Sim, SimOptions, read_column};
use crate::store::{NewCounselor, StoreOptions};

/// The balance sheet does not balance.
const DOES_NOT_BALANCE: u8 = 4;
/// What is open when the citizens stop has this long to settle.
const SETTLE: Duration = Duration::from_secs(60);
const PASSWORD: &str = "demo-demo";

#[derive(Args, Clone)]
pub(super) struct Demo {
    /// Play the counselors too
    #[arg(long)]
    auto: bool,
    /// How long citizens text, such as 30s or 5m (default: until Ctrl-C; with --auto 30s)
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    how_long: Option<Duration>,
    /// Texts a minute
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=60_000))]
    per_minute: u32,
    /// What citizens text: a CSV file
    #[arg(long, value_name = "FILE.csv")]
    texts: Option<PathBuf>,
    /// The column of it; a column 내용 gives the counselors their answers
    #[arg(long, default_value = "제목")]
    column: String,
    /// Let the carrier fail now and then: broken connections, errors, lost and doubled reports
    #[arg(long)]
    faults: bool,
    /// Chance begins here
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keep database and configuration in this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

fn duration(word: &str) -> Result<Duration, String> {
    let (number, unit) = word.split_at(word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len()));
    let n: u64 = number.parse().map_err(|_| "a time such as 30s or 5m".to_owned())?;
    match unit {
        "" | "s" => Ok(Duration::from_secs(n)),
        "m" => Ok(Duration::from_secs(n * 60)),
        "h" => Ok(Duration::from_secs(n * 3_600)),
        _ => Err("a time such as 30s or 5m".to_owned()),
    }
}

pub(super) async fn run(args: Demo, say: Say) -> anyhow::Result<ExitCode> {
    logging::start("error", logging::Style::Text);
    let (questions, answers) = lines(&args)?;
    let temporary = tempfile::tempdir()?;
    let folder = args.keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let stop_carrier = CancellationToken::new();
    let (sim, carrier_port) = start_carrier(&args, &stop_carrier).await?;
    let config = write_config(&folder, carrier_port)?;
    let daemon = start_gateway(&config).await?;
    let server = format!("http://{}", daemon.listen().context("the API listens")?);
    // From here on: what is kept for the second terminal has to go again, however the demo ends.
    let mut ends = Ends::listen()?;
    let login = desk::login(&server, PASSWORD).await?;
    let desk = desk::client(&server, &login.token)?;
    if !args.auto {
        crate::client::keep_session("demo", &server, &login)?;
    }
    tell_how(&args, &folder, (&server, carrier_port), say);

    let stop = CancellationToken::new();
    let mut tasks = tokio::task::JoinSet::new();
    let is_watched = std::io::stdout().is_terminal() || !args.auto;
    if is_watched && !say.json {
        tasks.spawn(feed::print(desk.clone(), say, stop.clone()));
    }
    if args.auto {
        let answers = Arc::new(answers);
        for n in 0..3 {
            tasks.spawn(desk::answer(desk.clone(), Arc::clone(&answers), n, stop.clone()));
        }
    }
    let how_long = args.how_long.or(args.auto.then_some(Duration::from_secs(30)));
    tokio::select! {
        () = citizens::text(&sim, &questions, args.per_minute, args.seed) => {}
        () = for_a_while(how_long) => {}
        () = ends.recv() => {}
    }
    tokio::select! {
        () = sheet::settle(daemon.store(), &sim, args.auto, SETTLE) => {}
        // Asked again: not waited for. What has not settled shows on the sheet.
        () = ends.recv() => {}
    }
    stop.cancel();
    while tasks.join_next().await.is_some() {}
    let store = daemon.store().clone();
    daemon.stop().await;
    stop_carrier.cancel();
    if !args.auto {
        // Its gateway is gone: a log-in that leads nowhere would only be in the way.
        crate::client::drop_session("demo")?;
    }
    let sheet = sheet::Sheet::of(&store, &sim).await?;
    sheet.print(say)?;
    Ok(if sheet.balances(args.auto) { ExitCode::SUCCESS } else { ExitCode::from(DOES_NOT_BALANCE) })
}

/// Ctrl-C, a closed terminal, a request to stop.
struct Ends {
    closed: ClosedFromOutside,
    pressed: Signal,
}

impl Ends {
    fn listen() -> std::io::Result<Self> {
        Ok(Ends { closed: ClosedFromOutside::listen()?, pressed: signal(SignalKind::interrupt())? })
    }

    async fn recv(&mut self) {
        tokio::select! {
            () = self.closed.recv() => {}
            _ = self.pressed.recv() => {}
        }
    }
}

async fn for_a_while(how_long: Option<Duration>) {
    match how_long {
        Some(how_long) => tokio::time::sleep(how_long).await,
        None => std::future::pending().await,
    }
}

/// What citizens ask, and what counselors answer.
fn lines(args: &Demo) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let canned = || desk::SAMPLE_ANSWERS.iter().map(|&a| a.to_owned()).collect();
    let Some(path) = &args.texts else {
        return Ok((SAMPLE_QUESTIONS.iter().map(|&q| q.to_owned()).collect(), canned()));
    };
    let questions = read_column(path, &args.column)?;
    Ok((questions, read_column(path, "내용").unwrap_or_else(|_| canned())))
}

async fn start_carrier(args: &Demo, stop: &CancellationToken) -> anyhow::Result<(Sim, u16)> {
    let report_delay_ms = if args.auto { (20, 600) } else { (500, 4_000) };
    let sim = Sim::new(SimOptions { seed: args.seed, report_delay_ms, ..SimOptions::default() });
    if args.faults {
        let now_and_then = |at, fault| sim.add_fault(FaultRule::at(at, fault).probability(0.1));
        now_and_then(Endpoint::Send, Fault::ResetAfter);
        now_and_then(Endpoint::Send, Fault::ErrorBefore { status: 503 });
        now_and_then(Endpoint::Send, Fault::ReportBeforeAnswer);
        now_and_then(Endpoint::Mo, Fault::ResetBefore);
        now_and_then(Endpoint::Mo, Fault::Truncate { at: 200 });
        now_and_then(Endpoint::Report, Fault::DuplicateReport);
        now_and_then(Endpoint::ReportAck, Fault::ResetAfter);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let (serving, stopped) = (sim.clone(), stop.clone());
    tokio::spawn(async move { serving.serve(listener, stopped.cancelled()).await });
    Ok((sim, port))
}

fn write_config(folder: &Path, carrier_port: u16) -> anyhow::Result<PathBuf> {
    std::fs::write(folder.join("bizgo_api_key"), "SIM-KEY\n")?;
    let path = folder.join("gateway.toml");
    let text = format!(
        "[database]\npath = \"munja.db\"\n\n[carrier]\nname = \"bizgo\"\n\n[carrier.bizgo]\n\
         base_url = \"http://127.0.0.1:{carrier_port}\"\napi_key_file = \"bizgo_api_key\"\nnumber = \"062120\"\n\n\
         # Nobody takes an answer back here.\n[sending]\nrecall_secs = 0\n\n[api]\nlisten = \"127.0.0.1:0\"\n\n# The demo shows the service as it is by day.\n[desks.main]\nhours = \"24/7\"\n"
    );
    std::fs::write(&path, text)?;
    Ok(path)
}

async fn start_gateway(config: &Path) -> anyhow::Result<Daemon> {
    let store = StoreOptions { create: true, ..StoreOptions::default() };
    let options = Options { store, ..Options::default() };
    let daemon = Daemon::start(Config::load(config)?, options).await?;
    let new =
        NewCounselor { login: "demo".into(), name: "시연 상담사".into(), password: PASSWORD.into() };
    match daemon.store().add_counselor(new, Clock::system().now_ms()).await {
        // A folder that was kept from an earlier demo.
        Ok(_) | Err(crate::store::StoreError::Conflict(_)) => Ok(daemon),
        Err(error) => Err(error.into()),
    }
}

/// `server`: the gateway's address. `carrier_port`: the simulated carrier's.
fn tell_how(args: &Demo, folder: &Path, (server, carrier_port): (&str, u16), say: Say) {
    if args.auto || say.json {
        return;
    }
    let beside =
        std::env::current_exe().ok().map(|exe| exe.with_file_name("munja")).filter(|path| path.exists());
    let munja = beside.map_or_else(
        || "cargo run --release --bin munja -- --profile demo".to_owned(),
        |path| format!("{} --profile demo", path.display()),
    );
    let text = format!(
        "curl http://127.0.0.1:{carrier_port}/_sim/text -d '{{\"from\":\"01012345678\",\"text\":\"막차 몇 시예요?\"}}'"
    );
    line(&say.pick(
        format!(
            "Citizens are texting 062-120. The gateway's API: {server}. Its files: {}\n\
             Answer from a second terminal (you are logged in there):\n\
             \x20 {munja} list\n\
             \x20 {munja} next              takes who has waited longest\n\
             \x20 {munja} reply 1 \"답변\"\n\
             \x20 {munja} close 1 --category 버스\n\
             Be a citizen:\n\
             \x20 {text}\n\
             Ctrl-C ends the demo with a balance sheet.\n",
            folder.display()
        ),
        format!(
            "시민들이 062-120 으로 문자를 보내고 있습니다. 게이트웨이 API: {server}. 파일: {}\n\
             두 번째 터미널에서 답하십시오 (이미 로그인되어 있습니다):\n\
             \x20 {munja} list\n\
             \x20 {munja} next              가장 오래 기다린 시민부터\n\
             \x20 {munja} reply 1 \"답변\"\n\
             \x20 {munja} close 1 --category 버스\n\
             시민이 되어 문자를 보내 볼 수도 있습니다.\n\
             \x20 {text}\n\
             Ctrl-C 를 누르면 결산표와 함께 끝납니다.\n",
            folder.display()
        ),
    ));
}
