//! From a directory to a running engine.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::sync_channel},
    time::{Duration, Instant},
};

use sigeyi_domain::Day;
use sigeyi_envelope::{Position, Suite};
use sigeyi_projections::{ReadModel, SnapshotError};
use sigeyi_proof::CompactTree;
use sigeyi_store::{
    DirectoryLock, Disk, DiskError, EventStore, JournalStore, KEEP_FREE_BYTES, LockError, Manifest,
    ManifestError, ReadError, RealDisk, Resume, SEGMENT_BYTES_MAX, StoreOptions, TwinError, TwinFile,
    Unfinished, create_folder, hash_algorithm,
};
use sigeyi_vault::{Vault, VaultError};
use uuid::Uuid;

use crate::{
    Clock, Engine, SimulatedClock, SystemClock,
    access_log::{AccessKeeper, AccessStart},
    checkpoints::{self, CheckpointError, CheckpointOptions},
    clock::ClockGuard,
    erasing,
    heads::{self, HeadsKeeper},
    keyring::Keyring,
    maintenance::{is_a_file, is_unfinished},
    replay::{ReplayError, replay},
    root_keys::{KeySource, ROOT_KEY_FILE, RootKeyFault, RootKeys},
    rotation::{KEYS_FILE, Resumed, RotationError, VaultFolder},
    scrub::{self, ScrubPace},
    sequencer::Sequencer,
    shared::{Folded, Shared},
    snapshots::{self, SnapshotTrigger, Snapshots},
    suite::ciphers,
    writer::{WRITTEN_GROUPS_MAX, Writer},
};

/// How to open a directory.
#[derive(Default)]
pub struct Options {
    /// Make the directory if there is none.
    pub create: bool,
    /// Which algorithms a directory that is made hashes and seals by, the international ones if none. One that is there must have been made so.
    pub suite: Option<Suite>,
    /// Where the journal lies, if not in the directory.
    pub journal_dir: Option<PathBuf>,
    /// The clock of a simulation; the directory that it makes is marked synthetic for ever. None: the machine's clock, or in a
    /// synthetic directory one that stands where its story stands.
    pub simulated_clock: Option<Arc<SimulatedClock>>,
    /// The operator has looked at the clock and accepts it.
    pub accept_clock: bool,
    /// Replay everything, as if there were no snapshot.
    pub ignore_snapshots: bool,
    /// Who holds the root key: a file in the directory, if nothing else is said.
    pub keys: KeySource,
    /// The journal takes no more events when its disk would be left with less, in bytes; the usual 64 MiB if none.
    pub keep_free_bytes: Option<u64>,
    /// A segment of the journal that is longer takes no more, in bytes; the usual 64 MiB if none. Smaller in tests.
    pub segment_bytes_max: Option<u64>,
    /// Take a snapshot after so many events; as often as is good for a log of its length if none. For tests of what may happen meanwhile.
    pub snapshot_every: Option<u64>,
    /// How the log says what it is to others.
    pub checkpoints: CheckpointOptions,
    /// Commit to everybody's newest event by itself when a business day has turned, see [`Engine::commit_heads`].
    pub daily_heads: bool,
    /// Read the journal again while it is open, so fast; not at all if none.
    pub scrub: Option<ScrubPace>,
}

/// What a start found.
#[derive(Debug, Clone, Default)]
pub struct StartReport {
    /// Whether the directory was made by this start.
    pub is_new: bool,
    /// The position of the snapshot that was loaded.
    pub snapshot: Option<Position>,
    /// Snapshots that were passed over, and why.
    pub passed_over: Vec<String>,
    /// A write that had not been finished when the last process ended, and was cut.
    pub unfinished: Option<Unfinished>,
    /// `HEAD` was missing or damaged although there are events, and is made again: nobody else knew where the journal ends.
    pub head_was_lost: bool,
    /// A rotation of keys that had been cut off, and what became of it.
    pub rotation: Option<Resumed>,
    /// Events that were replayed.
    pub replayed: u64,
    /// The access log.
    pub access: AccessStart,
    /// How long the start took.
    pub took: Duration,
}

