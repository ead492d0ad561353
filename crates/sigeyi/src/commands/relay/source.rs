//! Where events come from: an open directory that nobody serves, or the server that holds it.

use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::{Engine, LogFilter, Position};

use super::{
    batch::{Batch, Sent},
    error::RelayError,
    server::ServerEvents,
};

/// One log.
pub(super) enum Source {
    Directory { engine: Box<Engine>, words: CloudEvents },
    Server(ServerEvents),
}

impl Source {
    /// What it is called in the state: another one must not go on from its positions.
    pub(super) fn name(&self) -> String {
        match self {
            Source::Directory { engine, .. } => format!("urn:uuid:{}", engine.log_id()),
            Source::Server(server) => server.name(),
        }
    }

    /// The end of the log, where it is known before it is asked.
    pub(super) fn head(&self) -> Option<u64> {
        match self {
            Source::Directory { engine, .. } => Some(engine.head().0),
            Source::Server(_) => None,
        }
    }

    /// What comes after a position.
    pub(super) fn after(&self, after: u64, events_max: usize) -> Result<Batch, RelayError> {
        match self {
            Source::Directory { engine, words } => of_directory(engine, words, after, events_max),
            Source::Server(server) => server.after(after, events_max),
        }
    }
}

fn of_directory(
    engine: &Engine,
    words: &CloudEvents,
    after: u64,
    events_max: usize,
) -> Result<Batch, RelayError> {
    let page = engine.read().events(Position(after), &LogFilter::default(), events_max, events_max)?;
    let sent = |entry| {
        let mut json = String::new();
        words.write(entry, &mut json);
        Sent { position: entry.position().0, json }
    };
    Ok(Batch { events: page.events.iter().map(sent).collect(), through: page.through.0 })
}
