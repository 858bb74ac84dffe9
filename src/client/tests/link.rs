//! Connections that cannot be made secure, on real sockets.

use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::client::*;

/// A TLS server that answers nothing. Returns its address, and the certificate in PEM form.
async fn server(name: &str, (from, until): (i32, i32)) -> (String, String) {
    let _ = aws_lc_rs::default_provider().install_default();
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let certificate = params.self_signed(&key).expect("signed");
    let secret = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![certificate.der().clone()], secret).expect("a pair");
    let stop = CancellationToken::new();
    let (_sender, config) = tokio::sync::watch::channel(Arc::new(config));
    let listener =
        crate::api::bind_tls("127.0.0.1:0".parse().expect("an address"), config).await.expect("bound");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(crate::api::serve(listener, axum::Router::new(), stop));
    (format!("localhost:{port}"), certificate.pem())
}

async fn fault(url: &str, ca: Option<&str>) -> LinkFault {
    let address: Address = url.parse().expect("an address");
    let error = Client::trusting(&address, ca).expect("a client").me().await.expect_err("not secure");
    assert!(!error.leaves_doubt() && !error.may_pass(), "{error:?}");
    match error {
        ClientError::Insecure { fault, .. } => fault,
        other => panic!("{url}: {other:?}"),
    }
}

#[tokio::test]
async fn each_fault_of_a_certificate_is_told_from_the_others() {
    let (good, _) = server("localhost", (2020, 4000)).await;
    assert_eq!(fault(&format!("https://{good}"), None).await, LinkFault::UnknownIssuer);
    // One of the same name that was made before.
    let (_, older) = server("localhost", (2020, 4000)).await;
    assert_eq!(fault(&format!("https://{good}"), Some(&older)).await, LinkFault::UnknownIssuer);
    for (name, years, expected) in [
        ("localhost", (2020, 2021), LinkFault::Expired),
        ("localhost", (3000, 4000), LinkFault::NotYetValid),
        ("other.example.kr", (2020, 4000), LinkFault::OtherName),
    ] {
        let (address, own) = server(name, years).await;
        assert_eq!(fault(&format!("https://{address}"), Some(&own)).await, expected);
    }
}

#[tokio::test]
async fn the_wrong_protocol_is_named() {
    let (encrypted, _) = server("localhost", (2020, 4000)).await;
    assert_eq!(fault(&format!("http://{encrypted}"), None).await, LinkFault::NeedsTls);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { axum::serve(listener, axum::Router::new()).await });
    assert_eq!(fault(&format!("https://localhost:{port}"), None).await, LinkFault::NoTls);
}
