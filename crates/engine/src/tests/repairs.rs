//! What is damaged is found, named and mended, or refused with the command that mends it; never are there fewer events silently.

use std::{fs, path::PathBuf};

use super::mended::{Ended, Told, files};
use crate::{Engine, FaultKind, Mend, Options, RepairError};

/// Something that is done to a directory.
type Damage = (&'static str, FaultKind, fn(&Told) -> PathBuf, fn(&mut Vec<u8>));

fn first_sled_file(told: &Told) -> PathBuf {
    told.path("mirror/db")
}

/// Everything that a repair mends without losing anything. Bytes of the one segment are the journal's middle and end.
const DAMAGES: [Damage; 17] = [
    ("a bit of the segment header", FaultKind::Journal, Told::journal, |bytes| bytes[40] ^= 4),
    ("the segment header zeroed", FaultKind::Journal, Told::journal, |bytes| bytes[..96].fill(0)),
    ("a bit of a frame header", FaultKind::Journal, Told::journal, |bytes| bytes[96 + 33] ^= 1),
    ("a bit of an event", FaultKind::Journal, Told::journal, |bytes| bytes[96 + 300] ^= 0x80),
    ("a sector zeroed", FaultKind::Journal, Told::journal, |bytes| bytes[20_480..20_992].fill(0)),
    ("a page zeroed", FaultKind::Journal, Told::journal, |bytes| bytes[40_960..45_056].fill(0)),
    ("the first page zeroed", FaultKind::Journal, Told::journal, |bytes| bytes[..4_096].fill(0)),
    ("a bit of the manifest", FaultKind::Manifest, |told| told.path("MANIFEST"), |bytes| bytes[20] ^= 1),
    (
        "the second manifest cut",
        FaultKind::Manifest,
        |told| told.path("MANIFEST.2"),
        |bytes| bytes.truncate(9),
    ),
    ("a bit of the keys", FaultKind::Vault, |told| told.path("vault/keys"), |bytes| bytes[5_000] ^= 1),
    (
        "the second keys cut",
        FaultKind::Vault,
        |told| told.path("vault/keys.2"),
        |bytes| bytes.truncate(70_000),
    ),
    ("a bit of the people in a snapshot", FaultKind::Snapshot, Told::snapshot, |bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }),
    ("a snapshot cut", FaultKind::Snapshot, Told::snapshot, |bytes| bytes.truncate(bytes.len() - 1)),
    ("HEAD zeroed", FaultKind::Head, |told| told.path("HEAD"), |bytes| bytes.fill(0)),
    (
        "a bit of the newest HEAD",
        FaultKind::Head,
        |told| told.path("HEAD"),
        |bytes| {
            // The slot with the higher number.
            let number = |at: usize| u64::from_be_bytes(*bytes[at + 28..].first_chunk().unwrap());
            let at = if number(0) > number(512) { 0 } else { 512 };
            bytes[at + 40] ^= 1;
        },
    ),
    ("HEAD of noise", FaultKind::Head, |told| told.path("HEAD"), |bytes| bytes.fill(7)),
    (
        "the settings of sled of noise",
        FaultKind::Mirror,
        |told| told.path("mirror/conf"),
        |bytes| bytes.fill(7),
    ),
];

#[test]
fn what_is_whole_is_verified_and_repaired_without_a_byte_being_changed() {
    for ended in [Ended::InOrder, Ended::Killed] {
        let told = Told::new(ended);
        let before = files(told.dir.path());
        let report = told.verify();
        assert!(report.is_sound(), "{ended:?}: {:?}", report.faults);
        let checked = report.checked;
        assert_eq!((checked.manifest_copies, checked.vault_copies, checked.heads), (2, 2, 1));
        assert_eq!((checked.events, checked.people, checked.snapshots), (report.head, 60, 2));
        assert!(report.head > 250 && checked.commits > 200 && checked.sealed_bodies > 60);
        assert!(checked.mirrored_through + 48 > report.head && checked.keys >= 4_096);
        assert!(files(told.dir.path()) == before, "{ended:?}: verify changed something");

        let repaired = told.repair(true).unwrap();
        assert!(repaired.done.is_empty() && repaired.set_aside.is_none() && repaired.after.is_sound());
        assert!(files(told.dir.path()) == before, "{ended:?}: repair changed something");
    }
}

