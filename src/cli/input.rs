//! Files and standard input that a command reads. Whatever is wrong with one is said by its name.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::context::CliContext;
use super::exit::Exit;
use super::failure::Failure;

/// The text of a file of at most so many bytes.
pub fn text_of(path: &Path, most: usize) -> Result<String, Failure> {
    String::from_utf8(bytes_of(path, most)?)
        .map_err(|_| Failure::here(Exit::Usage, "file_not_text", [file(path)]))
}

/// The bytes of a file of at most so many bytes.
pub fn bytes_of(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        // One byte more says that it is too large.
        let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let code = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => "file_missing",
        io::ErrorKind::PermissionDenied => "file_denied",
        io::ErrorKind::IsADirectory => "file_folder",
        _ => "file_unreadable",
    };
    let bytes = read().map_err(|error| {
        let values = [file(path), ("why", error.to_string().into())];
        Failure::Here { exit: Exit::Usage, code: code(&error), values: values.into() }
    })?;
    if bytes.len() > most {
        let kib = i64::try_from(most / 1024).unwrap_or(i64::MAX);
        let values = [file(path), ("kib", kib.into())];
        return Err(Failure::here(Exit::Unsendable, "file_too_large", values));
    }
    Ok(bytes)
}

/// Standard input as text.
pub fn standard(context: &mut CliContext) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    context.io.stdin.read_to_end(&mut bytes).map_err(anyhow::Error::from)?;
    String::from_utf8(bytes).map_err(|_| Failure::here(Exit::Usage, "input_not_text", []))
}

/// A phone number of the command line; `-` is the first line of standard input, so that it stands in no shell's history.
pub fn number(context: &mut CliContext, word: Option<&str>) -> Result<Option<String>, Failure> {
    Ok(match word {
        Some("-") => Some(context.read_line().map_err(anyhow::Error::from)?.trim().to_owned()),
        word => word.map(str::to_owned),
    })
}

fn file(path: &Path) -> (&'static str, crate::client::Value) {
    ("file", crate::domain::text::safe_for_terminal(&path.display().to_string()).into())
}
