//! A directory on a simulated disk, with sled on the real one beside it, and whoever sends commands to it however often it goes down.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sigeyi_proof::verify_consistency;
use sigeyi_store::simulated_disk::{Dice, SimulatedDisk};
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    any::{PEOPLE, asks, certificate, enrolment, first_day, plain, seventeen},
    reference::assert_one_writer_could_have_made_it,
    world::{IN_TIME, answers, asked, resolved, submission},
};
use crate::{
    CheckpointOptions, CheckpointOut, CommandError, CommittedHeads, Consistency, Engine, OpenError, Options,
    Recorded, SignedCheckpoint, SimulatedClock, Submission, Target, answer::Answer, heads::newest,
    open::Machine, snapshots::Snapshots, writer::chain,
};

const DAY_MICROS: i64 = 86_400_000_000;

/// The directory, and what its users know of it.
pub(super) struct Office {
    dir: TempDir,
    pub(super) disk: SimulatedDisk,
    clock: Arc<SimulatedClock>,
    pub(super) dice: Dice,
    runner: TestRunner,
    /// The journal lies on a folder of its own.
    has_journal_elsewhere: bool,
    /// What was answered.
    sent: Vec<(Submission, Answer)>,
    /// What was sent and got no answer: it is sent again.
    unanswered: Vec<Submission>,
    asked: u128,
    /// Heads that were answered to be committed.
    heads: Vec<CommittedHeads>,
    /// Copies of sled's folder as it was at some moment.
    mirrors: Vec<PathBuf>,
    /// Events after which a running engine takes a snapshot, if not as many as usual.
    pub(super) snapshot_every: Option<u64>,
    /// Where the log's checkpoints are handed out, if it signs.
    pub(super) handed_out: Option<Arc<HandedOut>>,
}

/// Whoever keeps every checkpoint that was handed out.
#[derive(Default)]
pub(super) struct HandedOut(pub(super) Mutex<Vec<SignedCheckpoint>>);

impl CheckpointOut for HandedOut {
    fn cosign(&self, _: &mut SignedCheckpoint, _: &Consistency<'_>) -> Vec<String> {
        Vec::new()
    }

    fn publish(&self, checkpoint: &SignedCheckpoint) -> Vec<String> {
        self.0.lock().push(checkpoint.clone());
        Vec::new()
    }
}

