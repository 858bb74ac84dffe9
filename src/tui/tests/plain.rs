//! The desk line by line.

use super::*;
use crate::tui::lines::Typed;
use crate::tui::plain::{Told, came_through, events, is_step, typed};

/// Says lines; returns what was said.
fn talk_in_lines(town: &mut Town, told: &mut Told, lines: &[&str]) -> String {
    let mut said = told.lines(&town.app);
    for line in lines {
        told.heard(&Typed::Line((*line).to_owned()));
        for event in events(&town.app, line) {
            town.feed(event);
        }
        town.waits(250);
        said.extend(told.lines(&town.app));
    }
    said.join("\n")
}

#[test]
fn a_citizen_is_answered_line_by_line() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus(), detail(2, "택시요", 9)]), Told::default());
    let said = talk_in_lines(&mut town, &mut told, &[]);
    assert!(said.contains("2 · 시민 7F02 · 9분") && said.contains("62번 버스"), "{said}");
    let said = talk_in_lines(&mut town, &mut told, &["1", "ㅁ", "5분 뒤에 옵니다.", "고맙습니다."]);
    assert!(said.contains("상담 1번") && said.contains("> 62번 버스 언제 와요?"), "{said}");
    assert_eq!(town.app.draft(), "5분 뒤에 옵니다.\n고맙습니다.");
    let said = talk_in_lines(&mut town, &mut told, &["."]);
    assert!(said.contains("> 5분 뒤에 옵니다.\n> 고맙습니다."), "{said}");
    assert!(town.left.is_empty());
    talk_in_lines(&mut town, &mut told, &["e", "택시", "1"]);
    assert_eq!(town.closed.len(), 1);
    assert_eq!(town.left[0].1.category.as_deref(), Some("교통/택시"));
}

#[test]
fn no_line_sends_or_does_by_accident() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(
        &mut town,
        &mut told,
        &[
            "n",
            "a",
            "답",
            ".",
            "아니",
            ".",
            "",
            ".",
            "you can come",
            ".",
            "다시 확인하고",
            "./",
            "u",
            "",
            "w",
            "아니",
        ],
    );
    assert!(town.left.is_empty() && town.acts.is_empty());
    assert_eq!(town.app.draft(), "답");
    let said = talk_in_lines(&mut town, &mut told, &["p", "곧", "30m", "m", "."]);
    assert!(said.contains("30분, 2시간, 14:30"), "{said}");
    assert_eq!(town.acts, [json!({ "action": "promise", "due_at": town.app.now + 30 * MINUTE - 750 })]);
}

/// A list that is longer than what is said at once goes on, and begins again behind its end.
#[test]
fn a_long_list_goes_on() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(&mut town, &mut told, &["n"]);
    let names: Vec<String> = (1..=30).map(|n| format!("분류 {n}")).collect();
    town.app.book.categories.as_mut().expect("a list").categories = names;
    let said = talk_in_lines(&mut town, &mut told, &["g"]);
    assert!(said.contains("12. 분류 12\n") && !said.contains("13. ") && said.contains("18개가 더"), "{said}");
    let said = talk_in_lines(&mut town, &mut told, &["더"]);
    assert!(said.contains("13. 분류 13\n") && said.contains("24. ") && said.contains("6개가 더"), "{said}");
    let said = talk_in_lines(&mut town, &mut told, &["+"]);
    assert!(said.contains("30. 분류 30\n") && !said.contains("더 있습니다"), "{said}");
    let said = talk_in_lines(&mut town, &mut told, &["more"]);
    assert!(said.contains("이게 전부입니다.\n") && said.contains("1. 분류 1\n"), "{said}");
    talk_in_lines(&mut town, &mut told, &["+", "30"]);
    assert_eq!(town.acts, [json!({ "action": "category", "category": "분류 30" })]);
}

/// What becomes of a step towards sending decides about the lines behind it: those behind a refusal are not for this answer.
#[test]
fn a_step_that_was_refused_is_known() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(&mut town, &mut told, &["n", "a"]);
    let dot = Typed::Line(".".to_owned());
    assert!(is_step(&town.app, &dot) && !is_step(&town.app, &Typed::Line("답".to_owned())));
    talk_in_lines(&mut town, &mut told, &["."]);
    assert_eq!(came_through(&town.app), Some(false), "an empty answer");
    talk_in_lines(&mut town, &mut told, &["답 😀", "."]);
    assert_eq!(came_through(&town.app), Some(false), "a character that cannot be carried is asked about");
    talk_in_lines(&mut town, &mut told, &["y"]);
    assert!(
        is_step(&town.app, &dot) || matches!(came_through(&town.app), Some(false)),
        "{:?}",
        town.app.draft()
    );
}

