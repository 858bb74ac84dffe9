//! Replacements for characters that a carrier cannot carry: a word for an emoji, a plain quotation mark, a plain space.
//! Only an offer: the author has to confirm it.
//!
//! Sources: the Korean short names of Unicode CLDR for emoji, shortened as people write them in texts; NFKC for the rest.

use unicode_normalization::UnicodeNormalization;

use super::{Charset, cp949, normalise, unencodable};

/// A replacement text that the carrier can carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub text: String,
    /// Each replaced character with its replacement, in order of first appearance; an empty one is left out.
    pub replaced: Vec<(char, String)>,
}

/// Plain forms of signs.
const SIGNS: &[(char, &str)] = &[
    ('\u{201c}', "\""),
    ('\u{201d}', "\""),
    ('\u{201e}', "\""),
    ('\u{201f}', "\""),
    ('\u{ab}', "\""),
    ('\u{bb}', "\""),
    ('\u{2018}', "'"),
    ('\u{2019}', "'"),
    ('\u{201a}', "'"),
    ('\u{201b}', "'"),
    ('\u{2032}', "'"),
    ('\u{2033}', "\""),
    ('\u{2010}', "-"),
    ('\u{2011}', "-"),
    ('\u{2012}', "-"),
    ('\u{2013}', "-"),
    ('\u{2014}', "-"),
    ('\u{2015}', "-"),
    ('\u{2212}', "-"),
    ('\u{2022}', "·"),
    ('\u{2023}', "·"),
    ('\u{2043}', "-"),
    ('\u{25e6}', "·"),
    ('\u{2026}', "..."),
    ('\u{a9}', "(c)"),
    ('\u{ae}', "(R)"),
    ('\u{2122}', "(TM)"),
    ('\u{20a9}', "원"),
    ('\u{20ac}', "유로"),
    ('\u{a3}', "파운드"),
    ('\u{a5}', "엔"),
    ('\u{2192}', "->"),
    ('\u{2190}', "<-"),
    ('\u{2713}', "V"),
    ('\u{2714}', "V"),
    ('\u{2705}', "V"),
    ('\u{2717}', "X"),
    ('\u{274c}', "X"),
    ('\u{2764}', "♥"),
    ('\u{2763}', "♥"),
    ('\u{2b50}', "★"),
    ('\u{1f31f}', "★"),
    ('\u{260e}', "☎"),
    ('\u{1f4de}', "☎"),
    ('\u{2757}', "!"),
    ('\u{2755}', "!"),
    ('\u{203c}', "!!"),
    ('\u{2753}', "?"),
    ('\u{2754}', "?"),
];

/// Characters that are invisible by themselves: joiners, variation selectors, skin tones, direction marks.
fn is_silent(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}' | '\u{20e3}')
}

/// Words for the emoji people use.
const EMOJI: &[(&str, &str)] = &[
    ("😀😁😃😄😆😅🙂☺😊😺", "(웃음)"),
    ("🤣😂", "(폭소)"),
    ("😉", "(윙크)"),
    ("😍🥰😘😗😙😚💕💖💗💓💞💘💝❣🧡💛💚💙💜🤎🖤🤍🩷🩵🩶", "(하트)"),
    ("💔", "(이별)"),
    ("😋🤤", "(맛있음)"),
    ("🤔🧐", "(생각)"),
    ("😐😑😶🫥", "(무표정)"),
    ("🙄", "(눈 굴림)"),
    ("😴💤", "(졸림)"),
    ("😷🤒🤧🤕", "(아픔)"),
    ("🤢🤮", "(메스꺼움)"),
    ("😎", "(멋짐)"),
    ("😢😭😿🥲", "(눈물)"),
    ("😟😞😔😕🙁☹😣😖😥😓", "(슬픔)"),
    ("😠😡🤬👿", "(화남)"),
    ("😨😰😱😧😦", "(놀람)"),
    ("😮😯😲", "(놀람)"),
    ("😳", "(당황)"),
    ("🥺", "(부탁)"),
    ("👍", "(좋음)"),
    ("👎", "(나쁨)"),
    ("👌🆗", "(OK)"),
    ("👏", "(박수)"),
    ("🙏", "(부탁)"),
    ("🙇", "(인사)"),
    ("💪", "(힘내요)"),
    ("🤝", "(악수)"),
    ("👋", "(안녕)"),
    ("✌", "(브이)"),
    ("☝👆👇👈👉", "(손가락)"),
    ("🙋", "(저요)"),
    ("🎉🎊", "(축하)"),
    ("🎂", "(케이크)"),
    ("🎁", "(선물)"),
    ("💐🌸🌹🌷🌺🌼🌻", "(꽃)"),
    ("🔥", "(불)"),
    ("💧💦", "(물)"),
    ("☀🌞", "(맑음)"),
    ("☁⛅🌥", "(흐림)"),
    ("☔🌧🌂", "(비)"),
    ("⛈⚡🌩", "(번개)"),
    ("❄⛄🌨☃", "(눈)"),
    ("🌪🌀", "(태풍)"),
    ("🚑", "(구급차)"),
    ("🚒", "(소방차)"),
    ("🚓🚔", "(경찰차)"),
    ("🚨🆘", "(긴급)"),
    ("🏥", "(병원)"),
    ("🏫", "(학교)"),
    ("🏢🏛", "(청사)"),
    ("🏠🏡", "(집)"),
    ("🚌🚍", "(버스)"),
    ("🚇🚉", "(지하철)"),
    ("🚕🚖", "(택시)"),
    ("🚗🚙", "(자동차)"),
    ("🅿", "(주차)"),
    ("♿", "(휠체어)"),
    ("🧏👂🦻", "(귀)"),
    ("🤟", "(사랑해요)"),
    ("📱📲", "(휴대전화)"),
    ("💬🗨", "(문자)"),
    ("📧✉📩📨", "(편지)"),
    ("📷📸", "(사진)"),
    ("📅📆🗓", "(날짜)"),
    ("⏰🕐🕑🕒🕓🕔🕕🕖🕗🕘🕙🕚🕛⌚", "(시각)"),
    ("📍📌🗺", "(위치)"),
    ("📄📃📝🗒", "(서류)"),
    ("💳💵💴💶💰", "(돈)"),
    ("💊💉🩺", "(약)"),
    ("🐶🐕", "(개)"),
    ("🐱🐈", "(고양이)"),
    ("☕🍵", "(차)"),
    ("🍚🍱🍜🍲", "(밥)"),
    ("⚠", "(주의)"),
    ("🚫⛔", "(금지)"),
    ("🔑", "(열쇠)"),
    ("🔔🔕", "(알림)"),
    ("🔗", "(링크)"),
    ("♻🗑", "(쓰레기)"),
    ("👮", "(경찰)"),
    ("👶", "(아기)"),
    ("👵👴", "(어르신)"),
];

