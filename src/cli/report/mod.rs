//! `munja report`: the figures of some days as tables on a terminal, a page to print, a workbook, CSV or JSON.

mod csv;
mod html;
mod people;
mod svg;
mod terminal;
mod values;
mod xlsx;

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::json;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;
use crate::api::wire::{QuoteList, ReportView};
use crate::client::desks::desk_name;
use crate::client::format::{one_word, whole_path};
use crate::client::{ReportQuery, Say, create_private};
use crate::domain::UnixMs;
use crate::domain::figures::Period;
use crate::domain::figures::period::date_at;

/// What is reported: a word before the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Service,
    Counselors,
    Staffing,
    Coaching,
    Incentive,
}

impl About {
    fn from_word(word: &str) -> Option<About> {
        Some(match word {
            "counselors" => About::Counselors,
            "staffing" => About::Staffing,
            "coaching" => About::Coaching,
            "incentive" => About::Incentive,
            _ => return None,
        })
    }

    /// The word before the period; none for the service.
    fn as_str(self) -> &'static str {
        match self {
            About::Service => "",
            About::Counselors => "counselors",
            About::Staffing => "staffing",
            About::Coaching => "coaching",
            About::Incentive => "incentive",
        }
    }

    /// The period, if none is named.
    fn usual_period(self) -> &'static str {
        match self {
            About::Service | About::Counselors | About::Coaching => "month",
            About::Staffing | About::Incentive => "last-month",
        }
    }
}

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "PERIOD", num_args = 0..=2)]
    what: Vec<String>,
    #[arg(long, value_name = "DESK")]
    pub(super) desk: Option<String>,
    #[arg(long, value_name = "ROWS", value_parser = ["hour", "day", "weekday", "month", "desk", "category", "counselor"])]
    by: Option<String>,
    #[arg(long, value_name = "PERIOD", value_parser = ["previous", "last-year"])]
    compare: Option<String>,
    #[arg(long)]
    words: bool,
    #[arg(long, value_name = "SCORE", value_parser = clap::value_parser!(i64).range(1..=5))]
    low: Option<i64>,
    #[arg(long, value_name = "SPAN", value_parser = crate::client::span_ms)]
    slow: Option<i64>,
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
}

/// Everything that is printed.
pub struct Printed {
    pub say: Say,
    /// Names the period, as in a file's name.
    pub period: String,
    /// When it was counted, in words.
    pub made: String,
    pub report: ReportView,
    /// The name of the desk that it is about; all if absent.
    pub desk: Option<String>,
    /// The period that it is compared with, and its figures.
    pub compared: Option<(String, ReportView)>,
    /// Whether that period was cut to as many days as this one has had.
    pub is_cut: bool,
    pub words: Option<QuoteList>,
    /// Whose days are named.
    pub zone: TimeZone,
}

impl Printed {
    /// The day of a moment: `2026-12-01`.
    pub fn date(&self, at: UnixMs) -> String {
        date_at(at, &self.zone).map_or_else(|| "?".to_owned(), |day| day.to_string())
    }
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    let (about, period) = asked(context, args)?;
    if matches!(about, About::Coaching | About::Incentive) {
        let days = (period.first.to_string(), period.last.to_string());
        let of = ReportQuery { days: (&days.0, &days.1), desk: args.desk.as_deref(), by: None };
        return match about {
            About::Coaching => people::coaching(context, args, &of).await,
            _ => people::incentive(context, args, &of).await,
        };
    }
    let printed = fetch(context, args, (about, period)).await?;
    let files = files(args, &printed);
    if files.is_empty() {
        if context.json {
            let json = json_of(&printed)?;
            return context.print_json(&json);
        }
        let text = terminal::text(&printed, context.paint, context.table_columns());
        return context.print(&text);
    }
    let (mut names, mut contents) = (Vec::new(), Vec::new());
    for (path, format) in files {
        contents.push(format.bytes(&printed)?);
        names.push(path);
    }
    if let Some(folder) = &args.to {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| unwritable(folder, &error))?;
    }
    for (path, bytes) in names.iter().zip(contents) {
        write(context, path, &bytes)?;
    }
    Ok(())
}

/// What it is about, and the period.
fn asked(context: &CliContext, args: &Args) -> Result<(About, Period), Failure> {
    let mut about = if args.by.as_deref() == Some("counselor") { About::Counselors } else { About::Service };
    let mut named = None;
    for word in &args.what {
        match About::from_word(word) {
            Some(known) => about = known,
            None if named.is_some() => {
                let values =
                    [("one", one_word(named.unwrap_or_default()).into()), ("two", one_word(word).into())];
                return Err(Failure::here(Exit::Usage, "report_periods", values));
            }
            None => named = Some(word.as_str()),
        }
    }
    let is_by = args.by.as_deref().is_some_and(|by| match about {
        About::Service => false,
        About::Counselors => by != "counselor",
        _ => true,
    });
    let is_compared = args.compare.is_some() && !matches!(about, About::Service | About::Staffing);
    let is_coached = about == About::Coaching;
    let options = [
        ("--by", is_by),
        ("--compare", is_compared),
        ("--low", args.low.is_some() && !is_coached),
        ("--slow", args.slow.is_some() && !is_coached),
    ];
    if let Some((option, _)) = options.into_iter().find(|(_, is_wrong)| *is_wrong) {
        let values = [("option", option.into()), ("about", about.as_str().into())];
        return Err(Failure::here(Exit::Usage, "report_option", values));
    }
    let period = named.unwrap_or(about.usual_period());
    let today = today(context);
    let found = Period::parse(period, today);
    let period = found.map_err(|bad| {
        let values = [("what", one_word(period).into()), ("today", today.to_string().into())];
        Failure::here(Exit::Usage, bad.as_str(), values)
    })?;
    Ok((about, period))
}

