//! Automatic texts (notices): which exist, what each may hold, and how often each may be sent. The wording is data
//! (`config/words/texts.toml`, or the operator's own file); here it is checked and filled in.
//!
//! Each notice belongs to a group. A citizen gets at most one text of a group within its window, so that two rules
//! cannot send the same twice, and an answering machine cannot keep us in a loop.

use std::collections::BTreeMap;
use std::fmt;

use super::outbound::{Lane, OutboundKind};
use super::text::{self, Limits};

/// English words that say by themselves that their writer reads English.
const ENGLISH_ALONE: [&str; 10] =
    ["stop", "stopall", "unsubscribe", "start", "help", "hello", "hi", "please", "emergency", "thanks"];

/// The language of automatic texts to a citizen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Language {
    #[default]
    Ko,
    En,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::Ko, Language::En];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Language::Ko => "ko",
            Language::En => "en",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == word)
    }

    /// The language of a text: English if it holds no Hangul and at least two Latin words, or one that everybody knows,
    /// else Korean. Says nothing about its writer.
    pub fn detect(text: &str) -> Language {
        Language::evident(text).unwrap_or_default()
    }

    /// The language that a text shows by itself: Korean by Hangul, English by words. `None` for digits, signs, one strange
    /// word, and the keywords of opting out and in, which are no language.
    pub fn evident(text: &str) -> Option<Language> {
        let is_hangul = |c: char| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7a3}');
        let n_words =
            text.split_whitespace().filter(|w| w.chars().filter(char::is_ascii_alphabetic).count() > 1);
        let alone = text.trim_matches(|c: char| !c.is_ascii_alphabetic());
        let is_english =
            n_words.count() >= 2 || ENGLISH_ALONE.iter().any(|word| word.eq_ignore_ascii_case(alone));
        match text.chars().any(is_hangul) {
            true => Some(Language::Ko),
            false => is_english.then_some(Language::En),
        }
    }
}

/// The kinds of automatic texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// Received; nobody is ahead in the queue.
    Receipt,
    /// Received, with the number of people ahead.
    ReceiptAhead,
    /// The same, with the estimated wait at the pace of the last hour.
    ReceiptWait,
    /// Received while closed, with the time of opening.
    ReceiptClosed,
    /// The same on a public holiday.
    ReceiptHoliday,
    /// The same, with the operator's own words about today.
    ReceiptPlanned,
    /// Received, where somebody should look soon: it begins with where help is.
    ReceiptLook,
    /// The same while closed, with the time of opening.
    ReceiptLookClosed,
    /// [`ReceiptLook`](Self::ReceiptLook) where somebody may harm themselves: 109.
    ReceiptLookSelfHarm,
    ReceiptLookSelfHarmClosed,
    /// [`ReceiptLook`](Self::ReceiptLook) where a young person may be in trouble: 1388.
    ReceiptLookYouth,
    ReceiptLookYouthClosed,
    /// Still waiting, with the number of people ahead.
    Wait,
    /// Still waiting; nobody is ahead any more.
    WaitNext,
    /// Still waiting, without a number.
    WaitUnplaced,
    /// Danger now: text 119 or 112.
    UrgentDanger,
    /// The same, where nothing tells of what kind the danger is: 119, 112 and 109.
    UrgentUnknown,
    /// Danger to themselves: 109.
    UrgentSelfHarm,
    /// A young person in danger: 1388.
    UrgentYouth,
    /// Asks somebody in danger where they are.
    Where,
    /// The text had no readable content.
    Unreadable,
    /// A photo or another file could not be fetched; sending it again may help.
    PhotoLost,
    /// A file that is never taken, or too large.
    MediaRefused,
    /// Another desk answers.
    Moved,
    /// The same where that desk is closed, with the time of opening.
    MovedClosed,
    /// The promised answer takes longer.
    Delayed,
    /// Asks whether they still need us, and says that the consultation ends else.
    Nudge,
    /// Asks for a rating from one to five.
    Survey,
    SurveyThanks,
    /// No more automatic texts.
    OptedOut,
    OptedIn,
    /// Warning about abuse.
    Warning,
    /// Says until when they are not answered.
    Restricted,
}

