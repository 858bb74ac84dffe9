//! Words and thresholds of the operator's own that make danger quieter: what the built-in lists find, their own tests say
//! (`hits`), and each of those is judged again under the operator's files.

use super::{Finding, Severity};
use crate::config::{self, Config};
use crate::domain::text::one_line;
use crate::domain::triage::{Tier, Triage};
use crate::ops::lang::Lang;

/// At most so many examples are shown.
const MOST_SHOWN: usize = 5;
/// Terminal columns of an example.
const EXAMPLE_COLUMNS: usize = 40;

pub(super) fn findings(config: &Config, lang: Lang) -> Vec<Finding> {
    let own = &config.triage;
    let Ok(built_in) = config::triage(&[]) else {
        return Vec::new();
    };
    quieter_words(&built_in, own, lang).into_iter().chain(quieter_opinion(&built_in, own, lang)).collect()
}

/// Texts that are danger by the built-in lists and are none, or only to be looked at, by the operator's.
fn lost<'t>(built_in: &'t Triage, own: &Triage) -> Vec<&'t str> {
    let is_danger = |triage: &Triage, text: &str| triage.judge(text).tier() == Some(Tier::Danger);
    let all = built_in.rules().iter().flat_map(|rule| rule.hits.iter().map(String::as_str));
    all.filter(|text| is_danger(built_in, text) && !is_danger(own, text)).collect()
}

fn quieter_words(built_in: &Triage, own: &Triage, lang: Lang) -> Option<Finding> {
    let lost = lost(built_in, own);
    if lost.is_empty() {
        return None;
    }
    let shown: Vec<String> =
        lost.iter().take(MOST_SHOWN).map(|text| format!("‘{}’", one_line(text, EXAMPLE_COLUMNS))).collect();
    let (n, shown) = (lost.len(), shown.join(", "));
    Some(Finding::with(
        "texts",
        Severity::Warning,
        lang.pick(
            format!("with your own word lists {n} texts of danger ring no alarm any more: {shown}"),
            format!("직접 만든 낱말 목록 때문에 긴급한 글 {n}개에 경보가 울리지 않습니다: {shown}"),
        ),
        lang.pick(
            "look for a [[rule]] that replaces one of ours (same id), a [[guard]], or a [second_opinion] in the files of [triage] files; `munjad policy replay` shows what changes",
            "[triage] files 의 파일에서 같은 id 로 바꾼 [[rule]], [[guard]], [second_opinion] 을 살펴보십시오. `munjad policy replay` 에 무엇이 달라지는지 나옵니다",
        ),
    ))
}

/// The second opinion is off, or asks for more than it does as built in.
fn quieter_opinion(built_in: &Triage, own: &Triage, lang: Lang) -> Option<Finding> {
    let before = built_in.table()?.thresholds;
    let message = match own.table().map(|table| table.thresholds) {
        None => lang.pick(
            "the second opinion is off: danger in words that no list has is not seen",
            "두 번째 판단이 꺼져 있습니다. 목록에 없는 말로 쓴 긴급한 글을 알아보지 못합니다",
        ),
        Some(now) if now.danger > before.danger || now.look > before.look => lang.pick(
            "the second opinion is less watchful than as built in",
            "두 번째 판단이 기본보다 덜 살핍니다",
        ),
        Some(_) => return None,
    };
    let remedy = lang.pick(
        "[second_opinion] enabled, danger_shift and look_shift in the files of [triage] files; shifts below 0 see more",
        "[triage] files 의 파일에 있는 [second_opinion] enabled, danger_shift, look_shift 를 보십시오. 0보다 작으면 더 많이 봅니다",
    );
    Some(Finding::with("texts", Severity::Warning, message, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_danger_quieter_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.toml");
        let built_in = config::triage(&[]).unwrap();
        let own = |toml: &str| {
            std::fs::write(&path, toml).unwrap();
            config::triage(std::slice::from_ref(&path)).unwrap()
        };
        assert!(lost(&built_in, &own("")).is_empty());
        assert!(quieter_opinion(&built_in, &own(""), Lang::En).is_none());
        let replaced = "[[rule]]\nid = \"suicide\"\ntier = 3\nkind = \"self_harm\"\nlang = \"ko\"\nwords = [\"농약\"]\n\
                        [second_opinion]\nenabled = false\n";
        let said = quieter_words(&built_in, &own(replaced), Lang::Ko).unwrap();
        assert!(said.message.contains("‘"), "{}", said.message);
        for (toml, is_quieter) in [
            ("[second_opinion]\nenabled = false\n", true),
            ("[second_opinion]\ndanger_shift = 5.0\n", true),
            ("[second_opinion]\ndanger_shift = -1.0\nlook_shift = -1.0\n", false),
        ] {
            assert_eq!(quieter_opinion(&built_in, &own(toml), Lang::Ko).is_some(), is_quieter, "{toml}");
        }
    }
}
