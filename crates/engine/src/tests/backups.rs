//! Copies of a directory: what they take, what they cost, and what they refuse.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use sigeyi_envelope::StoredEvent;
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{
    Direction, EncodedEvents, EventStore, JournalStore, Manifest, RealDisk, StoreOptions, twin_bytes,
};
use tempfile::TempDir;

use super::{
    any::{PEOPLE, certificate, enrolment, seventeen, verification},
    world::{World, answers, send, submission},
};
use crate::{
    BackupError, BackupOptions, BackupReport, Engine, OpenError, Options, Position, RepairError,
    RepairOptions, RestoreError, RestoreOptions, RestoreReport, VerifyError, VerifyOptions, backup, repair,
    restore, verify,
};

/// A world with a place for its backups.
struct Place {
    world: World,
    backups: TempDir,
    sent: u128,
}

impl Place {
    /// Everybody enrolled, and verified so often.
    fn with(verifications: usize) -> Place {
        let mut place = Place { world: World::new(), backups: tempfile::tempdir().unwrap(), sent: 0 };
        for who in 0..PEOPLE {
            place.send(who, enrolment(certificate(&seventeen(who), "42")));
        }
        place.verify(verifications);
        place
    }

    fn send(&mut self, who: usize, command: sigeyi_domain::Command) {
        self.sent += 1;
        send(self.world.engine(), &submission(self.sent, who, command)).unwrap();
    }

    fn verify(&mut self, times: usize) {
        (0..times).for_each(|time| self.send(time % PEOPLE, verification()));
    }

    fn close(&mut self) {
        self.world.engine = None;
    }

    fn data(&self) -> &Path {
        self.world.dir.path()
    }

    fn options(&self) -> BackupOptions {
        BackupOptions {
            keys: crate::KeySource::default(),
            data: self.data().to_owned(),
            journal_dir: None,
            events_folder: self.backups.path().join("events"),
            keys_folder: self.backups.path().join("keys"),
            with_root_key: false,
        }
    }

    fn back_up(&self) -> Result<BackupReport, BackupError> {
        backup(&self.options(), |done, total| assert!(done <= total))
    }

    fn restore_to(&self, name: &str) -> Result<(PathBuf, RestoreReport), RestoreError> {
        let data = self.backups.path().join(name);
        let options = RestoreOptions {
            key_command: None,
            events_folder: self.options().events_folder,
            keys_folder: self.options().keys_folder,
            data: data.clone(),
            root_key: Some(self.data().join("vault/root.key")),
        };
        restore(&options, |_| ()).map(|report| (data, report))
    }

    /// Everything that can be asked of what a restore gives.
    fn restored_answers(&self, name: &str) -> Vec<String> {
        let (data, _) = self.restore_to(name).unwrap();
        answers(&Engine::open(&data, Options::default()).unwrap())
    }

    /// Cuts the journal into segments of about so many bytes. The same events and length give the same segments.
    fn recut(&self, segment_bytes_max: u64) {
        let (journal, new) = (self.data().join("journal"), self.data().join("journal.new"));
        let log_id = Manifest::inspect(&RealDisk, self.data()).unwrap().unwrap().manifest.log_id;
        let open = |options| JournalStore::open(options, Arc::new(RealDisk)).unwrap();
        let old = open(StoreOptions::new(&journal, log_id));
        fs::remove_file(self.data().join("HEAD")).unwrap();
        let cut = open(StoreOptions {
            segment_bytes_max,
            head_path: Some(self.data().join("HEAD")),
            ..StoreOptions::new(&new, log_id)
        });
        let mut commit = EncodedEvents::new();
        for event in old.read(Position::BEGINNING, Direction::Forward, usize::MAX, usize::MAX).unwrap() {
            commit.push(&event, HashAlgorithm::Sha256.leaf(&event));
            let stored = StoredEvent::parse(&event).unwrap();
            if stored.parts().commit_index + 1 == stored.parts().commit_count {
                cut.append(cut.head(), std::mem::replace(&mut commit, EncodedEvents::new())).unwrap();
            }
        }
        drop((old, cut));
        fs::remove_dir_all(&journal).unwrap();
        fs::rename(new, journal).unwrap();
    }

    /// The files of a backup's folder but its lock, each with the number that tells it from one that was written again.
    fn files(&self, folder: &str) -> BTreeMap<PathBuf, u64> {
        let entries = fs::read_dir(self.backups.path().join(folder)).unwrap().map(Result::unwrap);
        let files = entries.map(|entry| (entry.path(), entry.metadata().unwrap().ino()));
        files.filter(|(path, _)| !path.ends_with("LOCK")).collect()
    }
}