/// A placeholder in a template, written as in `{ahead}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// Number of people ahead.
    Ahead,
    /// Minutes, rounded up to five.
    Minutes,
    /// Time of opening: `내일 08:00`.
    Opens,
    /// Name of a desk.
    Desk,
    /// A time: `11월 30일(월) 08:00`.
    Until,
    /// The operator's own words about today.
    Planned,
    /// What came with a text: `사진을`, `photo`.
    What,
}

/// Maximum length of the operator's own words about a day (characters).
pub const MOST_PLANNED_CHARS: usize = 200;

impl Slot {
    pub const ALL: [Slot; 7] =
        [Slot::Ahead, Slot::Minutes, Slot::Opens, Slot::Desk, Slot::Until, Slot::Planned, Slot::What];

    pub fn as_str(self) -> &'static str {
        match self {
            Slot::Ahead => "ahead",
            Slot::Minutes => "minutes",
            Slot::Opens => "opens",
            Slot::Desk => "desk",
            Slot::Until => "until",
            Slot::Planned => "planned",
            Slot::What => "what",
        }
    }

    /// The longest value; templates are measured with it.
    fn longest(self) -> String {
        match self {
            Slot::Ahead | Slot::Minutes => "9999".to_owned(),
            Slot::Opens | Slot::Until => "내년 12월 31일(월) 23:59".to_owned(),
            Slot::Desk => "가나다라마바사아자차카타파하가나다라마바".to_owned(),
            Slot::Planned => "가".repeat(MOST_PLANNED_CHARS),
            Slot::What => "voice message".to_owned(),
        }
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl Notice {
    pub const ALL: [Notice; 33] = [
        Notice::Receipt,
        Notice::ReceiptAhead,
        Notice::ReceiptWait,
        Notice::ReceiptClosed,
        Notice::ReceiptHoliday,
        Notice::ReceiptPlanned,
        Notice::ReceiptLook,
        Notice::ReceiptLookClosed,
        Notice::ReceiptLookSelfHarm,
        Notice::ReceiptLookSelfHarmClosed,
        Notice::ReceiptLookYouth,
        Notice::ReceiptLookYouthClosed,
        Notice::Wait,
        Notice::WaitNext,
        Notice::WaitUnplaced,
        Notice::UrgentDanger,
        Notice::UrgentUnknown,
        Notice::UrgentSelfHarm,
        Notice::UrgentYouth,
        Notice::Where,
        Notice::Unreadable,
        Notice::PhotoLost,
        Notice::MediaRefused,
        Notice::Moved,
        Notice::MovedClosed,
        Notice::Delayed,
        Notice::Nudge,
        Notice::Survey,
        Notice::SurveyThanks,
        Notice::OptedOut,
        Notice::OptedIn,
        Notice::Warning,
        Notice::Restricted,
    ];

    /// The key in a file of texts.
    pub fn as_str(self) -> &'static str {
        match self {
            Notice::Receipt => "receipt",
            Notice::ReceiptAhead => "receipt_ahead",
            Notice::ReceiptWait => "receipt_wait",
            Notice::ReceiptClosed => "receipt_closed",
            Notice::ReceiptHoliday => "receipt_holiday",
            Notice::ReceiptPlanned => "receipt_planned",
            Notice::ReceiptLook => "receipt_look",
            Notice::ReceiptLookClosed => "receipt_look_closed",
            Notice::ReceiptLookSelfHarm => "receipt_look_self_harm",
            Notice::ReceiptLookSelfHarmClosed => "receipt_look_self_harm_closed",
            Notice::ReceiptLookYouth => "receipt_look_youth",
            Notice::ReceiptLookYouthClosed => "receipt_look_youth_closed",
            Notice::Wait => "wait",
            Notice::WaitNext => "wait_next",
            Notice::WaitUnplaced => "wait_unplaced",
            Notice::UrgentDanger => "urgent_danger",
            Notice::UrgentUnknown => "urgent_unknown",
            Notice::UrgentSelfHarm => "urgent_self_harm",
            Notice::UrgentYouth => "urgent_youth",
            Notice::Where => "where",
            Notice::Unreadable => "unreadable",
            Notice::PhotoLost => "photo_lost",
            Notice::MediaRefused => "media_refused",
            Notice::Moved => "moved",
            Notice::MovedClosed => "moved_closed",
            Notice::Delayed => "delayed",
            Notice::Nudge => "nudge",
            Notice::Survey => "survey",
            Notice::SurveyThanks => "survey_thanks",
            Notice::OptedOut => "opted_out",
            Notice::OptedIn => "opted_in",
            Notice::Warning => "warning",
            Notice::Restricted => "restricted",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|n| n.as_str() == word)
    }

    /// The placeholders its template may hold.
    pub fn slots(self) -> &'static [Slot] {
        match self {
            Notice::ReceiptAhead | Notice::Wait => &[Slot::Ahead],
            Notice::ReceiptWait => &[Slot::Ahead, Slot::Minutes],
            Notice::ReceiptClosed
            | Notice::ReceiptHoliday
            | Notice::ReceiptLookClosed
            | Notice::ReceiptLookSelfHarmClosed
            | Notice::ReceiptLookYouthClosed => &[Slot::Opens],
            Notice::ReceiptPlanned => &[Slot::Planned, Slot::Opens],
            Notice::Moved => &[Slot::Desk],
            Notice::MovedClosed => &[Slot::Desk, Slot::Opens],
            Notice::Restricted => &[Slot::Until],
            Notice::PhotoLost | Notice::MediaRefused => &[Slot::What],
            _ => &[],
        }
    }

    /// The group of the notice; also its word in the outbox.
    pub fn group(self) -> &'static str {
        match self {
            Notice::Receipt
            | Notice::ReceiptAhead
            | Notice::ReceiptWait
            | Notice::ReceiptClosed
            | Notice::ReceiptHoliday
            | Notice::ReceiptPlanned
            | Notice::ReceiptLook
            | Notice::ReceiptLookClosed
            | Notice::ReceiptLookSelfHarm
            | Notice::ReceiptLookSelfHarmClosed
            | Notice::ReceiptLookYouth
            | Notice::ReceiptLookYouthClosed => "receipt",
            Notice::Wait | Notice::WaitNext | Notice::WaitUnplaced => "wait",
            Notice::UrgentDanger | Notice::UrgentUnknown | Notice::UrgentSelfHarm | Notice::UrgentYouth => {
                "urgent"
            }
            Notice::PhotoLost | Notice::MediaRefused => "photo_lost",
            Notice::Moved | Notice::MovedClosed => "moved",
            other => other.as_str(),
        }
    }

    /// A citizen gets at most one text of the group in this time (milliseconds). Source: service.md, "For the citizen"
    /// and "Urgent texts"; once a day for what they do not name.
    pub fn window_ms(self) -> i64 {
        match self.group() {
            "receipt" => 30 * MINUTE_MS,
            "urgent" => 10 * MINUTE_MS,
            "where" => 2 * MINUTE_MS,
            "wait" => 5 * MINUTE_MS,
            "unreadable" | "opted_out" | "opted_in" => 10 * MINUTE_MS,
            // Each says something new: that of a loss is sent once for all that came before it.
            "moved" | "delayed" | "photo_lost" => 0,
            "survey" | "survey_thanks" => HOUR_MS,
            _ => 24 * HOUR_MS,
        }
    }

    /// Whether it is about danger: such a text passes every restriction and is sent first.
    pub fn is_urgent(self) -> bool {
        matches!(self.group(), "urgent" | "where")
    }

    pub fn lane(self) -> Lane {
        if self.is_urgent() { Lane::Urgent } else { Lane::Notice }
    }

    /// Whether it is about waiting. Such texts are withdrawn once a danger is found.
    pub fn is_of_waiting(self) -> bool {
        matches!(self.group(), "receipt" | "wait")
    }

    /// Any notice of the group; `None` for an unknown word.
    pub fn of_group(group: &str) -> Option<Notice> {
        Self::ALL.into_iter().find(|notice| notice.group() == group)
    }

    /// Whether it is also sent to a restricted citizen.
    pub fn passes_restriction(self) -> bool {
        self.is_urgent() || self == Notice::Restricted
    }

    /// Whether it is also sent after an opt-out: safety information, and the confirmation of the wish itself.
    pub fn passes_opt_out(self) -> bool {
        matches!(self.group(), "urgent" | "where" | "opted_out" | "opted_in")
    }
}

