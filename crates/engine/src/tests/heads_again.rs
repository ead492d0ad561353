//! Heads of a day that has ended are committed on the next one also when the first attempt fails, finds no room, or was another process's, and once.

use std::sync::Arc;

use sigeyi_domain::Day;
use sigeyi_envelope::StoredEvent;
use sigeyi_projections::Head;
use sigeyi_proof::HashAlgorithm;
use sigeyi_store::{RealDisk, simulated_disk::SimulatedDisk};

use super::{
    any::{Step, certificate, enrolment, seventeen, verification},
    heads::{assert_committed, committed, enrolled, verified, wait_for},
    machine::{HOUR, ToldClock, until},
    reference::log,
    world::{World, send, submission},
};
use crate::{
    CommandError, Engine, Options, Position, SimulatedClock, Suite,
    answer::Answer,
    heads::{HeadsError, Taken, take, then},
    open::{Machine, open_on},
    sequencer::{Queued, Task},
};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Asks somebody to be recorded so many seconds after the story's day began; whether heads were asked for then.
fn asks_at(world: &mut World, seconds: i64, step: &Step) -> bool {
    world.at(seconds * SECOND);
    world.tell(step);
    world.engine().shared.heads.is_at_work()
}

fn until_idle(world: &World) {
    until(|| !world.engine().shared.heads.is_at_work());
}

/// Has the sequencer append the heads as of a position, whoever has asked for them.
fn append(engine: &Engine, through: Position) -> Answer {
    let heads = take(&engine.shared, through).unwrap();
    let taken = Taken::of(&engine.shared, through, &heads).unwrap();
    let (caller, answer) = oneshot::channel();
    engine.try_send(Queued { task: Task::Heads(taken), caller }).unwrap();
    answer.recv_timeout(super::world::IN_TIME).unwrap()
}

#[test]
fn a_directory_that_is_not_told_to_commits_no_heads_by_itself() {
    let mut world = World::new();
    world.tell(&enrolled(0));
    world.tell(&Step::Days(1));
    assert!(!asks_at(&mut world, 0, &verified(0)));
}

#[test]
fn heads_that_are_taken_twice_are_committed_once() {
    let mut world = World::new();
    (0..3).for_each(|who| world.tell(&enrolled(who)));
    let first = append(world.engine(), Position(2)).unwrap();
    assert_eq!((first.events, first.position), (1, Position(4)));
    // The same again, and others that were taken before them.
    for through in [2, 1] {
        let again = append(world.engine(), Position(through)).unwrap();
        assert_eq!((again.events, again.position), (0, Position(4)));
    }
    assert_eq!(world.engine().head(), Position(4));
    assert_eq!(assert_committed(HashAlgorithm::Sha256, &log(world.engine())), 1);
}

#[test]
fn the_event_that_commits_to_heads_is_nothing_that_is_behind_them() {
    let mut world = World::daily(Suite::International);
    world.tell(&enrolled(0));
    world.tell(&Step::Days(1));
    // It is refused, so that the heads stand right behind the position as of which they are.
    world.tell(&enrolled(0));
    wait_for(world.engine(), 1);
    world.tell(&Step::Days(1));
    world.tell(&verified(0));
    world.reopen(false);
    assert!(!asks_at(&mut world, 100, &verified(0)));
}

#[test]
fn a_head_that_is_not_its_persons_is_damage() {
    let mut world = World::new();
    (0..2).for_each(|who| world.tell(&enrolled(who)));
    world.tell(&verified(0));
    let shared = &world.engine().shared;
    let rows: Vec<_> =
        shared.folded.read().model.people().rows().iter().map(|row| (row.id, row.head)).collect();
    let [(first, head), (second, _)] = rows[..] else { panic!("{rows:?}") };
    assert_eq!((head.position, head.version), (Position(3), 2));
    let then =
        |person, head| then(shared, person, head, Position(1)).map(|then| then.map(|then| then.position));
    assert_eq!(then(first, head).unwrap(), Some(1));
    let version = Head { version: 3, ..head };
    let position = Head { position: Position(9), ..head };
    for (person, head) in [(second, head), (first, version), (first, position)] {
        let damaged = then(person, head).unwrap_err();
        assert!(matches!(damaged, HeadsError::Damaged(at) if at == head.position), "{damaged:?}");
    }
}

#[test]
fn nothing_is_recorded_on_a_day_that_was_seen_to_have_ended() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    // A business day turns at 16 o'clock of UTC.
    let midnight = HOUR * (24 * 19_700 + 16);
    clock.say(midnight - HOUR / 4);
    let options = Options { create: true, daily_heads: true, ..Options::default() };
    let machine = Machine { disk: Arc::new(RealDisk), clock: clock.clone() };
    let engine = open_on(machine, dir.path(), options).unwrap();
    let enrolled =
        |number| send(&engine, &submission(number, 0, enrolment(certificate(&seventeen(0), "42"))));
    enrolled(1).unwrap();
    engine.shared.heads.fail_next(1);
    clock.say(midnight + HOUR / 4);
    // It is refused: somebody has seen the new day, and nothing is recorded on it.
    enrolled(2).unwrap_err();
    until(|| engine.shared.heads.failures_left() == 0);
    clock.say(midnight - HOUR / 8);
    send(&engine, &submission(3, 0, verification())).unwrap();
    let log = log(&engine);
    let day = |at: usize| Day::in_china(StoredEvent::parse(&log[at]).unwrap().parts().recorded_at);
    assert_eq!((log.len(), day(1)), (2, day(0).plus(1)));
}

