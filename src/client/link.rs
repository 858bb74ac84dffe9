//! Why a connection could not be made secure. Each fault has a next step of its own: what helps against a certificate that nobody
//! vouches for does not help against one that has expired.

use std::error::Error;
use std::io;

use rustls::CertificateError;

/// What is wrong between this program and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    /// Nobody whom this machine trusts has signed the certificate.
    UnknownIssuer,
    Expired,
    NotYetValid,
    /// It is made out to another name.
    OtherName,
    /// Anything else about the certificate.
    BadCertificate,
    /// The server wants TLS, and was asked in plain HTTP.
    NeedsTls,
    /// The server speaks no TLS, and was asked for it.
    NoTls,
}

impl LinkFault {
    #[cfg(test)]
    pub const ALL: [LinkFault; 7] = [
        LinkFault::UnknownIssuer,
        LinkFault::Expired,
        LinkFault::NotYetValid,
        LinkFault::OtherName,
        LinkFault::BadCertificate,
        LinkFault::NeedsTls,
        LinkFault::NoTls,
    ];

    /// The word under which the catalogues have its sentence.
    pub fn code(self) -> &'static str {
        match self {
            LinkFault::UnknownIssuer => "certificate_unknown",
            LinkFault::Expired => "certificate_expired",
            LinkFault::NotYetValid => "certificate_not_yet",
            LinkFault::OtherName => "certificate_name",
            LinkFault::BadCertificate => "certificate_bad",
            LinkFault::NeedsTls => "needs_tls",
            LinkFault::NoTls => "no_tls",
        }
    }
}

/// The fault, if it is one of the connection's security.
pub(super) fn link_fault(error: &(dyn Error + 'static)) -> Option<LinkFault> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let found = match error.downcast_ref::<rustls::Error>() {
            Some(rustls::Error::InvalidCertificate(why)) => Some(certificate_fault(why)),
            Some(rustls::Error::InvalidMessage(_)) => Some(LinkFault::NoTls),
            _ => None,
        };
        // The alert with which a TLS server refuses plain HTTP is no response to HTTP.
        let is_alert = || error.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse);
        let found = found.or_else(|| is_alert().then_some(LinkFault::NeedsTls));
        if found.is_some() {
            return found;
        }
        // What an I/O error is made of is not its source, and may be another one.
        cause = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn certificate_fault(why: &CertificateError) -> LinkFault {
    match why {
        // A certificate of the same name that was made before bears another signature.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => LinkFault::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => LinkFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => LinkFault::NotYetValid,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            LinkFault::OtherName
        }
        _ => LinkFault::BadCertificate,
    }
}
