//! Where events come from: an open directory that nobody serves, or the server that holds it.

use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::{Engine, LogFilter, Position};

use super::{
    batch::{Batch, Sent},
    error::RelayError,
    server::ServerEvents,
};

/// Events that are looked at for a batch at most, as a server does for a page, so that the state moves on where a filter fits little.
const LOOKED_AT_MAX: usize = 20_000;

/// One log.
pub(super) enum Source {
    Directory(DirectoryEvents),
    Server(ServerEvents),
}

/// The events of a directory that match.
pub(super) struct DirectoryEvents {
    pub(super) engine: Box<Engine>,
    pub(super) words: CloudEvents,
    pub(super) filter: LogFilter,
}

impl Source {
    /// What it is called in the state: another one must not go on from its positions.
    pub(super) fn name(&self) -> String {
        match self {
            Source::Directory(directory) => format!("urn:uuid:{}", directory.engine.log_id()),
            Source::Server(server) => server.name(),
        }
    }

    /// The end of the log, where it is known before it is asked.
    pub(super) fn head(&self) -> Option<u64> {
        match self {
            Source::Directory(directory) => Some(directory.engine.head().0),
            Source::Server(_) => None,
        }
    }

    /// What comes after a position.
    pub(super) fn after(&self, after: u64, events_max: usize) -> Result<Batch, RelayError> {
        match self {
            Source::Directory(directory) => directory.after(after, events_max),
            Source::Server(server) => server.after(after, events_max),
        }
    }
}

impl DirectoryEvents {
    fn after(&self, after: u64, events_max: usize) -> Result<Batch, RelayError> {
        let page = self.engine.read().events(Position(after), &self.filter, events_max, LOOKED_AT_MAX)?;
        let sent = |entry| {
            let mut json = String::new();
            self.words.write(entry, &mut json);
            Sent { position: entry.position().0, json }
        };
        Ok(Batch { events: page.events.iter().map(sent).collect(), through: page.through.0 })
    }
}
