//! The certificate of the API: whether it can be put to use, and when it expires.

use super::finding::{Finding, Severity};
use crate::config::Config;
use crate::domain::UnixMs;
use crate::ops::causes::chain_in_words;
use crate::ops::lang::Lang;
use crate::ops::tls;

/// A certificate has to be good for this long (milliseconds).
const AHEAD_MS: i64 = 14 * 86_400_000;

/// `None` where the API is not encrypted.
pub(super) fn certificate(config: &Config, now: UnixMs, lang: Lang) -> Option<Finding> {
    let files = config.api.tls.as_ref()?;
    let shown = files.certificate.display();
    let found = match tls::load(&files.certificate, &files.key) {
        Ok(found) => found,
        Err(error) => {
            let remedy = lang.pick(
                "put the right files at api.tls_certificate and api.tls_key; then systemctl reload munjad",
                "api.tls_certificate 와 api.tls_key 에 맞는 파일을 두고 systemctl reload munjad 를 하십시오",
            );
            return Some(Finding::with("tls", Severity::Error, chain_in_words(&error.into(), lang), remedy));
        }
    };
    if found.is_authority {
        let refused = lang.pick(
            format!("{shown} calls itself an authority (CA:TRUE): munja refuses it as a server's, and nobody can log in"),
            format!("{shown} 은(는) 인증기관의 인증서(CA:TRUE)입니다. munja 가 서버 인증서로 받지 않아 아무도 로그인할 수 없습니다"),
        );
        let remedy = lang.pick(
            "make one for a server: with openssl req -x509, -addext \"basicConstraints=critical,CA:FALSE\" (docs/access.md); then systemctl reload munjad",
            "서버용으로 만드십시오. openssl req -x509 에는 -addext \"basicConstraints=critical,CA:FALSE\" 를 붙입니다(docs/access.ko.md). 그런 다음 systemctl reload munjad",
        );
        return Some(Finding::with("tls", Severity::Error, refused, remedy));
    }
    let renew =
        lang.pick("renew it; then systemctl reload munjad", "갱신한 뒤 systemctl reload munjad 를 하십시오");
    let Some(at) = found.expires_at else {
        let sound = lang.pick(format!("{shown} can be used"), format!("{shown} 인증서를 쓸 수 있습니다"));
        return Some(Finding::good("tls", sound));
    };
    let until = config.minute(at);
    Some(if at <= now {
        let gone = lang.pick(
            format!("{shown} expired {until}: nobody can connect"),
            format!("{shown} 인증서가 {until} 에 만료되어 아무도 연결할 수 없습니다"),
        );
        Finding::with("tls", Severity::Error, gone, renew)
    } else if at - now < AHEAD_MS {
        let soon =
            lang.pick(format!("{shown} expires {until}"), format!("{shown} 인증서가 {until} 에 만료됩니다"));
        Finding::with("tls", Severity::Warning, soon, renew)
    } else {
        let good = lang
            .pick(format!("{shown} is good until {until}"), format!("{shown} 인증서는 {until} 까지입니다"));
        Finding::good("tls", good)
    })
}
