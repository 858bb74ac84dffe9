//! What a text is for. One pure reader; whatever is not proved to be something else is a question for a person. Danger comes
//! first and is found by triage: the caller asks this reader only about the rest. Source: service.md, "For the citizen".

mod blank;
mod courtesy;
mod reaction;
mod signs;

pub use blank::shows_nothing;
pub use courtesy::{Courtesy, read as read_courtesy};
pub use reaction::may_quote;

use reaction::Quoting;

use super::opt_out::{self, Said, Wish};
use super::survey::{self, Found, SurveyAnswer};

/// Purpose of a text that holds no danger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// A person has to read it.
    Question,
    Survey(SurveyAnswer),
    Wish(Wish),
    /// Thanks or a greeting after the end of a consultation.
    Thanks,
    /// A reaction to a text of ours.
    Reaction,
    /// Nobody can see anything of it.
    Blank,
    /// Marked as advertising, as the law demands of who sends it.
    Advertising,
}

/// What is known where a text is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// Our latest texts to the sender.
    pub ours: &'a [String],
    /// A survey waits for their answer.
    pub is_surveyed: bool,
    /// Their consultation ended a few minutes ago.
    pub has_just_closed: bool,
    pub has_media: bool,
}

/// What was read of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub intent: Intent,
    /// Their own words: the text without what it quotes of ours. Triage and desks go by it.
    pub own: String,
    /// A survey score beside words that a person has to read.
    pub score: Option<SurveyAnswer>,
    /// No receipt: they may have asked for no automatic texts, or a machine wrote it.
    pub is_unreceipted: bool,
}

/// Reads one text.
pub fn read(text: &str, asked: Asked<'_>) -> Reading {
    let quoting = reaction::read(text, asked.ours);
    let own = match &quoting {
        Some(Quoting::Own(own)) => own.as_str(),
        Some(Quoting::Reaction) => "",
        None => text,
    };
    let said = opt_out::read(own);
    let found = if asked.is_surveyed && !asked.has_media { survey::read(own) } else { Found::Nothing };
    let (found, score) = match found {
        Found::Beside(score) => (Found::Nothing, Some(score)),
        found => (found, None),
    };
    let is_machine = is_marked_web(own) && !signs::calls(own);
    let intent = match (&quoting, said, found) {
        _ if asked.has_media => Intent::Question,
        (Some(Quoting::Reaction), ..) => Intent::Reaction,
        _ if shows_nothing(own) => Intent::Blank,
        (_, Said::Wish(wish), _) => Intent::Wish(wish),
        _ if is_advertising(own) => Intent::Advertising,
        (_, _, Found::Answer(answer)) => Intent::Survey(answer),
        _ if asked.has_just_closed && is_thanks(own) => Intent::Thanks,
        _ => Intent::Question,
    };
    Reading { intent, own: own.to_owned(), score, is_unreceipted: is_machine || said == Said::Perhaps }
}

/// Whether a text only thanks, in words or by an emoji such as 👍.
fn is_thanks(text: &str) -> bool {
    courtesy::read(text) == Some(Courtesy::Feeling) || courtesy::is_kind_sign(text)
}

/// Texts that companies send through the network's web interface carry this mark, by a rule of the Korean networks.
fn is_marked_web(text: &str) -> bool {
    text.trim_start().starts_with("[Web발신]")
}

