//! Proof files.

use sigeyi_proof::{Distrust, Ed25519Signer, InclusionError, LogProof, NotProved, NoteSigner, Trust};
use sigeyi_verifier::{EventFault, Wrong, verify_proof};

use crate::invented::*;
use crate::written::*;

#[test]
fn an_event_of_the_log_is_verified() {
    let (log, written) = (small_log(), Written::new());
    for index in 0..log.len() {
        let event = verify_proof(&written.file(proof(&log, index).to_string()), &witnessed()).unwrap();
        assert_eq!(event.position, index as u64 + 1);
        assert_eq!(event.person, person(drafts()[index].person));
        assert_eq!(event.trusted.witnesses, [("witness.example/1".to_owned(), 1_700_000_000)]);
    }
}

#[test]
fn every_altered_byte_of_a_proof_file_is_found() {
    let (log, written) = (small_log(), Written::new());
    for (at, bytes) in altered(proof(&log, 4).to_string().as_bytes()) {
        assert!(verify_proof(&written.file(&bytes), &witnessed()).is_err(), "byte {at}");
    }
}

#[test]
fn a_proof_is_of_its_own_event_alone() {
    let (log, written) = (small_log(), Written::new());
    let verify = |proof: LogProof| found(verify_proof(&written.file(proof.to_string()), &trust())).1;
    let other = LogProof { extra: Some(log[5].clone()), ..proof(&log, 4) };
    assert_eq!(verify(other), Wrong::NotProved(NotProved::Inclusion(InclusionError::Root)));
    assert_eq!(verify(LogProof { extra: None, ..proof(&log, 4) }), Wrong::NoEvent);
    let behind = LogProof { index: 12, ..proof(&log, 4) };
    let out = InclusionError::OutOfTree { index: 12, size: 12 };
    assert_eq!(verify(behind), Wrong::NotProved(NotProved::Inclusion(out)));
}

#[test]
fn an_event_that_stands_elsewhere_than_it_says_is_refused() {
    let mut log = small_log();
    log.swap(4, 5);
    let wrong = found(verify_proof(&Written::new().file(proof(&log, 4).to_string()), &trust())).1;
    assert_eq!(wrong, Wrong::Event(EventFault::Position { expected: 5, found: 6 }));
}

#[test]
fn an_unknown_key_and_another_origin_are_refused() {
    let written = Written::new();
    let file = written.file(proof(&small_log(), 4).to_string());
    let trust = |origin: &str, seed| {
        Trust::log(Ed25519Signer::from_seed(origin, &seed).unwrap().verifier_key().clone()).unwrap()
    };
    let distrust = |trust: &Trust| match found(verify_proof(&file, trust)).1 {
        Wrong::NotProved(NotProved::Checkpoint(distrust)) => distrust,
        wrong => panic!("{wrong}"),
    };
    assert_eq!(distrust(&trust(ORIGIN, [2; 32])), Distrust::Unsigned { origin: ORIGIN.to_owned() });
    let (expected, found) = ("other.example".to_owned(), ORIGIN.to_owned());
    assert_eq!(distrust(&trust("other.example", [1; 32])), Distrust::Origin { expected, found });
}

#[test]
fn an_event_of_another_suite_than_the_key_is_refused() {
    let mut log = small_log();
    log[4][1] = 2;
    let wrong = found(verify_proof(&Written::new().file(proof(&log, 4).to_string()), &trust())).1;
    assert_eq!(wrong, Wrong::Event(EventFault::Suite { expected: 1, found: 2 }));
}
