//! The power is cut while a directory is backed up, or restored: nothing of what was there is lost, what is not whole is said to be so, and the
//! same command run again gets to its end.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{
    Direction, Disk, EncodedEvents, EventStore, JournalStore, Manifest, StoreOptions,
    simulated_disk::{Dice, SimulatedDisk, seeds},
};

use super::{outages::Office, world::answers};
use crate::{
    BackupError, BackupOptions, BackupReport, Engine, Options, Position, RestoreError, RestoreOptions,
    maintenance::{backup_on, is_unfinished, restore_on},
    open::{Machine, open_on},
};

/// Several segments, so that a backup has some that it keeps, one that it replaces, and new ones.
const SEGMENT_BYTES: u64 = 2_500;

/// A directory on a simulated disk that nobody holds, with folders for its backups beside it.
struct Place {
    office: Office,
    /// What it answers at its head.
    asked: Vec<String>,
    head: Position,
}

impl Place {
    fn new() -> Place {
        let mut place = Place { office: Office::new(3), asked: Vec::new(), head: Position::BEGINNING };
        place.go_on();
        place
    }

    /// More is recorded; then it is closed, and everything in it is durable.
    fn go_on(&mut self) {
        self.office.live(14);
        self.recut();
        let engine = self.office.open(false).unwrap();
        (self.asked, self.head) = (answers(&engine), engine.head());
        drop(engine);
        self.office.disk = self.office.disk.power_cut(0);
    }

    fn journal(&self) -> PathBuf {
        self.office.journal_dir().unwrap_or_else(|| self.office.data().join("journal"))
    }

    /// Cuts the journal into small segments.
    fn recut(&self) {
        let (disk, data, journal) = (&self.office.disk, self.office.data(), self.journal());
        let (new, head) = (self.office.dir().join("recut"), self.office.head_file());
        let log_id = Manifest::inspect(disk, &data).unwrap().unwrap().manifest.log_id;
        let open = |options| JournalStore::open(options, Arc::new(disk.clone())).unwrap();
        let old = open(StoreOptions::new(&journal, log_id));
        disk.remove(&head).unwrap();
        let options = StoreOptions::new(&new, log_id);
        let cut = open(StoreOptions { segment_bytes_max: SEGMENT_BYTES, head_path: Some(head), ..options });
        let mut commit = EncodedEvents::new();
        for event in old.read(Position::BEGINNING, Direction::Forward, usize::MAX, usize::MAX).unwrap() {
            commit.push(&event, HashAlgorithm::Sha256.leaf(&event));
            let stored = StoredEvent::parse(&event).unwrap();
            if stored.parts().commit_index + 1 == stored.parts().commit_count {
                cut.append(cut.head(), std::mem::replace(&mut commit, EncodedEvents::new())).unwrap();
            }
        }
        drop((old, cut));
        disk.list(&journal).unwrap().iter().for_each(|name| disk.remove(&journal.join(name)).unwrap());
        let names = disk.list(&new).unwrap();
        assert!(names.len() > 3, "{} segments", names.len());
        names.iter().for_each(|name| disk.rename(&new.join(name), &journal.join(name)).unwrap());
        [&journal, &new].into_iter().for_each(|dir| disk.sync_dir(dir).unwrap());
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.office.dir().join(name)
    }

    fn back_up(&self, disk: &SimulatedDisk) -> Result<BackupReport, BackupError> {
        let options = BackupOptions {
            keys: crate::KeySource::default(),
            data: self.office.data(),
            journal_dir: self.office.journal_dir(),
            events_folder: self.folder("events"),
            keys_folder: self.folder("keys"),
            with_root_key: false,
        };
        backup_on(&shared(disk), &options, &mut |_, _| ())
    }

    fn restore(&self, disk: &SimulatedDisk) -> Result<Position, RestoreError> {
        let options = RestoreOptions {
            key_command: None,
            events_folder: self.folder("events"),
            keys_folder: self.folder("keys"),
            data: self.restored(),
            root_key: Some(self.office.data().join("vault/root.key")),
        };
        restore_on(&shared(disk), &options, &mut |_| ()).map(|report| report.position)
    }

    fn restored(&self) -> PathBuf {
        self.folder("restored")
    }

    /// Neither marked as unfinished nor without data, which is what whoever opens it would be told.
    fn is_restored(&self, disk: &SimulatedDisk) -> bool {
        let restored = self.restored();
        !is_unfinished(disk, &restored).unwrap() && Manifest::inspect(disk, &restored).unwrap().is_some()
    }

    /// Everything that the restored directory answers.
    fn restored_answers(&self, disk: &SimulatedDisk) -> Vec<String> {
        let machine = Machine { disk: shared(disk), ..Machine::default() };
        let engine: Engine = open_on(machine, &self.restored(), Options::default()).unwrap();
        answers(&engine)
    }

    /// All that a backup reads.
    fn source(&self, disk: &SimulatedDisk) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = files(disk, &self.office.data());
        found.extend(files(disk, &self.journal()));
        found
    }

    /// All that a restore reads.
    fn backups(&self, disk: &SimulatedDisk) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = files(disk, &self.folder("events"));
        found.extend(files(disk, &self.folder("keys")));
        found
    }
}

