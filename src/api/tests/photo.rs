//! Looking at photos, and handing them in for an answer.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};

use super::*;
use crate::domain::inbound::Cursor as InboundCursor;
use crate::domain::media::{MediaRef, What};
use crate::domain::photo::{FileKind, Kept, Loss, LostAs, measure};

/// A picture of `side` times `side` pixels that says where it was taken.
fn file(format: ImageFormat, side: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_fn(side, side, |x, y| image::Rgb([(x * y) as u8, x as u8, y as u8]))
        .write_to(&mut bytes, format)
        .expect("a picture");
    let mut bytes = bytes.into_inner();
    bytes.extend_from_slice(b"GPS 35.1595N 126.8526E");
    bytes
}

impl Desk {
    async fn hand_in(&self, token: &str, file: Vec<u8>) -> Reply {
        self.send(request("POST", "/v1/photos", token).body(Body::from(file)).expect("a request")).await
    }

    /// Status, headers and bytes.
    async fn look(&self, id: &Value, token: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = request("GET", &format!("/v1/photos/{id}"), token).body(Body::empty());
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body::to_bytes(body, 64 << 20).await.expect("a whole body").to_vec())
    }

    /// A citizen writes and sends this; returns the number of the photo.
    async fn photo_in(&self) -> i64 {
        let media = MediaRef {
            handle: "https://carrier.example/secret".to_owned(),
            name: Some("<script>.svg".to_owned()),
            content_type: Some("text/html".to_owned()),
            n_bytes: None,
        };
        let item = InboundItem::Text(InboundText {
            key: "with-photo".to_owned(),
            citizen: PhoneNumber::parse(CITIZEN),
            to: PhoneNumber::parse("062-123-4567"),
            text: MessageText::new(""),
            media: vec![media],
            sent_at: self.now(),
        });
        let cursor = InboundCursor::starting_at(self.now());
        self.store.accept_inbound("sim", Vec::new(), vec![item], cursor, self.now()).await.expect("kept");
        let policy = settings(0).policy;
        self.store.route_received(10, self.now(), &policy).await.expect("routed");
        self.store.wanted_photos(1, self.now()).await.expect("a list")[0].id
    }
}

#[tokio::test(start_paused = true)]
async fn a_citizens_photo_is_given_out_as_what_it_is_and_to_counselors_alone() {
    let desk = Desk::open();
    let (id, token) = (desk.photo_in().await, desk.token("minsu").await);
    let path = format!("/v1/photos/{id}");
    desk.get(&path, &token).await.refused("photo_not_here_yet");
    let detail = desk.get("/v1/conversations/1", &token).await.expect(200);
    let wanted = json!({"id": id, "what": "file", "state": "wanted", "content_type": null, "n_bytes": null, "width": null,
                        "height": null, "why": null});
    assert_eq!((&detail["messages"][0]["photos"], &detail["n_photos"]), (&json!([wanted]), &json!(1)));

    let png = file(ImageFormat::Png, 9);
    let is = measure(&png).expect("a photo");
    desk.store.keep_photo(id, png.clone(), is.into(), desk.now()).await.expect("kept");
    let (status, headers, bytes) = desk.look(&json!(id), &token).await;
    assert_eq!((status.as_u16(), bytes), (200, png.clone()), "not a byte is changed");
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-disposition", &format!("attachment; filename=\"photo-{id}.png\"")),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    let detail = desk.get("/v1/conversations/1", &token).await;
    assert!(!detail.body.contains("carrier.example") && !detail.body.contains("script"), "{}", detail.body);
    let photo = &detail.expect(200)["messages"][0]["photos"][0];
    assert_eq!((&photo["content_type"], &photo["n_bytes"]), (&json!("image/png"), &json!(png.len())));
    desk.get(&path, "").await.refused("unauthorized");
    desk.get(&path, "made-up").await.refused("unauthorized");
    desk.get("/v1/photos/99", &token).await.refused("not_found");
}

#[tokio::test(start_paused = true)]
async fn a_lost_one_says_why() {
    let desk = Desk::open();
    let (id, token) = (desk.photo_in().await, desk.token("minsu").await);
    let lost = LostAs { what: What::Film, why: Loss::TooLarge };
    desk.store.lose_photo(id, lost).await.expect("lost");
    desk.get(&format!("/v1/photos/{id}"), &token).await.refused("photo_lost");
    let detail = desk.get("/v1/conversations/1", &token).await.expect(200);
    let photo = &detail["messages"][0]["photos"][0];
    assert_eq!((&photo["what"], &photo["why"]), (&json!("film"), &json!("too_large")));
}

