//! Answers that come back, and drafts that move elsewhere: what is typed stays, and what is said of it is true.

use super::*;

fn sent() -> Town {
    let mut town = Town::new(Lang::Ko, [bus(), detail(2, "여권은요?", 2)]);
    town.press("na");
    town.types("5분 뒤에 옵니다.");
    town.press("<C-s><Enter>");
    town
}

/// The correction of an answer that was taken back is kept, and nobody is told of another program: there is none.
#[test]
fn what_is_corrected_after_taking_back_is_kept() {
    type Try = (&'static str, fn(&mut Town));
    let table: [Try; 3] = [
        ("with its conversation open", |town| town.press("z")),
        ("from the list", |town| town.press("<Esc>z")),
        ("with another one open", |town| {
            town.waits(250);
            town.press("n");
            assert_eq!(town.app.n(), Some(2));
            town.press("z");
        }),
    ];
    for (name, take_back) in table {
        let mut town = sent();
        take_back(&mut town);
        assert_eq!((town.app.n(), town.app.draft()), (Some(1), "5분 뒤에 옵니다."), "{name}");
        assert!(town.notice().contains("상담 1번") && town.notice().contains("“5분 뒤에 옵니다.”"), "{name}");
        town.press("<BS><BS>");
        town.types("까요");
        town.waits(3_000);
        assert_eq!(town.app.draft(), "5분 뒤에 옵니까요", "{name}");
        assert_eq!(town.kept[&1], "5분 뒤에 옵니까요", "{name}");
        assert!(matches!(town.app.mode, crate::tui::app::Mode::Write), "{name}: {}", town.notice());
        assert!(!town.notice().contains("다른 프로그램"), "{name}: {}", town.notice());
        town.press("<C-s><Enter>");
        assert_eq!(
            town.left.last().map(|(n, sent)| (*n, sent.text.as_str())),
            Some((1, "5분 뒤에 옵니까요")),
            "{name}"
        );
        town.waits(3_000);
        assert!(town.kept.is_empty(), "{name}: {:?}", town.kept);
    }
}

/// After sending and closing, and at a desk that knows nothing of the answer.
#[test]
fn what_left_from_elsewhere_is_taken_back_and_corrected_as_well() {
    let mut town = sent();
    town.press("e<Enter>");
    let mut again = Town::new(Lang::Ko, town.talks.into_values());
    again.press("z");
    assert_eq!((again.app.n(), again.app.draft()), (Some(1), "5분 뒤에 옵니다."));
    again.press("a<BS>");
    again.waits(3_000);
    assert_eq!((again.app.draft(), again.kept[&1].as_str()), ("5분 뒤에 옵니다", "5분 뒤에 옵니다"));
    assert!(!again.notice().contains("다른 프로그램"), "{}", again.notice());
    // Nothing is held any more.
    again.press("<Esc>z");
    assert!(again.notice().contains("취소할 수 있는 답변이 없습니다"), "{}", again.notice());
}

/// Why it did not leave is said wherever it is seen, and it is there to go on with.
#[test]
fn an_answer_that_a_new_text_stopped_says_so() {
    let mut town = sent();
    town.stops(1, 11, "벌써 탔어요");
    for words in ["나가지 않았습니다", "시민이 글을 보냈", "a로 이어"] {
        assert!(town.notice().contains(words), "{words}: {}", town.notice());
    }
    assert_eq!(town.app.draft(), "5분 뒤에 옵니다.");
    town.waits(250);
    town.press("a<BS>");
    town.waits(3_000);
    assert_eq!(town.kept[&1], "5분 뒤에 옵니다");
    // A second answer was being written: both stand there.
    let mut town = sent();
    town.waits(250);
    town.press("a");
    town.types("또");
    town.waits(3_000);
    town.types("는");
    town.stops(1, 11, "벌써 탔어요");
    assert_eq!(town.app.draft(), "5분 뒤에 옵니다.\n\n또는");
    assert!(town.notice().contains("함께 답변 칸에"), "{}", town.notice());
    town.press("<Esc>");
    town.waits(3_000);
    assert_eq!(town.kept[&1], "5분 뒤에 옵니다.\n\n또는");
    // From the list.
    let mut town = sent();
    town.press("<Esc>");
    town.stops(1, 11, "벌써 탔어요");
    assert!(
        town.notice().contains("상담 1번") && town.notice().contains("시민이 글을 보냈"),
        "{}",
        town.notice()
    );
}

/// Another program of the same person writes in the same conversation.
#[test]
fn a_draft_that_was_changed_elsewhere_stands_beside_ours() {
    let elsewhere = |before: &str, there: Option<&str>| {
        let (before, there) = (before.to_owned(), there.map(str::to_owned));
        Event::Came(Came::DraftMoved(1, Moved { before, there, origin: None }))
    };
    let writing = || {
        let mut town = Town::new(Lang::Ko, [bus()]);
        town.press("na");
        town.types("5분 뒤에");
        town
    };
    for (before, there, draft) in [
        ("5분", Some("택시로"), "5분 뒤에\n\n택시로"),
        // Shorter words of ours are not thrown away for longer ones there.
        ("5분 뒤에 옵니다", Some("5분 뒤에 꼭 옵니다"), "5분 뒤에\n\n5분 뒤에 꼭 옵니다"),
        ("5분", None, "5분 뒤에"),
        ("5분 뒤에", Some("택시로"), "택시로"),
        ("5분 뒤에", None, ""),
    ] {
        let mut town = writing();
        town.press("<C-s>");
        town.feed(elsewhere(before, there));
        assert_eq!(town.app.draft(), draft, "{before} {there:?}");
        // What would leave is not what was looked at.
        if draft != "5분 뒤에" {
            town.press("y<Enter>");
            assert!(town.left.is_empty(), "{before} {there:?}");
        }
    }
    let mut town = writing();
    town.kept.insert(1, "택시로".to_owned());
    town.waits(3_000);
    assert!(town.notice().contains("쓰던 글과 그 글이 모두"), "{}", town.notice());
    town.waits(3_000);
    assert_eq!(town.kept.get(&1).map(String::as_str), Some("5분 뒤에\n\n택시로"));
    // Line by line there is no Esc.
    let mut town = writing();
    town.app.is_plain = true;
    town.feed(elsewhere("5분", Some("택시로")));
    assert!(!town.notice().contains("Esc"), "{}", town.notice());
}

/// The server is away: what is known of the answer is said, and the list that does not come hides it from nobody.
#[test]
fn an_answer_that_could_not_leave_says_so() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("5분 뒤에");
    let away =
        || ClientError::Unreachable { server: "http://127.0.0.1:1".to_owned(), why: "refused".to_owned() };
    town.refuses = Some(away());
    town.press("<C-s><Enter>");
    town.feed(Event::Came(Came::List(Listed::Waiting, Err(away()))));
    for words in ["나가지 않았습니다", "보관했고", "연결을 계속 시도"] {
        assert!(town.notice().contains(words), "{words}: {}", town.notice());
    }
    assert_eq!(town.app.draft(), "5분 뒤에");
    // A server that lets a request wait is not called connected.
    town.press("<C-s>");
    let sending = town.app.update(Event::Key(Key::Enter));
    town.waits(1_000);
    assert!(drawn::screen(&town.app, 80, 24).contains("연결됨"));
    town.waits(5_000);
    assert!(drawn::screen(&town.app, 80, 24).contains("서버가 대답하지 않음"));
    town.follow(sending);
    town.waits(250);
    assert!(drawn::screen(&town.app, 80, 24).contains("연결됨"));
}

