//! `munjad texts`: prints every automatic text as citizens get it, with its class and its length at the carrier that texts
//! leave by, with what supervisors have edited; prints the built-in files as a beginning for one's own; prints the page `docs/words.md`.

use std::fmt::Write as _;
use std::path::Path;

use clap::ValueEnum;
use serde_json::json;

use super::operator::log_if_possible;
use super::{ConfigArg, Say, line};
use crate::config::{self, Config};
use crate::daemon;
use crate::domain::notice::{Language, Notice, Texts};
use crate::domain::text::{Charset, Limits, safe_for_terminal};

#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  munjad texts                              show what is said, with class and length
  munjad texts --example > texts.toml       a file with every text, to change and to name in [service] texts
  munjad texts --example replies > replies.toml
  munjad texts --page > words.md            what is said, and when")]
pub(super) struct Show {
    #[command(flatten)]
    at: ConfigArg,
    /// Print the built-in file with its comments, to change and to name in the configuration
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "texts", conflicts_with = "page")]
    example: Option<Example>,
    /// Print a page (Markdown) of all texts with when each is sent
    #[arg(long)]
    page: bool,
}

/// A built-in file.
#[derive(Clone, Copy, ValueEnum)]
enum Example {
    /// Automatic texts (`[service] texts`)
    Texts,
    /// Words that tell of danger (`[triage] files`)
    Triage,
    /// Categories of consultations (`[service] categories`)
    Categories,
    /// Canned replies (`[service] replies`)
    Replies,
    /// The sheet for quality reviews (`[service] review_sheet`)
    ReviewSheet,
    /// For what counselors get points (`[service] incentive`)
    Incentive,
}

impl Example {
    fn file(self) -> &'static str {
        match self {
            Example::Texts => config::built_in::TEXTS,
            Example::Triage => config::built_in::TRIAGE,
            Example::Categories => config::built_in::CATEGORIES,
            Example::Replies => config::built_in::REPLIES,
            Example::ReviewSheet => config::built_in::REVIEW_SHEET,
            Example::Incentive => config::built_in::INCENTIVE,
        }
    }
}

pub(super) async fn run(args: &Show, say: Say) -> anyhow::Result<()> {
    if let Some(example) = args.example {
        line(example.file().trim_end());
        return Ok(());
    }
    if args.page {
        let built_in = config::texts(None, &Limits::KOREAN)?;
        let texts = match Config::load_without_secrets(&args.at.config) {
            Ok(config) => config.service.texts,
            Err(_) if args.at.config == Path::new("gateway.toml") => built_in,
            Err(error) => return Err(error.into()),
        };
        line(page(&texts).trim_end());
        return Ok(());
    }
    let config = Config::load_without_secrets(&args.at.config)?;
    log_if_possible(&config, "texts", say).await;
    list(&daemon::in_force(config).await.merged.service.texts, say);
    Ok(())
}

fn list(texts: &Texts, say: Say) {
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
                    "unit": limits.unit(), "slots": slots, "when": when(notice).0,
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
}

const HEAD: &str = "\
# What citizens are told by themselves · 자동으로 나가는 문자

Each text, when it is sent, and what it says. `munjad texts` shows those of your configuration with their lengths. To change
them: `munjad texts --example > texts.toml`, keep the keys you change, and name the file in `[service] texts`. Three keys are filled in everywhere:
`{name}` (the name of your centre), `{help}` (where help is), `{objection}` (where somebody can object). `munjad check` refuses
a file with an unknown key, an unknown place in braces, or a text that is too long. Supervisors change them by `munja edit texts` ([lists.md](lists.md)).

자동 문자마다 언제 나가는지, 어떤 말인지 적었습니다. 바꾸려면 `munjad texts --example > texts.toml` 로 파일을 만들고, 바꿀 것만 남긴 뒤
`[service] texts` 에 파일 이름을 적습니다. `{name}`(센터 이름), `{help}`(도움받을 곳), `{objection}`(이의를 알릴 곳)은 한 곳만 바꾸면 모든 문자에 들어갑니다. 관리자는 `munja edit texts` 로 고칩니다([lists.ko.md](lists.ko.md)).

How much is said: at most a receipt before the first answer, unless the wait is long; no receipt where the answer is first; nothing to somebody who wants no
automatic texts, except where help is. 첫 답변 전에는 접수 문자 하나만 보냅니다. 오래 기다릴 때만 더 보냅니다. 답변이 먼저 나가면 접수 문자를 보내지 않습니다.
";

/// The page `docs/words.md`.
pub(crate) fn page(texts: &Texts) -> String {
    let mut page = String::from(HEAD);
    for notice in Notice::ALL {
        let (en, ko) = when(notice);
        // Writing to a string cannot fail.
        let _ = write!(page, "\n## `{}`\n\n{en}\n\n{ko}\n\n", notice.as_str());
        for language in Language::ALL {
            let words = texts.template(language, notice).map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(page, "- {}: {words}", language.as_str());
        }
    }
    page
}

