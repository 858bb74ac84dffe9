//! The typed client of the API: one method per route, wire types in and out. Counselors' programs reach the daemon in no
//! other way.
//!
//! A token is sent in plain text only over loopback or a Unix socket, never follows a redirect to another place and never
//! passes a proxy on this machine. Errors hold no text and no token.

use std::time::Duration;

use http::{Method, StatusCode, header};
use reqwest::{RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use url::Url;

use super::address::Address;
use super::link::{LinkFault, link_fault};
use crate::api::wire::{
    ActionRequest, CannedList, CategoryList, CloseRequest, ConversationDetail, ConversationList, Decision,
    DecisionRequest, DeskList, DutyList, Evidence, EvidenceRequest, LoginRequest, LoginResponse, MeView,
    MessageList, PhotoView, ProblemCode, ProblemDetails, QuoteList, RecallResponse, ReplyRequest,
    ReplyResponse, ReportView, RevealRequest, Revealed, StatusResponse, SurveyList,
};
use crate::domain::outbound::ClientKey;
use crate::ops::causes::innermost;

/// The header that makes it harmless to send the same reply request twice.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Time limit of a request; the live stream has its own rule.
const PATIENCE: Duration = Duration::from_secs(15);
/// Time limit for a report: a year of a large city takes its time, and another report may be before it.
pub(super) const REPORT_PATIENCE: Duration = Duration::from_secs(300);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Time limit for a photo.
const PHOTO_PATIENCE: Duration = Duration::from_secs(120);
/// A live stream that is silent for so long is dead; the server writes at least every 15 s.
const SILENCE: Duration = Duration::from_secs(45);
/// Pauses before a reply request is repeated.
const PAUSES: [Duration; 3] =
    [Duration::from_millis(300), Duration::from_millis(1_000), Duration::from_millis(3_000)];

/// Why a call brought no result.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<ProblemDetails>),
    /// No connection, or no response to a question: nothing was changed.
    #[error("{server}: {why}")]
    Unreachable { server: String, why: String },
    /// No response to a change that was on its way: it is not known whether the server made it.
    #[error("{server}: {why}")]
    NoAnswer { server: String, why: String },
    /// The connection could not be made secure, so nothing was sent.
    #[error("{server}: {why}")]
    Insecure { server: String, fault: LinkFault, why: String },
    /// Something responded, but not as a Munja server does.
    #[error("{server}: {why}")]
    BadAnswer { server: String, why: String },
    /// What is to vouch for the server's certificate is none.
    #[error("the file of the certificate authority holds no certificate in PEM form")]
    BadCa { server: String },
}

impl ClientError {
    /// The server's code, if it gave one that is known here.
    pub fn code(&self) -> Option<ProblemCode> {
        match self {
            Self::Problem(problem) => ProblemCode::from_word(&problem.code),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Problem(problem) => matches!(problem.status, 408 | 429 | 503),
            Self::Unreachable { .. } | Self::NoAnswer { .. } => true,
            Self::BadAnswer { .. } | Self::BadCa { .. } | Self::Insecure { .. } => false,
        }
    }

    /// The error of a request that changes nothing although its method could: no doubt is left.
    pub(super) fn of_question(self) -> Self {
        match self {
            Self::NoAnswer { server, why } => Self::Unreachable { server, why },
            other => other,
        }
    }

    /// Whether the server may have carried out the request although it did not confirm it.
    pub fn leaves_doubt(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.status >= 500 || problem.status == 408,
            Self::Insecure { .. } => false,
            _ => true,
        }
    }
}

pub(super) type ApiResult<T> = Result<T, ClientError>;

/// Which conversations to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    Waiting,
    Active,
    Answered,
    Closed,
    /// All conversations that are not closed.
    Open,
    /// The conversations that the caller holds.
    Mine,
    /// Those that an outside department works on.
    Referred,
}

impl Listed {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Answered => "answered",
            Self::Closed => "closed",
            Self::Open => "open",
            Self::Mine => "mine",
            Self::Referred => "referred",
        }
    }
}

/// What a report is about.
#[derive(Debug, Clone, Copy)]
pub struct ReportQuery<'a> {
    /// The first and the last day, as `2026-11-01`.
    pub days: (&'a str, &'a str),
    /// Key of a desk.
    pub desk: Option<&'a str>,
    pub by: Option<&'a str>,
}

impl<'a> ReportQuery<'a> {
    pub(super) fn pairs(&self) -> Vec<(&'static str, &'a str)> {
        let mut pairs = vec![("from", self.days.0), ("to", self.days.1)];
        pairs.extend(self.desk.map(|desk| ("desk", desk)));
        pairs.extend(self.by.map(|by| ("by", by)));
        pairs
    }
}

