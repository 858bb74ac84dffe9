//! The HTTP API: what counselors' programs talk to. JSON over HTTP/1.1 or HTTP/2, on a Unix socket, loopback TCP or TLS.
//!
//! Nouns have files of their own (`session`, `account`, `conversation`, `reply`, `message`, `photo`, `report`, `events`, `status`, `board`); each holds its
//! routes and what they say in the OpenAPI document. Around them: `audit.rs` (writing the access log; `access_log.rs` reads it), `extract.rs`, `strict.rs` (reading requests), `view.rs`
//! (domain types as [`wire`] types), `problem.rs` and `words.rs` (every refusal), `openapi.rs` and `serve.rs` (listeners).
//!
//! Invariants: a citizen's number leaves masked, but by `reveal`, which is recorded; no text, number, token or query string is logged; every error answer is
//! a [`wire::ProblemDetails`] whose request id stands in the log. No citizen's data leaves before its row of the access log is on disk.

mod access;
mod access_log;
mod account;
mod accounts;
mod action;
mod advice;
mod answer_all;
mod audit;
mod board;
mod board_view;
mod bulletin;
mod catalogue;
mod conversation;
mod crowd;
mod draft;
mod duty;
mod events;
mod extract;
mod first;
mod length;
mod limits;
mod lists;
mod live;
mod message;
mod needs;
mod newer;
mod openapi;
mod patience;
mod people;
mod photo;
mod probes;
mod problem;
mod reply;
mod report;
mod review;
mod search;
mod serve;
mod session;
mod similar;
mod status;
mod strict;
mod supervise;
mod tally;
mod view;
pub mod wire;
mod words;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware;
use axum::response::Response;
use axum::{Extension, Router};
use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub use limits::{Limits as RequestLimits, Rates};
pub use lists::{Examined, ListKeeper, NotTaken};
pub use openapi::document;
pub use probes::monitoring_router;
pub use serve::{BindError, Listener, bind_tcp, bind_tls, bind_unix, serve};
pub use tally::ApiTally;

use crate::domain::UnixMs;
use crate::domain::access::Action;
use crate::domain::board::day_of;
use crate::domain::catalogue::{Canned, Categories};
use crate::domain::delivery_reason::DeliveryReason;
use crate::domain::incentive::Rules;
use crate::domain::media::PhotoLimits;
use crate::domain::policy::ServicePolicy;
use crate::domain::readiness::Facts;
use crate::domain::review::Sheet;
use crate::domain::text::Limits;
use crate::ops::clock::Clock;
use crate::store::{Store, StoreError};
use crate::web;
use access::Access;
use audit::Logged;
use problem::{Problem, ProblemCode};

/// What the config says of the API; replaced as a whole when it is read again.
#[derive(Clone)]
pub struct ApiSettings {
    /// What the carrier takes.
    pub limits: Limits,
    /// Photos it takes, if any.
    pub photos: Option<PhotoLimits>,
    /// What the operator has decided about the service.
    pub policy: Arc<ServicePolicy>,
    pub categories: Categories,
    pub canned: Vec<Canned>,
    /// By which consultations are reviewed, and for what counselors get points.
    pub review_sheet: Sheet,
    pub incentive: Rules,
    /// How long a token is good (milliseconds).
    pub token_ttl_ms: i64,
    /// How fast one address and one token may ask.
    pub rates: Rates,
}

/// How the daemon is, as far as the database doesn't know.
#[derive(Debug, Clone)]
pub struct Health {
    pub version: String,
    pub started_at: UnixMs,
    pub carriers: Vec<wire::CarrierStatus>,
    pub workers: Vec<wire::WorkerStatus>,
    /// Whether it can do its job.
    pub facts: Facts,
}

/// What a carrier's code means, by the carrier's name and the code; the API knows no carrier.
pub type MeaningOf = fn(&str, &str) -> Option<DeliveryReason>;

/// The figures for monitoring; the API knows neither carriers nor workers.
pub type MetricsOf = Arc<dyn Fn() -> BoxFuture<'static, Result<String, StoreError>> + Send + Sync>;

/// What every route may use.
#[derive(Clone)]
pub struct ApiContext {
    pub store: Store,
    pub clock: Clock,
    pub settings: watch::Receiver<Arc<ApiSettings>>,
    pub health: Arc<dyn Fn() -> Health + Send + Sync>,
    pub meaning: MeaningOf,
    /// Makes the figures for monitoring, as OpenMetrics.
    pub metrics: MetricsOf,
    pub tally: ApiTally,
    pub limits: RequestLimits,
    /// Examines and takes over the lists that supervisors edit.
    pub lists: Arc<dyn ListKeeper>,
    /// Ends the event streams; without that [`serve()`] would have to cut them off.
    pub stop: CancellationToken,
}

impl ApiContext {
    fn now(&self) -> UnixMs {
        self.clock.now_ms()
    }

    /// When the day began, in the time zone of the first desk.
    fn today(&self) -> UnixMs {
        let (settings, now) = (self.settings(), self.now());
        day_of(&settings.policy.desks.first().calendar, now, 0).map_or(now, |(begin, _)| begin)
    }

