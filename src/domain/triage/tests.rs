//! Tests of triage: what is found, what is not, and that nothing takes long.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::sample::{Label, Sample};
use super::train::train;
use super::*;
use crate::domain::notice::Language;

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_owned()).collect()
}

fn rule(id: &str, tier: Tier, kind: Kind, words: &[&str], exceptions: &[&str]) -> Rule {
    Rule { words: owned(words), exceptions: owned(exceptions), ..Rule::new(id, tier, kind, Language::Ko) }
}

fn lists() -> Lists {
    let group = |id: &str, words: &[&str], forms: &[&str]| Group {
        id: id.to_owned(),
        words: owned(words),
        forms: owned(forms),
    };
    let danger = |id: &str| Rule::new(id, Tier::Danger, Kind::Danger, Language::Ko);
    let rules = vec![
        rule("fire", Tier::Danger, Kind::Danger, &["불이~났", "불났"], &["불이 익"]),
        rule("fall", Tier::Danger, Kind::Danger, &["쓰러졌"], &["안쓰러"]),
        rule("die", Tier::Danger, Kind::SelfHarm, &["죽고 싶", "죽겠"], &["배고파 죽겠"]),
        rule("kill", Tier::Danger, Kind::Danger, &["_kill me_", "_he hurts_"], &[]),
        rule("blaze", Tier::Look, Kind::Danger, &["화재"], &["문화재", "화재 대피 훈련"]),
        rule("insult", Tier::Info, Kind::Abuse, &["바보"], &[]),
        Rule { together: owned(&["@family @hit", "칼 들다 !@game"]), ..danger("hit") },
        Rule { forms: owned(&["찌르다"]), ..danger("stab") },
        Rule {
            alone: owned(&["119", "경찰 불러줘"]), initials: owned(&["ㅅㄹㅈ"]), ..danger("call")
        },
        rule("hostage", Tier::Look, Kind::Danger, &["인질", "익사", "때리고 있"], &[]),
    ];
    let groups = vec![
        group("family", &["남편", "아빠"], &[]),
        group("hit", &[], &["때리다"]),
        group("game", &["게임"], &[]),
    ];
    let guards = vec![Guard { id: "game".into(), together: owned(&["@game"]), ..Guard::default() }];
    Lists { groups, rules, guards }
}

fn triage() -> Triage {
    Triage::new(lists(), None).unwrap()
}

#[test]
fn what_is_found() {
    let cases = [
        ("우리 집에 불이 크게 났어요", "fire", Some(Tier::Danger)),
        ("불 났 다", "fire", Some(Tier::Danger)),
        ("불이 꺼진 뒤 한참 지나 회의가 다시 열렸는데 큰일이 났", "", None),
        ("문화재 관람료", "", None),
        ("문화재에 화재", "blaze", Some(Tier::Look)),
        ("화재 대피 훈련 언제예요", "", None),
        ("배고파 죽겠다", "", None),
        ("배고파 죽겠다 아니 정말 죽겠어요", "die", Some(Tier::Danger)),
        ("they kill me", "kill", Some(Tier::Danger)),
        ("this skill measure", "", None),
        ("He's here, he hurts", "kill", Some(Tier::Danger)),
        ("바보야", "insult", None),
        ("바보야 죽고싶어 불났어", "fire die insult", Some(Tier::Danger)),
        ("qnfskTek", "fire", Some(Tier::Danger)),
        ("", "", None),
        // Deaf writers: dictionary forms, any order, no particles.
        ("남편 때리다 나 무섭다", "hit", Some(Tier::Danger)),
        ("또 때려요 아빠가", "hit", Some(Tier::Danger)),
        ("아빠가왔어요또때렸어요", "hit", Some(Tier::Danger)),
        ("아빠. 때려 치웠어요", "", None),
        ("아빠 오늘 회사 일 아주 많이 때려", "", None),
        ("칼로 찔렀어요", "stab", Some(Tier::Danger)),
        ("119", "call", Some(Tier::Danger)),
        ("119!!ㅠㅠ", "call", Some(Tier::Danger)),
        ("119안전센터", "", None),
        ("엄마 ㅅㄹㅈㅈㅈ", "call", Some(Tier::Danger)),
        ("경찰 불러줘ㅓㅓ", "call", Some(Tier::Danger)),
        // Words begin where words begin.
        ("본질적인 질문", "", None),
        ("케익사고 싶어요", "", None),
        ("멍때리고 있었어요", "", None),
        ("인질", "hostage", Some(Tier::Look)),
    ];
    let triage = triage();
    for (text, rules, tier) in cases {
        let verdict = triage.judge(text);
        assert_eq!((verdict.rules().as_str(), verdict.tier()), (rules, tier), "{text}");
    }
    assert_eq!(triage.judge("죽고 싶어 불났어").danger(), Some(Kind::SelfHarm));
    assert!(triage.judge("바보").is_abusive());
}

