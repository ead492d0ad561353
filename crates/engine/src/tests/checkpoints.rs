//! Whatever was signed stays true, or the log does not open.

use std::{collections::HashMap, fs, path::Path};

use sigeyi_proof::{
    HashAlgorithm, LogProof, SignatureType, SignedCheckpoint, Trust, VerifierKey, verify_consistency,
};
use tempfile::TempDir;

use super::{
    any::{PEOPLE, certificate, enrolment, seventeen, verification},
    world::{send, submission},
};
use crate::{
    CheckpointError, CheckpointOptions, Engine, FaultKind, OpenError, Options, Position, ProofError, Suite,
    VerifyOptions, declare_fork, verify,
};

const SHA: HashAlgorithm = HashAlgorithm::Sha256;

pub(super) fn signing(origin: Option<&str>) -> Options {
    let checkpoints = CheckpointOptions {
        make_key: true,
        origin: origin.map(str::to_owned),
        ..CheckpointOptions::default()
    };
    Options { create: true, checkpoints, ..Options::default() }
}

pub(super) fn open(dir: &Path) -> Result<Engine, OpenError> {
    Engine::open(dir, signing(None))
}

/// Everybody is enrolled, and somebody is verified again and again.
pub(super) fn record(engine: &Engine, from: u128, commands: u128) {
    for number in from..from + commands {
        let who = number as usize % PEOPLE;
        let command = match number < PEOPLE as u128 {
            true => enrolment(certificate(&seventeen(who), "42")),
            false => verification(),
        };
        send(engine, &submission(number + 1, who, command)).unwrap();
    }
}

/// A directory with so many commands, closed.
pub(super) fn with(commands: u128) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    record(&open(dir.path()).unwrap(), 0, commands);
    dir
}

pub(super) fn stored(dir: &Path) -> SignedCheckpoint {
    SignedCheckpoint::parse(&fs::read(dir.join("CHECKPOINT")).unwrap()).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

pub(super) fn copied(dir: &TempDir) -> TempDir {
    let other = tempfile::tempdir().unwrap();
    copy(dir.path(), other.path());
    other
}

fn refusal(dir: &Path) -> CheckpointError {
    match open(dir) {
        Err(OpenError::Checkpoint(error)) => error,
        Err(error) => panic!("another refusal: {error:?}"),
        Ok(_) => panic!("it opens"),
    }
}

pub(super) fn take_checkpoint(from: &Path, to: &Path) {
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn every_event_is_proved_in_the_checkpoint_that_the_log_has_signed() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path()).unwrap();
    record(&engine, 0, 600);
    let published = engine.sign_checkpoint().unwrap().unwrap();
    let size = published.checkpoint().size;
    assert_eq!(size, engine.head().0);
    let trust = Trust::log(engine.log_key().unwrap().clone()).unwrap();
    for position in 1..=size {
        let proof = engine.proof(Position(position)).unwrap().to_string();
        let proof = LogProof::parse(proof.as_bytes()).unwrap();
        let event = proof.extra.clone().unwrap();
        proof.verify(&event, &trust).unwrap();
    }
    assert!(matches!(engine.proof(Position(size + 1)), Err(ProofError::Beyond { .. })));
    assert!(matches!(engine.proof(Position(0)), Err(ProofError::Beyond { .. })));
}

#[test]
fn each_checkpoint_goes_on_from_each_before_it_also_after_restarts() {
    let dir = tempfile::tempdir().unwrap();
    let mut roots = HashMap::new();
    for round in 0..4 {
        let engine = open(dir.path()).unwrap();
        record(&engine, round * 150, 150);
        let published = engine.sign_checkpoint().unwrap().unwrap();
        let newest = published.checkpoint();
        roots.insert(newest.size, newest.root);
        for (from, root) in &roots {
            let path = engine.consistency(*from, newest.size).unwrap();
            verify_consistency(SHA, (*from, root), (newest.size, &newest.root), &path).unwrap();
        }
    }
    assert_eq!(roots.len(), 4);
}

#[test]
fn what_is_durable_when_the_log_is_closed_is_signed_and_a_log_without_a_key_signs_nothing() {
    let dir = with(20);
    let engine = Engine::open(dir.path(), Options::default()).unwrap();
    assert_eq!(stored(dir.path()).unverified().size, engine.head().0);
    let other = tempfile::tempdir().unwrap();
    record(&Engine::open(other.path(), Options { create: true, ..Options::default() }).unwrap(), 0, 20);
    assert!(!other.path().join("CHECKPOINT").exists() && !other.path().join("identity").exists());
}

