//! Does what the state wants done, through the client. Each request runs by itself; what it brings comes back as an event.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::app::{Book, Came, Deed, Effect, Event, NotSent, Saved, Wanted};
use crate::api::wire::{ActionRequest, DraftRequest};
use crate::client::{
    Client, Profile, Sought, bring_drafts, desk_draft, keep_desk_draft, keep_photo, note_seen, reply,
    view_file,
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
}

/// What the server is to know of drafts.
pub enum ToKeep {
    Draft(i64, DraftRequest),
    /// Tell when everything before has been tried.
    Over(oneshot::Sender<()>),
}

/// Brings drafts to the server in their order, so that no older one comes last. What the server has is removed here.
pub fn keep_drafts(client: Client, profile: Profile) -> UnboundedSender<ToKeep> {
    let (send, mut wanted) = unbounded_channel::<ToKeep>();
    tokio::spawn(async move {
        while let Some(wanted) = wanted.recv().await {
            let (n, draft) = match wanted {
                ToKeep::Draft(n, draft) => (n, draft),
                ToKeep::Over(tell) => {
                    // Nobody waits for it any more.
                    let _ = tell.send(());
                    continue;
                }
            };
            let is_kept = client.save_draft(n, &draft).await.is_ok();
            if is_kept && desk_draft(&profile, n).is_some_and(|here| here == draft.text) {
                let _ = keep_desk_draft(&profile, n, "");
            }
        }
    });
    send
}

impl Hands {
    /// Does one thing. Files are written at once, requests begin in this order.
    pub fn begin(&self, effect: Effect) {
        match effect {
            // A draft or a mark that cannot be kept is still on the screen.
            Effect::KeepDraft(n, text, based_on) => {
                let _ = keep_desk_draft(&self.profile, n, &text);
                let _ = self.drafts.send(ToKeep::Draft(n, DraftRequest { text, based_on }));
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
            Effect::Recall(n, message) => Came::Done(n, Deed::Recalled, client.recall(message).await),
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
            // What the server does not have yet is newer.
            Effect::LoadDraft(n) => Came::Draft(
                n,
                match desk_draft(&self.profile, n) {
                    // What a command could not bring to the server is offered here too.
                    None => match bring_drafts(client, &self.profile, n).await {
                        None => client.own_draft(n).await.ok().flatten().map(|draft| draft.text),
                        left => client.own_draft(n).await.ok().flatten().map(|draft| draft.text).or(left),
                    },
                    here => here,
                },
            ),
            Effect::KeepDraft(..) | Effect::NoteSeen(..) | Effect::Call { .. } | Effect::Quit => {
                return None;
            }
        })
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
