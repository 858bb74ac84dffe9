//! Why a rule says no. Nothing was changed; success is `Ok`. The API turns each into a problem with a status, an exit code
//! and a sentence.

use super::counselor::Counselor;
use super::text::MessageText;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Somebody else holds the conversation.
    HeldBy(Counselor),
    /// Somebody else has it to themselves for a while; `None` for somebody whose account is gone.
    OfferedTo(Option<Counselor>),
    /// Nobody holds it, or not the one who asked.
    NotHeld,
    Closed,
    /// The citizen has written since what was seen.
    NewerTexts,
    /// It belongs to a desk that the actor does not serve.
    NotYourDesk,
    SupervisorsOnly,
    /// Nobody reviews their own work.
    OwnWork,
    /// It is open, the counselor did not answer in it, or its words are gone.
    NotReviewable,
    /// The actor has reviewed this work before.
    AlreadyReviewed,
    /// The review was answered before, or its consultation's words are gone.
    AlreadyAnswered,
    /// Nobody waits whom the actor may take.
    NobodyWaits,
    /// The actor holds as many conversations that wait for us as one person may.
    Full,
    /// The actor holds as many unanswered dangers as one person may.
    TooManyDangers,
    /// The conversation rings, or is looked after, and nobody has written to the citizen yet.
    DangerUnanswered,
    /// There is no alarm that nobody looks after.
    NothingToAck,
    /// There is no alarm to end.
    NoAlarm,
    /// What it was about has not been said.
    CategoryNeeded,
    /// Nobody has answered the citizen's last text.
    Unanswered,
    /// A conversation with the citizen is open: this one.
    StillOpen(i64),
    /// The number is not one that a person reads texts at, or its citizen was erased.
    NotReachable,
    /// No department works on it.
    NotReferred,
    /// An answer is promised, and was not given.
    PromiseOpen,
    /// The citizen does not wait in the queue.
    NotWaiting,
    /// It is, was or may be a danger.
    InDanger,
    /// The citizen wants no more texts, and has asked nothing since.
    OptedOut,
    /// The citizen is not answered for a while.
    Restricted,
    NoSuchDesk,
    NoSuchPerson,
    /// It would be passed on to who passes it on.
    PassedToYourself,
    /// It was not passed on to who returns it.
    NotPassedOn,
    /// They were warned within the last day, or can't be texted.
    NotWarned,
    /// Nobody has warned the citizen yet, or they have not written since; and they can be warned.
    WarnFirst,
    /// They were asked where they are a short while ago, or can't be texted.
    NotAsked,
    /// The number is shown to who holds a danger, and to supervisors.
    NumberNotShown,
    /// The idempotency key was used for another request.
    KeyReused,
    /// One of the photos was not handed in by this counselor, or is not as the carrier takes them.
    NoSuchPhoto,
    /// The answer has no text that could leave.
    NothingToSend,
    /// The draft is not the one that its writer had seen: these words are kept now, or none; and the word of its `DraftOrigin`, where an
    /// answer came back into it.
    DraftChanged(Option<MessageText>, Option<&'static str>),
    /// The text is not in doubt, or the carrier is still being asked.
    NotInDoubt,
}
