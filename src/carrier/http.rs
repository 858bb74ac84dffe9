//! The HTTP client that all carriers share: time-outs, bounded bodies, no redirects, no retries, TLS unless the carrier is on
//! this machine (or on the local network, where the configuration allows it). A failure says whether a byte of the request can
//! have left, and nothing of what was in it.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::Value;
use url::Url;

use super::clock_skew::DateWatch;
use super::proxy::Proxy;

/// An answer larger than this is refused, unless told otherwise (bytes).
const MAX_BODY: usize = 16 << 20;
/// A file may take a second more for each of so many bytes: a film comes slowly over a phone's link.
const FILE_BYTES_PER_SEC: usize = 1 << 20;
/// The longest wait that a carrier can ask for.
const RETRY_AFTER_CAP: Duration = Duration::from_secs(300);
/// Idle connections are closed before the server closes them: a request that meets the closing is in doubt.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);

/// Nothing was found in the places where systems keep the certificate authorities that they trust.
const NO_AUTHORITIES: &str = "no certificate authority is known on this machine, so that no carrier can be trusted: install the \
                              package ca-certificates (apt install ca-certificates) and start again";

/// Options of a client.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    pub base_url: Url,
    /// For name look-up, connection and TLS. Shorter than `timeout`, so that a carrier that cannot be reached counts as not
    /// asked.
    pub connect_timeout: Duration,
    /// For the whole call.
    pub timeout: Duration,
    /// A larger answer is refused while it arrives.
    pub max_body_bytes: usize,
    pub user_agent: String,
    /// Plain HTTP also to a private address (RFC 1918, RFC 4193, link-local), written as one: a phone on the premises.
    /// Whoever is on that network, or pretends to be the phone, then reads every number, every text and the password.
    pub allow_plain_http: bool,
    /// The way out to everywhere but this machine.
    pub proxy: Option<Proxy>,
}

impl HttpOptions {
    pub fn new(base_url: Url, timeout: Duration) -> Self {
        let connect_timeout = (timeout / 2).min(Duration::from_secs(5));
        let user_agent = concat!("munja/", env!("CARGO_PKG_VERSION")).to_owned();
        HttpOptions {
            base_url,
            connect_timeout,
            timeout,
            max_body_bytes: MAX_BODY,
            user_agent,
            allow_plain_http: false,
            proxy: None,
        }
    }
}

/// The body of a call.
pub enum Body {
    None,
    Json(Value),
    /// `application/x-www-form-urlencoded`
    Form(Vec<(&'static str, String)>),
    /// Anything else, such as a file.
    Raw {
        content_type: String,
        bytes: Bytes,
    },
}

/// One call. Its `Debug` shows the method and the path only.
pub struct Request {
    pub method: Method,
    /// Appended to the base address; begins with `/`, and everything in it is encoded ([`segment`]).
    pub path: String,
    pub query: Vec<(&'static str, String)>,
    pub headers: Vec<(HeaderName, HeaderValue)>,
    pub body: Body,
}

impl Request {
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        Request { method, path: path.into(), query: Vec::new(), headers: Vec::new(), body: Body::None }
    }

    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn json(mut self, body: Value) -> Self {
        self.body = Body::Json(body);
        self
    }

    pub fn form(mut self, fields: Vec<(&'static str, String)>) -> Self {
        self.body = Body::Form(fields);
        self
    }

    pub fn raw(mut self, content_type: impl Into<String>, bytes: Bytes) -> Self {
        self.body = Body::Raw { content_type: content_type.into(), bytes };
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// An answer, whatever its status. Its `Debug` shows no body.
pub struct Response {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

impl Response {
    /// When the carrier says it answered (milliseconds UTC, whole seconds).
    pub fn date_ms(&self) -> Option<i64> {
        self.time(header::DATE)
    }

    /// How long the carrier asks us to wait, in seconds or until a time by its own clock; five minutes at most.
    pub fn retry_after(&self) -> Option<Duration> {
        let word = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        let wait = match word.parse() {
            Ok(secs) => Duration::from_secs(secs),
            Err(_) => {
                let ms = self.time(header::RETRY_AFTER)?.saturating_sub(self.date_ms()?);
                Duration::from_millis(u64::try_from(ms).unwrap_or(0))
            }
        };
        Some(wait.min(RETRY_AFTER_CAP))
    }

    fn time(&self, name: header::HeaderName) -> Option<i64> {
        let date = self.headers.get(name)?.to_str().ok()?;
        let parsed = jiff::fmt::rfc2822::parse(date).ok()?;
        Some(parsed.timestamp().as_millisecond())
    }
}

/// One part of a path, encoded whatever it holds; `None` if it would lead elsewhere (empty, `.`, `..`).
pub fn segment(word: &str) -> Option<String> {
    if matches!(word, "" | "." | "..") {
        return None;
    }
    let mut encoded = String::with_capacity(word.len());
    for byte in word.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(encoded)
}

/// How far a call without an answer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Not a byte of the request left.
    BeforeRequest,
    /// It may have been processed.
    AfterRequest,
}

/// A call without an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpFailure {
    pub stage: Stage,
    pub what: &'static str,
    /// The part of the answer's body that arrived. A read-once carrier will not send it again.
    pub partial: Bytes,
}

impl fmt::Debug for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {} (after {} bytes)", self.stage, self.what, self.partial.len())
    }
}

/// How a call to a carrier in the same process breaks off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    NotSent,
    Reset,
    /// After this much of the body.
    Truncated(Bytes),
}

/// A carrier in the same process, for tests that run without sockets.
pub type InProcess = Arc<
    dyn Fn(http::Request<Bytes>) -> BoxFuture<'static, Result<http::Response<Bytes>, Broken>> + Send + Sync,
>;

#[derive(Clone)]
enum Wire {
    Network(reqwest::Client),
    InProcess(InProcess),
}

/// The client. One a carrier.
#[derive(Clone)]
pub struct Http {
    base_url: Url,
    timeout: Duration,
    max_body_bytes: usize,
    wire: Wire,
    dates: Option<DateWatch>,
    is_proxied: bool,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Http({})", self.base_url.host_str().unwrap_or_default())
    }
}

