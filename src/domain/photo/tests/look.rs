//! What files are by their first bytes: each kind that is kept, each that is named, and those that lie.

use proptest::prelude::*;

use super::super::*;
use super::{file, noise};
use crate::domain::media::What;
use crate::domain::notice::{Language, Notice};

/// A box of an MP4.
fn part(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(8 + content.len()).unwrap().to_be_bytes();
    [&length, name.as_slice(), content].concat()
}

fn track(handler: &[u8; 4]) -> Vec<u8> {
    let handler = [&[0; 8], handler.as_slice(), &[0; 12]].concat();
    part(b"trak", &part(b"mdia", &part(b"hdlr", &handler)))
}

/// A file of the MP4 family with these tracks.
fn iso(brand: &[u8; 4], handlers: &[&[u8; 4]]) -> Vec<u8> {
    let tracks: Vec<u8> = handlers.iter().flat_map(|handler| track(handler)).collect();
    let head = part(b"ftyp", &[brand.as_slice(), &[0; 4], b"isom"].concat());
    [head, part(b"free", b""), part(b"mdat", &[7; 40]), part(b"moov", &tracks)].concat()
}

fn ebml(doc_type: &[u8]) -> Vec<u8> {
    let version = [0x42, 0x86, 0x81, 1];
    let size = 0x80 | u8::try_from(doc_type.len()).unwrap();
    let head = [version.as_slice(), &[0x42, 0x82, size], doc_type].concat();
    let size = 0x80 | u8::try_from(head.len()).unwrap();
    [&[0x1a, 0x45, 0xdf, 0xa3, size], head.as_slice(), &[0x18, 0x53, 0x80, 0x67, 0x01, 0xff]].concat()
}

fn amr(head: &[u8], frame: u8, n_bytes: usize) -> Vec<u8> {
    let one = [vec![frame], vec![0xa5; n_bytes]].concat();
    [head, one.repeat(20).as_slice()].concat()
}

/// Frames of 128 kbit/s at 44.1 kHz.
fn mp3() -> Vec<u8> {
    let frame = [&[0xff, 0xfb, 0x90, 0], [0_u8; 413].as_slice()].concat();
    frame.repeat(3)
}

fn id3() -> Vec<u8> {
    let mut tag = b"ID3\x03\0\0\0\0\x01\x02".to_vec();
    tag.extend([0; 130]);
    [tag, mp3()].concat()
}

fn ogg(stream: &[u8]) -> Vec<u8> {
    let mut page = b"OggS\0\x02".to_vec();
    page.extend([0; 20]);
    page.extend([1, 30]);
    [page.as_slice(), stream, &[0; 30]].concat()
}

fn riff(form: &[u8; 4], chunks: &[u8]) -> Vec<u8> {
    [b"RIFF\x40\0\0\0", form.as_slice(), chunks].concat()
}

fn wav() -> Vec<u8> {
    let form = [b"fmt \x10\0\0\0".as_slice(), &[1; 16]].concat();
    riff(b"WAVE", &[form.as_slice(), b"LIST\x03\0\0\0abc\0", b"data\xff\xff\xff\xff", &[0; 50]].concat())
}

fn kept() -> Vec<(&'static str, Vec<u8>, FileKind)> {
    use FilmKind::{Mov, Mp4, ThreeGp, Webm};
    use VoiceKind::{Amr, M4a, Mp3, Ogg, Wav};
    let old_mov = [part(b"wide", b""), part(b"mdat", &[1; 9]), part(b"moov", &track(b"vide"))].concat();
    let films = [
        ("mp4", iso(b"mp42", &[b"vide", b"soun"]), Mp4),
        ("mp4 of a phone", iso(b"isom", &[b"soun", b"vide"]), Mp4),
        ("mp4 named as sound", iso(b"M4A ", &[b"vide"]), Mp4),
        ("3gp", iso(b"3gp4", &[b"vide"]), ThreeGp),
        ("3g2", iso(b"3g2a", &[b"vide"]), ThreeGp),
        ("mov", iso(b"qt  ", &[b"vide", b"soun"]), Mov),
        ("mov without a brand", old_mov, Mov),
        ("webm", ebml(b"webm"), Webm),
    ];
    let voices = [
        ("amr", amr(b"#!AMR\n", 0x3c, 31), Amr),
        ("amr, wide", amr(b"#!AMR-WB\n", 0x44, 60), Amr),
        ("m4a", iso(b"M4A ", &[b"soun"]), M4a),
        ("a recorder's mp4", iso(b"mp42", &[b"soun"]), M4a),
        ("a recorder's 3gp", iso(b"3gp4", &[b"soun"]), M4a),
        ("mp3", mp3(), Mp3),
        ("mp3 with a tag", id3(), Mp3),
        ("ogg of opus", ogg(b"OpusHead"), Ogg),
        ("ogg of vorbis", ogg(b"\x01vorbis"), Ogg),
        ("wav", wav(), Wav),
    ];
    let films = films.into_iter().map(|(name, bytes, kind)| (name, bytes, FileKind::Film(kind)));
    let voices = voices.into_iter().map(|(name, bytes, kind)| (name, bytes, FileKind::Voice(kind)));
    films.chain(voices).collect()
}

