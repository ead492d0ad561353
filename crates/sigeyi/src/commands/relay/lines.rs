//! A file of lines that grows, durably. A last line that was cut off is taken away when it is opened again.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// What is sent is for whoever sends it.
const OWNER_ONLY: u32 = 0o600;
/// Bytes from the end in which the last line begins: an event has at most 6 KiB, and its words some more.
const LAST_LINE_BYTES_MAX: u64 = 64 << 10;

/// A file that is open for appending.
pub(super) struct Lines {
    file: File,
    path: PathBuf,
}

impl Lines {
    /// Opens it, or makes it; with its last whole line, if it has one.
    pub(super) fn open(path: &Path) -> io::Result<(Lines, Option<String>)> {
        let mut options = OpenOptions::new();
        let mut file = options.read(true).append(true).create(true).mode(OWNER_ONLY).open(path)?;
        let length = file.metadata()?.len();
        let from = length.saturating_sub(LAST_LINE_BYTES_MAX);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let Some(whole) = tail.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1) else {
            if from > 0 {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "its last line is too long"));
            }
            file.set_len(0)?;
            file.sync_all()?;
            sync_folder(path)?;
            return Ok((Lines { file, path: path.to_owned() }, None));
        };
        file.set_len(from + whole as u64)?;
        // Whoever was killed may not have done it, and what is found is about to be counted as written.
        file.sync_all()?;
        sync_folder(path)?;
        let lines = &tail[..whole - 1];
        let begin = lines.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if begin == 0 && from > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its last line is too long"));
        }
        let last = String::from_utf8_lossy(&lines[begin..]).into_owned();
        Ok((Lines { file, path: path.to_owned() }, Some(last)))
    }

    /// Adds lines, and returns once they are durable.
    pub(super) fn append<'l>(&mut self, lines: impl Iterator<Item = &'l str>) -> io::Result<()> {
        let mut text = String::new();
        for line in lines {
            text.push_str(line);
            text.push('\n');
        }
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// A file that was made is there after a power cut too.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_taken_away() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        for (found, last, kept) in
            [("", None, ""), ("a", None, ""), ("a\n", Some("a"), "a\n"), ("a\nbb\nc", Some("bb"), "a\nbb\n")]
        {
            fs::write(&path, found).unwrap();
            let (mut lines, found) = Lines::open(&path).unwrap();
            assert_eq!(found.as_deref(), last);
            lines.append(["x", "y"].into_iter()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{kept}x\ny\n"));
        }
    }
}
