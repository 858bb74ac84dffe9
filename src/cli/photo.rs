//! `munja photo ID`: shows a photo, film or voice message. A photo is drawn if the terminal can; all else is saved to a
//! file.
//!
//! File names never come from the citizen's phone. A terminal gets a picture that was drawn anew, never a byte of the file.
//! Only their owner can read saved files; an existing file is never overwritten.

use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use super::context::CliContext;
use super::draw::Canvas;
use super::exit::Exit;
use super::failure::Failure;
use crate::client::ClientError;
use crate::client::{create_private, keep_photo};
use crate::domain::media::What;
use crate::domain::photo::{Kept, examine};

#[derive(clap::Args)]
pub struct Args {
    #[arg(value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
    photo: i64,
    #[arg(long, value_name = "PATH")]
    save: Option<PathBuf>,
    #[arg(long, conflicts_with = "save")]
    open: bool,
}

pub async fn run(context: &mut CliContext, args: &Args) -> Result<(), Failure> {
    context.about = Some(args.photo);
    let bytes = context.client()?.photo(args.photo).await?;
    // The bytes decide, whatever the server says of them.
    let is = examine(&bytes, What::File).map_err(|_| nothing_to_show(context))?;
    let is_photo = is.kind.what() == What::Photo;
    if is_photo && args.save.is_none() && !args.open && !context.json {
        let canvas = Canvas::detect(&context.io);
        if let Some(picture) = canvas.and_then(|canvas| canvas.draw(&bytes)) {
            return context.print_whole(&picture);
        }
    }
    let path = match &args.save {
        Some(path) => save(path, &is.kind.file_name(args.photo), &bytes)?,
        None => {
            let runtime = context.io.var("XDG_RUNTIME_DIR");
            keep_photo(&context.profile, runtime.as_deref(), (args.photo, &bytes))?
        }
    };
    if args.open {
        open(context, &path)?;
    }
    report(context, args.photo, &path, is, bytes.len())
}

fn nothing_to_show(context: &CliContext) -> Failure {
    let server = context.server.clone().unwrap_or_default();
    Failure::Server(ClientError::BadAnswer { server, why: "no photo, film or voice message".to_owned() })
}

/// Saves the file where the person named: as a new file, or into a folder.
fn save(path: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, Failure> {
    let path = if path.is_dir() { path.join(name) } else { path.to_owned() };
    let is_new = create_private(&path, bytes).with_context(|| path.display().to_string())?;
    if is_new {
        return Ok(path);
    }
    Err(Failure::here(Exit::Usage, "file_exists", [("path", path.display().to_string().into())]))
}

/// Opens the file with the desktop's viewer.
fn open(context: &CliContext, path: &Path) -> Result<(), Failure> {
    let mut command = std::process::Command::new("xdg-open");
    command.arg(path).stdin(std::process::Stdio::null());
    if let Some(search) = context.io.var("PATH") {
        command.env("PATH", search);
    }
    if command.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(Failure::here(Exit::Unexpected, "no_viewer", [("path", path.display().to_string().into())]))
}

fn report(context: &mut CliContext, id: i64, path: &Path, is: Kept, n_bytes: usize) -> Result<(), Failure> {
    if context.json {
        return context.print_json(&json!({
            "id": id, "path": path, "content_type": is.kind.content_type(), "n_bytes": n_bytes,
            "width": is.pixels.map(|pixels| pixels.0), "height": is.pixels.map(|pixels| pixels.1),
        }));
    }
    let sentence = context.say.with("photo-saved", [("path", path.display().to_string().into())]);
    context.print(&sentence)
}
