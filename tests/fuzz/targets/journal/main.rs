//! A journal that something has happened to: a start takes it or refuses it, and what it takes is what was written. What a walk over it
//! finds goes with what the start does.

#![no_main]

mod damage;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use sigeyi_envelope::{EventParts, Position, Suite, encode};
use sigeyi_proof::{Hash, HashAlgorithm};
use sigeyi_store::{
    Disk, DiskError, EncodedEvents, FoundEvent, Journal, JournalDamage, JournalOptions, OpenError,
    SegmentDone, WalkEnd, WalkOptions, Walker, Witness, Witnesses, simulated_disk::SimulatedDisk, walk,
};
use uuid::Uuid;

use self::damage::{Damage, File};

const LOG: Uuid = Uuid::from_u128(0x00c0_ffee);
const SEGMENT_BYTES_MAX: u64 = 2_500;

#[derive(Debug, Arbitrary)]
struct Input {
    /// Whether `HEAD` is there, which knows of the events up to its last saving.
    has_head: bool,
    damages: Vec<Damage>,
}

/// A journal of a few segments as it was written.
struct Written {
    files: Vec<File>,
    leaves: Vec<Hash>,
    /// What `HEAD` knows.
    known: u64,
    known_root: Hash,
}

static WRITTEN: LazyLock<Written> = LazyLock::new(write);

fuzz_target!(|input: Input| {
    let written = &*WRITTEN;
    let mut files = written.files.clone();
    let mut is_forged = false;
    for damage in input.damages.iter().take(8) {
        is_forged |= damage.apply(&mut files);
    }
    let disk = disk_with(&files, input.has_head);
    let walked = walked(&disk, input.has_head);
    match open(&disk, input.has_head) {
        Ok(journal) => taken(written, &disk, &input, &journal, &walked, is_forged),
        Err(_) => assert!(
            walked.damages > 0 || walked.end.loss.is_some(),
            "refused, and a walk finds nothing wrong"
        ),
    }
});

fn taken(
    written: &Written,
    disk: &SimulatedDisk,
    input: &Input,
    journal: &Journal,
    walked: &Walked,
    is_forged: bool,
) {
    let (size, root) = (journal.head().0, journal.tree().root());
    assert_eq!((walked.damages, &walked.end.loss), (0, &None), "taken, and a walk finds damage");
    assert_eq!((walked.end.tree.size(), walked.end.tree.root()), (size, root));
    let found = &walked.leaves;
    if input.has_head {
        assert!(size >= written.known, "fewer events than were known");
        assert!(found[..written.known as usize] == written.leaves[..written.known as usize], "other events");
    }
    if !is_forged {
        assert!(written.leaves.starts_with(found), "events that nobody wrote");
    }
    append(journal, 2);
    let (size, root) = (journal.head().0, journal.tree().root());
    let again = open(&disk.process_end(), input.has_head).expect("what was taken is taken again");
    assert_eq!((again.head().0, again.tree().root()), (size, root));
    assert_eq!(again.found().unfinished, None, "it was cut the first time");
}

fn write() -> Written {
    let disk = SimulatedDisk::new(Path::new("/data"));
    let journal = open(&disk, true).expect("an empty folder");
    let mut known = (0, [0; 32]);
    for count in [1, 3, 2, 5, 1, 4, 2, 2, 6, 1, 3, 1] {
        append(&journal, count);
        if journal.head().0 <= 24 {
            journal.save_head(false).expect("there is room");
            known = (journal.head().0, journal.tree().root());
        }
    }
    let leaves =
        (1..=journal.head().0).map(|position| HashAlgorithm::Sha256.leaf(&stored(position))).collect();
    drop(journal);
    let names = disk.list(&folder()).expect("it is there");
    let files = names
        .into_iter()
        .map(|name| File { bytes: disk.read(&folder().join(&name)).expect("it is there"), name })
        .chain([File { name: "../HEAD".into(), bytes: disk.read(&head_path()).expect("it was saved") }])
        .collect();
    Written { files, leaves, known: known.0, known_root: known.1 }
}

