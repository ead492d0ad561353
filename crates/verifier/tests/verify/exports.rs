//! Exports of a whole log.

use sigeyi_proof::SignedCheckpoint;
use sigeyi_verifier::{EventFault, Fixed, VerifiedLog, VerifyError, Wrong, verify_log};

use crate::invented::*;
use crate::written::*;

fn verify(log: &[Vec<u8>], checkpoint: &SignedCheckpoint) -> Result<VerifiedLog, VerifyError> {
    verify_log(&Written::new().file(log_lines(log, checkpoint).concat()), &witnessed())
}

#[test]
fn an_export_is_verified() {
    let log = small_log();
    let end = verify(&log, &checkpoint(&log)).unwrap().end;
    assert_eq!((end.events, end.people, end.root, end.fixed), (12, 3, tree(&log).root(), Fixed::Through(12)));
    let end = verify(&[], &checkpoint(&[])).unwrap().end;
    assert_eq!((end.events, end.fixed), (0, Fixed::Through(0)));
}

#[test]
fn every_altered_byte_of_an_export_is_found() {
    let (log, written) = (&small_log()[..5], Written::new());
    for (at, bytes) in altered(log_lines(log, &checkpoint(log)).concat().as_bytes()) {
        assert!(verify_log(&written.file(&bytes), &witnessed()).is_err(), "byte {at}");
    }
}

#[test]
fn an_event_dropped_from_the_middle_is_found() {
    let (log, mut dropped) = (small_log(), small_log());
    dropped.remove(6);
    let position = EventFault::Position { expected: 7, found: 8 };
    assert_eq!(found(verify(&dropped, &checkpoint(&log))), ("event 7".to_owned(), Wrong::Event(position)));
    // Also when all the rest is made anew, so that it fits itself.
    let mut drafts = drafts();
    drafts.remove(6);
    let wrong = found(verify(&written(SHA256, &drafts), &checkpoint(&log)));
    assert_eq!(wrong, ("file".to_owned(), Wrong::Shorter { end: 11, size: 12 }));
}

#[test]
fn an_event_dropped_from_the_end_is_found() {
    let log = small_log();
    let wrong = found(verify(&log[..11], &checkpoint(&log)));
    assert_eq!(wrong, ("file".to_owned(), Wrong::Shorter { end: 11, size: 12 }));
}

#[test]
fn events_that_the_checkpoint_does_not_fix_are_refused() {
    let log = small_log();
    let wrong = found(verify(&log, &checkpoint(&log[..11])));
    assert_eq!(wrong, ("event 12".to_owned(), Wrong::Longer { size: 11 }));
    // Where the root is another as well, that comes before it.
    let mut other = small_log();
    other[10][100] ^= 1;
    let wrong = found(verify(&log, &checkpoint(&other[..11])));
    assert_eq!(wrong, ("event 11".to_owned(), Wrong::Root { size: 11 }));
}

#[test]
fn swapped_ciphertexts_are_found_although_everything_else_was_made_anew() {
    let (log, mut drafts) = (small_log(), drafts());
    let (one, two) = (drafts[2].sealed.clone(), drafts[3].sealed.clone());
    (drafts[2].sealed, drafts[3].sealed) = (two, one);
    let wrong = found(verify(&written(SHA256, &drafts), &checkpoint(&log)));
    assert_eq!(wrong, ("event 12".to_owned(), Wrong::Root { size: 12 }));
    // Where the chains were not made anew, the first event that shows it is named: person 3's next one.
    let mut halves = log.clone();
    halves[3] = written(SHA256, &drafts)[3].clone();
    let wrong = found(verify(&halves, &checkpoint(&log)));
    assert_eq!(wrong, ("event 5".to_owned(), Wrong::Event(EventFault::Chain)));
}

/// Each rule that an event must keep by those before it, broken by itself: the rest is made anew, and signed by the log itself.
#[test]
fn what_does_not_fit_the_events_before_it_is_named() {
    let wrong = |change: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut log = small_log();
        change(&mut log);
        found(verify(&log, &checkpoint(&log)))
    };
    let event = |position: u64, fault| (format!("event {position}"), Wrong::Event(fault));
    // Byte 1 is the suite, 28 to 31 the version, 76 to 83 the recorded time, 120 the index in the commit.
    let suite = EventFault::Suite { expected: 1, found: 2 };
    assert_eq!(wrong(&|log| log[5][1] = 2), event(6, suite));
    assert_eq!(wrong(&|log| log[5][31] = 1), event(6, EventFault::Nobody));
    assert_eq!(wrong(&|log| log[5][82] -= 1), event(6, EventFault::RecordedTime));
    assert_eq!(wrong(&|log| log[4][120] = 0), event(5, EventFault::Commit));
    assert_eq!(wrong(&|log| log[4][100] ^= 1), event(5, EventFault::Commit));
    assert_eq!(wrong(&|log| log[4][110] ^= 1), event(5, EventFault::Commit));
    assert_eq!(wrong(&|log| log[11][71] ^= 1), event(12, EventFault::Chain));
    assert_eq!(wrong(&|log| log[11][39] -= 1), event(12, EventFault::Chain));
    let version = EventFault::Version { expected: 3, found: 4 };
    assert_eq!(wrong(&|log| log[11][31] = 4), event(12, version));
    // The end of a log is the end of a commit.
    let (file, cut) = (String::from("file"), wrong(&|log| log.truncate(9)));
    assert_eq!(cut, (file, Wrong::Event(EventFault::Commit)));
}

#[test]
fn a_line_that_is_too_long_is_refused() {
    let log = small_log();
    let mut lines = log_lines(&log, &checkpoint(&log));
    lines[3] = format!("{{\"position\":3,\"stored\":\"{}\"}}\n", "A".repeat(20_000));
    let wrong = found(verify_log(&Written::new().file(lines.concat()), &trust()));
    assert!(matches!(&wrong, (place, Wrong::Line(_)) if place == "file 4"), "{wrong:?}");
}

#[test]
fn a_line_that_does_not_say_what_its_event_says_is_refused() {
    let log = small_log();
    let wrong = |from: &str, to: &str| {
        let mut lines = log_lines(&log, &checkpoint(&log));
        lines[7] = lines[7].replacen(from, to, 1);
        found(verify_log(&Written::new().file(lines.concat()), &trust()))
    };
    let position = EventFault::Position { expected: 8, found: 7 };
    assert_eq!(wrong("\"position\":7", "\"position\":8"), ("event 7".to_owned(), Wrong::Event(position)));
    let (place, wrong) = wrong("}", ",\"path\":[]}");
    assert!(place == "event 7" && matches!(wrong, Wrong::Line(_)), "{place}: {wrong}");
}
