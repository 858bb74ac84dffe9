//! Whether texts can reach us from a carrier.

use super::finding::{Finding, Severity};
use crate::carrier::Carrier;
use crate::config::Config;
use crate::daemon::Heard;
use crate::domain::UnixMs;
use crate::domain::hearing::Hearing;
use crate::ops::lang::Lang;

/// `heard` is how the running gateway hears it, if one runs; without one, only what the carrier just answered is known.
pub(super) fn finding(
    config: &Config,
    carrier: &dyn Carrier,
    heard: Option<Heard>,
    lang: Lang,
) -> Option<Finding> {
    let name = carrier.name();
    match heard {
        Some(Heard { hearing: Hearing::Deaf { for_ms, why }, .. }) => Some(deaf(name, for_ms, &why, lang)),
        Some(Heard { hearing: Hearing::Called, last_call_at, .. }) => Some(called(name, last_call_at, lang)),
        Some(Heard { hearing: Hearing::Hears, .. }) => Some(Finding::good(
            "hearing",
            lang.pick(
                format!("texts from {name} reach the running gateway"),
                format!("{name} 의 문자가 실행 중인 게이트웨이에 들어옵니다"),
            ),
        )),
        None if carrier.lists_texts() => None,
        None if carrier.caps().push && config.webhook.is_some() => Some(called(name, None, lang)),
        None => Some(no_way_in(name, lang)),
    }
}

fn deaf(name: &str, for_ms: i64, why: &str, lang: Lang) -> Finding {
    let minutes = for_ms / 60_000;
    Finding::with(
        "hearing",
        Severity::Error,
        lang.pick(
            format!("the gateway is deaf: no text from {name} could reach it for {minutes} min ({why})"),
            format!("수신 불가: {minutes}분째 {name} 의 문자를 받지 못하고 있습니다({why})"),
        ),
        lang.pick(
            "tell the counselors that nobody can text in; mend what the carrier's own finding says, or ask the carrier",
            "시민이 문자를 보낼 수 없음을 상담사에게 알리고, 통신사 항목의 안내를 따르거나 통신사에 문의하십시오",
        ),
    )
}

fn called(name: &str, last_call_at: Option<UnixMs>, lang: Lang) -> Finding {
    let last = last_call_at.map(moment);
    let (en, ko) = match &last {
        Some(at) => (format!("; the last one came at {at}"), format!(". 마지막 문자 {at}")),
        None => (String::new(), String::new()),
    };
    Finding::good(
        "hearing",
        lang.pick(
            format!("texts from {name} come by webhook only{en}: silence says nothing, text the number to be sure"),
            format!("{name} 의 문자는 웹훅으로만 옵니다{ko}. 조용하다고 정상은 아니므로 직접 문자를 보내 확인하십시오"),
        ),
    )
}

fn no_way_in(name: &str, lang: Lang) -> Finding {
    Finding::with(
        "hearing",
        Severity::Error,
        lang.pick(
            format!("{name} offers no list of texts and may not call us: no text can come in"),
            format!("{name} 에는 문자 목록이 없고 웹훅도 설정되어 있지 않아 문자를 받을 수 없습니다"),
        ),
        lang.pick(
            format!("set up its webhook: the secret in [carrier.{name}] and the address in [webhook]"),
            format!("[carrier.{name}] 의 서명 키와 [webhook] 의 주소를 설정하십시오"),
        ),
    )
}

/// Local time to the minute.
fn moment(at: UnixMs) -> String {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
