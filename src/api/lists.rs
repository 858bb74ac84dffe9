//! Lists that supervisors edit: canned replies, categories, automatic texts, words of danger. Whoever keeps the configuration
//! examines and takes over what is stored; the API knows no configuration ([`ListKeeper`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use futures_util::future::BoxFuture;

use super::ApiContext;
use super::action::words;
use super::extract::Json;
use super::needs::Needs;
use super::problem::Problem;
use super::reply::measured;
use super::session::Session;
use super::wire::{
    EditedListView, ListChangeView, ListHistory, ListRequest, ListResponse, ListStateView, ListStates,
    ListVersionView,
};
use super::words::{Language, fault_view};
use crate::domain::actor::Actor;
use crate::domain::edited_list::{EntryChange, List, ListFault, ListState};
use crate::domain::text::plan;
use crate::domain::triage::Triage;
use crate::store::{ListStored, ListVersion, NewListVersion, StoreError};

/// Words of danger are tried on so many of the newest texts.
const MOST_TRIED: u32 = 5_000;
const MOST_VERSIONS: u32 = 200;
const MOST_REASON_CHARS: usize = 300;

/// What a list would change.
#[derive(Debug, Clone)]
pub struct Examined {
    pub changes: Vec<EntryChange>,
    /// With the words of danger added, if those are edited.
    pub triage: Option<Arc<Triage>>,
}

/// Why a version was not taken.
#[derive(Debug)]
pub enum NotTaken {
    Faults(Vec<ListFault>),
    Store(StoreError),
}

/// Keeps the lists in force.
pub trait ListKeeper: Send + Sync {
    fn states(&self) -> Vec<ListState>;

    /// What an edit begins with.
    fn content(&self, list: List) -> String;

    /// Examines a list by the rules of the configuration; `None`: the operator's file again.
    fn examine(&self, list: List, content: Option<String>)
    -> BoxFuture<'_, Result<Examined, Vec<ListFault>>>;

    /// Examines it, stores it and takes it over for everybody, one after the other.
    fn store(&self, new: NewListVersion, actor: Actor) -> BoxFuture<'_, Result<ListStored, NotTaken>>;
}

/// Which versions are in force (supervisors).
#[utoipa::path(get, path = "/v1/lists", operation_id = "list_lists", tag = "lists",
    responses((status = 200, description = "All four lists", body = ListStates)))]
pub(super) async fn all(
    State(context): State<ApiContext>,
    _: Session,
    language: Language,
) -> Json<ListStates> {
    let states = context.lists.states();
    Json(ListStates { lists: states.iter().map(|of| state_view(of, language)).collect() })
}

/// A list as it is edited (supervisors).
#[utoipa::path(get, path = "/v1/lists/{list}", operation_id = "show_list", tag = "lists",
    params(("list" = String, Path, description = "`categories`, `replies`, `texts` or `words`")),
    responses((status = 200, description = "Its content and where that comes from", body = EditedListView)))]
pub(super) async fn show(
    State(context): State<ApiContext>,
    _: Session,
    language: Language,
    Path(list): Path<String>,
) -> Result<Json<EditedListView>, Problem> {
    let list = known(&list)?;
    let state = state_of(&context, list, language);
    Ok(Json(EditedListView { state, content: context.lists.content(list) }))
}

/// Store a new version of a list, which is in force at once, or with `dry_run` only say what it would change (supervisors). What
/// cannot be used is refused with its line (`list_refused`); so is a version that is based on an older one (`list_changed`).
#[utoipa::path(put, path = "/v1/lists/{list}", operation_id = "edit_list", tag = "lists",
    params(("list" = String, Path, description = "`categories`, `replies`, `texts` or `words`")),
    request_body = ListRequest,
    responses((status = 200, description = "Stored, the same as before, or only examined", body = ListResponse)))]
pub(super) async fn edit(
    State(context): State<ApiContext>,
    session: Session,
    language: Language,
    Path(list): Path<String>,
    Json(request): Json<ListRequest>,
) -> Result<Json<ListResponse>, Problem> {
    let list = known(&list)?;
    let examined = context.lists.examine(list, request.content.clone()).await;
    let examined = examined.map_err(Problem::list_refused)?;
    let (mut stored, mut is_same) = (false, false);
    let (changes, n_texts) = if request.dry_run {
        weighed(&context, (list, examined), &session.actor).await?
    } else {
        (examined.changes.into_iter().map(change_view).collect(), None)
    };
    if !request.dry_run {
        let reason = words("reason", &request.reason, MOST_REASON_CHARS)?.into();
        let new = NewListVersion { list, content: request.content, based_on: request.based_on, reason };
        let outcome = context.lists.store(new, session.actor.clone()).await.map_err(|not| match not {
            NotTaken::Faults(faults) => Problem::list_refused(faults),
            NotTaken::Store(error) => error.into(),
        })?;
        match outcome {
            ListStored::Stored(_) => stored = true,
            ListStored::Same(_) => is_same = true,
            ListStored::Changed(newest) => return Err(Problem::list_changed(version_view(newest))),
            ListStored::Unknown => return Err(Problem::bad_request("based_on").needs(Needs::Version)),
        }
    }
    let state = state_of(&context, list, language);
    Ok(Json(ListResponse { state, is_stored: stored, is_same, changes, n_texts }))
}

