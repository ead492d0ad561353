//! What the suite of a log means for its journal: how it hashes, and that no event is of another.

use std::path::Path;

use sigeyi_envelope::Suite;
use sigeyi_proof::{CompactTree, Hash, HashAlgorithm};
use uuid::Uuid;

use crate::disk::{Disk, DiskError, While};
use crate::frame::FrameFault;
use crate::journal_fault::JournalFault;
use crate::segment::segment_path;
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};

/// Where an event's stored bytes say its suite.
const SUITE_AT: usize = 1;

/// How leaves, nodes, access entries and files of a log are hashed.
pub fn hash_algorithm(suite: Suite) -> HashAlgorithm {
    match suite {
        Suite::International => HashAlgorithm::Sha256,
        Suite::Guomi => HashAlgorithm::Sm3,
    }
}

/// The suite of a journal, which the root of the empty tree tells that its first segment states; none where there is no such header, which is
/// for others to explain.
pub(crate) fn suite_of_journal(
    disk: &dyn Disk,
    journal_dir: &Path,
    log_id: Uuid,
) -> Result<Option<Suite>, DiskError> {
    let path = segment_path(journal_dir, 1);
    if !disk.exists(&path).doing("look for", &path)? {
        return Ok(None);
    }
    let file = disk.open_read(&path).doing("open", &path)?;
    let mut bytes = [0; SEGMENT_HEADER_BYTES];
    if file.len().doing("measure", &path)? < SEGMENT_HEADER_BYTES as u64 {
        return Ok(None);
    }
    file.read_at(0, &mut bytes).doing("read", &path)?;
    Ok(SegmentHeader::parse(&bytes, log_id, 1).ok().and_then(|header| suite_of_first(&header)))
}

/// What is wrong with a segment whose header does not state the root of the tree before it.
pub(crate) fn root_fault(header: &SegmentHeader, tree: &CompactTree) -> JournalFault {
    match suite_of_first(header) {
        Some(found) if hash_algorithm(found) != tree.algorithm() && tree.size() == 0 => {
            JournalFault::Suite { expected: tree.algorithm().suite(), found: found.number() }
        }
        Some(_) | None => JournalFault::Root,
    }
}

/// By which suite's algorithms the root of nothing is what a header states.
fn suite_of_first(header: &SegmentHeader) -> Option<Suite> {
    Suite::ALL.into_iter().find(|suite| hash_algorithm(*suite).empty() == header.root)
}

/// Hashes an event of a frame that was parsed and appends it to the tree, unless it is of another suite than the tree's. Gives its leaf.
pub(crate) fn push_event(tree: &mut CompactTree, stored: &[u8]) -> Result<Hash, FrameFault> {
    let (expected, found) = (tree.algorithm().suite(), stored.get(SUITE_AT).copied().unwrap_or_default());
    if found != expected {
        return Err(FrameFault::Suite { position: tree.size() + 1, expected, found });
    }
    let leaf = tree.algorithm().leaf(stored);
    tree.push(leaf);
    Ok(leaf)
}

/// Whether a leaf is the hash of an event by any suite.
pub(crate) fn is_leaf_of(leaf: &Hash, stored: &[u8]) -> bool {
    Suite::ALL.into_iter().any(|suite| hash_algorithm(suite).leaf(stored) == *leaf)
}
