//! A check looks at everything that the log has signed, and names what does not hold.

use std::{fs, path::Path, time::Instant};

use sigeyi_domain::{ContentHash, Event, EventType, ReportFrozen};
use sigeyi_envelope::{EventParts, encode};
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{EncodedEvents, EventStore, JournalStore, hash_algorithm};
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    checkpoints::{copied, open, record, stored, take_checkpoint, with},
    mended::{copy, files},
    reports::{freeze, request, whole, world},
    world::IN_TIME,
};
use crate::{
    FaultKind, Mend, Position, RepairOptions, VerifyOptions, VerifyReport, declare_fork, repair, verify,
};

fn checked(dir: &Path) -> VerifyReport {
    let before = files(dir);
    let report = verify(dir, &VerifyOptions::default(), |_, _| ()).unwrap();
    assert_eq!(files(dir), before, "a check changes nothing");
    report
}

fn faults(dir: &Path) -> Vec<(FaultKind, Mend)> {
    checked(dir).faults.iter().map(|fault| (fault.kind, fault.mend)).collect()
}

fn is_sound(dir: &Path) -> VerifyReport {
    let report = checked(dir);
    assert!(report.is_sound(), "{:?}", report.faults);
    report
}

fn alter(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn mended(dir: &Path) {
    let report = repair(dir, &RepairOptions::default(), |_, _| ()).unwrap();
    assert!(report.after.is_sound() && !report.done.is_empty(), "{:?}", report.after.faults);
}

#[test]
fn what_is_signed_and_whole_has_no_fault_and_is_counted() {
    let dir = with(700);
    let checked = is_sound(dir.path()).checked;
    assert_eq!((checked.checkpoints, checked.tiles, checked.forks), (2, 2, 0));
    // Whoever has not signed anything yet has signed the tree of nothing.
    let empty = with(0);
    assert_eq!(is_sound(empty.path()).checked.checkpoints, 2);
}

#[test]
fn a_copy_of_the_checkpoint_that_is_missing_damaged_or_another_logs_is_named_and_written_again() {
    let (dir, other) = (with(20), with(30));
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        let path = dir.path().join(name);
        let good = fs::read(&path).unwrap();
        let another = fs::read(other.path().join(name)).unwrap();
        let changes: [&dyn Fn(); 3] = [
            &|| fs::remove_file(&path).unwrap(),
            &|| alter(&path, |bytes| bytes[good.len() - 9] ^= 1),
            &|| fs::write(&path, &another).unwrap(),
        ];
        for change in changes {
            change();
            assert_eq!(faults(dir.path()), [(FaultKind::Checkpoint, Mend::Repair)]);
            mended(dir.path());
            assert_eq!(fs::read(&path).unwrap(), good);
        }
    }
    open(dir.path()).unwrap();
}

#[test]
fn a_checkpoint_that_is_larger_than_the_log_or_of_other_events_is_named() {
    let dir = with(300);
    let (shorter, another) = (copied(&dir), copied(&dir));
    record(&open(dir.path()).unwrap(), 300, 10);
    take_checkpoint(dir.path(), shorter.path());
    let report = checked(shorter.path());
    let size = stored(dir.path()).unverified().size;
    let fault = &report.faults[0];
    assert_eq!((fault.kind, fault.mend, fault.position), (FaultKind::Checkpoint, Mend::Fork, Some(size - 9)));
    assert!(fault.what.contains("it has signed a checkpoint of"), "{}", fault.what);
    for more in [0, 40] {
        let another = copied(&another);
        record(&open(another.path()).unwrap(), 900, 10 + more);
        take_checkpoint(dir.path(), another.path());
        let both = [(FaultKind::Checkpoint, Mend::Fork); 2];
        assert_eq!(faults(another.path()), both);
    }
}

#[test]
fn the_checkpoint_of_another_log_in_both_copies_is_named_by_its_origin() {
    let (dir, other) = (with(20), with(20));
    let origin = stored(other.path()).unverified().origin.clone();
    take_checkpoint(other.path(), dir.path());
    let report = checked(dir.path());
    assert_eq!(report.faults.len(), 2);
    for fault in report.faults {
        assert_eq!((fault.kind, fault.mend), (FaultKind::Checkpoint, Mend::PutBack));
        assert!(fault.what.contains(&format!("is of {origin}")), "{}", fault.what);
    }
}

