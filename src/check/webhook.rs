//! Whether a carrier's calls can reach the door of `[webhook]`, and which of them were refused at it.

use url::{Host, Url};

use super::finding::{Finding, Severity};
use crate::carrier::{Carrier, PushRefused};
use crate::config::Webhook;
use crate::daemon::RefusedCalls;
use crate::domain::UnixMs;
use crate::ops::lang::Lang;

/// Where a call to an address ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// At the door.
    Arrives,
    /// Perhaps at the door, by a way that `[webhook]` does not name.
    Unknown,
    /// Never at the door.
    Nowhere,
}

/// Compares the address that the driver tells its carrier with the door.
pub(super) fn address(carrier: &dyn Carrier, door: Option<&Webhook>, lang: Lang) -> Option<Finding> {
    let (key, told) = carrier.told_address()?;
    let name = carrier.name();
    let Some(door) = door else {
        return Some(Finding::with(
            "webhook",
            Severity::Error,
            lang.pick(
                format!("{name} is told to call {told}, but nobody listens: [webhook] is not set up"),
                format!("{name} 에 {told} 주소를 알려 주지만 [webhook] 이 없어 받을 곳이 없습니다"),
            ),
            lang.pick(
                "set webhook.listen and webhook.public_url",
                "webhook.listen 과 webhook.public_url 을 적으십시오",
            ),
        ));
    };
    let severity = match way(&told, name, door) {
        Way::Arrives => return None,
        Way::Unknown => Severity::Warning,
        Way::Nowhere => Severity::Error,
    };
    let (direct, public) = (direct(name, door), public(name, door));
    Some(Finding::with(
        "webhook",
        severity,
        match severity {
            Severity::Error => lang.pick(
                format!("{name} is told to call {told}, where its calls can never arrive"),
                format!("{name} 에 알려 주는 {told} 주소로는 호출이 결코 들어올 수 없습니다"),
            ),
            _ => lang.pick(
                format!("{name} is told to call {told}, which is neither webhook.listen nor webhook.public_url"),
                format!("{name} 에 알려 주는 {told} 주소는 webhook.listen 도 webhook.public_url 도 아닙니다"),
            ),
        },
        lang.pick(
            format!("set carrier.{name}.{key} = \"{direct}\" (on this machine) or \"{public}\" (through your proxy)"),
            format!("carrier.{name}.{key} 를 \"{direct}\"(이 컴퓨터 안) 또는 \"{public}\"(프록시를 거칠 때)로 바꾸십시오"),
        ),
    ))
}

/// The carrier's page at the listener itself.
fn direct(carrier: &str, door: &Webhook) -> String {
    format!("http://{}/push/{carrier}", door.listen)
}

/// The same page as the carriers see it from outside.
fn public(carrier: &str, door: &Webhook) -> String {
    let mut url = door.public_url.clone();
    url.set_path(&format!("{}/push/{carrier}", url.path().trim_end_matches('/')));
    url.to_string()
}

fn way(told: &Url, carrier: &str, door: &Webhook) -> Way {
    let mut plain = told.clone();
    plain.set_query(None);
    let is_path = plain.path() == format!("/push/{carrier}");
    match is_door_of_this_machine(told, door) {
        _ if plain.as_str() == public(carrier, door) => Way::Arrives,
        Some(is_host) => {
            let is_door = is_host
                && told.scheme() == "http"
                && told.port_or_known_default() == Some(door.listen.port());
            // Port 0 is for tests: any free port.
            let is_any = door.listen.port() == 0;
            if is_path && (is_door || is_any) { Way::Arrives } else { Way::Nowhere }
        }
        // A proxy may shorten the path, but it cannot know whose call it is.
        None if plain.path().ends_with(&format!("/{carrier}")) => Way::Unknown,
        None => Way::Nowhere,
    }
}

/// For an address on this machine: whether the door listens on its host.
fn is_door_of_this_machine(url: &Url, door: &Webhook) -> Option<bool> {
    match url.host()? {
        Host::Ipv4(ip) if ip.is_loopback() => Some(door.listen.ip() == ip),
        Host::Ipv6(ip) if ip.is_loopback() => Some(door.listen.ip() == ip),
        Host::Domain("localhost") => Some(true),
        _ => None,
    }
}

/// What the running gateway has refused since it started. Bad if the carrier's texts come by its calls alone and none was
/// taken after the last one that was refused.
pub(super) fn refused(
    (name, minute): (&str, &dyn Fn(UnixMs) -> String),
    calls: &[RefusedCalls],
    last_taken_at: Option<UnixMs>,
    is_only_way: bool,
    lang: Lang,
) -> Vec<Finding> {
    let finding = |calls: &RefusedCalls| {
        let why = PushRefused::ALL.into_iter().find(|known| known.word() == calls.why);
        let is_bad = is_only_way && last_taken_at.is_none_or(|at| at < calls.last_at);
        let severity = if is_bad { Severity::Error } else { Severity::Warning };
        let (n, at) = (calls.n, minute(calls.last_at));
        let (en, ko) = match why {
            Some(why) => reason(why),
            None => (calls.why.as_str(), calls.why.as_str()),
        };
        let message = lang.pick(
            format!("{name}: calls refused since the start: {n}, the last at {at}: {en}"),
            format!("{name}: 시작한 뒤 거절한 웹훅 호출 {n}건, 마지막 {at}: {ko}"),
        );
        Finding::with("webhook", severity, message, fix(name, why, lang))
    };
    calls.iter().map(finding).collect()
}

