//! One page of results: three sources, each newest first, brought into one order by time.

use std::collections::VecDeque;
use std::sync::Arc;

use super::rows::{STEP_ROWS, Search, Step, named};
use super::{SearchFilter, SearchHit, SearchPage};
use crate::domain::UnixMs;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::search::{Place, Source, Words};
use crate::store::conversation::list::visible_desks;
use crate::store::{Result, Store};

/// A page looks at no more rows than this.
const MOST_ROWS: usize = 25 * STEP_ROWS;

/// How far a source is.
struct Stream {
    source: Source,
    /// What was found and is not on the page yet, newest first.
    found: VecDeque<SearchHit>,
    /// Rows with smaller ids are left to look at; `None`: none are.
    before: Option<i64>,
    /// The time of the last row that was looked at.
    at: UnixMs,
}

impl Stream {
    /// Where the next page begins.
    fn place(&self) -> i64 {
        self.found.front().map_or(self.before.unwrap_or(0), |hit| hit.id + 1)
    }

    /// Has to be looked at before anybody knows what it has.
    fn is_open(&self) -> bool {
        self.found.is_empty() && self.before.is_some()
    }

    fn take(&mut self, step: Step) {
        self.found.extend(step.hits);
        self.before = step.before;
        self.at = step.at.unwrap_or(self.at);
    }
}

impl Store {
    /// The citizens whom people call so (`7F2K`), for a search of theirs; nobody for who answers no citizens. Two may share a name.
    pub async fn citizens_named(&self, name: String, actor: &Actor) -> Result<Vec<PhoneNumber>> {
        if !actor.takes_duty() {
            return Ok(Vec::new());
        }
        let names = self.pseudonyms().clone();
        self.read(move |conn| named(conn, &names, &name)).await
    }

    /// Looks for texts, answers and notes that the actor may see, from `after` on; at most `limit`.
    pub async fn search(
        &self,
        filter: SearchFilter,
        after: Place,
        limit: usize,
        actor: &Actor,
    ) -> Result<SearchPage> {
        let whom = filter.citizen.clone();
        let conversations = match whom {
            None => None,
            Some(whom) => self.read(move |conn| Search::conversations_of(conn, &whom)).await?,
        };
        let keys = filter.words.as_ref().map(Words::indexed).unwrap_or_default();
        let search = Search { filter, keys, conversations, me: actor.id(), desks: visible_desks(actor) };
        let mut streams: Vec<Stream> = Source::ALL
            .into_iter()
            .zip(after.0)
            .map(|(source, before)| {
                let is_wanted = search.filter.source.is_none_or(|only| only == source) && before > 0;
                Stream {
                    source,
                    found: VecDeque::new(),
                    before: is_wanted.then_some(before),
                    at: UnixMs::MAX,
                }
            })
            .collect();
        let search = Arc::new(search);
        let (mut page, mut n_rows) = (SearchPage::default(), 0);
        while page.hits.len() < limit {
            let head = streams.iter().filter_map(|stream| stream.found.front()).map(|hit| hit.at).max();
            // What lies further back than the newest that was found can wait.
            let open =
                streams.iter_mut().filter(|stream| stream.is_open() && head.is_none_or(|at| stream.at > at));
            let open = open.max_by_key(|stream| stream.at);
            if let Some(stream) = open {
                if n_rows >= MOST_ROWS {
                    page.looked_back_to_at = Some(stream.at);
                    break;
                }
                let (search, source) = (Arc::clone(&search), stream.source);
                let (before, enough) = (stream.before.unwrap_or(0), limit - page.hits.len());
                let step = self.read(move |conn| search.step(conn, source, before, enough)).await?;
                n_rows += step.n_rows;
                stream.take(step);
                continue;
            }
            let newest = streams.iter_mut().filter(|stream| !stream.found.is_empty());
            let Some(stream) = newest.max_by_key(|stream| stream.found.front().map(|hit| (hit.at, hit.id)))
            else {
                break;
            };
            page.hits.extend(stream.found.pop_front());
        }
        let is_over = streams.iter().all(|stream| stream.found.is_empty() && stream.before.is_none());
        page.next = (!is_over).then(|| Place([0, 1, 2].map(|n| streams[n].place())));
        Ok(page)
    }
}
