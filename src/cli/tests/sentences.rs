//! The sentences of every face: the same ones in both languages, each of them usable, each that the sources name there; and one Korean
//! word for one thing, in whatever shows Korean to somebody.

use std::path::{Path, PathBuf};

use crate::client::catalogue::{ids, values};
use crate::client::{Say, Value};
use crate::ops::lang::Lang;

/// A face: its room, its sentences in Korean and English, and how they are looked up.
struct Face {
    room: &'static str,
    ko: &'static str,
    en: &'static str,
    say: fn(Lang) -> Say,
}

const FACES: [Face; 3] = [
    Face {
        room: "client",
        ko: include_str!("../../client/locales/ko.ftl"),
        en: include_str!("../../client/locales/en.ftl"),
        say: Say::new,
    },
    Face {
        room: "cli",
        ko: include_str!("../locales/ko.ftl"),
        en: include_str!("../locales/en.ftl"),
        say: crate::cli::words::say,
    },
    Face {
        room: "tui",
        ko: include_str!("../../tui/locales/ko.ftl"),
        en: include_str!("../../tui/locales/en.ftl"),
        say: crate::tui::say,
    },
];

/// Looking after a danger is not holding its conversation, and has a word of its own.
#[test]
fn who_looks_after_a_danger_does_not_hold_it() {
    for face in FACES {
        let holds = |line: &&str| {
            let of_ack =
                line.split_once(" = ").is_some_and(|(id, _)| id.contains("ack") && !id.starts_with("arg-"));
            let words = line.split_once(" = ").map_or("", |(_, words)| words);
            of_ack && ["맡았", "맡은", "맡지", "맡아"].iter().any(|word| words.contains(word))
        };
        assert_eq!(face.ko.lines().find(holds), None, "{}", face.room);
    }
}

#[test]
fn both_languages_say_the_same_things() {
    for face in FACES {
        assert_eq!(ids(face.ko), ids(face.en), "{}", face.room);
        assert_eq!(values(face.ko), values(face.en), "{}", face.room);
    }
}