/// A browser gets a film or a voice message as a file to save, and nothing that it would run.
#[tokio::test(start_paused = true)]
async fn films_and_voices_are_given_out_as_files() {
    for kind in FileKind::ALL.into_iter().filter(|kind| kind.what() != What::Photo) {
        let desk = Desk::open();
        let (id, token) = (desk.photo_in().await, desk.token("minsu").await);
        let bytes = b"<script>run()</script>".repeat(9_000);
        let is = Kept { kind, pixels: None };
        desk.store.keep_photo(id, bytes.clone(), is, desk.now()).await.expect("kept");
        let (status, headers, found) = desk.look(&json!(id), &token).await;
        assert_eq!((status.as_u16(), found.len(), found == bytes), (200, bytes.len(), true), "{kind:?}");
        let name = format!("attachment; filename=\"{}-{id}.{}\"", kind.what().as_str(), kind.as_str());
        for (header, value) in [
            ("content-type", kind.content_type()),
            ("content-length", &bytes.len().to_string()),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", &name),
            ("content-security-policy", "default-src 'none'; sandbox"),
        ] {
            assert_eq!(headers[header], value, "{kind:?} {header}");
        }
        let detail = desk.get("/v1/conversations/1", &token).await.expect(200);
        let shown = &detail["messages"][0]["photos"][0];
        let expected = (&json!(kind.what().as_str()), &json!(kind.content_type()), &json!(null));
        assert_eq!((&shown["what"], &shown["content_type"], &shown["width"]), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_in_is_made_as_the_carrier_takes_it() {
    let desk = Desk::open();
    let (minsu, jia) = (desk.one_active().await, desk.token("jia").await);
    let limits = PhotoLimits { n_bytes: 20_000, width: 64, height: 48, n: 2 };
    desk.settings.send_replace(Arc::new(ApiSettings { photos: Some(limits), ..settings(0) }));
    let photo = desk.hand_in(&minsu, file(ImageFormat::Png, 90)).await.expect(201);
    assert_eq!(
        (&photo["content_type"], &photo["width"], &photo["height"]),
        (&json!("image/jpeg"), &json!(48), &json!(48))
    );
    let (_, _, jpeg) = desk.look(&photo["id"], &minsu).await;
    assert_eq!(photo["n_bytes"], jpeg.len());
    assert!(jpeg.len() <= 20_000 && !jpeg.windows(3).any(|w| w == b"GPS"));
    assert_eq!(desk.hand_in(&minsu, file(ImageFormat::Png, 90)).await.expect(201), photo, "the same again");
    // Nobody else sees it or sends it before it was sent.
    desk.get(&format!("/v1/photos/{}", photo["id"]), &jia).await.refused("not_found");

    let body = |photos: Value| json!({"text": "약도예요", "last_seen": 1, "photos": photos});
    let answer = desk.reply(1, &minsu, "a", body(json!([photo["id"]]))).await.expect(201);
    let message = &answer["messages"][0];
    assert_eq!((&message["kind"], &message["photos"][0]["n_bytes"]), (&json!("mms"), &photo["n_bytes"]));
    // Now it is part of the talk.
    let (status, _, bytes) = desk.look(&message["photos"][0]["id"], &jia).await;
    assert_eq!((status.as_u16(), bytes), (200, jpeg));
    assert_eq!(desk.reply(1, &minsu, "a", body(json!([photo["id"]]))).await.expect(200)["repeated"], true);
    // Whatever has changed since.
    desk.settings.send_replace(Arc::new(ApiSettings { photos: None, ..settings(0) }));
    assert_eq!(desk.reply(1, &minsu, "a", body(json!([photo["id"]]))).await.expect(200)["repeated"], true);
    desk.settings.send_replace(Arc::new(ApiSettings { photos: Some(limits), ..settings(0) }));
    // The same words with other photos are another answer.
    desk.reply(1, &minsu, "a", body(json!([]))).await.refused("key_reused");
    let other = desk.hand_in(&minsu, file(ImageFormat::Jpeg, 20)).await.expect(201);
    desk.reply(1, &minsu, "a", body(json!([other["id"]]))).await.refused("key_reused");
    desk.reply(1, &minsu, "a", body(json!([photo["id"], other["id"]]))).await.refused("key_reused");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_leave_is_refused_before_anything_is_written() {
    let desk = Desk::open();
    let token = desk.one_active().await;
    let film = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    for file in [Vec::new(), film, b"<svg onload='x()'/>".to_vec(), b"\xff\xd8\xff\xe0".to_vec()] {
        desk.hand_in(&token, file).await.refused("not_a_photo");
    }
    desk.hand_in(&token, vec![0xff; (16 << 20) + 1]).await.refused("photo_too_large");
    desk.hand_in("", file(ImageFormat::Png, 9)).await.refused("unauthorized");
    let body = |photos: Value| json!({"text": "약도예요", "last_seen": 1, "photos": photos});
    desk.reply(1, &token, "a", body(json!([99]))).await.refused("no_such_photo");
    desk.reply(1, &token, "a", body(json!([1, 2, 3, 4]))).await.refused("too_many_photos");
    desk.reply(1, &token, "a", body(json!(["1"]))).await.refused("bad_request");
    let photo = desk.hand_in(&token, file(ImageFormat::Png, 9)).await.expect(201);
    let empty = json!({"text": " ", "last_seen": 1, "photos": [photo["id"]]});
    desk.reply(1, &token, "a", empty).await.refused("empty_text");
    // A carrier that takes none.
    desk.settings.send_replace(Arc::new(ApiSettings { photos: None, ..settings(0) }));
    desk.reply(1, &token, "a", body(json!([photo["id"]]))).await.refused("photos_not_taken");
    desk.hand_in(&token, file(ImageFormat::Png, 9)).await.refused("photos_not_taken");
    assert_eq!(desk.store.balance().await.expect("a balance").n_replies, 0);
}
