//! This machine's clock beside the carrier's.

use super::finding::{Finding, Severity};
use crate::domain::lateness::LATE_MS;
use crate::ops::lang::Lang;

/// How far our clock and the carrier's may differ before times are wrong that people rely on (milliseconds).
const TOLERANCE_MS: i64 = 60_000;

/// From the time after which a text counts as late on, a wrong clock decides what citizens are told: that is an error.
pub(super) fn finding(carrier: &str, ahead_ms: Option<i64>, lang: Lang) -> Finding {
    let Some(apart) = ahead_ms.map(i64::abs) else {
        return Finding::good(
            "clock",
            lang.pick(
                format!("{carrier} does not tell its time; not compared"),
                format!("{carrier} 이(가) 시각을 알려 주지 않아 비교하지 못했습니다"),
            ),
        );
    };
    let severity = match apart {
        ..=TOLERANCE_MS => {
            let message =
                lang.pick(format!("agrees with that of {carrier}"), format!("{carrier} 의 시계와 맞습니다"));
            return Finding::good("clock", message);
        }
        LATE_MS.. => Severity::Error,
        _ => Severity::Warning,
    };
    let span = span(apart, lang);
    Finding::with(
        "clock",
        severity,
        lang.pick(
            format!("this machine's clock and that of {carrier} are {span} apart"),
            format!("이 서버와 {carrier} 의 시계가 {span} 다릅니다"),
        ),
        lang.pick(
            "have it set by the network (timedatectl set-ntp true); if it is right, tell the carrier",
            "네트워크 시각에 맞추십시오 (timedatectl set-ntp true). 이 서버의 시계가 맞으면 통신사에 알리십시오",
        ),
    )
}

fn span(ms: i64, lang: Lang) -> String {
    match ms / 1_000 {
        secs @ ..600 => lang.pick(format!("{secs} s"), format!("{secs}초")),
        secs => lang.pick(format!("{} min", secs / 60), format!("{}분", secs / 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_minutes_apart_is_an_error() {
        let minute = 60_000;
        let table = [
            (None, Severity::Ok),
            (Some(0), Severity::Ok),
            (Some(-minute), Severity::Ok),
            (Some(minute + 1), Severity::Warning),
            (Some(-10 * minute + 1), Severity::Warning),
            (Some(10 * minute), Severity::Error),
            (Some(-600 * minute), Severity::Error),
        ];
        for (ahead_ms, severity) in table {
            let found = finding("bizgo", ahead_ms, Lang::En);
            assert_eq!(found.severity, severity, "{ahead_ms:?}: {}", found.message);
            assert_eq!(found.remedy.is_some(), severity != Severity::Ok);
        }
        assert!(finding("bizgo", Some(-600 * minute), Lang::Ko).message.contains("600분"));
    }
}
