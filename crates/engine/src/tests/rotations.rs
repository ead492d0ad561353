//! A rotation and an erasing that is stopped at any file operation or call of the key provider, by a kill or a power cut, and goes on after.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::Mutex;
use sigeyi_store::{Disk, TwinFile, simulated_disk::SimulatedDisk};
use sigeyi_vault::{
    CipherSuite, KeyNumber, KeyProvider, KeyProviderError, RootId, RootKey, Sealed, UnsealError, Vault,
    VaultError,
};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    KeySource, Resumed, RotationError, Suite,
    root_keys::RootKeys,
    rotation::{Intent, KEYS_FILE, VaultFolder, Wanted},
    writer::chain,
};

const LOG: Uuid = Uuid::from_u128(0x7f1c);
const SUITE: CipherSuite = CipherSuite::Aes256GcmSha256;
const ERASED: KeyNumber = KeyNumber(7);
const OTHER: KeyNumber = KeyNumber(8);

fn dir() -> PathBuf {
    PathBuf::from("/data/vault")
}

/// A module that holds root keys durably, and may stop answering at a call: before it has done what it was asked, or after.
#[derive(Clone, Default)]
struct Module(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    roots: BTreeMap<RootId, String>,
    calls: u64,
    /// Twice the call at which it stops, and one more if that call still has its effect.
    stops_at: Option<u64>,
}

impl Module {
    /// The same keys, plugged in again.
    fn again(&self) -> Module {
        let roots = self.0.lock().roots.clone();
        Module(Arc::new(Mutex::new(State { roots, ..State::default() })))
    }

    fn call<T>(
        &self,
        effect: impl FnOnce(&mut BTreeMap<RootId, String>) -> Result<T, KeyProviderError>,
    ) -> Result<T, KeyProviderError> {
        let mut state = self.0.lock();
        state.calls += 1;
        let stopped = || Err(KeyProviderError::Unavailable("unplugged".into()));
        let left = state.stops_at.map_or(i64::MAX, |at| at as i64 - 2 * state.calls as i64);
        if left < 0 {
            return stopped();
        }
        let done = effect(&mut state.roots);
        if left < 1 { stopped() } else { done }
    }
}

impl KeyProvider for Module {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        self.call(|roots| key(roots, root)?.wrap(root, aad, plaintext))
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        self.call(|roots| key(roots, root)?.unwrap(root, aad, wrapped))
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        self.call(|roots| {
            let key = RootKey::generate(SUITE);
            roots.insert(key.id(), key.to_hex().to_string());
            Ok(key.id())
        })
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        self.call(|roots| {
            roots.remove(&root);
            Ok(())
        })
    }
}

fn key(roots: &BTreeMap<RootId, String>, root: RootId) -> Result<RootKey, KeyProviderError> {
    let text = roots.get(&root).ok_or(KeyProviderError::RootUnknown(root))?;
    Ok(RootKey::from_hex(SUITE, text).unwrap())
}

/// A vault on a disk, whose root key is held by a file beside it or by a module.
#[derive(Clone)]
struct Place {
    disk: SimulatedDisk,
    module: Option<Module>,
    /// The root key at the beginning, as a file would hold it.
    first_root: (RootId, Vec<u8>),
    sealed: [Sealed; 2],
}

/// What a process has open.
struct Opened {
    provider: Arc<dyn KeyProvider>,
    file: TwinFile,
    vault: Vault,
    resumed: Option<Resumed>,
}

impl Place {
    fn new(is_module: bool) -> Place {
        let disk = SimulatedDisk::new(Path::new("/"));
        let module = is_module.then(Module::default);
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let (mut file, _) = TwinFile::open(&disk, &dir(), KEYS_FILE, LOG).unwrap();
        let (provider, root): (Arc<dyn KeyProvider>, RootId) = match &module {
            Some(module) => (Arc::new(module.clone()), module.new_root().unwrap()),
            None => {
                let roots = RootKeys::open(&shared, &dir(), SUITE, &KeySource::default()).unwrap();
                let root = roots.first_root().unwrap();
                (roots, root)
            }
        };
        let (vault, secrets) = Vault::create(SUITE, LOG, provider, root).unwrap();
        file.append(&secrets).unwrap();
        let record = vault.make_bucket().unwrap();
        file.append(record.payload()).unwrap();
        vault.admit(record).unwrap();
        let sealed = [ERASED, OTHER].map(|key| vault.seal(key, b"aad", b"body").unwrap());
        let text = match &module {
            Some(module) => module.0.lock().roots[&root].clone().into_bytes(),
            None => disk.read(&dir().join("root.key")).unwrap(),
        };
        Place { disk, module, first_root: (root, text), sealed }
    }

