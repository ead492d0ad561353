//! A log that ends with the process, for tests and rehearsals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use sigeyi_envelope::Position;
use sigeyi_proof::{CompactTree, HashAlgorithm};
use uuid::Uuid;

use crate::encoded_events::EncodedEvents;
use crate::event_store::{AppendError, Appended, Direction, EventStore, ReadError};
use crate::frame::FrameHeader;
use crate::journal_fault::{Damage, JournalFault};
use crate::live::Live;
use crate::page::Page;
use crate::run::Run;
use crate::subscription::{Followed, Subscription};

/// Keeps every event in memory.
pub struct MemoryStore {
    log: Arc<MemoryLog>,
}

struct MemoryLog {
    writing: Mutex<()>,
    live: Live,
}

impl Default for MemoryStore {
    fn default() -> Self {
        let live = Live::new(CompactTree::new(HashAlgorithm::Sha256), (1, 0), usize::MAX);
        MemoryStore { log: Arc::new(MemoryLog { writing: Mutex::new(()), live }) }
    }
}

impl MemoryStore {
    /// An empty log.
    pub fn new() -> MemoryStore {
        MemoryStore::default()
    }
}

impl EventStore for MemoryStore {
    fn append(&self, expected_head: Position, events: EncodedEvents) -> Result<Appended, AppendError> {
        let _writing = self.log.writing.lock();
        let mut tree = self.log.live.tree();
        let actual = Position(tree.size());
        if expected_head != actual {
            return Err(AppendError::WrongHead { expected: expected_head, actual });
        }
        let first = actual.next();
        events.check(first)?;
        let count = events.len() as u32;
        events.leaves().iter().for_each(|leaf| tree.push(*leaf));
        let (head, root) = (Position(tree.size()), tree.root());
        let header = FrameHeader {
            log_id: Uuid::nil(),
            segment: 0,
            first: first.0,
            count,
            tree_size: tree.size(),
            root,
        };
        let (frame, offsets) = events.into_frame(header);
        self.log.live.publish(Run::new(first.0, Bytes::from(frame), offsets), tree, (1, 0));
        Ok(Appended { head, root, sync: Duration::ZERO })
    }

    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        self.log.read(from, direction, max_events, max_bytes)
    }

    fn read_one(&self, position: Position) -> Result<Option<Bytes>, ReadError> {
        if position > self.head() {
            return Ok(None);
        }
        Ok(self.log.live.run_at(position.0).and_then(|run| run.get(position.0)))
    }

    fn head(&self) -> Position {
        self.log.live.head()
    }

    fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(self.log.clone(), after)
    }
}

impl Followed for MemoryLog {
    fn read(
        &self,
        from: Position,
        direction: Direction,
        max_events: usize,
        max_bytes: usize,
    ) -> Result<Vec<Bytes>, ReadError> {
        let mut page = Page::new(from, direction, self.live.head(), max_events, max_bytes);
        while let Some(position) = page.wanted() {
            let taken = self.live.run_at(position).is_some_and(|run| page.take(&run));
            if !taken {
                let fault = JournalFault::EventMissing { position };
                return Err(Damage { path: "memory".into(), offset: 0, fault }.into());
            }
        }
        Ok(page.into_events())
    }

    fn wait_beyond(&self, position: Position, deadline: Instant) {
        self.live.wait(Some(deadline), |head| head > position);
    }
}
