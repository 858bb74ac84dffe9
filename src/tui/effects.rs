//! Does what the state wants done, through the client. Each request runs by itself; what it brings comes back as an event.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::app::{Book, Came, Deed, Effect, Event, NotSent, Saved, Wanted};
use crate::api::wire::{ActionRequest, DraftRequest, ProblemCode};
use crate::client::{
    Client, ClientError, Profile, Sought, both_drafts, bring_drafts, desk_draft, keep_desk_draft, keep_photo,
    note_seen, reply, view_file,
};

/// The last drafts get so much time to reach the server when the desk ends. What it does not have then is brought at the next start.
const LAST: Duration = Duration::from_secs(5);
/// Conversations listed at once, as many as the server lists.
const MOST_LISTED: u32 = 200;

/// The way out: a client, the files of the profile, and the way back.
#[derive(Clone)]
pub struct Hands {
    pub client: Client,
    pub profile: Profile,
    /// The runtime folder of the person, for photos.
    pub runtime: Option<String>,
    pub back: UnboundedSender<Event>,
    /// Drafts on their way to the server, one after the other.
    pub drafts: UnboundedSender<ToKeep>,
    pub known: Known,
}

/// What the server is to know of drafts.
pub enum ToKeep {
    Draft(i64, DraftRequest),
    /// Tell when everything before has been tried.
    Over(oneshot::Sender<()>),
}

/// Brings drafts to the server in their order, so that no older one comes last. What the server has is removed here. A draft that another
/// program has changed is not overwritten: it comes `back`.
pub fn keep_drafts(
    client: Client,
    profile: Profile,
    (known, back): (Known, UnboundedSender<Event>),
) -> UnboundedSender<ToKeep> {
    let (send, mut wanted) = unbounded_channel::<ToKeep>();
    tokio::spawn(async move {
        while let Some(wanted) = wanted.recv().await {
            match wanted {
                ToKeep::Draft(n, draft) => {
                    if let Some(came) = keep(&client, &profile, &known, (n, draft)).await {
                        // Nobody listens any more: the desk is being closed.
                        let _ = back.send(Event::Came(came));
                    }
                }
                // Nobody waits for it any more.
                ToKeep::Over(tell) => drop(tell.send(())),
            }
        }
    });
    send
}

async fn keep(
    client: &Client,
    profile: &Profile,
    known: &Known,
    (n, draft): (i64, DraftRequest),
) -> Option<Came> {
    let replaces = known.replaced_by(n, &draft.text);
    let draft = DraftRequest { replaces: replaces.clone(), ..draft };
    let forget = || {
        if desk_draft(profile, n).is_some_and(|here| here == draft.text) {
            let _ = keep_desk_draft(profile, n, "");
        }
    };
    match client.save_draft(n, &draft).await {
        Ok(()) => {
            known.set(n, Kept { seen: draft.text.clone(), there: None });
            forget();
            None
        }
        Err(ClientError::Problem(problem)) if problem.code == ProblemCode::DraftChanged.as_str() => {
            let (before, there) = (replaces.unwrap_or_default(), problem.draft.clone());
            let now = there.clone().unwrap_or_default();
            // Who has not written on here takes what is there; else it is replaced once it stands here, too.
            if before.trim() == draft.text.trim() {
                forget();
                known.set(n, Kept { seen: now, there: None });
            } else {
                known.set(n, Kept { seen: before.clone(), there: Some(now) });
            }
            Some(Came::DraftElsewhere { n, mine: draft.text, before, there })
        }
        Err(_) => None,
    }
}

/// What the desk knows of drafts on the server, by conversation.
#[derive(Clone, Default)]
pub struct Known(Arc<Mutex<BTreeMap<i64, Kept>>>);

#[derive(Default)]
struct Kept {
    /// What this desk has seen kept, and has on the screen; empty for nothing.
    seen: String,
    /// What another program has put in its place meanwhile.
    there: Option<String>,
}

