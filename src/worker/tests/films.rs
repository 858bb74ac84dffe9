//! Films whose size no carrier tells: asked for as photos first, then one at a time.

use super::hearing::world_of;
use super::*;
use crate::domain::actor::Actor;
use crate::domain::media::{MediaRef, What};
use crate::domain::photo::{MAX_BYTES, MAX_FILM_BYTES};

/// WebM of this many bytes.
fn film(n_bytes: usize) -> Vec<u8> {
    let mut film = b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm\x18\x53\x80\x67\x01".to_vec();
    film.resize(n_bytes, 0xff);
    film
}

#[tokio::test(start_paused = true)]
async fn large_films_are_fetched_one_at_a_time() {
    let sender = Fake { file: Some(film(MAX_BYTES + 1).into()), ..Fake::named("phone") };
    let (mut world, carrier) = world_of(sender);
    let (store, now) = (world.context.store.clone(), world.context.now());
    let media = |n: usize| MediaRef { handle: format!("{n}"), ..MediaRef::missing() };
    let item = InboundItem::Text(InboundText {
        key: "films".to_owned(),
        citizen: PhoneNumber::parse("01012345678"),
        to: PhoneNumber::parse("062120"),
        text: MessageText::new(""),
        media: (0..4).map(media).collect(),
        sent_at: now,
    });
    store.accept_inbound("phone", Vec::new(), vec![item], None, now).await.unwrap();
    world.begin([Role::Photos]);
    let are_kept = async || store.wanted_photos(9, i64::MAX).await.unwrap().is_empty();
    world.until(are_kept).await;
    for id in 1..=4 {
        let (info, file) = store.photo(id, &Actor::operator("test")).await.unwrap().unwrap();
        assert_eq!((info.what, file.unwrap().n_bytes()), (What::Film, MAX_BYTES as u64 + 1));
    }
    let bounds = carrier.file_bounds.lock().unwrap().clone();
    assert_eq!(bounds.iter().filter(|most| **most == MAX_BYTES).count(), 4);
    assert_eq!(bounds.iter().filter(|most| **most == MAX_FILM_BYTES).count(), 4);
    assert_eq!(*carrier.large.lock().unwrap(), (0, 1), "never two at a time");
}
