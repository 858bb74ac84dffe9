//! `munja report coaching` and `munja report incentive`: about counselors, for supervisors.

use super::values::{self, guarded};
use super::{Args, write};
use crate::api::wire::{CoachingItem, CoachingView, IncentiveView, LoadView};
use crate::cli::context::CliContext;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::client::format::one_word;
use crate::client::table::{tabbed, table};
use crate::client::{Coaching, ReportQuery};
use crate::domain::text::one_line;

const BOM: &[u8] = "\u{feff}".as_bytes();

pub async fn coaching(context: &mut CliContext, args: &Args, of: &ReportQuery<'_>) -> Result<(), Failure> {
    only_csv("coaching", args)?;
    let what = Coaching { low_score: args.low, slow_ms: args.slow, words: args.words };
    let list = context.client()?.report_coaching(of, what).await?;
    if let Some(path) = &args.csv {
        let heads = [
            "head-counselor",
            "head-conversation",
            "head-time",
            "head-reason",
            "head-score",
            "head-took-seconds",
            "head-text",
        ];
        let rows = list.consultations.iter().map(|one| {
            let mut row = item(context, one);
            row[0] = one.counselor_name.clone();
            row[2] = context.times().iso(one.at);
            // A spreadsheet takes `17:11` for a time of day.
            row[5] = one.took_ms.map(values::seconds).unwrap_or_default();
            row.push(one.words.clone().unwrap_or_default());
            row
        });
        let bytes = csv(context, &heads, rows.collect())?;
        return write(context, path, &bytes);
    }
    if context.json {
        return context.print_json(&list);
    }
    let text = coaching_text(context, &list);
    context.print(&text)
}

fn coaching_text(context: &CliContext, list: &CoachingView) -> String {
    let say = context.say;
    let (from, to) = (one_word(&list.from), one_word(&list.to));
    let title = say.with("coaching-title", [("from", from.into()), ("to", to.into())]);
    let mut parts = vec![context.paint.strong(&title)];
    if list.consultations.is_empty() {
        parts.push(say.t("coaching-none"));
    } else {
        let heads = ["head-counselor", "head-number", "head-time", "head-reason", "head-score", "head-took"];
        let rows = list.consultations.iter().map(|one| item(context, one)).collect();
        parts.push(shown(context, &heads, rows));
        let quote = |one: &CoachingItem| {
            let words = one.words.as_deref().filter(|words| !words.is_empty())?;
            Some(format!("{}  │ {}", one.conversation_id, one_line(words, 500)))
        };
        let quotes: Vec<String> = list.consultations.iter().filter_map(quote).collect();
        parts.extend((!quotes.is_empty()).then(|| quotes.join("\n")));
        parts.extend((list.n_more > 0).then(|| say.with("report-more-words", [("n", list.n_more.into())])));
    }
    parts.push(context.paint.strong(&say.t("load-title")));
    if list.loads.is_empty() {
        parts.push(say.t("load-none"));
    } else {
        let heads =
            ["head-counselor", "head-dangers-7", "head-dangers-30", "head-abusive-7", "head-abusive-30"];
        let row = |load: &LoadView| {
            let counts = [
                load.n_dangers_7_days,
                load.n_dangers_30_days,
                load.n_abusive_7_days,
                load.n_abusive_30_days,
            ];
            let mut row = vec![one_word(&load.counselor_name)];
            row.extend(counts.map(|n| n.to_string()));
            row
        };
        parts.push(shown(context, &heads, list.loads.iter().map(row).collect()));
    }
    parts.join("\n\n")
}

/// Counselor, number, time, reason, score, how long it took.
fn item(context: &CliContext, of: &CoachingItem) -> Vec<String> {
    let say = &context.say;
    let reason = say.find(&format!("coaching-{}", of.reason)).unwrap_or_else(|| one_word(&of.reason));
    vec![
        one_word(&of.counselor_name),
        of.conversation_id.to_string(),
        context.times().clock(of.at),
        reason,
        of.score.map(|score| score.to_string()).unwrap_or_default(),
        of.took_ms.map(|ms| values::shown(context.say, "ms", Some(ms))).unwrap_or_default(),
    ]
}

