//! `munjad texts`: prints every automatic text as citizens get it, with its class and its length at the carrier that texts
//! leave by.

use serde_json::json;

use super::{ConfigArg, Say, line};
use crate::config::Config;
use crate::domain::notice::{Language, Notice};
use crate::domain::text::{Charset, safe_for_terminal};

pub(super) fn run(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let texts = Config::load_without_secrets(&at.config)?.service.texts;
    let limits = texts.limits();
    for (language, notice) in Language::ALL.into_iter().flat_map(|l| Notice::ALL.map(|n| (l, n))) {
        // The configuration is refused if one is missing.
        let (Some(template), Some(longest)) =
            (texts.template(language, notice), texts.longest(language, notice))
        else {
            continue;
        };
        let (kind, size) = (longest.kind, limits.size(&longest));
        let (words, most) = (template.to_string(), limits.most(kind));
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        if say.json {
            let slots: Vec<_> = notice.slots().iter().map(|slot| slot.as_str()).collect();
            line(
                &json!({
                    "key": key, "text": words, "kind": kind.as_str(), "size": size, "most": most,
                    "unit": limits.unit(), "slots": slots,
                })
                .to_string(),
            );
            continue;
        }
        let unit = match limits.charset {
            Charset::Cp949 => say.pick(" bytes", "바이트"),
            Charset::Gsm7Ucs2 => say.pick(" segments", "조각"),
        };
        line(&format!("{key}  ({} {size}/{most}{unit})", kind.as_str().to_uppercase()));
        line(&format!("    {}", safe_for_terminal(&words)));
    }
    Ok(())
}
