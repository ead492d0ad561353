//! A directory to be damaged: made once, copied by each test.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use sigeyi_simulator::{SimulatedDay, Simulation, SimulationOptions};
use sigeyi_store::RealDisk;
use tempfile::TempDir;

use super::world::IN_TIME;
use crate::{
    Engine, Options, RepairError, RepairOptions, RepairReport, SimulatedClock, Submission, Target,
    VerifyOptions, VerifyReport, repair, snapshots::Snapshots, verify,
};

/// How the process that made a directory ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    InOrder,
    /// What its files were at a moment when everything had been answered.
    Killed,
}

/// A directory, and what was asked of it before anything was done to it.
pub(super) struct Told {
    pub(super) dir: TempDir,
}

struct Made {
    in_order: TempDir,
    killed: TempDir,
    answers: Vec<String>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let (dir, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let clock = Arc::new(SimulatedClock::starting_at(0));
        let options = Options { create: true, simulated_clock: Some(clock.clone()), ..Options::default() };
        let engine = Engine::open(dir.path(), options).unwrap();
        let snapshots = Snapshots::new(Arc::new(RealDisk), dir.path(), crate::Suite::International, 0);
        let mut snapshots_at = vec![200, 100];
        for SimulatedDay { day, commands } in Simulation::new(SimulationOptions { people: 60, seed: 5 }) {
            clock.advance_to(i64::from(day.days()) * 86_400_000_000, 1_000);
            for simulated in commands {
                let submission = Submission {
                    command_id: simulated.command_id,
                    content: engine.digest(&[simulated.command_id.as_bytes()]),
                    actor: simulated.actor,
                    office: simulated.office.into(),
                    target: Target::Citizen(simulated.citizen),
                    expected_version: None,
                    command: simulated.command,
                };
                engine.submit_waiting(submission).unwrap().wait(IN_TIME).unwrap();
            }
            if snapshots_at.last().is_some_and(|at| engine.head().0 >= *at) {
                snapshots_at.pop();
                snapshots.take(&engine.shared).unwrap();
            }
        }
        let head = engine.head().0;
        let deadline = Instant::now() + Duration::from_secs(60);
        while engine.mirror().0.0 + 48 < head {
            assert!(Instant::now() < deadline, "the mirror does not come");
            std::thread::yield_now();
        }
        engine.shared.store.save_head().unwrap();
        copy(dir.path(), killed.path());
        drop(engine);
        let in_order = tempfile::tempdir().unwrap();
        copy(dir.path(), in_order.path());
        Made { in_order, killed, answers: answers_of(dir.path()) }
    })
}

/// Asks everything, in a copy, so that asking changes nothing.
pub(super) fn answers_of(dir: &Path) -> Vec<String> {
    let asked = tempfile::tempdir().unwrap();
    copy(dir, asked.path());
    let engine =
        Engine::open(asked.path(), Options { ignore_snapshots: true, ..Options::default() }).unwrap();
    let mut answers = vec![format!("{} {} {}", engine.head(), engine.people(), engine.today())];
    for plan in sigeyi_domain::plans() {
        answers.push(format!("{:?}", engine.progress(plan, None, None).unwrap().counties));
    }
    let people =
        engine.shared.folded.read().model.people().rows().iter().map(|row| row.id).collect::<Vec<_>>();
    for person in people {
        answers.push(format!("{:?}", engine.history(person).unwrap()));
    }
    answers
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every file of a folder with its content.
pub(super) fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

impl Told {
    pub(super) fn new(ended: Ended) -> Told {
        let dir = tempfile::tempdir().unwrap();
        let from = match ended {
            Ended::InOrder => &made().in_order,
            Ended::Killed => &made().killed,
        };
        copy(from.path(), dir.path());
        Told { dir }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(super) fn journal(&self) -> PathBuf {
        self.path("journal/0000000001.log")
    }

    /// The newest snapshot.
    pub(super) fn snapshot(&self) -> PathBuf {
        let mut paths: Vec<_> =
            fs::read_dir(self.path("snapshots")).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.pop().unwrap()
    }

    pub(super) fn edit(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = fs::read(path).unwrap();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
    }

    pub(super) fn verify(&self) -> VerifyReport {
        verify(self.dir.path(), &VerifyOptions::default(), |_, _| {}).unwrap()
    }

    pub(super) fn repair(&self, accept_loss: bool) -> Result<RepairReport, RepairError> {
        let options = RepairOptions { accept_loss, ..RepairOptions::default() };
        repair(self.dir.path(), &options, |_, _| {})
    }

    /// It is whole, and answers as before the damage.
    #[track_caller]
    pub(super) fn assert_as_before(&self, what: &str) {
        let report = self.verify();
        assert!(report.is_sound(), "{what}: {:?}", report.faults);
        assert!(answers_of(self.dir.path()) == made().answers, "{what}: other answers");
    }

    /// Where the frames of the journal begin and end.
    pub(super) fn frames(&self) -> Vec<(usize, usize)> {
        let bytes = fs::read(self.journal()).unwrap();
        let (mut at, mut frames) = (96, Vec::new());
        while bytes.get(at) == Some(&b'S') {
            let length = u32::from_be_bytes(*bytes[at + 8..].first_chunk().unwrap()) as usize;
            frames.push((at, at + length));
            at += length;
        }
        frames
    }
}
