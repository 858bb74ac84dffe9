//! The composer, the look before sending, and sending. A text leaves only from the look before sending, by Enter, `y` or `e`.

use super::event::Effect;
use super::state::{App, Confirm, Mode, PickFor, Review, Sending, Then};
use crate::api::wire::ReplyRequest;
use crate::client::message::offer as offer_sentence;
use crate::domain::text::{Unfit, offer, plan};
use crate::tui::editor::Editor;
use crate::tui::keys::{Key, is_yes, latin};
use crate::tui::places::composer_width;

impl App {
    /// Opens the composer; claims the conversation first if nobody holds it.
    pub(super) fn answer(&mut self, n: i64) -> Vec<Effect> {
        let (is_held, is_closed) = match &self.talk {
            Some(talk) => (talk.detail.summary.claimed_by.is_some(), talk.detail.summary.state == "closed"),
            None => return Vec::new(),
        };
        if is_closed || is_held && !self.holds() {
            self.alert(if is_closed { "talk-closed" } else { "held-by-other" }, []);
            self.stop();
            return Vec::new();
        }
        self.begin_writing();
        if is_held { Vec::new() } else { self.request(Effect::Claim(n, true)) }
    }

    /// The composer, with what a colleague had begun if it is empty.
    pub(super) fn begin_writing(&mut self) {
        let Some(talk) = &mut self.talk else { return };
        (talk.read_to, talk.scroll) = (talk.detail.last_inbound_id, 0);
        let (n, begun) = (talk.detail.summary.id, talk.detail.draft.clone());
        let editor = self.drafts.entry(n).or_default();
        if let Some(begun) = begun.filter(|_| editor.is_blank()) {
            *editor = Editor::with(&begun);
            self.tell("draft-taken-up", []);
        }
        self.mode = Mode::Write;
    }

    /// Columns that the composer has for its text.
    fn width(&self) -> usize {
        composer_width(self.size)
    }