#[test]
fn a_second_backup_writes_only_what_is_new_and_what_is_restored_answers_the_same() {
    let mut place = Place::with(120);
    let asked = answers(place.world.engine());
    place.close();
    place.recut(8_000);
    let first = place.back_up().unwrap();
    assert!(first.segments > 4 && first.before.is_none() && first.copied_bytes > first.events_bytes);
    assert_eq!(place.restored_answers("one"), asked);
    let before = place.files("events");

    let again = place.back_up().unwrap();
    assert_eq!((again.copied_bytes, again.before), (0, Some(first.position)));
    assert_eq!((again.position, again.root, again.segments), (first.position, first.root, first.segments));

    place.world.reopen(false);
    place.verify(60);
    let asked = answers(place.world.engine());
    place.close();
    place.recut(8_000);
    let second = place.back_up().unwrap();
    assert_eq!(second.before, Some(first.position));
    let after = place.files("events");
    let kept = after.iter().filter(|(path, file)| before.get(*path) == Some(file)).count() as u64;
    assert_eq!(kept, first.segments - 1, "all but the last one stay untouched");
    assert!(second.copied_bytes < second.events_bytes - first.events_bytes + 8_000 + 7_000);
    assert_eq!(after.len() as u64, second.segments + 2, "what was replaced is gone");
    assert_eq!(place.restored_answers("two"), asked);
}

#[test]
fn a_journal_that_was_cut_into_other_segments_is_the_same_history() {
    let mut place = Place::with(60);
    let asked = answers(place.world.engine());
    place.close();
    place.recut(6_000);
    let first = place.back_up().unwrap();
    place.recut(9_000);
    let second = place.back_up().unwrap();
    assert_eq!((second.position, second.root), (first.position, first.root));
    assert!(second.segments < first.segments);
    assert_eq!(place.files("events").len() as u64, second.segments + 2);
    assert_eq!(place.restored_answers("new"), asked);
}

#[test]
fn a_byte_altered_in_any_file_is_found_by_a_restore_and_mended_by_the_next_backup() {
    let mut place = Place::with(60);
    place.close();
    place.recut(6_000);
    let options = BackupOptions { with_root_key: true, ..place.options() };
    backup(&options, |_, _| ()).unwrap();
    let files: Vec<PathBuf> =
        place.files("events").into_keys().chain(place.files("keys").into_keys()).collect();
    assert!(files.len() > 8);
    for (number, path) in files.iter().enumerate() {
        let good = fs::read(path).unwrap();
        for at in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            let cut = good[..at].to_vec();
            for bad in [Some(bad), Some(cut).filter(|cut| !cut.is_empty() && at < good.len() - 1)]
                .into_iter()
                .flatten()
            {
                fs::write(path, &bad).unwrap();
                let what = format!("{} at byte {at}", path.display());
                let options = RestoreOptions {
                    key_command: None,
                    events_folder: options.events_folder.clone(),
                    keys_folder: options.keys_folder.clone(),
                    data: place.backups.path().join(format!("restored-{number}-{at}-{}", bad.len())),
                    root_key: None,
                };
                match restore(&options, |_| ()) {
                    // The other copy was whole, or what was altered is no part of the key.
                    Ok(report) => assert!(
                        report.damaged == [path.clone()] || path.ends_with("root.key"),
                        "{what}: {report:?}"
                    ),
                    Err(error) => assert!(!path.to_string_lossy().contains("CATALOGUE"), "{what}: {error}"),
                }
                let mended = place.back_up().unwrap().mended;
                assert_eq!(mended, std::slice::from_ref(path), "{what}");
                if !path.to_string_lossy().contains("CATALOGUE") {
                    assert!(fs::read(path).unwrap() == good, "{what}");
                }
                assert!(place.back_up().unwrap().mended.is_empty(), "{what}");
            }
            if path.to_string_lossy().contains("CATALOGUE") {
                break;
            }
        }
    }
    place.restore_to("at-the-end").unwrap();
}

#[test]
fn what_head_does_not_call_durable_is_not_copied() {
    let mut place = Place::with(5);
    place.close();
    let (head, path) = (fs::read(place.data().join("HEAD")).unwrap(), place.data().join("HEAD"));
    let first = place.back_up().unwrap();
    place.world.reopen(false);
    place.verify(3);
    let end = place.world.engine().head();
    place.close();
    fs::write(&path, head).unwrap();
    let second = place.back_up().unwrap();
    assert!(second.position == first.position && second.copied_bytes == 0 && end > first.position);

    fs::remove_file(&path).unwrap();
    assert!(matches!(place.back_up(), Err(BackupError::HeadUnknown { .. })));
}