#[test]
fn tiles_that_are_gone_damaged_or_of_another_history_are_made_anew() {
    let dir = with(700);
    let whole = fs::read(dir.path().join("tree/0.tiles")).unwrap();
    let proofs = |engine: &Engine| {
        [1, 256, 257, 600].map(|position| engine.proof(Position(position)).unwrap().to_string())
    };
    let before = proofs(&open(dir.path()).unwrap());
    fs::remove_dir_all(dir.path().join("tree")).unwrap();
    assert_eq!(proofs(&open(dir.path()).unwrap()), before);
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    fs::write(dir.path().join("tree/0.tiles"), bytes).unwrap();
    assert_eq!(proofs(&open(dir.path()).unwrap()), before);
    // Good checksums around the leaves of somebody else.
    let other = with(700);
    let id = |dir: &Path| fs::read(dir.join("tree/0.tiles")).unwrap()[..64].to_vec();
    let mut bytes = fs::read(other.path().join("tree/0.tiles")).unwrap();
    bytes[..64].copy_from_slice(&id(dir.path()));
    fs::write(dir.path().join("tree/0.tiles"), bytes).unwrap();
    assert_eq!(proofs(&open(dir.path()).unwrap()), before);
    assert_eq!(fs::read(dir.path().join("tree/0.tiles")).unwrap(), whole);
}

#[test]
fn a_log_that_ends_before_what_it_has_signed_does_not_open() {
    let dir = with(300);
    let older = copied(&dir);
    record(&open(dir.path()).unwrap(), 300, 10);
    take_checkpoint(dir.path(), older.path());
    assert!(matches!(refusal(older.path()), CheckpointError::Behind { size, head } if size == head + 10));
}

#[test]
fn a_log_that_is_another_one_than_it_has_signed_does_not_open() {
    for more in [0, 40] {
        let dir = with(300);
        let other = copied(&dir);
        record(&open(dir.path()).unwrap(), 300, 10);
        record(&open(other.path()).unwrap(), 900, 10 + more);
        take_checkpoint(dir.path(), other.path());
        assert!(matches!(refusal(other.path()), CheckpointError::Forked { .. }));
        // Tiles of the history that was signed do not help.
        fs::remove_dir_all(other.path().join("tree")).unwrap();
        copy(&dir.path().join("tree"), &other.path().join("tree"));
        assert!(matches!(refusal(other.path()), CheckpointError::Forked { .. }));
    }
}

#[test]
fn a_key_without_its_checkpoint_or_a_checkpoint_without_its_key_is_not_taken_for_a_new_log() {
    let dir = with(10);
    let without_key = copied(&dir);
    fs::remove_file(without_key.path().join("identity/log.key")).unwrap();
    assert!(matches!(refusal(without_key.path()), CheckpointError::KeyMissing { .. }));
    let without_checkpoint = copied(&dir);
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::remove_file(without_checkpoint.path().join(name)).unwrap();
    }
    assert!(matches!(refusal(without_checkpoint.path()), CheckpointError::CheckpointMissing { .. }));
    // One copy is enough, and it is the one that is newer.
    let with_one = copied(&dir);
    fs::write(with_one.path().join("CHECKPOINT"), "half of a checkpo").unwrap();
    open(with_one.path()).unwrap();
    fs::write(with_one.path().join("CHECKPOINT"), "half of a checkpo").unwrap();
    fs::write(with_one.path().join("CHECKPOINT.2"), "half of a checkpo").unwrap();
    assert!(matches!(refusal(with_one.path()), CheckpointError::CheckpointDamaged { .. }));
}

#[test]
fn the_checkpoint_of_another_key_or_with_another_size_is_refused() {
    let (dir, other) = (with(10), with(10));
    let mine = fs::read_to_string(dir.path().join("CHECKPOINT")).unwrap();
    take_checkpoint(other.path(), dir.path());
    assert!(matches!(refusal(dir.path()), CheckpointError::Distrusted { .. }));
    let size = stored(other.path()).unverified().size;
    let smaller = mine.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size - 1), 1);
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::write(dir.path().join(name), &smaller).unwrap();
    }
    assert!(matches!(refusal(dir.path()), CheckpointError::Distrusted { .. }));
}

#[test]
fn a_fork_is_declared_under_another_name_and_written_down() {
    let dir = with(300);
    let older = copied(&dir);
    record(&open(dir.path()).unwrap(), 300, 10);
    take_checkpoint(dir.path(), older.path());
    let before = stored(older.path());
    let same = declare_fork(older.path(), &before.unverified().origin);
    assert!(matches!(same, Err(CheckpointError::SameOrigin(_))));
    let fork = declare_fork(older.path(), "log.example/after-the-fire").unwrap();
    assert_eq!(fork.ended, Some(before.to_string()));
    let engine = open(older.path()).unwrap();
    let published = engine.sign_checkpoint().unwrap().unwrap();
    assert_eq!(published.checkpoint().origin, "log.example/after-the-fire");
    assert_eq!(engine.log_key().unwrap().to_string(), fork.key);
    let written = fs::read_to_string(older.path().join("FORKS")).unwrap();
    assert_eq!(written.lines().count(), 1);
    assert!(older.path().join("identity/log.key.1").exists());
}

