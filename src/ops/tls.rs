//! The certificate and key of the API, as rustls takes them. A key that every user of the machine may read is refused.

use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{RootCertStore, ServerConfig};

/// A certificate with its key, ready for use.
#[derive(Debug, Clone)]
pub struct TlsIdentity {
    pub config: Arc<ServerConfig>,
    /// When the certificate expires (milliseconds UTC), if it says so in a way that is understood here.
    pub expires_at: Option<i64>,
    /// It calls itself an authority (CA:TRUE): `munja` and other programs refuse it as a server's.
    pub is_authority: bool,
}

/// Why a certificate cannot be put to use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{} cannot be read", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("{} may be read by every user of this machine: chmod 640 or 600", .0.display())]
    OpenKey(PathBuf),
    #[error("{} holds no certificate in PEM form (BEGIN CERTIFICATE)", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} holds no private key in PEM form (BEGIN PRIVATE KEY)", .0.display())]
    NoKey(PathBuf),
    #[error("the certificate in {} and the key in {} do not go together", .0.display(), .1.display())]
    Mismatch(PathBuf, PathBuf),
    #[error("the certificate in {} cannot be used", .0.display())]
    Unusable(PathBuf, #[source] rustls::Error),
}

/// Reads a certificate, with the chain that follows it in its file, and its key.
pub fn load(certificate: &Path, key: &Path) -> Result<TlsIdentity, TlsError> {
    let read = |path: &Path| std::fs::read(path).map_err(|e| TlsError::Unreadable(path.to_owned(), e));
    let pem = read(certificate)?;
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect();
    let Some(leaf) = chain.first() else {
        return Err(TlsError::NoCertificate(certificate.to_owned()));
    };
    let (expires_at, is_authority) = (expiry(leaf), calls_itself_an_authority(leaf));
    if is_open(key)? {
        return Err(TlsError::OpenKey(key.to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|_| TlsError::NoKey(key.to_owned()))?;
    let unusable = |error| match error {
        rustls::Error::InconsistentKeys(_) => TlsError::Mismatch(certificate.to_owned(), key.to_owned()),
        other => TlsError::Unusable(certificate.to_owned(), other),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, secret))
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsIdentity { config: Arc::new(config), expires_at, is_authority })
}

/// As clients see it: even where they trust the certificate itself, it is refused as a server's.
fn calls_itself_an_authority(leaf: &CertificateDer<'static>) -> bool {
    let mut trusted = RootCertStore::empty();
    if trusted.add(leaf.clone()).is_err() {
        return false;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(trusted), provider).build();
    let Ok((verifier, any_name)) = verifier.map(|it| (it, ServerName::from(Ipv4Addr::LOCALHOST))) else {
        return false;
    };
    let seen = verifier.verify_server_cert(leaf, &[], &any_name, &[], UnixTime::now());
    // rustls has no word of its own for it.
    seen.is_err_and(|error| error.to_string().contains("CaUsedAsEndEntity"))
}

/// Whether every user of the machine may read or change it.
fn is_open(path: &Path) -> Result<bool, TlsError> {
    let found = std::fs::metadata(path).map_err(|e| TlsError::Unreadable(path.to_owned(), e))?;
    Ok(found.permissions().mode() & 0o007 != 0)
}

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// `[0]`, the version of a certificate.
const VERSION: u8 = 0xa0;

