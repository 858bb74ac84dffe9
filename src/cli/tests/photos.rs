//! Photos: marked where a text is shown, looked at, and sent along.

use std::io::Cursor as Bytes;

use image::{ImageFormat, RgbImage};

use super::*;

const REPLIES: &str = "POST /v1/conversations/12/replies";

fn jpeg() -> Vec<u8> {
    let mut bytes = Bytes::new(Vec::new());
    RgbImage::new(9, 9).write_to(&mut bytes, ImageFormat::Jpeg).expect("a picture");
    bytes.into_inner()
}

fn photo(id: i64, state: &str, why: Option<&str>) -> Value {
    let kept = state == "kept";
    json!({
        "id": id, "what": "photo", "state": state, "content_type": kept.then_some("image/jpeg"), "n_bytes": kept.then_some(120_400),
        "width": kept.then_some(1200), "height": kept.then_some(900), "why": why,
    })
}

/// A world in which the citizen sent three photos, one of which came.
async fn shown() -> World {
    let world = World::new().await;
    let mut text = text_in(34, "");
    let photos = [photo(7, "kept", None), photo(8, "wanted", None), photo(9, "lost", Some("too_large"))];
    text["photos"] = json!(photos);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text]))]);
    world.server.on("GET /v1/photos/7", [Reply::Bytes("image/jpeg", jpeg())]);
    world
}

#[tokio::test]
async fn a_text_shows_what_came_with_it() {
    let world = shown().await;
    let run = world.munja(&["show", "12"]).await;
    let lines: Vec<&str> = run.out.lines().filter(|line| line.starts_with("  ")).collect();
    assert_eq!(
        lines,
        [
            "  ◆ 사진 7 · JPEG 121 KB · munja photo 7",
            "  ◆ 사진 8 · 통신사에서 받는 중",
            "  ◆ 사진 9 · 받지 못함: 너무 큽니다",
        ]
    );
    let english = world.munja(&["show", "12", "--lang", "en"]).await;
    assert!(english.out.contains("photo 9 · not received: it is too large"), "{}", english.out);
    let mut line = summary(12, "");
    line["n_photos"] = json!(3);
    let list = json!({ "conversations": [line], "n_total": 1 });
    world.server.on("GET /v1/conversations", [Reply::Json(list)]);
    assert!(world.munja(&["list"]).await.out.trim_end().ends_with("3분  [첨부 3개]"));
}

