//! The exported history of one person.

use sigeyi_proof::{Distrust, Ed25519Signer, InclusionError, NoteSigner, Trust};
use sigeyi_verifier::{EventFault, VerifiedPerson, VerifyError, Wrong, verify_person};

use crate::invented::*;
use crate::written::*;

fn verify(lines: &[String]) -> Result<VerifiedPerson, VerifyError> {
    verify_person(&Written::new().file(lines.concat()), &witnessed())
}

/// The same lines with a last one that counts them.
fn recounted(mut lines: Vec<String>) -> Vec<String> {
    lines.pop();
    lines.push(format!("{{\"end\":{}}}\n", lines.len() - 1));
    lines
}

#[test]
fn a_history_is_verified() {
    let log = small_log();
    let verified = verify(&person_lines(&log, 2)).unwrap();
    assert_eq!((verified.person, verified.events, verified.last_position), (person(2), 4, 10));
    assert_eq!(verified.last_leaf, Some(SHA256.leaf(&log[9])));
}

#[test]
fn every_altered_byte_of_a_history_is_found() {
    let written = Written::new();
    for (at, bytes) in altered(person_lines(&small_log(), 3).concat().as_bytes()) {
        assert!(verify_person(&written.file(&bytes), &witnessed()).is_err(), "byte {at}");
    }
}

#[test]
fn an_event_dropped_from_the_beginning_or_the_middle_is_found() {
    for (dropped, expected) in [(1, 1), (2, 2), (3, 3)] {
        let mut lines = person_lines(&small_log(), 2);
        lines.remove(dropped);
        let version = EventFault::Version { expected, found: expected + 1 };
        let position = [2, 7, 9, 10][dropped];
        assert_eq!(found(verify(&recounted(lines))), (format!("event {position}"), Wrong::Event(version)));
    }
}

#[test]
fn a_history_that_ends_early_says_where_it_ends() {
    let mut lines = person_lines(&small_log(), 2);
    let last = lines.remove(4);
    assert_eq!(found(verify(&lines)), ("file 5".to_owned(), Wrong::Count { said: 4, found: 3 }));
    // Whoever makes the file can leave out the newest events: the answer says up to which one it goes, and that no more is proved.
    let verified = verify(&recounted(lines.clone())).unwrap();
    assert_eq!((verified.events, verified.last_position), (3, 9));
    lines.pop();
    assert_eq!(found(verify(&lines)), ("file 4".to_owned(), Wrong::Cut));
    lines.extend(["{\"end\":3}\n".to_owned(), last]);
    assert_eq!(found(verify(&lines)), ("file 6".to_owned(), Wrong::Behind));
}

#[test]
fn events_of_somebody_else_and_events_twice_are_refused() {
    let (log, mut lines) = (small_log(), person_lines(&small_log(), 2));
    lines[1] = person_lines(&log, 1)[1].clone();
    assert_eq!(found(verify(&lines)), ("event 1".to_owned(), Wrong::Event(EventFault::Person)));
    let mut lines = person_lines(&log, 2);
    lines.insert(2, lines[1].clone());
    let twice = EventFault::Version { expected: 2, found: 1 };
    assert_eq!(found(verify(&recounted(lines))), ("event 2".to_owned(), Wrong::Event(twice)));
    let nobody = person_lines(&log, 0);
    assert_eq!(found(verify(&nobody)), ("event 6".to_owned(), Wrong::Event(EventFault::Person)));
}

#[test]
fn swapped_ciphertexts_are_found() {
    let mut drafts = drafts();
    let (one, two) = (drafts[7].sealed.clone(), drafts[8].sealed.clone());
    (drafts[7].sealed, drafts[8].sealed) = (two, one);
    let (log, swapped) = (small_log(), written(SHA256, &drafts));
    // The events of the other log, with the paths and the checkpoint of this one.
    let mut lines = person_lines(&log, 1);
    lines[3] = lines[3].replace(&base64_of(&log[7]), &base64_of(&swapped[7]));
    assert_eq!(found(verify(&lines)), ("file 4".to_owned(), Wrong::Inclusion(InclusionError::Root)));
}

fn base64_of(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

#[test]
fn an_unknown_key_is_refused() {
    let other = Ed25519Signer::from_seed(ORIGIN, &[2; 32]).unwrap();
    let trust = Trust::log(other.verifier_key().clone()).unwrap();
    let written = Written::new();
    let result = verify_person(&written.file(person_lines(&small_log(), 2).concat()), &trust);
    let unsigned = Wrong::Distrust(Distrust::Unsigned { origin: ORIGIN.to_owned() });
    assert_eq!(found(result), ("file 1".to_owned(), unsigned));
}

#[test]
fn an_export_of_the_other_kind_or_a_later_version_is_refused() {
    let lines = person_lines(&small_log(), 2);
    let wrong = |from: &str, to: &str| {
        let mut lines = lines.clone();
        lines[0] = lines[0].replacen(from, to, 1);
        found(verify(&lines))
    };
    assert!(matches!(wrong("\"person\",", "\"log\",").1, Wrong::Line(_)));
    assert!(matches!(wrong("\"version\":1", "\"version\":2").1, Wrong::Line(_)));
    assert!(matches!(wrong("\"suite\":1", "\"suite\":2").1, Wrong::Event(EventFault::Suite { .. })));
    assert!(matches!(wrong("\"suite\"", "\"more\":0,\"suite\"").1, Wrong::Line(_)));
    assert!(matches!(wrong("abcdef\"", "ABCDEF\"").1, Wrong::Line(_)));
}

#[test]
fn events_of_another_suite_and_at_another_position_are_refused() {
    let mut log = small_log();
    log[6][1] = 2;
    let suite = EventFault::Suite { expected: 1, found: 2 };
    assert_eq!(found(verify(&person_lines(&log, 2))), ("event 7".to_owned(), Wrong::Event(suite)));
    let mut log = small_log();
    log[6][11] = 8;
    let position = EventFault::Position { expected: 7, found: 8 };
    assert_eq!(found(verify(&person_lines(&log, 2))), ("event 7".to_owned(), Wrong::Event(position)));
}