/// The page cannot read these files: it has the same words for what triage found, for kinds of notes and before the same words leave once more.
#[test]
fn the_page_says_what_the_programs_say() {
    let page = include_str!("../../web/assets/words.js");
    let is_shared =
        |id: &String| ["rule-", "note-", "typed-as", "same-words-"].iter().any(|start| id.starts_with(start));
    let shared: Vec<String> = ids(FACES[0].ko).into_iter().filter(is_shared).collect();
    assert!(shared.len() > 50, "{shared:?}");
    for id in shared {
        let values = || [("text", "{text}".into()), ("at", "{at}".into())];
        let [en, ko] = [Lang::En, Lang::Ko].map(|lang| Say::new(lang).with(&id, values()));
        let key = id.replace("note-", "noted-");
        let row = format!("  \"{key}\": [\"{en}\", \"{ko}\"],\n");
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn every_sentence_can_be_looked_up() {
    for face in FACES {
        for lang in [Lang::Ko, Lang::En] {
            for id in ids(face.ko) {
                let values = values(face.ko).into_iter().map(|(_, name)| (&*name.leak(), Value::from(3)));
                let found = (face.say)(lang).find_with(&id, values);
                assert!(found.is_some_and(|words| !words.is_empty()), "{} {lang:?} {id}", face.room);
            }
        }
    }
    for (_, _, id) in crate::tui::COMMANDS {
        assert!(crate::tui::say(Lang::Ko).find(&format!("key-{id}")).is_some(), "{id}");
    }
}

/// No sentence says `1 more bulletins`, whatever it counts.
#[test]
fn one_thing_is_said_of_one() {
    let is_plural = |word: &str| word.ends_with('s') && word.len() > 2 && !VERBS.contains(&word);
    for face in FACES {
        let all =
            ids(face.en).into_iter().filter(|id| !id.contains('.') && !NEVER_ONE.contains(&id.as_str()));
        for id in all {
            let values = values(face.en).into_iter().filter(|(of, _)| *of == id);
            // A number that came as text counts as one.
            let value = |name: &str| if COUNTS.contains(&name) { "1" } else { "x" };
            let values = values.map(|(_, name)| (value(&name), name));
            let values = values.map(|(value, name)| (&*name.leak(), Value::from(value)));
            let Some(said) = (face.say)(Lang::En).find_with(&id, values) else { continue };
            let words: Vec<&str> = said.split(|c: char| !c.is_ascii_alphanumeric()).collect();
            for (at, _) in words.iter().enumerate().filter(|(_, word)| **word == "1") {
                let is_name = at > 0 && NUMBERED.contains(&words[at - 1].to_lowercase().as_str());
                let mut behind = words[at + 1..].iter().skip_while(|word| ["more", "other"].contains(word));
                let is_wrong = !is_name && behind.next().is_some_and(|word| is_plural(word));
                assert!(!is_wrong, "{} {id}: {said}", face.room);
            }
        }
    }
}

/// Values that count something.
const COUNTS: [&str; 25] = [
    "n",
    "count",
    "phones",
    "all",
    "answered",
    "seen",
    "done",
    "parts",
    "texts",
    "days",
    "open",
    "minutes",
    "secs",
    "drafts",
    "photos",
    "held",
    "called",
    "differences",
    "characters",
    "codes",
    "active",
    "queued",
    "waiting",
    "unreceipted",
    "pairs",
];
/// What stands before a number that is a name.
const NUMBERED: [&str; 6] = ["conversation", "bulletin", "text", "file", "version", "review"];
/// Words behind a number that end as a plural does.
const VERBS: [&str; 14] = [
    "is", "has", "was", "does", "this", "rings", "shows", "holds", "waits", "takes", "passes", "belongs",
    "lets", "lists",
];
/// Sentences that are said of two and more only, or of a number that is fixed.
const NEVER_ONE: [&str; 5] =
    ["class-parts", "length-parts", "ask-parts", "advice-long_sentence", "lines-at-once"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// All files below a folder but those of tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("tests") {
            found.extend(files(&path));
        } else if path.is_file() && !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_sentence_named_in_the_source_exists() {
    const CALLS: [&str; 6] =
        ["say.t(\"", "say.with(\"", "say.find(\"", "self.tell(\"", "self.alert(\"", "Failure::here(Exit::"];
    let mut n_named = 0;
    for face in &FACES {
        let known: Vec<String> = ids(face.en).into_iter().chain(ids(FACES[0].en)).collect();
        for file in files(&source().join(face.room))
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        {
            let text = std::fs::read_to_string(&file).expect("a source");
            for call in CALLS {
                for rest in text.split(call).skip(1) {
                    let id = if call.starts_with("Failure") {
                        // A code that is put together elsewhere has a test there.
                        let literal = rest.split(',').nth(1).map(str::trim_start);
                        let Some(code) = literal.and_then(|word| word.strip_prefix('"')) else { continue };
                        format!("error-{}", code.split('"').next().unwrap_or_default())
                    } else {
                        rest.split('"').next().unwrap_or_default().to_owned()
                    };
                    assert!(known.contains(&id), "{}: {id}", file.display());
                    n_named += 1;
                }
            }
        }
    }
    assert!(n_named > 250, "{n_named}");
}

/// Words that are not used, and the one word for the same thing.
const GLOSSARY: [(&str, &str); 24] = [
    ("미리 써 둔", "자주 쓰는"),
    // The administrator of accounts, beside the supervisor (관리자).
    ("계정 관리자", "계정 담당자"),
    ("상담원", "상담사"),
    ("답장", "답변"),
    ("창구", "부서"),
    ("까닭", "사유"),
    ("이유", "사유"),
    ("감독자", "관리자"),
    ("슈퍼바이저", "관리자"),
    ("카테고리", "분류"),
    ("노트", "메모"),
    ("민원인", "시민"),
    ("고객", "시민"),
    ("이동통신사", "통신사"),
    ("패스워드", "비밀번호"),
    ("유저", "사용자"),
    ("로그인 이름", "아이디"),
    ("알람", "경보"),
    ("휴대폰", "휴대전화"),
    ("핸드폰", "휴대전화"),
    ("수신 거부", "수신거부"),
    ("접근 기록", "접속기록"),
    ("접속 기록", "접속기록"),
    // Danger, in labels and in sentences.
    ("위급", "긴급"),
];

#[test]
fn one_korean_word_for_one_thing() {
    let single =
        ["api/words.rs", "web/assets/words.js", "domain/figures/words.rs", "config/words/incentive.toml"];
    let mut texts: Vec<PathBuf> = single.map(|name| source().join(name)).into();
    // Rooms that keep both languages beside each other in their code.
    texts.extend(["admin", "check"].iter().flat_map(|room| files(&source().join(room))));
    let rooms = ["admin", "cli", "client", "ops", "tui"].map(|room| source().join(room).join("locales"));
    for room in rooms {
        let is_korean =
            |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().contains("ko"));
        texts.extend(files(&room).into_iter().filter(is_korean));
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = files(&root.join("docs")).into_iter().chain([root.join("README.ko.md")]);
    let is_page = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.ends_with(".ko.md") || name == "log-lines.toml"
    };
    texts.extend(pages.filter(is_page));
    assert!(texts.len() >= 100, "{texts:?}");
    for path in texts {
        let text = std::fs::read_to_string(&path).expect("sentences");
        for (n, line) in text.lines().enumerate() {
            for (wrong, right) in GLOSSARY {
                // What a duty phone is texted, word by word: there it is a text sent back.
                let is_quoted = line.contains("살피려면 답장:") && wrong == "답장";
                assert!(
                    is_quoted || !line.contains(wrong),
                    "{}:{}: {wrong}, but the word is {right}",
                    path.display(),
                    n + 1
                );
            }
        }
    }
}

/// What a danger is called where it is a label, in every face. The glossary holds the sentences.
#[test]
fn the_label_of_a_danger_is_one_word() {
    let page = include_str!("../../web/assets/words.js");
    let lines: Vec<&str> = FACES.iter().flat_map(|face| face.ko.lines()).chain(page.lines()).collect();
    let labels = [
        "tier-1 =",
        "mark-ringing =",
        "n-danger =",
        "duty-kind-danger =",
        "status-short-danger =",
        "head-dangers-7 =",
        "practice-lesson-danger =",
        "call-danger =",
        "ringing =",
        "note-false_alarm =",
        "\"danger\":",
        "\"danger-say\":",
        "\"tier-1\":",
        "\"false-alarm\":",
    ];
    for label in labels {
        let of_it: Vec<&&str> = lines.iter().filter(|line| line.trim_start().starts_with(label)).collect();
        assert!(!of_it.is_empty(), "{label}");
        assert!(of_it.iter().all(|line| line.contains("긴급")), "{of_it:?}");
    }
}

/// A particle behind a value would have to follow its last sound, so no sentence has one there: neither both forms, nor one of them.
#[test]
fn no_particle_stands_behind_a_value() {
    const BOTH: [&str; 7] = ["(는)", "(를)", "(으)", "(이)", "(가)", "(과)", "(와)"];
    const ONE: [&str; 11] = ["은", "는", "이", "가", "을", "를", "과", "와", "으로", "로", "라고"];
    let page = include_str!("../../web/assets/words.js");
    let mut n_values = 0;
    for text in FACES.map(|face| face.ko).into_iter().chain([page]) {
        for line in text.lines() {
            assert!(!BOTH.iter().any(|both| line.contains(both)), "{line}");
            // What is not behind a value of the page is code.
            for behind in line.split('}').skip(1) {
                let behind = behind.trim_start_matches(['"', '”', '\'', '`', ' ']);
                let word: String = behind.chars().take_while(|c| ('가'..='힣').contains(c)).collect();
                assert!(!ONE.contains(&word.as_str()), "{line}");
                n_values += 1;
            }
        }
    }
    assert!(n_values > 300, "{n_values}");
}