/// When each text is sent, in English and Korean.
const WHEN: [(Notice, &str, &str); 33] = [
    (
        Notice::Receipt,
        "At once, to a new question. Nobody waits before them.",
        "새 질문이 오면 바로 보냅니다. 앞에 기다리는 사람이 없을 때입니다.",
    ),
    (
        Notice::ReceiptAhead,
        "The same, while others wait before them.",
        "앞에 기다리는 사람이 있을 때 보냅니다.",
    ),
    (
        Notice::ReceiptWait,
        "The same, where the last hour tells how long it takes.",
        "지난 한 시간의 속도로 기다릴 시간을 알 수 있을 때 보냅니다.",
    ),
    (
        Notice::ReceiptClosed,
        "To a new question while the desk is closed.",
        "상담 시간이 아닐 때 온 질문에 보냅니다.",
    ),
    (Notice::ReceiptHoliday, "To a new question on a public holiday.", "공휴일에 온 질문에 보냅니다."),
    (
        Notice::ReceiptPlanned,
        "To a new question on a day for which the calendar has words of its own.",
        "달력에 안내말을 적어 둔 날에 온 질문에 보냅니다.",
    ),
    (
        Notice::ReceiptLook,
        "Instead of a receipt, where the text may tell of trouble (tier 2): help comes first.",
        "위험할 수 있는 글(2단계)에 접수 문자 대신 보냅니다. 도움받을 곳을 먼저 알립니다.",
    ),
    (
        Notice::ReceiptLookClosed,
        "The same while the desk is closed.",
        "위와 같고, 상담 시간이 아닐 때입니다.",
    ),
    (
        Notice::ReceiptLookSelfHarm,
        "Instead of a receipt, where somebody may think of harming themselves (tier 2).",
        "스스로를 해칠 생각이 보이는 글(2단계)에 접수 문자 대신 보냅니다.",
    ),
    (
        Notice::ReceiptLookSelfHarmClosed,
        "The same while the desk is closed.",
        "위와 같고, 상담 시간이 아닐 때입니다.",
    ),
    (
        Notice::ReceiptLookYouth,
        "Instead of a receipt, where a young person may be in trouble (tier 2).",
        "청소년이 어려움을 겪는 듯한 글(2단계)에 접수 문자 대신 보냅니다.",
    ),
    (
        Notice::ReceiptLookYouthClosed,
        "The same while the desk is closed.",
        "위와 같고, 상담 시간이 아닐 때입니다.",
    ),
    (
        Notice::Wait,
        "After 5 and 15 minutes of open hours without an answer (`[service] wait_notice_secs`).",
        "상담 시간으로 5분, 15분이 지나도 답하지 못했을 때 보냅니다(`[service] wait_notice_secs`).",
    ),
    (
        Notice::WaitNext,
        "The same, where nobody is before them any more.",
        "위와 같고, 앞에 아무도 없을 때입니다.",
    ),
    (
        Notice::WaitUnplaced,
        "The same, where more people are before them than they were told.",
        "위와 같고, 알려 준 것보다 앞사람이 늘었을 때입니다. 수를 말하지 않습니다.",
    ),
    (
        Notice::UrgentDanger,
        "At once, to a text that tells of danger (tier 1), at any hour, also to restricted senders; at most one in 10 minutes.",
        "위험을 알리는 글(1단계)에 바로 보냅니다. 밤에도, 답변이 제한된 사람에게도 보냅니다. 10분에 한 번까지입니다.",
    ),
    (
        Notice::UrgentUnknown,
        "The same, where nothing tells of what kind the danger is.",
        "위와 같고, 어떤 위험인지 글만으로 알 수 없을 때입니다.",
    ),
    (
        Notice::UrgentSelfHarm,
        "The same, where somebody may harm themselves.",
        "위와 같고, 스스로를 해칠 수 있을 때입니다.",
    ),
    (
        Notice::UrgentYouth,
        "The same, where a young person is in danger.",
        "위와 같고, 청소년이 위험할 때입니다.",
    ),
    (
        Notice::Where,
        "When a counselor asks somebody where they are (`munja where`).",
        "상담사가 어디에 있는지 물을 때 보냅니다(`munja where`).",
    ),
    (Notice::Unreadable, "To a text that shows nothing.", "아무것도 보이지 않는 글에 보냅니다."),
    (
        Notice::PhotoLost,
        "When a photo, film or voice message could not be fetched from the carrier, and sending it again may help.",
        "통신사에서 사진, 영상, 음성을 받지 못했고 다시 보내면 될 때 보냅니다.",
    ),
    (
        Notice::MediaRefused,
        "When something came that is never taken (a contact card, a file) or is too large.",
        "받지 않는 것(연락처, 파일)이나 너무 큰 것이 왔을 때 보냅니다.",
    ),
    (Notice::Moved, "When another desk takes over.", "다른 부서로 넘길 때 보냅니다."),
    (
        Notice::MovedClosed,
        "The same while that desk is closed.",
        "위와 같고, 그 부서의 상담 시간이 아닐 때입니다.",
    ),
    (Notice::Delayed, "When a promised answer is late.", "약속한 시간까지 답하지 못했을 때 보냅니다."),
    (
        Notice::Nudge,
        "Two hours after an answer that they did not reply to, while the desk is open (`[service] nudge_after_secs`).",
        "답변 뒤 2시간 동안 글이 없으면 상담 시간에 보냅니다(`[service] nudge_after_secs`).",
    ),
    (
        Notice::Survey,
        "After a counselor has closed the consultation (`[service] survey_after_secs`); by day, once in 30 days, never after danger or abuse.",
        "상담사가 상담을 끝낸 뒤 보냅니다(`[service] survey_after_secs`). 낮에만, 30일에 한 번, 긴급이거나 욕설이 있던 상담에는 보내지 않습니다.",
    ),
    (Notice::SurveyThanks, "To an answer to the survey.", "만족도 답변이 오면 보냅니다."),
    (Notice::OptedOut, "To 수신거부 or STOP.", "수신거부, STOP 을 받으면 보냅니다."),
    (Notice::OptedIn, "To 수신동의 or START.", "수신동의, START 를 받으면 보냅니다."),
    (
        Notice::Warning,
        "When a counselor warns about abuse; at most once a day.",
        "상담사가 욕설을 경고할 때 보냅니다. 하루 한 번까지입니다.",
    ),
    (
        Notice::Restricted,
        "When a supervisor restricts a citizen, and once a day to what they text meanwhile: why, until when, and where to object.",
        "관리자가 답변을 제한할 때, 그리고 그동안 온 글에 하루 한 번 보냅니다. 사유, 기한, 이의를 알릴 곳을 적습니다.",
    ),
];

