//! States, first bytes, bounds, and what is made of a photo before it leaves.

mod look;

use proptest::prelude::*;

use super::*;
use crate::domain::media::{Photo, PhotoLimits};

/// A picture that does not compress well.
fn noise(width: u32, height: u32) -> image::RgbImage {
    let mut seed = 7_u32;
    image::RgbImage::from_fn(width, height, |_, _| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [a, b, c, _] = seed.to_be_bytes();
        image::Rgb([a, b, c])
    })
}

fn file(picture: &image::RgbImage, kind: PhotoKind) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, kind.format()).unwrap();
    bytes.into_inner()
}

/// The same JPEG with what a phone writes into it: "lay it on its side" (Exif orientation 6), and where it was taken.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    tiff.extend_from_slice(b"GPS 35.1595N 126.8526E");
    let length = u16::try_from(2 + 6 + tiff.len()).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, b"Exif\0\0", &tiff, &jpeg[2..]].concat()
}

#[test]
fn every_state_and_event() {
    use PhotoState::*;
    let events = [PhotoEvent::Stored, PhotoEvent::Failed, PhotoEvent::GivenUp(Loss::Gone)];
    let table = [
        (Wanted, [Some(Kept), Some(Wanted), Some(Lost)]),
        (Kept, [None, None, None]),
        (Lost, [None, None, None]),
    ];
    for (from, row) in table {
        for (event, expected) in events.into_iter().zip(row) {
            assert_eq!(next(from, event).ok(), expected, "{from:?} {event:?}");
        }
    }
}

#[test]
fn words_read_back() {
    PhotoState::ALL.iter().for_each(|s| assert_eq!(PhotoState::from_word(s.as_str()), Some(*s)));
    Loss::ALL.iter().for_each(|l| assert_eq!(Loss::from_word(l.as_str()), Some(*l)));
    assert_eq!((PhotoState::from_word("gone"), FileKind::from_word("exe")), (None, None));
}

#[test]
fn tried_again_soon_then_rarely_then_not_at_all() {
    use AfterFailure::*;
    for (n, wait) in [(1, 2_000), (2, 4_000), (3, 8_000), (9, 512_000), (10, 600_000), (u32::MAX, 600_000)] {
        assert_eq!(after_failure(0, n, None, 1_000), TryAt(1_000 + wait), "{n}");
    }
    assert_eq!(after_failure(0, 40, None, FETCH_FOR_MS - 1), TryAt(FETCH_FOR_MS - 1 + 600_000));
    assert_eq!(after_failure(0, 1, None, FETCH_FOR_MS), Lost(Loss::NotInTime));
    for why in [Loss::Gone, Loss::Broken] {
        assert_eq!(after_failure(0, 1, Some(why), 0), TryAt(2_000));
        assert_eq!(after_failure(0, 2, Some(why), FETCH_FOR_MS), TryAt(FETCH_FOR_MS + 4_000));
        assert_eq!(after_failure(0, SURE_AFTER, Some(why), 0), Lost(why));
    }
    assert_eq!(after_failure(0, 1, Some(Loss::TooLarge), 0), Lost(Loss::TooLarge));
    assert_eq!(after_failure(0, 1, Some(Loss::NotOffered), 0), Lost(Loss::NotOffered));
}

#[test]
fn what_a_file_is_its_first_bytes_say() {
    let picture = noise(5, 4);
    for kind in PhotoKind::ALL {
        let bytes = file(&picture, kind);
        assert_eq!(measure(&bytes), Ok(Measured { kind, width: 5, height: 4 }), "{kind:?}");
        // Half a head says nothing.
        assert_eq!(measure(&bytes[..8]), Err(Loss::Broken), "{kind:?}");
    }
    let none: [&[u8]; 7] = [
        b"",
        b"\xff\xd8\xff",
        b"<html>expired</html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        b"\0\0\0\x18ftypmp42",
        b"BEGIN:VCARD",
        b"%PDF-1.7",
    ];
    for bytes in none {
        assert_eq!(measure(bytes), Err(Loss::Broken), "{bytes:?}");
    }
}

/// A head of a few bytes that promises more pixels than a memory holds.
#[test]
fn a_bomb_is_too_large_and_is_not_unpacked() {
    let bomb = bomb(65_536, 8, 2);
    assert_eq!(measure(&bomb), Err(Loss::TooLarge));
    assert_eq!(to_jpeg(&bomb, &PhotoLimits::KOREAN), Err(Unfit::TooLarge));
}

/// As many pixels as we take, of eight bytes each.
#[test]
fn a_heavy_one_is_kept_as_it_is_and_not_unpacked() {
    let heavy = bomb(7_000, 16, 6);
    assert!(measure(&heavy).is_ok());
    assert_eq!(to_jpeg(&heavy, &PhotoLimits::KOREAN), Err(Unfit::TooLarge));
}

