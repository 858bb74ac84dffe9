//! `munjad audit export`: the log as JSON lines, each with everything that its hash covers.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use serde_json::{Value, json};

use crate::admin::operator::{access, log, not_written};
use crate::admin::person::reason;
use crate::admin::{ConfigArg, Say, line, open};
use crate::config::Config;
use crate::domain::access::Action;
use crate::domain::access::chain::{Row, to_hex};
use crate::ops::clock::Clock;
use crate::store::{AccessFilter, NewAccess};

/// The file while it is written. The first row says what the export follows.
struct Export {
    out: BufWriter<File>,
    n_rows: u64,
    /// The first error; nothing is written after it.
    failed: Option<std::io::Error>,
}

impl Export {
    /// Returns whether more rows are wanted.
    fn take(&mut self, row: &Row) -> bool {
        let written = match self.n_rows {
            0 => self.write(&first_line(row)).and_then(|()| self.write(&as_json(row))),
            _ => self.write(&as_json(row)),
        };
        self.n_rows += 1;
        self.failed = written.err();
        self.failed.is_none()
    }

    fn write(&mut self, value: &Value) -> std::io::Result<()> {
        writeln!(self.out, "{value}")
    }
}

pub(super) async fn run(
    out: &Path,
    why: &str,
    since: Option<i64>,
    at: &ConfigArg,
    say: Say,
) -> anyhow::Result<()> {
    let reason = reason(why, say)?;
    let config = Config::load_without_secrets(&at.config)?;
    let store = open(&config).await?;
    let exported = NewAccess { reason, ..access(Action::Export).detail("audit export") };
    log(&store, exported).await?;
    let shown = out.display().to_string();
    let file = File::options().write(true).create_new(true).mode(0o600).open(out);
    let file = file.map_err(|error| not_written(out, error))?;
    let export = Arc::new(Mutex::new(Export { out: BufWriter::new(file), n_rows: 0, failed: None }));
    let into = Arc::clone(&export);
    let filter =
        AccessFilter { since: since.map(|ms| Clock::system().now_ms() - ms), ..AccessFilter::default() };
    let take = move |row: Row| into.lock().unwrap_or_else(PoisonError::into_inner).take(&row);
    store.walk_access(filter, take).await.context("the access log could not be read")?;
    let mut export = export.lock().unwrap_or_else(PoisonError::into_inner);
    let n = export.n_rows;
    match export.failed.take() {
        Some(error) => return Err(error).context(shown),
        None => export.out.flush().and_then(|()| export.out.get_ref().sync_all()).context(shown.clone())?,
    }
    if say.json {
        line(&json!({ "file": shown, "n_rows": n }).to_string());
    } else {
        line(&say.pick(
            format!("{n} rows were written to {shown}. To check them: python3 audit-verify.py {shown}"),
            format!("기록 {n}건을 {shown} 에 썼습니다. 확인: python3 audit-verify.py {shown}"),
        ));
    }
    Ok(())
}

fn first_line(first: &Row) -> Value {
    json!({ "log": "munja access log", "version": 1, "follows": { "seq": first.seq - 1, "hash": to_hex(&first.previous) } })
}

fn as_json(row: &Row) -> Value {
    let record = &row.record;
    json!({
        "seq": row.seq, "at": record.at, "role": record.who.role, "login": record.who.login,
        "origin": record.who.origin, "action": record.action, "conversation_id": record.conversation_id,
        "item_id": record.item_id, "reason": record.reason, "detail": record.detail,
        "subjects": to_hex(&record.subjects), "previous": to_hex(&row.previous), "hash": to_hex(&row.hash),
    })
}
