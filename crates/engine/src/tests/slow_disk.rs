//! A disk that is slow or hangs: commands wait, are refused or stay unknown, in time; questions are answered as ever.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use sigeyi_domain::plans;
use uuid::Uuid;

use super::{
    any::{PEOPLE, certificate, citizen, enrolment, seventeen, verification},
    machine::{ToldClock, ToldDisk, open_on, until},
    world::{IN_TIME, send, submission},
};
use crate::{CommandError, Engine, Submission, Ticket};

/// Far more than an answer takes that does not wait for the disk, and far less than the disk takes.
const AT_ONCE: Duration = Duration::from_millis(500);
/// More than the queue and everything behind it can hold.
const MANY: u128 = 60_000;

struct Place {
    dir: tempfile::TempDir,
    disk: Arc<ToldDisk>,
    engine: Engine,
    person: Uuid,
}

/// Everybody is enrolled.
fn place() -> Place {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &Arc::new(ToldClock::default()), disk.clone()).unwrap();
    for who in 0..PEOPLE {
        let command = enrolment(certificate(&seventeen(who), "42"));
        send(&engine, &submission(who as u128 + 1, who, command)).unwrap();
    }
    let person = engine.find(citizen(0)).unwrap();
    Place { dir, disk, engine, person }
}

fn verify(number: u128) -> Submission {
    submission(number, number as usize % PEOPLE, verification())
}

/// Every kind of question, each at once.
#[track_caller]
fn assert_answers(place: &Place, events: usize) {
    let started = Instant::now();
    for _ in 0..20 {
        let asked = Instant::now();
        assert!(place.engine.progress(&plans()[0], None, None).is_ok());
        assert_eq!(place.engine.history(place.person).unwrap().unwrap().len(), events);
        assert_eq!(place.engine.find(citizen(0)), Some(place.person));
        assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
    }
    assert!(started.elapsed() < 5 * AT_ONCE);
}

#[test]
fn while_the_disk_hangs_the_queue_is_bounded_outcomes_are_unknown_in_time_and_questions_are_answered() {
    let place = place();
    let engine = &place.engine;
    let held = place.disk.hold();
    let mut waiting: Vec<(u128, Ticket)> = Vec::new();
    let mut refused = Vec::new();
    for number in 1_000..1_000 + MANY {
        let sent = Instant::now();
        match engine.submit(verify(number)) {
            Ok(ticket) => waiting.push((number, ticket)),
            Err(CommandError::Overloaded { again_after }) => refused.push((number, again_after)),
            Err(other) => panic!("{other}"),
        }
        assert!(sent.elapsed() < AT_ONCE, "who is refused is refused at once: {:?}", sent.elapsed());
    }
    // A queue, the group that is being filled, and the one that hangs.
    let held_max = Engine::QUEUE_MAX + 2 * 8_192 + 2;
    assert!((Engine::QUEUE_MAX..=held_max).contains(&waiting.len()), "{}", waiting.len());
    assert!(!refused.is_empty() && refused.iter().all(|(_, after)| !after.is_zero()));
    // The longer it hangs, the later one should come again.
    let again_after = || engine.submit(verify(999)).unwrap_err().again_after().unwrap();
    let first = again_after();
    until(|| again_after() > first || first >= Duration::from_secs(30));
    assert_answers(&place, 1);

    // Everybody stops waiting when their time is over; the commands stay.
    let started = Instant::now();
    let accepted: Vec<u128> = waiting.iter().map(|(number, _)| *number).collect();
    for (_, ticket) in waiting {
        assert_eq!(ticket.wait(Duration::ZERO), Err(CommandError::OutcomeUnknown));
    }
    assert!(started.elapsed() < 2 * AT_ONCE, "{:?}", started.elapsed());
    assert_eq!(engine.head().0, PEOPLE as u64);
    drop(held);

    // Sent again, each is found recorded once; those that were refused are recorded now.
    for numbers in accepted.chunks(1_000) {
        let again = numbers.iter().map(|number| engine.submit_waiting(verify(*number)).unwrap());
        for ticket in again.collect::<Vec<_>>() {
            assert!(ticket.wait(IN_TIME).unwrap().already_recorded);
        }
    }
    assert_eq!(engine.head().0, (PEOPLE + accepted.len()) as u64);
    let recorded = send(engine, &verify(refused[0].0)).unwrap();
    assert!(!recorded.already_recorded);
    assert_eq!(engine.head().0, (PEOPLE + accepted.len() + 1) as u64);
}

#[test]
fn ten_thousand_commands_on_a_disk_of_50_ms_a_sync_are_few_groups_and_questions_do_not_wait() {
    let place = place();
    place.disk.slow(Duration::from_millis(50));
    let before = place.disk.syncs();
    let engine = &place.engine;
    let started = Instant::now();
    std::thread::scope(|scope| {
        let send = |from: u128| {
            move || {
                let tickets: Vec<Ticket> = (from..from + 2_500)
                    .map(|number| engine.submit_waiting(verify(number)).unwrap())
                    .collect();
                tickets
                    .into_iter()
                    .for_each(|ticket| assert!(!ticket.wait(IN_TIME).unwrap().already_recorded));
            }
        };
        let senders: Vec<_> = (1..=4).map(|n| scope.spawn(send(n * 100_000))).collect();
        while senders.iter().any(|sender| !sender.is_finished()) {
            let asked = Instant::now();
            assert!(engine.progress(&plans()[0], None, None).is_ok());
            assert!(engine.history(place.person).unwrap().is_some());
            assert!(asked.elapsed() < AT_ONCE, "{:?}", asked.elapsed());
        }
    });
    assert_eq!(engine.head().0, PEOPLE as u64 + 10_000);
    let syncs = place.disk.syncs() - before;
    assert!(syncs < 40, "{syncs} syncs in {:?}", started.elapsed());
}

#[test]
fn what_hung_when_the_process_ended_is_recorded_once_or_not_at_all() {
    let place = place();
    let held = place.disk.hold();
    let tickets: Vec<Ticket> =
        (1_000..1_100).map(|number| place.engine.submit(verify(number)).unwrap()).collect();
    for ticket in tickets {
        assert_eq!(ticket.wait(Duration::from_micros(1)), Err(CommandError::OutcomeUnknown));
    }
    // The disk comes back with errors.
    place.disk.fail();
    drop(held);
    let Place { dir, engine, .. } = place;
    drop(engine);
    let engine = open_on(dir.path(), &Arc::default(), Arc::new(ToldDisk::default())).unwrap();
    for number in 1_000..1_100 {
        send(&engine, &verify(number)).unwrap();
        assert!(send(&engine, &verify(number)).unwrap().already_recorded);
    }
    assert_eq!(engine.head().0, PEOPLE as u64 + 100);
}