/// The versions of a list (supervisors).
#[utoipa::path(get, path = "/v1/lists/{list}/history", operation_id = "list_history", tag = "lists",
    params(("list" = String, Path, description = "`categories`, `replies`, `texts` or `words`")),
    responses((status = 200, description = "The newest first, without contents", body = ListHistory)))]
pub(super) async fn history(
    State(context): State<ApiContext>,
    _: Session,
    Path(list): Path<String>,
) -> Result<Json<ListHistory>, Problem> {
    let found = context.store.list_history(known(&list)?, MOST_VERSIONS).await?;
    let without = |of: ListVersion| ListVersionView { content: None, ..version_view(of) };
    Ok(Json(ListHistory { versions: found.into_iter().map(without).collect() }))
}

/// One version of a list (supervisors). To restore it, store its content again.
#[utoipa::path(get, path = "/v1/lists/{list}/history/{version}", operation_id = "list_version", tag = "lists",
    params(
        ("list" = String, Path, description = "`categories`, `replies`, `texts` or `words`"),
        ("version" = i64, Path, description = "Its number"),
    ),
    responses((status = 200, description = "With its content", body = ListVersionView)))]
pub(super) async fn version(
    State(context): State<ApiContext>,
    _: Session,
    Path((list, version)): Path<(String, String)>,
) -> Result<Json<ListVersionView>, Problem> {
    let version = version.parse().map_err(|_| Problem::bad_request("version").between(1, i64::MAX))?;
    Ok(Json(version_view(context.store.list_version(known(&list)?, version).await?)))
}

fn known(list: &str) -> Result<List, Problem> {
    List::from_word(list)
        .ok_or_else(|| Problem::bad_request("list").one_of(List::ALL.iter().map(|list| list.as_str())))
}

/// The changes with what they weigh: who uses a category that goes, and how often a word stands in texts.
async fn weighed(
    context: &ApiContext,
    (list, examined): (List, Examined),
    actor: &Actor,
) -> Result<(Vec<ListChangeView>, Option<i64>), Problem> {
    let limits = context.settings().limits;
    let size = |of: &EntryChange| measured(&plan(of.sent.as_deref()?, &limits).ok()?, false, &limits);
    let view = |of: EntryChange| ListChangeView { size: size(&of), ..change_view(of) };
    let mut changes: Vec<ListChangeView> = examined.changes.into_iter().map(view).collect();
    let keys = |changes: &[ListChangeView], is_there: bool| -> Vec<String> {
        let of = changes.iter().filter(|change| change.after.is_some() == is_there);
        of.map(|change| change.key.clone()).collect()
    };
    if list == List::Categories {
        let gone = keys(&changes, false);
        let uses = if gone.is_empty() { Vec::new() } else { context.store.category_uses(gone).await? };
        let uses: BTreeMap<String, (i64, i64)> =
            uses.into_iter().map(|(name, n_open, n_all)| (name, (n_open, n_all))).collect();
        for change in changes.iter_mut().filter(|change| change.after.is_none()) {
            let (n_open, n_all) = uses.get(&change.key).copied().unwrap_or_default();
            (change.n_open, change.n_all) = (Some(n_open), Some(n_all));
        }
    }
    let ids = keys(&changes, true);
    let Some(triage) = examined.triage.filter(|_| !ids.is_empty()) else { return Ok((changes, None)) };
    let tried = context.store.try_words((triage, ids), MOST_TRIED, actor, context.now()).await?;
    for change in &mut changes {
        change.n_found = tried.n_found.get(&change.key).copied();
    }
    Ok((changes, Some(tried.n_texts)))
}

fn change_view(of: EntryChange) -> ListChangeView {
    ListChangeView { key: of.key, before: of.before, after: of.after, ..ListChangeView::default() }
}

fn state_of(context: &ApiContext, list: List, language: Language) -> ListStateView {
    let states = context.lists.states();
    states.iter().find(|of| of.list == list).map(|of| state_view(of, language)).unwrap_or_default()
}

pub(super) fn state_view(of: &ListState, language: Language) -> ListStateView {
    ListStateView {
        list: of.list.as_str().to_owned(),
        source: of.source.as_str().to_owned(),
        version: of.version,
        by: of.by.as_ref().map(|(name, _)| name.clone()),
        at: of.by.as_ref().map(|(_, at)| *at),
        refused: of.refused.as_ref().map(|fault| fault_view(fault, language)),
    }
}

fn version_view(of: ListVersion) -> ListVersionView {
    ListVersionView {
        list: of.list.as_str().to_owned(),
        version: of.version,
        by: of.by,
        at: of.at,
        reason: of.reason,
        is_file: of.content.is_none(),
        content: of.content,
    }
}
