//! Files that are not what was written: each byte, and entries altered, taken out or put in another order by somebody who knows the format.

use std::path::PathBuf;

use sigeyi_envelope::Position;
use sigeyi_envelope::Suite;
use sigeyi_proof::{HashAlgorithm, sha256};

use super::life::{ACTORS, dir, empty_disk, head_path, open, person, record};
use crate::access_log::entry::{Links, StoredEntry, encode};
use crate::access_log::frame::{Due, begin_frame, seal_frame};
use crate::access_log::segment_header::{SegmentHeader, genesis};
use crate::access_log::{AccessDamage, AccessFault, AccessOpenError, AccessSegmentFile, inspect_access_log};
use crate::disk::{Access, Disk};
use crate::segment::segment_path;
use crate::simulated_disk::SimulatedDisk;
use crate::testing::LOG;

const ENTRIES: u64 = 6;

/// A log of a few entries in one segment, two in a frame.
fn written(is_closed: bool) -> SimulatedDisk {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    for number in (1..=ENTRIES).step_by(2) {
        let pair = [number, number + 1];
        log.append(pair.map(|n| record(n, ACTORS[n as usize % 2], &[n % 3, 5], 40)).to_vec()).unwrap();
    }
    if is_closed {
        log.close().unwrap();
    }
    disk.process_end()
}

fn segment() -> PathBuf {
    segment_path(dir(), 1)
}

/// The same disk with another segment.
fn with(disk: &SimulatedDisk, bytes: &[u8]) -> SimulatedDisk {
    let disk = disk.process_end();
    disk.remove(&segment()).unwrap();
    disk.create(&segment(), Access::Shared).unwrap().append(bytes).unwrap();
    disk
}

fn entries_of(bytes: &[u8]) -> Vec<Vec<u8>> {
    let (mut at, mut next, mut entries) = (96, 1, Vec::new());
    while at < bytes.len() {
        let due = Due { log_id: LOG, segment: 1, first: next };
        let Ok(frame) = due.frame(&bytes[at..], |entry, start| {
            entries.push(bytes[at + start..at + start + entry.len()].to_vec());
            Ok(())
        }) else {
            break;
        };
        (at, next) = (at + frame.length, frame.last + 1);
    }
    entries
}

/// A segment of these entries, with numbers and checksums as they should be.
fn forged(entries: &[Vec<u8>]) -> Vec<u8> {
    let header =
        SegmentHeader { log_id: LOG, number: 1, first: 1, before: genesis(HashAlgorithm::Sha256, LOG) };
    let mut bytes = header.encode().to_vec();
    for (entry, number) in entries.iter().zip(1_u64..) {
        let mut frame = begin_frame(entry.len());
        let start = frame.len();
        frame.extend_from_slice(entry);
        frame[start + 4..start + 12].copy_from_slice(&number.to_be_bytes());
        let hash = sha256(&frame[start..]);
        seal_frame(&mut frame, Due { log_id: LOG, segment: 1, first: number }, 1, &hash);
        bytes.append(&mut frame);
    }
    bytes
}

fn refused(disk: &SimulatedDisk) -> AccessOpenError {
    let found =
        inspect_access_log(disk, dir(), head_path(), LOG, Suite::default()).expect_err("it is altered");
    let opened = open(disk).err().expect("it is altered");
    assert_eq!(found.to_string(), opened.to_string());
    opened
}