    fn looker(&self, session: &session::Session) -> view::Looker<'_> {
        let names = self.store.pseudonyms();
        view::Looker {
            names,
            meaning: self.meaning,
            me: session.counselor.id,
            now: self.now(),
            settings: self.settings(),
        }
    }

    fn settings(&self) -> Arc<ApiSettings> {
        Arc::clone(&self.settings.borrow())
    }
}

#[derive(Clone)]
struct Shared {
    context: ApiContext,
    photos: photo::PhotoLine,
    live: live::Live,
    reports: report::ReportLine,
    boards: board::Boards,
}

impl FromRef<Shared> for board::Boards {
    fn from_ref(shared: &Shared) -> Self {
        shared.boards.clone()
    }
}

impl FromRef<Shared> for live::Live {
    fn from_ref(shared: &Shared) -> Self {
        shared.live.clone()
    }
}

impl FromRef<Shared> for ApiContext {
    fn from_ref(shared: &Shared) -> Self {
        shared.context.clone()
    }
}

impl FromRef<Shared> for report::ReportLine {
    fn from_ref(shared: &Shared) -> Self {
        shared.reports.clone()
    }
}

impl FromRef<Shared> for photo::PhotoLine {
    fn from_ref(shared: &Shared) -> Self {
        shared.photos.clone()
    }
}

/// The whole API. Must run inside tokio; [`serve()`] puts it on a listener.
pub fn router(context: ApiContext) -> Router {
    let (router, document) = routes().split_for_parts();
    let document = openapi::finished(document);
    let router = router.route("/v1/openapi.json", openapi::route(&document)).merge(web::pages());
    finish(router, &context).with_state(Shared {
        context,
        photos: photo::PhotoLine::default(),
        live: live::Live::default(),
        reports: report::ReportLine::default(),
        boards: board::Boards::default(),
    })
}

/// A route, who may ask it, and what the access log says of it.
type Row = (Access, Logged, UtoipaMethodRouter<Shared>);

/// Every route of the document.
fn table() -> Vec<Row> {
    let mut all = at_the_desk();
    all.extend(of_supervisors());
    all
}

/// What supervisors do: sentences to everybody, answers for many, figures and reviews.
fn of_supervisors() -> Vec<Row> {
    use Access::{Counselor, Figures, Supervisor};
    use Logged::{BeforeAnswer, Nothing, WithChange};
    vec![
        // Our own sentences to everybody.
        (Counselor, Nothing, routes!(bulletin::list)),
        (Supervisor, Nothing, routes!(bulletin::preview)),
        (Supervisor, Nothing, routes!(bulletin::begin)),
        (Supervisor, Nothing, routes!(bulletin::end)),
        (Supervisor, BeforeAnswer(Action::List), routes!(answer_all::preview)),
        (Supervisor, WithChange, routes!(answer_all::answer)),
        (Supervisor, WithChange, routes!(answer_all::recall)),
        (Figures, Nothing, routes!(report::report)),
        (Counselor, Nothing, routes!(report::counselors)),
        (Supervisor, BeforeAnswer(Action::List), routes!(report::words)),
        (Supervisor, BeforeAnswer(Action::List), routes!(report::people::coaching)),
        // Points, and numbers of events and conversations.
        (Supervisor, Nothing, routes!(report::people::incentive)),
        (Figures, Nothing, routes!(report::staffing::staffing)),
        (Counselor, Nothing, routes!(review::sheet)),
        (Supervisor, BeforeAnswer(Action::List), routes!(review::draw)),
        (Supervisor, WithChange, routes!(review::write)),
        (Counselor, BeforeAnswer(Action::List), routes!(review::list)),
        (Counselor, WithChange, routes!(review::answer)),
        // What our own people tell each other; nothing of a citizen.
        (Supervisor, Nothing, routes!(supervise::announce)),
        (Counselor, Nothing, routes!(supervise::announcements)),
        (Supervisor, BeforeAnswer(Action::List), routes!(supervise::citizens)),
        // The service's own words. What is stored is logged with it; of texts only counts are said, which is logged, too.
        (Supervisor, Nothing, routes!(lists::all)),
        (Supervisor, Nothing, routes!(lists::show)),
        (Supervisor, WithChange, routes!(lists::edit)),
        (Supervisor, Nothing, routes!(lists::history)),
        (Supervisor, Nothing, routes!(lists::version)),
    ]
}

