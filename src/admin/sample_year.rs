//! `munjad sample-year`: a database with an invented year, so that anyone sees full reports without a carrier and without
//! citizens.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::{Say, line};
use crate::config;
use crate::daemon;
use crate::domain::calendar::{Calendar, Rules};
use crate::domain::sample_year::{SampleConversation, SampleYear};
use crate::store::StoreOptions;

/// The most texts of a year that fit a small machine.
const MOST_TEXTS: u64 = 2_000_000;
/// The hours of the invented desk: those of a city's 120 centre.
const HOURS: &str = "Mo-Fr 08:00-22:00; Sa-Su,PH 09:00-18:00";

#[derive(Args)]
#[command(after_help = "Examples:
  munjad sample-year --year 2026 --texts 50000 --database sample.db")]
pub(super) struct Sample {
    /// The year to invent; one that goes on is invented up to now
    #[arg(long, value_parser = clap::value_parser!(i16).range(2000..=2100))]
    year: i16,
    /// How many texts of citizens; their answers to the survey come on top
    #[arg(long, default_value_t = 50_000, value_parser = clap::value_parser!(u64).range(1..=MOST_TEXTS))]
    texts: u64,
    /// The file to make; refused if it is there
    #[arg(long)]
    database: PathBuf,
}

pub(super) async fn run(args: Sample, say: Say) -> anyhow::Result<()> {
    if args.database.exists() {
        let file = args.database.display();
        bail!(say.pick(
            format!("{file} is there already: name a file that is not"),
            format!("{file} 이(가) 이미 있습니다. 없는 파일의 이름을 적으십시오")
        ));
    }
    let rules = Rules {
        hours: HOURS.to_owned(),
        time_zone: "Asia/Seoul".to_owned(),
        added: Vec::new(),
        removed: Vec::new(),
        exceptions: Vec::new(),
        confirmed_until: None,
    };
    let calendar = Calendar::new(rules).map_err(|wrong| anyhow::anyhow!(wrong.why))?;
    let categories = config::categories(None)?;
    let version = categories.version.clone();
    // What became of the last texts is known a moment later.
    let until = jiff::Timestamp::now().as_millisecond() - 60_000;
    let year = SampleYear { year: args.year, n_texts: args.texts, until, calendar, categories };
    let store = daemon::open_store(&args.database, StoreOptions::default()).await?;
    let conversations = year.conversations();
    let (n, n_texts) =
        (conversations.len(), conversations.iter().map(SampleConversation::n_texts).sum::<usize>());
    store.write_sample(conversations, version).await?;
    let file = args.database.display();
    if (n_texts as u64) < args.texts && !say.json {
        line(&say.pick(
            "The year is not over: nothing is invented after this moment.".to_owned(),
            "올해가 아직 끝나지 않아, 지금 뒤의 일은 지어내지 않았습니다.".to_owned(),
        ));
    }
    if say.json {
        line(&json!({ "database": args.database, "texts": n_texts, "conversations": n }).to_string());
        return Ok(());
    }
    line(&say.pick(
        format!(
            "Invented {} texts and the answers to the survey, in {n} conversations of {}: {file}\n\
             To see reports, name the file as [database] path in a configuration of its own, add a supervisor \
             (munjad user add NAME --role supervisor), start munjad run, and: munja report {}",
            n_texts, args.year, args.year
        ),
        format!(
            "{}년의 상담 {n}건, 문자 {}건과 만족도 답을 지어냈습니다: {file}\n\
             통계를 보려면 따로 만든 설정의 [database] path 에 이 파일을 적고, 관리자를 추가하고\
             (munjad user add 아이디 --role supervisor), munjad run 을 실행한 뒤: munja report {}",
            args.year, n_texts, args.year
        ),
    ));
    Ok(())
}
