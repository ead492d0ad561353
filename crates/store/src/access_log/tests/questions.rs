//! Who has looked at a person, whom has somebody looked at: pages, restarts, and readers beside a writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::life::{ACTORS, dir, empty_disk, numbers_of, open, options, person, record};
use crate::access_log::{
    ACCESS_PEOPLE_MAX, ACCESS_REASON_BYTES_MAX, AccessAppendError, AccessLog, AccessLogOptions,
    AccessReadError,
};
use crate::disk::Disk;
use crate::testing::FaultyDisk;

#[test]
fn pages_of_any_length_give_every_entry_once_newest_first() {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    for number in 1..=90 {
        log.append(vec![record(number, ACTORS[number as usize % 3], &[number % 4, 5], 60)]).unwrap();
    }
    drop(log);
    let log = open(&disk).unwrap();
    let of_person: Vec<u64> = (1..=90).rev().filter(|number| number % 4 == 2).collect();
    let of_actor: Vec<u64> = (1..=90).rev().filter(|number| number % 3 == 1).collect();
    for limit in [1, 2, 7, 30, 1_000] {
        let pages = |page: &dyn Fn(Option<u64>) -> crate::AccessLogPage| {
            let (mut after, mut found) = (None, Vec::new());
            loop {
                let page = page(after);
                assert!(page.entries.len() <= limit);
                found.extend(numbers_of(&page.entries));
                after = found.last().copied();
                if !page.has_more {
                    return found;
                }
            }
        };
        assert_eq!(pages(&|after| log.of_person(person(2), after, limit).unwrap()), of_person);
        assert_eq!(pages(&|after| log.of_actor(ACTORS[1], after, limit).unwrap()), of_actor);
    }
    assert_eq!(log.of_person(person(77), None, 9).unwrap().entries, []);
    assert_eq!(log.of_actor("nobody", None, 9).unwrap().entries, []);
    // What came later does not move what comes after a cursor.
    let page = log.of_person(person(2), None, 3).unwrap();
    log.append(vec![record(91, "auditor", &[2], 0)]).unwrap();
    let after = numbers_of(&page.entries)[2];
    let next = numbers_of(&log.of_person(person(2), Some(after), 2).unwrap().entries);
    assert_eq!(next, of_person[3..5]);
}

#[test]
fn a_cursor_that_is_none_of_the_list_is_refused() {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    log.append(vec![record(1, "auditor", &[1], 0), record(2, "auditor", &[2], 0)]).unwrap();
    for cursor in [0, 2, 3, u64::MAX] {
        let error = log.of_person(person(1), Some(cursor), 9).unwrap_err();
        assert!(matches!(error, AccessReadError::NotOfThese(found) if found == cursor), "{error}");
    }
    assert!(log.of_actor("counsellor-1", Some(1), 9).is_err());
    assert_eq!(log.of_person(person(1), Some(1), 9).unwrap().entries, []);
}

#[test]
fn whoever_is_named_twice_is_written_once_and_what_fits_no_entry_is_refused() {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    log.append(vec![record(1, "auditor", &[1, 2, 1, 1], 0)]).unwrap();
    let found = log.of_person(person(1), None, 9).unwrap();
    assert_eq!(found.entries[0].record.people, [person(1), person(2)]);
    let many: Vec<u64> = (0..=ACCESS_PEOPLE_MAX as u64).collect();
    for (misfit, what) in [
        (record(2, "", &[], 0), "actor"),
        (record(2, &"a".repeat(65), &[], 0), "actor"),
        (record(2, "auditor", &many, 0), "people"),
        (record(2, "auditor", &[], ACCESS_REASON_BYTES_MAX + 1), "reason"),
    ] {
        let error = log.append(vec![misfit]).unwrap_err();
        assert!(matches!(error, AccessAppendError::Misfit { what: found } if found == what), "{error}");
    }
    assert!(matches!(log.append(Vec::new()), Err(AccessAppendError::Group { .. })));
    log.append(vec![record(2, "auditor", &many[1..], ACCESS_REASON_BYTES_MAX)]).unwrap();
    assert_eq!(log.last(), 2);
    assert_eq!(numbers_of(&open(&disk).unwrap().of_person(person(1), None, 9).unwrap().entries), [2, 1]);
}

#[test]
fn a_directory_that_is_only_asked_gets_no_file() {
    let disk = empty_disk();
    let log = open(&disk).unwrap();
    assert_eq!(log.of_person(person(1), None, 9).unwrap().entries, []);
    log.save_head().unwrap();
    log.close().unwrap();
    assert_eq!(disk.operations(), 0);
    assert!(!disk.exists(dir()).unwrap());
}

#[test]
fn a_group_of_many_is_one_sync_and_readers_beside_the_writer_see_whole_groups() {
    let folder = tempfile::tempdir().unwrap();
    let (disk, faults) = FaultyDisk::new();
    let options = AccessLogOptions {
        dir: folder.path().join("access"),
        head_path: folder.path().join("HEAD.access"),
        ahead_bytes: 1 << 20,
        segment_bytes_max: 40_000,
        ..options()
    };
    let log = AccessLog::open(disk, options).unwrap();
    log.append(vec![record(1, "auditor", &[1], 0)]).unwrap();
    let before = faults.syncs.load(Ordering::SeqCst);
    log.append((2..=65).map(|number| record(number, "auditor", &[number % 5], 0)).collect()).unwrap();
    assert_eq!(faults.syncs.load(Ordering::SeqCst) - before, 1);

    let (log, is_over) = (Arc::new(log), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for group in 0..150_u64 {
                let from = 66 + group * 3;
                log.append((from..from + 3).map(|n| record(n, "counsellor-1", &[9], 50)).collect()).unwrap();
            }
            is_over.store(true, Ordering::SeqCst);
        });
        let mut seen = 0;
        loop {
            let was_over = is_over.load(Ordering::SeqCst);
            let found = numbers_of(&log.of_person(person(9), None, usize::MAX).unwrap().entries);
            assert!(found.len() >= seen && found.len().is_multiple_of(3), "{}", found.len());
            assert!(found.iter().copied().eq((66..66 + found.len() as u64).rev()));
            seen = found.len();
            if was_over {
                assert_eq!(seen, 450);
                break;
            }
        }
    });
}