/// A connection to one server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    server: String,
    token: Option<SecretString>,
    language: Option<String>,
    pauses: [Duration; 3],
}

impl Client {
    /// Does not connect yet. A rustls provider must be installed.
    pub fn new(address: &Address) -> ApiResult<Self> {
        Client::trusting(address, None)
    }

    /// As [`Client::new`], for a server whose certificate comes from `ca` (certificates in PEM form) and from nobody else.
    pub fn trusting(address: &Address, ca: Option<&str>) -> ApiResult<Self> {
        let server = address.to_string();
        let mut http = reqwest::Client::builder()
            .user_agent(concat!("munja/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_PATIENCE)
            .read_timeout(SILENCE);
        if let Some(pem) = ca {
            let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).unwrap_or_default();
            if certificates.is_empty() {
                return Err(ClientError::BadCa { server });
            }
            http = http.tls_certs_only(certificates);
        }
        if address.is_local() {
            http = http.no_proxy();
        }
        if let Some(socket) = address.socket() {
            http = http.unix_socket(socket);
        }
        match http.build() {
            Ok(http) => {
                let (base, pauses) = (address.base(), PAUSES);
                Ok(Client { http, base, server, token: None, language: None, pauses })
            }
            Err(error) => Err(ClientError::BadAnswer { server, why: root_cause(&error) }),
        }
    }

    pub fn with_token(self, token: SecretString) -> Self {
        Client { token: Some(token), ..self }
    }

    /// Asks for the server's sentences in this language (`ko`, `en`).
    pub fn with_language(self, tag: &str) -> Self {
        Client { language: Some(tag.to_owned()), ..self }
    }

    /// Waits this long before asking for a reply the second, third and fourth time.
    pub fn pausing(self, pauses: [Duration; 3]) -> Self {
        Client { pauses, ..self }
    }

    pub async fn login(&self, request: &LoginRequest) -> ApiResult<LoginResponse> {
        self.json(self.post("v1/login").json(request)).await.map_err(ClientError::of_question)
    }

    /// Revokes the token.
    pub async fn logout(&self) -> ApiResult<()> {
        self.done(self.post("v1/logout")).await
    }

    pub async fn me(&self) -> ApiResult<MeView> {
        self.json(self.get("v1/me")).await
    }

    pub async fn status(&self) -> ApiResult<StatusResponse> {
        self.json(self.get("v1/status")).await
    }

    pub async fn conversations(&self, listed: Listed, limit: u32) -> ApiResult<ConversationList> {
        self.conversations_after(listed, limit, None).await
    }

    /// The page that begins after `next` of the page before.
    pub async fn conversations_after(
        &self,
        listed: Listed,
        limit: u32,
        after: Option<&str>,
    ) -> ApiResult<ConversationList> {
        let mut query = vec![("state", listed.as_str().to_owned()), ("limit", limit.to_string())];
        query.extend(after.map(|place| ("after", place.to_owned())));
        self.json(self.get("v1/conversations").query(&query)).await
    }

    pub async fn conversation(&self, id: i64) -> ApiResult<ConversationDetail> {
        self.json(self.get(&format!("v1/conversations/{id}"))).await
    }

    /// Claims the next waiting conversation; the code is `nobody_waits` if there is none.
    pub async fn next(&self) -> ApiResult<ConversationDetail> {
        self.json(self.post("v1/conversations/next")).await
    }

    pub async fn claim(&self, id: i64) -> ApiResult<ConversationDetail> {
        self.json(self.post(&format!("v1/conversations/{id}/claim"))).await
    }

    pub async fn release(&self, id: i64) -> ApiResult<()> {
        self.done(self.post(&format!("v1/conversations/{id}/release"))).await
    }

    pub async fn close(&self, id: i64, request: &CloseRequest) -> ApiResult<()> {
        self.done(self.post(&format!("v1/conversations/{id}/close")).json(request)).await
    }

    /// Performs an action on a conversation.
    pub async fn act(&self, id: i64, action: &ActionRequest) -> ApiResult<ConversationDetail> {
        self.json(self.post(&format!("v1/conversations/{id}/actions")).json(action)).await
    }

    /// The citizen's whole number; that it was shown is recorded.
    pub async fn reveal(&self, id: i64, request: &RevealRequest) -> ApiResult<Revealed> {
        self.json(self.post(&format!("v1/conversations/{id}/reveal")).json(request)).await
    }

    pub async fn evidence(&self, id: i64, request: &EvidenceRequest) -> ApiResult<Evidence> {
        self.json(self.post(&format!("v1/conversations/{id}/evidence")).json(request)).await
    }

    pub async fn desks(&self) -> ApiResult<DeskList> {
        self.json(self.get("v1/desks")).await
    }

    pub async fn duty(&self) -> ApiResult<DutyList> {
        self.json(self.get("v1/duty")).await
    }

    /// All categories, or those of one desk.
    pub async fn categories(&self, desk: Option<&str>) -> ApiResult<CategoryList> {
        self.json(self.get("v1/categories").query(&desk.map(|key| [("desk", key)]))).await
    }

    /// Canned replies with the caller's name and the desk (default: the first) filled in.
    pub async fn canned(&self, desk: Option<&str>) -> ApiResult<CannedList> {
        self.json(self.get("v1/canned").query(&desk.map(|key| [("desk", key)]))).await
    }

    /// Survey answers since then, of all counselors or only the caller's; with `after`, the page after `next` of the page before.
    pub async fn surveys(&self, since_at: i64, all: bool, after: Option<&str>) -> ApiResult<SurveyList> {
        let of = if all { "all" } else { "mine" };
        let mut query = vec![("since_at", since_at.to_string()), ("of", of.to_owned())];
        query.extend(after.map(|place| ("after", place.to_owned())));
        self.json(self.get("v1/surveys").query(&query)).await
    }

    /// The figures of a period; `by`: the rows of the first table.
    pub async fn report(&self, of: &ReportQuery<'_>) -> ApiResult<ReportView> {
        self.json(self.get("v1/reports").timeout(REPORT_PATIENCE).query(&of.pairs())).await
    }

    /// Figures by counselor: all for supervisors, else the caller's own.
    pub async fn report_counselors(&self, of: &ReportQuery<'_>) -> ApiResult<ReportView> {
        self.json(self.get("v1/reports/counselors").timeout(REPORT_PATIENCE).query(&of.pairs())).await
    }

    /// What citizens wrote about the service (supervisors).
    pub async fn report_words(&self, of: &ReportQuery<'_>) -> ApiResult<QuoteList> {
        self.json(self.get("v1/reports/words").query(&of.pairs())).await
    }

    /// Sends a reply. Repeats the request up to three times under the same key while there is no response or the server is
    /// too busy; because of the key the citizen gets the text once. After an error that [`ClientError::leaves_doubt`],
    /// only a request under the same key is harmless.
    pub async fn reply(&self, id: i64, request: &ReplyRequest, key: &ClientKey) -> ApiResult<ReplyResponse> {
        let post = || self.post(&format!("v1/conversations/{id}/replies")).json(request);
        self.persistently(|| post().header(IDEMPOTENCY_KEY, key.as_str())).await
    }

    /// Sends a request that is harmless to repeat, up to three times more while it may pass.
    pub(super) async fn persistently<T: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
    ) -> ApiResult<T> {
        let (mut pauses, mut unanswered) = (self.pauses.iter(), None);
        loop {
            let error = match (self.json(request()).await, pauses.next()) {
                (Err(error), Some(pause)) if error.may_pass() => {
                    tokio::time::sleep(*pause).await;
                    error
                }
                // A server that is gone by now may have got an earlier try.
                (Err(ClientError::Unreachable { server, why }), _) => {
                    return Err(unanswered.unwrap_or(ClientError::Unreachable { server, why }));
                }
                (answer, _) => return answer,
            };
            if matches!(error, ClientError::NoAnswer { .. }) {
                unanswered = Some(error);
            }
        }
    }