fn when(notice: Notice) -> (&'static str, &'static str) {
    WHEN.iter().find(|(of, ..)| *of == notice).map_or(("", ""), |(_, en, ko)| (*en, *ko))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_time() {
        for notice in Notice::ALL {
            let (en, ko) = when(notice);
            assert!(!en.is_empty() && !ko.is_empty(), "{notice:?}");
        }
    }

    /// Whoever begins their own file with the example changes nothing until they change the file.
    #[test]
    fn each_example_is_a_file_of_ones_own_that_says_the_same() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("bizgo_api_key"), "secret-key\n").unwrap();
        let path = folder.path().join("gateway.toml");
        let with = |section: &str, key: &str| {
            let text =
                config::EXAMPLE.replace(&format!("\n[{section}]\n"), &format!("\n[{section}]\n{key}\n"));
            assert!(key.is_empty() || text.contains(key), "{section}");
            let config = Config::parse(&text, &path).unwrap_or_else(|error| panic!("{key}: {error}"));
            let of = config.service;
            format!("{:?}", (of.texts, of.categories, of.replies, of.review_sheet, of.incentive))
        };
        let built_in = with("service", "");
        for example in Example::value_variants() {
            let (section, key) = match example {
                Example::Texts => ("service", "texts = \"own.toml\""),
                Example::Triage => ("triage", "files = [\"own.toml\"]"),
                Example::Categories => ("service", "categories = \"own.toml\""),
                Example::Replies => ("service", "replies = \"own.toml\""),
                Example::ReviewSheet => ("service", "review_sheet = \"own.toml\""),
                Example::Incentive => ("service", "incentive = \"own.toml\""),
            };
            std::fs::write(folder.path().join("own.toml"), format!("{}\n", example.file().trim_end()))
                .unwrap();
            assert_eq!(with(section, key), built_in, "{key}");
        }
    }

    #[test]
    fn each_example_stands_in_both_manuals() {
        for page in ["docs/operator.md", "docs/operator.ko.md"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
            let text = std::fs::read_to_string(path).unwrap();
            for example in Example::value_variants() {
                let value = example.to_possible_value().unwrap();
                let cell = format!("| `munjad texts --example {}` |", value.get_name());
                assert!(text.contains(&cell), "{page}: {cell}");
            }
        }
    }

    /// After a change: `MUNJA_WRITE_DOCS=1 cargo test the_page_of_words` writes it.
    #[test]
    fn the_page_of_words_is_as_the_texts_are() {
        let page = page(&config::texts(None, &Limits::KOREAN).unwrap());
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/words.md");
        if std::env::var_os("MUNJA_WRITE_DOCS").is_some() {
            std::fs::write(&file, &page).unwrap();
        }
        let found = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(found.trim_end(), page.trim_end(), "MUNJA_WRITE_DOCS=1 writes it");
    }
}
