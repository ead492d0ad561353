//! The first writes after a start, while sled is not open yet.

use std::{
    fs::{self, File},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_store::{MirrorState, RealDisk};

use super::{
    any::{certificate, enrolment, seventeen, verification},
    machine::{ToldClock, open_on, until},
    world::{IN_TIME, send, submission},
};
use crate::{
    CommandError, Engine, KeySource, KeysOptions, Options, Position, RepairOptions, VerifyOptions,
    keys_status, repair, verify, writer::chain,
};

fn open(dir: &Path) -> Engine {
    open_on(dir, &Arc::new(ToldClock::default()), Arc::new(RealDisk)).unwrap()
}

/// A directory in which somebody is enrolled, whose sled cannot be opened until what is given here is dropped.
fn with_sled_held(dir: &Path) -> File {
    let engine = open(dir);
    send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    drop(engine);
    // sled waits for this lock, which another one could hold that is just being closed.
    let file = File::options().read(true).write(true).open(dir.join("mirror/db")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while file.try_lock().is_err() {
        assert!(Instant::now() < deadline, "sled lets go of its files");
        std::thread::yield_now();
    }
    file
}

#[test]
fn writes_are_answered_at_once_while_sled_opens() {
    let dir = tempfile::tempdir().unwrap();
    let held = with_sled_held(dir.path());
    let engine = open(dir.path());
    let recorded = engine.submit(submission(2, 0, verification())).unwrap().wait(IN_TIME).unwrap();
    assert_eq!(recorded.position, Position(2));
    assert_eq!(engine.mirror().1, MirrorState::Opening);
    drop(held);
    until(|| engine.mirror().1 == MirrorState::Following);
}

#[test]
fn without_a_known_head_writes_are_refused_with_a_hint_until_sled_has_been_asked_and_questions_are_answered()
{
    for head in [None, Some("damaged")] {
        let dir = tempfile::tempdir().unwrap();
        let held = with_sled_held(dir.path());
        match head {
            None => fs::remove_file(dir.path().join("HEAD")).unwrap(),
            Some(text) => fs::write(dir.path().join("HEAD"), text).unwrap(),
        }
        let engine = open(dir.path());
        let started = Instant::now();
        let refused = engine.submit(submission(2, 0, verification())).unwrap_err();
        assert!(started.elapsed() < Duration::from_secs(1));
        assert_eq!(refused.code(), "STARTING");
        assert!(refused.again_after().is_some_and(|after| !after.is_zero()));
        assert_eq!((engine.head(), engine.people()), (Position(1), 1));
        drop(held);
        until(|| match engine.submit(submission(2, 0, verification())) {
            Ok(ticket) => ticket.wait(IN_TIME).is_ok(),
            Err(error) => {
                assert!(matches!(error, CommandError::Starting { .. }), "{error}");
                false
            }
        });
        assert_eq!(engine.head(), Position(2));
    }
}

#[test]
fn a_file_in_place_of_a_directory_is_named_by_whoever_is_to_work_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("roster.csv");
    fs::write(&data, "not a directory").unwrap();
    let opened = Engine::open(&data, Options { create: true, ..Options::default() });
    let keys = KeysOptions { data: data.clone(), ..KeysOptions::default() };
    let told = [
        chain(&opened.err().unwrap()),
        chain(&verify(&data, &VerifyOptions::default(), |_, _| ()).err().unwrap()),
        chain(&repair(&data, &RepairOptions::default(), |_, _| ()).err().unwrap()),
        chain(&keys_status(&keys).err().unwrap()),
    ];
    for told in told {
        let is_named = told.contains(&format!("cannot use as a data directory {}", data.display()));
        assert!(is_named && told.contains("it is a file: check --data"), "{told}");
    }
}

#[test]
fn a_root_key_that_is_not_there_and_a_program_that_cannot_be_run_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    drop(open(dir.path()));
    let command = Some(dir.path().join("no-program"));
    let keys = KeySource { command, ..KeySource::default() };
    let told = chain(&Engine::open(dir.path(), Options { keys, ..Options::default() }).err().unwrap());
    assert!(told.contains("no program can be run there: check --key-command"), "{told}");
    fs::remove_file(dir.path().join("vault/root.key")).unwrap();
    let told = chain(&Engine::open(dir.path(), Options::default()).err().unwrap());
    assert!(told.contains("it is not there") && told.contains("vault/root.key"), "{told}");
}
