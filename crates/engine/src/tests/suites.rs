//! A directory of either suite does the same, is never taken for one of the other, and holds nothing of anybody in clear.

use std::{fs, path::Path};

use sigeyi_domain::{Command, ErasureGround, Identifier};
use sigeyi_envelope::StoredEvent;
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{Direction, EventStore, Manifest, ManifestError, RealDisk};
use sigeyi_vault::VaultError;
use uuid::Uuid;

use super::{
    any::{PEOPLE, certificate, citizen, enrolment, seventeen, verification},
    mended::{copy, files},
    world::{IN_TIME, World, answers, send, submission},
};
use crate::{
    AccessAction, AccessNote, AccessOutcome, AccessPurpose, BackupError, BackupOptions, Engine, FaultKind,
    KeySource, KeysOptions, Mend, OpenError, Options, Position, RepairOptions, RestoreOptions,
    RevealedFields, Submission, Suite, VerifyOptions, VerifyReport, backup, keys_status, repair, restore,
    rotate_buckets, rotate_root, verify,
};

fn other(suite: Suite) -> Suite {
    match suite {
        Suite::International => Suite::Guomi,
        Suite::Guomi => Suite::International,
    }
}

/// Everybody enrolled and verified, and somebody looked at for a reason.
fn world(suite: Suite) -> World {
    let world = World::in_suite(suite);
    for who in 0..PEOPLE {
        let number = who as u128 * 10;
        let command = enrolment(certificate(&seventeen(who), "42"));
        send(world.engine(), &submission(number + 1, who, command)).unwrap();
        send(world.engine(), &submission(number + 2, who, verification())).unwrap();
    }
    let note = AccessNote {
        request: Uuid::from_u128(1),
        actor: Identifier::parse("counsellor-1").unwrap(),
        office: None,
        action: AccessAction::Person,
        purpose: AccessPurpose::Service,
        outcome: AccessOutcome::Shown,
        position: Position(1),
        people: vec![world.engine().find(citizen(0)).unwrap()],
        fields: RevealedFields::NONE,
        reason: Some("家属来电核实".to_owned()),
    };
    world.engine().log_access(note.clone()).unwrap().wait(IN_TIME).unwrap();
    world.engine().log_access(note).unwrap().wait(IN_TIME).unwrap();
    world
}

fn checked(dir: &Path) -> VerifyReport {
    let report = verify(dir, &VerifyOptions::default(), |_, _| ()).unwrap();
    assert!(report.is_sound(), "{:?}", report.faults);
    report
}

fn manifest_of(dir: &Path) -> Manifest {
    Manifest::inspect(&RealDisk, dir).unwrap().unwrap().manifest
}

/// Both copies of the manifest say the other suite.
fn alter_manifest(dir: &Path) {
    let manifest = manifest_of(dir);
    for name in ["MANIFEST", "MANIFEST.2"] {
        fs::remove_file(dir.join(name)).unwrap();
    }
    Manifest::create(&RealDisk, dir, &Manifest { suite: other(manifest.suite), ..manifest }).unwrap();
}

fn keys_options(dir: &Path) -> KeysOptions {
    KeysOptions { data: dir.to_owned(), ..KeysOptions::default() }
}