impl Known {
    fn set(&self, n: i64, kept: Kept) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(n, kept);
    }

    /// What `text` replaces: the words of the other program once they stand in it, too.
    fn replaced_by(&self, n: i64, text: &str) -> Option<String> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Kept { seen, there } = all.get(&n)?;
        let stands_here = |there: &&String| text.contains(there.trim());
        Some(there.as_ref().filter(stands_here).unwrap_or(seen).clone())
    }
}

impl Hands {
    /// Does one thing. Files are written at once, requests begin in this order.
    pub fn begin(&self, effect: Effect) {
        match effect {
            // A draft or a mark that cannot be kept is still on the screen.
            Effect::KeepDraft(n, text, based_on) => {
                let _ = keep_desk_draft(&self.profile, n, &text);
                let _ = self.drafts.send(ToKeep::Draft(n, DraftRequest { text, based_on, replaces: None }));
            }
            Effect::NoteSeen(n, seen) => drop(note_seen(&self.profile, n, seen)),
            effect => {
                let hands = self.clone();
                tokio::spawn(async move {
                    if let Some(came) = hands.ask(effect).await {
                        hands.tell(came);
                    }
                });
            }
        }
    }

    /// Waits until the server has what was to be kept or removed last, for a while.
    pub async fn finish(&self) {
        let (tell, over) = oneshot::channel();
        if self.drafts.send(ToKeep::Over(tell)).is_ok() {
            // Too late: the files of this machine are brought at the next start.
            let _ = tokio::time::timeout(LAST, over).await;
        }
    }

    fn tell(&self, came: Came) {
        // Nobody listens any more: the desk is being closed.
        let _ = self.back.send(Event::Came(came));
    }

    async fn ask(&self, effect: Effect) -> Option<Came> {
        let client = &self.client;
        Some(match effect {
            Effect::List(listed) => Came::List(listed, client.conversations(listed, MOST_LISTED).await),
            Effect::Next => Came::Talk(Wanted::Next, client.next().await.map(Box::new)),
            Effect::Claim(n, write) => {
                Came::Talk(Wanted::Claim(n, write), client.claim(n).await.map(Box::new))
            }
            Effect::Open(n) => Came::Talk(Wanted::Open(n), client.conversation(n).await.map(Box::new)),
            Effect::Refresh(n) => Came::Talk(Wanted::Refresh(n), client.conversation(n).await.map(Box::new)),
            Effect::Earlier(n) => Came::Earlier(n, client.conversation(n).await.map(Box::new)),
            Effect::Act(n, action, done) => self.act(n, &action, done).await,
            Effect::Send(n, request) => {
                let sent = reply::send(client, &self.profile, n, &request).await;
                Came::Sent(
                    n,
                    match sent {
                        Ok(Ok(sent)) => Ok(Box::new(sent)),
                        Ok(Err(error)) => Err(NotSent::Server(error)),
                        Err(error) => Err(NotSent::Here(error.to_string())),
                    },
                )
            }
            // Without advice nothing is missing.
            Effect::Advise(text) => {
                let advice = client.advice(&text).await.ok()?.advice;
                Came::Advice(text, advice)
            }
            Effect::Close(n, request) => Came::Done(n, Deed::Closed, client.close(n, &request).await),
            Effect::Release(n) => Came::Done(n, Deed::Released, client.release(n).await),
            Effect::Recall(n, m) => Came::Done(n, Deed::Recalled(m), client.recall(m).await),
            Effect::Reveal(n, request) => Came::Revealed(n, request.what, client.reveal(n, &request).await),
            Effect::LoadDoubts => Came::Doubts(client.in_doubt(None).await),
            Effect::Decide(m, decision) => Came::Decided(m, decision, client.decide(m, decision).await),
            Effect::ShowPhoto(id) => {
                Came::Photo(id, client.photo(id).await.map(|bytes| self.shown(id, &bytes)))
            }
            Effect::LoadBook(desk) => Came::Book(Box::new(self.book(desk.as_deref()).await?)),
            Effect::SetPresence(word) => Came::Present(client.set_presence(word).await),
            Effect::Search(words) => {
                Came::Found(client.search(&Sought { words: Some(words), ..Sought::default() }).await)
            }
            Effect::LoadColleagues => Came::Colleagues(client.colleagues().await.ok()?.colleagues),
            Effect::LoadBulletins => Came::Bulletins(client.bulletins().await.ok()?.bulletins),
            Effect::EndBulletin(id) => Came::BulletinEnded(client.end_bulletin(id).await),
            Effect::LoadDraft(n) => Came::Draft(n, self.draft(n).await),
            Effect::KeepDraft(..) | Effect::NoteSeen(..) | Effect::Call { .. } | Effect::Quit => {
                return None;
            }
        })
    }

