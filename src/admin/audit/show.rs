//! `munjad audit show|who-saw|suspicious`. Times are those of the first desk's clocks, with the date.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use comfy_table::{Table, presets};
use serde_json::{Value, json};

use super::Rows;
use crate::admin::operator::{access, log, open_logged, shown};
use crate::admin::{ConfigArg, Say, line, open};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::domain::access::chain::{Row, to_hex};
use crate::domain::access::day::Day;
use crate::domain::access::suspicion::Suspect;
use crate::domain::access::{Action, Subject};
use crate::domain::calendar::OpenState;
use crate::domain::phone::PhoneNumber;
use crate::domain::text::safe_for_terminal;
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
    let found = newest(&store, filter, limit).await?;
    print(&found, &config, say)
}

pub(super) async fn who_saw(
    number: &str,
    since: Option<i64>,
    at: &ConfigArg,
    say: Say,
) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let store = open(&config).await?;
    let (citizen, now) = (PhoneNumber::parse(number), Clock::system().now_ms());
    let shown = vec![(0, Some(citizen.clone()))];
    log(&store, NewAccess { shown, ..access(Action::Admin).detail("audit who-saw") }).await?;
    if !store.has_its_pseudonym_key() {
        eprintln!(
            "{}",
            say.pick(
                "the key for pseudonyms is another one than this database was begun with: what was logged under the first one is not found (munjad check)",
                "가명 키가 이 데이터베이스를 처음 쓸 때의 것과 다릅니다. 그 키로 남긴 기록은 찾을 수 없습니다 (munjad check)",
            )
        );
    }
    let filter = AccessFilter {
        since: since.map(|ms| now - ms),
        citizen: Some(citizen.clone()),
        ..AccessFilter::default()
    };
    let mut found = newest(&store, filter, usize::MAX).await?;
    // Of a list, what concerns this citizen.
    let pseudonym = store.pseudonyms().of_citizen(&citizen);
    for row in &mut found {
        let mut theirs = Subject::unpack(&row.record.subjects);
        theirs.retain(|subject| subject.citizen == pseudonym);
        row.record.subjects = Subject::pack(&theirs);
    }
    print(&found, &config, say)
}

/// The newest rows that are wanted, the oldest of them first.
async fn newest(store: &Store, filter: AccessFilter, limit: usize) -> anyhow::Result<Vec<Row>> {
    let kept = Arc::new(Mutex::new(VecDeque::new()));
    let into = Arc::clone(&kept);
    let take = move |row: Row| {
        let mut kept = into.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back(row);
        if kept.len() > limit {
            kept.pop_front();
        }
        true
    };
    store.walk_access(filter, take).await.context("the access log could not be read")?;
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *kept).into())
}

fn print(rows: &[Row], config: &Config, say: Say) -> anyhow::Result<()> {
    if say.json {
        let all: Vec<Value> = rows.iter().map(|row| as_json(row, config)).collect();
        line(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    if rows.is_empty() {
        line(say.pick("Nothing was logged.", "기록이 없습니다."));
        return Ok(());
    }
    let mut table = Table::new();
    table.load_style(if say.is_terminal() { presets::UTF8_HORIZONTAL_ONLY } else { presets::NOTHING });
    table.set_header(say.pick(
        ["row", "time", "who", "from", "what", "conversation", "reason"],
        ["번호", "시각", "누가", "어디서", "한 일", "상담", "사유"],
    ));
    for row in rows {
        let record = &row.record;
        let of = match (Action::from_word(&record.action), record.item_id) {
            (Some(Action::Outcome), Some(seq)) => {
                say.pick(format!(" (row {seq})"), format!(" ({seq}번 기록)"))
            }
            _ => String::new(),
        };
        let what = format!("{} {}{of}", action_word(&record.action, say), record.detail);
        let cells = [
            row.seq.to_string(),
            config.second(record.at),
            shown(&record.who, say),
            record.who.origin.clone(),
            what.trim_end().to_owned(),
            conversations(row, say),
            record.reason.clone(),
        ];
        table.add_row(cells.map(|cell| safe_for_terminal(&cell)));
    }
    line(&table.trim_fmt());
    Ok(())
}

fn conversations(row: &Row, say: Say) -> String {
    let subjects = Subject::unpack(&row.record.subjects);
    match (row.record.conversation_id, subjects.as_slice()) {
        (Some(id), _) => id.to_string(),
        (None, []) => String::new(),
        (None, [one]) if one.conversation_id == 0 => say.pick("one citizen", "시민 1명").to_owned(),
        (None, [one]) => one.conversation_id.to_string(),
        (None, many) => say.pick(format!("{} conversations", many.len()), format!("상담 {}건", many.len())),
    }
}

fn action_word(action: &str, say: Say) -> &str {
    match Action::from_word(action) {
        Some(Action::List) => say.pick("list", "목록"),
        Some(Action::Search) => say.pick("search", "검색"),
        Some(Action::View) => say.pick("view", "열람"),
        Some(Action::Photo) => say.pick("photo", "사진 열람"),
        Some(Action::Reveal) => say.pick("reveal", "가린 정보 확인"),
        Some(Action::Change) => say.pick("change", "변경"),
        Some(Action::Delete) => say.pick("delete", "삭제"),
        Some(Action::Print) => say.pick("print", "인쇄"),
        Some(Action::Export) => say.pick("export", "내보내기"),
        Some(Action::Admin) => say.pick("command", "운영 명령"),
        Some(Action::Outcome) => say.pick("outcome", "결과"),
        Some(Action::Expire) => say.pick("expire", "만료 삭제"),
        None => action,
    }
}

fn as_json(row: &Row, config: &Config) -> Value {
    let record = &row.record;
    let subject = |subject: Subject| json!({ "citizen": subject.citizen.to_hex(), "conversation": subject.conversation_id });
    let subjects: Vec<Value> = Subject::unpack(&record.subjects).into_iter().map(subject).collect();
    json!({
        "seq": row.seq, "at": record.at, "time": config.second(record.at), "role": record.who.role,
        "login": record.who.login, "origin": record.who.origin, "action": record.action,
        "conversation_id": record.conversation_id, "item_id": record.item_id, "reason": record.reason,
        "detail": record.detail, "citizens": subjects, "hash": to_hex(&row.hash),
    })
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
                "n_outside_hours": suspect.n_outside,
            })
        };
        line(&serde_json::to_string_pretty(&found.iter().map(one).collect::<Vec<_>>())?);
        return Ok(());
    }
    for (day, Suspect { login, n_unanswered, n_outside }) in found {
        let day = day.date();
        line(&say.pick(
            format!("{day}  {login}: opened the texts of {n_unanswered} citizens without doing anything for them, {n_outside} while every desk was closed"),
            format!("{day}  {login}: 시민 {n_unanswered}명의 상담을 보기만 했습니다. 그중 {n_outside}명은 운영 시간이 아닐 때 보았습니다"),
        ));
    }
    if found.is_empty() {
        line(say.pick(
            "No reading that the rule reports ([audit] unanswered_citizens, outside_hours_citizens).",
            "기준([audit] unanswered_citizens, outside_hours_citizens)을 넘는 열람이 없습니다.",
        ));
    }
    Ok(())
}