#[test]
fn heads_that_fail_are_asked_for_again_on_the_same_day_after_ever_longer_waits() {
    let mut world = World::daily(Suite::International);
    world.tell(&enrolled(0));
    let (day, head) = (world.engine().today(), world.engine().head());
    world.tell(&Step::Days(1));
    world.engine().shared.heads.fail_next(2);
    let again = verified(0);
    // A minute after the first failure, two after the second.
    for (seconds, failures_left) in [(0, 1), (59, 1), (61, 0), (180, 0)] {
        asks_at(&mut world, seconds, &again);
        until_idle(&world);
        assert_eq!(world.engine().shared.heads.failures_left(), failures_left, "{seconds}");
        assert_eq!(world.engine().committed_heads().unwrap(), None);
    }
    assert!(!asks_at(&mut world, 180, &again));
    asks_at(&mut world, 182, &again);
    let heads = wait_for(world.engine(), 1);
    assert_eq!((heads.day, heads.through, heads.people), (day, sigeyi_projections::to_domain(head), 1));
    until_idle(&world);
    // It is done: nobody asks again before the day has turned.
    for seconds in [200, 1_000, 7_200] {
        assert!(!asks_at(&mut world, seconds, &again), "{seconds}");
    }
    world.tell(&Step::Days(1));
    world.tell(&again);
    wait_for(world.engine(), 2);
    assert_eq!(assert_committed(HashAlgorithm::Sha256, &log(world.engine())), 2);
}

#[test]
fn heads_that_somebody_commits_meanwhile_are_not_asked_for_again() {
    let mut world = World::daily(Suite::International);
    world.tell(&enrolled(0));
    world.tell(&Step::Days(1));
    world.engine().shared.heads.fail_next(1);
    asks_at(&mut world, 0, &verified(0));
    until_idle(&world);
    assert_eq!(world.engine().shared.heads.failures_left(), 0);
    assert_eq!(world.engine().commit_heads().unwrap().unwrap().body.number, 1);
    assert!(!asks_at(&mut world, 61, &verified(0)));
}

#[test]
fn a_day_that_another_process_did_not_close_is_closed_by_the_next_one_on_any_later_day() {
    let mut world = World::new();
    world.tell(&enrolled(0));
    world.tell(&enrolled(1));
    let (day, end) = (world.engine().today(), world.engine().head());
    world.tell(&Step::Days(1));
    world.tell(&verified(0));
    world.commits_daily();
    world.reopen(false);
    world.tell(&verified(1));
    let heads = wait_for(world.engine(), 1);
    assert_eq!((heads.day, heads.through.0, heads.people), (day, end.0, 2));
    // What is of today is left to its end, also by a process that begins behind the heads.
    for _ in 0..2 {
        until_idle(&world);
        world.reopen(true);
        assert!(!asks_at(&mut world, 100, &verified(0)));
    }
    assert_eq!(assert_committed(HashAlgorithm::Sha256, &log(world.engine())), 1);
    world.tell(&Step::Days(1));
    let end = world.engine().head();
    world.tell(&verified(0));
    assert_eq!(wait_for(world.engine(), 2).through.0, end.0);
}

#[test]
fn heads_wait_for_room_on_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = SimulatedDisk::new(dir.path());
    let clock = Arc::new(SimulatedClock::starting_at(19_700 * DAY));
    let machine = Machine { disk: Arc::new(disk.clone()), clock: clock.clone() };
    let options = Options {
        create: true,
        daily_heads: true,
        simulated_clock: Some(clock.clone()),
        keep_free_bytes: Some(0),
        ..Options::default()
    };
    let engine: Engine = open_on(machine, &dir.path().join("data"), options).unwrap();
    send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    disk.set_capacity(disk.used_bytes());
    // Zeros that were ahead are used up first.
    let number = std::cell::Cell::new(2);
    let more = || {
        let tickets: Vec<_> = (0..200)
            .map(|_| {
                number.set(number.get() + 1);
                engine.submit_waiting(submission(number.get(), 0, verification())).unwrap()
            })
            .collect();
        let answers = tickets.into_iter().map(|ticket| ticket.wait(super::world::IN_TIME));
        answers.collect::<Result<Vec<_>, CommandError>>()
    };
    until(|| more() == Err(CommandError::DiskFull));
    let end = engine.head();
    clock.advance_to(19_701 * DAY, 1_000);
    assert_eq!(more(), Err(CommandError::DiskFull));
    assert!(!engine.shared.heads.is_at_work());
    assert_eq!(append(&engine, end), Err(CommandError::DiskFull));
    assert_eq!((engine.head(), engine.committed_heads().unwrap()), (end, None));
    disk.set_capacity(u64::MAX);
    until(|| more().is_ok());
    let heads = wait_for(&engine, 1);
    assert_eq!(Position(heads.through.0), end);
    assert_eq!(committed(&log(&engine)).len(), 1);
}
