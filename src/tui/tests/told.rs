//! What is told: why something was refused stays until it could be read, and one thing is told once.

use super::*;
use crate::tui::app::{AskFor, Mode};
use crate::tui::lines::Typed;
use crate::tui::plain::{Told, events};

/// Says lines; returns what was said.
fn in_lines(town: &mut Town, told: &mut Told, lines: &[&str]) -> String {
    let mut said = told.lines(&town.app);
    for line in lines {
        told.heard(&Typed::Line((*line).to_owned()));
        for event in events(&town.app, line) {
            town.feed(event);
            said.extend(told.lines(&town.app));
        }
        town.waits(250);
        said.extend(told.lines(&town.app));
    }
    said.join("\n")
}

fn plain(talks: impl IntoIterator<Item = ConversationDetail>) -> (Town, Told) {
    let mut town = Town::new(Lang::Ko, talks);
    town.app.is_plain = true;
    (town, Told::default())
}

fn of_a_colleague() -> ConversationDetail {
    let mut talk = bus();
    talk.summary.state = "active".to_owned();
    talk.summary.claimed_by = Some(
        serde_json::from_value(json!({ "id": 2, "login": "jiyeong", "name": "이지영" })).expect("somebody"),
    );
    talk
}

#[test]
fn why_something_was_refused_stays_until_it_could_be_read() {
    let mut town = Town::new(Lang::Ko, [of_a_colleague()]);
    town.press("<Tab><Tab><Enter>a");
    let why = "다른 상담사가 맡은 상담입니다.";
    assert!(town.notice().starts_with(why) && town.notice().contains("Esc"), "{}", town.notice());
    town.press("안녕");
    assert!(town.notice().starts_with(why) && town.notice().contains("Esc"), "{}", town.notice());
    town.press("<Esc>");
    assert_eq!(town.notice(), why, "letters are commands again");
    town.press("d");
    assert_eq!(town.notice(), why);
    town.waits(5_000);
    assert_eq!(town.notice(), "");
    // Where it was there for long enough, the next key goes on from it.
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("k");
    town.waits(5_000);
    assert!(town.notice().contains("먼저 상담을 여십시오"), "{}", town.notice());
    town.press("<Esc>");
    assert_eq!(town.notice(), "");
    // What was done takes its place.
    town.press("k<Enter>");
    assert_eq!((town.app.n(), town.notice()), (Some(1), ""));
}

#[test]
fn a_close_asks_about_an_answer_that_was_begun_before_the_category() {
    let begun = || {
        let mut town = Town::new(Lang::Ko, [bus()]);
        town.press("na");
        town.types("5분 뒤에");
        town.press("<Esc>e");
        assert!(matches!(&town.app.mode, Mode::Confirm(asked) if asked.question.contains("“5분 뒤에”")));
        town
    };
    // The category that somebody types as they always do is no command.
    let mut town = begun();
    town.press("버스<Enter>");
    assert!(matches!(town.app.mode, Mode::Stopped) && town.notice().contains("아무것도 하지 않았습니다"));
    assert!(town.closed.is_empty() && town.acts.is_empty() && !town.app.is_quiet);
    assert_eq!(town.app.draft(), "5분 뒤에");
    for no in ["n", "ㅜ", "<Esc>", "<Enter>"] {
        let mut town = begun();
        town.press(no);
        assert!(matches!(town.app.mode, Mode::Desk) && town.app.draft() == "5분 뒤에", "{no}");
    }
    let mut town = begun();
    town.press("y버스<Enter>");
    assert!(
        matches!(&town.app.mode, Mode::Confirm(asked) if !asked.question.contains("5분 뒤에")),
        "nobody has answered"
    );
    town.press("y");
    assert_eq!((town.closed.len(), town.app.drafts.len()), (1, 0));
}

#[test]
fn nobody_is_passed_a_conversation_who_is_not_there() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("nx");
    town.types("없는이름");
    assert!(drawn::screen(&town.app, 100, 24).contains("그런 부서나 상담사가 없습니다"));
    town.press("<Enter>");
    assert!(
        town.notice().contains("“없는이름”") && matches!(town.app.mode, Mode::Pick(_)),
        "{}",
        town.notice()
    );
    town.press("<BS><BS><BS><BS>지영<Enter>");
    assert!(
        matches!(&town.app.mode, Mode::Ask(asked) if matches!(&asked.what, AskFor::TransferNote { person: Some(who), .. } if who == "jiyeong"))
    );
    town.press("<Esc>xminsu<Enter>");
    assert_eq!(town.notice(), town.app.say.t("error-passed_to_yourself"));
    assert!(town.acts.is_empty());
    // The server knows who there is, where the desk does not.
    town.app.colleagues.clear();
    town.press("xhyeon<Enter>");
    assert!(matches!(town.app.mode, Mode::Ask(_)));
    let (mut town, mut told) = plain([bus()]);
    let said = in_lines(&mut town, &mut told, &["n", "x", "없는이름"]);
    assert!(said.contains("그런 부서나 상담사가 없습니다"), "{said}");
    let said = in_lines(&mut town, &mut told, &[""]);
    assert!(said.contains("“없는이름”") && town.acts.is_empty(), "{said}");
}

/// An answer that was held does not leave, by the server's word `code`.
fn does_not_leave(town: &mut Town, code: &str) {
    let talk = town.talks.get_mut(&1).expect("there");
    for text in &mut talk.messages {
        if let MessageView::Out(text) = text {
            (text.state, text.code, text.leaves_at) = ("cancelled".to_owned(), Some(code.to_owned()), None);
        }
    }
    town.happens(
        json!({ "kind": "message", "conversation_id": 1, "message_id": 901, "detail": "cancelled" }),
    );
}

