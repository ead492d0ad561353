//! Disks that fail, hang, are full, and lose their power.

use std::sync::Arc;

use sigeyi_store::simulated_disk::{Fault, SimulatedDisk, Step};

use super::{actor, log, look, numbers, person, real};
use crate::{
    AccessLogError, AccessNote, Engine,
    tests::{
        machine::{ToldDisk, open_on},
        outages::Office,
        world::IN_TIME,
    },
};

#[test]
fn after_a_sync_that_failed_nobody_is_shown_until_a_restart_and_commands_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &Arc::default(), disk.clone()).unwrap();
    log(&engine, look(1, &[1])).unwrap();
    disk.fail();
    for _ in 0..3 {
        let error = log(&engine, look(1, &[1])).unwrap_err();
        assert_eq!((error.code(), error.again_after()), ("STOPPED", None));
    }
    let stopped = engine.access_log().stopped.unwrap();
    assert!(stopped.contains("the disk is gone"), "{stopped}");
    // What was written down before can be asked for, and the events' log has not failed.
    assert_eq!(numbers(&engine.who_has_looked_at(person(1), None, 9).unwrap().entries), [1]);
    assert!(!engine.is_stopped());
    drop(engine);
    let engine = real(dir.path());
    let last = engine.access_log().entries;
    assert!((1..=2).contains(&last), "what was not answered may be there: {last}");
    assert_eq!(log(&engine, look(1, &[1])), Ok(last + 1));
}

#[test]
fn while_the_disk_hangs_the_queue_is_bounded_and_who_is_refused_is_told_when_to_come_again() {
    let dir = tempfile::tempdir().unwrap();
    let disk = Arc::new(ToldDisk::default());
    let engine = open_on(dir.path(), &Arc::default(), disk.clone()).unwrap();
    log(&engine, look(1, &[1])).unwrap();
    let held = disk.hold();
    let mut waiting = Vec::new();
    let refused = loop {
        match engine.log_access(look(1, &[2])) {
            Ok(ticket) => waiting.push(ticket),
            Err(error) => break error,
        }
        // A queue, and the group that hangs.
        assert!(waiting.len() <= 2 * Engine::ACCESS_QUEUE_MAX + 1);
    };
    assert_eq!(refused.code(), "OVERLOADED");
    assert!(refused.again_after().is_some_and(|after| !after.is_zero()));
    let count = waiting.len() as u64;
    drop(held);
    for ticket in waiting {
        ticket.wait(IN_TIME).unwrap();
    }
    assert_eq!(engine.access_log().entries, count + 1);
}

#[test]
fn a_full_disk_shows_nobody_and_goes_on_by_itself() {
    let mut office = Office::new(1);
    office.live(2);
    let engine = office.open(false).unwrap();
    log(&engine, look(1, &[1])).unwrap();
    office.disk.set_capacity(office.disk.used_bytes());
    let many: Vec<u128> = (0..AccessNote::PEOPLE_MAX as u128).collect();
    // Zeros that are ahead are used up first.
    let mut logged = 1;
    let error = loop {
        match log(&engine, look(1, &many)) {
            Ok(number) => logged = number,
            Err(error) => break error,
        }
    };
    assert_eq!(error, AccessLogError::DiskFull);
    assert!(engine.access_log().is_full && engine.access_log().stopped.is_none());
    assert_eq!(log(&engine, look(1, &many)), Err(AccessLogError::DiskFull));
    assert_eq!(engine.whom_has_looked(&actor(1), None, 1).unwrap().entries[0].number, logged);
    office.disk.set_capacity(u64::MAX);
    assert_eq!(log(&engine, look(1, &many)), Ok(logged + 1));
    assert!(!engine.access_log().is_full);
}

#[test]
fn what_was_answered_survives_power_cuts() {
    for seed in 0..12 {
        let mut office = Office::new(seed);
        let mut answered: Vec<u64> = Vec::new();
        for round in 0..3 {
            let engine = office.open(false).unwrap();
            let found = engine.whom_has_looked(&actor(1), None, 200).unwrap();
            let found = numbers(&found.entries);
            assert!(answered.iter().all(|number| found.contains(number)), "{answered:?} {found:?}");
            if round == 1 {
                office.disk.plan_fault("HEAD.access", Step::Sync, 1 + seed % 3, Fault::FailsOnce);
            }
            for number in 0..5 {
                if let Ok(number) = log(&engine, look(1, &[number])) {
                    answered.push(number);
                }
            }
            let disk: SimulatedDisk = office.disk.power_cut(seed * 3 + round);
            office.disk.kill(|| drop(engine));
            office.disk = disk;
        }
        assert!(answered.len() > 5);
    }
}