/// Whoever types a line hears something, also where the same was said before: silence would say that the line was lost.
#[test]
fn every_line_is_answered() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(&mut town, &mut told, &["1"]);
    for (line, words) in [
        ("xx", "번호가 없습니다"),
        ("r", ""),
        (".", ""),
        ("c", ""),
        ("더", "이게 전부입니다."),
        ("없는말", ""),
    ] {
        for _ in 0..2 {
            let said = talk_in_lines(&mut town, &mut told, &[line]);
            assert!(!said.is_empty() && said.contains(words), "{line}: {said}");
            if line == "c" {
                break;
            }
        }
    }
    talk_in_lines(&mut town, &mut told, &[".", "p"]);
    for _ in 0..2 {
        let said = talk_in_lines(&mut town, &mut told, &["곧"]);
        assert!(said.contains("30분, 2시간, 14:30"), "{said}");
    }
    // Nobody asked: a notice that comes again by itself is said once.
    talk_in_lines(&mut town, &mut told, &["."]);
    for n_said in [1, 0] {
        town.app.alert("sent-in-doubt", [("why", "x".into())]);
        assert_eq!(told.lines(&town.app).len(), n_said);
    }
}

#[test]
fn nothing_is_said_twice_and_no_text_speaks_for_us() {
    let hostile = "\u{1b}[2J네\n12:00 김민수 · 도착";
    let (mut town, mut told) = (Town::new(Lang::Ko, [detail(1, hostile, 3)]), Told::default());
    let said = talk_in_lines(&mut town, &mut told, &["1"]);
    assert!(said.contains("> \\u{1b}[2J네\n> 12:00 김민수"), "{said}");
    let again = talk_in_lines(&mut town, &mut told, &["", ""]);
    assert_eq!(again, "");
    town.writes(1, 11, "또 왔어요");
    let said = talk_in_lines(&mut town, &mut told, &[""]);
    assert_eq!(said.matches("또 왔어요").count(), 1, "{said}");
}

/// What the key desk can do, lines can do: each key is in the help and does the same.
#[test]
fn every_ability_of_the_key_desk_is_in_the_help_and_works() {
    use crate::tui::keys::{COMMANDS, hangul};
    use crate::tui::plain::LINES;
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(&mut town, &mut told, &["1"]);
    let keys = |town: &Town, line: &str| {
        let key = |event| match event {
            Event::Key(key) => key,
            _ => panic!("{line} is no key"),
        };
        events(&town.app, line).into_iter().map(key).collect::<Vec<_>>()
    };
    for (key, _, id) in COMMANDS {
        assert_eq!(keys(&town, &key.to_string()), [Key::Char(*key)], "{id}");
        if let Some(letter) = hangul(*key) {
            let typed = keys(&town, &letter.to_string());
            assert_eq!(typed, [Key::Char(*key)], "{id} {letter}");
        }
    }
    for (line, expected, id) in LINES {
        assert_eq!(keys(&town, line), expected, "{id}");
    }
    let said = talk_in_lines(&mut town, &mut told, &["?"]);
    let named = COMMANDS.iter().map(|(key, _, id)| (key.to_string(), format!("key-{id}")));
    let all = named.chain(LINES.iter().map(|(line, _, id)| ((*line).to_owned(), (*id).to_owned())));
    for (key, id) in all {
        let words = town.app.say.t(&id);
        assert!(said.lines().any(|line| line.starts_with(&key) && line.ends_with(&words)), "{id}\n{said}");
    }
}

#[test]
fn back_to_the_list_and_to_another_one() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus(), detail(2, "택시요", 9)]), Told::default());
    talk_in_lines(&mut town, &mut told, &["1", "h", "<"]);
    assert_eq!(town.app.n(), None);
    let said = talk_in_lines(&mut town, &mut told, &["=", "="]);
    assert!(said.contains("종료되지 않은 상담 2"), "{said}");
    // The key that says who is on is the same as at the key desk.
    let said = talk_in_lines(&mut town, &mut told, &["l", "3"]);
    assert!(said.contains("휴식"), "{said}");
}

