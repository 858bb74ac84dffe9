//! Exit codes. Scripts rely on them; `munja --help` documents them.

use crate::api::wire::ProblemCode;
use crate::client::ClientError;

/// The exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    Ok = 0,
    Unexpected = 1,
    Usage = 2,
    /// Nobody is logged in, or the log-in has expired.
    NotLoggedIn = 3,
    Unreachable = 4,
    /// Nobody is waiting, or nothing was found.
    Nothing = 5,
    /// The rules refuse: somebody else holds it, it is closed or not claimed, or it is too late.
    Refused = 6,
    /// Newer texts came in, or the conversation was never shown here: look first.
    LookFirst = 7,
    /// The text is empty or too long, or the carrier can't carry it.
    Unsendable = 8,
    /// The server failed.
    ServerTrouble = 9,
}

impl Exit {
    /// The exit code of a call that brought no result.
    pub fn from_error(error: &ClientError) -> Self {
        match error {
            ClientError::Unreachable { .. } | ClientError::NoAnswer { .. } | ClientError::Insecure { .. } => {
                Exit::Unreachable
            }
            ClientError::BadAnswer { .. } => Exit::Unexpected,
            ClientError::BadCa { .. } => Exit::Usage,
            ClientError::Problem(problem) => match error.code() {
                Some(code) => Exit::from_code(code),
                None => Exit::from_status(problem.status),
            },
        }
    }

    /// The exit code of a refusal.
    pub fn from_code(code: ProblemCode) -> Self {
        use ProblemCode::*;
        match code {
            BadRequest | UnknownField | WrongContentType | NoSuchDesk | NoSuchPerson | PassedToYourself
            | NoSuchCategory | SeveralCategories | NotReachable | CategoryNeeded | BulletinUntil
            | DatesReversed | DatesInFuture | TooManyDays | ListRefused | PasswordLength | PasswordCommon
            | PasswordPersonal | PasswordUnchanged => Exit::Usage,
            MethodNotAllowed => Exit::Unexpected,
            TooSlow => Exit::Unreachable,
            Unauthorized | WrongLogin | LockedOut | CodeNeeded | WrongCode | MustChangePassword
            | MustSetUpTotp => Exit::NotLoggedIn,
            NotFound | NobodyWaits | PhotoLost => Exit::Nothing,
            ClaimedByOther | OfferedToOther | NotClaimed | Closed | OptedOut | TooManyHeld
            | SupervisorsOnly | DangerUnanswered | TooManyDangers | NotYourDesk | NoDanger | Restricted
            | NothingToAck | PromiseOpen | Unanswered | StillOpen | NotReferred | NotPassedOn | NotWarned
            | WarnFirst | NotAsked | NumberNotShown | NotWaiting | InDanger | NoReceipts
            | BulletinCrowded | AlreadyLeft | DidNotLeave | NotInDoubt | SeveralTexts | PhotoNotHereYet
            | OwnWork | NotReviewable | AlreadyReviewed | AlreadyAnswered | WrongPassword | RoleRefuses
            | NotYourself | LoginTaken | TotpInUse => Exit::Refused,
            NewerTexts | KeyReused | DraftChanged | ListChanged => Exit::LookFirst,
            EmptyText | Unencodable | TooLong | BodyTooLarge | PhotoTooLarge | NotAPhoto | PhotosNotTaken
            | TooManyPhotos | NoSuchPhoto | BulletinEmpty | BulletinTooLong | BulletinBraces
            | IdentityNumberToMany => Exit::Unsendable,
            LogInsCrowded | TooManyRequests | DatabaseBusy | DatabaseFull | DatabaseBroken | Internal => {
                Exit::ServerTrouble
            }
        }
    }

    /// For a code of a newer server.
    fn from_status(status: u16) -> Self {
        match status {
            400 => Exit::Usage,
            401 | 403 => Exit::NotLoggedIn,
            404 => Exit::Nothing,
            409 => Exit::Refused,
            413 | 422 => Exit::Unsendable,
            429 => Exit::ServerTrouble,
            500.. => Exit::ServerTrouble,
            _ => Exit::Unexpected,
        }
    }
}
