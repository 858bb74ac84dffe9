//! Encryption by the program `age`: it reads standard input and writes standard output. A program, and not a library: 80 more
//! packages would be built into the gateway for what a small tool of every distribution does.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::ops::process::user_name;

/// The first line of an encrypted file (age-encryption.org/v1).
const HEADER: &str = "age-encryption.org/v1";
/// Its last line begins so.
const MAC: &str = "--- ";
/// A header is no longer than this, whoever wrote it (bytes).
const LONGEST_HEADER: u64 = 64 << 10;
/// After the header: a nonce, then chunks of 64 KiB, each with a tag.
const NONCE: u64 = 16;
const CHUNK: u64 = 64 << 10;
const TAG: u64 = 16;

pub(in crate::admin) struct Age<'a> {
    program: &'a str,
}

impl<'a> Age<'a> {
    pub fn new(program: &'a str) -> Age<'a> {
        Age { program }
    }

    /// Encrypts `plain` into the new file `sealed`, and looks that it is whole: its header, and a length that fits.
    pub fn encrypt(&self, plain: &Path, sealed: &Path, recipient: &str) -> anyhow::Result<()> {
        self.run(&["-r", recipient], plain, sealed)?;
        let expected = plain.metadata()?.len();
        let found = payload_of(sealed)?;
        if found != payload_len(expected) {
            bail!(
                "{} wrote {found} bytes of {}: the backup is not kept",
                self.program,
                payload_len(expected)
            );
        }
        Ok(())
    }

    /// Decrypts `sealed` into the new file `plain` with the private key in the file `identity`.
    pub fn decrypt(&self, sealed: &Path, plain: &Path, identity: &Path) -> anyhow::Result<()> {
        let shown = identity.display().to_string();
        File::open(identity).with_context(|| {
            let user = user_name(rustix::process::geteuid().as_raw());
            format!("the private key file {shown} cannot be read by the user {user}")
        })?;
        self.run(&["-d", "-i", &shown], sealed, plain)
    }

    fn run(&self, args: &[&str], from: &Path, to: &Path) -> anyhow::Result<()> {
        let input = File::open(from).with_context(|| format!("{} cannot be read", from.display()))?;
        let output = File::options().write(true).create_new(true).mode(0o600).open(to);
        let output = output.with_context(|| format!("{} cannot be written", to.display()))?;
        let ended = Command::new(self.program)
            .args(args)
            .stdin(input)
            .stdout(output)
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .with_context(|| {
                format!("the program {} cannot be run: install age, or set backup.age_program", self.program)
            })?;
        if !ended.status.success() {
            let said = String::from_utf8_lossy(&ended.stderr);
            let why = said.lines().next().unwrap_or("it gave no reason");
            bail!("{} failed: {}", self.program, crate::domain::text::one_line(why, 200));
        }
        Ok(())
    }
}

/// Whether a file begins as age writes it.
pub(in crate::admin) fn is_sealed(file: &Path) -> bool {
    let mut begin = [0; HEADER.len()];
    File::open(file).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == HEADER.as_bytes()
}

/// The length of what follows the header of an encrypted file.
fn payload_of(sealed: &Path) -> anyhow::Result<u64> {
    let broken = || format!("{} has no header of age", sealed.display());
    let file = File::open(sealed).with_context(broken)?;
    let whole = file.metadata()?.len();
    let (mut reader, mut line, mut n) = (BufReader::new(file.take(LONGEST_HEADER)), Vec::new(), 0);
    let mut is_first = true;
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        let begins = |word: &str| line.starts_with(word.as_bytes());
        if read == 0 || (is_first && !begins(HEADER)) {
            bail!(broken());
        }
        n += read as u64;
        if begins(MAC) {
            return Ok(whole.saturating_sub(n));
        }
        is_first = false;
    }
}

/// How long the payload of so many plain bytes is.
fn payload_len(plain: u64) -> u64 {
    NONCE + plain + TAG * plain.div_ceil(CHUNK).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_what_is_encrypted() {
        for (plain, expected) in [(0, 32), (1, 33), (65_536, 65_568), (65_537, 65_585)] {
            assert_eq!(payload_len(plain), expected, "{plain}");
        }
    }

    #[test]
    fn a_header_is_read_to_its_end_or_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.age");
        std::fs::write(&file, "age-encryption.org/v1\n-> X25519 abc\ndef\n--- mac\n0123456789abcdef")
            .unwrap();
        assert_eq!(payload_of(&file).unwrap(), 16);
        assert!(is_sealed(&file));
        for broken in ["", "ustar", "age-encryption.org/v1\n-> X25519 abc\n"] {
            std::fs::write(&file, broken).unwrap();
            assert!(payload_of(&file).is_err(), "{broken}");
        }
        assert!(!is_sealed(&folder.path().join("none")));
    }

    #[test]
    fn a_program_that_is_missing_or_fails_is_named_and_leaves_no_doubt() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, sealed] = ["plain", "sealed"].map(|name| folder.path().join(name));
        std::fs::write(&plain, "words").unwrap();
        let missing = Age::new("/nowhere/age").encrypt(&plain, &sealed, "age1x").unwrap_err();
        assert!(format!("{missing:#}").contains("backup.age_program"), "{missing:#}");
        std::fs::remove_file(&sealed).unwrap();
        let fails = Age::new("false").encrypt(&plain, &sealed, "age1x").unwrap_err();
        assert!(format!("{fails:#}").contains("false failed"), "{fails:#}");
        std::fs::remove_file(&sealed).unwrap();
        // It copies and encrypts nothing.
        let copies = Age::new("true").encrypt(&plain, &sealed, "age1x").unwrap_err();
        assert!(format!("{copies:#}").contains("no header of age"), "{copies:#}");
    }
}