#[test]
fn each_kind_is_known_by_its_bytes_whatever_is_claimed() {
    for (name, bytes, kind) in kept() {
        for claimed in What::ALL {
            assert_eq!(examine(&bytes, claimed), Ok(Kept { kind, pixels: None }), "{name} as {claimed:?}");
        }
    }
    let photo = noise(5, 4);
    for kind in PhotoKind::ALL {
        let kept = Kept { kind: FileKind::Photo(kind), pixels: Some((5, 4)) };
        assert_eq!(examine(&file(&photo, kind), What::Film), Ok(kept), "{kind:?}");
    }
}

#[test]
fn each_kind_has_words_of_its_own() {
    for kind in FileKind::ALL {
        assert_eq!(FileKind::from_word(kind.as_str()), Some(kind));
        let sort = match kind.what() {
            What::Photo => "image/",
            What::Film => "video/",
            _ => "audio/",
        };
        assert!(kind.content_type().starts_with(sort), "{kind:?}");
    }
    assert_eq!(FileKind::Film(FilmKind::ThreeGp).file_name(7), "film-7.3gp");
}

#[test]
fn what_is_not_taken_is_called_what_it_is() {
    let zip: &[u8] = b"PK\x03\x04\x14\0";
    let cases: [(&[u8], What); 16] = [
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD", What::Contact),
        (b"\xef\xbb\xbf\r\nbegin:vcard\nN:x", What::Contact),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0", What::Calendar),
        (b"%PDF-1.7\n", What::Pdf),
        (&iso(b"heic", &[]), What::Photo),
        (&iso(b"avif", &[]), What::Photo),
        (b"II*\0\x08\0\0\0", What::Photo),
        (&ebml(b"matroska"), What::Film),
        (&riff(b"AVI ", b"LIST"), What::Film),
        (&ogg(b"\x80theora"), What::Film),
        (b"FLV\x01\x05", What::Film),
        (&riff(b"QLCM", b"fmt "), What::Voice),
        (b"\xff\xf1\x50\x80", What::Voice),
        (b"MThd\0\0\0\x06", What::Voice),
        (zip, What::File),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", What::File),
    ];
    for (bytes, what) in cases {
        let lost = LostAs { what, why: Loss::NotTaken };
        assert_eq!(examine(bytes, What::Photo), Err(lost), "{what:?} {bytes:?}");
    }
}

/// The head of a kind that is kept, and something else behind it.
#[test]
fn a_head_alone_makes_no_film() {
    let page: &[u8] = b"<html><script>run()</script></html>";
    let head = part(b"ftyp", b"mp42\0\0\0\0isom");
    let huge =
        |size: u32| [head.clone(), size.to_be_bytes().to_vec(), b"moov".to_vec(), vec![0; 90]].concat();
    let endless =
        [head.clone(), [0, 0, 0, 1].to_vec(), b"moov".to_vec(), vec![0xff; 8], vec![0; 90]].concat();
    let cut = iso(b"mp42", &[b"vide"]);
    let cases: [(&str, Vec<u8>, What); 20] = [
        ("a page", [head.as_slice(), page].concat(), What::Film),
        ("a head", head.clone(), What::Film),
        ("half a head", head[..8].to_vec(), What::Film),
        ("a huge box", huge(0x7fff_ffff), What::Film),
        ("a box without room for its head", huge(3), What::Film),
        ("a box of 2^64 bytes", endless, What::Film),
        ("a film without its index", cut[..cut.len() - 60].to_vec(), What::Film),
        ("no track", iso(b"mp42", &[]), What::Film),
        ("a track of another sort", iso(b"mp42", &[b"text"]), What::Film),
        ("a page as webm", [&ebml(b"webm")[..17], page].concat(), What::Film),
        (
            "webm of 2^56 bytes",
            vec![0x1a, 0x45, 0xdf, 0xa3, 1, 255, 255, 255, 255, 255, 255, 255],
            What::Film,
        ),
        ("webm's first bytes", vec![0x1a, 0x45, 0xdf, 0xa3], What::Film),
        ("webm with a length of nothing", vec![0x1a, 0x45, 0xdf, 0xa3, 0, 0], What::Film),
        ("a page as amr", [b"#!AMR\n".as_slice(), page].concat(), What::Voice),
        ("amr of no frame", b"#!AMR\n".to_vec(), What::Voice),
        ("a page as mp3", [b"ID3\x03\0\0\0\0\0\0".as_slice(), page].concat(), What::Voice),
        ("mp3's tag alone", b"ID3\x03\0\0\x7f\x7f\x7f\x7f".to_vec(), What::Voice),
        ("one frame of mp3", mp3()[..417].to_vec(), What::Voice),
        ("a page as ogg", [b"OggS\0\x02".as_slice(), page].concat(), What::Voice),
        ("a page as wav", riff(b"WAVE", page), What::Voice),
    ];
    for (name, bytes, what) in cases {
        let lost = LostAs { what, why: Loss::Broken };
        assert_eq!(examine(&bytes, What::Photo), Err(lost), "{name}");
    }
}

