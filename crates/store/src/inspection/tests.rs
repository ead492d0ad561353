//! Damage of every kind to a journal of several segments: what is found, what comes back, and what is said to be lost.

mod lost;
mod mended;

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use sigeyi_envelope::Position;
use sigeyi_proof::{CompactTree, HashAlgorithm};
use tempfile::TempDir;

use super::*;
use crate::disk::{DiskError, RealDisk};
use crate::event_store::{Direction, EventStore};
use crate::frame::FRAME_HEADER_BYTES;
use crate::journal_store::{JournalStore, StoreOptions};
use crate::segment::segment_path;
use crate::segment_header::SEGMENT_HEADER_BYTES;
use crate::testing::{LOG, append, assert_events, tree_at, until};

const EVENTS: u64 = 400;
const SEGMENT_BYTES: u64 = 9_000;

/// A journal of several segments beside its mirror.
struct Place {
    dir: TempDir,
    segments: u32,
    mirror: OnceCell<MirrorCopy>,
}

/// Events in each frame, over and over.
const FRAMES: [u64; 4] = [3, 1, 7, 2];

/// Made once, and copied by each test.
fn made() -> &'static TempDir {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    MADE.get_or_init(|| {
        let place = Place { dir: tempfile::tempdir().unwrap(), segments: 0, mirror: OnceCell::new() };
        let store = place.open();
        for count in FRAMES.into_iter().cycle() {
            let left = EVENTS - store.head().0;
            if left == 0 {
                break;
            }
            append(&store, count.min(left)).unwrap();
        }
        drop(store);
        until("sled lets go", || {
            MirrorCopy::open(&place.mirror()).is_ok_and(|copy| copy.unwrap().last() + 48 > EVENTS)
        });
        place.dir
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        copy(made().path(), dir.path());
        let segments = fs::read_dir(dir.path().join("journal")).unwrap().count() as u32;
        assert!(segments > 5);
        Place { dir, segments, mirror: OnceCell::new() }
    }

    fn mirrored(&self) -> &MirrorCopy {
        self.mirror.get_or_init(|| MirrorCopy::open(&self.mirror()).unwrap().unwrap())
    }

    fn open(&self) -> JournalStore {
        let options = StoreOptions {
            mirror_dir: Some(self.mirror()),
            segment_bytes_max: SEGMENT_BYTES,
            ..StoreOptions::new(self.journal(), LOG)
        };
        JournalStore::open(options, Arc::new(RealDisk)).unwrap()
    }

    fn journal(&self) -> PathBuf {
        self.dir.path().join("journal")
    }

    fn mirror(&self) -> PathBuf {
        self.dir.path().join("mirror")
    }

    fn segment(&self, number: u32) -> PathBuf {
        segment_path(&self.journal(), number)
    }

    /// The journal as it is, to be put back.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        (1..=self.segments)
            .map(|number| (self.segment(number), fs::read(self.segment(number)).unwrap()))
            .collect()
    }

    fn walk(&self, known: &[(u64, bool)], cut_at: Option<u64>, has_mirror: bool) -> Seen {
        let mirror: Vec<&MirrorCopy> = has_mirror.then(|| self.mirrored()).into_iter().collect();
        let mut witnesses = Witnesses::default();
        for (position, is_end) in known {
            let root = (*position <= EVENTS).then(|| tree_at(*position).root());
            witnesses.add(Witness { position: *position, root, is_end: *is_end, name: "HEAD".to_owned() });
        }
        let options = WalkOptions {
            log_id: LOG,
            algorithm: HashAlgorithm::Sha256,
            mirrors: &mirror,
            witnesses: &witnesses,
            cut_at,
            rebuild: true,
            segment_bytes_max: SEGMENT_BYTES,
        };
        let mut seen = Seen::default();
        let end = walk(&RealDisk, &self.journal(), options, &mut seen).unwrap();
        seen.end = Some(end);
        seen
    }

    /// Writes what a walk has made.
    fn put(&self, seen: &Seen) {
        for (path, becomes) in &seen.segments {
            match becomes {
                Becomes::Same => {}
                Becomes::New(bytes) => fs::write(path, bytes).unwrap(),
                Becomes::Gone => fs::remove_file(path).unwrap(),
            }
        }
    }

    #[track_caller]
    fn assert_holds(&self, events: u64) {
        let options = StoreOptions::new(self.journal(), LOG);
        let store = JournalStore::open(options, Arc::new(RealDisk)).unwrap();
        assert_eq!(store.head(), Position(events));
        let found = store.read(Position(0), Direction::Forward, usize::MAX, usize::MAX).unwrap();
        assert_events(&found, 1..=events);
    }
}

#[derive(Default)]
struct Seen {
    events: u64,
    damages: Vec<JournalDamage>,
    differing: usize,
    segments: Vec<(PathBuf, Becomes)>,
    end: Option<WalkEnd>,
}

impl Seen {
    fn loss(&self) -> Option<&Loss> {
        self.end.as_ref().unwrap().loss.as_ref()
    }

    fn tree(&self) -> &CompactTree {
        &self.end.as_ref().unwrap().tree
    }
}

impl Walker for Seen {
    fn event(&mut self, event: &FoundEvent<'_>) {
        self.events += 1;
        assert_eq!((event.position, event.stored), (self.events, &crate::testing::stored(self.events)[..]));
    }
    fn damage(&mut self, damage: JournalDamage) {
        self.damages.push(damage);
    }
    fn differs(&mut self, _: &Witness) {
        self.differing += 1;
    }
    fn segment(&mut self, done: SegmentDone) -> Result<(), DiskError> {
        self.segments.push((done.path, done.becomes));
        Ok(())
    }
}

/// Where each frame of a segment begins, with its end.
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut at, mut frames) = (SEGMENT_HEADER_BYTES, Vec::new());
    while at + FRAME_HEADER_BYTES < bytes.len() && bytes[at] == b'S' {
        let length = u32::from_be_bytes(*bytes[at + 8..].first_chunk().unwrap()) as usize;
        frames.push((at, at + length));
        at += length;
    }
    frames
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}