#[tokio::test]
async fn a_photo_is_saved_where_one_says_and_never_over_another_file() {
    let world = shown().await;
    let folder = world.home.path().join("photos");
    std::fs::create_dir(&folder).expect("a folder");
    let dir = folder.display().to_string();
    let run = world.munja(&["photo", "7", "--save", &dir]).await;
    let path = folder.join("photo-7.jpg");
    assert_eq!((run.exit, run.out), (Exit::Ok, format!("저장했습니다: {}\n", path.display())), "{}", run.err);
    assert_eq!((std::fs::read(&path).expect("saved"), mode(&path)), (jpeg(), 0o600));
    std::fs::write(&path, "mine").expect("written");
    let run = world.munja(&["photo", "7", "--save", &dir]).await;
    assert_eq!(run.exit, Exit::Usage);
    assert!(run.err.contains("이미 있는 파일"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(&path).expect("kept"), "mine");
    assert_eq!(world.munja(&["photo", "7", "--save", &dir, "--open"]).await.exit, Exit::Usage);
}

#[tokio::test]
async fn where_nobody_says_it_lies_where_it_is_soon_gone() {
    let mut world = shown().await;
    let run = world.munja(&["photo", "7", "--json"]).await;
    let said: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
    assert_eq!(said["path"], json!(world.state("photos/photo-7.jpg")));
    assert_eq!((&said["content_type"], &said["n_bytes"]), (&json!("image/jpeg"), &json!(jpeg().len())));
    let runtime = world.home.path().join("run");
    world.set("XDG_RUNTIME_DIR", &runtime.display().to_string());
    let run = world.munja(&["photo", "7"]).await;
    assert!(run.out.contains("run/munja/photo-7.jpg"), "{} {}", run.out, run.err);
    assert_eq!(mode(&runtime.join("munja")), 0o700);
    assert_eq!(world.munja(&["photo", "7"]).await.exit, Exit::Ok, "again");
}

#[tokio::test]
async fn a_terminal_that_draws_is_given_the_picture_and_no_byte_of_the_file() {
    let mut world = shown().await;
    world.is_terminal = true;
    world.set("TERM", "xterm-kitty");
    let run = world.munja(&["photo", "7"]).await;
    assert!(run.out.starts_with("\u{1b}_Ga=T,f=100,q=2,m=0;") && !run.out.contains("저장"), "{}", run.err);
    assert!(!world.state("photos/photo-7.jpg").exists());
}

#[tokio::test]
async fn it_is_opened_by_the_desktops_viewer() {
    let mut world = shown().await;
    world.set("PATH", "/nowhere");
    let run = world.munja(&["photo", "7", "--open"]).await;
    assert_eq!(run.exit, Exit::Unexpected);
    assert!(run.err.contains("photo-7.jpg"), "{}", run.err);
    let bin = world.home.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder");
    let seen = world.home.path().join("seen");
    let script = format!("#!/bin/sh\nprintf %s \"$1\" > {}\n", seen.display());
    std::fs::write(bin.join("xdg-open"), script).expect("written");
    std::fs::set_permissions(bin.join("xdg-open"), PermissionsExt::from_mode(0o755)).expect("set");
    world.set("PATH", &bin.display().to_string());
    let run = world.munja(&["photo", "7", "--open"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert_eq!(
        std::fs::read_to_string(seen).expect("opened"),
        world.state("photos/photo-7.jpg").display().to_string()
    );
}

#[tokio::test]
async fn what_is_no_photo_is_not_opened_whatever_it_is_called() {
    let world = shown().await;
    let script = b"#!/bin/sh\nrm -rf ~\n".to_vec();
    world.server.on("GET /v1/photos/7", [Reply::Bytes("image/jpeg", script)]);
    let run = world.munja(&["photo", "7", "--open"]).await;
    assert_eq!((run.exit, run.out.as_str()), (Exit::Unexpected, ""));
    assert!(!world.state("photos/photo-7.jpg").exists());
    for (status, code, exit) in
        [(410, "photo_lost", Exit::Nothing), (409, "photo_not_here_yet", Exit::Refused)]
    {
        world.server.on("GET /v1/photos/7", [problem(status, code)]);
        let run = world.munja(&["photo", "7"]).await;
        assert!(run.exit == exit && run.err.contains("첨부 7번을"), "{}", run.err);
    }
}

/// A film: the head of an MP4 with one track of pictures, and some megabytes of them.
fn film() -> Vec<u8> {
    let mut film = b"\0\0\0\x0cftypmp42\0\0\0\x38moov\0\0\0\x30trak\0\0\0\x28mdia\0\0\0\x20hdlr".to_vec();
    film.extend_from_slice(b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0mdat");
    film.resize(300_000, 7);
    film
}

#[tokio::test]
async fn films_voices_and_what_was_not_taken_are_named() {
    let world = World::new().await;
    let entry = |id, what: &str, content_type: &str, n_bytes| {
        json!({ "id": id, "what": what, "state": "kept", "content_type": content_type, "n_bytes": n_bytes,
                "width": null, "height": null, "why": null })
    };
    let lost = json!({ "id": 9, "what": "contact", "state": "lost", "content_type": null, "n_bytes": null,
                       "width": null, "height": null, "why": "not_taken" });
    let mut text = text_in(34, "");
    text["photos"] =
        json!([entry(7, "film", "video/mp4", 2_040_001), entry(8, "voice", "audio/amr", 39_999), lost]);
    world.server.on("GET /v1/conversations/12", [Reply::Json(detail(12, 34, vec![text]))]);
    let run = world.munja(&["show", "12"]).await;
    let lines: Vec<&str> = run.out.lines().filter(|line| line.starts_with("  ◆")).collect();
    assert_eq!(
        lines,
        [
            "  ◆ 영상 7 · MP4 2.1 MB · munja photo 7",
            "  ◆ 음성 8 · AMR 40 KB · munja photo 8",
            "  ◆ 연락처 9 · 받지 못함: 받지 않는 종류입니다",
        ]
    );
    let english = world.munja(&["show", "12", "--lang", "en"]).await.out;
    assert!(english.contains("◆ video 7 · MP4 2.1 MB") && english.contains("voice message 8"), "{english}");
    assert!(english.contains("contact card 9 · not received: this kind of file is not taken"), "{english}");
}

/// Also where the terminal could draw a picture.
#[tokio::test]
async fn a_film_is_saved_and_never_drawn() {
    let mut world = World::new().await;
    world.is_terminal = true;
    world.set("TERM", "xterm-kitty");
    world.server.on("GET /v1/photos/7", [Reply::Bytes("image/jpeg", film())]);
    let run = world.munja(&["photo", "7"]).await;
    assert_eq!(run.exit, Exit::Ok, "{}", run.err);
    assert!(run.out.contains("film-7.mp4") && !run.out.contains('\u{1b}'), "{:?}", run.out);
    assert_eq!(std::fs::read(world.state("photos/film-7.mp4")).expect("saved"), film());
    let json: Value = serde_json::from_str(&world.munja(&["photo", "7", "--json"]).await.out).expect("JSON");
    assert_eq!((&json["content_type"], &json["width"]), (&json!("video/mp4"), &json!(null)));
}

#[tokio::test]
async fn photos_go_with_an_answer_once() {
    let world = shown().await;
    world.munja(&["show", "12"]).await;
    let file = world.home.path().join("약도.jpg");
    std::fs::write(&file, jpeg()).expect("written");
    let file = file.display().to_string();
    let handed_in = |id| Reply::Json(photo(id, "kept", None));
    world.server.on("POST /v1/photos", [handed_in(70), handed_in(71), handed_in(70), handed_in(71)]);
    world.server.on(REPLIES, [problem(500, "internal")]);
    let args = ["reply", "12", "--photo", &file, "--photo", &file, "여기예요"];
    let run = world.munja(&args).await;
    assert_eq!(run.exit, Exit::ServerTrouble);
    assert!(run.err.contains("draft-12.txt"), "{}", run.err);
    let accepted = json!({
        "reply_id": 3, "n_bytes": 8, "messages": [text_out(56, "held")], "repeated": false,
        "size": { "kind": "mms", "n": 8, "most": 2_000, "unit": "bytes", "n_parts": 1 },
    });
    world.server.on(REPLIES, [Reply::Json(accepted)]);
    let run = world.munja(&args).await;
    assert_eq!((run.exit, run.err.as_str()), (Exit::Ok, "MMS 8/2,000바이트\n"));
    let asked: Vec<_> = world.server.asked().into_iter().filter(|a| a.line == REPLIES).collect();
    let body = json!({
        "text": "여기예요", "last_seen": 34, "force": false, "photos": [70, 71], "most_texts": 1, "keep_draft": true,
    });
    assert_eq!((&asked[0].body, &asked[1].body), (&body, &body));
    assert_eq!(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
}

#[tokio::test]
async fn a_photo_that_cannot_leave_leaves_nothing_and_keeps_the_words() {
    let world = shown().await;
    world.munja(&["show", "12"]).await;
    let missing = world.munja(&["reply", "12", "--photo", "/nowhere.jpg", "여기예요"]).await;
    assert_eq!(missing.exit, Exit::Usage);
    assert!(missing.err.contains("/nowhere.jpg 파일이 없습니다"), "{}", missing.err);
    let large = world.home.path().join("large.jpg");
    std::fs::File::create(&large).expect("made").set_len((16 << 20) + 1).expect("set");
    let run = world.munja(&["reply", "12", "--photo", &large.display().to_string(), "여기예요"]).await;
    assert!(run.exit == Exit::Unsendable && run.err.contains("16 MiB"), "{}", run.err);
    assert!(!world.asked().iter().any(|line| line.starts_with("POST")));
    let file = world.home.path().join("film.mp4");
    std::fs::write(&file, "film").expect("written");
    world.server.on("POST /v1/photos", [problem(422, "not_a_photo")]);
    let run = world.munja(&["reply", "12", "--photo", &file.display().to_string(), "여기예요"]).await;
    assert_eq!(run.exit, Exit::Unsendable);
    assert!(run.err.contains("JPEG, PNG, GIF, WebP") && world.state("draft-12.txt").exists(), "{}", run.err);
    assert!(!world.asked().iter().any(|line| line == REPLIES));
}