    /// Replies in doubt; with `after`, the page that begins after `next` of the page before.
    pub async fn in_doubt(&self, after: Option<i64>) -> ApiResult<MessageList> {
        let mut query = vec![("state", "in_doubt".to_owned())];
        query.extend(after.map(|place| ("after", place.to_string())));
        self.json(self.get("v1/messages").query(&query)).await
    }

    /// The caller's own answers that are held back, the newest first.
    pub async fn held(&self) -> ApiResult<MessageList> {
        self.json(self.get("v1/messages").query(&[("state", "held")])).await
    }

    /// Takes back a reply that has not been sent yet. Returns what is the caller's draft in its conversation now, as far as the server says it.
    pub async fn recall(&self, message_id: i64) -> ApiResult<Option<String>> {
        let path = format!("v1/messages/{message_id}/recall");
        let (response, changes) = self.sent(self.post(&path)).await?;
        let body = response.bytes().await.map_err(|e| self.lost(&e, changes))?;
        // An older server says nothing more.
        let said = serde_json::from_slice::<RecallResponse>(&body).ok();
        Ok(said.and_then(|said| said.draft).map(|draft| draft.text))
    }

    pub async fn decide(&self, message_id: i64, decision: Decision) -> ApiResult<()> {
        let request = DecisionRequest { decision };
        self.done(self.post(&format!("v1/messages/{message_id}/decision")).json(&request)).await
    }

