//! One request sees one position.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sigeyi_domain::{Command, Day, ServiceType, Step, divisions, plans};
use sigeyi_envelope::Position;

use super::{
    any::{certificate, enrolment, seventeen},
    world::{World, send, submission},
};
use crate::{LogFilter, PeopleFilter, QuestionError, Reading, Times};

fn enrol(world: &World, who: usize) -> uuid::Uuid {
    let command = enrolment(certificate(&seventeen(who), "42"));
    send(world.engine(), &submission(who as u128 + 1, who, command)).unwrap().person
}

fn deliver(world: &World, id: u128, who: usize) {
    let on = Some(Day::parse("2023-05-01").unwrap());
    let command =
        Command::DeliverService { service: ServiceType::JobFair, provider: None, remarks: None, on };
    send(world.engine(), &submission(id, who, command)).unwrap();
}

fn filter() -> PeopleFilter {
    PeopleFilter {
        plan: &plans()[0],
        times: Times::default(),
        regions: vec![divisions().whole()],
        present_in: None,
        missing: Some(vec![Step::ServiceDelivered]),
        in_scope: None,
        counsellor: None,
        waiting_since: None,
    }
}

#[test]
fn what_has_two_times_is_answered_as_of_the_first_question() {
    let world = World::new();
    let person = enrol(&world, 0);
    let reading = world.engine().read();
    let at = reading.at();
    assert_eq!(at.position, Position(1));
    deliver(&world, 50, 0);
    let late = enrol(&world, 1);
    assert_eq!(reading.at(), at);
    assert_eq!(reading.history(person).unwrap().unwrap().len(), 1);
    assert!(reading.person(late).is_none());
    assert!(reading.history(late).unwrap().is_none());
    assert!(
        reading.pipeline(person, &plans()[0]).unwrap().pipeline.step(Step::ServiceDelivered).first.is_none()
    );
    assert_eq!(reading.events(Position(0), &LogFilter::default(), 10, 10).unwrap().events.len(), 1);
    assert!(reading.event(Position(2)).unwrap().is_none());
    assert!(!reading.has_moved());
    // The summary has a version, which is kept for the newest position alone.
    reading.person(person).unwrap();
    assert!(reading.has_moved());
}

#[test]
fn counters_and_lists_say_that_they_came_too_late() {
    let world = World::new();
    enrol(&world, 0);
    for ask in [
        (|reading: &Reading| drop(reading.progress(&plans()[0], None, None).unwrap())) as fn(&Reading),
        |reading| drop(reading.people(&filter(), 5, None).unwrap()),
    ] {
        let reading = world.engine().read();
        reading.at();
        ask(&reading);
        assert!(!reading.has_moved());
        deliver(&world, u128::from(world.engine().head().0) + 100, 0);
        ask(&reading);
        assert!(reading.has_moved());
    }
}

#[test]
fn nothing_moves_a_held_reading_and_writers_go_on_after_it() {
    let world = Arc::new(World::new());
    enrol(&world, 0);
    let reading = world.engine().read_held();
    let heard = Arc::new(AtomicU64::new(0));
    let hears = heard.clone();
    assert!(world.engine().on_head(move |head| hears.store(head.0, Ordering::SeqCst)));
    assert!(!world.engine().on_head(|_| {}), "there is one listener");
    let writer = std::thread::spawn({
        let world = world.clone();
        move || deliver(&world, 70, 0)
    });
    while world.engine().durable_head() < Position(2) {
        std::thread::yield_now();
    }
    // It is on the disk, and nobody sees it yet.
    for _ in 0..3 {
        let answer = reading.progress(&plans()[0], None, None).unwrap();
        assert_eq!(answer.position, Position(1));
        let other_day = reading.progress(&plans()[0], Some(Day::parse("2023-06-01").unwrap()), None).unwrap();
        assert_eq!(other_day.position, Position(1));
        reading.people(&filter(), 5, None).unwrap();
    }
    assert!(!reading.has_moved());
    assert_eq!(heard.load(Ordering::SeqCst), 0);
    drop(reading);
    writer.join().unwrap();
    assert_eq!(world.engine().head(), Position(2));
    assert_eq!(heard.load(Ordering::SeqCst), 2);
}

#[test]
fn a_cursor_is_of_its_own_list_alone() {
    let world = World::new();
    for who in 0..5 {
        enrol(&world, who);
    }
    let reading = world.engine().read();
    let page = reading.people(&filter(), 2, None).unwrap();
    assert!(page.has_next);
    let cursor = page.people[1].cursor;
    let rest = reading.people(&filter(), 10, Some(cursor)).unwrap();
    let all = reading.people(&filter(), 10, None).unwrap().people;
    assert!(all.len() > 2, "{}", all.len());
    assert_eq!([page.people.clone(), rest.people].concat(), all);
    assert!(!rest.has_next);
    let other = PeopleFilter { missing: None, ..filter() };
    assert!(matches!(reading.people(&other, 2, Some(cursor)), Err(QuestionError::BadCursor)));
    for byte in 0..16 {
        let mut broken = cursor;
        broken[byte] ^= 1;
        assert!(matches!(reading.people(&filter(), 2, Some(broken)), Err(QuestionError::BadCursor)));
    }
    // The cursor of somebody in another log tells and opens nothing here.
    let elsewhere = World::new();
    enrol(&elsewhere, 0);
    let foreign = elsewhere.engine().read().people(&filter(), 1, None).unwrap().people[0].cursor;
    assert!(matches!(reading.people(&filter(), 2, Some(foreign)), Err(QuestionError::BadCursor)));
}
