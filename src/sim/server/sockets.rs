//! The simulated carrier over real sockets: connections are reset and answers cut short for real.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::sim::dialect::Trouble;
use crate::sim::{Sim, SimBreak};

const MAX_BODY: usize = 8 << 20;
/// Timeout of a webhook call; Bizgo's value.
const CALL_TIMEOUT: Duration = Duration::from_secs(5);
/// How often due webhook calls are looked for.
const CALL_PAUSE: Duration = Duration::from_millis(5);
/// Pause after a failed accept, which usually means that no file descriptors are left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

type Body = BoxBody<Bytes, io::Error>;

impl Sim {
    /// The HTTP routes, for use in another server. A fault that breaks the connection breaks the body at its first byte
    /// there; only [`Sim::serve`] resets connections.
    pub fn router(&self) -> Router {
        let sim = self.clone();
        Router::new().fallback(move |request: axum::extract::Request| {
            let sim = sim.clone();
            async move {
                let answered = sim.answer(request, &AtomicBool::new(false)).await;
                answered.unwrap_or_else(|error| Response::new(broken_after(Bytes::new(), error.kind())))
            }
        })
    }

    /// Serves connections until `shutdown`, then drops the open ones. An address that is not loopback is an error.
    pub async fn serve(
        &self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> io::Result<()> {
        let addr = listener.local_addr()?;
        if !addr.ip().is_loopback() {
            let why =
                format!("{addr} is not a loopback address: the simulated carrier serves this machine only");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        tokio::pin!(shutdown);
        let calls = self.call_back();
        tokio::pin!(calls);
        let mut open = JoinSet::new();
        loop {
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = &mut calls => {}
                Some(_) = open.join_next(), if !open.is_empty() => {}
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        open.spawn(self.clone().converse(stream));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                },
            }
        }
    }

    /// Makes due webhook calls, one at a time, forever.
    async fn call_back(&self) {
        let client = reqwest::Client::builder().no_proxy().timeout(CALL_TIMEOUT).build();
        let Ok(client) = client else {
            return std::future::pending().await;
        };
        loop {
            while let Some(push) = self.next_push() {
                let answer = called(&client, &push.request).await;
                self.pushed(push, answer.as_ref());
            }
            tokio::time::sleep(CALL_PAUSE).await;
        }
    }

    async fn converse(self, stream: TcpStream) {
        // Only an optimisation: an error is ignored.
        drop(stream.set_nodelay(true));
        let cut = Arc::new(AtomicBool::new(false));
        let io = TokioIo::new(Cuttable { stream, cut: Arc::clone(&cut) });
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (sim, cut) = (self.clone(), Arc::clone(&cut));
            async move { sim.answer(request, &cut).await }
        });
        // Broken connections are intended.
        drop(auto::Builder::new(TokioExecutor::new()).serve_connection(io, service).await);
    }

    /// Answers one request. An error ends the connection, with RST if `cut` is set.
    async fn answer<B>(&self, request: Request<B>, cut: &AtomicBool) -> Result<Response<Body>, io::Error>
    where
        B: hyper::body::Body<Data = Bytes>,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let body = match Limited::new(body, MAX_BODY).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                let too_large = Trouble::Status(StatusCode::PAYLOAD_TOO_LARGE.as_u16());
                let refused = self.dialect().trouble(None, too_large);
                return Ok(refused.into_response(Some(self.options.clock.now_ms())).map(whole));
            }
            Err(_) => return Err(io::ErrorKind::ConnectionReset.into()),
        };
        match self.call(Request::from_parts(head, body)).await {
            Ok(response) => Ok(response.map(whole)),
            Err(SimBreak::Truncated(response)) => {
                Ok(response.map(|part| broken_after(part, io::ErrorKind::UnexpectedEof)))
            }
            Err(SimBreak::Reset | SimBreak::Refused) => {
                cut.store(true, Ordering::Release);
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }
}

/// The gateway's answer; `None` if it was not complete.
async fn called(client: &reqwest::Client, request: &Request<Bytes>) -> Option<Response<Bytes>> {
    let call = client.request(request.method().clone(), request.uri().to_string());
    let call = call.headers(request.headers().clone()).body(request.body().clone());
    let answer = call.send().await.ok()?;
    let mut whole = Response::builder().status(answer.status());
    if let Some(headers) = whole.headers_mut() {
        *headers = answer.headers().clone();
    }
    whole.body(answer.bytes().await.ok()?).ok()
}

fn whole(body: Bytes) -> Body {
    Full::new(body).map_err(|never: Infallible| match never {}).boxed()
}

/// A body that breaks after `part`.
fn broken_after(part: Bytes, kind: io::ErrorKind) -> Body {
    let end = async move {
        // Lets the part leave first.
        tokio::time::sleep(Duration::from_millis(5)).await;
        Err(io::Error::from(kind))
    };
    let frames = [Ok(Frame::data(part))];
    let frames = futures_util::StreamExt::chain(stream::iter(frames), stream::once(end));
    BodyExt::boxed(StreamBody::new(frames))
}

/// A connection that can be reset: dropped while `cut` is set, it sends RST instead of an orderly end.
struct Cuttable {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl Drop for Cuttable {
    fn drop(&mut self) {
        if self.cut.load(Ordering::Acquire) {
            // If this fails, the connection ends with FIN instead of RST.
            drop(socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)));
        }
    }
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
