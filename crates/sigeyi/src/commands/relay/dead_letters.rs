//! Events that the receiver refused, a line each with its answer.

use std::path::Path;

use super::{batch::Batch, error::RelayError, lines::Lines};

/// The file.
pub(super) struct DeadLetters(Lines);

impl DeadLetters {
    pub(super) fn open(path: &Path) -> Result<DeadLetters, RelayError> {
        let opened = Lines::open(path);
        let (lines, _) = opened.map_err(|source| RelayError::Io { path: path.to_owned(), source })?;
        Ok(DeadLetters(lines))
    }

    /// Returns once they are durable. After a kill they may be there twice.
    pub(super) fn add(&mut self, batch: &Batch, status: u16) -> Result<(), RelayError> {
        let line = |json: &String| format!(r#"{{"status":{status},"event":{json}}}"#);
        let lines: Vec<String> = batch.events.iter().map(|event| line(&event.json)).collect();
        let written = self.0.append(lines.iter().map(String::as_str));
        written.map_err(|source| RelayError::Io { path: self.0.path().to_owned(), source })
    }
}
