//! The keys of a backup: the vault's wrapped keys in one copy and, only where that is asked for, the root key.

use sigeyi_proof::sha256;
use sigeyi_store::{Access, TwinFile, While, names_if_there, twin_bytes, twin_payloads};
use sigeyi_vault::Vault;

use super::{BackupError, Run, events::CopiedEvents, now};
use crate::{
    maintenance::{
        catalogue::{Catalogue, KEYS_PREFIX, KeysCatalogue, hex, keys_path},
        copying::{is_there_with, write_proven},
    },
    open::{ROOT_KEY_FILE, read_root_key},
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
        let payloads = TwinFile::inspect(self.disk, &vault_dir, "keys", log_id)?.payloads;
        let bytes = twin_bytes(log_id, &payloads);
        match before {
            Some(before) => self.check_keys_before(before, &bytes)?,
            None => self.refuse_unexplained_keys()?,
        }

        let root_path = vault_dir.join(ROOT_KEY_FILE);
        let (root, root_text) = read_root_key(self.disk, &root_path)
            .map_err(|source| BackupError::RootKey { path: root_path, source })?;
        let vault = Vault::open(log_id, root, &payloads)?;
        let missing = events.key_ids.iter().filter(|(id, _)| vault.find(id).is_none());
        if let Some(position) = missing.map(|(_, position)| *position).min() {
            return Err(BackupError::KeyMissing { position });
        }

        let folder = &self.options.keys_folder;
        let sha256 = hex(&sha256(&bytes));
        let path = keys_path(folder, &sha256);
        if !is_there_with(self.disk, &path, &bytes)? {
            write_proven(self.disk, &path, Access::Private, &bytes)?;
            self.copied_bytes += bytes.len() as u64;
        }
        // Once it is there it is kept up, so that nobody relies on a damaged one.
        let had_root_key = before.is_some_and(|before| before.root_key);
        let root_key = self.options.with_root_key || had_root_key;
        let path = folder.join(ROOT_KEY_FILE);
        if root_key && !is_there_with(self.disk, &path, &root_text)? {
            write_proven(self.disk, &path, Access::Private, &root_text)?;
            self.copied_bytes += root_text.len() as u64;
            if had_root_key {
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
            root_key,
        };
        Ok(CopiedKeys { catalogue, keys: vault.keys_made() })
    }

    /// The keys in the folder must be the first ones of the directory: the vault grows and never changes.
    fn check_keys_before(&mut self, before: &KeysCatalogue, bytes: &[u8]) -> Result<(), BackupError> {
        let folder = &self.options.keys_folder;
        let same = usize::try_from(before.bytes).ok().and_then(|length| bytes.get(..length));
        let Some(same) = same.filter(|same| hex(&sha256(same)) == before.sha256) else {
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
                && self.is_beginning_of(&path, &now.path(folder))?
            {
                self.remove(&path)?;
            }
        }
        self.remove_unfinished(folder, |name| name.starts_with(KEYS_PREFIX) || name == ROOT_KEY_FILE)
    }
}