    /// The same disk and module, to be stopped apart from this one.
    fn again(&self, disk: SimulatedDisk) -> Place {
        Place { disk, module: self.module.as_ref().map(Module::again), ..self.clone() }
    }

    /// What every start does.
    fn open(&self) -> Result<Opened, RotationError> {
        let shared: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let provider: Arc<dyn KeyProvider> = match &self.module {
            Some(module) => Arc::new(module.clone()),
            None => match RootKeys::open(&shared, &dir(), SUITE, &KeySource::default()) {
                Ok(roots) => roots,
                Err((path, error)) => {
                    assert!(self.disk.is_frozen(), "{}: {}", path.display(), chain(&error));
                    Arc::new(RootKeysGone)
                }
            },
        };
        let (file, payloads) = TwinFile::open(&self.disk, &dir(), KEYS_FILE, LOG)?;
        let vault = Vault::open(SUITE, LOG, provider.clone(), &payloads)?;
        let folder = VaultFolder {
            disk: &shared,
            dir: &dir(),
            log_id: LOG,
            suite: Suite::International,
            provider: &*provider,
        };
        let resumed = folder.resume(file.generation(), vault.root())?;
        Ok(Opened { provider, file, vault, resumed })
    }

    /// A start, and a rotation to its end.
    fn rotate(&self, wanted: &Wanted) -> Result<(), RotationError> {
        let mut opened = self.open()?;
        let shared: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let folder = VaultFolder {
            disk: &shared,
            dir: &dir(),
            log_id: LOG,
            suite: Suite::International,
            provider: &*opened.provider,
        };
        let moved = folder.advance(&mut opened.file, wanted, &mut |_, _| {})?;
        opened.vault.moved(&moved.change);
        moved.finished
    }

    fn unsealed(&self, vault: &Vault, key: KeyNumber) -> Result<Vec<u8>, UnsealError> {
        let sealed = &self.sealed[usize::from(key == OTHER)];
        let opened = vault.unseal(key, Some(&sealed.key_id), b"aad", &sealed.nonce, &sealed.ciphertext);
        opened.map(|body| body.to_vec())
    }

    /// Whether the bytes stand in any file.
    fn has(&self, bytes: &[u8]) -> bool {
        let names = self.disk.list(&dir()).unwrap();
        names.iter().any(|name| {
            let content = self.disk.read(&dir().join(name)).unwrap();
            content.windows(bytes.len()).any(|window| window == bytes)
        })
    }

    /// The root keys that are held.
    fn roots(&self) -> usize {
        match &self.module {
            Some(module) => module.0.lock().roots.len(),
            None => ["root.key", "root.next"]
                .iter()
                .filter(|name| self.disk.exists(&dir().join(name)).unwrap())
                .count(),
        }
    }
}

/// What a process sees of root keys on a disk that has ended.
struct RootKeysGone;

impl KeyProvider for RootKeysGone {
    fn wrap(&self, root: RootId, _: &[u8], _: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        Err(KeyProviderError::RootUnknown(root))
    }

    fn unwrap(&self, root: RootId, _: &[u8], _: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        Err(KeyProviderError::RootUnknown(root))
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }

    fn destroy(&self, _: RootId) -> Result<(), KeyProviderError> {
        Err(KeyProviderError::Fixed)
    }
}

