//! `munjad carrier reconcile`: compares what we received and sent with the carriers' own lists.

use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use jiff::{Span, SpanRelativeTo};
use serde_json::{Value, json};

use super::operator::open_logged;
use super::{FOUND_BAD, Say, line, setup};
use crate::carrier::Carrier;
use crate::config::{CarrierSetup, Config};
use crate::daemon::Asker;
use crate::domain::list_comparison::{Comparison, Difference};
use crate::domain::outbound::OutboundState;
use crate::domain::text;
use crate::ops::clock::Clock;
use crate::store::{Direction, Store};
use crate::worker::{CompareError, can_be_walked, compare_inbound, compare_with};

/// `24h`, `90m`, `7d`: milliseconds.
pub(super) fn parse_since(word: &str, say: Say) -> anyhow::Result<i64> {
    let wrong = || {
        let word = text::one_line(word, 40);
        anyhow!(say.pick(
            format!("--since {word}: write it as 24h, 90m or 7d"),
            format!("--since {word}: 24h, 90m, 7d 처럼 적으십시오"),
        ))
    };
    let span: Span = word.parse().map_err(|_| wrong())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
    let ms = i64::try_from(duration.as_millis())?;
    if !(60_000..=90 * 86_400_000).contains(&ms) {
        bail!(say.pick("--since: between one minute and 90 days", "--since: 1분에서 90일 사이여야 합니다"));
    }
    Ok(ms)
}

pub(super) async fn reconcile(
    config: &Config,
    name: Option<&str>,
    since: &str,
    say: Say,
) -> anyhow::Result<ExitCode> {
    let since_ms = parse_since(since, say)?;
    let chosen: Vec<&CarrierSetup> = match name {
        Some(name) => vec![setup(config, name, say)?],
        None => config.carriers.used(),
    };
    let store = open_logged(config, "carrier reconcile").await?;
    let clock = Clock::system();
    let asker = Asker::find(config).await;
    let (mut all, mut differ) = (Vec::new(), false);
    for setup in chosen {
        let carrier = asker.carrier(config, setup)?;
        let directions = directions(config, carrier.as_ref());
        if directions.is_empty() {
            nothing_to_compare(setup.name, name.is_some(), say)?;
        }
        for direction in directions {
            let found = compare_one(&store, carrier.as_ref(), direction, since_ms, &clock).await?;
            differ |= !found.differences.is_empty();
            if say.json {
                all.push(comparison_json(setup.name, direction, &found));
            } else {
                print_comparison(config, (setup.name, direction), &found, say);
            }
        }
    }
    if say.json {
        line(&serde_json::to_string_pretty(&all)?);
    }
    Ok(if differ { ExitCode::from(FOUND_BAD) } else { ExitCode::SUCCESS })
}

/// The directions in which a carrier can be compared.
fn directions(config: &Config, carrier: &dyn Carrier) -> Vec<Direction> {
    let receives = config.carriers.inbound.contains(&carrier.name()) && can_be_walked(carrier);
    let sends = config.carriers.sends(carrier.name()) && carrier.caps().lists_sent;
    [receives.then_some(Direction::In), sends.then_some(Direction::Out)].into_iter().flatten().collect()
}

/// Says that a carrier has no list to compare with; an error if it was asked for by name.
fn nothing_to_compare(name: &str, was_named: bool, say: Say) -> anyhow::Result<()> {
    let sentence = say.pick(
        format!("{name} has no list of what it took or handed over: nothing to compare with"),
        format!("{name} 은(는) 수신·발송 목록을 주지 않아 대조할 수 없습니다"),
    );
    if was_named {
        bail!("{sentence}");
    }
    if !say.json {
        line(&sentence);
    }
    Ok(())
}

async fn compare_one(
    store: &Store,
    carrier: &dyn Carrier,
    direction: Direction,
    since_ms: i64,
    clock: &Clock,
) -> anyhow::Result<Comparison> {
    let now = clock.now_ms();
    let since = now - since_ms;
    let compared: Result<Comparison, CompareError> = match direction {
        Direction::In => compare_inbound(store, carrier, since, now, &|| {}).await,
        Direction::Out => compare_with(store, carrier, since, now, &|| {}).await,
    };
    compared.with_context(|| format!("{}: the comparison did not end", carrier.name()))
}

