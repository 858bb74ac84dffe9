//! Files that only their owner can read. A file is written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;

/// Writes a file that only its owner can read, whole or not at all; makes its directory (0700) if need be.
pub fn write_private(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        beside(path, content.as_ref())?.persist(path)?;
        Ok(())
    };
    write().with_context(|| path.display().to_string())
}

/// The same, unless there is a file of that name: of two programs that begin one at once, exactly one does. `false` if there was one.
pub fn begin_private(path: &Path, content: &[u8]) -> anyhow::Result<bool> {
    beside(path, content).and_then(|file| is_new(file, path)).with_context(|| path.display().to_string())
}

/// The content in a file without a name yet, in the directory of `path`.
fn beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let dir = path.parent().ok_or_else(|| io::Error::other("a file without a directory"))?;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700))?;
    // Made with 0600, before anything is in it.
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn is_new(file: NamedTempFile, path: &Path) -> io::Result<bool> {
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(refused) => Err(refused.error),
    }
}

/// Writes a new file that only its owner can read, whole or not at all, into an existing directory. `false` if a file of
/// that name exists; it is left alone.
pub fn create_private(path: &Path, content: &[u8]) -> io::Result<bool> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(dir)?;
    file.write_all(content)?;
    is_new(file, path)
}
