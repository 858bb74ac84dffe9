//! What the commands of `munjad citizen` share: whom one is about, why, and under which configuration.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;

use super::operator::{access, log};
use super::{ConfigArg, Say, line, open};
use crate::config::Config;
use crate::daemon;
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::domain::policy::ServicePolicy;
use crate::domain::reason::Reason;
use crate::domain::text::safe_for_terminal;
use crate::ops::clock::Clock;
use crate::store::{NewAccess, Store, Subject, key_file};

#[derive(Args)]
pub(super) struct Who {
    /// The person's phone number, or what the carrier called the sender; - reads it from standard input
    number: String,
    /// Why; it is kept with what was done
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    at: ConfigArg,
}

/// Whom a command is about, why, and where.
pub(super) struct Asked {
    pub number: PhoneNumber,
    pub reason: Reason,
    pub config: Config,
    pub config_path: PathBuf,
    pub operator: Actor,
    pub now: i64,
}

/// Reads whom a command is about.
pub(super) fn asked(who: Who, say: Say) -> anyhow::Result<Asked> {
    let number = number(&who.number, say)?;
    Ok(Asked {
        number,
        reason: reason(&who.reason, say)?,
        config: Config::load_without_secrets(&who.at.config)?,
        config_path: who.at.config,
        operator: Actor::operator("citizen"),
        now: Clock::system().now_ms(),
    })
}

/// Opens the database, and logs what is done about whom, and why.
pub(super) async fn open_for(
    asked: &Asked,
    action: Action,
    command: &str,
    say: Say,
) -> anyhow::Result<Store> {
    let store = open(&asked.config).await?;
    must_be_number(&store, &asked.number, say).await?;
    // The person as a whole, not one conversation. Another key would name somebody else.
    let of = store.has_its_pseudonym_key().then(|| (0, Some(asked.number.clone())));
    let entry = access(action).detail(command);
    let shown = of.into_iter().collect();
    log(&store, NewAccess { shown, reason: asked.reason.clone(), ..entry }).await?;
    must_have_its_key(&store, say)?;
    Ok(store)
}

/// Refuses to work with another key than the database was begun with: who was erased would not be recognised, and would come
/// back.
pub(super) fn must_have_its_key(store: &Store, say: Say) -> anyhow::Result<()> {
    if store.has_its_pseudonym_key() {
        return Ok(());
    }
    let file = key_file(store.path());
    let file = file.display();
    bail!(
        "{}",
        say.pick(
            format!("the key for pseudonyms {file} is missing, or another one than the database was begun with: put it back from a backup first"),
            format!("가명 키 {file} 이(가) 없거나 처음과 다른 것입니다. 먼저 백업에서 되돌리십시오"),
        )
    )
}

/// Refuses what is no phone number, such as a part of one or one with a digit too few, unless a carrier named a sender so.
pub(super) async fn must_be_number(store: &Store, number: &PhoneNumber, say: Say) -> anyhow::Result<()> {
    if store.means_somebody(number).await? {
        return Ok(());
    }
    bail!(
        "{}",
        say.pick(
            "that is no whole phone number, such as 010-1234-5678; one from abroad begins with +. A sender whom the carrier calls otherwise \
             is taken as it calls them",
            "전체 전화번호가 아닙니다. 010-1234-5678 처럼 적으십시오. 외국 번호는 + 로 시작합니다. 번호가 아닌 이름으로 온 발신자는 그 이름을 그대로 쓰십시오",
        )
    )
}

/// The number of the command line, or the one line of standard input.
pub(super) fn number(word: &str, say: Say) -> anyhow::Result<PhoneNumber> {
    let mut from_input = String::new();
    let word = match word {
        "-" => {
            const MOST_BYTES: u64 = 1_000;
            let mut input = std::io::stdin().lock().take(MOST_BYTES);
            input.read_to_string(&mut from_input).context("no number on standard input")?;
            from_input.trim()
        }
        word => word.trim(),
    };
    if word.lines().count() > 1 {
        bail!(
            "{}",
            say.pick(
                "standard input has several lines: give one number at a time",
                "표준 입력에 여러 줄이 있습니다. 번호를 한 번에 하나만 주십시오",
            )
        );
    }
    let number = PhoneNumber::parse(word);
    if number.reveal().is_empty() {
        bail!("{}", say.pick("that is no phone number", "전화번호가 아닙니다"));
    }
    Ok(number)
}

/// A reason as it is kept.
pub(super) fn reason(word: &str, say: Say) -> anyhow::Result<Reason> {
    let reason = word.trim();
    if reason.is_empty() || reason.chars().count() > 200 || reason.chars().any(char::is_control) {
        bail!(
            "{}",
            say.pick("a reason has 1 to 200 characters on one line", "사유는 한 줄, 1~200자여야 합니다")
        );
    }
    if Reason::hides(reason) {
        eprintln!(
            "{}",
            say.pick(
                "The reason is kept without the numbers of people that are in it.",
                "사유에 있는 전화번호나 주민등록번호 같은 번호는 가려서 남깁니다.",
            )
        );
    }
    Ok(Reason::from(reason))
}

/// The policy of the configuration: which number texts would leave from does not matter here.
pub(super) fn policy_of(config: &Config) -> Arc<ServicePolicy> {
    let senders = Senders::single(PhoneNumber::parse(""));
    Arc::new(daemon::service_policy(config, &senders))
}

/// An error in the operator's language.
pub(super) fn refused(sentence: String) -> anyhow::Error {
    anyhow!("{sentence}")
}

/// What is known beside conversations.
pub(super) fn rest(found: &Subject, asked: &Asked, say: Say) {
    let raw = found.n_raw_pages + found.n_unreadable;
    if found.n_unrouted > 0 || raw > 0 {
        line(&say.pick(
            format!("{} texts in no conversation; on {raw} stored pages of carriers", found.n_unrouted),
            format!("상담에 없는 문자 {}건, 통신사 원문 {raw}건", found.n_unrouted),
        ));
    }
    if let Some(at) = found.citizen.opted_out_at {
        let at = asked.config.minute(at);
        line(
            &say.pick(format!("wants no automatic texts since {at}"), format!("{at}부터 자동 문자 수신거부")),
        );
    }
    if let Some(until) = found.citizen.restricted_until_at {
        let until = asked.config.minute(until);
        line(&say.pick(format!("is not answered until {until}"), format!("{until}까지 답변 제한")));
    }
    if let Some(reason) = &found.held_for {
        let reason = safe_for_terminal(reason);
        line(&say.pick(format!("held by law: {reason}"), format!("법적 보존: {reason}")));
    }
    if let Some(at) = found.erased_at {
        let at = asked.config.minute(at);
        line(&say.pick(format!("was erased at {at}"), format!("{at}에 지웠습니다")));
    }
    for act in &found.acts {
        let (at, reason) = (asked.config.minute(act.at), safe_for_terminal(&act.reason));
        line(&format!("{at}  {}  {reason}", act_words(&act.what, say)));
    }
}

fn act_words(word: &str, say: Say) -> &str {
    match word {
        "show" => say.pick("shown", "조회"),
        "export" => say.pick("exported", "내보냄"),
        "erase" => say.pick("erased", "지움"),
        "hold" => say.pick("held", "보존 시작"),
        "release" => say.pick("hold ended", "보존 끝"),
        other => other,
    }
}
