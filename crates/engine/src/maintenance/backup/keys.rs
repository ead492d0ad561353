//! The keys of a backup: the vault's wrapped keys in one copy and, only where that is asked for, the root key.

use std::{io, path::Path};

use sigeyi_store::{
    Access, TwinFile, TwinInspection, While, names_if_there, twin_bytes, twin_header, twin_payloads,
};
use sigeyi_vault::Vault;

use super::{BackupError, Run, events::CopiedEvents, now};
use crate::{
    maintenance::{
        catalogue::{Catalogue, KEYS_PREFIX, KeysCatalogue, keys_path},
        copying::{is_there_with, write_proven},
        file_hash::FileHash,
    },
    root_keys::{ROOT_KEY_FILE, RootKeys},
    rotation::KEYS_FILE,
    suite::ciphers,
};

/// What was copied of the keys.
pub(super) struct CopiedKeys {
    pub(super) catalogue: KeysCatalogue,
    /// Keys in it, those that nobody has yet included.
    pub(super) keys: u32,
}

impl Run<'_> {
    /// Copies the vault, opens it, and finds in it every key that the copied events name.
    pub(super) fn copy_keys(
        &mut self,
        before: Option<&KeysCatalogue>,
        events: &CopiedEvents,
    ) -> Result<CopiedKeys, BackupError> {
        let log_id = self.source.manifest.log_id;
        let vault_dir = self.options.data.join("vault");
        let found = TwinFile::inspect(self.disk, &vault_dir, KEYS_FILE, log_id)?;
        let TwinInspection { payloads, generation, .. } = found;
        let bytes = twin_bytes(log_id, generation, &payloads);
        let is_rewritten = before.is_some_and(|before| before.generation < generation);
        match before {
            // Nothing of it is in the file any more; its root key is destroyed, unless only bucket keys were changed.
            Some(_) if is_rewritten => {}
            Some(before) => self.check_keys_before(before, &bytes)?,
            None => self.refuse_unexplained_keys()?,
        }

        let root_path = vault_dir.join(ROOT_KEY_FILE);
        let suite = ciphers(self.source.manifest.suite);
        let roots = RootKeys::open(self.machine_disk, &vault_dir, suite, &self.options.keys)
            .map_err(|(path, source)| BackupError::RootKey { path, source })?;
        if !roots.has_any() {
            let source = io::Error::from(io::ErrorKind::NotFound).into();
            return Err(BackupError::RootKey { path: root_path, source });
        }
        let vault = Vault::open(suite, log_id, roots.clone(), &payloads)?;
        let root_text = roots.file.text(vault.root());
        if self.options.with_root_key && root_text.is_none() {
            return Err(BackupError::RootKeyHeld);
        }
        let missing = events.key_ids.iter().filter(|(id, _)| vault.find(id).is_none());
        if let Some(position) = missing.map(|(_, position)| *position).min() {
            return Err(BackupError::KeyMissing { position });
        }

        let folder = &self.options.keys_folder;
        let (sha256, sm3) = FileHash::fields(self.algorithm(), &bytes);
        let path = keys_path(folder, FileHash::stated(sha256.as_deref(), sm3.as_deref()));
        if !is_there_with(self.disk, &path, &bytes)? {
            write_proven(self.disk, &path, Access::Private, &bytes)?;
            self.copied_bytes += bytes.len() as u64;
        }
        // Once it is there it is kept up, so that nobody relies on a damaged one.
        let had_root_key = before.is_some_and(|before| before.root_key);
        let root_text = root_text.filter(|_| self.options.with_root_key || had_root_key);
        let path = folder.join(ROOT_KEY_FILE);
        if let Some(text) = &root_text
            && !is_there_with(self.disk, &path, text.as_bytes())?
        {
            write_proven(self.disk, &path, Access::Private, text.as_bytes())?;
            self.copied_bytes += text.len() as u64;
            if had_root_key && !is_rewritten {
                self.mended.push(path);
            }
        }
        let catalogue = KeysCatalogue {
            kind: KeysCatalogue::KIND.to_owned(),
            number: before.map_or(1, |before| before.number.saturating_add(1)),
            log_id,
            position: events.catalogue.position,
            taken_at: now(),
            bytes: bytes.len() as u64,
            sha256,
            sm3,
            generation,
            root_key: root_text.is_some(),
        };
        Ok(CopiedKeys { catalogue, keys: vault.keys_made() })
    }

    /// The keys in the folder must be the first ones of the directory: within a generation the vault grows and never changes.
    fn check_keys_before(&mut self, before: &KeysCatalogue, bytes: &[u8]) -> Result<(), BackupError> {
        let folder = &self.options.keys_folder;
        let same = usize::try_from(before.bytes).ok().and_then(|length| bytes.get(..length));
        let Some(same) = same.filter(|same| before.file().is_of(same)) else {
            return Err(BackupError::OtherKeys { folder: folder.clone() });
        };
        let path = before.path(folder);
        if !is_there_with(self.disk, &path, same)? {
            if same.len() == bytes.len() {
                write_proven(self.disk, &path, Access::Private, bytes)?;
                self.copied_bytes += before.bytes;
            }
            self.mended.push(path);
        }
        Ok(())
    }

    /// Whether wrapped keys, left by a run that was cut off, are of a generation before the one that is in the backup.
    fn is_older(&self, path: &Path, now: &KeysCatalogue) -> Result<bool, BackupError> {
        let bytes = self.disk.read(path).doing("read", path)?;
        Ok(twin_header(&bytes)
            .is_some_and(|(log, generation)| log == now.log_id && generation < now.generation))
    }

    /// Without a catalogue, only what a first backup of this log left when it was cut off may lie in the folder.
    fn refuse_unexplained_keys(&self) -> Result<(), BackupError> {
        let folder = &self.options.keys_folder;
        for name in names_if_there(self.disk, folder)? {
            if !name.starts_with(KEYS_PREFIX) || name.ends_with(".new") {
                continue;
            }
            let path = folder.join(name);
            let bytes = self.disk.read(&path).doing("read", &path)?;
            if twin_payloads(&bytes, self.source.manifest.log_id, &path).is_err() {
                return Err(BackupError::Unexplained { folder: folder.clone() });
            }
        }
        Ok(())
    }

    /// Removes the wrapped keys that the new catalogue replaces: they are the first ones of those that it names.
    pub(super) fn remove_old_keys(
        &self,
        before: Option<&KeysCatalogue>,
        now: &KeysCatalogue,
    ) -> Result<(), BackupError> {
        let folder = &self.options.keys_folder;
        if let Some(before) = before
            && before.path(folder) != now.path(folder)
        {
            self.remove(&before.path(folder))?;
        }
        for name in names_if_there(self.disk, folder)? {
            let path = folder.join(&name);
            if name.starts_with(KEYS_PREFIX)
                && path != now.path(folder)
                && (self.is_older(&path, now)? || self.is_beginning_of(&path, &now.path(folder))?)
            {
                self.remove(&path)?;
            }
        }
        self.remove_unfinished(folder, |name| name.starts_with(KEYS_PREFIX) || name == ROOT_KEY_FILE)
    }
}
