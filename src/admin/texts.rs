//! `munjad texts`: prints every automatic text as citizens get it, with its class and length.

use serde_json::json;

use super::{ConfigArg, Say, line};
use crate::config::{Config, KOREAN_LIMITS};
use crate::domain::notice::{Language, Notice};
use crate::domain::outbound::OutboundKind;
use crate::domain::text::safe_for_terminal;

pub(super) fn run(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let texts = Config::load_without_secrets(&at.config)?.service.texts;
    for (language, notice) in Language::ALL.into_iter().flat_map(|l| Notice::ALL.map(|n| (l, n))) {
        // The configuration is refused if one is missing.
        let (Some(template), Some((kind, n_bytes))) =
            (texts.template(language, notice), texts.size(language, notice))
        else {
            continue;
        };
        let words = template.to_string();
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        if say.json {
            let slots: Vec<_> = notice.slots().iter().map(|slot| slot.as_str()).collect();
            line(
                &json!({
                    "key": key, "text": words, "kind": kind.as_str(), "n_bytes": n_bytes, "slots": slots,
                })
                .to_string(),
            );
            continue;
        }
        let most = if kind == OutboundKind::Sms { KOREAN_LIMITS.sms } else { KOREAN_LIMITS.lms };
        let size = say.pick(
            format!("{} {n_bytes}/{most} bytes", kind.as_str().to_uppercase()),
            format!("{} {n_bytes}/{most}바이트", kind.as_str().to_uppercase()),
        );
        line(&format!("{key}  ({size})"));
        line(&format!("    {}", safe_for_terminal(&words)));
    }
    Ok(())
}
