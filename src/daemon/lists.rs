//! Supervisors' lists in force: examined by the rules of the configuration, stored, and put in the place of the operator's files for
//! the loops and the API at once. A stored version that cannot be used is left out, loudly; the operator's file holds then.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::lock::open_store;
use super::settings::{api_settings, settings};
use crate::api::{ApiSettings, Examined, ListKeeper, NotTaken};
use crate::config::{Config, ConfigError, list_of};
use crate::domain::actor::Actor;
use crate::domain::edited_list::{List, ListFault, ListSource, ListState, changes};
use crate::ops::clock::Clock;
use crate::store::{ListStored, ListVersion, NewListVersion, Store, StoreError, StoreOptions};
use crate::worker::{Carriers, Settings};

/// The operator's configuration with what supervisors put in its place.
#[derive(Clone)]
pub struct InForce {
    file: Arc<Config>,
    newest: BTreeMap<List, ListVersion>,
    /// The configuration that holds.
    pub merged: Arc<Config>,
    /// Why a version is left out.
    faults: BTreeMap<List, ListFault>,
}

impl InForce {
    /// Puts the newest versions in the place of the files. Where several do not fit together, one after the other is left out.
    pub fn new(file: Arc<Config>, newest: BTreeMap<List, ListVersion>) -> InForce {
        let mut edited = contents(&newest, &BTreeMap::new());
        let mut faults = BTreeMap::new();
        let merged = loop {
            let error = match file.with_lists(&edited) {
                Ok(merged) => break Arc::new(merged),
                Err(error) => error,
            };
            let stands_in = list_of(&error).filter(|list| edited.contains_key(list));
            let Some(list) = stands_in.or_else(|| edited.keys().next().copied()) else {
                break Arc::clone(&file);
            };
            edited.remove(&list);
            faults.extend(fault(error).into_iter().next().map(|fault| (list, fault)));
        };
        InForce { file, newest, merged, faults }
    }

    /// Which version of each list holds.
    pub fn states(&self) -> Vec<ListState> {
        List::ALL.iter().map(|list| self.state(*list)).collect()
    }

    fn state(&self, list: List) -> ListState {
        let (newest, refused) = (self.newest.get(&list), self.faults.get(&list).cloned());
        let is_edited = newest.is_some_and(|version| version.content.is_some()) && refused.is_none();
        ListState {
            list,
            source: if is_edited { ListSource::Supervisor } else { self.file.list_source(list) },
            version: newest.map_or(0, |of| of.version),
            by: newest.map(|of| (of.by.clone(), of.at)),
            refused,
        }
    }

    fn content(&self, list: List) -> String {
        let stored = self.newest.get(&list).and_then(|version| version.content.clone());
        stored.unwrap_or_else(|| self.file.list_content(list))
    }

    /// What this content would change. Versions that are left out stay so.
    fn examine(&self, list: List, content: Option<String>) -> Result<Examined, Vec<ListFault>> {
        let mut edited = contents(&self.newest, &self.faults);
        match content {
            Some(content) => edited.insert(list, content),
            None => edited.remove(&list),
        };
        let then = self.file.with_lists(&edited).map_err(fault)?;
        let changes = changes(&self.merged.list_entries(list), &then.list_entries(list));
        Ok(Examined { changes, triage: (list == List::Words).then_some(then.triage) })
    }

    /// Says in the log what is in force beside the operator's files.
    pub(super) fn tell(&self) {
        for state in self.states() {
            let (list, version) = (state.list.as_str(), state.version);
            match &state.refused {
                Some(fault) => {
                    let (line, key) = (fault.line.unwrap_or(0), fault.key.as_deref().unwrap_or_default());
                    let error = &fault.message;
                    tracing::warn!(
                        "THE SUPERVISORS' LIST {list} (version {version}) CANNOT BE USED, the operator's file is in force: \
                         line {line}: {key}: {error}"
                    );
                }
                None if state.source == ListSource::Supervisor => {
                    tracing::info!(list, version, "a list of the supervisors is in force");
                }
                None => {}
            }
        }
    }
}

/// What stands in the place of files, but for versions that are left out.
fn contents(
    newest: &BTreeMap<List, ListVersion>,
    faults: &BTreeMap<List, ListFault>,
) -> BTreeMap<List, String> {
    let used = newest.iter().filter(|(list, _)| !faults.contains_key(list));
    used.filter_map(|(list, version)| Some((*list, version.content.clone()?))).collect()
}

/// More faults than these are only counted: who mends the first ones sees the rest.
const MOST_FAULTS: usize = 20;

/// The faults by their lists and lines; one in a file of the operator's names that file.
fn fault(error: ConfigError) -> Vec<ListFault> {
    let one = |error: ConfigError| {
        let list = list_of(&error);
        let file = list.is_none().then(|| error.file.display().to_string());
        let key: Vec<String> = file.into_iter().chain(error.key).collect();
        let key = (!key.is_empty()).then(|| key.join(": "));
        ListFault { list, line: error.line, key, message: error.message }
    };
    let mut all: Vec<ListFault> = error.all().into_iter().map(one).collect();
    all.sort_by_key(|fault| (fault.list, fault.line));
    let n_more = all.len().saturating_sub(MOST_FAULTS);
    if n_more > 0 {
        all.truncate(MOST_FAULTS);
        let message = format!("there are {n_more} more faults");
        all.push(ListFault { list: None, line: None, key: None, message });
    }
    all
}