/// When a certificate expires: the second date of its validity (RFC 5280, 4.1).
fn expiry(certificate: &[u8]) -> Option<i64> {
    let (tag, whole, _) = element(certificate)?;
    let (inner, mut rest, _) = element(whole)?;
    if tag != SEQUENCE || inner != SEQUENCE {
        return None;
    }
    // Serial number, algorithm and issuer come before the validity, and a version perhaps before these.
    if rest.first() == Some(&VERSION) {
        rest = element(rest)?.2;
    }
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, after_first) = element(validity)?;
    let (tag, date, _) = element(after_first)?;
    time(tag, std::str::from_utf8(date).ok()?)
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length, rest) = match der {
        [tag, length, rest @ ..] if *length < 0x80 => (*tag, usize::from(*length), rest),
        [tag, 0x81, a, rest @ ..] => (*tag, usize::from(*a), rest),
        [tag, 0x82, a, b, rest @ ..] => (*tag, usize::from(u16::from_be_bytes([*a, *b])), rest),
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// A date of a certificate: `YYMMDDHHMMSSZ`, or with all four digits of the year.
fn time(tag: u8, word: &str) -> Option<i64> {
    let (year, rest) = match tag {
        UTC_TIME => {
            let year: i16 = word.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, word.get(2..)?)
        }
        GENERALIZED_TIME => (word.get(..4)?.parse().ok()?, word.get(4..)?),
        _ => return None,
    };
    let part = |at: usize| rest.get(at..at + 2)?.parse::<i8>().ok();
    let date = DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    Some(TimeZone::UTC.to_timestamp(date).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use rcgen::{CertificateParams, IsCa, KeyPair, date_time_ymd};

    use super::*;

    /// A certificate for localhost until 2031-05-06, and its key, in files.
    fn files(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.not_after = date_time_ymd(2031, 5, 6);
        let certificate = params.self_signed(&key).unwrap();
        let paths = (folder.join(format!("{name}.crt")), folder.join(format!("{name}.key")));
        fs::write(&paths.0, certificate.pem()).unwrap();
        fs::write(&paths.1, key.serialize_pem()).unwrap();
        fs::set_permissions(&paths.1, fs::Permissions::from_mode(0o600)).unwrap();
        paths
    }

    #[test]
    fn a_certificate_is_read_with_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files(folder.path(), "a");
        let identity = load(&certificate, &key).unwrap();
        assert_eq!(identity.expires_at, Some(1_935_792_000_000));
        assert_eq!(identity.config.alpn_protocols.len(), 2);
    }

    /// `openssl req -x509` makes one, if nothing else is asked for.
    #[test]
    fn an_authority_is_told_from_a_server() {
        let key = KeyPair::generate().unwrap();
        for (is_ca, expected) in [
            (IsCa::NoCa, false),
            (IsCa::ExplicitNoCa, false),
            (IsCa::Ca(rcgen::BasicConstraints::Unconstrained), true),
        ] {
            let mut params = CertificateParams::new(vec!["munja.example.kr".to_owned()]).unwrap();
            params.is_ca = is_ca;
            let certificate = params.self_signed(&key).unwrap();
            assert_eq!(calls_itself_an_authority(certificate.der()), expected);
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files(folder.path(), "a");
        let (other, _) = files(folder.path(), "b");
        let empty = folder.path().join("empty");
        fs::write(&empty, "").unwrap();
        fs::set_permissions(&empty, fs::Permissions::from_mode(0o600)).unwrap();
        let gone = folder.path().join("gone");
        let said = |certificate: &Path, key: &Path| load(certificate, key).unwrap_err().to_string();
        assert!(said(&other, &key).contains("do not go together"), "{}", said(&other, &key));
        assert!(said(&empty, &key).contains("empty holds no certificate"));
        assert!(said(&certificate, &empty).contains("empty holds no private key"));
        assert!(said(&gone, &key).contains("gone cannot be read"));
        assert!(said(&certificate, &gone).contains("gone cannot be read"));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(said(&certificate, &key).contains("every user"));
        fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(load(&certificate, &key).is_ok());
    }

    #[test]
    fn nonsense_has_no_end() {
        for der in [&b""[..], b"\x30", b"\x30\x82", b"\x30\x03abc", &[0x30; 40], &[0xff; 40]] {
            assert_eq!(expiry(der), None, "{der:?}");
        }
        assert_eq!(time(UTC_TIME, "491231235959Z"), Some(2_524_607_999_000));
        assert_eq!(time(GENERALIZED_TIME, "20500101000000Z"), Some(2_524_608_000_000));
    }
}
