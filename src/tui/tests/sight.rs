//! What is seen before something is done: who is answered, what leaves at once, what is passed on, who waits, and who one is.

use super::aid::in_danger;
use super::drawn::screen;
use super::*;

fn head(town: &Town) -> String {
    screen(&town.app, 110, 24).lines().next().unwrap_or_default().to_owned()
}

fn held_danger() -> ConversationDetail {
    let mut danger = in_danger();
    (danger.summary.is_ringing, danger.summary.claimed_by) = (false, Some(me().counselor));
    danger.summary.state = "active".to_owned();
    danger.acked_by = Some("김민수".to_owned());
    danger
}

#[test]
fn an_answer_in_a_danger_says_that_it_leaves_at_once() {
    for (lang, words, why) in [
        (Lang::Ko, "긴급 상담: 바로 나가며 취소할 수 없습니다", "바로 나가므로 취소할 수 없습니다"),
        (Lang::En, "it leaves at once and cannot be taken back", "leaves at once and cannot be taken back"),
    ] {
        let mut town = Town::new(lang, [held_danger()]);
        town.feed(Event::Open(7));
        town.press("z");
        assert!(!town.notice().contains(why), "nothing was sent yet: {}", town.notice());
        town.press("a");
        town.types("119");
        town.press("<C-s>");
        let shown = screen(&town.app, 80, 24);
        assert!(shown.contains(words), "{shown}");
        town.press("<Enter>");
        for text in &mut town.talks.get_mut(&7).expect("there").messages {
            if let crate::api::wire::MessageView::Out(text) = text {
                (text.state, text.leaves_at) = ("delivered".to_owned(), None);
            }
        }
        town.app.last_held = None;
        town.feed(Event::Open(7));
        town.press("z");
        assert!(town.notice().contains(why), "{}", town.notice());
    }
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("네");
    town.press("<C-s>");
    let shown = screen(&town.app, 80, 24);
    assert!(!shown.contains("취소할 수 없습니다"), "{shown}");
    assert!(shown.contains("시민의 마지막 글: “62번 버스 언제 와요?”"), "{shown}");
}

#[test]
fn what_is_passed_on_is_named_and_a_danger_is_asked_about() {
    let mut town = Town::new(Lang::Ko, [bus(), held_danger()]);
    town.feed(Event::Open(1));
    town.press("x");
    assert!(screen(&town.app, 80, 24).contains("상담 1번 시민 7F01 · 넘길 곳"));
    town.press("이지영<Enter>");
    let shown = screen(&town.app, 80, 24);
    assert!(shown.contains("상담 1번 시민 7F01: 이지영 님에게 넘깁니다"), "{shown}");
    town.press("<Esc>x북구<Enter>");
    let shown = screen(&town.app, 80, 24);
    assert!(shown.contains("북구 부서에 넘깁니다"), "{shown}");
    town.press("<Esc>");
    town.feed(Event::Open(7));
    for to in ["북구", "이지영"] {
        town.press("x");
        assert!(screen(&town.app, 80, 24).contains("상담 7번 시민 7F07 · 긴급 · 넘길 곳"));
        town.press(&format!("{to}<Enter>"));
        let shown = screen(&town.app, 80, 24);
        assert!(shown.contains("경보가 아직 끝나지") && shown.contains("상담 7번"), "{shown}");
        town.press("n");
        assert!(town.acts.is_empty(), "{to}");
    }
    town.press("x북구<Enter>y그쪽 일<Enter>");
    assert_eq!(town.acts[0]["desk"], "bukgu");
}

#[test]
fn an_alarm_that_is_over_says_how_and_who_holds_the_conversation() {
    let mut over = held_danger();
    over.danger_end = Some("told".to_owned());
    over.summary.claimed_by =
        serde_json::from_value(json!({ "id": 2, "login": "jiyeong", "name": "이지영" })).expect("somebody");
    over.notes = serde_json::from_value(
        json!([{ "at": NOON, "kind": "handover", "author": "김민수", "text": "119: 상황실 박소방" }]),
    )
    .expect("a note");
    let mut town = Town::new(Lang::Ko, [over]);
    town.feed(Event::Open(7));
    let shown = screen(&town.app, 100, 24);
    assert!(shown.contains("경보 끝남: 119에 알림 · 담당 이지영"), "{shown}");
    assert!(!shown.contains("살피고 있습니다"), "{shown}");
    assert!(shown.lines().last().is_some_and(|keys| keys.starts_with("a 답변")), "{shown}");
}

#[test]
fn the_keys_of_a_danger_come_first() {
    let mut town = Town::new(Lang::Ko, [held_danger()]);
    town.feed(Event::Open(7));
    let shown = screen(&town.app, 80, 24);
    assert!(shown.lines().last().is_some_and(|keys| keys.starts_with("j 119·112 i 위치 묻기")), "{shown}");
    town.press("k");
    assert!(town.acts.is_empty() && town.notice().contains("이미 내가 살피고"), "{}", town.notice());
}

