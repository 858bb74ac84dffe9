//! Desks' hours that do not mean what they seem to, and calendar files whose events were left out.

use super::finding::{Finding, Severity};
use crate::config::{CalendarFile, Config};
use crate::domain::UnixMs;
use crate::domain::calendar::weekday;
use crate::domain::desk::Desk;
use crate::ops::lang::Lang;

/// Rules are tried on so many days: a year has each weekday and each holiday.
const DAYS: usize = 366;

pub(super) fn findings(config: &Config, now: UnixMs, lang: Lang) -> Vec<Finding> {
    let desks = config.desks.all().iter().filter_map(|desk| cut(desk, now, lang));
    desks.chain(config.calendar_files.iter().filter_map(|file| left_out(file, lang))).collect()
}

/// Hours after midnight that a later rule, of the next day, takes back.
fn cut(desk: &Desk, now: UnixMs, lang: Lang) -> Option<Finding> {
    let (date, until) = desk.calendar.cut_after_midnight(desk.calendar.date_at(now)?, DAYS)?;
    let (key, clock) = (&desk.key, format!("{:02}:{:02}", until / 60, until % 60));
    let (ko, en) = weekday(date.weekday());
    let day = lang.pick(en, ko);
    Some(Finding::with(
        "calendar",
        Severity::Warning,
        lang.pick(
            format!("{key}: the hours of {day} {date} go on after midnight until {clock}, but a later rule replaces the next day's: the desk closes at 24:00"),
            format!("{key}: {date}({day}) 시간은 자정을 넘어 {clock} 까지인데 뒤에 적힌 규칙이 다음 날을 바꿔 24:00 에 닫습니다"),
        ),
        lang.pick(
            format!("if it should stay open, write those hours into the later rule of desks.{key}.hours, too, such as Sa 00:00-{clock},09:00-18:00"),
            format!("계속 열려면 desks.{key}.hours 의 뒤쪽 규칙에도 그 시간을 적으십시오. 예: Sa 00:00-{clock},09:00-18:00"),
        ),
    ))
}

/// Events that are no holidays: somebody may have meant them as such.
fn left_out(file: &CalendarFile, lang: Lang) -> Option<Finding> {
    let CalendarFile { path, n_days, n_left_out } = file;
    let path = path.display();
    (*n_left_out > 0).then(|| {
        Finding::with(
            "calendar",
            Severity::Warning,
            lang.pick(
                format!("{path} has {n_days} holidays; {n_left_out} events with a time of day were left out"),
                format!("{path}: 휴일 {n_days}일, 시각이 적힌 일정 {n_left_out}개는 뺐습니다"),
            ),
            lang.pick(
                "make them all-day events if they are holidays; see `munjad calendar`",
                "휴일이면 종일 일정으로 바꾸십시오. `munjad calendar` 로 볼 수 있습니다",
            ),
        )
    })
}
