//! `munja audit show|who-saw`: the access log, for auditors.

use clap::ValueEnum;

use super::context::CliContext;
use super::failure::Failure;
use super::input;
use super::search::since;
use crate::api::wire::AccessRowView;
use crate::client::audit::{AuditQuery, cells, headings};
use crate::client::table::{lines, table};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "WHAT")]
    what: What,
    #[arg(long, value_name = "DATE")]
    since: Option<String>,
    #[arg(long, value_name = "LOGIN")]
    login: Option<String>,
    #[arg(long, value_name = "ACTION")]
    action: Option<String>,
    #[arg(long, value_name = "N")]
    conversation: Option<i64>,
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: usize,
    #[arg(long, value_name = "NUMBER", required_if_eq("what", "who-saw"))]
    number: Option<String>,
    #[arg(long, value_name = "TEXT", required_if_eq("what", "who-saw"))]
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Show,
    WhoSaw,
}

pub async fn run(context: &mut CliContext, args: Args) -> Result<(), Failure> {
    let since_at = args.since.as_deref().map(|word| since(context, word)).transpose()?;
    let number = input::number(context, args.number.as_deref())?;
    let client = context.client()?;
    let rows = match (args.what, number, args.reason) {
        (What::WhoSaw, Some(number), Some(reason)) => client.who_saw(&number, &reason, since_at).await?,
        _ => {
            let query = AuditQuery {
                since_at: since_at.or(Some(context.io.clock.now_ms() - DAY_MS)),
                login: args.login,
                action: args.action,
                conversation: args.conversation,
            };
            client.audit(&query, args.limit).await?
        }
    };
    print(context, &rows)
}

fn print(context: &mut CliContext, rows: &[AccessRowView]) -> Result<(), Failure> {
    if context.json {
        return context.print_json(&rows);
    }
    if rows.is_empty() {
        let nothing = context.say.t("audit-none");
        return context.print(&nothing);
    }
    let shown: Vec<_> =
        rows.iter().map(|row| cells(&context.say, row, context.times().dated(row.at))).collect();
    let text = if context.io.stdout_is_terminal {
        table(headings(&context.say), shown, context.table_columns())
    } else {
        lines(&shown)
    };
    context.print(&text)
}
