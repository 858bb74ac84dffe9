//! `munjad migrate`: upgrades the database without starting the gateway. A start upgrades too; this is for who wants to
//! see it done first, or apart from the start.

use anyhow::{Context as _, bail};
use serde_json::json;

use super::operator::log_if_possible;
use super::{ConfigArg, Say, line};
use crate::config::Config;
use crate::daemon::{self, DatabaseLock};
use crate::store::{Store, Upgraded};

pub(super) async fn run(at: &ConfigArg, say: Say) -> anyhow::Result<()> {
    let config = Config::load_without_secrets(&at.config)?;
    let (database, data_keys) = (config.database.clone(), config.data_keys.clone());
    daemon::must_exist(&database)?;
    daemon::refuse_root(&database)?;
    let shown = database.display().to_string();
    let Some(_lock) = DatabaseLock::try_take(&database)? else {
        bail!(
            "{}",
            say.pick(
                format!("a munjad runs on {shown}: stop it first (systemctl stop munjad), or restart it: a start upgrades too"),
                format!("{shown} 파일을 쓰는 munjad 가 실행 중입니다. 먼저 멈추거나(systemctl stop munjad) 다시 시작하십시오. 시작할 때도 올립니다"),
            )
        );
    };
    let upgraded = tokio::task::spawn_blocking(move || Store::upgrade(&database, &data_keys)).await?;
    let upgraded = upgraded.with_context(|| format!("database {shown}"))?;
    // Before, this program could not have written to it.
    let command = match upgraded.from == upgraded.to {
        true => "migrate".to_owned(),
        false => format!("migrate from version {} to {}", upgraded.from, upgraded.to),
    };
    log_if_possible(&config, &command, say).await;
    if say.json {
        let Upgraded { from, to, copies } = upgraded;
        // As text: a path need not be UTF-8, which JSON is.
        let copies: Vec<_> = copies.iter().map(|copy| copy.display().to_string()).collect();
        line(&json!({ "database": shown, "from": from, "to": to, "copies": copies }).to_string());
    } else {
        print(&shown, &upgraded, say);
    }
    Ok(())
}

fn print(database: &str, upgraded: &Upgraded, say: Say) {
    let Upgraded { from, to, copies } = upgraded;
    if from == to {
        line(&say.pick(
            format!("{database} has version {to} already; nothing was changed."),
            format!("{database} 파일은 이미 버전 {to} 입니다. 바뀐 것이 없습니다."),
        ));
        return;
    }
    line(&say.pick(
        format!("Upgraded {database} from version {from} to version {to}."),
        format!("{database} 파일을 버전 {from} 에서 버전 {to} (으)로 올렸습니다."),
    ));
    for copy in copies {
        let copy = copy.display();
        line(&say.pick(format!("A copy of the version before: {copy}"), format!("이전 버전의 사본: {copy}")));
    }
}
