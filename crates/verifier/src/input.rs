//! Reading files within limits.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

use crate::fault::VerifyError;

/// What is read at once, in bytes.
const BUFFER_BYTES: usize = 256 << 10;

/// A file read line by line.
pub(crate) struct Lines {
    pub(crate) path: PathBuf,
    reader: BufReader<File>,
    /// Lines read so far.
    pub(crate) number: u64,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// As it should be, without its line feed.
    Whole(Vec<u8>),
    /// Longer than it may be, or without a line feed at its end.
    Bad,
    /// There is none any more.
    End,
}

/// The whole of a file; what is longer than the limit is cut one byte behind it, which no reader takes.
pub(crate) fn read(path: &Path, bytes_max: usize) -> Result<Vec<u8>, VerifyError> {
    let unreadable = |source| VerifyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

impl Lines {
    pub(crate) fn open(path: &Path) -> Result<Lines, VerifyError> {
        let unreadable = |source| VerifyError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        Ok(Lines { path: path.to_owned(), reader: BufReader::with_capacity(BUFFER_BYTES, file), number: 0 })
    }

    /// The next line.
    pub(crate) fn next(&mut self, bytes_max: usize) -> Result<Line, VerifyError> {
        let line = self.read_line(bytes_max);
        line.map_err(|source| VerifyError::Unreadable { path: self.path.clone(), source })
    }

    fn read_line(&mut self, bytes_max: usize) -> io::Result<Line> {
        let mut line = Vec::new();
        self.reader.by_ref().take(bytes_max as u64 + 1).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(Line::End);
        }
        self.number += 1;
        if line.pop() == Some(b'\n') { Ok(Line::Whole(line)) } else { Ok(Line::Bad) }
    }
}
