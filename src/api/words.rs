//! The sentences of problems in English and Korean, by their code.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use super::wire::{ListFaultView, ProblemCode};
use crate::domain::edited_list::ListFault;
use crate::ops::causes::in_words;
use crate::ops::lang::Lang;

/// A language in which sentences exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Korean,
}

/// A heading, and one sentence; `{}` in it stands for the field that the problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Words {
    pub title: &'static str,
    pub detail: &'static str,
}

impl Language {
    /// The language that the request prefers; English if it names neither.
    pub(super) fn from_headers(headers: &HeaderMap) -> Self {
        let wish =
            headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut best = (0.0, Language::English);
        for (tag, weight) in wish.split(',').map(weighted) {
            let language = match tag.split('-').next() {
                Some(word) if word.eq_ignore_ascii_case("ko") => Language::Korean,
                Some(word) if word.eq_ignore_ascii_case("en") => Language::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Language::from_headers(&parts.headers))
    }
}

/// Why a list cannot be used, in the caller's language.
pub(super) fn fault_view(of: &ListFault, language: Language) -> ListFaultView {
    let lang = match language {
        Language::English => Lang::En,
        Language::Korean => Lang::Ko,
    };
    ListFaultView {
        list: of.list.map(|list| list.as_str().to_owned()),
        line: of.line.and_then(|line| i64::try_from(line).ok()),
        key: of.key.clone(),
        message: in_words(&of.message, lang),
    }
}

/// The first fault in one line, and how many there are beside it: `line 3: reply x: holds a brace`. `None` without faults.
pub(super) fn faults_in_words(language: Language, faults: &[ListFaultView]) -> Option<String> {
    let (first, others) = faults.split_first()?;
    let line = first.line.map(|n| match language {
        Language::English => format!("line {n}"),
        Language::Korean => format!("{n}번째 줄"),
    });
    let parts = line.into_iter().chain(first.key.clone()).chain([first.message.clone()]);
    let one = parts.collect::<Vec<_>>().join(": ");
    Some(match (others.len(), language) {
        (0, _) => one,
        (n, Language::English) => format!("{one} (and {n} more)"),
        (n, Language::Korean) => format!("{one} (외 {n}건)"),
    })
}

/// `ko-KR;q=0.8` as its tag and its weight.
fn weighted(item: &str) -> (&str, f32) {
    let (tag, rest) = item.split_once(';').unwrap_or((item, ""));
    let weight = rest.trim().strip_prefix("q=").map_or(1.0, |q| q.parse().unwrap_or(0.0));
    (tag.trim(), weight)
}

/// One row a code: title and sentence in English, title and sentence in Korean. A code without a row does not compile.
macro_rules! sentences {
    ($($code:ident: [$title:literal, $detail:literal], [$ko_title:literal, $ko_detail:literal];)*) => {
        /// The sentences for `code`.
        pub(super) fn words(code: ProblemCode, language: Language) -> Words {
            let [title, detail] = match (code, language) {
                $((ProblemCode::$code, Language::English) => [$title, $detail],
                (ProblemCode::$code, Language::Korean) => [$ko_title, $ko_detail],)*
            };
            Words { title, detail }
        }
    };
}

/// Between what a field has to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub least: i64,
    pub most: i64,
    pub of: Bounded,
}

