//! What happens when there is too much, when the disk fails, and when the clock is wrong.

use std::{sync::Arc, time::Duration};

use sigeyi_domain::{Command, Day, plans};
use sigeyi_envelope::StoredEvent;
use sigeyi_store::RealDisk;

use super::{
    any::{PEOPLE, certificate, citizen, enrolment, seventeen, verification},
    machine::{HOUR, ToldClock, ToldDisk, open_on},
    reference::log,
    world::{IN_TIME, World, send, submission},
};
use crate::{CommandError, Engine, Options, Position, Submission, sequencer::TAKEN_AT_ONCE};

fn enrol(number: u128, who: usize) -> Submission {
    submission(number, who, enrolment(certificate(&seventeen(who), "42")))
}

#[test]
fn a_full_queue_refuses_what_is_one_too_many_and_records_all_the_rest() {
    let world = World::new();
    let engine = world.engine();
    for who in 0..PEOPLE {
        send(engine, &enrol(who as u128 + 1, who)).unwrap();
    }
    let before = engine.durable_head();

    // As long as the read model is held, the sequencer cannot even find out who is meant.
    let holding = engine.shared.folded.write();
    let mut tickets = Vec::new();
    let refused = loop {
        let submission = submission(1_000 + tickets.len() as u128, tickets.len() % PEOPLE, verification());
        match engine.submit(submission.clone()) {
            Ok(ticket) => tickets.push(ticket),
            Err(error) => break (submission, error),
        }
    };
    assert!(refused.1.again_after().is_some_and(|after| after > Duration::ZERO), "{:?}", refused.1);
    assert_eq!(refused.1.code(), "OVERLOADED");
    // Some may have left the queue for the sequencer.
    let most = Engine::QUEUE_MAX + TAKEN_AT_ONCE;
    assert!((Engine::QUEUE_MAX..=most).contains(&tickets.len()), "{}", tickets.len());
    assert_eq!(engine.durable_head(), before);
    drop(holding);

    let accepted = tickets.len() as u64;
    for (ticket, position) in tickets.into_iter().zip(before.0 + 1..) {
        let recorded = ticket.wait(IN_TIME).unwrap();
        assert_eq!((recorded.position, recorded.already_recorded), (Position(position), false));
    }
    assert_eq!(engine.head(), Position(before.0 + accepted));
    let recorded = send(engine, &refused.0).unwrap();
    assert!(!recorded.already_recorded, "the refused one was not recorded");
}

#[test]
fn what_was_accepted_is_recorded_although_the_engine_is_closed_and_nobody_waits() {
    let mut world = World::new();
    send(world.engine(), &enrol(1, 0)).unwrap();
    for number in 0..2_000 {
        drop(world.engine().submit(submission(2 + number, 0, verification())).unwrap());
    }
    world.reopen(true);
    assert_eq!(world.engine().head(), Position(2_001));
}

#[test]
fn texts_too_long_for_one_event_are_refused_and_leave_no_trace() {
    let world = World::new();
    send(world.engine(), &enrol(1, 0)).unwrap();
    // Within the limit of characters, but JSON writes a control character with six bytes.
    let long = sigeyi_domain::Text::parse(&format!("x{}x", "\u{1}".repeat(498))).unwrap();
    let verify = |values| {
        let verification = sigeyi_domain::Verification {
            outcome: Some(sigeyi_domain::VerificationOutcome::Corrected),
            values,
            remarks: Some(long.clone()),
            ..sigeyi_domain::Verification::default()
        };
        Command::VerifyInfo(verification)
    };
    assert_eq!(
        send(world.engine(), &submission(2, 0, verify(Some(long.clone())))),
        Err(CommandError::TooLong)
    );
    let recorded = send(world.engine(), &submission(2, 0, verify(None))).unwrap();
    assert_eq!((recorded.position, recorded.version), (Position(2), 2));
}