fn shared(disk: &SimulatedDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}

/// Every file in a folder and those below it, with its bytes.
fn files(disk: &SimulatedDisk, dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for name in disk.list(dir).unwrap() {
        let path = dir.join(name);
        match disk.read(&path) {
            Ok(bytes) => _ = found.insert(path, bytes),
            Err(_) => found.extend(files(disk, &path)),
        }
    }
    found
}

/// How many operations something takes on a disk.
fn operations(disk: &SimulatedDisk, run: impl FnOnce(&SimulatedDisk)) -> u64 {
    let copy = disk.process_end();
    run(&copy);
    copy.operations() - disk.operations()
}

/// Cuts a backup at every boundary. What a restore finds then is the backup before, told by its position, or this one.
fn cut_backups(place: &Place, before: Option<Position>) {
    let disk = &place.office.disk;
    let boundaries = operations(disk, |disk| _ = place.back_up(disk).unwrap());
    assert!(boundaries > 25, "{boundaries}");
    let source = place.source(disk);
    let mut found = [0; 2];
    for seed in seeds(boundaries + 1) {
        let mut dice = Dice::new(seed.number);
        let ended = disk.process_end();
        ended.freeze_at(ended.operations() + 1 + seed.number % (boundaries + 1));
        let made = place.back_up(&ended);
        assert_eq!(made.is_ok(), !ended.is_frozen(), "{:?}", made.err());
        // A process that was killed, or a machine.
        let after = if dice.percent(20) { ended.process_end() } else { ended.power_cut(dice.any()) };
        assert!(place.source(&after) == source, "the directory was changed");
        let is_there = match place.restore(&after.process_end()) {
            Ok(position) if position == place.head => true,
            Ok(position) if Some(position) == before => false,
            Err(RestoreError::NoBackup { .. }) if before.is_none() => false,
            other => panic!("neither the backup before nor this one: {other:?}"),
        };
        assert!(is_there || made.is_err(), "it was said to be made");
        found[usize::from(is_there)] += 1;
        let again = place.back_up(&after).unwrap();
        assert_eq!(again.position, place.head);
        assert_eq!(place.restore(&after).unwrap(), place.head);
        assert!(place.restored_answers(&after) == place.asked);
        assert!(place.source(&after) == source, "the directory was changed");
    }
    assert!(found[0] > 0 && found[1] > 0 || found[0] + found[1] == 1, "{found:?}");
}

#[test]
fn a_first_backup_cut_at_every_boundary_is_none_or_whole_and_run_again_is_made() {
    cut_backups(&Place::new(), None);
}

#[test]
fn a_further_backup_cut_at_every_boundary_leaves_the_one_before_or_is_whole_and_run_again_is_made() {
    let mut place = Place::new();
    place.back_up(&place.office.disk).unwrap();
    let before = place.head;
    place.go_on();
    assert!(place.head > before);
    cut_backups(&place, Some(before));
}

#[test]
fn a_restore_cut_at_every_boundary_is_told_and_done_again_and_changes_nothing_of_the_backup() {
    let mut place = Place::new();
    place.back_up(&place.office.disk).unwrap();
    place.office.disk = place.office.disk.power_cut(0);
    let disk = &place.office.disk;
    let boundaries = operations(disk, |disk| _ = place.restore(disk).unwrap());
    assert!(boundaries > 40, "{boundaries}");
    let (source, backups) = (place.source(disk), place.backups(disk));
    let mut unfinished = 0;
    for seed in seeds(boundaries + 1) {
        let mut dice = Dice::new(seed.number);
        let ended = disk.process_end();
        ended.freeze_at(ended.operations() + 1 + seed.number % (boundaries + 1));
        let made = place.restore(&ended);
        assert_eq!(made.is_ok(), !ended.is_frozen(), "{:?}", made.err());
        let after = if dice.percent(20) { ended.process_end() } else { ended.power_cut(dice.any()) };
        if !place.is_restored(&after) {
            assert!(made.is_err(), "it was said to be whole");
            unfinished += 1;
            // Cut once more on the way, and then to its end.
            let cut = after.process_end();
            cut.freeze_at(cut.operations() + 1 + dice.below(boundaries));
            let _ = place.restore(&cut);
            let cut = cut.power_cut(dice.any());
            if !place.is_restored(&cut) {
                assert_eq!(place.restore(&cut).unwrap(), place.head);
            }
            assert!(place.restored_answers(&cut) == place.asked);
            assert!(place.backups(&cut) == backups && place.source(&cut) == source);
        } else {
            // Nothing is left to do, and nothing is done to it.
            assert!(matches!(place.restore(&after), Err(RestoreError::NotEmpty { .. })));
            assert!(place.restored_answers(&after) == place.asked);
        }
        assert!(place.backups(&after) == backups && place.source(&after) == source);
    }
    assert!(unfinished > 0 || boundaries == 1);
}