/// Whether a text bears both marks of advertising: `(광고)` at its beginning, and a free way to refuse it at its end. Source:
/// Act on Promotion of Information and Communications Network Utilization, article 50 (Korea).
fn is_advertising(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches("[Web발신]").trim_start();
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let can_refuse = ["무료수신거부", "무료거부", "수신거부"].iter().any(|words| bare.contains(words))
        && bare.contains("080");
    // Behind the number nothing is said: whoever forwards an advertisement and asks about it writes below.
    let ends_there = bare.rsplit_once("080").is_some_and(|(_, rest)| !rest.chars().any(char::is_alphabetic));
    (bare.starts_with("(광고)") || bare.starts_with("<광고>") || bare.starts_with("[광고]"))
        && can_refuse
        && ends_there
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn intent(text: &str, asked: Asked<'_>) -> Intent {
        read(text, asked).intent
    }

    fn after_close() -> Asked<'static> {
        Asked { is_surveyed: true, has_just_closed: true, ..Asked::default() }
    }

    #[test]
    fn what_texts_are_for() {
        let ours = vec!["[120] 글을 받았습니다. 지금 위험하면 119에 주소를 보내세요.".to_owned()];
        let quoted = Asked { ours: &ours, ..Asked::default() };
        let just_closed = Asked { has_just_closed: true, ..Asked::default() };
        let advertising = "[Web발신]\n(광고) 봄 세일 무료수신거부 0801234567";
        for (text, asked, expected) in [
            ("네 감사합니다^^", just_closed, Intent::Thanks),
            ("네 감사합니다^^", Asked::default(), Intent::Question),
            ("네", just_closed, Intent::Question),
            ("👍", just_closed, Intent::Thanks),
            ("🙏🏻 ❤️", just_closed, Intent::Thanks),
            ("👍", Asked::default(), Intent::Question),
            ("👍🆘", just_closed, Intent::Question),
            ("😭", just_closed, Intent::Question),
            ("감사합니다 그런데 막차는", just_closed, Intent::Question),
            ("Liked “[120] 글을 받았습니다. 지금 위험하면 119에 주소를 보내세요.”", quoted, Intent::Reaction),
            (
                "Liked “[120] 글을 받았습니다. 지금 위험하면 119에 주소를 보내세요.”",
                Asked::default(),
                Intent::Question,
            ),
            ("\u{fffc}\u{3164}", Asked::default(), Intent::Blank),
            ("\u{fffc}", Asked { has_media: true, ..Asked::default() }, Intent::Question),
            (advertising, Asked::default(), Intent::Advertising),
            ("(광고) 전단지가 문에 붙어 있어요", Asked::default(), Intent::Question),
            (
                "(광고) 봄 세일 무료수신거부 0801234567\n이 링크를 눌렀는데 돈이 나갔어요",
                Asked::default(),
                Intent::Question,
            ),
            ("감사합니다 🆘", just_closed, Intent::Question),
            ("좋아요﹖", just_closed, Intent::Question),
            ("5", after_close(), Intent::Survey(SurveyAnswer::Score { score: 5, comment: None })),
            ("5", Asked::default(), Intent::Question),
            ("수신거부 부탁드립니다", Asked::default(), Intent::Wish(Wish::OptOut)),
        ] {
            assert_eq!(intent(text, asked), expected, "{text}");
        }
    }

    #[test]
    fn what_is_judged_is_what_they_wrote() {
        let ours = vec!["[120] 글을 받았습니다. 지금 위험하면 119에 주소를 보내세요.".to_owned()];
        let asked = Asked { ours: &ours, ..Asked::default() };
        let reading =
            read("“[120] 글을 받았습니다. 지금 위험하면 119에 주소를 보내세요.” 무슨 뜻이에요", asked);
        assert_eq!((reading.intent, reading.own.as_str()), (Intent::Question, "무슨 뜻이에요"));
    }

    #[test]
    fn who_may_have_asked_for_silence_gets_no_receipt() {
        for (text, expected) in [
            ("수신거부라니까", true),
            ("[Web발신] 택배 도착", true),
            ("버스 막차", false),
            ("수신거부는 어떻게 하나요?", false),
        ] {
            assert_eq!(read(text, Asked::default()).is_unreceipted, expected, "{text}");
        }
    }

    #[test]
    fn a_score_beside_a_question_is_kept() {
        let reading = read("1 아직도 물이 새요", after_close());
        assert_eq!(reading.intent, Intent::Question);
        assert_eq!(reading.score, Some(SurveyAnswer::Score { score: 1, comment: None }));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>(), ours in any::<String>()) {
            let ours = [ours];
            read(&text, Asked { ours: &ours, ..after_close() });
        }

        /// Words that no list knows, behind whatever is known, reach a person.
        #[test]
        fn what_is_not_proved_is_a_question(
            before in "(5 |2점 |감사합니다 |수신거부 |STOP |안녕하세요 |네 )?",
            word in "(여권|막차|쓰레기|주차|도서관|세금)", rest in "[가-힣 ]{0,20}",
        ) {
            prop_assert_eq!(intent(&format!("{before}{word} {rest}"), after_close()), Intent::Question);
        }
    }
}