    /// The draft on the server, and below it what only this machine has.
    async fn draft(&self, n: i64) -> Option<String> {
        // What a command could not bring to the server is offered here too.
        let here = match desk_draft(&self.profile, n) {
            None => bring_drafts(&self.client, &self.profile, n).await,
            here => here,
        };
        let Ok(own) = self.client.own_draft(n).await else { return here };
        let own = own.map(|draft| draft.text);
        self.known.set(n, Kept { seen: own.clone().unwrap_or_default(), there: None });
        match (here, own) {
            (Some(here), Some(own)) => Some(both_drafts(&own, &here)),
            (here, own) => here.or(own),
        }
    }

    /// Saves a photo and opens it. The viewer runs beside the desk, and nothing that it prints reaches the screen.
    fn shown(&self, id: i64, bytes: &[u8]) -> Saved {
        match keep_photo(&self.profile, self.runtime.as_deref(), (id, bytes)) {
            Ok(path) => Saved { is_open: view_file(&path), place: Ok(path.display().to_string()) },
            Err(error) => Saved { is_open: false, place: Err(format!("{error:#}")) },
        }
    }

    async fn act(&self, n: i64, action: &ActionRequest, done: &'static str) -> Came {
        Came::Talk(Wanted::Act(n, done), self.client.act(n, action).await.map(Box::new))
    }

    /// What is known beside conversations; `None` leaves what was known before.
    async fn book(&self, desk: Option<&str>) -> Option<Book> {
        let canned = self.client.canned(desk).await.ok()?.replies;
        let categories = self.client.categories(desk).await.ok()?;
        let desks = self.client.desks().await.ok()?;
        Some(Book { canned, categories: Some(categories), desks: Some(desks) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::client::Address;
    use crate::client::fake::{Fake, Reply};

    #[tokio::test]
    async fn a_draft_replaces_what_was_seen_and_no_other() {
        let (server, home) = (Fake::start().await, tempfile::tempdir().expect("a folder"));
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let address: Address = server.url.parse().expect("an address");
        let client = Client::new(&address).expect("a client").with_token("t".into());
        let var = |name: &str| (name == "HOME").then(|| home.path().display().to_string());
        let profile = Profile::choose(None, var).expect("a profile");
        let changed = || Reply::Problem(409, "draft_changed", json!({ "draft": "택시" }));
        server.on(
            "PUT /v1/conversations/1/draft",
            [Reply::Nothing, changed(), changed(), Reply::Nothing, Reply::Nothing],
        );
        let known = Known::default();
        known.set(1, Kept::default());
        let mut n_changed = 0;
        for text in ["62번", "62번이", "62번이 곧", "62번이 곧\n\n택시", ""] {
            let draft = DraftRequest { text: text.to_owned(), based_on: 0, replaces: None };
            let came = keep(&client, &profile, &known, (1, draft)).await;
            let is_changed = |came: &Came| matches!(came, Came::DraftElsewhere { there: Some(there), .. } if there == "택시");
            n_changed += usize::from(came.as_ref().is_some_and(is_changed));
        }
        assert_eq!(n_changed, 2);
        let replaced: Vec<_> = server.asked().into_iter().map(|one| one.body["replaces"].clone()).collect();
        assert_eq!(replaced, ["", "62번", "62번", "택시", "62번이 곧\n\n택시"]);
    }
}
