//! Photos, films and voice messages: looking at one, and handing a photo in for an answer. What is handed in is made into
//! JPEG within the carrier's limits before it is kept; what a citizen sent is given out as it came, named by its own bytes,
//! never to be run, and read from the disk as it is sent.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use tokio::sync::Semaphore;
use tokio_util::io::ReaderStream;

use super::audit::Seen;
use super::extract::{self, Id, Json};
use super::problem::{Problem, ProblemCode};
use super::session::Session;
use super::wire::{PhotoFile, PhotoView};
use super::{ApiContext, view};
use crate::domain::access::Action;
use crate::domain::media::PhotoLimits;
use crate::domain::photo::{self, MAX_UPLOAD_BYTES, PhotoState, Unfit, measure};
use crate::store::NewAccess;

/// A photo must have arrived after this long.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// Unpacking a photo takes memory, hundreds of megabytes at worst: one at a time.
#[derive(Clone)]
pub(super) struct PhotoLine(Arc<Semaphore>);

impl Default for PhotoLine {
    fn default() -> Self {
        PhotoLine(Arc::new(Semaphore::new(1)))
    }
}

/// The bytes of a photo.
pub(super) struct Upload(Bytes);

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let limit = (MOST, ProblemCode::PhotoTooLarge);
        extract::body(request, state, UPLOAD_TIMEOUT, limit).await.map(Upload)
    }
}

/// The bytes of a photo, film or voice message; the content type is what the bytes are, whatever the sender claimed.
#[utoipa::path(get, path = "/v1/photos/{id}", operation_id = "show_photo", tag = "photo",
    params(("id" = i64, Path, description = "Id of the photo")),
    responses((status = 200, description = "Its bytes", content(
        (PhotoFile = "image/jpeg"), (PhotoFile = "image/png"), (PhotoFile = "image/gif"), (PhotoFile = "image/webp"),
        (PhotoFile = "video/mp4"), (PhotoFile = "video/3gpp"), (PhotoFile = "video/quicktime"), (PhotoFile = "video/webm"),
        (PhotoFile = "audio/amr"), (PhotoFile = "audio/mp4"), (PhotoFile = "audio/mpeg"), (PhotoFile = "audio/ogg"),
        (PhotoFile = "audio/wav")))))]
pub(super) async fn show(
    State(context): State<ApiContext>,
    session: Session,
    Id(id): Id,
) -> Result<impl IntoResponse, Problem> {
    let (info, file) = context.store.photo(id, &session.actor).await??;
    let (Some(kept), Some(file)) = (info.kept, file) else {
        let is_lost = info.state == PhotoState::Lost;
        return Err(Problem::new(if is_lost {
            ProblemCode::PhotoLost
        } else {
            ProblemCode::PhotoNotHereYet
        }));
    };
    let kind = kept.is.kind;
    let name = format!("attachment; filename=\"{}\"", kind.file_name(id));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.content_type())),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    let name = HeaderValue::from_str(&name).map_err(|_| Problem::new(ProblemCode::Internal))?;
    let more = [(header::CONTENT_DISPOSITION, name), (header::CONTENT_LENGTH, file.n_bytes().into())];
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file.into_file())));
    let access = NewAccess { item_id: Some(id), ..NewAccess::by(&session.actor, Action::Photo) };
    let access = match context.store.conversation_of_photo(id).await? {
        Some(conversation) => access.about(conversation, None),
        None => access,
    };
    Ok(Seen((headers, more, body), access))
}

/// Upload a photo for a reply. It is converted to what the carrier takes, and deleted after a day if no reply uses it.
/// Uploading the same photo again returns the same id.
#[utoipa::path(post, path = "/v1/photos", operation_id = "hand_in_photo", tag = "photo",
    request_body(content = PhotoFile, content_type = "application/octet-stream",
        description = "The file: JPEG, PNG, GIF or WebP, at most 16 MiB"),
    responses((status = 201, description = "Kept; a reply may name it", body = PhotoView)))]
pub(super) async fn hand_in(
    State(context): State<ApiContext>,
    State(line): State<PhotoLine>,
    session: Session,
    Upload(file): Upload,
) -> Result<(StatusCode, Json<PhotoView>), Problem> {
    let limits = context.settings().photos.ok_or_else(|| Problem::new(ProblemCode::PhotosNotTaken))?;
    let jpeg = made_fit(&line, file, limits).await?;
    let is = measure(&jpeg).map_err(|_| Problem::new(ProblemCode::Internal))?;
    let photo = context.store.hand_in_photo(&session.actor, jpeg, is, context.now()).await?;
    Ok((StatusCode::CREATED, Json(view::photo(&photo))))
}

/// A file on which the decoder falls over is no photo.
async fn made_fit(line: &PhotoLine, file: Bytes, limits: PhotoLimits) -> Result<Arc<[u8]>, Problem> {
    let _turn = line.0.acquire().await.map_err(|_| Problem::new(ProblemCode::Internal))?;
    let made = tokio::task::spawn_blocking(move || photo::to_jpeg(&file, &limits)).await;
    match made.unwrap_or(Err(Unfit::NotAPhoto)) {
        Ok(jpeg) => Ok(jpeg.into()),
        Err(Unfit::NotAPhoto) => Err(Problem::new(ProblemCode::NotAPhoto)),
        Err(Unfit::TooLarge) => Err(Problem::new(ProblemCode::PhotoTooLarge)),
    }
}

/// What a request may bring.
pub(super) const MOST: usize = MAX_UPLOAD_BYTES;