#[test]
fn every_damage_that_something_else_explains_is_found_and_mended_and_the_old_is_kept() {
    for ended in [Ended::InOrder, Ended::Killed] {
        for (what, kind, file, damage) in DAMAGES {
            let told = Told::new(ended);
            let path = file(&told);
            told.edit(&path, damage);
            let damaged = fs::read(&path).unwrap();
            let report = told.verify();
            let fault = report.faults.iter().find(|fault| fault.kind == kind);
            let fault = fault.unwrap_or_else(|| panic!("{what}: {:?}", report.faults));
            assert!(
                report.faults.iter().all(|fault| fault.mend == Mend::Repair),
                "{what}: {:?}",
                report.faults
            );
            assert!(fault.file.starts_with(told.dir.path()), "{what}");
            assert!(report.lost.is_none() && fs::read(&path).unwrap() == damaged, "{what}");

            let repaired = told.repair(false).unwrap();
            assert!(
                !repaired.done.is_empty() && repaired.after.is_sound(),
                "{what}: {:?}",
                repaired.after.faults
            );
            let kept = files(&repaired.set_aside.unwrap());
            assert!(kept.iter().any(|(_, bytes)| *bytes == damaged), "{what}: the old one is not kept");
            told.assert_as_before(what);
            assert!(told.repair(false).unwrap().done.is_empty(), "{what}: nothing is left to do");
        }
    }
}

#[test]
fn whatever_is_missing_is_made_again_from_the_rest() {
    for ended in [Ended::InOrder, Ended::Killed] {
        for name in ["MANIFEST", "MANIFEST.2", "vault/keys", "vault/keys.2", "HEAD"] {
            let told = Told::new(ended);
            fs::remove_file(told.path(name)).unwrap();
            assert!(!told.verify().is_sound(), "{name}");
            assert!(told.repair(false).unwrap().after.is_sound(), "{name}");
            told.assert_as_before(name);
        }
        for folder in ["mirror", "snapshots"] {
            let told = Told::new(ended);
            fs::remove_dir_all(told.path(folder)).unwrap();
            assert!(told.verify().is_sound(), "{folder} can be deleted");
            told.assert_as_before(folder);
        }
    }
}

#[test]
fn of_a_journal_that_is_lost_whole_everything_comes_back_but_what_the_mirror_did_not_have_and_that_is_told() {
    let told = Told::new(Ended::InOrder);
    let head = told.verify().head;
    fs::remove_dir_all(told.path("journal")).unwrap();
    let before = files(told.dir.path());
    let Err(RepairError::LossNotAccepted(report)) = told.repair(false) else { panic!("it was mended") };
    let lost = report.lost.clone().unwrap();
    assert_eq!((lost.first, lost.last, lost.known_by.as_str()), (report.head + 1, head, "HEAD"));
    assert!(lost.count() > 0 && lost.count() < 64 && lost.mirrored_through >= report.head);
    assert!(files(told.dir.path()) == before, "nothing was changed");

    let said = Engine::open(told.dir.path(), Options::default()).err().map(|error| error.to_string());
    assert!(said.is_some(), "it is not opened as it is");

    let repaired = told.repair(true).unwrap();
    assert!(repaired.after.is_sound(), "{:?}", repaired.after.faults);
    assert_eq!(repaired.after.head, report.head);
    assert!(repaired.done.iter().any(|done| done.contains("given up")));
    let engine = Engine::open(told.dir.path(), Options::default()).unwrap();
    assert_eq!(engine.head().0, report.head);
}

