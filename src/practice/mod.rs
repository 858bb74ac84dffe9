//! The practice lane: a whole private gateway in this process, with a throw-away database in a temporary folder and scripted
//! citizens, for a counselor who learns in the real program (`munja practice`).
//!
//! - `script.rs`, `scripts/`: who writes, and how they react, as data
//! - `citizens.rs`: the carrier by which they write; no configuration can name it
//! - `facts.rs`: what was done, at the end
//! - `leftovers.rs`: the folders of runs that were killed
//!
//! Nothing of a run can reach a carrier, the figures, the search, the board, the access log or an alarm of a service: it is
//! another database, on loopback, and goes with the folder. It needs no simulated carrier.

mod citizens;
mod facts;
mod leftovers;
mod script;

use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context;
use futures_util::future::BoxFuture;
use tempfile::TempDir;

use crate::api::wire::{LoginRequest, LoginResponse};
use crate::cli::{self, PracticeFacts, PracticeWishes};
use crate::client::{Client, Profile};
use crate::config::Config;
use crate::daemon::{Daemon, Options};
use crate::domain::actor::{Actor, DeskScope};
use crate::domain::event::EventKind;
use crate::domain::phone::{PhoneNumber, Senders};
use crate::ops::clock::Clock;
use crate::ops::lang::Lang;
use crate::store::{Grant, NewCounselor, StoreOptions};
use crate::worker::Carriers;
use citizens::{Citizens, OUR_NUMBER};
pub use script::Pace;

/// The log-in of who practises. It opens nothing but the private gateway, on loopback, while it runs.
const LOGIN: &str = "practice";
/// Events of one run are far fewer.
const MOST_EVENTS: u32 = 100_000;

/// A practice run that is under way. Its folder goes with it.
pub struct Practice {
    daemon: Daemon,
    citizens: Citizens,
    server: String,
    login: LoginResponse,
    profile: Profile,
    /// Locked as long as the run lives.
    _alive: File,
    folder: TempDir,
}

impl Practice {
    /// Starts the private gateway and logs in. The first citizens begin to write.
    pub async fn start(lang: Lang, pace: Pace) -> anyhow::Result<Practice> {
        let mine = std::fs::Permissions::from_mode(0o700);
        let place = std::env::temp_dir();
        leftovers::remove_dead(&place, SystemTime::now());
        let folder =
            tempfile::Builder::new().prefix(leftovers::PREFIX).permissions(mine).tempdir_in(&place)?;
        let alive = leftovers::stay_alive(folder.path())?;
        let clock = Clock::system();
        let citizens = Citizens::of(script::parts(lang)?, pace, clock.clone());
        let config = Config::load(&write_config(folder.path(), lang, pace)?)?;
        let senders = Senders::single(PhoneNumber::parse(OUR_NUMBER));
        let options = Options {
            store: StoreOptions { create: true, ..StoreOptions::default() },
            carriers: Some(Carriers::single(Arc::new(citizens.clone()), senders)),
            ..Options::default()
        };
        let daemon = Daemon::start(config, options).await?;
        let password = format!("practice-{:032x}", rand::random::<u128>());
        let name = match lang {
            Lang::Ko => "연습 상담사",
            Lang::En => "Trainee",
        };
        let new = NewCounselor { login: LOGIN.into(), name: name.into(), password: password.clone() };
        let store = daemon.store();
        store.add_counselor(new, clock.now_ms()).await?;
        // What is passed on to the other desk is not given back by the next turn.
        let desks = Some(DeskScope::Only(vec!["main".to_owned()]));
        let by = Actor::operator("practice");
        store.grant(LOGIN.to_owned(), Grant { desks, ..Grant::default() }, &by, clock.now_ms()).await?;
        let server = format!("http://{}", daemon.listen().context("the practice gateway listens")?);
        let request = LoginRequest { login: LOGIN.into(), password, code: None };
        let login = Client::new(&server.parse().context("its own address")?)?.login(&request).await?;
        let profile = profile(folder.path())?;
        profile.keep(&server, &login)?;
        Ok(Practice { daemon, citizens, server, login, profile, _alive: alive, folder })
    }

