//! From the first event of the journal to the last, whatever lies between.

use std::path::{Path, PathBuf};

use sigeyi_proof::{CompactTree, Hash, HashAlgorithm};
use uuid::Uuid;

use super::mirror_copy::MirrorCopy;
use super::walk_frames::Place;
use super::witnesses::{Witness, Witnesses};
use crate::disk::{Disk, DiskError};
use crate::journal_fault::JournalFault;
use crate::recovery::segment_numbers;

/// What a walk is given beside the journal.
#[derive(Clone, Copy)]
pub struct WalkOptions<'a> {
    /// Which log it is.
    pub log_id: Uuid,
    /// How its leaves and nodes are hashed.
    pub algorithm: HashAlgorithm,
    /// Other copies of the events, the best one first.
    pub mirrors: &'a [&'a MirrorCopy],
    /// Who else knows something of the log.
    pub witnesses: &'a Witnesses,
    /// Nothing after this position is taken: it has been given up.
    pub cut_at: Option<u64>,
    /// Whether the content of segments that must be written anew is made, up to 80 MiB at a time.
    pub rebuild: bool,
    /// A segment that is longer takes no more of what the mirror gives back.
    pub segment_bytes_max: u64,
}

/// Told what a walk finds, in order.
pub trait Walker {
    /// An event that is where it should be, or has been brought back there.
    fn event(&mut self, event: &FoundEvent<'_>);
    /// Something that is not what was written.
    fn damage(&mut self, damage: JournalDamage);
    /// A witness of another log, or a damaged one: its root is not that of the events.
    fn differs(&mut self, witness: &Witness);
    /// The end of a segment.
    fn segment(&mut self, done: SegmentDone) -> Result<(), DiskError>;
}

/// An event of the journal.
#[derive(Debug, Clone, Copy)]
pub struct FoundEvent<'a> {
    /// Its place in the log.
    pub position: u64,
    /// Its stored bytes; their shape has been checked.
    pub stored: &'a [u8],
    /// Their leaf hash.
    pub leaf: Hash,
    /// The tree root up to it, where somebody asks for it: at the end of its frame.
    pub ends_frame: bool,
    /// Its segment.
    pub path: &'a Path,
    /// Where its frame begins in it, in bytes; where it would begin, if it was brought back.
    pub offset: u64,
}

/// How a damaged place can be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mended {
    /// The rest of the bytes says what it was, and the tree root or the checksum proves it.
    Itself,
    /// One bit was flipped.
    OneBit,
    /// The mirror has the events.
    Mirror,
}

/// A place of the journal that is not what was written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalDamage {
    /// The segment.
    pub path: PathBuf,
    /// Where in it, in bytes.
    pub offset: u64,
    /// The first event that it touches, where that is known.
    pub position: u64,
    /// What is wrong.
    pub fault: JournalFault,
    /// How it can be mended; nothing when it cannot.
    pub mended: Option<Mended>,
}

/// A segment that has been gone through.
#[derive(Debug)]
pub struct SegmentDone {
    /// The segment.
    pub path: PathBuf,
    /// Its length now, in bytes; 0 for one that is not there.
    pub length: u64,
    /// Frames in it.
    pub frames: u64,
    /// What becomes of it.
    pub becomes: Becomes,
}

/// What must become of a segment so that the journal is whole.
#[derive(Debug, PartialEq, Eq)]
pub enum Becomes {
    /// It stays as it is.
    Same,
    /// It is written anew with this content; without [`WalkOptions::rebuild`] the content is not made.
    New(Vec<u8>),
    /// Nothing of it stays: it lies behind what has been given up.
    Gone,
}

/// Events that nobody has any more, as far as a walk can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The first of them.
    pub first: u64,
    /// The last one that is known to have been there.
    pub last: u64,
    /// Who knows that.
    pub known_by: String,
    /// Events behind it that are whole, and cannot stay because the log has no gaps.
    pub whole_behind: u64,
}

