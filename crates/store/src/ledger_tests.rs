//! Two copies, and what one can lose.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use uuid::Uuid;

use crate::disk::{Disk, RealDisk};
use crate::ledger::{CopyState, TwinError, TwinFile, twin_bytes, twin_header, twin_payloads};
use crate::ledger_merge::{encode_header, encode_record, merge};
use crate::simulated_disk::SimulatedDisk;
use crate::testing::{FaultyDisk, LOG};
use crate::version::OtherVersion;

fn payloads(count: u8) -> Vec<Vec<u8>> {
    (0..count).map(|n| vec![n; 5 + 20 * n as usize]).collect()
}

fn open(dir: &Path) -> Result<Vec<Vec<u8>>, TwinError> {
    TwinFile::open(&RealDisk, dir, "keys", LOG).map(|(_, payloads)| payloads)
}

/// A twin file with records, and the paths of its copies.
fn made(records: u8) -> (tempfile::TempDir, [PathBuf; 2]) {
    let dir = tempfile::tempdir().unwrap();
    let (mut twin, found) = TwinFile::open(&RealDisk, dir.path(), "keys", LOG).unwrap();
    assert!(found.is_empty());
    payloads(records).iter().for_each(|payload| twin.append(payload).unwrap());
    let paths = [dir.path().join("keys"), dir.path().join("keys.2")];
    (dir, paths)
}

