//! Nobody is shown before it is written down, whatever the disk does; and both questions are answered, also after a restart.

use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    pin::pin,
    sync::{Arc, Barrier},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use sigeyi_domain::Identifier;
use sigeyi_store::{
    Disk, RealDisk,
    simulated_disk::{SimulatedDisk, Step},
};
use uuid::Uuid;

use super::{
    any::{certificate, citizen, enrolment, seventeen},
    machine::{HOUR, ToldClock, ToldDisk, open_on, until},
    outages::Office,
    world::{IN_TIME, send, submission},
};
use crate::{
    AccessAction, AccessEntry, AccessLogError, AccessNote, AccessOutcome, AccessPurpose, AccessReadError,
    BackupError, BackupOptions, Engine, FaultKind, Position, RepairOptions, RestoreError, RestoreOptions,
    RevealedFields, VerifyOptions, backup, repair, restore, verify,
};

fn actor(number: usize) -> Identifier {
    Identifier::parse(&format!("counsellor-{number}")).unwrap()
}

fn person(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn look(by: usize, people: &[u128]) -> AccessNote {
    AccessNote {
        request: Uuid::new_v4(),
        actor: actor(by),
        office: Some(Identifier::parse("150102").unwrap()),
        action: AccessAction::Person,
        purpose: AccessPurpose::Service,
        outcome: AccessOutcome::Shown,
        position: Position(3),
        people: people.iter().copied().map(person).collect(),
        fields: RevealedFields::NONE,
        reason: None,
    }
}

fn log(engine: &Engine, note: AccessNote) -> Result<u64, AccessLogError> {
    engine.log_access(note)?.wait(IN_TIME).map(|logged| logged.number)
}

fn real(dir: &Path) -> Engine {
    open_on(dir, &Arc::new(ToldClock::default()), Arc::new(RealDisk)).unwrap()
}

fn numbers(entries: &[AccessEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

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
                office.disk.plan_fault(
                    "HEAD.access",
                    Step::Sync,
                    1 + seed % 3,
                    sigeyi_store::simulated_disk::Fault::FailsOnce,
                );
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

#[test]
fn a_damaged_or_lost_log_stops_no_start_shows_nobody_and_is_set_aside_by_a_repair() {
    let dir = tempfile::tempdir().unwrap();
    let engine = real(dir.path());
    send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    for whom in 0..20 {
        log(&engine, look(1, &[whom])).unwrap();
    }
    drop(engine);
    let check = || verify(dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap();
    let sound = check();
    assert!(sound.is_sound(), "{:?}", sound.faults);
    assert_eq!((sound.checked.access_entries, sound.checked.access_segments), (20, 1));
    let segment = dir.path().join("access/0000000001.log");
    let good = fs::read(&segment).unwrap();
    let mut bad = good.clone();
    bad[300] ^= 1;
    for content in [Some(bad), None] {
        match &content {
            Some(bad) => fs::write(&segment, bad).unwrap(),
            None => fs::remove_dir_all(dir.path().join("access")).unwrap(),
        }
        let engine = real(dir.path());
        let fault = engine.start_report().access.fault.clone().unwrap();
        let error = log(&engine, look(1, &[1])).unwrap_err();
        assert_eq!(error, AccessLogError::Stopped(fault));
        let unread = engine.who_has_looked_at(person(1), None, 9).unwrap_err();
        assert!(matches!(unread, AccessReadError::Unavailable(_)), "{unread}");
        send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
        drop(engine);
        let report = check();
        assert_eq!(report.faults.len(), 1);
        assert_eq!(report.faults[0].kind, FaultKind::AccessLog);

        let repaired = repair(dir.path(), &RepairOptions::default(), |_, _| {}).unwrap();
        assert!(repaired.after.is_sound(), "{:?}", repaired.after.faults);
        let kept = repaired.set_aside.unwrap().join("access");
        if let Some(bad) = content {
            assert_eq!(fs::read(kept.join("0000000001.log")).unwrap(), bad);
        }
        assert!(RealDisk.exists(&kept.join("HEAD.access")).unwrap());
        let engine = real(dir.path());
        assert_eq!(log(&engine, look(1, &[1])), Ok(1));
    }
}

#[test]
fn a_backup_takes_the_access_log_along_and_a_restore_brings_it_back() {
    let dir = tempfile::tempdir().unwrap();
    let place = |name: &str| dir.path().join(name);
    let data = place("data");
    let options = BackupOptions {
        keys: crate::KeySource::default(),
        data: data.clone(),
        journal_dir: None,
        events_folder: place("events"),
        keys_folder: place("keys"),
        with_root_key: true,
    };
    let engine = real(&data);
    send(&engine, &submission(1, 0, enrolment(certificate(&seventeen(0), "42")))).unwrap();
    drop(engine);
    assert_eq!(backup(&options, |_, _| {}).unwrap().access_entries, 0);
    for round in 1..=3 {
        let engine = real(&data);
        for whom in 0..10 {
            log(&engine, look(1, &[whom])).unwrap();
        }
        drop(engine);
        assert_eq!(backup(&options, |_, _| {}).unwrap().access_entries, round * 10);
    }
    let again = backup(&options, |_, _| {}).unwrap();
    assert_eq!((again.access_entries, again.copied_bytes), (30, 0));
    let parts = || {
        let names = fs::read_dir(place("events")).unwrap().map(|entry| entry.unwrap().path());
        let is_part = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("access-");
        names.filter(is_part).collect::<Vec<_>>()
    };
    assert_eq!(parts().len(), 1, "what is replaced is removed");

    let restored = place("restored");
    let restore_options = RestoreOptions {
        key_command: None,
        events_folder: place("events"),
        keys_folder: place("keys"),
        data: restored.clone(),
        root_key: None,
    };
    assert_eq!(restore(&restore_options, |_| {}).unwrap().access_entries, 30);
    let segment = "access/0000000001.log";
    assert_eq!(fs::read(restored.join(segment)).unwrap(), fs::read(data.join(segment)).unwrap());
    let engine = real(&restored);
    assert_eq!(numbers(&engine.who_has_looked_at(person(3), None, 9).unwrap().entries), [24, 14, 4]);
    assert_eq!(log(&engine, look(1, &[1])), Ok(31));
    drop(engine);

    // One that was begun anew is not that of the backup.
    fs::remove_dir_all(data.join("access")).unwrap();
    fs::remove_file(data.join("HEAD.access")).unwrap();
    let refused = backup(&options, |_, _| {}).unwrap_err();
    assert!(matches!(refused, BackupError::AccessBehind { ours: 0, backup: 30 }), "{refused}");
    let engine = real(&data);
    for whom in 0..31 {
        log(&engine, look(2, &[whom])).unwrap();
    }
    drop(engine);
    let refused = backup(&options, |_, _| {}).unwrap_err();
    assert!(matches!(refused, BackupError::AccessFork { entry: 30 }), "{refused}");
    // A part of the backup that is damaged is noticed by a restore.
    let part = parts().pop().unwrap();
    let mut bytes = fs::read(&part).unwrap();
    bytes[500] ^= 1;
    fs::write(&part, bytes).unwrap();
    let again = RestoreOptions { data: place("again"), ..restore_options };
    assert!(matches!(restore(&again, |_| {}), Err(RestoreError::Damaged { .. })));
}
