//! The engine: one sequencer that decides, appends, folds and answers. It alone knows all parts, and hands on what the faces need.
//!
//! ```text
//! submit ─▶ bounded queue ─▶ sequencer: idempotency, decide, seal, hash ─▶ group ─▶ writer: append + fdatasync ─▶ fold, answer
//! ```
//!
//! Open a directory with [`Engine::open`], send commands with [`Engine::submit`], ask with those of [`Reading`].

mod access_log;
mod answer;
mod approvals;
mod checkpoints;
mod clock;
mod commit;
mod difference;
mod erasing;
mod group;
mod heads;
mod history;
mod import;
mod kept_passes;
mod keyring;
mod load;
mod log;
mod maintenance;
mod numbered;
mod open;
mod overlay;
mod people;
mod people_then;
mod questions;
mod reading;
mod replay;
mod reports;
mod roles;
mod root_keys;
mod rotation;
mod scrub;
mod sequencer;
mod shared;
mod snapshots;
mod submission;
mod suite;
mod sync_times;
#[cfg(test)]
mod tests;
mod use_of_data;
mod writer;

mod engine;

pub use access_log::{
    AccessAction, AccessEntry, AccessLogError, AccessLogReport, AccessNote, AccessOutcome, AccessPage,
    AccessPurpose, AccessReadError, AccessStart, AccessTicket, AsyncAccessTicket, Logged, RevealedFields,
};
pub use answer::{AsyncTicket, CommandError, Recorded, Ticket};
pub use approvals::{AskedFor, Waiting, WaitingPage};
pub use checkpoints::{
    CheckpointError, CheckpointOptions, CheckpointOut, Consistency, DeclaredFork, Entry, ExportError,
    Exported, NoOut, ProofError, Published, declare_fork,
};
pub use clock::{Clock, SimulatedClock, SystemClock};
pub use difference::{DifferenceEvent, DifferenceQuestion, FigureChange, FiguresDifference};
pub use engine::Engine;
pub use heads::{CommittedHeads, HeadsError};
pub use history::{Change, HistoryEvent, PersonalData};
pub use import::{FileSummary, ImportError, ImportFile, ImportSummary, Importer, Reject};
pub use log::{LogEntry, LogEvent, LogFilter, LogPage};
pub use maintenance::{
    BackupError, BackupOptions, BackupReport, CatalogueError, Checked, CopyError, Fault, FaultKind,
    FolderError, KeysError, KeysOptions, KeysReport, LostEvents, Mend, RepairError, RepairOptions,
    RepairReport, RestoreError, RestoreOptions, RestoreReport, RestoreStep, RotationReport, VerifyError,
    VerifyOptions, VerifyReport, backup, keys_status, repair, restore, rotate_buckets, rotate_root, verify,
};
pub use open::{OpenError, Options, StartReport};
pub use people::{ListedPerson, PeopleFilter, PeoplePage, PersonPipeline, PersonSummary, WorkItem, lacking};
pub use questions::{KnownAt, ProgressAnswer, QuestionError, Times};
pub use reading::{At, Reading};
pub use replay::{Refolded, ReplayError};
pub use reports::{ErasuresSince, Freezing, Report, ReportCheck, ReportError, ReportPage, ReportRequest};
pub use roles::{RoleRight, RoleSubmission};
pub use root_keys::{KeyCommandError, KeySource, RootKeyFault};
pub use rotation::{OlderCopy, Resumed, RotationError};
pub use scrub::{ScrubPace, ScrubReport};
pub use sigeyi_envelope::{Position, Suite};
pub use sigeyi_projections::{CountyProgress, ErasedSince};
pub use sigeyi_proof::{SignedCheckpoint, TileId, VerifierKey, base64, parse_tile_index};
pub use sigeyi_store::{LockError, MirrorReport, MirrorState};
pub use sigeyi_vault::RootId;
pub use submission::{Office, Submission, Target};
pub use sync_times::SyncTimes;
pub use use_of_data::{StandingRestriction, UseOfData};