#[test]
fn records_come_back_and_both_copies_are_private() {
    let (dir, paths) = made(4);
    assert_eq!(open(dir.path()).unwrap(), payloads(4));
    for path in &paths {
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(fs::read(&paths[0]).unwrap(), fs::read(&paths[1]).unwrap());
    let (mut twin, _) = TwinFile::open(&RealDisk, dir.path(), "keys", LOG).unwrap();
    twin.append(&payloads(5)[4]).unwrap();
    assert_eq!(open(dir.path()).unwrap(), payloads(5));
}

#[test]
fn any_byte_altered_in_one_copy_is_mended_from_the_other() {
    let (dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    for path in &paths {
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 2;
            fs::write(path, bad).unwrap();
            assert_eq!(open(dir.path()).unwrap(), payloads(3), "byte {at}");
            assert_eq!(fs::read(path).unwrap(), good);
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

#[test]
fn one_copy_cut_anywhere_or_gone_is_completed() {
    let (dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    for path in &paths {
        for end in 0..good.len() {
            fs::write(path, &good[..end]).unwrap();
            assert_eq!(open(dir.path()).unwrap(), payloads(3));
            assert_eq!(fs::read(path).unwrap(), good);
        }
        fs::remove_file(path).unwrap();
        assert_eq!(open(dir.path()).unwrap(), payloads(3));
        assert_eq!(fs::read(path).unwrap(), good);
    }
}

#[test]
fn different_records_damaged_in_the_two_copies_are_both_mended() {
    let (dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    for (path, at) in paths.iter().zip([40, good.len() - 1]) {
        let mut bad = good.clone();
        bad[at] ^= 2;
        fs::write(path, bad).unwrap();
    }
    assert_eq!(open(dir.path()).unwrap(), payloads(3));
    assert!(paths.iter().all(|path| fs::read(path).unwrap() == good));
}

#[test]
fn a_last_record_torn_in_both_copies_is_cut() {
    let (dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    let kept = good.len() - (8 + payloads(3)[2].len() + 4);
    for end in kept..good.len() {
        fs::write(&paths[0], &good[..end]).unwrap();
        fs::write(&paths[1], &good[..kept]).unwrap();
        assert_eq!(open(dir.path()).unwrap(), payloads(2), "cut at {end}");
        assert!(paths.iter().all(|path| fs::read(path).unwrap() == good[..kept]));
    }
    let mut zeroed = good.clone();
    zeroed[kept..].fill(0);
    fs::write(&paths[0], &zeroed).unwrap();
    assert_eq!(open(dir.path()).unwrap(), payloads(2));
}

#[test]
fn a_record_damaged_in_both_copies_is_refused_and_nothing_is_changed() {
    let (dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    // Each byte of the middle record and of the last one, in each copy another.
    for at in 32 + 17..good.len() {
        let other = if at + 1 < good.len() { at + 1 } else { at - 1 };
        let bad = [at, other].map(|at| {
            let mut bad = good.clone();
            bad[at] ^= 2;
            bad
        });
        paths.iter().zip(&bad).for_each(|(path, bad)| fs::write(path, bad).unwrap());
        match open(dir.path()) {
            Err(TwinError::Damaged { .. }) => {
                assert!(paths.iter().zip(&bad).all(|(path, bad)| fs::read(path).unwrap() == *bad));
            }
            // Neighbours in two records: each is whole in the other copy.
            Ok(found) => assert_eq!(found, payloads(3), "byte {at}"),
            Err(error) => panic!("{error}"),
        }
    }
    // A length that points past the end does not make the records behind it a torn one.
    let mut long = good.clone();
    long[32 + 4 + 1] = 0x0f;
    paths.iter().for_each(|path| fs::write(path, &long).unwrap());
    assert!(matches!(open(dir.path()), Err(TwinError::Damaged { offset: 32, .. })));
}

#[test]
fn two_whole_records_that_differ_are_refused() {
    let (dir, paths) = made(2);
    let other = tempfile::tempdir().unwrap();
    let (mut twin, _) = TwinFile::open(&RealDisk, other.path(), "keys", LOG).unwrap();
    twin.append(&payloads(1)[0]).unwrap();
    twin.append(&[9; 25]).unwrap();
    fs::copy(other.path().join("keys"), &paths[1]).unwrap();
    assert!(matches!(open(dir.path()), Err(TwinError::Damaged { offset: 49, .. })));
}

#[test]
fn a_file_of_another_log_or_format_is_refused() {
    let (dir, paths) = made(1);
    let other = TwinFile::open(&RealDisk, dir.path(), "keys", Uuid::nil()).err().unwrap();
    assert!(matches!(other, TwinError::OtherLog { found: LOG, .. }));
    for path in &paths {
        let mut bytes = fs::read(path).unwrap();
        bytes[8] = 99;
        let checksum = crc32c::crc32c(&bytes[..28]);
        bytes[28..32].copy_from_slice(&checksum.to_be_bytes());
        fs::write(path, bytes).unwrap();
    }
    let other = OtherVersion { format: 99, preview: 0 };
    assert!(matches!(open(dir.path()), Err(TwinError::OtherVersion(found)) if found == other));
}

#[test]
fn a_failed_append_poisons_and_the_next_start_knows_what_is_there() {
    // (append that tears, sync that fails, records after): a record counts when it is whole in one copy.
    for (write_in, sync_in, records) in [(1, 0, 1), (2, 0, 2), (0, 1, 2), (0, 2, 2)] {
        let dir = tempfile::tempdir().unwrap();
        let (disk, faults) = FaultyDisk::new();
        let (mut twin, _) = TwinFile::open(&*disk, dir.path(), "keys", LOG).unwrap();
        twin.append(&payloads(1)[0]).unwrap();
        faults.write_in.store(write_in, Ordering::SeqCst);
        faults.sync_in.store(sync_in, Ordering::SeqCst);
        assert!(matches!(twin.append(&payloads(2)[1]), Err(TwinError::Io(_))));
        assert!(matches!(twin.append(&payloads(2)[1]), Err(TwinError::Poisoned)));
        assert_eq!(open(dir.path()).unwrap(), payloads(records));
        let [one, two] = ["keys", "keys.2"].map(|name| RealDisk.read(&dir.path().join(name)).unwrap());
        assert_eq!(one, two);
    }
}

#[test]
fn a_single_copy_counts_only_when_it_is_whole() {
    let (_dir, paths) = made(3);
    let good = fs::read(&paths[0]).unwrap();
    assert_eq!(twin_bytes(LOG, 0, &payloads(3)), good);
    assert_eq!(twin_payloads(&good, LOG, &paths[0]).unwrap(), payloads(3));
    twin_payloads(&good, Uuid::nil(), &paths[0]).unwrap_err();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 2;
        assert!(twin_payloads(&bad, LOG, &paths[0]).is_err(), "byte {at}");
    }
    let whole: Vec<usize> =
        (0..good.len()).filter(|end| twin_payloads(&good[..*end], LOG, &paths[0]).is_ok()).collect();
    let ends: Vec<usize> = (0..3).map(|records| twin_bytes(LOG, 0, &payloads(records)).len()).collect();
    assert_eq!(whole, ends, "only where a record ends");
}

/// One process is killed while it appends, the next while it mends what that has left; the third reads what may be in the cache alone.
#[test]
fn a_record_that_was_read_after_two_kills_is_there_after_a_cut() {
    let dir = Path::new("/vault");
    let made = SimulatedDisk::new(Path::new("/"));
    TwinFile::open(&made, dir, "keys", LOG).unwrap().0.append(&payloads(1)[0]).unwrap();
    let mut was_read = 0;
    for (first, second) in (1..=4).flat_map(|first| (1..=16).map(move |second| (first, second))) {
        let disk = made.process_end();
        let (mut twin, _) = TwinFile::open(&disk, dir, "keys", LOG).unwrap();
        disk.freeze_at(disk.operations() + first);
        let _ = twin.append(&payloads(2)[1]);
        let disk = disk.process_end();
        disk.freeze_at(second);
        let _ = TwinFile::open(&disk, dir, "keys", LOG);
        let disk = disk.process_end();
        let (_, read) = TwinFile::open(&disk, dir, "keys", LOG).unwrap();
        was_read += read.len() - 1;
        for seed in 0..20 {
            let (_, found) = TwinFile::open(&disk.power_cut(seed), dir, "keys", LOG).unwrap();
            assert_eq!(found, read, "killed at {first} and {second}, seed {seed}");
        }
    }
    assert!(was_read > 0);
}

#[test]
fn a_last_record_of_which_any_sectors_were_not_written_is_cut_and_one_that_was_altered_is_refused() {
    let merged = |one: &[u8], two: &[u8]| {
        merge(one, two, LOG, Path::new("keys"))
            .map(|merged| merged.bytes.len())
            .map_err(|error| error.to_string())
    };
    // Wherever a sector ends within the head of the record; the length is one that may look like a shorter one.
    for first in 460..475 {
        let mut good = encode_header(LOG, 0).to_vec();
        good.extend(encode_record(&vec![1; first]));
        let kept = good.len();
        good.extend(encode_record(&[2; 1_100]));
        let sectors: Vec<_> = (kept / 512..good.len().div_ceil(512)).collect();
        for lost in 1..1_u32 << sectors.len() {
            let mut torn = good.clone();
            for (_, sector) in sectors.iter().enumerate().filter(|(index, _)| lost >> index & 1 == 1) {
                let (start, end) = ((sector * 512).max(kept), ((sector + 1) * 512).min(good.len()));
                torn[start..end].fill(0);
            }
            assert_eq!(merged(&torn, &good[..kept]), Ok(kept), "{first} {lost:b}");
            assert_eq!(merged(&torn, &good), Ok(good.len()));
            // The first copy is synced before the second is touched.
            let is_refused = merged(&good[..kept], &torn).is_err();
            assert!(is_refused || torn[kept..].iter().all(|byte| *byte == 0), "{first} {lost:b}");
        }
        for at in (kept..good.len()).step_by(37) {
            let mut altered = good.clone();
            altered[at] ^= 4;
            assert!(merged(&altered, &good[..kept]).is_err(), "{first} byte {at}");
        }
    }
}

/// What the second generation has in these tests.
fn rewritten() -> Vec<Vec<u8>> {
    (0..3).map(|n| vec![0x80 | n; 700 + n as usize]).collect()
}

#[test]
fn a_file_is_rewritten_in_both_copies_and_goes_on() {
    let (dir, paths) = made(2);
    let (mut twin, _) = TwinFile::open(&RealDisk, dir.path(), "keys", LOG).unwrap();
    assert_eq!(twin.generation(), 0);
    twin.replace(&RealDisk, &rewritten()).unwrap();
    assert_eq!(twin.generation(), 1);
    twin.append(&payloads(1)[0]).unwrap();
    let expected = [rewritten(), payloads(1)].concat();
    for path in &paths {
        let bytes = fs::read(path).unwrap();
        assert_eq!(bytes, twin_bytes(LOG, 1, &expected));
        assert_eq!(twin_header(&bytes[..32]), Some((LOG, 1)));
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (twin, found) = TwinFile::open(&RealDisk, dir.path(), "keys", LOG).unwrap();
    assert_eq!((twin.generation(), found), (1, expected));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn a_rewriting_that_is_cut_off_anywhere_leaves_one_generation_whole() {
    let dir = Path::new("/vault");
    let made = SimulatedDisk::new(Path::new("/"));
    let (mut twin, _) = TwinFile::open(&made, dir, "keys", LOG).unwrap();
    payloads(3).iter().for_each(|payload| twin.append(payload).unwrap());
    let mut seen = [0; 2];
    for boundary in 1.. {
        let disk = made.process_end();
        let (mut twin, _) = TwinFile::open(&disk, dir, "keys", LOG).unwrap();
        disk.freeze_at(disk.operations() + boundary);
        let is_done = twin.replace(&disk, &rewritten()).is_ok();
        for (is_killed, seed) in [(true, 0)].into_iter().chain((0..40).map(|seed| (false, seed))) {
            let disk = if is_killed { disk.process_end() } else { disk.power_cut(seed) };
            let inspected = TwinFile::inspect(&disk, dir, "keys", LOG).unwrap();
            // The start after it may be cut off too.
            let again = disk.process_end();
            again.freeze_at(again.operations() + 1 + seed % 9);
            let _ = TwinFile::open(&again, dir, "keys", LOG);
            for (disk, is_as_inspected) in [(disk, true), (again.power_cut(seed + 1), false)] {
                let (mut twin, found) = TwinFile::open(&disk, dir, "keys", LOG).unwrap();
                let generation = twin.generation();
                assert!(
                    !is_as_inspected || (generation, &found) == (inspected.generation, &inspected.payloads)
                );
                assert_eq!(
                    found,
                    if generation == 0 { payloads(3) } else { rewritten() },
                    "{boundary} {seed}"
                );
                assert!(generation == 1 || !is_done, "what was done stays");
                seen[usize::from(generation)] += 1;
                twin.append(b"one more").unwrap();
                let after = TwinFile::inspect(&disk.power_cut(seed), dir, "keys", LOG).unwrap();
                assert!(after.copies.iter().all(|(_, state)| *state == CopyState::Whole));
                assert_eq!(after.payloads.len(), 4);
            }
        }
        if is_done {
            break;
        }
    }
    assert!(seen.iter().all(|times| *times > 40), "{seen:?}");
}

#[test]
fn of_two_generations_the_newer_counts_and_must_be_whole_by_itself() {
    let (dir, paths) = made(3);
    let new = twin_bytes(LOG, 1, &rewritten());
    for (newer, older) in [(0, 1), (1, 0)] {
        for (at, old) in [(None, payloads(3)), (Some(new.len() - 1), payloads(3)), (Some(40), rewritten())] {
            let mut bytes = new.clone();
            at.into_iter().for_each(|at| bytes[at] ^= 2);
            fs::write(&paths[newer], &bytes).unwrap();
            fs::write(&paths[older], twin_bytes(LOG, 0, &old)).unwrap();
            match (at, open(dir.path())) {
                (None, found) => assert_eq!(found.unwrap(), rewritten()),
                (Some(_), Err(TwinError::Damaged { .. })) => {
                    assert_eq!(fs::read(&paths[newer]).unwrap(), bytes)
                }
                (Some(at), other) => panic!("{at}: {other:?}"),
            }
        }
    }
}
