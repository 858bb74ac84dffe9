//! Searching citizens' texts, answers and notes. Who searched, by what and whom it showed is logged before the answer leaves; what was
//! searched for is not: it may be somebody's name or number.

use axum::extract::State;

use super::action;
use super::audit::Seen;
use super::extract::{Json, Query};
use super::needs::Needs;
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::SearchResults;
use super::{ApiContext, ApiSettings, view};
use crate::domain::access::Action;
use crate::domain::actor::Actor;
use crate::domain::phone::PhoneNumber;
use crate::domain::pseudonym::{name_among_words, typed_name};
use crate::domain::reason::Reason;
use crate::domain::search::{MOST_CHARS, Place, Source, Words};
use crate::domain::text::normalise;
use crate::store::{NewAccess, SearchFilter, SearchPage, SoughtCitizen};

const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 100;
const MAX_REASON_CHARS: usize = 1_000;
/// A number as lists show it, or its ending.
const MAX_SHOWN_CHARS: usize = 24;

/// What may be asked by; all of them narrow the search.
const PARAMETERS: [&str; 12] = [
    "q",
    "number",
    "reason",
    "citizen",
    "category",
    "counselor",
    "desk",
    "since_at",
    "until_at",
    "kind",
    "after",
    "limit",
];

/// Search citizens' texts, answers and notes, newest first.
#[utoipa::path(get, path = "/v1/search", operation_id = "search", tag = "conversation",
    params(
        ("q" = Option<String>, Query, description = "Words, all of which stand in what is found; several between quotation marks are one. A consonant stands for a syllable: `ㅂㅅ` finds 버스. At most 8 words and 100 characters. The short name of a citizen (`7F2K`, `시민 7F2K`) finds theirs, if somebody is called so; between quotation marks, `7F2K` is a word"),
        ("number" = Option<String>, Query, description = "The citizen's whole number, or what the carrier called the sender; needs a reason"),
        ("reason" = Option<String>, Query, description = "Why a number is looked for; goes into the access log"),
        ("citizen" = Option<String>, Query, description = "The short name of a citizen (`7F2K`), the number as lists show it (`010-****-5678`), or its last four digits"),
        ("category" = Option<String>, Query, description = "A category (`교통/버스`) or a whole group (`교통`); a beginning that fits only one is enough"),
        ("counselor" = Option<String>, Query, description = "Log-in name of who wrote the answer or note; of a citizen's text, of who holds the conversation or held it last"),
        ("desk" = Option<String>, Query, description = "Key of the desk that serves the conversation"),
        ("since_at" = Option<i64>, Query, description = "From then on (milliseconds UTC)"),
        ("until_at" = Option<i64>, Query, description = "Before then (milliseconds UTC)"),
        ("kind" = Option<String>, Query, description = "Only `text` (from citizens), `answer` or `note`"),
        ("after" = Option<String>, Query, description = "`next` of the page before"),
        ("limit" = Option<i64>, Query, description = "1 to 100, default 20"),
    ),
    responses((status = 200, description = "Those found", body = SearchResults)))]
pub(super) async fn search(
    State(context): State<ApiContext>,
    session: Session,
    query: Query,
) -> Result<Seen<Result<Json<SearchResults>, Problem>>, Problem> {
    let reason = reason(&query)?;
    let filter = with_name(&context, &query, filter(&context, &query)?, &session.actor).await?;
    if let Some(login) = &filter.counselor
        && !context.store.accounts().await?.iter().any(|account| account.counselor.login == *login)
    {
        return Err(Problem::new(ProblemCode::NoSuchPerson));
    }
    let after = match query.word("after") {
        None => Place::START,
        Some(word) => {
            Place::from_word(word).ok_or_else(|| Problem::bad_request("after").needs(Needs::Place))?
        }
    };
    let limit = query.number("limit", 1, MAX_LIMIT)?.unwrap_or(DEFAULT_LIMIT);
    let limit = usize::try_from(limit).unwrap_or(1);
    let number = match &filter.citizen {
        Some(SoughtCitizen::Number(number)) => Some(number.clone()),
        _ => None,
    };
    let page = context.store.search(filter, after, limit, &session.actor).await?;
    let is_part = page.hits.is_empty() && number.as_ref().is_some_and(|number| !number.is_whole());
    let access = NewAccess { reason, ..seen(&session.actor, &query, (&page, number)) };
    // Most likely a digit is missing. A sender of whom this person may see nothing gets the same answer as one who never wrote, and
    // either is logged.
    let answer = if is_part { Err(action::no_number()) } else { Ok(page) };
    Ok(Seen(answer.map(|page| Json(view::search_results(&page, context.store.pseudonyms()))), access))
}