fn folder() -> PathBuf {
    "/data/journal".into()
}

fn head_path() -> PathBuf {
    "/data/HEAD".into()
}

fn disk_with(files: &[File], has_head: bool) -> SimulatedDisk {
    let disk = SimulatedDisk::new(Path::new("/data"));
    disk.create_dir_all(&folder()).expect("nothing is there");
    for File { name, bytes } in files {
        let is_head = name == "../HEAD";
        if is_head && !has_head {
            continue;
        }
        let path = if is_head { head_path() } else { folder().join(name) };
        let file = disk.create(&path, sigeyi_store::Access::Shared).expect("names differ");
        file.append(bytes).expect("there is room");
    }
    disk
}

fn open(disk: &SimulatedDisk, has_head: bool) -> Result<Journal, OpenError> {
    let options = JournalOptions {
        segment_bytes_max: SEGMENT_BYTES_MAX,
        tail_bytes_max: 0,
        ahead_bytes: 1_000,
        keep_free_bytes: 0,
        ..JournalOptions::default()
    };
    let head = head_path();
    let head = has_head.then_some(head.as_path());
    Journal::open_with(Arc::new(disk.clone()), &folder(), head, LOG, None, options)
}

fn append(journal: &Journal, count: u64) {
    let head = journal.head();
    let mut events = EncodedEvents::new();
    for position in head.0 + 1..=head.0 + count {
        let event = stored(position);
        let leaf = HashAlgorithm::Sha256.leaf(&event);
        events.push(&event, leaf);
    }
    journal.append(head, events).expect("there is room");
}

fn stored(position: u64) -> Vec<u8> {
    let clear = format!("{{\"n\":\"{}\"}}", position.to_string().repeat(1 + position as usize % 13));
    let parts = EventParts {
        suite: Suite::International,
        kind: 4,
        schema: 1,
        position: Position(position),
        person: Uuid::from_u128(1),
        version: 1,
        previous: None,
        effective_day: 20_000,
        recorded_at: 1_700_000_000_000_000,
        region: 150_102,
        command: Uuid::from_u128(u128::from(position)),
        digest: [7; 16],
        commit_index: 0,
        commit_count: 1,
        actor: "counsellor-1",
        office: "150102",
        clear: &clear,
        sealed: None,
    };
    encode(&parts).expect("it is an event")
}

/// What a walk has found.
struct Walked {
    damages: usize,
    leaves: Vec<Hash>,
    end: WalkEnd,
}

#[derive(Default)]
struct Finds {
    damages: usize,
    leaves: Vec<Hash>,
}

impl Walker for Finds {
    fn event(&mut self, event: &FoundEvent<'_>) {
        self.leaves.push(event.leaf);
    }

    fn damage(&mut self, _damage: JournalDamage) {
        self.damages += 1;
    }

    fn differs(&mut self, _witness: &Witness) {
        self.damages += 1;
    }

    fn segment(&mut self, _done: SegmentDone) -> Result<(), DiskError> {
        Ok(())
    }
}

fn walked(disk: &SimulatedDisk, has_head: bool) -> Walked {
    let mut witnesses = Witnesses::default();
    if has_head {
        let (position, root) = (WRITTEN.known, Some(WRITTEN.known_root));
        witnesses.add(Witness { position, root, is_end: false, name: "HEAD".into() });
    }
    let options = WalkOptions {
        log_id: LOG,
        algorithm: HashAlgorithm::Sha256,
        mirrors: &[],
        witnesses: &witnesses,
        cut_at: None,
        rebuild: true,
        segment_bytes_max: SEGMENT_BYTES_MAX,
    };
    let mut finds = Finds::default();
    let end = walk(disk, &folder(), options, &mut finds).expect("the disk does not fail");
    Walked { damages: finds.damages, leaves: finds.leaves, end }
}