/// A process that was stopped, then a start, then whatever was wanted is asked for again and gets to its end.
#[track_caller]
fn assert_goes_on(place: &Place, wanted: &Wanted, was_done: bool, when: &str) -> Option<Resumed> {
    let erases = !wanted.erased.is_empty();
    let opened = place.open().unwrap_or_else(|error| panic!("{when}: {}", chain(&error)));
    let body = b"body".to_vec();
    assert_eq!(place.unsealed(&opened.vault, OTHER), Ok(body.clone()), "{when}");
    let is_new = opened.file.generation() == 1;
    assert!(is_new || !was_done, "{when}: what was done stays");
    let is_erased = opened.vault.is_erased(ERASED);
    assert_eq!(is_erased, is_new && erases, "{when}: one generation or the other, as a whole");
    if !is_erased {
        assert_eq!(place.unsealed(&opened.vault, ERASED), Ok(body.clone()), "{when}");
    }
    assert!(Intent::read(&place.disk, &dir()).unwrap().is_none(), "{when}");
    let resumed = opened.resumed;
    if is_new && wanted.new_root {
        assert_first_root_is_gone(place, when);
    }
    if !is_new {
        place.rotate(wanted).unwrap_or_else(|error| panic!("{when}: {}", chain(&error)));
    }
    let opened = place.open().unwrap();
    assert_eq!(place.unsealed(&opened.vault, OTHER), Ok(body), "{when}");
    if erases {
        assert_eq!(place.unsealed(&opened.vault, ERASED), Err(UnsealError::KeyErased(ERASED)), "{when}");
        assert_eq!(opened.vault.find(&place.sealed[0].key_id), Some(ERASED), "{when}");
    }
    if wanted.new_root {
        assert_first_root_is_gone(place, when);
    }
    resumed
}

#[track_caller]
fn assert_first_root_is_gone(place: &Place, when: &str) {
    let (root, text) = &place.first_root;
    let opened = place.open().unwrap();
    let again = opened.provider.unwrap(*root, b"", b"");
    assert!(matches!(again, Err(KeyProviderError::RootUnknown(_))), "{when}: {again:?}");
    assert_ne!(opened.vault.root(), *root, "{when}");
    assert!(!place.has(&text[..64]), "{when}: the old root key stands in a file");
    if place.module.is_none() {
        assert_eq!(place.roots(), 1, "{when}");
        let names = place.disk.list(&dir()).unwrap();
        assert_eq!(names, ["keys", "keys.2", "root.key"], "{when}");
    }
}

fn erasing() -> Wanted {
    Wanted { new_root: true, new_bucket_keys: false, erased: vec![ERASED] }
}

fn wants() -> [Wanted; 3] {
    [
        erasing(),
        Wanted { new_root: true, ..Wanted::default() },
        Wanted { new_bucket_keys: true, ..Wanted::default() },
    ]
}

#[test]
fn stopped_at_any_file_operation_by_a_kill_or_a_cut_it_goes_on_and_the_old_root_key_is_gone_in_the_end() {
    for (is_module, wanted) in [(false, 0), (false, 1), (false, 2), (true, 0)] {
        // Erasing does everything that the others do.
        let cuts = if !is_module && wanted == 0 { 4 } else { 2 };
        let wanted = &wants()[wanted];
        let made = Place::new(is_module);
        let mut seen = [0; 3];
        for boundary in 1.. {
            let place = made.again(made.disk.process_end());
            place.disk.freeze_at(place.disk.operations() + boundary);
            let is_done = place.rotate(wanted).is_ok();
            for seed in 0..cuts {
                let disk = if seed == 0 { place.disk.process_end() } else { place.disk.power_cut(seed) };
                let when = format!("{wanted:?}, module {is_module}, operation {boundary}, seed {seed}");
                let next = place.again(disk);
                // Every other start is stopped too, wherever it is.
                let next = if seed % 2 == 1 {
                    let start = next.again(next.disk.process_end());
                    start.disk.freeze_at(start.disk.operations() + 1 + (boundary + seed) % 12);
                    let _ = start.open();
                    start.again(start.disk.power_cut(seed + 9))
                } else {
                    next
                };
                let resumed = assert_goes_on(&next, wanted, is_done, &when);
                seen[resumed.map_or(0, |resumed| 1 + usize::from(resumed == Resumed::Completed))] += 1;
            }
            if is_done {
                break;
            }
        }
        assert!(seen.iter().all(|times| *times > 0), "{seen:?}");
    }
}