fn fault(disk: &SimulatedDisk) -> AccessFault {
    match refused(disk) {
        AccessOpenError::Damaged(AccessDamage { fault, .. }) => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn with_any_bit_turned_it_is_refused_and_nothing_is_cut() {
    for is_closed in [true, false] {
        let disk = written(is_closed);
        let good = disk.read(&segment()).unwrap();
        let end = if is_closed { good.len() } else { good.iter().rposition(|byte| *byte != 0).unwrap() + 1 };
        for at in 0..end {
            let mut bad = good.clone();
            bad[at] ^= 0x20;
            let disk = with(&disk, &bad);
            refused(&disk);
            assert_eq!(disk.read(&segment()).unwrap(), bad, "byte {at}");
        }
    }
}

#[test]
fn a_tail_that_ends_at_any_byte_is_cut_to_whole_groups_and_one_that_was_closed_is_missed() {
    let disk = written(false);
    let good = disk.read(&segment()).unwrap();
    let frames = frame_starts(&good);
    let (last_start, end) = (frames[frames.len() - 2], frames[frames.len() - 1]);
    for cut in last_start..end {
        let disk = with(&disk, &good[..cut]);
        let log = open(&disk).unwrap();
        assert_eq!(log.last(), ENTRIES - 2, "cut at {cut}");
        assert_eq!(log.found().unfinished.is_some(), cut > last_start);
        log.append(vec![record(99, "auditor", &[5], 0)]).unwrap();
        drop(log);
        let log = open(&disk).unwrap();
        assert_eq!(log.of_person(person(5), None, 9).unwrap().entries[0].record.actor.as_ref(), "auditor");
    }
    let closed = written(true);
    let error = refused(&with(&closed, &good[..last_start]));
    assert!(matches!(error, AccessOpenError::Behind { found: 4, known: ENTRIES }), "{error}");
}

fn frame_starts(bytes: &[u8]) -> Vec<usize> {
    let (mut at, mut next, mut starts) = (96, 1, vec![96]);
    while let Ok(frame) = (Due { log_id: LOG, segment: 1, first: next }).header(&bytes[at..]) {
        (at, next) = (at + frame.length, frame.last + 1);
        starts.push(at);
    }
    starts
}

/// By its hash of the entry before, or by links that point at itself or behind it.
#[track_caller]
fn assert_found_at(number: u64, fault: AccessFault) {
    let links = AccessFault::Entry { number, what: "entry before" };
    assert!(fault == AccessFault::Chain { number } || fault == links, "{fault:?}, due at {number}");
}

#[test]
fn an_entry_that_was_altered_taken_out_or_moved_is_found_by_the_chain_although_every_checksum_is_right() {
    let disk = written(true);
    let entries = entries_of(&disk.read(&segment()).unwrap());
    assert_eq!(entries.len() as u64, ENTRIES);
    assert_eq!(open(&with(&disk, &forged(&entries))).unwrap().last(), ENTRIES);

    for altered in 0..entries.len() - 1 {
        // The outcome.
        let mut entries = entries.clone();
        entries[altered][86] = 3;
        let number = altered as u64 + 2;
        assert_eq!(fault(&with(&disk, &forged(&entries))), AccessFault::Chain { number });
    }
    for taken in 0..entries.len() - 1 {
        let mut entries = entries.clone();
        entries.remove(taken);
        assert_found_at(taken as u64 + 1, fault(&with(&disk, &forged(&entries))));
    }
    for moved in 0..entries.len() - 1 {
        let mut entries = entries.clone();
        entries.swap(moved, moved + 1);
        assert_found_at(moved as u64 + 1, fault(&with(&disk, &forged(&entries))));
    }

    // The last one is held by HEAD.access alone.
    let mut altered = entries.clone();
    altered.last_mut().unwrap()[86] = 3;
    assert_eq!(fault(&with(&disk, &forged(&altered))), AccessFault::HeadHash { number: ENTRIES });
    let error = refused(&with(&disk, &forged(&entries[..entries.len() - 1])));
    assert!(matches!(error, AccessOpenError::Behind { found: 5, known: ENTRIES }), "{error}");
    let mut added = entries.clone();
    let links = Links {
        number: ENTRIES + 1,
        before: sha256(entries.last().unwrap()),
        of_actor: 0,
        of_people: Vec::new(),
    };
    let mut one_more = Vec::new();
    encode(&record(9, "auditor", &[], 0), &links, &mut one_more);
    added.push(one_more);
    let beyond = AccessFault::BeyondClosing { closed: ENTRIES, found: ENTRIES + 1 };
    assert_eq!(fault(&with(&disk, &forged(&added))), beyond);
}

#[test]
fn an_entry_that_hides_those_before_it_from_a_question_is_found() {
    let disk = written(true);
    let mut entries = entries_of(&disk.read(&segment()).unwrap());
    // All behind it follow from it, and HEAD.access is lost.
    entries[3][76..84].fill(0);
    for at in 4..entries.len() {
        let before = sha256(&entries[at - 1]);
        entries[at][12..44].copy_from_slice(&before);
    }
    let disk = with(&disk, &forged(&entries));
    disk.remove(head_path()).unwrap();
    assert_eq!(fault(&disk), AccessFault::Entry { number: 4, what: "entry before" });
}

#[test]
fn a_checkpoint_that_is_damaged_or_of_another_history_is_passed_over_and_said() {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    for number in 1..=60 {
        log.append(vec![record(number, ACTORS[number as usize % 3], &[number % 4], 100)]).unwrap();
    }
    log.close().unwrap();
    let segments = AccessSegmentFile::list(&disk, dir()).unwrap().len() as u32;
    assert!(segments > 3);
    let path = dir().join(format!("{:010}.heads", segments - 1));
    let good = disk.read(&path).unwrap();
    let opened = open(&disk).unwrap();
    assert!(opened.found().replayed < 30, "{}", opened.found().replayed);
    let whole = opened.of_person(person(1), None, usize::MAX).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let disk = disk.process_end();
        disk.open_write(&path).unwrap().write_at(0, &bad).unwrap();
        let opened = open(&disk).unwrap();
        assert_eq!((opened.last(), opened.found().replayed), (60, 60), "byte {at}");
        assert_eq!(opened.of_person(person(1), None, usize::MAX).unwrap(), whole);
        let found = inspect_access_log(&disk, dir(), head_path(), LOG, Suite::default()).unwrap();
        assert_eq!(found.bad_checkpoints, std::slice::from_ref(&path));
    }
    disk.remove(&path).unwrap();
    assert_eq!(open(&disk).unwrap().found().replayed, 60);
}

#[test]
fn an_entry_has_the_bytes_that_the_format_draws() {
    let mut record = record(2, "ab", &[0], 3);
    record.office = "o1".into();
    let links = Links { number: 9, before: [3; 32], of_actor: 8, of_people: vec![5] };
    let mut bytes = Vec::new();
    encode(&record, &links, &mut bytes);
    assert_eq!(bytes.len(), 100 + 2 + 2 + 24 + 3);
    assert_eq!(bytes[..4], 131_u32.to_be_bytes());
    assert_eq!(bytes[4..12], 9_u64.to_be_bytes());
    assert_eq!(bytes[12..44], [3; 32]);
    assert_eq!(bytes[44..52], record.recorded_at.to_be_bytes());
    assert_eq!(bytes[52..68], *record.request.as_bytes());
    assert_eq!(bytes[68..76], 14_u64.to_be_bytes());
    assert_eq!(bytes[76..84], 8_u64.to_be_bytes());
    assert_eq!(bytes[84..90], [1, 2, 1, 2, 2, 0]);
    assert_eq!(bytes[90..92], [0, 3]);
    assert_eq!(bytes[92..96], 2_u32.to_be_bytes());
    assert_eq!(bytes[96..100], [0, 1, 0, 0]);
    assert_eq!(&bytes[100..104], b"abo1");
    assert_eq!(bytes[104..120], *person(0).as_bytes());
    assert_eq!(bytes[120..128], 5_u64.to_be_bytes());
    assert_eq!(bytes[128..], [7; 3]);
    let parsed = StoredEntry::parse(&bytes).unwrap();
    assert_eq!((parsed.to_entry().record, parsed.number()), (record, 9));
    assert_eq!(parsed.to_entry().record.position, Position(14));
    let cut = StoredEntry::parse(&bytes[..130]).err();
    assert_eq!(cut, Some("length"));
}
