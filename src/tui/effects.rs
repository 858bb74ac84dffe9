//! Does what the state wants done, through the client. Each request runs by itself; what it brings comes back as an event.

use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use super::app::{Book, Came, Deed, Effect, Event, NotSent, Saved, Wanted};
use crate::api::wire::{ActionRequest, DraftRequest, ReplyRequest};
use crate::client::{
    Client, ClientError, KeptDrafts, Moved, Profile, Sought, both_drafts, bring_drafts, desk_draft,
    keep_desk_draft, keep_photo, note_seen, reply, view_file,
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
    /// What moves drafts on the server, one after the other.
    pub drafts: UnboundedSender<ToKeep>,
}

/// What moves a draft on the server.
pub enum ToKeep {
    One(Effect),
    /// Tell when everything before has been tried.
    Over(oneshot::Sender<()>),
}

/// Does what moves drafts in its order, so that no older draft comes last and what the server has is known before the next step. What the
/// server has is removed here.
pub fn keep_drafts(
    client: Client,
    profile: Profile,
    back: UnboundedSender<Event>,
) -> UnboundedSender<ToKeep> {
    let (send, mut wanted) = unbounded_channel::<ToKeep>();
    let mut keeper = Keeper { client, profile, kept: KeptDrafts::default() };
    tokio::spawn(async move {
        while let Some(wanted) = wanted.recv().await {
            match wanted {
                ToKeep::One(effect) => {
                    if let Some(came) = keeper.does(effect).await {
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

struct Keeper {
    client: Client,
    profile: Profile,
    kept: KeptDrafts,
}

impl Keeper {
    async fn does(&mut self, effect: Effect) -> Option<Came> {
        Some(match effect {
            Effect::KeepDraft(n, text, based_on) => {
                let draft = DraftRequest { text, based_on, replaces: None };
                return self.keep(n, draft).await;
            }
            Effect::LoadDraft(n) => self.load(n).await,
            Effect::LookAtDraft(n) => Came::DraftMoved(n, self.kept.look(&self.client, n).await.ok()??),
            Effect::TookDraft(n, text) => {
                self.kept.took(n, &text);
                return None;
            }
            Effect::Send(n, request) => self.send(n, &request).await,
            Effect::Close(n, request) => {
                let closed = self.client.close(n, &request).await;
                if closed.is_ok() {
                    self.kept.took(n, "");
                }
                Came::Done(n, Deed::Closed, closed)
            }
            Effect::Recall(n, m) => Came::Recalled(n, m, self.recall(n, m).await),
            Effect::RecallNewest => match self.client.held().await {
                Err(error) => Came::Recalled(0, 0, Err(error)),
                Ok(held) => match held.messages.first().map(|text| (text.conversation_id, text.message.id()))
                {
                    Some((n, m)) => Came::Recalled(n, m, self.recall(n, m).await),
                    None => Came::NothingHeld,
                },
            },
            _ => return None,
        })
    }

    async fn keep(&mut self, n: i64, draft: DraftRequest) -> Option<Came> {
        let text = draft.text.clone();
        match self.kept.save(&self.client, n, draft).await {
            Ok(None) => {
                if desk_draft(&self.profile, n).is_some_and(|here| here == text) {
                    let _ = keep_desk_draft(&self.profile, n, "");
                }
                None
            }
            Ok(Some(moved)) => Some(Came::DraftMoved(n, moved)),
            Err(_) => None,
        }
    }

    async fn send(&mut self, n: i64, request: &ReplyRequest) -> Came {
        let sent = match reply::send(&self.client, &self.profile, n, request).await {
            Ok(Ok(sent)) => {
                self.kept.sent(n, &request.text);
                Ok(Box::new(sent))
            }
            Ok(Err(error)) => Err(NotSent::Server(error)),
            Err(error) => Err(NotSent::Here(error.to_string())),
        };
        Came::Sent(n, sent)
    }

    /// Takes an answer back: what the server has as a draft then.
    async fn recall(&mut self, n: i64, m: i64) -> Result<Option<Moved>, ClientError> {
        let draft = self.client.recall(m).await?;
        let before = self.kept.seen(n);
        // An older server does not say what became of it.
        let there = match draft {
            None => self.client.own_draft(n).await.ok().flatten().map(|own| own.text),
            draft => draft,
        };
        Ok(there.map(|there| Moved { before, there: Some(there), origin: Some("recalled".to_owned()) }))
    }

    /// The draft on the server, and below it what only this machine has.
    async fn load(&mut self, n: i64) -> Came {
        // What a command could not bring to the server is offered here too.
        let here = match desk_draft(&self.profile, n) {
            None => bring_drafts(&self.client, &self.profile, n).await,
            here => here,
        };
        let Ok(own) = self.client.own_draft(n).await else {
            return Came::Draft { n, text: here, origin: None };
        };
        let (own, origin) = own.map_or((None, None), |own| (Some(own.text), own.origin));
        self.kept.took(n, own.as_deref().unwrap_or_default());
        let text = match (here, own) {
            (Some(here), Some(own)) => Some(both_drafts(&own, &here)),
            (here, own) => here.or(own),
        };
        Came::Draft { n, text, origin }
    }
}

impl Hands {
    /// Does one thing. Files are written at once, requests begin in this order.
    pub fn begin(&self, effect: Effect) {
        match effect {
            // A draft or a mark that cannot be kept is still on the screen.
            Effect::KeepDraft(n, ref text, _) => {
                let _ = keep_desk_draft(&self.profile, n, text);
                let _ = self.drafts.send(ToKeep::One(effect));
            }
            Effect::LoadDraft(_)
            | Effect::LookAtDraft(_)
            | Effect::TookDraft(..)
            | Effect::Send(..)
            | Effect::Close(..)
            | Effect::Recall(..)
            | Effect::RecallNewest => drop(self.drafts.send(ToKeep::One(effect))),
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
            // Without advice nothing is missing.
            Effect::Advise(text) => {
                let advice = client.advice(&text).await.ok()?.advice;
                Came::Advice(text, advice)
            }
            Effect::Release(n) => Came::Done(n, Deed::Released, client.release(n).await),
            Effect::Reveal(n, request) => Came::Revealed(n, request.what, client.reveal(n, &request).await),
            Effect::LoadDoubts => Came::Doubts(client.in_doubt(None).await),
            Effect::Decide(m, decision) => Came::Decided(m, decision, client.decide(m, decision).await),
            Effect::ShowPhoto(id) => {
                Came::Photo(id, client.photo(id).await.map(|bytes| self.shown(id, &bytes)))
            }
            Effect::LoadBook(desk) => Came::Book(self.book(desk.as_deref()).await.map(Box::new)),
            Effect::SetPresence(word) => Came::Present(client.set_presence(word).await),
            Effect::Search(words) => {
                Came::Found(client.search(&Sought { words: Some(words), ..Sought::default() }).await)
            }
            Effect::LoadColleagues => Came::Colleagues(client.colleagues().await.ok()?.colleagues),
            Effect::LoadBulletins => Came::Bulletins(client.bulletins().await.ok()?.bulletins),
            Effect::EndBulletin(id) => Came::BulletinEnded(client.end_bulletin(id).await),
            // What moves drafts has its own line; the rest is done elsewhere.
            _ => return None,
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