#[test]
fn stopped_at_any_call_of_the_key_provider_it_goes_on_and_the_old_root_key_is_gone_in_the_end() {
    let made = Place::new(true);
    for step in 1.. {
        let place = made.again(made.disk.process_end());
        if let Some(module) = &place.module {
            module.0.lock().stops_at = Some(step);
        }
        let rotated = place.rotate(&erasing());
        if let Err(RotationError::NotDestroyed { root, .. }) = &rotated {
            assert_eq!(*root, place.first_root.0, "only what is no longer needed is destroyed");
        }
        let next = place.again(place.disk.process_end());
        // A root key that was made while nobody took its name wraps nothing and may stay.
        let orphans = usize::from(step == 2 * 4);
        assert_goes_on(&next, &erasing(), rotated.is_ok(), &format!("step {step}"));
        assert!(next.roots() <= 1 + orphans.max(1), "step {step}: {} root keys", next.roots());
        if rotated.is_ok() {
            break;
        }
    }
}

#[test]
fn a_provider_that_does_not_destroy_is_asked_again_by_the_same_process() {
    let place = Place::new(true);
    let mut opened = place.open().unwrap();
    let shared: Arc<dyn Disk> = Arc::new(place.disk.clone());
    let folder = VaultFolder {
        disk: &shared,
        dir: &dir(),
        log_id: LOG,
        suite: Suite::International,
        provider: &*opened.provider,
    };
    let module = place.module.as_ref().unwrap();
    // All calls of an erasing but the last.
    let calls = {
        let other = place.again(place.disk.process_end());
        let before = other.open().map(|_| other.module.as_ref().unwrap().0.lock().calls).unwrap();
        other.rotate(&erasing()).unwrap();
        other.module.as_ref().unwrap().0.lock().calls - 2 * before
    };
    let now = module.0.lock().calls;
    module.0.lock().stops_at = Some(2 * (now + calls) - 1);
    let moved = folder.advance(&mut opened.file, &erasing(), &mut |_, _| {}).unwrap();
    opened.vault.moved(&moved.change);
    let refused = moved.finished.unwrap_err();
    assert!(
        matches!(refused, RotationError::NotDestroyed { root, .. } if root == place.first_root.0),
        "{refused:?}"
    );
    assert_eq!(place.unsealed(&opened.vault, ERASED), Err(UnsealError::KeyErased(ERASED)));
    module.0.lock().stops_at = None;
    let resumed = folder.resume(opened.file.generation(), opened.vault.root()).unwrap();
    assert_eq!(resumed, Some(Resumed::Completed));
    assert_first_root_is_gone(&place, "asked again");
}

#[test]
fn no_root_key_under_which_the_vault_lies_is_destroyed_whatever_rotation_says() {
    let place = Place::new(false);
    let rotation = dir().join("ROTATION");
    let new_root = Wanted { new_root: true, ..Wanted::default() };
    // One that was cut off, brought to a vault that has gone on.
    let text = (1..).find_map(|boundary| {
        let stopped = place.again(place.disk.process_end());
        stopped.disk.freeze_at(stopped.disk.operations() + boundary);
        stopped.rotate(&new_root).unwrap_err();
        stopped.disk.process_end().read(&rotation).ok()
    });
    let text = text.unwrap();
    let writing = |bytes: &[u8]| {
        let file = place.disk.create(&rotation, sigeyi_store::Access::Private).unwrap();
        file.append(bytes).unwrap();
    };
    place.rotate(&new_root).unwrap();
    writing(&text);
    assert!(matches!(place.open(), Err(RotationError::Contradiction { .. })));
    place.disk.remove(&rotation).unwrap();
    let mut bad = text;
    bad[20] ^= 1;
    writing(&bad);
    assert!(matches!(place.open(), Err(RotationError::Intent { .. })));
    place.disk.remove(&rotation).unwrap();
    assert_eq!(place.roots(), 1);
    let again = place.open().unwrap();
    assert_eq!(place.unsealed(&again.vault, OTHER).unwrap(), b"body");
}

#[test]
fn a_key_that_is_not_there_is_refused_and_nothing_is_left_of_the_attempt() {
    for is_module in [false, true] {
        let place = Place::new(is_module);
        let wanted = Wanted { erased: vec![KeyNumber(4096)], ..erasing() };
        let refused = place.rotate(&wanted).unwrap_err();
        assert!(
            matches!(refused, RotationError::Vault(VaultError::KeyUnknown(KeyNumber(4096)))),
            "{refused:?}"
        );
        assert_eq!(place.roots(), 1);
        let opened = place.open().unwrap();
        assert_eq!(
            (opened.file.generation(), opened.vault.root(), opened.resumed),
            (0, place.first_root.0, None)
        );
    }
}
