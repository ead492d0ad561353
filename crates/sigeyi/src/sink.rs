//! Where a result goes that is written piece by piece.

use std::{
    fs::{self, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use crate::error::CliError;

/// What was recorded of people is for whoever has made the file.
const OWNER_ONLY: u32 = 0o600;

/// Writes to a new file, or to standard output without one. A file that cannot be written to its end is taken away again; a reader of standard output that
/// has gone away is no fault.
pub(crate) fn write_to(
    path: Option<&Path>,
    write: impl FnOnce(&mut dyn Write) -> Result<(), WriteError>,
) -> Result<(), CliError> {
    match path {
        None => to_screen(write),
        Some(path) => to_file(path, write),
    }
}

/// Why not everything was written.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// The file or the screen.
    Output(io::Error),
    /// What was to be written.
    Source(CliError),
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Output(error)
    }
}

impl From<csv::Error> for WriteError {
    fn from(error: csv::Error) -> WriteError {
        // Its own conversion makes every error one of another kind.
        WriteError::Output(match error.into_kind() {
            csv::ErrorKind::Io(error) => error,
            other => io::Error::other(format!("{other:?}")),
        })
    }
}

impl From<CliError> for WriteError {
    fn from(error: CliError) -> WriteError {
        WriteError::Source(error)
    }
}

fn to_screen(write: impl FnOnce(&mut dyn Write) -> Result<(), WriteError>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(()),
        Err(WriteError::Source(error)) => {
            // What has come so far is for whoever reads it; that it is not all is said by the error.
            let _ = out.flush();
            Err(error)
        }
        Err(WriteError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            // Nobody reads the rest, which dropping would write again.
            let _ = out.into_parts();
            Ok(())
        }
        Err(WriteError::Output(error)) => Err(CliError::screen(error)),
    }
}

fn to_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<(), WriteError>,
) -> Result<(), CliError> {
    let output = |source| CliError::Output { path: path.to_owned(), source };
    let file = OpenOptions::new().write(true).create_new(true).mode(OWNER_ONLY).open(path).map_err(output)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out).and_then(|()| {
        out.flush()?;
        Ok(out.get_ref().sync_all()?)
    });
    if written.is_err() {
        // The error says that there is no file; one that cannot be taken away has no end, and shows it.
        let _ = fs::remove_file(path);
    }
    written.map_err(|error| match error {
        WriteError::Output(error) => output(error),
        WriteError::Source(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_new_whole_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("history.html");
        write_to(Some(&path), |out| Ok(out.write_all(b"whole")?)).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"whole");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, OWNER_ONLY);
        let again = write_to(Some(&path), |out| Ok(out.write_all(b"other")?));
        assert!(matches!(again, Err(CliError::Output { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"whole", "what is there stays");
    }

    /// Takes nothing, as when the program that reads it has ended.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_of_csv_that_has_gone_away_is_told_from_a_screen_that_fails() {
        let mut writer = csv::Writer::from_writer(Gone);
        let cell = "x".repeat(100_000);
        let error = WriteError::from(writer.write_record([&cell]).unwrap_err());
        let _ = writer.into_inner();
        let WriteError::Output(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn a_file_that_is_not_whole_is_not_left_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("people.csv");
        let stopped = write_to(Some(&path), |out| {
            out.write_all(b"half")?;
            Err(CliError::Nobody.into())
        });
        assert!(matches!(stopped, Err(CliError::Nobody)));
        assert!(!path.exists());
    }
}
