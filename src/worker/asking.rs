//! How the poller puts its question for texts: otherwise after it was refused for good, and rarely where the carrier offers no
//! list of texts at all.

use super::Context;
use crate::carrier::{Carrier, ErrorKind, InboundPage, Result};
use crate::domain::inbound::Cursor;
use crate::domain::question::Question;

/// A carrier without a list of texts may have one after an update: it is asked again so often (milliseconds).
const NO_LIST_RETRY_MS: i64 = 60_000;

/// What the poller of one carrier has learnt about asking it.
#[derive(Default)]
pub(super) struct Asking {
    question: Question,
    /// It was said that the carrier offers no list of texts.
    is_list_missed: bool,
}

impl Asking {
    /// The cursor to ask with: `cursor`, or the beginning of an earlier one where that was refused.
    pub(super) fn cursor(&self, cursor: &Cursor) -> Cursor {
        let since = self.question.begins_at(cursor.since);
        match cursor.page {
            Some(_) => cursor.clone(),
            None => Cursor { since, newest: cursor.newest.min(since), ..cursor.clone() },
        }
    }

    /// Learns from the answer. Returns how long to wait before the next question (milliseconds) if the carrier offers no list.
    pub(super) fn learn(
        &mut self,
        context: &Context,
        carrier: &dyn Carrier,
        polled: &Result<InboundPage>,
    ) -> Option<i64> {
        match polled {
            Ok(_) => {
                self.question.answered();
                self.is_list_missed = false;
            }
            Err(error) if error.kind == ErrorKind::NotOffered => {
                if !std::mem::replace(&mut self.is_list_missed, true) {
                    tell_no_list(context, carrier);
                }
                return Some(NO_LIST_RETRY_MS);
            }
            Err(error) if error.is_for_good() => self.question.refused(),
            Err(_) => {}
        }
        None
    }
}

/// The carrier offers no list: its texts come by webhook only, if they come at all.
fn tell_no_list(context: &Context, carrier: &dyn Carrier) {
    let name = carrier.name();
    if carrier.caps().push && context.settings().has_webhook {
        tracing::warn!(
            carrier = name,
            "{name} offers no list of texts: they come by its calls only. Write inbound = \"push\" into its section"
        );
    } else {
        tracing::error!(
            carrier = name,
            "{name} offers no list of texts and may not call us: no text can come in. Set up its webhook and [webhook]"
        );
    }
}
