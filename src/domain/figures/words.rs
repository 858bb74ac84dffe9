//! Every figure: its unit, title, and the sentence that defines it.

use crate::domain::notice::Language;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Count,
    /// Milliseconds.
    Ms,
    PerMille,
    /// Hundredths of a point.
    Hundredths,
}

impl Unit {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Count => "count",
            Unit::Ms => "ms",
            Unit::PerMille => "per_mille",
            Unit::Hundredths => "hundredths",
        }
    }
}

/// The words about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    pub unit: Unit,
    pub title: &'static str,
    pub definition: &'static str,
}

macro_rules! figures {
    ($($variant:ident $word:literal $unit:ident, $en:literal $en_def:literal, $ko:literal $ko_def:literal;)+) => {
        /// A figure.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FigureId { $(#[doc = $en_def] $variant,)+ }

        impl FigureId {
            pub const ALL: &[FigureId] = &[$(FigureId::$variant),+];

            /// The word on the wire and of closed months; it never changes.
            pub fn as_str(self) -> &'static str {
                match self { $(FigureId::$variant => $word,)+ }
            }

            /// Unit, title and definition.
            pub fn about(self, language: Language) -> About {
                let (unit, ko, en) = match self {
                    $(FigureId::$variant => (Unit::$unit, ($ko, $ko_def), ($en, $en_def)),)+
                };
                let (title, definition) = if language == Language::Ko { ko } else { en };
                About { unit, title, definition }
            }
        }
    };
}

