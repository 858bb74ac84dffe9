//! Listeners: TLS, loopback TCP or a Unix socket; HTTP/1.1 and HTTP/2 (by ALPN, or prior knowledge) on all.
//!
//! Closing: no new connections, event streams end, requests under way finish, and after [`GRACE`] whoever is left is cut
//! off.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use super::access::Peer;
use super::crowd::{Crowd, Place, Standing};
use super::patience::Patient;
use crate::domain::plain_text::stays_on_this_machine;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long requests may take to finish once the server closes.
const GRACE: Duration = Duration::from_secs(2);
/// A new connection must be encrypted after this long.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A new connection must have brought the head of a request after this long.
const FIRST_REQUEST: Duration = Duration::from_secs(30);
/// An HTTP/1.1 connection must have brought the next one after this long. Longer than clients keep idle connections
/// (reqwest: 90 s), so that none asks on one that is just being closed.
const NEXT_REQUEST: Duration = Duration::from_secs(120);
/// An HTTP/2 connection is asked this often whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(20);
/// Beyond these, those that have proved nothing make room for new ones ([`super::crowd`]); if there are none, new ones wait.
const MAX_CONNECTIONS: usize = 1024;
/// The most that is read ahead of a connection, or waits to be written to it (bytes).
const MOST_BUFFERED: usize = 64 << 10;
/// How long a full house of counselors waits before it looks again.
const CROWDED_PAUSE: Duration = Duration::from_secs(1);
/// Out of file descriptors or the like: wait this long before accepting again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Where requests come in.
#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    /// Each connection is encrypted with the certificate that is current when it begins.
    Tls(TcpListener, watch::Receiver<Arc<ServerConfig>>),
    Unix(UnixListener),
}

impl Listener {
    /// Where it listens, if on TCP.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Listener::Tcp(tcp) | Listener::Tls(tcp, _) => tcp.local_addr(),
            Listener::Unix(_) => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }
}

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    #[error(
        "refusing to listen on {0}: texts and tokens would cross the network unencrypted. Set a certificate and its key, or \
         listen on 127.0.0.1 or a Unix socket"
    )]
    NotLoopback(SocketAddr),
    #[error("{} is in use: another process answers on it", .0.display())]
    InUse(PathBuf),
    #[error("{} exists and is not a socket; it is left alone", .0.display())]
    NotASocket(PathBuf),
    #[error("cannot listen on {0}")]
    Io(String, #[source] io::Error),
}

/// Listens on TCP; only on addresses that no other machine can reach.
pub async fn bind_tcp(addr: SocketAddr) -> Result<Listener, BindError> {
    if !stays_on_this_machine(addr.ip()) {
        return Err(BindError::NotLoopback(addr));
    }
    Ok(Listener::Tcp(bind(addr).await?))
}

/// Listens on TCP at any address; what comes in is encrypted.
pub async fn bind_tls(
    addr: SocketAddr,
    identity: watch::Receiver<Arc<ServerConfig>>,
) -> Result<Listener, BindError> {
    Ok(Listener::Tls(bind(addr).await?, identity))
}

async fn bind(addr: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(addr).await.map_err(|e| BindError::Io(addr.to_string(), e))
}

/// Listens on a Unix socket with the given permissions. A socket that a dead process left behind is replaced.
pub async fn bind_unix(path: &Path, mode: u32) -> Result<Listener, BindError> {
    let failed = |e| BindError::Io(path.display().to_string(), e);
    remove_stale(path).await?;
    let listener = UnixListener::bind(path).map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(failed)?;
    Ok(Listener::Unix(listener))
}

async fn remove_stale(path: &Path) -> Result<(), BindError> {
    let failed = |e| BindError::Io(path.display().to_string(), e);
    match std::fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
        Ok(found) if !found.file_type().is_socket() => return Err(BindError::NotASocket(path.to_owned())),
        Ok(_) => {}
    }
    match UnixStream::connect(path).await {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            std::fs::remove_file(path).map_err(failed)
        }
        Err(error) => Err(failed(error)),
        Ok(_) => Err(BindError::InUse(path.to_owned())),
    }
}

/// Answers requests until `stop`, and then until they are done or two seconds have passed.
///
/// `stop` should be that of the router's context: event streams end with it.
pub async fn serve(listener: Listener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let server = Server { app: router, http: http(), stop: stop.clone() };
    let crowd = Crowd::of(MAX_CONNECTIONS);
    let mut connections = JoinSet::new();
    loop {
        let has_room = crowd.has_room();
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next() => {}
            // Who is inside may end or show a token meanwhile.
            () = tokio::time::sleep(CROWDED_PAUSE), if !has_room => {}
            stream = accept(&listener), if has_room => {
                connections.spawn(server.connection(stream, crowd.enter()));
            }
        }
    }
    drop(listener);
    let all_done = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_done).await.is_err() {
        tracing::warn!(n = connections.len(), "connections cut off: their requests did not finish in time");
    }
    Ok(())
}

