//! A file that is there whole or not at all, with the digest of its bytes.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256};

use crate::output::hex;

/// What was recorded of people is for whoever has made the file.
const OWNER_ONLY: u32 = 0o600;
/// What stands behind the name of a file that is not whole.
pub(super) const UNFINISHED: &str = ".new";
/// Bytes that are read at a time.
const BYTES_AT_A_TIME: usize = 64 << 10;

/// A file that is being written under another name.
pub(super) struct Draft {
    out: BufWriter<File>,
    digest: Context,
    bytes: u64,
    new: PathBuf,
    path: PathBuf,
}

/// Length and digest of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) bytes: u64,
    /// SHA-256, hexadecimal.
    pub(super) sha256: String,
}

impl Draft {
    /// Begins a file of a folder.
    pub(super) fn begin(folder: &Path, name: &str) -> io::Result<Draft> {
        let new = folder.join(format!("{name}{UNFINISHED}"));
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(OWNER_ONLY).open(&new)?;
        Ok(Draft {
            out: BufWriter::new(file),
            digest: Context::new(&SHA256),
            bytes: 0,
            new,
            path: folder.join(name),
        })
    }

    /// Makes it durable under its own name.
    pub(super) fn finish(self) -> io::Result<Sum> {
        let Draft { out, digest, bytes, new, path } = self;
        out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(&new, &path)?;
        if let Some(folder) = path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(Sum { bytes, sha256: hex(digest.finish().as_ref()) })
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(bytes)?;
        self.digest.update(&bytes[..taken]);
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Sum {
    /// Of a file that is there; none where none is.
    pub(super) fn of(path: &Path) -> io::Result<Option<Sum>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let (mut digest, mut bytes) = (Context::new(&SHA256), 0);
        let mut buffer = vec![0; BYTES_AT_A_TIME];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                return Ok(Some(Sum { bytes, sha256: hex(digest.finish().as_ref()) }));
            }
            digest.update(&buffer[..read]);
            bytes += read as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut draft = Draft::begin(folder.path(), "a.csv").unwrap();
        draft.write_all(b"abc").unwrap();
        assert!(!path.exists());
        let sum = draft.finish().unwrap();
        assert_eq!(sum.bytes, 3);
        assert_eq!(sum.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(Sum::of(&path).unwrap(), Some(sum));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn of_a_file_that_is_not_there_there_is_no_digest() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Sum::of(&folder.path().join("a.csv")).unwrap(), None);
    }
}
