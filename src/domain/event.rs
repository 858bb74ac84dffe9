//! The kinds of events in the journal. Counselors' programs, the live stream and the reports know each by its word, so a
//! word never changes.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident => $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$about])* $variant,)+ }

        impl $name {
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word in the database and on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// Reads the word back; `None` for a word of none.
            pub fn from_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.as_str() == word)
            }
        }
    };
}
pub(in crate::domain) use words;

words! {
    /// What happened.
    EventKind {
        TextIn => "text_in",
        Opened => "opened",
        Reopened => "reopened",
        Closed => "closed",
        Claimed => "claimed",
        Released => "released",
        Replied => "replied",
        /// An answer was found that left after the copy was made which was put back.
        FoundAnswered => "found_answered",
        /// The last answer will not arrive.
        AnswerLost => "answer_lost",
        /// Danger: everybody on duty hears of it.
        Urgent => "urgent",
        /// Somebody said that they look after it.
        Acked => "acked",
        /// Supervisors are called.
        Escalated => "escalated",
        /// A person said that there is no danger, and why.
        AlarmEnded => "alarm_ended",
        /// 119 or 112 has been told.
        HandedOver => "handed_over",
        /// The citizen's number was shown to somebody.
        Revealed => "revealed",
        /// The citizen was asked where they are.
        AskedWhere => "asked_where",
        Transferred => "transferred",
        Returned => "returned",
        /// Its desk is no more; the first one serves it.
        Adopted => "adopted",
        Noted => "noted",
        Promised => "promised",
        PromiseLate => "promise_late",
        /// The citizen wrote while an answer was held back: it does not leave, and is its writer's draft again.
        AnswerStopped => "answer_stopped",
        /// We wrote before the citizen did.
        WroteFirst => "wrote_first",
        /// An outside department works on it.
        Referred => "referred",
        /// Nothing is expected of the department any more.
        ReferralEnded => "referral_ended",
        /// Somebody has begun an answer.
        Writing => "writing",
        /// It was closed although an answer was promised.
        PromiseDropped => "promise_dropped",
        Reminder => "reminder",
        Categorised => "categorised",
        Preference => "preference",
        Warned => "warned",
        Restricted => "restricted",
        Unrestricted => "unrestricted",
        OptedOut => "opted_out",
        OptedIn => "opted_in",
        SurveyAnswered => "survey_answered",
        /// One sender writes more than a person does.
        Flood => "flood",
        /// A text to a citizen has a new state.
        Message => "message",
        /// The carrier cannot tell what became of a text.
        NeedsDecision => "needs_decision",
        Decided => "decided",
        Quarantined => "quarantined",
        /// A carrier forgets what it hands over, and its answer did not come whole.
        TextsMayBeLost => "texts_may_be_lost",
        /// An operator has looked into it.
        LossAcknowledged => "loss_acknowledged",
        PhotoKept => "photo_kept",
        PhotoLost => "photo_lost",
        CounselorAdded => "counselor_added",
        CounselorDisabled => "counselor_disabled",
        LoggedIn => "logged_in",
        /// A counselor is on, on the phone, on a break or off. The detail is which.
        Presence => "presence",
        /// A supervisor added a sentence to receipts. The detail is its number, its desk (`*`: all) and until when.
        BulletinBegun => "bulletin_begun",
        /// A supervisor took it back before its time. The detail is its number.
        BulletinEnded => "bulletin_ended",
        /// A supervisor tells everybody something. The detail is what; nothing of a citizen.
        Announced => "announced",
        /// A supervisor stored a version of a list of the service. The detail is which list and which version.
        ListEdited => "list_edited",
        WorkerRestarted => "worker_restarted",
        CarrierOutOfOrder => "carrier_out_of_order",
        CarrierWorksAgain => "carrier_works_again",
        /// A duty phone was texted. The detail is who answers it.
        DutyCalled => "duty_called",
        /// A duty phone answered with a wrong code. The detail is who answers it.
        DutyWrongCode => "duty_wrong_code",
        /// Codes from a duty phone are ignored for a while: too many were wrong.
        DutyCodesIgnored => "duty_codes_ignored",
        /// The operator is called: something is wrong with the gateway. The detail is what, and since when.
        OperatorCalled => "operator_called",
        /// Somebody's data were shown or written into a file for them.
        CitizenExported => "citizen_exported",
        /// Somebody's data were erased on their request.
        CitizenErased => "citizen_erased",
        /// Data are kept beyond their time, for a legal reason; or not any more.
        HeldForLaw => "held_for_law",
        LegalHoldEnded => "legal_hold_ended",
        /// What had outlived its time was erased. The detail is how many conversations.
        Purged => "purged",
        /// No text can reach us through this carrier; repeated while it lasts. The detail is its name and the reason.
        CarrierDeaf => "carrier_deaf",
        /// Texts reach us through it again.
        CarrierHears => "carrier_hears",
        /// The head of the access log at the end of a day. The detail is the day, the number of the row and its hash.
        AccessHead => "access_head",
        /// Reading of citizens' data that is reported. The detail is the day and how many people; the operator sees who.
        SuspiciousReading => "suspicious_reading",
        /// The key for pseudonyms is another one than this database was begun with.
        PseudonymKeyDiffers => "pseudonym_key_differs",
        /// A copy of the database was put back. The detail is when it was made.
        Restored => "restored",
        /// A person has confirmed what was left to be looked at after that.
        RecoveryOver => "recovery_over",
    }
}

words! {
    /// What a note beside a conversation is.
    NoteKind {
        Note => "note",
        /// An answer that is not finished.
        Draft => "draft",
        Transfer => "transfer",
        Return => "return",
        Takeover => "takeover",
        Warning => "warning",
        Restriction => "restriction",
        Promise => "promise",
        Reminder => "reminder",
        /// Why there was no danger.
        FalseAlarm => "false_alarm",
        /// Which of 119 and 112 was told, and who there.
        Handover => "handover",
        /// Why the citizen's number was shown.
        Reveal => "reveal",
        /// Why what is masked in the texts was shown.
        RevealTexts => "reveal_texts",
        /// Staff recorded that the citizen wants no automatic texts.
        OptOut => "opt_out",
        /// Staff recorded that the citizen wants them again.
        OptIn => "opt_in",
        /// Why we wrote first.
        WroteFirst => "wrote_first",
        /// The outside department that works on it, or what became of that.
        Referral => "referral",
        /// A text that left after the copy was made which was put back.
        Recovery => "recovery",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back_and_differ() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_word(kind.as_str()), Some(*kind));
        }
        for kind in NoteKind::ALL {
            assert_eq!(NoteKind::from_word(kind.as_str()), Some(*kind));
        }
    }
}
