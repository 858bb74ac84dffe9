//! Who is called: whether somebody is on duty at every hour of the coming week, and whether accounts and programs are there.

use std::os::unix::fs::PermissionsExt;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Finding;
use crate::config::Config;
use crate::domain::UnixMs;
use crate::domain::alarm::{AlarmPolicy, DutyKind};
use crate::ops::lang::Lang;
use crate::store::Store;

/// At most so many spans without anybody on duty are named.
const MOST_GAPS: usize = 5;
/// Hours looked ahead.
const WEEK: u32 = 7 * 24;

/// The findings that need no database.
pub(super) fn duty(config: &Config, now: UnixMs, lang: Lang) -> Vec<Finding> {
    let rota = AlarmPolicy { phones: config.alarm.phones.clone(), ..AlarmPolicy::default() };
    let zone = config.desks.first().calendar.time_zone();
    let mut findings: Vec<Finding> =
        DutyKind::ALL.into_iter().map(|kind| kind_of((&rota, zone), kind, now, lang)).collect();
    findings.extend(program(config, lang));
    findings
}

fn kind_of((rota, zone): (&AlarmPolicy, &TimeZone), kind: DutyKind, now: UnixMs, lang: Lang) -> Finding {
    let (en, ko) = match kind {
        DutyKind::Danger => ("a danger that nobody answers", "답이 없는 긴급 상담"),
        DutyKind::Operator => ("trouble of the gateway", "서버 문제"),
    };
    let remedy = || {
        lang.pick(
            format!(
                "name phones in [alarm] phones with kind = \"{}\"; see gateway.example.toml",
                kind.as_str()
            ),
            format!(
                "[alarm] phones 에 kind = \"{}\" 인 전화를 적으십시오 (gateway.example.toml)",
                kind.as_str()
            ),
        )
    };
    let of_kind = rota.phones.iter().filter(|phone| phone.kind == kind).count();
    if of_kind == 0 {
        let message = lang.pick(
            format!("no duty phone is texted for {en}"),
            format!("{ko}: 문자로 알릴 당직 전화가 없습니다"),
        );
        return Finding::with("alarm", super::Severity::Warning, message, remedy());
    }
    let gaps = rota.gaps(kind, now, WEEK);
    if gaps.is_empty() {
        return Finding::good(
            "alarm",
            lang.pick(
                format!("somebody is on duty at every hour of the coming week for {en} ({of_kind} phones)"),
                format!("{ko}: 앞으로 한 주 동안 빈 시간 없이 당직이 있습니다 (전화 {of_kind}대)"),
            ),
        );
    }
    let spans = spans((&gaps, now), zone, lang);
    let message = lang.pick(
        format!("nobody is on duty for {en} at {spans}; all its phones are called in turn then"),
        format!("{ko}: 당직이 없는 시간이 있습니다: {spans}. 그때는 모든 전화에 차례로 알립니다"),
    );
    let remedy = lang.pick(
        "see hours, weeks and dates in [alarm] phones",
        "[alarm] phones 의 hours, weeks, dates 를 보십시오",
    );
    Finding::with("alarm", super::Severity::Warning, message, remedy)
}

/// `2026-10-06 18:00 - 2026-10-07 09:00 (Asia/Seoul)`, the first ones. The week begins at `now`.
fn spans((gaps, now): (&[(UnixMs, UnixMs)], UnixMs), zone: &TimeZone, lang: Lang) -> String {
    // Gaps are found to five minutes.
    let until = now + i64::from(WEEK) * 3_600_000 - 5 * 60_000;
    let time = |at: UnixMs| {
        let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    };
    let end = |to: UnixMs| match to > until {
        // Nobody has looked further.
        true => lang.pick("the end of the week looked at", "확인한 한 주의 끝").to_owned(),
        false => time(to),
    };
    let named = gaps.iter().take(MOST_GAPS).map(|(from, to)| format!("{} - {}", time(*from), end(*to)));
    let mut words = named.collect::<Vec<_>>().join(", ");
    let n_more = gaps.len().saturating_sub(MOST_GAPS);
    if n_more > 0 {
        words += &lang.pick(format!(" and {n_more} more"), format!(" 외 {n_more}번"));
    }
    format!("{words} ({})", zone.iana_name().unwrap_or("UTC"))
}

/// A command that is not there, or that nobody may run.
fn program(config: &Config, lang: Lang) -> Option<Finding> {
    let path = config.alarm.command.first()?;
    let found = std::fs::metadata(path);
    let may_run = found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0);
    (!may_run).then(|| {
        Finding::with(
            "alarm",
            super::Severity::Error,
            lang.pick(
                format!("alarm.command: {path} is no program that can be run"),
                format!("alarm.command: {path} 는 실행할 수 있는 프로그램이 아닙니다"),
            ),
            lang.pick("write the whole path, and chmod +x", "전체 경로를 적고 chmod +x 하십시오"),
        )
    })
}

/// A log-in name that nobody has any more: what they do by phone stands under the phone's name.
pub(super) async fn logins(config: &Config, store: &Store, lang: Lang) -> Option<Finding> {
    let people = store.counselors().await.ok()?;
    let is_there = |login: &str| people.iter().any(|p| p.login == login && p.disabled_at.is_none());
    let lost = config
        .alarm
        .phones
        .iter()
        .filter_map(|phone| phone.login.as_deref())
        .find(|login| !is_there(login))?;
    Some(Finding::with(
        "alarm",
        super::Severity::Warning,
        lang.pick(
            format!("[alarm] phones: no account has the log-in name {lost}"),
            format!("[alarm] phones: {lost} 아이디를 쓰는 계정이 없습니다"),
        ),
        lang.pick("munjad user list", "munjad user list 를 보십시오"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_named_in_the_zone_of_the_desk() {
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        let day = 86_400_000;
        let gaps: Vec<(UnixMs, UnixMs)> = (0..7).map(|n| (n * day, n * day + 3_600_000)).collect();
        let said = spans((&gaps[..1], 0), &seoul, Lang::En);
        assert_eq!(said, "1970-01-01 09:00 - 1970-01-01 10:00 (Asia/Seoul)");
        assert!(spans((&gaps, 0), &seoul, Lang::En).contains("1970-01-05 10:00 and 2 more (Asia/Seoul)"));
    }

    #[test]
    fn the_end_of_the_week_is_not_told_as_the_end_of_a_gap() {
        let now = 1_796_022_061_234;
        let gaps = AlarmPolicy::default().gaps(DutyKind::Danger, now, WEEK);
        let said = |lang| spans((&gaps, now), &TimeZone::UTC, lang);
        assert!(said(Lang::En).contains(" - the end of the week looked at (UTC)"), "{}", said(Lang::En));
        assert!(said(Lang::Ko).contains(" - 확인한 한 주의 끝"), "{}", said(Lang::Ko));
        // One that ends a step before that has an end.
        let whole = [(gaps[0].0, gaps[0].1 - 5 * 60_000)];
        assert!(!spans((&whole, now), &TimeZone::UTC, Lang::En).contains("looked at"));
    }
}