    /// The bytes of a photo.
    pub async fn photo(&self, id: i64) -> ApiResult<Vec<u8>> {
        let request = self.get(&format!("v1/photos/{id}")).timeout(PHOTO_PATIENCE);
        let body = self.send(request).await?.bytes().await.map_err(|e| self.unreachable(&e))?;
        Ok(body.into())
    }

    /// Uploads a photo for a reply; uploading it again is harmless.
    pub async fn hand_in_photo(&self, file: Vec<u8>) -> ApiResult<PhotoView> {
        let request = self.post("v1/photos").timeout(PHOTO_PATIENCE);
        let request = request.header(header::CONTENT_TYPE, "application/octet-stream").body(file);
        self.json(request).await
    }

    pub(super) fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path).timeout(PATIENCE)
    }

    pub(super) fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path).timeout(PATIENCE)
    }

    pub(super) fn put(&self, path: &str) -> RequestBuilder {
        self.request(Method::PUT, path).timeout(PATIENCE)
    }

    pub(super) fn delete(&self, path: &str) -> RequestBuilder {
        self.request(Method::DELETE, path).timeout(PATIENCE)
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{path}", self.base.path().trim_end_matches('/')));
        let mut request = self.http.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        if let Some(tag) = &self.language {
            request = request.header(header::ACCEPT_LANGUAGE, tag);
        }
        request
    }

    pub(super) async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> ApiResult<T> {
        let (response, changes) = self.sent(request).await?;
        let body = response.bytes().await.map_err(|e| self.lost(&e, changes))?;
        serde_json::from_slice(&body).map_err(|e| self.bad_answer(&error_position(&e)))
    }

    pub(super) async fn done(&self, request: RequestBuilder) -> ApiResult<()> {
        self.send(request).await.map(|_| ())
    }

    /// The response, if its status is a success.
    pub(super) async fn send(&self, request: RequestBuilder) -> ApiResult<Response> {
        self.sent(request).await.map(|(response, _)| response)
    }

    /// As [`Client::send`], and whether the request may change something.
    async fn sent(&self, request: RequestBuilder) -> ApiResult<(Response, bool)> {
        let request = request.build().map_err(|e| self.unreachable(&e))?;
        let changes = request.method() != Method::GET;
        let response = self.http.execute(request).await.map_err(|e| self.lost(&e, changes))?;
        match response.status() {
            status if status.is_success() => Ok((response, changes)),
            status => Err(self.refusal(status, response, changes).await),
        }
    }

    async fn refusal(&self, status: StatusCode, response: Response, changes: bool) -> ClientError {
        let body = match response.bytes().await {
            Ok(body) => body,
            Err(error) => return self.lost(&error, changes),
        };
        match (serde_json::from_slice::<ProblemDetails>(&body), status.as_u16()) {
            (Ok(problem), _) => ClientError::Problem(Box::new(problem)),
            // A proxy in front of a server that is down, or went down.
            (Err(_), 502..=504) => self.without_answer(status.to_string(), changes),
            (Err(_), _) => self.bad_answer(&status.to_string()),
        }
    }

    /// No response came. Without a connection nothing was sent.
    fn lost(&self, error: &reqwest::Error, changes: bool) -> ClientError {
        if error.is_connect() || link_fault(error).is_some() {
            return self.unreachable(error);
        }
        self.without_answer(root_cause(error), changes)
    }

    fn without_answer(&self, why: String, changes: bool) -> ClientError {
        let server = self.server.clone();
        if changes { ClientError::NoAnswer { server, why } } else { ClientError::Unreachable { server, why } }
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        let (server, why) = (self.server.clone(), root_cause(error));
        let is_plain = self.base.scheme() == "http";
        match link_fault(error).filter(|fault| is_plain || *fault != LinkFault::NeedsTls) {
            Some(fault) => ClientError::Insecure { server, fault, why },
            None => ClientError::Unreachable { server, why },
        }
    }

    pub(super) fn bad_answer(&self, why: &str) -> ClientError {
        ClientError::BadAnswer { server: self.server.clone(), why: why.to_owned() }
    }
}

/// The innermost cause, which names the failure; the outer ones only repeat the address.
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "timed out".to_owned();
    }
    innermost(error)
}

/// Where a response can't be parsed. serde's own message may quote what a citizen wrote.
pub(super) fn error_position(error: &serde_json::Error) -> String {
    format!("not understood at line {}, column {}", error.line(), error.column())
}