/// What of a field lies between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounded {
    Number,
    /// How many characters there are.
    Characters,
    /// A moment, so far ahead of now; nobody reads milliseconds.
    Moment {
        most_ms: i64,
    },
}

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A sentence, with a space before it, that says what is allowed; nothing where that is not known.
pub(super) fn allowed(language: Language, known: &[String], bounds: Option<Bounds>) -> String {
    let known = known.join(", ");
    let is_korean = language == Language::Korean;
    match bounds {
        Some(Bounds { least, most: i64::MAX, .. }) if is_korean => format!(" {least} 이상이어야 합니다."),
        Some(Bounds { least, most: i64::MAX, .. }) => format!(" It has to be {least} or more."),
        Some(Bounds { least, most, of: Bounded::Characters }) if is_korean => {
            format!(" {least}자에서 {most}자까지입니다.")
        }
        Some(Bounds { least, most, of: Bounded::Characters }) => {
            format!(" It has {least} to {most} characters.")
        }
        Some(Bounds { of: Bounded::Moment { most_ms }, .. }) => {
            let days = most_ms / DAY_MS;
            if is_korean {
                format!(" 지금부터 {days}일 안의 시각이어야 합니다.")
            } else {
                format!(" It has to be within {days} days from now.")
            }
        }
        Some(Bounds { least, most, .. }) if is_korean => format!(" {least}에서 {most}까지입니다."),
        Some(Bounds { least, most, .. }) => format!(" It has to be {least} to {most}."),
        None if known.is_empty() => String::new(),
        None if is_korean => format!(" 쓸 수 있는 것: {known}"),
        None => format!(" Known: {known}"),
    }
}

