//! One segment of a walk: its header, its frames, and what is between them.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use sigeyi_proof::Hash;
use uuid::Uuid;

use super::mending::{Around, MendedFrame};
use super::pieces::{Piece, first_of_frames, pieces};
use super::walk::{Becomes, FoundEvent, JournalDamage, Mended, Out, SegmentDone, Walk};
use crate::disk::{Disk, DiskError, While};
use crate::frame::{CheckedHeader, FRAME_HEADER_BYTES, FrameFault, FramePlace};
use crate::journal_fault::JournalFault;
use crate::recovery::{SEGMENT_FILE_BYTES_MAX, is_torn_creation};
use crate::run::EVENT_LENGTH_BYTES;
use crate::segment::segment_path;
use crate::segment_header::{SEGMENT_HEADER_BYTES, SegmentHeader};
use crate::unfinished::{Remainder, remainder};

/// A segment that is there.
pub(super) struct Place {
    pub(super) number: u32,
    pub(super) path: PathBuf,
    pub(super) length: u64,
    /// Position of its first event, by its header or that of its first frame.
    pub(super) first: Option<u64>,
}

impl Place {
    pub(super) fn read(disk: &dyn Disk, dir: &Path, log_id: Uuid, number: u32) -> Result<Place, DiskError> {
        let path = segment_path(dir, number);
        let file = disk.open_read(&path).doing("open", &path)?;
        let length = file.len().doing("measure", &path)?;
        let mut bytes = vec![0; length.min((SEGMENT_HEADER_BYTES + FRAME_HEADER_BYTES + 1) as u64) as usize];
        file.read_at(0, &mut bytes).doing("read", &path)?;
        let first = match SegmentHeader::parse(&bytes, log_id, number) {
            Ok(header) => Some(header.first),
            Err(_) => first_of_frames(&bytes, log_id, number),
        };
        Ok(Place { number, path, length, first })
    }
}

