//! `munja status`: the state of the service.

use super::bulletin;
use super::context::CliContext;
use super::edit;
use super::failure::Failure;
use crate::api::wire::{CarrierStatus, CheckView, ComparedView, Counts, DeskList, StatusResponse};
use crate::client::format::one_word;
use crate::domain::text::one_line;

#[derive(clap::Args)]
pub struct Args {
    #[arg(long)]
    short: bool,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let status = context.client()?.status().await?;
    if args.short {
        return short(context, &status.counts);
    }
    if context.json {
        return context.print_json(&status);
    }
    let desks = if status.bulletins.is_empty() { None } else { context.desks().await };
    let text = describe(context, desks.as_ref(), &status);
    context.print(&text)
}

/// One line for a status bar: `대기 3 (6분) · 긴급 1`.
fn short(context: &mut CliContext, counts: &Counts) -> Result<(), Failure> {
    if context.json {
        return context.print_json(&serde_json::json!({
            "n_waiting": counts.n_waiting, "oldest_waiting_since_at": counts.oldest_waiting_since_at,
            "n_dangers": counts.n_dangers, "n_dangers_ringing": counts.n_dangers_ringing,
        }));
    }
    let span = counts.oldest_waiting_since_at.map(|at| format!(" ({})", context.times().since(at)));
    let mut words = context.say.with("status-short", [("n", counts.n_waiting.into())]);
    words.extend(span);
    if counts.n_dangers > 0 {
        let danger = context.say.with("status-short-danger", [("n", counts.n_dangers.into())]);
        words = format!("{words} · {}", context.paint.alert(&danger));
    }
    context.print(&words)
}

fn describe(context: &CliContext, desks: Option<&DeskList>, status: &StatusResponse) -> String {
    let started = context.times().ago(status.started_at);
    let version = one_word(&status.version);
    let mut lines =
        vec![context.say.with("status-server", [("version", version.into()), ("ago", started.into())])];
    lines.extend(status.checks.iter().filter_map(|check| failing(context, check)));
    if let Some(recovery) = &status.recovery {
        let id =
            if recovery.state == "reading" { "status-recovery-reading" } else { "status-recovery-waiting" };
        let made = context.times().clock(recovery.copy_made_at);
        lines.push(context.paint.alert(&context.say.with(id, [("made", made.into())])));
    }
    lines.extend(status.bulletins.iter().map(|one| bulletin::status_line(context, desks, one)));
    lines.extend(status.lists.iter().map(|of| edit::state_line(context, of)));
    let is_one = status.carriers.len() == 1;
    lines.extend(status.carriers.iter().flat_map(|one| carrier(context, one, is_one)));
    lines.extend(counts(context, &status.counts));
    for worker in status.workers.iter().filter(|w| w.is_late) {
        let ago = context.times().ago(worker.last_progress_at);
        let values = [("name", one_word(&worker.name).into()), ("ago", ago.into())];
        lines.push(context.paint.alert(&context.say.with("status-late", values)));
    }
    lines.join("\n")
}

/// Why the gateway cannot do its job. Late loops and deaf carriers have lines of their own.
fn failing(context: &CliContext, check: &CheckView) -> Option<String> {
    let is_said = check.state == "ok" || matches!(check.name.as_str(), "loops" | "carriers");
    let why = check.detail.as_deref().filter(|_| !is_said)?;
    let values = [("why", one_line(&context.say.cause(why), 200).into())];
    Some(context.paint.alert(&context.say.with("status-not-ready", values)))
}