#[test]
fn everything_that_is_done_with_a_directory_is_done_with_one_of_sm3_and_sm4() {
    let suite = Suite::Guomi;
    let mut world = world(suite);
    let dir = world.dir.path().to_owned();
    assert_eq!((world.engine().suite(), manifest_of(&dir).suite), (suite, suite));

    // Restarted, from a snapshot and by a replay.
    world.take_snapshot();
    send(world.engine(), &submission(500, 1, verification())).unwrap();
    let before = answers(world.engine());
    for ignore_snapshots in [false, true] {
        world.reopen(ignore_snapshots);
        assert_eq!(world.engine().start_report().snapshot.is_some(), !ignore_snapshots);
        assert_eq!(answers(world.engine()), before);
        assert!(world.engine().refold().unwrap().is_equal);
    }
    world.assert_everything_is_remembered();

    // Everything in it is of that suite.
    let store = &world.engine().shared.store;
    let events = store.read(Position::BEGINNING, Direction::Forward, usize::MAX, usize::MAX).unwrap();
    let mut tree = sigeyi_proof::CompactTree::new(HashAlgorithm::Sm3);
    for event in &events {
        assert_eq!(StoredEvent::parse(event).unwrap().parts().suite, suite);
        tree.push(HashAlgorithm::Sm3.leaf(event));
    }
    assert_eq!((store.tree().size(), store.tree().root()), (tree.size(), tree.root()));
    world.engine = None;
    let report = checked(&dir);
    assert_eq!((report.suite, report.root, report.checked.access_entries), (Some(suite), tree.root(), 2));

    // Rotated, and erased.
    rotate_root(&keys_options(&dir), |_, _| ()).unwrap();
    rotate_buckets(&keys_options(&dir), |_, _| ()).unwrap();
    world.reopen(false);
    assert_eq!(answers(world.engine()), before);
    let request = Command::RequestErasure { ground: ErasureGround::ConsentWithdrawn, reason: None };
    send(world.engine(), &submission(800, 2, request)).unwrap();
    let grant = Submission {
        actor: Identifier::parse("somebody-else").unwrap(),
        ..submission(801, 2, Command::EraseData { reason: None })
    };
    send(world.engine(), &grant).unwrap();
    let after = answers(world.engine());
    assert_eq!(world.engine().find(citizen(2)), None);
    world.engine = None;
    let status = keys_status(&keys_options(&dir)).unwrap();
    assert_eq!((status.generation, status.keys_erased), (3, 1));

    // Backed up twice, the second time from where the first ended, and restored.
    let backups = tempfile::tempdir().unwrap();
    let options = BackupOptions {
        data: dir.clone(),
        journal_dir: None,
        events_folder: backups.path().join("events"),
        keys_folder: backups.path().join("keys"),
        keys: KeySource::default(),
        with_root_key: true,
    };
    backup(&options, |_, _| ()).unwrap();
    assert_eq!(backup(&options, |_, _| ()).unwrap().copied_bytes, 0);
    for (path, bytes) in files(backups.path()) {
        let is_catalogue = path.file_name().unwrap().to_string_lossy().starts_with("CATALOGUE");
        let text = String::from_utf8_lossy(&bytes);
        assert!(!is_catalogue || (text.contains("\nsm3 ") && !text.contains("sha256")), "{text}");
    }
    let restored = backups.path().join("restored");
    let restoring = RestoreOptions {
        events_folder: options.events_folder.clone(),
        keys_folder: options.keys_folder.clone(),
        data: restored.clone(),
        root_key: None,
        key_command: None,
    };
    restore(&restoring, |_| ()).unwrap();
    assert_eq!(answers(&Engine::open(&restored, Options::default()).unwrap()), after);
    assert_eq!(checked(&restored).suite, Some(suite));

    // Damaged, and mended from the mirror.
    let segment = dir.join("journal/0000000001.log");
    let mut bytes = fs::read(&segment).unwrap();
    bytes[400] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let repaired = repair(&dir, &RepairOptions::default(), |_, _| ()).unwrap();
    assert!(!repaired.before.is_sound() && repaired.after.is_sound(), "{:?}", repaired.after.faults);
    world.reopen(true);
    assert_eq!(answers(world.engine()), after);
}

#[test]
fn a_suite_is_chosen_when_a_directory_is_made_and_never_again() {
    for suite in Suite::ALL {
        let mut world = world(suite);
        world.engine = None;
        let dir = world.dir.path();
        let open = |asked| Engine::open(dir, Options { suite: asked, create: true, ..Options::default() });
        for asked in [None, Some(suite)] {
            assert_eq!(open(asked).unwrap().suite(), suite);
        }
        let refused = open(Some(other(suite))).err().unwrap();
        assert!(
            matches!(refused, OpenError::SuiteFixed { made, asked } if (made, asked) == (suite, other(suite))),
            "{refused}"
        );
        assert_eq!(open(None).unwrap().suite(), suite);
    }
}