/// An automatic text, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeText {
    pub notice: Notice,
    pub text: String,
    pub kind: OutboundKind,
}

impl Piece {
    fn words(&self) -> Option<&str> {
        match self {
            Piece::Words(words) => Some(words).filter(|words| !words.is_empty()).map(String::as_str),
            Piece::Slot(_) => None,
        }
    }
}

/// Text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Slot(Slot),
}

impl Template {
    /// Parses a template that may hold `slots`. Refuses one that does not fit in one text within `limits` at its
    /// longest. The error follows the name of the template.
    pub fn parse(template: &str, slots: &[Slot], limits: &Limits) -> Result<Template, String> {
        let mut pieces = Vec::new();
        let mut rest = template;
        while let Some(at) = rest.find(['{', '}']) {
            let (words, from) = rest.split_at(at);
            let (word, after) = from
                .strip_prefix('{')
                .and_then(|from| from.split_once('}'))
                .ok_or_else(|| "holds a brace without its other half".to_owned())?;
            let slot = slots.iter().find(|slot| slot.as_str() == word);
            let slot = slot.ok_or_else(|| unknown_slot(word, slots))?;
            pieces.extend([Piece::Words(words.to_owned()), Piece::Slot(*slot)]);
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        let template = Template(pieces);
        text::fits(&template.longest(), limits)?;
        Ok(template)
    }

    /// The text with values filled in; a placeholder without a value becomes empty.
    pub fn fill(&self, values: &[(Slot, String)]) -> String {
        let value = |slot: &Slot| values.iter().find(|(s, _)| s == slot).map_or("", |(_, v)| v);
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Slot(slot) => value(slot).to_owned(),
        };
        self.0.iter().map(piece).collect()
    }

