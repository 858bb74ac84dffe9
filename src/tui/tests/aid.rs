//! What is done beside answering: 119 and 112, masked numbers, photos, answers in doubt; by keys of either keyboard, and line by line.

use super::drawn::screen;
use super::*;
use crate::tui::plain::{Told, events};

pub(super) fn in_danger() -> ConversationDetail {
    let mut danger = detail(7, "북구 공원인데 할아버지가 쓰러졌어요", 1);
    (danger.summary.tier, danger.summary.is_ringing) = (Some(1), true);
    danger.preference = Some("문자만".to_owned());
    danger
}

fn with_mask() -> ConversationDetail {
    let mut talk = bus();
    talk.messages = serde_json::from_value(json!([
        { "direction": "in", "id": 10, "seq": 10, "at": NOON, "text": "주민번호는 900101-1****** 입니다", "n_masked": 1 }
    ]))
    .expect("a text");
    talk
}

fn with_photos(ids: &[i64]) -> ConversationDetail {
    let mut talk = bus();
    let photos: Vec<Value> = ids
        .iter()
        .map(|id| json!({ "id": id, "state": "kept", "content_type": "image/jpeg", "n_bytes": 120_000, "width": 640, "height": 480, "why": null }))
        .collect();
    talk.messages = serde_json::from_value(
        json!([{ "direction": "in", "id": 10, "seq": 10, "at": NOON, "text": "이거예요", "photos": photos }]),
    )
    .expect("a text");
    talk
}

#[test]
fn a_danger_is_handed_over_with_what_to_read_out() {
    for (key, lang) in [("j", Lang::Ko), ("ㅓ", Lang::Ko), ("j", Lang::En)] {
        let mut town = Town::new(lang, [in_danger()]);
        town.press("<Enter>");
        town.press(key);
        assert!(town.acts.is_empty(), "the service is chosen first");
        town.press("<Down><Enter>");
        let reason = town.app.say.with("handover-reason", [("service", "112".into())]);
        assert_eq!(town.acts, [json!({ "reveal": reason })]);
        let sheet = screen(&town.app, 80, 24);
        for words in ["112", "010-1234-5678", "할아버지가 쓰러졌어요", "문자만", "11:59"] {
            assert!(sheet.contains(words), "{words}: {sheet}");
        }
        // Leaving it tells nobody anything.
        town.press("<Esc>");
        assert_eq!(town.acts.len(), 1);
        assert!(town.notice().contains("112"), "{}", town.notice());
        town.press(key);
        town.press("<Enter><Enter><Enter>");
        assert_eq!(town.acts.len(), 2, "who was told has to be said");
        town.press("상황실 박소방<Enter>");
        let told =
            json!({ "action": "handover", "service": "119", "told": "상황실 박소방", "last_seen": 70 });
        assert_eq!(town.acts[2], told);
    }
}

/// A text that comes under a window has been read once the window is gone and another key is pressed, and by whoever goes on from the
/// sheet that has it.
#[test]
fn an_address_that_comes_under_a_window_keeps_no_hand_over_back() {
    let told_with = |town: &Town| town.acts.last().map(|act| act["last_seen"].clone());
    let mut town = Town::new(Lang::Ko, [in_danger()]);
    town.press("<Enter>?");
    town.writes(7, 71, "가짜동 12번지 2층");
    town.waits(1_000);
    town.press("<Esc>j<Enter><Enter>상황실 박소방<Enter>");
    assert_eq!(told_with(&town), Some(json!(71)), "it stood on the screen when j was pressed");
    let mut town = Town::new(Lang::Ko, [in_danger()]);
    town.press("<Enter>j<Enter>");
    town.writes(7, 71, "가짜동 12번지 2층");
    town.waits(1_000);
    town.press("<Enter>상황실 박소방<Enter>");
    assert_eq!(told_with(&town), Some(json!(71)), "the sheet had it");
}

#[test]
fn masked_numbers_are_shown_for_a_reason() {
    let mut town = Town::new(Lang::Ko, [with_mask()]);
    town.press("<Enter>*<Enter>");
    assert!(town.acts.is_empty(), "a reason is needed");
    town.press("여권 신청<Enter>");
    assert_eq!(town.acts, [json!({ "unmask": "여권 신청" })]);
    assert!(screen(&town.app, 80, 24).contains("900101-1234567"));
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>*");
    assert!(town.notice().contains("가려진 것이 없습니다"), "{}", town.notice());
}

#[test]
fn a_photo_is_opened_and_one_of_several_is_chosen() {
    let mut town = Town::new(Lang::Ko, [with_photos(&[7])]);
    town.press("<Enter>ㅛ");
    assert_eq!(town.acts, [json!({ "photo": 7 })]);
    assert!(town.notice().contains("/run/photo-7.jpg"), "{}", town.notice());
    let mut town = Town::new(Lang::Ko, [with_photos(&[7, 8])]);
    town.press("<Enter>y<Down><Enter>");
    assert_eq!(town.acts, [json!({ "photo": 8 })]);
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("<Enter>y");
    assert!(town.acts.is_empty() && town.notice().contains("없습니다"));
}

#[test]
fn an_answer_in_doubt_is_decided_and_never_sent_again_unasked() {
    let mut town = Town::new(Lang::Ko, [bus()]);
    town.press("!<Enter><Down><Enter>");
    assert_eq!(town.acts, [json!({ "decide": 56, "decision": "give_up" })]);
    town.press("!<Enter><Down><Down><Enter>");
    assert_eq!(town.acts.len(), 1, "the citizen may get it twice: it is asked for");
    town.press("ㅛ");
    assert_eq!(town.acts[1], json!({ "decide": 56, "decision": "send_again" }));
    town.press("!<Enter><Enter>");
    assert_eq!(town.app.n(), Some(1), "its conversation opens");
}

fn in_lines(town: &mut Town, told: &mut Told, lines: &[&str]) -> String {
    let mut said = told.lines(&town.app);
    for line in lines {
        for event in events(&town.app, line) {
            town.feed(event);
        }
        said.extend(told.lines(&town.app));
    }
    said.join("\n")
}

#[test]
fn all_of_it_line_by_line() {
    let (mut town, mut told) = (Town::new(Lang::Ko, [in_danger()]), Told::default());
    let said = in_lines(&mut town, &mut told, &["7", "j", "1"]);
    assert!(said.contains("010-1234-5678") && said.contains("│ 북구 공원인데"), "{said}");
    in_lines(&mut town, &mut told, &["", "박소방"]);
    assert_eq!(town.acts[1]["told"], "박소방");
    let (mut town, mut told) = (Town::new(Lang::Ko, [with_mask()]), Told::default());
    let said = in_lines(&mut town, &mut told, &["1", "*", "여권 신청"]);
    assert!(said.contains("900101-1234567"), "{said}");
    let (mut town, mut told) = (Town::new(Lang::Ko, [with_photos(&[7])]), Told::default());
    assert!(in_lines(&mut town, &mut told, &["1", "ㅛ"]).contains("/run/photo-7.jpg"));
    let (mut town, mut told) = (Town::new(Lang::Ko, [bus()]), Told::default());
    let said = in_lines(&mut town, &mut told, &["!", "1", "2"]);
    assert!(said.contains("5분 뒤에 옵니다.") && said.contains("1. 상담 열기"), "{said}");
    assert_eq!(town.acts, [json!({ "decide": 56, "decision": "give_up" })]);
}