#[test]
fn a_log_without_a_signature_has_nothing_to_fork_from() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(declare_fork(dir.path(), "log.example/x"), Err(CheckpointError::NoData(_))));
    drop(Engine::open(dir.path(), Options { create: true, ..Options::default() }).unwrap());
    assert!(matches!(declare_fork(dir.path(), "log.example/x"), Err(CheckpointError::NothingToFork)));
}

#[test]
fn the_name_of_a_log_is_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    drop(Engine::open(dir.path(), signing(Some("log.example/one"))).unwrap());
    drop(open(dir.path()).unwrap());
    let other = Engine::open(dir.path(), signing(Some("log.example/two")));
    let error = other.err().unwrap();
    assert!(matches!(error, OpenError::Checkpoint(CheckpointError::OriginDiffers { .. })), "{error:?}");
}

#[test]
fn a_key_that_was_not_made_to_its_end_is_completed_or_made_again() {
    let dir = with(10);
    let identity = dir.path().join("identity");
    // Its first checkpoint was there already.
    fs::rename(identity.join("log.key"), identity.join("log.key.making")).unwrap();
    drop(open(dir.path()).unwrap());
    assert!(identity.join("log.key").exists() && !identity.join("log.key.making").exists());
    // It was not, so nobody has seen anything of the key.
    fs::rename(identity.join("log.key"), identity.join("log.key.making")).unwrap();
    for name in ["CHECKPOINT", "CHECKPOINT.2"] {
        fs::remove_file(dir.path().join(name)).unwrap();
    }
    drop(open(dir.path()).unwrap());
    assert!(stored(dir.path()).unverified().size > 0);
}

#[test]
fn a_log_of_sm3_and_sm4_signs_with_sm2_and_all_the_same_holds_of_it() {
    let sm3 = HashAlgorithm::Sm3;
    let dir = tempfile::tempdir().unwrap();
    let guomi = || Options { suite: Some(Suite::Guomi), ..signing(None) };
    let engine = Engine::open(dir.path(), guomi()).unwrap();
    record(&engine, 0, 300);
    let first = engine.sign_checkpoint().unwrap().unwrap();
    let key = engine.log_key().unwrap().clone();
    assert_eq!((key.kind(), key.algorithm()), (SignatureType::Sm2, sm3));
    drop(engine);
    let engine = Engine::open(dir.path(), guomi()).unwrap();
    assert_eq!(engine.log_key(), Some(&key), "the key is read again");
    record(&engine, 300, 300);
    let second = engine.sign_checkpoint().unwrap().unwrap();
    let trust = Trust::log(key.clone()).unwrap();
    let (from, to) = (first.checkpoint(), second.checkpoint());
    for position in 1..=to.size {
        let proof = engine.proof(Position(position)).unwrap().to_string();
        let proof = LogProof::parse(proof.as_bytes()).unwrap();
        let event = proof.extra.clone().unwrap();
        proof.verify(&event, &trust).unwrap();
    }
    let path = engine.consistency(from.size, to.size).unwrap();
    verify_consistency(sm3, (from.size, &from.root), (to.size, &to.root), &path).unwrap();
    drop(engine);
    let report = verify(dir.path(), &VerifyOptions::default(), |_, _| ()).unwrap();
    assert!(report.is_sound() && report.checked.checkpoints == 2, "{:?}", report.faults);

    // The key of a log of the other suite would sign what nobody can check.
    let other = copied(&dir);
    fs::copy(with(1).path().join("identity/log.key"), other.path().join("identity/log.key")).unwrap();
    assert!(matches!(refusal(other.path()), CheckpointError::KeySuite { key: 1, log: 2, .. }));
    let report = verify(other.path(), &VerifyOptions::default(), |_, _| ()).unwrap();
    assert_eq!(report.faults[0].kind, FaultKind::LogKey);
    assert!(report.faults[0].what.contains("is a key of suite 1"), "{}", report.faults[0].what);

    // A fork goes on with a key of the same suite, also where the one before is lost.
    fs::remove_file(dir.path().join("identity/log.key")).unwrap();
    let fork = declare_fork(dir.path(), "log.example/second").unwrap();
    assert_eq!(VerifierKey::parse(&fork.key).unwrap().kind(), SignatureType::Sm2);
    drop(open(dir.path()).unwrap());
}