/// A replacement for `text`; `None` if the carrier can carry it as it is, or a character has no replacement.
pub fn offer(text: &str, charset: Charset) -> Option<Offer> {
    let text = normalise(text);
    let strange = unencodable(&text, charset);
    if strange.is_empty() {
        return None;
    }
    let words = strange.iter().map(|c| Some((*c, word_for(*c, charset)?)));
    let replaced: Vec<(char, String)> = words.collect::<Option<_>>()?;
    let word = |c: char| replaced.iter().find(|(from, _)| *from == c).map(|(_, word)| word.as_str());
    let mut mended = String::with_capacity(text.len());
    let mut last = None;
    for c in text.chars() {
        match word(c) {
            // A repeated emoji gives one word.
            Some(word) if !word.is_empty() && last == Some(word) => {}
            Some(word) => {
                mended.push_str(word);
                last = if word.is_empty() { last } else { Some(word) };
            }
            None => {
                mended.push(c);
                last = None;
            }
        }
    }
    let mended = normalise(&mended);
    unencodable(&mended, charset).is_empty().then_some(Offer { text: mended, replaced })
}

/// The replacement of one character.
fn word_for(c: char, charset: Charset) -> Option<String> {
    if is_silent(c) {
        return Some(String::new());
    }
    if c.is_whitespace() {
        return Some(" ".to_owned());
    }
    let sign = SIGNS.iter().find(|(sign, _)| *sign == c).map(|(_, word)| (*word).to_owned());
    let emoji = || EMOJI.iter().find(|(all, _)| all.contains(c)).map(|(_, word)| (*word).to_owned());
    let word = sign.or_else(emoji).or_else(|| plain(c));
    word.filter(|word| !word.is_empty() && unencodable(&carried(word), charset).is_empty())
}

/// The plain form of a styled letter or digit, or a letter without its accent.
fn plain(c: char) -> Option<String> {
    let plain: String = c.nfkc().collect();
    if plain != c.to_string() && !plain.trim().is_empty() {
        return Some(plain);
    }
    let base: String = c.nfkd().filter(char::is_ascii).collect();
    (!base.trim().is_empty()).then_some(base)
}

fn carried(word: &str) -> String {
    cp949::carried(word.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::text::{Limits, plan};

    fn offered(text: &str) -> Option<String> {
        offer(text, Charset::Cp949).map(|offer| offer.text)
    }

    #[test]
    fn what_is_offered() {
        let table = [
            ("네 😊", Some("네 (웃음)")),
            ("네 😊😊😊!", Some("네 (웃음)!")),
            ("👍🏽 좋아요 ❤️", Some("(좋음) 좋아요 ♥")),
            ("a\u{a0}b\u{200b}c", Some("a bc")),
            ("‟그래요‟ – 네", Some("\"그래요\" - 네")),
            ("★ © 2026", Some("★ (c) 2026")),
            ("𝐀𝟏", Some("A1")),
            ("café naïve", Some("cafe naive")),
            ("긴급🆘 ☔", Some("긴급(긴급) (비)")),
            // Nothing strange, or nothing that fits.
            ("안녕하세요", None),
            ("สวัสดี", None),
            ("🦕", None),
        ];
        for (text, expected) in table {
            assert_eq!(offered(text).as_deref(), expected, "{text}");
        }
        assert_eq!(offer("😊", Charset::Gsm7Ucs2), None, "it carries everything");
    }

    #[test]
    fn each_replacement_is_named_once() {
        let offer = offer("😊 👍 😊", Charset::Cp949).unwrap();
        assert_eq!(offer.replaced, [('😊', "(웃음)".to_owned()), ('👍', "(좋음)".to_owned())]);
    }

    #[test]
    fn every_word_of_the_tables_can_be_carried() {
        let words = SIGNS.iter().map(|(_, word)| *word).chain(EMOJI.iter().map(|(_, word)| *word));
        for word in words {
            assert!(plan(word, &Limits::KOREAN).is_ok(), "{word}");
        }
    }

    proptest! {
        /// Whatever is offered can be sent, and offering again changes nothing.
        #[test]
        fn an_offer_can_be_sent(text in "[\\PC\u{fe0f}\u{200d}😊👍é“”…–가-힣a-z ]{0,30}") {
            if let Some(offer) = offer(&text, Charset::Cp949) {
                prop_assert!(unencodable(&normalise(&offer.text), Charset::Cp949).is_empty());
                prop_assert_eq!(super::offer(&offer.text, Charset::Cp949), None);
            }
        }
    }
}
