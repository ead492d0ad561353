//! Heads: what the log commits to is everybody's newest event, and it does so by itself once a day.

use std::{collections::BTreeMap, sync::Arc};

use proptest::prelude::*;
use sigeyi_domain::{ContentHash, Day, Event, HeadsCommitted};
use sigeyi_envelope::StoredEvent;
use sigeyi_proof::{Hash, HashAlgorithm, LeafHashes, root_of};
use sigeyi_store::RealDisk;

use super::{
    any::{PEOPLE, Step, certificate, enrolment, plain, seventeen, stories, verification},
    machine::{HOUR, ToldClock, until},
    reference::log,
    world::{World, send, submission},
};
use crate::{
    Engine, Options, Position, VerifyOptions,
    heads::{newest, take},
    open::{Machine, open_on},
    verify,
};

pub(super) fn enrolled(who: usize) -> Step {
    Step::Ask(plain(who, enrolment(certificate(&seventeen(who), "42"))))
}

pub(super) fn verified(who: usize) -> Step {
    Step::Ask(plain(who, verification()))
}

/// What a log commits to, with where it does.
pub(super) fn committed(log: &[Vec<u8>]) -> Vec<(u64, HeadsCommitted)> {
    let heads = log.iter().filter_map(|bytes| {
        let stored = StoredEvent::parse(bytes).unwrap();
        let parts = stored.parts();
        match Event::from_json(parts.kind, parts.schema, parts.clear, None).unwrap() {
            Event::HeadsCommitted { clear, .. } => {
                assert!(parts.person.is_nil() && parts.version == 0 && parts.previous.is_none());
                assert_eq!(
                    (parts.actor, parts.office, parts.effective_day),
                    ("sigeyi", "sigeyi", clear.day.days())
                );
                Some((parts.position.0, clear))
            }
            _ => None,
        }
    });
    heads.collect()
}

/// How many people the first events are of, and the root over their heads: counted from the stored bytes, leaf by leaf as `docs/format.md` draws one.
fn recounted(algorithm: HashAlgorithm, log: &[Vec<u8>]) -> (u64, Hash) {
    let mut newest: BTreeMap<[u8; 16], Vec<u8>> = BTreeMap::new();
    for bytes in log {
        let stored = StoredEvent::parse(bytes).unwrap();
        let parts = stored.parts();
        if !parts.person.is_nil() {
            let (version, position) = (parts.version.to_be_bytes(), parts.position.0.to_be_bytes());
            let leaf = [&parts.person.as_bytes()[..], &version, &position, &algorithm.leaf(bytes)].concat();
            newest.insert(parts.person.into_bytes(), leaf);
        }
    }
    let leaves: Vec<Hash> = newest.values().map(|leaf| algorithm.leaf(leaf)).collect();
    let people = leaves.len() as u64;
    (people, root_of(algorithm, &LeafHashes { algorithm, leaves: &leaves }, people).unwrap())
}

/// Everything that the log of a directory commits to is so.
pub(super) fn assert_committed(algorithm: HashAlgorithm, log: &[Vec<u8>]) -> usize {
    let all = committed(log);
    let mut before = 0;
    for (number, (position, heads)) in (1..).zip(&all) {
        let through = heads.through.0;
        assert!(before < through && through < *position, "{heads:?} at {position}");
        let (people, root) = recounted(algorithm, &log[..through as usize]);
        let last = StoredEvent::parse(&log[through as usize - 1]).unwrap();
        let day = Day::in_china(last.parts().recorded_at);
        let expected = (number, day, people, ContentHash(root));
        assert_eq!((heads.number, heads.day, heads.people, heads.root), expected);
        before = through;
    }
    all.len()
}

pub(super) fn wait_for(engine: &Engine, number: u64) -> HeadsCommitted {
    let found = || engine.committed_heads().unwrap().filter(|heads| heads.body.number == number);
    until(|| found().is_some());
    found().unwrap().body
}

#[test]
fn the_first_command_of_a_day_closes_the_day_before_in_either_suite() {
    for (suite, algorithm) in
        [(crate::Suite::International, HashAlgorithm::Sha256), (crate::Suite::Guomi, HashAlgorithm::Sm3)]
    {
        let mut world = World::daily(suite);
        (0..3).for_each(|who| world.tell(&enrolled(who)));
        world.tell(&verified(1));
        let (day, head) = (world.engine().today(), world.engine().head());
        assert!(world.engine().committed_heads().unwrap().is_none());
        world.tell(&Step::Days(3));
        world.tell(&verified(0));
        let heads = wait_for(world.engine(), 1);
        assert_eq!((heads.day, heads.through.0, heads.people), (day, head.0, 3));
        // Nobody has sent anything on the day that the heads themselves were recorded but what was there before them.
        world.tell(&Step::Days(1));
        world.tell(&verified(2));
        assert_eq!(wait_for(world.engine(), 2).through.0, head.0 + 2);
        assert_eq!(assert_committed(algorithm, &log(world.engine())), 2);
        world.engine = None;
        let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
        assert!(report.is_sound(), "{:?}", report.faults);
        assert_eq!(report.checked.heads_committed, 2);
    }
}

