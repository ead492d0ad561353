//! Data directories.

use std::fs;

use sigeyi_proof::{HashAlgorithm, Trusted};
use sigeyi_verifier::{EventFault, Fixed, VerifiedDirectory, VerifyError, Wrong, verify_directory};

use crate::invented::*;
use crate::journal::*;

fn small() -> Directory {
    Directory::new(SHA256, &small_log(), 2)
}

fn verify(directory: &Directory, trusted: Option<Trusted>) -> Result<VerifiedDirectory, VerifyError> {
    verify_directory(directory.path(), None, trusted)
}

#[test]
fn a_directory_is_verified() {
    let (log, directory) = (small_log(), small());
    let verified = verify(&directory, Some(trusted(&log))).unwrap();
    assert_eq!((verified.segments, verified.end.events, verified.end.people), (2, 12, 3));
    assert_eq!((verified.end.fixed, verified.end.root), (Fixed::Through(12), tree(&log).root()));
    assert_eq!(verify(&directory, None).unwrap().end.fixed, Fixed::Nowhere);
    let empty = Directory::new(SHA256, &[], 2);
    fs::write(empty.segment(1), [0; 50]).unwrap();
    assert_eq!(verify(&empty, Some(trusted(&[]))).unwrap().end.events, 0);
    let mut other = trusted(&[]);
    other.checkpoint.root = [1; 32];
    assert_eq!(found(verify(&empty, Some(other))), ("journal".to_owned(), Wrong::Root { size: 0 }));
}

#[test]
fn a_directory_of_suite_2_is_verified_with_its_own_hash() {
    let log = written(HashAlgorithm::Sm3, &drafts());
    let directory = Directory::new(HashAlgorithm::Sm3, &log, 2);
    let verified = verify(&directory, None).unwrap();
    assert_eq!((verified.suite, verified.end.events), (2, 12));
    assert_ne!(verified.end.root, tree(&small_log()).root());
    let other = found(verify(&directory, Some(trusted(&small_log())))).1;
    assert_eq!(other, Wrong::Manifest("is of another suite than the key"));
}

#[test]
fn every_altered_byte_of_a_directory_is_found_where_it_is() {
    let (directory, trusted) = (small(), trusted(&small_log()));
    let files = [directory.segment(1), directory.segment(2)].into_iter();
    let files = files.chain(["MANIFEST", "MANIFEST.2"].map(|name| directory.path().join(name)));
    for path in files {
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1 << (at % 8);
            fs::write(&path, &bad).unwrap();
            let error = verify(&directory, Some(trusted.clone())).unwrap_err();
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_there = match &error {
                VerifyError::Wrong { place, .. } => place.to_string().contains(name),
                VerifyError::OtherVersion { .. } | VerifyError::Unreadable { .. } => false,
            };
            assert!(is_there, "{name}, byte {at}: {error:?}");
        }
        fs::write(&path, &good).unwrap();
    }
}

#[test]
fn a_directory_cut_anywhere_is_found() {
    let (directory, trusted) = (small(), trusted(&small_log()));
    for number in [2, 1] {
        let good = fs::read(directory.segment(number)).unwrap();
        for end in 0..good.len() {
            fs::write(directory.segment(number), &good[..end]).unwrap();
            assert!(verify(&directory, Some(trusted.clone())).is_err(), "segment {number}, {end} bytes");
        }
        fs::write(directory.segment(number), &good).unwrap();
    }
}

#[test]
fn zeros_ahead_are_room_and_anything_else_behind_the_frames_is_not() {
    let (directory, trusted) = (small(), trusted(&small_log()));
    let good = fs::read(directory.segment(2)).unwrap();
    fs::write(directory.segment(2), [&good[..], &[0; 5_000]].concat()).unwrap();
    assert!(verify(&directory, Some(trusted.clone())).is_ok());
    fs::write(directory.segment(2), [&good[..], &[0; 5_000], &[1]].concat()).unwrap();
    assert_eq!(found(verify(&directory, Some(trusted))), ("0000000002.log".to_owned(), Wrong::NoFrame));
}

