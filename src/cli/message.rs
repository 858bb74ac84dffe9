//! What became of a text, with its number and what is left to do about it; its photos.

use super::context::CliContext;
use crate::api::wire::{OutboundMessage, PhotoView};
use crate::client::{DraftPlace, message};

/// What became of a text to the citizen, its number, and the decision it needs, if any.
pub fn delivery(context: &CliContext, text: &OutboundMessage) -> String {
    let m = || [("m", text.id.to_string().into())];
    let sentence = context.paint.toned(message::delivery(&context.times(), text));
    let sentence = format!("{sentence} ({})", context.say.with("text-number", m()));
    if !text.needs_decision {
        return sentence;
    }
    let todo = context.paint.alert(&context.say.with("needs-decision", m()));
    format!("{sentence}\n  → {todo}")
}

/// Who wrote a text to the citizen.
pub fn author(context: &CliContext, text: &OutboundMessage) -> String {
    message::author(&context.say, text)
}

/// A photo, film or other file of a text, and how to look at it: `사진 7 · JPEG 120 KB · munja photo 7`.
pub fn photo(context: &CliContext, photo: &PhotoView) -> String {
    context.paint.toned(message::photo(&context.say, photo))
}

/// Where a text is kept, and how to go on with it.
pub(super) fn where_kept(context: &CliContext, n: i64, place: &DraftPlace) -> String {
    let n = ("n", n.to_string().into());
    match place {
        DraftPlace::Server => context.say.with("draft-on-server", [n]),
        DraftPlace::Here(path) => {
            context.say.with("draft-kept", [("path", path.display().to_string().into()), n])
        }
    }
}
