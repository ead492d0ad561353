//! The same command id is the same command, for ever.

use std::{sync::Arc, time::Duration};

use sigeyi_domain::{Command, RecordRef, Rejection};
use uuid::Uuid;

use super::{
    any::{certificate, enrolment, seventeen, verification},
    machine::{ToldClock, ToldDisk, open_on, until},
    reference::{entry, log},
    world::{IN_TIME, World, send, submission},
};
use crate::{CommandError, Position, Recorded, Submission, Target};

fn enrol(number: u128, who: usize) -> Submission {
    submission(number, who, enrolment(certificate(&seventeen(who), "42")))
}

fn void(number: u128, who: usize, of: u128) -> Submission {
    let record = RecordRef::Command(Uuid::from_u128(of));
    submission(number, who, Command::VoidRecord { record, reason: None, on: None })
}

fn again(recorded: &Recorded) -> Result<Recorded, CommandError> {
    Ok(Recorded { already_recorded: true, ..*recorded })
}

#[test]
fn a_command_sent_again_gives_its_first_answer_even_after_others_and_a_start() {
    let mut world = World::new();
    let first = send(world.engine(), &enrol(1, 0)).unwrap();
    assert_eq!((first.position, first.events, first.version), (Position(1), 1, 1));
    let second = send(world.engine(), &submission(2, 0, verification())).unwrap();
    assert_eq!((second.position, second.version), (Position(2), 2));
    for is_started_again in [false, true] {
        if is_started_again {
            world.reopen(false);
        }
        assert_eq!(send(world.engine(), &enrol(1, 0)), again(&first));
        assert_eq!(send(world.engine(), &submission(2, 0, verification())), again(&second));
        let other = Submission { content: [1; 16], ..submission(2, 0, verification()) };
        assert_eq!(send(world.engine(), &other), Err(CommandError::CommandConflict));
        assert_eq!(world.engine().head(), Position(2));
    }
}

#[test]
fn a_command_of_several_events_gives_the_position_of_the_last_again() {
    let mut world = World::new();
    send(world.engine(), &enrol(1, 0)).unwrap();
    let correction = sigeyi_domain::Correction {
        name: sigeyi_domain::Text::parse("李实例").ok(),
        certificate: Some(certificate(&seventeen(0), "43")),
        status: Some(super::any::LOOKING),
        ..sigeyi_domain::Correction::default()
    };
    let correction = submission(2, 0, Command::CorrectPerson(correction));
    let recorded = send(world.engine(), &correction).unwrap();
    assert_eq!((recorded.position, recorded.events, recorded.version), (Position(4), 3, 4));
    assert_eq!(send(world.engine(), &correction), again(&recorded));
    world.reopen(true);
    assert_eq!(send(world.engine(), &correction), again(&recorded));
}

#[test]
fn a_refused_command_is_not_remembered() {
    let world = World::new();
    let verify = submission(7, 0, verification());
    assert_eq!(send(world.engine(), &verify), Err(Rejection::UnknownPerson.into()));
    send(world.engine(), &enrol(1, 0)).unwrap();
    // The same id, even with other content.
    let verify = Submission { content: [3; 16], ..verify };
    assert_eq!(send(world.engine(), &verify).map(|recorded| recorded.already_recorded), Ok(false));
}

#[test]
fn a_command_with_nothing_new_is_already_recorded_and_leaves_no_trace() {
    let world = World::new();
    let enrolled = send(world.engine(), &enrol(1, 0)).unwrap();
    let verified = send(world.engine(), &submission(2, 0, verification())).unwrap();
    send(world.engine(), &void(3, 0, 2)).unwrap();
    let nothing = send(world.engine(), &void(4, 0, 2)).unwrap();
    assert!(nothing.already_recorded);
    assert_eq!((nothing.events, nothing.person, nothing.version), (0, enrolled.person, 3));
    assert_eq!((nothing.position, verified.position), (Position(3), Position(2)));
    assert_eq!(world.engine().head(), Position(3));
}

#[test]
fn a_caller_who_has_seen_an_older_version_is_refused() {
    let world = World::new();
    let at = |number, expected| Submission {
        expected_version: Some(expected),
        ..submission(number, 0, verification())
    };
    let conflict = |expected, actual| Err(CommandError::VersionConflict { expected, actual });
    let nobody = Submission { expected_version: Some(1), ..enrol(1, 0) };
    assert_eq!(send(world.engine(), &nobody), conflict(1, 0));
    let enrolled = send(world.engine(), &Submission { expected_version: Some(0), ..enrol(1, 0) }).unwrap();
    assert_eq!(enrolled.version, 1);
    assert_eq!(send(world.engine(), &at(2, 2)), conflict(2, 1));
    // Sent one behind the other: the second has not seen the first.
    let tickets = [at(3, 1), at(4, 1)].map(|submission| world.engine().submit(submission).unwrap());
    let [first, second] = tickets.map(|ticket| ticket.wait(IN_TIME));
    assert_eq!(first.map(|recorded| recorded.version), Ok(2));
    assert_eq!(second, conflict(1, 2));
    // What is recorded stays recorded, whatever version it was sent for.
    assert_eq!(send(world.engine(), &at(3, 1)).map(|recorded| recorded.already_recorded), Ok(true));
}