#[test]
fn a_history_made_anew_fits_itself_and_not_the_checkpoint() {
    let log = small_log();
    let mut swapped = drafts();
    let (one, two) = (swapped[2].sealed.clone(), swapped[3].sealed.clone());
    (swapped[2].sealed, swapped[3].sealed) = (two, one);
    let mut dropped = drafts();
    dropped.remove(6);
    for (drafts, wrong) in [
        (swapped, ("event 12".to_owned(), Wrong::Root { size: 12 })),
        (dropped, ("journal".to_owned(), Wrong::Shorter { end: 11, size: 12 })),
    ] {
        let directory = Directory::new(SHA256, &written(SHA256, &drafts), 2);
        assert!(verify(&directory, None).is_ok());
        assert_eq!(found(verify(&directory, Some(trusted(&log)))), wrong);
    }
}

#[test]
fn swapped_ciphertexts_are_found_by_the_chain() {
    let (mut log, mut drafts) = (small_log(), drafts());
    let (one, two) = (drafts[2].sealed.clone(), drafts[3].sealed.clone());
    (drafts[2].sealed, drafts[3].sealed) = (two, one);
    let swapped = written(SHA256, &drafts);
    (log[2], log[3]) = (swapped[2].clone(), swapped[3].clone());
    let directory = Directory::new(SHA256, &log, 2);
    assert_eq!(found(verify(&directory, None)), ("event 5".to_owned(), Wrong::Event(EventFault::Chain)));
}

#[test]
fn an_event_dropped_from_the_end_is_found() {
    let log = small_log();
    let directory = Directory::new(SHA256, &log[..11], 2);
    assert!(verify(&directory, None).is_ok());
    let wrong = found(verify(&directory, Some(trusted(&log))));
    assert_eq!(wrong, ("journal".to_owned(), Wrong::Shorter { end: 11, size: 12 }));
}

#[test]
fn a_smaller_checkpoint_fixes_what_it_is_of() {
    let (log, directory) = (small_log(), small());
    let verified = verify(&directory, Some(trusted(&log[..8]))).unwrap();
    assert_eq!((verified.end.fixed, verified.end.events), (Fixed::Through(8), 12));
    let mut other = small_log();
    other[7][100] ^= 1;
    let wrong = found(verify(&directory, Some(trusted(&other[..8]))));
    assert_eq!(wrong, ("event 8".to_owned(), Wrong::Root { size: 8 }));
}

#[test]
fn a_missing_segment_is_named() {
    let directory = small();
    fs::rename(directory.segment(2), directory.segment(3)).unwrap();
    assert_eq!(found(verify(&directory, None)), ("journal".to_owned(), Wrong::SegmentMissing(2)));
    fs::remove_file(directory.segment(1)).unwrap();
    assert_eq!(found(verify(&directory, None)), ("journal".to_owned(), Wrong::SegmentMissing(1)));
}

/// Checksums only show accidents: here they are put right again after each change.
#[test]
fn what_good_checksums_hide_is_found_in_each_field() {
    let directory = small();
    let good = fs::read(directory.segment(2)).unwrap();
    let mut wrongs = Vec::new();
    for at in (8..92).chain(96..96 + 84) {
        let mut bad = good.clone();
        bad[at] ^= 1;
        if at < 92 {
            reseal_segment(&mut bad);
        } else {
            let length = u32::from_be_bytes(bad[104..108].try_into().unwrap()) as usize;
            // A frame whose length is altered is resealed at its old end.
            let end = if (104..108).contains(&at) { frame_length(&good) } else { length };
            reseal_frame(&mut bad[96..96 + end]);
        }
        fs::write(directory.segment(2), &bad).unwrap();
        let wrong = found(verify(&directory, None)).1;
        if !wrongs.contains(&wrong) {
            wrongs.push(wrong);
        }
    }
    let expected = [
        Wrong::Segment("version is not that of the directory"),
        Wrong::Segment("number is not that of its name"),
        Wrong::Segment("log id is not that of the directory"),
        Wrong::Segment("first position does not follow the segment before"),
        Wrong::Segment("root is not that over the events before it"),
        Wrong::Segment("header has something where zeros are due"),
        Wrong::NoFrame,
        Wrong::Frame("version is not that of the directory"),
        Wrong::Frame("length is out of range"),
        Wrong::Frame("end is behind the end of the file"),
        Wrong::Frame("bytes fail their checksum"),
        Wrong::Frame("log id is not that of the directory"),
        Wrong::Frame("segment number is that of another segment"),
        Wrong::Frame("first position does not follow the frame before"),
        Wrong::Frame("count of events is out of range"),
        Wrong::Frame("tree size is not that after its events"),
        Wrong::Frame("root is not that over the events up to it"),
    ];
    assert_eq!(wrongs, expected);
}