/// What a walk came to.
#[derive(Debug)]
pub struct WalkEnd {
    /// The tree over all events that are there or can be brought back.
    pub tree: CompactTree,
    /// Segments that are there.
    pub segments: u64,
    /// Their length, in bytes.
    pub bytes: u64,
    /// Frames that are whole or can be brought back.
    pub frames: u64,
    /// A write at the end that was not finished: which segment, and where. The next start cuts it.
    pub torn: Option<(PathBuf, u64)>,
    /// What is lost.
    pub loss: Option<Loss>,
}

/// Walks through the segments in a folder.
pub fn walk(
    disk: &dyn Disk,
    dir: &Path,
    options: WalkOptions<'_>,
    walker: &mut dyn Walker,
) -> Result<WalkEnd, DiskError> {
    let numbers = segment_numbers(disk, dir)?;
    let places: Vec<Place> = numbers
        .iter()
        .map(|number| Place::read(disk, dir, options.log_id, *number))
        .collect::<Result<_, _>>()?;
    let mut walk = Walk::new(disk, dir, options, walker);
    let mut due = 1;
    for (index, place) in places.iter().enumerate() {
        if place.number > due {
            walk.missing(due..place.number, place.first)?;
        }
        let next = places.get(index + 1);
        // Whatever lies before a segment that is missing belongs to that one.
        let next_first = next.filter(|next| next.number == place.number + 1).and_then(|next| next.first);
        walk.segment(place, next.is_none(), next_first)?;
        due = place.number + 1;
    }
    walk.new_segments(due)?;
    Ok(walk.finish(&places))
}

/// A walk on its way.
pub(super) struct Walk<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) dir: &'a Path,
    pub(super) options: WalkOptions<'a>,
    pub(super) walker: &'a mut dyn Walker,
    pub(super) tree: CompactTree,
    /// The last position whose tree root was stated by a frame of the journal or by a witness.
    pub(super) proven: u64,
    pub(super) frames: u64,
    pub(super) torn: Option<(PathBuf, u64)>,
    pub(super) loss: Option<Loss>,
    /// The segment that is being put together.
    pub(super) out: Out,
}

/// The segment that is being put together.
#[derive(Default)]
pub(super) struct Out {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    pub(super) bytes: Vec<u8>,
    /// Length so far, also where the bytes are not kept.
    pub(super) length: u64,
    pub(super) frames: u64,
    pub(super) is_changed: bool,
}

impl<'a> Walk<'a> {
    fn new(
        disk: &'a dyn Disk,
        dir: &'a Path,
        options: WalkOptions<'a>,
        walker: &'a mut dyn Walker,
    ) -> Walk<'a> {
        let (tree, out) = (CompactTree::new(options.algorithm), Out::default());
        Walk { disk, dir, options, walker, tree, proven: 0, frames: 0, torn: None, loss: None, out }
    }

    /// Position of the next event.
    pub(super) fn next(&self) -> u64 {
        self.tree.size() + 1
    }

    /// Whether nothing more is taken.
    pub(super) fn is_over(&self) -> bool {
        self.loss.is_some() || self.options.cut_at.is_some_and(|end| self.tree.size() >= end)
    }

    /// Says that everything from a position on cannot be had, unless that has been given up already.
    pub(super) fn lose(&mut self, first: u64, last: u64, known_by: &str) {
        if self.options.cut_at.is_none() && self.loss.is_none() {
            self.loss = Some(Loss { first, last, known_by: known_by.to_owned(), whole_behind: 0 });
        }
    }

    fn finish(mut self, places: &[Place]) -> WalkEnd {
        let end = self.tree.size();
        // Of its last commit it may have the beginning alone.
        let mirrored = self.mirrored_through();
        if mirrored > end {
            self.lose(end + 1, mirrored, "the mirror");
        }
        if let Some(furthest) = self.options.witnesses.furthest()
            && furthest.position > end
        {
            let (last, name) = (furthest.position, furthest.name.clone());
            self.lose(end + 1, last, &name);
            if let Some(loss) = &mut self.loss
                && loss.last < last
            {
                (loss.last, loss.known_by) = (last, name);
            }
        }
        WalkEnd {
            tree: self.tree,
            segments: places.len() as u64,
            bytes: places.iter().map(|place| place.length).sum(),
            frames: self.frames,
            torn: self.torn,
            loss: self.loss,
        }
    }
}