/// The client of `options`. Where nothing is encrypted, no certificate authority needs to be known.
fn client(options: &HttpOptions) -> reqwest::Result<reqwest::Client> {
    let builder = || {
        let builder = match &options.proxy {
            Some(proxy) => reqwest::Client::builder().proxy(proxy.for_client()?),
            None => reqwest::Client::builder().no_proxy(),
        };
        let builder = builder
            .redirect(reqwest::redirect::Policy::none())
            // Only the caller decides whether a text may be sent again.
            .retry(reqwest::retry::never())
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .tcp_nodelay(true)
            .user_agent(&options.user_agent);
        Ok::<_, reqwest::Error>(builder)
    };
    let is_plain = options.base_url.scheme() == "http";
    builder()?.build().or_else(|error| match is_plain {
        true => builder()?.tls_certs_only(std::iter::empty()).build(),
        false => Err(error),
    })
}

/// Why there is no client. What the library says first is only that there is none.
fn no_client(error: &reqwest::Error) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |cause| cause.source());
    let said = causes.last().map(ToString::to_string).unwrap_or_default();
    match said.contains("No CA certificates") {
        true => NO_AUTHORITIES.to_owned(),
        false => format!("no HTTPS client can be made: {said}"),
    }
}

impl Http {
    /// Refuses plain HTTP to any other machine, in words that belong behind the name of the key `base_url`.
    pub fn new(options: HttpOptions) -> Result<Http, String> {
        let url = &options.base_url;
        let is_plain = is_this_machine(url) || (options.allow_plain_http && is_on_this_network(url));
        if url.scheme() != "https" && !is_plain {
            return Err(match options.allow_plain_http {
                false => "must begin with https:// (http:// only to this machine itself)",
                true => "must begin with https:// (http:// only to a private address, written as numbers)",
            }
            .to_owned());
        }
        if options.proxy.is_some() && url.scheme() == "http" && !is_this_machine(url) {
            return Err(
                "is plain HTTP, which no proxy may carry: leave proxy out, or use https://".to_owned()
            );
        }
        // An error means that the program has chosen a provider already; that choice stands.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let client = client(&options).map_err(|error| no_client(&error))?;
        let HttpOptions { base_url, timeout, max_body_bytes, proxy, .. } = options;
        let is_proxied = proxy.is_some() && !is_this_machine(&base_url);
        Ok(Http { base_url, timeout, max_body_bytes, wire: Wire::Network(client), dates: None, is_proxied })
    }

    /// Calls `carrier` instead of the network, with the same time-out.
    pub fn in_process(base_url: Url, timeout: Duration, carrier: InProcess) -> Http {
        Http {
            base_url,
            timeout,
            max_body_bytes: MAX_BODY,
            wire: Wire::InProcess(carrier),
            dates: None,
            is_proxied: false,
        }
    }