impl Walk<'_> {
    /// Goes through a segment. `next_first` is where the next one begins, if that is there and says it.
    pub(super) fn segment(
        &mut self,
        place: &Place,
        is_last: bool,
        next_first: Option<u64>,
    ) -> Result<(), DiskError> {
        let bytes = self.read(place)?;
        if self.is_over() {
            return self.behind(place, &bytes);
        }
        self.begin(place.number);
        if place.length > SEGMENT_FILE_BYTES_MAX {
            self.damage(place, 0, JournalFault::SegmentTooLong { bytes: place.length }, None);
        }
        self.header(place, &bytes, is_last);
        let found = pieces(&bytes, self.options.log_id, place.number, Some(self.next()));
        for (index, piece) in found.pieces.iter().enumerate() {
            if self.is_over() {
                self.count_behind(piece);
                self.out.is_changed = true;
                continue;
            }
            let rest = &found.pieces[index + 1..];
            let following = rest.iter().find_map(Piece::first).or(next_first);
            let is_end = is_last && rest.is_empty();
            self.piece(place, &bytes, piece, following, is_end);
        }
        if !self.is_over() {
            if let Some(next_first) = next_first {
                self.gap(place, bytes.len() as u64, Some(next_first - 1));
            } else if is_last {
                self.gap(place, self.out.length, None);
            }
        }
        self.end(place.length)
    }

    fn read(&self, place: &Place) -> Result<Vec<u8>, DiskError> {
        let file = self.disk.open_read(&place.path).doing("open", &place.path)?;
        let mut bytes = vec![0; place.length.min(SEGMENT_FILE_BYTES_MAX) as usize];
        file.read_at(0, &mut bytes).doing("read", &place.path)?;
        Ok(bytes)
    }

    fn header(&mut self, place: &Place, bytes: &[u8], is_last: bool) {
        let ours = bytes.first_chunk::<SEGMENT_HEADER_BYTES>();
        if ours.is_some_and(|ours| *ours == self.due_header(place.number)) {
            return;
        }
        let is_whole = SegmentHeader::parse(bytes, self.options.log_id, place.number).is_ok();
        if is_last && !is_whole && is_torn_creation(bytes, place.length) {
            self.torn = Some((place.path.clone(), 0));
            return;
        }
        match SegmentHeader::parse(bytes, self.options.log_id, place.number) {
            // It is whole, and says another tree than the one before it: one of the two is not what was written.
            Ok(header) if header.first == self.next() => self.contradict(place, 48, JournalFault::Root),
            Ok(_) => {
                self.damage(place, 32, JournalFault::SegmentField("first position"), Some(Mended::Itself));
            }
            Err(_) => self.damage(place, 0, JournalFault::SegmentHeader, Some(Mended::Itself)),
        }
    }

    fn piece(&mut self, place: &Place, bytes: &[u8], piece: &Piece, following: Option<u64>, is_end: bool) {
        let at = piece.bytes().start as u64;
        if let Some(first) = piece.first() {
            if first < self.next() {
                let fault = JournalFault::Frame(FrameFault::Field("first position"));
                return self.damage(place, at, fault, Some(Mended::Itself));
            }
            if first > self.next() {
                self.gap(place, at, Some(first - 1));
                if self.is_over() {
                    return self.count_behind(piece);
                }
            }
        }
        match piece {
            Piece::Frame { bytes: range, header } => {
                let root = Some(header.header.root);
                self.take(place, at, &bytes[range.clone()], root, JournalFault::Root);
            }
            Piece::Broken { bytes: range, header, fault } => {
                self.broken(place, &bytes[range.clone()], at, header, *fault, is_end);
            }
            Piece::Hole { bytes: range, fault } => {
                self.hole(place, &bytes[range.clone()], at, *fault, following, is_end);
            }
        }
    }

    fn broken(
        &mut self,
        place: &Place,
        bytes: &[u8],
        at: u64,
        header: &CheckedHeader,
        fault: FrameFault,
        is_end: bool,
    ) {
        let is_torn = is_end && self.is_unfinished(place, bytes, at);
        if is_torn && !self.is_known_beyond() {
            self.torn = Some((place.path.clone(), at));
            return;
        }
        let around = Around { log_id: self.options.log_id, segment: place.number, tree: &self.tree };
        let event_at = |position| self.mirrored(position);
        if let Some(MendedFrame { frame, how, .. }) = around.broken(bytes, header, event_at) {
            self.damage(place, at, JournalFault::Frame(fault), Some(how));
            return self.take(place, at, &frame, Some(header.header.root), JournalFault::Root);
        }
        self.damage(place, at, JournalFault::Frame(fault), None);
        self.gap_from(place, at, (!is_torn).then(|| header.last()), "the header of the frame");
    }

    fn hole(
        &mut self,
        place: &Place,
        bytes: &[u8],
        at: u64,
        fault: FrameFault,
        following: Option<u64>,
        is_end: bool,
    ) {
        // As a start does, even where the events of the frame are all there: nobody was told of them.
        if is_end && self.is_unfinished(place, bytes, at) && !self.is_known_beyond() {
            self.torn = Some((place.path.clone(), at));
            return;
        }
        let mut taken = 0;
        while taken < bytes.len() && !self.is_over() {
            let around = Around { log_id: self.options.log_id, segment: place.number, tree: &self.tree };
            let Some(MendedFrame { frame, length, how }) = around.headless(&bytes[taken..]) else { break };
            let here = at + taken as u64;
            self.damage(place, here, JournalFault::Frame(fault), Some(how));
            self.take(place, here, &frame, None, JournalFault::Root);
            taken += length;
        }
        let (rest, here) = (&bytes[taken..], at + taken as u64);
        if self.is_over() || (rest.is_empty() && following.is_none_or(|following| following <= self.next())) {
            return;
        }
        let is_torn = is_end && self.is_unfinished(place, rest, here);
        if is_torn && !self.is_known_beyond() {
            self.torn = Some((place.path.clone(), here));
            return;
        }
        let before = self.tree.size();
        self.out.is_changed = true;
        self.gap_from(place, here, following.map(|following| following - 1), "the frame behind it");
        // What no header names at the end of the journal may be any number of events, however many the mirror has had of them.
        let is_end_known = self.options.witnesses.at(self.tree.size()).iter().any(|witness| witness.is_end);
        if is_end && !is_torn && following.is_none() && !self.is_over() && !is_end_known {
            self.lose(self.next(), self.next(), "bytes behind the last frame");
        }
        let how = if self.tree.size() == before { Mended::Itself } else { Mended::Mirror };
        let mended = self.loss.is_none().then_some(how);
        self.say(place, here, before + 1, JournalFault::Frame(fault), mended);
    }

    /// Whether somebody knows of events that are still to come.
    pub(super) fn is_known_beyond(&self) -> bool {
        let known = self.options.witnesses.furthest().is_some_and(|witness| witness.position >= self.next());
        known || self.mirrored_through() >= self.next()
    }

    /// Takes a whole frame: its events come next.
    pub(super) fn take(
        &mut self,
        place: &Place,
        at: u64,
        frame: &[u8],
        root: Option<Hash>,
        fault: JournalFault,
    ) {
        let (mut here, first) = (FRAME_HEADER_BYTES, self.next());
        let count =
            frame.get(40..).and_then(|rest| rest.first_chunk()).map_or(0, |count| u32::from_be_bytes(*count));
        let mut tree = self.tree.clone();
        let mut events = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let length = frame.get(here..).and_then(|rest| rest.first_chunk());
            let length = length.map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
            here += EVENT_LENGTH_BYTES;
            let stored = frame.get(here..here + length).unwrap_or_default();
            here += length;
            let leaf = tree.algorithm().leaf(stored);
            tree.push(leaf);
            if self.witness_differs(&tree, root.is_some()) {
                return self.contradict(place, at, fault);
            }
            events.push((stored, leaf));
        }
        if root.is_some_and(|root| root != tree.root()) {
            return self.contradict(place, at, fault);
        }
        if root.is_some() {
            self.proven = tree.size();
        }
        self.tree = tree;
        self.frames += 1;
        self.out.frames += 1;
        self.out.length += frame.len() as u64;
        if self.options.rebuild {
            self.out.bytes.extend_from_slice(frame);
        }
        let last = self.tree.size();
        for (position, (stored, leaf)) in (first..).zip(events) {
            let ends_frame = position == last;
            let found = FoundEvent { position, stored, leaf, ends_frame, path: &place.path, offset: at };
            self.walker.event(&found);
        }
    }

    /// Compares a tree with what witnesses say of it. True when the events are the ones that are doubted: those that nothing in the
    /// journal states a root for.
    fn witness_differs(&mut self, tree: &sigeyi_proof::CompactTree, is_stated: bool) -> bool {
        let witnesses = self.options.witnesses;
        let mut differs = false;
        for witness in witnesses.at(tree.size()) {
            match witness.root {
                Some(root) if root == tree.root() => self.proven = tree.size(),
                Some(_) => {
                    differs |= !is_stated && self.proven < self.tree.size() + 1;
                    self.walker.differs(witness);
                }
                None => {}
            }
        }
        differs
    }

    /// What was written here does not go with what lies before it. What is proven stays.
    fn contradict(&mut self, place: &Place, at: u64, fault: JournalFault) {
        let first = self.proven + 1;
        self.say(place, at, first, fault, None);
        self.out.is_changed = true;
        self.lose(first, self.tree.size().max(first), "the tree root that is written here");
    }

    pub(super) fn damage(&mut self, place: &Place, offset: u64, fault: JournalFault, mended: Option<Mended>) {
        self.out.is_changed = true;
        self.say(place, offset, self.next(), fault, mended);
    }

    pub(super) fn say(
        &mut self,
        place: &Place,
        offset: u64,
        position: u64,
        fault: JournalFault,
        mended: Option<Mended>,
    ) {
        self.walker.damage(JournalDamage { path: place.path.clone(), offset, position, fault, mended });
    }

    pub(super) fn due_header(&self, number: u32) -> [u8; SEGMENT_HEADER_BYTES] {
        let (first, root) = (self.next(), self.tree.root());
        SegmentHeader { log_id: self.options.log_id, number, first, root }.encode()
    }

    /// Begins to put a segment together.
    pub(super) fn begin(&mut self, number: u32) {
        let bytes = if self.options.rebuild { self.due_header(number).to_vec() } else { Vec::new() };
        let path = segment_path(self.dir, number);
        let length = SEGMENT_HEADER_BYTES as u64;
        self.out = Out { number, path, bytes, length, frames: 0, is_changed: false };
    }

    /// Hands the segment on that was put together.
    pub(super) fn end(&mut self, length: u64) -> Result<(), DiskError> {
        let Out { path, bytes, frames, is_changed, .. } = std::mem::take(&mut self.out);
        let becomes = if is_changed { Becomes::New(bytes) } else { Becomes::Same };
        self.walker.segment(SegmentDone { path, length, frames, becomes })
    }

    /// A segment behind what is lost: what is whole in it is counted.
    fn behind(&mut self, place: &Place, bytes: &[u8]) -> Result<(), DiskError> {
        let found = pieces(bytes, self.options.log_id, place.number, place.first);
        for piece in &found.pieces {
            self.count_behind(piece);
            if let Piece::Broken { bytes, fault, .. } | Piece::Hole { bytes, fault } = piece {
                let position = piece.first().unwrap_or(0);
                self.say(place, bytes.start as u64, position, JournalFault::Frame(*fault), None);
            }
        }
        let (path, length) = (place.path.clone(), place.length);
        self.walker.segment(SegmentDone { path, length, frames: 0, becomes: Becomes::Gone })
    }

    pub(super) fn count_behind(&mut self, piece: &Piece) {
        let header = match piece {
            Piece::Frame { header, .. } | Piece::Broken { header, .. } => header,
            Piece::Hole { .. } => return,
        };
        if let Some(loss) = &mut self.loss {
            if matches!(piece, Piece::Frame { .. }) {
                loss.whole_behind += u64::from(header.header.count);
            }
            if loss.last < header.last() {
                (loss.last, loss.known_by) = (header.last(), "a frame behind it".to_owned());
            }
        }
    }

    /// Whether the bytes at the end of the last segment are a write that was not finished.
    fn is_unfinished(&self, place: &Place, rest: &[u8], at: u64) -> bool {
        let place = FramePlace { log_id: self.options.log_id, segment: place.number, first: self.next() };
        remainder(rest, at, place) == Remainder::Unfinished
    }

    /// An event of the mirror; nothing when it does not have it or cannot give it.
    pub(super) fn mirrored(&self, position: u64) -> Option<Bytes> {
        self.options.mirrors.iter().find_map(|mirror| mirror.event(position).ok()?)
    }

    /// How far the mirror that goes furthest goes.
    pub(super) fn mirrored_through(&self) -> u64 {
        self.options.mirrors.iter().map(|mirror| mirror.last()).max().unwrap_or(0)
    }
}