#[test]
fn after_a_failed_sync_nothing_is_recorded_any_more_and_questions_are_answered() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    clock.say(20_000 * 24 * HOUR);
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &clock, disk.clone()).unwrap();
    let enrolled = send(&engine, &enrol(1, 0)).unwrap();
    let figures = engine.progress(&plans()[0], None, None).unwrap().counties;

    disk.fail();
    let stopped = |answer: Result<_, CommandError>| answer.map_err(|error| error.code()).err();
    assert_eq!(stopped(send(&engine, &submission(2, 0, verification()))), Some("STOPPED"));
    // Not even what would be refused, or is recorded already: nobody knows what is on the disk.
    for submission in [submission(2, 0, verification()), submission(3, 1, verification()), enrol(1, 0)] {
        assert_eq!(stopped(send(&engine, &submission)), Some("STOPPED"));
    }
    assert_eq!((engine.head(), engine.durable_head()), (Position(1), Position(1)));
    assert_eq!(engine.progress(&plans()[0], None, None).unwrap().counties, figures);
    assert_eq!(engine.history(enrolled.person).unwrap().map(|events| events.len()), Some(1));
    assert_eq!(engine.find(citizen(0)), Some(enrolled.person));
    drop(engine);

    // The frame may be there or not; whoever sends it again gets it recorded once.
    let engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    let verified = send(&engine, &submission(2, 0, verification())).unwrap();
    assert_eq!((verified.position, verified.version), (Position(2), 2));
    assert_eq!(engine.head(), Position(2));
}

#[test]
fn recorded_time_never_goes_back_when_the_clock_does() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    // Half an hour past midnight in China.
    let midnight = 20_000 * 24 * HOUR - 8 * HOUR;
    clock.say(midnight + HOUR / 2);
    let engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    send(&engine, &enrol(1, 0)).unwrap();
    // Before midnight again: the day stays, too.
    clock.say(midnight - HOUR / 4);
    send(&engine, &submission(2, 0, verification())).unwrap();
    assert_eq!(engine.today(), Day::from_days(20_000));
    drop(engine);
    let engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    send(&engine, &submission(3, 0, verification())).unwrap();
    assert_eq!(engine.today(), Day::from_days(20_000));
    clock.say(midnight + HOUR * 2 / 3);
    send(&engine, &submission(4, 0, verification())).unwrap();

    let log = log(&engine);
    let parts = log.iter().map(|bytes| *StoredEvent::parse(bytes).unwrap().parts());
    let times: Vec<(i64, i32)> = parts.map(|parts| (parts.recorded_at, parts.effective_day)).collect();
    let (early, late) = ((midnight + HOUR / 2, 20_000), (midnight + HOUR * 2 / 3, 20_000));
    assert_eq!(times, [early, early, early, late]);
}

#[test]
fn a_clock_that_jumps_stops_writes_until_a_start_that_accepts_it() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    let now = 20_000 * 24 * HOUR;
    clock.say(now);
    let engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    let enrolled = send(&engine, &enrol(1, 0)).unwrap();
    clock.say(now + 40 * 24 * HOUR);
    let suspect = Err(CommandError::ClockSuspect);
    assert_eq!(send(&engine, &submission(2, 0, verification())), suspect);
    // For good, even if it comes back; but what is recorded is still known, and questions are answered.
    clock.say(now);
    assert_eq!(send(&engine, &submission(2, 0, verification())), suspect);
    assert!(send(&engine, &enrol(1, 0)).unwrap().already_recorded);
    assert!(engine.history(enrolled.person).unwrap().is_some());
    drop(engine);

    // A start that finds the last event 40 days behind.
    clock.say(now + 40 * 24 * HOUR);
    let engine = open_on(dir.path(), &clock, Arc::new(RealDisk)).unwrap();
    assert_eq!(send(&engine, &submission(2, 0, verification())), suspect);
    drop(engine);
    let machine = crate::open::Machine { disk: Arc::new(RealDisk), clock: clock.clone() };
    let options = Options { accept_clock: true, ..Options::default() };
    let engine = crate::open::open_on(machine, dir.path(), options).unwrap();
    assert_eq!(send(&engine, &submission(2, 0, verification())).map(|recorded| recorded.version), Ok(2));
}
