//! One process after another on the same access log, and what each was promised by those before it.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sigeyi_envelope::Position;
use uuid::Uuid;

use crate::access_log::{AccessEntry, AccessLog, AccessLogOptions, AccessOpenError, AccessRecord};
use crate::simulated_disk::{Dice, SimulatedDisk};
use crate::testing::LOG;

pub(super) const ACTORS: [&str; 3] = ["counsellor-1", "counsellor-2", "auditor"];
const PEOPLE: u64 = 6;

pub(super) type Lived = Result<(), Box<dyn Error>>;

pub(super) fn dir() -> &'static Path {
    Path::new("/data/sigeyi/access")
}

pub(super) fn head_path() -> &'static Path {
    Path::new("/data/sigeyi/HEAD.access")
}

pub(super) fn empty_disk() -> SimulatedDisk {
    SimulatedDisk::new(Path::new("/data/sigeyi"))
}

/// Small segments, so that they roll, and few zeros ahead, so that they are used up.
pub(super) fn options() -> AccessLogOptions {
    AccessLogOptions {
        segment_bytes_max: 3_000,
        ahead_bytes: 2_048,
        keep_free_bytes: 0,
        head_age_max: Duration::from_secs(3_600),
        ..AccessLogOptions::new(dir().to_owned(), head_path().to_owned(), LOG)
    }
}

pub(super) fn open(disk: &SimulatedDisk) -> Result<AccessLog, AccessOpenError> {
    AccessLog::open(Arc::new(disk.clone()), options())
}

pub(super) fn person(number: u64) -> Uuid {
    Uuid::from_u128(u128::from(number) + 1)
}

/// A record that can be told from every other.
pub(super) fn record(number: u64, actor: &str, people: &[u64], reason_bytes: usize) -> AccessRecord {
    AccessRecord {
        recorded_at: 1_700_000_000_000_000 + number as i64,
        request: Uuid::from_u128(u128::from(number) << 64),
        position: Position(number * 7),
        action: 1,
        purpose: 2,
        outcome: 1,
        fields: number as u32,
        actor: actor.into(),
        office: if number.is_multiple_of(2) { "150102".into() } else { "".into() },
        people: people.iter().copied().map(person).collect(),
        reason: vec![7; reason_bytes],
    }
}

/// What was answered, and what was handed in last without an answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Promises {
    /// Every record that was acknowledged, or read by anybody.
    pub(super) log: Vec<AccessRecord>,
    /// The group that got no answer: all of it is there, or nothing.
    pub(super) unanswered: Vec<AccessRecord>,
    made: u64,
    pub(super) lives: u64,
}

/// Starts, checks that everything promised is there, and appends so many groups. An error is the disk's; whatever is not as promised is a
/// panic.
pub(super) fn live(disk: &SimulatedDisk, promises: &mut Promises, dice: &mut Dice, groups: u64) -> Lived {
    promises.lives += 1;
    let log = open(disk)?;
    promises.take_in(&log)?;
    for _ in 0..groups {
        match dice.below(8) {
            0 => log.save_head()?,
            1 => log.write_ahead()?,
            _ => promises.append(&log, dice)?,
        }
    }
    promises.take_in(&log)?;
    if dice.percent(50) {
        log.close()?;
    }
    Ok(())
}

impl Promises {
    pub(super) fn append(&mut self, log: &AccessLog, dice: &mut Dice) -> Lived {
        let records: Vec<AccessRecord> = (0..1 + dice.below(4)).map(|_| self.make(dice)).collect();
        self.unanswered = records.clone();
        let appended = log.append(records)?;
        assert_eq!(appended.first, self.log.len() as u64 + 1);
        self.log.append(&mut self.unanswered);
        assert_eq!(appended.last, self.log.len() as u64);
        Ok(())
    }

    fn make(&mut self, dice: &mut Dice) -> AccessRecord {
        self.made += 1;
        let people: Vec<u64> = (0..PEOPLE).filter(|_| dice.percent(30)).collect();
        let actor = ACTORS[dice.below(ACTORS.len() as u64) as usize];
        record(self.made, actor, &people, dice.below(300) as usize)
    }

    /// Everything promised is there, of what got no answer all or nothing; both questions know it; and whatever was read is promised
    /// from now on.
    pub(super) fn take_in(&mut self, log: &AccessLog) -> Lived {
        let mut found = Vec::new();
        for actor in ACTORS {
            found.append(&mut log.of_actor(actor, None, usize::MAX)?.entries);
        }
        found.sort_unstable_by_key(|entry| entry.number);
        let numbers: Vec<u64> = found.iter().map(|entry| entry.number).collect();
        assert!(numbers.iter().copied().eq(1..=log.last()), "gaps: {numbers:?}");
        let found: Vec<AccessRecord> = found.into_iter().map(|entry| entry.record).collect();
        let promised = self.log.len();
        assert!(found.len() >= promised, "{} of {promised} entries are there", found.len());
        assert!(found[..promised] == self.log, "an entry is another");
        if found.len() > promised {
            assert!(found[promised..] == self.unanswered, "a part of a group, or what nobody sent");
            self.log = found;
        }
        self.unanswered.clear();
        for number in 0..PEOPLE {
            let found = log.of_person(person(number), None, usize::MAX)?;
            assert!(!found.has_more);
            assert_eq!(numbers_of(&found.entries), self.naming(person(number)));
        }
        Ok(())
    }

    /// The entries that name somebody, newest first.
    pub(super) fn naming(&self, person: Uuid) -> Vec<u64> {
        let named = (1..).zip(&self.log).filter(|(_, record)| record.people.contains(&person));
        let mut named: Vec<u64> = named.map(|(number, _)| number).collect();
        named.reverse();
        named
    }
}

pub(super) fn numbers_of(entries: &[AccessEntry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

/// The error with its causes, for a test that fails.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
