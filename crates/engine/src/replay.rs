//! Folding the log from a position: two threads read and decode, one folds in order.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use sigeyi_domain::plans;
use sigeyi_envelope::Position;
use sigeyi_projections::{Entry, FoldError, ReadModel, Secrets};
use sigeyi_proof::{CompactTree, Sha256, TreeHash};
use sigeyi_store::{Direction, EventStore, ReadError};
use uuid::Uuid;

use crate::{Engine, shared::Folded};

/// Events that one thread decodes at a time.
const CHUNK_EVENTS: u64 = 4_096;
/// Decoded chunks that wait for the fold, for each thread.
const CHUNKS_WAITING: usize = 2;
/// Threads that decode.
const DECODERS: u64 = 2;

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
        let mut fresh = Folded { model: ReadModel::default(), tree: CompactTree::default() };
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

/// Folds what lies after the model's head; gives how many events that were. The model is not settled by it.
pub(crate) fn replay(
    store: &impl EventStore,
    log_id: Uuid,
    secrets: &impl Secrets,
    folded: &mut Folded,
) -> Result<u64, ReplayError> {
    let (from, to) = (folded.model.head().0, store.head().0);
    std::thread::scope(|scope| {
        let chunks: Vec<Receiver<_>> = (0..DECODERS)
            .map(|decoder| {
                let (sender, receiver) = sync_channel(CHUNKS_WAITING);
                let mut after = from + decoder * CHUNK_EVENTS;
                scope.spawn(move || {
                    while after < to {
                        let end = to.min(after + CHUNK_EVENTS);
                        let chunk = decode(store, log_id, secrets, after, end);
                        if !deliver(&sender, chunk) {
                            return;
                        }
                        after += DECODERS * CHUNK_EVENTS;
                    }
                });
                receiver
            })
            .collect();
        let mut after = from;
        for receiver in chunks.iter().cycle() {
            if after >= to {
                break;
            }
            let chunk = receiver.recv().map_err(|_| ReplayError::Missing(after + 1))??;
            for entry in &chunk {
                folded.model.apply(entry);
                folded.tree.push(entry.head.leaf);
            }
            after += chunk.len() as u64;
        }
        Ok(to - from)
    })
}

/// Sends a chunk on; false when nobody wants more.
fn deliver(
    sender: &SyncSender<Result<Vec<Entry>, ReplayError>>,
    chunk: Result<Vec<Entry>, ReplayError>,
) -> bool {
    let failed = chunk.is_err();
    sender.send(chunk).is_ok() && !failed
}

fn decode(
    store: &impl EventStore,
    log_id: Uuid,
    secrets: &impl Secrets,
    after: u64,
    end: u64,
) -> Result<Vec<Entry>, ReplayError> {
    let mut entries = Vec::with_capacity((end - after) as usize);
    let mut at = after;
    while at < end {
        let events = store.read(
            Position(at),
            Direction::Forward,
            (end - at) as usize,
            CHUNK_EVENTS as usize * 6 * 1024,
        )?;
        if events.is_empty() {
            return Err(ReplayError::Missing(at + 1));
        }
        for bytes in events {
            entries.push(Entry::decode(&bytes, Sha256::leaf(&bytes), log_id, secrets)?);
            at += 1;
        }
    }
    Ok(entries)
}