fn today(context: &CliContext) -> Date {
    date_at(context.io.clock.now_ms(), &context.io.zone).unwrap_or(Date::ZERO)
}

async fn fetch(
    context: &CliContext,
    args: &Args,
    (about, period): (About, Period),
) -> Result<Printed, Failure> {
    let client = context.client()?;
    let by = args.by.as_deref().filter(|_| about == About::Service);
    let get = async |period: Period| {
        let days = (period.first.to_string(), period.last.to_string());
        let of = ReportQuery { days: (&days.0, &days.1), desk: args.desk.as_deref(), by };
        match about {
            About::Counselors => client.report_counselors(&of).await,
            About::Staffing => client.report_staffing(&of).await,
            _ => client.report(&of).await,
        }
    };
    let report = get(period).await?;
    let other = match args.compare.as_deref() {
        Some("previous") => Some(period.previous()),
        Some(_) => Some(period.year_before()),
        None => None,
    };
    let cut = other.map(|other| period.comparable(other, today(context)));
    let compared = match cut {
        Some(other) => Some((other.to_string(), get(other).await?)),
        None => None,
    };
    let days = (period.first.to_string(), period.last.to_string());
    let of = ReportQuery { days: (&days.0, &days.1), desk: args.desk.as_deref(), by: None };
    let words = if args.words { Some(client.report_words(&of).await?) } else { None };
    let desk = match report.desk.as_deref() {
        Some(key) => Some(desk_name(context.desks().await.as_ref(), key)),
        None => None,
    };
    let made = context.times().dated(report.made_at);
    Ok(Printed {
        say: context.say,
        period: period.to_string(),
        made,
        report,
        desk,
        compared,
        is_cut: cut != other,
        words,
        zone: context.io.zone.clone(),
    })
}

fn json_of(printed: &Printed) -> Result<serde_json::Value, Failure> {
    let mut json = serde_json::to_value(&printed.report).map_err(anyhow::Error::from)?;
    if let Some((period, compared)) = &printed.compared {
        json["compared"] = json!({ "period": period, "report": compared });
    }
    if let Some(words) = &printed.words {
        json["words"] = json!(words);
    }
    Ok(json)
}

/// A kind of file.
#[derive(Clone, Copy)]
enum Format {
    Html,
    Xlsx,
    Csv,
}

impl Format {
    fn bytes(self, printed: &Printed) -> Result<Vec<u8>, Failure> {
        Ok(match self {
            Format::Html => html::page(printed).into_bytes(),
            Format::Xlsx => xlsx::workbook(printed).map_err(anyhow::Error::from)?,
            Format::Csv => csv::file(printed).map_err(anyhow::Error::from)?,
        })
    }
}

/// The files that were asked for.
fn files(args: &Args, printed: &Printed) -> Vec<(PathBuf, Format)> {
    let mut files = Vec::new();
    files.extend(args.html.clone().map(|path| (path, Format::Html)));
    files.extend(args.xlsx.clone().map(|path| (path, Format::Xlsx)));
    files.extend(args.csv.clone().map(|path| (path, Format::Csv)));
    if let Some(folder) = &args.to {
        let desk = printed.report.desk.as_deref().map(|desk| format!("-{desk}")).unwrap_or_default();
        let name = |ending: &str| folder.join(format!("munja-{}{desk}.{ending}", printed.period));
        files.extend([
            (name("html"), Format::Html),
            (name("xlsx"), Format::Xlsx),
            (name("csv"), Format::Csv),
        ]);
    }
    files
}

/// Writes a file beside its place and moves it there; `-` is standard output.
fn write(context: &mut CliContext, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path == Path::new("-") {
        let out = &mut context.io.stdout;
        return out.write_all(bytes).and_then(|()| out.flush()).map_err(Failure::from_output_error);
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let done = std::fs::remove_file(&partial).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    });
    let done = done.and_then(|()| {
        create_private(&partial, bytes)?;
        std::fs::rename(&partial, path)
    });
    done.map_err(|error| unwritable(path, &error))?;
    let name = whole_path(path);
    let line = context.say.with("report-written", [("file", name.into())]);
    context.remark(&line);
    Ok(())
}

/// Says why in our own words, where the operating system's are in one language alone.
fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let code = match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => "report_no_folder",
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => "report_forbidden",
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => "report_disk_full",
        _ => "report_file",
    };
    let values = [("file", whole_path(path).into()), ("why", one_word(&error.to_string()).into())];
    Failure::here(Exit::Unexpected, code, values)
}

#[cfg(test)]
mod tests;