    /// Whether a text can be this template filled in. Never true of one with hardly any words of its own, which would be
    /// everybody's.
    pub fn may_be(&self, said: &str) -> bool {
        const LEAST_WORDS: usize = 8;
        let words: Vec<&str> = self.0.iter().filter_map(Piece::words).collect();
        if words.iter().map(|words| words.chars().count()).sum::<usize>() < LEAST_WORDS {
            return false;
        }
        // Between two placeholders, and at both ends, stand words, which may be empty.
        let is_open = |end: Option<&Piece>| end.is_none_or(|piece| piece.words().is_none());
        let begins_with_slot = is_open(self.0.first());
        let mut rest = said.trim();
        for (at, words) in words.iter().enumerate() {
            let words = if at == 0 { words.trim_start() } else { words };
            match rest.find(words.trim_end()) {
                Some(0) => rest = &rest[words.trim_end().len()..],
                Some(n) if at > 0 || begins_with_slot => rest = &rest[n + words.trim_end().len()..],
                _ => return false,
            }
        }
        rest.trim().is_empty() || is_open(self.0.last())
    }

    /// Filled in with the longest values.
    pub fn longest(&self) -> String {
        self.fill(&Slot::ALL.map(|slot| (slot, slot.longest())))
    }
}

/// The template as written, with its placeholders.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Words(words) => f.write_str(words),
            Piece::Slot(slot) => write!(f, "{{{}}}", slot.as_str()),
        })
    }
}

fn unknown_slot(word: &str, slots: &[Slot]) -> String {
    let known: Vec<_> = slots.iter().map(|slot| format!("{{{}}}", slot.as_str())).collect();
    match known.as_slice() {
        [] => format!("holds {{{word}}}, but nothing can be filled in here"),
        _ => format!("holds {{{word}}}; only {} can be filled in here", known.join(", ")),
    }
}

/// All automatic texts in all languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    limits: Limits,
    templates: BTreeMap<(Language, Notice), Template>,
}

impl Texts {
    /// `words` must hold each notice in each language; the error names those that are missing or cannot be used.
    pub fn new(
        words: &BTreeMap<(Language, Notice), String>,
        limits: Limits,
    ) -> Result<Texts, Vec<(Language, Notice, String)>> {
        let (mut templates, mut bad) = (BTreeMap::new(), Vec::new());
        for (language, notice) in
            Language::ALL.into_iter().flat_map(|of| Notice::ALL.map(|notice| (of, notice)))
        {
            let words = words.get(&(language, notice)).ok_or_else(|| "is missing".to_owned());
            match words.and_then(|words| Template::parse(words, notice.slots(), &limits)) {
                Ok(template) => {
                    templates.insert((language, notice), template);
                }
                Err(why) => bad.push((language, notice, why)),
            }
        }
        if bad.is_empty() { Ok(Texts { limits, templates }) } else { Err(bad) }
    }

