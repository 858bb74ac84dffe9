//! What would be right in a field of a request, where neither bounds nor a list of words say it.

use super::words::Language;

/// One row a need: its sentence in English and in Korean.
macro_rules! needs {
    ($($(#[$doc:meta])* $need:ident: $en:literal, $ko:literal;)*) => {
        /// What a field needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Needs {
            $($(#[$doc])* $need,)*
        }

        impl Needs {
            pub(super) fn words(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Needs::$need, Language::English) => $en, (Needs::$need, Language::Korean) => $ko,)*
                }
            }
        }
    };
}

needs! {
    /// It is missing.
    Given:
        "It is needed.",
        "꼭 있어야 합니다.";
    Text:
        "It has to be text in quotes.",
        "따옴표로 묶은 글이어야 합니다.";
    Number:
        "It has to be a whole number.",
        "정수여야 합니다.";
    Boolean:
        "It has to be true or false.",
        "true 나 false 여야 합니다.";
    List:
        "It has to be a list: [ ... ].",
        "목록([ ... ])이어야 합니다.";
    Object:
        "It has to be an object: { ... }.",
        "객체({ ... })여야 합니다.";
    /// Of any other type.
    Form:
        "It is of another type; /v1/openapi.json describes it.",
        "값의 종류가 다릅니다. /v1/openapi.json 에 설명이 있습니다.";
    Json:
        "It has to be one JSON object.",
        "JSON 객체 하나여야 합니다.";
    Id:
        "It has to be a number.",
        "번호여야 합니다.";
    /// Where a page begins.
    Place:
        "Leave it out for the first page, or give `next` of the page before.",
        "첫 쪽은 빼고, 다음 쪽은 앞 쪽의 next 값을 그대로 적으십시오.";
    Day:
        "It has to be a day such as 2026-12-05.",
        "2026-12-05 같은 날짜여야 합니다.";
    Period:
        "`from` must not be after `to` nor after today, and the days must not be more than a report can hold.",
        "from 은 to 나 오늘보다 늦을 수 없고, 한 보고서에 담을 수 있는 날수를 넘을 수 없습니다.";
    WholeNumber:
        "It has to be a whole phone number, such as 010-1234-5678; one from abroad begins with +. A sender whom the carrier calls otherwise is taken as it calls them.",
        "010-1234-5678 처럼 전체 전화번호여야 합니다. 외국 번호는 + 로 시작합니다. 번호가 아닌 이름으로 온 발신자는 그 이름을 그대로 쓰십시오.";
    /// A citizen as lists show them.
    Shown:
        "It has to be a number as it is shown, such as 010-****-5678, or a name such as the list shows.",
        "010-****-5678 처럼 화면에 나오는 번호이거나 목록에 나오는 이름이어야 합니다.";
    Login:
        "A log-in name has 1 to 32 small letters, digits, '.', '-' and '_', and begins with a letter or digit.",
        "아이디는 영문 소문자, 숫자, '.', '-', '_' 로 1~32자이고 영문자나 숫자로 시작합니다.";
    /// An `Idempotency-Key`.
    Key:
        "It has to be 1 to 128 visible ASCII characters.",
        "보이는 ASCII 글자 1~128자여야 합니다.";
    MassAnswer:
        "It has to be the name of an answer for many: 12 of 0-9 and a-f.",
        "여러 시민에게 보낸 답변의 이름이어야 합니다. 0-9 와 a-f 로 12자입니다.";
    DeskOrPerson:
        "Name a desk or a person, one of both.",
        "desk 와 person 가운데 하나만 적으십시오.";
    Conversations:
        "It has to name 1 to 500 conversations, each once.",
        "상담을 1개에서 500개까지, 한 번씩만 적어야 합니다.";
    Ids:
        "It may name at most 500 conversations.",
        "상담을 500개까지 적을 수 있습니다.";
    Mark:
        "It has to be a mark that the sheet allows: /v1/reviews/sheet.",
        "평가표에 있는 점수여야 합니다.";
    Points:
        "It may name only points of the sheet.",
        "평가표에 있는 항목만 적을 수 있습니다.";
    Version:
        "It has to be the version that the list was read with.",
        "목록을 읽을 때의 판 번호여야 합니다.";
}
