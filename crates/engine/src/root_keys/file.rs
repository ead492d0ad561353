//! Root keys in files: `root.key`, and `root.next` beside it while a rotation is under way.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use parking_lot::RwLock;
use sigeyi_store::{Access, Disk, DiskError, While, replace_file};
use sigeyi_vault::{CipherSuite, KeyProvider, KeyProviderError, RootId, RootKey};
use zeroize::Zeroizing;

use super::{ROOT_KEY_FILE, RootKeyFault};

/// A root key under which the next generation is being wrapped. When the old one is destroyed it takes its name.
const NEXT_FILE: &str = "root.next";

/// The root keys in a vault's folder.
pub(crate) struct FileRoots {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    suite: CipherSuite,
    held: RwLock<Held>,
}

#[derive(Default)]
struct Held {
    current: Option<RootKey>,
    next: Option<RootKey>,
}

impl Held {
    fn keys(&self) -> impl Iterator<Item = &RootKey> {
        self.current.iter().chain(&self.next)
    }
}

impl FileRoots {
    /// Reads what there is; nothing is made.
    pub(crate) fn read(
        disk: &Arc<dyn Disk>,
        dir: &Path,
        suite: CipherSuite,
    ) -> Result<FileRoots, (PathBuf, RootKeyFault)> {
        let key = |name| {
            let path = dir.join(name);
            read_root_key(&**disk, suite, &path).map_err(|fault| (path, fault))
        };
        let held = RwLock::new(Held { current: key(ROOT_KEY_FILE)?, next: key(NEXT_FILE)? });
        Ok(FileRoots { disk: disk.clone(), dir: dir.to_owned(), suite, held })
    }

    /// The key of a vault that is being made: that which lies there, made by a start that was cut off or put there by the operator, or a new one.
    pub(crate) fn first_root(&self) -> Result<RootId, KeyProviderError> {
        let mut held = self.held.write();
        let root = match &held.current {
            Some(key) => key.id(),
            None => {
                let key = self.make(ROOT_KEY_FILE).map_err(unavailable)?;
                held.current.insert(key).id()
            }
        };
        // Also when it was made by a process that was killed before its sync: without its name nothing that it wraps can be read.
        self.sync().map_err(unavailable)?;
        Ok(root)
    }

    pub(crate) fn holds(&self, root: RootId) -> bool {
        self.held.read().keys().any(|key| key.id() == root)
    }

    /// The content of a file that holds this key; none when it is not held here.
    pub(crate) fn text(&self, root: RootId) -> Option<Zeroizing<String>> {
        self.held.read().keys().find(|key| key.id() == root).map(RootKey::to_hex)
    }

    pub(crate) fn has_any(&self) -> bool {
        self.held.read().keys().next().is_some()
    }

    /// Writes a new key whole or not at all; its name is not durable yet.
    fn make(&self, name: &str) -> Result<RootKey, DiskError> {
        let key = RootKey::generate(self.suite);
        let path = self.dir.join(name);
        replace_file(&*self.disk, &path, Access::Private, |file| {
            file.append(key.to_hex().as_bytes()).doing("write", &path)
        })?;
        Ok(key)
    }

    /// Zeros in the place of a key, durable. Whether the medium keeps what lay there before, no program can say.
    fn overwrite(&self, name: &str) -> Result<(), DiskError> {
        let path = self.dir.join(name);
        let file = self.disk.open_write(&path).doing("open", &path)?;
        let length = file.len().doing("measure", &path)?;
        file.write_at(0, &vec![0; length as usize]).doing("write", &path)?;
        file.sync_data().doing("sync", &path)
    }

    /// Gives the next key the name of the one that is gone, and removes what is left of destroyed keys and of keys that were never used.
    fn tidy(&self, held: &mut Held) -> Result<(), DiskError> {
        let [current, next] = [ROOT_KEY_FILE, NEXT_FILE].map(|name| self.dir.join(name));
        if held.current.is_none() && held.next.is_some() {
            self.disk.rename(&next, &current).doing("rename", &next)?;
            held.current = held.next.take();
        }
        if held.current.is_none() {
            self.remove(&current)?;
        }
        if held.next.is_none() {
            self.remove(&next)?;
        }
        for name in [ROOT_KEY_FILE, NEXT_FILE] {
            self.remove(&self.dir.join(format!("{name}.new")))?;
        }
        self.sync()
    }

    fn remove(&self, path: &Path) -> Result<(), DiskError> {
        match self.disk.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("remove", path),
            _ => Ok(()),
        }
    }

    fn sync(&self) -> Result<(), DiskError> {
        self.disk.sync_dir(&self.dir).doing("sync", &self.dir)
    }
}

impl KeyProvider for FileRoots {
    fn wrap(&self, root: RootId, aad: &[u8], plaintext: &[u8]) -> Result<Vec<u8>, KeyProviderError> {
        let held = self.held.read();
        let key = held.keys().find(|key| key.id() == root).ok_or(KeyProviderError::RootUnknown(root))?;
        key.wrap(root, aad, plaintext)
    }

    fn unwrap(
        &self,
        root: RootId,
        aad: &[u8],
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyProviderError> {
        let held = self.held.read();
        let key = held.keys().find(|key| key.id() == root).ok_or(KeyProviderError::RootUnknown(root))?;
        key.unwrap(root, aad, wrapped)
    }

    fn unnamed_root(&self) -> Result<RootId, KeyProviderError> {
        self.held.read().current.as_ref().map(RootKey::id).ok_or(KeyProviderError::Unnamed)
    }

    fn new_root(&self) -> Result<RootId, KeyProviderError> {
        let mut held = self.held.write();
        if held.current.is_none() {
            self.tidy(&mut held).map_err(unavailable)?;
        }
        let key = self.make(NEXT_FILE).map_err(unavailable)?;
        self.sync().map_err(unavailable)?;
        Ok(held.next.insert(key).id())
    }

    fn destroy(&self, root: RootId) -> Result<(), KeyProviderError> {
        let mut held = self.held.write();
        if held.current.as_ref().is_some_and(|key| key.id() == root) {
            self.overwrite(ROOT_KEY_FILE).map_err(unavailable)?;
            held.current = None;
        }
        if held.next.as_ref().is_some_and(|key| key.id() == root) {
            self.overwrite(NEXT_FILE).map_err(unavailable)?;
            held.next = None;
        }
        self.tidy(&mut held).map_err(unavailable)
    }
}

fn unavailable(error: DiskError) -> KeyProviderError {
    KeyProviderError::Unavailable(Box::new(error))
}

/// A root key in a file; none when there is no file, or a key that was destroyed and not tidied up yet.
pub(crate) fn read_root_key(
    disk: &dyn Disk,
    suite: CipherSuite,
    path: &Path,
) -> Result<Option<RootKey>, RootKeyFault> {
    let bytes = match disk.read(path) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| RootKeyFault::NotText)?;
    Ok(Some(RootKey::from_hex(suite, text)?))
}