/// A PNG whose head says more than there is: the sides, the bits of a value, and which values a pixel has.
fn bomb(side: u32, depth: u8, colours: u8) -> Vec<u8> {
    let mut png = file(&noise(1, 1), PhotoKind::Png);
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    png[24..26].copy_from_slice(&[depth, colours]);
    let checksum = crc(&png[12..29]).to_be_bytes();
    png[29..33].copy_from_slice(&checksum);
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |mut sum, byte| {
        sum ^= u32::from(*byte);
        (0..8).for_each(|_| sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 });
        sum
    })
}

#[test]
fn every_kind_leaves_as_jpeg_within_the_limits() {
    let limits = PhotoLimits { n: 3, n_bytes: 9_000, width: 150, height: 144 };
    let picture = noise(400, 200);
    for kind in PhotoKind::ALL {
        let jpeg = to_jpeg(&file(&picture, kind), &limits).unwrap();
        let made = measure(&jpeg).unwrap();
        assert_eq!((made.kind, made.width, made.height), (PhotoKind::Jpeg, 150, 75), "{kind:?}");
        assert!(jpeg.len() <= limits.n_bytes);
        assert_eq!(jpeg, to_jpeg(&file(&picture, kind), &limits).unwrap(), "the same again");
    }
}

#[test]
fn a_small_one_keeps_its_size_and_one_that_will_not_fit_is_refused() {
    let jpeg = to_jpeg(&file(&noise(40, 30), PhotoKind::Png), &PhotoLimits::KOREAN).unwrap();
    assert_eq!(measure(&jpeg).map(|m| (m.width, m.height)), Ok((40, 30)));
    let tight = PhotoLimits { n_bytes: 3_000, ..PhotoLimits::KOREAN };
    let jpeg = to_jpeg(&file(&noise(200, 200), PhotoKind::Png), &tight).unwrap();
    assert!(jpeg.len() <= 3_000 && measure(&jpeg).unwrap().width < 200);
    let none = PhotoLimits { n_bytes: 10, ..PhotoLimits::KOREAN };
    assert_eq!(to_jpeg(&file(&noise(200, 200), PhotoKind::Png), &none), Err(Unfit::TooLarge));
}

#[test]
fn a_stand_in_that_takes_less_gets_less() {
    let jpeg = to_jpeg(&file(&noise(90, 90), PhotoKind::Png), &PhotoLimits::KOREAN).unwrap();
    let photo = Photo { name: "photo1.jpg".to_owned(), jpeg: jpeg.into() };
    assert_eq!(made_for(photo.clone(), &PhotoLimits::KOREAN), Ok(photo.clone()));
    let less = PhotoLimits { n_bytes: photo.jpeg.len() - 1, ..PhotoLimits::KOREAN };
    let made = made_for(photo.clone(), &less).unwrap();
    assert!(made.jpeg.len() <= less.n_bytes && made.name == photo.name);
    let smaller = made_for(photo, &PhotoLimits { height: 45, ..PhotoLimits::KOREAN }).unwrap();
    assert_eq!(measure(&smaller.jpeg).map(|is| (is.width, is.height)), Ok((45, 45)));
}

#[test]
fn it_leaves_upright_and_says_nothing_of_where_it_was_taken() {
    let lying = with_exif(&file(&noise(60, 40), PhotoKind::Jpeg));
    assert!(lying.windows(3).any(|w| w == b"GPS"));
    let jpeg = to_jpeg(&lying, &PhotoLimits::KOREAN).unwrap();
    assert_eq!(measure(&jpeg).map(|m| (m.width, m.height)), Ok((40, 60)));
    assert!(!jpeg.windows(4).any(|w| w == b"Exif" || w == b"GPS "));
    let png = small_png(&lying, 20, 20).unwrap();
    assert_eq!(measure(&png), Ok(Measured { kind: PhotoKind::Png, width: 13, height: 20 }));
}

#[test]
fn what_is_transparent_is_white() {
    let mut clear = Cursor::new(Vec::new());
    image::RgbaImage::new(8, 8).write_to(&mut clear, image::ImageFormat::Png).unwrap();
    let jpeg = to_jpeg(&clear.into_inner(), &PhotoLimits::KOREAN).unwrap();
    let shown = image::load_from_memory(&jpeg).unwrap().into_rgb8();
    assert!(shown.pixels().all(|p| p.0.iter().all(|c| *c > 250)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Hostile files are refused or made into something small; none is a panic.
    #[test]
    fn no_file_is_too_odd(which in 0..4_usize, at in 0..400_usize, with in any::<Vec<u8>>()) {
        let mut bytes = file(&noise(9, 7), PhotoKind::ALL[which]);
        let at = at.min(bytes.len());
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(jpeg) = to_jpeg(&bytes, &PhotoLimits::KOREAN) {
            prop_assert!(jpeg.len() <= PhotoLimits::KOREAN.n_bytes);
        }
    }
}
