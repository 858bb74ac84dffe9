//! Problems: what every error response says, and the stable codes by which programs decide.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CounselorView, ListFaultView, ListVersionView, MessageView, ReplySize};

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $code:ident, $word:literal, $status:literal;)*) => {
        /// Why the API refuses a request. Words and statuses never change: programs rely on them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $($(#[$doc])* $code,)*
        }

        impl ProblemCode {
            pub const ALL: &[ProblemCode] = &[$(Self::$code),*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)*
                }
            }

            /// The HTTP status it comes with.
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)*
                }
            }
        }
    };
}

problem_codes! {
    BadRequest, "bad_request", 400;
    /// Nobody here knows the field or parameter.
    UnknownField, "unknown_field", 400;
    /// The body is of another kind than the route takes.
    WrongContentType, "wrong_content_type", 415;
    Unauthorized, "unauthorized", 401;
    WrongLogin, "wrong_login", 401;
    LockedOut, "locked_out", 423;
    LogInsCrowded, "log_ins_crowded", 503;
    TooManyRequests, "too_many_requests", 429;
    CodeNeeded, "code_needed", 401;
    WrongCode, "wrong_code", 401;
    /// Of somebody who is logged in: the password that a change needs.
    WrongPassword, "wrong_password", 403;
    MustChangePassword, "must_change_password", 403;
    MustSetUpTotp, "must_set_up_totp", 403;
    RoleRefuses, "role_refuses", 403;
    NotYourself, "not_yourself", 409;
    LoginTaken, "login_taken", 409;
    TotpInUse, "totp_in_use", 409;
    PasswordLength, "password_length", 422;
    PasswordCommon, "password_common", 422;
    PasswordPersonal, "password_personal", 422;
    PasswordUnchanged, "password_unchanged", 422;
    NotFound, "not_found", 404;
    NobodyWaits, "nobody_waits", 404;
    MethodNotAllowed, "method_not_allowed", 405;
    TooSlow, "too_slow", 408;
    ClaimedByOther, "claimed_by_other", 409;
    /// It was passed on to somebody, or offered to who answered last: theirs first, for some minutes.
    OfferedToOther, "offered_to_other", 409;
    NotClaimed, "not_claimed", 409;
    NewerTexts, "newer_texts", 409;
    Closed, "closed", 409;
    OptedOut, "opted_out", 409;
    TooManyHeld, "too_many_held", 409;
    SupervisorsOnly, "supervisors_only", 403;
    DangerUnanswered, "danger_unanswered", 409;
    TooManyDangers, "too_many_dangers", 409;
    NotYourDesk, "not_your_desk", 403;
    NoDanger, "no_danger", 409;
    Restricted, "restricted", 409;
    NothingToAck, "nothing_to_ack", 409;
    NotPassedOn, "not_passed_on", 409;
    NotWarned, "not_warned", 409;
    WarnFirst, "warn_first", 409;
    NotAsked, "not_asked", 409;
    NumberNotShown, "number_not_shown", 403;
    NoSuchDesk, "no_such_desk", 422;
    NoSuchPerson, "no_such_person", 422;
    /// Whoever passes a conversation on names somebody else.
    PassedToYourself, "passed_to_yourself", 422;
    NoSuchCategory, "no_such_category", 422;
    SeveralCategories, "several_categories", 422;
    CategoryNeeded, "category_needed", 422;
    PromiseOpen, "promise_open", 409;
    /// Nobody has answered the citizen's last text.
    Unanswered, "unanswered", 409;
    /// A conversation with the citizen is open: answer there.
    StillOpen, "still_open", 409;
    /// The number is none that a person reads texts at, or its citizen was erased.
    NotReachable, "not_reachable", 422;
    /// No outside department works on it.
    NotReferred, "not_referred", 409;
    /// Somebody has answered the citizen, or nobody has to.
    NotWaiting, "not_waiting", 409;
    /// It is, was or may be a danger: a person has to read it.
    InDanger, "in_danger", 409;
    /// No receipts are sent that could carry a bulletin.
    NoReceipts, "no_receipts", 409;
    BulletinEmpty, "bulletin_empty", 422;
    BulletinTooLong, "bulletin_too_long", 422;
    BulletinBraces, "bulletin_braces", 422;
    /// A resident's number or the like, which every citizen would get.
    IdentityNumberToMany, "identity_number_to_many", 422;
    /// Its end has passed, or is further away than a bulletin may hold.
    BulletinUntil, "bulletin_until", 422;
    /// With those that hold already, the longest receipt would not stay one text.
    BulletinCrowded, "bulletin_crowded", 409;
    /// The last day of a report lies before the first one.
    DatesReversed, "dates_reversed", 422;
    /// Its first day lies after today.
    DatesInFuture, "dates_in_future", 422;
    TooManyDays, "too_many_days", 422;
    /// A list that a supervisor edits cannot be used as it is.
    ListRefused, "list_refused", 422;
    /// Somebody stored a newer version of the list meanwhile.
    ListChanged, "list_changed", 409;
    /// Nobody reviews their own work.
    OwnWork, "own_work", 409;
    /// The consultation is open, the counselor did not answer in it, or its words are gone.
    NotReviewable, "not_reviewable", 409;
    AlreadyReviewed, "already_reviewed", 409;
    /// A review can be answered once.
    AlreadyAnswered, "already_answered", 409;
    /// It has been sent, or may have been.
    AlreadyLeft, "already_left", 409;
    /// It was taken back or stopped before, or could not be sent: the citizen does not have it.
    DidNotLeave, "did_not_leave", 409;
    NotInDoubt, "not_in_doubt", 409;
    KeyReused, "key_reused", 409;
    /// Another program of the caller's has kept, sent or removed the draft.
    DraftChanged, "draft_changed", 409;
    EmptyText, "empty_text", 422;
    Unencodable, "unencodable", 422;
    TooLong, "too_long", 413;
    /// It would leave as more texts than the caller said.
    SeveralTexts, "several_texts", 409;
    BodyTooLarge, "body_too_large", 413;
    PhotoNotHereYet, "photo_not_here_yet", 409;
    PhotoLost, "photo_lost", 410;
    PhotoTooLarge, "photo_too_large", 413;
    NotAPhoto, "not_a_photo", 422;
    PhotosNotTaken, "photos_not_taken", 422;
    TooManyPhotos, "too_many_photos", 422;
    NoSuchPhoto, "no_such_photo", 422;
    DatabaseBusy, "database_busy", 503;
    DatabaseFull, "database_full", 507;
    DatabaseBroken, "database_broken", 500;
    Internal, "internal", 500;
}