/// Why a directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no log in it.
    #[error("{0} holds no data: import something first, or check --data")]
    NoData(PathBuf),
    /// The directory cannot be made or read.
    #[error("the data directory cannot be used")]
    Directory(#[source] io::Error),
    /// A restore was cut off.
    #[error(
        "{0} is being restored, or a restore of it was cut off and is not whole: run 'sigeyi restore' again"
    )]
    Unfinished(PathBuf),
    /// Another process holds it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// It is of another format, or damaged.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Real and synthetic people are never mixed.
    #[error("this directory holds real data: a simulation needs one of its own")]
    NotSynthetic,
    /// The suite is chosen once, when a directory is made.
    #[error(
        "this directory was made with suite {made}, and a suite never changes: suite {asked} needs a directory of its own"
    )]
    SuiteFixed {
        /// The directory's suite.
        made: Suite,
        /// What was asked for.
        asked: Suite,
    },
    /// The vault's file.
    #[error("the vault's file cannot be used")]
    VaultFile(#[from] TwinError),
    /// The vault's content.
    #[error("the vault cannot be opened")]
    Vault(#[from] VaultError),
    /// The root key is missing or unreadable. Without it nothing that is sealed can be read.
    #[error(
        "the root key {path} cannot be used: put the right one back, or name the program that holds it with --key-command"
    )]
    RootKey {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        #[source]
        source: RootKeyFault,
    },
    /// A rotation of keys that had been cut off can neither be undone nor completed.
    #[error("a rotation of keys was cut off")]
    Rotation(#[from] RotationError),
    /// Both copies of the keys are gone, but events are there.
    #[error("there are events, but both copies of their keys in {0} are gone: put one back")]
    KeysLost(PathBuf),
    /// The log.
    #[error("the log cannot be opened")]
    Store(#[from] sigeyi_store::OpenError),
    /// The disk refused.
    #[error(transparent)]
    Io(#[from] DiskError),
    /// The log and what was folded from it disagree.
    #[error("the log cannot be replayed")]
    Replay(#[from] ReplayError),
    /// The tree that was folded has another root than the journal's.
    #[error("the events do not have the tree root that the journal states: the directory is damaged")]
    WrongRoot,
    /// The log's own checkpoint is not the beginning of the log, or its key is not there.
    #[error("the log does not go on from what it has signed")]
    Checkpoint(#[from] CheckpointError),
    /// It is damaged. What is wrong can be listed, and mended as far as the rest of the directory says how.
    #[error("the directory is damaged: `sigeyi verify --data {0}` lists what is wrong, `sigeyi repair --data {0}` mends it", .dir.display())]
    Damaged {
        /// The directory.
        dir: PathBuf,
        /// What was noticed first.
        #[source]
        source: Box<OpenError>,
    },
}

impl OpenError {
    /// Names the command that mends it, if there is one.
    fn in_directory(self, dir: &Path) -> OpenError {
        use sigeyi_store::OpenError::{Damaged, JournalBehind, JournalLost};
        let is_mendable = match &self {
            OpenError::Store(error) => {
                matches!(error, Damaged(_) | JournalBehind { .. } | JournalLost { .. })
            }
            OpenError::Replay(error) => matches!(error, ReplayError::Read(ReadError::Damaged(_))),
            OpenError::WrongRoot => true,
            _ => false,
        };
        if is_mendable { OpenError::Damaged { dir: dir.to_owned(), source: Box::new(self) } } else { self }
    }
}

/// What the machine gives. Tests give another.
pub(crate) struct Machine {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Default for Machine {
    fn default() -> Machine {
        Machine { disk: Arc::new(RealDisk), clock: Arc::new(SystemClock) }
    }
}

pub(crate) fn open(dir: &Path, options: Options) -> Result<Engine, OpenError> {
    let machine = Machine::default();
    if dir.exists() && !dir.is_dir() {
        return Err(is_a_file(dir).into());
    }
    if is_unfinished(&*machine.disk, dir)? {
        return Err(OpenError::Unfinished(dir.to_owned()));
    }
    open_on(machine, dir, options)
}

pub(crate) fn open_on(machine: Machine, dir: &Path, options: Options) -> Result<Engine, OpenError> {
    open_there(machine, dir, options).map_err(|error| error.in_directory(dir))
}

fn open_there(machine: Machine, dir: &Path, options: Options) -> Result<Engine, OpenError> {
    let started = Instant::now();
    let disk = machine.disk;
    if !options.create && !dir.is_dir() {
        return Err(OpenError::NoData(dir.to_owned()));
    }
    create_folder(&*disk, dir)?;
    let lock = DirectoryLock::acquire(dir)?;
    let mut report = StartReport::default();
    let manifest = match Manifest::open(&*disk, dir)? {
        Some(manifest) => manifest,
        None if options.create => {
            report.is_new = true;
            let is_simulated = options.simulated_clock.is_some();
            let suite = options.suite.unwrap_or_default();
            let manifest = Manifest::new(Uuid::new_v4(), suite, is_simulated, is_simulated);
            Manifest::create(&*disk, dir, &manifest)?;
            manifest
        }
        None => return Err(OpenError::NoData(dir.to_owned())),
    };
    if options.simulated_clock.is_some() && !manifest.simulated_clock {
        return Err(OpenError::NotSynthetic);
    }
    if let Some(asked) = options.suite.filter(|asked| *asked != manifest.suite) {
        return Err(OpenError::SuiteFixed { made: manifest.suite, asked });
    }

    let journal_dir = options.journal_dir.unwrap_or_else(|| dir.join("journal"));
    manifest.check_suite(&*disk, dir, &journal_dir)?;
    let keyring = open_keyring(&disk, dir, &journal_dir, &manifest, &options.keys, &mut report)?;
    let keep_free_bytes = options.keep_free_bytes.unwrap_or(KEEP_FREE_BYTES);
    let snapshots = Snapshots::new(disk.clone(), dir, manifest.suite, keep_free_bytes);
    let mut folded =
        Folded { model: ReadModel::default(), tree: CompactTree::new(hash_algorithm(manifest.suite)) };
    if !options.ignore_snapshots {
        load_snapshot(&snapshots, &manifest, &keyring, &mut folded, &mut report);
    }
    let resume = report.snapshot.map(|position| Resume { position, tree: folded.tree.clone() });
    let keep_free_bytes = options.keep_free_bytes.unwrap_or(KEEP_FREE_BYTES);
    let store_options = StoreOptions {
        suite: manifest.suite,
        resume,
        mirror_dir: Some(dir.join("mirror")),
        head_path: Some(dir.join("HEAD")),
        keep_free_bytes,
        segment_bytes_max: options.segment_bytes_max.unwrap_or(SEGMENT_BYTES_MAX),
        ..StoreOptions::new(journal_dir, manifest.log_id)
    };
    let store = JournalStore::open(store_options, disk.clone())?;
    report.unfinished = store.found().unfinished.clone();
    report.head_was_lost = store.found().head.known().is_none() && store.head() > Position::BEGINNING;
    report.replayed = replay(&store, manifest.log_id, &keyring, &mut folded)?;
    if folded.tree.root() != store.tree().root() || folded.tree.size() != store.head().0 {
        return Err(OpenError::WrongRoot);
    }

    let checkpoints = checkpoints::open(&disk, dir, manifest.log_id, &store, &options.checkpoints)?;
    let checkpoints = checkpoints.map(Arc::new);

    let recorded_at = (store.head() > Position::BEGINNING).then(|| folded.model.recorded_at());
    let clock: Arc<dyn Clock> = match options.simulated_clock {
        Some(clock) => clock,
        None if manifest.simulated_clock => {
            Arc::new(SimulatedClock::starting_at(recorded_at.unwrap_or_default().saturating_add(1)))
        }
        None => machine.clock.clone(),
    };
    let guard = ClockGuard::at_start(&*clock, recorded_at, options.accept_clock);
    let today = if clock.is_simulated() { Day::MIN } else { Day::in_china(clock.now()) };
    folded.model.settle(today);

    let heads = HeadsKeeper::new(options.daily_heads);
    let shared =
        Arc::new(Shared::new((manifest.log_id, manifest.suite), store, keyring, clock, folded, heads));
    let trigger = Arc::new(SnapshotTrigger::starting_with(
        report.replayed,
        shared.store.head(),
        options.snapshot_every,
    ));
    let (queue, queued) = sync_channel(Engine::QUEUE_MAX);
    let (written, to_answer) = sync_channel(WRITTEN_GROUPS_MAX);
    let writer = Arc::new(Writer::new(shared.clone(), trigger.clone()));
    let sequencer = Sequencer::new(shared.clone(), writer.clone(), guard);
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
        std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(OpenError::Directory)
    };
    let writers = vec![
        spawn("sequencer", Box::new(move || sequencer.run(&queued)))?,
        spawn("writer", {
            let writer = writer.clone();
            Box::new(move || writer.run(&written))
        })?,
        spawn("answers", Box::new(move || writer.answer_all(&to_answer)))?,
    ];
    let mut helpers = vec![
        spawn("key-maker", {
            let shared = shared.clone();
            Box::new(move || shared.keyring.run())
        })?,
        spawn("snapshots", {
            let (shared, trigger) = (shared.clone(), trigger.clone());
            Box::new(move || snapshots::run(&shared, &snapshots, &trigger))
        })?,
        spawn("erasures", {
            let shared = shared.clone();
            Box::new(move || erasing::run(&shared))
        })?,
    ];
    if let Some(checkpoints) = checkpoints.clone() {
        let shared = shared.clone();
        helpers.push(spawn("checkpoints", Box::new(move || checkpoints::run(&shared, &checkpoints)))?);
    }
    let scrub = scrub::of(options.scrub);
    if let Some(scrub) = scrub.clone() {
        let (shared, checkpoints) = (shared.clone(), checkpoints.clone());
        helpers.push(spawn("scrub", Box::new(move || scrub::run(&shared, checkpoints.as_deref(), &scrub)))?);
    }
    let (access, found) = AccessKeeper::open(disk, dir, (manifest.log_id, manifest.suite), keep_free_bytes)
        .map_err(OpenError::Directory)?;
    report.access = found;
    // Last, since it holds the queue open: nothing fails behind it.
    let heads = match options.daily_heads {
        true => Some(spawn("heads", {
            let (shared, queue) = (shared.clone(), queue.clone());
            Box::new(move || heads::run(&shared, &queue))
        })?),
        false => None,
    };
    report.took = started.elapsed();
    Ok(Engine {
        shared,
        queue: Some(queue),
        heads,
        writers,
        helpers,
        access,
        checkpoints,
        scrub,
        machine_clock: machine.clock,
        trigger,
        report,
        is_synthetic: manifest.synthetic,
        _lock: lock,
    })
}

fn load_snapshot(
    snapshots: &Snapshots,
    manifest: &Manifest,
    keyring: &Keyring,
    folded: &mut Folded,
    report: &mut StartReport,
) {
    let (loaded, passed_over) = snapshots.newest(manifest.log_id, |snapshot| {
        let tree = CompactTree::decode(hash_algorithm(manifest.suite), snapshot.tree())
            .map_err(|_| SnapshotError::Damaged("tree"))?;
        Ok((snapshot.header().position, Folded { model: snapshot.restore(&keyring.hold())?, tree }))
    });
    report.passed_over = passed_over;
    if let Some((position, model)) = loaded {
        report.snapshot = Some(position);
        *folded = model;
    }
}

/// There is one as soon as there are events.
const FIRST_SEGMENT: &str = "0000000001.log";

/// The vault, made at the first start: the root key is durable before anything is wrapped with it. A rotation that was cut off is undone or
/// completed.
fn open_keyring(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    journal_dir: &Path,
    manifest: &Manifest,
    source: &KeySource,
    report: &mut StartReport,
) -> Result<Keyring, OpenError> {
    let (log_id, suite) = (manifest.log_id, ciphers(manifest.suite));
    let vault_dir = dir.join("vault");
    let (mut file, payloads) = TwinFile::open(&**disk, &vault_dir, KEYS_FILE, log_id)?;
    let has_events = disk.exists(&journal_dir.join(FIRST_SEGMENT)).map_err(OpenError::Directory)?;
    if payloads.is_empty() && has_events {
        return Err(OpenError::KeysLost(vault_dir));
    }
    let at_path = |(path, source)| OpenError::RootKey { path, source };
    let roots = RootKeys::open(disk, &vault_dir, suite, source).map_err(at_path)?;
    let vault = if payloads.is_empty() {
        let root = roots.first_root().map_err(|error| OpenError::Vault(VaultError::Provider(error)))?;
        let (vault, payload) = Vault::create(suite, log_id, roots.clone(), root)?;
        file.append(&payload)?;
        vault
    } else {
        if !roots.has_any() {
            return Err(at_path((vault_dir.join(ROOT_KEY_FILE), RootKeyFault::Missing)));
        }
        Vault::open(suite, log_id, roots.clone(), &payloads)?
    };
    let folder = VaultFolder { disk, dir: &vault_dir, log_id, suite: manifest.suite, provider: &*roots };
    report.rotation = folder.resume(file.generation(), vault.root())?;
    Ok(Keyring::new(vault, file, disk.clone(), vault_dir))
}