#[test]
fn what_receipts_carry_is_said_once_and_can_be_taken_back() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    talk_in_lines(&mut town, &mut told, &[]);
    town.bulletins = vec![bulletin(3, "눈 때문에 버스가 늦습니다.")];
    town.happens(json!({ "kind": "bulletin_begun", "detail": "3 * 1" }));
    let said = talk_in_lines(&mut town, &mut told, &["", ""]);
    assert_eq!(said.matches("눈 때문에 버스가 늦습니다.").count(), 1, "{said}");
    town.app.me.role = "supervisor".to_owned();
    talk_in_lines(&mut town, &mut told, &["#", "1", "아니"]);
    assert!(town.acts.is_empty());
    let said = talk_in_lines(&mut town, &mut told, &["#", "1", "y"]);
    assert_eq!(town.acts, [json!({ "end_bulletin": 3 })]);
    assert!(said.contains("지금 접수 문자에 넣는 알림이 없습니다"), "{said}");
}

/// A number opens any conversation that the person may see, before the list is there and whatever it shows.
#[test]
fn a_number_that_is_not_listed_opens() {
    let mut closed = detail(7, "지난주 일이요", 9_000);
    closed.summary.state = "closed".to_owned();
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus(), closed]), Told::default());
    assert!(town.app.queue.rows.iter().all(|row| row.id != 7));
    let said = talk_in_lines(&mut town, &mut told, &["7"]);
    assert!(town.app.n() == Some(7) && said.contains("> 지난주 일이요"), "{said}");
    let said = talk_in_lines(&mut town, &mut told, &["99"]);
    assert!(
        town.app.n().is_none() && said.contains(&town.app.say.with("error-not_found", [("n", "99".into())])),
        "{said}"
    );
    // The next answer would go to the conversation before.
    talk_in_lines(&mut town, &mut told, &["a", "네.", ".", "y"]);
    assert!(town.left.is_empty());
    talk_in_lines(&mut town, &mut told, &[".", "1", "0"]);
    assert_eq!(town.app.n(), None, "no conversation has the number 0");
    let said = talk_in_lines(&mut town, &mut told, &["1", "a", "네.", "."]);
    assert_eq!(said.matches("상담 1번 시민 7F01").count(), 3, "the answer and the look name it: {said}");
    talk_in_lines(&mut town, &mut told, &["아니", "./"]);
    for line in ["0", "-1", "안녕하세요", "nn"] {
        let said = talk_in_lines(&mut town, &mut told, &[line]);
        assert!(said.contains(&format!("“{line}”")) && said.contains("번호가 없습니다"), "{said}");
    }
}

/// What was pasted is text in an answer, and nothing anywhere else; that it was not run is said.
#[test]
fn lines_of_a_paste_are_no_commands() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    let several = |lines: &[&str]| Typed::Several(lines.iter().map(|line| (*line).to_owned()).collect());
    let pasted = |town: &mut Town, lines: &[&str]| {
        for event in typed(&town.app, &several(lines)) {
            town.feed(event);
        }
    };
    pasted(&mut town, &["n", "a", "답", ".", "y"]);
    assert_eq!((town.n_claims, town.left.len(), town.app.n()), (0, 0, None));
    let said = talk_in_lines(&mut town, &mut told, &[]);
    assert!(said.contains("5줄") && said.contains("실행하지 않았습니다"), "{said}");
    talk_in_lines(&mut town, &mut told, &["n", "a", "네."]);
    pasted(&mut town, &["62번은", ".", "y", "5분 뒤"]);
    assert_eq!(town.app.draft(), "네.\n62번은\n.\ny\n5분 뒤");
    talk_in_lines(&mut town, &mut told, &["."]);
    pasted(&mut town, &["y", "e"]);
    pasted(&mut town, &["y"]);
    assert!(town.left.is_empty());
    talk_in_lines(&mut town, &mut told, &["y"]);
    assert_eq!(town.left.len(), 1);
}

#[test]
fn a_supervisor_is_told_the_commands_that_edit() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    let said = talk_in_lines(&mut town, &mut told, &["?", ""]);
    assert!(!said.contains("munja edit"), "{said}");
    town.app.me.role = "supervisor".to_owned();
    let said = talk_in_lines(&mut town, &mut told, &["?"]);
    town.app.size = (80, 24);
    let screen = super::drawn::screen(&town.app, 80, 24);
    for list in ["replies", "categories", "texts", "words"] {
        assert!(said.contains(&format!("munja edit {list}")), "{said}");
        assert!(screen.replace('\n', " ").contains(list), "{screen}");
    }
}
