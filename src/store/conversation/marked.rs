//! The conversations that one answer could go to: those of the queue that fit a mark, and those that a rule leaves out, also because
//! a colleague holds them.

use rusqlite::{Connection, named_params};

use super::list::{ConversationSummary, one};
use super::messages::{Message, inbound};
use super::row::load;
use crate::domain::actor::Actor;
use crate::domain::conversation::Conversation;
use crate::domain::refusal::Refusal;
use crate::domain::text::normalise;
use crate::store::people::citizen;
use crate::store::{Result, Store, StoreError};

/// Which conversations are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mark {
    /// Only of this desk.
    pub desk: Option<String>,
    /// Only where this stands in what the citizen wrote since the last answer; capital letters do not matter.
    pub containing: Option<String>,
    /// Only these; empty: all that wait.
    pub ids: Vec<i64>,
}

/// A conversation that is meant and left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub id: i64,
    /// The rule; `None` if there is no such conversation.
    pub why: Option<Refusal>,
}

/// What a mark finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    /// Those that may be answered, in the order of the queue.
    pub found: Vec<ConversationSummary>,
    pub left_out: Vec<LeftOut>,
    /// More may be marked than were looked at.
    pub has_more: bool,
}

impl Store {
    /// Looks through the queue, or the named conversations, until `most` may be answered. Those that wait for a colleague's answer are
    /// meant as well, and left out by name.
    pub async fn marked(&self, mark: Mark, most: usize, actor: &Actor) -> Result<Marked> {
        let actor = actor.clone();
        self.read(move |conn| {
            let mut marked = Marked::default();
            let (all, held) = if mark.ids.is_empty() {
                (ids(conn, QUEUE)?, ids(conn, HELD)?)
            } else {
                (mark.ids.clone(), Vec::new())
            };
            for id in all {
                if marked.found.len() == most {
                    marked.has_more = true;
                    break;
                }
                sort_in(conn, &mut marked, (id, &mark), &actor)?;
            }
            for id in held {
                sort_in(conn, &mut marked, (id, &mark), &actor)?;
            }
            Ok(marked)
        })
        .await
    }
}

fn sort_in(conn: &Connection, into: &mut Marked, (id, mark): (i64, &Mark), actor: &Actor) -> Result<()> {
    let of = match load(conn, id) {
        Ok(of) => of,
        Err(StoreError::NotFound) => {
            into.left_out.push(LeftOut { id, why: None });
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let is_of_desk = mark.desk.as_ref().is_none_or(|desk| *desk == of.desk);
    let is_meant = is_of_desk
        && match &mark.containing {
            None => true,
            Some(word) => has_written(conn, &of, &normalise(word).to_lowercase())?,
        };
    if !is_meant {
        return Ok(());
    }
    match of.may_be_answered_with_others(actor, &citizen::load(conn, &of.citizen)?) {
        Ok(()) => into.found.push(one(conn, id)?),
        Err(why) => into.left_out.push(LeftOut { id, why: Some(why) }),
    }
    Ok(())
}

/// Whether the word stands in a text that nobody has answered.
fn has_written(conn: &Connection, of: &Conversation, word: &str) -> Result<bool> {
    let since = of.last_reply_at.unwrap_or(i64::MIN);
    let holds = |text: Message| match text {
        Message::In { at, text, .. } => at > since && normalise(text.reveal()).to_lowercase().contains(word),
        Message::Out { .. } => false,
    };
    Ok(inbound(conn, of.id)?.into_iter().any(holds))
}

const QUEUE: &str = "SELECT id FROM conversation WHERE state = 'waiting' ORDER BY queue_at, id";
/// In the order of who holds them.
const HELD: &str = "SELECT id FROM conversation WHERE state = 'active' ORDER BY claimed_by, id";

fn ids(conn: &Connection, sql: &str) -> Result<Vec<i64>> {
    let mut select = conn.prepare_cached(sql)?;
    let rows = select.query_map(named_params! {}, |r| r.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