#[test]
fn no_hit_crosses_the_end_of_a_sentence() {
    let triage = triage();
    for text in ["집에 불이. 났다", "아빠가 왔어요! 때려요", "남편 일하다? 때리다"] {
        assert_eq!(triage.judge(text).tier(), None, "{text}");
    }
    assert_eq!(triage.judge("불.났.다").tier(), Some(Tier::Danger));
    assert_eq!(triage.judge("불... 났다").tier(), Some(Tier::Danger));
}

#[test]
fn a_guard_lowers_by_one_tier_and_never_to_none() {
    let triage = triage();
    let cases = [
        ("게임에서 불났어", Some(Tier::Look)),
        ("게임에서 칼 들고", None),
        ("게임 인질", Some(Tier::Info)),
        ("게임 얘기예요. 그건 됐고요. 그런데 지금 우리 집 불났어요", Some(Tier::Danger)),
    ];
    for (text, tier) in cases {
        assert_eq!(triage.judge(text).tier(), tier, "{text}");
    }
}

#[test]
fn pictures_alone_and_beside_words() {
    let sos = Rule { signs: owned(&["🆘"]), ..Rule::new("sos", Tier::Danger, Kind::Danger, Language::Ko) };
    let fire = Rule {
        alone: owned(&["🔥 집", "🔥🏠"]),
        ..Rule::new("fire", Tier::Danger, Kind::Danger, Language::Ko)
    };
    let look = Rule { alone: owned(&["🔥"]), ..Rule::new("look", Tier::Look, Kind::Danger, Language::Ko) };
    let triage = Triage::new(Lists { rules: vec![sos, fire, look], ..Lists::default() }, None).unwrap();
    let cases = [
        ("🆘", "sos"),
        ("여기요 🆘🆘 빨리", "sos"),
        ("🔥집", "fire"),
        ("집🔥🔥!!", "fire"),
        ("🏠\u{fe0f}🔥", "fire look"),
        ("🔥", "look"),
        ("🔥\u{200d}❤", "look"),
        ("집", ""),
        ("🏠", ""),
        ("집에서 🔥", ""),
    ];
    for (text, rules) in cases {
        assert_eq!(triage.judge(text).rules(), rules, "{text}");
    }
    let bad = Rule { signs: owned(&["sos"]), ..Rule::new("a", Tier::Danger, Kind::Danger, Language::Ko) };
    let refused = Triage::new(Lists { rules: vec![bad], ..Lists::default() }, None).unwrap_err();
    assert!(refused[0].why.contains("not one picture"), "{refused:?}");
}

#[test]
fn a_text_is_judged_with_what_came_before() {
    let triage = triage();
    assert_eq!(triage.judge_behind("났어요", "우리 집에 불이").tier(), Some(Tier::Danger));
    assert_eq!(triage.judge_behind("네", "우리 집에 불이 났어요").tier(), None);
    // Another danger in two halves is heard behind a danger; the same one, and thanks, are not heard again.
    let knife = "칼 들고 있어요 살려주세요";
    assert_eq!(triage.judge_behind("났어요", &format!("{knife} 집에 불이")).tier(), Some(Tier::Danger));
    assert_eq!(triage.judge_behind("네", &format!("{knife} 집에 불이 났어요")).tier(), None);
    assert_eq!(triage.judge_behind("고맙습니다", knife).tier(), None);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let danger = |id: &str| Rule::new(id, Tier::Danger, Kind::Danger, Language::Ko);
    let cases = [
        (rule("a", Tier::Look, Kind::Danger, &[], &[]), "has no words"),
        (rule("a", Tier::Look, Kind::Danger, &["!!"], &[]), "can't be searched for"),
        (rule("a", Tier::Look, Kind::Danger, &["가"], &[]), "single letter"),
        (Rule { forms: owned(&["때려"]), ..danger("a") }, "no dictionary form"),
        (Rule { together: owned(&["@nobody 칼"]), ..danger("a") }, "no group @nobody"),
        (
            Rule { hits: owned(&["나무"]), ..rule("a", Tier::Look, Kind::Danger, &["가나"], &[]) },
            "nothing is found",
        ),
        (
            Rule { misses: owned(&["가나다"]), ..rule("a", Tier::Look, Kind::Danger, &["가나"], &[]) },
            "is hit",
        ),
    ];
    for (bad, expected) in cases {
        let refused = Triage::new(Lists { rules: vec![bad], ..Lists::default() }, None).unwrap_err();
        assert!(refused.len() == 1 && refused[0].why.contains(expected), "{refused:?}");
    }
}