    /// The same client, which takes answers of this many bytes at most.
    #[cfg(test)]
    pub(super) fn with_max_body(self, max_body_bytes: usize) -> Http {
        Http { max_body_bytes, ..self }
    }

    /// The same client, whose answers' dates are noted.
    pub(super) fn with_dates(self, dates: DateWatch) -> Http {
        Http { dates: Some(dates), ..self }
    }

    /// Whether calls leave this process.
    pub(super) fn is_network(&self) -> bool {
        matches!(self.wire, Wire::Network(_))
    }

    /// Makes one call; never repeats it.
    pub async fn call(&self, request: Request) -> Result<Response, HttpFailure> {
        self.call_within(request, Bounds { most: self.max_body_bytes, timeout: self.timeout }).await
    }

    /// As [`Http::call`], where the answer is a file of at most `most` bytes.
    pub async fn call_for_file(&self, request: Request, most: usize) -> Result<Response, HttpFailure> {
        self.call_within(request, self.bounds_of_file(most)).await
    }

    async fn call_within(&self, request: Request, bounds: Bounds) -> Result<Response, HttpFailure> {
        let mut url = self.base_url.clone();
        url.set_path(&format!("{}{}", self.base_url.path().trim_end_matches('/'), request.path));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let asked_at = self.dates.as_ref().map(DateWatch::now);
        let answer = self.run(url, request, bounds).await;
        if let (Some(dates), Some(asked_at), Ok(response)) = (&self.dates, asked_at, &answer) {
            dates.answered(asked_at, response.date_ms());
        }
        answer
    }

    /// Fetches a file from an address the carrier named, at most `most` bytes. Only from the carrier itself or over TLS,
    /// and with our credentials (`headers`) only from the carrier itself.
    pub async fn fetch(
        &self,
        url: Url,
        headers: Vec<(HeaderName, HeaderValue)>,
        most: usize,
    ) -> Result<Response, HttpFailure> {
        let is_ours = url.origin() == self.base_url.origin();
        if !is_ours && url.scheme() != "https" {
            return Err(before("the address of a file is not one to fetch from"));
        }
        let headers = if is_ours { headers } else { Vec::new() };
        let request = Request { headers, ..Request::new(Method::GET, "") };
        self.run(url, request, self.bounds_of_file(most)).await
    }

    fn bounds_of_file(&self, most: usize) -> Bounds {
        let secs = most.div_ceil(FILE_BYTES_PER_SEC) as u64;
        Bounds { most, timeout: self.timeout + Duration::from_secs(secs) }
    }

    async fn run(&self, url: Url, request: Request, bounds: Bounds) -> Result<Response, HttpFailure> {
        match &self.wire {
            Wire::Network(client) => network(client, url, request, bounds).await.map_err(|failure| {
                let is_behind = self.is_proxied && failure.what == NO_CONNECTION;
                if is_behind { before(NO_CARRIER_BEHIND) } else { failure }
            }),
            Wire::InProcess(carrier) => {
                let call = in_process(carrier, url, request, bounds.most);
                tokio::time::timeout(bounds.timeout, call).await.unwrap_or(Err(after("no answer in time")))
            }
        }
    }
}

