//! Programs that are not ours, and read what we write: age, OpenSSL, Python. They are installed before the gate's tests (`.ci/run`).

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::access::{TLS, certificate};
use crate::harness::{Carrier, config_text, start_daemon, write_config};

/// Runs another program with this on its standard input. Where it is not installed, a line says that it was not run, and the
/// result is `None`; at the gate (`CI=true`) it has to be there.
pub fn run(command: &mut Command, input: &[u8]) -> Option<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            let is_gate = std::env::var("CI").is_ok_and(|value| value == "true");
            assert!(!is_gate, "{name} has to be installed where CI=true: {error}");
            println!("not run: {name} is not on this machine ({error})");
            return None;
        }
    };
    // A program that ends before it has read all has its reason, which its output says.
    drop(child.stdin.take().unwrap().write_all(input));
    Some(child.wait_with_output().unwrap())
}

/// What it said, on both outputs.
pub fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A request by `openssl s_client`, which trusts this certificate alone and insists on the name.
fn by_openssl(port: u16, trusted: &Path, name: &str) -> Option<Output> {
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-quiet", "-verify_return_error", "-connect"]).arg(format!("127.0.0.1:{port}"));
    openssl.args(["-servername", name, "-verify_hostname", name, "-CAfile"]).arg(trusted);
    let request = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    tokio::task::block_in_place(|| run(&mut openssl, request.as_bytes()))
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_speaks_with_our_listener_and_believes_its_certificate() {
    let (carrier, folder, other) =
        (Carrier::start().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    certificate(folder.path());
    certificate(other.path());
    let text = config_text(carrier.port, "").replace("[api]\nlisten = \"127.0.0.1:0\"", TLS);
    let daemon = start_daemon(&write_config(folder.path(), &text)).await;
    let (port, trusted) = (daemon.listen().unwrap().port(), folder.path().join("api.crt"));
    let Some(answer) = by_openssl(port, &trusted, "localhost") else { return daemon.stop().await };
    let said = String::from_utf8_lossy(&answer.stdout).into_owned();
    assert!(said.contains("HTTP/1.1 200 OK") && said.trim_end().ends_with("ok"), "{}", words(&answer));
    let cases = [(other.path().join("api.crt"), "localhost"), (trusted.clone(), "another.example.kr")];
    for (ca, name) in cases {
        let refused = by_openssl(port, &ca, name).unwrap();
        assert!(!refused.status.success() && !words(&refused).contains("HTTP/1.1"), "{}", words(&refused));
    }
    let verify = ["verify", "-purpose", "sslserver", "-verify_hostname", "localhost", "-CAfile"];
    let verified = run(Command::new("openssl").args(verify).args([&trusted, &trusted]), b"").unwrap();
    assert!(verified.status.success(), "{}", words(&verified));
    daemon.stop().await;
}
