//! Keys of people that are destroyed while the engine runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sigeyi_domain::{Command, ErasureGround, Identifier, Rejection, divisions};
use uuid::Uuid;

use super::{
    any::{PEOPLE, certificate, citizen, enrolment, seventeen, verification},
    mended::{copy, files},
    world::{IN_TIME, World, send, submission},
};
use crate::{
    BackupOptions, Engine, FaultKind, KeySource, KeysOptions, Options, RestoreOptions, Submission, Target,
    VerifyOptions, backup, keys_status, restore, rotate_root, verify,
};

/// Everybody enrolled and verified.
fn world() -> World {
    let world = World::new();
    for who in 0..PEOPLE {
        let number = who as u128 * 10;
        let command = enrolment(certificate(&seventeen(who), "42"));
        send(world.engine(), &submission(number + 1, who, command)).unwrap();
        send(world.engine(), &submission(number + 2, who, verification())).unwrap();
    }
    world
}

fn person(world: &World, who: usize) -> Uuid {
    world.engine().find(citizen(who)).unwrap()
}

fn history(engine: &Engine, person: Uuid) -> String {
    format!("{:#?}", engine.history(person).unwrap())
}

fn folded(engine: &Engine) -> String {
    let folded = engine.shared.folded.read();
    format!("{:?}", folded.model.people().rows())
}

#[test]
fn whose_key_is_erased_can_be_read_no_more_and_everybody_else_as_before() {
    let mut world = world();
    let erased = person(&world, 2);
    let others: Vec<Uuid> = (0..PEOPLE).filter(|who| *who != 2).map(|who| person(&world, who)).collect();
    let before: Vec<String> = others.iter().map(|other| history(world.engine(), *other)).collect();
    assert!(history(world.engine(), erased).contains("张示例"));
    let first_root = fs::read(world.dir.path().join("vault/root.key")).unwrap();
    world.take_snapshot();

    let told = world.engine().destroy_keys(&[erased]);
    assert_eq!((told.generation, told.older_copies.len()), (1, 0));
    // Asked again it has nothing to do.
    assert_eq!(world.engine().destroy_keys(&[erased]).generation, 1);
    assert!(!history(world.engine(), erased).contains("张示例"));
    // Enrolments go on under the new root key.
    let next = submission(900, 2, enrolment(certificate(&seventeen(2), "42")));
    let _ = send(world.engine(), &next);
    world.engine = None;
    let root = fs::read(world.dir.path().join("vault/root.key")).unwrap();
    for (path, bytes) in files(world.dir.path()) {
        let has = |text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        assert!(
            !has(&first_root[..64]) && (path.ends_with("root.key") || !has(&root[..64])),
            "{}",
            path.display()
        );
    }

    // By a snapshot that was taken before, and by a replay.
    let mut models = Vec::new();
    for ignore_snapshots in [false, true] {
        world.reopen(ignore_snapshots);
        let engine = world.engine();
        assert_eq!(engine.start_report().snapshot.is_some(), !ignore_snapshots);
        assert_eq!(engine.find(citizen(2)), None);
        assert_eq!(others.iter().map(|other| history(engine, *other)).collect::<Vec<_>>(), before);
        let left = history(engine, erased);
        assert!(!left.contains("PersonEnrolled") && !left.contains("张示例"), "{left}");
        assert!(engine.refold().unwrap().is_equal);
        models.push(folded(engine));
    }
    assert_eq!(models[0], models[1]);
    world.engine = None;
    // No event says that somebody's data were to be erased, and that is told.
    let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| ()).unwrap();
    assert!(
        matches!(&*report.faults, [fault] if fault.kind == FaultKind::Vault && fault.what.contains("destroyed")),
        "{:?}",
        report.faults
    );
    let status =
        keys_status(&KeysOptions { data: world.dir.path().to_owned(), ..KeysOptions::default() }).unwrap();
    assert_eq!((status.keys_erased, status.generation), (1, 1));
}

/// Asked for by one person and granted by another.
fn erase(world: &World, who: usize) {
    let request = Command::RequestErasure { ground: ErasureGround::ConsentWithdrawn, reason: None };
    send(world.engine(), &submission(800, who, request)).unwrap();
    let grant = Submission {
        actor: Identifier::parse("somebody-else").unwrap(),
        ..submission(801, who, Command::EraseData { reason: None })
    };
    send(world.engine(), &grant).unwrap();
}

#[test]
fn a_row_about_an_erased_number_says_the_same_to_whoever_has_regions_whether_it_was_sent_before_or_not() {
    let world = world();
    let engine = world.engine();
    let (erased, region) = (2, divisions().whole());
    let recorded = submission(erased as u128 * 10 + 2, erased, verification());
    let sent_again = |within| engine.send_waiting(recorded.clone(), within).unwrap().wait(IN_TIME);
    let first = sent_again(Some(vec![region])).unwrap();
    assert!(first.already_recorded);
    erase(&world, erased);

    let nobody = Err(Rejection::UnknownPerson.into());
    assert_eq!(sent_again(Some(vec![region])), nobody);
    let never_sent = submission(950, erased, verification());
    assert_eq!(engine.send_waiting(never_sent, Some(vec![region])).unwrap().wait(IN_TIME), nobody);
    // Whoever may see everybody learns no more from the first answer.
    assert_eq!(sent_again(None), Ok(first));
}