#[test]
fn a_key_that_is_missing_or_damaged_and_a_checkpoint_that_is_missing_are_named() {
    let dir = with(20);
    let key = Path::new("identity/log.key");
    let without_key = copied(&dir);
    fs::remove_file(without_key.path().join(key)).unwrap();
    assert_eq!(faults(without_key.path()), [(FaultKind::LogKey, Mend::PutBack)]);
    let damaged = copied(&dir);
    alter(&damaged.path().join(key), |bytes| bytes.truncate(40));
    assert_eq!(faults(damaged.path()), [(FaultKind::LogKey, Mend::PutBack)]);
    let other_key = copied(&dir);
    fs::copy(with(1).path().join(key), other_key.path().join(key)).unwrap();
    assert_eq!(faults(other_key.path()), [(FaultKind::Checkpoint, Mend::PutBack); 2]);
    let nothing = copied(&dir);
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::remove_file(nothing.path().join(name)).unwrap();
    }
    assert_eq!(faults(nothing.path()), [(FaultKind::Checkpoint, Mend::PutBack)]);
}

#[test]
fn a_tile_that_is_not_what_the_events_give_is_named_and_made_anew() {
    let dir = with(700);
    let tiles = dir.path().join("tree/0.tiles");
    let whole = fs::read(&tiles).unwrap();
    // Damaged; the leaves of another log under good checksums; the header of another log.
    alter(&tiles, |bytes| bytes[100] ^= 1);
    assert_eq!(faults(dir.path()), [(FaultKind::Tiles, Mend::Repair)]);
    mended(dir.path());
    let other = fs::read(with(700).path().join("tree/0.tiles")).unwrap();
    tiles_of(&dir, &[&whole[..64], &other[64..]].concat());
    assert_eq!(faults(dir.path()), [(FaultKind::Tiles, Mend::Repair); 2]);
    fs::write(&tiles, &other).unwrap();
    assert_eq!(faults(dir.path()), [(FaultKind::Tiles, Mend::Repair)]);
    mended(dir.path());
    assert!(!tiles.exists());
    // What is not there follows from the events.
    let report = is_sound(dir.path());
    assert!(report.notes.iter().any(|note| note.contains("2 tiles of the tree are not there")));
    drop(open(dir.path()).unwrap());
    assert_eq!(fs::read(&tiles).unwrap(), whole);
}

fn tiles_of(dir: &TempDir, bytes: &[u8]) {
    fs::create_dir_all(dir.path().join("tree")).unwrap();
    fs::write(dir.path().join("tree/0.tiles"), bytes).unwrap();
}

#[test]
fn tiles_of_more_events_than_there_are_are_named() {
    let dir = with(300);
    let longer = copied(&dir);
    record(&open(longer.path()).unwrap(), 300, 600);
    fs::remove_dir_all(dir.path().join("tree")).unwrap();
    copy(&longer.path().join("tree"), &dir.path().join("tree"));
    assert_eq!(faults(dir.path()), [(FaultKind::Tiles, Mend::Repair)]);
    mended(dir.path());
}

#[test]
fn forks_lead_from_the_first_key_to_the_one_that_signs() {
    let dir = with(300);
    let forked = copied(&dir);
    record(&open(dir.path()).unwrap(), 300, 10);
    take_checkpoint(dir.path(), forked.path());
    declare_fork(forked.path(), "log.example/second").unwrap();
    record(&open(forked.path()).unwrap(), 700, 10);
    declare_fork(forked.path(), "log.example/third").unwrap();
    drop(open(forked.path()).unwrap());
    assert_eq!(is_sound(forked.path()).checked.forks, 2);
    let found = [(FaultKind::Forks, Mend::PutBack)];
    let altered = |change: &dyn Fn(String) -> String| {
        let one = copied(&forked);
        let path = one.path().join("FORKS");
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
        faults(one.path())
    };
    assert_eq!(altered(&|text| text), []);
    assert_eq!(altered(&|text| text.replacen('{', "[", 1)), found);
    // The size of the checkpoint that ended.
    let size = stored(dir.path()).unverified().size;
    assert_eq!(altered(&|text| text.replacen(&format!("\\n{size}\\n"), "\\n7\\n", 1)), found);
    assert_eq!(altered(&|text| text.replacen("log.example/second", "log.example/hidden", 1)), found);
    assert_eq!(altered(&|text| text.lines().take(1).map(|line| format!("{line}\n")).collect()), found);
    let gone = copied(&forked);
    fs::remove_file(gone.path().join("FORKS")).unwrap();
    assert_eq!(faults(gone.path()), found);
}

#[test]
fn a_fork_or_a_key_whose_making_was_cut_off_is_no_fault() {
    let dir = with(10);
    let identity = dir.path().join("identity");
    fs::rename(identity.join("log.key"), identity.join("log.key.making")).unwrap();
    fs::remove_file(dir.path().join("CHECKPOINT.2")).unwrap();
    is_sound(dir.path());
    drop(open(dir.path()).unwrap());
    is_sound(dir.path());
}

