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
use crate::{CommandError, Engine, Position};

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