fn comparison_json(carrier: &str, direction: Direction, found: &Comparison) -> Value {
    let difference = |d: &Difference| match d {
        Difference::NotListed { id } | Difference::NotListedYet { id } => {
            json!({ "what": d.word(), "text": id })
        }
        Difference::Unexpected { id, ours } => json!({ "what": d.word(), "text": id, "ours": ours.as_str() }),
        Difference::Twice { id, times } => json!({ "what": d.word(), "text": id, "times": times }),
        Difference::Fate { id, ours, theirs } => {
            json!({ "what": d.word(), "text": id, "ours": ours.as_str(), "theirs": theirs })
        }
        Difference::Unknown { carrier_message_id: id, at }
        | Difference::Forgotten { carrier_message_id: id, at } => {
            json!({ "what": d.word(), "carrier_message_id": id, "at": at })
        }
        Difference::NotReceived { key, at } | Difference::NoLongerListed { key, at } => {
            json!({ "what": d.word(), "carrier_message_id": carriers_id(key), "at": at })
        }
    };
    json!({
        "carrier": carrier, "direction": direction.as_str(), "n_ours": found.n_ours, "n_theirs": found.n_theirs,
        "differences": found.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

/// The carrier's own id of a text. Some drivers make a key of it with the date and a digest of the words, which is no name.
fn carriers_id(key: &str) -> &str {
    key.split('|').next().unwrap_or(key)
}

pub(super) fn direction_word(direction: Direction, say: Say) -> &'static str {
    match direction {
        Direction::In => say.pick("received", "받은 문자"),
        Direction::Out => say.pick("sent", "보낸 문자"),
    }
}

fn print_comparison(config: &Config, (carrier, direction): (&str, Direction), found: &Comparison, say: Say) {
    let (ours, theirs) = (found.n_ours, found.n_theirs);
    let direction = direction_word(direction, say);
    line(&say.pick(
        format!("{carrier}, {direction}: carrier {theirs}, we {ours}"),
        format!("{carrier}, {direction}: 통신사 {theirs}건, 우리 {ours}건"),
    ));
    if found.differences.is_empty() {
        line(say.pick("  no difference", "  다른 것이 없습니다"));
    }
    for difference in &found.differences {
        line(&format!("  {}", sentence(config, difference, say)));
    }
}

fn sentence(config: &Config, difference: &Difference, say: Say) -> String {
    match difference {
        Difference::NotListed { id } => say.pick(
            format!("text {id}: we hold it for sent, the carrier does not list it"),
            format!("문자 {id}: 보낸 것으로 되어 있으나 통신사 목록에 없습니다"),
        ),
        Difference::NotListedYet { id } => say.pick(
            format!("text {id}: sent in the last minutes, the carrier does not list it yet: compare again in ten minutes"),
            format!("문자 {id}: 방금 보냈으나 통신사 목록에 아직 없습니다. 10분 뒤 다시 대조하십시오"),
        ),
        Difference::Unexpected { id, ours } => say.pick(
            format!("text {id}: the carrier has it, we hold it for {}", ours.as_str()),
            format!("문자 {id}: 통신사에는 있으나 우리 기록은 “{}” 입니다", state_word(*ours)),
        ),
        Difference::Twice { id, times } => say.pick(
            format!("text {id}: the carrier has it {times} times"),
            format!("문자 {id}: 통신사에 {times}번 있습니다"),
        ),
        Difference::Fate { id, ours, theirs } => say.pick(
            format!("text {id}: the carrier says {theirs}, we say {}", ours.as_str()),
            format!("문자 {id}: 통신사는 “{}”, 우리 기록은 “{}” 입니다", their_word(theirs), state_word(*ours)),
        ),
        Difference::Unknown { carrier_message_id, at } => {
            let (id, at) = (text::one_line(carrier_message_id, 60), config.minute(*at));
            say.pick(
                format!("the carrier lists {id} of {at}, which we did not send: does another program use this account?"),
                format!("통신사 목록의 {id} ({at}) 은(는) 우리가 보낸 것이 아닙니다. 다른 프로그램이 이 계정을 쓰는지 확인하십시오"),
            )
        }
        Difference::Forgotten { carrier_message_id, at } => {
            let (id, at) = (text::one_line(carrier_message_id, 60), config.minute(*at));
            say.pick(
                format!("the carrier lists {id} of {at}, which has a key of ours and is not here: was an older state put back? Then stop the gateway, munjad recovery begin --since, start (docs/backup.md)"),
                format!("통신사 목록의 {id} ({at}) 에는 우리 키가 있으나 우리 기록에 없습니다. 이전 상태를 되돌렸습니까? 그렇다면 게이트웨이를 멈추고 munjad recovery begin --since 를 한 뒤 시작하십시오 (docs/backup.ko.md)"),
            )
        }
        Difference::NotReceived { key, at } => {
            let (id, at) = (text::one_line(carriers_id(key), 60), config.minute(*at));
            say.pick(
                format!("the carrier lists {id} of {at}, which is not here: a running gateway fetches what is younger than polling.deep_walk_hours with its next deep walk"),
                format!("통신사 목록의 {id} ({at}) 이(가) 우리 기록에 없습니다. polling.deep_walk_hours 안의 문자는 실행 중인 게이트웨이가 다음 대조 때 가져옵니다"),
            )
        }
        Difference::NoLongerListed { key, at } => {
            let (id, at) = (text::one_line(carriers_id(key), 60), config.minute(*at));
            say.pick(
                format!("{id} of {at} is here, and the carrier does not list it"),
                format!("{id} ({at}) 은(는) 우리 기록에 있으나 통신사 목록에 없습니다"),
            )
        }
    }
}

fn state_word(state: OutboundState) -> &'static str {
    use OutboundState as S;
    match state {
        S::Held | S::Queued => "발송 대기",
        S::Sending => "보내는 중",
        S::InDoubt => "발송 불확실",
        S::Accepted => "통신사가 받음",
        S::Delivered => "도착",
        S::Undelivered => "도착하지 못함",
        S::Failed => "보내지 못함",
        S::Expired => "시간이 지나 보내지 못함",
        S::Cancelled => "발송 취소됨",
        S::Unconfirmed => "도착 여부를 확인하지 못함",
    }
}

/// The carrier's word, which is one of our states.
fn their_word(word: &'static str) -> &'static str {
    OutboundState::from_word(word).map_or(word, state_word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::lang::Lang;

    const EN: Say = Say { lang: Lang::En, json: false };

    #[test]
    fn how_far_back() {
        for (word, ms) in
            [("24h", 86_400_000), ("90m", 5_400_000), ("7d", 604_800_000), ("1d 2h", 93_600_000)]
        {
            assert_eq!(parse_since(word, EN).unwrap(), ms, "{word}");
        }
        for word in ["", "soon", "24", "-3h", "0s", "91d", "1y", "\u{1b}[2J"] {
            let said = parse_since(word, EN).unwrap_err().to_string();
            assert!(said.contains("--since") && !said.contains('\u{1b}'), "{said}");
        }
    }
}