/// The last report of a world with one change to what it says, written behind it with good checksums and roots.
fn with_report(change: impl FnOnce(&mut ReportFrozen)) -> VerifyReport {
    with_report_in(|_, body| change(body))
}

/// A copy of a directory that is open, in which keys are made ahead: both copies of the keys are the same in it.
fn copied_with_both_keys(from: &TempDir) -> TempDir {
    let deadline = Instant::now() + IN_TIME;
    loop {
        let dir = copied(from);
        let vault = dir.path().join("vault");
        if fs::read(vault.join("keys")).unwrap() == fs::read(vault.join("keys.2")).unwrap() {
            return dir;
        }
        assert!(Instant::now() < deadline, "the copies of the keys stay apart");
    }
}

fn with_report_in(change: impl FnOnce(&JournalStore, &mut ReportFrozen)) -> VerifyReport {
    let (mut world, _) = world();
    freeze(&world, request(2, "另一份", whole())).unwrap();
    let engine = world.engine();
    let store = &engine.shared.store;
    let last = store.read_one(store.head()).unwrap().unwrap();
    let parsed = sigeyi_envelope::StoredEvent::parse(&last).unwrap();
    let parts = *parsed.parts();
    let Ok(Event::ReportFrozen { clear: mut body, sealed }) =
        Event::from_json(EventType::ReportFrozen as u8, parts.schema, parts.clear, None)
    else {
        panic!("it is a report");
    };
    body.number = 3;
    change(store, &mut body);
    let event = Event::ReportFrozen { clear: body, sealed };
    let clear = event.clear_json();
    let position = store.head().next();
    let command = Uuid::from_u128(0xabc);
    let bytes = encode(&EventParts { position, command, clear: &clear, ..parts }).unwrap();
    let mut encoded = EncodedEvents::new();
    encoded.push(&bytes, hash_algorithm(engine.suite()).leaf(&bytes));
    store.append(store.head(), encoded).unwrap();
    store.save_head().unwrap();
    let dir = copied_with_both_keys(&world.dir);
    world.engine = None;
    verify(dir.path(), &VerifyOptions::default(), |_, _| ()).unwrap()
}

#[test]
fn a_report_that_states_a_root_or_a_position_that_the_log_does_not_have_is_named() {
    let right = with_report(|_| ());
    assert!(right.is_sound() && right.checked.reports == 3, "{:?}", right.faults);
    assert!(right.notes.iter().all(|note| !note.contains("reports")), "{:?}", right.notes);
    let told = |report: VerifyReport| {
        let fault = report.faults.first().cloned().unwrap();
        assert_eq!((fault.kind, fault.position), (FaultKind::Report, Some(report.head)));
        fault.what
    };
    assert!(told(with_report(|body| body.root = ContentHash([1; 32]))).contains("states a root"));
    let beyond = with_report(|body| body.known_at = sigeyi_domain::Position(body.known_at.0 + 3));
    assert!(told(beyond).contains("which comes after it"));
    assert!(told(with_report(|body| body.number = 7)).contains("report 7 stands where report 3 is due"));
}

#[test]
fn the_first_report_that_was_counted_by_other_lists_is_said_and_is_no_damage() {
    for (change, what) in [
        ((|body| body.plan_hash = ContentHash([1; 32])) as fn(&mut ReportFrozen), "the plan"),
        (|body| body.divisions_hash = ContentHash([1; 32]), "the list of divisions"),
        (|body| body.codes_hash = ContentHash([1; 32]), "the lists of codes"),
    ] {
        let report = with_report(change);
        assert!(report.is_sound(), "{:?}", report.faults);
        let note = format!("the first is that of event {}: {what}", report.head);
        assert!(report.notes.iter().any(|found| found.ends_with(&note)), "{:?}", report.notes);
    }
}

#[test]
fn the_root_of_a_report_that_is_long_gone_is_found_by_another_reading() {
    let first = |store: &JournalStore, body: &mut ReportFrozen| {
        let event = store.read_one(Position(1)).unwrap().unwrap();
        body.known_at = sigeyi_domain::Position(1);
        body.root = ContentHash(HashAlgorithm::Sha256.leaf(&event));
    };
    let right = with_report_in(first);
    assert!(right.is_sound() && right.checked.reports == 3, "{:?}", right.faults);
    let wrong = with_report(|body| body.known_at = sigeyi_domain::Position(1));
    assert_eq!(wrong.checked.reports, 3);
    assert_eq!((wrong.faults[0].kind, wrong.faults[0].position), (FaultKind::Report, Some(wrong.head)));
}
