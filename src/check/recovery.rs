//! A database that was put back: by `munjad restore`, or by hand.

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::daemon;
use crate::domain::recovery::PutByHand;
use crate::ops::lang::Lang;
use crate::store::Store;

pub(super) async fn findings(config: &Config, store: &Store, lang: Lang) -> Vec<Finding> {
    let (put_back, by_hand) = (put_back(store, lang).await, put_by_hand(config, store, lang).await);
    put_back.into_iter().chain(by_hand).collect()
}

/// A backup that was put back, until somebody has confirmed what was left.
async fn put_back(store: &Store, lang: Lang) -> Option<Finding> {
    store.recovery().await.ok()??;
    Some(Finding::with(
        "recovery",
        Severity::Warning,
        lang.pick("a backup was put back, and answers wait", "백업을 되돌린 상태라 답이 기다립니다"),
        lang.pick(
            "munjad recovery status, look at what it names, then munjad recovery confirm",
            "munjad recovery status 로 나온 것을 살핀 뒤 munjad recovery confirm 을 하십시오",
        ),
    ))
}

/// A database that is not the one of its place: somebody has put it there by hand.
async fn put_by_hand(config: &Config, store: &Store, lang: Lang) -> Option<Finding> {
    let heads = daemon::head_lines(config.audit.head_file.as_deref()).await;
    let found = store.put_by_hand(&heads).await.ok()??;
    let path = config.database.display();
    let what = match found {
        PutByHand::Older { reached_at, .. } => {
            let until = config.minute(reached_at);
            lang.pick(
                format!("{path} is an older copy that was put back by hand: this place had come to {until}"),
                format!("{path} 파일은 손으로 되돌린 이전 사본입니다. 이 자리의 데이터베이스는 {until} 까지 와 있었습니다"),
            )
        }
        PutByHand::WithItsMark => lang.pick(
            format!("{path}.reached, the mark beside the database, was copied here, so that the folder was put back or moved: how old the database is cannot be told"),
            format!("데이터베이스 곁의 표시 {path}.reached 가 복사된 것이므로 폴더를 되돌렸거나 옮긴 것입니다. 데이터베이스가 얼마나 오래된 것인지 알 수 없습니다"),
        ),
        PutByHand::Another => lang.pick(
            format!("{path} is another database than was here: it was put there by hand"),
            format!("{path} 파일은 이 자리에 있던 것이 아니라 손으로 넣은 다른 데이터베이스입니다"),
        ),
    };
    Some(Finding::with(
        "database",
        Severity::Error,
        what,
        lang.pick(
            "put the newest file back, or restore a backup (munjad restore). With this one munjad run starts in recovery and \
             sends no answer until you have confirmed: munjad recovery status. If it is the newest, moved here on purpose: start \
             and confirm (docs/backup.md)",
            "가장 새로운 파일을 되돌려 놓거나 백업을 되돌리십시오(munjad restore). 이 파일로 munjad run 을 하면 복구 상태로 시작하고, 운영자가 \
             확인할 때까지 답을 보내지 않습니다: munjad recovery status. 일부러 옮긴 가장 새로운 파일이면 그대로 시작해 확인하십시오 \
             (docs/backup.ko.md)",
        ),
    ))
}
