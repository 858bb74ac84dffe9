//! Reads of the gateway: the one list of texts of both ways, one text, and photos.
//!
//! The list goes from the newest to the oldest; a page token holds the position in each direction.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{items, refused};
use crate::sim::answer::Answer;
use crate::sim::core::Core;
use crate::sim::core::texts::TextPage;
use crate::sim::core::timeline::{Place, Span};
use crate::sim::dialects::numbers::e164;
use crate::sim::dialects::query::{Query, Unexpected};
use crate::sim::dialects::shapes::time_ms;

const KNOWN: [&str; 8] =
    ["To", "From", "DateSent", "DateSent>", "DateSent<", "PageSize", "Page", "PageToken"];
const DAY_MS: i64 = 24 * 3_600_000;

/// Filter of a list.
struct Wanted {
    to: Option<String>,
    from: Option<String>,
    /// Sent within this range, its end excluded; `None` includes texts that are not sent yet.
    sent: Option<(i64, i64)>,
    n: usize,
    page: usize,
    place: Token,
}

/// Where the list continues, in each direction.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Token {
    texts: Option<Place>,
    messages: Option<Place>,
}

impl Wanted {
    fn parse(query: &Query) -> Result<Wanted, Unexpected> {
        query.only(&KNOWN)?;
        let day = |name: &str| query.get(name).map(day_ms).transpose();
        let (on, since, until) = (day("DateSent")?, day("DateSent>")?, day("DateSent<")?);
        let sent = match (on, since, until) {
            (None, None, None) => None,
            (Some(day), None, None) => Some((day, day + DAY_MS)),
            (None, since, until) => {
                Some((since.unwrap_or(i64::MIN), until.map_or(i64::MAX, |day| day + DAY_MS)))
            }
            _ => return Err(Unexpected),
        };
        Ok(Wanted {
            to: query.get("To").map(str::to_owned),
            from: query.get("From").map(str::to_owned),
            sent,
            n: query.within("PageSize", (1, 1_000), 50)?,
            page: query.within("Page", (0, usize::MAX - 1), 0)?,
            place: query.get("PageToken").map_or(Ok(Token::default()), Token::parse)?,
        })
    }

    fn is_between(&self, from: &str, to: &str) -> bool {
        let fits = |wanted: &Option<String>, number| wanted.as_ref().is_none_or(|w| *w == e164(number));
        fits(&self.from, from) && fits(&self.to, to)
    }

    fn is_sent(&self, at: Option<i64>) -> bool {
        self.sent.is_none_or(|(since, until)| at.is_some_and(|at| (since..until).contains(&at)))
    }
}

/// The beginning of a day in UTC. A time of day is accepted, as the SDK writes it, but ignored: only days are
/// documented.
fn day_ms(word: &str) -> Result<i64, Unexpected> {
    let at = time_ms(word, &["0000-00-00", "0000-00-00T00:00:00Z"]).ok_or(Unexpected)?;
    Ok(at - at.rem_euclid(DAY_MS))
}

impl Token {
    fn token(self) -> String {
        let place =
            |place: Option<Place>| place.map_or("x".to_owned(), |(at, index)| format!("{at}.{index}"));
        format!("PA{}-{}", place(self.texts), place(self.messages))
    }

    fn parse(word: &str) -> Result<Token, Unexpected> {
        let (texts, messages) =
            word.strip_prefix("PA").and_then(|rest| rest.split_once('-')).ok_or(Unexpected)?;
        let place = |word: &str| match word.split_once('.') {
            Some((at, index)) => {
                Ok(Some((at.parse().map_err(|_| Unexpected)?, index.parse().map_err(|_| Unexpected)?)))
            }
            None if word == "x" => Ok(None),
            None => Err(Unexpected),
        };
        Ok(Token { texts: place(texts)?, messages: place(messages)? })
    }
}

/// `GET Messages.json`
pub(super) fn list(core: &mut Core<'_>, path: &str, query: Option<&str>) -> Result<Answer, Unexpected> {
    let wanted = Wanted::parse(&Query::parse(query))?;
    let (found, next) = merged(core, &wanted);
    let uri = |page: usize, token: Option<Token>| page_uri(path, query, &wanted, (page, token));
    let start = wanted.page.saturating_mul(wanted.n);
    let is_first = wanted.page == 0;
    let this = (!is_first).then_some(wanted.place);
    Ok(Answer::json(
        200,
        &json!({
            "first_page_uri": uri(0, None), "uri": uri(wanted.page, this), "previous_page_uri": null,
            "next_page_uri": next.map(|token| uri(wanted.page + 1, Some(token))),
            "page": wanted.page, "page_size": wanted.n, "start": start,
            "end": start + found.len().saturating_sub(1), "messages": found,
        }),
    ))
}

