//! The simulated carrier alone, for trying a gateway by hand.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;

use crate::sim::answer::korean;
use crate::sim::{SAMPLE_QUESTIONS, Sim, SimOptions, read_column};

/// How to run it.
#[derive(Debug, Clone)]
pub struct SimRun {
    pub listen: SocketAddr,
    pub options: SimOptions,
    /// A CSV file and the column citizens' texts come from.
    pub texts: Option<(PathBuf, String)>,
    /// 0: nobody texts by themselves.
    pub per_minute: u32,
}

/// Binds, tells `ready` the address, and serves until `shutdown`. What happens is written to standard error, one line
/// each, numbers masked. Refuses to listen beyond loopback.
pub async fn run(
    run: SimRun,
    ready: impl FnOnce(SocketAddr, &Sim),
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    if !run.listen.ip().is_loopback() {
        bail!("{} is not a loopback address: the simulated carrier serves this machine only", run.listen);
    }
    let lines = match &run.texts {
        Some((path, column)) => read_column(path, column)?,
        None => SAMPLE_QUESTIONS.iter().map(|&line| line.to_owned()).collect(),
    };
    let listener =
        TcpListener::bind(run.listen).await.with_context(|| format!("cannot listen on {}", run.listen))?;
    let sim = Sim::new(run.options);
    let clock = sim.options().clock.clone();
    sim.observe(move |event| {
        // Nobody reads standard error any more: nothing to be done about it.
        drop(writeln!(std::io::stderr(), "{} {event}", korean(clock.now_ms(), "%H:%M:%S")));
    });
    ready(listener.local_addr()?, &sim);
    let citizens = sim.clone();
    tokio::select! {
        served = sim.serve(listener, shutdown) => Ok(served?),
        () = text_by_themselves(citizens, lines, run.per_minute) => Ok(()),
    }
}

async fn text_by_themselves(sim: Sim, lines: Vec<String>, per_minute: u32) {
    if per_minute == 0 {
        return std::future::pending().await;
    }
    let mut tick = tokio::time::interval(Duration::from_secs_f64(60.0 / f64::from(per_minute)));
    for (n, line) in lines.iter().cycle().enumerate() {
        tick.tick().await;
        sim.text(&format!("0105550{:04}", n % 900), line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_at(listen: &str) -> SimRun {
        let listen = listen.parse().unwrap();
        SimRun { listen, options: SimOptions::default(), texts: None, per_minute: 6_000 }
    }

    #[tokio::test]
    async fn only_this_machine() {
        let refused = run(run_at("0.0.0.0:0"), |_, _| {}, std::future::pending()).await.unwrap_err();
        assert!(refused.to_string().contains("loopback"), "{refused}");
    }

    #[tokio::test]
    async fn citizens_text_by_themselves() {
        let (tell, told) = tokio::sync::oneshot::channel::<Sim>();
        let bound = Duration::from_secs(30);
        let have_texted = async {
            let sim = told.await.unwrap();
            while sim.ledger().texts.len() < 4 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let started = |_, sim: &Sim| drop(tell.send(sim.clone()));
        tokio::time::timeout(bound, run(run_at("127.0.0.1:0"), started, have_texted)).await.unwrap().unwrap();
    }
}