/// The newest versions in the database.
pub(super) async fn newest_lists(store: &Store) -> Result<BTreeMap<List, ListVersion>, StoreError> {
    Ok(store.newest_lists().await?.into_iter().map(|version| (version.list, version)).collect())
}

/// What is in force by the database of `config`; by its files alone where that cannot be opened.
pub async fn in_force(config: Config) -> InForce {
    let keys = config.data_keys.clone();
    let options = StoreOptions { create: false, read_only: true, keys, ..StoreOptions::default() };
    let newest = match open_store(&config.database, options).await {
        Ok(store) => newest_lists(&store).await.unwrap_or_default(),
        Err(_) => BTreeMap::new(),
    };
    InForce::new(Arc::new(config), newest)
}

/// Keeps them in force while the gateway runs.
#[derive(Clone)]
pub(super) struct Lists(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    out: Outlets,
    in_force: Mutex<InForce>,
    /// Versions are examined, stored and taken over one after the other.
    turn: tokio::sync::Mutex<()>,
}

/// Where the configuration goes.
#[derive(Clone)]
pub(super) struct Outlets {
    pub settings: watch::Sender<Arc<Settings>>,
    pub api_settings: watch::Sender<Arc<ApiSettings>>,
    pub carriers: watch::Sender<Arc<Carriers>>,
}

impl Outlets {
    pub(super) fn new(config: &Config, carriers: Arc<Carriers>) -> Outlets {
        Outlets {
            settings: watch::Sender::new(Arc::new(settings(config, &carriers))),
            api_settings: watch::Sender::new(Arc::new(api_settings(config, &carriers))),
            carriers: watch::Sender::new(carriers),
        }
    }

    fn send(&self, config: &Config, carriers: Arc<Carriers>) {
        // Only a new start changes whether carriers call.
        let has_webhook = self.settings.borrow().has_webhook;
        self.api_settings.send_replace(Arc::new(api_settings(config, &carriers)));
        self.settings.send_replace(Arc::new(Settings { has_webhook, ..settings(config, &carriers) }));
        self.carriers.send_replace(carriers);
    }
}

impl Lists {
    pub(super) fn new(store: Store, clock: Clock, out: Outlets, in_force: InForce) -> Lists {
        let (in_force, turn) = (Mutex::new(in_force), tokio::sync::Mutex::default());
        Lists(Arc::new(Inner { store, clock, out, in_force, turn }))
    }

    /// Takes over another configuration of the operator's.
    pub(super) fn take_file(&self, file: Config, carriers: Carriers) {
        let file = Arc::new(file);
        let newest = self.0.lock().newest.clone();
        let mut next = InForce::new(Arc::clone(&file), newest);
        let mut in_force = self.0.lock();
        // A version was taken over meanwhile.
        if next.newest != in_force.newest {
            next = InForce::new(file, in_force.newest.clone());
        }
        next.tell();
        self.0.out.send(&next.merged, Arc::new(carriers));
        *in_force = next;
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, InForce> {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over a version that is stored. The operator's configuration may be another one than it was examined with.
    fn take_over(&self, version: ListVersion) {
        let InForce { file, mut newest, .. } = self.lock().clone();
        newest.insert(version.list, version);
        let mut next = InForce::new(file, newest);
        let mut in_force = self.lock();
        // The operator's configuration was read again meanwhile.
        if !Arc::ptr_eq(&next.file, &in_force.file) {
            next = InForce::new(Arc::clone(&in_force.file), next.newest);
        }
        next.tell();
        let carriers = Arc::clone(&self.out.carriers.borrow());
        self.out.send(&next.merged, carriers);
        *in_force = next;
    }
}

impl ListKeeper for Lists {
    fn states(&self) -> Vec<ListState> {
        self.0.lock().states()
    }

    fn content(&self, list: List) -> String {
        self.0.lock().content(list)
    }

    fn examine(
        &self,
        list: List,
        content: Option<String>,
    ) -> BoxFuture<'_, Result<Examined, Vec<ListFault>>> {
        let in_force = self.0.lock().clone();
        Box::pin(async move {
            // The rules of triage are compiled, which takes a while.
            let examined = spawn_blocking(move || in_force.examine(list, content)).await;
            examined.unwrap_or_else(|_| Err(Vec::new()))
        })
    }

    fn store(&self, new: NewListVersion, actor: Actor) -> BoxFuture<'_, Result<ListStored, NotTaken>> {
        Box::pin(async move {
            let _turn = self.0.turn.lock().await;
            self.examine(new.list, new.content.clone()).await.map_err(NotTaken::Faults)?;
            let now = self.0.clock.now_ms();
            let outcome = self.0.store.store_list(new, &actor, now).await.map_err(NotTaken::Store)?;
            if let ListStored::Stored(version) = &outcome {
                let (inner, version) = (Arc::clone(&self.0), version.clone());
                let taken = spawn_blocking(move || inner.take_over(version)).await;
                taken.map_err(|_| NotTaken::Store(StoreError::Crashed))?;
            }
            Ok(outcome)
        })
    }
}