/// Bytes that say nothing are called what was claimed; what would be taken may come again.
#[test]
fn what_says_nothing_is_called_as_claimed() {
    for bytes in [b"".as_slice(), b"<html>expired</html>", b"#!/bin/sh", b"MZ\x90\0", b"\0"] {
        for what in What::ALL {
            let why = if what.is_taken() { Loss::Broken } else { Loss::NotTaken };
            assert_eq!(examine(bytes, what), Err(LostAs { what, why }), "{bytes:?}");
        }
    }
}

#[test]
fn each_sort_has_its_bound() {
    let of = |mut bytes: Vec<u8>, n: usize| {
        bytes.resize(n, 0);
        examine(&bytes, What::File).map(|kept| kept.kind.what())
    };
    let film = || [iso(b"mp42", &[b"vide"]), part(b"mdat", b"")].concat();
    let cases = [(film(), What::Film, MAX_FILM_BYTES), (wav(), What::Voice, MAX_VOICE_BYTES)];
    for (bytes, what, most) in cases {
        assert_eq!(of(bytes.clone(), most), Ok(what));
        assert_eq!(of(bytes, most + 1), Err(LostAs { what, why: Loss::TooLarge }));
    }
    let jpeg = file(&noise(5, 4), PhotoKind::Jpeg);
    assert_eq!(of(jpeg, MAX_BYTES + 1), Err(LostAs { what: What::Photo, why: Loss::TooLarge }));
}

#[test]
fn they_are_asked_for_again_only_where_that_helps() {
    use Loss::{Broken, Gone, NotInTime, NotOffered, NotTaken, TooLarge, TooMany};
    let told = |lost: &[(What, Loss)]| {
        let lost: Vec<_> = lost.iter().map(|(what, why)| LostAs { what: *what, why: *why }).collect();
        loss_notice(&lost)
    };
    for what in [What::Photo, What::Film, What::Voice, What::File] {
        for why in [Gone, Broken, TooMany, NotInTime] {
            assert_eq!(told(&[(what, why)]), Some((Notice::PhotoLost, what)), "{why:?}");
        }
        for why in [NotTaken, TooLarge, NotOffered] {
            assert_eq!(told(&[(what, why)]), Some((Notice::MediaRefused, what)), "{why:?}");
        }
    }
    for what in [What::Contact, What::Calendar, What::Pdf] {
        for why in Loss::ALL {
            assert_eq!(told(&[(what, why)]), Some((Notice::MediaRefused, what)), "{why:?}");
        }
    }
    let mixed = [(What::Pdf, NotTaken), (What::Film, Gone), (What::Film, Broken)];
    assert_eq!(told(&mixed), Some((Notice::PhotoLost, What::Film)));
    assert_eq!(
        told(&[(What::Pdf, NotTaken), (What::Contact, NotTaken)]),
        Some((Notice::MediaRefused, What::File))
    );
    assert_eq!(told(&[]), None);
}

#[test]
fn citizens_read_their_own_words() {
    for what in What::ALL {
        assert!(for_citizen(what, Language::Ko).ends_with(['을', '를']), "{what:?}");
        assert!(for_citizen(what, Language::En).is_ascii(), "{what:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// No file makes it panic or run for long, however its lengths lie.
    #[test]
    fn hostile_files_are_kept_or_refused(which in 0..18_usize, at in 0..200_usize, with in any::<Vec<u8>>()) {
        let mut bytes = kept().swap_remove(which).1;
        let at = at.min(bytes.len());
        let end = (at + with.len()).min(bytes.len());
        bytes.splice(at..end, with);
        if let Ok(kept) = examine(&bytes, What::File) {
            prop_assert!(bytes.len() <= kept.kind.most_bytes());
        }
    }

    #[test]
    fn any_bytes_behind_any_head(which in 0..18_usize, tail in any::<Vec<u8>>()) {
        let bytes = [&kept().swap_remove(which).1[..8], &tail].concat();
        let _ = examine(&bytes, What::Photo);
    }
}
