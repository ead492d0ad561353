//! Folding the log from a position: threads read the journal's frames in turn and decode them side by side, one folds in order.

use std::{
    sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

use sigeyi_domain::plans;
use sigeyi_envelope::Position;
use sigeyi_projections::{Entry, FoldError, ReadModel};
use sigeyi_proof::{CompactTree, HashAlgorithm};
use sigeyi_store::{EventStore, JournalStore, ReadError, hash_algorithm};
use uuid::Uuid;

use crate::{Engine, keyring::Keyring, shared::Folded};

/// Events that one thread decodes at a time: so few that they stay in the processor's cache until they are folded.
const CHUNK_EVENTS: usize = 1_024;
/// Chunks that are read, and not folded yet, at most.
const CHUNKS_WAITING: usize = 8;
/// Threads that read and decode.
const DECODERS: usize = 2;

/// What a replay beside the running engine found.
#[derive(Debug, Clone, Copy)]
pub struct Refolded {
    /// Events that were folded.
    pub events: u64,
    /// How long that took.
    pub took: Duration,
    /// Whether people, heads, tree and figures are those of the running engine.
    pub is_equal: bool,
}

impl Engine {
    /// Folds the whole log anew into fresh read models, and compares them with those that answer. Nothing may be recorded meanwhile,
    /// or they differ.
    pub fn refold(&self) -> Result<Refolded, ReplayError> {
        let started = Instant::now();
        let mut fresh =
            Folded { model: ReadModel::default(), tree: CompactTree::new(hash_algorithm(self.shared.suite)) };
        let events = replay(&self.shared.store, self.shared.log_id, &self.shared.keyring, &mut fresh)?;
        let took = started.elapsed();
        let folded = self.shared.folded.read();
        fresh.model.settle(folded.model.business_day());
        let same_figures = plans().iter().all(|plan| {
            let figures = |model: &ReadModel| model.board(plan).map(|board| board.progress().clone());
            figures(&fresh.model) == figures(&folded.model)
        });
        let is_equal = same_figures
            && fresh.tree.root() == folded.tree.root()
            && fresh.model.people().rows() == folded.model.people().rows();
        Ok(Refolded { events, took, is_equal })
    }
}

/// Why a log could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It could not be read.
    #[error("the log cannot be read")]
    Read(#[from] ReadError),
    /// An event could not be folded.
    #[error("the log cannot be folded")]
    Fold(#[from] FoldError),
    /// The store gave fewer events than it has.
    #[error("the log has no event {0}")]
    Missing(u64),
}

type Chunk = Result<Vec<Entry>, ReplayError>;

/// Folds what lies after the model's head; gives how many events that were. The model is not settled by it.
pub(crate) fn replay(
    store: &JournalStore,
    log_id: Uuid,
    keyring: &Keyring,
    folded: &mut Folded,
) -> Result<u64, ReplayError> {
    let (from, to) = (folded.model.head().0, store.head().0);
    let (sender, in_order) = sync_channel(CHUNKS_WAITING);
    let (folded_before, spare) = channel();
    let source = Source {
        store,
        log_id,
        algorithm: folded.tree.algorithm(),
        keyring,
        to,
        reading: Mutex::new(Reading { after: from, in_order: sender }),
        spare: Mutex::new(spare),
    };
    std::thread::scope(|scope| {
        let source = &source;
        let decoders = (0..DECODERS).map(|_| scope.spawn(move || while source.decode_next() {}));
        // The threads run from here on.
        let _decoders: Vec<_> = decoders.collect();
        // Dropped with everything in it when an event cannot be folded, so that the threads end too.
        let in_order = in_order;
        fold(&in_order, &folded_before, from, to, folded)
    })
}

fn fold(
    in_order: &Receiver<Receiver<Chunk>>,
    folded_before: &Sender<Vec<Entry>>,
    from: u64,
    to: u64,
    folded: &mut Folded,
) -> Result<u64, ReplayError> {
    let mut after = from;
    while after < to {
        let missing = |_| ReplayError::Missing(after + 1);
        let chunk = in_order.recv().map_err(missing)?.recv().map_err(missing)??;
        for entry in &chunk {
            folded.tree.push(entry.head.leaf);
        }
        folded.model.apply_all(&chunk);
        after += chunk.len() as u64;
        // Nobody wants it any more at the end.
        let _ = folded_before.send(chunk);
    }
    Ok(to - from)
}

/// From where the events come, shared by those who decode.
struct Source<'a> {
    store: &'a JournalStore,
    log_id: Uuid,
    algorithm: HashAlgorithm,
    keyring: &'a Keyring,
    /// Position of the last event.
    to: u64,
    reading: Mutex<Reading>,
    /// Chunks that are folded, to be filled again.
    spare: Mutex<Receiver<Vec<Entry>>>,
}

/// How far the journal is read.
struct Reading {
    after: u64,
    /// Where each chunk will come, in the order of the log.
    in_order: SyncSender<Receiver<Chunk>>,
}

impl Source<'_> {
    /// Reads the next chunk, then decodes it while others read on. False when there is no more, or nobody wants it.
    fn decode_next(&self) -> bool {
        let (sender, chunk) = sync_channel(1);
        let (after, events) = {
            let mut reading = self.reading.lock();
            let after = reading.after;
            if after >= self.to || reading.in_order.send(chunk).is_err() {
                return false;
            }
            let most = CHUNK_EVENTS.min((self.to - after) as usize);
            let events = self.store.read_journal(Position(after), most);
            // Behind what cannot be read there is nothing.
            reading.after = match &events {
                Ok(events) if !events.is_empty() => after + events.len() as u64,
                _ => self.to,
            };
            (after, events)
        };
        let decoded = events.map_err(ReplayError::from).and_then(|events| {
            if events.is_empty() {
                return Err(ReplayError::Missing(after + 1));
            }
            let mut entries = self.spare.lock().try_recv().unwrap_or_default();
            entries.clear();
            let bytes = events.iter().map(|event| &event[..]);
            Entry::decode_all(
                bytes,
                |bytes| self.algorithm.leaf(bytes),
                self.log_id,
                &self.keyring.hold(),
                &mut entries,
            )?;
            Ok(entries)
        });
        let is_decoded = decoded.is_ok();
        sender.send(decoded).is_ok() && is_decoded
    }
}