#[test]
fn a_last_frame_that_is_whole_but_wrong_is_given_up_only_when_that_is_said() {
    for ended in [Ended::InOrder, Ended::Killed] {
        let told = Told::new(ended);
        let head = told.verify().head;
        let (at, end) = *told.frames().last().unwrap();
        told.edit(&told.journal(), |bytes| {
            (bytes[at + 120], bytes[end - 9]) = (!bytes[at + 120], !bytes[end - 9])
        });
        let before = files(told.dir.path());
        let Err(RepairError::LossNotAccepted(report)) = told.repair(false) else { panic!("it was mended") };
        let lost = report.lost.clone().unwrap();
        assert_eq!((lost.first, lost.last), (report.head + 1, head));
        assert!(files(told.dir.path()) == before, "nothing was changed");
        let repaired = told.repair(true).unwrap();
        assert!(repaired.after.is_sound() && repaired.after.head == report.head, "{:?}", repaired.after);
        assert_eq!(Engine::open(told.dir.path(), Options::default()).unwrap().head().0, report.head);
    }
}

#[test]
fn a_journal_cut_short_gets_back_what_the_mirror_has_and_says_the_rest() {
    let told = Told::new(Ended::InOrder);
    let head = told.verify().head;
    let frames = told.frames();
    let (at, _) = frames[frames.len() / 2];
    told.edit(&told.journal(), |bytes| bytes.truncate(at));
    let report = told.verify();
    let lost = report.lost.clone().unwrap();
    assert_eq!(lost.last, head);
    assert!(head - lost.first < 64, "the mirror has nearly all");
    let repaired = told.repair(true).unwrap();
    assert!(
        repaired.after.is_sound() && repaired.after.head == lost.first - 1,
        "{:?}",
        repaired.after.faults
    );
}

#[test]
fn a_mirror_of_another_log_is_set_aside_and_made_anew() {
    let (told, other) = (Told::new(Ended::InOrder), Told::new(Ended::Killed));
    // One block of the middle differs, under the right checksum.
    {
        let db = sled::Config::new().path(told.path("mirror")).open().unwrap();
        let blocks = db.open_tree("blocks").unwrap();
        let (key, value) = blocks.iter().nth(3).unwrap().unwrap();
        let mut value = value.to_vec();
        let end = value.len() - 4;
        value[end - 1] ^= 1;
        let checksum = crc32c::crc32c(&value[..end]);
        value[end..].copy_from_slice(&checksum.to_be_bytes());
        blocks.insert(key, value).unwrap();
    }
    let report = told.verify();
    assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
    assert_eq!((report.faults[0].kind, report.faults[0].mend), (FaultKind::Mirror, Mend::Repair));
    assert!(report.faults[0].position.is_some());
    assert!(told.repair(false).unwrap().after.is_sound());
    told.assert_as_before("a block that differs");
    drop(other);
}

#[test]
fn a_mirror_that_has_forgotten_is_no_fault_and_is_told() {
    let told = Told::new(Ended::InOrder);
    // sled takes such a file for an empty one.
    told.edit(&first_sled_file(&told), |bytes| bytes.fill(7));
    let report = told.verify();
    assert!(report.is_sound() && report.notes.iter().any(|note| note.contains("the mirror ends at event 0")));
    told.assert_as_before("a mirror that has forgotten");
}

#[test]
fn what_only_a_backup_has_is_said_and_nothing_is_made_up() {
    for names in [&["MANIFEST", "MANIFEST.2"][..], &["vault/keys", "vault/keys.2"], &["vault/root.key"]] {
        let told = Told::new(Ended::InOrder);
        names.iter().for_each(|name| fs::remove_file(told.path(name)).unwrap());
        let before = files(told.dir.path());
        let report = told.verify();
        assert!(report.faults.iter().any(|fault| fault.mend == Mend::Backup), "{:?}", report.faults);
        let repaired = told.repair(true).unwrap();
        assert!(!repaired.after.is_sound() && repaired.done.is_empty(), "{:?}", repaired.done);
        assert!(files(told.dir.path()) == before, "{names:?}: something was changed");
    }
}