#[test]
fn the_backup_of_another_log_or_past_is_left_alone() {
    let mut place = Place::with(9);
    place.close();
    // Two that go on from here, each in its own way.
    let fork = tempfile::tempdir().unwrap();
    copy_all(place.data(), fork.path());
    place.world.reopen(false);
    place.verify(4);
    place.close();
    let done = place.back_up().unwrap();
    let files = (place.files("events"), place.files("keys"));
    let from = |data: &Path| backup(&BackupOptions { data: data.to_owned(), ..place.options() }, |_, _| ());

    assert!(
        matches!(from(fork.path()), Err(BackupError::Behind { backup, .. }) if backup == done.position.0)
    );
    let engine = Engine::open(fork.path(), Options::default()).unwrap();
    for number in 1_000..1_010 {
        send(&engine, &submission(number, 0, verification())).unwrap();
    }
    drop(engine);
    assert!(matches!(from(fork.path()), Err(BackupError::Fork { position }) if position == done.position.0));

    let other = Place::with(40);
    assert!(matches!(from(other.data()), Err(BackupError::OtherLog { .. })));
    // Also where only the catalogues are gone.
    for folder in ["events", "keys"] {
        for name in ["CATALOGUE", "CATALOGUE.2"] {
            fs::rename(
                place.backups.path().join(folder).join(name),
                place.backups.path().join(format!("{folder}.{name}")),
            )
            .unwrap();
        }
    }
    assert!(matches!(from(other.data()), Err(BackupError::Unexplained { .. })));
    for folder in ["events", "keys"] {
        for name in ["CATALOGUE", "CATALOGUE.2"] {
            fs::rename(
                place.backups.path().join(format!("{folder}.{name}")),
                place.backups.path().join(folder).join(name),
            )
            .unwrap();
        }
    }
    assert_eq!((place.files("events"), place.files("keys")), files, "nothing was touched");
    place.back_up().unwrap();
}

#[test]
fn a_vault_that_lacks_a_key_of_an_event_or_does_not_open_is_no_backup() {
    let mut place = Place::with(3);
    place.close();
    let vault = place.data().join("vault");
    let log_id = Manifest::inspect(&RealDisk, place.data()).unwrap().unwrap().manifest.log_id;
    let good = fs::read(vault.join("keys")).unwrap();
    // The secrets alone: header, and a record of 93 bytes with 12 around it.
    let secrets = &good[..twin_bytes(log_id, 0, &[vec![0; 125]]).len()];
    let put = |bytes: &[u8]| ["keys", "keys.2"].map(|name| fs::write(vault.join(name), bytes).unwrap());
    put(secrets);
    assert!(matches!(place.back_up(), Err(BackupError::KeyMissing { position: 1 })));
    put(&good);
    let root = fs::read(vault.join("root.key")).unwrap();
    fs::write(vault.join("root.key"), "0".repeat(64)).unwrap();
    assert!(matches!(place.back_up(), Err(BackupError::Vault(_))));
    fs::write(vault.join("root.key"), root).unwrap();
    place.back_up().unwrap();

    // Keys that lack what the events of a backup name.
    put(secrets);
    assert!(matches!(place.back_up(), Err(BackupError::OtherKeys { .. })));
}

#[test]
fn events_that_were_exchanged_under_good_checksums_are_not_restored() {
    let mut place = Place::with(30);
    place.close();
    place.recut(6_000);
    place.back_up().unwrap();
    // As if somebody had written another history: segment, catalogue, and hashes fit, the root does not.
    let path = place.backups.path().join("events/CATALOGUE");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().next().unwrap();
    let mut catalogue: serde_json::Value = serde_json::from_str(line).unwrap();
    catalogue["root"] = "00".repeat(32).into();
    let line = catalogue.to_string();
    let hash: String =
        sigeyi_proof::sha256(line.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    for name in ["CATALOGUE", "CATALOGUE.2"] {
        fs::write(path.with_file_name(name), format!("{line}\nsha256 {hash}\n")).unwrap();
    }
    assert!(matches!(place.restore_to("new"), Err(RestoreError::OtherRoot { .. })));
    assert!(matches!(place.back_up(), Err(BackupError::Fork { .. })));
}

#[test]
fn a_directory_that_is_not_whole_is_not_opened_and_can_be_restored_again() {
    let mut place = Place::with(30);
    let asked = answers(place.world.engine());
    place.close();
    place.back_up().unwrap();
    let damaged =
        place.files("events").into_keys().find(|path| path.to_string_lossy().ends_with("segment")).unwrap();
    let good = fs::read(&damaged).unwrap();
    fs::write(&damaged, "damaged").unwrap();
    assert!(matches!(place.restore_to("new"), Err(RestoreError::Damaged { path }) if path == damaged));
    let data = place.backups.path().join("new");
    for create in [false, true] {
        let opened = Engine::open(&data, Options { create, ..Options::default() });
        assert!(matches!(opened, Err(OpenError::Unfinished(_))));
    }
    let verified = verify(&data, &VerifyOptions::default(), |_, _| ());
    assert!(matches!(verified, Err(VerifyError::Unfinished(_))));
    let repaired = repair(&data, &RepairOptions::default(), |_, _| ());
    assert!(matches!(repaired, Err(RepairError::Verify(VerifyError::Unfinished(_)))));
    let of_unfinished = BackupOptions { data: data.clone(), ..place.options() };
    assert!(matches!(backup(&of_unfinished, |_, _| ()), Err(BackupError::Unfinished { .. })));

    fs::write(&damaged, good).unwrap();
    fs::write(data.join("notes.txt"), "somebody's").unwrap();
    assert!(
        matches!(place.restore_to("new"), Err(RestoreError::NotEmpty { name, .. }) if name == "notes.txt")
    );
    fs::remove_file(data.join("notes.txt")).unwrap();
    assert_eq!(place.restored_answers("new"), asked);
    assert!(matches!(place.restore_to("new"), Err(RestoreError::NotEmpty { .. })), "it is whole now");
}

fn copy_all(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_all(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
