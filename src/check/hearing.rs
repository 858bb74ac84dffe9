//! Whether texts can reach us from a carrier.

use super::finding::{Finding, Severity};
use crate::carrier::Carrier;
use crate::config::Config;
use crate::daemon::Heard;
use crate::domain::UnixMs;
use crate::domain::hearing::Hearing;
use crate::ops::causes::in_words;
use crate::ops::lang::Lang;

/// `heard` is how the running gateway hears it, if one runs; without one, only what the carrier just answered is known.
/// `last_text_at` is when its last text came, if one ever did.
pub(super) fn finding(
    (config, carrier): (&Config, &dyn Carrier),
    heard: Option<Heard>,
    last_text_at: Option<UnixMs>,
    lang: Lang,
) -> Option<Finding> {
    let name = carrier.name();
    let last_text_at = last_text_at.map(|at| config.minute(at));
    match heard {
        Some(Heard { hearing: Hearing::Deaf { for_ms, why }, .. }) => Some(deaf(name, for_ms, &why, lang)),
        Some(Heard { hearing: Hearing::Called, .. }) => Some(called(name, last_text_at, lang)),
        Some(Heard { hearing: Hearing::Hears, .. }) => Some(Finding::good(
            "hearing",
            lang.pick(
                format!("texts from {name} reach the running gateway"),
                format!("{name} 의 문자가 실행 중인 게이트웨이에 들어옵니다"),
            ),
        )),
        None if carrier.lists_texts() => None,
        None if carrier.caps().push && config.webhook.is_some() => Some(called(name, last_text_at, lang)),
        None => Some(no_way_in(name, lang)),
    }
}

fn deaf(name: &str, for_ms: i64, why: &str, lang: Lang) -> Finding {
    let (span, why) = (span(for_ms, lang), in_words(why, lang));
    Finding::with(
        "hearing",
        Severity::Error,
        lang.pick(
            format!("the gateway is deaf: no text from {name} could reach it for {span} ({why})"),
            format!("수신 불가: {span}째 {name} 의 문자를 받지 못하고 있습니다({why})"),
        ),
        lang.pick(
            "tell the counselors that nobody can text in; mend what the carrier's own finding says, or ask the carrier",
            "시민이 문자를 보낼 수 없음을 상담사에게 알리고, 통신사 항목의 안내를 따르거나 통신사에 문의하십시오",
        ),
    )
}

/// Under two minutes in seconds, so that it never says "0 min".
fn span(ms: i64, lang: Lang) -> String {
    match ms / 1_000 {
        secs @ ..120 => lang.pick(format!("{secs} s"), format!("{secs}초")),
        secs => lang.pick(format!("{} min", secs / 60), format!("{}분", secs / 60)),
    }
}

fn called(name: &str, last_text_at: Option<String>, lang: Lang) -> Finding {
    let Some(at) = last_text_at else {
        return Finding::with(
            "hearing",
            Severity::Warning,
            lang.pick(
                format!("texts from {name} come by webhook only, and none has ever come"),
                format!("{name} 의 문자는 웹훅으로만 오는데, 지금까지 문자가 한 번도 오지 않았습니다"),
            ),
            lang.pick(
                "text the number from a phone, and see whether it arrives (munja list)",
                "휴대전화로 그 번호에 문자를 보내 들어오는지 보십시오 (munja list)",
            ),
        );
    };
    Finding::good(
        "hearing",
        lang.pick(
            format!("texts from {name} come by webhook only; last text at {at}: silence says nothing, text the number to be sure"),
            format!("{name} 의 문자는 웹훅으로만 옵니다. 마지막 문자 {at}. 조용하다고 정상은 아니므로 직접 문자를 보내 확인하십시오"),
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