fn is_this_machine(url: &Url) -> bool {
    if url.scheme() != "http" {
        return false;
    }
    match url.host() {
        Some(url::Host::Ipv4(ip)) => IpAddr::V4(ip).is_loopback(),
        Some(url::Host::Ipv6(ip)) => IpAddr::V6(ip).is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Not for host names: who answers to a name is not decided here.
fn is_on_this_network(url: &Url) -> bool {
    if url.scheme() != "http" {
        return false;
    }
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(url::Host::Ipv6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        Some(url::Host::Domain(_)) | None => false,
    }
}

fn before(what: &'static str) -> HttpFailure {
    HttpFailure { stage: Stage::BeforeRequest, what, partial: Bytes::new() }
}

fn after(what: &'static str) -> HttpFailure {
    HttpFailure { stage: Stage::AfterRequest, what, partial: Bytes::new() }
}

/// Limits of one call.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// Bytes of the answer.
    most: usize,
    /// For the whole call.
    timeout: Duration,
}

async fn network(
    client: &reqwest::Client,
    url: Url,
    request: Request,
    bounds: Bounds,
) -> Result<Response, HttpFailure> {
    let mut call = client.request(request.method, url).timeout(bounds.timeout);
    for (name, value) in request.headers {
        call = call.header(name, value);
    }
    if let Some((content_type, bytes)) = written(request.body) {
        call = call.header(header::CONTENT_TYPE, content_type).body(bytes);
    }
    let mut answer = call.send().await.map_err(|error| failure(&error))?;
    let (status, headers) = (answer.status(), answer.headers().clone());
    // An announced length is no promise: memory is used only as bytes come.
    let announced = answer.content_length().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let mut body = BytesMut::with_capacity(announced.min(bounds.most));
    loop {
        let what = match answer.chunk().await {
            Ok(None) => return Ok(Response { status, headers, body: body.freeze() }),
            Ok(Some(chunk)) if body.len() + chunk.len() <= bounds.most => {
                body.extend_from_slice(&chunk);
                continue;
            }
            Ok(Some(_)) => TOO_LARGE,
            Err(_) => "the answer broke off",
        };
        return Err(HttpFailure { partial: body.freeze(), ..after(what) });
    }
}

const NO_CONNECTION: &str = "no connection";
const NO_CARRIER_BEHIND: &str = "the proxy answers, but no connection to the carrier behind it";
const PROXY_AWAY: &str = "no connection to the proxy";
const PROXY_LOGIN: &str = "the proxy refuses our login";
const PROXY_REFUSES: &str = "the proxy lets us through to no such carrier";
const PROXY_BROKE: &str = "the proxy broke off or does not speak HTTP";

impl HttpFailure {
    /// The proxy failed, not what is behind it.
    pub fn is_of_proxy(&self) -> bool {
        [PROXY_AWAY, PROXY_LOGIN, PROXY_REFUSES, PROXY_BROKE].contains(&self.what)
    }
}

/// What went wrong with the proxy, before anything was said to the carrier; `None` if nothing did. The client's error has no
/// public type: its words are those of hyper-util's `TunnelError`, and a test holds them.
fn proxy_trouble(error: &reqwest::Error) -> Option<&'static str> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(said) = cause.to_string().strip_prefix("tunnel error: ") {
            return Some(match said {
                "proxy authorization required" => PROXY_LOGIN,
                "unsuccessful" => PROXY_REFUSES,
                "failed to create underlying connection" => PROXY_AWAY,
                _ => PROXY_BROKE,
            });
        }
        source = cause.source();
    }
    None
}

/// Message for an answer with more bytes than allowed.
pub const TOO_LARGE: &str = "the answer is too large";

/// The content type and bytes of a body.
fn written(body: Body) -> Option<(String, Bytes)> {
    match body {
        Body::None => None,
        Body::Json(value) => Some(("application/json".to_owned(), Bytes::from(value.to_string()))),
        Body::Form(fields) => {
            let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            Some(("application/x-www-form-urlencoded".to_owned(), Bytes::from(form)))
        }
        Body::Raw { content_type, bytes } => Some((content_type, bytes)),
    }
}

/// Only a failed connection proves that nothing left; a pooled connection that the other side closed does not.
fn failure(error: &reqwest::Error) -> HttpFailure {
    if error.is_builder() {
        before("the request could not be made")
    } else if error.is_connect() {
        before(proxy_trouble(error).unwrap_or(NO_CONNECTION))
    } else if error.is_timeout() {
        after("no answer in time")
    } else {
        after("the connection broke")
    }
}

async fn in_process(
    carrier: &InProcess,
    url: Url,
    request: Request,
    most: usize,
) -> Result<Response, HttpFailure> {
    let mut call = http::Request::builder().method(request.method).uri(url.as_str());
    for (name, value) in request.headers {
        call = call.header(name, value);
    }
    let body = match written(request.body) {
        Some((content_type, bytes)) => {
            call = call.header(header::CONTENT_TYPE, content_type);
            bytes
        }
        None => Bytes::new(),
    };
    let call = call.body(body).map_err(|_| before("the request could not be made"))?;
    match carrier(call).await {
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            if body.len() > most {
                return Err(HttpFailure { partial: body.slice(..most), ..after(TOO_LARGE) });
            }
            Ok(Response { status: head.status, headers: head.headers, body })
        }
        Err(Broken::NotSent) => Err(before("no connection")),
        Err(Broken::Reset) => Err(after("the connection broke")),
        Err(Broken::Truncated(partial)) => Err(HttpFailure { partial, ..after("the answer broke off") }),
    }
}

#[cfg(test)]
#[path = "tests/proxied.rs"]
mod proxied_tests;
#[cfg(test)]
mod tests;