/// A page of both directions, and where the next one continues.
fn merged(core: &mut Core<'_>, wanted: &Wanted) -> (Vec<Value>, Option<Token>) {
    let our_number = core.options.mo_number.clone();
    let now = core.now;
    let span = |n: usize, after: Option<Place>| Span::all(n).after(after);
    let fits = |text: &crate::sim::core::record::Text| {
        wanted.is_between(&text.from, &our_number) && wanted.is_sent(Some(text.at))
    };
    let texts = core.peek_texts(&span(wanted.n, wanted.place.texts), fits);
    let messages = core.list_sent(&span(wanted.n, wanted.place.messages), |message| {
        wanted.is_between(&message.from, &message.to) && wanted.is_sent(items::sent_at(message, now))
    });
    let mut order: Vec<(Option<Place>, bool)> =
        texts.items.iter().map(|i| (core.text_place(*i), true)).collect();
    order.extend(messages.items.iter().map(|i| (core.message_place(*i), false)));
    order.sort_by_key(|(place, _)| std::cmp::Reverse(place.map(|(at, _)| at)));
    order.truncate(wanted.n);
    let n_texts = order.iter().filter(|(_, is_text)| *is_text).count();
    let n_messages = order.len() - n_texts;
    // Faults apply to what is shown, so no more is read than is shown.
    let shown = match n_texts {
        0 => TextPage::default(),
        n => core.list_texts(&span(n, wanted.place.texts), fits),
    };
    let place = Token {
        texts: shown.last.and_then(|index| core.text_place(index)).or(wanted.place.texts),
        messages: messages.items[..n_messages]
            .last()
            .and_then(|i| core.message_place(*i))
            .or(wanted.place.messages),
    };
    let mut theirs = shown.items.iter().map(|index| items::inbound(core, core.text(*index)));
    let mut ours = messages.items.iter().map(|index| items::outbound(core, core.message(*index)));
    let next = |(_, is_text): &(Option<Place>, bool)| if *is_text { theirs.next() } else { ours.next() };
    let mut found: Vec<Value> = order.iter().filter_map(next).collect();
    found.extend(shown.has_broken.then(|| json!({ "sid": null, "body": 7 })));
    let has_next = texts.has_next
        || messages.has_next
        || shown.has_next
        || texts.items.len() > n_texts
        || messages.items.len() > n_messages;
    (found, has_next.then_some(place))
}

/// The URI of a page: the query as it came, and where the page begins.
fn page_uri(
    path: &str,
    query: Option<&str>,
    wanted: &Wanted,
    (page, token): (usize, Option<Token>),
) -> String {
    let mut words = form_urlencoded::Serializer::new(String::new());
    let asked = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    words.extend_pairs(asked.filter(|(name, _)| !name.starts_with("Page")));
    words.append_pair("PageSize", &wanted.n.to_string()).append_pair("Page", &page.to_string());
    if let Some(token) = token {
        words.append_pair("PageToken", &token.token());
    }
    format!("{path}?{}", words.finish())
}

/// `GET Messages/{sid}.json`, in either direction.
pub(super) fn single_message(core: &Core<'_>, sid: &str) -> Answer {
    let ours = core.message_by_key(sid).map(|index| items::outbound(core, core.message(index)));
    let theirs = || core.texts_by_key(sid).first().map(|text| items::inbound(core, text));
    match ours.or_else(theirs) {
        Some(item) => Answer::json(200, &item),
        None => refused("20404"),
    }
}

/// The id of the n-th photo: `ME`, its position, and the id of the text.
pub(super) fn media_sid(sid: &str, n: usize) -> String {
    format!("ME{n:02x}{}", sid.get(4..).unwrap_or_default())
}

/// `GET Messages/{sid}/Media.json`
pub(super) fn media_list(core: &Core<'_>, sid: &str) -> Answer {
    let texts = core.texts_by_key(sid);
    let Some(text) = texts.first() else {
        return refused("20404");
    };
    let account = &core.options.account;
    let list: Vec<Value> = (0..text.photos.len())
        .map(|n| {
            let name = media_sid(sid, n);
            json!({
                "sid": name, "account_sid": account, "parent_sid": sid, "content_type": "image/jpeg",
                "date_created": items::time(text.at), "date_updated": items::time(text.at),
                "uri": format!("/2010-04-01/Accounts/{account}/Messages/{sid}/Media/{name}.json"),
            })
        })
        .collect();
    Answer::json(200, &json!({ "media_list": list, "page": 0, "page_size": 50, "next_page_uri": null }))
}

/// `GET Messages/{sid}/Media/{name}`: the bytes themselves.
pub(super) fn media(core: &Core<'_>, sid: &str, name: &str) -> Answer {
    let n = name.get(2..4).and_then(|n| usize::from_str_radix(n, 16).ok());
    match n.filter(|n| media_sid(sid, *n) == name).and_then(|n| core.photo(sid, n)) {
        Some(photo) => Answer::raw(200, "image/jpeg", photo),
        None => refused("20404"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        let july = 1_782_864_000_000; // 2026-07-01T00:00:00Z
        assert_eq!(day_ms("2026-07-01"), Ok(july));
        assert_eq!(day_ms("2026-07-01T23:59:59Z"), Ok(july), "only days are promised");
        for word in [
            "",
            "today",
            "2026-7-1",
            "2026-07-32",
            "20260701",
            "2026-07-01T00:00:00.000Z",
            "2026-07-01T09:00:00+09:00",
        ] {
            assert_eq!(day_ms(word), Err(Unexpected), "{word}");
        }
    }

    #[test]
    fn tokens_read_back() {
        for token in [
            Token::default(),
            Token { texts: Some((1_782_864_000_000, 7)), messages: None },
            Token { texts: Some((1, 0)), messages: Some((2, 3)) },
        ] {
            assert_eq!(Token::parse(&token.token()), Ok(token));
        }
        for word in ["", "PA", "PAx", "PAx-", "x-x", "PA1-2", "PAx-1.y"] {
            assert_eq!(Token::parse(word), Err(Unexpected), "{word}");
        }
    }
}