fn frame_length(segment: &[u8]) -> usize {
    u32::from_be_bytes(segment[104..108].try_into().unwrap()) as usize
}

#[test]
fn a_frame_whose_events_do_not_fill_it_is_refused() {
    let directory = small();
    let good = fs::read(directory.segment(2)).unwrap();
    let end = 96 + frame_length(&good);
    for at in [96 + 88, 96 + 89] {
        let mut bad = good.clone();
        bad[at] ^= 1;
        reseal_frame(&mut bad[96..end]);
        fs::write(directory.segment(2), &bad).unwrap();
        let wrong = found(verify(&directory, None));
        let expected = Wrong::Frame("events are not as many as it says");
        assert_eq!(wrong, ("0000000002.log".to_owned(), expected), "byte {at}");
    }
}

#[test]
fn a_directory_of_another_version_is_not_judged() {
    let directory = small();
    for name in ["MANIFEST", "MANIFEST.2"] {
        let json = fs::read_to_string(directory.path().join(name)).unwrap();
        let json = json.lines().next().unwrap().replacen("\"format\":", "\"format\":7", 1);
        let text = format!("{json}\ncrc32c {:08x}\n", crc32c::crc32c(json.as_bytes()));
        fs::write(directory.path().join(name), text).unwrap();
    }
    let error = verify(&directory, None).unwrap_err();
    assert!(matches!(error, VerifyError::OtherVersion { format: 70.., .. }), "{error}");
}

#[test]
fn a_missing_copy_of_the_manifest_is_named() {
    let directory = small();
    fs::remove_file(directory.path().join("MANIFEST.2")).unwrap();
    let wrong = found(verify(&directory, None));
    assert_eq!(wrong, ("MANIFEST.2".to_owned(), Wrong::Manifest("is missing")));
}

#[test]
fn a_frame_that_ends_within_a_commit_is_refused() {
    let log = small_log();
    let directory = Directory::of_frames(SHA256, &[&log[..4], &log[4..]], 2);
    let wrong = found(verify(&directory, None));
    assert_eq!(wrong, ("0000000001.log".to_owned(), Wrong::Event(EventFault::Commit)));
}

#[test]
fn only_the_last_segment_may_be_one_that_was_just_begun() {
    let directory = Directory::new(SHA256, &small_log(), 1);
    fs::write(directory.segment(5), [0; 96]).unwrap();
    assert_eq!(verify(&directory, Some(trusted(&small_log()))).unwrap().segments, 5);
    fs::write(directory.segment(2), [0; 95]).unwrap();
    let wrong = Wrong::Segment("header is not there");
    assert_eq!(found(verify(&directory, None)), ("0000000002.log".to_owned(), wrong));
}

#[test]
fn two_good_manifests_that_differ_are_refused() {
    let directory = small();
    let json = fs::read_to_string(directory.path().join("MANIFEST.2")).unwrap();
    let json = json.lines().next().unwrap().replacen("\"synthetic\":false", "\"synthetic\":true", 1);
    let text = format!("{json}\ncrc32c {:08x}\n", crc32c::crc32c(json.as_bytes()));
    fs::write(directory.path().join("MANIFEST.2"), text).unwrap();
    let wrong = Wrong::Manifest("differs from its other copy");
    assert_eq!(found(verify(&directory, None)), ("MANIFEST.2".to_owned(), wrong));
}
