//! The journal of a data directory, or of a copy of one.

use std::{collections::BTreeSet, fs, path::Path};

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::Trusted;

use crate::{
    fault::{At, Place, VerifyError, Wrong},
    frame::FrameDue,
    input::read,
    leaves::each_part,
    log_walk::{LogEnd, LogWalk},
    manifest::{Manifest, read_manifest},
    segment::{SEGMENT_BYTES_MAX, SEGMENT_HEADER_BYTES, Scan, check_header, scan},
};

/// Events that are hashed together.
const BATCH_EVENTS: usize = 16_384;

/// A directory whose journal is as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedDirectory {
    /// The checkpoint that it was compared with, and who has cosigned it.
    pub trusted: Option<Trusted>,
    /// What was walked through.
    pub end: LogEnd,
    /// Segments.
    pub segments: u32,
    /// Bytes of the segments.
    pub bytes: u64,
    /// The number of the suite.
    pub suite: u8,
}

/// Checks every frame, event, chain and root of a journal, which lies in `DIR/journal` unless another folder is given, and compares it with a checkpoint from
/// elsewhere. Without one, it is only shown that the journal fits itself.
pub fn verify_directory(
    dir: &Path,
    journal: Option<&Path>,
    trusted: Option<Trusted>,
) -> Result<VerifiedDirectory, VerifyError> {
    let manifest = read_manifest(dir)?;
    if trusted.as_ref().is_some_and(|trusted| trusted.algorithm != manifest.algorithm) {
        let wrong = Wrong::Manifest("is of another suite than the key");
        return Err(VerifyError::wrong(Place::File(dir.to_owned()), wrong));
    }
    let journal = journal.map_or_else(|| dir.join("journal"), Path::to_owned);
    let mut walk =
        LogWalk::new(manifest.algorithm, trusted.as_ref().map(|trusted| trusted.checkpoint.clone()));
    let last = last_segment(&journal)?;
    let mut bytes = 0;
    for number in 1..=last {
        bytes += walk_segment(&mut walk, manifest, &journal, number, number == last)?;
    }
    let end = walk.end().map_err(|wrong| VerifyError::wrong(Place::File(journal), wrong))?;
    Ok(VerifiedDirectory { trusted, end, segments: last, bytes, suite: manifest.algorithm.suite() })
}

/// The number of the last segment, before which none is missing.
fn last_segment(journal: &Path) -> Result<u32, VerifyError> {
    let unreadable = |source| VerifyError::Unreadable { path: journal.to_owned(), source };
    let mut numbers = BTreeSet::new();
    for entry in fs::read_dir(journal).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".log")?.parse::<u32>().ok());
        numbers.extend(number.filter(|number| name.to_str() == Some(&segment_name(*number))));
    }
    let last = numbers.last().copied().unwrap_or(0);
    match (1..=last.max(1)).find(|number| !numbers.contains(number)) {
        Some(missing) => {
            Err(VerifyError::wrong(Place::File(journal.to_owned()), Wrong::SegmentMissing(missing)))
        }
        None => Ok(last),
    }
}

fn segment_name(number: u32) -> String {
    format!("{number:010}.log")
}

/// Walks through a segment; its length in bytes.
fn walk_segment(
    walk: &mut LogWalk,
    manifest: Manifest,
    journal: &Path,
    number: u32,
    is_last: bool,
) -> Result<u64, VerifyError> {
    let path = journal.join(segment_name(number));
    let wrong_at = |at, wrong| VerifyError::wrong(Place::Byte(path.clone(), at), wrong);
    let bytes = read(&path, SEGMENT_BYTES_MAX)?;
    if bytes.len() > SEGMENT_BYTES_MAX {
        return Err(wrong_at(SEGMENT_BYTES_MAX as u64, Wrong::Segment("file is longer than any segment")));
    }
    // A process that was killed while it made the segment leaves it so.
    let is_begun = bytes.len() <= SEGMENT_HEADER_BYTES && bytes.iter().all(|byte| *byte == 0);
    if is_last && is_begun {
        return Ok(bytes.len() as u64);
    }
    let due = FrameDue { log_id: manifest.log_id, segment: number, first: walk.size().saturating_add(1) };
    check_header(&bytes, due, &walk.root()).map_err(|wrong| wrong_at(0, wrong))?;
    let scan = scan(&bytes, due);
    walk_events(walk, manifest, &path, &scan)?;
    match scan.fault {
        Some((at, wrong)) => Err(wrong_at(at, wrong)),
        None => Ok(bytes.len() as u64),
    }
}

fn walk_events(
    walk: &mut LogWalk,
    manifest: Manifest,
    path: &Path,
    scan: &Scan<'_>,
) -> Result<(), VerifyError> {
    let algorithm = manifest.algorithm;
    let mut frames = scan.frames.iter();
    let mut frame = frames.next();
    for batch in scan.events.chunks(BATCH_EVENTS) {
        let hashed = each_part(batch, |part| {
            let stored: Vec<&[u8]> = part.iter().map(|(_, stored)| *stored).collect();
            let leaves = algorithm.leaves(&stored);
            stored.into_iter().map(StoredEvent::parse).zip(leaves).collect()
        });
        let mut fault = None;
        for ((at, _), (event, leaf)) in batch.iter().zip(hashed) {
            let (position, at) = (walk.size() + 1, At::Byte(*at));
            let checked = event.map_err(Wrong::from).and_then(|event| walk.push(&event, leaf, at));
            if let Err(wrong) = checked {
                fault = Some(VerifyError::wrong(Place::Event(path.to_owned(), position, at), wrong));
                break;
            }
            let Some(end) = frame.filter(|end| end.size == walk.size()) else { continue };
            if let Err(wrong) = walk.end_frame(end.root, end.at) {
                fault = Some(VerifyError::wrong(Place::Byte(path.to_owned(), end.at), wrong));
                break;
            }
            frame = frames.next();
        }
        // The roots that were claimed before the event that is wrong come before it.
        walk.settle(path)?;
        if let Some(fault) = fault {
            return Err(fault);
        }
    }
    Ok(())
}
