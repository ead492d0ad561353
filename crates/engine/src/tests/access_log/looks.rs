//! What is written down, when it is answered, and how it is read again.

use std::{
    fs,
    future::Future,
    pin::pin,
    sync::{Arc, Barrier},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use sigeyi_store::RealDisk;

use super::{actor, log, look, numbers, person, real};
use crate::{
    AccessAction, AccessEntry, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, AccessReadError,
    Position, RevealedFields,
    tests::{
        any::{certificate, citizen, enrolment, seventeen},
        machine::{HOUR, ToldClock, ToldDisk, open_on, until},
        world::{IN_TIME, send, submission},
    },
};

#[test]
fn a_look_is_answered_after_its_sync_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &Arc::default(), disk.clone()).unwrap();
    assert_eq!(log(&engine, look(1, &[1])), Ok(1));

    let held = disk.hold();
    let mut awaited = pin!(engine.log_access_async(look(1, &[2])).unwrap());
    let mut context = Context::from_waker(Waker::noop());
    let waited = engine.log_access(look(1, &[3])).unwrap();
    assert_eq!(waited.wait(Duration::from_millis(50)), Err(AccessLogError::OutcomeUnknown));
    assert_eq!(awaited.as_mut().poll(&mut context), Poll::Pending);
    assert_eq!(engine.who_has_looked_at(person(2), None, 9).unwrap().entries, []);
    assert_eq!(engine.access_log().entries, 1);
    drop(held);
    until(|| engine.access_log().entries == 3);
    // What was handed in is written down although its caller has gone away.
    assert_eq!(numbers(&engine.who_has_looked_at(person(3), None, 9).unwrap().entries), [3]);
    let deadline = Instant::now() + IN_TIME;
    let answer = loop {
        match awaited.as_mut().poll(&mut context) {
            Poll::Ready(answer) => break answer,
            Poll::Pending => assert!(Instant::now() < deadline),
        }
    };
    assert_eq!(answer.unwrap().number, 2);
}

#[test]
fn sixty_four_callers_share_syncs_and_each_gets_the_number_of_its_own_entry() {
    const CALLERS: usize = 64;
    const LOOKS: usize = 20;
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    disk.slow(Duration::from_millis(2));
    let engine = open_on(dir.path(), &Arc::default(), disk.clone()).unwrap();
    log(&engine, look(0, &[])).unwrap();
    let before = disk.syncs();
    let begin = Barrier::new(CALLERS);
    std::thread::scope(|scope| {
        for caller in 1..=CALLERS {
            let (engine, begin) = (&engine, &begin);
            scope.spawn(move || {
                begin.wait();
                for round in 0..LOOKS {
                    let whom = (caller * LOOKS + round) as u128;
                    let number = log(engine, look(caller, &[whom, 7])).unwrap();
                    let found = engine.who_has_looked_at(person(whom), None, 9).unwrap();
                    assert_eq!(numbers(&found.entries), [number]);
                    assert_eq!(found.entries[0].actor, actor(caller).as_str());
                }
            });
        }
    });
    let syncs = disk.syncs() - before;
    // One for each group of those that waited, and now and then one of zeros ahead.
    assert!(syncs < CALLERS * LOOKS / 4, "{syncs} syncs for {} looks", CALLERS * LOOKS);
    assert_eq!(engine.access_log().entries, (CALLERS * LOOKS) as u64 + 1);
    drop(engine);
    let engine = real(dir.path());
    let mut seen = Vec::new();
    while seen.len() < CALLERS * LOOKS {
        let page = engine.who_has_looked_at(person(7), seen.last().copied(), 100).unwrap();
        assert_eq!(page.has_more, seen.len() + page.entries.len() < CALLERS * LOOKS);
        seen.extend(numbers(&page.entries));
    }
    assert!(seen.iter().copied().eq((2..=CALLERS as u64 * LOOKS as u64 + 1).rev()));
}