/// Nothing that was begun is thrown away, or left behind, unasked.
#[test]
fn an_answer_that_was_begun_is_asked_about() {
    let begun = || {
        let mut town = sent();
        town.waits(250);
        town.press("a");
        town.types("덧붙여");
        town.press("<Esc>");
        town
    };
    for (keys, words) in [("e", "종료하면 보내지 않고 지웁니다"), ("x", "받는 사람도 볼 수 없습니다")]
    {
        let mut town = begun();
        town.press(keys);
        let screen = drawn::screen(&town.app, 80, 24);
        assert!(screen.contains("쓰던 답변이 있습니다") && screen.contains("덧붙여"), "{keys}\n{screen}");
        let crate::tui::app::Mode::Confirm(asked) = &town.app.mode else { panic!("{keys} asks") };
        assert!(asked.question.contains(words), "{}", asked.question);
        assert!(town.closed.is_empty() && town.acts.is_empty(), "{keys}");
        town.press("<Enter>");
        assert_eq!(town.app.draft(), "덧붙여", "{keys}");
        town.press(&format!("{keys}y"));
        let is_next = matches!(&town.app.mode, crate::tui::app::Mode::Pick(_)) || town.closed.len() == 1;
        assert!(is_next, "{keys}");
    }
    // Closed: nothing of it comes up again.
    let mut town = begun();
    town.press("ey버스<Enter>");
    town.waits(3_000);
    assert!(town.kept.is_empty() && town.app.drafts.is_empty(), "{:?}", town.kept);
}

/// The citizen has an answer already, from another desk of the same person: the look says so.
#[test]
fn the_look_names_the_answer_that_has_just_left() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("다른 창의 글");
    town.press("<C-s>");
    assert!(!drawn::screen(&town.app, 80, 24).contains("이미"));
    let request =
        ReplyRequest { text: "5분 뒤에 옵니다.".to_owned(), last_seen: 10, ..ReplyRequest::default() };
    assert!(town.take(1, request).is_ok());
    town.happens(json!({ "kind": "replied", "conversation_id": 1, "counselor": "minsu" }));
    town.waits(250);
    let screen = drawn::screen(&town.app, 80, 24);
    assert!(screen.contains("답변함: “5분 뒤에 옵니다.”"), "{screen}");
    town.app.is_plain = true;
    let said = crate::tui::plain::Told::default().lines(&town.app).join("\n");
    assert!(said.contains("답변함: “5분 뒤에 옵니다.”"), "{said}");
}

/// Line by line: taken back, written anew and sent, with nothing refused on the way.
#[test]
fn what_is_taken_back_is_written_anew_line_by_line() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.app.is_plain = true;
    let mut told = crate::tui::plain::Told::default();
    let mut said = Vec::new();
    for line in ["n", "a", "5분 뒤에 옵니다.", ".", "y", "z", ".0", "10분 뒤에 옵니다.", ".", "y"]
    {
        for event in crate::tui::plain::events(&town.app, line) {
            town.feed(event);
        }
        town.waits(2_500);
        said.extend(told.lines(&town.app));
    }
    let said = said.join("\n");
    assert!(!said.contains("다른 프로그램") && !said.contains("Esc"), "{said}");
    let left: Vec<&str> = town.left.iter().map(|(_, sent)| sent.text.as_str()).collect();
    assert_eq!(left, ["5분 뒤에 옵니다.", "10분 뒤에 옵니다."]);
}
