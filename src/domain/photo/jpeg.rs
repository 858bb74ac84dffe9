//! Prepares photos for sending: upright JPEG within a carrier's limits, without metadata. Place, time and serial
//! numbers that a phone stores in a photo are not sent.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage};

use super::{Loss, Measured, PhotoKind, measure};
use crate::domain::media::{Photo, PhotoLimits};

/// Memory limit for decoding one photo (bytes).
const MAX_ALLOC: u64 = 320 << 20;
/// JPEG qualities, tried in this order.
const QUALITIES: [u8; 5] = [88, 80, 70, 60, 45];
/// The shortest longer side that a photo is scaled to (pixels).
const LEAST_SIDE: u32 = 64;

/// Why a file cannot be sent as a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    NotAPhoto,
    TooLarge,
}

impl From<Loss> for Unfit {
    fn from(loss: Loss) -> Self {
        if loss == Loss::TooLarge { Unfit::TooLarge } else { Unfit::NotAPhoto }
    }
}

/// The picture as JPEG within `limits`, as large and as good as they allow, never enlarged. Deterministic. Slow: not
/// for an async thread.
pub fn to_jpeg(bytes: &[u8], limits: &PhotoLimits) -> Result<Vec<u8>, Unfit> {
    let mut picture = fitted(picture(bytes)?, limits.width, limits.height);
    loop {
        for quality in QUALITIES {
            let jpeg = encoded(&picture, quality)?;
            if jpeg.len() <= limits.n_bytes {
                return Ok(jpeg);
            }
        }
        let (width, height) = (picture.width() * 3 / 4, picture.height() * 3 / 4);
        if width.max(height) < LEAST_SIDE {
            return Err(Unfit::TooLarge);
        }
        picture = imageops::resize(&picture, width.max(1), height.max(1), FilterType::Triangle);
    }
}

/// Adapts a photo that was made for one carrier to the limits of another; unchanged if it fits.
pub fn made_for(photo: Photo, limits: &PhotoLimits) -> Result<Photo, Unfit> {
    let is = measure(&photo.jpeg)?;
    let fits = photo.jpeg.len() <= limits.n_bytes && is.width <= limits.width && is.height <= limits.height;
    if fits {
        return Ok(photo);
    }
    Ok(Photo { jpeg: to_jpeg(&photo.jpeg, limits)?.into(), ..photo })
}

/// The picture as PNG of at most `width` by `height` pixels, for terminals with graphics.
pub fn small_png(bytes: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Unfit> {
    let picture = fitted(picture(bytes)?, width, height);
    let mut png = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut png)).map_err(|_| Unfit::NotAPhoto)?;
    Ok(png)
}

/// Decodes a picture upright, on white where it is transparent. An animation gives its first frame.
fn picture(bytes: &[u8]) -> Result<RgbImage, Unfit> {
    let Measured { kind, width, height } = measure(bytes)?;
    let mut reader = ImageReader::with_format(Cursor::new(bytes), PhotoKind::format(kind));
    let mut limits = Limits::default();
    limits.max_image_width = Some(width);
    limits.max_image_height = Some(height);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unfit::NotAPhoto)?;
    // Few pixels can still take many bytes each.
    if decoder.total_bytes() > MAX_ALLOC {
        return Err(Unfit::TooLarge);
    }
    let upright = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unfit::NotAPhoto)?;
    picture.apply_orientation(upright);
    Ok(on_white(picture))
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0.map(u32::from);
        let mixed = |of: u32| u8::try_from((of * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        Rgb([mixed(red), mixed(green), mixed(blue)])
    })
}

/// Scales down to fit, with the aspect ratio kept.
fn fitted(picture: RgbImage, most_width: u32, most_height: u32) -> RgbImage {
    let (width, height) = picture.dimensions();
    if width <= most_width && height <= most_height {
        return picture;
    }
    let scale = (f64::from(most_width) / f64::from(width)).min(f64::from(most_height) / f64::from(height));
    // A cast from float saturates; the clamp keeps each side at least 1.
    let side = |of: u32, most: u32| ((f64::from(of) * scale).round() as u32).clamp(1, most.max(1));
    let (to_width, to_height) = (side(width, most_width), side(height, most_height));
    // A rough, quick reduction first, which saves memory; then a good one.
    let is_far = width / 2 > to_width && height / 2 > to_height;
    let near = if is_far { imageops::thumbnail(&picture, to_width * 2, to_height * 2) } else { picture };
    imageops::resize(&near, to_width, to_height, FilterType::Triangle)
}

/// Encodes without metadata.
fn encoded(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, Unfit> {
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, quality);
    picture.write_with_encoder(encoder).map_err(|_| Unfit::TooLarge)?;
    Ok(jpeg)
}