enum Stream {
    Tcp(TcpStream),
    Tls(TcpStream, Arc<ServerConfig>),
    Unix(UnixStream),
}

/// The next connection. An error is of the one connection that failed, or passes.
async fn accept(listener: &Listener) -> Stream {
    loop {
        let accepted = match listener {
            Listener::Tcp(tcp) => tcp.accept().await.map(|(stream, _)| Stream::Tcp(stream)),
            Listener::Tls(tcp, identity) => {
                let accepted = tcp.accept().await;
                accepted.map(|(stream, _)| Stream::Tls(stream, Arc::clone(&identity.borrow())))
            }
            Listener::Unix(unix) => unix.accept().await.map(|(stream, _)| Stream::Unix(stream)),
        };
        match accepted {
            Ok(stream) => return stream,
            Err(error) => {
                tracing::warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn http() -> Builder<TokioExecutor> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(NEXT_REQUEST).max_buf_size(MOST_BUFFERED);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(PING_EVERY).max_concurrent_streams(100);
    http
}

struct Server {
    app: Router,
    http: Builder<TokioExecutor>,
    stop: CancellationToken,
}

impl Server {
    fn connection(&self, stream: Stream, place: Place) -> impl Future<Output = ()> + Send + 'static {
        let (app, http, stop) = (self.app.clone(), self.http.clone(), self.stop.clone());
        async move {
            let leave = place.leave.clone();
            match stream {
                Stream::Tcp(tcp) => {
                    let guest = (peer_of(&tcp), place.standing.clone());
                    leave.run_until_cancelled(converse(tcp, (app, guest), http, stop)).await;
                }
                Stream::Tls(tcp, config) => {
                    let guest = (peer_of(&tcp), place.standing.clone());
                    let talk = async {
                        // Nobody who only begins a handshake keeps a place: it is the first to make room, and ends soon.
                        if let Some(tls) = encrypted(tcp, config, &stop).await {
                            converse(tls, (app, guest), http, stop).await;
                        }
                    };
                    leave.run_until_cancelled(talk).await;
                }
                Stream::Unix(unix) => {
                    let peer = unix.peer_cred().map_or(String::new(), |of| format!(" of user {}", of.uid()));
                    let guest = (Peer(format!("socket{peer}")), place.standing.clone());
                    leave.run_until_cancelled(converse(unix, (app, guest), http, stop)).await;
                }
            }
        }
    }
}

/// Where a connection comes from; also sends its small answers at once.
fn peer_of(tcp: &TcpStream) -> Peer {
    // Without it small answers wait for the next acknowledgement; if it fails they just do.
    drop(tcp.set_nodelay(true));
    Peer(tcp.peer_addr().map_or_else(|_| "tcp".to_owned(), |peer| peer.ip().to_canonical().to_string()))
}

/// The connection once it is encrypted; `None` if that fails, takes too long, or the server closes.
async fn encrypted(
    tcp: TcpStream,
    config: Arc<ServerConfig>,
    stop: &CancellationToken,
) -> Option<TlsStream<TcpStream>> {
    let handshake = tokio::time::timeout(HANDSHAKE, TlsAcceptor::from(config).accept(tcp));
    match stop.run_until_cancelled(handshake).await? {
        Ok(Ok(tls)) => Some(tls),
        Ok(Err(error)) => {
            tracing::debug!(%error, "a connection could not be encrypted");
            None
        }
        Err(_) => None,
    }
}

/// One connection, to its end.
async fn converse(
    io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (app, (peer, standing)): (Router, (Peer, Standing)),
    http: Builder<TokioExecutor>,
    stop: CancellationToken,
) {
    let shown = standing.clone();
    let app = app.map_request(move |mut request: Request<Incoming>| {
        shown.asks();
        request.extensions_mut().insert(peer.clone());
        request.extensions_mut().insert(shown.clone());
        request
    });
    let mut connection =
        pin!(http.serve_connection(TokioIo::new(Patient::new(io)), TowerToHyperService::new(app)));
    tokio::select! {
        ended = connection.as_mut() => return log_end(ended),
        () = stays_silent(&standing) => return,
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    log_end(connection.await);
}

/// Resolves if a new connection has brought no request in time.
async fn stays_silent(standing: &Standing) {
    tokio::time::sleep(FIRST_REQUEST).await;
    if standing.has_asked() {
        std::future::pending().await
    }
}

/// People close laptops: a connection that breaks off is nothing to worry about.
fn log_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "connection broke off");
    }
}