#[test]
fn a_day_on_which_nothing_was_recorded_is_not_closed_again() {
    let mut world = World::daily(crate::Suite::International);
    world.tell(&enrolled(0));
    world.tell(&Step::Days(1));
    // It is refused, so that nothing but the heads is recorded.
    world.tell(&enrolled(0));
    wait_for(world.engine(), 1);
    let head = world.engine().head();
    for _ in 0..3 {
        world.tell(&Step::Days(1));
        world.tell(&enrolled(0));
    }
    world.reopen(true);
    assert_eq!(world.engine().head(), head);
    assert_eq!(world.engine().commit_heads(), Ok(None));
}

#[test]
fn who_asks_for_heads_gets_them_at_once_and_twice_only_after_news() {
    let mut world = World::new();
    assert_eq!(world.engine().commit_heads(), Ok(None));
    world.tell(&enrolled(0));
    world.tell(&enrolled(1));
    let heads = world.engine().commit_heads().unwrap().unwrap();
    assert_eq!((heads.position, heads.body.number, heads.body.people), (Position(3), 1, 2));
    assert_eq!(heads.body.through.0, 2);
    assert_eq!(world.engine().commit_heads(), Ok(None));
    world.tell(&verified(0));
    let again = world.engine().commit_heads().unwrap().unwrap();
    assert_eq!((again.position, again.body.number, again.body.through.0), (Position(5), 2, 4));
    assert_committed(HashAlgorithm::Sha256, &log(world.engine()));
    // Nobody's event is in no history, and is found by a start with and without a snapshot.
    world.take_snapshot();
    for ignore_snapshots in [false, true] {
        world.reopen(ignore_snapshots);
        assert_eq!(world.engine().committed_heads().unwrap(), Some(again.clone()));
        assert_eq!(world.engine().people(), 2);
        assert!(world.engine().refold().unwrap().is_equal);
    }
    assert_eq!(newest(&world.engine().shared, Position(4)).unwrap(), Some(heads));
    assert_eq!(newest(&world.engine().shared, Position(2)).unwrap(), None);
}

#[test]
fn a_log_to_which_nobody_sends_anything_closes_its_day_when_it_is_opened() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(ToldClock::default());
    clock.say(HOUR * 24 * 19_700);
    let open = || {
        let options = Options { create: true, daily_heads: true, ..Options::default() };
        let machine = Machine { disk: Arc::new(RealDisk), clock: clock.clone() };
        open_on(machine, dir.path(), options).unwrap()
    };
    let engine = open();
    send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    drop(engine);
    clock.say(HOUR * 24 * 19_701);
    let engine = open();
    assert_eq!(wait_for(&engine, 1).through.0, 1);
    // What is recorded next is of the new day, also where the clock goes back a little.
    clock.say(HOUR * 24 * 19_701 - HOUR / 2);
    let next = send(&engine, &submission(2, 0, verification())).unwrap();
    assert_eq!(next.position, Position(3));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever is told, also to several people at once: the heads at any position, taken long after it, are those that the events before it make.
    #[test]
    fn heads_at_any_position_are_recounted_from_the_events(story in stories(40)) {
        let mut world = World::daily(crate::Suite::International);
        story.iter().for_each(|step| world.tell(step));
        world.engine().commit_heads().unwrap();
        let log = log(world.engine());
        for position in 1..=log.len() {
            let heads = take(&world.engine().shared, Position(position as u64)).unwrap();
            let expected = recounted(HashAlgorithm::Sha256, &log[..position]);
            prop_assert_eq!((heads.len(), heads.root()), expected);
        }
        assert_committed(HashAlgorithm::Sha256, &log);
        world.engine = None;
        let report = verify(world.dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.faults);
        prop_assert_eq!(report.checked.heads_committed, committed(&log).len() as u64);
    }
}

#[test]
fn heads_are_committed_while_commands_come() {
    let mut world = World::daily(crate::Suite::International);
    (0..PEOPLE).for_each(|who| world.tell(&enrolled(who)));
    let through = world.engine().head();
    world.tell(&Step::Days(1));
    let engine = world.engine();
    let tickets: Vec<_> = (0..2_000)
        .map(|number| {
            engine.submit_waiting(submission(10_000 + number, number as usize % PEOPLE, verification()))
        })
        .collect();
    for ticket in tickets {
        ticket.unwrap().wait(super::world::IN_TIME).unwrap();
    }
    let heads = wait_for(engine, 1);
    assert_eq!((heads.through.0, heads.people), (through.0, PEOPLE as u64));
    let log = log(engine);
    assert_eq!(assert_committed(HashAlgorithm::Sha256, &log), 1);
    assert_eq!(log.len() as u64, through.0 + 2_001);
}
