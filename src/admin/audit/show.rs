//! `munjad audit show|who-saw|suspicious`. Times are those of the first desk's clocks, with the date.

use anyhow::Context;
use serde_json::{Value, json};

use super::Rows;
use crate::admin::operator::{access, log, open_logged};
use crate::admin::person::{must_be_number, number, reason};
use crate::admin::{ConfigArg, Say, line, open};
use crate::api::wire::AccessRowView;
use crate::client;
use crate::client::audit::{cells, headings};
use crate::client::table::drawn;
use crate::config::Config;
use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::access::day::Day;
use crate::domain::access::suspicion::Suspect;
use crate::domain::calendar::OpenState;
use crate::ops::clock::Clock;
use crate::store::{AccessFilter, NewAccess, Store};

pub(super) async fn rows(wanted: Rows, limit: usize, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, "audit show").await?;
    let filter = AccessFilter {
        since: Some(Clock::system().now_ms() - wanted.since),
        login: wanted.login,
        action: wanted.action,
        conversation_id: wanted.conversation,
        ..AccessFilter::default()
    };
    print(newest(&store, filter, limit).await?, &config, say)
}

pub(super) async fn who_saw(
    word: &str,
    why: Option<&str>,
    since: Option<i64>,
    at: &ConfigArg,
    say: Say,
) -> anyhow::Result<()> {
    let reason = why.map(|why| reason(why, say)).transpose()?.unwrap_or_default();
    let config = Config::load_without_secrets(&at.config)?;
    let store = open(&config).await?;
    let (citizen, now) = (number(word, say)?, Clock::system().now_ms());
    must_be_number(&store, &citizen, say).await?;
    let shown = vec![(0, Some(citizen.clone()))];
    log(&store, NewAccess { shown, reason, ..access(Action::Admin).detail("audit who-saw") }).await?;
    if !store.has_its_pseudonym_key() {
        eprintln!(
            "{}",
            say.pick(
                "the key for pseudonyms is another one than this database was begun with: what was logged under the first one is not found (munjad check)",
                "가명 키가 이 데이터베이스를 처음 쓸 때의 것과 다릅니다. 그 키로 남긴 기록은 찾을 수 없습니다 (munjad check)",
            )
        );
    }
    let filter =
        AccessFilter { since: since.map(|ms| now - ms), citizen: Some(citizen), ..AccessFilter::default() };
    print(newest(&store, filter, usize::MAX).await?, &config, say)
}

/// The newest rows that are wanted, the oldest of them first.
async fn newest(store: &Store, filter: AccessFilter, limit: usize) -> anyhow::Result<Vec<AccessRowView>> {
    let rows = store.newest_access(filter, None, limit).await.context("the access log could not be read")?;
    Ok(rows.into_iter().rev().map(Into::into).collect())
}

fn print(rows: Vec<AccessRowView>, config: &Config, say: Say) -> anyhow::Result<()> {
    if say.json {
        let with_time = |row: &AccessRowView| {
            let mut json = serde_json::to_value(row)?;
            json["time"] = config.second(row.at).into();
            Ok(json)
        };
        let all: Vec<Value> = rows.iter().map(with_time).collect::<serde_json::Result<_>>()?;
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    let words = client::Say::new(say.lang);
    if rows.is_empty() {
        line(&words.t("audit-none"));
        return Ok(());
    }
    let rows = rows.iter().map(|row| cells(&words, row, config.second(row.at))).collect();
    line(&drawn(headings(&words), rows, say.columns()));
    Ok(())
}

pub(super) async fn suspicious(since: i64, at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open_logged(&config, "audit suspicious").await?;
    let now = Clock::system().now_ms();
    let first = Day::of(now - since);
    let (mut day, mut days) = (Day::of(now), Vec::new());
    while day >= first {
        days.push(day);
        day = day.before();
    }
    let mut found: Vec<(Day, Suspect)> = Vec::new();
    for day in days.into_iter().rev() {
        let desks = config.desks.clone();
        let is_outside = move |at: UnixMs| {
            desks.all().iter().all(|desk| matches!(desk.calendar.at(at), OpenState::Closed { .. }))
        };
        let time = (day.begins_at(), day.begins_at() + DAY_MS);
        let suspects = store.suspicious_reading(time, config.audit.suspicion, is_outside).await?;
        found.extend(suspects.into_iter().map(|suspect| (day, suspect)));
    }
    print_suspects(&found, say)
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

fn print_suspects(found: &[(Day, Suspect)], say: Say) -> anyhow::Result<()> {
    if say.json {
        let one = |(day, suspect): &(Day, Suspect)| {
            json!({
                "day": day.date(), "login": suspect.login, "n_unanswered": suspect.n_unanswered,
                "n_searched": suspect.n_searched, "n_outside_hours": suspect.n_outside,
            })
        };
        line(&serde_json::to_string_pretty(&found.iter().map(one).collect::<Vec<_>>())?);
        return Ok(());
    }
    for (day, Suspect { login, n_unanswered, n_searched, n_outside }) in found {
        let day = day.date();
        line(&say.pick(
            format!("{day}  {login}: without doing anything for them, opened the texts of {n_unanswered} citizens and saw those of {n_searched} in searches; {n_outside} of all these while every desk was closed"),
            format!("{day}  {login}: 아무 일도 하지 않고 시민 {n_unanswered}명의 상담을 열었고 {n_searched}명의 글을 검색으로 보았습니다. 그 가운데 {n_outside}명은 운영 시간이 아닐 때 보았습니다"),
        ));
    }
    if found.is_empty() {
        line(say.pick(
            "No reading that the rule reports ([audit] unanswered_citizens, searched_citizens, outside_hours_citizens).",
            "기준([audit] unanswered_citizens, searched_citizens, outside_hours_citizens)을 넘는 열람이 없습니다.",
        ));
    }
    Ok(())
}