impl ProblemCode {
    /// The code of a word on the wire; `None` for a word of a newer server.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }
}

/// RFC 9457 problem details: the body of every error response.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDetails {
    /// `urn:munja:problem:<code>`
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// Stable; programs should decide by it. One of the codes listed in the description of the API, or one of a newer
    /// server.
    pub code: String,
    /// One sentence for the person.
    pub detail: String,
    /// Id of the request; the log has the cause under it.
    pub request_id: String,
    /// `bad_request`, `unknown_field`: the field, parameter or header that it is about; `?` for a name that is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// `unknown_field`: the fields or parameters that are known; `bad_request`: the words that may stand in the field, where they are
    /// few; `wrong_content_type`: the types that are taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// `bad_request`: between what the field's number, or its count of characters, has to lie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<i64>,
    /// `newer_texts`: what came in meanwhile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newer: Vec<MessageView>,
    /// `unencodable`: what the carrier can't carry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characters: Vec<String>,
    /// `unencodable`: the same text with something in place of each of them, where all have something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<OfferView>,
    /// `several_texts`: how long it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ReplySize>,
    /// `claimed_by_other`: who talks with the citizen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<CounselorView>,
    /// `offered_to_other`: who may claim it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered_to: Option<CounselorView>,
    /// `locked_out`, `log_ins_crowded`, `too_many_requests`: seconds to wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<i64>,
    /// `list_refused`: what is wrong, with lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ListFaultView>,
    /// `draft_changed`: the text that is kept now; absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// `draft_changed`: `recalled` or `stopped` if an answer that came back is in that text, as in `DraftView`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft_origin: Option<String>,
    /// `list_changed`: the newest version, without its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_version: Option<ListVersionView>,
}

/// What could be sent instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OfferView {
    pub text: String,
    pub replaced: Vec<ReplacedView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReplacedView {
    pub character: String,
    /// Empty: it is left out.
    pub word: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_a_word_of_its_own() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::from_word(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()), "{code:?}");
        }
        assert_eq!(ProblemCode::from_word("moon_is_full"), None);
    }
}