#[test]
fn whoever_was_found_before_is_found_again_unless_the_number_is_forgotten() {
    let world = world();
    let engine = world.engine();
    let found = |target: Target, before| {
        let folded = engine.shared.folded.read();
        target.find_again(folded.model.people(), before)
    };
    let number = Target::Citizen(citizen(1));
    let id = Target::Person(engine.find(citizen(2)).unwrap());
    for before in [None, Some(1), Some(2), Some(u32::MAX)] {
        assert_eq!((found(number, before), found(id, before)), (Some(1), Some(2)));
    }
    erase(&world, 1);
    assert_eq!(found(number, Some(1)), None);
}

fn keys_erased(world: &World) -> u32 {
    let options = KeysOptions { data: world.dir.path().to_owned(), ..KeysOptions::default() };
    keys_status(&options).unwrap().keys_erased
}

#[test]
fn an_erasure_that_is_recorded_ends_with_the_key_and_the_root_key_destroyed() {
    let mut world = world();
    let root_key = world.dir.path().join("vault/root.key");
    let first_root = fs::read(&root_key).unwrap();
    erase(&world, 2);
    // It finishes what was recorded.
    world.engine = None;
    assert_eq!(keys_erased(&world), 1);
    assert_ne!(fs::read(&root_key).unwrap(), first_root);
    let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| ()).unwrap();
    assert!(report.is_sound() && !report.notes.iter().any(|note| note.contains("erased")), "{report:?}");
    world.reopen(true);
    assert_eq!(world.engine().erasures_left(), 0);
    assert!(verify(world.dir.path(), &VerifyOptions::default(), |_, _| ()).is_err(), "it is held");
}

#[test]
fn a_start_destroys_the_key_of_whoever_was_erased_before_it() {
    let mut world = world();
    let vault = world.dir.path().join("vault");
    let before: Vec<(PathBuf, Vec<u8>)> = files(&vault);
    erase(&world, 2);
    world.engine = None;
    // The vault as it was when the erasure had been recorded and no key destroyed.
    fs::remove_dir_all(&vault).unwrap();
    fs::create_dir(&vault).unwrap();
    for (path, bytes) in before {
        fs::write(vault.join(path.file_name().unwrap()), bytes).unwrap();
    }
    assert_eq!(keys_erased(&world), 0);
    world.reopen(false);
    world.engine = None;
    assert_eq!(keys_erased(&world), 1);
}

struct Backups {
    dir: tempfile::TempDir,
    data: PathBuf,
}

impl Backups {
    fn options(&self, with_root_key: bool) -> BackupOptions {
        BackupOptions {
            data: self.data.clone(),
            journal_dir: None,
            events_folder: self.dir.path().join("events"),
            keys_folder: self.dir.path().join("keys"),
            keys: KeySource::default(),
            with_root_key,
        }
    }

    fn restore(&self, name: &str, root_key: Option<&Path>) -> bool {
        let options = RestoreOptions {
            events_folder: self.dir.path().join("events"),
            keys_folder: self.dir.path().join("keys"),
            data: self.dir.path().join(name),
            root_key: root_key.map(Path::to_owned),
            key_command: None,
        };
        restore(&options, |_| ()).is_ok()
    }
}

#[test]
fn a_backup_follows_the_keys_and_older_copies_are_named() {
    let mut world = world();
    world.engine = None;
    let backups = Backups { dir: tempfile::tempdir().unwrap(), data: world.dir.path().to_owned() };
    let set_aside = world.dir.path().join("set-aside/0001/vault");
    fs::create_dir_all(&set_aside).unwrap();
    fs::copy(world.dir.path().join("vault/keys"), set_aside.join("keys")).unwrap();
    let old_root = backups.dir.path().join("old-root.key");
    fs::copy(world.dir.path().join("vault/root.key"), &old_root).unwrap();
    backup(&backups.options(true), |_, _| ()).unwrap();
    let older = backups.dir.path().join("older");
    copy(&backups.dir.path().join("keys"), &older);

    world.reopen(false);
    let erased = person(&world, 2);
    erase(&world, 2);
    // Whether the engine's own thread was first or not.
    let told = world.engine().destroy_keys(&[erased]);
    assert_eq!(
        told.older_copies.iter().map(|copy| &copy.path).collect::<Vec<_>>(),
        [&set_aside.join("keys")]
    );
    world.engine = None;
    let also = vec![backups.dir.path().join("keys"), older.clone()];
    let options = KeysOptions { data: world.dir.path().to_owned(), also, ..KeysOptions::default() };
    let status = keys_status(&options).unwrap();
    assert_eq!(status.older_copies.len(), 3, "{:?}", status.older_copies);
    assert!(status.older_copies.iter().all(|copy| copy.generation == 0));

    // The next run replaces the keys of the backup, and the root key beside them.
    let report = backup(&backups.options(false), |_, _| ()).unwrap();
    assert!(report.has_root_key && report.mended.is_empty());
    assert_eq!(keys_status(&options).unwrap().older_copies.len(), 2);
    assert!(backups.restore("restored", None));
    assert!(!backups.restore("not-restored", Some(&old_root)));
    let engine = Engine::open(&backups.dir.path().join("restored"), Options::default()).unwrap();
    assert!(!history(&engine, erased).contains("张示例"));
    drop(engine);

    // And once more after a rotation.
    rotate_root(&options, |_, _| ()).unwrap();
    backup(&backups.options(false), |_, _| ()).unwrap();
    assert!(backups.restore("restored-again", None));
    let names: Vec<_> = fs::read_dir(backups.dir.path().join("keys")).unwrap().collect();
    assert_eq!(names.len(), 5, "two catalogues, the lock, the keys and the root key: {names:?}");
}