impl Office {
    pub(super) fn new(seed: u64) -> Office {
        let dir = tempfile::tempdir().unwrap();
        let mut dice = Dice::new(seed);
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&dice.any().to_be_bytes()));
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
        Office {
            disk: SimulatedDisk::new(dir.path()),
            clock: Arc::new(SimulatedClock::starting_at(i64::from(first_day().days()) * DAY_MICROS)),
            has_journal_elsewhere: dice.percent(30),
            dice,
            runner: TestRunner::new_with_rng(Config::default(), rng),
            sent: Vec::new(),
            unanswered: Vec::new(),
            asked: 0,
            heads: Vec::new(),
            mirrors: Vec::new(),
            snapshot_every: None,
            handed_out: None,
            dir,
        }
    }

    /// One whose log signs.
    pub(super) fn that_signs(seed: u64) -> Office {
        Office { handed_out: Some(Arc::default()), ..Office::new(seed) }
    }

    /// The folder in which everything of the office lies.
    pub(super) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Where the journal lies, if not in the directory.
    pub(super) fn journal_dir(&self) -> Option<PathBuf> {
        self.has_journal_elsewhere.then(|| self.dir.path().join("elsewhere/journal"))
    }

    pub(super) fn head_file(&self) -> PathBuf {
        self.data().join("HEAD")
    }

    fn mirror(&self) -> PathBuf {
        self.data().join("mirror")
    }

    pub(super) fn open(&self, ignore_snapshots: bool) -> Result<Engine, OpenError> {
        let out = self.handed_out.clone().map(|out| out as Arc<dyn CheckpointOut>);
        let checkpoints = CheckpointOptions { make_key: out.is_some(), out, ..CheckpointOptions::default() };
        let options = Options {
            create: true,
            checkpoints,
            journal_dir: self.journal_dir(),
            simulated_clock: Some(self.clock.clone()),
            keep_free_bytes: Some(0),
            snapshot_every: self.snapshot_every,
            ignore_snapshots,
            ..Options::default()
        };
        let machine = Machine { disk: Arc::new(self.disk.clone()), clock: self.clock.clone() };
        crate::open::open_on(machine, &self.data(), options)
    }

    /// One process: opens, sends again what got no answer, checks everything, and sends so many groups more. It is ended by the disk or by
    /// its end; any other error is a finding.
    #[track_caller]
    pub(super) fn live(&mut self, groups: u64) {
        let ignore_snapshots = self.dice.percent(20);
        let engine = match self.open(ignore_snapshots) {
            Ok(engine) => engine,
            Err(_) if self.disk.is_frozen() => return,
            Err(error) => panic!("refused: {}", chain(&error)),
        };
        self.send_again(&engine);
        if self.disk.is_frozen() {
            return;
        }
        self.assert_kept(&engine);
        for _ in 0..groups {
            let group = (0..1 + self.dice.below(6)).map(|_| self.anything()).collect();
            let failed = self.send(&engine, group);
            if self.disk.is_frozen() {
                return;
            }
            assert_eq!(failed, []);
            let signed = engine.sign_checkpoint();
            assert!(signed.is_ok() || self.disk.is_frozen(), "{:?}", signed.err());
            if self.dice.percent(15) {
                let snapshots =
                    Snapshots::new(Arc::new(self.disk.clone()), &self.data(), crate::Suite::International, 0);
                let taken = snapshots.take(&engine.shared);
                assert!(taken.is_ok() || self.disk.is_frozen(), "{taken:?}");
            }
            if self.dice.percent(20) {
                self.copy_mirror();
            }
            if self.dice.percent(25) {
                match engine.commit_heads() {
                    Ok(committed) => self.heads.extend(committed),
                    Err(error) => assert!(self.disk.is_frozen(), "{error:?}"),
                }
                if self.disk.is_frozen() {
                    return;
                }
            }
        }
        self.assert_kept(&engine);
    }

    /// Everything that was answered is there once, with the answer that was given; chains, tree and figures are right.
    #[track_caller]
    pub(super) fn assert_kept(&mut self, engine: &Engine) {
        assert_eq!(self.unanswered.len(), 0);
        assert_one_writer_could_have_made_it(engine, &self.sent);
        for heads in &self.heads {
            assert_eq!(newest(&engine.shared, heads.position).unwrap().as_ref(), Some(heads));
        }
        assert!(engine.refold().unwrap().is_equal, "the read models are not those of a replay");
        self.assert_goes_on_from_what_was_handed_out(engine);
        self.assert_known(engine);
    }

    /// Every checkpoint that anybody was ever given is one of the beginning of this log.
    #[track_caller]
    pub(super) fn assert_goes_on_from_what_was_handed_out(&self, engine: &Engine) {
        let Some(out) = &self.handed_out else { return };
        let mut given = out.0.lock().clone();
        let key = engine.log_key().unwrap();
        // Behind a fork it is another log, which has promised nothing of what the one before had.
        given.retain(|given| given.unverified().origin == key.name());
        let Some(now) = engine.checkpoint() else {
            assert_eq!(given.len(), 0, "what was handed out is forgotten");
            return;
        };
        let now = now.checkpoint();
        for given in &given {
            let then = given.unverified();
            assert!(then.size <= engine.durable_head().0, "{} events were signed", then.size);
            assert!(then.size <= now.size, "{} events were signed", then.size);
            let path = engine.consistency(then.size, now.size).unwrap();
            let (then, now) = ((then.size, &then.root), (now.size, &now.root));
            verify_consistency(key.algorithm(), then, now, &path).unwrap();
        }
    }

    /// Something that was recorded, sent again, gets its first answer.
    #[track_caller]
    pub(super) fn assert_known(&mut self, engine: &Engine) {
        let Some(one) = self.sent.get(self.dice.below(self.sent.len() as u64) as usize) else { return };
        let (submission, Ok(recorded)) = one.clone() else { return };
        let again = engine.submit_waiting(submission).unwrap().wait(IN_TIME);
        // The disk may be at its end.
        if recorded.events > 0 && !self.disk.is_frozen() {
            assert_eq!(again, Ok(Recorded { already_recorded: true, ..recorded }));
        }
    }

    /// Sends what got no answer again.
    pub(super) fn send_again(&mut self, engine: &Engine) -> Vec<CommandError> {
        let unanswered = std::mem::take(&mut self.unanswered);
        self.send(engine, unanswered)
    }

    /// Sends all at once, and waits for the answers. Gives what is no answer: the command will be sent again.
    pub(super) fn send(&mut self, engine: &Engine, group: Vec<Submission>) -> Vec<CommandError> {
        let mut failed = Vec::new();
        let tickets: Vec<_> = group
            .into_iter()
            .map(|submission| (submission.clone(), engine.submit_waiting(submission)))
            .collect();
        for (submission, ticket) in tickets {
            match ticket.and_then(|ticket| ticket.wait(IN_TIME)) {
                answer @ (Ok(_) | Err(CommandError::Rejected(_))) => self.sent.push((submission, answer)),
                Err(error) => {
                    self.unanswered.push(submission);
                    failed.push(error);
                }
            }
        }
        failed
    }

    /// Something that is recorded whenever it is sent, about one of the people.
    pub(super) fn verification(&mut self) -> Submission {
        self.asked += 1;
        submission(self.asked, self.asked as usize % PEOPLE, super::any::verification())
    }

    /// Anything that an office may send; mostly about somebody who is enrolled.
    pub(super) fn anything(&mut self) -> Submission {
        self.asked += 1;
        let ask = if self.asked <= PEOPLE as u128 {
            let who = self.asked as usize - 1;
            plain(who, enrolment(certificate(&seventeen(who), "42")))
        } else {
            // Whoever is restricted or erased would refuse what is sent to see that something is recorded.
            let asks = asks().prop_filter("about use", |ask| !ask.command.is_about_use());
            asks.new_tree(&mut self.runner).unwrap().current()
        };
        let target = Target::Citizen(super::any::citizen(ask.who));
        let before: Vec<Uuid> = self
            .sent
            .iter()
            .filter(|(sent, _)| sent.target == target)
            .map(|(sent, _)| sent.command_id)
            .collect();
        asked(self.asked, &ask, resolved(&ask, &before))
    }

    /// The power is cut: the simulated disk comes back as it may, and sled as any earlier state of itself, damaged, or not at all.
    pub(super) fn cut(&mut self) {
        self.disk = self.disk.power_cut(self.dice.any());
        let earlier = match self.mirrors.len() as u64 {
            0 => None,
            copies => Some(self.mirrors[self.dice.below(copies) as usize].clone()),
        };
        let mirror = self.mirror();
        match self.dice.below(4) {
            0 => {}
            1 => replace(&mirror, earlier.as_deref()),
            2 => {
                replace(&mirror, earlier.as_deref());
                self.flip_a_few_bytes(&mirror);
            }
            _ => replace(&mirror, None),
        }
    }

    /// The process is killed, and the machine goes on.
    pub(super) fn kill(&mut self) {
        self.disk = self.disk.process_end();
    }

    fn copy_mirror(&mut self) {
        let copy = self.dir.path().join(format!("mirror-{}", self.mirrors.len()));
        if self.mirror().is_dir() {
            copy_folder(&self.mirror(), &copy);
            self.mirrors.push(copy);
        }
    }

    fn flip_a_few_bytes(&mut self, mirror: &Path) {
        let path = mirror.join("db");
        let Ok(mut bytes) = fs::read(&path) else { return };
        // Most of the file is zeros ahead.
        let Some(used) = bytes.iter().rposition(|byte| *byte != 0) else { return };
        for _ in 0..1 + self.dice.below(3) {
            bytes[self.dice.below(used as u64 + 1) as usize] ^= 1 << self.dice.below(8);
        }
        fs::write(path, bytes).unwrap();
    }

    /// After the last start: the answers to all questions are those of a full replay.
    #[track_caller]
    pub(super) fn assert_answers_are_those_of_a_replay(&mut self) {
        let before = answers(&self.open(false).unwrap());
        assert_eq!(answers(&self.open(true).unwrap()), before);
    }
}

fn replace(mirror: &Path, copy: Option<&Path>) {
    if mirror.is_dir() {
        fs::remove_dir_all(mirror).unwrap();
    }
    if let Some(copy) = copy {
        copy_folder(copy, mirror);
    }
}

/// sled may write meanwhile, and replace files of its own; the whole folder may be set aside for one that is built anew.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let Ok(entries) = fs::read_dir(from) else { return };
    for entry in entries.flatten() {
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            let _ = fs::copy(entry.path(), to.join(entry.file_name()));
        }
    }
}