fn reason(why: PushRefused) -> (&'static str, &'static str) {
    match why {
        PushRefused::NotOffered => {
            ("no secret for its calls is configured", "웹훅 비밀값이 설정되어 있지 않습니다")
        }
        PushRefused::NotSigned => ("wrong or missing token or signature", "토큰이나 서명이 없거나 다릅니다"),
        PushRefused::TooOld => ("the time in the call is not now", "호출에 적힌 시각이 지금과 다릅니다"),
        PushRefused::Unreadable => ("the call has a shape we do not know", "호출의 형식을 알 수 없습니다"),
    }
}

fn fix(name: &str, why: Option<PushRefused>, lang: Lang) -> String {
    match why {
        Some(PushRefused::NotOffered) => lang.pick(
            format!("name the file with the secret of its calls in [carrier.{name}] (gateway.example.toml shows the key), then systemctl reload munjad"),
            format!("[carrier.{name}] 에 웹훅 비밀값 파일을 적고(항목은 gateway.example.toml 참고) systemctl reload munjad 를 하십시오"),
        ),
        Some(PushRefused::NotSigned) => lang.pick(
            format!("put the same secret at {name} and in the file that [carrier.{name}] names, then systemctl reload munjad; where the signature covers the address, webhook.public_url must be exactly what {name} calls. If it was not {name}: nothing, it was sent away"),
            format!("{name} 쪽과 [carrier.{name}] 에 적힌 파일의 비밀값을 같게 하고 systemctl reload munjad 를 하십시오. 서명에 주소가 들어가는 통신사는 webhook.public_url 이 통신사가 부르는 주소와 똑같아야 합니다. {name} 이(가) 아닌 다른 곳의 호출이면 할 일이 없습니다"),
        ),
        Some(PushRefused::TooOld) => lang.pick(
            "see the clocks (timedatectl); a call that comes minutes late is refused, too".to_owned(),
            "시계를 확인하십시오(timedatectl). 몇 분 늦게 온 호출도 거절합니다".to_owned(),
        ),
        Some(PushRefused::Unreadable) => lang.pick(
            format!("see the address that {name} calls (the whole of /push/{name} with its fields); if it is right, report it"),
            format!("{name} 쪽에 적은 주소(/push/{name} 와 그 뒤의 항목)를 확인하십시오. 맞으면 개발자에게 알려 주십시오"),
        ),
        None => lang.pick(
            "the running gateway is of another version: restart it".to_owned(),
            "실행 중인 게이트웨이의 버전이 다릅니다. 다시 시작하십시오".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door() -> Webhook {
        Webhook {
            listen: "127.0.0.1:6121".parse().unwrap(),
            public_url: Url::parse("https://munja.example.kr/in").unwrap(),
        }
    }

    #[test]
    fn where_a_call_ends() {
        let table = [
            ("http://127.0.0.1:6121/push/kannel", Way::Arrives),
            ("http://localhost:6121/push/kannel", Way::Arrives),
            ("http://127.0.0.1:6121/push/kannel?x=1", Way::Arrives),
            ("https://munja.example.kr/in/push/kannel", Way::Arrives),
            // Another port, another path, TLS where none is spoken, another address of this machine.
            ("http://127.0.0.1:6122/push/kannel", Way::Nowhere),
            ("http://127.0.0.1:6121/push/jasmin", Way::Nowhere),
            ("http://127.0.0.1:6121/", Way::Nowhere),
            ("https://127.0.0.1:6121/push/kannel", Way::Nowhere),
            ("http://[::1]:6121/push/kannel", Way::Nowhere),
            ("https://munja.example.kr/in", Way::Nowhere),
            // Another name of this machine, or another proxy: nobody can tell from here.
            ("https://other.example.kr/push/kannel", Way::Unknown),
            ("http://10.0.0.7:6121/push/kannel", Way::Unknown),
        ];
        for (told, expected) in table {
            assert_eq!(way(&Url::parse(told).unwrap(), "kannel", &door()), expected, "{told}");
        }
    }

    #[test]
    fn a_refused_call_is_bad_only_where_nothing_else_brings_texts() {
        let call = |why: PushRefused| RefusedCalls { why: why.word().to_owned(), n: 3, last_at: 5_000 };
        for why in PushRefused::ALL {
            for (taken, is_only_way, expected) in [
                (None, true, Severity::Error),
                (Some(4_000), true, Severity::Error),
                (Some(6_000), true, Severity::Warning),
                (None, false, Severity::Warning),
            ] {
                for lang in [Lang::En, Lang::Ko] {
                    let [found] = &refused(
                        ("kannel", &|at| at.to_string()),
                        &[call(why)],
                        taken,
                        is_only_way,
                        lang,
                    )[..] else {
                        panic!("one finding")
                    };
                    assert_eq!(found.severity, expected);
                    assert!(found.message.contains('3') && found.remedy.is_some(), "{found:?}");
                }
            }
        }
    }
}