/// What the log says: by what was searched, whom it showed, and whose number was looked for.
fn seen(actor: &Actor, query: &Query, (page, number): (&SearchPage, Option<PhoneNumber>)) -> NewAccess {
    let by: Vec<&str> = PARAMETERS.into_iter().filter(|name| query.word(name).is_some()).collect();
    let mut shown: Vec<_> =
        page.hits.iter().map(|hit| (hit.conversation_id, Some(hit.citizen.clone()))).collect();
    shown.sort_unstable_by_key(|(id, _)| *id);
    shown.dedup_by_key(|(id, _)| *id);
    // Also where nothing was found: that it was asked for is what counts.
    shown.extend(number.filter(|_| page.hits.is_empty()).map(|number| (0, Some(number))));
    NewAccess { shown, ..NewAccess::by(actor, Action::Search).detail(by.join(" ")) }
}

/// There is nothing to look for, or too much.
fn no_words() -> Problem {
    Problem::bad_request("q").characters(1, MOST_CHARS)
}

/// The search with whom a short name in it means. Words that are the name of nobody stay words.
async fn with_name(
    context: &ApiContext,
    query: &Query,
    filter: SearchFilter,
    actor: &Actor,
) -> Result<SearchFilter, Problem> {
    let in_field = query.word("citizen").filter(|_| query.word("number").is_none()).and_then(typed_name);
    let among_words = query.word("q").map(normalise).and_then(|words| name_among_words(&words));
    Ok(match (in_field, among_words.filter(|_| filter.citizen.is_none())) {
        (Some(name), _) => {
            let numbers = context.store.citizens_named(name, actor).await?;
            SearchFilter { citizen: Some(SoughtCitizen::Any(numbers)), ..filter }
        }
        (None, Some(name)) => match context.store.citizens_named(name, actor).await? {
            nobody if nobody.is_empty() => filter,
            numbers => SearchFilter { words: None, citizen: Some(SoughtCitizen::Any(numbers)), ..filter },
        },
        (None, None) => filter,
    })
}

fn filter(context: &ApiContext, query: &Query) -> Result<SearchFilter, Problem> {
    let settings = context.settings();
    let words = match query.word("q").map(normalise) {
        None => None,
        Some(words) => Some(Words::parse(&words).ok_or_else(no_words)?),
    };
    let source = match query.word("kind") {
        None => None,
        Some(word) => Some(
            Source::from_word(word)
                .ok_or_else(|| Problem::bad_request("kind").one_of(Source::ALL.map(Source::as_str)))?,
        ),
    };
    let desk = query.word("desk").map(str::to_owned);
    if desk.as_ref().is_some_and(|key| settings.policy.desks.find(key).is_none()) {
        return Err(Problem::new(ProblemCode::NoSuchDesk));
    }
    let filter = SearchFilter {
        words,
        citizen: citizen(query)?,
        category: query.word("category").map(|word| category(&settings, word)).transpose()?,
        counselor: query.word("counselor").map(str::to_owned),
        desk,
        since_at: query.number("since_at", 0, i64::MAX)?,
        until_at: query.number("until_at", 0, i64::MAX)?,
        source,
    };
    let says_nothing = filter.words.is_none()
        && filter.citizen.is_none()
        && filter.category.is_none()
        && filter.counselor.is_none();
    if says_nothing { Err(no_words()) } else { Ok(filter) }
}

fn citizen(query: &Query) -> Result<Option<SoughtCitizen>, Problem> {
    if let Some(typed) = query.word("number") {
        let number = action::number(typed)?;
        return if number.is_erased() {
            Err(action::no_number())
        } else {
            Ok(Some(SoughtCitizen::Number(number)))
        };
    }
    let Some(shown) = query.word("citizen").map(str::trim) else {
        return Ok(None);
    };
    if typed_name(shown).is_some() {
        // Whose name it is comes from the store.
        return Ok(Some(SoughtCitizen::Any(Vec::new())));
    }
    let is_shown = shown.chars().count() <= MAX_SHOWN_CHARS && shown.chars().any(|c| c.is_ascii_digit());
    let sought = is_shown.then(|| Some(SoughtCitizen::Shown(shown.to_owned())));
    sought.ok_or_else(|| Problem::bad_request("citizen").needs(Needs::Shown))
}

/// A group, or a category as everywhere else.
fn category(settings: &ApiSettings, word: &str) -> Result<String, Problem> {
    let word = word.trim();
    let is_group = settings.categories.all(None).any(|name| name.split('/').next() == Some(word));
    if is_group {
        return Ok(word.to_owned());
    }
    settings.categories.find(word, None).map_err(super::action::no_category)
}

/// Why a number is looked for; nothing for any other search.
fn reason(query: &Query) -> Result<Reason, Problem> {
    let reason = normalise(query.word("reason").unwrap_or_default().trim());
    let is_needed = query.word("number").is_some();
    if reason.chars().count() > MAX_REASON_CHARS || (is_needed && reason.is_empty()) {
        return Err(Problem::bad_request("reason").characters(is_needed.into(), MAX_REASON_CHARS));
    }
    Ok(reason.into())
}