#[test]
fn what_was_written_down_is_read_again_with_its_reason_in_pages_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    clock.say(5 * HOUR);
    let mut engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    assert!(engine.start_report().access.fault.is_none());
    let reveal = AccessNote {
        action: AccessAction::Reveal,
        purpose: AccessPurpose::Petition,
        outcome: AccessOutcome::Revealed,
        fields: RevealedFields::NAME.with(RevealedFields::PHONE),
        reason: Some("本人来电查询，核对电话".to_owned()),
        ..look(1, &[4])
    };
    log(&engine, reveal.clone()).unwrap();
    log(&engine, AccessNote { outcome: AccessOutcome::Denied, ..look(2, &[4, 5]) }).unwrap();
    log(&engine, AccessNote { action: AccessAction::People, ..look(1, &[6, 4]) }).unwrap();
    for is_started_again in [false, true] {
        if is_started_again {
            drop(engine);
            engine = real(dir.path());
            assert_eq!(engine.start_report().access.entries, 3);
        }
        let page = engine.who_has_looked_at(person(4), None, 2).unwrap();
        assert!(page.has_more);
        assert_eq!(numbers(&page.entries), [3, 2]);
        assert_eq!(page.entries[1].outcome, Some(AccessOutcome::Denied));
        let page = engine.who_has_looked_at(person(4), Some(2), 2).unwrap();
        assert!(!page.has_more);
        let expected = AccessEntry {
            number: 1,
            recorded_at: 5 * HOUR,
            request: reveal.request,
            actor: "counsellor-1".into(),
            office: Some("150102".into()),
            action: Some(AccessAction::Reveal),
            purpose: Some(AccessPurpose::Petition),
            outcome: Some(AccessOutcome::Revealed),
            position: Position(3),
            people: vec![person(4)],
            fields: RevealedFields::NAME.with(RevealedFields::PHONE),
            reason: reveal.reason.clone(),
        };
        assert_eq!(page.entries, [expected]);
        assert_eq!(numbers(&engine.whom_has_looked(&actor(1), None, 9).unwrap().entries), [3, 1]);
        assert_eq!(engine.whom_has_looked(&actor(9), None, 9).unwrap().entries, []);
        let wrong = engine.who_has_looked_at(person(5), Some(3), 9).unwrap_err();
        assert!(matches!(wrong, AccessReadError::BadCursor), "{wrong}");
    }
}

#[test]
fn what_fits_no_entry_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let engine = real(dir.path());
    let many: Vec<u128> = (0..=AccessNote::PEOPLE_MAX as u128).collect();
    let people = many.len();
    assert_eq!(log(&engine, look(1, &many)), Err(AccessLogError::TooMany { people }));
    let bytes = AccessNote::REASON_BYTES_MAX + 1;
    let long = AccessNote { reason: Some("x".repeat(bytes)), ..look(1, &[]) };
    assert_eq!(log(&engine, long), Err(AccessLogError::TooLong { bytes }));
    let longest = AccessNote { reason: Some("x".repeat(bytes - 1)), ..look(1, &many[1..]) };
    assert_eq!(log(&engine, longest), Ok(1));
}

#[test]
fn nothing_that_describes_a_person_stands_in_the_access_log() {
    let dir = tempfile::tempdir().unwrap();
    let engine = real(dir.path());
    let number = certificate(&seventeen(0), "42");
    send(&engine, &submission(1, 0, enrolment(number))).unwrap();
    let who = engine.find(citizen(0)).unwrap();
    let data = engine.read().personal_data(who).unwrap().unwrap();
    let (name, number) = (data.name.unwrap(), data.certificate.unwrap());
    let reason = format!("{name}（{number}）来电查询");
    for outcome in AccessOutcome::ALL {
        let note =
            AccessNote { people: vec![who], outcome: *outcome, reason: Some(reason.clone()), ..look(1, &[]) };
        log(&engine, note).unwrap();
    }
    assert_eq!(engine.who_has_looked_at(who, None, 1).unwrap().entries[0].reason, Some(reason));
    drop(engine);
    let mut files = vec![dir.path().join("HEAD.access")];
    files.extend(fs::read_dir(dir.path().join("access")).unwrap().map(|entry| entry.unwrap().path()));
    assert!(files.len() >= 2);
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for clear in [name.as_str(), &number, &number[..18], "来电"] {
            let is_there = bytes.windows(clear.len()).any(|window| window == clear.as_bytes());
            assert!(!is_there, "{clear} stands in {}", file.display());
        }
    }
}
