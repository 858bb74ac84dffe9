//! `munjad calendar`: prints a year's holidays, exceptions and hours, so that an operator can confirm them before citizens
//! are told.

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{ConfigArg, Say, line};
use crate::client::table::drawn;
use crate::config::Config;
use crate::domain::calendar::holidays::english_name;
use crate::domain::calendar::{Day, Planned, Span, Why, YEARS, weekday};
use crate::domain::desk::Desk;
use crate::domain::text::one_line;
use crate::ops::clock::Clock;
use crate::ops::lang::Lang;

#[derive(Args)]
pub(super) struct Show {
    /// Year (default: this one)
    year: Option<i16>,
    /// Desk (default: the first)
    #[arg(long)]
    desk: Option<String>,
    /// Print every day, not only holidays and exceptions
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    at: ConfigArg,
}

pub(super) fn run(args: &Show, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&args.at.config)?;
    let desk = desk(&config, args.desk.as_deref(), say)?;
    let year = match args.year {
        Some(year) => year,
        None => desk.calendar.date_at(Clock::system().now_ms()).context("no date")?.year(),
    };
    if !YEARS.contains(&year) {
        let (first, last) = (YEARS.start(), YEARS.end());
        bail!(say.pick(
            format!("years go from {first} to {last}"),
            format!("{first}년부터 {last}년까지 볼 수 있습니다")
        ));
    }
    let days: Vec<Day> = days_of(year).map(|date| desk.calendar.day(date)).collect();
    let days: Vec<&Day> = days.iter().filter(|day| args.all || is_special(day)).collect();
    if say.json {
        line(&serde_json::to_string_pretty(&as_json(desk, year, &days))?);
    } else if say.is_terminal() {
        print(desk, year, &days, say);
    } else {
        days.iter().for_each(|day| line(&row(day, say).join("\t")));
    }
    Ok(())
}

fn desk<'a>(config: &'a Config, key: Option<&str>, say: Say) -> anyhow::Result<&'a Desk> {
    let found = match key {
        None => Some(config.desks.first()),
        Some(key) => config.desks.all().iter().find(|desk| desk.key == key),
    };
    found.ok_or_else(|| {
        let keys: Vec<&str> = config.desks.all().iter().map(|desk| desk.key.as_str()).collect();
        let keys = keys.join(", ");
        anyhow!(say.pick(
            format!("there is no such desk; there are: {keys}"),
            format!("그런 부서가 없습니다. 있는 부서: {keys}")
        ))
    })
}

fn days_of(year: i16) -> impl Iterator<Item = Date> {
    let first = Date::new(year, 1, 1).into_iter();
    first.flat_map(|first| first.series(1.day())).take_while(move |date| date.year() == year)
}

fn is_special(day: &Day) -> bool {
    !matches!(day.why, Why::Weekday | Why::Weekend)
}

fn print(desk: &Desk, year: i16, days: &[&Day], say: Say) {
    let rules = desk.calendar.rules();
    line(&format!("{} ({}): {}, {}", desk.name, desk.key, rules.hours, rules.time_zone));
    line(&match rules.confirmed_until {
        Some(date) => say.pick(format!("confirmed until {date}"), format!("{date} 까지 확인함")),
        None => say.pick("nobody has confirmed these days yet", "아직 확인하지 않은 날짜입니다").to_owned(),
    });
    let heads = say.pick(["day", "", "open", "why"], ["날짜", "요일", "운영 시간", "사유"]);
    let rows = days.iter().map(|day| row(day, say).to_vec()).collect();
    line(&drawn(heads.map(str::to_owned).to_vec(), rows, say.columns()));
    line(&total(desk, year, say));
}

/// Totals of the year, for comparison with another year.
fn total(desk: &Desk, year: i16, say: Say) -> String {
    let (mut n_open, mut n_holidays, mut minutes) = (0, 0, 0);
    for date in days_of(year) {
        let day = desk.calendar.day(date);
        n_open += u32::from(!day.spans.is_empty());
        n_holidays += u32::from(day.is_holiday());
        minutes += day.spans.iter().map(|span| u32::from(span.closes - span.opens)).sum::<u32>();
    }
    let hours = minutes / 60;
    say.pick(
        format!("{year}: open on {n_open} days, {hours} hours; holidays: {n_holidays} days"),
        format!("{year}년: 운영 {n_open}일 {hours}시간, 공휴일 {n_holidays}일"),
    )
}

fn row(day: &Day, say: Say) -> [String; 4] {
    let (ko, en) = weekday(day.date.weekday());
    let open =
        if day.spans.is_empty() { say.pick("closed", "휴무").to_owned() } else { spans(day).join(", ") };
    let why = one_line(&why(&day.why, say.lang), 80);
    [day.date.to_string(), say.pick(en, ko).to_owned(), open, why]
}

fn spans(day: &Day) -> Vec<String> {
    day.spans.iter().map(Span::to_string).collect()
}

fn why(why: &Why, lang: Lang) -> String {
    match why {
        Why::Weekday => lang.pick("weekday", "평일").to_owned(),
        Why::Weekend => lang.pick("weekend", "주말").to_owned(),
        Why::Holiday(name) => lang.pick(both_names(name), name.clone()),
        Why::Substitute(name) => {
            lang.pick(format!("in place of {}", both_names(name)), format!("대체공휴일 ({name})"))
        }
        Why::Added(name) => lang.pick(format!("added: {name}"), format!("추가: {name}")),
        Why::Removed(name) => lang.pick(format!("removed: {}", both_names(name)), format!("제외: {name}")),
        Why::Exception(None) => lang.pick("exception", "예외").to_owned(),
        Why::Exception(Some(planned)) => {
            let text = planned_text(planned);
            lang.pick(format!("exception: {text}"), format!("예외: {text}"))
        }
    }
}

/// `Chuseok (추석)`; two on one day have a dot between them.
fn both_names(korean: &str) -> String {
    let english: Option<Vec<&str>> = korean.split('·').map(english_name).collect();
    match english {
        Some(names) => format!("{} ({korean})", names.join(" and ")),
        None => korean.to_owned(),
    }
}

/// What citizens are told; the Korean words where there are both.
fn planned_text(planned: &Planned) -> &String {
    static NONE: String = String::new();
    planned.ko.as_ref().or(planned.en.as_ref()).unwrap_or(&NONE)
}

fn as_json(desk: &Desk, year: i16, days: &[&Day]) -> Value {
    let rules = desk.calendar.rules();
    let days: Vec<Value> = days.iter().map(|day| day_as_json(day)).collect();
    json!({
        "desk": desk.key, "name": desk.name, "year": year, "hours": rules.hours, "time_zone": rules.time_zone,
        "confirmed_until": rules.confirmed_until.map(|date| date.to_string()), "days": days,
    })
}

fn day_as_json(day: &Day) -> Value {
    let (kind, name) = match &day.why {
        Why::Weekday => ("weekday", None),
        Why::Weekend => ("weekend", None),
        Why::Holiday(name) => ("holiday", Some(name)),
        Why::Substitute(name) => ("substitute", Some(name)),
        Why::Added(name) => ("added", Some(name)),
        Why::Removed(name) => ("removed", Some(name)),
        Why::Exception(planned) => ("exception", planned.as_ref().map(planned_text)),
    };
    json!({
        "date": day.date.to_string(), "weekday": weekday(day.date.weekday()).1, "open": spans(day),
        "why": kind, "name": name, "is_holiday": day.is_holiday(),
    })
}