#[test]
fn a_directory_whose_manifest_says_another_suite_than_its_events_is_refused_and_left_alone() {
    for suite in Suite::ALL {
        let mut world = world(suite);
        world.engine = None;
        let dir = world.dir.path();
        alter_manifest(dir);
        let before = files(dir);

        let refused = Engine::open(dir, Options::default()).err().unwrap();
        let OpenError::Manifest(ManifestError::OtherSuite { manifest, journal, .. }) = &refused else {
            panic!("{refused}");
        };
        assert_eq!((*manifest, *journal), (other(suite), suite));
        assert!(refused.to_string().contains(&format!("says suite {}", other(suite))), "{refused}");

        let report = verify(dir, &VerifyOptions::default(), |_, _| ()).unwrap();
        let told: Vec<_> = report.faults.iter().map(|fault| (fault.kind, fault.mend)).collect();
        assert_eq!(told, [(FaultKind::Manifest, Mend::Backup)]);
        let options = RepairOptions { accept_loss: true, ..RepairOptions::default() };
        assert!(!repair(dir, &options, |_, _| ()).unwrap().after.is_sound());
        let backups = tempfile::tempdir().unwrap();
        let options = BackupOptions {
            data: dir.to_owned(),
            journal_dir: None,
            events_folder: backups.path().join("events"),
            keys_folder: backups.path().join("keys"),
            keys: KeySource::default(),
            with_root_key: false,
        };
        let refused = backup(&options, |_, _| ()).err().unwrap();
        assert!(matches!(refused, BackupError::Manifest(ManifestError::OtherSuite { .. })), "{refused}");
        assert_eq!(files(dir), before);
    }
}

#[test]
fn keys_of_another_suite_are_not_used_although_there_are_no_events() {
    for suite in Suite::ALL {
        let mut world = World::in_suite(suite);
        world.engine = None;
        let dir = world.dir.path();
        alter_manifest(dir);
        fs::remove_dir_all(dir.join("journal")).unwrap();
        fs::remove_dir_all(dir.join("mirror")).unwrap();
        let refused = Engine::open(dir, Options::default()).err().unwrap();
        assert!(matches!(refused, OpenError::Vault(VaultError::OtherSuite { .. })), "{refused}");
    }
}

#[test]
fn an_event_of_another_suite_among_others_is_told() {
    for suite in Suite::ALL {
        let mut world = world(suite);
        let store = &world.engine().shared.store;
        let last = store.read(store.head(), Direction::Backward, 1, usize::MAX).unwrap().remove(0);
        let stored = StoredEvent::parse(&last).unwrap();
        let parts = sigeyi_envelope::EventParts {
            suite: other(suite),
            position: store.head().next(),
            person: Uuid::nil(),
            version: 0,
            previous: None,
            command: Uuid::from_u128(77),
            commit_index: 0,
            commit_count: 1,
            sealed: None,
            ..*stored.parts()
        };
        let bytes = sigeyi_envelope::encode(&parts).unwrap();
        let mut encoded = sigeyi_store::EncodedEvents::new();
        encoded.push(&bytes, sigeyi_store::hash_algorithm(suite).leaf(&bytes));
        store.append(store.head(), encoded).unwrap();
        let position = store.head().0;
        let dir = tempfile::tempdir().unwrap();
        store.save_head().unwrap();
        copy(world.dir.path(), dir.path());
        world.engine = None;

        let refused = Engine::open(dir.path(), Options::default()).err().unwrap();
        let chain = crate::writer::chain(&refused);
        assert!(
            chain.contains(&format!("event {position} is of suite {}", other(suite).number())),
            "{chain}"
        );
        let report = verify(dir.path(), &VerifyOptions::default(), |_, _| ()).unwrap();
        let fault = report.faults.iter().find(|fault| fault.position == Some(position)).unwrap();
        assert_eq!((fault.kind, fault.mend), (FaultKind::Event, Mend::Backup));
        assert!(fault.what.contains(&format!("of suite {}", other(suite))), "{}", fault.what);
    }
}

#[test]
fn nothing_that_describes_a_person_stands_in_a_directory_of_sm3_and_sm4() {
    let mut world = world(Suite::Guomi);
    world.take_snapshot();
    let shown = format!("{:#?}", answers(world.engine()));
    let words: Vec<String> = (0..PEOPLE)
        .flat_map(|who| {
            let number = certificate(&seventeen(who), "42").to_string();
            [seventeen(who), number]
        })
        .chain(["张示例".to_owned(), "家属来电核实".to_owned()])
        .collect();
    assert!(shown.contains("张示例") && shown.contains(&words[0]), "it is shown to who may ask");
    world.engine = None;
    let found = files(world.dir.path());
    for part in ["journal", "mirror", "vault", "snapshots", "access"] {
        let holds = |path: &Path| path.parent().is_some_and(|parent| parent.ends_with(part));
        assert!(found.iter().any(|(path, bytes)| holds(path) && !bytes.is_empty()), "{part}");
    }
    for (path, bytes) in found {
        for word in &words {
            let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!is_there, "{word} stands in {}", path.display());
        }
    }
}
