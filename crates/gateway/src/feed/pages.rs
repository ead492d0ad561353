//! Pieces of the log in words, each written down before it is given.

use std::sync::Arc;

use sigeyi_cloudevents::CloudEvents;
use sigeyi_engine::{Position, QuestionError};
use tokio::task::JoinHandle;

use crate::{
    ended::Ended,
    schema::{Service, of_question},
    scope::{ReadableLog, Trace},
    witness::Witnessed,
};

/// What somebody reads.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) service: Arc<Service>,
    pub(super) events: CloudEvents,
    pub(super) log: Arc<ReadableLog>,
    pub(super) witnessed: Witnessed,
    /// Stands behind each event.
    pub(super) separator: char,
}

/// How much is read at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// Events at most.
    pub(super) events_max: usize,
    /// Events that are looked at for them at most.
    pub(super) looked_at_max: usize,
}

/// A piece that is not written down yet, so that nobody may be given it.
pub(super) struct Unwritten {
    page: Page,
    traces: Vec<Trace>,
}

/// A piece that may be given.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) text: String,
    /// How many events are in it.
    pub(super) count: u64,
    /// Position of the last of them.
    pub(super) last_event: Option<Position>,
    /// The log was looked through up to here.
    pub(super) through: Position,
    /// So many events were looked at.
    pub(super) looked_at: u64,
}

impl Pages {
    /// Begins to read what comes after a position, on a thread on which the disk may be waited for.
    pub(super) fn read(
        &self,
        after: Position,
        extent: Extent,
    ) -> JoinHandle<Result<Unwritten, QuestionError>> {
        let pages = self.clone();
        tokio::task::spawn_blocking(move || pages.read_now(after, extent))
    }

    fn read_now(&self, after: Position, extent: Extent) -> Result<Unwritten, QuestionError> {
        let engine = &self.service.engine;
        let read = engine.read().events(after, self.log.filter(), extent.events_max, extent.looked_at_max)?;
        let (mut text, mut traces, mut last_event) = (String::new(), Vec::new(), None);
        for entry in read.events {
            let Some(event) = self.log.show(engine, entry) else { continue };
            self.events.write(event.entry(), &mut text);
            text.push(self.separator);
            last_event = Some(event.position());
            traces.push(event.trace());
        }
        let looked_at = read.through.0.saturating_sub(after.0);
        let count = traces.len() as u64;
        Ok(Unwritten { page: Page { text, count, last_event, through: read.through, looked_at }, traces })
    }

    /// What was read, once it is written down who is in it.
    pub(super) async fn written_down(
        &self,
        reading: JoinHandle<Result<Unwritten, QuestionError>>,
    ) -> Result<Page, Ended> {
        let read = reading.await.map_err(|_| Ended::failed())?;
        let Unwritten { page, traces } = read.map_err(of_question)?;
        self.witnessed.events(&self.service, &self.log, traces, page.through).await?;
        Ok(page)
    }
}
