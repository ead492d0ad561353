//! A log that is damaged, lost, set aside, and taken along by a backup.

use std::{fs, path::PathBuf};

use sigeyi_store::{Disk, RealDisk};

use super::{log, look, numbers, person, real};
use crate::{
    AccessLogError, AccessReadError, BackupError, BackupOptions, FaultKind, RepairOptions, RestoreError,
    RestoreOptions, VerifyOptions, backup, repair, restore,
    tests::{
        any::{certificate, enrolment, seventeen},
        world::{send, submission},
    },
    verify,
};

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
