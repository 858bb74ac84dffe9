//! `munjad citizen export`: what is stored of a person in one JSON file for them, and their photos in a folder beside it. What is in it,
//! and what is not, says docs/privacy.md.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::bail;
use serde_json::{Value, json};

use super::operator::{access, log, not_written};
use super::person::{Asked, open_for};
use super::{Say, counted, line};
use crate::client::create_private;
use crate::domain::access::Action;
use crate::domain::identity_number::masked;
use crate::domain::phone::PhoneNumber;
use crate::domain::privacy::PHOTOS_OF_EXPORT;
use crate::store::{Act, ConversationDetail, Message, NewAccess, PhotoInfo, Store, Subject};

/// How texts are written.
pub(super) type Shown = fn(&str) -> String;

/// Identity numbers masked.
pub(super) const MASKED: Shown = |text| masked(text).into_owned();

pub(super) async fn run(asked: &Asked, to: &Path, whole: bool, say: Say) -> anyhow::Result<()> {
    let store = open_for(asked, Action::Export, "citizen export", say).await?;
    let (number, operator, now) = (&asked.number, &asked.operator, asked.now);
    if whole {
        let shown = vec![(0, Some(number.clone()))];
        let entry = access(Action::Reveal).detail("texts: citizen export");
        log(&store, NewAccess { shown, reason: asked.reason.clone(), ..entry }).await?;
    }
    let found = store.subject((Act::Export, number.clone()), asked.reason.clone(), operator, now).await?;
    let shown: Shown = if whole { str::to_owned } else { MASKED };
    let folder = photo_folder(to);
    let (mut conversations, mut n_photos) = (Vec::new(), 0);
    for one in &found.conversations {
        let detail = store.conversation(one.id, operator).await?;
        let Ok(detail) = detail else { continue };
        n_photos += save_photos(&store, asked, &detail, &folder).await?;
        conversations.push(conversation_json(&detail, shown));
    }
    let file = json!({
        "exported_at": now,
        "reason": asked.reason.as_str(),
        "number": number.reveal(),
        "restriction_reason": found.citizen.restriction_reason,
        "summary": subject_json(&found, number, shown),
        "conversations": conversations,
    });
    let calendar = &asked.config.desks.first().calendar;
    let text = format!("{:#}\n", with_times(file, &|at| calendar.rfc3339_at(at)));
    let is_new = create_private(to, text.as_bytes()).map_err(|error| not_written(to, error))?;
    if !is_new {
        bail!(
            "{}",
            say.pick(
                format!("{} exists already; name another file", to.display()),
                format!("{} 파일이 이미 있습니다. 다른 이름을 적으십시오", to.display()),
            )
        );
    }
    let n = conversations.len();
    if say.json {
        line(&json!({ "file": to, "n_conversations": n, "n_photos": n_photos }).to_string());
    } else {
        line(&say.pick(
            format!(
                "{} and {} were written to {}",
                counted(n, "conversation"),
                counted(n_photos, "photo"),
                to.display()
            ),
            format!("상담 {n}건과 사진 {n_photos}장을 {} 에 저장했습니다", to.display()),
        ));
    }
    Ok(())
}

fn photo_folder(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(PHOTOS_OF_EXPORT);
    PathBuf::from(name)
}

/// Saves the photos of a conversation under names of ours; returns how many.
async fn save_photos(
    store: &Store,
    asked: &Asked,
    detail: &ConversationDetail,
    folder: &Path,
) -> anyhow::Result<usize> {
    let mut n = 0;
    for info in detail.messages.iter().flat_map(photos) {
        let Some(kept) = info.kept else { continue };
        let Ok((_, Some(file))) = store.photo(info.id, &asked.operator).await? else { continue };
        let path = folder.join(kept.is.kind.file_name(info.id));
        let folder = folder.to_owned();
        let saved = tokio::task::spawn_blocking(move || -> anyhow::Result<bool> {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
            made.map_err(|error| not_written(&folder, error))?;
            create_private(&path, &file.bytes()?).map_err(|error| not_written(&path, error))
        });
        n += usize::from(saved.await??);
    }
    Ok(n)
}

fn photos(message: &Message) -> &[PhotoInfo] {
    match message {
        Message::In { photos, .. } | Message::Out { photos, .. } => photos,
    }
}