    /// The template of a notice. [`Texts::new`] makes sure that there is one.
    pub fn template(&self, language: Language, notice: Notice) -> Option<&Template> {
        self.templates.get(&(language, notice))
    }

    /// The text of a notice, ready to be sent.
    pub fn say(&self, notice: Notice, language: Language, values: &[(Slot, String)]) -> Option<NoticeText> {
        self.ready(notice, self.template(language, notice)?.fill(values))
    }

    /// The group of the automatic text that was said in these words, if they are one's.
    pub fn group_of(&self, said: &str) -> Option<&'static str> {
        let mut all = self.templates.iter();
        all.find(|(_, template)| template.may_be(said)).map(|((_, notice), _)| notice.group())
    }

    /// A notice with free text instead of a template.
    pub fn ready(&self, notice: Notice, text: String) -> Option<NoticeText> {
        let piece = text::plan(&text, &self.limits).ok()?.into_iter().next()?;
        Some(NoticeText { notice, text: piece.text, kind: piece.kind })
    }

    /// The limits they were measured by.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A notice at its longest, as it would leave.
    pub fn longest(&self, language: Language, notice: Notice) -> Option<text::Piece> {
        let longest = self.template(language, notice)?.longest();
        text::plan(&longest, &self.limits).ok()?.into_iter().next()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits::KOREAN;

    #[test]
    fn words_are_read_back() {
        for notice in Notice::ALL {
            assert_eq!(Notice::from_word(notice.as_str()), Some(notice));
        }
        for language in Language::ALL {
            assert_eq!(Language::from_word(language.as_str()), Some(language));
        }
    }

    #[test]
    fn a_template_is_filled_in() {
        let template =
            Template::parse("앞에 {ahead}분, {minutes}분쯤", &[Slot::Ahead, Slot::Minutes], &LIMITS).unwrap();
        let values = [(Slot::Minutes, "15".to_owned()), (Slot::Ahead, "3".to_owned())];
        assert_eq!(template.fill(&values), "앞에 3분, 15분쯤");
        assert_eq!(template.fill(&[]), "앞에 분, 분쯤");
    }

    #[test]
    fn a_template_that_cannot_be_used_is_refused() {
        let cases = [
            ("{name}님", "{name}; only {ahead}"),
            ("{ahead", "without its other half"),
            ("ahead}", "without its other half"),
            ("", "is empty"),
            ("😀", "no Korean phone shows: 😀"),
        ];
        for (template, expected) in cases {
            let refused = Template::parse(template, &[Slot::Ahead], &LIMITS).unwrap_err();
            assert!(refused.contains(expected), "{template}: {refused}");
        }
        assert!(Template::parse("{ahead}", &[], &LIMITS).unwrap_err().contains("nothing can be filled in"));
        let long = "가".repeat(1_000) + "{ahead}";
        assert!(Template::parse(&long, &[Slot::Ahead], &LIMITS).unwrap_err().contains("longer than"));
    }

    #[test]
    fn the_language_of_a_text() {
        let cases = [
            ("막차 몇 시예요?", Language::Ko),
            ("When is the last bus?", Language::En),
            ("bus 언제", Language::Ko),
            ("ㅠㅠ help me please", Language::Ko),
            ("OK", Language::Ko),
            ("STOP", Language::En),
            ("Help!", Language::En),
            ("help 해주세요", Language::Ko),
            ("119", Language::Ko),
            ("", Language::Ko),
        ];
        for (text, expected) in cases {
            assert_eq!(Language::detect(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_template_is_read_or_refused(template in "[a-z{}가 ]{0,40}", value in "[0-9가-힣]{0,9}") {
            if let Ok(read) = Template::parse(&template, &[Slot::Ahead], &LIMITS) {
                let filled = read.fill(&[(Slot::Ahead, value.clone())]);
                prop_assert_eq!(filled, template.replace("{ahead}", &value));
            }
        }
    }
}