figures! {
    Texts "texts" Count,
        "Texts in" "Texts of citizens, by the moment we received them; our own staff's do not count.",
        "받은 문자" "시민이 보낸 문자 수. 우리가 받은 시각으로 셉니다. 직원의 문자는 세지 않습니다.";
    Consultations "consultations" Count,
        "Consultations" "Consultations that began with a text that a person has to read, also those that returned after a close.",
        "상담" "상담사가 읽어야 하는 문자로 시작된 상담 수. 종료 뒤 다시 시작된 상담도 셉니다.";
    Returns "returns" Count,
        "Returned" "Consultations that a citizen began again within 72 hours after they were closed.",
        "다시 시작" "종료된 뒤 72시간 안에 시민이 다시 시작한 상담 수.";
    Citizens "citizens" Count,
        "Citizens" "Different citizens who began a consultation, each counted once in the row.",
        "시민" "상담을 시작한 시민 수. 한 사람은 한 줄에 한 번만 셉니다.";
    NewCitizens "new_citizens" Count,
        "New citizens" "Citizens whose very first consultation with us began then.",
        "처음 온 시민" "우리와의 첫 상담을 이때 시작한 시민 수.";
    KnownCitizens "returning_citizens" Count,
        "Returning citizens" "Citizens who began a consultation then and whose very first was before this period or row; every citizen is either new or returning.",
        "다시 온 시민" "이때 상담을 시작했고, 우리와의 첫 상담은 이 기간(줄)보다 전이었던 시민 수. 시민은 처음 온 시민이거나 다시 온 시민입니다.";
    FirstMedian "first_response_median" Ms,
        "First response, median" "Open hours from a consultation's first text to a counselor's first reply that was not taken back: half took no longer. Counted where the text came; automatic texts are no replies.",
        "첫 답변 시간(중앙값)" "상담의 첫 문자부터 상담사의 첫 답변(되돌린 답변 제외)까지 걸린 운영 시간. 절반이 이 안에 답을 받았습니다. 문자가 온 날에 셉니다. 자동 문자는 답변이 아닙니다.";
    FirstP90 "first_response_p90" Ms,
        "First response, 90 %" "The same: nine of ten took no longer.",
        "첫 답변 시간(90%)" "위와 같음. 열 건 중 아홉 건이 이 안에 답을 받았습니다.";
    FirstP95 "first_response_p95" Ms,
        "First response, 95 %" "The same: 95 of a hundred took no longer.",
        "첫 답변 시간(95%)" "위와 같음. 백 건 중 95건이 이 안에 답을 받았습니다.";
    FirstWithin5 "first_response_within_5_min" PerMille,
        "First response within 5 minutes" "Share of answered consultations whose first response took at most 5 open minutes. Goal: 80 %.",
        "5분 안에 첫 답변" "답을 받은 상담 중 첫 답변이 운영 시간 5분 안인 비율. 목표: 80%.";
    FirstWithin15 "first_response_within_15_min" PerMille,
        "First response within 15 minutes" "Share of answered consultations whose first response took at most 15 open minutes. Goal: 95 %.",
        "15분 안에 첫 답변" "답을 받은 상담 중 첫 답변이 운영 시간 15분 안인 비율. 목표: 95%.";
    NextMedian "next_response_median" Ms,
        "Next response, median" "Open hours from a later text, the first since our last reply, to the next reply: half took no longer.",
        "다음 답변 시간(중앙값)" "답변 뒤 시민이 다시 쓴 첫 문자부터 다음 답변까지 걸린 운영 시간. 절반이 이 안입니다.";
    NextP90 "next_response_p90" Ms,
        "Next response, 90 %" "The same: nine of ten took no longer.",
        "다음 답변 시간(90%)" "위와 같음. 열 건 중 아홉 건이 이 안입니다.";
    NextP95 "next_response_p95" Ms,
        "Next response, 95 %" "The same: 95 of a hundred took no longer.",
        "다음 답변 시간(95%)" "위와 같음. 백 건 중 95건이 이 안입니다.";
    WaitMedian "wait_median" Ms,
        "Wait, median" "Open hours from a consultation's first text until a counselor took it: half waited no longer.",
        "대기 시간(중앙값)" "상담의 첫 문자부터 상담사가 맡을 때까지의 운영 시간. 절반이 이 안입니다.";
    WaitP90 "wait_p90" Ms,
        "Wait, 90 %" "The same: nine of ten waited no longer.",
        "대기 시간(90%)" "위와 같음. 열 건 중 아홉 건이 이 안입니다.";
    WaitP95 "wait_p95" Ms,
        "Wait, 95 %" "The same: 95 of a hundred waited no longer.",
        "대기 시간(95%)" "위와 같음. 백 건 중 95건이 이 안입니다.";
    HandlingMedian "handling_median" Ms,
        "Handling time, median" "Open hours from when a counselor first took a consultation to the last reply, of those closed then: half took no longer. Answers to many at once are no part of it.",
        "처리 시간(중앙값)" "상담사가 처음 맡은 때부터 마지막 답변까지의 운영 시간. 이때 종료된 상담으로 셉니다. 절반이 이 안입니다. 여러 시민에게 한 번에 보낸 답변은 넣지 않습니다.";
    HandlingP90 "handling_p90" Ms,
        "Handling time, 90 %" "The same: nine of ten took no longer.",
        "처리 시간(90%)" "위와 같음. 열 건 중 아홉 건이 이 안입니다.";
    HandlingP95 "handling_p95" Ms,
        "Handling time, 95 %" "The same: 95 of a hundred took no longer.",
        "처리 시간(95%)" "위와 같음. 백 건 중 95건이 이 안입니다.";
    ReceiptMedian "receipt_median" Ms,
        "Receipt, median" "Time from a text to the moment when the carrier had our automatic receipt, by day and night: half took no longer.",
        "접수 알림(중앙값)" "문자를 받은 때부터 자동 접수 알림이 통신사에 넘어갈 때까지의 시간. 밤낮 모두 셉니다. 절반이 이 안입니다.";
    ReceiptWithin10 "receipt_within_10_s" PerMille,
        "Receipt within 10 seconds" "Share of automatic receipts that the carrier had within 10 seconds. Goal: all.",
        "10초 안에 접수 알림" "자동 접수 알림이 10초 안에 통신사에 넘어간 비율. 목표: 전부.";
    Replies "replies" Count,
        "Replies" "Answers written by counselors; one in several parts counts once, and automatic texts do not count, nor does an answer that never left: taken back, too late, or refused by the carrier. An answer to many at once counts for each who got it, and as no counselor's own.",
        "답변" "상담사가 쓴 답변 수. 여러 부분으로 나뉜 답변은 한 번만 세고, 자동 문자와 나가지 않은 답변(되돌린 것, 기한이 지난 것, 통신사가 거절한 것)은 세지 않습니다. 여러 시민에게 한 번에 보낸 답변은 받은 시민마다 세고, 상담사 개인의 답변으로는 세지 않습니다.";
    Finished "finished" Count,
        "Finished" "Consultations that were closed then.",
        "종료" "이때 종료된 상담 수.";
    ResolvedFirst "resolved_first_contact" PerMille,
        "Resolved at first contact" "Share of answered consultations closed then, not begun again themselves, whose citizen did not begin again within 72 hours. Final 72 hours after the last day.",
        "첫 상담에서 해결" "이때 종료된, 답을 받은 첫 상담 중 72시간 안에 시민이 다시 시작하지 않은 비율. 마지막 날의 72시간 뒤에 확정됩니다.";
    Unanswered "never_answered" Count,
        "Never answered" "Consultations that began then and were closed without any reply of a counselor that arrived.",
        "답 없이 종료" "이때 시작되어 상담사의 도착한 답변 없이 종료된 상담 수.";
    StillOpen "still_open" Count,
        "Not closed yet" "Consultations that began then and are not closed now: until they are, figures of this period may change.",
        "아직 열림" "이때 시작되어 아직 종료되지 않은 상담 수. 종료될 때까지 이 기간의 수치가 바뀔 수 있습니다.";
    Transfers "transfers" Count,
        "Passed on" "How often a consultation was passed on to another desk or counselor.",
        "넘긴 횟수" "상담을 다른 부서나 상담사에게 넘긴 횟수.";
    DangerSeen "danger_seen" Count,
        "Dangers" "Alarms of danger that began, by a text or by a counselor.",
        "긴급" "문자나 상담사가 울린 긴급 경보 수.";
    DangerFalse "danger_false" Count,
        "False alarms" "Alarms that a person ended because there was no danger.",
        "긴급 아님" "긴급이 아니어서 사람이 끝낸 경보 수.";
    DangerAckMedian "danger_acknowledged_median" Ms,
        "Danger acknowledged, median" "Time from the alarm until somebody took it by name, by day and night: half took no longer.",
        "긴급 확인 시간(중앙값)" "경보부터 누군가 이름을 걸고 맡을 때까지의 시간. 밤낮 모두 셉니다. 절반이 이 안입니다.";
    DangerAckWithin "danger_acknowledged_within_60_s" PerMille,
        "Danger acknowledged within 60 seconds" "Share of the alarms that were acknowledged for which that took at most 60 seconds. Goal: all.",
        "60초 안에 긴급 확인" "확인된 경보 중 60초 안에 확인된 비율. 목표: 전부.";
    DangerAnswerMedian "danger_answered_median" Ms,
        "Danger answered, median" "Time from the alarm to a person's answer to the citizen, by day and night: half took no longer.",
        "긴급 답변 시간(중앙값)" "경보부터 사람이 시민에게 답할 때까지의 시간. 밤낮 모두 셉니다. 절반이 이 안입니다.";
    DangerAnswerWithin "danger_answered_within_3_min" PerMille,
        "Danger answered within 3 minutes" "Share of the alarms that were answered for which that took at most 3 minutes. Goal: all.",
        "3분 안에 긴급 답변" "답한 경보 중 3분 안에 답한 비율. 목표: 전부.";
    SurveysSent "surveys_sent" Count,
        "Surveys sent" "Surveys that were sent then.",
        "만족도 조사" "이때 보낸 만족도 조사 수.";
    SurveysAnswered "surveys_answered" Count,
        "Surveys answered" "Surveys that were answered then, by a score or by words.",
        "만족도 답" "이때 점수나 글로 답한 조사 수.";
    SurveyMean "survey_mean" Hundredths,
        "Survey score" "Mean of the scores from 1 (bad) to 5 (good).",
        "만족도 점수" "1점(나쁨)부터 5점(좋음)까지 점수의 평균.";
    SurveySatisfied "survey_satisfied" PerMille,
        "Satisfied" "Share of the scores that are 4 or 5.",
        "만족 비율" "점수 중 4점과 5점의 비율.";
    Praise "praise" Count,
        "Scores of 4 and 5" "Survey answers with 4 or 5 points.",
        "4~5점" "4점이나 5점을 준 답.";
    Complaints "complaints" Count,
        "Scores of 1 and 2" "Survey answers with 1 or 2 points.",
        "1~2점" "1점이나 2점을 준 답.";
    TextsOut "texts_out" Count,
        "Texts out" "Texts to citizens that a carrier took, replies and automatic ones: what is paid for.",
        "보낸 문자" "통신사가 받은, 시민에게 보낸 문자 수. 답변과 자동 문자를 모두 셉니다. 요금이 붙는 문자입니다.";
    Automatic "texts_automatic" Count,
        "Automatic texts" "Those of them that no person wrote.",
        "자동 문자" "그중 사람이 쓰지 않은 문자 수.";
    DeliveredShare "delivered" PerMille,
        "Delivered" "Share of the texts out whose fate is known that reached the phone.",
        "도착" "결과를 아는 보낸 문자 중 휴대전화에 도착한 비율.";
    Abusive "abusive" Count,
        "Abusive texts" "Texts of citizens with abusive words.",
        "폭언 문자" "폭언이 든 시민 문자 수.";
    Dangers "dangers_answered" Count,
        "Dangers answered" "Alarms of danger that this counselor answered.",
        "답한 긴급" "이 상담사가 답한 긴급 경보 수.";
    OwnMedian "own_response_median" Ms,
        "Own response, median" "Open hours to this counselor's reply, from the text or from the moment when it was passed on, whichever is later: half took no longer.",
        "본인 답변 시간(중앙값)" "이 상담사가 답할 때까지의 운영 시간. 문자가 온 때와 넘겨진 때 중 늦은 쪽부터 셉니다. 절반이 이 안입니다.";
    OwnP90 "own_response_p90" Ms,
        "Own response, 90 %" "The same: nine of ten took no longer.",
        "본인 답변 시간(90%)" "위와 같음. 열 건 중 아홉 건이 이 안입니다.";
    Count "count" Count,
        "Number" "How many.",
        "건수" "몇 건인지.";
    Share "share" PerMille,
        "Share" "Their share of all in this table.",
        "비율" "이 표의 전체 중 비율.";
}

/// What a response or an alarm should take, and the share that should keep it (per mille). The goals of the centre.
pub fn goal(figure: FigureId) -> Option<i64> {
    match figure {
        FigureId::FirstWithin5 => Some(800),
        FigureId::FirstWithin15 => Some(950),
        FigureId::ReceiptWithin10 | FigureId::DangerAckWithin | FigureId::DangerAnswerWithin => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_sentence_in_both_languages() {
        let mut words = std::collections::BTreeSet::new();
        for figure in FigureId::ALL {
            assert!(words.insert(figure.as_str()), "{figure:?}");
            for language in Language::ALL {
                let about = figure.about(language);
                assert!(!about.title.is_empty() && about.definition.ends_with('.'), "{figure:?}");
            }
        }
    }

    #[test]
    fn the_manual_has_every_definition() {
        for (language, manual) in [
            (Language::En, include_str!("../../../docs/reports.md")),
            (Language::Ko, include_str!("../../../docs/reports.ko.md")),
        ] {
            for figure in FigureId::ALL {
                let about = figure.about(language);
                let line = format!("| {} | `{}` | {} |", about.title, figure.as_str(), about.definition);
                assert!(manual.contains(&line), "{line}");
            }
        }
    }
}