    pub(super) fn write_key(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Ctrl('s') | Key::F(2) | Key::AltEnter => return self.review(),
            Key::Ctrl('t') | Key::F(3) => {
                self.pick(PickFor::Canned { is_writing: true });
                return Vec::new();
            }
            Key::PageUp => return self.scroll_up(),
            Key::PageDown => {
                self.scroll_down();
                return Vec::new();
            }
            Key::Esc => {
                self.mode = Mode::Desk;
                return self.keep_draft().into_iter().collect();
            }
            Key::Enter => return self.insert("\n"),
            Key::Char(c) => return self.insert(c.encode_utf8(&mut [0; 4])),
            _ => {}
        }
        let (Some(n), width) = (self.n(), self.width()) else { return Vec::new() };
        let editor = self.drafts.entry(n).or_default();
        if edit(editor, key, width) {
            self.stale.draft = Some(n);
        }
        Vec::new()
    }

    pub(super) fn insert(&mut self, text: &str) -> Vec<Effect> {
        if let Some(n) = self.n() {
            let n_hidden = self.drafts.entry(n).or_default().insert(text);
            self.stale.draft = Some(n);
            self.told_hidden(n_hidden);
        }
        Vec::new()
    }

    /// Puts a text in that is not glued to the words before it.
    pub(super) fn insert_apart(&mut self, text: &str) -> Vec<Effect> {
        let editor = self.n().and_then(|n| self.drafts.get(&n));
        let is_glued =
            editor.is_some_and(|editor| editor.before_cursor().ends_with(|c: char| !c.is_whitespace()));
        self.insert(&if is_glued { format!("\n{text}") } else { text.to_owned() })
    }

    /// Shows the answer as it will arrive, or says why it can't be sent.
    pub(super) fn review(&mut self) -> Vec<Effect> {
        let limits = self.limits();
        match plan(self.draft(), &limits) {
            Ok(pieces) => {
                let Some(talk) = &self.talk else { return Vec::new() };
                let newer: Vec<_> = talk.newer().cloned().collect();
                let needs_yes = pieces.len() > 1 || !newer.is_empty();
                let last_seen = talk.detail.last_inbound_id;
                self.notice = None;
                self.mode = Mode::Review(Review { pieces, newer, last_seen, needs_yes, is_again: false });
                let advise = Effect::Advise(self.draft().trim().to_owned());
                return self.keep_draft().into_iter().chain([advise]).collect();
            }
            Err(Unfit::Empty) => self.alert("error-empty_text", []),
            Err(Unfit::TooLong { .. }) => self.alert("error-too_long", []),
            Err(Unfit::Unencodable(characters)) => self.cannot_carry(&characters),
        }
        self.keep_draft().into_iter().collect()
    }

    /// Names what the carrier can't carry, and offers other words where there are some.
    fn cannot_carry(&mut self, characters: &[char]) {
        let named: Vec<String> = characters.iter().map(|c| name(*c)).collect();
        match offer(self.draft(), self.limits().charset) {
            Some(found) => {
                let view = crate::api::wire::OfferView {
                    text: found.text.clone(),
                    replaced: found
                        .replaced
                        .iter()
                        .map(|(c, word)| crate::api::wire::ReplacedView {
                            character: name(*c),
                            word: word.clone(),
                        })
                        .collect(),
                };
                let question =
                    format!("{}\n{}", offer_sentence(&self.say, &view), self.say.t("confirm-replace"));
                self.mode = Mode::Confirm(Confirm { question, then: Then::Replace(found.text) });
            }
            None => self.alert("error-unencodable", [("characters", named.join(" ").into())]),
        }
    }

    pub(super) fn review_key(&mut self, key: Key) -> Vec<Effect> {
        let Mode::Review(review) = &self.mode else { return Vec::new() };
        let (needs_yes, last_seen) = (review.needs_yes, review.last_seen);
        let has_newer = self.talk.as_ref().is_some_and(|talk| talk.detail.last_inbound_id > last_seen);
        // What came under the look is seen before any key decides.
        if has_newer && matches!(key, Key::Enter | Key::Char(_)) {
            return self.look_again();
        }
        match key {
            Key::Enter if !needs_yes => self.send(last_seen, None, false),
            key if is_yes(key) => self.send(last_seen, None, false),
            Key::Char(c) if latin(c) == 'e' && !needs_yes => {
                self.picked_from(PickFor::Close { send: Some(last_seen) })
            }
            Key::Char(c) if latin(c) == 'r' && self.easier().is_some() => self.replace_hard_word(),
            Key::Enter | Key::Char(_) => {
                self.alert(if needs_yes { "review-needs-yes" } else { "review-keys" }, []);
                Vec::new()
            }
            Key::Esc => {
                self.mode = Mode::Write;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Shows the answer anew, with what the citizen has written since the look: nothing was sent.
    pub(super) fn look_again(&mut self) -> Vec<Effect> {
        let effects = self.review();
        if let Mode::Review(review) = &mut self.mode {
            review.is_again = true;
            self.alert("look-again", []);
        }
        effects
    }

    /// The text with easier words in place of the first hard ones that advice names.
    fn easier(&self) -> Option<String> {
        let advice = self.advice_now().iter();
        let mut words = advice.filter_map(|one| Some((one.words.as_str(), one.instead.as_deref()?)));
        let (hard, easy) = words.find(|(hard, _)| self.draft().contains(hard))?;
        Some(self.draft().replacen(hard, easy, 1))
    }

    /// Shows the text again with the easier words.
    fn replace_hard_word(&mut self) -> Vec<Effect> {
        let (Some(n), Some(text)) = (self.n(), self.easier()) else { return Vec::new() };
        self.drafts.insert(n, Editor::with(&text));
        self.stale.draft = Some(n);
        self.review()
    }

    /// Sends what was looked at.
    pub(super) fn send(&mut self, last_seen: i64, category: Option<String>, then_close: bool) -> Vec<Effect> {
        let Some(n) = self.n().filter(|_| self.sending.is_none()) else { return Vec::new() };
        let text = self.draft().trim().to_owned();
        let has_none = self.talk.as_ref().is_some_and(|talk| talk.detail.category.is_none());
        let category = category.or_else(|| self.canned.get(&n).filter(|_| has_none).cloned());
        self.leaves(Sending { n, text, then_close, last_seen, category }, false)
    }

    /// The same words once more, as somebody has said who knows that they left before.
    pub(super) fn send_again(&mut self, sending: Sending) -> Vec<Effect> {
        if self.sending.is_some() {
            return Vec::new();
        }
        self.drafts.insert(sending.n, Editor::with(&sending.text));
        self.leaves(sending, true)
    }

    fn leaves(&mut self, sending: Sending, again: bool) -> Vec<Effect> {
        let Sending { n, text, last_seen, category, .. } = sending.clone();
        self.sending = Some(sending);
        self.mode = Mode::Desk;
        self.tell("sending", []);
        // What was looked at is what leaves: should the server cut it into more texts, it refuses.
        let most_texts = plan(&text, &self.limits()).ok().and_then(|pieces| i64::try_from(pieces.len()).ok());
        let request = ReplyRequest {
            text,
            last_seen,
            category,
            most_texts,
            again,
            // A draft of other words is that of another program: this desk removes its own.
            keep_draft: true,
            ..ReplyRequest::default()
        };
        vec![Effect::Send(n, request)]
    }
}

/// A key of editing. `false` if it is none.
pub(super) fn edit(editor: &mut Editor, key: Key, width: usize) -> bool {
    match key {
        Key::Backspace => editor.backspace(),
        Key::Delete => editor.delete(),
        Key::Left => editor.left(),
        Key::Right => editor.right(),
        Key::Up => editor.up(width),
        Key::Down => editor.down(width),
        Key::Home | Key::Ctrl('a') => editor.home(width),
        Key::End | Key::Ctrl('e') => editor.end(width),
        Key::Ctrl('w') => editor.delete_word(),
        _ => return false,
    }
    true
}

/// A character by itself if it can be seen, else by its code point.
fn name(c: char) -> String {
    if crate::domain::text::columns_of(&c.to_string()) == 0 || crate::domain::text::is_hidden(c) {
        format!("U+{:04X}", u32::from(c))
    } else {
        c.to_string()
    }
}