sentences! {
    UnknownField:
        ["Unknown field", "There is no such field or parameter: {}."],
        ["모르는 항목", "이런 항목은 없습니다: {}."];
    WrongContentType:
        ["Wrong content type", "A body of this type is not taken: {}."],
        ["형식이 다른 본문", "이 형식의 본문은 받지 않습니다: {}."];
    BadRequest:
        ["The request can't be understood", "This field is missing or wrong: {}."],
        ["요청을 이해할 수 없습니다", "빠졌거나 형식이 맞지 않습니다: {}."];
    Unauthorized:
        ["Not logged in", "Log in again: there is no token, or it has expired."],
        ["로그인이 필요합니다", "다시 로그인해 주세요. 인증 토큰이 없거나 만료되었습니다."];
    WrongLogin:
        ["Wrong login or password", "The login or the password is wrong, or the account is disabled."],
        ["로그인 실패", "아이디 또는 비밀번호가 맞지 않거나 사용이 중지된 계정입니다."];
    LockedOut:
        ["Too many wrong passwords", "Logging in from here is locked for a while; try again later, or ask an operator to unlock it (munjad user unlock NAME)."],
        ["로그인 잠김", "비밀번호를 여러 번 틀려 이곳에서의 로그인이 잠겼습니다. 잠시 후 다시 시도하거나 운영자에게 잠금 해제(munjad user unlock 아이디)를 요청해 주세요."];
    LogInsCrowded:
        ["Too many log-ins at once", "Many passwords are being checked; try again in a few seconds."],
        ["로그인이 몰려 있습니다", "지금 로그인이 몰려 있습니다. 몇 초 뒤에 다시 시도해 주세요."];
    TooManyRequests:
        ["Too many requests", "A program here asks too often; wait a few seconds, then try again."],
        ["요청이 너무 많습니다", "이곳에서 요청을 너무 자주 보냅니다. 몇 초 뒤에 다시 시도해 주세요."];
    CodeNeeded:
        ["Code needed", "Send the code that your phone shows, too, or a recovery code."],
        ["인증 번호가 필요합니다", "휴대전화에 나오는 인증 번호나 복구 코드도 함께 보내 주세요."];
    WrongCode:
        ["Wrong code", "The code is wrong, too old, or was used before."],
        ["인증 번호가 맞지 않습니다", "인증 번호가 맞지 않거나, 시간이 지났거나, 이미 쓴 번호입니다."];
    WrongPassword:
        ["Wrong password", "Your password is wrong."],
        ["비밀번호가 맞지 않습니다", "지금 쓰는 비밀번호가 맞지 않습니다."];
    MustChangePassword:
        ["Choose a password", "Somebody else chose your password. Choose one of your own first."],
        ["비밀번호를 바꿔야 합니다", "다른 사람이 정해 준 비밀번호입니다. 먼저 비밀번호를 바꿔 주세요."];
    MustSetUpTotp:
        ["Set up a second factor", "Your role needs codes of your phone at log-in. Set them up first."],
        ["2단계 인증을 설정해야 합니다", "맡은 역할은 로그인할 때 휴대전화 인증 번호가 필요합니다. 먼저 설정해 주세요."];
    RoleRefuses:
        ["Not for your role", "Your role does not allow this."],
        ["권한이 없습니다", "맡은 역할로는 할 수 없습니다."];
    NotYourself:
        ["Not your own account", "Nobody changes the rights of their own account; ask another administrator or the operator."],
        ["자기 계정은 바꿀 수 없습니다", "자기 계정의 권한은 바꿀 수 없습니다. 다른 계정 담당자나 운영자에게 부탁해 주세요."];
    LoginTaken:
        ["The login is taken", "Somebody has this login, perhaps a disabled account."],
        ["이미 있는 아이디", "이미 있는 아이디입니다. 사용이 중지된 계정일 수도 있습니다."];
    TotpInUse:
        ["There is a second factor", "Your account asks for codes already. Take that away first."],
        ["이미 설정되어 있습니다", "이미 2단계 인증을 쓰고 있습니다. 먼저 해제해 주세요."];
    PasswordLength:
        ["Too short or too long", "A password has 10 to 128 characters."],
        ["길이가 맞지 않습니다", "비밀번호는 10자에서 128자까지입니다."];
    PasswordCommon:
        ["Easy to guess", "This password is one of those that everybody tries first."],
        ["알아내기 쉬운 비밀번호", "누구나 먼저 시도해 보는 비밀번호입니다. 다른 것으로 정해 주세요."];
    PasswordPersonal:
        ["Made of your name", "This password is little more than the login or the name."],
        ["이름으로 만든 비밀번호", "아이디나 이름에 숫자를 붙인 비밀번호입니다. 다른 것으로 정해 주세요."];
    PasswordUnchanged:
        ["The same password", "The new password is the one that you have."],
        ["같은 비밀번호", "지금 쓰는 비밀번호와 같습니다. 다른 것으로 정해 주세요."];
    NotFound:
        ["Not found", "There is nothing under this address."],
        ["찾을 수 없습니다", "이 주소에는 아무것도 없습니다."];
    NobodyWaits:
        ["Nobody is waiting", "No citizen is waiting for a counselor right now."],
        ["대기 중인 상담 없음", "지금 기다리는 시민이 없습니다."];
    MethodNotAllowed:
        ["Method not allowed", "This address does not support that method."],
        ["지원하지 않는 방식", "이 주소에서는 그 방식을 쓸 수 없습니다."];
    TooSlow:
        ["Too slow", "The request did not arrive in time."],
        ["시간 초과", "요청이 제때 도착하지 않았습니다."];
    ClaimedByOther:
        ["Somebody else's conversation", "A colleague is talking with this citizen."],
        ["다른 상담사가 상담 중", "다른 상담사가 이 시민과 상담하고 있습니다."];
    OfferedToOther:
        ["A colleague's first", "It was passed on to a colleague, who may claim it first, for at most ten minutes."],
        ["동료에게 넘어간 상담", "동료에게 넘어간 상담입니다. 길어야 10분 동안 그 동료가 먼저 맡을 수 있습니다."];
    NotClaimed:
        ["Not your conversation", "Claim the conversation first."],
        ["배정되지 않은 상담", "먼저 상담을 맡아 주세요."];
    NewerTexts:
        ["The citizen wrote again", "Newer texts came in; read them first. Nothing was changed."],
        ["새 문자가 도착했습니다", "시민이 새 문자를 보냈습니다. 먼저 읽어 주세요. 바뀐 것은 없습니다."];
    Closed:
        ["Closed", "The conversation is closed."],
        ["종료된 상담", "이미 종료된 상담입니다."];
    OptedOut:
        ["No more texts", "The citizen wants no more texts and has not written since."],
        ["수신거부", "시민이 수신을 거부했고 그 뒤로 새 문자가 없습니다."];
    TooManyHeld:
        ["Too many conversations", "You hold as many waiting conversations as one person may. Answer or release one."],
        ["맡은 상담이 많습니다", "기다리는 상담을 더 맡을 수 없습니다. 답하거나 돌려놓아 주세요."];
    SupervisorsOnly:
        ["For supervisors", "Only a supervisor may do this."],
        ["관리자 전용", "관리자만 할 수 있습니다."];
    DangerUnanswered:
        ["Danger without an answer", "This conversation is in danger and nobody has answered the citizen yet. Answer first, or end the alarm with a reason."],
        ["긴급 상담에 아직 답하지 않았습니다", "긴급 상담인데 아직 아무도 시민에게 답하지 않았습니다. 먼저 답하거나, 사유를 적고 경보를 끝내 주세요."];
    TooManyDangers:
        ["Too many dangers at once", "You hold as many unanswered dangers as one person may. Answer one first."],
        ["맡은 긴급 상담이 많습니다", "아직 답하지 않은 긴급 상담을 더 맡을 수 없습니다. 먼저 하나에 답해 주세요."];
    NotYourDesk:
        ["Another desk's conversation", "This conversation belongs to a desk you do not serve."],
        ["다른 부서의 상담입니다", "담당하지 않는 부서의 상담입니다."];
    NoDanger:
        ["No alarm to end", "This conversation has no alarm."],
        ["끝낼 경보가 없습니다", "이 상담에는 울리는 경보가 없습니다."];
    Restricted:
        ["Citizen restricted", "The citizen is not answered for a while, unless in danger."],
        ["답변이 제한된 시민입니다", "긴급 상황이 아니면 당분간 이 시민에게 답하지 않습니다."];
    NothingToAck:
        ["Nothing to acknowledge", "The conversation is not urgent, or somebody already looks after it."],
        ["확인할 것이 없습니다", "긴급 상담이 아니거나 이미 누군가 살피고 있습니다."];
    NotPassedOn:
        ["Not passed on", "The conversation was not passed on to you."],
        ["넘겨받지 않은 상담", "넘겨받은 상담이 아닙니다."];
    NotWarned:
        ["Not warned", "The citizen was warned within the last day, or gets no automatic texts."],
        ["경고하지 않았습니다", "하루 안에 이미 경고했거나 자동 문자를 보낼 수 없습니다."];
    WarnFirst:
        ["Warn first", "Warn this citizen first, and restrict them if they go on after it."],
        ["먼저 경고해 주세요", "먼저 경고하고, 그 뒤에도 계속하면 제한해 주세요."];
    NotAsked:
        ["Not asked", "The citizen was asked where they are a moment ago, or cannot be texted."],
        ["묻지 않았습니다", "조금 전에 이미 위치를 물었거나 자동 문자를 보낼 수 없습니다."];
    NumberNotShown:
        ["Number not shown", "A citizen's whole number is shown to a counselor only in a danger that they hold or look after, and to supervisors."],
        ["번호를 볼 수 없습니다", "시민의 전체 번호는 본인이 맡았거나 살피고 있는 긴급 상담에서만 볼 수 있습니다. 관리자는 모두 볼 수 있습니다."];
    OwnWork:
        ["Own work", "Nobody reviews their own work. Another supervisor can."],
        ["본인의 상담", "자기 상담은 스스로 평가할 수 없습니다. 다른 관리자가 할 수 있습니다."];
    NotReviewable:
        ["Not to be reviewed", "Closed consultations are reviewed, of a counselor who answered in them. Name the counselor if several did."],
        ["평가할 수 없는 상담", "종료된 상담에서 답한 상담사를 평가합니다. 여러 명이 답했으면 상담사를 적어 주세요."];
    AlreadyReviewed:
        ["Reviewed before", "You have reviewed this consultation of this counselor."],
        ["이미 평가했습니다", "이 상담사의 이 상담을 이미 평가했습니다."];
    AlreadyAnswered:
        ["Answered before", "A review is answered once, while the consultation's texts are kept."],
        ["이미 답했습니다", "평가에는 상담 글이 남아 있는 동안 한 번만 답할 수 있습니다."];
    NoSuchDesk:
        ["No such desk", "There is no other desk with that key."],
        ["없는 부서", "그런 이름의 다른 부서가 없습니다."];
    NoSuchPerson:
        ["No such person", "There is no other counselor with that log-in name."],
        ["없는 상담사", "그런 아이디의 다른 상담사가 없습니다."];
    PassedToYourself:
        ["That is you", "A conversation is passed on to somebody else: that log-in name is your own."],
        ["본인의 아이디", "상담은 다른 상담사에게 넘깁니다. 그 아이디는 본인의 것입니다."];
    NoSuchCategory:
        ["No such category", "No category matches; see the list."],
        ["없는 분류", "맞는 분류가 없습니다. 분류 목록을 확인해 주세요."];
    SeveralCategories:
        ["Several categories", "Several categories match; write more of the name."],
        ["여러 분류", "맞는 분류가 여러 개입니다. 이름을 더 적어 주세요."];
    CategoryNeeded:
        ["Category needed", "A category is needed to close the conversation."],
        ["분류가 필요합니다", "종료하려면 분류를 정해야 합니다."];
    PromiseOpen:
        ["An answer is promised", "An answer is promised and was not given. Answer first, or close and drop the promise."],
        ["약속한 답이 남아 있습니다", "시민에게 약속한 답을 아직 하지 않았습니다. 먼저 답하거나, 약속을 지우고 종료해 주세요."];
    Unanswered:
        ["The last text is unanswered", "Nobody has answered the citizen's last text. Answer it, or close without an answer."],
        ["마지막 문자에 답하지 않았습니다", "시민의 마지막 문자에 아직 답하지 않았습니다. 답하거나, 답 없이 종료한다고 해 주세요."];
    StillOpen:
        ["A conversation is open", "A conversation with this citizen is open: {}. Answer there."],
        ["진행 중인 상담이 있습니다", "이 시민과 진행 중인 상담이 있습니다: {}번. 그 상담에서 답해 주세요."];
    NotReachable:
        ["No number for texts", "No person reads texts at this number, or the citizen's data were erased."],
        ["문자를 보낼 수 없는 번호", "문자를 받을 수 없는 번호이거나 자료를 지운 시민입니다."];
    NotReferred:
        ["Not with a department", "No outside department works on this conversation."],
        ["외부 부서에 넘기지 않은 상담", "외부 부서의 회신을 기다리는 상담이 아닙니다."];
    NotWaiting:
        ["Nobody waits there", "The citizen has been answered, or nobody has to answer them."],
        ["기다리지 않는 상담", "이미 답했거나 답하지 않아도 되는 상담입니다."];
    InDanger:
        ["In danger", "It is or may be a danger. Somebody has to read it and answer it by itself."],
        ["긴급 상담입니다", "긴급이거나 긴급일 수 있는 상담입니다. 직접 읽고 따로 답해 주세요."];
    ListRefused:
        ["The list can't be used", "Nothing was stored. {}"],
        ["목록을 쓸 수 없습니다", "아무것도 저장하지 않았습니다. {}"];
    ListChanged:
        ["Somebody changed the list meanwhile", "A newer version was stored by {}. Look at it, then edit that one."],
        ["그 사이 목록이 바뀌었습니다", "더 새로운 판을 {} 님이 저장했습니다. 먼저 살펴보고 그것을 고쳐 주세요."];
    NoReceipts:
        ["No receipts are sent", "The operator has turned receipts off, so no bulletin would reach anybody."],
        ["접수 문자를 보내지 않습니다", "운영자가 접수 문자를 꺼 두어 알림이 아무에게도 가지 않습니다."];
    BulletinEmpty:
        ["Empty bulletin", "A bulletin is one sentence that stands in every receipt; there is none."],
        ["알림이 비어 있습니다", "알림은 모든 접수 문자에 들어가는 한 문장입니다. 내용을 적어 주세요."];
    BulletinTooLong:
        ["Bulletin too long", "A bulletin has at most 200 characters, so that it fits into a receipt."],
        ["알림이 너무 깁니다", "알림은 접수 문자에 들어가도록 200자까지 쓸 수 있습니다."];
    BulletinBraces:
        ["Braces in a bulletin", "A bulletin goes out as it stands: nothing is filled in, so it takes no { or }."],
        ["알림에 중괄호가 있습니다", "알림은 쓴 그대로 나갑니다. 채워 넣는 값이 없으므로 { 와 } 를 쓸 수 없습니다."];
    IdentityNumberToMany:
        ["Identity number in a text to many", "It holds what looks like a resident, passport, licence, card or account number, and every citizen would get it. Leave it out."],
        ["여러 시민에게 나갈 글에 개인 번호가 있습니다", "주민등록번호, 여권, 면허, 카드, 계좌 번호로 보이는 숫자가 있습니다. 모든 시민에게 나가므로 빼 주세요."];
    DatesReversed:
        ["Dates reversed", "The last day lies before the first one. Put the earlier day first."],
        ["날짜 순서가 바뀌었습니다", "끝 날짜가 시작 날짜보다 앞섭니다. 이른 날짜를 먼저 넣어 주세요."];
    DatesInFuture:
        ["Days to come", "The first day lies after today: nothing has happened yet."],
        ["아직 오지 않은 날", "시작 날짜가 오늘보다 뒤입니다. 아직 아무 일도 없습니다."];
    TooManyDays:
        ["Too many days", "A report can be about ten years at most."],
        ["기간이 너무 깁니다", "통계는 길어야 10년까지 볼 수 있습니다."];
    BulletinUntil:
        ["End of a bulletin", "The end of the bulletin has passed, or lies more than 14 days ahead. What holds longer belongs in the texts themselves."],
        ["알림이 끝나는 때", "알림이 끝나는 때가 이미 지났거나 14일보다 뒤입니다. 더 오래 둘 말은 자동 문자에 넣어 주세요."];
    BulletinCrowded:
        ["Too many bulletins", "With the bulletins that hold already, a receipt would not stay one text. Shorten it, or end another one."],
        ["알림이 너무 많습니다", "이미 있는 알림까지 넣으면 접수 문자가 한 통을 넘습니다. 줄이거나 다른 알림을 끝내 주세요."];
    AlreadyLeft:
        ["Too late to take back", "The text has been sent, or may have been."],
        ["취소할 수 없습니다", "문자가 이미 발송되었거나 발송되었을 수 있습니다."];
    DidNotLeave:
        ["It did not leave", "The text was taken back or stopped before, or could not be sent. The citizen does not have it."],
        ["나가지 않은 문자", "이미 취소되었거나 중단되었거나 보내지 못한 문자입니다. 시민에게 가지 않았습니다."];
    NotInDoubt:
        ["Nothing to decide", "The text is not in doubt, or the carrier is still being asked."],
        ["결정할 것이 없습니다", "발송이 불확실한 문자가 아니거나, 아직 통신사에 확인하고 있습니다."];
    KeyReused:
        ["Key used before", "This Idempotency-Key belongs to another reply."],
        ["이미 사용된 키", "이 Idempotency-Key는 다른 답변에 사용되었습니다."];
    DraftChanged:
        ["Your draft was changed", "Another program of yours has kept, sent or removed this draft. Nothing was changed."],
        ["초안이 바뀌었습니다", "다른 프로그램에서 이 초안을 고쳤거나 보냈거나 버렸습니다. 바뀐 것은 없습니다."];
    EmptyText:
        ["Nothing to send", "The text is empty."],
        ["보낼 내용이 없습니다", "문자 내용이 비어 있습니다."];
    Unencodable:
        ["Characters that can't be sent", "The carrier can't carry some characters; replace them."],
        ["보낼 수 없는 글자", "통신사가 전달할 수 없는 글자가 있습니다. 바꿔 주세요."];
    TooLong:
        ["Too long", "The text is too long to send; shorten it."],
        ["내용이 너무 깁니다", "문자로 보내기에 너무 깁니다. 줄여 주세요."];
    SeveralTexts:
        ["Several texts", "The text leaves as several texts. Shorten it, or send it all the same."],
        ["여러 통으로 나뉩니다", "여러 통으로 나뉘어 나갑니다. 줄이거나 그대로 보내 주세요."];
    BodyTooLarge:
        ["Too large", "What was sent is too large, and nothing was done: a request has at most 256 KiB."],
        ["너무 큽니다", "보낸 내용이 너무 커서 아무것도 하지 않았습니다. 한 번에 256 KiB까지 보낼 수 있습니다."];
    PhotoNotHereYet:
        ["Not here yet", "The file is still being fetched from the carrier. Try again in a moment."],
        ["아직 받는 중입니다", "통신사에서 사진을 받고 있습니다. 잠시 후 다시 시도해 주세요."];
    PhotoLost:
        ["Lost", "The file could not be fetched, or is of a kind that is not kept."],
        ["받지 못한 사진입니다", "통신사에서 사진을 받지 못했습니다."];
    PhotoTooLarge:
        ["Too large", "The photo is too large: at most 16 MiB and 50 million pixels."],
        ["사진이 너무 큽니다", "사진은 16 MiB, 5천만 화소를 넘을 수 없습니다."];
    NotAPhoto:
        ["Not a photo", "Only JPEG, PNG, GIF and WebP photos can be sent."],
        ["사진이 아닙니다", "JPEG, PNG, GIF, WebP 사진만 보낼 수 있습니다."];
    PhotosNotTaken:
        ["No photos", "The carrier that sends replies takes no photos."],
        ["사진을 보낼 수 없습니다", "답변을 보내는 통신사가 사진을 지원하지 않습니다."];
    TooManyPhotos:
        ["Too many photos", "The carrier takes fewer photos with one reply."],
        ["사진이 너무 많습니다", "한 번에 보낼 수 있는 사진 수를 넘었습니다."];
    NoSuchPhoto:
        ["No such photo", "One of the photos was not uploaded by you, or too long ago."],
        ["사진을 찾을 수 없습니다", "직접 올린 사진이 아니거나 올린 지 하루가 지났습니다."];
    DatabaseBusy:
        ["Busy", "The database is busy; try again in a moment."],
        ["잠시 후 다시 시도해 주세요", "데이터베이스가 사용 중입니다."];
    DatabaseFull:
        ["Disk full", "The disk is full and nothing can be stored. Tell the operator."],
        ["저장 공간 부족", "디스크가 가득 차 저장할 수 없습니다. 운영자에게 알려 주세요."];
    DatabaseBroken:
        ["Database trouble", "The database can't be used. Tell the operator."],
        ["데이터베이스 오류", "데이터베이스를 사용할 수 없습니다. 운영자에게 알려 주세요."];
    Internal:
        ["Internal error", "The server failed. The operator can find the cause by the request id."],
        ["내부 오류", "서버 오류입니다. 운영자가 요청 번호로 원인을 찾을 수 있습니다."];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_sentences_in_both_languages() {
        for code in ProblemCode::ALL {
            let is_korean = |text: &str| text.contains(|c: char| ('가'..='힣').contains(&c));
            let (english, korean) = (words(*code, Language::English), words(*code, Language::Korean));
            assert!(!english.title.is_empty() && !is_korean(english.detail), "{code:?}");
            assert!(is_korean(korean.title) && is_korean(korean.detail), "{code:?}");
        }
    }

    #[test]
    fn which_language() {
        let table = [
            (None, Language::English),
            (Some("ko"), Language::Korean),
            (Some("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"), Language::Korean),
            (Some("en-US,ko;q=0.9"), Language::English),
            (Some("ja, ko;q=0.5, en;q=0.3"), Language::Korean),
            (Some("ko;q=0, en"), Language::English),
            (Some("fr, *;q=0.1"), Language::English),
            (Some(";;,q=,"), Language::English),
        ];
        for (wish, expected) in table {
            let mut headers = HeaderMap::new();
            if let Some(wish) = wish {
                headers.insert(header::ACCEPT_LANGUAGE, wish.parse().expect("a header"));
            }
            assert_eq!(Language::from_headers(&headers), expected, "{wish:?}");
        }
    }
}
