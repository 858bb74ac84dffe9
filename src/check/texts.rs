//! What citizens are told by themselves: automatic texts that became an LMS through the operator's own words, and an
//! interpreter centre that has no name.

use super::{Finding, Severity};
use crate::config::{self, Config};
use crate::domain::notice::{Language, Notice, Texts};
use crate::domain::outbound::OutboundKind;
use crate::ops::lang::Lang;

/// At most so many texts are named.
const MOST_NAMED: usize = 5;

pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let own = &config.service.texts;
    let built_in = config::texts(None, own.limits()).ok();
    let long = built_in.and_then(|built_in| long(&grown(own, &built_in), lang));
    long.into_iter().chain(interpreter(config, lang)).collect()
}

/// The texts that need an LMS at their longest, and did not as they are built in; each with its length.
fn grown(own: &Texts, built_in: &Texts) -> Vec<String> {
    let limits = own.limits();
    let all = Language::ALL.into_iter().flat_map(|language| Notice::ALL.map(|notice| (language, notice)));
    all.filter_map(|(language, notice)| {
        let before = built_in.longest(language, notice)?;
        let longest = own.longest(language, notice)?;
        let is_grown = before.kind == OutboundKind::Sms && longest.kind != OutboundKind::Sms;
        let most = limits.most(OutboundKind::Sms);
        let key = format!("{}.{}", language.as_str(), notice.as_str());
        is_grown.then(|| format!("{key} ({}/{most})", limits.size(&longest)))
    })
    .collect()
}

fn long(grown: &[String], lang: Lang) -> Option<Finding> {
    if grown.is_empty() {
        return None;
    }
    let named = grown.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    let n_more = grown.len().saturating_sub(MOST_NAMED);
    let more = match n_more {
        0 => String::new(),
        n => lang.pick(format!(" and {n} more"), format!(" 외 {n}개")),
    };
    Some(Finding::with(
        "texts",
        Severity::Warning,
        lang.pick(
            format!("automatic texts have become too long for one SMS and leave as LMS: {named}{more}"),
            format!("자동 문자가 길어져 SMS 대신 LMS 로 나갑니다: {named}{more}"),
        ),
        lang.pick(
            "shorten name, help or the text itself in the file of [service] texts; `munjad texts` shows every length",
            "[service] texts 파일의 name, help 나 그 문자를 줄이십시오. `munjad texts` 에 길이가 모두 나옵니다",
        ),
    ))
}

/// The canned reply to who asks for an interpreter would name no centre.
fn interpreter(config: &Config, lang: Lang) -> Option<Finding> {
    (!config.service.has_interpreter).then(|| {
        Finding::with(
            "texts",
            Severity::Warning,
            lang.pick(
                "no sign-language interpreter centre is named: the canned reply to who asks for one names none of your city",
                "수어통역센터가 적혀 있지 않아, 통역을 부탁하는 시민에게 보내는 답에 우리 지역 센터 이름이 없습니다",
            ),
            lang.pick(
                "[service] interpreter = \"name and number of the centre\"",
                "[service] interpreter = \"센터 이름과 번호\" 를 적으십시오",
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::text::Limits;

    #[test]
    fn only_what_the_operator_made_longer_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("texts.toml");
        let built_in = config::texts(None, &Limits::KOREAN).unwrap();
        let grown = |file: &str| {
            std::fs::write(&path, file).unwrap();
            grown(&config::texts(Some(&path), &Limits::KOREAN).unwrap(), &built_in)
        };
        assert_eq!(grown(""), Vec::<String>::new());
        let long_name = grown("[ko]\nname = \"[빛고을광역시청 수어·문자 상담]\"\n");
        assert!(long_name.iter().any(|key| key.starts_with("ko.receipt (")), "{long_name:?}");
        assert!(long_name.iter().all(|key| key.starts_with("ko.") && !key.starts_with("ko.receipt_closed")));
        let said = long(&long_name, Lang::Ko).unwrap();
        assert!(said.message.contains("LMS") && said.message.contains("외 "), "{}", said.message);
        assert!(long(&[], Lang::En).is_none());
        let help =
            grown("[ko]\nhelp = \"지금 위험하면 119(불·다침)나 112(범죄)에 주소를 꼭 문자로 보내세요.\"\n");
        assert!(help.iter().any(|key| key.starts_with("ko.urgent_danger (")), "{help:?}");
    }
}
