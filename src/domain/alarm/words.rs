//! What duty phones are told, in easy Korean: staff of the office read it. Never a citizen's words or number. Each text fits
//! in one SMS of a Korean carrier.

use super::operator::{Saying, Trouble};

/// A danger that nobody has answered for so many minutes.
pub fn danger(conversation_id: i64, minutes: i64, code: &str) -> String {
    let minutes = minutes.clamp(1, 999);
    format!(
        "긴급 문자 {conversation_id}번이 {minutes}분째 답이 없습니다. 맡으려면 답장: {code} 확인 · 신고했으면 {code} 신고"
    )
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
    /// The code is wrong, too old or missing.
    Wrong,
}

impl Confirmation {
    /// Whether the answer was accepted as one.
    pub fn is_right(&self) -> bool {
        *self != Confirmation::Wrong
    }

    pub fn words(&self) -> String {
        match self {
            Confirmation::Taken { conversation_id } => {
                format!("{conversation_id}번을 맡았습니다. 시민에게 답장이 나가지 않으면 다시 알립니다.")
            }
            Confirmation::TakenBefore { conversation_id, by } => {
                let by: String = by.chars().take(12).collect();
                format!("{conversation_id}번은 {by} 님이 이미 맡고 있습니다.")
            }
            Confirmation::HandedOver { conversation_id } => {
                format!("{conversation_id}번은 신고한 것으로 적고 알림을 끝냈습니다.")
            }
            Confirmation::Wrong => {
                "맞는 번호가 아닙니다. 받은 문자의 두 자리 번호와 확인을 함께 보내 주세요.".to_owned()
            }
        }
    }
}

/// Trouble of the gateway itself, for so many minutes.
pub fn trouble(trouble: &Trouble, saying: Saying, minutes: i64) -> String {
    let minutes = minutes.clamp(1, 99_999);
    let what = match trouble {
        Trouble::Deaf(carrier) => {
            let carrier: String = carrier.chars().take(12).collect();
            format!("{carrier} 통신사에서 문자를 받지 못")
        }
        Trouble::DiskFull => "서버 디스크가 가득 찼".to_owned(),
        Trouble::Restarts => "문자 서버가 자꾸 다시 시작".to_owned(),
    };
    match (saying, trouble) {
        (Saying::Over, Trouble::Deaf(_)) => format!("문자 서버: 풀렸습니다. {what}하던 문제가 끝났습니다."),
        (Saying::Over, Trouble::DiskFull) => {
            "문자 서버: 풀렸습니다. 서버 디스크에 다시 자리가 있습니다.".to_owned()
        }
        (Saying::Over, Trouble::Restarts) => format!("문자 서버: 풀렸습니다. {what}하던 문제가 끝났습니다."),
        (_, Trouble::DiskFull) => {
            format!("문자 서버 고장: {minutes}분째 {what}습니다. munjad check 를 실행하세요.")
        }
        (_, Trouble::Deaf(_)) => {
            format!("문자 서버 고장: {minutes}분째 {what}합니다. munjad check 를 실행하세요.")
        }
        (_, Trouble::Restarts) => {
            format!("문자 서버 고장: {minutes}분째 {what}합니다. journalctl -u munjad 를 보세요.")
        }
    }
}

/// `munjad alarm test`.
pub fn test(name: &str) -> String {
    let name: String = name.chars().take(12).collect();
    format!("문자 서버 시험 알림입니다. {name} 님의 당직 전화로 잘 왔습니다. 답장하지 않아도 됩니다.")
}
