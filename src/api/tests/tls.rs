//! The encrypted listener on real sockets.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use reqwest::{Certificate, Client};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::*;
use crate::api::{bind_tls, serve};

/// A certificate of its own making for localhost: what a listener takes, and what a client trusts.
fn identity() -> (Arc<ServerConfig>, Certificate) {
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("signed");
    let secret = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], secret)
        .expect("a pair");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (Arc::new(config), Certificate::from_der(certificate.der()).expect("trusted"))
}

fn client(trusted: &Certificate) -> Client {
    let _ = aws_lc_rs::default_provider().install_default();
    Client::builder().no_proxy().tls_certs_only([trusted.clone()]).build().expect("a client")
}

#[tokio::test]
async fn requests_are_encrypted_and_a_new_certificate_counts_from_the_next_connection() {
    let desk = Desk::open();
    let token = desk.token("minsu").await;
    let (first, first_ca) = identity();
    let sender = watch::Sender::new(first);
    // Any address may be listened on.
    let listener =
        bind_tls("0.0.0.0:0".parse().expect("an address"), sender.subscribe()).await.expect("bound");
    let port = listener.local_addr().expect("bound").port();
    let task = tokio::spawn(serve(listener, desk.router.clone(), desk.stop.clone()));
    let url = format!("https://localhost:{port}/v1/me");
    let ask = async |client: &Client| client.get(&url).bearer_auth(&token).send().await;

    let old = client(&first_ca);
    let answer = ask(&old).await.expect("an answer");
    assert_eq!((answer.status().as_u16(), format!("{:?}", answer.version())), (200, "HTTP/2.0".to_owned()));
    let (second, second_ca) = identity();
    sender.send_replace(second);
    assert_eq!(ask(&old).await.expect("the connection goes on").status(), 200);
    assert!(ask(&client(&first_ca)).await.is_err(), "a new connection has the new certificate");
    assert_eq!(ask(&client(&second_ca)).await.expect("an answer").status(), 200);
    // Nobody is answered in plain text.
    let plain = Client::builder().no_proxy().build().expect("a client");
    assert!(plain.get(format!("http://127.0.0.1:{port}/healthz")).send().await.is_err());
    desk.stop.cancel();
    task.await.expect("no panic").expect("no error");
}

/// A handshake that is only begun holds neither a place nor the end of the server.
#[tokio::test]
async fn an_idle_handshake_ends_with_the_server() {
    let desk = Desk::open();
    let sender = watch::Sender::new(identity().0);
    let listener =
        bind_tls("127.0.0.1:0".parse().expect("an address"), sender.subscribe()).await.expect("bound");
    let addr = listener.local_addr().expect("bound");
    let task = tokio::spawn(serve(listener, desk.router.clone(), desk.stop.clone()));
    let mut idle = TcpStream::connect(addr).await.expect("connected");
    let began = std::time::Instant::now();
    desk.stop.cancel();
    task.await.expect("no panic").expect("no error");
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap_or(0), 0, "it was closed");
}