#[test]
fn everything_that_is_wrong_is_named_at_once_with_its_word() {
    let bad = Rule {
        together: owned(&["@nobody 칼", "칼 들다"]),
        ..rule("a", Tier::Look, Kind::Danger, &["가", "가나", "나"], &[])
    };
    let refused = Triage::new(Lists { rules: vec![bad], ..Lists::default() }, None).unwrap_err();
    let words: Vec<_> = refused.iter().filter_map(|bad| bad.word.as_deref()).collect();
    assert_eq!(words, ["가", "나", "@nobody 칼"]);
    let (hits, misses) = (owned(&["가나", "다라"]), owned(&["가나요", "마바"]));
    let untested = Rule { hits, misses, ..rule("a", Tier::Look, Kind::Danger, &["가나"], &[]) };
    let refused = Triage::new(Lists { rules: vec![untested], ..Lists::default() }, None).unwrap_err();
    let words: Vec<_> = refused.iter().filter_map(|bad| bad.word.as_deref()).collect();
    assert_eq!(words, ["다라", "가나요"]);
}

#[test]
fn words_lead_to_their_list() {
    let lists = [owned(&["동구청"]), owned(&["여권", "비자"])];
    let words = Words::new(lists.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(words.find("여 권 만들려면"), Some(1));
    assert_eq!(words.find("동구청에서 여권"), Some(0));
    assert_eq!(words.find("버스"), None);
}

fn taught() -> (Triage, Vec<Sample>) {
    let dangers = ["엄마 얼굴이 파래요", "문 앞에 서 있어요 무서워요", "숨을 헐떡여요", "피가 흘러요"];
    let harmless = ["버스 언제 와요", "여권 사진 크기", "도서관 문 여는 시간", "세금 내는 곳"];
    let sample = |label: Label, text: &str, n: usize| Sample {
        label,
        hand: n % 2,
        register: "polite".into(),
        kind: "any".into(),
        text: text.to_owned(),
    };
    let samples: Vec<Sample> = (dangers.iter().map(|text| (Label::Danger, text)))
        .chain(harmless.iter().map(|text| (Label::Ordinary, text)))
        .enumerate()
        .map(|(n, (label, text))| sample(label, text, n))
        .collect();
    (triage(), samples)
}

#[test]
fn a_second_opinion_only_raises_and_names_its_words() {
    let (triage, samples) = taught();
    let table = train(&triage, &samples).table.with_thresholds(Thresholds { danger: 0.4, look: 0.2 });
    let with = triage.clone().with_table(Some(table.clone()));
    let verdict = with.judge("얼굴이 파래요");
    assert_eq!(verdict.tier(), Some(Tier::Danger));
    assert_eq!(verdict.danger(), Some(Kind::Danger));
    assert!(verdict.rules().contains("얼굴이") || verdict.rules().contains("파래"), "{}", verdict.rules());
    assert_eq!(with.judge("버스 언제 와요").tier(), None);
    for text in ["불났어", "죽고싶어요", "문화재에 화재", "바보", "버스", "피가 흘러요 게임"]
    {
        let (alone, both) = (triage.judge(text).tier(), with.judge(text).tier());
        assert!(both.is_some() || alone.is_none(), "{text}");
        assert!(alone.is_none_or(|alone| both.is_some_and(|both| both <= alone)), "{text}");
    }
    let read = Table::from_bytes(table.bytes()).unwrap();
    assert_eq!(read.thresholds, table.thresholds);
    assert!(Table::from_bytes(b"MNJ1").is_err() && Table::from_bytes(&vec![0; table.bytes().len()]).is_err());
}

#[test]
fn the_same_texts_give_the_same_table() {
    let (triage, samples) = taught();
    assert!(train(&triage, &samples).table.bytes() == train(&triage, &samples).table.bytes());
}

#[test]
fn hostile_and_huge_texts_take_bounded_time() {
    let (bare, samples) = taught();
    let triage = bare.clone().with_table(Some(train(&bare, &samples).table));
    let n = 1_000_000;
    let texts = [
        "불이 ".repeat(n / 5),
        "아빠 남편 때리다 ".repeat(n / 10),
        "ㅅㅏ".repeat(n / 6),
        "\0\u{202e}a\u{200b}".repeat(n / 6),
        "가".repeat(n / 3),
        "tkf ".repeat(n / 4),
    ];
    for text in texts {
        let began = Instant::now();
        triage.judge_behind(&text, &text);
        let shown: String = text.chars().take(6).collect();
        assert!(began.elapsed() < Duration::from_secs(60), "{shown}: {:?}", began.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_is_judged(text in any::<String>(), recent in any::<String>()) {
        triage().judge_behind(&text, &recent);
    }

    #[test]
    fn danger_is_found_wherever_it_stands(before in "[가-나 a-z.]{0,30}", after in "[다-라 a-z.!]{0,30}") {
        let text = format!("{before} 쓰러졌 {after}");
        prop_assert_eq!(triage().judge(&text).tier(), Some(Tier::Danger));
    }
}
