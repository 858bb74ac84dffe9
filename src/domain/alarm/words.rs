//! What duty phones are told, in easy Korean: staff of the office read it. Never a citizen's words or number. Each text fits
//! in one SMS of a Korean carrier, but for one that tells of several dangers.

use super::operator::{Saying, Trouble};

/// A danger that nobody has answered for so many minutes.
pub fn danger(conversation_id: i64, minutes: i64, code: &str) -> String {
    let minutes = minutes.clamp(1, 999);
    format!(
        "긴급 문자 {conversation_id}번이 {minutes}분째 답이 없습니다. 살피려면 답장: {code} 확인 · 신고했으면 {code} 신고"
    )
}

/// Several such dangers, the oldest first, each with its code; the first `n_listed` of them are named. Longer than one SMS.
pub fn dangers(all: &[(i64, &str)], n_listed: usize, minutes: i64) -> String {
    let (first, code) = match all {
        [] => return String::new(),
        [(id, code)] => return danger(*id, minutes, code),
        [(id, code), ..] => (id, code),
    };
    let minutes = minutes.clamp(1, 999);
    let mut text = format!("긴급 문자 {first}번 외 {}건이 {minutes}분째 답이 없습니다.", all.len() - 1);
    for (id, code) in all.iter().take(n_listed) {
        text.push_str(&format!("\n{id}번: {code}"));
    }
    if n_listed < all.len() {
        text.push_str("\n나머지는 상담 화면에 있습니다.");
    }
    text.push_str(&format!("\n살피려면 답장: {code} 확인 · 신고했으면 {code} 신고"));
    text
}

/// A danger that was answered, whose citizen has written again and waits for so many minutes.
pub fn waiting(conversation_id: i64, minutes: i64) -> String {
    let minutes = minutes.clamp(1, 999);
    format!(
        "긴급 문자 {conversation_id}번: 시민이 {minutes}분째 답을 기다립니다. 상담 화면에서 확인해 주세요."
    )
}

/// After an answer by phone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// They look after it, for so long (milliseconds).
    Taken { conversation_id: i64 },
    /// Somebody else does already.
    TakenBefore { conversation_id: i64, by: String },
    /// 119 or 112 was told.
    HandedOver { conversation_id: i64 },
    /// The citizen wrote of danger again after the call: the alarm goes on.
    Newer { conversation_id: i64 },
    /// Somebody has answered the citizen, or ended the alarm, before.
    Over { conversation_id: i64 },
    /// The code is wrong, or missing, or something else is: the answer did nothing.
    Nothing,
    /// The code is right, and too many were wrong: codes are ignored until then.
    Ignored { until: String },
}

impl Confirmation {
    pub fn words(&self) -> String {
        match self {
            Confirmation::Taken { conversation_id } => {
                format!("{conversation_id}번을 확인했습니다. 시민에게 답장이 나가지 않으면 다시 알립니다.")
            }
            Confirmation::TakenBefore { conversation_id, by } => {
                format!("{conversation_id}번은 {} 님이 이미 살피고 있습니다.", short(by))
            }
            Confirmation::HandedOver { conversation_id } => {
                format!(
                    "{conversation_id}번은 신고한 것으로 적었습니다. 시민에게는 아직 답이 나가지 않았습니다."
                )
            }
            Confirmation::Newer { conversation_id } => {
                format!(
                    "{conversation_id}번: 그 뒤에 긴급 문자가 또 왔습니다. 알림을 끝내지 않았습니다. 상담 화면을 보세요."
                )
            }
            Confirmation::Over { conversation_id } => {
                format!("{conversation_id}번은 이미 끝난 알림입니다. 더 하실 일이 없습니다.")
            }
            Confirmation::Nothing => {
                "번호가 없거나 틀립니다. 문자에 적힌 두 자리 번호와 확인(살핌)이나 신고(신고함)를 쓰세요."
                    .to_owned()
            }
            Confirmation::Ignored { until } => {
                format!("틀린 번호가 여러 번 와서 {until}까지 답장을 받지 않습니다. 상담 화면을 쓰세요.")
            }
        }
    }
}

/// Trouble of the gateway itself, for so many minutes.
pub fn trouble(trouble: &Trouble, saying: Saying, minutes: i64) -> String {
    let minutes = minutes.clamp(0, 99_999);
    let since = if minutes == 0 { String::new() } else { format!("{minutes}분째 ") };
    match (trouble, saying) {
        (Trouble::Deaf(carrier), Saying::Over) => {
            format!("문자 서버: {} 문자를 다시 받습니다. 문제가 끝났습니다.", short(carrier))
        }
        (Trouble::Deaf(carrier), _) => {
            format!(
                "문자 서버 고장: {since}{} 문자를 못 받습니다. munjad check 를 실행하세요.",
                short(carrier)
            )
        }
        (Trouble::DiskFull, Saying::Over) => {
            "문자 서버: 디스크에 다시 자리가 있습니다. 문제가 끝났습니다.".to_owned()
        }
        (Trouble::DiskFull, _) => {
            format!("문자 서버 고장: {since}디스크가 가득 찼습니다. 자리를 비우세요.")
        }
        (Trouble::Clock, Saying::Over) => {
            "문자 서버: 서버 시계가 다시 맞습니다. 문제가 끝났습니다.".to_owned()
        }
        (Trouble::Clock, _) => {
            format!("문자 서버 고장: {since}서버 시계가 틀립니다. timedatectl 로 맞추세요.")
        }
        (Trouble::Restarts, Saying::Over) => {
            "문자 서버: 다시 시작하지 않고 잘 돕니다. 문제가 끝났습니다.".to_owned()
        }
        (Trouble::Restarts, _) => {
            format!("문자 서버 고장: {since}자꾸 다시 시작합니다. journalctl -u munjad 를 보세요.")
        }
    }
}

/// `munjad alarm test`.
pub fn test(name: &str) -> String {
    format!("문자 서버 시험 알림: {} 님의 당직 전화로 왔습니다. 답장은 필요 없습니다.", short(name))
}

/// The beginning of a name, so that the text keeps to one SMS.
fn short(name: &str) -> String {
    name.chars().take(10).collect()
}