fn n_told(said: &str) -> usize {
    ["나가지 않", "보내지 않음", "도착하지 못"].iter().map(|words| said.matches(words).count()).sum()
}

/// The events of one answer that stays here, and its conversation, tell of it in turn.
#[test]
fn an_answer_that_does_not_leave_is_told_once() {
    for code in ["opted_out", "newer_text"] {
        let (mut town, mut told) = plain([bus()]);
        in_lines(&mut town, &mut told, &["n", "a", "5분 뒤에 옵니다.", ".", "y"]);
        does_not_leave(&mut town, code);
        let mut said = told.lines(&town.app);
        town.happens(
            json!({ "kind": "answer_lost", "conversation_id": 1, "message_id": 901, "detail": "taken_back" }),
        );
        said.extend(told.lines(&town.app));
        if code == "newer_text" {
            town.kept.insert(1, "5분 뒤에 옵니다.".to_owned());
            town.writes(1, 11, "벌써 탔어요");
            said.extend(told.lines(&town.app));
            town.happens(json!({ "kind": "answer_stopped", "conversation_id": 1, "message_id": 901, "counselor": "minsu" }));
        }
        for _ in 0..12 {
            said.extend(told.lines(&town.app));
            town.waits(250);
        }
        said.extend(told.lines(&town.app));
        let said = said.join("\n");
        let lines: Vec<&str> = said.lines().filter(|line| n_told(line) > 0).collect();
        assert_eq!(lines.len(), 1, "{code}: {said}");
        let why = if code == "opted_out" { "자동 문자를 거부" } else { "시민이 글을 보냈기" };
        assert!(lines[0].contains(why), "{said}");
    }
    // From the list nobody says why: it is told all the same, and the desk of keys tells it, too.
    for is_plain in [true, false] {
        let (mut town, mut told) = plain([bus()]);
        town.app.is_plain = is_plain;
        in_lines(&mut town, &mut told, &["n", "a", "5분 뒤에 옵니다.", ".", "y", "<"]);
        does_not_leave(&mut town, "opted_out");
        town.waits(1_000);
        town.waits(1_000);
        assert!(town.notice().contains("상담 1번의 답변은 나가지 않습니다"), "{}", town.notice());
    }
}

#[test]
fn an_answer_that_was_kept_is_read_out_when_it_is_opened() {
    let (mut town, mut told) = plain([bus()]);
    town.kept.insert(1, "쓰다 만\n답변".to_owned());
    let said = in_lines(&mut town, &mut told, &["1"]);
    assert!(!said.contains("> 쓰다 만"), "{said}");
    let said = in_lines(&mut town, &mut told, &["a"]);
    assert!(said.contains("지금까지 쓴 글:\n> 쓰다 만\n> 답변\n"), "{said}");
    let said = in_lines(&mut town, &mut told, &["더 쓴 줄", ".", "고치기"]);
    assert_eq!(said.matches("> 쓰다 만").count(), 1, "the look: {said}");
    assert!(!said.contains("지금까지 쓴 글"), "{said}");
    let said = in_lines(&mut town, &mut told, &["./", "a"]);
    assert!(said.contains("> 쓰다 만\n> 답변\n> 더 쓴 줄"), "{said}");
    // An answer that was refused was just said.
    town.refuses = Some(problem("too_long", 422));
    let said = in_lines(&mut town, &mut told, &[".", "y"]);
    assert!(matches!(town.app.mode, Mode::Write) && !said.contains("지금까지 쓴 글"), "{said}");
}

/// In the words of the desk of keys.
#[test]
fn how_long_an_answer_can_be_taken_back_is_said_once() {
    for rest in [&["y"][..], &["e", "1"]] {
        let (mut town, mut told) = plain([bus()]);
        let mut said = in_lines(&mut town, &mut told, &["n", "a", "5분 뒤에 옵니다.", "."]);
        said.push_str(&in_lines(&mut town, &mut told, rest));
        said.push_str(&in_lines(&mut town, &mut told, &["", ""]));
        assert_eq!(town.left.len(), 1);
        // Where the close was quicker, the words below the list.
        let ways = ["10초 뒤에 나갑니다. z 취소", "z 1번 답변 취소(10초)"];
        let n_said: usize = ways.iter().map(|words| said.matches(words).count()).sum();
        assert_eq!(n_said, 1, "{rest:?}: {said}");
        assert!(!said.contains("z로 취소"), "{rest:?}: {said}");
    }
}

/// What can be chosen comes with the conversation: nothing is taken before it is there, and an open list gets it.
#[test]
fn the_question_for_the_category_lists_the_choices() {
    let (mut town, mut told) = plain([bus()]);
    let talk = town.show(1);
    let effects = town.app.update(Event::Came(Came::Talk(Wanted::Open(1), talk)));
    assert!(town.app.is_loading_book);
    town.follow(effects);
    assert!(!town.app.is_loading_book);
    for key in ["e", "g"] {
        town.app.book = super::super::app::Book::default();
        let said = in_lines(&mut town, &mut told, &[key]);
        assert!(!said.contains("1. 교통/버스"), "{said}");
        town.feed(Event::Came(Came::Book(Some(Box::new(book())))));
        let said = in_lines(&mut town, &mut told, &[]);
        assert!(said.contains("1. 교통/버스\n2. 교통/택시"), "{key}: {said}");
        in_lines(&mut town, &mut told, &["."]);
    }
    // A server that does not say keeps nobody waiting.
    town.app.is_loading_book = true;
    town.feed(Event::Came(Came::Book(None)));
    assert!(!town.app.is_loading_book && town.app.book.categories.is_some());
}