fn carrier(context: &CliContext, carrier: &CarrierStatus, is_only: bool) -> Vec<String> {
    let name = one_word(&carrier.name);
    let polled = match carrier.last_poll_ok_at {
        Some(at) => context.times().ago(at),
        None => context.say.t("never"),
    };
    let role = match carrier.sends.as_deref() {
        _ if is_only => String::new(),
        Some("standby") => context.say.t("status-role-standby"),
        Some(_) => context.say.t("status-role-preferred"),
        None => context.say.t("status-role-inbound"),
    };
    let line = match (carrier.receives, carrier.hearing.as_deref()) {
        (false, _) => "status-carrier-sends",
        (true, Some("called")) => "status-carrier-called",
        (true, _) => "status-carrier",
    };
    let called = carrier.last_call_at.map_or_else(|| context.say.t("never"), |at| context.times().ago(at));
    let values = [
        ("name", name.clone().into()),
        ("ago", polled.into()),
        ("called", called.into()),
        ("role", role.into()),
    ];
    let mut lines = vec![context.say.with(line, values)];
    if let Some(since) = carrier.deaf_since_at {
        let why = context.say.cause(carrier.deaf_why.as_deref().unwrap_or_default());
        let why = one_line(&why, 200);
        let values = [
            ("name", name.clone().into()),
            ("span", context.times().since(since).into()),
            ("why", why.into()),
        ];
        lines.push(context.paint.alert(&context.say.with("status-deaf", values)));
    }
    let stopped = match carrier.state.as_str() {
        "refused" => Some("status-stopped"),
        "out_of_order" => Some("status-out-of-order"),
        "paused" => Some("status-paused"),
        _ => None,
    };
    if let Some(id) = stopped {
        lines.push(context.paint.alert(&context.say.with(id, [("name", name.into())])));
    }
    if let Some(loss) = &carrier.possible_loss {
        let values = [
            ("name", one_word(&carrier.name).into()),
            ("n", loss.n.into()),
            ("ago", context.times().ago(loss.last_at).into()),
        ];
        lines.push(context.paint.alert(&context.say.with("status-possible-loss", values)));
    }
    if carrier.dates_behind_minutes > 0 {
        let values = [("name", one_word(&carrier.name).into()), ("n", carrier.dates_behind_minutes.into())];
        lines.push(context.paint.alert(&context.say.with("status-dates-behind", values)));
    }
    lines.extend(carrier.compared.iter().map(|found| compared(context, found)));
    if let Some(error) = carrier.last_error.as_ref().filter(|_| carrier.deaf_since_at.is_none()) {
        let values = [("why", one_line(&context.say.cause(error), 200).into())];
        lines.push(context.paint.alert(&context.say.with("status-error", values)));
    }
    lines
}

/// `어제 03:30 대조: 받은 문자 통신사 412건, 우리 412건`
fn compared(context: &CliContext, found: &ComparedView) -> String {
    let values = [
        ("at", context.times().clock(found.at).into()),
        ("theirs", found.n_theirs.into()),
        ("ours", found.n_ours.into()),
        ("differences", found.n_differences.into()),
    ];
    let id = if found.direction == "in" { "status-compared-in" } else { "status-compared-out" };
    match found.n_differences {
        0 => context.say.with(id, values),
        _ => context.paint.alert(&context.say.with(&format!("{id}-differs"), values)),
    }
}

fn counts(context: &CliContext, counts: &Counts) -> Vec<String> {
    let oldest = match counts.oldest_waiting_since_at {
        Some(at) => context.say.with("status-oldest", [("span", context.times().since(at).into())]),
        None => String::new(),
    };
    let queue = [("waiting", counts.n_waiting.into()), ("active", counts.n_active.into())];
    let sending = [("queued", counts.n_queued.into()), ("unreceipted", counts.n_unreceipted.into())];
    let mut lines = vec![format!("{}{oldest}", context.say.with("status-conversations", queue))];
    if counts.n_dangers > 0 {
        let values = [("n", counts.n_dangers.into()), ("ringing", counts.n_dangers_ringing.into())];
        lines.push(context.paint.alert(&context.say.with("status-dangers", values)));
    }
    lines.push(context.say.with("status-sending", sending));
    let trouble = [
        (counts.n_in_doubt, "status-in-doubt"),
        (counts.n_failed_today, "status-failed"),
        (counts.n_quarantined, "status-quarantined"),
    ];
    for (n, id) in trouble.into_iter().filter(|(n, _)| *n > 0) {
        lines.push(context.paint.alert(&context.say.with(id, [("n", n.into())])));
    }
    lines
}
