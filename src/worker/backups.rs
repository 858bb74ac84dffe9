//! Looks every minute when the newest backup was made, for monitoring. The folder may lie on a network mount that hangs for hours:
//! so a thread of its own reads it, no scrape and no stop waits for that, and only one such thread reads at a time.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::health::BackupHealth;
use super::{Context, Role};
use crate::domain::UnixMs;
use crate::ops::backups::newest;

const ROLE: Role = Role::Backups;
/// How often it is looked at, and how often progress is reported while a look hangs (milliseconds).
const LOOK_EVERY_MS: i64 = 60_000;

/// Reads when the newest backup in a folder was made. Blocks.
pub(super) type Read = Arc<dyn Fn(&Path) -> io::Result<Option<UnixMs>> + Send + Sync>;

pub(super) async fn run(context: Context) {
    run_with(context, Arc::new(|folder| Ok(newest(folder)?.map(|copy| copy.made_at)))).await;
}

pub(super) async fn run_with(context: Context, read: Read) {
    loop {
        context.health.progress(ROLE, context.now());
        let folder = context.settings().backup_folder.clone();
        // While a look hangs, what was seen before stays: its age grows, and the alert comes.
        let before = context.health.backup().and_then(|seen| seen.newest_at).filter(|_| folder.is_some());
        context.health.set_backup(BackupHealth { is_configured: folder.is_some(), newest_at: before });
        if let Some(folder) = folder
            && let Some(newest_at) = look(&context, &folder, &read).await
        {
            context.health.set_backup(BackupHealth { is_configured: true, newest_at });
        }
        if !context.pause(LOOK_EVERY_MS).await {
            return;
        }
    }
}

/// One look, however long it takes. The outer `None`: the loop is to stop, or the folder is another one now.
async fn look(context: &Context, folder: &Path, read: &Read) -> Option<Option<UnixMs>> {
    let (answer, mut answered) = oneshot::channel();
    let (read, of) = (Arc::clone(read), folder.to_owned());
    // Not a blocking task of the runtime: the end of the process would wait for one.
    let begun = std::thread::Builder::new().name("backups".to_owned()).spawn(move || answer.send(read(&of)));
    if let Err(error) = begun {
        tracing::debug!("the backups could not be looked at: {error}");
        return None;
    }
    loop {
        tokio::select! {
            // A folder that cannot be read holds no backup that anybody could put back.
            answer = &mut answered => return Some(answer.ok().and_then(Result::ok).flatten()),
            goes_on = context.pause(LOOK_EVERY_MS) => {
                if !goes_on || context.settings().backup_folder.as_deref() != Some(folder) {
                    return None;
                }
                context.health.progress(ROLE, context.now());
            }
        }
    }
}
