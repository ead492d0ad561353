//! What a check of a directory says.

use std::path::PathBuf;

use sigeyi_envelope::Suite;
use uuid::Uuid;

/// Faults that are listed; those beyond are counted.
pub(super) const FAULTS_LISTED_MAX: usize = 1_000;

/// What was checked, and what is wrong.
#[derive(Debug, Clone, Default)]
pub struct VerifyReport {
    /// Which log it is; nil when not even that could be read.
    pub log_id: Uuid,
    /// By which algorithms it is hashed and sealed; none when not even that could be read.
    pub suite: Option<Suite>,
    /// Position of the last event.
    pub head: u64,
    /// Tree root over all events.
    pub root: [u8; 32],
    /// What was checked.
    pub checked: Checked,
    /// What is wrong, in the order of the check, the first thousand.
    pub faults: Vec<Fault>,
    /// Faults that are not listed any more.
    pub more_faults: u64,
    /// Events that no file of the directory has.
    pub lost: Option<LostEvents>,
    /// What is no fault and yet worth knowing.
    pub notes: Vec<String>,
}

/// How much was checked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Copies of the manifest.
    pub manifest_copies: u64,
    /// Whether `HEAD` was there and compared.
    pub heads: u64,
    /// Segments of the journal.
    pub segments: u64,
    /// Their length, in bytes.
    pub journal_bytes: u64,
    /// Frames, each with both checksums and its tree root.
    pub frames: u64,
    /// Events: shape, position, recorded time, chain of their person.
    pub events: u64,
    /// Commits that are whole.
    pub commits: u64,
    /// People, each with a chain without gap.
    pub people: u64,
    /// Events that commit to everybody's newest event, each recomputed.
    pub heads_committed: u64,
    /// Sealed bodies, each opened with the key that it commits to.
    pub sealed_bodies: u64,
    /// Copies of the vault's file.
    pub vault_copies: u64,
    /// Keys in the vault.
    pub keys: u64,
    /// Through which position the mirror was compared with the journal, byte by byte.
    pub mirrored_through: u64,
    /// Snapshots that were loaded and compared with the replay.
    pub snapshots: u64,
    /// Copies of the checkpoint: signature, and the root of the events.
    pub checkpoints: u64,
    /// Full tiles of the tree that are what the events give.
    pub tiles: u64,
    /// Forks that were declared.
    pub forks: u64,
    /// Frozen reports whose root was compared with the events.
    pub reports: u64,
    /// Segments of the access log.
    pub access_segments: u64,
    /// Entries of the access log: checksum, number, hash of the one before, links to those about the same people and by the same actor.
    pub access_entries: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// In which file or folder.
    pub file: PathBuf,
    /// Where in it, in bytes.
    pub offset: Option<u64>,
    /// The event that it touches, or the first of them.
    pub position: Option<u64>,
    /// What is wrong, in English.
    pub what: String,
    /// What mends it.
    pub mend: Mend,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A copy of the manifest, or both.
    Manifest,
    /// `HEAD`.
    Head,
    /// A segment, a frame, or what is between them.
    Journal,
    /// Events that are nowhere.
    EventsLost,
    /// An event whose bytes are right and say what no writer writes.
    Event,
    /// The chain of a person.
    Chain,
    /// Everybody's newest events, as an event commits to them: somebody's are others, or are missing.
    PersonHeads,
    /// A commit that is not whole.
    Commit,
    /// Recorded times that go back.
    RecordedTime,
    /// A sealed body that does not open, or names the key of somebody else.
    SealedBody,
    /// The vault's file, a copy of it, or the root key.
    Vault,
    /// sled.
    Mirror,
    /// A snapshot.
    Snapshot,
    /// The access log: what is damaged or gone of it cannot be made again.
    AccessLog,
    /// The key that signs for the log.
    LogKey,
    /// A copy of the checkpoint, or both; or the log is not what was signed.
    Checkpoint,
    /// Tiles of the tree.
    Tiles,
    /// Forks that were declared.
    Forks,
    /// A frozen report that states what the log does not have.
    Report,
}

impl FaultKind {
    /// The name that programs read.
    pub fn name(self) -> &'static str {
        match self {
            FaultKind::Manifest => "manifest",
            FaultKind::Head => "head",
            FaultKind::Journal => "journal",
            FaultKind::EventsLost => "events_lost",
            FaultKind::Event => "event",
            FaultKind::Chain => "chain",
            FaultKind::PersonHeads => "person_heads",
            FaultKind::Commit => "commit",
            FaultKind::RecordedTime => "recorded_time",
            FaultKind::SealedBody => "sealed_body",
            FaultKind::Vault => "vault",
            FaultKind::Mirror => "mirror",
            FaultKind::Snapshot => "snapshot",
            FaultKind::AccessLog => "access_log",
            FaultKind::LogKey => "log_key",
            FaultKind::Checkpoint => "checkpoint",
            FaultKind::Tiles => "tiles",
            FaultKind::Forks => "forks",
            FaultKind::Report => "report",
        }
    }
}

/// What mends a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    /// `sigeyi repair`.
    Repair,
    /// `sigeyi repair --accept-loss`, once it is sure that nobody else has what is lost.
    AcceptLoss,
    /// Only a backup: nothing in the directory says what it was.
    Backup,
    /// The right file from wherever it is kept: it is in no backup.
    PutBack,
    /// What is missing of the log, or a fork that is declared: `sigeyi checkpoint --accept-fork`.
    Fork,
}

impl Mend {
    /// The name that programs read.
    pub fn name(self) -> &'static str {
        match self {
            Mend::Repair => "repair",
            Mend::AcceptLoss => "repair_accept_loss",
            Mend::Backup => "backup",
            Mend::PutBack => "put_back",
            Mend::Fork => "accept_fork",
        }
    }
}

/// Events that were there and that no file of the directory has any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostEvents {
    /// The first of them.
    pub first: u64,
    /// The last one that is known to have been there.
    pub last: u64,
    /// Who knows that it was there.
    pub known_by: String,
    /// Events among them that are whole but stand behind a gap, and cannot stay without what is missing before them.
    pub whole_behind: u64,
    /// Through which position the mirror has them; what came later was in the journal alone.
    pub mirrored_through: u64,
}

impl LostEvents {
    /// How many, at least.
    pub fn count(&self) -> u64 {
        self.last + 1 - self.first.min(self.last + 1)
    }
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Adds a fault, or counts it.
    pub(super) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_LISTED_MAX {
            self.faults.push(fault);
        } else {
            self.more_faults += 1;
        }
    }
}