#[test]
fn a_command_in_flight_is_known_to_whoever_comes_after_it_and_to_no_question() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &clock, disk.clone()).unwrap();
    let enrolled = send(&engine, &enrol(1, 0)).unwrap();

    let held = disk.hold();
    let reads = clock.reads();
    let verify = submission(2, 0, verification());
    let by_id = Submission { target: Target::Person(enrolled.person), ..verify.clone() };
    let conflict = Submission { content: [1; 16], ..verify.clone() };
    let tickets = [verify, by_id, conflict, void(3, 0, 2), void(3, 0, 2), void(4, 1, 2)]
        .map(|submission| engine.submit(submission).unwrap());
    // Every one that is not known yet reads the clock once: the verification and its voiding.
    until(|| clock.reads() >= reads + 2);
    assert_eq!(engine.head(), Position(1));
    drop(held);
    let [verified, by_id, conflict, voided, voided_again, foreign] =
        tickets.map(|ticket| ticket.wait(IN_TIME));
    let verified = verified.unwrap();
    assert_eq!((verified.position, verified.version, verified.already_recorded), (Position(2), 2, false));
    assert_eq!(by_id, again(&verified));
    assert_eq!(conflict, Err(CommandError::CommandConflict));
    let voided = voided.unwrap();
    assert_eq!((voided.position, voided.events, voided.already_recorded), (Position(3), 1, false));
    assert_eq!(voided_again, again(&voided));
    assert_eq!(foreign, Err(Rejection::UnknownPerson.into()));

    let history = engine.history(enrolled.person).unwrap().unwrap();
    assert_eq!(history[1].voided_by, Some(Position(3)));
}

#[test]
fn somebody_who_is_being_enrolled_is_enrolled_for_whoever_comes_after() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &clock, disk.clone()).unwrap();
    let held = disk.hold();
    let reads = clock.reads();
    let tickets = [enrol(1, 0), enrol(2, 0), submission(3, 0, verification()), enrol(1, 0)]
        .map(|submission| engine.submit(submission).unwrap());
    until(|| clock.reads() >= reads + 3);
    assert_eq!((engine.head(), engine.people()), (Position(0), 0));
    drop(held);
    let [first, second, verified, first_again] = tickets.map(|ticket| ticket.wait(IN_TIME));
    let first = first.unwrap();
    assert_eq!(second, Err(Rejection::AlreadyEnrolled.into()));
    assert_eq!(verified.map(|recorded| (recorded.person, recorded.version)), Ok((first.person, 2)));
    assert_eq!(first_again, again(&first));
    assert_eq!(engine.people(), 1);
}

#[test]
fn two_ids_with_one_fingerprint_are_told_apart() {
    let world = World::new();
    let engine = world.engine();
    let enrolled = send(engine, &enrol(1, 0)).unwrap();
    let stranger = submission(3, 0, verification());
    let fingerprint = engine.shared.keyring.vault.fingerprint(stranger.command_id);
    // No second id with a given keyed fingerprint can be found, so the index is told that the next event's has the same.
    let mut entry = entry(engine, &log(engine)[0]);
    entry.person = Uuid::nil();
    entry.command = Some(fingerprint);
    entry.head.position = Position(2);
    engine.shared.folded.write().model.apply(&entry);
    let next = send(engine, &submission(2, 0, verification())).unwrap();
    assert_eq!(next.position, Position(2));
    let recorded = send(engine, &stranger).unwrap();
    assert_eq!((recorded.position, recorded.already_recorded), (Position(3), false));
    assert_eq!(send(engine, &stranger), again(&recorded));
    assert_eq!(send(engine, &enrol(1, 0)), again(&enrolled));
}

#[test]
fn whoever_does_not_wait_long_enough_learns_it_by_sending_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &Arc::default(), disk.clone()).unwrap();
    let held = disk.hold();
    let ticket = engine.submit(enrol(1, 0)).unwrap();
    assert_eq!(ticket.wait(Duration::ZERO), Err(CommandError::OutcomeUnknown));
    drop(held);
    let recorded = send(&engine, &enrol(1, 0)).unwrap();
    assert!(recorded.already_recorded);
    assert_eq!(recorded.position, Position(1));
}