    /// The address of the private gateway.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The token of who practises.
    pub fn token(&self) -> &str {
        &self.login.token
    }

    /// The folder of this run; gone after [`Practice::finish`].
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The private database.
    pub fn store(&self) -> &crate::store::Store {
        self.daemon.store()
    }

    /// The citizens whose conversations a person has passed on.
    async fn passed_on(&self, events: &[crate::store::Event]) -> anyhow::Result<Vec<PhoneNumber>> {
        let is_by_hand =
            |event: &&crate::store::Event| event.kind == EventKind::Transferred && event.counselor.is_some();
        let mut found = Vec::new();
        for n in events.iter().filter(is_by_hand).filter_map(|event| event.conversation_id) {
            let detail = self.daemon.store().conversation(n, &Actor::operator("practice")).await?;
            found.extend(detail.ok().map(|detail| detail.summary.citizen));
        }
        Ok(found)
    }

    /// Stops the gateway, removes the folder and says what was done.
    pub async fn finish(self) -> anyhow::Result<PracticeFacts> {
        let events = self.daemon.store().events_after(0, MOST_EVENTS).await?;
        let passed_on = self.passed_on(&events).await?;
        let facts = facts::facts(&self.citizens.outcomes(), &events, &passed_on);
        self.daemon.stop().await;
        self.folder.close().context("the folder of the practice could not be removed")?;
        Ok(facts)
    }
}

/// Starts a run for `munja practice`.
pub fn start(wishes: PracticeWishes) -> BoxFuture<'static, anyhow::Result<Box<dyn cli::PracticeRun>>> {
    Box::pin(async move {
        let pace = if wishes.at_once { Pace::AtOnce } else { Pace::Usual };
        let practice = Practice::start(wishes.lang, pace).await?;
        Ok(Box::new(practice) as Box<dyn cli::PracticeRun>)
    })
}

impl cli::PracticeRun for Practice {
    fn server(&self) -> &str {
        &self.server
    }

    fn token(&self) -> &str {
        &self.login.token
    }

    fn time_zone(&self) -> Option<&str> {
        self.login.time_zone.as_deref()
    }

    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, anyhow::Result<PracticeFacts>> {
        Box::pin(Practice::finish(*self))
    }
}

/// A profile inside the folder: drafts and what was seen are not mixed with those of the real log-in.
fn profile(folder: &Path) -> anyhow::Result<Profile> {
    let place = |name: &str| folder.join(name).display().to_string();
    let var = |name: &str| match name {
        "XDG_CONFIG_HOME" => Some(place("config")),
        "XDG_STATE_HOME" => Some(place("state")),
        _ => None,
    };
    Ok(Profile::choose(Some("default"), var)?)
}

/// The configuration of the private gateway: the defaults, with two desks that are always open. The carrier that it names is
/// never made; its address leads nowhere.
fn write_config(folder: &Path, lang: Lang, pace: Pace) -> anyhow::Result<std::path::PathBuf> {
    std::fs::write(folder.join("key"), "PRACTICE\n")?;
    let (city, district) = match lang {
        Lang::Ko => ("시청", "북구청"),
        Lang::En => ("City hall", "Buk-gu office"),
    };
    // Nobody waits ten seconds for themselves where all is to go on at once.
    let (recall, survey) = if pace == Pace::AtOnce { (0, 0) } else { (10, 20) };
    let text = format!(
        "[database]\npath = \"munja.db\"\n\n[carrier]\nname = \"bizgo\"\n\n[carrier.bizgo]\n\
         base_url = \"http://127.0.0.1:9\"\napi_key_file = \"key\"\nnumber = \"{OUR_NUMBER}\"\n\n\
         [api]\nlisten = \"127.0.0.1:0\"\n\n[sending]\nrecall_secs = {recall}\n\n\
         [service]\nsurvey_after_secs = {survey}\n\n\
         [desks.main]\nname = \"{city}\"\nhours = \"24/7\"\n\n\
         [desks.bukgu]\nname = \"{district}\"\nhours = \"24/7\"\n"
    );
    let path = folder.join("gateway.toml");
    std::fs::write(&path, text)?;
    Ok(path)
}