#[test]
fn the_head_says_who_waits_on_every_tab_and_what_i_am() {
    let mut town = Town::new(Lang::Ko, [bus(), detail(2, "택시요", 9)]);
    assert!(head(&town).contains("김민수 · 근무 중 · 대기 2"), "{}", head(&town));
    town.press("<Tab>");
    town.waits(21_000);
    assert!(head(&town).contains("내가 맡은 상담 0 · 대기 2"), "{}", head(&town));
    town.app.colleagues[0].presence = crate::api::wire::PresenceWord::Break;
    assert!(head(&town).contains("김민수 · 휴식"), "{}", head(&town));
    // Somebody came or went without saying so.
    town.app.colleagues.clear();
    town.waits(60_000);
    assert!(head(&town).contains("근무 2명"), "{}", head(&town));
}

#[test]
fn the_next_one_is_named_where_another_row_is_marked() {
    let mut town = Town::new(Lang::Ko, [bus(), detail(2, "택시요", 9)]);
    town.press("<Down>n");
    assert_eq!(town.app.n(), Some(2));
    assert!(town.notice().contains("순서대로 2번을 맡았습니다"), "{}", town.notice());
    town.press("n");
    assert_eq!(town.notice(), "", "the marked row was the conversation that is left");
}

/// What was true for ten seconds is not said for ever.
#[test]
fn what_was_said_of_an_answer_ends() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("네");
    town.press("<C-s>e<Enter>");
    assert!(town.notice().contains("z로 취소"), "{}", town.notice());
    town.waits(11_000);
    assert_eq!(town.notice(), "");
}

#[test]
fn a_canned_reply_is_not_glued_to_what_stands_before_it() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.types("네.");
    town.press("<C-t>버스<Enter>");
    assert!(town.app.draft().starts_with("네.\n안녕하세요."), "{}", town.app.draft());
}

#[test]
fn a_space_that_is_put_in_can_be_read_and_the_question_stands_apart() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    town.feed(Event::Paste("5분\u{2003}뒤".to_owned()));
    town.press("<C-s>");
    if let crate::tui::app::Mode::Confirm(confirm) = &town.app.mode {
        assert!(
            confirm.question.contains("빈칸") && confirm.question.contains("\n바꿀까요?"),
            "{}",
            confirm.question
        );
    }
}

#[test]
fn what_a_key_sends_by_itself_is_seen_first() {
    let mut talk = bus();
    (talk.asked_where, talk.warning) = (Some("[120] 어디입니까?".to_owned()), Some("[120] 욕은".to_owned()));
    let mut town = Town::new(Lang::Ko, [talk]);
    for (key, words) in [("i", "┃ [120] 어디입니까?"), ("w", "┃ [120] 욕은")] {
        town.feed(Event::Open(1));
        town.press(key);
        let shown = screen(&town.app, 80, 24);
        assert!(shown.contains(words), "{shown}");
        town.press("n");
    }
    assert!(town.acts.is_empty());
}

#[test]
fn the_look_is_seen_in_full_where_there_is_room() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("na");
    for n in 1..=9 {
        town.types(&format!("{n}\n"));
    }
    town.press("<C-s>");
    let shown = screen(&town.app, 80, 24);
    assert!(!shown.contains("줄 더") && shown.contains("┃ 9"), "{shown}");
}

#[test]
fn line_by_line_the_list_is_said_also_where_it_is_empty() {
    use crate::tui::plain::{Told, events};
    let (mut town, mut told) = (Town::new(Lang::Ko, []), Told::default());
    let said = told.lines(&town.app).join("\n");
    assert!(said.contains("대기 0") && said.contains("상담이 없습니다."), "{said}");
    let line = |town: &mut Town, told: &mut Told, line: &str| {
        told.heard(&crate::tui::lines::Typed::Line(line.to_owned()));
        for event in events(&town.app, line) {
            town.feed(event);
        }
        town.waits(250);
        told.lines(&town.app).join("\n")
    };
    let said = line(&mut town, &mut told, "<");
    assert!(said.contains("대기 0") && said.contains("상담이 없습니다."), "{said}");
    town.talks.insert(1, bus());
    line(&mut town, &mut told, "1");
    town.waits(21_000);
    told.lines(&town.app);
    town.talks.insert(2, detail(2, "택시요", 9));
    town.waits(21_000);
    let said = told.lines(&town.app).join("\n");
    assert!(said.contains("새로 기다림: 2 · 시민 7F02") && !said.contains("62번"), "{said}");
    assert_eq!(told.lines(&town.app).join("\n"), "");
}