/// Log-ins, accounts, and what counselors do.
fn at_the_desk() -> Vec<Row> {
    use Access::{Accounts, Anybody, Audit, Counselor, Entry, Figures, Metrics, Person, Records, Supervisor};
    use Logged::{BeforeAnswer, Nothing, WithAttempt, WithChange};
    vec![
        (Anybody, Nothing, routes!(session::login)),
        (Entry, Nothing, routes!(session::logout)),
        (Entry, Nothing, routes!(session::me)),
        // Accounts have a history of their own (`account_change`).
        (Entry, Nothing, routes!(account::change_password)),
        (Entry, Nothing, routes!(account::begin_totp)),
        (Entry, Nothing, routes!(account::confirm_totp)),
        (Person, Nothing, routes!(account::disable_totp)),
        (Person, Nothing, routes!(account::sessions)),
        (Person, Nothing, routes!(account::end_session)),
        (Person, Nothing, routes!(account::end_other_sessions)),
        // What desks are called: whoever reads accounts, records or figures reads of them.
        (Person, Nothing, routes!(catalogue::desks)),
        (Records, Nothing, routes!(accounts::list)),
        (Accounts, Nothing, routes!(accounts::add)),
        (Records, Nothing, routes!(accounts::history)),
        (Accounts, Nothing, routes!(accounts::act)),
        (Audit, BeforeAnswer(Action::Audit), routes!(access_log::rows)),
        (Audit, BeforeAnswer(Action::Audit), routes!(access_log::who_saw)),
        (Figures, Nothing, routes!(status::status)),
        (Figures, Nothing, routes!(board::board)),
        (Figures, Nothing, routes!(board::follow)),
        (Anybody, Nothing, routes!(probes::healthz)),
        (Anybody, Nothing, routes!(probes::livez)),
        (Anybody, Nothing, routes!(probes::readyz)),
        (Metrics, Nothing, routes!(probes::metrics)),
        (Counselor, BeforeAnswer(Action::List), routes!(conversation::list)),
        (Counselor, WithChange, routes!(conversation::claim_next)),
        (Counselor, BeforeAnswer(Action::View), routes!(conversation::show)),
        (Counselor, BeforeAnswer(Action::Print), routes!(conversation::printed)),
        (Counselor, WithChange, routes!(conversation::claim)),
        (Counselor, WithChange, routes!(conversation::release)),
        (Counselor, WithChange, routes!(conversation::close)),
        (Counselor, WithChange, routes!(first::write)),
        (Counselor, WithChange, routes!(first::write_to_number)),
        (Counselor, WithChange, routes!(action::act)),
        (Counselor, WithAttempt(Action::Reveal), routes!(action::reveal)),
        (Supervisor, BeforeAnswer(Action::Export), routes!(action::evidence)),
        (Counselor, Nothing, routes!(people::set_presence)),
        (Counselor, Nothing, routes!(people::colleagues)),
        // A text that is being written, and measured.
        (Counselor, Nothing, routes!(length::length)),
        (Counselor, BeforeAnswer(Action::Search), routes!(search::search)),
        (Counselor, BeforeAnswer(Action::Search), routes!(similar::similar)),
        // The text is the caller's own, and is not kept.
        (Counselor, Nothing, routes!(advice::advise_about)),
        (Counselor, Nothing, routes!(duty::duty)),
        (Counselor, Nothing, routes!(catalogue::categories)),
        (Counselor, Nothing, routes!(catalogue::canned)),
        (Counselor, BeforeAnswer(Action::List), routes!(catalogue::surveys)),
        // One's own words, shown to nobody else and to no citizen.
        (Counselor, Nothing, routes!(draft::save)),
        (Counselor, Nothing, routes!(draft::show)),
        (Counselor, Nothing, routes!(draft::drop)),
        (Counselor, Nothing, routes!(draft::list)),
        (Counselor, WithChange, routes!(reply::reply)),
        (Counselor, BeforeAnswer(Action::List), routes!(message::list)),
        (Counselor, WithChange, routes!(message::recall)),
        (Counselor, WithChange, routes!(message::decide)),
        (Counselor, BeforeAnswer(Action::Photo), routes!(photo::show)),
        // An upload belongs to no citizen before a reply sends it; events carry ids and no texts.
        (Counselor, Nothing, routes!(photo::hand_in).layer(DefaultBodyLimit::max(photo::MOST))),
        (Counselor, Nothing, routes!(events::follow)),
    ]
}

fn routes() -> OpenApiRouter<Shared> {
    table().into_iter().fold(OpenApiRouter::new(), |router, (access, logged, mut route)| {
        access.describe(&mut route.1);
        let known = strict::Known::of(&route.1);
        let strict = middleware::from_fn(move |request, next| strict::check(known.clone(), request, next));
        let mark =
            middleware::map_response(move |response: Response| async move { audit::mark(logged, response) });
        let route: UtoipaMethodRouter<Shared> = route.layer(strict);
        router.routes(route.layer(Extension(access)).layer(mark))
    })
}

/// What holds for all routes: bounds, and problems instead of bare errors.
fn finish(router: Router<Shared>, context: &ApiContext) -> Router<Shared> {
    let tally = context.tally.clone();
    router
        .fallback(async || Problem::new(ProblemCode::NotFound))
        .method_not_allowed_fallback(async || Problem::new(ProblemCode::MethodNotAllowed))
        .layer(DefaultBodyLimit::max(wire::MAX_BODY_BYTES))
        .layer(middleware::from_fn_with_state(context.clone(), limits::by_address))
        .layer(middleware::from_fn_with_state(context.clone(), audit::record))
        .layer(middleware::from_fn(problem::describe))
        .layer(middleware::map_response(move |response: Response| {
            tally.note_answer(response.status());
            std::future::ready(response)
        }))
}