pub async fn incentive(context: &mut CliContext, args: &Args, of: &ReportQuery<'_>) -> Result<(), Failure> {
    only_csv("incentive", args)?;
    let found = context.client()?.report_incentive(of).await?;
    if let Some(path) = &args.csv {
        let heads = [
            "head-login",
            "head-rule",
            "head-points",
            "head-event",
            "head-kind",
            "head-conversation",
            "head-time",
        ];
        let rows = found.points.iter().map(|point| {
            vec![
                point.counselor.clone(),
                point.rule.clone(),
                point.points.to_string(),
                point.event_seq.to_string(),
                point.kind.clone(),
                point.conversation_id.to_string(),
                context.times().iso(point.at),
            ]
        });
        let bytes = csv(context, &heads, rows.collect())?;
        return write(context, path, &bytes);
    }
    if context.json {
        return context.print_json(&found);
    }
    let text = incentive_text(context, &found);
    context.print(&text)
}

fn incentive_text(context: &CliContext, found: &IncentiveView) -> String {
    let say = context.say;
    let values = [
        ("from", one_word(&found.from).into()),
        ("to", one_word(&found.to).into()),
        ("version", one_word(&found.version).into()),
    ];
    let mut parts = vec![context.paint.strong(&say.with("incentive-title", values))];
    let rules = found.rules.iter().map(|rule| {
        let once = if rule.once { format!(" ({})", say.t("incentive-once")) } else { String::new() };
        format!("{:+}  {}{once}", rule.points, one_line(&rule.title, 80))
    });
    parts.push(rules.collect::<Vec<_>>().join("\n"));
    if found.counselors.is_empty() {
        parts.push(say.t("incentive-none"));
        return parts.join("\n\n");
    }
    let mut header = vec![say.t("head-counselor"), say.t("head-points")];
    header.extend(found.rules.iter().map(|rule| one_line(&rule.title, 30)));
    let rows: Vec<Vec<String>> = found
        .counselors
        .iter()
        .map(|sum| {
            let mut row = vec![one_word(&sum.counselor_name), sum.points.to_string()];
            row.extend(sum.counts.iter().map(i64::to_string));
            row
        })
        .collect();
    parts.push(table(header, rows, context.table_columns()));
    parts.push(say.t("incentive-how"));
    parts.join("\n\n")
}

fn shown(context: &CliContext, heads: &[&str], rows: Vec<Vec<String>>) -> String {
    if context.io.stdout_is_terminal {
        table(heads.iter().map(|id| context.say.t(id)).collect(), rows, context.io.columns)
    } else {
        tabbed(&rows)
    }
}

/// These lists are no page and no workbook.
fn only_csv(about: &'static str, args: &Args) -> Result<(), Failure> {
    if args.html.is_some() || args.xlsx.is_some() || args.to.is_some() {
        return Err(Failure::here(Exit::Usage, "report_csv_only", [("about", about.into())]));
    }
    Ok(())
}

/// With a byte order mark, and no cell that a spreadsheet takes for a formula.
fn csv(context: &CliContext, heads: &[&str], rows: Vec<Vec<String>>) -> Result<Vec<u8>, Failure> {
    let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(BOM.to_vec());
    let head = heads.iter().map(|id| context.say.t(id)).collect();
    for row in std::iter::once(head).chain(rows) {
        // A number is none, also below nothing.
        let safe = |cell: &String| if cell.parse::<i64>().is_ok() { cell.clone() } else { guarded(cell) };
        out.write_record(row.iter().map(safe)).map_err(anyhow::Error::from)?;
    }
    Ok(out.into_inner().map_err(|error| anyhow::Error::from(error.into_error()))?)
}