/// Beside each time in milliseconds the same for people (`at` and `time`, `closed_at` and `closed_time`).
fn with_times(value: Value, time: &dyn Fn(i64) -> Option<String>) -> Value {
    match value {
        Value::Array(all) => all.into_iter().map(|one| with_times(one, time)).collect(),
        Value::Object(fields) => {
            let mut written = serde_json::Map::new();
            for (key, value) in fields {
                let stem = key.strip_suffix("at").filter(|stem| stem.is_empty() || stem.ends_with('_'));
                let beside = stem.zip(value.as_i64().and_then(time));
                let beside = beside.map(|(stem, time)| (format!("{stem}time"), time.into()));
                written.insert(key, with_times(value, time));
                written.extend(beside);
            }
            Value::Object(written)
        }
        other => other,
    }
}

/// What is stored of a person, without a word of theirs.
pub(super) fn subject_json(found: &Subject, number: &PhoneNumber, shown: Shown) -> Value {
    let conversations: Vec<Value> = found
        .conversations
        .iter()
        .map(|one| {
            json!({
                "id": one.id, "state": one.state, "opened_at": one.opened_at, "closed_at": one.closed_at,
                "category": one.category, "n_texts_in": one.n_texts_in, "n_texts_out": one.n_texts_out,
                "n_photos": one.n_photos,
            })
        })
        .collect();
    let acts: Vec<Value> = found
        .acts
        .iter()
        .map(|act| json!({ "at": act.at, "what": act.what, "reason": act.reason }))
        .collect();
    json!({
        "number": number.to_string(),
        "pseudonym": found.pseudonym.to_hex(),
        "conversations": conversations,
        "n_unrouted": found.n_unrouted,
        "n_raw_pages": found.n_raw_pages,
        "n_unreadable": found.n_unreadable,
        "opted_out_at": found.citizen.opted_out_at,
        "restricted_until_at": found.citizen.restricted_until_at,
        "preference": found.citizen.preference.as_deref().map(shown),
        "held_for": found.held_for,
        "erased_at": found.erased_at,
        "acts": acts,
    })
}

fn conversation_json(detail: &ConversationDetail, shown: Shown) -> Value {
    let notes: Vec<Value> = detail
        .notes
        .iter()
        .map(|note| json!({ "at": note.at, "kind": note.kind.as_str(), "text": shown(&note.text) }))
        .collect();
    let survey = detail.survey.as_ref().map(|survey| {
        let comment = survey.comment.as_ref().map(|comment| shown(comment.reveal()));
        json!({ "answered_at": survey.answered_at, "score": survey.score, "comment": comment })
    });
    let messages: Vec<Value> = detail.messages.iter().map(|message| message_json(message, shown)).collect();
    let of = &detail.summary;
    json!({
        "id": of.id, "category": of.category, "close_reason": of.close_reason.as_deref().map(shown),
        "referred_to": of.referral.as_ref().map(|referral| shown(&referral.to)),
        "messages": messages, "notes": notes, "survey": survey,
    })
}

fn message_json(message: &Message, shown: Shown) -> Value {
    let files = |photos: &[PhotoInfo]| -> Vec<Value> {
        let name = |info: &PhotoInfo| info.kept.map(|kept| kept.is.kind.file_name(info.id));
        photos.iter().map(|info| json!({ "what": info.what.as_str(), "file": name(info) })).collect()
    };
    match message {
        Message::In { at, text, photos, .. } => {
            json!({ "direction": "in", "at": at, "text": shown(text.reveal()), "photos": files(photos) })
        }
        Message::Out { at, text, state, photos, .. } => json!({
            "direction": "out", "at": at, "text": shown(text.reveal()), "state": state.as_str(),
            "photos": files(photos),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stands_beside_its_milliseconds() {
        let time = |at: i64| (at > 0).then(|| format!("T{at}"));
        let file =
            json!({ "at": 7, "that": 8, "all": [{ "closed_at": 9, "erased_at": null, "text": "at" }] });
        let expected = json!({
            "at": 7, "time": "T7", "that": 8,
            "all": [{ "closed_at": 9, "closed_time": "T9", "erased_at": null, "text": "at" }],
        });
        assert_eq!(with_times(file, &time), expected);
    }
}
