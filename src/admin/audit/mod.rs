//! `munjad audit verify|show|export|who-saw|suspicious`: the access log, for the operator and for whoever audits the service.

mod export;
mod show;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::policy::span_ms;
use super::{ConfigArg, Say};
use crate::domain::access::Action;

#[derive(Subcommand)]
pub(super) enum Audit {
    /// Check that the access log is as it was written; exit code 3 if not, or if heads are missing in their file
    Verify {
        /// Another file of heads to compare with, such as a copy from another machine
        #[arg(long, value_name = "FILE")]
        heads: Vec<PathBuf>,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Show who saw or changed what, the newest last
    Show {
        #[command(flatten)]
        rows: Rows,
        /// Show at most so many rows, the newest
        #[arg(long, default_value_t = 200)]
        limit: usize,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Write the log into a file (JSON lines) that audit-verify.py can check, too
    Export {
        /// The file; it must not exist
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Why; it stands in the log
        #[arg(long)]
        reason: String,
        /// How far back: 24h, 30d (default: all there is)
        #[arg(long, value_parser = span_ms)]
        since: Option<i64>,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// List everybody who saw the data of one citizen
    WhoSaw {
        /// The citizen's phone number, or what the carrier called the sender; only its keyed hash is searched for and logged
        #[arg(long)]
        number: String,
        /// Why; it stands in the log
        #[arg(long)]
        reason: Option<String>,
        /// How far back: 24h, 30d (default: all there is)
        #[arg(long, value_parser = span_ms)]
        since: Option<i64>,
        #[command(flatten)]
        at: ConfigArg,
    },
    /// Report who read many citizens' texts without answering, opened or searched, or while every desk was closed, day by day
    Suspicious {
        /// How far back: 24h, 30d
        #[arg(long, default_value = "7d", value_parser = span_ms)]
        since: i64,
        #[command(flatten)]
        at: ConfigArg,
    },
}

/// Which rows are shown.
#[derive(Args)]
pub(super) struct Rows {
    /// How far back: 24h, 30d
    #[arg(long, default_value = "24h", value_parser = span_ms)]
    since: i64,
    /// Only this person
    #[arg(long)]
    login: Option<String>,
    /// Only this action: list, view, photo, reveal, change, export, admin ...
    #[arg(long, value_parser = action)]
    action: Option<Action>,
    /// Only this conversation
    #[arg(long, value_name = "N")]
    conversation: Option<i64>,
}

fn action(word: &str) -> Result<Action, String> {
    let all = || Action::ALL.iter().map(|action| action.as_str()).collect::<Vec<_>>().join(", ");
    Action::from_word(word).ok_or_else(all)
}

pub(super) async fn run(command: Audit, say: Say) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify { heads, at } => return verify::run(&at, &heads, say).await,
        Audit::Show { rows, limit, at } => show::rows(rows, limit, &at, say).await?,
        Audit::Export { out, reason, since, at } => export::run(&out, &reason, since, &at, say).await?,
        Audit::WhoSaw { number, reason, since, at } => {
            show::who_saw(&number, reason.as_deref(), since, &at, say).await?;
        }
        Audit::Suspicious { since, at } => show::suspicious(since, &at, say).await?,
    }
    Ok(ExitCode::SUCCESS)
}
